// What the Node-API faces of the addon (bind-*.c) share. Every function takes and returns plain numbers and buffers; failures
// are negated errnos. Argument mistakes throw TypeError: the typed caller (src/linux/native.ts) cannot make them.
#ifndef UTRACE_BINDING_H
#define UTRACE_BINDING_H

#include "utrace.h"

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct binding {
	const char *name; // in JavaScript; NULL ends a table
	napi_callback fn;
};
extern const struct binding bind_ptrace[], bind_wait[], bind_process[];

#define MAX_ARGS 8

struct args {
	napi_env env;
	size_t count;
	napi_value v[MAX_ARGS];
};

static inline int get_args(napi_env env, napi_callback_info info, size_t want, struct args *a)
{
	a->env = env;
	a->count = MAX_ARGS;
	if (napi_get_cb_info(env, info, &a->count, a->v, NULL, NULL) != napi_ok || a->count < want) {
		napi_throw_type_error(env, "UTRACE_NATIVE", "missing arguments");
		return 0;
	}
	return 1;
}

static inline int32_t i32(const struct args *a, int i)
{
	int32_t x = 0;
	if (napi_get_value_int32(a->env, a->v[i], &x) != napi_ok)
		napi_throw_type_error(a->env, "UTRACE_NATIVE", "a number is needed");
	return x;
}

// An address or a 64-bit value: a number up to 2^53 or a bigint.
static inline uint64_t u64(const struct args *a, int i)
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

static inline void *bytes(const struct args *a, int i, size_t *len)
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

static inline napi_value num(napi_env env, double x)
{
	napi_value v = NULL;
	napi_create_double(env, x, &v);
	return v;
}

static inline napi_value int_(napi_env env, int32_t x)
{
	napi_value v = NULL;
	napi_create_int32(env, x, &v);
	return v;
}

// A function of the addon: `a` holds at least `want` arguments.
#define FN(name, want)                                                  \
	static napi_value name##_(napi_env env, struct args *a);        \
	static napi_value name(napi_env env, napi_callback_info info)   \
	{                                                               \
		struct args a;                                          \
		return get_args(env, info, want, &a) ? name##_(env, &a) : NULL; \
	}                                                               \
	static napi_value name##_(napi_env env, struct args *a)

#endif
