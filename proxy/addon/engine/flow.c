#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker.h"

/* What a pipe may hold, and does hold for a client that is slow; the kernel's own 64 KiB would need more calls. */
#define PIPE_BYTES (256 * 1024)
/* Received at once, it is worth a pipe; passed by a pipe at once, it wasn't. */
#define BULK_BYTES 32768
#define TRICKLE_BYTES 8192

static void take_pipe(struct worker *worker, struct flow *flow)
{
	if (worker->pipe_count > 0) {
		worker->pipe_count--;
		memcpy(flow->pipe, worker->pipes[worker->pipe_count], sizeof(flow->pipe));
		return;
	}
	if (pipe2(flow->pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
		flow->pipe[0] = flow->pipe[1] = -1;
		return;
	}
	/* over what this user may have, it stays as it is */
	(void)fcntl(flow->pipe[1], F_SETPIPE_SZ, PIPE_BYTES);
}

static void give_pipe_back(struct worker *worker, struct flow *flow)
{
	if (flow->pipe[0] < 0)
		return;
	if (flow->piped == 0 && worker->pipe_count < MAX_POOLED_PIPES) {
		memcpy(worker->pipes[worker->pipe_count++], flow->pipe, sizeof(flow->pipe));
	} else {
		close(flow->pipe[0]);
		close(flow->pipe[1]);
	}
	flow->pipe[0] = flow->pipe[1] = -1;
	flow->piped = 0;
}

void flow_release(struct worker *worker, struct flow *flow)
{
	give_pipe_back(worker, flow);
	bytes_free(worker, &flow->in);
	bytes_free(worker, &flow->out);
}

static void passed(struct worker *worker, struct flow *flow)
{
	flow->to->connection->active_ms = worker->now_ms;
}

/* After an attempt to write that came back with less: done, blocked, or broken. */
static int stopped(struct worker *worker, struct flow *flow)
{
	if (errno == EINTR)
		return FLOW_DONE;
	if (errno != EAGAIN)
		return FLOW_FAILED;
	flow->to->writable = 0;
	if (!flow->to->waits_to_write) {
		flow->to->waits_to_write = 1;
		worker_rewatch(worker, flow->to, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	}
	return FLOW_BLOCKED;
}

static int send_bytes(struct worker *worker, struct flow *flow, const char *data, size_t length, size_t *sent)
{
	*sent = 0;
	while (*sent < length && flow->to->writable) {
		ssize_t put = send(flow->to->fd, data + *sent, length - *sent, MSG_NOSIGNAL);

		if (put < 0) {
			int state = stopped(worker, flow);

			if (state != FLOW_DONE)
				return state;
			continue;
		}
		*sent += (size_t)put;
		passed(worker, flow);
	}
	return *sent == length ? FLOW_DONE : FLOW_BLOCKED;
}

static int empty_pipe(struct worker *worker, struct flow *flow)
{
	while (flow->piped > 0) {
		ssize_t put;

		if (!flow->to->writable)
			return FLOW_BLOCKED;
		put = splice(flow->pipe[0], NULL, flow->to->fd, NULL, flow->piped, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		if (put < 0) {
			int state = stopped(worker, flow);

			if (state != FLOW_DONE)
				return state;
			continue;
		}
		flow->piped -= (size_t)put;
		passed(worker, flow);
	}
	return FLOW_DONE;
}

int flow_flush(struct worker *worker, struct flow *flow)
{
	size_t sent;
	int state;

	if (bytes_length(&flow->out) > 0) {
		state = send_bytes(worker, flow, flow->out.data + flow->out.from, bytes_length(&flow->out), &sent);
		bytes_take(worker, &flow->out, sent);
		if (state != FLOW_DONE)
			return state;
	}
	return empty_pipe(worker, flow);
}

int flow_offer(struct worker *worker, struct flow *flow, const char *data, size_t length)
{
	size_t sent = 0;
	int state = FLOW_BLOCKED;

	if (bytes_length(&flow->out) == 0 && flow->piped == 0 && flow->to->fd >= 0) {
		state = send_bytes(worker, flow, data, length, &sent);
		if (state != FLOW_BLOCKED)
			return state;
	}
	if (sent == length)
		return FLOW_DONE;
	if (bytes_append(worker, &flow->out, data + sent, length - sent) < 0) {
		errno = ENOMEM;
		return FLOW_FAILED;
	}
	return FLOW_BLOCKED;
}

static void came(struct worker *worker, struct flow *flow, size_t length)
{
	struct connection *connection = flow->from->connection;

	flow->bytes += length;
	connection->active_ms = worker->now_ms;
	count(flow->from->is_origin ? &worker->counts.bytes_to_clients : &worker->counts.bytes_from_clients, length);
}

int flow_receive(struct worker *worker, struct flow *flow, char *data, size_t capacity, size_t *length)
{
	ssize_t got;

	if (!flow->from->readable)
		return FLOW_BLOCKED;
	do
		got = recv(flow->from->fd, data, capacity, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		if (errno != EAGAIN)
			return FLOW_FAILED;
		flow->from->readable = 0;
		return FLOW_BLOCKED;
	}
	if (got == 0) {
		flow->from->readable = 0;
		flow->from->ended = 1;
		return FLOW_ENDED;
	}
	*length = (size_t)got;
	/* That was all, and what comes later is an event of its own; an end that is announced needs no other. */
	if (*length < capacity && flow->from->readable == READABLE)
		flow->from->readable = 0;
	flow->bulk = *length >= BULK_BYTES;
	came(worker, flow, *length);
	return FLOW_DONE;
}

int flow_splice(struct worker *worker, struct flow *flow, uint64_t most, uint64_t *length)
{
	ssize_t got;
	int state;

	*length = 0;
	if (!flow->from->readable) {
		give_pipe_back(worker, flow);
		return FLOW_BLOCKED;
	}
	if (flow->pipe[0] < 0)
		take_pipe(worker, flow);
	if (flow->pipe[0] < 0) {
		flow->bulk = 0; /* no descriptors: it goes without */
		return FLOW_DONE;
	}
	do
		got = splice(flow->from->fd, NULL, flow->pipe[1], NULL, most < PIPE_BYTES ? most : PIPE_BYTES,
			     SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		int error = errno;

		give_pipe_back(worker, flow);
		if (got < 0 && error == EAGAIN) {
			flow->from->readable = 0;
			return FLOW_BLOCKED;
		}
		errno = error;
		if (got < 0)
			return FLOW_FAILED;
		flow->from->readable = 0;
		flow->from->ended = 1;
		return FLOW_ENDED;
	}
	*length = (uint64_t)got;
	flow->piped = (size_t)got;
	flow->bulk = *length >= TRICKLE_BYTES;
	came(worker, flow, (size_t)got);
	state = empty_pipe(worker, flow);
	if (flow->piped == 0 && !flow->bulk)
		give_pipe_back(worker, flow);
	return state == FLOW_FAILED ? FLOW_FAILED : FLOW_DONE;
}

void flow_expect_body(struct flow *flow, enum http_body body, uint64_t length)
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
