#include <string.h>

#include "http-line.h"

/* What is sent instead of a first line, or to keep us busy: nobody needs more. */
#define EMPTY_LINES 4
#define FIELDS_LIMIT 100 /* as HAProxy and Apache have it */

#define ALNUM (HTTP_TOKEN | HTTP_VISIBLE | HTTP_TEXT | HTTP_HOST)
#define HEX (ALNUM | HTTP_LITERAL)
#define MARK (HTTP_TOKEN | HTTP_VISIBLE | HTTP_TEXT)
#define SEPARATOR (HTTP_VISIBLE | HTTP_TEXT)

const uint8_t http_classes[256] = {
	[0x01 ... 0x08] = HTTP_CONTROL,
	['\t'] = HTTP_TEXT,
	[0x0b ... 0x0c] = HTTP_CONTROL,
	[0x0e ... 0x1f] = HTTP_CONTROL,
	[' '] = HTTP_TEXT,
	['!'] = MARK,
	['"'] = SEPARATOR,
	['#'] = HTTP_TOKEN | HTTP_TEXT,
	['$' ... '\''] = MARK,
	['(' ... ')'] = SEPARATOR,
	['*' ... '+'] = MARK,
	[','] = SEPARATOR,
	['-'] = ALNUM,
	['.'] = HEX,
	['/'] = SEPARATOR,
	['0' ... '9'] = HEX,
	[':'] = SEPARATOR | HTTP_LITERAL,
	[';' ... '@'] = SEPARATOR,
	['A' ... 'F'] = HEX,
	['G' ... 'Z'] = ALNUM,
	['[' ... ']'] = SEPARATOR,
	['^'] = MARK,
	['_'] = ALNUM,
	['`'] = MARK,
	['a' ... 'f'] = HEX,
	['g' ... 'z'] = ALNUM,
	['{'] = SEPARATOR,
	['|'] = MARK,
	['}'] = SEPARATOR,
	['~'] = MARK,
	[0x7f] = HTTP_CONTROL,
	[0x80 ... 0xff] = HTTP_TEXT,
};

int http_refuse(struct http_reading *reading, int status, const char *why)
{
	reading->why = why;
	return status;
}

int http_skip_empty_lines(struct http_reading *reading)
{
	for (int lines = 0; reading->at < reading->end; lines++) {
		if (*reading->at == '\n')
			return http_refuse(reading, -400, "bare-lf");
		if (*reading->at != '\r')
			return HTTP_WHOLE;
		if (lines == EMPTY_LINES)
			return http_refuse(reading, -400, "empty-lines");
		if (reading->at + 1 == reading->end)
			return HTTP_MORE;
		if (reading->at[1] != '\n')
			return http_refuse(reading, -400, "bare-cr");
		reading->at += 2;
	}
	return HTTP_MORE;
}

int http_read_line(struct http_reading *reading, struct http_part *line)
{
	const char *feed = memchr(reading->at, '\n', reading->end - reading->at);

	if (feed == NULL)
		return HTTP_MORE;
	line->at = reading->at;
	line->length = feed - reading->at;
	if (line->length > 0 && feed[-1] == '\r')
		line->length--;
	else if (reading->is_answer)
		reading->bare_lf_seen = 1;
	else
		return http_refuse(reading, -400, "bare-lf");
	reading->at = feed + 1;
	return HTTP_WHOLE;
}

/* `name` is a token: of those, only capitals change by their bit 5, and '-' has it. */
static int names(const char *name, const char *field, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((name[i] | 0x20) != field[i])
			return 0;
	return 1;
}

static enum http_field field_of(const char *name, size_t length)
{
	switch (length) {
	case 4:
		return names(name, "host", length) ? HTTP_FIELD_HOST : HTTP_FIELD_OTHER;
	case 6:
		return names(name, "expect", length) ? HTTP_FIELD_EXPECT : HTTP_FIELD_OTHER;
	case 7:
		return names(name, "upgrade", length) ? HTTP_FIELD_UPGRADE : HTTP_FIELD_OTHER;
	case 10:
		return names(name, "connection", length) ? HTTP_FIELD_CONNECTION : HTTP_FIELD_OTHER;
	case 14:
		return names(name, "content-length", length) ? HTTP_FIELD_CONTENT_LENGTH : HTTP_FIELD_OTHER;
	case 17:
		return names(name, "transfer-encoding", length) ? HTTP_FIELD_TRANSFER_ENCODING : HTTP_FIELD_OTHER;
	default:
		return HTTP_FIELD_OTHER;
	}
}

