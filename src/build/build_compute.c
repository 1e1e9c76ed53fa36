/*-------------------------------------------------------------------------
 *
 * build_compute.c
 *	  Compute one mart, and compare its rows as they come.
 *
 * Nearly all rows of a mart are as they were at the build before.  So they are not
 * written: each is compared, as the executor returns it, with the digests of the
 * published rows, and dropped if it has an equal there.
 *
 * Each published row is read, and each row of the mart is computed, but for marts of
 * which it is known what can have changed: see build_incremental.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "build/build_compute.h"
#include "build/model_tree.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* Where the rows of a mart go */
typedef struct Receiver
{
	DestReceiver pub;
	Comparison *comparison;
	KeepRow		keep;
	void	   *arg;
} Receiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *receiver = (Receiver *) self;

	if (!row_difference_match(receiver->comparison, slot))
		receiver->keep(slot, receiver->arg);
	return true;
}

static void
start_receiver(DestReceiver *self, int operation pg_attribute_unused(), TupleDesc desc)
{
	row_difference_describe(((Receiver *) self)->comparison, desc);
}

static void
end_receiver(DestReceiver *self pg_attribute_unused())
{
}

Oid
mart_published(const BuildModel *model)
{
	return get_relname_relid(model->name, get_namespace_oid(PUBLISHED_SCHEMA, false));
}

Oid
mart_written(const BuildModel *model)
{
	return get_relname_relid(model->written, get_namespace_oid(BUILD_SCHEMA, false));
}

bool
mart_has_statistics(const BuildModel *model)
{
	Oid			published = mart_published(model);
	AttrNumber	column = get_attnum(published, linitial(model->key));

	return SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(published),
								 Int16GetDatum(column), BoolGetDatum(false));
}

/* It cannot be where the table keeps its rows elsewhere, as after its owner has partitioned it */
bool
mart_is_comparable(const BuildModel *model)
{
	Oid			published = mart_published(model);

	return get_rel_relkind(published) == RELKIND_RELATION && !has_subclass(published);
}

/*
 * Start the comparison with the published table: of a slice, if there is one and the
 * table is as it was left, else of all rows.
 */
static Comparison *
begin_comparison(const MartQuery *query, bool *sliced)
{
	const KnownRows *known = query->is_known ? &query->known : NULL;
	Comparison *comparison = NULL;

	if (query->slice != NULL)
	{
		RowSlice	slice = {
			.column = query->slice_column,
			.values = OidInputFunctionCall(F_ARRAY_IN, unconstify(char *, query->slice_values),
										   TEXTOID, -1)
		};

		comparison = row_difference_begin(query->published, known, &slice);
	}
	*sliced = comparison != NULL;
	return *sliced ? comparison : row_difference_begin(query->published, known, NULL);
}

RowDifference *
mart_compare(const MartQuery *query, KeepRow keep, void *arg, bool *sliced)
{
	MemoryContext caller = CurrentMemoryContext;
	/* should this fail, it is not to stay as long as the caller's */
	MemoryContext context = AllocSetContextCreate(CurTransactionContext, "comparison of a mart",
												  ALLOCSET_DEFAULT_SIZES);
	RowDifference *difference = NULL;
	Receiver	receiver = {
		.pub = {
			.receiveSlot = receive_row,
			.rStartup = start_receiver,
			.rShutdown = end_receiver,
			.rDestroy = end_receiver,
			.mydest = DestTuplestore
		},
		.keep = keep,
		.arg = arg
	};

	MemoryContextSwitchTo(context);
	receiver.comparison = begin_comparison(query, sliced);
	if (receiver.comparison != NULL)
	{
		if (*sliced)
			tree_run(query->slice, query->slice_values, &receiver.pub);
		else
			tree_run(query->definition, NULL, &receiver.pub);
		MemoryContextSwitchTo(caller);
		difference = palloc(sizeof(RowDifference));
		*difference = *row_difference_end(receiver.comparison);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return difference;
}

ComputedMart *
mart_allocate(int kilobytes)
{
	ComputedMart *mart = palloc0(sizeof(ComputedMart));

	mart->differing = tuplestore_begin_heap(false, false, kilobytes);
	return mart;
}

void
mart_free(ComputedMart *mart)
{
	tuplestore_end(mart->differing);
	pfree(mart);
}

void
mart_keep_row(TupleTableSlot *slot, void *arg)
{
	tuplestore_puttupleslot(((ComputedMart *) arg)->differing, slot);
}

ComputedMart *
mart_compute(const MartQuery *query)
{
	ComputedMart *mart = mart_allocate(work_mem);

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	mart->difference = mart_compare(query, mart_keep_row, mart, &mart->sliced);
	PopActiveSnapshot();
	if (mart->difference != NULL)
		return mart;
	mart_free(mart);
	return NULL;
}
