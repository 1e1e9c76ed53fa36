/*-------------------------------------------------------------------------
 *
 * key_table_dump.h
 *	  What a key table holds, key by key or as bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_TABLE_DUMP_H
#define GREENERY_KEY_TABLE_DUMP_H

#include "keys/key_table.h"

/*
 * For tables of KEY_TABLE_REPEATS with words = 1: call visit for every key, with
 * its value, or NULL if it has had two.  They come in the order of the slots.
 */
typedef void (*KeyVisit) (void *arg, uint64_t key, const uint64_t *value);
extern void key_table_visit(KeyTable *table, KeyVisit visit, void *arg);

/*
 * The contents as bytes, for key_table_load in a process of the same machine.
 * key_table_check tells whether bytes could come from a table like this one.
 */
extern uint64_t key_table_dump_size(KeyTable *table);
extern void key_table_dump(KeyTable *table, char *bytes);
extern bool key_table_check(KeyTableMode mode, int words,
							const char *bytes, uint64_t size);
extern void key_table_load(KeyTable *table, const char *bytes);

#endif							/* GREENERY_KEY_TABLE_DUMP_H */
