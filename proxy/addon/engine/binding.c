/*
 * The native engine as JavaScript sees it; proxy/src/native/addon.ts has the types. Whatever is of a wrong shape is
 * a TypeError; what the system refuses is an Error whose code is the errno's name.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <node_api.h>

#include "engine.h"

/* A policy that a thread may still be using. */
struct held {
	struct held *next;
	uint32_t generation;
	napi_ref table;
	char *texts;
	struct engine_page *pages;
	unsigned int page_count;
};

struct handle {
	struct engine *engine;
	napi_threadsafe_function notify;
	struct held *held;
};

static napi_value fail(napi_env env, const char *message)
{
	napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
	return NULL;
}

static napi_value fail_with_errno(napi_env env, const char *call, int error)
{
	char message[160];

	snprintf(message, sizeof(message), "%s: %s", call, strerror(error));
	napi_throw_error(env, strerrorname_np(error), message);
	return NULL;
}

/* The bytes of a typed array (or of none, if it may be undefined). */
static int read_bytes(napi_env env, napi_value value, const void **data, size_t *length)
{
	napi_typedarray_type type;
	size_t count, width;
	void *at;

	if (napi_get_typedarray_info(env, value, &type, &count, &at, NULL, NULL) != napi_ok)
		return -1;
	width = type == napi_uint8_array ? 1 : type == napi_uint32_array || type == napi_int32_array ? 4 : 0;
	*data = at;
	*length = count * width;
	return width == 0 ? -1 : 0;
}

static int get_property(napi_env env, napi_value object, const char *name, napi_value *value)
{
	return napi_get_named_property(env, object, name, value) == napi_ok ? 0 : -1;
}

static int get_bytes(napi_env env, napi_value object, const char *name, const void **data, size_t *length)
{
	napi_value value;

	return get_property(env, object, name, &value) < 0 ? -1 : read_bytes(env, value, data, length);
}

/* --- Options --- */

#define ENDPOINT_BYTES 18 /* the address, and the port in network order */

static size_t read_endpoints(const uint8_t *data, size_t length, struct endpoint *to, size_t most)
{
	size_t count = length / ENDPOINT_BYTES;

	for (size_t index = 0; index < count && index < most; index++, data += ENDPOINT_BYTES) {
		memcpy(to[index].address, data, 16);
		to[index].port = (uint16_t)(data[16] << 8 | data[17]);
	}
	return count < most ? count : most;
}

enum { SCALARS = 18 };

static int read_scalars(const uint32_t *from, size_t bytes, struct engine_options *options)
{
	if (bytes != SCALARS * sizeof(*from))
		return -1;
	options->threads = from[0];
	options->origin_sees_client = (int)from[1];
	options->mark = from[2];
	options->max_connections = from[3];
	options->max_connections_per_client = from[4];
	options->head_bytes = from[5];
	options->head_timeout_ms = from[6];
	options->connect_timeout_ms = from[7];
	options->idle_timeout_ms = from[8];
	options->half_close_timeout_ms = from[9];
	options->upgrade_allowed = (int)from[10];
	options->h2c_allowed = (int)from[11];
	options->not_http_allowed = (int)from[12];
	options->tls_without_name_allowed = (int)from[13];
	options->tls_ech_allowed = (int)from[14];
	options->not_tls_allowed = (int)from[15];
	options->host_check = (enum host_check)from[16];
	options->has_stand_in = (int)from[17];
	return options->threads >= 1 && options->threads <= 64 && options->max_connections >= 1 ? 0 : -1;
}

