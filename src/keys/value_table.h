/*-------------------------------------------------------------------------
 *
 * value_table.h
 *	  What key_table is to ids of fixed width, for values of any hashable type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_TABLE_H
#define GREENERY_VALUE_TABLE_H

#include "postgres.h"

typedef struct ValueTable ValueTable;

/*
 * ncolumns 2: the first is the key, and a key repeats when it comes with two
 * different values of the second.  ncolumns 1: a key repeats when it comes
 * twice.
 */
extern ValueTable *value_table_create(MemoryContext context, int ncolumns,
									  const Oid *types, Oid collation);
extern void value_table_add(ValueTable *table, const Datum *row);
extern uint64 value_table_keys(const ValueTable *table);
extern uint64 value_table_repeats(const ValueTable *table);

/*
 * The contents as bytes, for a process of the same cluster: how many there are, and they.
 * There may be more than fit into a datum.
 */
extern uint64 value_table_dump_size(const ValueTable *table);
extern void value_table_dump(const ValueTable *table, char *bytes);
extern void value_table_load(ValueTable *table, const char *bytes, size_t size);

#endif							/* GREENERY_VALUE_TABLE_H */
