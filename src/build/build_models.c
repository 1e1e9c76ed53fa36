/*-------------------------------------------------------------------------
 *
 * build_models.c
 *	  Take each model through writing and tests.
 *
 * A mart's definition is deparsed while all models are visible, so that it names
 * them without schema, and run with the build's schema in front: where a model
 * has been written already, the written table is read and nothing is computed
 * twice.  In place of the table there is a view of the published one where only what
 * differs has been written, see build_difference.c.  build_load makes sure that no other relation hides a model.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build_compute.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/analyze.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* The model of that name, or NULL */
BuildModel *
build_find_model(const Build *build, const char *name)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (strcmp(model->name, name) == 0)
			return model;
	}
	return NULL;
}

/* The written table of a model, or the view that stands for it, quoted */
char *
build_written_table(const BuildModel *model)
{
	return quote_qualified_identifier(BUILD_SCHEMA, model->name);
}

/*
 * Give each model its tests.  A test of a relation that is no model is run all
 * the same: the relation joins the build as one that is only tested.
 */
static void
attach_tests(Build *build)
{
	List	   *tests = tests_load();
	ListCell   *t;

	foreach(t, tests)
	{
		DataTest   *test = lfirst(t);
		BuildModel *owner = NULL;
		ListCell   *m;

		foreach(m, build->models)
		{
			BuildModel *model = lfirst(m);

			if (strcmp(model->relation, test->model) == 0)
				owner = model;
		}
		if (owner == NULL)
		{
			owner = palloc0(sizeof(BuildModel));
			owner->name = owner->relation = test->model;
			build->models = lappend(build->models, owner);
		}
		owner->tests = lappend(owner->tests, test);
	}
}

/*
 * Find each model's relation, and the schemas that make all marts visible.  A
 * relation that is missing, or hidden by another of its name, fails its model.
 */
static void
resolve_models(Build *build)
{
	StringInfoData path;
	ListCell   *lc;
	List	   *schemas = NIL;
	int			level;

	initStringInfo(&path);
	appendStringInfoString(&path, "greenery");
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		model->rows = model->inserted = model->updated = model->deleted = -1;
		model->changed_keys = -1;
		model->relid = relation_or_message(model->relation, &model->message);
		if (!OidIsValid(model->relid))
		{
			model->status = MODEL_FAILED;
			continue;
		}
		if (model->is_mart)
		{
			const char *schema = get_namespace_name(get_rel_namespace(model->relid));

			if (strcmp(schema, "greenery") != 0 &&
				!list_member(schemas, makeString(pstrdup(schema))))
			{
				schemas = lappend(schemas, makeString(pstrdup(schema)));
				appendStringInfo(&path, ", %s", quote_identifier(schema));
			}
		}
	}
	appendStringInfoString(&path, ", pg_temp");
	build->view_path = path.data;

	level = greenery_set_search_path(build->view_path);
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (model->is_mart && OidIsValid(model->relid) &&
			!RelationIsVisible(model->relid))
		{
			model->status = MODEL_FAILED;
			model->message = psprintf("another relation named \"%s\" hides it in schemas %s",
									  get_rel_name(model->relid), build->view_path);
		}
	}
	AtEOXact_GUC(true, level);
}

/*
 * Refuse to write marts where something else lies: it would be read in place of
 * what a mart names.
 */
static void
check_build_schema(void)
{
	char	   *found;

	if (SPI_execute("SELECT string_agg(pg_describe_object(o.classid, o.objid, 0), ', ')"
					"  FROM (SELECT tableoid, oid FROM pg_class"
					"         WHERE relnamespace = '" BUILD_SCHEMA "'::regnamespace"
					"        UNION ALL"
					"        SELECT tableoid, oid FROM pg_proc"
					"         WHERE pronamespace = '" BUILD_SCHEMA "'::regnamespace"
					"        UNION ALL"
					"        SELECT tableoid, oid FROM pg_operator"
					"         WHERE oprnamespace = '" BUILD_SCHEMA "'::regnamespace"
					"         LIMIT 10) o (classid, objid)",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look into the build's schema");
	found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (found != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schema \"%s\" is not empty", BUILD_SCHEMA),
				 errdetail("It holds %s, which no build has left there.", found),
				 errhint("Drop it, and see who may create objects in the schema.")));
}

