/*-------------------------------------------------------------------------
 *
 * build.c
 *	  CALL greenery_build(): write, audit, publish, all marts or none.
 *
 * Three transactions.  The first, under the build's lock, closes what earlier
 * builds left open and says that this one runs.  The second takes the lock
 * again, locks the sources, and only then its one snapshot, REPEATABLE READ: a
 * snapshot taken before would not protect against a source that is truncated
 * and loaded again.  All its work is done in subtransactions, so that an error, and
 * marts that are not to be published, can still be recorded.  The third removes results that are too old.  The verdict
 * is raised after all that: nothing that was recorded is lost by it.
 *
 * Whatever ends the session in the middle leaves the published tables as they
 * were, and a row saying "running" that the next build marks as aborted, and
 * reports.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "build/build.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "checks/data_test.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* What a failed build is reported with: "GR" is in no class of the standard */
#define ERRCODE_GREENERY_BUILD_FAILED MAKE_SQLSTATE('G', 'R', '0', '0', '1')

PG_FUNCTION_INFO_V1(greenery_build);

/*
 * Whether nobody has set jit.  Many marts pass its thresholds, and most of them are
 * compiled for longer than they run; but whoever has set it has had a reason.
 */
static bool
jit_is_default(void)
{
	if (SPI_execute("SELECT FROM pg_settings WHERE name = 'jit' AND source = 'default'",
					false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up setting jit");
	return SPI_processed > 0;
}

/* Until the next commit: names, and no policy may thin out a mart unseen */
static void
set_transaction_settings(const Build *build)
{
	char		timeout[32];

	(void) greenery_set_search_path(GREENERY_SAFE_SEARCH_PATH);
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (build->without_jit)
		(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	if (strcmp(GetConfigOption("lock_timeout", false, false), "0") == 0)
	{
		snprintf(timeout, sizeof(timeout), "%d", greenery_lock_timeout);
		(void) set_config_option("lock_timeout", timeout, PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	}
}

/* Take the build's lock until the end of the transaction, without waiting */
static bool
lock_build(void)
{
	Oid			schema = get_namespace_oid("greenery", true);
	Oid			lock = OidIsValid(schema) ? get_relname_relid("build_lock", schema) : InvalidOid;

	if (!OidIsValid(lock))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"greenery\" is not installed in this database")));
	return ConditionalLockRelationOid(lock, ExclusiveLock);
}

static void
report_running_build(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("another build is running"),
			 errdetail("Builds, and what must not run beside one, take turns."),
			 errhint("greenery.builds shows its process id. Try again when it has ended.")));
}

/*
 * Lock everything that the models read in the end, so that nobody can truncate,
 * drop or rewrite it from here on.  Raw tables come by name: their source
 * functions leave no trace in the catalog.  Those of users' models were looked
 * up by find_tables, since a look now would take the snapshot.
 *
 * The histories are about to be written: taken now, nobody else's record can be
 * newer than the snapshot.  And nobody else may create tables in the schema
 * where marts are written: they would be read in place of what a mart names.
 */
static void
lock_sources(void *arg)
{
	Build	   *build = arg;
	ListCell   *lc;
	static const char *const raw[] = {
		"addresses", "events", "order_items", "orders", "products", "promos", "users"
	};
	static const char *const histories[] = {
		/* in the order of greenery_record_history() */
		"promo_history", "inventory_history", "order_status_history"
	};
	Oid			schema = get_namespace_oid("greenery", false);

	LockDatabaseObject(NamespaceRelationId, get_namespace_oid(BUILD_SCHEMA, false),
					   0, AccessExclusiveLock);
	for (int i = 0; i < (int) lengthof(raw); i++)
	{
		Oid			relid = get_relname_relid(raw[i], schema);

		if (OidIsValid(relid))
			LockRelationOid(relid, AccessShareLock);
	}
	for (int i = 0; i < (int) lengthof(histories); i++)
	{
		Oid			relid = get_relname_relid(histories[i], schema);

		if (OidIsValid(relid))
			LockRelationOid(relid, ShareRowExclusiveLock);
	}
	foreach(lc, build->tables)
		LockRelationOid(lfirst_oid(lc), AccessShareLock);
}

