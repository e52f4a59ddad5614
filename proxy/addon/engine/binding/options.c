#include "options.h"

#include <string.h>

#define ENDPOINT_BYTES 18 /* the address, and the port in network order */

static size_t read_endpoints(const uint8_t *data, size_t length, struct endpoint *to, size_t most)
{
	size_t count = length / ENDPOINT_BYTES;

	for (size_t index = 0; index < count && index < most; index++, data += ENDPOINT_BYTES) {
		memcpy(to[index].address, data, 16);
		to[index].port = (uint16_t)(data[16] << 8 | data[17]);
	}
	return count < most ? count : most;
}

enum { SCALARS = 18 };

static int read_scalars(const uint32_t *from, size_t bytes, struct engine_options *options)
{
	if (bytes != SCALARS * sizeof(*from))
		return -1;
	options->threads = from[0];
	options->origin_sees_client = (int)from[1];
	options->mark = from[2];
	options->max_connections = from[3];
	options->max_connections_per_client = from[4];
	options->head_bytes = from[5];
	options->head_timeout_ms = from[6];
	options->connect_timeout_ms = from[7];
	options->idle_timeout_ms = from[8];
	options->half_close_timeout_ms = from[9];
	options->upgrade_allowed = (int)from[10];
	options->h2c_allowed = (int)from[11];
	options->not_http_allowed = (int)from[12];
	options->tls_without_name_allowed = (int)from[13];
	options->tls_ech_allowed = (int)from[14];
	options->not_tls_allowed = (int)from[15];
	options->host_check = (enum host_check)from[16];
	options->has_stand_in = (int)from[17];
	return options->threads >= 1 && options->threads <= 64 && options->max_connections >= 1 ? 0 : -1;
}

int read_options(napi_env env, napi_value from, struct engine_options *options)
{
	const void *scalars, *listeners, *ports, *own, *stand_in;
	size_t scalar_bytes, listener_bytes, port_bytes, own_bytes, stand_in_bytes, length;
	napi_value device;
	struct endpoint both[2];

	if (get_bytes(env, from, "scalars", &scalars, &scalar_bytes) < 0 ||
	    get_bytes(env, from, "listeners", &listeners, &listener_bytes) < 0 ||
	    get_bytes(env, from, "ports", &ports, &port_bytes) < 0 || get_bytes(env, from, "own", &own, &own_bytes) < 0 ||
	    get_property(env, from, "device", &device) < 0 ||
	    napi_get_value_string_utf8(env, device, options->device, sizeof(options->device), &length) != napi_ok ||
	    get_bytes(env, from, "standIn", &stand_in, &stand_in_bytes) < 0 ||
	    read_scalars(scalars, scalar_bytes, options) < 0)
		return -1;
	options->listener_count = (unsigned int)(listener_bytes / 4);
	options->port_count = (unsigned int)(port_bytes / 8);
	if (options->listener_count > MAX_LISTENERS || options->port_count > MAX_PORTS ||
	    own_bytes > MAX_OWN * ENDPOINT_BYTES)
		return -1;
	if (listener_bytes > 0)
		memcpy(options->listeners, listeners, listener_bytes);
	for (unsigned int index = 0; index < options->port_count; index++) {
		options->ports[index].port = (uint16_t)((const uint32_t *)ports)[2 * index];
		options->ports[index].carries = (uint8_t)((const uint32_t *)ports)[2 * index + 1];
	}
	options->own_count = (unsigned int)read_endpoints(own, own_bytes, options->own, MAX_OWN);
	if (!options->has_stand_in)
		return 0;
	if (read_endpoints(stand_in, stand_in_bytes, both, 2) != 2)
		return -1;
	options->stand_in_destination = both[0];
	options->stand_in_origin = both[1];
	return 0;
}
