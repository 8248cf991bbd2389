// A tracee that sleeps, a mother that stops and continues it three times, and tracers that tell what they see of it: the
// scenes of the patches that brought PTRACE_LISTEN and TRAP_NOTIFY. Each argument is a tracer: `notify` lets the tracee go on in
// a group stop, `listen` listens. Each line begins with who says it.
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 300000000L

static void nap(void)
{
	struct timespec left = { 0, STEP_NS };
	while (nanosleep(&left, &left) < 0)
		;
}

static void say(const char *who, const char *format, ...)
{
	char line[128];
	va_list args;
	int n = snprintf(line, sizeof line, "%s: ", who);
	va_start(args, format);
	n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	line[n++] = '\n';
	if (write(1, line, (size_t)n) < 0)
		_exit(1);
}

static void watch(const char *who, pid_t tracee)
{
	int listens = strcmp(who, "listen") == 0;
	if (ptrace(PTRACE_SEIZE, tracee, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, tracee, 0, 0) < 0) {
		say(who, "cannot attach");
		_exit(1);
	}
	for (;;) {
		siginfo_t si;
		if (waitid(P_PID, (id_t)tracee, &si, WSTOPPED) < 0)
			_exit(0);
		if (ptrace(PTRACE_GETSIGINFO, tracee, 0, &si) < 0)
			continue;
		if (si.si_code <= 0) {
			say(who, "SIG %d", si.si_signo);
			ptrace(PTRACE_CONT, tracee, 0, si.si_signo);
			continue;
		}
		int stopped = si.si_signo != SIGTRAP;
		say(who, "stopped=%d signo=%d", stopped, si.si_signo);
		ptrace(stopped && listens ? PTRACE_LISTEN : PTRACE_CONT, tracee, 0, 0);
	}
}

int main(int argc, char **argv)
{
	pid_t tracee = fork(), tracers[8];
	if (tracee == 0)
		for (;;)
			pause();
	int n = 0;
	for (int i = 1; i < argc && n < 8; i++) {
		if ((tracers[n] = fork()) == 0)
			watch(argv[i], tracee);
		n++;
		nap();
	}
	for (int i = 0; i < 3; i++) {
		nap();
		say("mother", "SIGSTOP");
		kill(tracee, SIGSTOP);
		nap();
		say("mother", "SIGCONT");
		kill(tracee, SIGCONT);
	}
	nap();
	for (int i = 0; i < n; i++)
		kill(tracers[i], SIGKILL);
	kill(tracee, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
