// A tracer that is in the way: seizes a process (argument), says so, and holds it until its standard input ends.
#include "common.h"

#include <sys/ptrace.h>

int main(int argc, char **argv)
{
	char byte;
	pid_t pid = atoi(argv[1]);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0) {
		say("seize: %s", strerrorname_np(errno));
		return 1;
	}
	say("holding");
	read(0, &byte, 1);
	return 0;
}
