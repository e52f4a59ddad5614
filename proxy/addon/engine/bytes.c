/* What a worker holds in memory for its connections, beside themselves: up to a limit, whatever comes. */
#include <stdlib.h>
#include <string.h>

#include "worker.h"

/*
 * Of all workers together. Whoever may have 4,096 connections could fill each with a head that isn't whole, or with
 * requests that nobody answers; a router has 256 MiB.
 */
#define MAX_HELD_BYTES (32 * 1024 * 1024)
/* A quarter is for those who hold no more each than this: who fills the rest keeps nobody else from being served. */
#define SMALL_BYTES 8192

int worker_hold(struct worker *worker, size_t bytes)
{
	size_t most = MAX_HELD_BYTES / worker->engine->options.threads;

	if (bytes > SMALL_BYTES)
		most -= most / 4;
	if (worker->held_bytes + bytes > most) {
		count(&worker->counts.shed, 1);
		return -1;
	}
	worker->held_bytes += bytes;
	return 0;
}

void worker_let_go(struct worker *worker, size_t bytes)
{
	worker->held_bytes -= bytes;
}

/* Less is read at once where much is held already: what is slow then waits in the kernel, which has limits of its own. */
size_t worker_reads_at_once(const struct worker *worker)
{
	size_t many = MAX_HELD_BYTES / 2 / worker->engine->options.threads;

	return worker->held_bytes < many ? SCRATCH_BYTES : 4096;
}

int bytes_reserve(struct worker *worker, struct bytes *bytes, size_t room)
{
	size_t length = bytes_length(bytes), capacity = bytes->capacity > 0 ? bytes->capacity : 1024;
	char *data;

	if (bytes->capacity - bytes->to >= room)
		return 0;
	if (bytes->from > 0) {
		memmove(bytes->data, bytes->data + bytes->from, length);
		bytes->from = 0;
		bytes->to = length;
	}
	while (capacity - length < room)
		capacity *= 2;
	if (capacity == bytes->capacity)
		return 0;
	if (worker_hold(worker, capacity - bytes->capacity) < 0)
		return -1;
	data = realloc(bytes->data, capacity);
	if (data == NULL) {
		worker_let_go(worker, capacity - bytes->capacity);
		return -1;
	}
	bytes->data = data;
	bytes->capacity = capacity;
	return 0;
}

int bytes_append(struct worker *worker, struct bytes *bytes, const char *data, size_t length)
{
	if (bytes_reserve(worker, bytes, length) < 0)
		return -1;
	memcpy(bytes->data + bytes->to, data, length);
	bytes->to += length;
	return 0;
}

void bytes_free(struct worker *worker, struct bytes *bytes)
{
	worker_let_go(worker, bytes->capacity);
	free(bytes->data);
	*bytes = (struct bytes){ 0 };
}

/* Idle connections hold no memory. */
void bytes_take(struct worker *worker, struct bytes *bytes, size_t length)
{
	bytes->from += length;
	if (bytes->from == bytes->to)
		bytes_free(worker, bytes);
}
