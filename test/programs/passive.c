// A tracer that wants nothing: it seizes one task, passes every signal on, listens in group stops and otherwise resumes. For
// test/conformance/ptrace: whoever else traces the task must not notice.
//
//   passive SLOT TID OPTIONS    says in SLOT that it has attached
#include "stage.h"

enum { CONT = 7, GETSIGINFO = 0x4202, SEIZE = 0x4206, LISTEN = 0x4208 };

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n");

__attribute__((noreturn, used)) void begin(u64 *stack)
{
	char **argv = (char **)(stack + 1);
	map_stage();
	struct slot *slot = SLOT(number(argv[1]));
	slot->tid = (u32)CALL(NR_gettid, 0, 0, 0);
	slot->orders[0].result = CALL4(NR_ptrace, SEIZE, number(argv[2]), 0, number(argv[3]));
	slot->ready = 1;
	for (;;) {
		u32 status;
		i64 tid = CALL4(NR_wait4, -1, &status, 0x40000000 /* __WALL */, 0);
		if (tid == -4 /* EINTR */)
			continue;
		if (tid < 0)
			CALL(NR_exit_group, 0, 0, 0); // the task is gone
		if ((status & 0xff) != 0x7f)
			continue;
		u32 event = status >> 16, signal = status >> 8 & 0xff;
		if (event == 128 && signal != 5)
			CALL4(NR_ptrace, LISTEN, tid, 0, 0);
		else
			CALL4(NR_ptrace, CONT, tid, 0, event || signal == 0x85 ? 0 : signal);
	}
}
