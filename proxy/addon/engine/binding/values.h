/*
 * Values of JavaScript's. Whatever is of a wrong shape is a TypeError; what the system refuses is an Error whose code
 * is the errno's name.
 */
#ifndef HALFBRIDGE_BINDING_VALUES_H
#define HALFBRIDGE_BINDING_VALUES_H

#define NAPI_VERSION 8
#include <node_api.h>

/* Both return NULL, with the error thrown. */
napi_value fail(napi_env env, const char *message);
napi_value fail_with_errno(napi_env env, const char *call, int error);

/* The bytes of a typed array. Returns -1 if it is none. */
int read_bytes(napi_env env, napi_value value, const void **data, size_t *length);

/* Of an object's property; both return -1 if there is none of the kind. */
int get_property(napi_env env, napi_value object, const char *name, napi_value *value);
int get_bytes(napi_env env, napi_value object, const char *name, const void **data, size_t *length);

#endif
