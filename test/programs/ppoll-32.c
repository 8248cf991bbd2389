// A 32-bit program without libc that sleeps in a ppoll_time64 which blocks SIGUSR1, and says whether that came before its end.
static long call(long nr, long a, long b, long c, long d, long e)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}

static long long left[2] = { 0, 600000000 };

static void handler(int sig)
{
	// A call that is interrupted writes down how much time is left.
	if (left[1] == 0)
		call(4, 1, (long)"caught at its end\n", 18, 0, 0);
	else
		call(4, 1, (long)"caught in it\n", 13, 0, 0);
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
	static unsigned long blocked[2] = { 1 << 9, 0 };
	sa.handler = handler;
	call(174, 10, (long)&sa, 0, 8, 0);
	call(4, 1, (long)"ready\n", 6, 0, 0);
	call(414, 0, 0, (long)left, (long)blocked, 8);
	call(252, 7, 0, 0, 0, 0);
	for (;;)
		;
}
