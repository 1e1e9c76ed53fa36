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

#include "access/htup_details.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

/* For the functions below only */
typedef struct InputRows
{
	SeqScanState *node;
	TableScanDesc scan;
	TupleTableSlot *slot;		/* that rows are read into */
	bool		plain;			/* all rows and columns, and nobody counts them */
	bool		fixed;			/* arguments are at the same place of every row */
	MemoryContext memory;		/* of the aggregate's arguments */
	int			ncolumns;		/* that a row must have */
	int			narguments;
	int			columns[FLEXIBLE_ARRAY_MEMBER]; /* of the arguments, from 0 */
} InputRows;

/*
 * The rows after the first one, for a transition function that was called without a
 * state; NULL where they have to come through the executor, one call each.  Whoever
 * takes one of them takes all.
 */
extern InputRows *input_rows_take(FunctionCallInfo fcinfo);

/* The scan's next row where it is not plain, or NULL */
extern TupleTableSlot *input_rows_filtered(InputRows *rows);

/* There are no more rows */
extern void input_rows_end(InputRows *rows);

/*
 * Put the arguments of a row into fcinfo.  From a heap's row without NULLs, columns
 * that have nothing of variable length before them are fetched one by one in no time.
 */
static inline void
input_rows_fetch(const InputRows *rows, TupleTableSlot *slot, FunctionCallInfo fcinfo)
{
	NullableDatum *argument = fcinfo->args + 1;

	if (rows->fixed && HeapTupleNoNulls(((HeapTupleTableSlot *) slot)->tuple))
	{
		for (int i = 0; i < rows->narguments; i++)
			argument[i].value = heap_getattr(((HeapTupleTableSlot *) slot)->tuple,
											 rows->columns[i] + 1,
											 slot->tts_tupleDescriptor,
											 &argument[i].isnull);
		return;
	}
	slot_getsomeattrs(slot, rows->ncolumns);
	for (int i = 0; i < rows->narguments; i++)
	{
		argument[i].value = slot->tts_values[rows->columns[i]];
		argument[i].isnull = slot->tts_isnull[rows->columns[i]];
	}
}

/*
 * Put the next row's arguments into fcinfo, after the state; false after the last
 * row.  They last until the next call, and so does what is allocated in the current
 * memory context.
 */
static inline bool
input_rows_next(InputRows *rows, FunctionCallInfo fcinfo)
{
	TupleTableSlot *slot = rows->slot;

	if (!rows->plain)
		slot = input_rows_filtered(rows);
	else
	{
		CHECK_FOR_INTERRUPTS();
		if (!table_scan_getnextslot(rows->scan, ForwardScanDirection, slot))
			slot = NULL;
	}
	if (slot == NULL)
	{
		input_rows_end(rows);
		return false;
	}

	/* what MemoryContextReset would find out by itself */
	if (!rows->memory->isReset || rows->memory->firstchild != NULL)
		MemoryContextReset(rows->memory);
	input_rows_fetch(rows, slot, fcinfo);
	return true;
}

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
