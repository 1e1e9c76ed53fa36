/*-------------------------------------------------------------------------
 *
 * bind_columns.h
 *	  The columns of a source, made of the columns of a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BIND_COLUMNS_H
#define GREENERY_BIND_COLUMNS_H

#include "postgres.h"

#include "sources/binding.h"

/* Fill columns and query from given */
extern void bind_columns(Binding *binding);

#endif							/* GREENERY_BIND_COLUMNS_H */
