/*-------------------------------------------------------------------------
 *
 * input_rows.c
 *	  How an aggregate takes the rest of its rows from the scan itself.
 *
 * An aggregate that is all that a query asks of a table gets its rows from a
 * sequential scan: for each, the executor goes from node to node, runs the expression
 * that has the arguments, and calls the transition function.  Over ten million rows
 * that is a fifth to a third of what repeat_rate takes.  So with its first row the
 * transition function asks for the rest, and runs the loop over them that the
 * executor would, in one place and in one call.
 *
 * It pays where the arguments are at the same place of every row, or where texts are
 * compared in a way that needs no executor either: see simple_expr.c.  There it gained
 * more than a fifth; elsewhere it gained less, and the rows keep to the executor.
 *
 * The plan, and all that it stands for, is PostgreSQL's: who may read the table,
 * row-level security, the snapshot, which blocks are this worker's.  It is the scan
 * that the executor has opened that is read, with the functions that any table
 * access method has, and into the slot that the scan node has made.  Conditions that
 * are not simple are evaluated as the scan's node does, in the same order and the same
 * memory; EXPLAIN ANALYZE counts and times the rows as ever.  A scan that computes
 * columns, or any other plan than that one, keeps to the executor.
 * docs/architecture.md says what this assumes of the executor, and which test watches it.
 *
 * A scan that is asked for a row after its last one starts again.  So when the
 * executor comes back for the next row it must not reach the scan, but finds a
 * function in the node's place that says once that there is none: see no_more().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "aggregate/aggregate.h"
#include "aggregate/input_rows.h"
#include "compat.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "executor/nodeAgg.h"
#include "greenery.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/*
 * The node that a transition function is called by, if it has this one state, and
 * every row of its input is a call.
 */
static AggState *
only_aggregate(FunctionCallInfo fcinfo, const Aggref *aggref)
{
	AggState   *aggregate = greenery_plain_aggregate(fcinfo);
	const Agg  *plan;

	if (aggregate == NULL)
		return NULL;
	plan = (const Agg *) aggregate->ss.ps.plan;
	if (plan->groupingSets != NIL || plan->chain != NIL ||
		aggregate->numtrans != 1 || DO_AGGSPLIT_COMBINE(aggregate->aggsplit))
		return NULL;

	/*
	 * another aggregate may call our function for its own: a distributed
	 * engine's
	 */
	if (aggregate->pertrans[0].transfn_fcinfo != fcinfo)
		return NULL;
	if (aggref == NULL || aggref->aggfilter != NULL ||
		aggref->aggorder != NIL || aggref->aggdistinct != NIL ||
		list_length(aggref->args) != fcinfo->nargs - 1)
		return NULL;
	return aggregate;
}

/* The scan that the node's rows come from, if they come from one and nothing else */
static SeqScanState *
plain_scan(const AggState *aggregate)
{
	PlanState  *input = outerPlanState(aggregate);
	SeqScanState *scan;

	if (input == NULL || !IsA(input, SeqScanState))
		return NULL;
	scan = (SeqScanState *) input;
	if (scan->ss.ss_currentScanDesc == NULL || scan->ss.ps.ps_ProjInfo != NULL ||
		!ScanDirectionIsForward(input->state->es_direction) ||
		input->state->es_epq_active != NULL)
		return NULL;

	/* someone else's function in the node's place has to see every row */
	if (input->instrument == NULL && input->ExecProcNode != input->ExecProcNodeReal)
		return NULL;
	return scan;
}

/* What the arguments are, if they are simple */
static bool
find_arguments(InputRows *rows, const Aggref *aggref)
{
	ListCell   *lc;

	foreach(lc, aggref->args)
	{
		SimpleExpr *argument = &rows->arguments[rows->narguments++];

		if (!simple_expr_init(argument, lfirst_node(TargetEntry, lc)->expr))
			return false;
		rows->compares |= simple_expr_compares(argument);
		rows->ncolumns = Max(rows->ncolumns, simple_expr_columns(argument));
	}
	return true;
}

/* What the scan's conditions are, if they are simple */
static bool
find_conditions(InputRows *rows, const List *conditions)
{
	ListCell   *lc;

	rows->conditions = palloc(list_length(conditions) * sizeof(SimpleExpr));
	foreach(lc, conditions)
	{
		SimpleExpr *condition = &rows->conditions[rows->nconditions++];

		if (!simple_expr_init(condition, lfirst(lc)))
			return false;
		rows->compares |= simple_expr_compares(condition);
		rows->ncolumns = Max(rows->ncolumns, simple_expr_columns(condition));
	}
	return true;
}

