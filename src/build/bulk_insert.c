/*-------------------------------------------------------------------------
 *
 * bulk_insert.c
 *	  Insert all rows of one table into another, and then into its indexes, in
 *	  their order.
 *
 * The first build publishes millions of rows whose ids come in no order.  With an
 * INSERT each of them goes to another page of the key's index, which takes several
 * times as long as storing the row.  Sorted before, they go to the end of it.
 *
 * CREATE INDEX after the rows would do the same, but shut readers out until the build
 * commits.  This needs only a writer's lock: no other session sees a row before the build
 * has committed, and then all of its index entries are there.
 *
 * Only for tables where an INSERT would do nothing else: no triggers, rules, checks or
 * policies, no index but of columns as they are, both tables ordinary and of the same
 * columns.  Foreign keys have triggers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "build/bulk_insert.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "compat.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/tuplesort.h"

/* Rows that are stored at a time */
#define BATCH 500

/* An index, and the entries that are to go into it */
typedef struct SortedIndex
{
	Relation	rel;
	IndexInfo  *info;
	Tuplesortstate *entries;
} SortedIndex;

/* Where the rows go */
typedef struct BulkTarget
{
	Relation	rel;
	CommandId	command;
	SortedIndex *indexes;
	int			nindexes;
	TupleTableSlot *slots[BATCH];
	int			nslots;			/* in use */
	MemoryContext batch;		/* what storing a batch allocates */
} BulkTarget;

/* Whether an INSERT would store the rows and do nothing else */
static bool
is_plain(Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;

	return rel->rd_rel->relkind == RELKIND_RELATION &&
		!rel->rd_rel->relispartition &&
		!rel->rd_rel->relrowsecurity &&
		rel->trigdesc == NULL &&
		rel->rd_rules == NULL &&
		(constr == NULL || (constr->num_check == 0 && !constr->has_generated_stored));
}

/* Whether two tables have the same columns, in the same places */
static bool
same_columns(TupleDesc a, TupleDesc b)
{
	if (a->natts != b->natts)
		return false;
	for (int i = 0; i < a->natts; i++)
	{
		Form_pg_attribute left = TupleDescAttr(a, i);
		Form_pg_attribute right = TupleDescAttr(b, i);

		if (left->attisdropped || right->attisdropped ||
			left->atttypid != right->atttypid || left->atttypmod != right->atttypmod)
			return false;
	}
	return true;
}

static bool
is_plain_index(Relation index)
{
	return index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indislive && index->rd_index->indisready &&
		index->rd_index->indimmediate && !index->rd_index->indisexclusion &&
		RelationGetIndexExpressions(index) == NIL &&
		RelationGetIndexPredicate(index) == NIL;
}

static void
close_indexes(BulkTarget *target)
{
	for (int i = 0; i < target->nindexes; i++)
		index_close(target->indexes[i].rel, NoLock);
}

/* Open the indexes; false if one of them is of another kind */
static bool
open_indexes(BulkTarget *target)
{
	List	   *oids = RelationGetIndexList(target->rel);
	bool		plain = true;
	ListCell   *lc;

	target->indexes = palloc0(Max(list_length(oids), 1) * sizeof(SortedIndex));
	foreach(lc, oids)
	{
		SortedIndex *index = &target->indexes[target->nindexes++];

		index->rel = index_open(lfirst_oid(lc), RowExclusiveLock);
		plain = plain && is_plain_index(index->rel);
	}
	return plain;
}

static void
begin_entries(BulkTarget *target)
{
	for (int i = 0; i < target->nindexes; i++)
	{
		SortedIndex *index = &target->indexes[i];

		index->info = BuildIndexInfo(index->rel);
		/* a value that occurs twice is found when it is inserted */
		index->entries = tuplesort_begin_index_btree(target->rel, index->rel, false, false,
													 Max(maintenance_work_mem / target->nindexes, 64),
													 NULL, TUPLESORT_NONE);
	}
}

