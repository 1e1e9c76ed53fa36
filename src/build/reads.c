/*-------------------------------------------------------------------------
 *
 * reads.c
 *	  What a build reads, and the locks on it.
 *
 * A snapshot does not protect against TRUNCATE, DROP or a rewriting ALTER: it shows a table
 * that another session truncated and loaded again as empty.  So everything that the build
 * reads is locked before the snapshot is taken.  Finding it takes a snapshot too: so
 * the build looks, begins again with these locks, and looks again, until it finds nothing that
 * is not locked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/model.h"
#include "build/reads.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "parser/analyze.h"
#include "roles.h"
#include "sources/own_columns.h"
#include "sources/reach_refuse.h"
#include "spi_row.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Something that the build asks: a relation that it reads, and SQL about its rows */
typedef struct Root
{
	const char *what;			/* for people */
	int64		test_id;		/* 0: it is no test */
	bool		by_name;		/* the relation is looked up again when it is
								 * read */
	Oid			relid;
	const char *sql;			/* or NULL */
	char	   *message;		/* why the SQL cannot be parsed, or NULL */
	Reach		reach;
} Root;

/* The caller guards it */
static void
look_at_sql(void *arg)
{
	Root	   *root = arg;
	ListCell   *lc;

	foreach(lc, pg_parse_query(root->sql))
		reach_text(&root->reach,
				   (Node *) parse_analyze_fixedparams(lfirst_node(RawStmt, lc), root->sql,
													  NULL, 0, NULL));
}

/* SQL that cannot be parsed is not run, even if it can be parsed later: nothing is known of it */
static void
look_at_root(Root *root)
{
	reach_relation(&root->reach, root->relid);
	/* the query of a model that is a view is read from its rule */
	if (root->by_name || get_rel_relkind(root->relid) != RELKIND_VIEW)
		reach_by_name(&root->reach, root->relid);
	if (root->sql != NULL)
		(void) run_expecting(look_at_sql, root, reach_is_no_answer, &root->message);
}

/*
 * All relations that models, features and the users' tests name, and the SQL of these
 * tests.  Lists of Root *.
 */
static List *
find_roots(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *roots = NIL;

	if (SPI_execute("SELECT format('model %s', m.model), greenery.relation_named(m.relation), NULL,"
					"       0::bigint, false"
					"  FROM greenery.models m"
					" UNION ALL "
					"SELECT format('feature \"%s\"', f.name), greenery.relation_named(f.relation), NULL, 0, true"
					"  FROM greenery.features f"
					" UNION ALL "
					"SELECT format('data test %s', t.test_id), greenery.relation_named(r.relation), r.statement,"
					"       t.test_id,"
	/* what has been written of a mart is read in its place */
					"       NOT EXISTS (SELECT FROM greenery.models m"
					"                    WHERE m.relation = r.relation AND m.layer = 'mart')"
					"  FROM greenery.data_tests t"
					" CROSS JOIN greenery.test_reads(t.model, t.kind, t.args) r"
					" WHERE t.enabled AND NOT t.builtin"
					" ORDER BY 1", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up what builds read");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Root	   *root;
		bool		isnull;
		Datum		relid = row_value_or_null(row, desc, 2, OIDOID, &isnull);

		root = palloc0(sizeof(Root));
		root->what = row_text(row, desc, 1);
		root->test_id = DatumGetInt64(row_value(row, desc, 4, INT8OID));
		root->by_name = DatumGetBool(row_value(row, desc, 5, BOOLOID));

		/*
		 * models and tests are told of when it is their turn, and may not
		 * come back till then
		 */
		if (isnull && root->by_name && root->test_id == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("the relation of %s does not exist", root->what),
					 errhint("greenery_drop_feature() drops a feature.")));
		if (isnull)
			continue;
		root->relid = DatumGetObjectId(relid);
		root->sql = SPI_getvalue(row, desc, 3);
		roots = lappend(roots, root);
	}
	SPI_freetuptable(SPI_tuptable);
	return roots;
}

/* What each root reaches; in the current memory context */
static List *
look(const Build *build)
{
	List	   *roots = find_roots();
	RoleSwitch	before;
	ListCell   *lc;

	role_enter(build->builder, &before);
	foreach(lc, roots)
		look_at_root(lfirst(lc));
	role_leave(&before);
	return roots;
}

static List *
relations_of(List *roots)
{
	List	   *relations = NIL;
	ListCell   *lc;

	foreach(lc, roots)
		relations = list_concat_unique_oid(relations, ((Root *) lfirst(lc))->reach.relations);
	return relations;
}

/* The histories are about to be written: locked now, no record can be newer than the snapshot */
void
lock_reads(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->histories)
		LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
	foreach(lc, build->locked)
		LockRelationOid(lfirst_oid(lc), AccessShareLock);
}

/* An error for a table that the build itself changes: it would be of this build or of the last */
static void
refuse_published(const Reach *reach, const char *what)
{
	ListCell   *lc;

	foreach(lc, reach->relations)
	{
		char	   *schema = get_namespace_name(get_rel_namespace(lfirst_oid(lc)));

		if (schema != NULL &&
			(strcmp(schema, PUBLISHED_SCHEMA) == 0 || strcmp(schema, BUILD_SCHEMA) == 0))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("%s reads %s", what, quoted_relation(lfirst_oid(lc))),
					 errdetail("A build changes that table while models are computed."),
					 errhint("Read the live model of that name in schema \"greenery\": builds put what they have written in its place.")));
	}
}

