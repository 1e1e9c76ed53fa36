/*-------------------------------------------------------------------------
 *
 * own_indexes.h
 *	  Indexes of the shop's own table that a source function reads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_OWN_INDEXES_H
#define GREENERY_OWN_INDEXES_H

#include "postgres.h"

#include "sources/own_columns.h"

/*
 * CREATE INDEX statements for ids and times of the table that the function shows as something
 * else and that no index can find as such.  A list of char *.
 */
extern List *own_id_indexes(const char *function);

/*
 * Does an index prove that no two rows that the active snapshot sees have the
 * same value in the column, after cleaning if it is cleaned?  NULLs aside.
 */
extern bool own_column_is_unique(Oid relid, const OwnColumn *column);

#endif							/* GREENERY_OWN_INDEXES_H */
