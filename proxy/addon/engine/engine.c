#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "worker.h"

static int open_worker(struct engine *engine, unsigned int index)
{
	struct worker *worker = &engine->workers[index];

	worker->engine = engine;
	worker->index = index;
	worker->netlink = -1;
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	worker->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	worker->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	worker->records = malloc(RECORD_BUFFER_BYTES + LISTED_BYTES);
	pthread_mutex_init(&worker->lock, NULL);
	return worker->epoll < 0 || worker->wake < 0 || worker->records == NULL ? -1 : 0;
}

static void close_worker(struct worker *worker)
{
	const int descriptors[] = { worker->epoll, worker->wake, worker->reserve, worker->netlink };

	for (size_t index = 0; index < sizeof(descriptors) / sizeof(descriptors[0]); index++) {
		if (descriptors[index] >= 0)
			close(descriptors[index]);
	}
	while (worker->answers != NULL) {
		struct answer *answer = worker->answers;

		worker->answers = answer->next;
		free(answer);
	}
	free(worker->records);
	pthread_mutex_destroy(&worker->lock);
}

static struct judging *open_judging(const struct engine_policy *policy, uint32_t generation)
{
	struct judging *judging = calloc(1, sizeof(*judging));

	errno = ENOMEM;
	if (judging == NULL)
		return NULL;
	if (policy_open(&judging->policy, policy->table, policy->length) < 0) {
		free(judging);
		errno = EINVAL;
		return NULL;
	}
	judging->generation = generation;
	judging->pages = policy->pages;
	judging->page_count = policy->page_count;
	return judging;
}

static void free_parts(struct engine *engine, unsigned int workers)
{
	/* it wakes them: while their descriptors are their own */
	engine_close_listeners(engine);
	while (workers > 0)
		close_worker(&engine->workers[--workers]);
	if (engine->clients.slots != NULL)
		clients_close(&engine->clients);
	free(engine->workers);
	free(atomic_load(&engine->judging));
	while (engine->retired != NULL) {
		struct judging *judging = engine->retired;

		engine->retired = judging->next;
		free(judging);
	}
	free(engine);
}

/* Signals are for the thread that JavaScript runs on. */
static int start_thread(struct worker *worker)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void stop_threads(struct engine *engine, unsigned int count)
{
	atomic_store(&engine->stops, 1);
	for (unsigned int index = 0; index < count; index++)
		worker_wake(&engine->workers[index]);
	for (unsigned int index = 0; index < count; index++)
		pthread_join(engine->workers[index].thread, NULL);
}

struct engine *engine_start(const struct engine_options *options, const struct engine_policy *policy)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	unsigned int open = 0, started = 0;
	int error = ENOMEM;

	if (engine == NULL)
		return NULL;
	engine->options = *options;
	engine->workers = calloc(options->threads, sizeof(*engine->workers));
	atomic_store(&engine->accepts, 1);
	atomic_store(&engine->judging, open_judging(policy, 1));
	if (atomic_load(&engine->judging) == NULL) {
		error = errno;
		goto failed;
	}
	if (engine->workers == NULL || clients_open(&engine->clients, options->max_connections) < 0)
		goto failed;
	for (; open < options->threads; open++) {
		if (open_worker(engine, open) < 0) {
			error = errno;
			open++;
			goto failed;
		}
	}
	for (; started < options->threads; started++) {
		error = start_thread(&engine->workers[started]);
		if (error != 0)
			goto failed;
	}
	return engine;

failed:
	stop_threads(engine, started);
	/* the caller keeps its listeners */
	engine->options.listener_count = 0;
	free_parts(engine, open);
	errno = error;
	return NULL;
}

static uint32_t oldest_seen(struct engine *engine)
{
	uint32_t oldest = atomic_load(&engine->judging)->generation;

	for (unsigned int index = 0; index < engine->options.threads; index++) {
		uint32_t seen = atomic_load(&engine->workers[index].seen);

		if (seen < oldest)
			oldest = seen;
	}
	return oldest;
}

static void free_retired(struct engine *engine)
{
	struct judging **at = &engine->retired;
	uint32_t oldest = oldest_seen(engine);

	while (*at != NULL) {
		struct judging *judging = *at;

		if (judging->generation >= oldest) {
			at = &judging->next;
			continue;
		}
		*at = judging->next;
		free(judging);
	}
}