static void
check_not_null(Relation rel, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(rel);

	if (desc->constr == NULL || !desc->constr->has_not_null)
		return;
	for (int i = 0; i < desc->natts; i++)
		if (TupleDescAttr(desc, i)->attnotnull && slot_attisnull(slot, i + 1))
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
							NameStr(TupleDescAttr(desc, i)->attname),
							RelationGetRelationName(rel)),
					 errtablecol(rel, i + 1)));
}

/* Store the rows that have been collected, and keep what goes into the indexes */
static void
store_batch(BulkTarget *target)
{
	MemoryContext old = MemoryContextSwitchTo(target->batch);

	table_multi_insert(target->rel, target->slots, target->nslots, target->command, 0, NULL);
	MemoryContextSwitchTo(old);
	for (int i = 0; i < target->nslots; i++)
	{
		TupleTableSlot *slot = target->slots[i];

		for (int j = 0; j < target->nindexes; j++)
		{
			SortedIndex *index = &target->indexes[j];
			Datum		values[INDEX_MAX_KEYS];
			bool		isnull[INDEX_MAX_KEYS];

			/* no expressions: it needs no executor */
			FormIndexDatum(index->info, slot, NULL, values, isnull);
			tuplesort_putindextuplevalues(index->entries, index->rel, &slot->tts_tid,
										  values, isnull);
		}
		ExecClearTuple(slot);
	}
	target->nslots = 0;
	MemoryContextReset(target->batch);
}

/* Store all rows of a table, and return how many they are */
static int64
store_rows(BulkTarget *target, Relation source)
{
	TableScanDesc scan = greenery_beginscan(source, GetActiveSnapshot());
	TupleTableSlot *row = table_slot_create(source, NULL);
	int64		rows = 0;

	for (int i = 0; i < BATCH; i++)
		target->slots[i] = table_slot_create(target->rel, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, row))
	{
		CHECK_FOR_INTERRUPTS();
		check_not_null(target->rel, row);
		ExecCopySlot(target->slots[target->nslots++], row);
		rows++;
		if (target->nslots == BATCH)
			store_batch(target);
	}
	if (target->nslots > 0)
		store_batch(target);
	for (int i = 0; i < BATCH; i++)
		ExecDropSingleTupleTableSlot(target->slots[i]);
	ExecDropSingleTupleTableSlot(row);
	table_endscan(scan);
	return rows;
}

static void
insert_entries(BulkTarget *target, SortedIndex *index)
{
	IndexTuple	entry;

	tuplesort_performsort(index->entries);
	while ((entry = tuplesort_getindextuple(index->entries, true)) != NULL)
	{
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];
		MemoryContext old = MemoryContextSwitchTo(target->batch);

		CHECK_FOR_INTERRUPTS();
		index_deform_tuple(entry, RelationGetDescr(index->rel), values, isnull);
		(void) index_insert(index->rel, values, isnull, &entry->t_tid, target->rel,
							index->rel->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
							false, index->info);
		MemoryContextSwitchTo(old);
		MemoryContextReset(target->batch);
	}
	tuplesort_end(index->entries);
}

int64
bulk_insert(Oid target_oid, Oid source_oid)
{
	Relation	source = table_open(source_oid, AccessShareLock);
	BulkTarget	target = {.rel = table_open(target_oid, RowExclusiveLock)};
	int64		rows = -1;

	if (is_plain(target.rel) && is_plain(source) &&
		same_columns(RelationGetDescr(target.rel), RelationGetDescr(source)) &&
		pg_class_aclcheck(target_oid, GetUserId(), ACL_INSERT) == ACLCHECK_OK &&
		pg_class_aclcheck(source_oid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		open_indexes(&target))
	{
		/* what has been written so far is to be seen */
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		target.command = GetCurrentCommandId(true);
		target.batch = AllocSetContextCreate(CurrentMemoryContext, "bulk insert",
											 ALLOCSET_DEFAULT_SIZES);
		begin_entries(&target);
		rows = store_rows(&target, source);
		for (int i = 0; i < target.nindexes; i++)
			insert_entries(&target, &target.indexes[i]);
		MemoryContextDelete(target.batch);
		PopActiveSnapshot();
		CommandCounterIncrement();
	}
	close_indexes(&target);
	table_close(target.rel, NoLock);
	table_close(source, NoLock);
	return rows;
}
