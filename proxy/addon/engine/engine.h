/*
 * The native engine: threads that take captured connections from accept to end. It knows nothing of Node;
 * binding/ is what JavaScript sees. All functions are called by one thread, JavaScript's, unless said.
 */
#ifndef HALFBRIDGE_ENGINE_H
#define HALFBRIDGE_ENGINE_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "../address.h"
#include "policy/policy.h"

enum carries { CARRIES_HTTP, CARRIES_TLS, CARRIES_RAW };

#define MAX_LISTENERS 8
#define MAX_PORTS 32
#define MAX_OWN 64

struct port_kind {
	uint16_t port;
	uint8_t carries;
};

enum host_check { HOST_CHECK_OFF, HOST_CHECK_LOG, HOST_CHECK_BLOCK };

struct engine_options {
	int listeners[MAX_LISTENERS]; /* listening, non-blocking; they become the engine's */
	unsigned int listener_count;
	unsigned int threads;
	struct port_kind ports[MAX_PORTS];
	unsigned int port_count;
	struct endpoint own[MAX_OWN]; /* the router's addresses (port 0), and its listeners' ports at each address */
	unsigned int own_count;
	int origin_sees_client;
	uint32_t mark; /* of outgoing sockets; 0: none */
	uint32_t max_connections;
	uint32_t max_connections_per_client;
	uint32_t head_bytes;
	uint32_t head_timeout_ms;
	uint32_t connect_timeout_ms;
	uint32_t idle_timeout_ms;
	uint32_t half_close_timeout_ms;
	int upgrade_allowed;
	int h2c_allowed;
	int not_http_allowed;
	int tls_without_name_allowed;
	int tls_ech_allowed;
	int not_tls_allowed;
	enum host_check host_check;
	char device[IF_NAMESIZE]; /* where clients are neighbours; it may come and go */
	/* In place of where clients meant to go: what they are taken to have meant, and where that is in truth. */
	int has_stand_in;
	struct endpoint stand_in_destination;
	struct endpoint stand_in_origin;
	/* Called by any thread when there is something to collect; `urgent` if somebody waits for it. */
	void (*notify)(void *context, int urgent);
	void *context;
};

/* A block page with places for the time between its parts. */
struct engine_page {
	unsigned int part_count; /* times: one less */
	const char **parts;
	size_t *lengths;
};

struct engine;

/* What is judged by, and shown to who is blocked; all of it stays where it is while it is in use. */
struct engine_policy {
	const uint8_t *table; /* of policy.h */
	size_t length;
	const struct engine_page *pages; /* the default's, then one for each rule */
	unsigned int page_count;
};

/* Begins with generation 1 of the policy. Returns NULL with errno set: EINVAL is a table that is none. */
struct engine *engine_start(const struct engine_options *options, const struct engine_policy *policy);

/* Puts another policy in force. Returns its generation; 0 with errno set leaves the one before in force. */
uint32_t engine_set_policy(struct engine *engine, const struct engine_policy *policy);

/* Whether no thread uses a generation, or an older one, any more. */
int engine_has_left(struct engine *engine, uint32_t generation);

/* Which schedules are running, and how far local time is ahead of UTC. */
void engine_set_clock(struct engine *engine, uint32_t schedules, int32_t utc_offset_seconds);

/* What the host check came to: `belongs` 0 refuses. One that is late, or whose connection is gone, is ignored. */
void engine_answer(struct engine *engine, uint64_t question, int belongs);

/* Asks every thread for a record of each of its connections, and one RECORD_LISTED. */
void engine_list(struct engine *engine);

/*
 * Takes up to `capacity` bytes of whole records; returns how many. Records that found no room before are counted
 * in *lost.
 */
size_t engine_collect(struct engine *engine, uint8_t *records, size_t capacity, uint64_t *lost);

struct engine_counters {
	uint64_t open;
	uint64_t accepted;
	uint64_t over_limit;
	uint64_t shed; /* for want of descriptors or memory */
	uint64_t loops;
	uint64_t bytes_from_clients;
	uint64_t bytes_to_clients;
};

void engine_count(struct engine *engine, struct engine_counters *counters);

/* Accepts no more, and ends connections that are between two requests. */
void engine_close_listeners(struct engine *engine);

/* Resets what is left and ends the threads. What is there to collect stays. */
void engine_stop(struct engine *engine);

void engine_free(struct engine *engine);

/* What a record says; the layout is proxy/src/native/records.ts's. */
enum record_kind {
	RECORD_REQUEST = 1,
	RECORD_CONNECTION = 2,
	RECORD_LOOP = 3,
	RECORD_OVER_LIMIT = 4,
	RECORD_SHED = 5,
	RECORD_QUESTION = 6, /* does the name belong to the destination? `question` wants an answer, unless it is 0 */
	RECORD_OPEN = 7,     /* a connection, as engine_list asked */
	RECORD_LISTED = 8,
};

enum verdict_kind { VERDICT_ALLOWED, VERDICT_BLOCKED, VERDICT_REFUSED };

enum ending {
	ENDED_CLOSED,
	ENDED_RESET,
	ENDED_REFUSED,
	ENDED_UNREACHABLE,
	ENDED_CONNECT_TIMEOUT,
	ENDED_IDLE,
	ENDED_HALF_CLOSE_TIMEOUT,
	ENDED_FAILED,
	ENDED_STOPPED,
	ENDED_BLOCKED, /* answered by the proxy */
};

enum side { SIDE_NONE, SIDE_CLIENT, SIDE_ORIGIN, SIDE_PROXY };

struct record {
	uint32_t size; /* of all of it, a multiple of 8 */
	uint8_t kind;
	uint8_t verdict;
	uint8_t ended;
	uint8_t by;
	int32_t rule;
	uint16_t status;
	uint8_t carries;
	uint8_t has_destination;
	double started_ms; /* since 1970 */
	double duration_ms;
	uint64_t bytes_from_client;
	uint64_t bytes_to_client;
	uint64_t question;
	struct endpoint client;
	struct endpoint destination;
	int32_t error; /* errno */
	uint32_t generation; /* of the policy that `rule` is of */
	uint16_t method_length;
	uint16_t host_length;
	uint16_t target_length;
	uint16_t why_length;
	double ended_ms; /* since 1970: what a record is sorted by */
	/* method, host (with its port), target, and why it was refused follow */
};

#endif
