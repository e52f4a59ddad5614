/*
 * Judges by a policy's table, for tests that hold TypeScript to the same, and for measuring.
 *
 *   judge-urls TABLE                      answers each question: blocks, rule, groups
 *   judge-urls TABLE time ROUNDS          asks all questions so often; prints nanoseconds of CPU for one, the median
 *   judge-urls TABLE mutate SEED ROUNDS   asks them of tables with wrong bytes; prints how many could be opened
 *
 * A question is a line from stdin with tabs between address, MAC or `-`, schedules, method (both as bits), host,
 * port, and path or `-`. Hosts, paths and tables lie in memory that ends where they end.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../engine/policy/policy.h"

struct asked {
	uint8_t address[16];
	uint8_t mac[6];
	int has_mac;
	struct policy_question question;
};

static struct asked *asked;
static size_t count;

static char *copy_of(const char *bytes, size_t length)
{
	char *copy = malloc(length ? length : 1);

	memcpy(copy, bytes, length);
	return copy;
}

static uint8_t *read_table(const char *name, size_t *length)
{
	FILE *file = fopen(name, "rb");
	uint8_t *table;

	if (!file || fseek(file, 0, SEEK_END) < 0)
		exit(2);
	*length = (size_t)ftell(file);
	rewind(file);
	table = malloc(*length ? *length : 1);
	if (fread(table, 1, *length, file) != *length)
		exit(2);
	fclose(file);
	return table;
}

static void read_address(struct asked *one, const char *text)
{
	char mapped[64];

	snprintf(mapped, sizeof(mapped), strchr(text, ':') ? "%s" : "::ffff:%s", text);
	if (inet_pton(AF_INET6, mapped, one->address) != 1)
		exit(2);
}

static void read_question(struct asked *one, char *line)
{
	char *field[7];
	unsigned int *mac;

	for (int i = 0; i < 7; i++)
		field[i] = strsep(&line, "\t");
	read_address(one, field[0]);
	mac = (unsigned int[6]){ 0 };
	one->has_mac = sscanf(field[1], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) == 6;
	for (int i = 0; i < 6; i++)
		one->mac[i] = (uint8_t)mac[i];
	one->question.schedules = (uint32_t)strtoul(field[2], NULL, 10);
	one->question.method = (uint32_t)strtoul(field[3], NULL, 10);
	one->question.host_length = strlen(field[4]);
	one->question.host = copy_of(field[4], one->question.host_length);
	one->question.port = (unsigned int)strtoul(field[5], NULL, 10);
	one->question.path_length = strlen(field[6]);
	one->question.path = strcmp(field[6], "-") ? copy_of(field[6], one->question.path_length) : NULL;
}

static void read_questions(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		line[length - 1] = '\0';
		if (count % 1024 == 0)
			asked = realloc(asked, (count + 1024) * sizeof(*asked));
		memset(&asked[count], 0, sizeof(*asked));
		read_question(&asked[count++], line);
	}
	free(line);
}

static struct policy_verdict judge(const struct policy *policy, struct asked *one)
{
	one->question.groups = policy_groups(policy, one->address, one->has_mac ? one->mac : NULL);
	return policy_judge(policy, &one->question);
}

static void answer_all(const struct policy *policy)
{
	for (size_t i = 0; i < count; i++) {
		struct policy_verdict verdict = judge(policy, &asked[i]);

		printf("%d %d %u\n", verdict.blocks, verdict.rule, asked[i].question.groups);
	}
}

static int compare(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static void measure(const struct policy *policy, int rounds)
{
	double *nanoseconds = calloc((size_t)rounds, sizeof(*nanoseconds));

	for (int round = 0; round < rounds; round++) {
		struct timespec start, end;

		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
		for (size_t i = 0; i < count; i++)
			judge(policy, &asked[i]);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
		nanoseconds[round] = (end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec);
	}
	qsort(nanoseconds, (size_t)rounds, sizeof(*nanoseconds), compare);
	printf("%.0f\n", nanoseconds[rounds / 2] / (double)count);
	free(nanoseconds);
}

/* Interesting numbers, as offsets and counts that are wrong are often such. */
static void mutate(uint8_t *table, size_t length)
{
	static const uint32_t words[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 88, 22 };
	int changes = 1 + rand() % 8;

	for (int i = 0; i < changes; i++) {
		/* half of it in the header */
		size_t at = (size_t)rand() % (rand() % 2 && length > 88 ? 88 : length);

		if (rand() % 2 || length < 4) {
			table[at] = (uint8_t)rand();
		} else {
			uint32_t word = words[(size_t)rand() % (sizeof(words) / sizeof(*words))];

			if (rand() % 2)
				word = (uint32_t)rand() % (uint32_t)(length + 16);
			memcpy(table + at / 4 * 4 % (length - 3), &word, 4);
		}
	}
}

static void judge_mutations(const uint8_t *table, size_t length, unsigned int seed, int rounds)
{
	int opened = 0;

	srand(seed);
	for (int round = 0; round < rounds; round++) {
		size_t cut = rand() % 16 ? length : (size_t)rand() % (length + 1);
		uint8_t *wrong = (uint8_t *)copy_of((const char *)table, cut);
		struct policy policy;

		if (cut)
			mutate(wrong, cut);
		if (policy_open(&policy, wrong, cut) == 0) {
			opened++;
			policy_wants_macs(&policy);
			for (size_t i = 0; i < count; i++)
				judge(&policy, &asked[i]);
		}
		free(wrong);
	}
	printf("%d\n", opened);
}

int main(int argc, char **argv)
{
	struct policy policy;
	size_t length;
	uint8_t *table;

	if (argc < 2)
		return 2;
	table = read_table(argv[1], &length);
	read_questions();
	if (policy_open(&policy, table, length) < 0)
		puts("no table");
	else if (argc == 4 && !strcmp(argv[2], "time"))
		measure(&policy, atoi(argv[3]));
	else if (argc == 5 && !strcmp(argv[2], "mutate"))
		judge_mutations(table, length, (unsigned int)atoi(argv[3]), atoi(argv[4]));
	else
		answer_all(&policy);
	return 0;
}
