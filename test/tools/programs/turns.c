// A tracer that handles SIGCHLD, as a debugger does, and lets its tracee go again and again.
//   turns step N      a step each time; it looks for the stop only once SIGCHLD has told of it
//   turns blocked N   the tracee cannot go on before the tracer, which has let it go, does something more
// Says how many SIGCHLDs there were, and after `ms` how long it all took.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int told;

static void on_child(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	if (info->si_code == CLD_TRAPPED)
		told++;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	int blocked = !strcmp(argv[1], "blocked"), n = atoi(argv[2]), status, to[2];
	struct sigaction sa = { .sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigset_t chld, none;
	char byte = 0;
	sigemptyset(&none);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	if (pipe(to) < 0)
		return 2;
	pid_t pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		for (volatile long i = 0;; i++)
			if (blocked && read(to[0], &byte, 1) == 1)
				raise(SIGUSR1);
	}
	waitpid(pid, &status, 0);
	sigaction(SIGCHLD, &sa, NULL);
	double began = now();
	for (int i = 0; i < n; i++) {
		int before = told;
		if (blocked) {
			if (ptrace(PTRACE_CONT, pid, 0, 0) < 0 || write(to[1], &byte, 1) != 1)
				return 3;
		} else {
			sigprocmask(SIG_BLOCK, &chld, NULL);
			if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0) < 0)
				return 3;
			while (told == before)
				sigsuspend(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
		}
		if (waitpid(pid, &status, blocked ? 0 : WNOHANG) != pid || !WIFSTOPPED(status)) {
			printf("round %d: no stop\n", i);
			return 4;
		}
	}
	double took = now() - began;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	printf("%d of %d told\nms %.0f\n", told, n, took);
	return 0;
}
