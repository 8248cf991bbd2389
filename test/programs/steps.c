// A stretch of instructions to be stepped through, between two getpid calls: jumps, a getppid, a call into a handler
// (with "signal": SIGUSR1 is sent to itself in the middle).
#include "common.h"

static void handler(int sig)
{
	__asm__ volatile("nop");
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, handler);
	long self = syscall(SYS_gettid);
	long sig = argc > 1 && !strcmp(argv[1], "signal") ? SIGUSR1 : 0;
	__asm__ volatile("mov $39, %%eax\n\t"
			 "syscall\n\t" // getpid: the stepping begins behind it
			 "mov $3, %%ebx\n"
			 "1:\n\t"
			 "dec %%ebx\n\t"
			 "jnz 1b\n\t"
			 "mov $110, %%eax\n\t"
			 "syscall\n\t" // getppid
			 "nop\n\t"
			 "mov %0, %%rdi\n\t"
			 "mov %1, %%rsi\n\t"
			 "mov $200, %%eax\n\t"
			 "syscall\n\t" // tkill
			 "nop\n\t"
			 "nop\n\t"
			 "mov $39, %%eax\n\t"
			 "syscall\n\t" // getpid: the end
			 :
			 : "r"(self), "r"(sig)
			 : "rax", "rbx", "rcx", "rdi", "rsi", "r11", "memory");
	return 0;
}
