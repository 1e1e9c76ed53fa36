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
 * Only members of the extension: a view of someone else reads with the rights of
 * its owner, and this one would read with those of the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "quality/build.h"
#include "quality/data_test.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

typedef struct HelperView
{
	char	   *name;
	Oid			relid;
	List	   *marts;			/* that it names, of char * */
	bool		made;
} HelperView;

/* Find the helper views; in the current memory context */
void
build_load_helpers(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT v.relname, v.oid, array_agg(DISTINCT m.model)"
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

/* Make the helper views that have become possible */
void
build_make_helpers(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->helpers)
	{
		HelperView *helper = lfirst(lc);
		char	   *definition;
		int			level;

		if (helper->made || !is_ready(build, helper))
			continue;
		definition = build_view_definition(build, helper->relid);
		level = greenery_set_search_path(psprintf("%s, %s", BUILD_SCHEMA, build->view_path));
		if (SPI_execute(psprintf("CREATE VIEW %s AS %s",
								 quote_qualified_identifier(BUILD_SCHEMA, helper->name),
								 definition), false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not make helper view %s", helper->name);
		AtEOXact_GUC(true, level);
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
			build_drop("VIEW", helper->name);
	}
}