static int is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static void trim(struct http_part *part)
{
	while (part->length > 0 && is_blank(*part->at)) {
		part->at++;
		part->length--;
	}
	while (part->length > 0 && is_blank(part->at[part->length - 1]))
		part->length--;
}

/* Why a line isn't `name: value`: what stopped its name at `at` says so. */
static const char *fault_of_name(const struct http_part *line, const char *at)
{
	if (at == line->at + line->length || (*at != '\r' && !is_blank(*at)))
		return "field-name";
	if (*at == '\r')
		return "bare-cr";
	return at == line->at ? "obs-fold" : "space-in-field-name";
}

/* Returns what of the line is the value, or NULL if the line is none of a field. */
static const char *read_name(struct http_reading *reading, const struct http_part *line, enum http_field *field)
{
	const char *at = line->at, *end = line->at + line->length;

	if (is_blank(*at) && reading->may_fold) {
		*field = HTTP_FIELD_OTHER;
		return at;
	}
	while (at < end && http_is(*at, HTTP_TOKEN))
		at++;
	if (at == line->at || at == end || *at != ':') {
		reading->why = fault_of_name(line, at);
		return NULL;
	}
	*field = field_of(line->at, at - line->at);
	reading->may_fold = reading->is_answer && *field == HTTP_FIELD_OTHER;
	return at + 1;
}

int http_read_field(struct http_reading *reading, enum http_field *field, struct http_part *value)
{
	int allowed = reading->is_answer ? HTTP_TEXT | HTTP_CONTROL : HTTP_TEXT;
	struct http_part line;
	int state = http_read_line(reading, &line);

	if (state != HTTP_WHOLE)
		return state;
	if (line.length == 0)
		return HTTP_END_OF_HEAD;
	if (++reading->fields > FIELDS_LIMIT)
		return http_refuse(reading, -431, "too-many-fields");
	value->at = read_name(reading, &line, field);
	if (value->at == NULL)
		return -400;
	value->length = line.at + line.length - value->at;
	for (size_t i = 0; i < value->length; i++)
		if (!http_is(value->at[i], allowed))
			return http_refuse(reading, -400, value->at[i] == '\r' ? "bare-cr" : "control-character");
	trim(value);
	return HTTP_WHOLE;
}

int http_next_item(struct http_part *list, struct http_part *item)
{
	const char *comma;

	if (list->at == NULL)
		return 0;
	comma = memchr(list->at, ',', list->length);
	item->at = list->at;
	item->length = comma == NULL ? list->length : (size_t)(comma - list->at);
	list->length -= comma == NULL ? list->length : item->length + 1;
	list->at = comma == NULL ? NULL : comma + 1;
	trim(item);
	return 1;
}

int http_part_is(const struct http_part *part, const char *word)
{
	for (size_t i = 0; i < part->length; i++) {
		char byte = part->at[i];

		if (byte >= 'A' && byte <= 'Z')
			byte += 'a' - 'A';
		if (byte != word[i]) /* also at the word's end: values have no NUL */
			return 0;
	}
	return word[part->length] == '\0';
}

int http_parse_length(const struct http_part *value, uint64_t *length)
{
	const uint64_t limit = (1ULL << 53) - 1;

	if (value->length == 0 || value->length > 16)
		return -1;
	*length = 0;
	for (size_t i = 0; i < value->length; i++) {
		if (value->at[i] < '0' || value->at[i] > '9')
			return -1;
		*length = *length * 10 + (value->at[i] - '0');
	}
	return *length > limit ? -1 : 0;
}

int http_is_worth_parsing(const char *data, size_t parsed, size_t length, size_t limit)
{
	/* Within its first bytes it may show that it is no HTTP; later, only lines say something new. */
	return parsed < 48 || length >= limit || memchr(data + parsed, '\n', length - parsed) != NULL;
}

int http_end_parse(const struct http_reading *reading, int state, int is_cut, const char **why)
{
	if (state == HTTP_MORE && is_cut) {
		*why = "head-too-long";
		return -431;
	}
	if (state < 0)
		*why = reading->why;
	return state;
}
