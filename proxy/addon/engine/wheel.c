/* Time: a wheel of slots; an entry is looked at when its slot comes by, and moved on if it isn't due. */
#include "worker.h"

void worker_untime(struct connection *connection)
{
	if (connection->timed_at == NULL)
		return;
	*connection->timed_at = connection->next_timed;
	if (connection->next_timed != NULL)
		connection->next_timed->timed_at = connection->timed_at;
	connection->timed_at = NULL;
}

void worker_time(struct worker *worker, struct connection *connection)
{
	double deadline = connection_deadline(worker, connection);
	int64_t tick = (int64_t)(deadline / WHEEL_TICK_MS) + 1;
	unsigned int slot;

	if (tick <= worker->wheel_tick)
		tick = worker->wheel_tick + 1;
	if (tick >= worker->wheel_tick + WHEEL_SLOTS)
		tick = worker->wheel_tick + WHEEL_SLOTS - 1;
	slot = (unsigned int)(tick % WHEEL_SLOTS);
	worker_untime(connection);
	connection->next_timed = worker->wheel[slot];
	if (connection->next_timed != NULL)
		connection->next_timed->timed_at = &connection->next_timed;
	connection->timed_at = &worker->wheel[slot];
	worker->wheel[slot] = connection;
	worker->wheel_used[slot / 64] |= 1ull << slot % 64;
}

void wheel_turn(struct worker *worker)
{
	int64_t now = (int64_t)(worker->now_ms / WHEEL_TICK_MS);

	while (worker->wheel_tick < now) {
		unsigned int slot = (unsigned int)(++worker->wheel_tick % WHEEL_SLOTS);
		struct connection *connection;

		if ((worker->wheel_used[slot / 64] & 1ull << slot % 64) == 0)
			continue;
		worker->wheel_used[slot / 64] &= ~(1ull << slot % 64);
		while ((connection = worker->wheel[slot]) != NULL) {
			worker_untime(connection);
			if (connection_deadline(worker, connection) <= worker->now_ms)
				connection_expire(worker, connection);
			if (connection->stage != STAGE_GONE)
				worker_time(worker, connection);
		}
	}
}

int wheel_wait_ms(const struct worker *worker)
{
	for (int ahead = 1; ahead < WHEEL_SLOTS; ahead++) {
		unsigned int slot = (unsigned int)((worker->wheel_tick + ahead) % WHEEL_SLOTS);

		if (slot % 64 == 0 && worker->wheel_used[slot / 64] == 0) {
			ahead += 63;
			continue;
		}
		if (worker->wheel_used[slot / 64] & 1ull << slot % 64) {
			double left = (double)(worker->wheel_tick + ahead) * WHEEL_TICK_MS - worker->now_ms;

			return left > 0 ? (int)left + 1 : 0;
		}
	}
	return -1;
}
