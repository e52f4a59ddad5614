/* Requests that are judged one by one, and answers that are counted. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

#define MAX_ANSWER_HEAD (256 * 1024)

/* --- Requests --- */

static struct http_part literal_of(const struct endpoint *destination, char text[INET6_ADDRSTRLEN])
{
	return (struct http_part){ text, strlen(endpoint_print(destination, text)) };
}

static size_t put(char *to, struct http_part part)
{
	if (part.length > 0)
		memcpy(to, part.at, part.length);
	return part.length;
}

/* Keeps what the record will say: the head itself goes on. Lengths are bounded by the longest head, 256 KiB. */
static struct request *note_request(struct worker *worker, const struct http_request *head,
				    struct http_part host)
{
	int is_v6 = memchr(host.at, ':', host.length) != NULL;
	struct http_part target = head->method == HTTP_CONNECT ? head->target : head->path;
	size_t target_length = target.length < 4096 ? target.length : 4096;
	size_t method_length = head->method_name.length < 64 ? head->method_name.length : 64;
	size_t size = sizeof(struct request) + method_length + host.length + 10 + target_length;
	struct request *request;
	char *at;

	if (worker_hold(worker, size) < 0)
		return NULL;
	request = malloc(size);
	if (request == NULL) {
		worker_let_go(worker, size);
		return NULL;
	}
	*request = (struct request){
		.started_ms = worker->wall_ms,
		.arrived_ms = worker->now_ms,
		.bytes_from_client = head->head_length,
		.method = head->method,
		.upgrade = head->upgrade,
		.rule = POLICY_DEFAULT,
		.size = (uint32_t)size,
		.keep_alive = (uint8_t)head->keep_alive,
	};
	at = request->text;
	at += put(at, (struct http_part){ head->method_name.at, method_length });
	request->method_length = (uint16_t)method_length;
	if (is_v6)
		*at++ = '[';
	at += put(at, host);
	if (is_v6)
		*at++ = ']';
	if (head->port != 80)
		at += sprintf(at, ":%u", head->port);
	request->host_length = (uint16_t)(at - request->text - request->method_length);
	put(at, (struct http_part){ target.at, target_length });
	request->target_length = (uint16_t)target_length;
	return request;
}

void http_free_request(struct worker *worker, struct request *request)
{
	if (request == NULL)
		return;
	worker_let_go(worker, request->size);
	free(request);
}

static void will_reply(struct connection *connection, const struct reply *reply)
{
	connection->reply = *reply;
	connection->reply.pending = 1;
	connection->head_since_ms = 0;
	if (reply->closes)
		connection->up.passing = PASS_NOTHING;
}

void http_turn_down(struct worker *worker, struct connection *connection, int status, const char *why)
{
	(void)worker;
	will_reply(connection, &(struct reply){
				       .closes = 1,
				       .verdict = VERDICT_REFUSED,
				       .status = (uint16_t)status,
				       .rule = POLICY_DEFAULT,
				       .why = why,
			       });
}

static const char *why_not(const struct engine_options *options, const struct http_request *head)
{
	if (head->upgrade == HTTP_UPGRADE_H2C)
		return options->h2c_allowed ? NULL : "h2c";
	if (head->upgrade != HTTP_UPGRADE_NONE && !options->upgrade_allowed)
		return "upgrade";
	return NULL;
}

static struct policy_verdict judge(struct worker *worker, struct connection *connection,
				   const struct http_request *head, struct http_part host)
{
	struct policy_question question = {
		.schedules = atomic_load_explicit(&worker->engine->schedules, memory_order_relaxed),
		.method = head->method,
		.host = host.at,
		.host_length = host.length,
		.port = head->port,
		.path = head->path.at == NULL ? "" : head->path.at,
		.path_length = head->path.length,
	};

	connection_group(worker, connection);
	question.groups = connection->groups;
	return policy_judge(&worker_judging(worker)->policy, &question);
}

static void queue_request(struct connection *connection, struct request *request)
{
	if (connection->last_request == NULL)
		connection->first_request = request;
	else
		connection->last_request->next = request;
	connection->last_request = request;
	connection->in_flight++;
}