/* Can rows be taken from the scan without its node's expressions? */
static bool
is_plain(InputRows *rows)
{
	const PlanState *node = &rows->node->ss.ps;

	return find_conditions(rows, node->plan->qual) && node->instrument == NULL;
}

/*
 * Are the arguments, which are among so many columns, at the same place of every row
 * that has no NULLs?
 */
static bool
has_fixed_columns(const InputRows *rows, int ncolumns)
{
	if (!TTS_IS_BUFFERTUPLE(rows->slot))
		return false;
	for (int i = 0; i < rows->narguments; i++)
		if (rows->arguments[i].kind != SIMPLE_COLUMN)
			return false;
	for (int i = 0; i < ncolumns; i++)
		if (TupleDescAttr(rows->slot->tts_tupleDescriptor, i)->attlen < 0)
			return false;
	return true;
}

InputRows *
input_rows_take(FunctionCallInfo fcinfo)
{
	const Aggref *aggref;
	AggState   *aggregate;
	SeqScanState *scan;
	InputRows  *rows;
	MemoryContext context;
	MemoryContext caller;
	bool		worthwhile;

	if (!greenery_direct_scan)
		return NULL;
	aggref = AggGetAggref(fcinfo);
	aggregate = only_aggregate(fcinfo, aggref);
	if (aggregate == NULL)
		return NULL;
	scan = plain_scan(aggregate);
	if (scan == NULL)
		return NULL;

	/*
	 * gone with the state, lest they add up where a query is run again and
	 * again
	 */
	(void) AggCheckCallContext(fcinfo, &context);
	rows = MemoryContextAllocZero(context, offsetof(InputRows, arguments) +
								  list_length(aggref->args) * sizeof(SimpleExpr));
	rows->node = scan;
	rows->scan = scan->ss.ss_currentScanDesc;
	rows->slot = scan->ss.ss_ScanTupleSlot;
	caller = MemoryContextSwitchTo(context);
	worthwhile = find_arguments(rows, aggref);
	if (worthwhile)
	{
		rows->fixed = has_fixed_columns(rows, rows->ncolumns);
		rows->plain = is_plain(rows);
		worthwhile = rows->fixed || rows->compares;
	}
	MemoryContextSwitchTo(caller);
	if (!worthwhile)
		return NULL;
	rows->memory = aggregate->tmpcontext->ecxt_per_tuple_memory;
	ereport(DEBUG2,
			(errmsg_internal("%s takes the rows of \"%s\" from the scan",
							 get_func_name(aggref->aggfnoid),
							 RelationGetRelationName(scan->ss.ss_currentRelation))));
	return rows;
}

/* In place of the scan: no more rows, and next time ask the scan again */
static TupleTableSlot *
no_more(PlanState *node)
{
	ExecSetExecProcNode(node, node->ExecProcNodeReal);
	return NULL;
}

/* The scan's next row, as ExecSeqScan would return it */
static TupleTableSlot *
next_row(SeqScanState *scan)
{
	PlanState  *node = &scan->ss.ps;
	ExprContext *context = node->ps_ExprContext;
	TupleTableSlot *slot = scan->ss.ss_ScanTupleSlot;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (!table_scan_getnextslot(scan->ss.ss_currentScanDesc,
									ForwardScanDirection, slot))
			return NULL;
		if (node->qual == NULL)
			return slot;
		ResetExprContext(context);
		context->ecxt_scantuple = slot;
		if (ExecQual(node->qual, context))
			return slot;
		InstrCountFiltered1(node, 1);
	}
}

TupleTableSlot *
input_rows_filtered(InputRows *rows)
{
	PlanState  *node = &rows->node->ss.ps;
	TupleTableSlot *slot;

	if (node->instrument == NULL)
		return next_row(rows->node);
	InstrStartNode(node->instrument);
	slot = next_row(rows->node);
	InstrStopNode(node->instrument, slot == NULL ? 0.0 : 1.0);
	return slot;
}

void
input_rows_end(InputRows *rows)
{
	rows->node->ss.ps.ExecProcNode = no_more;
}
