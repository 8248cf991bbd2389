// A tree of processes: tree DEPTH WIDTH. Each node says its pid and sleeps; a SIGTERM to the root ends all (pipe).
#include "common.h"

int main(int argc, char **argv)
{
	int depth = atoi(argv[1]), width = atoi(argv[2]), end[2];
	pipe(end);
	for (;;) {
		say("node %d", getpid());
		if (depth-- == 0)
			break;
		int child = 0;
		for (int i = 0; i < width && !child; i++)
			child = fork_guarded() == 0;
		if (!child)
			break;
		close(end[1]);
	}
	char byte;
	if (argc > 3)
		syscall(SYS_getppid);
	while (read(end[0], &byte, 1) < 0)
		;
	return 0;
}
