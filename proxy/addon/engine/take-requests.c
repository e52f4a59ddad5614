/* Requests that are judged one by one. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "in-flight.h"
#include "worker.h"

static struct http_part literal_of(const struct endpoint *destination, char text[INET6_ADDRSTRLEN])
{
	return (struct http_part){ text, strlen(endpoint_print(destination, text)) };
}

static void will_reply(struct connection *connection, const struct reply *reply)
{
	connection->reply = *reply;
	connection->reply.pending = 1;
	connection->head_since_ms = 0;
	if (reply->closes)
		connection->up.passing = PASS_NOTHING;
}

void http_turn_down(struct connection *connection, size_t length, int status, const char *why)
{
	will_reply(connection, &(struct reply){
				       .closes = 1,
				       .verdict = VERDICT_REFUSED,
				       .status = (uint16_t)status,
				       .rule = POLICY_DEFAULT,
				       .why = why,
				       .bytes_from_client = length,
			       });
}

/* What of the site's options is against a request that the policy allows; is_asked may be set. */
static const char *why_not(struct worker *worker, struct connection *connection, const struct http_request *head,
			   struct http_part host)
{
	const struct engine_options *options = &worker->engine->options;

	if (head->upgrade == HTTP_UPGRADE_H2C && !options->h2c_allowed)
		return "h2c";
	if (head->upgrade != HTTP_UPGRADE_NONE && head->upgrade != HTTP_UPGRADE_H2C && !options->upgrade_allowed)
		return "upgrade";
	return connection_host_belongs(worker, connection, host.at, host.length) ? NULL : "host-mismatch";
}

static struct policy_verdict judge(struct worker *worker, struct connection *connection,
				   const struct http_request *head, struct http_part host)
{
	struct policy_question question = {
		.method = head->method,
		.host = host.at,
		.host_length = host.length,
		.port = head->port,
		.path = head->path.at == NULL ? "" : head->path.at,
		.path_length = head->path.length,
	};

	return connection_judge(worker, connection, &question);
}

/* Nobody knows what a request after one that ends the connection would mean. */
static void request_is_whole(struct connection *connection)
{
	connection->up.passing = connection->reads_no_more ? PASS_NOTHING : PASS_HEAD;
}

enum head_taken { HEAD_MORE, HEAD_WAITS, HEAD_PASSES, HEAD_REPLIED, HEAD_TUNNELS, HEAD_ENDED };

static enum head_taken take_whole_head(struct worker *worker, struct connection *connection,
				       const struct http_request *head)
{
	char literal[INET6_ADDRSTRLEN];
	struct http_part host = head->host.length > 0 ? head->host : literal_of(&connection->destination, literal);
	struct policy_verdict verdict = { .rule = POLICY_DEFAULT };
	const char *why = "connect";
	struct request *request;

	if (head->method != HTTP_CONNECT) {
		verdict = judge(worker, connection, head, host);
		why = verdict.blocks ? NULL : why_not(worker, connection, head, host);
	}
	if (connection->is_asked)
		return HEAD_WAITS;
	request = request_note(worker, head, host);
	if (request == NULL) {
		http_turn_down(connection, head->head_length, 503, "out-of-memory");
		return HEAD_REPLIED;
	}
	request->rule = verdict.rule;
	request->generation = connection->generation;
	if (why == NULL && !verdict.blocks) {
		request_queue(connection, request);
		connection->reads_no_more = !head->keep_alive;
		flow_expect_body(&connection->up, head->body, head->content_length);
		if (connection->up.passing == PASS_HEAD)
			request_is_whole(connection);
		return HEAD_PASSES;
	}
	will_reply(connection,
		   &(struct reply){
			   /* a body would have to be taken from between two requests */
			   .closes = why != NULL || !head->keep_alive || head->body != HTTP_BODY_NONE,
			   .verdict = why == NULL ? VERDICT_BLOCKED : VERDICT_REFUSED,
			   .status = head->method == HTTP_CONNECT ? 400 : 403,
			   .rule = verdict.rule,
			   .why = why,
			   .request = request,
		   });
	return HEAD_REPLIED;
}

