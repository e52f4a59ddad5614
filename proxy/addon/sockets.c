#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24 /* linux/in.h */
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75 /* linux/in6.h */
#endif

static int switch_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

static int port_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET6)
		return ((const struct sockaddr_in6 *)address)->sin6_port;
	return ((const struct sockaddr_in *)address)->sin_port;
}

/* Returns the name of the call that failed, with errno set, or NULL. */
static const char *prepare(int fd, const struct sockaddr *address, socklen_t length, const struct socket_wish *wish)
{
	int v6 = address->sa_family == AF_INET6;

	if (v6 && wish->listens && switch_on(fd, SOL_IPV6, IPV6_V6ONLY) < 0)
		return "IPV6_V6ONLY";
	if (wish->listens && switch_on(fd, SOL_SOCKET, SO_REUSEADDR) < 0)
		return "SO_REUSEADDR";
	/* accepted sockets are as their listener is: an answer's last part isn't held until the part before is acknowledged */
	if (wish->listens && switch_on(fd, IPPROTO_TCP, TCP_NODELAY) < 0)
		return "TCP_NODELAY";
	if (wish->transparent &&
	    (v6 ? switch_on(fd, SOL_IPV6, IPV6_TRANSPARENT) < 0 : switch_on(fd, SOL_IP, IP_TRANSPARENT) < 0))
		return "IP_TRANSPARENT";
	/* The port is chosen at connect, when the destination is known: the same one serves many. */
	if (!wish->listens && port_of(address) == 0 && switch_on(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT) < 0)
		return "IP_BIND_ADDRESS_NO_PORT";
	if (wish->mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &wish->mark, sizeof(wish->mark)) < 0)
		return "SO_MARK";
	if (bind(fd, address, length) < 0)
		return "bind";
	return NULL;
}

int open_bound(const struct sockaddr *address, socklen_t length, const struct socket_wish *wish, const char **failed)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	int error;

	*failed = fd < 0 ? "socket" : prepare(fd, address, length, wish);
	if (*failed == NULL)
		return fd;
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

void close_with_reset(int fd)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}
