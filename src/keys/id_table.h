/*-------------------------------------------------------------------------
 *
 * id_table.h
 *	  A table of ids that are numbers, which answers "how many different ids,
 *	  and how many of them with more than one value?" exactly.
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller, and so
 * does key_secret.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ID_TABLE_H
#define GREENERY_ID_TABLE_H

#include "keys/key_scatter.h"
#include "keys/key_table.h"

/* Rows that wait for their entries to be fetched */
#define ID_TABLE_WAITING 64

typedef struct IdTable
{
	KeyTable	rest;			/* ids without a place in the array, scattered */
	uint64_t	look_at;		/* keys of rest at which to look for a range */
	uint64_t	inverse;		/* for key_gather */
	uint64_t	base;			/* the range's first id */
	uint64_t	nids;			/* in the range; 0: there is none */
	uint64_t	first_base;		/* what values are stored less of */
	uint32_t   *firsts;			/* one for each id of the range: see
								 * id_table.c */
	uint64_t	nkeys;			/* ids in the array that were there */
	uint64_t	nrepeats;		/* and those of them with two values */
	uint64_t   *waiting;		/* rows: id, value; NULL as long as nids is 0 */
	int			nwaiting;
} IdTable;

extern void id_table_init(IdTable *table, const StateHooks *hooks, void *arg);

/* Number of different ids, and of those with more than one value */
extern uint64_t id_table_keys(IdTable *table);
extern uint64_t id_table_repeats(IdTable *table);

/* As with key_table_dump */
extern uint64_t id_table_dump_size(IdTable *table);
extern void id_table_dump(IdTable *table, char *bytes);
extern bool id_table_check(const char *bytes, uint64_t size);
extern void id_table_load(IdTable *table, const char *bytes);

extern void id_table_flush(IdTable *table);
extern void id_table_look(IdTable *table);

/* Add one row.  Ids and values are 64-bit integers, of either sign. */
static inline void
id_table_add(IdTable *table, uint64_t id, uint64_t value)
{
	uint64_t   *row;

	if (table->nids == 0)
	{
		key_table_add_word(&table->rest, key_scatter(id), value);
		if (table->rest.nkeys >= table->look_at)
			id_table_look(table);
		return;
	}
	row = table->waiting + 2 * table->nwaiting;
	row[0] = id;
	row[1] = value;
	if (++table->nwaiting == ID_TABLE_WAITING)
		id_table_flush(table);
}

#endif							/* GREENERY_ID_TABLE_H */
