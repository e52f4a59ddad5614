/* The native engine as JavaScript sees it; proxy/src/native/addon.ts has the types. */
#include <errno.h>

#include "start.h"

/* The first argument of all functions but start(); NULL, with an error thrown, once it was closed. */
static struct handle *handle_of(napi_env env, napi_callback_info info, size_t count, napi_value *arguments)
{
	struct handle *handle = NULL;
	size_t given = count;

	napi_get_cb_info(env, info, &given, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&handle) != napi_ok || handle->engine == NULL) {
		fail(env, "not a running engine");
		return NULL;
	}
	return handle;
}

/* setPolicy(engine, policy): its generation */
static napi_value set_policy(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], generation;
	struct handle *handle = handle_of(env, info, 2, arguments);
	struct engine_policy policy;
	struct held_policy *held;

	if (handle == NULL)
		return NULL;
	held = hold_policy(env, arguments[1], &policy);
	if (held == NULL)
		return fail(env, "setPolicy(engine, policy)");
	held->generation = engine_set_policy(handle->engine, &policy);
	if (held->generation == 0) {
		int error = errno;

		release_policy(env, held);
		return fail_with_errno(env, "setPolicy", error);
	}
	held->next = handle->held;
	handle->held = held;
	release_left_policies(env, &handle->held, handle->engine);
	napi_create_uint32(env, held->generation, &generation);
	return generation;
}

static napi_value set_clock(napi_env env, napi_callback_info info)
{
	napi_value arguments[3];
	struct handle *handle = handle_of(env, info, 3, arguments);
	uint32_t schedules;
	int32_t offset;

	if (handle == NULL)
		return NULL;
	if (napi_get_value_uint32(env, arguments[1], &schedules) != napi_ok ||
	    napi_get_value_int32(env, arguments[2], &offset) != napi_ok)
		return fail(env, "setClock(engine, schedules, utcOffsetSeconds)");
	engine_set_clock(handle->engine, schedules, offset);
	return NULL;
}

static napi_value answer(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	struct handle *handle = handle_of(env, info, 4, arguments);
	uint32_t worker, serial;
	bool belongs;

	if (handle == NULL)
		return NULL;
	if (napi_get_value_uint32(env, arguments[1], &worker) != napi_ok ||
	    napi_get_value_uint32(env, arguments[2], &serial) != napi_ok ||
	    napi_get_value_bool(env, arguments[3], &belongs) != napi_ok)
		return fail(env, "answer(engine, worker, serial, belongs)");
	engine_answer(handle->engine, (uint64_t)worker << 32 | serial, belongs);
	return NULL;
}

/* collect(engine, into): [bytes, lost records] */
static napi_value collect(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result, number;
	struct handle *handle = handle_of(env, info, 2, arguments);
	const void *into;
	size_t length;
	uint64_t lost;

	if (handle == NULL)
		return NULL;
	if (read_bytes(env, arguments[1], &into, &length) < 0)
		return fail(env, "collect(engine, into)");
	length = engine_collect(handle->engine, (uint8_t *)into, length, &lost);
	release_left_policies(env, &handle->held, handle->engine);
	napi_create_array_with_length(env, 2, &result);
	napi_create_double(env, (double)length, &number);
	napi_set_element(env, result, 0, number);
	napi_create_double(env, (double)lost, &number);
	napi_set_element(env, result, 1, number);
	return result;
}

static napi_value count(napi_env env, napi_callback_info info)
{
	napi_value arguments[1], result, number;
	struct handle *handle = handle_of(env, info, 1, arguments);
	struct engine_counters counters;

	if (handle == NULL)
		return NULL;
	engine_count(handle->engine, &counters);
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{ "open", counters.open },
		{ "accepted", counters.accepted },
		{ "overLimit", counters.over_limit },
		{ "shed", counters.shed },
		{ "loops", counters.loops },
		{ "bytesFromClients", counters.bytes_from_clients },
		{ "bytesToClients", counters.bytes_to_clients },
	};
	napi_create_object(env, &result);
	for (size_t index = 0; index < sizeof(values) / sizeof(values[0]); index++) {
		napi_create_double(env, (double)values[index].value, &number);
		napi_set_named_property(env, result, values[index].name, number);
	}
	return result;
}

/* What takes nothing but the engine. */
static napi_value tell(napi_env env, napi_callback_info info, void (*function)(struct engine *))
{
	napi_value arguments[1];
	struct handle *handle = handle_of(env, info, 1, arguments);

	if (handle != NULL)
		function(handle->engine);
	return NULL;
}

static napi_value list(napi_env env, napi_callback_info info)
{
	return tell(env, info, engine_list);
}

static napi_value close_listeners(napi_env env, napi_callback_info info)
{
	return tell(env, info, engine_close_listeners);
}

static napi_value stop(napi_env env, napi_callback_info info)
{
	return tell(env, info, engine_stop);
}

/* close(engine), after stop: nothing may be asked of it any more. */
static napi_value close_engine(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct handle *handle = handle_of(env, info, 1, arguments);

	if (handle == NULL)
		return NULL;
	engine_free(handle->engine);
	handle->engine = NULL;
	while (handle->held != NULL) {
		struct held_policy *held = handle->held;

		handle->held = held->next;
		release_policy(env, held);
	}
	napi_release_threadsafe_function(handle->notify, napi_tsfn_release);
	return NULL;
}

NAPI_MODULE_INIT()
{
	const napi_property_descriptor functions[] = {
		{ "start", NULL, start, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "setPolicy", NULL, set_policy, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "setClock", NULL, set_clock, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "answer", NULL, answer, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "list", NULL, list, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "collect", NULL, collect, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "count", NULL, count, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "closeListeners", NULL, close_listeners, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "stop", NULL, stop, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "close", NULL, close_engine, NULL, NULL, NULL, napi_enumerable, NULL },
	};

	napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}
