/*-------------------------------------------------------------------------
 *
 * write.c
 *	  Write a mart into the build's schema.
 *
 * As a rule a mart is written as its difference from the published table: the rows that have no
 * equal there, and the list of published rows that the mart does not have.  compute.c finds it
 * as the rows are computed.  All rows are written where there is nothing to compare with, as at
 * a first build, and for greenery_test().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "build/compute.h"
#include "build/fill_table.h"
#include "build/model_tree.h"
#include "build/table_columns.h"
#include "build/work_tables.h"
#include "build/write.h"
#include "compat.h"
#include "executor/tuptable.h"
#include "greenery.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "roles.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/*
 * The columns of a mart, as CREATE TABLE takes them; an error unless its query and its
 * published table have the same.
 */
static char *
mart_columns(const Build *build, const BuildModel *model, const Query *tree)
{
	char	   *computed = tree_columns(tree);
	char	   *published = columns_of_relation(published_oid(model));

	if (published == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("published table %s does not exist",
						published_name(model))));
	if (strcmp(computed, published) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("columns of model %s and of its published table differ",
						model->spec.name),
				 errdetail("The model has %s; the table has %s. greenery_drop_model() and greenery_add_model() make the table anew.",
						   computed, published)));
	refuse_range_columns(published_oid(model), build->owner, build->builder);
	return published;
}

/*
 * Raise an error unless rows that were computed, and the places of those they were compared
 * with, still mean the same: triggers, and functions that a model or a test calls, may have
 * altered the mart's tables.
 */
static void
check_unaltered(const BuildModel *model)
{
	const MartQuery *query = model->run.query;
	Relation	published = table_open(published_oid(model), AccessShareLock);
	Relation	written = table_open(written_oid(model), AccessShareLock);
	char	   *columns = columns_of_descriptor(RelationGetDescr(written));

	check_fillable(RelationGetRelid(written));
	if (RelationGetRelid(published) != query->published ||
		table_file(query->published) != query->file ||
		RelationGetNumberOfAttributes(written) != query->columns->natts ||
		strcmp(columns, columns_of_descriptor(query->columns)) != 0 ||
		strcmp(columns, columns_of_descriptor(RelationGetDescr(published))) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model %s, or its table, was altered while it was built", model->spec.name),
				 errhint("Build again. If it recurs, a trigger, or a function that a model or a test calls, alters it in each build.")));
	table_close(written, NoLock);
	table_close(published, NoLock);
}

/* Store rows in a table that has just been made */
static void
store(Oid table, Tuplestorestate *rows)
{
	Relation	rel = table_open(table, RowExclusiveLock);
	TupleTableSlot *from = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	CommandId	command = GetCurrentCommandId(true);

	while (tuplestore_gettupleslot(rows, true, false, from))
	{
		CHECK_FOR_INTERRUPTS();
		ExecCopySlot(slot, from);
		table_tuple_insert(rel, slot, command, 0, NULL);
	}
	ExecDropSingleTupleTableSlot(slot);
	ExecDropSingleTupleTableSlot(from);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

/* Copy a published row without the columns that were dropped from the table */
static void
copy_row(TupleTableSlot *row, TupleTableSlot *from)
{
	TupleDesc	desc = from->tts_tupleDescriptor;
	int			n = 0;

	ExecClearTuple(row);
	slot_getallattrs(from);
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		row->tts_values[n] = from->tts_values[i];
		row->tts_isnull[n] = from->tts_isnull[i];
		n++;
	}
	Assert(n == row->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(row);
}

/* Not by a statement: the list of the rows that have no equal may be too long for one */
static void
copy_equal_rows(const BuildModel *model)
{
	RowList    *others = &model->run.difference->only_old;
	Relation	published = table_open(published_oid(model), AccessShareLock);
	Relation	written = table_open(written_oid(model), RowExclusiveLock);
	TupleTableSlot *from = table_slot_create(published, NULL);
	TupleTableSlot *row = MakeSingleTupleTableSlot(RelationGetDescr(written), &TTSOpsVirtual);
	CommandId	command = GetCurrentCommandId(true);
	BulkInsertState bulk = GetBulkInsertState();
	TableScanDesc scan;

	check_unaltered(model);
	row_list_sort(others);
	PushActiveSnapshot(GetTransactionSnapshot());
	scan = greenery_beginscan(published, GetActiveSnapshot());
	while (table_scan_getnextslot(scan, ForwardScanDirection, from))
	{
		CHECK_FOR_INTERRUPTS();
		if (row_list_contains(others, &from->tts_tid))
			continue;
		copy_row(row, from);
		table_tuple_insert(written, row, command, 0, bulk);
	}
	table_endscan(scan);
	PopActiveSnapshot();
	FreeBulkInsertState(bulk);
	ExecDropSingleTupleTableSlot(row);
	ExecDropSingleTupleTableSlot(from);
	table_close(written, NoLock);
	table_close(published, NoLock);
	CommandCounterIncrement();
}

/*
 * Write the rows of a mart that have no equal in the published table.  The mart is computed
 * unless that has been done.  Returns false, and has done nothing, where the published table
 * cannot be compared with.
 */
static bool
write_difference(Build *build, BuildModel *model, Query *tree)
{
	ComputedMart *mart;
	RoleSwitch	before;

	if (model->run.computed == NULL && is_comparable(model))
	{
		role_enter(build->builder, &before);
		model->run.computed = compute_mart(mart_query(build, model, tree));
		role_leave(&before);
	}
	mart = model->run.computed;
	if (mart == NULL || !mart->only_affected)
		model->counts.affected_keys = -1;
	if (mart == NULL)
		return false;
	/* for the marts that read it */
	if (!has_statistics(model))
		execute_utility(psprintf("ANALYZE %s", quoted_relation(published_oid(model))));
	model->run.query = mart->query;
	check_unaltered(model);
	store(written_oid(model), mart->differing);
	model->run.difference = mart->difference;
	model->counts.rows = rows_of_difference(mart->difference);
	computed_mart_free(mart);
	model->run.computed = NULL;
	return true;
}

void
write_mart(Build *build, BuildModel *model)
{
	Query	   *tree = tree_in_build(build, model->spec.relid);

	create_work_table(build, model->spec.table, mart_columns(build, model, tree));
	if (build->is_test || !write_difference(build, model, tree))
	{
		model->counts.rows = fill_table(written_oid(model), build->builder,
										nodeToString(tree_rewritten(tree)));
		execute_utility(psprintf("ANALYZE %s", written_name(model)));
	}
	model->run.phase = MODEL_WRITTEN;
}

void
write_equal_rows(BuildModel *model)
{
	copy_equal_rows(model);
	execute_utility(psprintf("ANALYZE %s", written_name(model)));
	model->run.difference = NULL;
}
