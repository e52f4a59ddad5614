/*
 * Sockets bound to addresses that aren't this machine's: the part of a transparent proxy that
 * Node's own net module has no call for. The last two functions return a non-blocking file descriptor;
 * listening, connecting, reading and closing stay with Node.
 *
 *   neighbour(address, device) -> the MAC that the kernel knows, or undefined
 *   listener(address, port) -> fd         bound, for server.listen({ fd })
 *   outgoing(address, port, mark) -> fd   bound, for new net.Socket({ fd }).connect(...)
 *
 * Addresses are IPv4 or IPv6 literals; port 0 lets the kernel choose. A failure is thrown as an
 * Error whose code is the errno's name.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <node_api.h>

#include "neighbours.h"
#include "sockets.h"

#define ADDRESS_SIZE 64 /* an IPv6 address with its zone, and its end */

struct request {
	char address[ADDRESS_SIZE];
	uint32_t port;
	uint32_t mark; /* 0: none */
	int listens;
};

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
	struct socket_wish wish = { .listens = request->listens, .transparent = 1, .mark = request->mark };
	struct addrinfo *to;
	char port[8];
	const char *failed;
	napi_value result;
	int fd;

	snprintf(port, sizeof(port), "%u", (unsigned int)(request->port & 0xffff));
	if (request->port > 0xffff || getaddrinfo(request->address, port, &hints, &to) != 0)
		return fail(env, request, "address", EINVAL);

	fd = open_bound(to->ai_addr, to->ai_addrlen, &wish, &failed);
	if (fd < 0) {
		int error = errno;

		freeaddrinfo(to);
		return fail(env, request, failed, error);
	}
	freeaddrinfo(to);
	if (napi_create_int32(env, fd, &result) != napi_ok) {
		close(fd);
		return NULL;
	}
	return result;
}

/* neighbour(address, device): `02:00:00:00:00:01`, or undefined where it isn't known. */
static napi_value neighbour(napi_env env, napi_callback_info info)
{
	static int netlink = -1;
	char address[ADDRESS_SIZE], name[IF_NAMESIZE], text[18];
	size_t given = 2, length;
	napi_value arguments[2], result;
	struct sockaddr_storage socket_address = { 0 };
	struct endpoint endpoint;
	uint8_t mac[6];

	if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok ||
	    napi_get_value_string_utf8(env, arguments[0], address, sizeof(address), &length) != napi_ok ||
	    napi_get_value_string_utf8(env, arguments[1], name, sizeof(name), &length) != napi_ok) {
		napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "neighbour(address: string, device: string)");
		return NULL;
	}
	napi_get_undefined(env, &result);
	if (inet_pton(AF_INET, address, &((struct sockaddr_in *)&socket_address)->sin_addr) == 1)
		socket_address.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, address, &((struct sockaddr_in6 *)&socket_address)->sin6_addr) == 1)
		socket_address.ss_family = AF_INET6;
	else
		return result;
	endpoint_from_socket(&endpoint, &socket_address);
	if (!find_neighbour(&netlink, if_nametoindex(name), &endpoint, mac))
		return result;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
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
		{ "neighbour", NULL, neighbour, NULL, NULL, NULL, napi_enumerable, NULL },
	};

	napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}
