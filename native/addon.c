// The addon: all functions of the faces, under their names in JavaScript.
#include "binding.h"

NAPI_MODULE_INIT()
{
	const struct binding *const tables[] = { bind_ptrace, bind_wait, bind_process };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct binding *b = tables[i]; b->name; b++) {
			napi_value f;
			if (napi_create_function(env, b->name, NAPI_AUTO_LENGTH, b->fn, NULL, &f) != napi_ok ||
			    napi_set_named_property(env, exports, b->name, f) != napi_ok)
				return NULL;
		}
	}
	return exports;
}
