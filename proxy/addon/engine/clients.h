/* How many connections each client has, over all workers. */
#ifndef HALFBRIDGE_CLIENTS_H
#define HALFBRIDGE_CLIENTS_H

#include <pthread.h>
#include <stdint.h>

#include "../address.h"

struct client_count {
	uint8_t address[16];
	uint32_t connections; /* 0: the slot is free */
};

struct clients {
	pthread_mutex_t lock;
	struct client_count *slots;
	uint32_t mask;
};

/* Room for as many clients as there may be connections. Returns 0, or -1 with errno set. */
int clients_open(struct clients *clients, uint32_t max_connections);
void clients_close(struct clients *clients);
/* Counts one more, unless the client has `most` already; returns whether it did. */
int clients_add(struct clients *clients, const uint8_t address[16], uint32_t most);
void clients_remove(struct clients *clients, const uint8_t address[16]);

#endif
