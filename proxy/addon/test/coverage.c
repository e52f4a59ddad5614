/*
 * Notices which code of the parsers runs, for fuzzing that is guided by it: what gcc's
 * -fsanitize-coverage=trace-pc calls at each block. A step from one block to the next counts, and how often
 * it was taken, in powers of two, as AFL does.
 */
#include <stdint.h>
#include <string.h>

#define STEPS 16384

void count_new_coverage(unsigned int *steps, unsigned int *powers);
void __sanitizer_cov_trace_pc(void);

static uint8_t taken[STEPS] __attribute__((aligned(8)));
static uint8_t known[STEPS]; /* a bit for each power of two */
static uintptr_t last;

void __sanitizer_cov_trace_pc(void)
{
	uintptr_t here = (uintptr_t)__builtin_return_address(0) * 0x9e3779b97f4a7c15ULL >> 40;
	uint8_t *times = &taken[(here ^ last) % STEPS];

	if (*times < 255)
		(*times)++;
	last = here >> 1;
}

/* What ran since the last call and hadn't before, and what hadn't so often. */
void count_new_coverage(unsigned int *steps, unsigned int *powers)
{
	*steps = *powers = 0;
	for (size_t step = 0; step < STEPS; step++) {
		uint8_t power;

		if (step % 8 == 0 && *(uint64_t *)&taken[step] == 0) {
			step += 7;
			continue;
		}
		if (taken[step] == 0)
			continue;
		power = 1 << (31 - __builtin_clz(taken[step]));
		*steps += known[step] == 0;
		*powers += (known[step] & power) == 0;
		known[step] |= power;
	}
	memset(taken, 0, sizeof(taken));
	last = 0;
}
