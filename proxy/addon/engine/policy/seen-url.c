#include "seen-url.h"

#include <stdio.h>
#include <string.h>

#include "characters.h"

static void put(struct seen_url *url, const char *text, size_t length)
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

static void put_path(struct seen_url *url, const char *path, size_t length)
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

void read_url(struct seen_url *url, const char *host, size_t host_length, const struct policy_question *question)
{
	int has_path = question->path && question->path_length > 0;
	int is_plain = has_path || question->port == 80;
	int is_ipv6 = memchr(host, ':', host_length) != NULL;

	url->length = 0;
	url->is_open = !has_path;
	put(url, "https", is_plain ? 4 : 5);
	put(url, "://[", is_ipv6 ? 4 : 3);
	url->host_start = url->length;
	put(url, host, host_length);
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
