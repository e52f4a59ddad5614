/* What JavaScript is told: records, collected until it takes them. */
#include <stdlib.h>
#include <string.h>

#include "worker.h"

#define MAX_TEXT_BYTES 8192
/* Of a URL, where thousands are listed. */
#define MAX_LISTED_BYTES 256

static void tell(struct worker *worker, int urgent)
{
	struct engine *engine = worker->engine;

	if (urgent || !atomic_exchange_explicit(&engine->told, 1, memory_order_acq_rel))
		engine->options.notify(engine->options.context, urgent);
}

static size_t at_most(size_t length, size_t most)
{
	return length < most ? length : most;
}

/* `texts`: method, host, target, why. Returns whether there was room. */
static int append(struct worker *worker, const struct record *facts, const struct http_part texts[4], int urgent)
{
	static const char padding[8];
	size_t room = RECORD_BUFFER_BYTES + (facts->kind == RECORD_LISTED ? LISTED_BYTES : 0);
	struct record record = *facts;
	size_t lengths[4], length = sizeof(record);
	char *at;

	for (int index = 0; index < 4; index++) {
		lengths[index] = at_most(texts[index].length, MAX_TEXT_BYTES);
		length += lengths[index];
	}
	record.method_length = (uint16_t)lengths[0];
	record.host_length = (uint16_t)lengths[1];
	record.target_length = (uint16_t)lengths[2];
	record.why_length = (uint16_t)lengths[3];
	record.size = (uint32_t)((length + 7) & ~(size_t)7);
	record.ended_ms = worker->wall_ms;

	pthread_mutex_lock(&worker->lock);
	if (worker->record_bytes + record.size > room) {
		worker->records_lost++;
		pthread_mutex_unlock(&worker->lock);
		return 0;
	}
	at = worker->records + worker->record_bytes;
	memcpy(at, &record, sizeof(record));
	at += sizeof(record);
	for (int index = 0; index < 4; index++) {
		if (lengths[index] > 0)
			memcpy(at, texts[index].at, lengths[index]);
		at += lengths[index];
	}
	memcpy(at, padding, record.size - length);
	urgent |= worker->record_bytes < RECORD_BATCH_BYTES &&
		  worker->record_bytes + record.size >= RECORD_BATCH_BYTES;
	worker->record_bytes += record.size;
	pthread_mutex_unlock(&worker->lock);
	tell(worker, urgent);
	return 1;
}

static struct http_part text_of(const char *text)
{
	return (struct http_part){ text, text == NULL ? 0 : strlen(text) };
}

static void describe(const struct connection *connection, struct record *record)
{
	record->client = connection->client_address;
	record->destination = connection->destination;
	record->has_destination = 1;
	record->carries = connection->carries;
	record->generation = connection->generation;
}

void report_request(struct worker *worker, struct connection *connection, const struct request *request,
		    const struct record *facts, const char *why)
{
	struct record record = *facts;
	struct http_part texts[4] = { { 0 } };

	record.kind = RECORD_REQUEST;
	describe(connection, &record);
	if (request != NULL) {
		texts[0] = (struct http_part){ request->text, request->method_length };
		texts[1] = (struct http_part){ texts[0].at + texts[0].length, request->host_length };
		texts[2] = (struct http_part){ texts[1].at + texts[1].length, request->target_length };
		record.started_ms = request->started_ms;
		record.duration_ms = worker->now_ms - request->arrived_ms;
		record.bytes_from_client = request->bytes_from_client;
		record.generation = request->generation;
	} else {
		record.started_ms = connection->started_ms;
		record.duration_ms = worker->now_ms - connection->accepted_ms;
	}
	texts[3] = text_of(why);
	append(worker, &record, texts, 0);
	connection->has_record = 1;
}

void report_connection(struct worker *worker, struct connection *connection, const struct record *facts)
{
	struct record record = *facts;
	struct http_part texts[4] = { { 0 }, text_of(connection->name), { 0 }, text_of(connection->why) };

	record.kind = RECORD_CONNECTION;
	describe(connection, &record);
	record.started_ms = connection->started_ms;
	record.duration_ms = worker->now_ms - connection->accepted_ms;
	record.bytes_from_client = connection->up.bytes;
	record.bytes_to_client = connection->down.bytes;
	append(worker, &record, texts, 0);
	connection->has_record = 1;
}

void report_event(struct worker *worker, const struct record *facts)
{
	struct http_part none[4] = { { 0 } };

	append(worker, facts, none, 0);
}

int report_question(struct worker *worker, struct connection *connection, uint64_t question, const char *host,
		    size_t length)
{
	struct record record = { .kind = RECORD_QUESTION, .question = question };
	struct http_part texts[4] = { { 0 }, { host, length }, { 0 }, { 0 } };

	describe(connection, &record);
	return append(worker, &record, texts, question != 0);
}

void report_open(struct worker *worker)
{
	struct record listed = { .kind = RECORD_LISTED };
	struct http_part none[4] = { { 0 } };

	for (struct connection *each = worker->all; each != NULL; each = each->next) {
		struct record record = {
			.kind = RECORD_OPEN,
			.started_ms = each->started_ms,
			.duration_ms = worker->now_ms - each->accepted_ms,
			.bytes_from_client = each->up.bytes,
			.bytes_to_client = each->down.bytes,
		};
		struct request *request = each->first_request;
		struct http_part texts[4] = { { 0 }, text_of(each->name), { 0 }, { 0 } };

		describe(each, &record);
		if (request != NULL) {
			texts[0] = (struct http_part){ request->text, request->method_length };
			texts[1] = (struct http_part){ texts[0].at + texts[0].length, request->host_length };
			texts[2].at = texts[1].at + texts[1].length;
			texts[2].length = at_most(request->target_length, MAX_LISTED_BYTES);
		}
		append(worker, &record, texts, 0);
	}
	append(worker, &listed, none, 1);
}
