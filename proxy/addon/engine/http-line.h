/*
 * Lines and fields of HTTP heads: what requests and answers share. Not part of what engines use.
 */
#ifndef HALFBRIDGE_HTTP_LINE_H
#define HALFBRIDGE_HTTP_LINE_H

#include "http.h"

/* Classes of a byte, as bits. */
#define HTTP_TOKEN 1	/* RFC 9110, 5.6.2 */
#define HTTP_VISIBLE 2	/* of a target: visible ASCII, but no fragment */
#define HTTP_TEXT 4	/* of a value: RFC 9110, 5.5 */
#define HTTP_HOST 8	/* of a name in an authority: stricter than RFC 3986, 3.2.2 */
#define HTTP_LITERAL 16 /* of an address in brackets */
#define HTTP_CONTROL 32 /* control characters that an answer's values may have: not NUL, CR, LF */

extern const uint8_t http_classes[256];

static inline int http_is(char byte, int classes)
{
	return http_classes[(uint8_t)byte] & classes;
}

/* What is left of a head while it is read. */
struct http_reading {
	const char *at;
	const char *end;
	int is_answer;	  /* lines may end with a bare LF, values may be folded or have control characters */
	int bare_lf_seen;
	unsigned int fields; /* so far */
	int may_fold; /* the field before is none that matters */
	const char *why;
};

enum http_field {
	HTTP_FIELD_OTHER,
	HTTP_FIELD_HOST,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_UPGRADE,
	HTTP_FIELD_CONNECTION,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_TRANSFER_ENCODING,
};

#define HTTP_END_OF_HEAD 2

/* Notes why, and returns the status. */
int http_refuse(struct http_reading *reading, int status, const char *why);

/* Skips the empty lines that may precede a head; HTTP_WHOLE once another byte is there. */
int http_skip_empty_lines(struct http_reading *reading);

/* Reads up to the line's end; what is in the line isn't checked. */
int http_read_line(struct http_reading *reading, struct http_part *line);

/* Reads a field with its value trimmed; HTTP_END_OF_HEAD at the empty line. */
int http_read_field(struct http_reading *reading, enum http_field *field, struct http_part *value);

/* Takes the next item of a comma-separated list off `list`, trimmed; 0 when there is none. */
int http_next_item(struct http_part *list, struct http_part *item);

/* `word`: lower case. */
int http_part_is(const struct http_part *part, const char *word);

/* A Content-Length: digits, up to what a JavaScript number holds. Returns -1 if it isn't one. */
int http_parse_length(const struct http_part *value, uint64_t *length);

/* Reads `host`, `host:` or `host:port`; `*port` stays if there is none. Returns -1 if it isn't one. */
int http_parse_authority(struct http_part authority, struct http_part *host, unsigned int *port);

/* Reads the target, for what it says of host, port and path. */
int http_parse_target(struct http_reading *reading, struct http_request *request);

/* Ends the parse: too long a head is refused, what was refused is told. */
int http_end_parse(const struct http_reading *reading, int state, int is_cut, const char **why);

#endif
