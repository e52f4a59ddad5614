/* The proxy's own answers: pages, and what a request is refused for. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "in-flight.h"
#include "worker.h"

/* `2026-11-25 14:03:22 +01:00`: always as long, as proxy/src/local-time.ts has it. */
#define TIME_LENGTH 26

static void describe_time(const struct worker *worker, char text[TIME_LENGTH + 1])
{
	int ahead = atomic_load_explicit(&worker->engine->utc_offset_seconds, memory_order_relaxed);
	time_t local = (time_t)(worker->wall_ms / 1000) + ahead;
	int minutes = abs(ahead) / 60;
	char date[20];
	struct tm parts;

	gmtime_r(&local, &parts);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &parts);
	snprintf(text, TIME_LENGTH + 1, "%s %c%02d:%02d", date, ahead < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
}

static const char *phrase_of(int status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 408:
		return "Request Timeout";
	case 431:
		return "Request Header Fields Too Large";
	case 501:
		return "Not Implemented";
	case 503:
		return "Service Unavailable";
	default:
		return "HTTP Version Not Supported";
	}
}

static int is_head(const struct reply *reply)
{
	return reply->request != NULL && reply->request->method == HTTP_HEAD;
}

static size_t print_page(const struct worker *worker, const struct engine_page *page, char *to)
{
	char time[TIME_LENGTH + 1], *at = to;

	describe_time(worker, time);
	for (unsigned int index = 0; index < page->part_count; index++) {
		if (index > 0) {
			memcpy(at, time, TIME_LENGTH);
			at += TIME_LENGTH;
		}
		memcpy(at, page->parts[index], page->lengths[index]);
		at += page->lengths[index];
	}
	return (size_t)(at - to);
}

static size_t page_length(const struct engine_page *page)
{
	size_t length = (size_t)(page->part_count - 1) * TIME_LENGTH;

	for (unsigned int index = 0; index < page->part_count; index++)
		length += page->lengths[index];
	return length;
}

static char *print_blocked(struct worker *worker, const struct reply *reply, size_t *length)
{
	const struct judging *judging = worker_judging(worker);
	unsigned int number = (unsigned int)(reply->rule + 1);
	const struct engine_page *page = &judging->pages[number < judging->page_count ? number : 0];
	size_t body = page_length(page);
	char *text = malloc(256 + body);

	if (text == NULL)
		return NULL;
	*length = (size_t)sprintf(text,
				  "HTTP/1.1 403 Forbidden\r\n"
				  "Content-Type: text/html; charset=utf-8\r\n"
				  "Cache-Control: no-store\r\n"
				  "Content-Length: %zu\r\n"
				  "%s\r\n",
				  body, reply->closes ? "Connection: close\r\n" : "");
	if (!is_head(reply))
		*length += print_page(worker, page, text + *length);
	return text;
}

static char *print_refused(const struct reply *reply, size_t *length)
{
	static const char format[] = "This router's proxy doesn't pass the request on (%s).\n";
	size_t body = sizeof(format) - sizeof("%s") + strlen(reply->why);
	char *text = malloc(256 + body);

	if (text == NULL)
		return NULL;
	*length = (size_t)sprintf(text,
				  "HTTP/1.1 %d %s\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Length: %zu\r\n"
				  "Cache-Control: no-store\r\n"
				  "Connection: close\r\n"
				  "\r\n",
				  reply->status, phrase_of(reply->status), body);
	if (!is_head(reply))
		*length += (size_t)sprintf(text + *length, format, reply->why);
	return text;
}

int http_reply(struct worker *worker, struct connection *connection)
{
	struct reply reply = connection->reply;
	size_t length = 0;
	char *text = reply.why == NULL ? print_blocked(worker, &reply, &length) : print_refused(&reply, &length);
	struct record facts = {
		.verdict = reply.verdict,
		.ended = ENDED_CLOSED,
		.rule = reply.rule,
		.status = reply.status,
		.bytes_from_client = reply.bytes_from_client,
		.bytes_to_client = length,
	};
	int state;

	/* Before the client knows: what it does next has a record behind this one. */
	report_request(worker, connection, reply.request, &facts, reply.why);
	state = text == NULL ? FLOW_FAILED : flow_offer(worker, &connection->down, text, length);
	free(text);
	request_free(worker, reply.request);
	connection->reply = (struct reply){ 0 };
	if (state == FLOW_FAILED) {
		connection_finish(worker, connection, ENDED_RESET, SIDE_CLIENT, errno);
		return 0;
	}
	if (reply.closes) {
		connection->closes_after = 0;
		connection_finish(worker, connection, ENDED_CLOSED, SIDE_NONE, 0);
		return 0;
	}
	return 1;
}
