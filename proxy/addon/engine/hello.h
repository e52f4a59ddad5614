/*
 * The server's name in a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), from the connection's first bytes:
 * split over records and segments as it may be, with unknown extensions and key shares of any size.
 * A pure function; the TypeScript twin is proxy/src/tls/.
 */
#ifndef HALFBRIDGE_HELLO_H
#define HALFBRIDGE_HELLO_H

#include <stddef.h>
#include <stdint.h>

#define HELLO_MORE 0
#define HELLO_WHOLE 1
#define HELLO_BROKEN (-1) /* not TLS, or not as it must be; *why says what */

/* No hello is waited for beyond this many bytes. */
#define HELLO_LIMIT 65536

struct hello {
	char name[256]; /* lower case, no dot at the end, 0-terminated; "" without SNI */
	size_t name_length;
	int has_ech; /* an encrypted_client_hello extension, real or GREASE: they can't be told apart */
	size_t wanted; /* of HELLO_MORE: with fewer bytes it can't be whole, so parsing again can wait for them */
};

int hello_parse(const uint8_t *data, size_t length, struct hello *hello, const char **why);

#endif
