// A 32-bit program without libc: write, getppid, a failing open, exit_group(7), through int $0x80.
#include "narrow.h"

void _start(void)
{
	call(4, 1, "hello from 32 bits\n", 19);
	call(64);
	call(5, "/does/not/exist");
	call(252, 7);
	for (;;)
		;
}
