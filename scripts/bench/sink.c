/*
 * Downloads as cheaply as can be: the kernel throws the bytes away (MSG_TRUNC, tcp(7)), so that a machine that
 * is client, proxy and origin at once spends its time on the proxy. A client that copies, as wrk does 8 KiB at
 * a time, takes several times what the origin does.
 *
 * sink ADDRESS PORT HOST PATH STREAMS SECONDS: each stream asks for the same over and over. Prints a line of
 * JSON: bytes that came (with heads), answers that were whole, streams that failed, and how long it was.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DISCARD_AT_ONCE (1 << 20)

struct stream {
	int fd;
	char head[4096];
	size_t head_length; /* what is there of it */
	uint64_t body_left; /* zero until the head is whole */
};

static char question[1024];
static uint64_t bytes, answers, failed;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int ask(struct stream *stream)
{
	size_t length = strlen(question);

	stream->head_length = 0;
	stream->body_left = 0;
	return send(stream->fd, question, length, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

static int start_over(struct stream *stream)
{
	answers++;
	return ask(stream);
}

/* Reads the head, and what comes with it of the body; only a 200 with a length will do. */
static int read_head(struct stream *stream)
{
	size_t room = sizeof(stream->head) - 1 - stream->head_length;
	ssize_t got = recv(stream->fd, stream->head + stream->head_length, room, 0);
	char *end, *length;

	if (got <= 0)
		return -1;
	bytes += got;
	stream->head_length += got;
	stream->head[stream->head_length] = 0;
	end = strstr(stream->head, "\r\n\r\n");
	if (!end)
		return stream->head_length == sizeof(stream->head) - 1 ? -1 : 0;
	length = strcasestr(stream->head, "\r\ncontent-length:");
	if (strncmp(stream->head + 8, " 200", 4) != 0 || !length || length > end)
		return -1;
	stream->body_left = strtoull(length + 17, NULL, 10) - (stream->head + stream->head_length - (end + 4));
	return stream->body_left > 0 ? 0 : start_over(stream);
}

static int discard_body(struct stream *stream)
{
	size_t most = stream->body_left < DISCARD_AT_ONCE ? stream->body_left : DISCARD_AT_ONCE;
	ssize_t got = recv(stream->fd, NULL, most, MSG_TRUNC);

	if (got <= 0)
		return -1;
	bytes += got;
	stream->body_left -= got;
	return stream->body_left > 0 ? 0 : start_over(stream);
}

static int start(struct stream *stream, int epoll, const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream };

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return -1;
	stream->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (stream->fd < 0 || connect(stream->fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, stream->fd, &event) || ask(stream) ? -1 : 0;
}

static void fail(struct stream *stream)
{
	failed++;
	close(stream->fd);
}

int main(int argc, char **argv)
{
	int epoll = epoll_create1(0), count = argc == 7 ? atoi(argv[5]) : 0;
	struct stream *streams = calloc(count > 0 ? count : 1, sizeof(*streams));
	uint64_t began, end;

	if (count < 1 || !streams || epoll < 0)
		return 2;
	snprintf(question, sizeof(question), "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[4], argv[3]);
	began = now_us();
	end = began + (uint64_t)(atof(argv[6]) * 1e6);
	for (int i = 0; i < count; i++)
		if (start(&streams[i], epoll, argv[1], argv[2]))
			fail(&streams[i]);
	while (now_us() < end && failed < (uint64_t)count) {
		struct epoll_event events[64];
		int ready = epoll_wait(epoll, events, 64, 100);

		for (int i = 0; i < ready; i++) {
			struct stream *stream = events[i].data.ptr;

			if (stream->body_left > 0 ? discard_body(stream) : read_head(stream))
				fail(stream);
		}
	}
	printf("{\"bytes\":%ju,\"answers\":%ju,\"failed\":%ju,\"durationUs\":%ju}\n", (uintmax_t)bytes,
	       (uintmax_t)answers, (uintmax_t)failed, (uintmax_t)(now_us() - began));
	return 0;
}
