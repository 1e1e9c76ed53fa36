/*-------------------------------------------------------------------------
 *
 * compute.c
 *	  Compute one mart, and compare its rows as they come.
 *
 * Nearly all rows of a mart are as they were at the build before.  So they are not
 * written: each is compared, as the executor returns it, with the digests of the
 * published rows, and dropped if it has an equal there.
 *
 * Each published row is read, and each row of the mart is computed, but for marts of
 * which it is known what can have changed: see incremental.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "build/compute.h"
#include "build/model_tree.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "compat.h"
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

bool
has_statistics(const BuildModel *model)
{
	Oid			published = published_oid(model);
	AttrNumber	column = get_attnum(published, linitial(model->spec.key));

	return SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(published),
								 Int16GetDatum(column), BoolGetDatum(false));
}

/* It cannot be where the table keeps its rows elsewhere, as after its owner has partitioned it */
bool
is_comparable(const BuildModel *model)
{
	Oid			published = published_oid(model);

	return get_rel_relkind(published) == RELKIND_RELATION && !has_subclass(published);
}

/*
 * Start the comparison with the published table: of the rows with affected keys, if that is
 * enough, else of all rows.
 */
static Comparison *
begin_comparison(const MartQuery *query, bool *only_affected)
{
	const KnownRows *known = query->is_known ? &query->known : NULL;
	Comparison *comparison = NULL;

	if (query->affected != NULL)
	{
		AffectedRows affected = {
			.column = query->affected_column,
			.keys = OidInputFunctionCall(F_ARRAY_IN, unconstify(char *, query->affected_keys),
										 TEXTOID, -1)
		};

		comparison = row_difference_begin(query->published, known, &affected);
	}
	*only_affected = comparison != NULL;
	return *only_affected ? comparison : row_difference_begin(query->published, known, NULL);
}

RowDifference *
compute_difference(const MartQuery *query, KeepRow keep, void *arg, bool *only_affected)
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
	receiver.comparison = begin_comparison(query, only_affected);
	if (receiver.comparison != NULL)
	{
		if (*only_affected)
			tree_run(query->affected, query->affected_keys, &receiver.pub);
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
computed_mart_create(const MartQuery *query, int kilobytes)
{
	ComputedMart *mart = palloc0(sizeof(ComputedMart));

	mart->query = query;
	mart->differing = tuplestore_begin_heap(false, false, kilobytes);
	return mart;
}

void
computed_mart_free(ComputedMart *mart)
{
	tuplestore_end(mart->differing);
	pfree(mart);
}

void
computed_mart_add(TupleTableSlot *slot, void *arg)
{
	tuplestore_puttupleslot(((ComputedMart *) arg)->differing, slot);
}

ComputedMart *
compute_mart(const MartQuery *query)
{
	ComputedMart *mart = computed_mart_create(query, work_mem);

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	mart->difference = compute_difference(query, computed_mart_add, mart, &mart->only_affected);
	PopActiveSnapshot();
	if (mart->difference != NULL)
		return mart;
	computed_mart_free(mart);
	return NULL;
}
