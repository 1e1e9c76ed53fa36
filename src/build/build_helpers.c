/*-------------------------------------------------------------------------
 *
 * build_helpers.c
 *	  Helper views over what a build has written.
 *
 * A mart's definition may name a view of the extension that is no model, and
 * that reads other marts: greenery.purchasers reads fact_user_orders.  Such a
 * view knows its marts by OID, so that it would compute them anew from the raw
 * tables, for each mart that reads it.  Hence a build makes it again in its own
 * schema, over the written tables, as soon as they are there; which of the two
 * is read is decided by the same search_path that decides it for marts.
 *
 * Where several marts ask much of a helper view, the build makes a table of it, and
 * what it says is computed once: greenery.stored_helpers names them.
 *
 * Only members of the extension: a view of someone else reads with the rights of
 * its owner, and this one would read with those of the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

typedef struct HelperView
{
	char	   *name;
	Oid			relid;
	List	   *marts;			/* that it names, of char * */
	bool		is_stored;		/* a build makes a table of it */
	bool		made;
} HelperView;

/* Find the helper views; in the current memory context */
void
build_load_helpers(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT v.relname, v.oid, array_agg(DISTINCT m.model),"
					"       EXISTS (SELECT FROM greenery.stored_helpers s WHERE s.view = v.relname)"
					"  FROM pg_class v"
					"  JOIN pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = v.oid"
					"   AND e.deptype = 'e'"
					"  JOIN pg_extension x ON x.oid = e.refobjid AND x.extname = 'greenery'"
					"  JOIN pg_rewrite w ON w.ev_class = v.oid"
					"  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
					"   AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'"
					"  JOIN greenery.models m ON m.layer = 'mart' AND to_regclass(m.relation) = d.refobjid"
					" WHERE v.relkind = 'v' AND v.relnamespace = 'greenery'::regnamespace"
					"   AND NOT EXISTS (SELECT FROM greenery.models o WHERE to_regclass(o.relation) = v.oid)"
					" GROUP BY v.relname, v.oid"
					" ORDER BY v.relname COLLATE \"C\"", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the helper views");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		HelperView *helper = palloc0(sizeof(HelperView));
		bool		isnull;

		helper->name = SPI_getvalue(row, desc, 1);
		helper->relid = DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull));
		helper->marts = text_list_value(row, desc, 3);
		helper->is_stored = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
		build->helpers = lappend(build->helpers, helper);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Whether everything that a helper view names has been written */
static bool
is_ready(const Build *build, const HelperView *helper)
{
	int			written = 0;
	ListCell   *n;

	foreach(n, helper->marts)
	{
		ListCell   *m;

		foreach(m, build->models)
		{
			BuildModel *model = lfirst(m);

			written += model->is_mart && model->status == MODEL_WRITTEN &&
				strcmp(model->name, lfirst(n)) == 0;
		}
	}
	return written == list_length(helper->marts);
}

static const char *
kind_of(const HelperView *helper)
{
	return helper->is_stored ? "TABLE" : "VIEW";
}

typedef struct HelperOfBuild
{
	Build	   *build;
	HelperView *helper;
} HelperOfBuild;

static void
make_helper(void *arg)
{
	HelperOfBuild *of = arg;
	const HelperView *helper = of->helper;
	char	   *name = quote_qualified_identifier(BUILD_SCHEMA, helper->name);
	char	   *definition = build_view_definition(of->build, helper->relid);
	int			level = greenery_set_search_path(build_mart_path(of->build));

	if (SPI_execute(psprintf("CREATE %s%s %s AS %s", helper->is_stored ? "UNLOGGED " : "",
							 kind_of(helper), name, definition), false, 0) != SPI_OK_UTILITY ||
		(helper->is_stored &&
		 SPI_execute(psprintf("ANALYZE %s", name), false, 0) != SPI_OK_UTILITY))
		elog(ERROR, "could not make helper %s", helper->name);
	AtEOXact_GUC(true, level);
}

/*
 * Make the helper views that have become possible.  One that cannot be computed is left
 * a view: the error belongs to the marts that read it.
 */
void
build_make_helpers(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->helpers)
	{
		HelperView *helper = lfirst(lc);
		HelperOfBuild of = {build, helper};
		char	   *message;

		if (helper->made || !is_ready(build, helper))
			continue;
		if (helper->is_stored && !run_guarded(make_helper, &of, &message))
		{
			ereport(DEBUG1,
					(errmsg_internal("no table is made of %s: %s", helper->name, message)));
			helper->is_stored = false;
		}
		if (!helper->is_stored)
			make_helper(&of);
		helper->made = true;
	}
}

/* Drop them, before the tables that they read */
void
build_drop_helpers(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->helpers)
	{
		HelperView *helper = lfirst(lc);

		if (helper->made)
			build_drop(kind_of(helper), helper->name);
	}
}
