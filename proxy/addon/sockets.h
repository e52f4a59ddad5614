/*
 * Sockets bound to addresses that aren't this machine's: ip(7), ipv6(7), socket(7),
 * Documentation/networking/tproxy.rst. The options need CAP_NET_RAW (or CAP_NET_ADMIN).
 */
#ifndef HALFBRIDGE_SOCKETS_H
#define HALFBRIDGE_SOCKETS_H

#include <stdint.h>
#include <sys/socket.h>

struct socket_wish {
	int listens;
	int transparent;
	uint32_t mark; /* 0: none */
};

/* Opens a non-blocking TCP socket bound to an address. Returns it, or -1 with errno and the failed call's name. */
int open_bound(const struct sockaddr *address, socklen_t length, const struct socket_wish *wish, const char **failed);

/* Closes a TCP socket at once: the other side is told that its bytes were lost. */
void close_with_reset(int fd);

#endif
