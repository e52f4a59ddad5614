/* Who has connected is taken up, or told that there is no room. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sockets.h"
#include "worker.h"

/* Accepted in a row, before those that are there have their turn. */
#define MAX_ACCEPTED 32

static void shed(struct worker *worker)
{
	struct record record = { .kind = RECORD_SHED, .error = errno };

	record.started_ms = worker->wall_ms;
	count(&worker->counts.shed, 1);
	report_event(worker, &record);
	worker->accept_again_ms = worker->now_ms + SHED_MS;
	for (unsigned int index = 0; index < worker->engine->options.listener_count; index++)
		(void)epoll_ctl(worker->epoll, EPOLL_CTL_DEL, worker->engine->options.listeners[index], NULL);
}

/* Whoever waits longest is told at once, rather than left alone: with the descriptor that was kept for this. */
static void refuse_one(struct worker *worker, int listener)
{
	int fd;

	if (worker->reserve >= 0)
		close(worker->reserve);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		close_with_reset(fd);
	worker->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void worker_accept(struct worker *worker, int listener)
{
	for (int accepted = 0; accepted < MAX_ACCEPTED; accepted++) {
		struct sockaddr_storage client;
		socklen_t length = sizeof(client);
		int fd = accept4(listener, (struct sockaddr *)&client, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			connection_open(worker, fd, &client);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			shed(worker);
			refuse_one(worker, listener);
			return;
		}
		if (errno == EAGAIN)
			return;
	}
}

void worker_watch_listeners(struct worker *worker)
{
	const struct engine_options *options = &worker->engine->options;

	worker->accept_again_ms = 0;
	/* once they are closed, their numbers are others' */
	if (!atomic_load(&worker->engine->accepts))
		return;
	for (unsigned int index = 0; index < options->listener_count; index++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };

		event.data.u64 = 2 * index + 1; /* odd: no pointer */
		(void)epoll_ctl(worker->epoll, EPOLL_CTL_ADD, options->listeners[index], &event);
	}
}
