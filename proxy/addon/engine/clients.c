#include "clients.h"

#include <stdlib.h>
#include <string.h>

int clients_open(struct clients *clients, uint32_t max_connections)
{
	uint32_t size = 16;

	while (size < 2 * max_connections)
		size *= 2;
	clients->slots = calloc(size, sizeof(*clients->slots));
	if (clients->slots == NULL)
		return -1;
	clients->mask = size - 1;
	pthread_mutex_init(&clients->lock, NULL);
	return 0;
}

void clients_close(struct clients *clients)
{
	pthread_mutex_destroy(&clients->lock);
	free(clients->slots);
}

/* Clients of a LAN differ in their last bits. */
static uint32_t home_of(const struct clients *clients, const uint8_t address[16])
{
	uint32_t words[4];

	memcpy(words, address, sizeof(words));
	return (((words[0] ^ words[1] ^ words[2]) * 0x85ebca6bu ^ words[3]) * 0x9e3779b1u >> 7) & clients->mask;
}

static struct client_count *find(struct clients *clients, const uint8_t address[16])
{
	uint32_t at = home_of(clients, address);

	while (clients->slots[at].connections != 0 && memcmp(clients->slots[at].address, address, 16) != 0)
		at = (at + 1) & clients->mask;
	return &clients->slots[at];
}

int clients_add(struct clients *clients, const uint8_t address[16], uint32_t most)
{
	struct client_count *slot;
	int fits;

	pthread_mutex_lock(&clients->lock);
	slot = find(clients, address);
	fits = slot->connections < most;
	if (fits && slot->connections++ == 0)
		memcpy(slot->address, address, 16);
	pthread_mutex_unlock(&clients->lock);
	return fits;
}

/* Frees a slot, and moves up those behind it that would not be found any more. */
static void empty(struct clients *clients, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		uint32_t home;

		at = (at + 1) & clients->mask;
		if (clients->slots[at].connections == 0)
			break;
		home = home_of(clients, clients->slots[at].address);
		if (((at - home) & clients->mask) >= ((at - hole) & clients->mask)) {
			clients->slots[hole] = clients->slots[at];
			hole = at;
		}
	}
	clients->slots[hole].connections = 0;
}

void clients_remove(struct clients *clients, const uint8_t address[16])
{
	struct client_count *slot;

	pthread_mutex_lock(&clients->lock);
	slot = find(clients, address);
	if (slot->connections > 1)
		slot->connections--;
	else if (slot->connections == 1)
		empty(clients, slot - clients->slots);
	pthread_mutex_unlock(&clients->lock);
}
