/*-------------------------------------------------------------------------
 *
 * build_states.c
 *	  How a build that publishes leaves the marts, for the next one.
 *
 * A state tells whether the published table still has the rows that the build has left, by
 * their number and their versions: see row_versions.h.  Tables with triggers or rules have no
 * versions to go by: what these make of a row is written by the build too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "build/build_compute.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "difference/row_versions.h"
#include "executor/spi.h"
#include "spi_row.h"
#include "utils/builtins.h"
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

/* Read how the last build has left the marts */
void
build_load_states(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT s.model, s.definition, s.rows, s.unfinished, s.writer, s.columns"
					"  FROM greenery.mart_states s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of marts");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = build_find_model(build, row_text(row, desc, 1));

		if (model == NULL)
			continue;
		MemoryContextSwitchTo(context);
		model->left_definition = SPI_getvalue(row, desc, 2);
		model->left = known_rows(row, desc);
	}
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(context);
}

/*
 * How many columns a table has, dropped ones included; 0 if what is written to it may not be
 * what is there then
 */
static int
plain_columns(Oid table)
{
	Relation	rel = table_open(table, AccessShareLock);
	int			columns = rel->trigdesc != NULL || rel->rd_rules != NULL
		? 0 : RelationGetNumberOfAttributes(rel);

	table_close(rel, NoLock);
	return columns;
}

/* Remember how this build, which publishes, has left the marts and their tests */
void
build_record_states(const Build *build)
{
	ListCell   *lc;

	if (SPI_execute("DELETE FROM greenery.mart_states", false, 0) != SPI_OK_DELETE ||
		SPI_execute("DELETE FROM greenery.test_states", false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not replace the states of marts");
	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);
		Oid			types[6] = {TEXTOID, TEXTOID, INT8OID, XID8OID, XID8OID, INT4OID};
		Datum		values[6];
		char		nulls[7] = "      ";

		/* the next build must compare all rows of a mart that was written whole */
		if (!model->applied)
			continue;
		values[0] = CStringGetTextDatum(model->name);
		if (model->definition != NULL)
			values[1] = CStringGetTextDatum(model->definition);
		else
			nulls[1] = 'n';
		values[2] = Int64GetDatum(model->rows);
		values[3] = FullTransactionIdGetDatum(FullTransactionIdFromU64(oldest_unfinished()));
		values[4] = FullTransactionIdGetDatum(FullTransactionIdFromU64(model->writer));
		if (model->writer == 0)
			nulls[4] = 'n';
		values[5] = Int32GetDatum(plain_columns(mart_published(model)));
		if (DatumGetInt32(values[5]) == 0)
			nulls[5] = 'n';
		if (SPI_execute_with_args("INSERT INTO greenery.mart_states"
								  " (model, definition, rows, unfinished, writer, columns)"
								  " VALUES ($1, $2, $3, $4, $5, $6)",
								  6, types, values, nulls, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of %s", model->name);
		build_record_test_states(model);
	}
	build_record_sources(build);
}
