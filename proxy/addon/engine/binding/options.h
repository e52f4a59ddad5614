#ifndef HALFBRIDGE_BINDING_OPTIONS_H
#define HALFBRIDGE_BINDING_OPTIONS_H

#include "../engine.h"
#include "values.h"

/* Reads what start() is given; -1 for what isn't of the shape that proxy/src/native/addon.ts says. */
int read_options(napi_env env, napi_value from, struct engine_options *options);

#endif
