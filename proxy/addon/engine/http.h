/*
 * HTTP/1.1 heads and framing (RFC 9110, RFC 9112), as strictly as a filter must read them: what two
 * readers could take differently is refused. Pure functions over bytes; nothing is allocated or copied.
 * The TypeScript twin is proxy/src/http/; test/proxy/http holds both to the same vectors.
 */
#ifndef HALFBRIDGE_HTTP_H
#define HALFBRIDGE_HTTP_H

#include <stddef.h>
#include <stdint.h>

/* Bits of a rule's methods, too. */
enum http_method {
	HTTP_GET = 1 << 0,
	HTTP_HEAD = 1 << 1,
	HTTP_POST = 1 << 2,
	HTTP_PUT = 1 << 3,
	HTTP_DELETE = 1 << 4,
	HTTP_OPTIONS = 1 << 5,
	HTTP_TRACE = 1 << 6,
	HTTP_PATCH = 1 << 7,
	HTTP_CONNECT = 1 << 8,
	HTTP_OTHER = 1 << 9,
};

enum http_body {
	HTTP_BODY_NONE,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_UNTIL_CLOSE, /* answers only */
};

enum http_upgrade {
	HTTP_UPGRADE_NONE,
	HTTP_UPGRADE_WEBSOCKET,
	HTTP_UPGRADE_H2C,
	HTTP_UPGRADE_OTHER,
};

/* A part of the bytes that were parsed. */
struct http_part {
	const char *at;
	size_t length;
};

struct http_request {
	size_t head_length; /* with the empty line, and empty lines before it */
	enum http_method method;
	struct http_part method_name;
	struct http_part target; /* as sent, whatever its form */
	/* From the target, else the Host field; without port and brackets; empty if there is neither (HTTP/1.0). */
	struct http_part host;
	unsigned int port; /* 80 if not said */
	struct http_part path; /* origin-form: path and query; "" for OPTIONS * and CONNECT */
	unsigned int minor; /* HTTP/1.minor */
	enum http_body body;
	uint64_t content_length;
	int keep_alive;
	int expects_continue;
	enum http_upgrade upgrade;
};

struct http_answer {
	size_t head_length;
	unsigned int status;
	enum http_body body;
	uint64_t content_length;
	int keep_alive;
	int switches_protocols; /* 101, or 2xx to CONNECT */
};

/* What parsing comes to: a head, or... */
#define HTTP_MORE 0 /* it isn't all there yet */
#define HTTP_WHOLE 1

/*
 * Both return HTTP_MORE, HTTP_WHOLE, or the negative status of a refusal with *why set to a constant string:
 * -400 malformed or ambiguous, -431 longer than limit, -501 a transfer coding that isn't known,
 * -505 not HTTP/1.x. *why is a short lower-case phrase that names the fault ("bare-lf",
 * "content-length-and-transfer-encoding", "obs-fold", "no-host", "not-http", "h2c-preface"...).
 */
int http_parse_request(const char *data, size_t length, size_t limit, struct http_request *request, const char **why);

/*
 * Whether parsing can come to something else than HTTP_MORE, as it did for the first `parsed` bytes. Who asks
 * before each parse spends no more on a head that comes byte by byte than a parse a line, and there are at
 * most 100 fields.
 */
int http_is_worth_parsing(const char *data, size_t parsed, size_t length, size_t limit);

/* `method`: of the request that is answered. Lenient where only the client is concerned, never in framing. */
int http_parse_answer(const char *data, size_t length, size_t limit, enum http_method method,
		      struct http_answer *answer, const char **why);

/*
 * The bytes of a chunked body, with its trailers, as they pass. Zero is the beginning. CRLF is strict in
 * requests and in answers.
 */
struct http_chunks {
	uint32_t state;
	uint32_t seen; /* bytes of the line, or of trailers, so far */
	uint64_t left; /* bytes of the chunk that are to come, while http_is_in_chunk() */
};

/* Whether the next `left` bytes are data, that may be passed without being looked at: take them off `left`... */
int http_is_in_chunk(const struct http_chunks *chunks);

/* ...by this: at most `left`. */
void http_skip_in_chunk(struct http_chunks *chunks, uint64_t length);

/*
 * Returns how many of the bytes belong to the body, or -1 when it is broken; *whole says whether its last byte
 * was among them, or before.
 */
long http_pass_chunks(struct http_chunks *chunks, const char *data, size_t length, int *whole);

#endif
