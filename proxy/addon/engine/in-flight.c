#include "in-flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

static size_t put(char *to, struct http_part part)
{
	if (part.length > 0)
		memcpy(to, part.at, part.length);
	return part.length;
}

/* In lower case, without a dot at its end. */
static size_t put_name(char *to, struct http_part name)
{
	size_t length = put(to, name);

	for (size_t index = 0; index < length; index++)
		if (to[index] >= 'A' && to[index] <= 'Z')
			to[index] += 'a' - 'A';
	return length > 0 && to[length - 1] == '.' ? length - 1 : length;
}

/* Lengths are bounded by the longest head, 256 KiB. */
struct request *request_note(struct worker *worker, const struct http_request *head, struct http_part host)
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
		.awaits_continue = head->expects_continue && head->body != HTTP_BODY_NONE,
	};
	at = request->text;
	at += put(at, (struct http_part){ head->method_name.at, method_length });
	request->method_length = (uint16_t)method_length;
	if (is_v6)
		*at++ = '[';
	at += put_name(at, host);
	if (is_v6)
		*at++ = ']';
	if (head->port != 80)
		at += sprintf(at, ":%u", head->port);
	request->host_length = (uint16_t)(at - request->text - request->method_length);
	put(at, (struct http_part){ target.at, target_length });
	request->target_length = (uint16_t)target_length;
	return request;
}

void request_free(struct worker *worker, struct request *request)
{
	if (request == NULL)
		return;
	worker_let_go(worker, request->size);
	free(request);
}

void request_queue(struct connection *connection, struct request *request)
{
	if (connection->last_request == NULL)
		connection->first_request = request;
	else
		connection->last_request->next = request;
	connection->last_request = request;
	connection->in_flight++;
}

void request_note_body(struct connection *connection, uint64_t length)
{
	struct request *request = connection->last_request;

	if (request == NULL || length == 0)
		return;
	request->bytes_from_client += length;
	request->awaits_continue = 0;
}

void request_shift(struct worker *worker, struct connection *connection)
{
	struct request *request = connection->first_request;

	connection->first_request = request->next;
	if (connection->first_request == NULL)
		connection->last_request = NULL;
	connection->in_flight--;
	request_free(worker, request);
}

void requests_free(struct worker *worker, struct connection *connection)
{
	while (connection->first_request != NULL) {
		struct request *request = connection->first_request;

		connection->first_request = request->next;
		request_free(worker, request);
	}
	connection->last_request = NULL;
	connection->in_flight = 0;
	request_free(worker, connection->reply.request);
	connection->reply.request = NULL;
	connection->reply.pending = 0;
}
