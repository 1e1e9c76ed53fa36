/*-------------------------------------------------------------------------
 *
 * siphash.h
 *	  SipHash with a 128-bit result: a keyed hash of a string of bytes.
 *
 * J.-P. Aumasson, D. J. Bernstein: SipHash: a fast short-input PRF,
 * INDOCRYPT 2012; the 128-bit variant is that of the authors' reference
 * implementation.  Written from that description.
 *
 * Ids come from people who fill in web forms.  Without the key no one can look
 * for two strings with one hash, or for many that gather in one place of a
 * table.  greenery uses one round a word and three at the end, which is what
 * hash tables that face such input commonly do; the numbers of rounds are
 * parameters so that the published vectors, which exist for 2 and 4, test the
 * same code.
 *
 * Plain C: needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SIPHASH_H
#define GREENERY_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define SIPHASH_INLINE static inline __attribute__((always_inline))
#else
#define SIPHASH_INLINE static inline
#endif

SIPHASH_INLINE uint64_t
siphash_rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

SIPHASH_INLINE void
siphash_rounds(uint64_t v[4], int rounds)
{
	for (int i = 0; i < rounds; i++)
	{
		v[0] += v[1];
		v[1] = siphash_rotate(v[1], 13) ^ v[0];
		v[0] = siphash_rotate(v[0], 32);
		v[2] += v[3];
		v[3] = siphash_rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = siphash_rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = siphash_rotate(v[1], 17) ^ v[2];
		v[2] = siphash_rotate(v[2], 32);
	}
}

/* Eight bytes as a little-endian number, whatever their alignment */
SIPHASH_INLINE uint64_t
siphash_word(const unsigned char *p)
{
	uint64_t	word;

	memcpy(&word, p, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * Hash len bytes under the key into two words, with c rounds after every word
 * of input and d before each word of output.
 */
SIPHASH_INLINE void
siphash128(const uint64_t key[2], const void *data, size_t len,
		   int c, int d, uint64_t hash[2])
{
	const unsigned char *p = data;
	size_t		rest = len & 7;
	uint64_t	last = (uint64_t) len << 56;
	uint64_t	v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573)
	};

	for (const unsigned char *end = p + (len - rest); p < end; p += 8)
	{
		uint64_t	word = siphash_word(p);

		v[3] ^= word;
		siphash_rounds(v, c);
		v[0] ^= word;
	}
	for (size_t i = 0; i < rest; i++)
		last |= (uint64_t) p[i] << (8 * i);
	v[3] ^= last;
	siphash_rounds(v, c);
	v[0] ^= last;

	v[2] ^= 0xee;
	siphash_rounds(v, d);
	hash[0] = v[0] ^ v[1] ^ v[2] ^ v[3];
	v[1] ^= 0xdd;
	siphash_rounds(v, d);
	hash[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif							/* GREENERY_SIPHASH_H */
