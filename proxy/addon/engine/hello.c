#include <string.h>

#include "hello.h"

#define RECORD_HANDSHAKE 22
#define RECORD_LIMIT 16384 /* RFC 8446, 5.1 */
#define RECORDS_LIMIT 256  /* of which one is enough for every client that doesn't want to hide */
/* More than there are; who sends more wants to keep us busy. */
#define EXTENSIONS_LIMIT 128
#define NAMES_LIMIT 8
#define MESSAGE_CLIENT_HELLO 1
#define EXTENSION_SERVER_NAME 0
#define EXTENSION_ECH 0xfe0d /* RFC 9849, 11.1 */
#define NAME_TYPE_HOST 0

/* The bytes of handshake messages, through the records that they are in. */
struct reading {
	const uint8_t *at;
	const uint8_t *end;
	size_t records;
	size_t record_left;
	size_t message_left; /* of the hello, once its length is known */
	size_t wanted;	     /* bytes that are missing to the record's end */
	int state;	     /* HELLO_MORE or HELLO_BROKEN since a read failed */
	const char *why;
};

static int fail(struct reading *reading, const char *why)
{
	reading->state = HELLO_BROKEN;
	reading->why = why;
	return -1;
}

static int want_more(struct reading *reading, size_t bytes)
{
	reading->state = HELLO_MORE;
	reading->wanted = bytes;
	return -1;
}

/* RFC 8446, 5.1: type, version, length. */
static int open_record(struct reading *reading, const char *why_other_type)
{
	size_t available = reading->end - reading->at;

	if (available > 0 && reading->at[0] != RECORD_HANDSHAKE)
		return fail(reading, why_other_type);
	if (available > 1 && reading->at[1] != 3)
		return fail(reading, why_other_type);
	if (available < 5)
		return want_more(reading, 5 - available);
	if (++reading->records > RECORDS_LIMIT)
		return fail(reading, "too-many-records");
	reading->record_left = reading->at[3] << 8 | reading->at[4];
	if (reading->record_left == 0 || reading->record_left > RECORD_LIMIT)
		return fail(reading, "record-length");
	reading->at += 5;
	return 0;
}

/* How many bytes lie together from here on, at least one and at most `wanted`; -1 if there are none. */
static long find_bytes(struct reading *reading, size_t wanted)
{
	size_t available;

	if (reading->record_left == 0 && open_record(reading, "record-type") < 0)
		return -1;
	available = reading->end - reading->at;
	if (available == 0)
		return want_more(reading, reading->record_left);
	if (available > reading->record_left)
		available = reading->record_left;
	return available < wanted ? available : wanted;
}

/* Copies bytes, or skips them if `to` is NULL. */
static int take_bytes(struct reading *reading, uint8_t *to, size_t length)
{
	if (length > reading->message_left)
		return fail(reading, "hello-length");
	while (length > 0) {
		long together = find_bytes(reading, length);

		if (together < 0)
			return -1;
		if (to != NULL) {
			memcpy(to, reading->at, together);
			to += together;
		}
		reading->at += together;
		reading->record_left -= together;
		reading->message_left -= together;
		length -= together;
	}
	return 0;
}

/* A big-endian number of up to 3 bytes. */
static int take_number(struct reading *reading, int bytes, size_t *number)
{
	uint8_t buffer[3];

	if (take_bytes(reading, buffer, bytes) < 0)
		return -1;
	*number = 0;
	for (int i = 0; i < bytes; i++)
		*number = *number << 8 | buffer[i];
	return 0;
}

/* Skips a vector whose length has so many bytes and must be within bounds. */
static int skip_vector(struct reading *reading, int length_bytes, size_t least, size_t most, const char *why)
{
	size_t length;

	if (take_number(reading, length_bytes, &length) < 0)
		return -1;
	if (length < least || length > most)
		return fail(reading, why);
	return take_bytes(reading, NULL, length);
}

