/*-------------------------------------------------------------------------
 *
 * bulk_insert.h
 *	  Insert all rows of one table into another that is empty.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BULK_INSERT_H
#define GREENERY_BULK_INSERT_H

#include "postgres.h"

/*
 * The rows inserted, or -1 and nothing is done where only the executor can do it: see
 * bulk_insert.c.  Errors as those of INSERT: 23505 for a key that occurs twice, 23502
 * for a NULL that may not be.
 */
extern int64 bulk_insert(Oid target, Oid source);

#endif							/* GREENERY_BULK_INSERT_H */
