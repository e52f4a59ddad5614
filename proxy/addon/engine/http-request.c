#include <string.h>

#include "http-line.h"

#define METHOD_LIMIT 32

/* What the fields say, until all of them are known. */
struct fields {
	int has_host, has_length, has_coding;
	struct http_part host;
	unsigned int host_port; /* 0: not said */
	int wants_close, wants_keep_alive;
};

static enum http_method method_of(const struct http_part *name)
{
	static const struct {
		const char *name;
		size_t length;
		enum http_method method;
	} methods[] = {
		{ "GET", 3, HTTP_GET },	    { "POST", 4, HTTP_POST },	  { "HEAD", 4, HTTP_HEAD },
		{ "PUT", 3, HTTP_PUT },	    { "DELETE", 6, HTTP_DELETE }, { "OPTIONS", 7, HTTP_OPTIONS },
		{ "TRACE", 5, HTTP_TRACE }, { "PATCH", 5, HTTP_PATCH },	  { "CONNECT", 7, HTTP_CONNECT },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (name->length == methods[i].length && memcmp(name->at, methods[i].name, name->length) == 0)
			return methods[i].method;
	return HTTP_OTHER;
}

/* Says so as soon as the first bytes can't be a method: who waits for a line of TLS waits for long. */
static int read_method(struct http_reading *reading, struct http_part *name)
{
	const char *from = reading->at, *at = from;

	while (at < reading->end && at - from <= METHOD_LIMIT && http_is(*at, HTTP_TOKEN))
		at++;
	if (at - from > METHOD_LIMIT)
		return http_refuse(reading, -400, "not-http");
	if (at == reading->end)
		return HTTP_MORE;
	if (at == from || *at != ' ')
		return http_refuse(reading, -400, "not-http");
	*name = (struct http_part){ from, at - from };
	return HTTP_WHOLE;
}

static const char *fault_of_target(char byte)
{
	if (byte == '\r')
		return "bare-cr";
	if (byte == '#')
		return "fragment";
	return byte & 0x80 ? "target-character" : "control-character";
}

static int read_version(struct http_reading *reading, const struct http_request *request, struct http_part version)
{
	if (version.length != 9 || memcmp(version.at, " HTTP/", 6) != 0 || version.at[7] != '.')
		return http_refuse(reading, -400, "request-line");
	if (version.at[6] == '1' && (version.at[8] == '0' || version.at[8] == '1'))
		return HTTP_WHOLE;
	/* RFC 9113, 3.4 */
	if (version.at[6] == '2' && request->method_name.length == 3 &&
	    memcmp(request->method_name.at, "PRI * HTTP/2.0", 14) == 0)
		return http_refuse(reading, -505, "h2c-preface");
	return http_refuse(reading, -505, "version");
}

static int read_request_line(struct http_reading *reading, struct http_request *request)
{
	struct http_part line, version;
	const char *at, *end;
	int state = read_method(reading, &request->method_name);

	if (state != HTTP_WHOLE || (state = http_read_line(reading, &line)) != HTTP_WHOLE)
		return state;
	at = line.at + request->method_name.length + 1;
	end = line.at + line.length;
	request->target.at = at;
	while (at < end && http_is(*at, HTTP_VISIBLE))
		at++;
	request->target.length = at - request->target.at;
	if (at < end && *at != ' ')
		return http_refuse(reading, -400, fault_of_target(*at));
	if (request->target.length == 0)
		return http_refuse(reading, -400, "request-line");
	version = (struct http_part){ at, end - at };
	state = read_version(reading, request, version);
	if (state != HTTP_WHOLE)
		return state;
	request->minor = version.at[8] - '0';
	request->method = method_of(&request->method_name);
	return http_parse_target(reading, request);
}

/* RFC 9110, 7.6.1. What frames a message must not be taken away by who forwards it. */
static int read_connection(struct http_reading *reading, struct http_part list, struct fields *fields)
{
	struct http_part option;

	while (http_next_item(&list, &option)) {
		if (http_part_is(&option, "close"))
			fields->wants_close = 1;
		else if (http_part_is(&option, "keep-alive"))
			fields->wants_keep_alive = 1;
		else if (http_part_is(&option, "host") || http_part_is(&option, "content-length") ||
			 http_part_is(&option, "transfer-encoding"))
			return http_refuse(reading, -400, "connection-option");
	}
	return HTTP_WHOLE;
}

/* Whether Connection says so, too, isn't asked: not everybody does. The worst of several counts. */
static void read_upgrade(struct http_part list, enum http_upgrade *upgrade)
{
	struct http_part protocol;

	while (http_next_item(&list, &protocol)) {
		if (protocol.length == 0 || *upgrade == HTTP_UPGRADE_H2C)
			continue;
		if (http_part_is(&protocol, "h2c"))
			*upgrade = HTTP_UPGRADE_H2C;
		else if (!http_part_is(&protocol, "websocket"))
			*upgrade = HTTP_UPGRADE_OTHER;
		else if (*upgrade == HTTP_UPGRADE_NONE)
			*upgrade = HTTP_UPGRADE_WEBSOCKET;
	}
}

static int has_word_chunked(const struct http_part *value)
{
	struct http_part word = { value->at, 7 };

	for (; word.at + word.length <= value->at + value->length; word.at++)
		if (http_part_is(&word, "chunked"))
			return 1;
	return 0;
}

static int read_coding(struct http_reading *reading, const struct http_part *value, struct fields *fields)
{
	if (fields->has_coding++)
		return http_refuse(reading, -400, "two-transfer-encodings");
	if (http_part_is(value, "chunked"))
		return HTTP_WHOLE;
	if (value->length == 0 || has_word_chunked(value))
		return http_refuse(reading, -400, "transfer-encoding");
	return http_refuse(reading, -501, "transfer-coding");
}

static int read_host(struct http_reading *reading, const struct http_part *value, struct fields *fields)
{
	if (fields->has_host++)
		return http_refuse(reading, -400, "two-hosts");
	if (http_parse_authority(*value, &fields->host, &fields->host_port) < 0)
		return http_refuse(reading, -400, "host");
	return HTTP_WHOLE;
}

static int take_field(struct http_reading *reading, enum http_field field, const struct http_part *value,
		      struct http_request *request, struct fields *fields)
{
	switch (field) {
	case HTTP_FIELD_HOST:
		return read_host(reading, value, fields);
	case HTTP_FIELD_CONNECTION:
		return read_connection(reading, *value, fields);
	case HTTP_FIELD_TRANSFER_ENCODING:
		return read_coding(reading, value, fields);
	case HTTP_FIELD_CONTENT_LENGTH:
		if (fields->has_length++)
			return http_refuse(reading, -400, "two-content-lengths");
		if (http_parse_length(value, &request->content_length) < 0)
			return http_refuse(reading, -400, "content-length");
		return HTTP_WHOLE;
	case HTTP_FIELD_EXPECT:
		request->expects_continue = request->minor > 0 && http_part_is(value, "100-continue");
		return HTTP_WHOLE;
	case HTTP_FIELD_UPGRADE:
		read_upgrade(*value, &request->upgrade);
		return HTTP_WHOLE;
	default:
		return HTTP_WHOLE;
	}
}

static int is_same_host(const struct http_part *a, const struct http_part *b)
{
	if (a->length != b->length)
		return 0;
	for (size_t i = 0; i < a->length; i++) {
		char x = a->at[i], y = b->at[i];

		if (x != y && ((x | 0x20) != (y | 0x20) || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return 0;
	}
	return 1;
}

/* RFC 9112, 3.2: the target counts, but as the Host field goes on, too, it must say the same. */
static int settle_host(struct http_reading *reading, struct http_request *request, const struct fields *fields)
{
	unsigned int port = fields->host_port == 0 ? 80 : fields->host_port;

	if (!fields->has_host)
		return request->minor > 0 ? http_refuse(reading, -400, "no-host") : HTTP_WHOLE;
	if (request->host.length == 0) {
		request->host = fields->host;
		request->port = port;
		return HTTP_WHOLE;
	}
	if (request->method == HTTP_CONNECT && fields->host_port == 0)
		port = request->port;
	if (port != request->port || !is_same_host(&request->host, &fields->host))
		return http_refuse(reading, -400, "host-and-target");
	return HTTP_WHOLE;
}

/* RFC 9112, 6.1 and 6.3. */
static int settle_body(struct http_reading *reading, struct http_request *request, const struct fields *fields)
{
	if (fields->has_coding && fields->has_length)
		return http_refuse(reading, -400, "content-length-and-transfer-encoding");
	if (fields->has_coding && request->minor == 0)
		return http_refuse(reading, -400, "transfer-encoding-in-1.0");
	if (request->method == HTTP_CONNECT && (fields->has_coding || request->content_length > 0))
		return http_refuse(reading, -400, "connect-with-body");
	if (fields->has_coding)
		request->body = HTTP_BODY_CHUNKED;
	else if (request->content_length > 0)
		request->body = HTTP_BODY_LENGTH;
	request->keep_alive = !fields->wants_close && (request->minor > 0 || fields->wants_keep_alive);
	return HTTP_WHOLE;
}

static int read_request(struct http_reading *reading, struct http_request *request)
{
	struct fields fields = { 0 };
	enum http_field field;
	struct http_part value;
	int state = http_skip_empty_lines(reading);

	if (state == HTTP_WHOLE)
		state = read_request_line(reading, request);
	while (state == HTTP_WHOLE && (state = http_read_field(reading, &field, &value)) == HTTP_WHOLE) {
		state = take_field(reading, field, &value, request, &fields);
	}
	if (state != HTTP_END_OF_HEAD)
		return state;
	state = settle_host(reading, request, &fields);
	return state == HTTP_WHOLE ? settle_body(reading, request, &fields) : state;
}

int http_parse_request(const char *data, size_t length, size_t limit, struct http_request *request, const char **why)
{
	struct http_reading reading = { .at = data, .end = data + (length < limit ? length : limit) };
	int state;

	*request = (struct http_request){ .port = 80 };
	state = read_request(&reading, request);
	request->head_length = reading.at - data;
	return http_end_parse(&reading, state, length >= limit, why);
}
