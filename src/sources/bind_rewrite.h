/*-------------------------------------------------------------------------
 *
 * bind_rewrite.h
 *	  A query in forms of SQL that have a place for the schema of all that they call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BIND_REWRITE_H
#define GREENERY_BIND_REWRITE_H

#include "postgres.h"

#include "nodes/parsenodes.h"

/* A copy of a query that needs no lookup by a name without schema, where that can be */
extern Query *bind_rewrite(const Query *original, const char *source);

/* An error for what cannot be written so */
extern void bind_refuse_form(const char *source, const char *what);

#endif							/* GREENERY_BIND_REWRITE_H */
