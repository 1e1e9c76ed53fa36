/*-------------------------------------------------------------------------
 *
 * own_columns.h
 *	  The columns of the shop's own table that a source function reads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_OWN_COLUMNS_H
#define GREENERY_OWN_COLUMNS_H

#include "postgres.h"

#include "access/attnum.h"

/* One column of the table behind a source function */
typedef struct OwnColumn
{
	AttrNumber	attnum;
	bool		cleaned;		/* staging's clean_text changes its values */
} OwnColumn;

/*
 * Find the table that greenery.<function>() reads, and its column behind each
 * of the ncolumns names; an id that staging shows as text may be a number or a
 * uuid there.  The table is left locked in ACCESS SHARE mode.
 *
 * InvalidOid if the function is more than a list of columns of one table, or
 * its ids cannot be told apart by the values of the columns: then only the
 * staging view has the answer.
 */
extern Oid	own_columns_find(const char *function, int ncolumns,
							 const char *const *names, OwnColumn *columns);

/*
 * What the function shows as a column, as SQL over the table that own_columns_find() has
 * found, by the name "o"; NULL where it is a NULL for all rows.
 */
extern char *own_column_sql(const char *function, const char *name);

/*
 * The query that the function consists of, which lists columns of one table and no
 * more; NULL if it does anything else.  The table is left locked in ACCESS SHARE mode.
 */
extern struct Query *own_columns_query(const char *function);

/*
 * Whether the columns of such a query have the types that the function declares.  If not, they
 * are converted after it, which the query does not show.
 */
extern bool own_columns_are_declared(const char *function, const struct Query *query);

/* What becomes another text whenever the function is replaced, even by the same */
extern char *own_columns_version(const char *function);

/*
 * Does an index prove that no two rows that the active snapshot sees have the
 * same value in the column, after cleaning if it is cleaned by the given
 * function?  NULLs aside.
 */
extern bool own_column_is_unique(Oid relid, const OwnColumn *column,
								 Oid clean_text);

#endif							/* GREENERY_OWN_COLUMNS_H */
