// The Node-API face of the addon. Every function takes and returns plain numbers and buffers; failures are negated
// errnos. Argument mistakes throw TypeError: the typed caller (src/linux/native.ts) cannot make them.
#include "utrace.h"

#include <errno.h>
#include <node_api.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 8
#define SLICE_OVER 0x10000 // in the answer of step: the slice is used up

struct args {
	napi_env env;
	size_t count;
	napi_value v[MAX_ARGS];
};

static int get_args(napi_env env, napi_callback_info info, size_t want, struct args *a)
{
	a->env = env;
	a->count = MAX_ARGS;
	if (napi_get_cb_info(env, info, &a->count, a->v, NULL, NULL) != napi_ok || a->count < want) {
		napi_throw_type_error(env, "UTRACE_NATIVE", "missing arguments");
		return 0;
	}
	return 1;
}

static int32_t i32(const struct args *a, int i)
{
	int32_t x = 0;
	if (napi_get_value_int32(a->env, a->v[i], &x) != napi_ok)
		napi_throw_type_error(a->env, "UTRACE_NATIVE", "a number is needed");
	return x;
}

// An address or a 64-bit value: a number up to 2^53 or a bigint.
static uint64_t u64(const struct args *a, int i)
{
	double d;
	if (napi_get_value_double(a->env, a->v[i], &d) == napi_ok)
		return d < 0 ? (uint64_t)(int64_t)d : (uint64_t)d;
	uint64_t x = 0;
	bool lossless;
	if (napi_get_value_bigint_uint64(a->env, a->v[i], &x, &lossless) != napi_ok)
		napi_throw_type_error(a->env, "UTRACE_NATIVE", "a number or a bigint is needed");
	return x;
}

static void *bytes(const struct args *a, int i, size_t *len)
{
	void *data = NULL;
	*len = 0;
	napi_typedarray_type type;
	napi_value ab;
	size_t offset, count;
	if (napi_get_typedarray_info(a->env, a->v[i], &type, &count, &data, &ab, &offset) != napi_ok || type != napi_uint8_array) {
		napi_throw_type_error(a->env, "UTRACE_NATIVE", "a Uint8Array is needed");
		return NULL;
	}
	*len = count;
	return data;
}

static napi_value num(napi_env env, double x)
{
	napi_value v = NULL;
	napi_create_double(env, x, &v);
	return v;
}

static napi_value int_(napi_env env, int32_t x)
{
	napi_value v = NULL;
	napi_create_int32(env, x, &v);
	return v;
}

#define FN(name, want)                                                  \
	static napi_value name##_(napi_env env, struct args *a);        \
	static napi_value name(napi_env env, napi_callback_info info)   \
	{                                                               \
		struct args a;                                          \
		return get_args(env, info, want, &a) ? name##_(env, &a) : NULL; \
	}                                                               \
	static napi_value name##_(napi_env env, struct args *a)

// setEvents(buffer): the event slots; the caller keeps the buffer alive.
FN(set_events, 1)
{
	size_t len;
	void *data = bytes(a, 0, &len);
	if (data)
		ut_events_set(data, (int)(len / sizeof(struct ut_event)));
	return int_(env, (int)(len / sizeof(struct ut_event)));
}

// step(tid, request, data, max, block): resume, unless request is 0, and collect. A task that died under the
// request (ESRCH) is no failure: its death is among the next events.
FN(step, 5)
{
	int request = i32(a, 1);
	if (request) {
		int r = ut_resume(i32(a, 0), request, (unsigned long)i32(a, 2));
		if (r < 0 && r != -ESRCH)
			return int_(env, r - 10000); // told apart from what waiting returns
	}
	int n = ut_collect(i32(a, 3), i32(a, 4));
	return int_(env, n >= 0 && ut_slice_over() ? n | SLICE_OVER : n);
}

FN(resume, 3)
{
	return int_(env, ut_resume(i32(a, 0), i32(a, 1), (unsigned long)i32(a, 2)));
}

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

FN(slice_begin, 3)
{
	return int_(env, ut_slice_begin((long)u64(a, 0), i32(a, 1), i32(a, 2)));
}

FN(slice_end, 0)
{
	return int_(env, ut_slice_end());
}

FN(want_rusage, 1)
{
	ut_want_rusage(i32(a, 0));
	return NULL;
}

