// Debug registers by the kernel's own answers, for a thread stopped under PTRACE_TRACEME. Reads commands, one per line,
// and answers each with a line:
//   poke INDEX HEX  ->  the errno, or 0
//   peek INDEX      ->  the value
//   fork, exec      ->  from here on of its forked child, of itself after exec; answers "ok"
//   fresh           ->  from here on of a new process; answers "ok"
#include "common.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static pid_t child;

static void *offset(int index)
{
	return (void *)(offsetof(struct user, u_debugreg) + sizeof(long) * (size_t)index);
}

static void stopped(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
		say("not stopped");
		exit(1);
	}
}

static void end(void)
{
	if (child == 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, __WALL);
}

// The child does what it is told by a signal number when it is resumed: SIGUSR1 fork, SIGUSR2 exec.
static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		fork();
	else
		execl("/proc/self/exe", "debugregs", "idle", NULL);
}

static void idle(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_NODEFER };
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGSTOP);
	for (;;)
		pause();
}

static void fresh(void)
{
	end();
	child = fork_guarded();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		idle();
	}
	stopped(child);
	ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
}

static void become_fork(void)
{
	unsigned long pid;
	ptrace(PTRACE_CONT, child, 0, SIGUSR1);
	stopped(child);
	ptrace(PTRACE_GETEVENTMSG, child, 0, &pid);
	stopped((pid_t)pid);
	end();
	child = (pid_t)pid;
}

int main(int argc, char **argv)
{
	char line[100];
	int index;
	unsigned long value;
	if (argc > 1)
		idle();
	fresh();
	while (fgets(line, sizeof line, stdin)) {
		errno = 0;
		if (sscanf(line, "poke %d %lx", &index, &value) == 2) {
			ptrace(PTRACE_POKEUSER, child, offset(index), (void *)value);
			say("%d", errno);
		} else if (sscanf(line, "peek %d", &index) == 1) {
			value = (unsigned long)ptrace(PTRACE_PEEKUSER, child, offset(index), 0);
			say("%lx", value);
		} else {
			if (!strcmp(line, "fork\n")) {
				become_fork();
			} else if (!strcmp(line, "exec\n")) {
				ptrace(PTRACE_CONT, child, 0, SIGUSR2);
				stopped(child); // EVENT_EXEC, where no signal can be passed
				ptrace(PTRACE_CONT, child, 0, 0);
				stopped(child);
			} else {
				fresh();
			}
			say("ok");
		}
	}
	end();
	return 0;
}
