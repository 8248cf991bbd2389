// A 32-bit program without libc that sleeps in a ppoll_time64 which blocks SIGUSR1, and says whether that came before its end.
#include "narrow.h"

static long long left[2] = { 0, 600000000 };

static void handler(int sig)
{
	// A call that is interrupted writes down how much time is left.
	if (left[1] == 0)
		call(4, 1, "caught at its end\n", 18);
	else
		call(4, 1, "caught in it\n", 13);
}

void _start(void)
{
	static struct sigaction_32 sa;
	static unsigned long blocked[2] = { 1 << 9, 0 };
	sa.handler = handler;
	call(174, 10, &sa, 0, 8);
	call(4, 1, "ready\n", 6);
	call(414, 0, 0, left, blocked, 8);
	call(252, 7);
	for (;;)
		;
}
