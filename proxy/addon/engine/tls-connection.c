/* TLS is judged by the server's name in its first message, and never looked into (RFC 8446, 4.1.2). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hello.h"
#include "worker.h"

/* RFC 8446, 6. */
enum alert { ALERT_ACCESS_DENIED = 49, ALERT_DECODE_ERROR = 50, ALERT_MISSING_EXTENSION = 109, ALERT_UNRECOGNIZED_NAME = 112 };

/* Tells the client why, in its own protocol, and ends. */
static long turn_down(struct worker *worker, struct connection *connection, enum verdict_kind verdict,
		      const char *why, enum alert alert)
{
	const char record[] = { 21, 3, 3, 0, 2, 2 /* fatal */, (char)alert };

	connection->verdict = (uint8_t)verdict;
	connection->why = why;
	connection->head_since_ms = 0;
	connection->down.bytes += sizeof(record);
	(void)flow_offer(worker, &connection->down, record, sizeof(record));
	connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
	return -1;
}

static long pass(struct worker *worker, struct connection *connection, const char *data, size_t length)
{
	if (flow_offer(worker, &connection->up, data, length) == FLOW_FAILED) {
		connection_finish(worker, connection, ENDED_FAILED, SIDE_PROXY, ENOMEM);
		return -1;
	}
	connection_connect(worker, connection);
	return connection->stage == STAGE_GONE ? -1 : (long)length;
}

/* For the record: the server's name, or where it is. */
static void note_name(struct connection *connection, const char *host)
{
	int is_v6 = strchr(host, ':') != NULL;

	if (connection->name == NULL && asprintf(&connection->name, is_v6 ? "[%s]:%u" : "%s:%u", host,
						 connection->destination.port) < 0)
		connection->name = NULL;
}

static int judge(struct worker *worker, struct connection *connection, const char *host)
{
	struct policy_question question = {
		.port = connection->destination.port,
		.host = host,
		.host_length = strlen(host),
	};
	struct policy_verdict verdict = connection_judge(worker, connection, &question);

	connection->rule = verdict.rule;
	return !verdict.blocks;
}

static long take_whole(struct worker *worker, struct connection *connection, const struct hello *hello,
		       const char *data, size_t length)
{
	const struct engine_options *options = &worker->engine->options;
	char literal[INET6_ADDRSTRLEN];
	const char *host = hello->name_length > 0 ? hello->name : endpoint_print(&connection->destination, literal);

	connection->head_since_ms = 0;
	note_name(connection, host);
	if (hello->has_ech && !options->tls_ech_allowed)
		return turn_down(worker, connection, VERDICT_REFUSED, "ech", ALERT_ACCESS_DENIED);
	if (hello->name_length == 0 && !options->tls_without_name_allowed)
		return turn_down(worker, connection, VERDICT_REFUSED, "no-name", ALERT_MISSING_EXTENSION);
	if (!judge(worker, connection, host))
		return turn_down(worker, connection, VERDICT_BLOCKED, NULL, ALERT_UNRECOGNIZED_NAME);
	if (hello->name_length > 0 &&
	    !connection_host_belongs(worker, connection, hello->name, hello->name_length))
		return turn_down(worker, connection, VERDICT_REFUSED, "host-mismatch", ALERT_UNRECOGNIZED_NAME);
	if (connection->is_asked)
		return 0;
	connection_tunnel(connection);
	return pass(worker, connection, data, length);
}

long tls_take_hello(struct worker *worker, struct connection *connection, char *data, size_t length)
{
	struct flow *up = &connection->up;
	struct hello hello = { 0 };
	const char *why = NULL;
	int state;

	if (length == 0)
		return 0;
	up->wants_more = length < up->parsed;
	if (up->wants_more)
		return 0;
	state = hello_parse((const uint8_t *)data, length, &hello, &why);
	if (state == HELLO_WHOLE)
		return take_whole(worker, connection, &hello, data, length);
	if (state == HELLO_MORE) {
		up->parsed = hello.wanted;
		up->wants_more = 1;
		if (connection->head_since_ms == 0) {
			connection->head_since_ms = worker->now_ms;
			worker_time(worker, connection);
		}
		return 0;
	}
	if (strcmp(why, "not-tls") == 0) {
		if (worker->engine->options.not_tls_allowed)
			return connection_pass_unseen(worker, connection) ? pass(worker, connection, data, length) : -1;
		/* it wouldn't understand an alert */
		connection_refuse(worker, connection, why);
		return -1;
	}
	return turn_down(worker, connection, VERDICT_REFUSED, why, ALERT_DECODE_ERROR);
}
