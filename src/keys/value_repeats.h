/*-------------------------------------------------------------------------
 *
 * value_repeats.h
 *	  What key_table is to ids of fixed width, for values of any hashable type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_REPEATS_H
#define GREENERY_VALUE_REPEATS_H

#include "postgres.h"

typedef struct ValueRepeats ValueRepeats;

/*
 * ncolumns 2: the first is the key, and a key repeats when it comes with two
 * different values of the second.  ncolumns 1: a key repeats when it comes
 * twice.
 */
extern ValueRepeats *value_repeats_create(MemoryContext context, int ncolumns,
										  const Oid *types, Oid collation);

/* Add a row of ncolumns values.  Leaves garbage in the current context. */
extern void value_repeats_add(ValueRepeats *repeats, const Datum *row);

extern void value_repeats_counts(const ValueRepeats *repeats, uint64 *keys,
								 uint64 *repeating);

/*
 * The contents as bytes, for a process of the same cluster: how many there are, and they.
 * There may be more than fit into a datum.
 */
extern uint64 value_repeats_dump_size(const ValueRepeats *repeats);
extern void value_repeats_dump(const ValueRepeats *repeats, char *bytes);

/* Add what another table held.  An error if the bytes are not such a dump. */
extern void value_repeats_load(ValueRepeats *repeats, const char *bytes,
							   Size size);

#endif							/* GREENERY_VALUE_REPEATS_H */
