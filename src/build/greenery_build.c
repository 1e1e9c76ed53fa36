/*-------------------------------------------------------------------------
 *
 * greenery_build.c
 *	  CALL greenery_build(): write, audit, publish, all marts or none.
 *
 * Write: compute each mart into schema greenery_build, or its difference from the published
 * table.  Audit: run its tests.  Publish: give the published table the same rows.
 *
 * A build has three transactions, under the build's lock.  The first closes builds that ended
 * early, and records that this one runs.  The second locks everything that it is going to
 * read, and only then takes its one snapshot, REPEATABLE READ: an earlier snapshot would not
 * protect against a source that is truncated and loaded again.  It finds what to lock with a
 * first snapshot, and begins again with these locks, until nothing more is to be locked.  All its
 * work is done in subtransactions, so that an error, and marts that are not to be published,
 * can still be recorded.  The third removes old results.  The error of a failed build is
 * raised after that, so that it undoes nothing that was recorded.
 *
 * If the session ends in the middle, the published tables stay as they were.  The next build
 * marks the row that says "running" as aborted, and reports it.
 *
 * The caller needs the right to call, and no other.  The work is done with the rights of the
 * extension's owner, and what other people wrote runs with those of the builder: see roles.h.
 * Both roles are entered after each transaction has begun and left before it commits;
 * otherwise an error would leave the session in that role.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "alerts/shareable.h"
#include "build/build_lock.h"
#include "build/incremental.h"
#include "build/intermediate.h"
#include "build/last_build.h"
#include "build/load_models.h"
#include "build/marts.h"
#include "build/progress.h"
#include "build/published_tables.h"
#include "build/reads.h"
#include "build/record.h"
#include "build/work_tables.h"
#include "build_settings.h"
#include "catalog/namespace.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "roles.h"
#include "spi_row.h"
#include "storage/lmgr.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* How often a build begins again to lock what has come to be read meanwhile */
#define MAX_ATTEMPTS 10

/* What a failed build is reported with: "GR" is in no class of the standard */
#define ERRCODE_GREENERY_BUILD_FAILED MAKE_SQLSTATE('G', 'R', '0', '0', '1')

PG_FUNCTION_INFO_V1(greenery_build);

/* As the owner, with the settings of builds, until leave_transaction() */
static void
enter_transaction(const Build *build, RoleSwitch *before)
{
	char		timeout[32];

	role_enter(build->owner, before);
	build_settings_apply(build->settings);
	/* once more: the time zone is one of them */
	greenery_pin_settings();
	if (build->without_jit)
		greenery_set_locally("jit", "off");
	if (strcmp(GetConfigOption("lock_timeout", false, false), "0") == 0)
	{
		snprintf(timeout, sizeof(timeout), "%d", greenery_lock_timeout);
		greenery_set_locally("lock_timeout", timeout);
	}
	build_be_quiet(build);
}

/* Before each COMMIT */
static void
leave_transaction(const RoleSwitch *before)
{
	role_leave(before);
}

static void
report_running_build(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("another build is running"),
			 errdetail("Builds, and what must not run beside one, take turns."),
			 errhint("greenery_build_progress shows how far a build is. Try again when it has ended.")));
}

static void
lock_all(void *arg)
{
	lock_reads(arg);
}

/* Run one statement of the build's bookkeeping */
static void
execute(const char *sql, int expected)
{
	if (SPI_execute(sql, false, 0) != expected)
		elog(ERROR, "could not run: %s", sql);
}

/* The tables in which histories are recorded, in the order in which that is done */
static List *
find_histories(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *tables = NIL;

	execute("SELECT greenery.relation_named('greenery.' || quote_ident(h.history))"
			"  FROM greenery.histories h ORDER BY h.position", SPI_OK_SELECT);
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
		tables = lappend_oid(tables,
							 DatumGetObjectId(row_value(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
														1, OIDOID)));
	return tables;
}

