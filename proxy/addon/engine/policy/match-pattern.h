#ifndef HALFBRIDGE_POLICY_MATCH_PATTERN_H
#define HALFBRIDGE_POLICY_MATCH_PATTERN_H

#include "seen-url.h"

/* Whether a glob fits; `anchors` are bits of enum anchor. The twin of matchesPattern in match-pattern.ts. */
int matches_pattern(const struct seen_url *url, const uint8_t *text, size_t length, uint32_t anchors);

#endif
