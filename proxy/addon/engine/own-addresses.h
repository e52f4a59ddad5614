#ifndef HALFBRIDGE_OWN_ADDRESSES_H
#define HALFBRIDGE_OWN_ADDRESSES_H

#include "engine.h"

/*
 * Whether a destination is this router: relaying to it could come back here without end. The twin of
 * proxy/src/own-addresses.ts.
 */
int is_own(const struct engine_options *options, const struct endpoint *to);

#endif