FN(spin, 1)
{
	ut_spin((long)u64(a, 0));
	return NULL;
}

// stats(bytes): since the slice began, as 32-bit words: stops, switches between tasks, last tid, how many tasks there were
// (5: more than 4), and the first four of them.
FN(stats, 1)
{
	size_t len;
	void *data = bytes(a, 0, &len);
	if (data && len >= sizeof ut_stats)
		memcpy(data, &ut_stats, sizeof ut_stats);
	return NULL;
}

FN(task_cpu, 1)
{
	return int_(env, ut_task_cpu(i32(a, 0)));
}

FN(threads, 2)
{
	size_t len;
	void *data = bytes(a, 1, &len);
	return data ? int_(env, ut_threads(i32(a, 0), data, len / sizeof(int32_t))) : NULL;
}

FN(task_syscall, 1)
{
	return int_(env, ut_task_syscall(i32(a, 0)));
}

FN(place_enter, 1)
{
	return int_(env, ut_place_enter(i32(a, 0)));
}

FN(place_leave, 0)
{
	return int_(env, ut_place_leave());
}

FN(place_bring, 1)
{
	ut_place_bring(i32(a, 0));
	return NULL;
}

FN(place_allowed, 0)
{
	return int_(env, ut_place_allowed());
}

// interruptAll(tids, count, spared): PTRACE_INTERRUPT, in one go, so that the CPU that is woken stays awake. A task that
// sleeps in a system call whose byte in `spared` is set is left alone, and its tid negated. Those that died meanwhile are
// passed over.
FN(interrupt_all, 3)
{
	size_t len, calls;
	int32_t *tids = bytes(a, 0, &len);
	const uint8_t *spared = bytes(a, 2, &calls);
	int count = i32(a, 1);
	if (!tids || !spared)
		return NULL;
	if ((size_t)count > len / sizeof *tids)
		count = (int)(len / sizeof *tids);
	for (int i = 0; i < count; i++) {
		int nr = ut_task_syscall(tids[i]);
		if (nr >= 0 && (size_t)nr < calls && spared[nr])
			tids[i] = -tids[i];
		else
			ptrace(PTRACE_INTERRUPT, tids[i], 0, 0);
	}
	return NULL;
}

// collectOf(tids, from, count): the stops and deaths of just these tasks, as far as there are any, into the event buffer.
FN(collect_of, 3)
{
	size_t len;
	const int32_t *tids = bytes(a, 0, &len);
	int from = i32(a, 1), count = i32(a, 2);
	if (!tids || from < 0 || count < 0 || (size_t)from + (size_t)count > len / sizeof *tids)
		return int_(env, -EINVAL);
	int n = ut_collect_of(tids + from, count);
	return int_(env, ut_slice_over() ? n | SLICE_OVER : n);
}

// tgkill(tgid, tid, sig); tid 0: the whole process.
FN(send_signal, 3)
{
	int tgid = i32(a, 0), tid = i32(a, 1), sig = i32(a, 2);
	long r = tid ? syscall(SYS_tgkill, tgid, tid, sig) : kill(tgid, sig);
	return int_(env, r < 0 ? -errno : 0);
}

// queueSignal(tgid, tid, sig, siginfo)
FN(queue_signal, 4)
{
	size_t len;
	void *data = bytes(a, 3, &len);
	if (!data)
		return NULL;
	long r = syscall(SYS_rt_tgsigqueueinfo, i32(a, 0), i32(a, 1), i32(a, 2), data);
	return int_(env, r < 0 ? -errno : 0);
}

// waitChild(pid, bytes): a child that is not traced; the status into 4 bytes. Returns pid, 0 or a negated errno.
FN(wait_child, 2)
{
	size_t len;
	int status = 0;
	void *data = bytes(a, 1, &len);
	if (!data || len < sizeof status)
		return NULL;
	pid_t r = waitpid(i32(a, 0), &status, WNOHANG);
	memcpy(data, &status, sizeof status);
	return int_(env, r < 0 ? -errno : r);
}

