/* One client, one origin, and what passes between them. All of it belongs to one worker's thread. */
#ifndef HALFBRIDGE_CONNECTION_H
#define HALFBRIDGE_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "http.h"

struct connection;
struct worker;

/* Bytes that have come and have not gone on. */
struct bytes {
	char *data;
	size_t from;
	size_t to;
	size_t capacity;
};

/* There may be bytes; there is an end, or an error, behind them. */
enum { READABLE = 1, READABLE_TO_ITS_END = 2 };

/* One of the two sockets, as epoll knows it. */
struct end {
	struct connection *connection;
	int fd; /* -1: there is none */
	uint8_t is_origin;
	uint8_t readable; /* 0, or one of those above */
	uint8_t writable;
	uint8_t waits_to_write; /* epoll was asked to say when it can */
	uint8_t ended;		/* its end was read */
	uint8_t shut;		/* it was told ours */
	uint8_t acknowledges;	/* what comes, at once; of the origin alone */
};

enum passing {
	PASS_HEAD,    /* a head is to come */
	PASS_LENGTH,  /* `left` bytes of a body */
	PASS_CHUNKED, /* a body in chunks */
	PASS_ALL,     /* all that comes */
	PASS_NOTHING, /* nothing any more */
};

/* From one end to the other. */
struct flow {
	struct end *from;
	struct end *to;
	struct bytes in;  /* came, and can't be judged yet */
	struct bytes out; /* may go on, and wasn't taken yet */
	int pipe[2];	  /* with `piped` bytes that wait for the other end; -1: none is held */
	size_t piped;
	size_t parsed;	    /* of what `in` has; of TLS: with fewer bytes than this there is more to come */
	uint8_t wants_more; /* what `in` has is only a part of something */
	uint8_t bulk;	    /* so much that a pipe is worth it */
	uint8_t passing;
	uint64_t left;
	struct http_chunks chunks;
	uint64_t bytes;   /* that came */
	uint64_t message; /* of them, those of the answer that is under way */
};

/* A request, until it is answered whole. */
struct request {
	struct request *next;
	double started_ms; /* since 1970 */
	double arrived_ms; /* by the worker's clock */
	uint64_t bytes_from_client;
	enum http_method method;
	enum http_upgrade upgrade;
	int rule;
	uint32_t generation; /* of the policy that the rule is of */
	uint32_t size; /* of all of it */
	uint16_t status;
	uint16_t method_length;
	uint16_t host_length;
	uint16_t target_length;
	uint8_t keep_alive;
	uint8_t awaits_continue; /* its body comes only after a 100, if at all */
	char text[]; /* method, host with its port, target */
};

#define MAX_IN_FLIGHT 32

enum stage {
	STAGE_JUDGING, /* there is no origin yet */
	STAGE_CONNECTING,
	STAGE_PASSING,
	STAGE_LINGERING, /* all is said; what the client still sends is thrown away */
	STAGE_GONE,
};

/* An answer of the proxy's own; it waits until those before it are whole. */
struct reply {
	uint8_t pending;
	uint8_t closes;
	uint8_t verdict;
	uint16_t status;
	int rule;
	const char *why; /* a refusal's */
	struct request *request; /* NULL: it couldn't be read, but so much has come */
	uint64_t bytes_from_client;
};

struct connection {
	struct end client;
	struct end origin;
	struct flow up;	  /* client to origin */
	struct flow down; /* origin to client */
	struct endpoint client_address;
	struct endpoint destination;
	uint8_t carries;
	uint8_t stage;
	uint8_t is_tunnel;    /* what passes isn't looked at any more */
	uint8_t has_record;
	uint8_t closes_after; /* the answers that are under way */
	uint8_t reads_no_more; /* behind the request that came last, which may be answered already */
	uint8_t is_asked;     /* waits for the host check */
	uint8_t is_counted;   /* by clients.h */
	uint8_t origin_closes; /* as its last answer says */
	uint8_t is_queued;    /* in the worker's list of those that have more to do */
	uint8_t verdict;
	int rule;
	const char *why;
	uint32_t groups;
	uint32_t generation; /* of the policy that `groups` is from */
	uint32_t serial;     /* of the last question to the host check */
	double started_ms;   /* since 1970 */
	double accepted_ms;  /* this one and the next by the worker's clock */
	double active_ms;
	double connecting_ms;
	double head_since_ms; /* 0: no head is under way */
	uint64_t host_belongs; /* hash of the name that was found to, or 0 */
	uint64_t host_foreign;
	char *name; /* TLS: the server's, or NULL */
	struct reply reply;
	struct request *first_request; /* that were passed on, and aren't answered whole */
	struct request *last_request;
	unsigned int in_flight;
	/* The worker's lists: of all, of a slot of the wheel, of those that have more to do, of those to be freed. */
	struct connection *next, *previous;
	struct connection *next_timed, **timed_at;
	struct connection *next_queued;
	struct connection *next_gone;
};

