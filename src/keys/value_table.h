/*-------------------------------------------------------------------------
 *
 * value_table.h
 *	  The different values of a column of any hashable type, a record each.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_TABLE_H
#define GREENERY_VALUE_TABLE_H

#include "postgres.h"

#include "keys/value_bytes.h"
#include "keys/value_type.h"

typedef struct ValueTable ValueTable;

/* What a record starts with; the rest is the caller's, zero at first */
typedef struct ValueRecord
{
	Datum		value;			/* the first of those that are equal */
} ValueRecord;

extern ValueTable *value_table_create(MemoryContext context, Oid type,
									  Oid collation, Size record_size);

/* The record of a value.  Leaves garbage in the current context. */
extern ValueRecord *value_table_enter(ValueTable *table, Datum value,
									  bool *found);

/* A copy of a flat value that lives as long as the table */
extern Datum value_table_keep(ValueTable *table, const ValueType *type,
							  Datum value);

/* How many values there are */
extern uint64 value_table_count(const ValueTable *table);

/* How the rest of a record is written, and how it is read and put to use */
typedef void (*value_record_write) (const void *arg, ValueWriter *writer,
									const ValueRecord *record);
typedef void (*value_record_read) (void *arg, ValueReader *reader,
								   ValueRecord *record, bool found);

/*
 * The contents as bytes, for a process of the same cluster.  Returns how many they
 * are, which may be more than fit into a datum; bytes NULL: only that is wanted.
 */
extern uint64 value_table_dump(const ValueTable *table, char *bytes,
							   value_record_write write, const void *arg);

/* How many values such bytes hold.  An error if they cannot. */
extern uint64 value_table_dumped(const char *bytes, Size size);

/* Enter all of them.  An error if the bytes are not such a dump. */
extern void value_table_load(ValueTable *table, const char *bytes, Size size,
							 value_record_read read, void *arg);

#endif							/* GREENERY_VALUE_TABLE_H */
