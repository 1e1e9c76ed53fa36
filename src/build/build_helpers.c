/*-------------------------------------------------------------------------
 *
 * build_helpers.c
 *	  Helper views over what a build has written.
 *
 * A mart's definition may name a view of the extension that is no model, and
 * that reads other marts: greenery.purchasers reads fact_user_orders.  Such a
 * view would compute them anew from the raw tables, for each mart that reads it.  Hence
 * a build makes it again in its own schema, over the written tables, as soon as they are
 * there, and has it read in place of the view, as written tables are in place of models.
 *
 * Where several marts ask much of a helper view, the build makes a table of it, and
 * what it says is computed once: greenery.stored_helpers names them.
 *
 * Only members of the extension: a view of someone else reads with the rights of
 * its owner, and these read with the rights of the extension's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build.h"
#include "build/fill_table.h"
#include "build/model_tree.h"
#include "catalog/namespace.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

typedef struct HelperView
{
	char	   *name;
	char	   *written;		/* what it is called in the build's schema */
	Oid			relid;
	List	   *marts;			/* that it names, of char * */
	bool		is_stored;		/* a build makes a table of it */
	bool		made;
} HelperView;

/* What a model or helper view is called in the build's schema */
char *
build_written_name(const Build *build, const char *name)
{
	static int	counter = 0;

	return build->is_test ? psprintf("%d.%d", MyProcPid, ++counter) : pstrdup(name);
}

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
					"  JOIN greenery.models m ON m.layer = 'mart' AND greenery.relation_named(m.relation) = d.refobjid"
					" WHERE v.relkind = 'v' AND v.relnamespace = 'greenery'::regnamespace"
					"   AND NOT EXISTS (SELECT FROM greenery.models o WHERE greenery.relation_named(o.relation) = v.oid)"
					" GROUP BY v.relname, v.oid"
					" ORDER BY v.relname COLLATE \"C\"", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the helper views");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		HelperView *helper = palloc0(sizeof(HelperView));

		helper->name = row_text(row, desc, 1);
		helper->written = build_written_name(build, helper->name);
		helper->relid = DatumGetObjectId(row_value(row, desc, 2, OIDOID));
		helper->marts = row_text_list(row, desc, 3);
		/* the text of a view would find what a build has written, and not a test */
		helper->is_stored = build->is_test || DatumGetBool(row_value(row, desc, 4, BOOLOID));
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

/* What a helper view selects, as text that names others of schema greenery without it */
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
make_view(const Build *build, const HelperView *helper)
{
	char	   *text = view_text(helper->relid);
	int			level = greenery_set_search_path(BUILD_PATH);

	if (SPI_execute(psprintf("CREATE VIEW %s AS %s",
							 quote_qualified_identifier(BUILD_SCHEMA, helper->written), text),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not make helper %s", helper->name);
	AtEOXact_GUC(false, level);
	build_let_builder_read(build, helper->written);
}

static Oid
made_relation(const HelperView *helper)
{
	return get_relname_relid(helper->written, get_namespace_oid(BUILD_SCHEMA, false));
}

/* Helper views that have been made, each in place of its own: adds to a list of Substitute * */
List *
build_helper_substitutes(const Build *build, List *substitutes)
{
	ListCell   *lc;

	foreach(lc, build->helpers)
	{
		const HelperView *helper = lfirst(lc);
		Substitute *substitute;

		if (!helper->made)
			continue;
		substitute = palloc(sizeof(Substitute));
		substitute->relid = helper->relid;
		substitute->in_place = made_relation(helper);
		substitutes = lappend(substitutes, substitute);
	}
	return substitutes;
}

/* Make a table of what it says; the caller guards it */
static void
make_table(void *arg)
{
	HelperOfBuild *of = arg;
	const Build *build = of->build;
	const HelperView *helper = of->helper;

	Query	   *tree = tree_of_relation(helper->relid);

	tree_substitute(tree, build_substitutes(build));
	build_create_table(build, helper->written, columns_of_relation(helper->relid));
	(void) fill_table(made_relation(helper), build->builder, nodeToString(tree_rewritten(tree)));
	if (SPI_execute(psprintf("ANALYZE %s", quote_qualified_identifier(BUILD_SCHEMA, helper->written)),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not analyze helper %s", helper->name);
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
		if (helper->is_stored && !run_guarded(make_table, &of, &message))
		{
			ereport(DEBUG1,
					(errmsg_internal("no table is made of %s: %s", helper->name, message)));
			helper->is_stored = false;
		}
		if (!helper->is_stored && build->is_test)
			continue;
		if (!helper->is_stored)
			make_view(build, helper);
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
			build_drop(kind_of(helper), helper->written);
	}
}
