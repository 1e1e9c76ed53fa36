/*-------------------------------------------------------------------------
 *
 * citus_tables.h
 *	  Which tables Citus has distributed, and how.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_CITUS_TABLES_H
#define GREENERY_CITUS_TABLES_H

#include "postgres.h"

#include "access/attnum.h"

/* Whether this database has Citus */
extern bool citus_is_here(void);

/* Whether the rows of a table are on other servers: distributed and reference tables */
extern bool is_distributed(Oid relid);

/* The column that a table is distributed by; InvalidAttrNumber if by none */
extern AttrNumber distribution_column(Oid relid);

#endif							/* GREENERY_CITUS_TABLES_H */
