// Attaching to a stopped process while SIGCONT comes: what the tracer is told, many times over. `trapping SEIZE|ATTACH TIMES` prints
// each outcome once: what a wait finds that does not wait, and what comes after (wait statuses >> 8, in hexadecimal).
#include "common.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>

static void spin(int times)
{
	for (volatile int i = 0; i < times; i++) {}
}

static int sleeps(pid_t pid)
{
	char path[64], text[256], *state;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY);
	ssize_t length = read(fd, text, sizeof text - 1);
	close(fd);
	if (length <= 0) return 1;
	text[length] = 0;
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

static void once(int request, char *told)
{
	int go[2], status;
	pid_t tracee = fork_guarded();
	if (tracee == 0) for (;;) pause();
	kill(tracee, SIGSTOP);
	waitpid(tracee, &status, WUNTRACED);
	pipe(go);
	int late = rand() % 4000, early = rand() % 4000;
	pid_t other = fork_guarded();
	if (other == 0) {
		char c;
		read(go[0], &c, 1);
		spin(late);
		kill(tracee, SIGCONT);
		_exit(0);
	}
	write(go[1], "x", 1);
	spin(early);
	ptrace(request, tracee, 0, 0);
	pid_t found = waitpid(tracee, &status, __WALL | WNOHANG);
	told += found == tracee ? sprintf(told, "at once %x", status >> 8) : sprintf(told, "not yet");
	waitpid(other, NULL, 0);
	if (found == tracee) ptrace(PTRACE_CONT, tracee, 0, 0);
	for (int asleep = 0; asleep < 2;) { // back in its pause: there is no more
		if (waitpid(tracee, &status, __WALL | WNOHANG) != tracee) {
			if (sleeps(tracee)) asleep++;
			else sched_yield();
			continue;
		}
		asleep = 0;
		told += sprintf(told, " %x", status >> 8);
		ptrace(PTRACE_CONT, tracee, 0, status >> 16 ? 0 : (status >> 8) & 0xff);
	}
	kill(tracee, SIGKILL);
	while (waitpid(tracee, &status, __WALL) > 0 && WIFSTOPPED(status)) {}
	close(go[0]);
	close(go[1]);
}

int main(int argc, char **argv)
{
	static char seen[32][200];
	int request = !strcmp(argv[1], "SEIZE") ? PTRACE_SEIZE : PTRACE_ATTACH, count = 0;
	for (int times = argc > 2 ? atoi(argv[2]) : 1; times > 0; times--) {
		int i = 0;
		memset(seen[count], 0, sizeof seen[0]);
		once(request, seen[count]);
		while (strcmp(seen[i], seen[count])) i++;
		if (i < count) continue;
		say("%s", seen[count++]);
		if (count == 32) return 1;
	}
	return 0;
}
