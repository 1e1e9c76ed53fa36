/*-------------------------------------------------------------------------
 *
 * key_table_slots.h
 *	  The inside of a key table, for key_table.c, key_table_dump.c and id_table.c
 *	  only.
 *
 * The functions here are inlined with mode and words known to the compiler
 * wherever it matters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_TABLE_SLOTS_H
#define GREENERY_KEY_TABLE_SLOTS_H

#include <string.h>

#include "aggregate/prefetch.h"
#include "keys/key_table_state.h"

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define UNLIKELY(x) __builtin_expect((x) != 0, 0)
#else
#define ALWAYS_INLINE static inline
#define NEVER_INLINE
#define UNLIKELY(x) (x)
#endif

/* entries between two calls of hooks->poll */
#define POLL_EVERY 16384

/* Words in an entry */
ALWAYS_INLINE int
width_of(const KeyTableMode mode, const int words)
{
	return mode == KEY_TABLE_REPEATS ? 2 * words : words;
}

ALWAYS_INLINE bool
is_zero(const uint64_t *key, const int words)
{
	return words == 1 ? key[0] == 0 : (key[0] | key[1]) == 0;
}

ALWAYS_INLINE bool
is_mark(const uint64_t *value, const int words)
{
	return value[0] == KEY_TABLE_MARK && (words == 1 || value[1] == 0);
}

ALWAYS_INLINE bool
same(const uint64_t *a, const uint64_t *b, const int words)
{
	return a[0] == b[0] && (words == 1 || a[1] == b[1]);
}

ALWAYS_INLINE void
copy_words(uint64_t *to, const uint64_t *from, const int words)
{
	to[0] = from[0];
	if (words == 2)
		to[1] = from[1];
}

/*
 * What places key: its high bits choose the part of the table and the slot.
 *
 * Keys that come in the order of the slots while the table grows are poison
 * for linear probing: its front is overfull while the rest is empty.  A special
 * table gets its keys in the order of the table above it, so every level
 * spreads them by a factor of its own; it is 1 at the top, which is the only
 * place for KEY_TABLE_REPEATS.
 */
ALWAYS_INLINE uint64_t
place_of(const KeyTable *table, const uint64_t *key, const KeyTableMode mode)
{
	return mode == KEY_TABLE_REPEATS ? key[0] : key[0] * table->spread;
}

/* Where to look for key first */
ALWAYS_INLINE uint64_t *
home_slot(const KeyTable *table, const uint64_t *key, const KeyTableMode mode,
		  const int words)
{
	return table->slots +
		(place_of(table, key, mode) >> table->shift) * width_of(mode, words);
}

/* The slot that holds key, or the free one where it belongs */
ALWAYS_INLINE uint64_t *
find_slot(const KeyTable *table, const uint64_t *key, const KeyTableMode mode,
		  const int words)
{
	const int	width = width_of(mode, words);
	uint64_t   *slot = home_slot(table, key, mode, words);
	uint64_t   *end = table->slots + table->nslots * width;

	while (!is_zero(slot, words) && !same(slot, key, words))
	{
		slot += width;
		if (UNLIKELY(slot == end))
			slot = table->slots;
	}
	return slot;
}

#endif							/* GREENERY_KEY_TABLE_SLOTS_H */
