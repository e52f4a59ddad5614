/* Fingerprints of names; the twin of NameHash in name-hash.ts. */
#ifndef HALFBRIDGE_POLICY_NAME_HASH_H
#define HALFBRIDGE_POLICY_NAME_HASH_H

#include <stdint.h>

struct name_hash {
	uint32_t a, b;
};

static inline void name_hash_add(struct name_hash *hash, uint8_t byte)
{
	hash->a = (hash->a ^ byte) * 0x9e3779b1u;
	hash->a ^= hash->a >> 15;
	hash->b = (hash->b + byte) * 0x85ebca77u;
	hash->b ^= hash->b >> 13;
}

static inline uint32_t name_hash_finish(uint32_t bits)
{
	bits = (bits ^ bits >> 16) * 0x85ebca6bu;
	bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
	return bits ^ bits >> 16;
}

/* The first lane for what was added so far, as a fingerprint of that kind. */
static inline uint32_t name_hash_a(const struct name_hash *hash, uint32_t kind)
{
	return name_hash_finish(hash->a ^ kind * 0xc2b2ae3du);
}

static inline uint32_t name_hash_b(const struct name_hash *hash, uint32_t kind)
{
	return name_hash_finish(hash->b + kind * 0x27d4eb2fu);
}

#endif
