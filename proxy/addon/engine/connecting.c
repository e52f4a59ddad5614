/* On to the origin, as the client or as the router. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../sockets.h"
#include "worker.h"

static int open_outgoing(struct worker *worker, const struct connection *connection)
{
	const struct engine_options *options = &worker->engine->options;
	struct socket_wish wish = { .transparent = options->origin_sees_client, .mark = options->mark };
	struct endpoint from = connection->client_address;
	struct sockaddr_storage address;
	const char *failed;
	socklen_t length;

	from.port = 0;
	if (!options->origin_sees_client) {
		/* any of the router's, by the route */
		memset(from.address, 0, sizeof(from.address));
		if (endpoint_is_v4(&connection->destination))
			memcpy(from.address, v4_mapped_prefix, sizeof(v4_mapped_prefix));
	}
	length = endpoint_to_socket(&from, &address);
	return open_bound((struct sockaddr *)&address, length, &wish, &failed);
}

void connection_connect(struct worker *worker, struct connection *connection)
{
	const struct engine_options *options = &worker->engine->options;
	const struct endpoint *to = options->has_stand_in ? &options->stand_in_origin : &connection->destination;
	struct sockaddr_storage address;
	socklen_t length = endpoint_to_socket(to, &address);
	int on = 1, off = 0, fd = open_outgoing(worker, connection);

	if (fd < 0) {
		connection_finish(worker, connection, ENDED_FAILED, SIDE_PROXY, errno);
		return;
	}
	connection->origin.fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* What there is to be sent acknowledges the origin's SYN, too; and whatever answers: see acknowledge(). */
	if (connection->carries != CARRIES_RAW)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off));
	connection->stage = STAGE_CONNECTING;
	connection->connecting_ms = worker->now_ms;
	if (connect(fd, (struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS) {
		int error = errno;

		connection_finish(worker, connection, connection_ending_of(error), SIDE_ORIGIN, error);
		return;
	}
	worker_watch(worker, &connection->origin, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	connection->origin.waits_to_write = 1;
	worker_time(worker, connection);
}