static int read_options(napi_env env, napi_value from, struct engine_options *options)
{
	const void *scalars, *listeners, *ports, *own, *stand_in;
	size_t scalar_bytes, listener_bytes, port_bytes, own_bytes, stand_in_bytes, length;
	napi_value device;
	struct endpoint both[2];

	if (get_bytes(env, from, "scalars", &scalars, &scalar_bytes) < 0 ||
	    get_bytes(env, from, "listeners", &listeners, &listener_bytes) < 0 ||
	    get_bytes(env, from, "ports", &ports, &port_bytes) < 0 || get_bytes(env, from, "own", &own, &own_bytes) < 0 ||
	    get_property(env, from, "device", &device) < 0 ||
	    napi_get_value_string_utf8(env, device, options->device, sizeof(options->device), &length) != napi_ok ||
	    get_bytes(env, from, "standIn", &stand_in, &stand_in_bytes) < 0 ||
	    read_scalars(scalars, scalar_bytes, options) < 0)
		return -1;
	options->listener_count = (unsigned int)(listener_bytes / 4);
	options->port_count = (unsigned int)(port_bytes / 8);
	if (options->listener_count > MAX_LISTENERS || options->port_count > MAX_PORTS ||
	    own_bytes > MAX_OWN * ENDPOINT_BYTES)
		return -1;
	if (listener_bytes > 0)
		memcpy(options->listeners, listeners, listener_bytes);
	for (unsigned int index = 0; index < options->port_count; index++) {
		options->ports[index].port = (uint16_t)((const uint32_t *)ports)[2 * index];
		options->ports[index].carries = (uint8_t)((const uint32_t *)ports)[2 * index + 1];
	}
	options->own_count = (unsigned int)read_endpoints(own, own_bytes, options->own, MAX_OWN);
	if (!options->has_stand_in)
		return 0;
	if (read_endpoints(stand_in, stand_in_bytes, both, 2) != 2)
		return -1;
	options->stand_in_destination = both[0];
	options->stand_in_origin = both[1];
	return 0;
}

/* --- Policies --- */

static void release(napi_env env, struct held *held)
{
	if (held->table != NULL)
		napi_delete_reference(env, held->table);
	for (unsigned int index = 0; index < held->page_count; index++) {
		free(held->pages[index].parts);
		free(held->pages[index].lengths);
	}
	free(held->pages);
	free(held->texts);
	free(held);
}

static void release_old(napi_env env, struct handle *handle)
{
	struct held **at = &handle->held;

	while (*at != NULL) {
		struct held *held = *at;

		if (held->generation == 0 || !engine_has_left(handle->engine, held->generation)) {
			at = &held->next;
			continue;
		}
		*at = held->next;
		release(env, held);
	}
}

static int take_word(const char **at, const char *end, uint32_t *word)
{
	if (end - *at < 4)
		return -1;
	memcpy(word, *at, 4);
	*at += 4;
	return 0;
}

static int read_page(const char **at, const char *end, struct engine_page *page)
{
	uint32_t count, length;

	if (take_word(at, end, &count) < 0 || count == 0 || count > (size_t)(end - *at) / 4)
		return -1;
	page->parts = calloc(count, sizeof(*page->parts));
	page->lengths = calloc(count, sizeof(*page->lengths));
	if (page->parts == NULL || page->lengths == NULL)
		return -1;
	page->part_count = count;
	for (uint32_t index = 0; index < count; index++) {
		if (take_word(at, end, &length) < 0 || length > (size_t)(end - *at))
			return -1;
		page->parts[index] = *at;
		page->lengths[index] = length;
		*at += length;
	}
	return 0;
}

/* Words and texts: how many pages; of each how many parts; of each its length and itself. */
static int read_pages(struct held *held, const void *data, size_t length)
{
	const char *at, *end;
	uint32_t count;

	held->texts = malloc(length + 1);
	if (held->texts == NULL)
		return -1;
	memcpy(held->texts, data, length);
	at = held->texts;
	end = at + length;
	if (take_word(&at, end, &count) < 0 || count == 0 || count > length / 4)
		return -1;
	held->pages = calloc(count, sizeof(*held->pages));
	if (held->pages == NULL)
		return -1;
	held->page_count = count;
	for (uint32_t index = 0; index < count; index++) {
		if (read_page(&at, end, &held->pages[index]) < 0)
			return -1;
	}
	return 0;
}

static struct held *hold(napi_env env, napi_value from, struct engine_policy *policy)
{
	struct held *held = calloc(1, sizeof(*held));
	const void *pages;
	napi_value table;
	void *data;
	size_t length;

	if (held == NULL)
		return NULL;
	if (get_bytes(env, from, "pages", &pages, &length) < 0 || read_pages(held, pages, length) < 0 ||
	    get_property(env, from, "table", &table) < 0 ||
	    napi_get_arraybuffer_info(env, table, &data, &length) != napi_ok ||
	    napi_create_reference(env, table, 1, &held->table) != napi_ok) {
		release(env, held);
		return NULL;
	}
	*policy = (struct engine_policy){ data, length, held->pages, held->page_count };
	return held;
}

/* --- Functions --- */

