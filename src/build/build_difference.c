/*-------------------------------------------------------------------------
 *
 * build_difference.c
 *	  Write of a mart only what differs from the published table.
 *
 * What build_compute.c has found to differ is written and applied to the published
 * table right away; the table then has exactly the mart's rows, for this transaction
 * and nobody else, and a view of it stands in the build's schema in place of a
 * written table: what is tested, and what other marts read.  A build that fails
 * undoes it, see build.c.
 *
 * Where that does not work, the rows that have an equal are copied from the
 * published table, and the mart is written as at a first build: when much differs,
 * for a build that fails should not leave many dead rows behind, and a statement cannot
 * take a list of very many rows; and when the difference cannot be applied, above all
 * because keys are missing or not unique, which is for the tests to find.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "build/build_compute.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* What of a mart may differ, in rows of the published table: 1 of this many */
#define MUCH 4

static void
execute_utility(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", sql);
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

/*
 * Apply the difference; the caller guards it.  Exactly, or not at all: keys that are not
 * unique, or values that only look different, do not add up.
 */
static void
apply(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;

	build_keep_changes(in->build, model);
	build_apply(model);
	build_drop("TABLE", model->written);
	execute_utility(psprintf("CREATE VIEW %s AS SELECT * FROM %s",
							 build_written_table(model),
							 quote_qualified_identifier(PUBLISHED_SCHEMA, model->name)));
	build_let_builder_read(in->build, model->written);
}

/* Copy a published row without the columns that were dropped from the table */
static void
take_over(TupleTableSlot *row, TupleTableSlot *from)
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

/*
 * Complete the written table with the published rows that have an equal.  This is not done
 * by a statement: the list of the other rows may be too long for one.
 */
static void
write_the_rest(const BuildModel *model, const MartQuery *query)
{
	RowList    *others = &model->difference->only_old;
	Relation	published = table_open(mart_published(model), AccessShareLock);
	Relation	written = table_open(mart_written(model), RowExclusiveLock);
	TupleTableSlot *from = table_slot_create(published, NULL);
	TupleTableSlot *row = MakeSingleTupleTableSlot(RelationGetDescr(written), &TTSOpsVirtual);
	CommandId	command = GetCurrentCommandId(true);
	BulkInsertState bulk = GetBulkInsertState();
	TableScanDesc scan;

	mart_check_unaltered(model, query);
	row_list_sort(others);
	PushActiveSnapshot(GetTransactionSnapshot());
	scan = greenery_beginscan(published, GetActiveSnapshot());
	while (table_scan_getnextslot(scan, ForwardScanDirection, from))
	{
		CHECK_FOR_INTERRUPTS();
		if (row_list_contains(others, &from->tts_tid))
			continue;
		take_over(row, from);
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
 * Bring a mart into its table in the build's schema, which has just been made and
 * is empty: what differs, if that can be applied, or all rows.  The mart is computed
 * unless that has been done.  Returns false, and has done nothing, where there is
 * nothing to compare with.
 */
bool
build_write_difference(Build *build, BuildModel *model, Query *tree)
{
	ModelInBuild in = {build, model};
	const MartQuery *query;
	RowDifference *difference;
	TimestampTz start;
	char	   *message;

	if (model->computed == NULL && mart_is_comparable(model))
	{
		RoleSwitch	before;

		role_enter(build->builder, &before);
		model->computed = mart_compute(build_mart_query(build, model, tree));
		role_leave(&before);
	}
	if (model->computed == NULL)
	{
		model->changed_keys = -1;
		return false;
	}
	query = model->computed->query;
	/* for the marts that read it */
	if (!mart_has_statistics(model))
		execute_utility(psprintf("ANALYZE %s", quoted_relation(mart_published(model))));
	if (!model->computed->sliced)
		model->changed_keys = -1;
	difference = model->computed->difference;
	model->rows = mart_rows(difference);
	mart_check_unaltered(model, query);
	store(mart_written(model), model->computed->differing);
	mart_free(model->computed);
	model->computed = NULL;

	start = GetCurrentTimestamp();
	model->difference = difference;
	if (difference->listed &&
		difference->only_old.n <= difference->old_rows / MUCH &&
		difference->only_new.n <= difference->old_rows / MUCH)
	{
		build_count_changes(build, model);
		model->applied = run_guarded(apply, &in, &message);
		if (!model->applied)
		{
			build_forget_counts(model);
			/* that has been undone too */
			model->changes_kept = false;
			ereport(DEBUG1,
					(errmsg_internal("difference of model %s not applied: %s",
									 model->name, message)));
		}
	}
	if (model->applied)
		model->publish_seconds = seconds_since(start);
	else
	{
		model->inserted = model->updated = model->deleted = -1;
		write_the_rest(model, query);
		execute_utility(psprintf("ANALYZE %s", build_written_table(model)));
		model->difference = NULL;
	}
	return true;
}
