/* What a connection is judged by as a whole: its client's groups, its destination, and whose names it may ask for. */
#define _GNU_SOURCE
#include <string.h>

#include "../neighbours.h"
#include "worker.h"

/* Anew if the policy has changed. */
static void look_up_groups(struct worker *worker, struct connection *connection)
{
	const struct engine_options *options = &worker->engine->options;
	const struct judging *judging = worker_judging(worker);
	uint8_t mac[6];
	int knows_mac = 0;

	if (connection->generation == judging->generation)
		return;
	if (policy_wants_macs(&judging->policy))
		knows_mac = find_neighbour(&worker->netlink, if_nametoindex(options->device),
					   &connection->client_address, mac);
	connection->groups =
		policy_groups(&judging->policy, connection->client_address.address, knows_mac ? mac : NULL);
	connection->generation = judging->generation;
}

struct policy_verdict connection_judge(struct worker *worker, struct connection *connection,
				       struct policy_question *question)
{
	look_up_groups(worker, connection);
	question->groups = connection->groups;
	question->schedules = atomic_load_explicit(&worker->engine->schedules, memory_order_relaxed);
	return policy_judge(&worker_judging(worker)->policy, question);
}

/* Neither method nor name: a rule fits by its groups and schedules, or by the address. */
int connection_pass_unseen(struct worker *worker, struct connection *connection)
{
	char host[INET6_ADDRSTRLEN];
	struct policy_question question = { .port = connection->destination.port, .host = host };
	struct policy_verdict verdict;

	question.host_length = strlen(endpoint_print(&connection->destination, host));
	verdict = connection_judge(worker, connection, &question);
	connection->rule = verdict.rule;
	connection_tunnel(connection);
	if (!verdict.blocks)
		return 1;
	connection->verdict = VERDICT_BLOCKED;
	connection_finish(worker, connection, ENDED_BLOCKED, SIDE_PROXY, 0);
	return 0;
}

/* FNV-1a: to recognise the name that was asked about last. */
static uint64_t hash_of(const char *host, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t index = 0; index < length; index++)
		hash = (hash ^ (uint8_t)(host[index] | 0x20)) * 0x100000001b3ull;
	return hash | 1;
}

int connection_host_belongs(struct worker *worker, struct connection *connection, const char *host, size_t length)
{
	enum host_check check = worker->engine->options.host_check;
	uint64_t hash;

	if (check == HOST_CHECK_OFF)
		return 1;
	hash = hash_of(host, length);
	if (hash == connection->host_belongs)
		return 1;
	if (hash == connection->host_foreign)
		return 0;
	connection->host_belongs = hash;
	if (check == HOST_CHECK_LOG) {
		(void)report_question(worker, connection, 0, host, length);
		return 1;
	}
	connection->serial = ++worker->serial;
	connection->is_asked = (uint8_t)report_question(
		worker, connection, (uint64_t)worker->index << 32 | connection->serial, host, length);
	/* or whoever fills all room with records has nobody look */
	if (!connection->is_asked)
		connection->host_belongs = 0;
	return connection->is_asked;
}

void connection_tunnel(struct connection *connection)
{
	connection->is_tunnel = 1;
	connection->up.passing = connection->down.passing = PASS_ALL;
	connection->up.wants_more = connection->down.wants_more = 0;
	connection->head_since_ms = 0;
}
