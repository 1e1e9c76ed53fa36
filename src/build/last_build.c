/*-------------------------------------------------------------------------
 *
 * last_build.c
 *	  What a build that publishes records for the next one.
 *
 * For a mart: the row versions of its published table, which tell the next build whether the
 * table still has the same rows, see row_versions.h.  They are not recorded if anything but
 * the build's own statements may have written rows while it was published.  For a source:
 * which of its rows the build has seen.  For a test: how many rows failed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "build/last_build.h"
#include "build/query_facts.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "difference/row_versions.h"
#include "executor/spi.h"
#include "greenery.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/xid8.h"

/* What a row of greenery.mart_states says of the rows of a mart; NULL: nothing */
static KnownRows *
known_rows(HeapTuple row, TupleDesc desc)
{
	KnownRows  *known = palloc0(sizeof(KnownRows));
	bool		isnull;
	Datum		value;

	known->rows = DatumGetInt64(row_value(row, desc, 3, INT8OID));
	value = row_value(row, desc, 4, XID8OID);
	known->unfinished = U64FromFullTransactionId(DatumGetFullTransactionId(value));
	value = row_value_or_null(row, desc, 5, XID8OID, &isnull);
	if (!isnull)
		known->writer = U64FromFullTransactionId(DatumGetFullTransactionId(value));
	value = row_value_or_null(row, desc, 6, INT4OID, &isnull);
	known->columns = DatumGetInt32(value);
	known->next = U64FromFullTransactionId(ReadNextFullTransactionId());
	return isnull || !xids_are_distinct(known->unfinished, known->next) ? NULL : known;
}

static void
load_mart(Build *build, HeapTuple row, TupleDesc desc)
{
	BuildModel *model = find_model(build, row_text(row, desc, 1));

	if (model == NULL)
		return;
	model->last.definition = SPI_getvalue(row, desc, 2);
	model->last.known = known_rows(row, desc);
}

static void
load_source(Build *build, HeapTuple row, TupleDesc desc)
{
	BuildModel *model = find_model(build, row_text(row, desc, 1));
	FullTransactionId unfinished;

	if (model == NULL || model->run.source == NULL)
		return;
	model->last.definition = SPI_getvalue(row, desc, 2);
	model->last.known = palloc0(sizeof(KnownRows));
	model->last.known->rows = DatumGetInt64(row_value(row, desc, 3, INT8OID));
	unfinished = DatumGetFullTransactionId(row_value(row, desc, 4, XID8OID));
	model->last.known->unfinished = U64FromFullTransactionId(unfinished);
}

/* The test of that id, or NULL */
static DataTest *
find_test(const Build *build, int64 test_id)
{
	ListCell   *m;
	ListCell   *t;

	foreach(m, build->models)
	{
		foreach(t, ((BuildModel *) lfirst(m))->tests)
		{
			if (((DataTest *) lfirst(t))->test_id == test_id)
				return lfirst(t);
		}
	}
	return NULL;
}

static void
load_test(Build *build, HeapTuple row, TupleDesc desc)
{
	DataTest   *test = find_test(build, DatumGetInt64(row_value(row, desc, 1, INT8OID)));

	if (test == NULL)
		return;
	test->last = palloc(sizeof(TestCounts));
	test->last->fingerprint = row_text(row, desc, 2);
	test->last->failures = DatumGetInt64(row_value(row, desc, 3, INT8OID));
	test->last->total = DatumGetInt64(row_value(row, desc, 4, INT8OID));
}

/* Read all rows of a query in the caller's memory context */
static void
load_rows(Build *build, const char *query,
		  void (*load) (Build *build, HeapTuple row, TupleDesc desc))
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what the last build recorded");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
		load(build, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
}

char *
test_fingerprint(const DataTest *test)
{
	/* a time without a zone is one of the shop's */
	return with_versions(psprintf("SELECT %s, %s FROM %s t\n-- time zone %s",
								  test->aggregate, test->judged, test->model,
								  greenery_timezone_setting));
}

void
load_last_build(Build *build)
{
	load_rows(build, "SELECT s.model, s.definition, s.rows, s.unfinished, s.writer, s.columns"
			  "  FROM greenery.mart_states s", load_mart);
	load_rows(build, "SELECT s.model, s.definition, s.rows, s.unfinished"
			  "  FROM greenery.source_states s", load_source);
	load_rows(build, "SELECT s.test_id, s.fingerprint, s.failures, s.total"
			  "  FROM greenery.test_states s", load_test);
}

/*
 * Whether something else than the build's own statements may write to a table while it is
 * published: a rule, a trigger, or an action of a foreign key, of the table or of one that
 * refers to it and has triggers in turn.  Foreign keys that only refuse write nothing.
 */
