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
#include "access/tupdesc.h"
#include "nodes/pg_list.h"

/* One column of the table behind a source function */
typedef struct OwnColumn
{
	AttrNumber	attnum;
	bool		cleaned;		/* clean_text changes its values */
} OwnColumn;

/*
 * Find the table that greenery.<function>() reads, and its column behind each
 * of the ncolumns names; an id that staging shows as text may be a number or a
 * uuid there.  The table is left locked in ACCESS SHARE mode.
 *
 * InvalidOid if the function is more than a list of columns of one table, with or without a
 * filter, or its ids cannot be told apart by the values of the columns: then only the
 * staging view has the answer.
 */
extern Oid	own_columns_find(const char *function, int ncolumns,
							 const char *const *names, OwnColumn *columns);

/*
 * What the function shows as a column, as SQL over the table that own_columns_find() has
 * found, by the name "o"; NULL where it is a NULL for all rows.
 */
extern char *own_column_sql(const char *function, const char *name);

/* The filter of such a query, likewise; NULL where it shows all rows of the table */
extern char *own_filter_sql(const struct Query *query);

/*
 * The query that the function consists of, which lists columns of one table, of all rows or of
 * those that pass a filter, and no more; NULL if it does anything else.  The table is left locked in ACCESS SHARE mode.
 */
extern struct Query *own_columns_query(const char *function);

/*
 * Why the rows of the table that have been written since some moment do not tell all that has
 * changed of what the function shows since; NULL where they do.  key is the column that
 * identifies a row.
 */
extern const char *own_columns_obstacle(const char *function, const char *key);

/* greenery.<function>(); an error if there is none */
extern Oid	source_function_oid(const char *function);

/* The table of such a query */
extern Oid	own_columns_table(const struct Query *query);

/* Whether a type's text is the same for every caller */
extern bool type_has_one_text(Oid type);

/* Whether it is a function of the extension of that name, in either schema */
extern bool is_own_function(Oid function, const char *wanted);

/* The row that the function declares */
extern TupleDesc source_row(const char *function);

/*
 * Which column of the function's query has another type than the function declares, as a
 * message; NULL if none.  It would be converted with a loss, or by the settings of the caller.
 * An error if the query cannot be parsed.
 */
extern char *source_type_problem(const char *function);

/* What becomes another text whenever the function is replaced, even by the same */
extern char *own_columns_version(const char *function);

#endif							/* GREENERY_OWN_COLUMNS_H */
