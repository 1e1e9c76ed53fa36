/*-------------------------------------------------------------------------
 *
 * build_difference.c
 *	  Compute a mart, and write only what differs from the published table.
 *
 * Nearly all rows of a mart are as they were at the build before.  So its rows
 * are not written: each is compared, as the executor returns it, with the digests
 * of the published rows, and dropped if it has an equal there.  What has none is
 * written and applied to the published table right away; the table then has exactly
 * the mart's rows, for this transaction and nobody else, and a view of it stands in
 * the build's schema in place of a written table: what is tested, and what other
 * marts read.  A build that fails undoes it, see build.c.
 *
 * Nothing is concluded from what has not changed: each row is computed, and each
 * published row is read.
 *
 * Where that does not work, the rows that have an equal are copied from the
 * published table, and the mart is written as at a first build: when much differs,
 * for a build that fails should not leave many dead rows behind; and when the
 * difference cannot be applied, above all because keys are missing or not unique,
 * which is for the tests to find.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "greenery.h"
#include "miscadmin.h"
#include "quality/build.h"
#include "quality/data_test.h"
#include "quality/row_difference.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

/* What of a mart may differ, in rows of the published table: 1 of this many */
#define MUCH 4

/* Where the rows of a mart go */
typedef struct Receiver
{
	DestReceiver pub;
	Comparison *comparison;
	Tuplestorestate *differing; /* rows without an equal */
	int64		rows;
} Receiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *receiver = (Receiver *) self;

	receiver->rows++;
	if (!row_difference_match(receiver->comparison, slot))
		tuplestore_puttupleslot(receiver->differing, slot);
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

static Oid
table_of(const BuildModel *model, const char *schema)
{
	return get_relname_relid(model->name, get_namespace_oid(schema, false));
}

static void
execute_utility(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", sql);
}

/* Whether the planner knows anything of the values of a model's published table */
static bool
has_statistics(const BuildModel *model, Oid published)
{
	AttrNumber	column = get_attnum(published, linitial(model->key));

	return SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(published),
								 Int16GetDatum(column), BoolGetDatum(false));
}

/*
 * Begin to compare a mart with its published table, or return NULL: where there is
 * nothing to compare with; where the table keeps its rows elsewhere, as after its
 * owner has partitioned it; and where nobody has analyzed it, nor may the caller,
 * since marts that read it would be planned badly.
 */
static Comparison *
begin(const BuildModel *model)
{
	Oid			published = table_of(model, PUBLISHED_SCHEMA);
	Comparison *comparison;

	if (get_rel_relkind(published) != RELKIND_RELATION || has_subclass(published))
		return NULL;
	if (!has_statistics(model, published) && !greenery_owns_table(published))
		return NULL;
	comparison = row_difference_begin(published);
	if (comparison != NULL && !has_statistics(model, published))
		execute_utility(psprintf("ANALYZE %s", quoted_relation(published)));
	return comparison;
}

/* Run a mart's definition, and find the rows without an equal */
static Tuplestorestate *
find_differing(const char *definition, Comparison *comparison, int64 *rows)
{
	SPIExecuteOptions options = {0};
	Receiver	receiver = {
		.pub = {
			.receiveSlot = receive_row,
			.rStartup = start_receiver,
			.rShutdown = end_receiver,
			.rDestroy = end_receiver,
			/* for SPI, any that is not its own */
			.mydest = DestTuplestore
		},
		.comparison = comparison,
		.differing = tuplestore_begin_heap(false, false, work_mem)
	};

	options.dest = &receiver.pub;
	if (SPI_execute_extended(definition, &options) != SPI_OK_SELECT)
		elog(ERROR, "could not run the definition of a model");
	*rows = receiver.rows;
	return receiver.differing;
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
 * Apply the difference; the caller guards it.  Exactly, or not at all: each row
 * without an equal is a new one or takes the place of one, and each published row
 * without an equal makes way for one or goes.  Keys that are not unique, or values
 * that only look different, do not add up.
 */
static void
apply(void *arg)
{
	BuildModel *model = arg;
	const RowDifference *difference = model->difference;

	build_apply(model);
	if (model->inserted + model->updated != difference->only_new.n ||
		model->deleted + model->updated != difference->only_old.n)
		elog(ERROR, "the difference of model %s does not add up", model->name);
	build_drop("TABLE", model->name);
	execute_utility(psprintf("CREATE VIEW %s AS SELECT * FROM %s",
							 quote_qualified_identifier(BUILD_SCHEMA, model->name),
							 quote_qualified_identifier(PUBLISHED_SCHEMA, model->name)));
}

/* Complete the written table with the published rows that have an equal */
static void
write_the_rest(const BuildModel *model)
{
	const RowDifference *difference = model->difference;
	const char *rest = "true";
	Oid			type = TIDARRAYOID;
	Datum		list = (Datum) 0;
	char		nulls = 'n';

	if (difference->only_old.n > 0)
	{
		/* a list in a condition would be gone through for each row, before 15 */
		rest = "NOT EXISTS (SELECT FROM unnest($1) u(place) WHERE u.place = p.ctid)";
		list = row_list_datum(&difference->only_old);
		nulls = ' ';
	}
	if (SPI_execute_with_args(psprintf("INSERT INTO %s SELECT p.* FROM %s p WHERE %s",
									   quote_qualified_identifier(BUILD_SCHEMA, model->name),
									   quote_qualified_identifier(PUBLISHED_SCHEMA, model->name),
									   rest),
							  1, &type, &list, &nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write model %s", model->name);
}

/*
 * Compute a mart into its table in the build's schema, which has just been made
 * and is empty: what differs, if that can be applied, or all rows.  Returns false,
 * and has done nothing, where there is nothing to compare with.
 */
bool
build_write_difference(BuildModel *model, const char *definition, const char *path)
{
	Comparison *comparison = begin(model);
	Tuplestorestate *differing;
	RowDifference *difference;
	TimestampTz start;
	char	   *message;
	int			level;

	if (comparison == NULL)
		return false;
	level = greenery_set_search_path(path);
	differing = find_differing(definition, comparison, &model->rows);
	AtEOXact_GUC(true, level);
	difference = row_difference_end(comparison);
	store(table_of(model, BUILD_SCHEMA), differing);
	tuplestore_end(differing);

	start = GetCurrentTimestamp();
	model->difference = difference;
	if (difference->listed &&
		difference->only_old.n <= difference->old_rows / MUCH &&
		difference->only_new.n <= difference->old_rows / MUCH)
	{
		model->applied = run_guarded(apply, model, &message);
		if (!model->applied)
			ereport(DEBUG1,
					(errmsg_internal("difference of model %s not applied: %s",
									 model->name, message)));
	}
	if (model->applied)
		model->publish_seconds = (double) (GetCurrentTimestamp() - start) / USECS_PER_SEC;
	else
	{
		model->inserted = model->updated = model->deleted = -1;
		write_the_rest(model);
		execute_utility(psprintf("ANALYZE %s", quote_qualified_identifier(BUILD_SCHEMA, model->name)));
		model->difference = NULL;
	}
	return true;
}