void http_free_requests(struct worker *worker, struct connection *connection)
{
	while (connection->first_request != NULL) {
		struct request *request = connection->first_request;

		connection->first_request = request->next;
		http_free_request(worker, request);
	}
	connection->last_request = NULL;
	connection->in_flight = 0;
	http_free_request(worker, connection->reply.request);
	connection->reply.request = NULL;
	connection->reply.pending = 0;
}

static void expect_body(struct flow *flow, enum http_body body, uint64_t length)
{
	flow->passing = PASS_HEAD;
	if (body == HTTP_BODY_LENGTH && length > 0) {
		flow->passing = PASS_LENGTH;
		flow->left = length;
	} else if (body == HTTP_BODY_CHUNKED) {
		flow->passing = PASS_CHUNKED;
		memset(&flow->chunks, 0, sizeof(flow->chunks));
	} else if (body == HTTP_BODY_UNTIL_CLOSE) {
		flow->passing = PASS_ALL;
	}
}

/* Nobody knows what a request after one that ends the connection would mean. */
static void request_is_whole(struct connection *connection)
{
	connection->up.passing = connection->last_request->keep_alive ? PASS_HEAD : PASS_NOTHING;
}

enum head_taken { HEAD_MORE, HEAD_WAITS, HEAD_PASSES, HEAD_REPLIED, HEAD_TUNNELS, HEAD_ENDED };

static enum head_taken take_whole_head(struct worker *worker, struct connection *connection,
				       const struct http_request *head)
{
	const struct engine_options *options = &worker->engine->options;
	char literal[INET6_ADDRSTRLEN];
	struct http_part host = head->host.length > 0 ? head->host : literal_of(&connection->destination, literal);
	const char *why = head->method == HTTP_CONNECT ? "connect" : why_not(options, head);
	struct policy_verdict verdict = { .rule = POLICY_DEFAULT };
	struct request *request;

	if (why == NULL && !connection_host_belongs(worker, connection, host.at, host.length))
		why = "host-mismatch";
	if (connection->is_asked)
		return HEAD_WAITS;
	request = note_request(worker, head, host);
	if (request == NULL) {
		http_turn_down(worker, connection, 503, "out-of-memory");
		return HEAD_REPLIED;
	}
	if (why == NULL) {
		verdict = judge(worker, connection, head, host);
		request->rule = verdict.rule;
		request->generation = connection->generation;
	}
	if (why == NULL && !verdict.blocks) {
		queue_request(connection, request);
		expect_body(&connection->up, head->body, head->content_length);
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
	if (connection->stage == STAGE_JUDGING && !connection->has_record &&
	    ((strcmp(why, "not-http") == 0 && options->not_http_allowed) ||
	     (strcmp(why, "h2c-preface") == 0 && options->h2c_allowed))) {
		return connection_pass_unseen(worker, connection) ? HEAD_TUNNELS : HEAD_ENDED;
	}
	*head_length = length;
	http_turn_down(worker, connection, -state, why);
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
		if (connection->last_request != NULL)
			connection->last_request->bytes_from_client += taken;
		at += taken;
		if (whole)
			request_is_whole(connection);
	}
	if (pass_on(worker, connection, data + from, at - from) < 0)
		return -1;
	return (long)at;
}

/* --- Answers --- */

/* Returns whether the connection goes on. */
static int answer_is_whole(struct worker *worker, struct connection *connection)
{
	struct request *request = connection->first_request;
	struct record facts = {
		.verdict = VERDICT_ALLOWED,
		.ended = ENDED_CLOSED,
		.rule = request->rule,
		.status = request->status,
		.bytes_to_client = connection->down.message,
	};
	int goes_on = request->keep_alive && !(connection->closes_after && connection->in_flight == 1);

	report_request(worker, connection, request, &facts, NULL);
	connection->down.message = 0;
	connection->down.passing = PASS_HEAD;
	connection->first_request = request->next;
	if (connection->first_request == NULL)
		connection->last_request = NULL;
	connection->in_flight--;
	http_free_request(worker, request);
	return goes_on;
}

