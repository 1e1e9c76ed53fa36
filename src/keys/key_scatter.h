/*-------------------------------------------------------------------------
 *
 * key_scatter.h
 *	  How 64-bit keys are scattered, and gathered again.
 *
 * Plain C: needs no server.  Who includes this sees that there is a secret.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_SCATTER_H
#define GREENERY_KEY_SCATTER_H

#include <stdint.h>

/* What scatters the keys; unknown to those who choose ids */
typedef struct KeySecret
{
	uint64_t	siphash[2];
	uint64_t	offset;
	uint64_t	factor;			/* odd */
} KeySecret;

/* set by the first key_column_init of the process */
extern KeySecret key_secret;

/* from splitmix64, and its inverse modulo 2^64 */
#define KEY_FACTOR UINT64_C(0xbf58476d1ce4e5b9)
#define KEY_FACTOR_INVERSE UINT64_C(0x96de1b173f119089)

/*
 * Scatter a key over all 64 bits, the high ones above all, by a bijection:
 * different ids stay different.  The last step of such mixers, which is to
 * improve the low bits, is left out.
 */
static inline uint64_t
key_scatter(uint64_t x)
{
	x ^= key_secret.offset;
	x ^= x >> 32;
	x *= key_secret.factor;
	x ^= x >> 29;
	x *= KEY_FACTOR;
	return x;
}

/* What key_gather wants: the inverse of an odd number modulo 2^64 */
static inline uint64_t
key_inverse(uint64_t factor)
{
	uint64_t	inverse = factor;	/* right in the lowest three bits */

	/* each of Newton's steps doubles them */
	for (int i = 0; i < 5; i++)
		inverse *= 2 - factor * inverse;
	return inverse;
}

/* The key that key_scatter made x of; inverse is that of key_secret.factor */
static inline uint64_t
key_gather(uint64_t x, uint64_t inverse)
{
	x *= KEY_FACTOR_INVERSE;
	x ^= x >> 29 ^ x >> 58;
	x *= inverse;
	x ^= x >> 32;
	return x ^ key_secret.offset;
}

#endif							/* GREENERY_KEY_SCATTER_H */