/* Lower case, without the dot at the end. Returns -1 for what is no host name. */
static int settle_name(struct hello *hello)
{
	if (hello->name_length > 0 && hello->name[hello->name_length - 1] == '.')
		hello->name_length--;
	hello->name[hello->name_length] = '\0';
	for (size_t i = 0; i < hello->name_length; i++) {
		char byte = hello->name[i];

		if (byte >= 'A' && byte <= 'Z')
			hello->name[i] = byte + 'a' - 'A';
		else if (byte == '.' ? i == 0 || hello->name[i - 1] == '.'
				     : !(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') &&
					       byte != '-' && byte != '_')
			return -1;
	}
	return hello->name_length > 0 && hello->name_length <= 253 && hello->name[hello->name_length - 1] != '.'
		       ? 0
		       : -1;
}

static int read_name(struct reading *reading, size_t length, struct hello *hello)
{
	if (hello->name_length > 0)
		return fail(reading, "two-server-names");
	if (length == 0 || length >= sizeof(hello->name))
		return fail(reading, "server-name");
	if (take_bytes(reading, (uint8_t *)hello->name, length) < 0)
		return -1;
	hello->name_length = length;
	return settle_name(hello) < 0 ? fail(reading, "server-name") : 0;
}

/* RFC 6066, 3: a list of names, each with its type; of hosts there may be one. */
static int read_server_names(struct reading *reading, size_t length, struct hello *hello)
{
	size_t list, type, name;

	if (length < 2)
		return fail(reading, "server-name-length");
	if (take_number(reading, 2, &list) < 0)
		return -1;
	if (list != length - 2 || list == 0)
		return fail(reading, "server-name-length");
	for (int count = 0; list > 0; count++) {
		if (count == NAMES_LIMIT)
			return fail(reading, "too-many-server-names");
		if (list < 3)
			return fail(reading, "server-name-length");
		if (take_number(reading, 1, &type) < 0 || take_number(reading, 2, &name) < 0)
			return -1;
		if (name > list - 3)
			return fail(reading, "server-name-length");
		list -= 3 + name;
		if (type == NAME_TYPE_HOST ? read_name(reading, name, hello) < 0
					   : take_bytes(reading, NULL, name) < 0)
			return -1;
	}
	return 0;
}

static int read_extensions(struct reading *reading, struct hello *hello)
{
	size_t all, type, length;
	int server_names = 0;

	if (take_number(reading, 2, &all) < 0)
		return -1;
	if (all != reading->message_left)
		return fail(reading, "extensions-length");
	for (int count = 0; reading->message_left > 0; count++) {
		if (count == EXTENSIONS_LIMIT)
			return fail(reading, "too-many-extensions");
		if (take_number(reading, 2, &type) < 0 || take_number(reading, 2, &length) < 0)
			return -1;
		if (length > reading->message_left)
			return fail(reading, "extension-length");
		if (type == EXTENSION_SERVER_NAME && server_names++)
			return fail(reading, "two-server-names");
		if (type == EXTENSION_ECH)
			hello->has_ech = 1;
		if (type == EXTENSION_SERVER_NAME ? read_server_names(reading, length, hello) < 0
						  : take_bytes(reading, NULL, length) < 0)
			return -1;
	}
	return 0;
}

/* RFC 8446, 4.1.2, and RFC 5246, 7.4.1.2, where extensions may be missing. */
static int read_hello(struct reading *reading, struct hello *hello)
{
	size_t type, length, version;

	if (open_record(reading, "not-tls") < 0)
		return -1;
	reading->message_left = 4;
	if (take_number(reading, 1, &type) < 0)
		return -1;
	if (type != MESSAGE_CLIENT_HELLO)
		return fail(reading, "not-client-hello");
	if (take_number(reading, 3, &length) < 0)
		return -1;
	if (length > HELLO_LIMIT)
		return fail(reading, "hello-too-long");
	reading->message_left = length;
	if (take_number(reading, 2, &version) < 0)
		return -1;
	if (version >> 8 != 3)
		return fail(reading, "hello-version");
	if (take_bytes(reading, NULL, 32) < 0 || skip_vector(reading, 1, 0, 32, "session-id-length") < 0 ||
	    skip_vector(reading, 2, 2, 65534, "cipher-suites-length") < 0 ||
	    skip_vector(reading, 1, 1, 255, "compression-methods-length") < 0)
		return -1;
	if (reading->message_left > 0 && read_extensions(reading, hello) < 0)
		return -1;
	/* The server's answer comes first; who sends more with it wants to confuse. */
	return reading->record_left > 0 ? fail(reading, "bytes-after-hello") : 0;
}

int hello_parse(const uint8_t *data, size_t length, struct hello *hello, const char **why)
{
	struct reading reading = {
		.at = data,
		.end = data + (length < HELLO_LIMIT ? length : HELLO_LIMIT),
	};

	*hello = (struct hello){ 0 };
	if (read_hello(&reading, hello) == 0)
		return HELLO_WHOLE;
	if (reading.state == HELLO_MORE && length >= HELLO_LIMIT)
		fail(&reading, "hello-too-long");
	if (reading.state == HELLO_BROKEN)
		*why = reading.why;
	hello->wanted = length + reading.wanted < HELLO_LIMIT ? length + reading.wanted : HELLO_LIMIT;
	return reading.state;
}
