/*-------------------------------------------------------------------------
 *
 * intermediate.c
 *	  Intermediate models over what a build has written.
 *
 * A mart's definition may name an intermediate model: a view of the extension that is not
 * in greenery.models, and that reads other marts, as greenery.purchasers reads
 * fact_user_orders.  Such a view would compute them anew from the raw tables, for each mart
 * that reads it.  So a build makes it again in its own schema, over the written tables, as
 * soon as they are there, and has it read in place of the view, as written tables are in
 * place of models.
 *
 * Where several marts ask much of an intermediate model, the build makes a table of it, and
 * its rows are computed once: greenery.intermediate_models names them.
 *
 * So it does of a staging view that is more than the rows of one table, as the shop's own
 * tables have been bound: a join would be computed for each mart and each test that reads
 * it.  Views of the extension over such a one are made again too.
 *
 * Only members of the extension: a view of someone else reads with the rights of
 * its owner, and these read with the rights of the extension's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/fill_table.h"
#include "build/intermediate.h"
#include "build/model_tree.h"
#include "build/query_facts.h"
#include "build/table_columns.h"
#include "build/work_tables.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "optimizer/optimizer.h"
#include "roles.h"
#include "sources/own_columns.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* Whether a binding is more than the rows of one table; the caller guards it */
static void
look_at_binding(void *arg)
{
	IntermediateModel *view = arg;

	view->is_stored = own_columns_query(psprintf("source_%s", view->name)) == NULL;
}

