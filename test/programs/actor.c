// An actor of test/conformance/ptrace: does what it is ordered, to the letter, with no system call of its own but one: it
// sleeps in read(2) on its bell while there is nothing to do. Freestanding, so that nothing is done behind its back.
//
//   actor stage DIR    the first process, with all bells: the parent of the first actor. Takes the last slot
//   actor again SLOT   after an execve: goes on in that slot
//   actor guard DIR    no actor: when its standard input ends, it kills all that is left on the stage, and removes it
#include "stage.h"

#define STACK 8192
static char stacks[SLOTS][STACK] __attribute__((aligned(16)));
// Whose order runs on which stack; the last entry is the stack of the process. A fork copies it, a thread shares it.
static volatile u32 owners[SLOTS + 1];
static volatile u64 word = 0x1122334455667788UL;

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n"
	".globl restorer\nrestorer: mov $15, %eax\n syscall\n hlt\n"
	// clone: a child with a stack of its own finds the way to go on top of it.
	".globl raw_clone\nraw_clone: mov %rcx, %r10\n mov $56, %eax\n syscall\n ret\n"
	"enter_child: pop %rdi\n and $-16, %rsp\n call perform\n hlt\n"
	".globl break_call\nbreak_call: mov %rdi, %rax\n int3\n syscall\n nop\n nop\n nop\n nop\n ret\n"
	".globl break_nops\nbreak_nops: int3\n nop\n nop\n nop\n nop\n ret\n");
extern void restorer(void);
extern void enter_child(void);
extern i64 raw_clone(u64 flags, u64 stack, u64 ptid, u64 ctid, u64 tls);
extern i64 break_call(u64 nr);
extern void break_nops(void);

void *memset(void *to, int byte, u64 size)
{
	for (u64 i = 0; i < size; i++)
		((volatile char *)to)[i] = (char)byte;
	return to;
}

static u32 stack_of(void *at)
{
	u64 offset = (u64)at - (u64)stacks;
	return offset < sizeof stacks ? (u32)(offset / STACK) : SLOTS;
}

// Writes down that it ran, and nothing else.
static void handler(int signo, i32 *info, void *context)
{
	struct slot *slot = SLOT(owners[stack_of(&info)]);
	u32 n = __atomic_fetch_add(&slot->handled, 1, __ATOMIC_SEQ_CST);
	if (n < 32)
		slot->handlers[n] = (struct handled){ signo, info[2], info[4], 0 };
}

void perform(u64 self);

static i64 make(u64 self, u64 flags, u64 child, u64 own_stack)
{
	u64 tid = (u64)&SLOT(child)->tid, stack = 0;
	if (own_stack) {
		u64 *top = (u64 *)(stacks[child] + STACK) - 2;
		top[0] = (u64)enter_child;
		top[1] = child;
		stack = (u64)top;
		owners[child] = (u32)child;
	}
	i64 pid = raw_clone(flags | 0x100000 /* PARENT_SETTID */, stack, tid, 0, 0);
	if (pid == 0) {
		owners[stack_of(&tid)] = (u32)child;
		perform(child);
	}
	return pid;
}

static void nap(u64 ms)
{
	u64 time[2] = { 0, ms * 1000000 };
	CALL(NR_nanosleep, time, 0, 0);
}

static int begins(const char *text, const char *with)
{
	while (*with && *text == *with)
		text++, with++;
	return *with == 0;
}

// A number may be somebody else's by now: only what runs the file that we know is killed.
static int kill_if(u64 pid, const char *exe)
{
	char path[32] = "/proc/", link[256], digits[12];
	int n = 0, at = 6;
	for (u64 p = pid; p; p /= 10)
		digits[n++] = (char)('0' + p % 10);
	while (n)
		path[at++] = digits[--n];
	for (const char *end = "/exe"; *end; end++)
		path[at++] = *end;
	path[at] = 0;
	i64 length = CALL(NR_readlink, path, link, sizeof link - 1);
	if (length < 0)
		return 0;
	link[length] = 0;
	if (!begins(link, exe))
		return 0;
	CALL(NR_kill, pid, 9, 0);
	return 1;
}

static u32 kill_all_but(u64 self)
{
	u32 killed = 0;
	for (u64 n = 0; n < SLOTS; n++)
		if (n != self && SLOT(n)->tid)
			killed += (u32)kill_if(SLOT(n)->tid, HEAD->programs);
	return killed;
}

// All that were orphaned are children of the first process by now, or will be.
__attribute__((noreturn)) static void strike(u64 self)
{
	HEAD->abandoned = 1;
	for (;;) {
		kill_all_but(self);
		i64 pid;
		while ((pid = CALL4(NR_wait4, -1, 0, 0x40000001 /* __WALL WNOHANG */, 0)) > 0)
			;
		if (pid < 0)
			CALL(NR_exit_group, 0, 0, 0);
		nap(1);
	}
}

