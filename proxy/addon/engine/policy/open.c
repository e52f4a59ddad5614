#include "table.h"

#define MAGIC 0x54504248
#define VERSION 1

/* Whether a section of so many records lies inside of the table. */
static int lies_inside(const struct policy *policy, enum field offset, enum field count, size_t size)
{
	uint64_t at = word(policy, offset);

	return at >= SIZE_HEADER && at + (uint64_t)word(policy, count) * size <= policy->length;
}

/* Groups lie in the entries, entries in the texts. */
static int groups_are_sound(const struct policy *policy)
{
	uint32_t groups = word(policy, FIELD_GROUP_COUNT), entries = word(policy, FIELD_ENTRY_COUNT);

	for (uint32_t i = 0; i < groups; i++) {
		size_t at = word(policy, FIELD_GROUPS) + (size_t)i * SIZE_GROUP;

		if ((uint64_t)word(policy, at) + word(policy, at + 4) > entries)
			return 0;
	}
	for (uint32_t i = 0; i < entries; i++) {
		size_t at = word(policy, FIELD_ENTRIES) + (size_t)i * SIZE_ENTRY;

		if ((uint64_t)word(policy, at + 12) + word(policy, at + 16) > word(policy, FIELD_TEXT_BYTES))
			return 0;
	}
	return 1;
}

/* Look-ups end at an empty slot. */
static int has_empty_slot(const struct policy *policy)
{
	uint32_t count = word(policy, FIELD_SLOT_COUNT);

	for (uint32_t i = 0; i < count; i++)
		if (!word(policy, word(policy, FIELD_SLOTS) + (size_t)i * SIZE_SLOT + 8))
			return 1;
	return 0;
}

int policy_open(struct policy *policy, const uint8_t *table, size_t length)
{
	policy->table = table;
	policy->length = length;
	if (length < SIZE_HEADER || word(policy, FIELD_MAGIC) != MAGIC || word(policy, FIELD_VERSION) != VERSION)
		return -1;
	if (word(policy, FIELD_LENGTH) != length || !word(policy, FIELD_GROUP_COUNT) ||
	    !lies_inside(policy, FIELD_SLOTS, FIELD_SLOT_COUNT, SIZE_SLOT) ||
	    !lies_inside(policy, FIELD_RANGES, FIELD_RANGE_COUNT, SIZE_RANGE) ||
	    !lies_inside(policy, FIELD_MACS, FIELD_MAC_COUNT, SIZE_MAC) ||
	    !lies_inside(policy, FIELD_GROUPS, FIELD_GROUP_COUNT, SIZE_GROUP) ||
	    !lies_inside(policy, FIELD_ENTRIES, FIELD_ENTRY_COUNT, SIZE_ENTRY) ||
	    !lies_inside(policy, FIELD_RULES, FIELD_RULE_COUNT, SIZE_RULE) ||
	    !lies_inside(policy, FIELD_TEXTS, FIELD_TEXT_BYTES, 1))
		return -1;
	return has_empty_slot(policy) && groups_are_sound(policy) ? 0 : -1;
}
