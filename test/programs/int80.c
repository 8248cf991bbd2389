// A 64-bit program that makes 32-bit calls too: getppid by int $0x80 (i386 64) and by syscall (x86-64 110).
#include "common.h"

int main(void)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(64L) : "memory", "r8", "r9", "r10", "r11");
	say("%s", r == syscall(SYS_getppid) ? "same" : "different");
	return 0;
}
