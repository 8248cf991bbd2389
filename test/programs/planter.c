// Debuggers at work on one program, each with breakpoints of its own: `planter WAY:PLACE...` starts the program and a debugger
// for each argument, and says of each what it saw. WAY: peek, mem (pread and pwrite) or file (lseek, read and write) is how it
// gets at memory; PLACE: tick, tock, or both. A debugger steps over a breakpoint by lifting it.
// `planter forever`: just the program.
#include "common.h"
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

enum { HITS = 25, PATIENCE_MS = 20000 };

static volatile long ticks, tocks;
__attribute__((noinline, noclone)) void tick(void) { ticks++; }
__attribute__((noinline, noclone)) void tock(void) { tocks++; }

static pid_t target;
static int mem;
static const char *way;

static void get(const volatile void *at, void *to, size_t length)
{
	if (!strcmp(way, "mem"))
		pread(mem, to, length, (off_t)(uintptr_t)at);
	else if (!strcmp(way, "file")) {
		lseek(mem, (off_t)(uintptr_t)at, SEEK_SET);
		read(mem, to, length);
	} else {
		long word = ptrace(PTRACE_PEEKDATA, target, at, 0);
		memcpy(to, &word, length);
	}
}

static void put(const volatile void *at, const void *from, size_t length)
{
	if (!strcmp(way, "mem"))
		pwrite(mem, from, length, (off_t)(uintptr_t)at);
	else if (!strcmp(way, "file")) {
		lseek(mem, (off_t)(uintptr_t)at, SEEK_SET);
		write(mem, from, length);
	} else {
		long word = ptrace(PTRACE_PEEKDATA, target, at, 0);
		memcpy(&word, from, length);
		ptrace(PTRACE_POKEDATA, target, at, word);
	}
}

struct place {
	void (*at)(void);
	volatile long *count;
	unsigned char original;
	long last;
	int used;
};
static struct place places[2] = { { tick, &ticks, 0, 0, 0 }, { tock, &tocks, 0, 0, 0 } };
static int strange, missed, hits;
static const unsigned char INT3 = 0xcc;

static int next_stop(void)
{
	int status = 0;
	for (int ms = 0; ms < PATIENCE_MS; ms++) {
		if (waitpid(target, &status, __WALL | WNOHANG) == target)
			return status;
		usleep(1000);
	}
	say("no stop within %d ms", PATIENCE_MS);
	exit(1);
}

static void hit(struct place *place, struct user_regs_struct *regs)
{
	long count;
	get(place->count, &count, sizeof count);
	if (place->last != 0 && count != place->last + 1)
		missed++;
	place->last = count;
	hits++;
	// What the program has around it, of others' breakpoints nothing.
	for (int i = 0; i < 2; i++) {
		unsigned char seen[8];
		get((void *)places[i].at, seen, sizeof seen);
		if (places[i].used ? seen[0] != INT3 : memcmp(seen, (void *)places[i].at, sizeof seen) != 0)
			strange++;
	}
	regs->rip--;
	ptrace(PTRACE_SETREGS, target, 0, regs);
	put((void *)place->at, &place->original, 1);
	if (hits >= HITS)
		return;
	siginfo_t info;
	ptrace(PTRACE_SINGLESTEP, target, 0, 0);
	int status = next_stop();
	ptrace(PTRACE_GETREGS, target, 0, regs);
	if (status != 0x57f || ptrace(PTRACE_GETSIGINFO, target, 0, &info) || info.si_code != 2 ||
	    regs->rip == (uintptr_t)place->at)
		strange++;
	put((void *)place->at, &INT3, 1);
}

static int debugger(const char *what)
{
	way = strndup(what, strcspn(what, ":"));
	const char *where = strchr(what, ':') + 1;
	if (ptrace(PTRACE_ATTACH, target, 0, 0) != 0)
		return 1;
	if (next_stop() != 0x137f)
		strange++;
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/mem", (int)target);
	mem = open(path, O_RDWR | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		places[i].used = !strcmp(where, "both") || !strcmp(where, i ? "tock" : "tick");
		if (!places[i].used)
			continue;
		get((void *)places[i].at, &places[i].original, 1);
		if (places[i].original != *(unsigned char *)places[i].at)
			strange++;
		put((void *)places[i].at, &INT3, 1);
	}
	while (hits < HITS) {
		ptrace(PTRACE_CONT, target, 0, 0);
		int status = next_stop();
		if (!WIFSTOPPED(status)) {
			say("%s: the program is gone: %#x", what, status);
			return 1;
		}
		struct user_regs_struct regs;
		ptrace(PTRACE_GETREGS, target, 0, &regs);
		struct place *place = 0;
		for (int i = 0; i < 2; i++)
			if (places[i].used && regs.rip == (uintptr_t)places[i].at + 1)
				place = &places[i];
		if (status != 0x57f || place == 0)
			strange++;
		else
			hit(place, &regs);
	}
	for (int i = 0; i < 2; i++)
		if (places[i].used)
			put((void *)places[i].at, &places[i].original, 1);
	ptrace(PTRACE_DETACH, target, 0, 0);
	say("%s: %d hits, %d missed, %d strange", what, hits, missed, strange);
	return 0;
}

