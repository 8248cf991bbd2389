// For 32-bit programs without libc: their system calls, with what is not given 0, and a sigaction of i386.
static inline long system_call(long nr, long a, long b, long c, long d, long e)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}
#define WITH_ALL(nr, a, b, c, d, e, ...) system_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define call(...) WITH_ALL(__VA_ARGS__, 0, 0, 0, 0, 0)

struct sigaction_32 {
	void (*handler)(int);
	unsigned long flags;
	void *restorer;
	unsigned long mask[2];
};
