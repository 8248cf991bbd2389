// Does what it is told: each argument is a command, and with a last argument "-" further commands come as lines on
// standard input. It says what happened, so that a run under trace can be compared with one without.
#include "common.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>

static volatile sig_atomic_t handled;

static void handler(int sig, siginfo_t *info, void *context)
{
	handled++;
	say("caught %d signo %d code %d errno %d value %ld sender %s", sig, info->si_signo, info->si_code, info->si_errno,
	    info->si_code == SI_QUEUE ? (long)info->si_value.sival_ptr : 0,
	    info->si_pid == getpid() ? "self" : info->si_pid == 0 ? "nobody" : "other");
}

static void action(int sig, void (*f)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_flags = flags };
	sa.sa_sigaction = f;
	if (sigaction(sig, &sa, NULL) < 0)
		say("sigaction %d: %s", sig, strerror(errno));
}

static void mask(int how, int sig)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(how, &set, NULL);
}

static void result(const char *what, long r)
{
	if (r < 0)
		say("%s = -1 %s", what, strerrorname_np(errno));
	else
		say("%s = %ld", what, r);
}

static int child_exit(void *arg)
{
	syscall(SYS_exit, (int)(intptr_t)arg);
	return 0;
}

static void *thread_call(void *arg)
{
	say("thread %d", gettid() == getpid() ? 0 : 1);
	return arg;
}

static void wait_for(pid_t pid)
{
	int status = 0;
	pid_t got;
	while ((got = waitpid(pid, &status, __WALL)) < 0 && errno == EINTR)
		;
	say("child %s status 0x%x", got == pid ? "reaped" : "lost", status);
}

static char stack[65536] __attribute__((aligned(16)));

static void obey(char *command)
{
	char *word = strtok(command, " "), *rest = strtok(NULL, " ");
	long n = rest ? strtol(rest, NULL, 0) : 0;
	char *more = strtok(NULL, " ");
	long m = more ? strtol(more, NULL, 0) : 0;
	struct timespec ts = { n / 1000, n % 1000 * 1000000 };
	if (!word)
		return;
	if (!strcmp(word, "say")) {
		say("%s", rest);
	} else if (!strcmp(word, "catch")) {
		action((int)n, handler, SA_SIGINFO);
	} else if (!strcmp(word, "catch-restart")) {
		action((int)n, handler, SA_SIGINFO | SA_RESTART);
	} else if (!strcmp(word, "ignore")) {
		signal((int)n, SIG_IGN);
	} else if (!strcmp(word, "default")) {
		signal((int)n, SIG_DFL);
	} else if (!strcmp(word, "block")) {
		mask(SIG_BLOCK, (int)n);
	} else if (!strcmp(word, "unblock")) {
		mask(SIG_UNBLOCK, (int)n);
	} else if (!strcmp(word, "raise")) {
		syscall(SYS_tgkill, getpid(), gettid(), (int)n);
	} else if (!strcmp(word, "kill")) {
		kill(getpid(), (int)n);
	} else if (!strcmp(word, "queue")) {
		sigqueue(getpid(), (int)n, (union sigval){ .sival_ptr = (void *)m });
	} else if (!strcmp(word, "segv")) {
		*(volatile int *)n = 1;
	} else if (!strcmp(word, "sleep")) {
		result("sleep", nanosleep(&ts, NULL));
	} else if (!strcmp(word, "pause")) {
		result("pause", pause());
	} else if (!strcmp(word, "poll")) {
		result("poll", poll(NULL, 0, (int)n));
	} else if (!strcmp(word, "select")) {
		result("select", select(0, NULL, NULL, NULL, &(struct timeval){ n / 1000, n % 1000 * 1000 }));
	} else if (!strcmp(word, "epoll")) {
		int fd = epoll_create1(EPOLL_CLOEXEC);
		struct epoll_event event;
		result("epoll", epoll_wait(fd, &event, 1, (int)n));
		close(fd);
	} else if (!strcmp(word, "futex")) {
		static uint32_t word32;
		result("futex", syscall(SYS_futex, &word32, FUTEX_WAIT, 0, &ts, NULL, 0));
	} else if (!strcmp(word, "recv")) {
		int pair[2];
		char byte;
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
		struct timeval tv = { n / 1000, n % 1000 * 1000 };
		setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
		result("recv", recv(pair[0], &byte, 1, 0));
		close(pair[0]);
		close(pair[1]);
	} else if (!strcmp(word, "readtty")) {
		char byte;
		int fd = open("/dev/tty", O_RDONLY);
		result("readtty", read(fd, &byte, 1));
	} else if (!strcmp(word, "spin")) {
		say("spinning");
		for (volatile int on = 1; on;)
			;
	} else if (!strcmp(word, "naps")) {
		for (long i = 0; n == 0 || i < n; i++)
			nap(5);
	} else if (!strcmp(word, "getppid")) {
		for (long i = 0; i < (n ? n : 1); i++)
			syscall(SYS_getppid);
	} else if (!strcmp(word, "call")) { // call NR A B C: the raw result
		long b = strtol(strtok(NULL, " "), NULL, 0), c = strtol(strtok(NULL, " "), NULL, 0);
		result("call", syscall(n, m, b, c));
	} else if (!strcmp(word, "fork")) {
		pid_t pid = fork_guarded();
		if (pid == 0)
			_exit((int)n);
		wait_for(pid);
	} else if (!strcmp(word, "vfork")) {
		pid_t pid = vfork();
		if (pid == 0)
			_exit((int)n);
		wait_for(pid);
	} else if (!strcmp(word, "clone")) { // clone FLAGS CODE
		wait_for(clone(child_exit, stack + sizeof stack, (int)n, (void *)m));
	} else if (!strcmp(word, "clone3")) {
		struct clone_args args = { .flags = (uint64_t)n, .exit_signal = SIGCHLD };
		pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
		if (pid == 0)
			syscall(SYS_exit_group, (int)m);
		wait_for(pid);
	} else if (!strcmp(word, "thread")) {
		pthread_t t;
		pthread_create(&t, NULL, thread_call, NULL);
		pthread_join(t, NULL);
	} else if (!strcmp(word, "exec")) {
		execl(rest, rest, more, (char *)NULL);
		say("exec: %s", strerrorname_np(errno));
	} else if (!strcmp(word, "exit")) {
		exit((int)n);
	} else {
		say("what is '%s'?", word);
		exit(99);
	}
}

static void obey_line(const char *text)
{
	char line[256];
	snprintf(line, sizeof line, "%s", text);
	obey(line);
}

int main(int argc, char **argv)
{
	int i = 1;
	for (; i < argc && strcmp(argv[i], "-") != 0; i++)
		obey_line(argv[i]);
	if (i < argc) {
		char line[256];
		say("ready");
		for (size_t n = 0;;) {
			ssize_t got = read(0, line + n, 1);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				break;
			if (line[n] != '\n') {
				n++;
				continue;
			}
			line[n] = 0;
			n = 0;
			obey(line);
			say("done");
		}
	}
	return 0;
}
