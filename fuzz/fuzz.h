/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What a fuzz target gives and may use.
 *
 * A target is a libFuzzer target as well: LLVMFuzzerTestOneInput() takes any
 * bytes and aborts when an invariant does not hold.  The seeds are for our own
 * driver, see driver.c; libFuzzer ignores them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_FUZZ_H
#define GREENERY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char *const fuzz_name;
extern const char *const fuzz_seeds[];	/* ends with NULL */
extern const char *const fuzz_pieces[]; /* what mutations insert, ditto */

/* A target counts the inputs that its parser accepts: without any, it tests
 * nothing, and the driver fails */
extern unsigned long fuzz_accepted;

#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: does not hold: %s\n", \
					__FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif							/* GREENERY_FUZZ_H */
