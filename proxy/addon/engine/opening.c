/* A client that was accepted. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../sockets.h"
#include "own-addresses.h"
#include "worker.h"

static int carries_of(const struct engine_options *options, unsigned int port)
{
	for (unsigned int index = 0; index < options->port_count; index++) {
		if (options->ports[index].port == port)
			return options->ports[index].carries;
	}
	/* captured by hand, to try it */
	return CARRIES_RAW;
}

static void turn_away(struct worker *worker, int fd, const struct connection *connection, enum record_kind kind,
		      _Atomic uint64_t *counter)
{
	struct record record = {
		.kind = (uint8_t)kind,
		.client = connection->client_address,
		.destination = connection->destination,
		.has_destination = 1,
		.started_ms = worker->wall_ms,
	};

	close_with_reset(fd);
	count(counter, 1);
	report_event(worker, &record);
}

static void set_up(struct connection *connection, int fd)
{
	struct flow *up = &connection->up, *down = &connection->down;

	connection->client = (struct end){ .connection = connection, .fd = fd, .readable = READABLE, .writable = 1 };
	connection->origin = (struct end){ .connection = connection, .fd = -1, .is_origin = 1 };
	*up = (struct flow){ .from = &connection->client, .to = &connection->origin, .pipe = { -1, -1 } };
	*down = (struct flow){ .from = &connection->origin, .to = &connection->client, .pipe = { -1, -1 } };
	connection->rule = POLICY_DEFAULT;
}

static void link_up(struct worker *worker, struct connection *connection)
{
	connection->next = worker->all;
	if (connection->next != NULL)
		connection->next->previous = connection;
	worker->all = connection;
	atomic_fetch_add_explicit(&worker->engine->open, 1, memory_order_relaxed);
	count(&worker->counts.open, 1);
	count(&worker->counts.accepted, 1);
}

void connection_open(struct worker *worker, int fd, const struct sockaddr_storage *client)
{
	struct engine *engine = worker->engine;
	const struct engine_options *options = &engine->options;
	struct connection *connection = calloc(1, sizeof(*connection));
	struct sockaddr_storage local;
	socklen_t length = sizeof(local);

	if (connection == NULL || getsockname(fd, (struct sockaddr *)&local, &length) < 0) {
		free(connection);
		close_with_reset(fd);
		count(&worker->counts.shed, 1);
		return;
	}
	endpoint_from_socket(&connection->client_address, client);
	endpoint_from_socket(&connection->destination, &local);
	if (options->has_stand_in)
		connection->destination = options->stand_in_destination;

	if (is_own(options, &connection->destination)) {
		turn_away(worker, fd, connection, RECORD_LOOP, &worker->counts.loops);
		free(connection);
		return;
	}
	if (atomic_load_explicit(&engine->open, memory_order_relaxed) >= options->max_connections ||
	    !clients_add(&engine->clients, connection->client_address.address, options->max_connections_per_client)) {
		turn_away(worker, fd, connection, RECORD_OVER_LIMIT, &worker->counts.over_limit);
		free(connection);
		return;
	}
	connection->is_counted = 1;
	set_up(connection, fd);
	connection->carries = (uint8_t)carries_of(options, connection->destination.port);
	connection->started_ms = worker->wall_ms;
	connection->accepted_ms = connection->active_ms = worker->now_ms;
	/* whoever connects is to say what for */
	if (connection->carries != CARRIES_RAW)
		connection->head_since_ms = worker->now_ms;
	link_up(worker, connection);

	if (connection->carries != CARRIES_RAW)
		connection_advance(worker, connection);
	else if (connection_pass_unseen(worker, connection))
		connection_connect(worker, connection);
	if (connection->stage == STAGE_GONE)
		return;
	/* What came meanwhile is an event at once. */
	worker_watch(worker, &connection->client,
		     EPOLLIN | EPOLLRDHUP | EPOLLET | (connection->client.waits_to_write ? EPOLLOUT : 0));
	worker_time(worker, connection);
}
