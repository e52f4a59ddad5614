/* The end of a connection, and what is told of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sockets.h"
#include "in-flight.h"
#include "worker.h"

enum ending connection_ending_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return ENDED_REFUSED;
	case ETIMEDOUT:
		return ENDED_CONNECT_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return ENDED_UNREACHABLE;
	case ECONNRESET:
	case EPIPE:
		return ENDED_RESET;
	default:
		return ENDED_FAILED;
	}
}

/* A program that is started meanwhile may have the socket, too, until it is executed: epoll would go on telling of it. */
static void close_end(struct worker *worker, struct end *end, int resets)
{
	if (end->fd < 0)
		return;
	worker_unwatch(worker, end);
	if (resets)
		close_with_reset(end->fd);
	else
		close(end->fd);
	end->fd = -1;
}

static void report_end(struct worker *worker, struct connection *connection, enum ending ending, enum side by, int error)
{
	struct record facts = {
		.verdict = connection->verdict,
		.ended = (uint8_t)ending,
		.by = (uint8_t)by,
		.rule = connection->rule,
		.error = error,
	};

	for (const struct request *request = connection->first_request; request != NULL; request = request->next) {
		struct record each = facts;
		/* what was refused is the one that came last, whose body is broken: those before it are as they were */
		int is_other = connection->verdict == VERDICT_REFUSED && request != connection->last_request;

		if (is_other)
			each.verdict = VERDICT_ALLOWED;
		each.rule = request->rule;
		each.status = request->status;
		if (request == connection->first_request)
			each.bytes_to_client = connection->down.message;
		report_request(worker, connection, request, &each, is_other ? NULL : connection->why);
	}
	if (connection->reply.pending) {
		facts.verdict = connection->reply.verdict;
		facts.rule = connection->reply.rule;
		facts.bytes_from_client = connection->reply.bytes_from_client;
		report_request(worker, connection, connection->reply.request, &facts, connection->reply.why);
	}
	/* Every connection leaves a trace. */
	if (!connection->has_record)
		report_connection(worker, connection, &facts);
}

static void disappear(struct worker *worker, struct connection *connection)
{
	flow_release(worker, &connection->up);
	flow_release(worker, &connection->down);
	requests_free(worker, connection);
	free(connection->name);
	connection->name = NULL;
	worker_untime(connection);
	if (connection->is_counted)
		clients_remove(&worker->engine->clients, connection->client_address.address);
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		worker->all = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	atomic_fetch_sub_explicit(&worker->engine->open, 1, memory_order_relaxed);
	count(&worker->counts.open, (uint64_t)-1);
	connection->stage = STAGE_GONE;
	connection->next_gone = worker->gone;
	worker->gone = connection;
}

/* The client is told that this was all, and gets the time to read it: closing over what it sent would be a reset. */
static void linger(struct worker *worker, struct connection *connection)
{
	connection->stage = STAGE_LINGERING;
	connection->up.passing = PASS_NOTHING;
	connection->connecting_ms = worker->now_ms;
	bytes_take(worker, &connection->up.in, bytes_length(&connection->up.in));
	worker_time(worker, connection);
	worker_queue(worker, connection);
}

/*
 * An origin that said that it closes, and hasn't yet, is reset: it is only about who waits, and a port of the
 * client's would be in TIME_WAIT here for a minute.
 */
static void close_origin(struct worker *worker, struct connection *connection, int regular)
{
	struct end *origin = &connection->origin;
	char byte;

	if (regular && connection->origin_closes && !origin->ended && origin->fd >= 0)
		origin->ended = recv(origin->fd, &byte, 1, MSG_DONTWAIT) == 0;
	close_end(worker, origin, !regular || (connection->origin_closes && !origin->ended));
}

/* Whether the client has sent all that it meant to, as far as it said. */
static int is_heard_out(const struct connection *connection)
{
	int in_body = connection->up.passing == PASS_LENGTH || connection->up.passing == PASS_CHUNKED;

	return connection->client.ended || (connection->closes_after && !in_body);
}

void connection_finish(struct worker *worker, struct connection *connection, enum ending ending, enum side by, int error)
{
	/* A client that has said nothing has nothing to be told by a reset. */
	int is_silent = ending == ENDED_IDLE && connection->stage == STAGE_JUDGING && connection->up.bytes == 0;
	int regular = ending == ENDED_CLOSED || is_silent, goes_on;

	if (connection->stage == STAGE_GONE)
		return;
	if (connection->stage != STAGE_LINGERING)
		report_end(worker, connection, ending, by, error);
	requests_free(worker, connection);
	close_origin(worker, connection, regular);
	goes_on = regular && connection->stage != STAGE_LINGERING &&
		  (flow_has_unsent(&connection->down) || !is_heard_out(connection));
	if (goes_on) {
		linger(worker, connection);
		return;
	}
	close_end(worker, &connection->client, !regular);
	disappear(worker, connection);
}

void connection_refuse(struct worker *worker, struct connection *connection, const char *why)
{
	connection->verdict = VERDICT_REFUSED;
	connection->why = why;
	connection_finish(worker, connection, ENDED_BLOCKED, SIDE_PROXY, 0);
}
