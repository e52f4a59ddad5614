#include "http-line.h"

/* Of a line with a chunk's size, and of all trailers. */
#define LINE_LIMIT 256
#define TRAILERS_LIMIT 16384
#define SIZE_LIMIT ((1ULL << 53) - 1)

/* Where in a body the next byte is. */
enum place {
	SIZE_START,
	SIZE,
	BLANK_AFTER_SIZE, /* not in RFC 9112, 7.1, but servers pad the size, and nobody takes it for anything else */
	EXTENSION,
	LINE_FEED_OF_SIZE,
	DATA,
	RETURN_AFTER_DATA,
	LINE_FEED_AFTER_DATA,
	TRAILER_START,
	TRAILER_NAME,
	TRAILER_VALUE,
	LINE_FEED_OF_TRAILER,
	LAST_LINE_FEED,
	WHOLE,
	BROKEN,
};

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static enum place add_digit(struct http_chunks *chunks, int digit)
{
	if (chunks->left > SIZE_LIMIT >> 4)
		return BROKEN;
	chunks->left = chunks->left << 4 | digit;
	return SIZE;
}

static enum place after_size(char byte)
{
	switch (byte) {
	case '\r':
		return LINE_FEED_OF_SIZE;
	case ';':
		return EXTENSION;
	case ' ':
	case '\t':
		return BLANK_AFTER_SIZE;
	default:
		return BROKEN;
	}
}

static enum place after_text(char byte, enum place same, enum place ended)
{
	if (byte == '\r')
		return ended;
	return http_is(byte, HTTP_TEXT) ? same : BROKEN;
}

static enum place after_line_feed(char byte, enum place next)
{
	return byte == '\n' ? next : BROKEN;
}

/* Where the byte after this one is; not for DATA. */
static enum place step(struct http_chunks *chunks, char byte)
{
	int digit;

	switch (chunks->state) {
	case SIZE_START:
		digit = digit_of(byte);
		return digit < 0 ? BROKEN : add_digit(chunks, digit);
	case SIZE:
		digit = digit_of(byte);
		return digit < 0 ? after_size(byte) : add_digit(chunks, digit);
	case BLANK_AFTER_SIZE:
		return after_size(byte);
	case EXTENSION:
		return after_text(byte, EXTENSION, LINE_FEED_OF_SIZE);
	case LINE_FEED_OF_SIZE:
		chunks->seen = 0;
		return after_line_feed(byte, chunks->left > 0 ? DATA : TRAILER_START);
	case RETURN_AFTER_DATA:
		return byte == '\r' ? LINE_FEED_AFTER_DATA : BROKEN;
	case LINE_FEED_AFTER_DATA:
		chunks->seen = 0;
		return after_line_feed(byte, SIZE_START);
	case TRAILER_START:
		if (byte == '\r')
			return LAST_LINE_FEED;
		return http_is(byte, HTTP_TOKEN) ? TRAILER_NAME : BROKEN;
	case TRAILER_NAME:
		if (byte == ':')
			return TRAILER_VALUE;
		return http_is(byte, HTTP_TOKEN) ? TRAILER_NAME : BROKEN;
	case TRAILER_VALUE:
		return after_text(byte, TRAILER_VALUE, LINE_FEED_OF_TRAILER);
	case LINE_FEED_OF_TRAILER:
		return after_line_feed(byte, TRAILER_START);
	case LAST_LINE_FEED:
		return after_line_feed(byte, WHOLE);
	default:
		return BROKEN;
	}
}

int http_is_in_chunk(const struct http_chunks *chunks)
{
	return chunks->state == DATA;
}

void http_skip_in_chunk(struct http_chunks *chunks, uint64_t length)
{
	chunks->left -= length;
	if (chunks->left == 0)
		chunks->state = RETURN_AFTER_DATA;
}

long http_pass_chunks(struct http_chunks *chunks, const char *data, size_t length, int *whole)
{
	size_t at = 0;

	while (at < length && chunks->state != WHOLE && chunks->state != BROKEN) {
		if (chunks->state == DATA) {
			size_t passed = chunks->left < length - at ? chunks->left : length - at;

			at += passed;
			http_skip_in_chunk(chunks, passed);
			continue;
		}
		if (++chunks->seen > (chunks->state < DATA ? LINE_LIMIT : TRAILERS_LIMIT))
			chunks->state = BROKEN;
		else
			chunks->state = step(chunks, data[at++]);
	}
	*whole = chunks->state == WHOLE;
	return chunks->state == BROKEN ? -1 : (long)at;
}
