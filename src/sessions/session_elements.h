/*-------------------------------------------------------------------------
 *
 * session_elements.h
 *	  The sessions of a table as an array of rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_ELEMENTS_H
#define GREENERY_SESSION_ELEMENTS_H

#include "postgres.h"

#include "keys/key_column.h"
#include "sessions/session_table.h"
#include "sessions/value_ids.h"
#include "utils/array.h"

/*
 * The array, in the current context; type is that of its elements, session_row
 * or its like.  values has the ids of a column of KEY_FORM_OTHER.
 */
extern ArrayType *session_elements(const SessionTable *table,
								   const KeyColumn *column,
								   const ValueIds *values, Oid type);

#endif							/* GREENERY_SESSION_ELEMENTS_H */