/* Find the staging views to be stored; returns their OIDs as the text of an array */
static char *
load_stored_staging(Build *build, MemoryContext context)
{
	StringInfoData oids;
	RoleSwitch	before;
	uint64		n;
	SPITupleTable *found;

	initStringInfo(&oids);
	appendStringInfoChar(&oids, '{');
	if (SPI_execute("SELECT m.model, b.source"
					"  FROM greenery.source_bindings b"
					"  JOIN greenery.sources s ON s.source = b.source"
					"  JOIN greenery.models m ON m.relation = s.staging"
					" WHERE b.query IS NOT NULL"
					" ORDER BY s.position", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the bindings");
	n = SPI_processed;
	found = SPI_tuptable;
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < n; i++)
	{
		IntermediateModel *view = palloc0(sizeof(IntermediateModel));
		char	   *message;
		bool		is_known;

		view->staging = find_model(build, row_text(found->vals[i], found->tupdesc, 1));
		if (view->staging == NULL || !OidIsValid(view->staging->spec.relid) ||
			view->staging->run.phase == MODEL_BROKEN)
			continue;
		view->name = row_text(found->vals[i], found->tupdesc, 2);
		view->relid = view->staging->spec.relid;
		role_enter(build->builder, &before);
		is_known = run_guarded(look_at_binding, view, &message);
		role_leave(&before);
		if (!is_known || !view->is_stored)
			continue;
		view->name = view->staging->spec.name;
		view->table = work_table_name(build, view->name);
		build->intermediates = lappend(build->intermediates, view);
		appendStringInfo(&oids, "%s%u", oids.len > 1 ? "," : "", view->relid);
	}
	SPI_freetuptable(found);
	appendStringInfoChar(&oids, '}');
	return oids.data;
}

void
load_intermediates(Build *build)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			type = TEXTOID;
	Datum		stored = CStringGetTextDatum(build->is_test ? "{}" : load_stored_staging(build, context));

	if (SPI_execute_with_args("WITH RECURSIVE view AS ("
							  "SELECT v.oid, v.relname"
							  "  FROM pg_class v"
							  "  JOIN pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = v.oid"
							  "   AND e.deptype = 'e'"
							  "  JOIN pg_extension x ON x.oid = e.refobjid AND x.extname = 'greenery'"
							  " WHERE v.relkind = 'v' AND v.relnamespace = 'greenery'::regnamespace"
							  "   AND NOT EXISTS (SELECT FROM greenery.models o WHERE greenery.relation_named(o.relation) = v.oid)"
							  "), edge AS ("
							  "SELECT DISTINCT v.oid, d.refobjid AS reads"
							  "  FROM view v"
							  "  JOIN pg_rewrite w ON w.ev_class = v.oid"
							  "  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
							  "   AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'"
	/* over what is stored of staging, perhaps through others */
							  "), over AS ("
							  "SELECT e.oid FROM edge e WHERE e.reads = ANY ($1::oid[])"
							  " UNION "
							  "SELECT e.oid FROM edge e JOIN over o ON o.oid = e.reads)"
							  "SELECT v.relname, v.oid, array_agg(DISTINCT m.model),"
							  "       EXISTS (SELECT FROM greenery.intermediate_models s WHERE s.view = v.relname)"
							  "  FROM view v"
							  "  JOIN edge e ON e.oid = v.oid"
							  "  LEFT JOIN greenery.models m ON m.layer = 'mart' AND greenery.relation_named(m.relation) = e.reads"
							  " WHERE m.model IS NOT NULL OR EXISTS (SELECT FROM over o WHERE o.oid = v.oid)"
							  " GROUP BY v.relname, v.oid"
	/* a view is younger than the views that it reads */
							  " ORDER BY v.oid",
							  1, &type, &stored, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the intermediate models");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		IntermediateModel *view = palloc0(sizeof(IntermediateModel));

		view->name = row_text(row, desc, 1);
		view->table = work_table_name(build, view->name);
		view->relid = DatumGetObjectId(row_value(row, desc, 2, OIDOID));
		view->marts = row_text_list(row, desc, 3);

		/*
		 * the text of a view would find what a build has written, and not a
		 * test
		 */
		view->is_stored = build->is_test || DatumGetBool(row_value(row, desc, 4, BOOLOID));
		build->intermediates = lappend(build->intermediates, view);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Whether all marts that it names have been written, and not been rejected */
static bool
is_ready(const Build *build, const IntermediateModel *view)
{
	ListCell   *lc;

	foreach(lc, view->marts)
	{
		const BuildModel *mart = find_model(build, lfirst(lc));

		if (mart == NULL ||
			(mart->run.phase != MODEL_WRITTEN && mart->run.phase != MODEL_ACCEPTED))
			return false;
	}
	return true;
}

typedef struct ViewInBuild
{
	Build	   *build;
	IntermediateModel *view;
} ViewInBuild;

/* What it selects, as text that names others of schema greenery without it */
static char *
view_text(Oid view)
{
	int			level = greenery_set_search_path("greenery, pg_temp");
	char	   *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef,
																	 ObjectIdGetDatum(view)));

	AtEOXact_GUC(false, level);
	return definition;
}

/*
 * The text is the extension's own, and the schemas in which its names are looked up are
 * the owner's
 */
static void
make_view(const Build *build, const IntermediateModel *view)
{
	char	   *text = view_text(view->relid);
	int			level = greenery_set_search_path(BUILD_PATH);

	execute_utility(psprintf("CREATE VIEW %s AS %s",
							 quote_qualified_identifier(BUILD_SCHEMA, view->table), text));
	AtEOXact_GUC(false, level);
	let_builder_read(build, view->table);
}

static Oid
made_relation(const IntermediateModel *view)
{
	return get_relname_relid(view->table, get_namespace_oid(BUILD_SCHEMA, false));
}

/* Make a table of its rows; the caller guards it */
static void
make_table(void *arg)
{
	ViewInBuild *in = arg;
	const Build *build = in->build;
	const IntermediateModel *view = in->view;
	Query	   *tree = tree_in_build(build, view->relid);

	create_work_table(build, view->table, columns_of_relation(view->relid));
	(void) fill_table(made_relation(view), build->builder, nodeToString(tree_rewritten(tree)));
	execute_utility(psprintf("ANALYZE %s", quote_qualified_identifier(BUILD_SCHEMA, view->table)));
}

/* The same of a staging view; one that cannot be computed is left to its audit, which says so */
static void
store_staging(ViewInBuild *in)
{
	TimestampTz start = GetCurrentTimestamp();
	char	   *message;

	in->view->made = run_guarded(make_table, in, &message);
	if (!in->view->made)
		ereport(DEBUG1,
				(errmsg_internal("no table is made of %s: %s", in->view->name, message)));
	in->view->staging->counts.write_seconds = seconds_since(start);
	in->view->is_stored = in->view->made;
}

const char *
stored_name(const Build *build, Oid relid)
{
	ListCell   *lc;

	foreach(lc, build->intermediates)
	{
		const IntermediateModel *view = lfirst(lc);

		if (view->relid == relid && view->made && view->is_stored)
			return quote_qualified_identifier(BUILD_SCHEMA, view->table);
	}
	return NULL;
}

void
make_intermediates(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->intermediates)
	{
		IntermediateModel *view = lfirst(lc);
		ViewInBuild in = {build, view};
		char	   *message;

		if (view->made || !is_ready(build, view))
			continue;
		if (view->staging != NULL)
		{
			if (view->is_stored)
				store_staging(&in);
			continue;
		}
		/* the error belongs to the marts that read it */
		if (view->is_stored && !run_guarded(make_table, &in, &message))
		{
			ereport(DEBUG1,
					(errmsg_internal("no table is made of %s: %s", view->name, message)));
			view->is_stored = false;
		}
		if (!view->is_stored && build->is_test)
			continue;
		if (!view->is_stored)
			make_view(build, view);
		view->made = true;
	}
}

List *
stored_over(const Build *build, List *tables)
{
	List	   *stored = NIL;
	ListCell   *lc;

	foreach(lc, build->intermediates)
	{
		const IntermediateModel *view = lfirst(lc);
		Query	   *query;

		if (!view->made || !view->is_stored || view->staging != NULL)
			continue;
		query = tree_rewritten(tree_in_build(build, view->relid));
		if (reads_only(query, tables) && !contain_mutable_functions((Node *) query))
			stored = lappend_oid(stored, made_relation(view));
	}
	return stored;
}

void
drop_intermediates(const Build *build)
{
	/* the last first, since it may read others */
	for (int i = list_length(build->intermediates) - 1; i >= 0; i--)
	{
		const IntermediateModel *view = list_nth(build->intermediates, i);

		if (view->made)
			drop_work_table(view->is_stored ? "TABLE" : "VIEW", view->table);
	}
}
