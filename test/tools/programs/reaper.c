// Runs a command and becomes the parent of everything that it leaves behind (a subreaper): says "pid N" of the command,
// then "N STATUS" for each that it reaps, and ends when there is nobody left: neither a zombie nor one that is stopped.
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argc;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	printf("pid %d\n", pid);
	fflush(stdout);
	int status;
	while ((pid = wait(&status)) > 0) {
		printf("%d 0x%x\n", pid, status);
		fflush(stdout);
	}
	return 0;
}
