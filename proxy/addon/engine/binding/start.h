#ifndef HALFBRIDGE_BINDING_START_H
#define HALFBRIDGE_BINDING_START_H

#include "held-policy.h"
#include "values.h"

/* What JavaScript calls its engine. */
struct handle {
	struct engine *engine; /* NULL once it was closed */
	napi_threadsafe_function notify;
	struct held_policy *held;
};

/* start(options, policy, notify): a handle */
napi_value start(napi_env env, napi_callback_info info);

#endif
