#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../neighbours.h"
#include "../sockets.h"
#include "worker.h"

/* How long a client that was told all may still send. */
#define LINGER_MS 2000

/* --- Beginning --- */

static int carries_of(const struct engine_options *options, unsigned int port)
{
	for (unsigned int index = 0; index < options->port_count; index++) {
		if (options->ports[index].port == port)
			return options->ports[index].carries;
	}
	/* captured by hand, to try it */
	return CARRIES_HTTP;
}

/* The loopback network, all of 0.0.0.0/8, and :: are this machine, to Linux. */
static int is_this_machine(const struct endpoint *to)
{
	static const uint8_t nothing[15];

	if (endpoint_is_v4(to))
		return to->address[12] == 127 || to->address[12] == 0;
	return memcmp(to->address, nothing, sizeof(nothing)) == 0 && to->address[15] <= 1;
}

static int is_own(const struct engine_options *options, const struct endpoint *to)
{
	static const uint8_t anywhere[16];

	if (is_this_machine(to))
		return 1;
	for (unsigned int index = 0; index < options->own_count; index++) {
		const struct endpoint *own = &options->own[index];
		int everywhere = memcmp(own->address, anywhere, 16) == 0 ||
				 (endpoint_is_v4(own) && memcmp(own->address + 12, anywhere, 4) == 0);

		if (own->port != 0 && own->port != to->port)
			continue;
		if (memcmp(own->address, to->address, 16) == 0 ||
		    (everywhere && endpoint_is_v4(own) == endpoint_is_v4(to)))
			return 1;
	}
	return 0;
}

static void close_with_reset(int fd)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
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

void connection_group(struct worker *worker, struct connection *connection)
{
	const struct engine_options *options = &worker->engine->options;
	const struct judging *judging = worker_judging(worker);
	uint8_t mac[6];
	int knows_mac = 0;

	if (connection->generation == judging->generation)
		return;
	if (policy_wants_macs(&judging->policy))
		knows_mac = find_neighbour(&worker->netlink, if_nametoindex(options->device),
					   &connection->client_address, mac);
	connection->groups =
		policy_groups(&judging->policy, connection->client_address.address, knows_mac ? mac : NULL);
	connection->generation = judging->generation;
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

/* --- The origin --- */

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
	int on = 1, fd = open_outgoing(worker, connection);

	if (fd < 0) {
		connection_finish(worker, connection, ENDED_FAILED, SIDE_PROXY, errno);
		return;
	}
	connection->origin.fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection->stage = STAGE_CONNECTING;
	connection->connecting_ms = worker->now_ms;
	connection->head_since_ms = 0;
	if (connect(fd, (struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS) {
		int error = errno;

		connection_finish(worker, connection, connection_ending_of(error), SIDE_ORIGIN, error);
		return;
	}
	worker_watch(worker, &connection->origin, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	connection->origin.waits_to_write = 1;
	worker_time(worker, connection);
}

static int socket_error(int fd)
{
	socklen_t length;
	int error = 0;

	length = sizeof(error);
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

/* --- Judging --- */

/* Neither method nor name: a rule fits by its groups and schedules, or by the address. */
int connection_pass_unseen(struct worker *worker, struct connection *connection)
{
	const struct judging *judging = worker_judging(worker);
	char host[INET6_ADDRSTRLEN];
	struct policy_question question = { .port = connection->destination.port, .host = host };
	struct policy_verdict verdict;

	connection_group(worker, connection);
	question.groups = connection->groups;
	question.schedules = atomic_load_explicit(&worker->engine->schedules, memory_order_relaxed);
	question.host_length = strlen(endpoint_print(&connection->destination, host));
	verdict = policy_judge(&judging->policy, &question);
	connection->rule = verdict.rule;
	connection_tunnel(connection);
	if (!verdict.blocks)
		return 1;
	connection->verdict = VERDICT_BLOCKED;
	connection_finish(worker, connection, ENDED_BLOCKED, SIDE_PROXY, 0);
	return 0;
}

/* FNV-1a: to recognise the name that was asked about last. */
static uint64_t hash_of(const char *host, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t index = 0; index < length; index++)
		hash = (hash ^ (uint8_t)(host[index] | 0x20)) * 0x100000001b3ull;
	return hash | 1;
}

int connection_host_belongs(struct worker *worker, struct connection *connection, const char *host, size_t length)
{
	enum host_check check = worker->engine->options.host_check;
	uint64_t hash;

	if (check == HOST_CHECK_OFF)
		return 1;
	hash = hash_of(host, length);
	if (hash == connection->host_belongs)
		return 1;
	if (hash == connection->host_foreign)
		return 0;
	connection->host_belongs = hash;
	if (check == HOST_CHECK_LOG) {
		report_question(worker, connection, 0, host, length);
		return 1;
	}
	connection->is_asked = 1;
	connection->serial = ++worker->serial;
	report_question(worker, connection, (uint64_t)worker->index << 32 | connection->serial, host, length);
	return 1;
}

void connection_refuse(struct worker *worker, struct connection *connection, const char *why)
{
	connection->verdict = VERDICT_REFUSED;
	connection->why = why;
	connection_finish(worker, connection, ENDED_BLOCKED, SIDE_PROXY, 0);
}

void connection_tunnel(struct connection *connection)
{
	connection->is_tunnel = 1;
	connection->up.passing = connection->down.passing = PASS_ALL;
	connection->up.wants_more = connection->down.wants_more = 0;
	connection->head_since_ms = 0;
}

/* --- Ending --- */

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

		each.rule = request->rule;
		each.status = request->status;
		if (request == connection->first_request)
			each.bytes_to_client = connection->down.message;
		report_request(worker, connection, request, &each, connection->why);
	}
	if (connection->reply.pending && connection->reply.request != NULL) {
		facts.verdict = connection->reply.verdict;
		facts.rule = connection->reply.rule;
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
	http_free_requests(worker, connection);
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

void connection_finish(struct worker *worker, struct connection *connection, enum ending ending, enum side by, int error)
{
	/* A client that has said nothing has nothing to be told by a reset. */
	int is_silent = ending == ENDED_IDLE && connection->stage == STAGE_JUDGING && connection->up.bytes == 0;
	int regular = ending == ENDED_CLOSED || is_silent, goes_on;

	if (connection->stage == STAGE_GONE)
		return;
	if (connection->stage != STAGE_LINGERING)
		report_end(worker, connection, ending, by, error);
	http_free_requests(worker, connection);
	close_origin(worker, connection, regular);
	goes_on = regular && connection->stage != STAGE_LINGERING &&
		  (flow_has_unsent(&connection->down) || !(connection->client.ended || connection->closes_after));
	if (goes_on) {
		linger(worker, connection);
		return;
	}
	close_end(worker, &connection->client, !regular);
	disappear(worker, connection);
}

/* --- Events --- */

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

/* --- Time --- */

static double soonest(double one, double other)
{
	return one < other ? one : other;
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
	if (connection->is_tunnel && (connection->client.ended || connection->origin.ended))
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
		http_turn_down(worker, connection, 408, "slow");
		connection_advance(worker, connection);
		return;
	}
	if (connection->is_tunnel && (connection->client.ended || connection->origin.ended))
		ending = ENDED_HALF_CLOSE_TIMEOUT;
	/* Between two requests it ends as any server would end it. */
	if (is_idle && connection->has_record) {
		connection->closes_after = 1;
		ending = ENDED_CLOSED;
	}
	connection_finish(worker, connection, ending, SIDE_NONE, 0);
}
