/* What passes between a client and its origin, turn by turn. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "in-flight.h"
#include "worker.h"

/* Turns that a connection has before the others have theirs. */
#define MAX_TURNS 16

static long take(struct worker *worker, struct connection *connection, struct flow *flow, char *data, size_t length)
{
	int state;

	if (connection->is_tunnel) {
		flow->message += length;
		if (flow == &connection->up)
			request_note_body(connection, length);
		state = flow_offer(worker, flow, data, length);
		if (state != FLOW_FAILED)
			return (long)length;
		connection_finish(worker, connection, connection_ending_of(errno), flow->to->is_origin ? SIDE_ORIGIN : SIDE_CLIENT,
				  errno);
		return -1;
	}
	if (flow == &connection->down)
		return http_take_answers(worker, connection, data, length);
	if (connection->carries == CARRIES_TLS)
		return tls_take_hello(worker, connection, data, length);
	return http_take_requests(worker, connection, data, length);
}

/* What is left of a head, or can't be taken yet, is kept. Returns 0 when the connection has ended. */
static int take_received(struct worker *worker, struct connection *connection, struct flow *flow, char *data,
			 size_t length)
{
	long taken = take(worker, connection, flow, data, length);

	if (taken < 0)
		return 0;
	if ((size_t)taken < length && connection->stage != STAGE_LINGERING &&
	    bytes_append(worker, &flow->in, data + taken, length - (size_t)taken) < 0) {
		connection_finish(worker, connection, ENDED_FAILED, SIDE_PROXY, ENOMEM);
		return 0;
	}
	return 1;
}

static int take_kept(struct worker *worker, struct connection *connection, struct flow *flow)
{
	long taken = take(worker, connection, flow, flow->in.data + flow->in.from, bytes_length(&flow->in));

	if (taken < 0)
		return 0;
	if (connection->stage != STAGE_LINGERING && taken > 0)
		bytes_take(worker, &flow->in, (size_t)taken);
	return 1;
}

static int may_splice(const struct flow *flow)
{
	if (!flow->bulk || bytes_length(&flow->in) > 0)
		return 0;
	return flow->passing == PASS_ALL || (flow->passing == PASS_LENGTH && flow->left > 0) ||
	       (flow->passing == PASS_CHUNKED && http_is_in_chunk(&flow->chunks) && flow->chunks.left > 0);
}

static uint64_t splice_limit(const struct flow *flow)
{
	if (flow->passing == PASS_LENGTH)
		return flow->left;
	return flow->passing == PASS_CHUNKED ? flow->chunks.left : UINT64_MAX;
}

static void note_spliced(struct connection *connection, struct flow *flow, uint64_t length)
{
	if (flow->passing == PASS_LENGTH)
		flow->left -= length;
	else if (flow->passing == PASS_CHUNKED)
		http_skip_in_chunk(&flow->chunks, length);
	flow->message += length;
	if (flow == &connection->up)
		request_note_body(connection, length);
}

static void failed(struct worker *worker, struct connection *connection, const struct end *end)
{
	int error = errno;

	connection_finish(worker, connection, connection_ending_of(error), end->is_origin ? SIDE_ORIGIN : SIDE_CLIENT, error);
}

