/*
 * Judging by a policy that was compiled to one flat table (its layout: proxy/src/policy/table.ts, which
 * writes it; the TypeScript twin of these functions is beside it). Pure functions; the table is never written.
 */
#ifndef HALFBRIDGE_POLICY_H
#define HALFBRIDGE_POLICY_H

#include <stddef.h>
#include <stdint.h>

struct policy {
	const uint8_t *table;
	size_t length;
};

struct policy_question {
	uint32_t groups;    /* policy_groups of the client */
	uint32_t schedules; /* bits of those that are running */
	uint32_t method;    /* enum http_method; 0 where it can't be seen */
	const char *host;   /* as sent, any case, without port, brackets; a dot at the end is ignored */
	size_t host_length;
	unsigned int port;
	const char *path; /* path and query, from '/' on; NULL or empty where it can't be seen */
	size_t path_length;
};

#define POLICY_DEFAULT (-1)

struct policy_verdict {
	int blocks;
	int rule; /* index, or POLICY_DEFAULT */
};

/* Checks every offset of the table, once; afterwards the others may trust it. Returns 0, or -1 for no table. */
int policy_open(struct policy *policy, const uint8_t *table, size_t length);

/* `address`: IPv6, or IPv4 mapped (::ffff:a.b.c.d), in network order. `mac`: 6 bytes, or NULL if it isn't known. */
uint32_t policy_groups(const struct policy *policy, const uint8_t address[16], const uint8_t *mac);

/* Whether any group goes by MAC: otherwise nobody has to find it out. */
int policy_wants_macs(const struct policy *policy);

struct policy_verdict policy_judge(const struct policy *policy, const struct policy_question *question);

#endif
