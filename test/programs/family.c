// A child stops itself, is continued by its parent, and ends: test/unit/nest/programs.ts has the same.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		kill(getpid(), SIGSTOP);
		_exit(3);
	}
	int status;
	waitpid(child, &status, WUNTRACED);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	return 5;
}
