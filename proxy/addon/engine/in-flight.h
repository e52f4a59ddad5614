/* Requests from when they were read until they are answered whole. */
#ifndef HALFBRIDGE_IN_FLIGHT_H
#define HALFBRIDGE_IN_FLIGHT_H

#include "connection.h"

/* Keeps what the record will say: the head itself goes on. NULL for want of memory. */
struct request *request_note(struct worker *worker, const struct http_request *head, struct http_part host);

/* Behind those that are under way. */
void request_queue(struct connection *connection, struct request *request);

/* Of the one that was read last, unless it is answered already: so much more has come. */
void request_note_body(struct connection *connection, uint64_t length);

/* Takes off the first, whose answer is whole. */
void request_shift(struct worker *worker, struct connection *connection);

/* `request` may be NULL. */
void request_free(struct worker *worker, struct request *request);

/* All of a connection, and the one that a reply of the proxy's own waits for. */
void requests_free(struct worker *worker, struct connection *connection);

#endif
