/* Classes of a URL's bytes. */
#ifndef HALFBRIDGE_POLICY_CHARACTERS_H
#define HALFBRIDGE_POLICY_CHARACTERS_H

#include <stdint.h>

static inline uint8_t lower_case(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte;
}

static inline int is_alphanumeric(uint8_t lower)
{
	return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
}

static inline int is_token_byte(uint8_t lower)
{
	return is_alphanumeric(lower) || lower == '%' || lower >= 0x80;
}

static inline int is_separator(uint8_t lower)
{
	if (lower >= 0x80 || is_alphanumeric(lower))
		return 0;
	return lower != '_' && lower != '-' && lower != '.' && lower != '%';
}

#endif
