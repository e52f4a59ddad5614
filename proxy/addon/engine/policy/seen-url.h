#ifndef HALFBRIDGE_POLICY_SEEN_URL_H
#define HALFBRIDGE_POLICY_SEEN_URL_H

#include "policy.h"

#define SEEN_BYTES 2048 /* patterns and URL entries see no more of a URL */

/* A URL as lists see it, twice: as it is, and in lower case. SeenUrl in seen-url.ts says how it's written. */
struct seen_url {
	uint8_t bytes[SEEN_BYTES + 3];
	uint8_t lower[SEEN_BYTES + 3];
	size_t length, host_start, host_end, path_start;
	int is_open; /* it goes on beyond what is here */
};

/* `host`: as the question's, but at most 255 bytes of it, without a dot at the end. */
void read_url(struct seen_url *url, const char *host, size_t host_length, const struct policy_question *question);

#endif
