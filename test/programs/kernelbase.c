// A tracer whose GS base is an address of the kernel's, as WRGSBASE allows and no tracer may set, gets its SIGCHLDs and goes on.
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define HWCAP2_FSGSBASE 2
#define BASE 0xffff888000000000ul

static volatile int handled;
static void handler(int signo) { handled = 1; }

int main(void)
{
	if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE))
		return 77;
	pid_t child = fork();
	if (child == 0)
		for (;;)
			pause();
	signal(SIGCHLD, handler);
	unsigned long base = BASE;
	__asm__ volatile("wrgsbase %0" : : "r"(base));
	ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL);
	int stops = 0, status;
	for (int k = 0; k < 20; k++) {
		ptrace(PTRACE_INTERRUPT, child, 0, 0);
		stops += waitpid(child, &status, 0) == child;
		ptrace(PTRACE_CONT, child, 0, 0);
	}
	__asm__ volatile("rdgsbase %0" : "=r"(base));
	printf("%d stops, handled %d, base %lx\n", stops, handled, base);
	return 0;
}