/* Read the models, in dependency order, and their tests */
void
build_load(Build *build)
{
	check_build_schema();
	if (SPI_execute("SELECT o.model, o.relation, o.layer, o.key, o.depends_on, b.write_seconds"
					"  FROM greenery.build_order o"
					"  LEFT JOIN greenery.build_models b ON b.model = o.model"
					"   AND b.build_id = (SELECT max(build_id) FROM greenery.builds WHERE published)"
					" ORDER BY o.level, o.model COLLATE \"C\"", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the models");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = palloc0(sizeof(BuildModel));
		char	   *seconds = SPI_getvalue(row, desc, 6);

		model->name = SPI_getvalue(row, desc, 1);
		model->relation = SPI_getvalue(row, desc, 2);
		model->is_mart = strcmp(SPI_getvalue(row, desc, 3), "mart") == 0;
		model->key = text_list_value(row, desc, 4);
		model->depends_on = text_list_value(row, desc, 5);
		model->expected_seconds = seconds != NULL ? strtod(seconds, NULL) : 0;
		build->models = lappend(build->models, model);
	}
	SPI_freetuptable(SPI_tuptable);
	attach_tests(build);
	resolve_models(build);
	build_load_helpers(build);
	build_load_states(build);
	build_load_incremental(build);
	build_load_sources(build);
	build_load_test_states(build);
}

/* Names, types and collations of a relation's columns, for comparing and for showing */
static char *
column_list(const char *relation)
{
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(relation);
	char	   *result;

	if (SPI_execute_with_args("SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),"
							  "                         CASE WHEN a.attcollation <> t.typcollation"
							  "                              THEN ' COLLATE ' || a.attcollation::regcollation END),"
							  "                  ', ' ORDER BY a.attnum)"
							  "  FROM pg_attribute a"
							  "  JOIN pg_type t ON t.oid = a.atttypid"
							  " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the columns of %s", relation);
	result = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/* What a view selects, naming models and helper views without schema */
char *
build_view_definition(const Build *build, Oid view)
{
	int			level = greenery_set_search_path(build->view_path);
	char	   *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef,
																	 ObjectIdGetDatum(view)));

	AtEOXact_GUC(true, level);
	/* it ends in a semicolon */
	definition[strlen(definition) - 1] = '\0';
	return definition;
}

/* What computes a mart; build_mart_path is to be its search_path */
char *
build_mart_definition(const Build *build, const BuildModel *model)
{
	return get_rel_relkind(model->relid) == RELKIND_VIEW
		? build_view_definition(build, model->relid)
		: psprintf("SELECT * FROM %s", quoted_relation(model->relid));
}

/* A mart's definition as the planner gets it: of tables, and not of views */
List *
build_rewritten(const char *definition)
{
	RawStmt    *statement = linitial_node(RawStmt, pg_parse_query(definition));

	return QueryRewrite(parse_analyze_fixedparams(statement, definition, NULL, 0, NULL));
}

/* The search_path in which a written table is found before the view that it is of */
char *
build_mart_path(const Build *build)
{
	return psprintf("%s, %s", BUILD_SCHEMA, build->view_path);
}

/* Run a utility statement under a search_path */
static void
execute_in(const char *path, const char *sql)
{
	int			level = greenery_set_search_path(path);

	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", sql);
	AtEOXact_GUC(true, level);
}

/* Raise an error unless a model's written and published table have the same columns */
static void
check_columns(const BuildModel *model, const char *table)
{
	char	   *published = quote_qualified_identifier(PUBLISHED_SCHEMA, model->name);
	char	   *written_columns = column_list(table);
	char	   *published_columns = column_list(published);

	if (published_columns == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("published table %s does not exist", published)));
	if (strcmp(written_columns, published_columns) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("columns of model %s and of its published table differ",
						model->name),
				 errdetail("The model has %s; the table has %s. greenery_drop_model() and greenery_add_model() make the table anew.",
						   written_columns, published_columns)));
}

/* Write one mart; the caller guards it */
static void
write_model(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;
	char	   *table = build_written_table(model);
	char	   *definition = build_mart_definition(in->build, model);
	char	   *path = build_mart_path(in->build);

	/* the columns first: the same whatever is written */
	execute_in(path, psprintf("CREATE UNLOGGED TABLE %s AS %s WITH NO DATA", table, definition));
	check_columns(model, table);
	if (build_write_difference(in->build, model, definition, path))
		return;

	/* anew: only this statement writes what parallel workers compute */
	build_drop("TABLE", model->name);
	execute_in(path, psprintf("CREATE UNLOGGED TABLE %s AS %s", table, definition));
	model->rows = (int64) SPI_processed;
	if (SPI_execute(psprintf("ANALYZE %s", table), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not analyze model %s", model->name);
}

/* The first model that this one is made from and that has not held, or NULL */
static BuildModel *
failed_upstream(const Build *build, const BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->depends_on)
	{
		BuildModel *upstream = build_find_model(build, lfirst(lc));

		if (upstream != NULL &&
			(upstream->status == MODEL_FAILED || upstream->status == MODEL_SKIPPED))
			return upstream;
	}
	return NULL;
}

/* Take one model through writing and tests */
static void
do_model(Build *build, BuildModel *model)
{
	BuildModel *upstream = failed_upstream(build, model);
	ModelInBuild in = {build, model};
	TimestampTz start;

	if (model->status == MODEL_FAILED)
	{
		tests_set_status(model->tests, RESULT_BROKEN, model->message);
		return;
	}
	if (upstream != NULL)
	{
		model->status = MODEL_SKIPPED;
		model->message = psprintf("model %s failed or was skipped", upstream->name);
		tests_set_status(model->tests, RESULT_SKIPPED, model->message);
		return;
	}

	if (model->is_mart)
	{
		ComputedMart *ahead;

		if (model->computed == NULL)
			build_compute_ahead(build);
		ahead = model->computed;
		model->write_seconds = ahead != NULL ? ahead->seconds : 0;
		start = GetCurrentTimestamp();
		if (!run_guarded(write_model, &in, &model->message))
		{
			/* what was computed in its turn has gone with the subtransaction */
			if (ahead != NULL && model->computed == ahead)
				mart_free(ahead);
			model->computed = NULL;
			model->status = MODEL_FAILED;
			model->rows = -1;
			tests_set_status(model->tests, RESULT_BROKEN, model->message);
			return;
		}
		model->write_seconds += seconds_since(start);
	}
	start = GetCurrentTimestamp();
	build_audit(build, model);
	model->audit_seconds = seconds_since(start);
	if (model->status == MODEL_WRITTEN)
		build_make_helpers(build);
}

/* Write and test all models, in dependency order, and say how far it is */
void
build_write_and_audit(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		do_model(build, model);
		if (model->status == MODEL_FAILED)
			build->failed = true;
		ereport(NOTICE,
				(errmsg("model %d of %d: %s: " INT64_FORMAT " rows, %.3f s%s%s",
						foreach_current_index(lc) + 1, list_length(build->models),
						model->name, Max(model->rows, 0),
						model->write_seconds + model->audit_seconds,
						model->message ? "; " : "", model->message ? model->message : "")));
	}
}
