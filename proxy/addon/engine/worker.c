#define _GNU_SOURCE
#include "worker.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENTS 128

static double clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void look_at_clock(struct worker *worker)
{
	worker->now_ms = clock_ms(CLOCK_MONOTONIC);
	worker->wall_ms = clock_ms(CLOCK_REALTIME);
}

void worker_wake(struct worker *worker)
{
	uint64_t one = 1;

	/* it can only fail when it is awake anyway */
	if (write(worker->wake, &one, sizeof(one)) < 0)
		return;
}

void worker_watch(struct worker *worker, struct end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .ptr = end } };

	(void)epoll_ctl(worker->epoll, EPOLL_CTL_ADD, end->fd, &event);
}

void worker_rewatch(struct worker *worker, struct end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .ptr = end } };

	(void)epoll_ctl(worker->epoll, EPOLL_CTL_MOD, end->fd, &event);
}

void worker_unwatch(struct worker *worker, const struct end *end)
{
	/* it can only fail where it wasn't watched */
	(void)epoll_ctl(worker->epoll, EPOLL_CTL_DEL, end->fd, NULL);
}

void worker_queue(struct worker *worker, struct connection *connection)
{
	if (connection->is_queued)
		return;
	connection->is_queued = 1;
	connection->next_queued = worker->queued;
	worker->queued = connection;
}

/* --- Messages from JavaScript --- */

static void apply_answer(struct worker *worker, const struct answer *answer)
{
	struct connection *connection = worker->all;

	while (connection != NULL && !(connection->is_asked && connection->serial == (uint32_t)answer->question))
		connection = connection->next;
	if (connection == NULL)
		return;
	connection->is_asked = 0;
	if (!answer->belongs) {
		connection->host_foreign = connection->host_belongs;
		connection->host_belongs = 0;
	}
	connection->up.wants_more = 0;
	connection_advance(worker, connection);
}

static void close_idle(struct worker *worker)
{
	struct connection *connection = worker->all;

	while (connection != NULL) {
		struct connection *next = connection->next;

		connection_close_idle(worker, connection);
		connection = next;
	}
}

static void read_messages(struct worker *worker)
{
	struct answer *answers;
	uint64_t times;

	if (read(worker->wake, &times, sizeof(times)) < 0)
		return;
	pthread_mutex_lock(&worker->lock);
	answers = worker->answers;
	worker->answers = NULL;
	pthread_mutex_unlock(&worker->lock);
	while (answers != NULL) {
		struct answer *answer = answers;

		answers = answer->next;
		apply_answer(worker, answer);
		free(answer);
	}
	if (atomic_exchange(&worker->lists, 0))
		report_open(worker);
	if (!atomic_load(&worker->engine->accepts))
		close_idle(worker);
}

/* --- The loop --- */

/* Not before: events of theirs may still be in hand, and the queue may hold them. */
static void free_gone(struct worker *worker)
{
	struct connection *gone = worker->gone;

	worker->gone = NULL;
	while (gone != NULL) {
		struct connection *connection = gone;

		gone = connection->next_gone;
		if (connection->is_queued) {
			connection->next_gone = worker->gone;
			worker->gone = connection;
		} else {
			free(connection);
		}
	}
}

static void advance_queued(struct worker *worker)
{
	struct connection *queued = worker->queued;

	worker->queued = NULL;
	while (queued != NULL) {
		struct connection *connection = queued;

		queued = connection->next_queued;
		connection->is_queued = 0;
		if (connection->stage != STAGE_GONE)
			connection_advance(worker, connection);
	}
}

static void handle(struct worker *worker, const struct epoll_event *event)
{
	struct engine *engine = worker->engine;

	if (event->data.u64 & 1) {
		unsigned int index = (unsigned int)(event->data.u64 / 2);

		if (index == MAX_LISTENERS)
			read_messages(worker);
		else if (atomic_load(&engine->accepts) && worker->accept_again_ms == 0)
			worker_accept(worker, engine->options.listeners[index]);
		return;
	}
	connection_event(worker, event->data.ptr, event->events);
}

static void end_all(struct worker *worker)
{
	while (worker->all != NULL)
		connection_finish(worker, worker->all, ENDED_STOPPED, SIDE_PROXY, 0);
	advance_queued(worker);
	free_gone(worker);
	while (worker->pipe_count > 0) {
		int *pipe = worker->pipes[--worker->pipe_count];

		close(pipe[0]);
		close(pipe[1]);
	}
}

static int wait_ms(const struct worker *worker)
{
	int wait = worker->queued != NULL ? 0 : wheel_wait_ms(worker);

	/* whoever isn't accepted waits for no timer of the others */
	return worker->accept_again_ms > 0 && (wait < 0 || wait > SHED_MS) ? SHED_MS : wait;
}

/*
 * Before it sleeps, a thread that has had something to do lets others run: where a core is shared with what it
 * works for, there is more to do by then, for one wake-up.
 */
static int wait_for_events(struct worker *worker, struct epoll_event *events)
{
	int count = 0;

	if (worker->was_busy) {
		sched_yield();
		count = epoll_wait(worker->epoll, events, MAX_EVENTS, 0);
	}
	if (count == 0)
		count = epoll_wait(worker->epoll, events, MAX_EVENTS, wait_ms(worker));
	worker->was_busy = count > 0;
	return count;
}

void *worker_run(void *argument)
{
	struct worker *worker = argument;
	struct engine *engine = worker->engine;
	struct epoll_event message = { .events = EPOLLIN };
	struct epoll_event events[MAX_EVENTS];

	message.data.u64 = 2 * MAX_LISTENERS + 1;
	(void)epoll_ctl(worker->epoll, EPOLL_CTL_ADD, worker->wake, &message);
	look_at_clock(worker);
	worker->wheel_tick = (int64_t)(worker->now_ms / WHEEL_TICK_MS);
	worker_watch_listeners(worker);
	while (!atomic_load(&engine->stops)) {
		int count = wait_for_events(worker, events);

		look_at_clock(worker);
		atomic_store(&worker->seen, worker_judging(worker)->generation);
		for (int index = 0; index < count; index++)
			handle(worker, &events[index]);
		wheel_turn(worker);
		advance_queued(worker);
		free_gone(worker);
		if (worker->accept_again_ms > 0 && worker->now_ms >= worker->accept_again_ms)
			worker_watch_listeners(worker);
	}
	end_all(worker);
	return NULL;
}
