/*-------------------------------------------------------------------------
 *
 * work_tables.h
 *	  Tables and views in the build's schema.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_WORK_TABLES_H
#define GREENERY_BUILD_WORK_TABLES_H

#include "postgres.h"

#include "build/model.h"

/* An error unless the schema is empty */
extern void check_work_schema(void);

/* What a model or intermediate model is called in it */
extern char *work_table_name(const Build *build, const char *name);

/* Make a table of these columns, for what the builder computes */
extern void create_work_table(const Build *build, const char *name, const char *columns);

/* Let the builder read what the owner has made there */
extern void let_builder_read(const Build *build, const char *name);

/* Drop one; kind is "TABLE" or "VIEW" */
extern void drop_work_table(const char *kind, const char *name);

/* Run a utility statement, or raise an error */
extern void execute_utility(const char *sql);

#endif							/* GREENERY_BUILD_WORK_TABLES_H */
