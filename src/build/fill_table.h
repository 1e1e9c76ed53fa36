/*-------------------------------------------------------------------------
 *
 * fill_table.h
 *	  Store what the builder computes in a table of the owner's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_FILL_TABLE_H
#define GREENERY_BUILD_FILL_TABLE_H

#include "postgres.h"

/*
 * Run a query as a role, and store its rows in a table that this transaction has made.  The
 * query is a rewritten tree, see model_tree.h.  Returns how many rows.  An error 42804 unless
 * its columns have the table's types.
 */
extern int64 fill_table(Oid table, Oid role, const char *rewritten);

/*
 * Raise an error unless rows can be stored in a relation as they are: in an ordinary table, made
 * by this transaction, with nothing that an INSERT would ask or do.
 */
extern void check_fillable(Oid relid);

#endif							/* GREENERY_BUILD_FILL_TABLE_H */
