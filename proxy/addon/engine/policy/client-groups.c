#include "table.h"

int policy_wants_macs(const struct policy *policy)
{
	return word(policy, FIELD_MAC_COUNT) > 0;
}

/* Where the last of sorted records is that isn't after a key of so many words; 0 if all are. */
static inline size_t last_up_to(const struct policy *policy, size_t records, uint32_t count, const uint32_t *key, int words)
{
	size_t size = (size_t)(words + 1) * 4;
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		size_t at = records + middle * size;
		int i = 0;

		while (i < words - 1 && word(policy, at + 4 * (size_t)i) == key[i])
			i++;
		if (word(policy, at + 4 * (size_t)i) <= key[i])
			low = middle + 1;
		else
			high = middle;
	}
	return low ? records + (low - 1) * size : 0;
}

static uint32_t big_endian(const uint8_t *bytes, int count)
{
	uint32_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint32_t policy_groups(const struct policy *policy, const uint8_t address[16], const uint8_t *mac)
{
	uint32_t key[4], groups = 0;
	size_t at;

	for (int i = 0; i < 4; i++)
		key[i] = big_endian(address + 4 * i, 4);
	at = last_up_to(policy, word(policy, FIELD_RANGES), word(policy, FIELD_RANGE_COUNT), key, 4);
	if (at)
		groups = word(policy, at + 16);
	if (!mac)
		return groups;
	key[0] = big_endian(mac, 4);
	key[1] = big_endian(mac + 4, 2);
	at = last_up_to(policy, word(policy, FIELD_MACS), word(policy, FIELD_MAC_COUNT), key, 2);
	if (at && word(policy, at) == key[0] && word(policy, at + 4) == key[1])
		groups |= word(policy, at + 8);
	return groups;
}
