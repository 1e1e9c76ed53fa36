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

#include "keys/key_table_state.h"

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

/* Give all memory back */
extern void key_table_release(KeyTable *table);

/* For key_table_dump.c and id_table.c only: see key_table.c */
extern void key_table_put(KeyTable *table, const uint64_t *key,
						  const uint64_t *value);
extern void key_table_reserve(KeyTable *table, uint64_t nkeys);
extern void key_table_make_special(KeyTable *table);
extern bool key_table_only_the_mark(KeyTable *table, const uint64_t *key);

#endif							/* GREENERY_KEY_TABLE_H */
