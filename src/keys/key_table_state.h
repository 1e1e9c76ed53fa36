/*-------------------------------------------------------------------------
 *
 * key_table_state.h
 *	  What a key table consists of, see key_table.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_TABLE_STATE_H
#define GREENERY_KEY_TABLE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/callbacks.h"

/* What the table remembers of a key */
typedef enum KeyTableMode
{
	KEY_TABLE_SET,				/* that it was there */
	KEY_TABLE_DUPLICATES,		/* whether it was there more than once */
	KEY_TABLE_REPEATS			/* its first value, or that there were two */
} KeyTableMode;

/*
 * The value that stands for "two different values".  It may be a value all the
 * same: see key_table.c.
 */
#define KEY_TABLE_MARK UINT64_C(0x8000000000000000)

/* Parts of the slots; the rows of each wait for one another */
#ifndef KEY_TABLE_PARTS_BITS	/* a fuzzer has it smaller */
#define KEY_TABLE_PARTS_BITS 7
#endif
#define KEY_TABLE_PARTS (1 << KEY_TABLE_PARTS_BITS)

typedef struct KeyTable KeyTable;

struct KeyTable
{
	KeyTableMode mode;
	int			words;			/* 64-bit words in a key, and in a value: 1, 2 */
	int			width;			/* 64-bit words in an entry */
	int			shift;			/* 64 - log2(number of slots) */
	int			room;			/* rows that may wait for a part, or 0 */
	bool		has_zero;		/* was the key of all zeroes there? */
	uint64_t	spread;			/* odd; see home_slot() */
	uint64_t	nslots;			/* a power of two, or 0 */
	uint64_t	nkeys;			/* slots in use */
	uint64_t	limit;			/* nkeys at which the table grows */
	uint64_t	nrepeats;		/* keys with two values (KEY_TABLE_REPEATS) */
	uint64_t   *slots;			/* nslots entries, on a cache line's edge */
	void	   *chunk;			/* the allocation that holds them */
	uint64_t   *rows;			/* those that wait; NULL if room is 0 */
	uint64_t   *incoming;		/* those that have yet to be told their part */
	int			nincoming;
	uint16_t	waiting[KEY_TABLE_PARTS];	/* how many, for each part */
	KeyTable   *special;		/* see key_table.c */
	uint64_t	zero[4];		/* the entry of the key of all zeroes */
	const StateHooks *hooks;
	void	   *arg;
};

#endif							/* GREENERY_KEY_TABLE_STATE_H */
