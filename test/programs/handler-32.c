// A 32-bit program without libc that catches SIGUSR1, sends it to itself and goes on.
#include "narrow.h"

static void handler(int sig)
{
	call(4, 1, "caught\n", 7);
}

void _start(void)
{
	static struct sigaction_32 sa;
	sa.handler = handler;
	call(174, 10, &sa, 0, 8);
	call(37, call(20), 10, 0, 0);
	call(4, 1, "alive\n", 6);
	call(252, 7);
	for (;;)
		;
}
