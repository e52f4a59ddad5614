#include "own-addresses.h"

#include <string.h>

/* The loopback network, all of 0.0.0.0/8, and :: are this machine, to Linux. */
static int is_this_machine(const struct endpoint *to)
{
	static const uint8_t nothing[15];

	if (endpoint_is_v4(to))
		return to->address[12] == 127 || to->address[12] == 0;
	return memcmp(to->address, nothing, sizeof(nothing)) == 0 && to->address[15] <= 1;
}

int is_own(const struct engine_options *options, const struct endpoint *to)
{
	static const uint8_t anywhere[16];

	if (is_this_machine(to))
		return 1;
	for (unsigned int index = 0; index < options->own_count; index++) {
		const struct endpoint *own = &options->own[index];
		int everywhere = memcmp(own->address, anywhere, 16) == 0 ||
				 (endpoint_is_v4(own) && memcmp(own->address + 12, anywhere, 4) == 0);

		if (own->port != 0 && own->port != to->port)
			continue;
		if (memcmp(own->address, to->address, 16) == 0 ||
		    (everywhere && endpoint_is_v4(own) == endpoint_is_v4(to)))
			return 1;
	}
	return 0;
}