static i64 carry_out(u64 self, struct order *order)
{
	struct slot *slot = SLOT(self);
	u64 *a = order->args;
	switch (order->op) {
	case DO_CLONE:
		return make(self, a[0], a[1], a[2]);
	case DO_SPIN: {
		u32 before = slot->release;
		slot->spinning = 1;
		while (slot->release == before && !HEAD->abandoned)
			slot->turns++;
		slot->spinning = 0;
		return 0;
	}
	case DO_LOOP: {
		i64 last = 0;
		for (u64 i = 0; i < a[0]; i++)
			last = CALL(NR_getppid, 0, 0, 0);
		return last;
	}
	case DO_BREAK_CALL:
		return break_call(a[0]);
	case DO_BREAK_NOPS:
		break_nops();
		return 0;
	case DO_FAULT:
		if (a[0])
			__asm__ volatile("ud2");
		*(volatile u64 *)a[1] = 1;
		return 0;
	case DO_STORE:
		*(volatile u64 *)a[0] = a[1];
		return 0;
	case DO_LOAD:
		return (i64) * (volatile u64 *)a[0];
	case DO_STRIKE:
		strike(self);
	default:
		return call6(order->op, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
}

__attribute__((noreturn)) void perform(u64 self)
{
	struct slot *slot = SLOT(self);
	char bell;
	for (;;) {
		while (slot->done != slot->posted) {
			struct order *order = &slot->orders[slot->done % ORDERS];
			slot->begun = slot->done + 1;
			order->result = carry_out(self, order);
			slot->done++;
		}
		if (CALL(NR_read, BELL_FD + self, &bell, 1) == 0)
			CALL(NR_exit_group, 99, 0, 0); // the test is gone
	}
}

static void join(char *out, const char *dir, const char *name, u64 number)
{
	while (*dir)
		*out++ = *dir++;
	while (*name)
		*out++ = *name++;
	if (number < SLOTS) {
		*out++ = (char)('0' + number / 10);
		*out++ = (char)('0' + number % 10);
	}
	*out = 0;
}

static i64 open_as(const char *path, u64 flags, u64 as)
{
	i64 fd = CALL(NR_open, path, flags, 0);
	if (fd < 0)
		CALL(NR_exit_group, 98, 0, 0);
	if (fd != (i64)as) {
		CALL(NR_dup2, fd, as, 0);
		CALL(NR_close, fd, 0, 0);
	}
	return fd;
}

static void set_stage(const char *dir)
{
	char path[512];
	join(path, dir, "/stage", SLOTS);
	open_as(path, 2 /* O_RDWR */, STAGE_FD);
	map_stage();
}

static void take_slot(u64 self)
{
	owners[SLOTS] = (u32)self;
	i64 tid = CALL(NR_gettid, 0, 0, 0);
	if (tid > 0) // a tracer may not let it make that call (SYSEMU)
		SLOT(self)->tid = (u32)tid;
}

static void guard(const char *dir)
{
	char byte;
	set_stage(dir);
	while (CALL(NR_read, 0, &byte, 1) > 0)
		;
	HEAD->abandoned = 1;
	for (int pass = 0; pass < 100; pass++) {
		u32 left = kill_all_but(SLOTS);
		if (HEAD->supervisor && pass >= 50)
			left += (u32)kill_if(HEAD->supervisor, HEAD->supervisor_exe);
		if (!left && (!HEAD->supervisor || pass > 52))
			break;
		nap(pass < 5 ? 2 : 20);
	}
	char path[512];
	join(path, dir, "/stage", SLOTS);
	CALL(NR_unlink, path, 0, 0);
	for (u64 n = 0; n < SLOTS; n++) {
		join(path, dir, "/bell", n);
		CALL(NR_unlink, path, 0, 0);
	}
	CALL(NR_rmdir, dir, 0, 0);
	CALL(NR_exit_group, 0, 0, 0);
}

__attribute__((noreturn, used)) void begin(u64 *stack)
{
	char **argv = (char **)(stack + 1), path[512];
	if (stack[0] < 3)
		CALL(NR_exit_group, 97, 0, 0);
	if (argv[1][0] == 'g')
		guard(argv[2]);
	if (argv[1][0] == 'a') {
		u64 self = (u64)number(argv[2]);
		map_stage();
		take_slot(self);
		struct slot *slot = SLOT(self);
		if (slot->begun != slot->done) { // the execve
			slot->orders[slot->done % ORDERS].result = 0;
			slot->done++;
		}
		perform(self);
	}
	set_stage(argv[2]);
	for (u64 n = 0; n < SLOTS; n++) {
		join(path, argv[2], "/bell", n);
		open_as(path, 0, BELL_FD + n);
	}
	HEAD->handler = (u64)handler;
	HEAD->restorer = (u64)restorer;
	HEAD->word = (u64)&word;
	CALL(NR_prctl, 36 /* SET_CHILD_SUBREAPER */, 1, 0);
	take_slot(SLOTS - 1);
	SLOT(SLOTS - 1)->ready = 1;
	perform(SLOTS - 1);
}
