/*-------------------------------------------------------------------------
 *
 * key_table.h
 *	  A table of 64- or 128-bit keys that answers "how many different keys,
 *	  and how many of them more than once?" exactly.
 *
 * Plain C: needs no server.  Memory, interrupts and the secret that scatters
 * the keys come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_TABLE_H
#define GREENERY_KEY_TABLE_H

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

extern void key_table_init(KeyTable *table, KeyTableMode mode, int words,
						   const StateHooks *hooks, void *arg);

/*
 * Add one row.  The high bits of key[0] choose the slot: the caller has
 * scattered the keys.  value is not looked at unless mode is
 * KEY_TABLE_REPEATS.
 */
extern void key_table_add(KeyTable *table, const uint64_t *key,
						  const uint64_t *value);

/* The same for a table with words = 1 */
extern void key_table_add_word(KeyTable *table, uint64_t key, uint64_t value);

/* Number of different keys, and of those that were there more than once */
extern uint64_t key_table_keys(KeyTable *table);
extern uint64_t key_table_repeats(KeyTable *table);

/*
 * For tables of KEY_TABLE_REPEATS with words = 1: call visit for every key, with
 * its value, or NULL if it has had two.  They come in the order of the slots.
 */
typedef void (*KeyVisit) (void *arg, uint64_t key, const uint64_t *value);
extern void key_table_visit(KeyTable *table, KeyVisit visit, void *arg);

/* Give all memory back */
extern void key_table_release(KeyTable *table);

/*
 * The contents as bytes, for key_table_load in a process of the same machine.
 * key_table_check tells whether bytes could come from a table like this one.
 */
extern uint64_t key_table_dump_size(KeyTable *table);
extern void key_table_dump(KeyTable *table, char *bytes);
extern bool key_table_check(KeyTableMode mode, int words,
							const char *bytes, uint64_t size);
extern void key_table_load(KeyTable *table, const char *bytes);

#endif							/* GREENERY_KEY_TABLE_H */
