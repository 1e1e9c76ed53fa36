/*-------------------------------------------------------------------------
 *
 * build_states.c
 *	  How a build that publishes leaves the marts, for the next one.
 *
 * A state tells whether the published table still has the rows that the build has left:
 * by the sum of the digests of its rows, which a build finds when it compares all of
 * them; or by their number and their versions, where it compares only some.  The rows
 * that are there then are those that the build has seen, and those that it has written
 * itself.  Tables with triggers or rules have no versions to go by: what these make of
 * a row is written by the build too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "build/build_compute.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"
#include "utils/xid8.h"

/* Two halves of 128 bits, as the server's type for as many */
static Datum
uuid_datum(const uint64 halves[2])
{
	pg_uuid_t  *uuid = palloc(sizeof(pg_uuid_t));

	StaticAssertStmt(sizeof(pg_uuid_t) == 2 * sizeof(uint64), "a uuid has 128 bits");
	memcpy(uuid->data, halves, sizeof(uuid->data));
	return UUIDPGetDatum(uuid);
}

static void
uuid_halves(Datum uuid, uint64 halves[2])
{
	memcpy(halves, DatumGetUUIDP(uuid)->data, 2 * sizeof(uint64));
}

/*
 * The oldest transaction that was not over when the build took its snapshot.  What earlier
 * ones have written, it sees.
 */
uint64
build_unfinished(void)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());

	/* its upper half is that of the next one, less what lies between */
	return next - (uint32) ((uint32) next - GetTransactionSnapshot()->xmin);
}

/* What a row of greenery.mart_states says of the versions of a mart's rows, or NULL */
static RowVersions *
left_versions(HeapTuple row, TupleDesc desc)
{
	RowVersions *versions = palloc0(sizeof(RowVersions));
	bool		isnull;
	Datum		value;

	value = row_value(row, desc, 6, XID8OID);
	versions->unfinished = U64FromFullTransactionId(DatumGetFullTransactionId(value));
	value = row_value_or_null(row, desc, 7, XID8OID, &isnull);
	if (!isnull)
		versions->writer = U64FromFullTransactionId(DatumGetFullTransactionId(value));
	value = row_value_or_null(row, desc, 8, INT4OID, &isnull);
	versions->columns = DatumGetInt32(value);
	versions->next = U64FromFullTransactionId(ReadNextFullTransactionId());
	return isnull || !xids_are_distinct(versions->unfinished, versions->next) ? NULL : versions;
}

/* Read how the last build has left the marts */
void
build_load_states(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT s.model, s.definition, s.digest_key, s.digest_sum, s.rows,"
					"       s.unfinished, s.writer, s.columns"
					"  FROM greenery.mart_states s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of marts");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = build_find_model(build, row_text(row, desc, 1));
		RowSum	   *left;

		if (model == NULL)
			continue;
		MemoryContextSwitchTo(context);
		left = palloc(sizeof(RowSum));
		uuid_halves(row_value(row, desc, 3, UUIDOID), left->key);
		uuid_halves(row_value(row, desc, 4, UUIDOID), left->sum);
		left->rows = DatumGetInt64(row_value(row, desc, 5, INT8OID));
		model->left = left;
		model->left_definition = SPI_getvalue(row, desc, 2);
		model->left_versions = left_versions(row, desc);
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
		Oid			types[8] = {TEXTOID, TEXTOID, UUIDOID, UUIDOID, INT8OID, XID8OID, XID8OID, INT4OID};
		Datum		values[8];
		char		nulls[9] = "        ";
		const RowSum *sum;

		/* otherwise nobody has summed up what is published */
		if (!model->applied)
			continue;
		sum = &model->difference->new_sum;
		values[0] = CStringGetTextDatum(model->name);
		if (model->definition != NULL)
			values[1] = CStringGetTextDatum(model->definition);
		else
			nulls[1] = 'n';
		values[2] = uuid_datum(sum->key);
		values[3] = uuid_datum(sum->sum);
		values[4] = Int64GetDatum(sum->rows);
		values[5] = FullTransactionIdGetDatum(FullTransactionIdFromU64(build_unfinished()));
		values[6] = FullTransactionIdGetDatum(FullTransactionIdFromU64(model->writer));
		if (model->writer == 0)
			nulls[6] = 'n';
		values[7] = Int32GetDatum(plain_columns(mart_published(model)));
		if (DatumGetInt32(values[7]) == 0)
			nulls[7] = 'n';
		if (SPI_execute_with_args("INSERT INTO greenery.mart_states"
								  " (model, definition, digest_key, digest_sum, rows, unfinished, writer, columns)"
								  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
								  8, types, values, nulls, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of %s", model->name);
		build_record_test_states(model);
	}
	build_record_sources(build);
}
