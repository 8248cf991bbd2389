// Job control by a terminal, as the kernel has it: what a session leader and its jobs are told. One line for each fact; the
// simulated kernel is to print the same (test/conformance/terminal.test.ts has the same program for it).
#include "common.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, tty, say_to[2];

static void type(const char *text) { write(master, text, strlen(text)); }
static int failed(int result) { return result < 0 ? errno : 0; }

// A job in a process group of its own: runs `body`, and its exit status is what that returns.
static pid_t job(int (*body)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		sigset_t none;
		sigemptyset(&none);
		sigsuspend(&none); // until it is told
		sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(body());
	}
	setpgid(pid, pid);
	return pid;
}

static void nothing(int signo) { (void)signo; }

static void go(pid_t pid) { kill(pid, SIGUSR1); }

static void show(const char *what, pid_t pid)
{
	int status;
	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) say("%s: stopped %d", what, WSTOPSIG(status));
	else if (WIFSIGNALED(status)) say("%s: killed %d", what, WTERMSIG(status));
	else say("%s: exit %d", what, WEXITSTATUS(status));
}

static char line[64];
static int reads(void) { int n = (int)read(tty, line, sizeof line); return n < 0 ? 100 + errno : n; }
static int reads_ignoring(void) { signal(SIGTTIN, SIG_IGN); return reads(); }
static int reads_blocking(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTTIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return reads();
}
static int takes(void) { return 100 + failed(tcsetpgrp(tty, getpgrp())); }
static int takes_ignoring(void)
{
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(tty, getpgrp());
	return tcgetpgrp(tty) == getpgrp();
}
static int writes(void) { int n = (int)write(tty, "abc", 3); return n < 0 ? 100 + errno : n; }
static int writes_ignoring(void) { signal(SIGTTOU, SIG_IGN); return writes(); }
static int waits(void) { return pause(); }

// Its child stays in the group when it ends, and that is an orphan then.
static int leaves_orphan(void)
{
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		while (getppid() == parent) nanosleep(&(struct timespec){0, 1000000}, NULL);
		char c = (char)reads();
		write(say_to[1], &c, 1);
		_exit(0);
	}
	return 0;
}

static int hears(void)
{
	char c = 0;
	sigset_t set;
	int signo;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	write(say_to[1], "r", 1);
	sigwait(&set, &signo);
	c = (char)signo;
	write(say_to[1], &c, 1);
	return 0;
}

static void set_tostop(int on)
{
	struct termios t;
	tcgetattr(tty, &t);
	if (on) t.c_lflag |= TOSTOP;
	else t.c_lflag &= ~(tcflag_t)TOSTOP;
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE);
	tcsetattr(tty, TCSANOW, &t);
}

static int told(void) { char c = 0; read(say_to[0], &c, 1); return (unsigned char)c; }

static void leader(void)
{
	pid_t self, pid;
	sigset_t told_to_go;
	say("before: %d", failed(tcgetpgrp(tty)));
	setsid();
	ioctl(tty, TIOCSCTTY, 0);
	self = getpid();
	say("the leader is in the foreground: %d", tcgetpgrp(tty) == self);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGUSR1, nothing);
	sigemptyset(&told_to_go);
	sigaddset(&told_to_go, SIGUSR1);
	sigprocmask(SIG_BLOCK, &told_to_go, NULL);
	set_tostop(0);

	pid = job(reads);
	go(pid);
	show("a read in the background", pid);
	tcsetpgrp(tty, pid);
	kill(-pid, SIGCONT);
	type("hi\n");
	show("in the foreground it goes on", pid);

	tcsetpgrp(tty, self);
	pid = job(reads_ignoring);
	go(pid);
	show("SIGTTIN ignored", pid);
	pid = job(reads_blocking);
	go(pid);
	show("SIGTTIN blocked", pid);
	pid = job(leaves_orphan);
	go(pid);
	show("its child is left", pid);
	say("a read of an orphan: %d", told());

	pid = job(takes);
	go(pid);
	show("tcsetpgrp in the background", pid);
	tcsetpgrp(tty, pid);
	kill(pid, SIGCONT);
	show("and in the foreground", pid);
	tcsetpgrp(tty, self);
	pid = job(takes_ignoring);
	go(pid);
	show("SIGTTOU ignored", pid);
	tcsetpgrp(tty, self);

	pid = job(writes);
	go(pid);
	show("a write in the background", pid);
	set_tostop(1);
	pid = job(writes);
	go(pid);
	show("the same with TOSTOP", pid);
	set_tostop(0);
	kill(pid, SIGCONT);
	show("and without", pid);
	set_tostop(1);
	pid = job(writes_ignoring);
	go(pid);
	show("with TOSTOP, ignored", pid);
	set_tostop(0);

	pid = job(waits);
	tcsetpgrp(tty, pid);
	type("\x1a");
	show("^Z", pid);
	kill(pid, SIGCONT);
	type("\x03");
	show("^C", pid);
	pid = job(reads);
	tcsetpgrp(tty, pid);
	go(pid);
	type("\x04");
	show("^D", pid);
	tcsetpgrp(tty, self);

	say("a negative group: %d", failed(ioctl(tty, TIOCSPGRP, &(pid_t){-3})));
	say("no such group: %d", failed(tcsetpgrp(tty, pid)));
	say("a group of another session: %d", failed(tcsetpgrp(tty, getpgid(getppid()))));
	say("no terminal: %d", failed(tcsetpgrp(say_to[0], self)));

	pid = job(hears);
	tcsetpgrp(tty, pid);
	go(pid);
	told();
	_exit(0); // hangs up
}

int main(void)
{
	pipe(say_to);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	grantpt(master);
	unlockpt(master);
	tty = open(ptsname(master), O_RDWR | O_NOCTTY);
	pid_t pid = fork();
	if (pid == 0) leader();
	waitpid(pid, NULL, 0);
	say("the leader is gone, the foreground hears: %d", told());
	return 0;
}
