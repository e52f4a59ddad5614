#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "options.h"

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
		release_policy(env, handle->held);
	if (handle->notify != NULL)
		napi_release_threadsafe_function(handle->notify, napi_tsfn_release);
	free(handle);
}

napi_value start(napi_env env, napi_callback_info info)
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
	    (handle->held = hold_policy(env, arguments[1], &policy)) == NULL ||
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
