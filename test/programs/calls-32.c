// A 32-bit program without libc: write, getppid, a failing open, exit_group(7), through int $0x80.
static long call(long nr, long a, long b, long c)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

void _start(void)
{
	call(4, 1, (long)"hello from 32 bits\n", 19);
	call(64, 0, 0, 0);
	call(5, (long)"/does/not/exist", 0, 0);
	call(252, 7, 0, 0);
	for (;;)
		;
}
