// The floor: the least a tracer in C does for every system call of one program: SEIZE, then PTRACE_SYSCALL, wait4 and
// PTRACE_GET_SYSCALL_INFO, counting entries. Tracer and tracee are pinned to one CPU.
// Prints: calls, nanoseconds from the first resume to the exit.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	pid_t pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	int status;
	waitpid(pid, &status, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) < 0) {
		perror("PTRACE_SEIZE");
		return 1;
	}
	kill(pid, SIGCONT);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	long calls = 0;
	while (waitpid(-1, &status, __WALL) == pid && WIFSTOPPED(status)) {
		int sig = 0;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			struct __ptrace_syscall_info info;
			ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
			calls += info.op == PTRACE_SYSCALL_INFO_ENTRY;
		} else if (status >> 16 == 0) {
			sig = WSTOPSIG(status);
		}
		ptrace(PTRACE_SYSCALL, pid, 0, sig);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%ld %ld\n", calls, (b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec);
	return 0;
}
