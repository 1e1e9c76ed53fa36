/*-------------------------------------------------------------------------
 *
 * build_models.c
 *	  Take each model through writing and tests.
 *
 * Where a model has been written already, the others read the written table, and nothing
 * is computed twice: see model_tree.h.  In place of the table there is a view of the
 * published one where only what differs has been written, see build_difference.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "alerts/shareable.h"
#include "build/build_compute.h"
#include "build/fill_table.h"
#include "build/model_tree.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "checks/data_test_load.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "roles.h"
#include "rewrite/rewriteHandler.h"
#include "spi_row.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

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
	return quote_qualified_identifier(BUILD_SCHEMA, model->written);
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
 * Why a model must not be opened, that is run as text, by the builder; or NULL.  A view reads
 * with the rights of its owner; what is opened calls functions with the builder's.
 */
static char *
why_not_open(Oid relid, Oid builder)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class form;
	char	   *why = NULL;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	form = (Form_pg_class) GETSTRUCT(tuple);
	if (form->relkind == RELKIND_VIEW && form->relowner != builder &&
		getExtensionOfObject(RelationRelationId, relid) != get_extension_oid("greenery", false))
		why = psprintf("view %s belongs to role \"%s\", and not to the builder, \"%s\"",
					   quoted_relation(relid), GetUserNameFromId(form->relowner, false),
					   GetUserNameFromId(builder, false));
	ReleaseSysCache(tuple);
	return why;
}

/* Whether a function of a range type's is not for the owner to run */
static bool
is_of_stranger(const Build *build, Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	/* an owner who is the builder, and no superuser, runs what others wrote */
	return !superuser_arg(owner) && !has_privs_of_role(owner, build->owner) &&
		(build->builder != build->owner || superuser_arg(build->owner));
}

/*
 * Refuse columns of range types with a function of somebody else's that says how far apart
 * two values are.  ANALYZE calls it with the rights of the table's owner: in a build, and by
 * autovacuum.  Of a type's other functions that run without being called, none can be made by
 * who is no superuser.
 */
static void
refuse_ranges(const Build *build, Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Oid			type;
		TypeCacheEntry *range;

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		type = getBaseType(TupleDescAttr(desc, i)->atttypid);
		if (type_is_multirange(type))
			type = get_multirange_range(type);
		if (!type_is_range(type))
			continue;
		range = lookup_type_cache(type, TYPECACHE_RANGE_INFO);
		if (OidIsValid(range->rng_subdiff_finfo.fn_oid) &&
			is_of_stranger(build, range->rng_subdiff_finfo.fn_oid))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("column \"%s\" of %s is of range type %s, of which function %s belongs to another role",
							NameStr(TupleDescAttr(desc, i)->attname), quoted_relation(relid),
							format_type_be(type), format_procedure(range->rng_subdiff_finfo.fn_oid)),
					 errdetail("ANALYZE would call it with the rights of the published table's owner."),
					 errhint("Have the model show lower() and upper() of it.")));
	}
	relation_close(rel, NoLock);
}

PG_FUNCTION_INFO_V1(greenery_check_model);
PG_FUNCTION_INFO_V1(greenery_check_reads);

/* greenery.check_model(regclass): an error where a build could not compute the relation */
Datum
greenery_check_model(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	Build		build = {0};
	char	   *why;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	build.builder = greenery_builder();
	why = why_not_open(relid, build.builder);
	if (why != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s", why),
				 errhint("ALTER VIEW %s OWNER TO %s, or register a view of the builder's that reads it.",
						 quoted_relation(relid),
						 quote_identifier(GetUserNameFromId(build.builder, false)))));
	build_refuse_relation(&build, relid, NULL);
	build.owner = greenery_owner();
	refuse_ranges(&build, relid);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * greenery.check_reads(regclass, text): an error where a build could not read the relation, or
 * could not look into SQL about its rows
 */
Datum
greenery_check_reads(PG_FUNCTION_ARGS)
{
	Build		build = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_VOID();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	build.builder = greenery_builder();
	build_refuse_relation(&build, PG_GETARG_OID(0),
						  PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)));
	SPI_finish();
	PG_RETURN_VOID();
}

