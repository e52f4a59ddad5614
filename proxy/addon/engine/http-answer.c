#include <string.h>

#include "http-line.h"

/* What the fields say, until all of them are known. */
struct fields {
	int has_length, has_coding;
	int wants_close, wants_keep_alive;
};

static int is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Says so as soon as the first bytes can't be a version. */
static int read_version(struct http_reading *reading, unsigned int *minor)
{
	static const char start[] = "HTTP/1.";
	const char *at = reading->at;
	size_t available = reading->end - at;

	for (size_t i = 0; i < 7 && i < available; i++)
		if (at[i] != start[i])
			return i == 5 && is_digit(at[i]) ? http_refuse(reading, -505, "version")
							 : http_refuse(reading, -400, "not-http");
	if (available < 8)
		return HTTP_MORE;
	if (at[7] != '0' && at[7] != '1')
		return http_refuse(reading, -505, "version");
	*minor = at[7] - '0';
	return HTTP_WHOLE;
}

/* RFC 9112, 4; the reason may be missing with its space. */
static int read_status_line(struct http_reading *reading, struct http_answer *answer, unsigned int *minor)
{
	struct http_part line;
	const char *at;
	int state = read_version(reading, minor);

	if (state != HTTP_WHOLE || (state = http_read_line(reading, &line)) != HTTP_WHOLE)
		return state;
	at = line.at + 8;
	if (line.length < 12 || at[0] != ' ' || at[1] < '1' || at[1] > '9' || !is_digit(at[2]) || !is_digit(at[3]) ||
	    (line.length > 12 && at[4] != ' '))
		return http_refuse(reading, -400, "status-line");
	if (memchr(at, '\r', line.length - 8) != NULL)
		return http_refuse(reading, -400, "bare-cr");
	if (memchr(at, '\0', line.length - 8) != NULL)
		return http_refuse(reading, -400, "control-character");
	answer->status = (at[1] - '0') * 100 + (at[2] - '0') * 10 + (at[3] - '0');
	return HTTP_WHOLE;
}

/* RFC 9110, 8.6: the same length may have been said twice, in fields or in a list. */
static int read_lengths(struct http_reading *reading, struct http_part list, uint64_t *length, struct fields *fields)
{
	struct http_part item;
	uint64_t said;

	while (http_next_item(&list, &item)) {
		if (http_parse_length(&item, &said) < 0)
			return http_refuse(reading, -400, "content-length");
		if (fields->has_length && said != *length)
			return http_refuse(reading, -400, "two-content-lengths");
		fields->has_length = 1;
		*length = said;
	}
	return HTTP_WHOLE;
}

static void read_connection(struct http_part list, struct fields *fields)
{
	struct http_part option;

	while (http_next_item(&list, &option)) {
		fields->wants_close |= http_part_is(&option, "close");
		fields->wants_keep_alive |= http_part_is(&option, "keep-alive");
	}
}

static int take_field(struct http_reading *reading, enum http_field field, const struct http_part *value,
		      struct http_answer *answer, struct fields *fields)
{
	switch (field) {
	case HTTP_FIELD_CONNECTION:
		read_connection(*value, fields);
		return HTTP_WHOLE;
	case HTTP_FIELD_CONTENT_LENGTH:
		return read_lengths(reading, *value, &answer->content_length, fields);
	case HTTP_FIELD_TRANSFER_ENCODING:
		if (fields->has_coding++)
			return http_refuse(reading, -400, "two-transfer-encodings");
		if (!http_part_is(value, "chunked"))
			return http_refuse(reading, -501, "transfer-coding");
		return HTTP_WHOLE;
	default:
		return HTTP_WHOLE;
	}
}

/* RFC 9112, 6.3 */
static enum http_body body_of(const struct http_answer *answer, enum http_method method, unsigned int minor,
			      const struct fields *fields)
{
	if (answer->status < 200 || answer->status == 204 || answer->status == 304 || method == HTTP_HEAD ||
	    answer->switches_protocols)
		return HTTP_BODY_NONE;
	if (fields->has_coding) /* of HTTP/1.0, some readers know it and some don't: either gets all that comes */
		return minor > 0 ? HTTP_BODY_CHUNKED : HTTP_BODY_UNTIL_CLOSE;
	if (!fields->has_length)
		return HTTP_BODY_UNTIL_CLOSE;
	return answer->content_length > 0 ? HTTP_BODY_LENGTH : HTTP_BODY_NONE;
}

static void settle(const struct http_reading *reading, struct http_answer *answer, enum http_method method,
		   unsigned int minor, const struct fields *fields)
{
	int has_framing = fields->has_coding || answer->content_length > 0;
	/* Neither has a body (RFC 9110, 8.6 and 15.3.5), but a careless reader waits for one. */
	int denies_framing = has_framing && (answer->status < 200 || answer->status == 204);

	answer->switches_protocols =
		answer->status == 101 || (method == HTTP_CONNECT && answer->status >= 200 && answer->status < 300);
	answer->body = body_of(answer, method, minor, fields);
	answer->keep_alive = !fields->wants_close && (minor > 0 || fields->wants_keep_alive) &&
			     answer->body != HTTP_BODY_UNTIL_CLOSE && !reading->bare_lf_seen && !denies_framing &&
			     !answer->switches_protocols && !(fields->has_coding && fields->has_length);
	if (answer->body != HTTP_BODY_LENGTH)
		answer->content_length = 0;
}

static int read_answer(struct http_reading *reading, enum http_method method, struct http_answer *answer)
{
	struct fields fields = { 0 };
	enum http_field field;
	struct http_part value;
	unsigned int minor = 0;
	int state = http_skip_empty_lines(reading);

	if (state == HTTP_WHOLE)
		state = read_status_line(reading, answer, &minor);
	while (state == HTTP_WHOLE && (state = http_read_field(reading, &field, &value)) == HTTP_WHOLE)
		state = take_field(reading, field, &value, answer, &fields);
	if (state != HTTP_END_OF_HEAD)
		return state;
	settle(reading, answer, method, minor, &fields);
	return HTTP_WHOLE;
}

int http_parse_answer(const char *data, size_t length, size_t limit, enum http_method method,
		      struct http_answer *answer, const char **why)
{
	struct http_reading reading = {
		.at = data,
		.end = data + (length < limit ? length : limit),
		.is_answer = 1,
	};
	int state;

	*answer = (struct http_answer){ 0 };
	state = read_answer(&reading, method, answer);
	answer->head_length = reading.at - data;
	return http_end_parse(&reading, state, length >= limit, why);
}
