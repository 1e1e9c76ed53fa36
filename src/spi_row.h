/*-------------------------------------------------------------------------
 *
 * spi_row.h
 *	  Values of a row that SPI has returned, of the types that the C code expects.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SPI_ROW_H
#define GREENERY_SPI_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"

/*
 * A value of that type, which must not be NULL.  Tables and views of the extension belong
 * to its owner, who may have altered them: another type is an error, and no pointer.
 */
extern Datum row_value(HeapTuple row, TupleDesc desc, int column, Oid type);

/* The same where it may be NULL */
extern Datum row_value_or_null(HeapTuple row, TupleDesc desc, int column, Oid type,
							   bool *isnull);

/* A value of any type as text; it must not be NULL */
extern char *row_text(HeapTuple row, TupleDesc desc, int column);

/* A text[] as a list of char *, without its NULL elements; NIL for NULL */
extern List *row_text_list(HeapTuple row, TupleDesc desc, int column);

#endif							/* GREENERY_SPI_ROW_H */