/* Run one statement of the build's bookkeeping */
static void
execute(const char *sql, int expected)
{
	if (SPI_execute(sql, false, 0) != expected)
		elog(ERROR, "could not run: %s", sql);
}

/* Queue what there is to tell of this build */
static void
queue_alerts(void *arg)
{
	Build	   *build = arg;
	Oid			type = INT8OID;
	Datum		build_id = Int64GetDatum(build->build_id);

	if (SPI_execute_with_args("SELECT greenery.queue_build_alerts($1)",
							  1, &type, &build_id, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not queue alerts");
}

/* The first transaction: say that a build runs */
static int64
open_build(void)
{
	int64		build_id;
	bool		isnull;

	if (!lock_build())
		report_running_build();
	refuse_superuser();
	/* under the lock: whoever says "running" is gone, and has told nobody */
	execute("WITH gone AS ("
			"UPDATE greenery.builds"
			"   SET status = 'aborted', finished_at = clock_timestamp(),"
			"       message = 'The session ended before the build did.'"
			" WHERE status = 'running' RETURNING build_id)"
			" SELECT build_id FROM gone ORDER BY build_id", SPI_OK_SELECT);
	if (SPI_processed > 0)
	{
		SPITupleTable *gone = SPI_tuptable;
		uint64		n = SPI_processed;

		for (uint64 i = 0; i < n; i++)
		{
			Build		aborted = {0};

			aborted.build_id = DatumGetInt64(SPI_getbinval(gone->vals[i], gone->tupdesc,
														   1, &isnull));
			queue_alerts(&aborted);
		}
	}
	execute("INSERT INTO greenery.builds (models)"
			" SELECT count(*) FROM greenery.models RETURNING build_id", SPI_OK_INSERT_RETURNING);
	build_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										   SPI_tuptable->tupdesc, 1, &isnull));
	return build_id;
}

/*
 * The tables that users' models and features read, directly or by way of views, and
 * the users' models that are tables.  In the current memory context.
 */
static List *
find_tables(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *tables = NIL;
	bool		isnull;

	/* lineage names them without quotes; features belong to repeat_indicators */
	if (SPI_execute("SELECT c.oid"
					"  FROM greenery.model_dependencies d"
					"  JOIN greenery.models m ON m.model = d.model"
					"   AND (NOT m.builtin OR m.model = 'repeat_indicators')"
					"  JOIN pg_namespace n ON starts_with(d.depends_on, n.nspname || '.')"
					"  JOIN pg_class c ON c.relnamespace = n.oid"
					"   AND d.depends_on = n.nspname || '.' || c.relname"
					" WHERE d.kind = 'table' AND c.relkind IN ('r', 'p', 'm')"
					" UNION "
					"SELECT c.oid"
					"  FROM greenery.models m"
					"  JOIN pg_class c ON c.oid = to_regclass(m.relation)"
					" WHERE NOT m.builtin AND c.relkind IN ('r', 'p', 'm')"
					" ORDER BY 1", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the tables of users' models");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
		tables = lappend_oid(tables,
							 DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
															SPI_tuptable->tupdesc,
															1, &isnull)));
	return tables;
}