/* Returns the length of the head, 0 if there is more to come, -1 with *why if it can't be understood. */
static long take_answer_head(struct connection *connection, const char *data, size_t length, const char **why)
{
	struct request *request = connection->first_request;
	struct flow *down = &connection->down;
	struct http_answer head;
	int state = http_parse_answer(data, length, MAX_ANSWER_HEAD, request->method, &head, why);

	if (state != HTTP_WHOLE)
		return state == HTTP_MORE ? 0 : -1;
	if (head.switches_protocols) {
		*why = "not-asked-to-switch";
		if (request->upgrade == HTTP_UPGRADE_NONE)
			return -1;
		request->status = (uint16_t)head.status;
		return (long)head.head_length;
	}
	if (head.status < 200)
		return (long)head.head_length;
	request->status = (uint16_t)head.status;
	/* the request was not for this connection's end: the client may have sent more already */
	if (request->keep_alive && !head.keep_alive)
		connection->origin_closes = 1;
	else if (!head.keep_alive)
		connection->origin_closes = connection->closes_after = 1;
	else if (!request->keep_alive)
		connection->closes_after = 1;
	request->keep_alive = request->keep_alive && head.keep_alive;
	request->upgrade = HTTP_UPGRADE_NONE;
	expect_body(down, head.body, head.content_length);
	return (long)head.head_length;
}

long http_take_answers(struct worker *worker, struct connection *connection, char *data, size_t length)
{
	struct flow *down = &connection->down;
	const char *why = NULL;
	size_t at = 0;
	int goes_on = 1, is_broken = 0;

	down->wants_more = 0;
	while (goes_on && (at < length || (down->passing == PASS_LENGTH && down->left == 0) ||
			   (down->passing == PASS_ALL && connection->origin.ended))) {
		size_t there = length - at, taken = there;
		int whole = 0;

		if (down->passing == PASS_HEAD) {
			long head_length;

			/* what nobody asked for has no place in a connection that is answered request by request */
			if (connection->first_request == NULL)
				break;
			down->wants_more = down->parsed > 0 &&
					   !http_is_worth_parsing(data + at, down->parsed, there, MAX_ANSWER_HEAD);
			if (down->wants_more)
				break;
			head_length = take_answer_head(connection, data + at, there, &why);
			down->parsed = head_length == 0 ? there : 0;
			if (head_length <= 0) {
				down->wants_more = head_length == 0;
				is_broken = head_length < 0;
				break;
			}
			at += (size_t)head_length;
			down->message += (size_t)head_length;
			if (connection->first_request->status == 101) {
				/* both sides speak another protocol now; the request's record has all of it */
				connection_tunnel(connection);
				down->message += length - at;
				at = length;
				break;
			}
			whole = down->passing == PASS_HEAD && connection->first_request->status >= 200;
			if (whole)
				goes_on = answer_is_whole(worker, connection);
			continue;
		}
		if (down->passing == PASS_LENGTH) {
			if (taken > down->left)
				taken = down->left;
			down->left -= taken;
			whole = down->left == 0;
		} else if (down->passing == PASS_CHUNKED) {
			long passed = http_pass_chunks(&down->chunks, data + at, there, &whole);

			if (passed < 0) {
				why = "chunked-body";
				is_broken = 1;
				break;
			}
			taken = (size_t)passed;
		} else {
			whole = connection->origin.ended;
		}
		at += taken;
		down->message += taken;
		if (whole)
			goes_on = answer_is_whole(worker, connection);
	}
	if (at > 0 && flow_offer(worker, down, data, at) == FLOW_FAILED) {
		connection_finish(worker, connection, ENDED_RESET, SIDE_CLIENT, errno);
		return -1;
	}
	if (is_broken) {
		connection->why = why;
		connection_finish(worker, connection, ENDED_FAILED, SIDE_ORIGIN, 0);
		return -1;
	}
	if (!goes_on || (at < length && connection->first_request == NULL && !connection->is_tunnel)) {
		connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
		return -1;
	}
	return (long)at;
}
