#define _GNU_SOURCE
#include "values.h"

#include <stdio.h>
#include <string.h>

napi_value fail(napi_env env, const char *message)
{
	napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
	return NULL;
}

napi_value fail_with_errno(napi_env env, const char *call, int error)
{
	char message[160];

	snprintf(message, sizeof(message), "%s: %s", call, strerror(error));
	napi_throw_error(env, strerrorname_np(error), message);
	return NULL;
}

int read_bytes(napi_env env, napi_value value, const void **data, size_t *length)
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

int get_property(napi_env env, napi_value object, const char *name, napi_value *value)
{
	return napi_get_named_property(env, object, name, value) == napi_ok ? 0 : -1;
}

int get_bytes(napi_env env, napi_value object, const char *name, const void **data, size_t *length)
{
	napi_value value;

	return get_property(env, object, name, &value) < 0 ? -1 : read_bytes(env, value, data, length);
}