/* Close the build's row; the caller commits */
static void
close_build(const Build *build, const char *status, const char *message)
{
	Oid			types[8] = {INT8OID, TEXTOID, TEXTOID, INT4OID, INT4OID, INT4OID, INT4OID, INT4OID};
	Datum		values[8];
	char		nulls[9] = "        ";

	values[0] = Int64GetDatum(build->build_id);
	values[1] = CStringGetTextDatum(status);
	values[2] = message ? CStringGetTextDatum(message) : (Datum) 0;
	nulls[2] = message ? ' ' : 'n';
	for (int i = 0; i < 5; i++)
		values[3 + i] = Int32GetDatum(build_count(build, i));
	if (SPI_execute_with_args("UPDATE greenery.builds"
							  "   SET status = $2, message = $3, published = $2 = 'published',"
							  "       finished_at = clock_timestamp(),"
							  "       passed = $4, warned = $5, failed = $6, broken = $7, skipped = $8"
							  " WHERE build_id = $1",
							  8, types, values, nulls, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not close the build");
}

/*
 * The work of the second transaction, in three steps that the caller guards.  The
 * second is undone when the build has failed: it may have changed published tables.
 */
static void
prepare(void *arg)
{
	/* a history records what the sources said, whatever the tests say of it */
	execute(psprintf("SELECT %s.greenery_record_history()", greenery_schema()), SPI_OK_SELECT);
	build_keep_as_of();
	build_load(arg);
}

static void
make_marts(void *arg)
{
	Build	   *build = arg;

	build_check_published(build);
	build_write_and_audit(build);
	build_check_shrink(build);
	if (build->failed)
		return;
	build_publish(build);
	build_drop_written(build);
}

static void
record(void *arg)
{
	Build	   *build = arg;

	build_record(build);
	close_build(build, build->failed ? "failed" : "published",
				build->failed ? build_failed_tests(build) : NULL);
	queue_alerts(build);
}

static bool
do_build(Build *build, char **error)
{
	return run_guarded(prepare, build, error) &&
		run_or_undo(make_marts, build, &build->failed, error) &&
		run_guarded(record, build, error);
}

/* Remove what is older than greenery.retention */
static void
purge(void *arg pg_attribute_unused())
{
	execute(psprintf("SELECT %s.greenery_purge()", greenery_schema()), SPI_OK_SELECT);
}

/*
 * greenery_build(): build all marts, test them, and publish them if no test
 * fails at error.
 */
Datum
greenery_build(PG_FUNCTION_ARGS)
{
	CallContext *call = (CallContext *) fcinfo->context;
	Build		build = {0};
	char	   *error = NULL;
	char	   *purge_error = NULL;
	bool		locked;
	MemoryContext context;

	if (call == NULL || !IsA(call, CallContext) || call->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("greenery_build cannot run inside a transaction block or a function"),
				 errhint("Call it alone, as one statement: CALL greenery_build().")));

	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	/* survives the commits */
	context = AllocSetContextCreate(PortalContext, "greenery build", ALLOCSET_DEFAULT_SIZES);

	set_transaction_settings(&build);
	build.build_id = open_build();
	MemoryContextSwitchTo(context);
	build.tables = find_tables();
	build.without_jit = jit_is_default();
	SPI_commit();

	/* before anything takes a snapshot */
	(void) set_config_option("transaction_isolation", "repeatable read",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	set_transaction_settings(&build);
	MemoryContextSwitchTo(context);
	if (!lock_build())
	{
		/* another build slipped in between */
		close_build(&build, "aborted", "Another build was running.");
		SPI_commit();
		report_running_build();
	}
	locked = run_guarded(lock_sources, &build, &error);
	EnsurePortalSnapshotExists();
	if (!locked || !do_build(&build, &error))
	{
		char	   *why;

		/* nothing of it is left but this */
		build.models = NIL;
		build.failed = true;
		close_build(&build, "failed", error);
		if (!run_guarded(queue_alerts, &build, &why))
			ereport(WARNING,
					(errmsg("could not queue alerts about build " INT64_FORMAT, build.build_id),
					 errdetail("%s", why)));
	}
	else if (build.failed)
		error = build_failed_tests(&build);
	SPI_commit();

	/* the verdict is safe; what follows must not change it */
	set_transaction_settings(&build);
	MemoryContextSwitchTo(context);
	EnsurePortalSnapshotExists();
	if (!run_guarded(purge, NULL, &purge_error))
		ereport(WARNING,
				(errmsg("could not remove old test results"),
				 errdetail("%s", purge_error)));
	SPI_commit();

	if (build.failed)
		ereport(ERROR,
				(errcode(ERRCODE_GREENERY_BUILD_FAILED),
				 errmsg("build " INT64_FORMAT " failed, nothing was published", build.build_id),
				 errdetail("%s", error),
				 errhint("greenery.test_results and greenery.build_models of this build say why; the published tables are those of the last published build.")));
	SPI_finish();
	PG_RETURN_VOID();
}
