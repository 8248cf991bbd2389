// The oracle for stepping: runs its arguments under PTRACE_SINGLESTEP (or SINGLEBLOCK with a first argument "block")
// between the first and the second getpid, and prints each instruction pointer.
#include "common.h"

#include <sys/ptrace.h>
#include <sys/user.h>

int main(int argc, char **argv)
{
	int block = argc > 1 && !strcmp(argv[1], "block");
	argv += block;
	pid_t pid = fork_guarded();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	int status;
	struct user_regs_struct regs;
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (int stops = 0; stops < 2;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		if (waitpid(pid, &status, 0) < 0 || WIFEXITED(status))
			return 1;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		if (regs.orig_rax == SYS_getpid)
			stops++;
	}
	long sig = 0;
	for (;;) {
		if (ptrace(block ? PTRACE_SINGLEBLOCK : PTRACE_SINGLESTEP, pid, 0, sig) < 0) {
			say("%s", strerrorname_np(errno));
			break;
		}
		if (waitpid(pid, &status, 0) < 0 || WIFEXITED(status) || WIFSIGNALED(status))
			return 1;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		sig = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		if (sig)
			say("signal %ld", sig);
		else
			say("0x%llx", regs.rip);
		if (!sig && regs.rax == SYS_getpid && ptrace(PTRACE_PEEKTEXT, pid, (void *)regs.rip, 0) << 48 >> 48 == 0x050f)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return 0;
}
