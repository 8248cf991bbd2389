// A terminal, a shell on it and a job in the shell: jobshell SCRIPT COMMAND [ARG…]. Prints the job's pid and its first line, waits for a
// byte on standard input (time to attach), then plays the script and prints what the shell's waitpid and SIGCHLD say.
//   z ^Z   c ^C   q ^\   F fg   B bg   S SIGSTOP   T SIGTSTP   C SIGCONT   K SIGKILL   1 SIGUSR1
//   w: an event must follow   .: nothing must (100 ms)   t: whether the job is stopped (the tracer's t is a T too)
#include "common.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

static pid_t job;

static void shell(const char *tty, int commands, char **argv)
{
	setsid();
	int fd = open(tty, O_RDWR);
	ioctl(fd, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigset_t chld;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	int ready[2];
	pipe(ready);
	if ((job = fork_guarded()) == 0) {
		char byte;
		close(ready[1]);
		read(ready[0], &byte, 1);
		close(ready[0]);
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_DFL);
		sigprocmask(SIG_UNBLOCK, &chld, NULL);
		execv(argv[0], argv);
		_exit(127);
	}
	setpgid(job, job);
	tcsetpgrp(fd, job);
	say("job %d", job);
	close(ready[0]);
	close(ready[1]);
	int signals = signalfd(-1, &chld, SFD_CLOEXEC);
	for (;;) {
		struct pollfd fds[2] = { { commands, POLLIN, 0 }, { signals, POLLIN, 0 } };
		poll(fds, 2, -1);
		if (fds[1].revents) {
			struct signalfd_siginfo info;
			read(signals, &info, sizeof info);
			say("SIGCHLD code %d status %d", info.ssi_code, info.ssi_status);
			int status;
			while (waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED) > 0) {
				say("wait 0x%x", status);
				if (WIFEXITED(status) || WIFSIGNALED(status)) {
					tcsetpgrp(fd, getpgrp());
					_exit(0);
				}
			}
		}
		if (fds[0].revents) {
			char c;
			if (read(commands, &c, 1) != 1) {
				kill(job, SIGKILL);
				_exit(1);
			}
			if (c == 'F')
				tcsetpgrp(fd, job);
			if (c == 'B')
				tcsetpgrp(fd, getpgrp());
			int sig = c == 'F' || c == 'B' || c == 'C' ? SIGCONT : c == 'S' ? SIGSTOP : c == 'T' ? SIGTSTP : c == 'K' ? SIGKILL : SIGUSR1;
			kill(-job, sig);
		}
	}
}

static char state_of(pid_t pid)
{
	char path[32], text[256], *at;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return '-';
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = 0;
	fclose(f);
	at = strrchr(text, ')');
	return at[2];
}

// In a job control stop, not just in one of the many short ones of a traced task.
static int stays_stopped(pid_t pid)
{
	for (int i = 0; i < 12; i++, nap(2))
		if (!strchr("Tt", state_of(pid)))
			return 0;
	return 1;
}

// Passes on what the shell says, until it has been silent for `ms`. Returns how many waits it told of.
static int relay(int from, int ms, int enough)
{
	char text[1024];
	int waits = 0;
	for (;;) {
		struct pollfd fd = { from, POLLIN, 0 };
		if (poll(&fd, 1, waits >= enough ? 60 : ms) <= 0)
			return waits;
		ssize_t n = read(from, text, sizeof text - 1);
		if (n <= 0)
			return waits;
		text[n] = 0;
		write(1, text, (size_t)n);
		for (char *at = text; (at = strstr(at, "wait 0x")); at++)
			waits++;
	}
}

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), commands[2], told[2];
	grantpt(master);
	unlockpt(master);
	const char *tty = ptsname(master);
	pipe2(commands, O_CLOEXEC);
	pipe2(told, O_CLOEXEC);
	pid_t sh = fork_guarded();
	if (sh == 0) {
		close(commands[1]);
		int out = dup(1);
		fcntl(out, F_SETFD, FD_CLOEXEC);
		dup2(told[1], 1);
		shell(tty, commands[0], argv + 2);
	}
	close(told[1]);
	char text[256], byte;
	size_t n = 0;
	for (int lines = 0; lines < 2 && n < sizeof text - 1 && read(told[0], text + n, 1) == 1; n++)
		lines += text[n] == '\n';
	text[n] = 0;
	write(1, text, n);
	job = atoi(strstr(text, "job ") + 4);
	read(0, &byte, 1);
	for (char *c = argv[1]; *c; c++) {
		switch (*c) {
		case 'z': write(master, "\x1a", 1); break;
		case 'c': write(master, "\x03", 1); break;
		case 'q': write(master, "\x1c", 1); break;
		case 'w':
			if (!relay(told[0], 5000, 1))
				say("nothing");
			break;
		case '.': relay(told[0], 100, 99); break;
		case 't': say("state %s", stays_stopped(job) ? "stopped" : "running"); break;
		default: say("%c", *c); write(commands[1], c, 1);
		}
	}
	kill(job, SIGKILL);
	close(commands[1]);
	waitpid(sh, NULL, 0);
	return 0;
}
