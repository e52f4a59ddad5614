/* Endpoints of TCP connections: IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
#ifndef HALFBRIDGE_ADDRESS_H
#define HALFBRIDGE_ADDRESS_H

#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct endpoint {
	uint8_t address[16]; /* network order */
	uint16_t port;       /* host order */
};

static const uint8_t v4_mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static inline int endpoint_is_v4(const struct endpoint *endpoint)
{
	return memcmp(endpoint->address, v4_mapped_prefix, sizeof(v4_mapped_prefix)) == 0;
}

static inline const char *endpoint_print(const struct endpoint *endpoint, char text[INET6_ADDRSTRLEN])
{
	if (endpoint_is_v4(endpoint))
		return inet_ntop(AF_INET, endpoint->address + 12, text, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, endpoint->address, text, INET6_ADDRSTRLEN);
}

static inline void endpoint_from_socket(struct endpoint *endpoint, const struct sockaddr_storage *from)
{
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

		memcpy(endpoint->address, &v6->sin6_addr, 16);
		endpoint->port = ntohs(v6->sin6_port);
	} else {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

		memcpy(endpoint->address, v4_mapped_prefix, sizeof(v4_mapped_prefix));
		memcpy(endpoint->address + 12, &v4->sin_addr, 4);
		endpoint->port = ntohs(v4->sin_port);
	}
}

static inline socklen_t endpoint_to_socket(const struct endpoint *endpoint, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof(*to));
	if (endpoint_is_v4(endpoint)) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)to;

		v4->sin_family = AF_INET;
		v4->sin_port = htons(endpoint->port);
		memcpy(&v4->sin_addr, endpoint->address + 12, 4);
		return sizeof(*v4);
	}
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(endpoint->port);
	memcpy(&v6->sin6_addr, endpoint->address, 16);
	return sizeof(*v6);
}

#endif
