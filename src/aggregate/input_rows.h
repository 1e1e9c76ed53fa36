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
#include "aggregate/simple_expr.h"
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
	bool		plain;			/* simple conditions, and rows are not counted */
	bool		compares;		/* texts, in an argument or a condition */
	bool		fixed;			/* arguments are at the same place of every
								 * row */
	MemoryContext memory;		/* of the aggregate's arguments */
	int			ncolumns;		/* that a row must have */
	int			nconditions;	/* of the scan, if it is plain */
	SimpleExpr *conditions;
	int			narguments;
	SimpleExpr	arguments[FLEXIBLE_ARRAY_MEMBER];
} InputRows;

/*
 * The rows after the first one, for a transition function that was called without a
 * state; NULL where they have to come through the executor, one call each.
 * A caller that reads one row must read them all.
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
											 rows->arguments[i].column + 1,
											 slot->tts_tupleDescriptor,
											 &argument[i].isnull);
		return;
	}
	slot_getsomeattrs(slot, rows->ncolumns);
	for (int i = 0; i < rows->narguments; i++)
		argument[i].value = simple_expr_value(&rows->arguments[i], slot,
											  &argument[i].isnull);
}

/* Does a row of a plain scan meet its conditions? */
static inline bool
input_rows_meet(const InputRows *rows, TupleTableSlot *slot)
{
	if (rows->nconditions == 0)
		return true;
	slot_getsomeattrs(slot, rows->ncolumns);
	for (int i = 0; i < rows->nconditions; i++)
	{
		bool		isnull;
		Datum		value = simple_expr_value(&rows->conditions[i], slot, &isnull);

		if (isnull || !DatumGetBool(value))
			return false;
	}
	return true;
}

/* Free what the last row took; to ask here costs less than to ask MemoryContextReset */
static inline void
input_rows_forget(const InputRows *rows)
{
	if (!rows->memory->isReset || rows->memory->firstchild != NULL)
		MemoryContextReset(rows->memory);
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
	{
		slot = input_rows_filtered(rows);
		input_rows_forget(rows);
	}
	else
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			input_rows_forget(rows);
			if (!table_scan_getnextslot(rows->scan, ForwardScanDirection, slot))
				slot = NULL;
		} while (slot != NULL && !input_rows_meet(rows, slot));
	}
	if (slot == NULL)
	{
		input_rows_end(rows);
		return false;
	}
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
