// Runs a command on a terminal of its own: a session whose controlling terminal is a pty, in the foreground. What the
// terminal shows goes to standard output. Ends as the command does.
#include "common.h"

#include <fcntl.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	grantpt(master);
	unlockpt(master);
	const char *tty = ptsname(master);
	pid_t pid = fork_guarded();
	if (pid == 0) {
		setsid();
		int fd = open(tty, O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		if (fd > 2)
			close(fd);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	char text[4096];
	for (ssize_t n; (n = read(master, text, sizeof text)) > 0;)
		write(1, text, (size_t)n);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
