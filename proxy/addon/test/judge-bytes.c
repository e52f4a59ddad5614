/*
 * Tells what the judging parsers say of bytes, for tests that hold the TypeScript twins to the same. It reads
 * cases from stdin, each one `kind limit step length\n` in decimal and then so many bytes, and prints a line for
 * each:
 *
 *   q    an HTTP request's head, of at most `limit` bytes
 *   a    an HTTP answer's head, of at most `limit` bytes; A: to HEAD; C: to CONNECT
 *   c    a chunked body; `limit` is how many bytes are given at a time
 *   h    a ClientHello
 *   t    a policy's table, right or wrong: how some URLs are judged by it (it has no twin)
 *
 * Beginnings of a head or hello, each `step` bytes longer than the last, are parsed, too, from a copy that ends
 * where it ends: what it comes to must be `more` or what the whole comes to, and `more` where a head isn't worth
 * parsing again. With coverage.c each line ends with tabs, how much code ran that hadn't before, and how much
 * hadn't so often. test/proxy/twins/ has the other half.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/hello.h"
#include "../engine/http.h"
#include "../engine/policy/policy.h"

#define LINE_SIZE 262144

typedef void (*judgement)(char *line, const char *data, size_t length, char kind, size_t limit);

/* In coverage.c, if that is there. */
__attribute__((weak)) void count_new_coverage(unsigned int *steps, unsigned int *powers);

static const char *const bodies[] = { "none", "length", "chunked", "until-close" };
static const char *const upgrades[] = { "none", "websocket", "h2c", "other" };

static void print_part(char **at, const char *name, const struct http_part *part)
{
	*at += sprintf(*at, " %s=%.*s", name, (int)part->length, part->length > 0 ? part->at : "");
}

static void judge_request(char *at, const char *data, size_t length, char kind, size_t limit)
{
	struct http_request request;
	const char *why = NULL;
	int state = http_parse_request(data, length, limit, &request, &why);

	(void)kind;
	if (state != HTTP_WHOLE) {
		sprintf(at, state == HTTP_MORE ? "more" : "%d %s", -state, why);
		return;
	}
	at += sprintf(at, "head=%zu", request.head_length);
	print_part(&at, "method", &request.method_name);
	print_part(&at, "target", &request.target);
	print_part(&at, "host", &request.host);
	at += sprintf(at, " port=%u", request.port);
	print_part(&at, "path", &request.path);
	at += sprintf(at, " minor=%u body=%s", request.minor, bodies[request.body]);
	if (request.body == HTTP_BODY_LENGTH)
		at += sprintf(at, " length=%llu", (unsigned long long)request.content_length);
	at += sprintf(at, request.keep_alive ? " keep-alive" : " close");
	if (request.expects_continue)
		at += sprintf(at, " expects-continue");
	if (request.upgrade != HTTP_UPGRADE_NONE)
		sprintf(at, " upgrade=%s", upgrades[request.upgrade]);
}

static void judge_answer(char *at, const char *data, size_t length, char kind, size_t limit)
{
	enum http_method method = kind == 'A' ? HTTP_HEAD : kind == 'C' ? HTTP_CONNECT : HTTP_GET;
	struct http_answer answer;
	const char *why = NULL;
	int state = http_parse_answer(data, length, limit, method, &answer, &why);

	if (state != HTTP_WHOLE) {
		sprintf(at, state == HTTP_MORE ? "more" : "%d %s", -state, why);
		return;
	}
	at += sprintf(at, "head=%zu status=%u body=%s", answer.head_length, answer.status, bodies[answer.body]);
	if (answer.body == HTTP_BODY_LENGTH)
		at += sprintf(at, " length=%llu", (unsigned long long)answer.content_length);
	at += sprintf(at, answer.keep_alive ? " keep-alive" : " close");
	if (answer.switches_protocols)
		sprintf(at, " switches-protocols");
}

static void judge_hello(char *at, const char *data, size_t length, char kind, size_t limit)
{
	struct hello hello;
	const char *why = NULL;
	int state = hello_parse((const uint8_t *)data, length, &hello, &why);

	(void)kind;
	(void)limit;
	if (state != HELLO_WHOLE)
		sprintf(at, state == HELLO_MORE ? "more" : "broken %s", why);
	else
		sprintf(at, "name=%s%s", hello.name, hello.has_ech ? " ech" : "");
}

