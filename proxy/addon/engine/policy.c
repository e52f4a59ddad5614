#include "policy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MAGIC 0x54504248
#define VERSION 1

/* Words of the header, byte by byte; all that follows is as proxy/src/policy/table.ts says. */
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

#define SEEN_BYTES 2048 /* patterns and URL entries see no more of a URL */
#define HOST_BYTES 255
#define MAX_TOKENS ((SEEN_BYTES + 3) / 2 + 1)

struct hash {
	uint32_t a, b;
};

/* A URL as lists see it, twice: as it is, and in lower case. SeenUrl in seen-url.ts says how it's written. */
struct url {
	uint8_t bytes[SEEN_BYTES + 3];
	uint8_t lower[SEEN_BYTES + 3];
	size_t length, host_start, host_end, path_start;
	int is_open; /* it goes on beyond what is here */
};

struct search {
	const struct policy *policy;
	const struct policy_question *question;
	const char *host;
	size_t host_length;
	struct hash hash;
	uint32_t kinds;
	uint32_t has, excepted;
	struct url url;
};

static uint32_t word(const struct policy *policy, size_t at)
{
	const uint8_t *p = policy->table + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t lower_case(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte;
}

static int is_alphanumeric(uint8_t lower)
{
	return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
}

static int is_token_byte(uint8_t lower)
{
	return is_alphanumeric(lower) || lower == '%' || lower >= 0x80;
}

static int is_separator(uint8_t lower)
{
	if (lower >= 0x80 || is_alphanumeric(lower))
		return 0;
	return lower != '_' && lower != '-' && lower != '.' && lower != '%';
}

/* The twin of NameHash in name-hash.ts. */
static void hash_start(struct search *search)
{
	search->hash.a = word(search->policy, FIELD_SEED_A);
	search->hash.b = word(search->policy, FIELD_SEED_B);
}

static void hash_add(struct hash *hash, uint8_t byte)
{
	hash->a = (hash->a ^ byte) * 0x9e3779b1u;
	hash->a ^= hash->a >> 15;
	hash->b = (hash->b + byte) * 0x85ebca77u;
	hash->b ^= hash->b >> 13;
}

static uint32_t hash_finish(uint32_t bits)
{
	bits = (bits ^ bits >> 16) * 0x85ebca6bu;
	bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
	return bits ^ bits >> 16;
}

/* The value of the slot that has what the hash has, as that kind; 0 for none. */
static uint32_t find(const struct search *search, enum kind kind)
{
	const struct policy *policy = search->policy;
	uint32_t a, b, count, index, value;

	if (!(search->kinds & 1u << kind))
		return 0;
	a = hash_finish(search->hash.a ^ (uint32_t)kind * 0xc2b2ae3du);
	b = hash_finish(search->hash.b + (uint32_t)kind * 0x27d4eb2fu);
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

static void put(struct url *url, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		url->bytes[url->length++] = lower_case((uint8_t)text[i]);
}

static int hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte = lower_case(byte);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Where a path ends once its last segment has had its effect, if that is "." or "..". */
static size_t resolve_segment(const uint8_t *path, size_t from, size_t segment, size_t end)
{
	size_t length = end - segment, parent;

	if (length < 1 || length > 2 || path[segment] != '.')
		return end;
	if (length == 1)
		return segment;
	if (path[segment + 1] != '.')
		return end;
	if (segment <= from + 1)
		return segment;
	for (parent = segment - 1; parent > from && path[parent - 1] != '/';)
		parent--;
	return parent;
}

static void put_path(struct url *url, const char *path, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t end = url->length, segment = end;
	int in_query = 0;

	for (size_t i = 0; i < length; i++) {
		uint8_t byte = (uint8_t)path[i];

		if (end >= SEEN_BYTES) {
			url->is_open = 1;
			url->length = end;
			return;
		}
		if (byte == '%' && i + 2 < length) {
			int high = hex_value((uint8_t)path[i + 1]), low = hex_value((uint8_t)path[i + 2]);

			if (high >= 0 && low >= 0) {
				uint8_t escaped = (uint8_t)(high * 16 + low);

				i += 2;
				if (!is_alphanumeric(lower_case(escaped)) && !(escaped && strchr("-._~", escaped))) {
					url->bytes[end++] = '%';
					url->bytes[end++] = (uint8_t)digits[high];
					url->bytes[end++] = (uint8_t)digits[low];
					continue;
				}
				byte = escaped;
			}
		}
		if (!in_query && (byte == '/' || byte == '?' || byte == '#')) {
			size_t resolved = resolve_segment(url->bytes, url->path_start, segment, end);
			int is_resolved = resolved != end;

			end = resolved;
			in_query = byte != '/';
			if (is_resolved && byte == '/') {
				segment = end;
				continue;
			}
			segment = end + 1;
		}
		url->bytes[end++] = byte;
	}
	url->length = in_query ? end : resolve_segment(url->bytes, url->path_start, segment, end);
}

static void put_url(struct search *search)
{
	const struct policy_question *question = search->question;
	struct url *url = &search->url;
	int has_path = question->path && question->path_length > 0;
	int is_plain = has_path || question->port == 80;
	int is_ipv6 = memchr(search->host, ':', search->host_length) != NULL;

	url->length = 0;
	url->is_open = !has_path;
	put(url, "https", is_plain ? 4 : 5);
	put(url, "://[", is_ipv6 ? 4 : 3);
	url->host_start = url->length;
	put(url, search->host, search->host_length);
	url->host_end = url->length;
	put(url, "]", is_ipv6);
	if (question->port != (is_plain ? 80 : 443)) {
		char port[12];

		put(url, port, (size_t)snprintf(port, sizeof(port), ":%u", question->port));
	}
	url->path_start = url->length;
	if (has_path)
		put_path(url, question->path, question->path_length);
	else
		put(url, "/", 1);
	for (size_t i = 0; i < url->length; i++)
		url->lower[i] = lower_case(url->bytes[i]);
}

/* Where a part of a glob without '*' ends when it begins at `at`; -1 if it doesn't fit. */
static long fit_part(const struct url *url, size_t at, const uint8_t *part, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (at == url->length) {
			/* the end of a URL counts as a separator */
			if (part[i] != '^' || url->is_open)
				return -1;
			continue;
		}
		if (part[i] == '^' ? !is_separator(url->lower[at]) : part[i] != url->lower[at])
			return -1;
		at++;
	}
	return (long)at;
}

static int is_anchor(const struct url *url, size_t at, uint32_t anchor)
{
	if (anchor == ANCHOR_START)
		return at == 0;
	return at == url->host_start || (at > url->host_start && at < url->host_end && url->lower[at - 1] == '.');
}

/* The twin of matchesPattern in match-pattern.ts. */
static int fits_pattern(const struct url *url, const uint8_t *text, size_t length, uint32_t anchors)
{
	const uint8_t *part = text, *end = text + length;
	uint32_t first = anchors & (ANCHOR_START | ANCHOR_HOST);
	size_t from = 0;

	for (;;) {
		const uint8_t *star = memchr(part, '*', (size_t)(end - part));
		size_t part_length = (size_t)((star ? star : end) - part);
		int to_end = !star && anchors & ANCHOR_END;
		size_t last = first == ANCHOR_START ? 0 : first == ANCHOR_HOST ? url->host_end : url->length;
		size_t at = from;
		long fit = -1;

		if (to_end && url->is_open)
			return 0;
		if (to_end && url->length > part_length && url->length - part_length > at)
			at = url->length - part_length;
		for (; at <= last && fit < 0; at++) {
			if (first && !is_anchor(url, at, first))
				continue;
			fit = fit_part(url, at, part, part_length);
			if (to_end && fit != (long)url->length)
				fit = -1;
		}
		if (fit < 0)
			return 0;
		if (!star)
			return 1;
		from = (size_t)fit;
		part = star + 1;
		first = 0;
	}
}

static int fits_path(const struct url *url, const uint8_t *text, size_t length)
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

		if (is_pattern ? fits_pattern(&search->url, text, length, anchors)
			       : fits_path(&search->url, text, length)) {
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
		hash_add(&search->hash, byte);
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
			hash_add(&search->hash, byte);
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

/* The lists that have the URL; the twin of listFinder in find-lists.ts. */
static uint32_t find_lists(const struct policy *policy, const struct policy_question *question)
{
	struct search search; /* too large to be cleared as a whole each time */
	size_t end = question->host_length;
	uint32_t always = word(policy, word(policy, FIELD_GROUPS) + 4);

	while (end > 0 && question->host[end - 1] == '.')
		end--;
	search.policy = policy;
	search.question = question;
	search.kinds = word(policy, FIELD_KINDS);
	search.has = 0;
	search.excepted = 0;
	search.url.length = 0;
	search.host_length = end > HOST_BYTES ? HOST_BYTES : end;
	search.host = end ? question->host + end - search.host_length : "";
	if (always || search.kinds & (1u << KIND_URLS | 1u << KIND_TOKEN))
		put_url(&search);
	if (search.host_length)
		find_names(&search);
	if (search.kinds & 1u << KIND_TOKEN)
		find_tokens(&search);
	if (always)
		fit_group(&search, 0, 1);
	return search.has & ~search.excepted;
}

struct policy_verdict policy_judge(const struct policy *policy, const struct policy_question *question)
{
	struct policy_verdict verdict = { .rule = POLICY_DEFAULT };
	uint32_t count = word(policy, FIELD_RULE_COUNT), lists = 0;
	int searched = 0;

	for (uint32_t i = 0; i < count; i++) {
		size_t at = word(policy, FIELD_RULES) + (size_t)i * SIZE_RULE;
		uint32_t groups = word(policy, at), schedules = word(policy, at + 4);
		uint32_t named = word(policy, at + 8), methods = word(policy, at + 12);

		if ((groups && !(groups & question->groups)) || (schedules && !(schedules & question->schedules)) ||
		    (methods && !(methods & question->method)))
			continue;
		if (named && !searched) {
			lists = find_lists(policy, question);
			searched = 1;
		}
		if (named && !(named & lists))
			continue;
		verdict.rule = (int)i;
		verdict.blocks = word(policy, at + 16) != 0;
		return verdict;
	}
	verdict.blocks = word(policy, FIELD_BLOCKS_BY_DEFAULT) != 0;
	return verdict;
}

int policy_wants_macs(const struct policy *policy)
{
	return word(policy, FIELD_MAC_COUNT) > 0;
}

/* Where the last of sorted records is that isn't after a key of so many words; 0 if all are. */
static size_t last_up_to(const struct policy *policy, size_t records, uint32_t count, const uint32_t *key, int words)
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
