// Processes: how they begin, their signals, threads and descriptors, as JavaScript calls them.
#include "binding.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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

// tgkill(tgid, tid, sig); tid 0: the whole process.
FN(send_signal, 3)
{
	int tgid = i32(a, 0), tid = i32(a, 1), sig = i32(a, 2);
	long r = tid ? syscall(SYS_tgkill, tgid, tid, sig) : kill(tgid, sig);
	return int_(env, r < 0 ? -errno : 0);
}

// queueSignal(tgid, tid, sig, siginfo); tid 0: for the whole process.
FN(queue_signal, 4)
{
	size_t len;
	void *data = bytes(a, 3, &len);
	if (!data)
		return NULL;
	int tgid = i32(a, 0), tid = i32(a, 1), sig = i32(a, 2);
	long r = tid ? syscall(SYS_rt_tgsigqueueinfo, tgid, tid, sig, data) : syscall(SYS_rt_sigqueueinfo, tgid, sig, data);
	return int_(env, r < 0 ? -errno : 0);
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

const struct binding bind_process[] = {
	{ "threads", threads },
	{ "taskSyscall", task_syscall },
	{ "sendSignal", send_signal },
	{ "queueSignal", queue_signal },
	{ "gettid", gettid_ },
	{ "writeByte", write_byte },
	{ "readFd", read_fd },
	{ "closeFd", close_fd },
	{ "spawn", spawn },
	{ "become", become },
	{ "setForeground", set_foreground },
	{ NULL, NULL },
};
