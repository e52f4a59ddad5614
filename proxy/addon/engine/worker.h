/* A thread with connections of its own, and what the workers share. */
#ifndef HALFBRIDGE_WORKER_H
#define HALFBRIDGE_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "clients.h"
#include "connection.h"
#include "engine.h"
#include "policy/policy.h"

#define SCRATCH_BYTES 65536
#define WHEEL_SLOTS 1024
#define WHEEL_TICK_MS 32
#define MAX_POOLED_PIPES 64
/* JavaScript that doesn't come to take them loses records; memory stays bounded. */
#define RECORD_BUFFER_BYTES (1024 * 1024)
/*
 * So many are collected at once, some sixty of them, though they would have had more time: JavaScript that takes more
 * in a row keeps a core for longer than connections should wait for it.
 */
#define RECORD_BATCH_BYTES (16 * 1024)
/* Behind the buffer, for the record that says that all is listed: somebody waits for it. */
#define LISTED_BYTES 512

/* A policy as it was put in force. */
struct judging {
	struct judging *next; /* of those that were in force */
	uint32_t generation;
	struct policy policy;
	const struct engine_page *pages;
	unsigned int page_count;
};

/* Counted by one thread, read by another. */
struct counts {
	_Atomic uint64_t open, accepted, over_limit, shed, loops, bytes_from_clients, bytes_to_clients;
};

struct answer {
	struct answer *next;
	uint64_t question;
	int belongs;
};

struct worker {
	struct engine *engine;
	unsigned int index;
	pthread_t thread;
	int epoll;
	int wake; /* eventfd */
	int reserve; /* a descriptor to give up when there are none */
	double now_ms; /* CLOCK_MONOTONIC, at the last wake-up */
	double wall_ms; /* since 1970, then */
	int was_busy;
	double accept_again_ms; /* 0: accepting */
	struct counts counts;
	struct connection *all;
	struct connection *queued;
	struct connection *gone;
	struct connection *wheel[WHEEL_SLOTS];
	uint64_t wheel_used[WHEEL_SLOTS / 64];
	int64_t wheel_tick; /* that was looked at last */
	int pipes[MAX_POOLED_PIPES][2];
	unsigned int pipe_count;
	int netlink; /* -1 until a MAC is asked for */
	uint32_t serial;
	size_t held_bytes; /* for connections, beside themselves */
	_Atomic uint32_t seen; /* generation of the policy at the last wake-up */
	_Atomic int lists;	/* it is to list its connections */
	pthread_mutex_t lock;	/* for what follows */
	struct answer *answers;
	char *records;
	size_t record_bytes;
	uint64_t records_lost;
	/* The thread's own again. */
	char scratch[SCRATCH_BYTES];
};

struct engine {
	struct engine_options options;
	struct clients clients;
	_Atomic(struct judging *) judging;
	struct judging *retired; /* what workers may still use */
	_Atomic uint32_t schedules;
	_Atomic int32_t utc_offset_seconds;
	_Atomic uint32_t open; /* connections of all workers */
	_Atomic int accepts;
	_Atomic int stops;
	_Atomic int told; /* JavaScript knows that there is something to collect */
	struct worker *workers;
};

void *worker_run(void *worker);
void worker_wake(struct worker *worker);
/* Has more to do, after the others. */
void worker_queue(struct worker *worker, struct connection *connection);
void worker_watch(struct worker *worker, struct end *end, uint32_t events);
void worker_rewatch(struct worker *worker, struct end *end, uint32_t events);
void worker_unwatch(struct worker *worker, const struct end *end);

/* wheel.c */
/* To be called when a deadline may have come nearer. */
void worker_time(struct worker *worker, struct connection *connection);
void worker_untime(struct connection *connection);
/* Looks at all whose slots have come by. */
void wheel_turn(struct worker *worker);
/* Until the wheel has something to look at; -1 if there is nothing. */
int wheel_wait_ms(const struct worker *worker);

/* accepting.c: without descriptors or memory nobody is accepted for SHED_MS. */
#define SHED_MS 100
void worker_watch_listeners(struct worker *worker);
void worker_accept(struct worker *worker, int listener);

/* bytes.c: 0 if so much more memory may be held for connections, else -1 */
int worker_hold(struct worker *worker, size_t bytes);
void worker_let_go(struct worker *worker, size_t bytes);
size_t worker_reads_at_once(const struct worker *worker);

static inline struct judging *worker_judging(struct worker *worker)
{
	return atomic_load_explicit(&worker->engine->judging, memory_order_acquire);
}

static inline void count(_Atomic uint64_t *counter, uint64_t by)
{
	/* only this thread writes it */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}

/* report.c */
void report_request(struct worker *worker, struct connection *connection, const struct request *request,
		    const struct record *facts, const char *why);
void report_connection(struct worker *worker, struct connection *connection, const struct record *facts);
void report_event(struct worker *worker, const struct record *facts);
/* Returns whether it will be heard of. */
int report_question(struct worker *worker, struct connection *connection, uint64_t question, const char *host,
		    size_t length);
void report_open(struct worker *worker);

#endif