uint32_t engine_set_policy(struct engine *engine, const struct engine_policy *policy)
{
	struct judging *before = atomic_load(&engine->judging);
	struct judging *judging = open_judging(policy, before->generation + 1);

	if (judging == NULL)
		return 0;
	atomic_store_explicit(&engine->judging, judging, memory_order_release);
	before->next = engine->retired;
	engine->retired = before;
	for (unsigned int index = 0; index < engine->options.threads; index++)
		worker_wake(&engine->workers[index]);
	free_retired(engine);
	return judging->generation;
}

int engine_has_left(struct engine *engine, uint32_t generation)
{
	return oldest_seen(engine) > generation;
}

void engine_set_clock(struct engine *engine, uint32_t schedules, int32_t utc_offset_seconds)
{
	atomic_store(&engine->schedules, schedules);
	atomic_store(&engine->utc_offset_seconds, utc_offset_seconds);
}

void engine_answer(struct engine *engine, uint64_t question, int belongs)
{
	uint64_t index = question >> 32;
	struct worker *worker;
	struct answer *answer;

	if (index >= engine->options.threads)
		return;
	answer = malloc(sizeof(*answer));
	if (answer == NULL)
		return;
	worker = &engine->workers[index];
	answer->question = question;
	answer->belongs = belongs;
	pthread_mutex_lock(&worker->lock);
	answer->next = worker->answers;
	worker->answers = answer;
	pthread_mutex_unlock(&worker->lock);
	worker_wake(worker);
}

void engine_list(struct engine *engine)
{
	for (unsigned int index = 0; index < engine->options.threads; index++) {
		atomic_store(&engine->workers[index].lists, 1);
		worker_wake(&engine->workers[index]);
	}
}

/* How many of the bytes are whole records. */
static size_t whole_records(const char *records, size_t bytes, size_t capacity)
{
	size_t at = 0;

	while (at < bytes) {
		uint32_t size;

		memcpy(&size, records + at, sizeof(size));
		if (at + size > capacity)
			break;
		at += size;
	}
	return at;
}

size_t engine_collect(struct engine *engine, uint8_t *records, size_t capacity, uint64_t *lost)
{
	size_t collected = 0;

	*lost = 0;
	atomic_store(&engine->told, 0);
	for (unsigned int index = 0; index < engine->options.threads; index++) {
		struct worker *worker = &engine->workers[index];
		size_t length;

		pthread_mutex_lock(&worker->lock);
		length = whole_records(worker->records, worker->record_bytes, capacity - collected);
		memcpy(records + collected, worker->records, length);
		worker->record_bytes -= length;
		memmove(worker->records, worker->records + length, worker->record_bytes);
		*lost += worker->records_lost;
		worker->records_lost = 0;
		pthread_mutex_unlock(&worker->lock);
		collected += length;
	}
	free_retired(engine);
	return collected;
}

void engine_count(struct engine *engine, struct engine_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	for (unsigned int index = 0; index < engine->options.threads; index++) {
		struct counts *counts = &engine->workers[index].counts;

		counters->open += atomic_load(&counts->open);
		counters->accepted += atomic_load(&counts->accepted);
		counters->over_limit += atomic_load(&counts->over_limit);
		counters->shed += atomic_load(&counts->shed);
		counters->loops += atomic_load(&counts->loops);
		counters->bytes_from_clients += atomic_load(&counts->bytes_from_clients);
		counters->bytes_to_clients += atomic_load(&counts->bytes_to_clients);
	}
}

/* The workers' epoll forgets a socket with its last descriptor. */
void engine_close_listeners(struct engine *engine)
{
	if (!atomic_exchange(&engine->accepts, 0))
		return;
	for (unsigned int index = 0; index < engine->options.listener_count; index++)
		close(engine->options.listeners[index]);
	for (unsigned int index = 0; index < engine->options.threads && engine->workers != NULL; index++) {
		if (engine->workers[index].thread != 0)
			worker_wake(&engine->workers[index]);
	}
}

void engine_stop(struct engine *engine)
{
	stop_threads(engine, engine->options.threads);
}

void engine_free(struct engine *engine)
{
	free_parts(engine, engine->options.threads);
}
