/*
 * Sockets bound to addresses that aren't this machine's: the part of a transparent proxy that
 * Node's own net module has no call for. Both functions return a non-blocking file descriptor;
 * listening, connecting, reading and closing stay with Node.
 *
 *   listener(address, port) -> fd         bound, for server.listen({ fd })
 *   outgoing(address, port, mark) -> fd   bound, for new net.Socket({ fd }).connect(...)
 *
 * Addresses are IPv4 or IPv6 literals; port 0 lets the kernel choose. A failure is thrown as an
 * Error whose code is the errno's name. The options need CAP_NET_ADMIN: ip(7), ipv6(7), socket(7),
 * Documentation/networking/tproxy.rst.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <node_api.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24 /* linux/in.h */
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75 /* linux/in6.h */
#endif

#define ADDRESS_SIZE 64 /* an IPv6 address with its zone, and its end */

struct request {
	char address[ADDRESS_SIZE];
	uint32_t port;
	uint32_t mark; /* 0: none */
	int listens;
};

static int switch_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

/* Returns the name of the call that failed, with errno set, or NULL. */
static const char *prepare(int fd, const struct addrinfo *to, const struct request *request)
{
	int v6 = to->ai_family == AF_INET6;

	if (v6 && switch_on(fd, SOL_IPV6, IPV6_V6ONLY) < 0)
		return "IPV6_V6ONLY";
	if (switch_on(fd, SOL_SOCKET, SO_REUSEADDR) < 0)
		return "SO_REUSEADDR";
	if (v6 ? switch_on(fd, SOL_IPV6, IPV6_TRANSPARENT) < 0 : switch_on(fd, SOL_IP, IP_TRANSPARENT) < 0)
		return "IP_TRANSPARENT";
	/* The port is chosen at connect, when the destination is known: the same one serves many. */
	if (!request->listens && request->port == 0 && switch_on(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT) < 0)
		return "IP_BIND_ADDRESS_NO_PORT";
	if (request->mark != 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &request->mark, sizeof(request->mark)) < 0)
		return "SO_MARK";
	if (bind(fd, to->ai_addr, to->ai_addrlen) < 0)
		return "bind";
	return NULL;
}

static napi_value fail(napi_env env, const struct request *request, const char *call, int error)
{
	char message[ADDRESS_SIZE + 160];

	snprintf(message, sizeof(message), "%s for %s port %u: %s", call, request->address,
		 (unsigned int)request->port, strerror(error));
	napi_throw_error(env, strerrorname_np(error), message);
	return NULL;
}

static napi_value open_socket(napi_env env, const struct request *request)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *to;
	char port[8];
	const char *failed;
	napi_value result;
	int fd;

	snprintf(port, sizeof(port), "%u", (unsigned int)(request->port & 0xffff));
	if (request->port > 0xffff || getaddrinfo(request->address, port, &hints, &to) != 0)
		return fail(env, request, "address", EINVAL);

	fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	failed = fd < 0 ? "socket" : prepare(fd, to, request);
	if (failed != NULL) {
		int error = errno;

		freeaddrinfo(to);
		if (fd >= 0)
			close(fd);
		return fail(env, request, failed, error);
	}
	freeaddrinfo(to);
	if (napi_create_int32(env, fd, &result) != napi_ok) {
		close(fd);
		return NULL;
	}
	return result;
}

/* Reads (address, port) or (address, port, mark); throws a TypeError for anything else. */
static napi_value open_requested(napi_env env, napi_callback_info info, int listens)
{
	struct request request = { .listens = listens };
	size_t given = 3, length = 0;
	napi_value arguments[3];

	if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok ||
	    napi_get_value_string_utf8(env, arguments[0], request.address, ADDRESS_SIZE, &length) != napi_ok ||
	    napi_get_value_uint32(env, arguments[1], &request.port) != napi_ok ||
	    (!listens && napi_get_value_uint32(env, arguments[2], &request.mark) != napi_ok)) {
		napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE",
				      listens ? "listener(address: string, port: number)"
					      : "outgoing(address: string, port: number, mark: number)");
		return NULL;
	}
	return open_socket(env, &request);
}

static napi_value listener(napi_env env, napi_callback_info info)
{
	return open_requested(env, info, 1);
}

static napi_value outgoing(napi_env env, napi_callback_info info)
{
	return open_requested(env, info, 0);
}

NAPI_MODULE_INIT()
{
	const napi_property_descriptor functions[] = {
		{ "listener", NULL, listener, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "outgoing", NULL, outgoing, NULL, NULL, NULL, napi_enumerable, NULL },
	};

	napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}