/* One read, and all that follows from it. Returns FLOW_DONE if there may be more to do. */
static int pump(struct worker *worker, struct connection *connection, struct flow *flow)
{
	size_t room = worker_reads_at_once(worker), length = 0;
	char *into = worker->scratch;
	int state;

	if (bytes_length(&flow->in) > 0 && !flow->wants_more)
		return take_kept(worker, connection, flow) ? FLOW_DONE : FLOW_FAILED;
	if (may_splice(flow)) {
		uint64_t spliced, most = splice_limit(flow);

		state = flow_splice(worker, flow, most, &spliced);
		note_spliced(connection, flow, spliced);
		if (state == FLOW_DONE && flow->passing == PASS_LENGTH && flow->left == 0)
			/* the message is whole */
			return take_received(worker, connection, flow, worker->scratch, 0) ? FLOW_DONE : FLOW_FAILED;
	} else {
		if (bytes_length(&flow->in) > 0) {
			if (bytes_reserve(worker, &flow->in, 4096) < 0) {
				errno = ENOMEM;
				failed(worker, connection, flow->from);
				return FLOW_FAILED;
			}
			into = flow->in.data + flow->in.to;
			room = flow->in.capacity - flow->in.to;
		}
		state = flow_receive(worker, flow, into, room, &length);
		if (state == FLOW_DONE) {
			if (into == worker->scratch)
				return take_received(worker, connection, flow, into, length) ? FLOW_DONE : FLOW_FAILED;
			flow->in.to += length;
			flow->wants_more = 0;
			return take_kept(worker, connection, flow) ? FLOW_DONE : FLOW_FAILED;
		}
	}
	if (state == FLOW_FAILED) /* what is in the pipe couldn't be sent */
		failed(worker, connection, flow->piped > 0 ? flow->to : flow->from);
	return state;
}

/* Ends what can't be passed on any more, once all that came before is. */
static void pass_end(struct worker *worker, struct connection *connection, struct flow *flow)
{
	struct end *to = flow->to;

	if (!flow->from->ended || flow_has_unsent(flow) || to->shut || to->fd < 0)
		return;
	to->shut = 1;
	(void)shutdown(to->fd, SHUT_WR);
	worker_time(worker, connection);
}

static int reads_requests(const struct connection *connection)
{
	const struct request *last = connection->last_request;

	return connection->up.passing != PASS_NOTHING && !connection->reply.pending && !connection->is_asked &&
	       connection->in_flight < MAX_IN_FLIGHT &&
	       !(connection->up.passing == PASS_HEAD && last != NULL && last->upgrade != HTTP_UPGRADE_NONE) &&
	       (connection->stage == STAGE_JUDGING || connection->stage == STAGE_PASSING);
}

static void client_ended(struct worker *worker, struct connection *connection)
{
	if (connection->is_tunnel) {
		pass_end(worker, connection, &connection->up);
	} else if (connection->in_flight == 0 && !connection->reply.pending && !connection->is_asked) {
		enum side by = bytes_length(&connection->up.in) > 0 ? SIDE_CLIENT : SIDE_NONE;

		connection_finish(worker, connection, ENDED_CLOSED, by, 0);
	} else {
		connection->closes_after = 1;
		/* as without a proxy, the origin hears that no more comes, and may answer still */
		pass_end(worker, connection, &connection->up);
	}
}

static void origin_ended(struct worker *worker, struct connection *connection)
{
	if (connection->is_tunnel) {
		pass_end(worker, connection, &connection->down);
		return;
	}
	if (connection->down.passing == PASS_ALL) {
		/* that was the answer's end */
		long whole = http_take_answers(worker, connection, worker->scratch, 0);

		if (whole < 0)
			return;
	}
	/* An answer that breaks off shall not look whole; before it has begun, a client knows what an end means. */
	if (connection->down.message > 0 || bytes_length(&connection->down.in) > 0)
		connection_finish(worker, connection, ENDED_FAILED, SIDE_ORIGIN, 0);
	else
		connection_finish(worker, connection, ENDED_CLOSED, connection->in_flight > 0 ? SIDE_ORIGIN : SIDE_NONE, 0);
}

static int pump_up(struct worker *worker, struct connection *connection)
{
	struct flow *up = &connection->up;
	int state = connection->origin.fd >= 0 && connection->stage == STAGE_PASSING ? flow_flush(worker, up) :
											 FLOW_DONE;

	if (state == FLOW_FAILED) {
		/* What the origin had to say before it closed may still be there. */
		connection->origin.readable = READABLE_TO_ITS_END;
		bytes_take(worker, &up->out, bytes_length(&up->out));
		up->passing = PASS_NOTHING;
		return FLOW_BLOCKED;
	}
	if (state != FLOW_DONE || !reads_requests(connection))
		return FLOW_BLOCKED;
	if (connection->client.ended)
		state = bytes_length(&up->in) > 0 && !up->wants_more ? pump(worker, connection, up) : FLOW_ENDED;
	else
		state = pump(worker, connection, up);
	if (state == FLOW_ENDED) {
		client_ended(worker, connection);
		return FLOW_BLOCKED;
	}
	return state;
}

