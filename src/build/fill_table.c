/*-------------------------------------------------------------------------
 *
 * fill_table.c
 *	  Store what a query of the builder's returns in a table of the owner's.
 *
 * CREATE TABLE AS would give the table to the builder.  The owner would then read a table of
 * the builder's, and a check or an index predicate that was added to it
 * runs when the owner's statement is planned.  So the owner makes the table, the builder
 * computes the rows, and they are stored here, where no rights are asked for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "build/fill_table.h"
#include "build/model.h"
#include "build/model_tree.h"
#include "build/table_columns.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(greenery_fill_as_builder);

typedef struct Filler
{
	DestReceiver pub;
	Relation	rel;
	CommandId	command;
	BulkInsertState bulk;
	int64		rows;
} Filler;

static void
start_filling(DestReceiver *self, int operation pg_attribute_unused(), TupleDesc desc)
{
	TupleDesc	wanted = RelationGetDescr(((Filler *) self)->rel);
	bool		same = desc->natts == wanted->natts;

	for (int i = 0; same && i < desc->natts; i++)
		same = TupleDescAttr(desc, i)->atttypid == TupleDescAttr(wanted, i)->atttypid;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a query returns other columns than table \"%s\" has",
						RelationGetRelationName(((Filler *) self)->rel)),
				 errdetail("It returns %s.", columns_of_descriptor(desc))));
}

static bool
fill_row(TupleTableSlot *slot, DestReceiver *self)
{
	Filler	   *filler = (Filler *) self;

	table_tuple_insert(filler->rel, slot, filler->command, TABLE_INSERT_SKIP_FSM, filler->bulk);
	filler->rows++;
	return true;
}

static void
end_filling(DestReceiver *self pg_attribute_unused())
{
}

int64
fill_table(Oid table, Oid role, const char *rewritten)
{
	Filler		filler = {
		.pub = {
			.receiveSlot = fill_row,
			.rStartup = start_filling,
			.rShutdown = end_filling,
			.rDestroy = end_filling,
			.mydest = DestIntoRel
		}
	};
	RoleSwitch	before;

	filler.rel = table_open(table, RowExclusiveLock);

	/*
	 * workers may be at work when the first row comes: then it is too late
	 * for these
	 */
	(void) GetCurrentTransactionId();
	CommandCounterIncrement();
	filler.command = GetCurrentCommandId(true);
	filler.bulk = GetBulkInsertState();

	role_enter(role, &before);
	PushActiveSnapshot(GetTransactionSnapshot());
	tree_run(rewritten, NULL, &filler.pub);
	PopActiveSnapshot();
	role_leave(&before);

	FreeBulkInsertState(filler.bulk);
	table_finish_bulk_insert(filler.rel, TABLE_INSERT_SKIP_FSM);
	table_close(filler.rel, NoLock);
	CommandCounterIncrement();
	return filler.rows;
}

/* A text, as the builder means it, to be run */
static char *
parse_as(Oid role, const char *sql)
{
	RoleSwitch	before;
	char	   *rewritten;

	role_enter(role, &before);
	rewritten = nodeToString(tree_rewritten(tree_of_text(sql)));
	role_leave(&before);
	return rewritten;
}

void
check_fillable(Oid relid)
{
	Relation	rel = relation_open(relid, RowExclusiveLock);
	bool		fillable = rel->rd_rel->relkind == RELKIND_RELATION &&
		rel->rd_createSubid != InvalidSubTransactionId &&
		!rel->rd_rel->relhasindex && rel->trigdesc == NULL && rel->rd_rules == NULL &&
		RelationGetDescr(rel)->constr == NULL;

	relation_close(rel, NoLock);
	if (!fillable)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s cannot be filled", quoted_relation(relid)),
				 errdetail("Only a table that this transaction has made can be, without indexes, constraints, defaults, triggers or rules.")));
}

/* greenery.fill_as_builder(table, query): the same for functions of the owner's */
Datum
greenery_fill_as_builder(PG_FUNCTION_ARGS)
{
	Oid			builder;
	int64		rows;

	if (!greenery_acts_as_owner(GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of extension \"greenery\" may call greenery.fill_as_builder")));
	if (get_rel_namespace(PG_GETARG_OID(0)) != get_namespace_oid(BUILD_SCHEMA, false))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only tables of schema \"%s\" can be filled", BUILD_SCHEMA)));
	check_fillable(PG_GETARG_OID(0));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	builder = greenery_builder();
	rows = fill_table(PG_GETARG_OID(0), builder, parse_as(builder, text_to_cstring(PG_GETARG_TEXT_PP(1))));
	SPI_finish();
	PG_RETURN_INT64(rows);
}
