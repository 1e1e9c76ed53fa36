/*-------------------------------------------------------------------------
 *
 * table_columns.h
 *	  Columns of the tables that builds write and publish.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_TABLE_COLUMNS_H
#define GREENERY_BUILD_TABLE_COLUMNS_H

#include "postgres.h"

#include "access/tupdesc.h"

/* Names, types and collations of columns, as CREATE TABLE takes them */
extern char *columns_of_descriptor(TupleDesc desc);

/* The same of a relation; NULL for InvalidOid */
extern char *columns_of_relation(Oid relid);

/*
 * Refuse a relation with columns of a range type whose function that says how far apart two
 * values are belongs to a role that the owner should not run code of.
 */
extern void refuse_range_columns(Oid relid, Oid owner, Oid builder);

#endif							/* GREENERY_BUILD_TABLE_COLUMNS_H */
