/*-------------------------------------------------------------------------
 *
 * model.c
 *	  One build: its models, and how far each has come.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "build/model.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "greenery.h"
#include "roles.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

BuildModel *
find_model(const Build *build, const char *name)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (strcmp(model->spec.name, name) == 0)
			return model;
	}
	return NULL;
}

char *
written_name(const BuildModel *model)
{
	return quote_qualified_identifier(BUILD_SCHEMA, model->spec.table);
}

char *
published_name(const BuildModel *model)
{
	return quote_qualified_identifier(PUBLISHED_SCHEMA, model->spec.name);
}

const char *
model_status(const BuildModel *model)
{
	switch (model->run.phase)
	{
		case MODEL_WRITTEN:
			return "written";
		case MODEL_ACCEPTED:
			return model->spec.is_mart ? "written" : "tested";
		case MODEL_SKIPPED:
			return "skipped";
		case MODEL_PENDING:		/* never reached */
		case MODEL_REJECTED:
		case MODEL_BROKEN:
			break;
	}
	return "failed";
}

Oid
written_oid(const BuildModel *model)
{
	return get_relname_relid(model->spec.table, get_namespace_oid(BUILD_SCHEMA, false));
}

Oid
published_oid(const BuildModel *model)
{
	return get_relname_relid(model->spec.name, get_namespace_oid(PUBLISHED_SCHEMA, false));
}

Oid
table_file(Oid table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid			file = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		file = ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
		ReleaseSysCache(tuple);
	}
	return file;
}

bool
build_may_tell(const Build *build)
{
	return greenery_acts_as_owner(build->caller);
}

void
build_be_quiet(const Build *build)
{
	if (!build_may_tell(build) && client_min_messages < NOTICE)
		greenery_set_locally("client_min_messages", "notice");
}
