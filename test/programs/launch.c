// The real parent of what is to be attached to: launch COMMAND [ARG…]. Says the child's pid, then each status its waitpid
// gets (WUNTRACED and WCONTINUED too); ends with the child. The child dies with it. It leads a session, in which the child
// has a process group of its own: that is not orphaned (R36), whoever started the tests.
#include "common.h"

#include <sys/prctl.h>

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	int status = 0, ready[2];
	setsid();
	pipe(ready);
	pid_t pid = fork_guarded();
	if (pid == 0) {
		char byte;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		close(ready[1]);
		read(ready[0], &byte, 1);
		close(ready[0]);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	say("pid %d", pid);
	close(ready[0]);
	close(ready[1]);
	for (;;) {
		if (waitpid(pid, &status, WUNTRACED | WCONTINUED) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		say("status 0x%x", status);
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