/* The first transaction: say that a build runs */
static void
open_build(Build *build)
{
	RoleSwitch	before;
	MemoryContext context;

	/* only the owner may read the settings, and write what is recorded */
	role_enter(build->owner, &before);
	build_be_quiet(build);
	context = MemoryContextSwitchTo(build->context);
	build->settings = build_settings_load();
	MemoryContextSwitchTo(context);
	build_settings_warn(build->settings);
	role_leave(&before);

	enter_transaction(build, &before);
	if (!lock_builds())
		report_running_build();
	build->builder = greenery_builder();
	close_aborted(build);
	record_start(build);
	plan_progress();
	context = MemoryContextSwitchTo(build->context);
	build->histories = find_histories();
	build->without_jit = jit_is_default();
	MemoryContextSwitchTo(context);
	leave_transaction(&before);
	SPI_commit();
}

/*
 * What the build takes for the present, for how long it follows purchasers, and in which
 * currency it counts: all are asked once.  The first two stay what they are while it runs.
 */
static void
find_present(void *arg)
{
	Build	   *build = arg;
	RoleSwitch	before;
	char	   *as_of;
	char	   *horizon;
	char	   *currency;

	role_enter(build->builder, &before);
	/* the format has no place for years before the first */
	if (SPI_execute("SELECT CASE WHEN p.as_of >= '0001-01-01 00:00:00Z'"
					"            THEN to_char(p.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') END,"
					"       (SELECT h.horizon FROM greenery.repeat_horizon h)::text,"
					"       (SELECT nullif(c.currency, '') FROM greenery.shop_currency c)"
					"  FROM greenery.as_of p", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not find the time of the last order");
	as_of = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	horizon = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	currency = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
	build->as_of = as_of == NULL ? NULL : MemoryContextStrdup(build->context, as_of);
	build->horizon = horizon == NULL ? NULL : MemoryContextStrdup(build->context, horizon);
	build->currency = currency == NULL ? NULL : MemoryContextStrdup(build->context, currency);
	SPI_freetuptable(SPI_tuptable);
	role_leave(&before);
}

/* A history records what the sources said, whatever the tests say of it */
static void
record_histories(void *arg pg_attribute_unused())
{
	execute("SELECT greenery.record_history()", SPI_OK_SELECT);
}

/*
 * Something that reads sources before it is the turn of their staging models.  Where a source
 * cannot be read, its model says so, and so does each that hangs on it: the build goes on, and
 * publishes nothing.
 */
static void
try_to(void (*work) (void *), Build *build)
{
	char	   *message;

	if (!run_guarded(work, build, &message) && build->unprepared == NULL)
		build->unprepared = MemoryContextStrdup(build->context, message);
}

/*
 * The work of the second transaction, in steps that the caller guards.  Making the marts is
 * undone when the build has failed: it may have published differences.
 */
static void
prepare(void *arg)
{
	Build	   *build = arg;

	if (greenery_builder() != build->builder)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("another builder was named while the build began")));
	build->again = !check_reads(build);
	if (build->again && ++build->attempts == MAX_ATTEMPTS)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("what the models read has changed %d times while the build began", MAX_ATTEMPTS)));
	if (build->again)
		return;
	try_to(find_present, build);
	try_to(record_histories, build);
	check_work_schema();
	load_models(build);
	load_intermediates(build);
	load_incremental(build);
	load_last_build(build);
}

static void
make_marts(void *arg)
{
	Build	   *build = arg;

	check_published_tables(build);
	write_and_audit(build);
	if (build->failed)
		return;
	if (build->unprepared != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg_internal("%s", build->unprepared)));
	publish_marts(build);
	drop_written(build);
}

static void
record(void *arg)
{
	Build	   *build = arg;

	record_models(build);
	record_end(build, build->failed ? "failed" : "published",
			   build->failed ? failed_tests(build) : NULL);
	queue_alerts(build);
}

/* Returns false, and *error says why, unless the build has ended properly, or is to begin again */
static bool
do_build(Build *build, char **error)
{
	if (!run_guarded(prepare, build, error))
		return false;
	if (build->again)
		return true;
	/* not in the subtransaction that has found it: settings end with that */
	if (build->as_of != NULL)
		greenery_set_locally("greenery.as_of", build->as_of);
	if (build->horizon != NULL)
		greenery_set_locally("greenery.repeat_horizon", build->horizon);
	return run_or_undo(make_marts, build, &build->failed, error) &&
		run_guarded(record, build, error);
}

