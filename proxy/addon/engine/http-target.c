#include <string.h>

#include "http-line.h"

/* A host's name in full: 253 bytes and the dot (RFC 1035, 2.3.4). */
#define NAME_LIMIT 254
#define LITERAL_LIMIT 45

/* Letters, digits, '.', '-' and '_' in labels that aren't empty; a dot may be at the end. */
static size_t length_of_name(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && http_is(*at, HTTP_HOST)) {
		if (*at == '.' && (at == from || at[-1] == '.'))
			return 0;
		at++;
	}
	return at - from > NAME_LIMIT ? 0 : at - from;
}

/* What may be between the brackets of an IPv6 address; who connects to it finds out whether it is one. */
static size_t length_of_literal(const char *at, const char *end)
{
	const char *from = at;
	int colons = 0;

	for (; at < end && http_is(*at, HTTP_LITERAL); at++)
		colons += *at == ':';
	return colons < 2 || at - from > LITERAL_LIMIT ? 0 : at - from;
}

static int parse_port(const char *at, const char *end, unsigned int *port)
{
	unsigned int number = 0;

	if (at == end)
		return 0; /* RFC 9110, 4.2.3: as without the colon */
	if (end - at > 5)
		return -1;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9')
			return -1;
		number = number * 10 + (*at - '0');
	}
	*port = number;
	return number >= 1 && number <= 65535 ? 0 : -1;
}

int http_parse_authority(struct http_part authority, struct http_part *host, unsigned int *port)
{
	const char *at = authority.at, *end = authority.at + authority.length;
	int is_literal = at < end && *at == '[';

	host->at = at + is_literal;
	host->length = is_literal ? length_of_literal(host->at, end) : length_of_name(at, end);
	at = host->at + host->length;
	if (host->length == 0 || (is_literal && (at == end || *at++ != ']')))
		return -1;
	if (at == end)
		return 0;
	return *at == ':' ? parse_port(at + 1, end, port) : -1;
}

static int starts_with_http_scheme(const struct http_part *target)
{
	struct http_part scheme = { target->at, 7 };

	return target->length >= 7 && http_part_is(&scheme, "http://");
}

/* RFC 9112, 3.2.2. Without a path it is '/', or for OPTIONS the server as a whole. */
static int parse_absolute(struct http_reading *reading, struct http_request *request)
{
	struct http_part authority = { request->target.at + 7, request->target.length - 7 };
	const char *slash = memchr(authority.at, '/', authority.length);

	if (slash != NULL) {
		request->path.at = slash;
		request->path.length = authority.at + authority.length - slash;
		authority.length = slash - authority.at;
	} else if (request->method != HTTP_OPTIONS) {
		request->path.at = "/";
		request->path.length = 1;
	}
	if (http_parse_authority(authority, &request->host, &request->port) < 0)
		return http_refuse(reading, -400, "target-authority");
	return HTTP_WHOLE;
}

int http_parse_target(struct http_reading *reading, struct http_request *request)
{
	const struct http_part *target = &request->target;

	if (request->method == HTTP_CONNECT) {
		request->port = 0;
		if (http_parse_authority(*target, &request->host, &request->port) < 0 || request->port == 0)
			return http_refuse(reading, -400, "target-authority");
		return HTTP_WHOLE;
	}
	if (*target->at == '/') {
		request->path = *target;
		return HTTP_WHOLE;
	}
	if (starts_with_http_scheme(target))
		return parse_absolute(reading, request);
	if (request->method == HTTP_OPTIONS && target->length == 1 && *target->at == '*')
		return HTTP_WHOLE;
	return http_refuse(reading, -400, "target-form");
}
