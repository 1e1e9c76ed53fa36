/*-------------------------------------------------------------------------
 *
 * key_set.h
 *	  A set of 64- or 128-bit keys in one piece of memory, to be looked up in.
 *
 * Plain C: needs no server.
 *
 * The set holds no pointers, so that its bytes are the set wherever they are
 * copied to: a parallel worker looks up in what the leader has built.  That may be
 * at an address which is a multiple of four, as a tuple's values are, and no more.
 *
 * Open addressing with linear probing.  The high bits of a key choose its slot:
 * the caller has scattered the keys.  A key of all zeroes marks a free slot; the
 * one that is a key nevertheless is remembered in the header.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_SET_H
#define GREENERY_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define KEY_SET_VERSION 2

/* 2^25 keys of 128 bits are half a gigabyte, and a bytea is less than one */
#define KEY_SET_MAX_BYTES	(UINT64_C(1) << 29)

typedef struct KeySet
{
	int32_t		length;			/* the caller's: a bytea starts with its own */
	uint8_t		version;
	uint8_t		words;			/* 64-bit words in a key: 1, 2 */
	uint8_t		bits;			/* log2(number of slots) */
	uint8_t		has_zero;		/* is the key of all zeroes in the set? */
	uint32_t	type;			/* the caller's: what the keys were made of */
	uint32_t	nkeys;			/* slots in use */
	/* slots follow */
} KeySet;

_Static_assert(_Alignof(KeySet) == 4, "a set stands where a bytea does");

static inline uint64_t
key_set_bytes(int words, int bits)
{
	return sizeof(KeySet) + (sizeof(uint64_t) * words << bits);
}

static inline uint64_t
key_set_word(const char *slot)
{
	uint64_t	word;

	memcpy(&word, slot, sizeof(word));
	return word;
}

/*
 * The slot of key: the one that holds it, or the free one where it belongs.
 * NULL if there is neither, which only a forged set has.
 */
static inline char *
key_set_slot(const KeySet *set, const uint64_t *key, const int words)
{
	const size_t width = words * sizeof(uint64_t);
	const uint64_t mask = (UINT64_C(1) << set->bits) - 1;
	char	   *slots = (char *) set + sizeof(KeySet);
	uint64_t	i = key[0] >> (64 - set->bits);

	for (uint64_t n = 0; n <= mask; n++)
	{
		char	   *slot = slots + i * width;
		uint64_t	word = key_set_word(slot);

		if (words == 1)
		{
			if (word == key[0] || word == 0)
				return slot;
		}
		else
		{
			uint64_t	second = key_set_word(slot + sizeof(uint64_t));

			if ((word == key[0] && second == key[1]) || (word | second) == 0)
				return slot;
		}
		i = (i + 1) & mask;
	}
	return NULL;
}

/* Is key, of set->words words, in the set? */
static inline bool
key_set_contains(const KeySet *set, const uint64_t *key)
{
	const char *slot;

	if (set->words == 1)
	{
		if (key[0] == 0)
			return set->has_zero;
		slot = key_set_slot(set, key, 1);
		return slot != NULL && key_set_word(slot) != 0;
	}
	if ((key[0] | key[1]) == 0)
		return set->has_zero;
	slot = key_set_slot(set, key, 2);
	return slot != NULL &&
		(key_set_word(slot) | key_set_word(slot + sizeof(uint64_t))) != 0;
}

/* Ask for the memory that a look-up of key will need */
static inline void
key_set_prefetch(const KeySet *set, const uint64_t *key)
{
#if defined(__GNUC__)
	__builtin_prefetch((const char *) set + sizeof(KeySet) +
					   (key[0] >> (64 - set->bits)) * set->words * sizeof(uint64_t));
#else
	(void) set;
	(void) key;
#endif
}

/* Could these bytes, of which there are size, be a set? */
static inline bool
key_set_check(const KeySet *set, size_t size)
{
	return size >= sizeof(KeySet) &&
		set->version == KEY_SET_VERSION &&
		(set->words == 1 || set->words == 2) &&
		set->bits >= 1 && set->bits <= 32 &&
		set->has_zero <= 1 &&
		size == key_set_bytes(set->words, set->bits);
}

extern void key_set_init(KeySet *set, int words, int bits, uint32_t type);
extern bool key_set_has_room(const KeySet *set);
extern int	key_set_bits_for(uint64_t nkeys);
extern void key_set_add(KeySet *set, const uint64_t *key);
extern bool key_set_add_all(KeySet *set, const KeySet *other,
							void (*poll) (void));

#endif							/* GREENERY_KEY_SET_H */
