/*-------------------------------------------------------------------------
 *
 * value_ids.h
 *	  Numbers for the different values of a column of any hashable type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_IDS_H
#define GREENERY_VALUE_IDS_H

#include "postgres.h"

#include "keys/value_table.h"

extern ValueTable *value_ids_create(MemoryContext context, Oid type,
									Oid collation);

/* The number of a value, from 0.  Leaves garbage in the current context. */
extern uint64 value_ids_get(ValueTable *ids, Datum value);

/*
 * The values as bytes, for a process of the same cluster, and how many those are; and the
 * numbers here of the values in such bytes, *n of them.  An error if the bytes are not a dump.
 */
extern uint64 value_ids_dump_size(const ValueTable *ids);
extern void value_ids_dump(const ValueTable *ids, char *bytes);
extern uint64 *value_ids_load(ValueTable *ids, const char *bytes, Size size,
							  uint64 *n);

#endif							/* GREENERY_VALUE_IDS_H */