/* opening.c */
void connection_open(struct worker *worker, int fd, const struct sockaddr_storage *client);

/* connecting.c */
void connection_connect(struct worker *worker, struct connection *connection);

/* judging.c */
/* Judges by the policy that is in force; the question's groups and schedules are filled in. */
struct policy_verdict connection_judge(struct worker *worker, struct connection *connection,
				       struct policy_question *question);
/* Whether the name may be asked of the destination; if that isn't known yet, is_asked is set. */
int connection_host_belongs(struct worker *worker, struct connection *connection, const char *host, size_t length);
/* Everything goes on as it comes from now on. */
void connection_tunnel(struct connection *connection);
/* The same for what can't be looked into: judged by client and address. Returns 0 when it was ended. */
int connection_pass_unseen(struct worker *worker, struct connection *connection);

/* connection.c */
void connection_event(struct worker *worker, struct end *end, uint32_t events);
void connection_expire(struct worker *worker, struct connection *connection);
double connection_deadline(const struct worker *worker, const struct connection *connection);

/* ending.c */
enum ending connection_ending_of(int error);
/* Ends it: regularly (ENDED_CLOSED: what waits for the client is still sent), or with resets. */
void connection_finish(struct worker *worker, struct connection *connection, enum ending ending, enum side by,
		       int error);
/* Resets it; `why` is a constant. */
void connection_refuse(struct worker *worker, struct connection *connection, const char *why);

/* passing.c */
void connection_advance(struct worker *worker, struct connection *connection);
/* Ends one that is between two requests; another ends after its answers. */
void connection_close_idle(struct worker *worker, struct connection *connection);

/*
 * take-requests.c, take-answers.c: both take all that is understood of the bytes and return how many, or -1 when it
 * has ended.
 */
long http_take_requests(struct worker *worker, struct connection *connection, char *data, size_t length);
long http_take_answers(struct worker *worker, struct connection *connection, char *data, size_t length);
/* take-requests.c: answers what can't be taken as a request, of that length, with a refusal, and takes no more. */
void http_turn_down(struct connection *connection, size_t length, int status, const char *why);

/* http-reply.c: sends the reply that is pending, if it is its turn. Returns whether it was sent. */
int http_reply(struct worker *worker, struct connection *connection);

/* tls-connection.c: as http_take_requests. */
long tls_take_hello(struct worker *worker, struct connection *connection, char *data, size_t length);

/* flow.c */
enum { FLOW_BLOCKED, FLOW_DONE, FLOW_ENDED, FLOW_FAILED };
/* Sends what waits. FLOW_DONE: nothing waits any more. FLOW_FAILED: errno says why. */
int flow_flush(struct worker *worker, struct flow *flow);
/* Sends bytes behind what waits, or lets them wait. */
int flow_offer(struct worker *worker, struct flow *flow, const char *data, size_t length);
/* Receives into a buffer; FLOW_DONE with *length set, FLOW_BLOCKED, FLOW_ENDED or FLOW_FAILED. */
int flow_receive(struct worker *worker, struct flow *flow, char *data, size_t capacity, size_t *length);
/* Passes up to `most` bytes by a pipe; *length is what came. */
int flow_splice(struct worker *worker, struct flow *flow, uint64_t most, uint64_t *length);
void flow_release(struct worker *worker, struct flow *flow);
/* What passes next: a body of that framing, or, without one, a head. */
void flow_expect_body(struct flow *flow, enum http_body body, uint64_t length);

/* bytes.c */
int bytes_append(struct worker *worker, struct bytes *bytes, const char *data, size_t length);
int bytes_reserve(struct worker *worker, struct bytes *bytes, size_t room);
void bytes_take(struct worker *worker, struct bytes *bytes, size_t length);
void bytes_free(struct worker *worker, struct bytes *bytes);

static inline size_t bytes_length(const struct bytes *bytes)
{
	return bytes->to - bytes->from;
}

static inline int flow_has_unsent(const struct flow *flow)
{
	return bytes_length(&flow->out) > 0 || flow->piped > 0;
}

#endif
