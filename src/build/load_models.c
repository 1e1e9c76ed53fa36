/*-------------------------------------------------------------------------
 *
 * load_models.c
 *	  Read the models and their tests.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "build/load_models.h"
#include "build/reads.h"
#include "build/table_columns.h"
#include "build/work_tables.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "checks/data_test_load.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "roles.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(greenery_check_model);

/*
 * Give each model its tests.  A test of a relation that is not a model is run all
 * the same: the relation joins the build as one that is only audited.
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

			if (strcmp(model->spec.relation, test->model) == 0)
				owner = model;
		}
		if (owner == NULL)
		{
			owner = palloc0(sizeof(BuildModel));
			owner->spec.name = owner->spec.relation = test->model;
			build->models = lappend(build->models, owner);
		}
		test->unparsed = why_not_parsed(build, test->test_id);
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
	refuse_relation(&build, relid, false, NULL);
	build.owner = greenery_owner();
	refuse_range_columns(relid, build.owner, build.builder);
	SPI_finish();
	PG_RETURN_VOID();
}

/* A relation that a build is to read: the caller guards it */
static void
find_relation(void *arg)
{
	ModelInBuild *in = arg;

	in->model->spec.relid = relation_by_name(in->model->spec.relation);
	refuse_unseen(in->build, in->model->spec.relid);
}

/* Find each model's relation.  A model whose relation is missing, or not to be opened, is broken. */
static void
resolve_models(Build *build)
{
	RoleSwitch	before;
	ListCell   *lc;

	role_enter(build->builder, &before);
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);
		ModelInBuild in = {build, model};

		model->counts.rows = model->counts.inserted = model->counts.updated = model->counts.deleted = -1;
		model->counts.affected_keys = -1;
		if (!run_guarded(find_relation, &in, &model->run.message))
			model->spec.relid = InvalidOid;
		else if (model->spec.is_mart)
			model->run.message = why_not_open(model->spec.relid, build->builder);
		if (model->run.message != NULL)
			model->run.phase = MODEL_BROKEN;
	}
	role_leave(&before);
}

void
load_models(Build *build)
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

		model->spec.name = row_text(row, desc, 1);
		model->spec.table = work_table_name(build, model->spec.name);
		model->spec.relation = row_text(row, desc, 2);
		model->spec.is_mart = strcmp(row_text(row, desc, 3), "mart") == 0;
		model->spec.key = row_text_list(row, desc, 4);
		if (model->spec.key == NIL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("model %s has no key", model->spec.name)));
		model->spec.depends_on = row_text_list(row, desc, 5);
		model->last.seconds = seconds != NULL ? strtod(seconds, NULL) : 0;
		build->models = lappend(build->models, model);
	}
	SPI_freetuptable(SPI_tuptable);
	attach_tests(build);
	resolve_models(build);
}
