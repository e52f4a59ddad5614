#include "match-pattern.h"

#include <string.h>

#include "characters.h"
#include "table.h"

/* Where a part of a glob without '*' ends when it begins at `at`; -1 if it doesn't fit. */
static long fit_part(const struct seen_url *url, size_t at, const uint8_t *part, size_t length)
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

static int is_anchor(const struct seen_url *url, size_t at, uint32_t anchor)
{
	if (anchor == ANCHOR_START)
		return at == 0;
	return at == url->host_start || (at > url->host_start && at < url->host_end && url->lower[at - 1] == '.');
}

int matches_pattern(const struct seen_url *url, const uint8_t *text, size_t length, uint32_t anchors)
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
