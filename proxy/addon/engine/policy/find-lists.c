#include "find-lists.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "characters.h"
#include "match-pattern.h"
#include "name-hash.h"
#include "seen-url.h"
#include "table.h"

#define HOST_BYTES 255
#define MAX_TOKENS ((SEEN_BYTES + 3) / 2 + 1)

struct search {
	const struct policy *policy;
	const char *host;
	size_t host_length;
	struct name_hash hash;
	uint32_t kinds;
	uint32_t has, excepted;
	struct seen_url url;
};

static void hash_start(struct search *search)
{
	search->hash.a = word(search->policy, FIELD_SEED_A);
	search->hash.b = word(search->policy, FIELD_SEED_B);
}

/* The value of the slot that has what the hash has, as that kind; 0 for none. */
static uint32_t find(const struct search *search, enum kind kind)
{
	const struct policy *policy = search->policy;
	uint32_t a, b, count, index, value;

	if (!(search->kinds & 1u << kind))
		return 0;
	a = name_hash_a(&search->hash, (uint32_t)kind);
	b = name_hash_b(&search->hash, (uint32_t)kind);
	count = word(policy, FIELD_SLOT_COUNT);
	index = (uint32_t)(((uint64_t)(a >> 8) * count) >> 24);
	for (;;) {
		size_t at = word(policy, FIELD_SLOTS) + (size_t)index * SIZE_SLOT;

		value = word(policy, at + 8);
		if (!value || (word(policy, at) == a && word(policy, at + 4) == b))
			return value;
		if (++index == count)
			index = 0;
	}
}

static int path_begins(const struct seen_url *url, const uint8_t *text, size_t length)
{
	return length <= url->length - url->path_start && !memcmp(url->bytes + url->path_start, text, length);
}

static void fit_group(struct search *search, uint32_t group, int is_pattern)
{
	const struct policy *policy = search->policy;
	uint32_t first, count;

	/* a slot's kind isn't known when the table is opened, so its group is looked at here */
	if (group >= word(policy, FIELD_GROUP_COUNT))
		return;
	first = word(policy, word(policy, FIELD_GROUPS) + (size_t)group * SIZE_GROUP);
	count = word(policy, word(policy, FIELD_GROUPS) + (size_t)group * SIZE_GROUP + 4);
	for (uint32_t i = first; i < first + count; i++) {
		size_t entry = word(policy, FIELD_ENTRIES) + (size_t)i * SIZE_ENTRY;
		const uint8_t *text = policy->table + word(policy, FIELD_TEXTS) + word(policy, entry + 12);
		size_t length = word(policy, entry + 16);
		uint32_t anchors = word(policy, entry + 8);

		if (is_pattern ? matches_pattern(&search->url, text, length, anchors)
			       : path_begins(&search->url, text, length)) {
			search->has |= word(policy, entry);
			search->excepted |= word(policy, entry + 4);
		}
	}
}

/* What there is of the part of the host that the hash has: so many labels. */
static void find_domain(struct search *search, unsigned int labels)
{
	uint32_t group;

	if (!(word(search->policy, FIELD_DEPTHS) & 1u << (labels < 31 ? labels : 31)))
		return;
	search->has |= find(search, KIND_DOMAIN);
	search->excepted |= find(search, KIND_EXCEPTED_DOMAIN);
	group = find(search, KIND_URLS);
	if (group)
		fit_group(search, group, 0);
}

/* Addresses have many spellings: IPv6 is looked up as 32 digits, an IPv4 address in it as that. */
static size_t spell_address(const char *host, size_t length, char name[33])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t address[16];
	char text[HOST_BYTES + 1];

	memcpy(text, host, length);
	text[length] = '\0';
	if (strlen(text) != length || inet_pton(AF_INET6, text, address) != 1)
		return 0;
	if (!memcmp(address, mapped, sizeof(mapped)))
		return (size_t)sprintf(name, "%u.%u.%u.%u", address[12], address[13], address[14], address[15]);
	for (size_t i = 0; i < sizeof(address); i++)
		sprintf(name + 2 * i, "%02x", address[i]);
	return 32;
}

static void find_names(struct search *search)
{
	const char *host = search->host;
	size_t length = search->host_length;
	unsigned int labels = 1;
	char name[33];

	if (memchr(host, ':', length)) {
		size_t spelled = spell_address(host, length, name);

		host = spelled ? name : host;
		length = spelled ? spelled : length;
	}
	hash_start(search);
	for (size_t at = length; at > 0; at--) {
		uint8_t byte = lower_case((uint8_t)host[at - 1]);

		if (byte == '.')
			find_domain(search, labels++);
		name_hash_add(&search->hash, byte);
	}
	find_domain(search, labels);
	search->has |= find(search, KIND_HOST);
	search->excepted |= find(search, KIND_EXCEPTED_HOST);
}

static void find_tokens(struct search *search)
{
	uint32_t seen[MAX_TOKENS];
	size_t count = 0, same;
	int in_token = 0;

	for (size_t at = search->url.length + 1; at > 0; at--) {
		uint8_t byte = at > 1 ? search->url.lower[at - 2] : '.';
		uint32_t group;

		if (is_token_byte(byte)) {
			if (!in_token)
				hash_start(search);
			in_token = 1;
			name_hash_add(&search->hash, byte);
			continue;
		}
		if (!in_token)
			continue;
		in_token = 0;
		group = find(search, KIND_TOKEN);
		for (same = 0; same < count && seen[same] != group;)
			same++;
		if (!group || same < count)
			continue;
		seen[count++] = group;
		fit_group(search, group, 1);
	}
}

uint32_t find_lists(const struct policy *policy, const struct policy_question *question)
{
	struct search search; /* too large to be cleared as a whole each time */
	size_t end = question->host_length;
	uint32_t always = word(policy, word(policy, FIELD_GROUPS) + 4);

	while (end > 0 && question->host[end - 1] == '.')
		end--;
	search.policy = policy;
	search.kinds = word(policy, FIELD_KINDS);
	search.has = 0;
	search.excepted = 0;
	search.url.length = 0;
	search.host_length = end > HOST_BYTES ? HOST_BYTES : end;
	search.host = end ? question->host + end - search.host_length : "";
	if (always || search.kinds & (1u << KIND_URLS | 1u << KIND_TOKEN))
		read_url(&search.url, search.host, search.host_length, question);
	if (search.host_length)
		find_names(&search);
	if (search.kinds & 1u << KIND_TOKEN)
		find_tokens(&search);
	if (always)
		fit_group(&search, 0, 1);
	return search.has & ~search.excepted;
}
