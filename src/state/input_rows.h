/*-------------------------------------------------------------------------
 *
 * input_rows.h
 *	  How an aggregate takes the rest of its rows from the scan itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_INPUT_ROWS_H
#define GREENERY_INPUT_ROWS_H

#include "postgres.h"

#include "fmgr.h"

typedef struct InputRows InputRows;

/*
 * The rows after the first one, for a transition function that was called without a
 * state; NULL where they have to come through the executor, one call each.  Whoever
 * takes one of them takes all.
 */
extern InputRows *input_rows_take(FunctionCallInfo fcinfo);

/*
 * Put the next row's arguments into fcinfo, after the state; false after the last
 * row.  They last until the next call, and so does what is allocated in the current
 * memory context.
 */
extern bool input_rows_next(InputRows *rows, FunctionCallInfo fcinfo);

/*
 * A transition function whose argument 0 is the state, which add makes when it is
 * NULL, and returns when it has added the row: inlined where it is known.
 */
static inline Datum
input_rows_transition(FunctionCallInfo fcinfo, PGFunction add)
{
	bool		first = PG_ARGISNULL(0);
	Datum		state = add(fcinfo);

	if (unlikely(first))
	{
		InputRows  *rows = input_rows_take(fcinfo);

		if (rows != NULL)
		{
			fcinfo->args[0].value = state;
			fcinfo->args[0].isnull = false;
			while (input_rows_next(rows, fcinfo))
				(void) add(fcinfo);
		}
	}
	return state;
}

#endif							/* GREENERY_INPUT_ROWS_H */
