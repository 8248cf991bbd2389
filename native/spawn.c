// Spawning a tracee: fork, set everything up in the child, wait for the tracer, exec. No shell, no SIGSTOP.
#include "utrace.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(int err_fd, enum ut_spawn_step step)
{
	int why[2] = { errno, step };
	ssize_t ignored = write(err_fd, why, sizeof why);
	(void)ignored;
	_exit(127);
}

// Moves fd above 2, so that setting up 0–2 cannot overwrite it.
static int above_stdio(int fd)
{
	return fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

#define SIGNALS 64

static int has_action(int sig)
{
	return sig != SIGKILL && sig != SIGSTOP && sig != 32 && sig != 33; // 32, 33: glibc's
}

// What Node changed in this process is not the program's business. What was there is kept, for restore_signals.
static void default_signals(struct sigaction kept[SIGNALS + 1])
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	for (int sig = 1; sig <= SIGNALS; sig++)
		if (has_action(sig) && sigaction(sig, NULL, &kept[sig]) == 0 &&
		    (kept[sig].sa_handler != SIG_IGN || sig == SIGPIPE || sig == SIGXFSZ))
			sigaction(sig, &dfl, NULL);
}

static void restore_signals(const struct sigaction kept[SIGNALS + 1])
{
	for (int sig = 1; sig <= SIGNALS; sig++)
		if (has_action(sig))
			sigaction(sig, &kept[sig], NULL);
}

static int install_filter(const struct ut_spawn *how)
{
	if (!how->filter)
		return 0;
	struct sock_fprog prog = { .len = (unsigned short)how->filter_count, .filter = (void *)how->filter };
	// SPEC_ALLOW: the program keeps the speculation settings it has, instead of slower ones for the filter's sake.
	if (how->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog);
}

static void child(const struct ut_spawn *how, int go_fd, int err_fd, const sigset_t *mask)
{
	struct sigaction kept[SIGNALS + 1];
	default_signals(kept);
	go_fd = above_stdio(go_fd);
	err_fd = above_stdio(err_fd);
	if (go_fd < 0 || err_fd < 0)
		_exit(127);
	int fd[3];
	for (int i = 0; i < 3; i++)
		if ((fd[i] = how->fd[i]) >= 0 && fd[i] != i && fd[i] < 3 && (fd[i] = above_stdio(fd[i])) < 0)
			fail(err_fd, UT_STEP_STDIO);
	for (int i = 0; i < 3; i++) {
		if (fd[i] < 0)
			close(i);
		else if (fd[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(fd[i], i) < 0)
			fail(err_fd, UT_STEP_STDIO);
	}
	if (how->new_session && setsid() < 0)
		fail(err_fd, UT_STEP_SESSION);
	if (how->pgid >= 0 && !how->new_session && setpgid(0, how->pgid) < 0)
		fail(err_fd, UT_STEP_PGID);
	if (how->foreground_fd >= 0) {
		sigset_t ttou;
		sigemptyset(&ttou);
		sigaddset(&ttou, SIGTTOU);
		sigprocmask(SIG_BLOCK, &ttou, NULL);
		if (tcsetpgrp(how->foreground_fd, getpgrp()) < 0)
			fail(err_fd, UT_STEP_FOREGROUND);
	}
	if (how->cwd && chdir(how->cwd) < 0)
		fail(err_fd, UT_STEP_CWD);
	if (how->gid >= 0) {
		gid_t gid = (gid_t)how->gid;
		if (getuid() == 0 && setgroups(1, &gid) < 0)
			fail(err_fd, UT_STEP_GID);
		if (setresgid(gid, gid, gid) < 0)
			fail(err_fd, UT_STEP_GID);
	}
	if (how->uid >= 0 && setresuid((uid_t)how->uid, (uid_t)how->uid, (uid_t)how->uid) < 0)
		fail(err_fd, UT_STEP_UID);
	sigprocmask(SIG_SETMASK, mask, NULL);

	// From here on the tracer may already be attached; it hides these calls until the exec.
	char go;
	ssize_t n;
	while ((n = read(go_fd, &go, 1)) < 0 && errno == EINTR)
		;
	if (n != 1)
		_exit(127); // the tracer is gone
	if (install_filter(how) < 0)
		fail(err_fd, UT_STEP_SECCOMP);
	execve(how->file, how->argv, how->envp);
	fail(err_fd, UT_STEP_EXEC);
}

int ut_spawn(const struct ut_spawn *how, struct ut_spawned *out)
{
	int go[2], err[2];
	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		int e = errno;
		close(go[0]);
		close(go[1]);
		return -e;
	}
	sigset_t all, mask;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask); // no handler of Node's runs in the child
	pid_t pid = fork();
	int e = errno;
	if (pid == 0) {
		close(go[1]);
		close(err[0]);
		child(how, go[0], err[1], &mask);
	}
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	close(go[0]);
	close(err[1]);
	if (pid < 0) {
		close(go[1]);
		close(err[0]);
		return -e;
	}
	out->pid = pid;
	out->go_fd = go[1];
	out->err_fd = err[0];
	return 0;
}

// The other way: this very process becomes the program, under a tracer that it asks over the Unix socket at `path`. The
// tracer seizes it while it waits here and then answers '+', or in words why it will not (-ECANCELED). An empty path: it
// has its tracer already. Where it fails, this process has the signal handlers and the mask that it had.
int ut_become(const struct ut_spawn *how, const char *path, pid_t tracer, const void *ask, size_t ask_len, char *why,
	      size_t why_len)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(path), got = 0;
	if (len >= sizeof at.sun_path)
		return -ENAMETOOLONG;
	memcpy(at.sun_path, path, len);
	int e, fd = -1;
	ssize_t n = -1;
	struct sigaction kept[SIGNALS + 1];
	sigset_t all, mask;
	sigfillset(&all);
	if (len > 0 && (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -errno;
	pthread_sigmask(SIG_SETMASK, &all, &mask); // no handler of Node's runs any more
	default_signals(kept);
	if (len == 0)
		goto exec;
	// Yama: a tracer that is not our ancestor needs our consent. Without Yama this fails, and is not needed.
	prctl(PR_SET_PTRACER, tracer, 0, 0, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0 || send(fd, ask, ask_len, MSG_NOSIGNAL) != (ssize_t)ask_len)
		goto failed;
	pthread_sigmask(SIG_SETMASK, &mask, NULL); // Ctrl-C while we wait is as ever
	while (got < why_len && ((n = read(fd, why + got, why_len - got)) > 0 || (n < 0 && errno == EINTR))) {
		if (n > 0)
			got += (size_t)n;
		if (got > 0 && why[0] == '+')
			break;
	}
	if (n < 0)
		goto failed;
	if (got == 0 || why[0] != '+') {
		errno = got == 0 ? ECONNRESET : ECANCELED;
		goto failed;
	}
exec:
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	for (int i = 0; i < 3; i++)
		fcntl(i, F_SETFD, 0); // Node has them close-on-exec
	if (install_filter(how) == 0)
		execve(how->file, how->argv, how->envp);
failed:
	e = errno;
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	restore_signals(kept);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (fd >= 0)
		close(fd);
	return -e;
}
