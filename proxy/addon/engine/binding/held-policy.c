#include "held-policy.h"

#include <stdlib.h>
#include <string.h>

void release_policy(napi_env env, struct held_policy *held)
{
	if (held->table != NULL)
		napi_delete_reference(env, held->table);
	for (unsigned int index = 0; index < held->page_count; index++) {
		free(held->pages[index].parts);
		free(held->pages[index].lengths);
	}
	free(held->pages);
	free(held->texts);
	free(held);
}

static int take_word(const char **at, const char *end, uint32_t *word)
{
	if (end - *at < 4)
		return -1;
	memcpy(word, *at, 4);
	*at += 4;
	return 0;
}

static int read_page(const char **at, const char *end, struct engine_page *page)
{
	uint32_t count, length;

	if (take_word(at, end, &count) < 0 || count == 0 || count > (size_t)(end - *at) / 4)
		return -1;
	page->parts = calloc(count, sizeof(*page->parts));
	page->lengths = calloc(count, sizeof(*page->lengths));
	if (page->parts == NULL || page->lengths == NULL)
		return -1;
	page->part_count = count;
	for (uint32_t index = 0; index < count; index++) {
		if (take_word(at, end, &length) < 0 || length > (size_t)(end - *at))
			return -1;
		page->parts[index] = *at;
		page->lengths[index] = length;
		*at += length;
	}
	return 0;
}

/* Words and texts: how many pages; of each how many parts; of each its length and itself. */
static int read_pages(struct held_policy *held, const void *data, size_t length)
{
	const char *at, *end;
	uint32_t count;

	held->texts = malloc(length + 1);
	if (held->texts == NULL)
		return -1;
	memcpy(held->texts, data, length);
	at = held->texts;
	end = at + length;
	if (take_word(&at, end, &count) < 0 || count == 0 || count > length / 4)
		return -1;
	held->pages = calloc(count, sizeof(*held->pages));
	if (held->pages == NULL)
		return -1;
	held->page_count = count;
	for (uint32_t index = 0; index < count; index++) {
		if (read_page(&at, end, &held->pages[index]) < 0)
			return -1;
	}
	return 0;
}

struct held_policy *hold_policy(napi_env env, napi_value from, struct engine_policy *policy)
{
	struct held_policy *held = calloc(1, sizeof(*held));
	const void *pages;
	napi_value table;
	void *data;
	size_t length;

	if (held == NULL)
		return NULL;
	if (get_bytes(env, from, "pages", &pages, &length) < 0 || read_pages(held, pages, length) < 0 ||
	    get_property(env, from, "table", &table) < 0 ||
	    napi_get_arraybuffer_info(env, table, &data, &length) != napi_ok ||
	    napi_create_reference(env, table, 1, &held->table) != napi_ok) {
		release_policy(env, held);
		return NULL;
	}
	*policy = (struct engine_policy){ data, length, held->pages, held->page_count };
	return held;
}

void release_left_policies(napi_env env, struct held_policy **list, struct engine *engine)
{
	while (*list != NULL) {
		struct held_policy *held = *list;

		if (held->generation == 0 || !engine_has_left(engine, held->generation)) {
			list = &held->next;
			continue;
		}
		*list = held->next;
		release_policy(env, held);
	}
}
