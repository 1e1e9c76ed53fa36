/*-------------------------------------------------------------------------
 *
 * unicode_class.h
 *	  UTF-8 decoding and the few character classes that greenery needs.
 *
 * Plain C: no server, no locale, no allocation.  What people paste into forms
 * has the same meaning on every machine, so these classes must not depend on
 * the operating system's tables as iswspace() and iswdigit() do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_UNICODE_CLASS_H
#define GREENERY_UNICODE_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character at p, which must be before end.  Returns its length in
 * bytes, or 0 when the bytes are not well-formed UTF-8 (overlong forms,
 * surrogates and truncated characters included).
 */
extern size_t uni_decode(const unsigned char *p, const unsigned char *end,
						 uint32_t *code);

/* White space, in the sense of Unicode's White_Space property */
extern bool uni_is_space(uint32_t code);

/* Takes no room on the screen: zero-width, bidi and other format characters */
extern bool uni_is_invisible(uint32_t code);

/* Value of a decimal digit of any script (general category Nd), else -1 */
extern int	uni_digit(uint32_t code);

#endif							/* GREENERY_UNICODE_CLASS_H */
