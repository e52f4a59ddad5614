/* Answers that are counted, each for the request that it belongs to. */
#define _GNU_SOURCE
#include <errno.h>

#include "in-flight.h"
#include "worker.h"

#define MAX_ANSWER_HEAD (256 * 1024)

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
	/* a client that still waits may send its body now or not: what came next couldn't be told apart */
	int goes_on = request->keep_alive && !request->awaits_continue &&
		      !(connection->closes_after && connection->in_flight == 1);

	report_request(worker, connection, request, &facts, NULL);
	connection->down.message = 0;
	connection->down.passing = PASS_HEAD;
	request_shift(worker, connection);
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
	if (head.status < 200) {
		request->awaits_continue &= head.status != 100;
		return (long)head.head_length;
	}
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
	flow_expect_body(down, head.body, head.content_length);
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
	/* what is left is no answer; but one of the proxy's own may be due before */
	if (!goes_on || (at < length && connection->first_request == NULL && !connection->reply.pending &&
			 !connection->is_tunnel)) {
		connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
		return -1;
	}
	return (long)at;
}
