// A tracer that says what it reads in /proc of its tracee, moment by moment. Process ids are told as words.
#include "common.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/ptrace.h>

static pid_t child;
static char text[8192];

static const char *slurp(int fd)
{
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	snprintf(text + (n < 0 ? 0 : n), 40, n < 0 ? "error %d" : "", errno);
	if (fd >= 0)
		close(fd);
	return text;
}

static char state_of(const char *status)
{
	const char *at = strstr(status, "\nState:\t");
	return at ? at[8] : '?';
}

static const char *who(const char *status)
{
	const char *at = strstr(status, "\nTracerPid:\t");
	int pid = at ? atoi(at + 12) : -1;
	return pid == 0 ? "nobody" : pid == getpid() ? "me" : pid == getppid() ? "parent" : pid < 0 ? "?" : "another";
}

static int open_of(const char *format, int flags)
{
	char path[80];
	snprintf(path, sizeof path, format, (int)child, (int)child);
	return open(path, flags);
}

// A running task needs a moment to fall asleep.
static void settle(char wanted)
{
	for (int i = 0; i < 2000; i++) {
		if (state_of(slurp(open_of("/proc/%d/status", O_RDONLY))) == wanted)
			return;
		usleep(2000);
	}
}

static void look(const char *moment)
{
	char state[8];
	const char *status = slurp(open_of("/proc/%d/status", O_RDONLY));
	char tracer[16];
	state[0] = state_of(status);
	snprintf(tracer, sizeof tracer, "%s", who(status));
	state[1] = state_of(slurp(open_of("/proc/%d/task/%d/status", O_RDONLY)));
	slurp(open_of("/proc/%d/stat", O_RDONLY));
	state[2] = strrchr(text, ')')[2];
	slurp(open_of("/proc/%d/task/%d/stat", O_RDONLY));
	state[3] = strrchr(text, ')')[2];
	state[4] = 0;
	say("%s: %s, traced by %s", moment, state, tracer);
}

static void stopped(const char *what)
{
	int status = 0;
	pid_t pid = waitpid(child, &status, __WALL);
	say("%s: %s %#x", what, pid == child ? "status" : "failed", status);
}

static pid_t sleeper(void)
{
	pid_t pid = fork_guarded();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void ways(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d", (int)child);
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	say("by openat: %s", who(slurp(openat(dir, "status", O_RDONLY | O_CLOEXEC))));
	say("by openat, winding: %s", who(slurp(openat(dir, ".//status", O_RDONLY))));
	struct open_how how = { .flags = O_RDONLY };
	int fd = (int)syscall(SYS_openat2, dir, "status", &how, sizeof how);
	say("by openat2: %s", who(slurp(fd)));
	int cwd = open(".", O_RDONLY | O_DIRECTORY);
	chdir(path);
	say("from its folder: %s", who(slurp(open("status", O_RDONLY))));
	fchdir(cwd);
	close(cwd);
	close(dir);
	fd = open_of("/proc/%d/status", O_RDONLY | O_CLOEXEC);
	say("close-on-exec: %d, position %ld", fcntl(fd, F_GETFD), (long)lseek(fd, 0, SEEK_CUR));
	close(fd);
	fd = open_of("/proc/%d/status", O_RDONLY);
	say("not close-on-exec: %d", fcntl(fd, F_GETFD));
	close(fd);
	say("own: %s", who(slurp(open("/proc/self/status", O_RDONLY))));
	say("own thread: %s", who(slurp(open("/proc/thread-self/status", O_RDONLY))));
	fd = open_of("/proc/%d/status", O_WRONLY);
	say("to write: %d", fd < 0 ? -errno : 0);
	fd = open_of("/proc/%d/status", O_RDONLY | O_DIRECTORY);
	say("as a folder: %d", -errno);
	child++; // nobody
	fd = open("/proc/999999999/status", O_RDONLY);
	say("of nobody: %d", -errno);
	child--;
	(void)fd;
}

int main(int argc, char **argv)
{
	child = sleeper();
	// Whoever traces nobody reads what is there: the first link makes it a tracer.
	ptrace(PTRACE_SEIZE, child, 0, 0);
	settle('S');
	look("seized");
	ptrace(PTRACE_INTERRUPT, child, 0, 0);
	stopped("interrupted");
	look("in its stop");
	ways();
	ptrace(PTRACE_CONT, child, 0, 0);
	settle('S');
	look("continued");
	kill(child, SIGSTOP);
	stopped("a signal");
	look("before the signal");
	ptrace(PTRACE_CONT, child, 0, SIGSTOP);
	stopped("a group stop");
	look("in the group stop");
	ptrace(PTRACE_LISTEN, child, 0, 0);
	look("listening");
	kill(child, SIGCONT);
	stopped("a trap");
	look("continued by SIGCONT");
	ptrace(PTRACE_CONT, child, 0, 0);
	stopped("SIGCONT");
	ptrace(PTRACE_CONT, child, 0, 0);
	settle('S');
	look("goes on");
	ptrace(PTRACE_INTERRUPT, child, 0, 0);
	stopped("interrupted again");
	ptrace(PTRACE_DETACH, child, 0, 0);
	settle('S');
	look("let go");
	kill(child, SIGSTOP);
	settle('T');
	look("stopped, untraced");
	ptrace(PTRACE_ATTACH, child, 0, 0);
	settle('t');
	look("attached while stopped");
	stopped("attached");
	ptrace(PTRACE_DETACH, child, 0, SIGSTOP);
	settle('T');
	look("let go, stopped");
	ptrace(PTRACE_SEIZE, child, 0, 0);
	stopped("seized while stopped");
	kill(child, SIGKILL);
	settle('Z');
	say("dead: %c", state_of(slurp(open_of("/proc/%d/status", O_RDONLY))));
	stopped("reaped");
	// One that traces itself out to us, and reads of itself.
	int ready[2];
	pipe(ready);
	child = fork_guarded();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		say("of itself: %s", who(slurp(open("/proc/self/status", O_RDONLY))));
		raise(SIGUSR1);
		_exit(0);
	}
	stopped("its signal");
	look("its stop");
	ptrace(PTRACE_CONT, child, 0, 0);
	stopped("its end");
	return 0;
}