// The program forks now and then: the child has the breakpoints in it, and goes on without them when they were lifted there.
static void forks(void)
{
	unsigned char first[2] = { *(unsigned char *)tick, *(unsigned char *)tock };
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	for (;;) {
		int status;
		pid_t pid = fork_guarded();
		if (pid == 0)
			_exit(first[0] == *(volatile unsigned char *)tick && first[1] == *(volatile unsigned char *)tock ? 0 : 1);
		while (waitpid(pid, &status, 0) < 0)
			;
		if (status == 0)
			ticks++;
		else
			tocks++;
		usleep(2000);
	}
}

// A debugger with one breakpoint that is never hit: it lifts it in each child, and lets the child go.
static int follower(const char *what)
{
	way = strndup(what, strcspn(what, ":"));
	int mine = strcmp(strchr(what, ':') + 1, "tick") != 0;
	struct place *place = &places[mine], *other = &places[!mine];
	ptrace(PTRACE_ATTACH, target, 0, 0);
	next_stop();
	ptrace(PTRACE_SETOPTIONS, target, 0, PTRACE_O_TRACEFORK);
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/mem", (int)target);
	mem = open(path, O_RDWR | O_CLOEXEC);
	get((void *)place->at, &place->original, 1);
	put((void *)place->at, &INT3, 1);
	ptrace(PTRACE_CONT, target, 0, 0);
	pid_t parent = target;
	int parent_mem = mem, followed = 0;
	for (int ms = 0; ms < PATIENCE_MS; ms++) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);
		if (pid <= 0) {
			usleep(1000);
			continue;
		}
		if (pid == parent && followed >= 10 && status >> 8 == SIGCHLD) {
			put((void *)place->at, &place->original, 1);
			ptrace(PTRACE_DETACH, pid, 0, SIGCHLD);
			break;
		}
		if (pid == parent) { // its fork, or the SIGCHLD of an earlier one
			ptrace(PTRACE_CONT, pid, 0, status >> 8 == SIGCHLD ? SIGCHLD : 0);
			continue;
		}
		if (!WIFSTOPPED(status))
			continue;
		unsigned char here, there;
		target = pid;
		snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
		mem = open(path, O_RDWR | O_CLOEXEC);
		get((void *)place->at, &here, 1);
		get((void *)other->at, &there, 1);
		if (here != INT3 || there != *(unsigned char *)other->at)
			strange++;
		put((void *)place->at, &place->original, 1);
		ptrace(PTRACE_DETACH, pid, 0, 0);
		close(mem);
		target = parent;
		mem = parent_mem;
		followed++;
	}
	say("%s: %s, %d strange", what, followed >= 10 ? "followed" : "not followed", strange);
	return 0;
}

static void program(void)
{
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	for (;;) {
		tick();
		tock();
		usleep(500);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "forever"))
		program();
	int forking = argc > 1 && !strcmp(argv[1], "fork");
	target = fork_guarded();
	if (target == 0)
		forking ? forks() : program();
	usleep(20000);
	for (int i = 1 + forking; i < argc; i++)
		if (fork_guarded() == 0)
			_exit(forking ? follower(argv[i]) : debugger(argv[i]));
	for (int i = 1 + forking; i < argc; i++)
		wait(NULL);
	usleep(20000);
	int intact = 1;
	for (int i = 0; i < 2; i++) {
		unsigned char seen[16];
		struct iovec to = { seen, sizeof seen }, from = { (void *)places[i].at, sizeof seen };
		if (process_vm_readv(target, &to, 1, &from, 1, 0) != sizeof seen || memcmp(seen, from.iov_base, sizeof seen))
			intact = 0;
	}
	int status = 0;
	int alive = waitpid(target, &status, WNOHANG) == 0;
	say("the program: %s, %s", alive ? "alive" : "dead", intact ? "as it was" : "changed");
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	return 0;
}
