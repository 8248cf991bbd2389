// The stage that the actors of test/conformance/ptrace share: one file that all of them map at the same address. The test
// reads and writes the same file, so orders and results need no system call. Layout: test/conformance/ptrace/layout.ts.
#ifndef STAGE_H
#define STAGE_H

#define STAGE_AT 0x20000000UL
#define STAGE_FD 60
#define BELL_FD 64 // the bell of slot n is BELL_FD + n
#define SLOTS 32
#define SLOT_SIZE 0x20000UL
#define HEAD_SIZE 0x1000UL
#define ORDERS 64

typedef unsigned int u32;
typedef int i32;
typedef unsigned long u64;
typedef long i64;

struct head {
	u64 handler, restorer, word, path;
	u32 supervisor; // of `utrace share`: ended by the guard should the test die
	u32 abandoned;
	char supervisor_exe[256];
	char programs[256]; // where the programs of the tests are
};

struct handled {
	i32 signo, code, pid, pad;
};

struct order {
	u64 op, args[6];
	i64 result;
	u64 pad[8];
};

struct slot {
	volatile u32 tid, posted, begun, done, spinning, release, handled, ready;
	volatile u32 turns; // of the spinning
	u32 pad[7];
	struct handled handlers[32];
	u32 pad2[0x70];
	struct order orders[ORDERS]; // from 0x400
};

#define HEAD ((struct head *)STAGE_AT)
#define SLOT(n) ((struct slot *)(STAGE_AT + HEAD_SIZE + (u64)(n) * SLOT_SIZE))

// Orders that are not one system call. Others are system call numbers.
enum {
	DO_CLONE = 0x1000, // flags, slot of the child, own stack?
	DO_SPIN,           // in user mode until `release` changes
	DO_LOOP,           // n times getppid
	DO_BREAK_CALL,     // int3, then a system call instruction with number n in rax, then nops
	DO_BREAK_NOPS,     // int3, then nops
	DO_FAULT,          // 0: an access to page 0; 1: ud2
	DO_STORE,          // *a = b
	DO_LOAD,           // *a
	DO_STRIKE,         // ends all others, waits for them, exits
};

static inline i64 call6(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	i64 ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#define CALL(nr, a, b, c) call6((nr), (u64)(a), (u64)(b), (u64)(c), 0, 0, 0)
#define CALL4(nr, a, b, c, d) call6((nr), (u64)(a), (u64)(b), (u64)(c), (u64)(d), 0, 0)

enum {
	NR_read = 0, NR_open = 2, NR_close = 3, NR_mmap = 9, NR_dup2 = 33, NR_nanosleep = 35, NR_getpid = 39, NR_exit_group = 231,
	NR_wait4 = 61, NR_kill = 62, NR_readlink = 89, NR_unlink = 87, NR_rmdir = 84, NR_ptrace = 101, NR_getppid = 110, NR_prctl = 157, NR_gettid = 186,
};

static inline void map_stage(void)
{
	call6(NR_mmap, STAGE_AT, HEAD_SIZE + SLOTS * SLOT_SIZE, 3 /* rw */, 0x11 /* SHARED FIXED */, STAGE_FD, 0);
}

static inline long number(const char *text)
{
	long n = 0;
	while (*text)
		n = n * 10 + (*text++ - '0');
	return n;
}
#endif