/*
 * An answer that is whole needs no packet that acknowledges it: the next request does, or the end. An origin that has
 * sent only a part may wait for one with the rest (Nagle's algorithm, RFC 896).
 */
static void acknowledge(struct connection *connection)
{
	const struct flow *down = &connection->down;
	int on = 1;

	if (connection->origin.acknowledges || (down->passing == PASS_HEAD && !down->wants_more))
		return;
	connection->origin.acknowledges = 1;
	(void)setsockopt(connection->origin.fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

static int pump_down(struct worker *worker, struct connection *connection)
{
	struct flow *down = &connection->down;
	int state = flow_flush(worker, down);

	if (state == FLOW_FAILED) {
		failed(worker, connection, &connection->client);
		return FLOW_FAILED;
	}
	if (state != FLOW_DONE)
		return FLOW_BLOCKED;
	if (connection->reply.pending && connection->in_flight == 0)
		return http_reply(worker, connection) ? FLOW_DONE : FLOW_BLOCKED;
	if (connection->stage != STAGE_PASSING)
		return FLOW_BLOCKED;
	state = connection->origin.ended ? FLOW_ENDED : pump(worker, connection, down);
	if (state == FLOW_DONE)
		acknowledge(connection);
	if (state == FLOW_ENDED && !connection->client.shut) {
		origin_ended(worker, connection);
		return FLOW_BLOCKED;
	}
	return state == FLOW_ENDED ? FLOW_BLOCKED : state;
}

static void advance_lingering(struct worker *worker, struct connection *connection)
{
	size_t length;
	int turn = 0, state = flow_flush(worker, &connection->down);

	if (state == FLOW_DONE) {
		if (!connection->client.shut) {
			connection->client.shut = 1;
			(void)shutdown(connection->client.fd, SHUT_WR);
			connection->connecting_ms = worker->now_ms;
			worker_time(worker, connection);
		}
		do
			state = connection->client.ended ?
					FLOW_ENDED :
					flow_receive(worker, &connection->up, worker->scratch, SCRATCH_BYTES, &length);
		while (state == FLOW_DONE && connection->client.readable && ++turn < MAX_TURNS);
		if (state == FLOW_ENDED)
			connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
		else if (turn == MAX_TURNS)
			worker_queue(worker, connection);
	}
	if (state == FLOW_FAILED)
		connection_finish(worker, connection, ENDED_RESET, SIDE_CLIENT, errno);
}

void connection_advance(struct worker *worker, struct connection *connection)
{
	for (int turn = 0; turn < MAX_TURNS; turn++) {
		int up, down;

		if (connection->stage == STAGE_LINGERING) {
			advance_lingering(worker, connection);
			return;
		}
		up = pump_up(worker, connection);
		if (connection->stage == STAGE_GONE)
			return;
		down = pump_down(worker, connection);
		if (connection->stage == STAGE_GONE)
			return;
		if (connection->is_tunnel && connection->client.shut && connection->origin.shut) {
			connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
			return;
		}
		if (up != FLOW_DONE && down != FLOW_DONE && connection->stage != STAGE_LINGERING)
			return;
	}
	worker_queue(worker, connection);
}

void connection_close_idle(struct worker *worker, struct connection *connection)
{
	if (connection->is_tunnel || connection->stage == STAGE_LINGERING)
		return;
	if (connection->in_flight == 0 && !connection->reply.pending && !connection->is_asked)
		connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
	else
		connection->closes_after = 1;
}