// waitTask(tid, bytes): blocks for one tracee that is known to trap at once. The status into 4 bytes. 0: see ut_wait_task.
FN(wait_task, 2)
{
	size_t len;
	int status = 0;
	void *data = bytes(a, 1, &len);
	if (!data || len < sizeof status)
		return NULL;
	int r = ut_wait_task(i32(a, 0), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

// holdDeaths(on): from now on `step` collects stops only.
FN(hold_deaths, 1)
{
	ut_hold_deaths(i32(a, 0));
	return NULL;
}

// waitAll(on): from now on `step` collects ordinary children, too.
FN(wait_all, 1)
{
	ut_wait_all(i32(a, 0));
	return NULL;
}

// peekDeath(tid, bytes): whether a tracee is dead, without reaping it: 1 and the status into 4 bytes, 0, or a negated errno.
FN(peek_death, 2)
{
	size_t len;
	int status = 0;
	void *data = bytes(a, 1, &len);
	if (!data || len < sizeof status)
		return NULL;
	int r = ut_peek_death(i32(a, 0), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

// takeContinued(tid, peek, bytes): the news that a tracee's process was continued; 1 and the status into 4 bytes, or 0.
FN(take_continued, 3)
{
	size_t len;
	int status = 0;
	void *data = bytes(a, 2, &len);
	if (!data || len < sizeof status)
		return NULL;
	int r = ut_take_continued(i32(a, 0), i32(a, 1), &status);
	memcpy(data, &status, sizeof status);
	return int_(env, r);
}

FN(gettid_, 0)
{
	return int_(env, (int)syscall(SYS_gettid));
}

FN(write_byte, 2)
{
	char byte = (char)i32(a, 1);
	ssize_t n = write(i32(a, 0), &byte, 1);
	return int_(env, n < 0 ? -errno : (int)n);
}

// readFd(fd, bytes): what a pipe holds; 0 at its end.
FN(read_fd, 2)
{
	size_t len;
	void *data = bytes(a, 1, &len);
	if (!data)
		return NULL;
	ssize_t n = read(i32(a, 0), data, len);
	return int_(env, n < 0 ? -errno : (int)n);
}

FN(close_fd, 1)
{
	return int_(env, close(i32(a, 0)) < 0 ? -errno : 0);
}

// --- spawn(how) ---

static int prop(napi_env env, napi_value obj, const char *name, napi_value *v)
{
	napi_valuetype type;
	return napi_get_named_property(env, obj, name, v) == napi_ok && napi_typeof(env, *v, &type) == napi_ok &&
	       type != napi_undefined && type != napi_null;
}

static char *string_of(napi_env env, napi_value v)
{
	size_t len;
	if (napi_get_value_string_utf8(env, v, NULL, 0, &len) != napi_ok)
		return NULL;
	char *s = malloc(len + 1);
	if (s)
		napi_get_value_string_utf8(env, v, s, len + 1, &len);
	return s;
}

static void free_list(char **list)
{
	for (char **p = list; p && *p; p++)
		free(*p);
	free(list);
}

static char **list_of(napi_env env, napi_value obj, const char *name)
{
	napi_value array, item;
	uint32_t n;
	if (!prop(env, obj, name, &array) || napi_get_array_length(env, array, &n) != napi_ok)
		return NULL;
	char **list = calloc(n + 1, sizeof *list);
	for (uint32_t i = 0; list && i < n; i++)
		if (napi_get_element(env, array, i, &item) != napi_ok || !(list[i] = string_of(env, item))) {
			free_list(list);
			return NULL;
		}
	return list;
}

static int int_prop(napi_env env, napi_value obj, const char *name, int fallback)
{
	napi_value v;
	int32_t x = fallback;
	if (prop(env, obj, name, &v))
		napi_get_value_int32(env, v, &x);
	return x;
}

// What `spawn` and `become` are given, as C has it; free_program frees it.
static bool program_of(napi_env env, napi_value obj, struct ut_spawn *how)
{
	napi_value v;
	*how = (struct ut_spawn){
		.file = prop(env, obj, "file", &v) ? string_of(env, v) : NULL,
		.argv = list_of(env, obj, "argv"),
		.envp = list_of(env, obj, "envp"),
		.cwd = prop(env, obj, "cwd", &v) ? string_of(env, v) : NULL,
		.fd = { int_prop(env, obj, "stdin", -1), int_prop(env, obj, "stdout", -1), int_prop(env, obj, "stderr", -1) },
		.uid = int_prop(env, obj, "uid", -1),
		.gid = int_prop(env, obj, "gid", -1),
		.pgid = int_prop(env, obj, "pgid", -1),
		.new_session = int_prop(env, obj, "newSession", 0),
		.foreground_fd = int_prop(env, obj, "foreground", -1),
		.no_new_privs = int_prop(env, obj, "noNewPrivs", 0),
	};
	if (!how->file || !how->argv || !how->envp) {
		napi_throw_type_error(env, "UTRACE_NATIVE", "a program needs file, argv and envp");
		return false;
	}
	if (prop(env, obj, "filter", &v)) {
		struct args f = { env, 1, { v } };
		size_t len;
		how->filter = bytes(&f, 0, &len);
		how->filter_count = len / 8;
	}
	return true;
}

static void free_program(struct ut_spawn *how)
{
	free((char *)how->file);
	free((char *)how->cwd);
	free_list(how->argv);
	free_list(how->envp);
}

FN(spawn, 1)
{
	napi_value result = NULL;
	struct ut_spawn how;
	struct ut_spawned out = { 0, -1, -1 };
	if (program_of(env, a->v[0], &how)) {
		int r = ut_spawn(&how, &out);
		if (napi_create_object(env, &result) == napi_ok) {
			napi_set_named_property(env, result, "pid", int_(env, r < 0 ? r : out.pid));
			napi_set_named_property(env, result, "goFd", int_(env, out.go_fd));
			napi_set_named_property(env, result, "errFd", int_(env, out.err_fd));
		}
	}
	free_program(&how);
	return result;
}

// become(how, path, tracer, ask, why): replaces this process; returns only when it could not: a negated errno.
FN(become, 5)
{
	size_t ask_len, why_len;
	void *ask = bytes(a, 3, &ask_len), *why = bytes(a, 4, &why_len);
	char *path = string_of(env, a->v[1]);
	struct ut_spawn how = { 0 };
	int r = -EINVAL;
	if (ask && why && path && program_of(env, a->v[0], &how))
		r = ut_become(&how, path, i32(a, 2), ask, ask_len, why, why_len);
	free(path);
	free_program(&how);
	return int_(env, r);
}

// setForeground(fd, pgid): from the background, too.
FN(set_foreground, 2)
{
	sigset_t ttou, mask;
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &mask);
	int r = tcsetpgrp(i32(a, 0), i32(a, 1)) < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return int_(env, r);
}

NAPI_MODULE_INIT()
{
	static const struct {
		const char *name;
		napi_callback fn;
	} fns[] = {
		{ "setEvents", set_events },     { "step", step },
		{ "resume", resume },            { "ptrace", ptrace_simple },
		{ "ptraceData", ptrace_data },   { "regset", regset },
		{ "ptraceRaw", ptrace_raw },     { "ptrace32", ptrace_32 },
		{ "pokeTwo", poke_two },         { "holdDeaths", hold_deaths },
		{ "peekDeath", peek_death },     { "takeContinued", take_continued },
		{ "readMemory", read_memory },   { "readString", read_string },
		{ "writeMemory", write_memory }, { "copyTo", copy_to }, { "sliceBegin", slice_begin },
		{ "sliceEnd", slice_end },       { "wantRusage", want_rusage },
		{ "stats", stats },
		{ "spin", spin },              { "taskCpu", task_cpu },
		{ "threads", threads },
		{ "interruptAll", interrupt_all }, { "collectOf", collect_of },
		{ "taskSyscall", task_syscall },
		{ "placeEnter", place_enter },   { "placeLeave", place_leave },
		{ "placeBring", place_bring },   { "placeAllowed", place_allowed }, { "sendSignal", send_signal },
		{ "queueSignal", queue_signal }, { "waitChild", wait_child },
		{ "waitTask", wait_task },       { "gettid", gettid_ },
		{ "writeByte", write_byte },     { "readFd", read_fd },
		{ "closeFd", close_fd },         { "spawn", spawn },
		{ "waitAll", wait_all },          { "become", become },             { "setForeground", set_foreground },
	};
	for (size_t i = 0; i < sizeof fns / sizeof *fns; i++) {
		napi_value f;
		if (napi_create_function(env, fns[i].name, NAPI_AUTO_LENGTH, fns[i].fn, NULL, &f) != napi_ok ||
		    napi_set_named_property(env, exports, fns[i].name, f) != napi_ok)
			return NULL;
	}
	return exports;
}