/* A source, and why it cannot be read */
typedef struct BoundSource
{
	char	   *name;
	char	   *drift;			/* what has changed; NULL: nothing */
	char	   *problem;		/* NULL: it can */
} BoundSource;

static void
look_at_source(void *arg)
{
	BoundSource *source = arg;

	source->problem = source_type_problem(psprintf("source_%s", source->name));
}

/*
 * An error if the shop's tables are not any more what a source was bound to.  What reads it
 * would fail, with less to tell; or it would show what is converted to the type that it had.
 */
static void
refuse_drifted(const Build *build)
{
	RoleSwitch	before;
	List	   *sources = NIL;
	ListCell   *lc;

	if (SPI_execute("SELECT s.source, greenery.drift_of_source(s.source)"
					"  FROM greenery.sources s ORDER BY s.position", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the bindings");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		BoundSource *source = palloc0(sizeof(BoundSource));

		source->name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		source->drift = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		sources = lappend(sources, source);
	}
	SPI_freetuptable(SPI_tuptable);
	role_enter(build->builder, &before);
	foreach(lc, sources)
	{
		BoundSource *source = lfirst(lc);
		char	   *message = NULL;

		if (!run_expecting(look_at_source, source, reach_is_no_answer, &message))
			source->problem = message;
	}
	role_leave(&before);
	foreach(lc, sources)
	{
		BoundSource *source = lfirst(lc);

		if (source->problem != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("source \"%s\" cannot be read as it was bound: %s", source->name,
							source->drift != NULL ? source->drift : source->problem),
					 source->drift == NULL ? 0 : errdetail_internal("%s", source->problem),
					 errhint("greenery_bindings() says what has changed; bind the source again.")));
	}
}

/* An error if there is something that the builder must not read or run */
static void
refuse(const Build *build, const Root *root)
{
	refuse_published(&root->reach, root->what);
	reach_refuse_temporary(&root->reach, root->what);
	reach_refuse_strangers(&root->reach, build->builder);
	reach_refuse_policies(&root->reach);
	reach_refuse_hidden(&root->reach, root->what);
	reach_refuse_session(&root->reach, root->what);
	reach_refuse_open_schemas(&root->reach, root->what, build->builder);
}

static void
refuse_any(const Build *build, List *roots)
{
	ListCell   *lc;

	refuse_drifted(build);
	foreach(lc, roots)
		refuse(build, lfirst(lc));
}

bool
check_reads(Build *build)
{
	List	   *roots = look(build);
	List	   *relations = relations_of(roots);

	if (list_difference_oid(relations, build->locked) != NIL)
	{
		MemoryContext context = MemoryContextSwitchTo(build->context);

		build->locked = list_concat_unique_oid(build->locked, relations);
		list_sort(build->locked, list_oid_cmp);
		MemoryContextSwitchTo(context);
		return false;
	}
	refuse_any(build, roots);
	build->roots = roots;
	return true;
}

void
refuse_reads(Build *build)
{
	build->roots = look(build);
	refuse_any(build, build->roots);
}

void
refuse_unseen(const Build *build, Oid relid)
{
	ListCell   *lc;

	foreach(lc, build->roots)
		if (((const Root *) lfirst(lc))->relid == relid)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("relation %s was not there when the build began", quoted_relation(relid)),
			 errhint("Build again.")));
}

char *
why_not_parsed(const Build *build, int64 test_id)
{
	ListCell   *lc;

	foreach(lc, build->roots)
	{
		const Root *root = lfirst(lc);

		if (root->test_id == test_id && root->message != NULL)
			return root->message;
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(greenery_check_reads);

typedef struct Reader
{
	Oid			builder;
	Oid			relid;
} Reader;

/* The executor looks at the rights before it looks at a row */
static void
read_nothing(void *arg)
{
	const Reader *reader = arg;
	RoleSwitch	before;

	role_enter(reader->builder, &before);
	if (SPI_execute(psprintf("SELECT * FROM %s LIMIT 0", quoted_relation(reader->relid)), false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read %s", quoted_relation(reader->relid));
	role_leave(&before);
}

void
refuse_relation(const Build *build, Oid relid, bool by_name, const char *sql)
{
	Root		root = {.what = psprintf(sql == NULL ? "relation %s" : "the data test of %s", quoted_relation(relid)),
	.by_name = by_name,.relid = relid,.sql = sql};
	Reader		reader = {build->builder, relid};
	RoleSwitch	before;
	char	   *message;

	role_enter(build->builder, &before);
	look_at_root(&root);
	role_leave(&before);
	if (root.message != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("%s cannot be parsed", root.what),
				 errdetail("%s", root.message)));
	refuse(build, &root);
	if (!run_guarded(read_nothing, &reader, &message))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the builder, role \"%s\", cannot read %s",
						GetUserNameFromId(build->builder, false), quoted_relation(relid)),
				 errdetail("%s", message),
				 errhint("Builds have the rights of that role: it needs SELECT on the relation and USAGE on the schema.")));
}

static bool
is_mart(Oid relid)
{
	Oid			type = OIDOID;
	Datum		arg = ObjectIdGetDatum(relid);
	bool		found;

	if (SPI_execute_with_args("SELECT FROM greenery.models m"
							  " WHERE m.layer = 'mart' AND greenery.relation_named(m.relation) = $1",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the models");
	found = SPI_processed > 0;
	SPI_freetuptable(SPI_tuptable);
	return found;
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
	refuse_relation(&build, PG_GETARG_OID(0), !is_mart(PG_GETARG_OID(0)),
					PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)));
	SPI_finish();
	PG_RETURN_VOID();
}