static void call_back(napi_env env, napi_value callback, void *context, void *data)
{
	napi_value undefined, urgent;

	(void)context;
	if (env == NULL)
		return;
	napi_get_undefined(env, &undefined);
	napi_get_boolean(env, data != NULL, &urgent);
	napi_call_function(env, undefined, callback, 1, &urgent, NULL);
}

static void notify(void *context, int urgent)
{
	struct handle *handle = context;

	napi_call_threadsafe_function(handle->notify, urgent ? handle : NULL, napi_tsfn_nonblocking);
}

static int open_notify(napi_env env, napi_value callback, napi_threadsafe_function *to)
{
	napi_value name;

	napi_create_string_utf8(env, "halfbridge-engine", NAPI_AUTO_LENGTH, &name);
	return napi_create_threadsafe_function(env, callback, NULL, name, 0, 1, NULL, NULL, NULL, call_back, to) ==
			       napi_ok ?
		       0 :
		       -1;
}

/* Clients that have connected and aren't accepted yet; the kernel has a limit of its own. */
#define BACKLOG 4096

/* The caller's descriptors stay the caller's, and may be closed. */
static int listen_on_copies(struct engine_options *options)
{
	for (unsigned int index = 0; index < options->listener_count; index++) {
		int fd = fcntl(options->listeners[index], F_DUPFD_CLOEXEC, 0);

		if (fd < 0 || listen(fd, BACKLOG) < 0) {
			if (fd >= 0)
				close(fd);
			while (index > 0)
				close(options->listeners[--index]);
			return -1;
		}
		options->listeners[index] = fd;
	}
	return 0;
}

static void abandon(napi_env env, struct handle *handle)
{
	if (handle->held != NULL)
		release(env, handle->held);
	if (handle->notify != NULL)
		napi_release_threadsafe_function(handle->notify, napi_tsfn_release);
	free(handle);
}

/* start(options, policy, notify) */
static napi_value start(napi_env env, napi_callback_info info)
{
	struct engine_options options = { .notify = notify };
	struct handle *handle = calloc(1, sizeof(*handle));
	struct engine_policy policy;
	napi_value arguments[3], result;
	size_t given = 3;
	int error;

	if (handle == NULL)
		return fail_with_errno(env, "start", ENOMEM);
	napi_get_cb_info(env, info, &given, arguments, NULL, NULL);
	if (read_options(env, arguments[0], &options) < 0 ||
	    (handle->held = hold(env, arguments[1], &policy)) == NULL ||
	    open_notify(env, arguments[2], &handle->notify) < 0) {
		abandon(env, handle);
		return fail(env, "start(options, policy, notify)");
	}
	options.context = handle;
	if (listen_on_copies(&options) < 0) {
		error = errno;
		abandon(env, handle);
		return fail_with_errno(env, "start", error);
	}
	handle->held->generation = 1;
	handle->engine = engine_start(&options, &policy);
	if (handle->engine == NULL) {
		error = errno;
		for (unsigned int index = 0; index < options.listener_count; index++)
			close(options.listeners[index]);
		abandon(env, handle);
		return fail_with_errno(env, "start", error);
	}
	napi_create_external(env, handle, NULL, NULL, &result);
	return result;
}

/* The handle is the first argument of all that follow; NULL once it was stopped. */
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
	struct held *held;

	if (handle == NULL)
		return NULL;
	held = hold(env, arguments[1], &policy);
	if (held == NULL)
		return fail(env, "setPolicy(engine, policy)");
	held->generation = engine_set_policy(handle->engine, &policy);
	if (held->generation == 0) {
		int error = errno;

		release(env, held);
		return fail_with_errno(env, "setPolicy", error);
	}
	held->next = handle->held;
	handle->held = held;
	release_old(env, handle);
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

static napi_value list(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct handle *handle = handle_of(env, info, 1, arguments);

	if (handle != NULL)
		engine_list(handle->engine);
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
	release_old(env, handle);
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

static napi_value close_listeners(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct handle *handle = handle_of(env, info, 1, arguments);

	if (handle != NULL)
		engine_close_listeners(handle->engine);
	return NULL;
}

static napi_value stop(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct handle *handle = handle_of(env, info, 1, arguments);

	if (handle != NULL)
		engine_stop(handle->engine);
	return NULL;
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
		struct held *held = handle->held;

		handle->held = held->next;
		release(env, held);
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