static void
queue_all_alerts(void *arg)
{
	queue_alerts(arg);
}

/* Record that the build failed: all else that it did has been undone */
static void
give_up(Build *build, const char *error)
{
	char	   *why;

	build->models = NIL;
	build->again = false;
	build->failed = true;
	record_end(build, "failed", error);
	if (!run_guarded(queue_all_alerts, build, &why))
		ereport(WARNING,
				(errmsg("could not queue alerts about build " INT64_FORMAT, build->build_id),
				 errdetail("%s", build_may_tell(build) ? why : shareable_message(why))));
}

/*
 * The second transaction: lock, take the snapshot, write, audit, publish, record.  Returns
 * false when there is more to lock, and nothing has been done.
 */
static bool
work(Build *build, char **error)
{
	RoleSwitch	before;
	bool		locked;

	/* before anything takes a snapshot */
	(void) set_config_option("transaction_isolation", "repeatable read",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	enter_transaction(build, &before);
	MemoryContextSwitchTo(build->context);
	locked = run_guarded(lock_all, build, error);
	EnsurePortalSnapshotExists();
	if (!locked || !do_build(build, error))
		give_up(build, *error);
	else if (build->failed)
		*error = failed_tests(build);
	leave_transaction(&before);
	SPI_commit();
	return !build->again;
}

/* Remove what is older than greenery.retention */
static void
purge(void *arg pg_attribute_unused())
{
	execute("SELECT greenery.purge(NULL)", SPI_OK_SELECT);
}

/* The third transaction: the verdict is safe, and what follows must not change it */
static void
clean_up(Build *build)
{
	RoleSwitch	before;
	char	   *error;

	enter_transaction(build, &before);
	MemoryContextSwitchTo(build->context);
	EnsurePortalSnapshotExists();
	if (!run_guarded(purge, NULL, &error))
		ereport(WARNING,
				(errmsg("could not remove old test results"),
				 errdetail("%s", build_may_tell(build) ? error : shareable_message(error))));
	leave_transaction(&before);
	SPI_commit();
	unlock_builds();
}

/*
 * greenery_build(accept_shrink): build all marts, test them, and publish them if no test
 * fails at error.
 */
Datum
greenery_build(PG_FUNCTION_ARGS)
{
	CallContext *call = (CallContext *) fcinfo->context;
	Build		build = {0};
	char	   *error = NULL;

	if (call == NULL || !IsA(call, CallContext) || call->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("greenery_build cannot run inside a transaction block or a function"),
				 errhint("Call it alone, as one statement: CALL greenery_build().")));
	PreventCommandDuringRecovery("greenery_build()");
	PreventCommandIfReadOnly("greenery_build()");

	build.caller = GetUserId();
	build.owner = greenery_owner();
	build.accept_shrink = !PG_ARGISNULL(0) && PG_GETARG_BOOL(0);
	if (build.accept_shrink && !build_may_tell(&build))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of extension \"greenery\" may accept that published rows are deleted"),
				 errhint("Without accept_shrink, setting max_shrink limits how many a build may delete.")));

	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	/* survives the commits */
	build.context = AllocSetContextCreate(PortalContext, "greenery build", ALLOCSET_DEFAULT_SIZES);

	open_build(&build);
	while (!work(&build, &error))
		CHECK_FOR_INTERRUPTS();
	clean_up(&build);

	if (build.failed)
		ereport(ERROR,
				(errcode(ERRCODE_GREENERY_BUILD_FAILED),
				 errmsg("build " INT64_FORMAT " failed, nothing was published", build.build_id),
				 errdetail("%s", build_may_tell(&build) ? error : shareable_message(error)),
		/* others may not read the records themselves */
				 build_may_tell(&build) ?
				 errhint("greenery.test_results and greenery.build_models of this build say why; the published tables are those of the last published build.") :
				 errhint("greenery_published.build_status and greenery_published.test_status say why; the published tables are those of the last published build.")));
	SPI_finish();
	PG_RETURN_VOID();
}