static bool
has_side_effects(Relation rel)
{
	if (rel->rd_rules != NULL)
		return true;
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		switch (rel->trigdesc->triggers[i].tgfoid)
		{
			case F_RI_FKEY_NOACTION_DEL:
			case F_RI_FKEY_NOACTION_UPD:
			case F_RI_FKEY_RESTRICT_DEL:
			case F_RI_FKEY_RESTRICT_UPD:
				break;
			default:
				return true;
		}
	}
	return false;
}

/*
 * How many columns a table has, dropped ones included; 0 if its row versions do not tell
 * what the build has written
 */
static int
plain_columns(Oid table)
{
	Relation	rel = table_open(table, AccessShareLock);
	int			columns = has_side_effects(rel) ? 0 : RelationGetNumberOfAttributes(rel);

	table_close(rel, NoLock);
	return columns;
}

static void
record_mart(const BuildModel *model)
{
	Oid			types[6] = {TEXTOID, TEXTOID, INT8OID, XID8OID, XID8OID, INT4OID};
	Datum		values[6];
	char		nulls[7] = "      ";

	values[0] = CStringGetTextDatum(model->spec.name);
	if (model->run.definition != NULL)
		values[1] = CStringGetTextDatum(model->run.definition);
	else
		nulls[1] = 'n';
	values[2] = Int64GetDatum(model->counts.rows);
	values[3] = FullTransactionIdGetDatum(FullTransactionIdFromU64(oldest_unfinished()));
	values[4] = FullTransactionIdGetDatum(FullTransactionIdFromU64(model->run.writer));
	if (model->run.writer == 0)
		nulls[4] = 'n';
	values[5] = Int32GetDatum(plain_columns(published_oid(model)));
	if (DatumGetInt32(values[5]) == 0)
		nulls[5] = 'n';
	if (SPI_execute_with_args("INSERT INTO greenery.mart_states"
							  " (model, definition, rows, unfinished, writer, columns)"
							  " VALUES ($1, $2, $3, $4, $5, $6)",
							  6, types, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not record the state of %s", model->spec.name);
}

static void
record_tests(const BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		const DataTest *test = lfirst(lc);
		Oid			types[4] = {INT8OID, TEXTOID, INT8OID, INT8OID};
		Datum		values[4];

		if ((test->status != RESULT_PASS && test->status != RESULT_WARN) ||
			!(test->by_row || test->kind == TEST_UNIQUE || test->kind == TEST_UNIQUE_COMBINATION))
			continue;
		values[0] = Int64GetDatum(test->test_id);
		values[1] = CStringGetTextDatum(test_fingerprint(test));
		values[2] = Int64GetDatum(test->failures);
		values[3] = Int64GetDatum(test->total);
		if (SPI_execute_with_args("INSERT INTO greenery.test_states"
								  " (test_id, fingerprint, failures, total) VALUES ($1, $2, $3, $4)",
								  4, types, values, NULL, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of test " INT64_FORMAT, test->test_id);
	}
}

static void
record_source(const BuildModel *model)
{
	Oid			types[4] = {TEXTOID, TEXTOID, XID8OID, INT8OID};
	Datum		values[4];

	values[0] = CStringGetTextDatum(model->spec.name);
	values[1] = CStringGetTextDatum(model->run.source->definition);
	values[2] = FullTransactionIdGetDatum(FullTransactionIdFromU64(oldest_unfinished()));
	values[3] = Int64GetDatum(model->counts.rows);
	if (SPI_execute_with_args("INSERT INTO greenery.source_states"
							  " (model, definition, unfinished, rows)"
							  " VALUES ($1, $2, $3, $4)",
							  4, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not record the state of %s", model->spec.name);
}

/* Whether an incremental mart that is recorded is made from a source */
static bool
is_needed(const Build *build, const BuildModel *source)
{
	ListCell   *m;
	ListCell   *i;

	foreach(m, build->models)
	{
		const BuildModel *model = lfirst(m);

		foreach(i, model->spec.inputs)
		{
			if (model->run.by_difference && strcmp(((ModelInput *) lfirst(i))->model, source->spec.name) == 0)
				return true;
		}
	}
	return false;
}

static void
forget(const char *table)
{
	if (SPI_execute(psprintf("DELETE FROM %s", table), false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not replace the states in %s", table);
}

void
record_for_next_build(const Build *build)
{
	ListCell   *lc;

	forget("greenery.mart_states");
	forget("greenery.test_states");
	forget("greenery.source_states");
	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		/*
		 * the next build must compare all rows of a mart that was written
		 * whole
		 */
		if (model->run.by_difference)
		{
			record_mart(model);
			record_tests(model);
		}
		if (model->run.source != NULL && model->run.source->definition != NULL &&
			model->counts.rows >= 0 && is_needed(build, model))
			record_source(model);
	}
}
