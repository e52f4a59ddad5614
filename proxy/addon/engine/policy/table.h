/*
 * The table as it lies in memory; proxy/src/policy/table.ts says what its sections are. Whoever reads it has to have
 * opened it: offsets are trusted.
 */
#ifndef HALFBRIDGE_POLICY_TABLE_H
#define HALFBRIDGE_POLICY_TABLE_H

#include "policy.h"

/* Words of the header, byte by byte. */
enum field {
	FIELD_MAGIC = 0,
	FIELD_VERSION = 4,
	FIELD_LENGTH = 8,
	FIELD_SEED_A = 12,
	FIELD_SEED_B = 16,
	FIELD_KINDS = 20,
	FIELD_BLOCKS_BY_DEFAULT = 24,
	FIELD_SLOTS = 28,
	FIELD_SLOT_COUNT = 32,
	FIELD_RANGES = 36,
	FIELD_RANGE_COUNT = 40,
	FIELD_MACS = 44,
	FIELD_MAC_COUNT = 48,
	FIELD_GROUPS = 52,
	FIELD_GROUP_COUNT = 56,
	FIELD_ENTRIES = 60,
	FIELD_ENTRY_COUNT = 64,
	FIELD_RULES = 68,
	FIELD_RULE_COUNT = 72,
	FIELD_TEXTS = 76,
	FIELD_TEXT_BYTES = 80,
	FIELD_DEPTHS = 84,
};

enum size {
	SIZE_HEADER = 88,
	SIZE_SLOT = 12,
	SIZE_RANGE = 20,
	SIZE_MAC = 12,
	SIZE_GROUP = 8,
	SIZE_ENTRY = 20,
	SIZE_RULE = 20,
};

enum kind {
	KIND_DOMAIN = 1,
	KIND_HOST = 2,
	KIND_URLS = 3,
	KIND_EXCEPTED_DOMAIN = 4,
	KIND_EXCEPTED_HOST = 5,
	KIND_TOKEN = 6,
};

enum anchor {
	ANCHOR_START = 1,
	ANCHOR_HOST = 2,
	ANCHOR_END = 4,
};

static inline uint32_t word(const struct policy *policy, size_t at)
{
	const uint8_t *p = policy->table + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#endif
