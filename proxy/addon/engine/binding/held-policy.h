#ifndef HALFBRIDGE_BINDING_HELD_POLICY_H
#define HALFBRIDGE_BINDING_HELD_POLICY_H

#include "../engine.h"
#include "values.h"

/* A policy that a thread may still be using. */
struct held_policy {
	struct held_policy *next;
	uint32_t generation; /* 0: it isn't in force yet */
	napi_ref table;
	char *texts;
	struct engine_page *pages;
	unsigned int page_count;
};

/* Keeps a policy of JavaScript's where it is, and says where; NULL for what is none. */
struct held_policy *hold_policy(napi_env env, napi_value from, struct engine_policy *policy);

void release_policy(napi_env env, struct held_policy *held);

/* Releases those of a list that no thread uses any more. */
void release_left_policies(napi_env env, struct held_policy **list, struct engine *engine);

#endif
