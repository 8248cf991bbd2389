// ptrace(2) and the memory of tasks, as JavaScript calls them.
#include "binding.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// ptrace(request, tid, addr, data): requests whose answer is only success or failure.
FN(ptrace_simple, 4)
{
	long r = ptrace(i32(a, 0), i32(a, 1), u64(a, 2), u64(a, 3));
	return int_(env, r < 0 ? -errno : 0);
}

// ptraceRaw(request, tid, addr, data): the system call itself; addr and data are numbers, or bytes that they point to.
FN(ptrace_raw, 4)
{
	void *p[2] = { NULL, NULL };
	for (int k = 0; k < 2; k++) {
		bool array = false;
		size_t len;
		napi_is_typedarray(env, a->v[2 + k], &array);
		if (array)
			p[k] = bytes(a, 2 + k, &len);
		else
			p[k] = (void *)(uintptr_t)u64(a, 2 + k);
	}
	long r = syscall(SYS_ptrace, i32(a, 0), i32(a, 1), p[0], p[1]);
	return int_(env, r < 0 ? -errno : (int)r);
}

// pokeTwo(tid, offset, value, offset, value): two words of struct user.
FN(poke_two, 5)
{
	for (int k = 1; k < 5; k += 2)
		if (ptrace(PTRACE_POKEUSER, i32(a, 0), u64(a, k), u64(a, k + 1)) < 0)
			return int_(env, -errno);
	return int_(env, 0);
}

#ifdef __x86_64__
#define I386_PTRACE 26

static long int80(long nr, long a, long b, long c, long d)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int)r;
}
#endif

// ptrace32(request, tid, addr, data): the call of i386, whose layouts are those of a 32-bit tracer: the kernel makes them. Bytes go
// by way of memory that 32 bits can point to.
FN(ptrace_32, 4)
{
#ifdef __x86_64__
	static unsigned char *low;
	enum { LOW_BYTES = 4096 };
	bool array = false;
	size_t len = 0;
	long data;
	if (!low) {
		void *p = mmap(NULL, LOW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (p == MAP_FAILED)
			return int_(env, -errno);
		low = p;
	}
	void *given = NULL;
	napi_is_typedarray(env, a->v[3], &array);
	if (array) {
		given = bytes(a, 3, &len);
		if (!given)
			return NULL;
		if (len > LOW_BYTES)
			return int_(env, -EINVAL);
		memcpy(low, given, len);
		data = (long)low;
	} else {
		data = (long)(uint32_t)u64(a, 3);
	}
	long r = int80(I386_PTRACE, i32(a, 0), i32(a, 1), (long)(uint32_t)u64(a, 2), data);
	if (array)
		memcpy(given, low, len);
	return int_(env, (int)r);
#else
	(void)a;
	return int_(env, -ENOSYS);
#endif
}

// ptraceData(request, tid, addr, bytes): requests that read or write a buffer; returns the request's own result.
FN(ptrace_data, 4)
{
	size_t len;
	void *data = bytes(a, 3, &len);
	if (!data)
		return NULL;
	long r = ptrace(i32(a, 0), i32(a, 1), u64(a, 2), data);
	return int_(env, r < 0 ? -errno : (int)r);
}

// regset(request, tid, type, bytes): GETREGSET/SETREGSET; returns the length.
FN(regset, 4)
{
	size_t len;
	void *data = bytes(a, 3, &len);
	if (!data)
		return NULL;
	struct iovec iov = { data, len };
	long r = ptrace(i32(a, 0), i32(a, 1), u64(a, 2), &iov);
	return int_(env, r < 0 ? -errno : (int)iov.iov_len);
}

FN(read_memory, 4)
{
	size_t len;
	uint8_t *data = bytes(a, 2, &len);
	size_t want = (size_t)u64(a, 3);
	if (!data)
		return NULL;
	return num(env, (double)ut_read(i32(a, 0), u64(a, 1), data, want < len ? want : len));
}

FN(read_string, 4)
{
	size_t len;
	char *data = bytes(a, 2, &len);
	size_t want = (size_t)u64(a, 3);
	if (!data)
		return NULL;
	return num(env, (double)ut_read_string(i32(a, 0), u64(a, 1), data, want < len ? want : len));
}

FN(write_memory, 3)
{
	size_t len;
	const void *data = bytes(a, 2, &len);
	if (!data)
		return NULL;
	return num(env, (double)ut_write(i32(a, 0), u64(a, 1), data, len));
}

// copyTo(tid, addr, bytes): as the task itself could write.
FN(copy_to, 3)
{
	size_t len;
	const void *data = bytes(a, 2, &len);
	if (!data)
		return NULL;
	return num(env, (double)ut_copy_to(i32(a, 0), u64(a, 1), data, len));
}

// interrupt(tid): PTRACE_INTERRUPT; 1: the task has stopped since, and if for something else may trap after that, too; 0, or a negated
// errno. EALREADY: it had stopped before, and is not interrupted.
FN(interrupt, 1)
{
	return int_(env, ut_interrupt(i32(a, 0)));
}

// interruptAll(tids, count, spared, answers): the same, in one go, so that the CPU that is woken stays awake. A task that
// sleeps in a system call whose byte in `spared` is set is left alone, and its tid negated. Those that died meanwhile are
// passed over. `answers`: 8 bits for each, what `interrupt` answers.
FN(interrupt_all, 4)
{
	size_t len, calls, room;
	int32_t *tids = bytes(a, 0, &len);
	const uint8_t *spared = bytes(a, 2, &calls);
	int count = i32(a, 1);
	int8_t *answers = bytes(a, 3, &room);
	if (!tids || !spared || !answers)
		return NULL;
	if ((size_t)count > len / sizeof *tids)
		count = (int)(len / sizeof *tids);
	if ((size_t)count > room)
		count = (int)room;
	for (int i = 0; i < count; i++) {
		int nr = ut_task_syscall(tids[i]);
		if (nr >= 0 && (size_t)nr < calls && spared[nr])
			tids[i] = -tids[i];
		else
			answers[i] = (int8_t)ut_interrupt(tids[i]);
	}
	return NULL;
}

const struct binding bind_ptrace[] = {
	{ "ptrace", ptrace_simple },
	{ "ptraceRaw", ptrace_raw },
	{ "pokeTwo", poke_two },
	{ "ptrace32", ptrace_32 },
	{ "ptraceData", ptrace_data },
	{ "regset", regset },
	{ "readMemory", read_memory },
	{ "readString", read_string },
	{ "writeMemory", write_memory },
	{ "copyTo", copy_to },
	{ "interrupt", interrupt },
	{ "interruptAll", interrupt_all },
	{ NULL, NULL },
};
