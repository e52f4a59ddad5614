#ifndef HALFBRIDGE_POLICY_FIND_LISTS_H
#define HALFBRIDGE_POLICY_FIND_LISTS_H

#include "policy.h"

/* The lists that have the URL, as bits; the twin of listFinder in find-lists.ts. */
uint32_t find_lists(const struct policy *policy, const struct policy_question *question);

#endif