static void judge_table(char *line, const char *data, size_t length)
{
	static const char *const hosts[] = { "www.example.org", "192.0.2.1", "2001:db8::1", "a.b", "" };
	static const char *const paths[] = { "/ads/x?id=1", "/%61/b", "/", "" };
	static const uint8_t address[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3 };
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct policy policy;

	if (policy_open(&policy, (const uint8_t *)data, length) < 0) {
		strcpy(line, "no table");
		return;
	}
	line += sprintf(line, "macs=%d", policy_wants_macs(&policy));
	for (size_t i = 0; i < 5 * 4; i++) {
		struct policy_question question = {
			.groups = policy_groups(&policy, address, i % 2 ? mac : NULL),
			.schedules = 1,
			.method = HTTP_GET,
			.host = hosts[i / 4],
			.host_length = strlen(hosts[i / 4]),
			.port = 80,
			.path = i % 4 == 3 ? NULL : paths[i % 4],
			.path_length = strlen(paths[i % 4]),
		};

		line += sprintf(line, " %d", policy_judge(&policy, &question).rule);
	}
}

/* Parses from a copy, so that the sanitizer sees who reads beyond the end. */
static void judge_copy(judgement judge, char *line, const char *data, size_t length, char kind, size_t limit)
{
	char *copy = malloc(length);

	memcpy(copy, data, length);
	judge(line, copy, length, kind, limit);
	free(copy);
}

/* Appends what is wrong with beginnings. */
static void judge_beginnings(judgement judge, char *line, const char *data, size_t length, char kind, size_t limit,
			     size_t step)
{
	static char part[LINE_SIZE];
	int is_clear = 0;

	for (size_t cut = 0; cut < length; cut += step) {
		judge_copy(judge, part, data, cut, kind, limit);
		if (strcmp(part, "more") == 0)
			continue;
		if (strcmp(part, line) != 0) {
			sprintf(line + strlen(line), "; but its first %zu bytes: %.200s", cut, part);
			return;
		}
		if (!is_clear && kind != 'h' && !http_is_worth_parsing(data, cut - step, cut, limit)) {
			sprintf(line + strlen(line), "; but its first %zu bytes are not worth it", cut);
			return;
		}
		is_clear = 1;
	}
}

static void judge_chunks(char *line, const char *data, size_t length, size_t at_a_time)
{
	struct http_chunks chunks = { 0 };
	size_t passed = 0;
	int whole = 0;

	while (passed < length && !whole) {
		size_t given = at_a_time < length - passed ? at_a_time : length - passed;
		char *copy = malloc(given);
		long taken;

		memcpy(copy, data + passed, given);
		taken = http_pass_chunks(&chunks, copy, given, &whole);
		free(copy);
		if (taken < 0) {
			strcpy(line, "broken");
			return;
		}
		passed += taken;
	}
	sprintf(line, whole ? "whole=%zu" : "more", passed);
}

static judgement judgement_of(char kind)
{
	switch (kind) {
	case 'q':
		return judge_request;
	case 'a':
	case 'A':
	case 'C':
		return judge_answer;
	default:
		return judge_hello;
	}
}

int main(void)
{
	static char line[LINE_SIZE];
	size_t limit, step, length;
	char kind;

	while (scanf("%c %zu %zu %zu", &kind, &limit, &step, &length) == 4 && getchar() == '\n') {
		char *data = malloc(length + 1);

		if (fread(data, 1, length, stdin) != length)
			return 1;
		if (kind == 'c') {
			judge_chunks(line, data, length, limit);
		} else if (kind == 't') {
			data = realloc(data, length ? length : 1); /* ends where it ends */
			judge_table(line, data, length);
		} else {
			judge_copy(judgement_of(kind), line, data, length, kind, limit);
			judge_beginnings(judgement_of(kind), line, data, length, kind, limit, step);
		}
		free(data);
		fputs(line, stdout);
		if (count_new_coverage != NULL) {
			unsigned int steps, powers;

			count_new_coverage(&steps, &powers);
			printf("\t%u\t%u", steps, powers);
		}
		putchar('\n');
		fflush(stdout);
	}
	return 0;
}
