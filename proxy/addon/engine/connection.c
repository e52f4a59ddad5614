/* What happens to a connection: events, and time that goes by. */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>

#include "worker.h"

/* How long a client that was told all may still send. */
#define LINGER_MS 2000

static int socket_error(int fd)
{
	socklen_t length;
	int error = 0;

	length = sizeof(error);
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static void origin_event(struct worker *worker, struct connection *connection, uint32_t events)
{
	if (connection->stage == STAGE_CONNECTING) {
		int error = events & (EPOLLERR | EPOLLHUP) ? socket_error(connection->origin.fd) : 0;

		if (error != 0) {
			connection_finish(worker, connection, connection_ending_of(error), SIDE_ORIGIN, error);
			return;
		}
		if (!(events & EPOLLOUT))
			return;
		connection->stage = STAGE_PASSING;
		connection->active_ms = worker->now_ms;
		worker_time(worker, connection);
	}
}

void connection_event(struct worker *worker, struct end *end, uint32_t events)
{
	struct connection *connection = end->connection;

	if (connection->stage == STAGE_GONE || end->fd < 0)
		return;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		end->readable = READABLE_TO_ITS_END;
	else if (events & EPOLLIN && end->readable == 0)
		end->readable = READABLE;
	if (events & EPOLLOUT)
		end->writable = 1;
	if (end->is_origin) {
		origin_event(worker, connection, events);
	} else if (events & EPOLLERR) {
		int error = socket_error(end->fd);

		connection_finish(worker, connection, connection_ending_of(error), SIDE_CLIENT, error);
	}
	if (connection->stage != STAGE_GONE)
		connection_advance(worker, connection);
}

static double soonest(double one, double other)
{
	return one < other ? one : other;
}

/* One side has sent its end, and what it asked for is still under way. */
static int is_half_closed(const struct connection *connection)
{
	return connection->client.ended || (connection->is_tunnel && connection->origin.ended);
}

double connection_deadline(const struct worker *worker, const struct connection *connection)
{
	const struct engine_options *options = &worker->engine->options;
	double idle = connection->active_ms + options->idle_timeout_ms;

	switch (connection->stage) {
	case STAGE_LINGERING:
		return connection->client.shut ? connection->connecting_ms + LINGER_MS : idle;
	case STAGE_CONNECTING:
		return connection->connecting_ms + options->connect_timeout_ms;
	default:
		break;
	}
	if (is_half_closed(connection))
		return connection->active_ms + options->half_close_timeout_ms;
	if (connection->head_since_ms > 0)
		return soonest(idle, connection->head_since_ms + options->head_timeout_ms);
	return idle;
}

void connection_expire(struct worker *worker, struct connection *connection)
{
	int is_idle = !connection->is_tunnel && connection->in_flight == 0 && connection->up.passing == PASS_HEAD;
	enum ending ending = ENDED_IDLE;

	if (connection->stage == STAGE_CONNECTING) {
		connection_finish(worker, connection, ENDED_CONNECT_TIMEOUT, SIDE_NONE, 0);
		return;
	}
	if (connection->stage == STAGE_LINGERING) {
		connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
		return;
	}
	if (connection->head_since_ms > 0) {
		if (bytes_length(&connection->up.in) == 0) {
			connection_finish(worker, connection, ENDED_IDLE, SIDE_NONE, 0);
			return;
		}
		if (connection->carries == CARRIES_TLS) {
			connection_refuse(worker, connection, "slow");
			return;
		}
		http_turn_down(connection, bytes_length(&connection->up.in), 408, "slow");
		connection_advance(worker, connection);
		return;
	}
	if (is_half_closed(connection))
		ending = ENDED_HALF_CLOSE_TIMEOUT;
	/* Between two requests it ends as any server would end it. */
	if (is_idle && connection->has_record) {
		connection->closes_after = 1;
		ending = ENDED_CLOSED;
	}
	connection_finish(worker, connection, ending, SIDE_NONE, 0);
}