/* Find each model's relation.  One that is missing, or not to be opened, fails its model. */
static void
resolve_models(Build *build)
{
	RoleSwitch	before;
	ListCell   *lc;

	role_enter(build->builder, &before);
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		model->rows = model->inserted = model->updated = model->deleted = -1;
		model->changed_keys = -1;
		model->relid = relation_or_message(model->relation, &model->message);
		if (OidIsValid(model->relid) && model->is_mart)
			model->message = why_not_open(model->relid, build->builder);
		if (model->message != NULL)
			model->status = MODEL_FAILED;
	}
	role_leave(&before);
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
build_load_models(Build *build)
{
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

		model->name = row_text(row, desc, 1);
		model->written = build_written_name(build, model->name);
		model->relation = row_text(row, desc, 2);
		model->is_mart = strcmp(row_text(row, desc, 3), "mart") == 0;
		model->key = row_text_list(row, desc, 4);
		if (model->key == NIL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("model %s has no key", model->name)));
		model->depends_on = row_text_list(row, desc, 5);
		model->expected_seconds = seconds != NULL ? strtod(seconds, NULL) : 0;
		build->models = lappend(build->models, model);
	}
	SPI_freetuptable(SPI_tuptable);
	attach_tests(build);
	resolve_models(build);
	build_load_helpers(build);
}

/* The same, and how the last build has left them */
void
build_load(Build *build)
{
	check_build_schema();
	build_load_models(build);
	build_load_states(build);
	build_load_incremental(build);
	build_load_sources(build);
	build_load_test_states(build);
}

/* What has been written of models, each in place of its view: a list of Substitute * */
List *
build_substitutes(const Build *build)
{
	List	   *substitutes = NIL;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);
		Substitute *substitute;

		if (!model->is_mart || model->rows < 0)
			continue;
		substitute = palloc(sizeof(Substitute));
		substitute->relid = model->relid;
		substitute->in_place = mart_written(model);
		substitutes = lappend(substitutes, substitute);
	}
	return build_helper_substitutes(build, substitutes);
}

static void
execute_utility(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", sql);
}

/* Let the builder read what the owner has made in the build's schema */
void
build_let_builder_read(const Build *build, const char *name)
{
	if (build->builder != build->owner)
		execute_utility(psprintf("GRANT SELECT ON %s TO %s",
								 quote_qualified_identifier(BUILD_SCHEMA, name),
								 quote_identifier(GetUserNameFromId(build->builder, false))));
}

/* Make a table of these columns in the build's schema, for what the builder computes */
void
build_create_table(const Build *build, const char *name, const char *columns)
{
	execute_utility(psprintf("CREATE UNLOGGED TABLE %s (%s)",
							 quote_qualified_identifier(BUILD_SCHEMA, name), columns));
	build_let_builder_read(build, name);
}

/*
 * The columns of a mart, as CREATE TABLE takes them; an error unless its query and its
 * published table have the same.
 */
static char *
mart_columns(const Build *build, const BuildModel *model, const Query *tree)
{
	char	   *computed = tree_columns(tree);
	char	   *published = columns_of_relation(mart_published(model));

	if (published == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("published table %s does not exist",
						quote_qualified_identifier(PUBLISHED_SCHEMA, model->name))));
	if (strcmp(computed, published) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("columns of model %s and of its published table differ",
						model->name),
				 errdetail("The model has %s; the table has %s. greenery_drop_model() and greenery_add_model() make the table anew.",
						   computed, published)));
	refuse_ranges(build, mart_published(model));
	return published;
}

/* Write one mart, a ModelInBuild; the caller guards it */
void
build_write_model(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;
	Query	   *tree = tree_of_model(in->build, model);

	build_create_table(in->build, model->written, mart_columns(in->build, model, tree));
	if (!in->build->is_test && build_write_difference(in->build, model, tree))
		return;

	model->rows = fill_table(mart_written(model), in->build->builder,
							 nodeToString(tree_rewritten(tree)));
	execute_utility(psprintf("ANALYZE %s", build_written_table(model)));
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
		if (!run_guarded(build_write_model, &in, &model->message))
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

/* Say at which model the build is, from 1.  Other sessions see a sequence at once. */
void
build_tell_progress(int position)
{
	if (SPI_execute(psprintf("SELECT setval('greenery.build_progress_model', %d),"
							 "       setval('greenery.build_progress_since', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
							 position), false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not tell the progress of the build");
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
		build_tell_progress(foreach_current_index(lc) + 1);
		do_model(build, model);
		if (model->status == MODEL_FAILED)
			build->failed = true;
		ereport(NOTICE,
				(errmsg("model %d of %d: %s: " INT64_FORMAT " rows, %.3f s%s%s",
						foreach_current_index(lc) + 1, list_length(build->models),
						model->name, Max(model->rows, 0),
						model->write_seconds + model->audit_seconds,
						model->message ? "; " : "",
						model->message == NULL ? "" :
						build_may_tell(build) ? model->message : shareable_message(model->message))));
	}
}
