// A 32-bit program without libc that catches SIGUSR1, sends it to itself and goes on.
static long call(long nr, long a, long b, long c, long d)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
	return r;
}

static void handler(int sig)
{
	call(4, 1, (long)"caught\n", 7, 0);
}

struct sigaction_32 {
	void (*handler)(int);
	unsigned long flags;
	void *restorer;
	unsigned long mask[2];
};

void _start(void)
{
	static struct sigaction_32 sa;
	sa.handler = handler;
	call(174, 10, (long)&sa, 0, 8);
	call(37, call(20, 0, 0, 0, 0), 10, 0, 0);
	call(4, 1, (long)"alive\n", 6, 0);
	call(252, 7, 0, 0, 0);
	for (;;)
		;
}