static enum head_taken take_head(struct worker *worker, struct connection *connection, const char *data,
				 size_t length, size_t *head_length)
{
	const struct engine_options *options = &worker->engine->options;
	struct http_request head;
	const char *why;
	int state = http_parse_request(data, length, options->head_bytes, &head, &why);

	if (state == HTTP_MORE) {
		if (connection->head_since_ms == 0) {
			connection->head_since_ms = worker->now_ms;
			worker_time(worker, connection);
		}
		return HEAD_MORE;
	}
	connection->head_since_ms = 0;
	if (state == HTTP_WHOLE) {
		*head_length = head.head_length;
		return take_whole_head(worker, connection, &head);
	}
	/* only what comes first may be something else: behind a request, whatever came with it, it is none */
	if (connection->stage == STAGE_JUDGING && !connection->has_record && connection->in_flight == 0 &&
	    ((strcmp(why, "not-http") == 0 && options->not_http_allowed) ||
	     (strcmp(why, "h2c-preface") == 0 && options->h2c_allowed))) {
		return connection_pass_unseen(worker, connection) ? HEAD_TUNNELS : HEAD_ENDED;
	}
	*head_length = length;
	http_turn_down(connection, length, -state, why);
	return HEAD_REPLIED;
}

/* The origin doesn't take any more; what it said may still be there. */
static void origin_refuses(struct connection *connection)
{
	connection->up.passing = PASS_NOTHING;
	connection->origin.readable = READABLE_TO_ITS_END;
}

/* Passes bytes to the origin, which is connected to with the first. Returns -1 when the connection has ended. */
static int pass_on(struct worker *worker, struct connection *connection, const char *data, size_t length)
{
	if (length == 0)
		return 0;
	if (connection->stage == STAGE_JUDGING) {
		connection_connect(worker, connection);
		if (connection->stage == STAGE_GONE)
			return -1;
	}
	if (flow_offer(worker, &connection->up, data, length) != FLOW_FAILED)
		return 0;
	if (errno == ENOMEM) {
		connection_finish(worker, connection, ENDED_FAILED, SIDE_PROXY, ENOMEM);
		return -1;
	}
	origin_refuses(connection);
	return 0;
}

static int may_read_head(const struct connection *connection)
{
	const struct request *last = connection->last_request;

	/* behind a request for another protocol, bytes mean what its answer says */
	return connection->in_flight < MAX_IN_FLIGHT && (last == NULL || last->upgrade == HTTP_UPGRADE_NONE);
}

long http_take_requests(struct worker *worker, struct connection *connection, char *data, size_t length)
{
	struct flow *up = &connection->up;
	size_t at = 0, from = 0;

	while (at < length || (up->passing == PASS_LENGTH && up->left == 0)) {
		size_t there = length - at, taken = there;
		int whole = 0;

		if (up->passing == PASS_HEAD) {
			enum head_taken state;

			if (!may_read_head(connection))
				break;
			up->wants_more = up->parsed > 0 &&
					 !http_is_worth_parsing(data + at, up->parsed, there,
								worker->engine->options.head_bytes);
			if (up->wants_more)
				break;
			state = take_head(worker, connection, data + at, there, &taken);
			up->parsed = state == HEAD_MORE ? there : 0;
			up->wants_more = state == HEAD_MORE;
			if (state == HEAD_ENDED)
				return -1;
			if (state == HEAD_MORE || state == HEAD_WAITS)
				break;
			if (state == HEAD_REPLIED) {
				if (pass_on(worker, connection, data + from, at - from) < 0)
					return -1;
				at += taken;
				from = at;
				break;
			}
			if (state == HEAD_PASSES)
				at += taken;
			continue;
		}
		if (up->passing == PASS_LENGTH) {
			if (taken > up->left)
				taken = up->left;
			up->left -= taken;
			whole = up->left == 0;
		} else if (up->passing == PASS_CHUNKED) {
			long passed = http_pass_chunks(&up->chunks, data + at, there, &whole);

			if (passed < 0) {
				connection->verdict = VERDICT_REFUSED;
				connection->why = "chunked-body";
				connection_finish(worker, connection, ENDED_FAILED, SIDE_CLIENT, 0);
				return -1;
			}
			taken = (size_t)passed;
		} else if (up->passing == PASS_NOTHING) {
			if (pass_on(worker, connection, data + from, at - from) < 0)
				return -1;
			at = from = length;
			break;
		}
		request_note_body(connection, taken);
		at += taken;
		if (whole)
			request_is_whole(connection);
	}
	if (pass_on(worker, connection, data + from, at - from) < 0)
		return -1;
	return (long)at;
}
