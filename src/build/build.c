/*-------------------------------------------------------------------------
 *
 * build.c
 *	  CALL greenery_build(): write, audit, publish, all marts or none.
 *
 * Three transactions, under the build's lock.  The first closes what earlier builds left
 * open, and says that this one runs.  The second locks all that it is going to read, and
 * only then takes its one snapshot, REPEATABLE READ: a snapshot taken before would not
 * protect against a source that is truncated and loaded again.  What there is to lock, it
 * finds with a first snapshot, and begins again; and once more should there be more by then.
 * All its work is done in subtransactions, so that an error, and marts that are not to be
 * published, can still be recorded.  The third removes results that are too old.  The verdict
 * is raised after all that: nothing that was recorded is lost by it.
 *
 * Whatever ends the session in the middle leaves the published tables as they
 * were, and a row saying "running" that the next build marks as aborted, and
 * reports.
 *
 * The caller needs the right to call, and nothing else.  All is done with the rights of
 * the extension's owner, and what other people wrote with those of the builder: see
 * roles.h.  Both are entered after each transaction has begun and left before it commits;
 * an error would else leave the session as somebody else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "alerts/shareable.h"
#include "build/build.h"
#include "build_settings.h"
#include "catalog/namespace.h"
#include "commands/extension.h"
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

static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* Whether the caller may see what rows say: an error may quote them */
bool
build_may_tell(const Build *build)
{
	return greenery_acts_as_owner(build->caller);
}

/* Debugging output may quote rows too, and shows what runs */
static void
be_quiet(const Build *build)
{
	if (!build_may_tell(build) && client_min_messages < NOTICE)
		set("client_min_messages", "notice");
}

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
		set("jit", "off");
	if (strcmp(GetConfigOption("lock_timeout", false, false), "0") == 0)
	{
		snprintf(timeout, sizeof(timeout), "%d", greenery_lock_timeout);
		set("lock_timeout", timeout);
	}
	be_quiet(build);
}

/* Before each COMMIT */
static void
leave_transaction(const RoleSwitch *before)
{
	role_leave(before);
}

/* The table that a build locks */
static LockRelId
build_lock(void)
{
	Oid			lock = get_relname_relid("build_lock", get_namespace_oid("greenery", false));

	if (!OidIsValid(lock))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table greenery.build_lock does not exist")));
	return (LockRelId) {.relId = lock, .dbId = MyDatabaseId};
}

/*
 * Take the build's lock, without waiting, and keep it over the commits.  A transaction that is
 * aborted releases it, as it does the locks of VACUUM: no error leaves it with the session.
 */
static bool
lock_build(void)
{
	LockRelId	lock = build_lock();

	if (!ConditionalLockRelationOid(lock.relId, ExclusiveLock))
		return false;
	LockRelationIdForSession(&lock, ExclusiveLock);
	return true;
}

static void
unlock_build(void)
{
	LockRelId	lock = build_lock();

	UnlockRelationIdForSession(&lock, ExclusiveLock);
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
lock_reads(void *arg)
{
	build_lock_reads(arg);
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

/* Close what earlier builds left open: under the lock, such a build is gone, and has not told */
static void
close_aborted(const Build *build)
{
	SPITupleTable *gone;
	uint64		n;

	execute("WITH gone AS ("
			"UPDATE greenery.builds"
			"   SET status = 'aborted', finished_at = clock_timestamp(),"
			"       message = 'The session ended before the build did.'"
			" WHERE status = 'running' RETURNING build_id)"
			" SELECT build_id FROM gone ORDER BY build_id", SPI_OK_SELECT);
	gone = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		Build		aborted = *build;

		aborted.build_id = DatumGetInt64(row_value(gone->vals[i], gone->tupdesc, 1, INT8OID));
		queue_alerts(&aborted);
	}
}

/* The row of this build */
static void
announce(Build *build)
{
	Oid			types[2] = {TEXTOID, BOOLOID};
	Datum		values[2] = {
		CStringGetTextDatum(GetUserNameFromId(build->caller, false)),
		BoolGetDatum(build->accept_shrink)
	};

	if (SPI_execute_with_args("INSERT INTO greenery.builds (started_by, accept_shrink, models)"
							  " SELECT $1, $2, count(*) FROM greenery.models RETURNING build_id",
							  2, types, values, NULL, false, 0) != SPI_OK_INSERT_RETURNING)
		elog(ERROR, "could not record the build");
	build->build_id = DatumGetInt64(row_value(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											  1, INT8OID));
}

/* Write down what this build has before it, for others to see how far it is */
static void
plan(void)
{
	execute("DELETE FROM greenery.build_plan", SPI_OK_DELETE);
	execute("INSERT INTO greenery.build_plan (position, model, expected_seconds)"
			" SELECT row_number() OVER (ORDER BY o.level, o.model COLLATE \"C\"), o.model,"
			"        coalesce(b.write_seconds, 0) + b.audit_seconds + coalesce(b.publish_seconds, 0)"
			"   FROM greenery.build_order o"
			"   LEFT JOIN greenery.build_models b ON b.model = o.model"
			"    AND b.build_id = (SELECT max(build_id) FROM greenery.builds WHERE published)",
			SPI_OK_INSERT);
	build_tell_progress(0);
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

	/* as the owner: he alone may read the settings, and write what is recorded */
	role_enter(build->owner, &before);
	be_quiet(build);
	context = MemoryContextSwitchTo(build->context);
	build->settings = build_settings_load();
	MemoryContextSwitchTo(context);
	build_settings_warn(build->settings);
	role_leave(&before);

	enter_transaction(build, &before);
	if (!lock_build())
		report_running_build();
	build->builder = greenery_builder();
	close_aborted(build);
	announce(build);
	plan();
	context = MemoryContextSwitchTo(build->context);
	build->histories = find_histories();
	build->without_jit = jit_is_default();
	MemoryContextSwitchTo(context);
	leave_transaction(&before);
	SPI_commit();
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
	/* what this build took for the present, and the like, is set for its time */
	if (SPI_execute_with_args("UPDATE greenery.builds"
							  "   SET status = $2, message = $3, published = $2 = 'published',"
							  "       finished_at = clock_timestamp(),"
							  "       passed = $4, warned = $5, failed = $6, broken = $7, skipped = $8,"
							  "       as_of = greenery.as_of_setting(),"
							  "       timezone = greenery.timezone(),"
							  "       repeat_horizon = justify_hours(greenery.repeat_horizon_setting()),"
							  "       session_gap = justify_hours(greenery.session_gap()),"
							  "       stock_cover = justify_hours(greenery.stock_cover())"
							  " WHERE build_id = $1",
							  8, types, values, nulls, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not close the build");
}

/*
 * The work of the second transaction, in steps that the caller guards.  Making the marts is
 * undone when the build has failed: it may have changed published tables.
 */
static void
prepare(void *arg)
{
	Build	   *build = arg;

	if (greenery_builder() != build->builder)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("another builder was named while the build began")));
	build->again = !build_check_reads(build);
	if (build->again && ++build->attempts == MAX_ATTEMPTS)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("what the models read has changed %d times while the build began", MAX_ATTEMPTS)));
	if (build->again)
		return;
	build_find_present(build);
	/* a history records what the sources said, whatever the tests say of it */
	execute("SELECT greenery.record_history()", SPI_OK_SELECT);
	build_load(build);
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

/* Returns false, and why, unless the build has ended as it should, or is to begin again */
static bool
do_build(Build *build, char **error)
{
	if (!run_guarded(prepare, build, error))
		return false;
	if (build->again)
		return true;
	/* not in the subtransaction that has found it: settings end with that */
	if (build->as_of != NULL)
		set("greenery.as_of", build->as_of);
	if (build->horizon != NULL)
		set("greenery.repeat_horizon", build->horizon);
	return run_or_undo(make_marts, build, &build->failed, error) &&
		run_guarded(record, build, error);
}

/* Record that nothing came of the build, and nothing is left of it but this */
static void
give_up(Build *build, const char *error)
{
	char	   *why;

	build->models = NIL;
	build->again = false;
	build->failed = true;
	close_build(build, "failed", error);
	if (!run_guarded(queue_alerts, build, &why))
		ereport(WARNING,
				(errmsg("could not queue alerts about build " INT64_FORMAT, build->build_id),
				 errdetail("%s", build_may_tell(build) ? why : shareable_message(why))));
}

/*
 * The second transaction: lock, take the snapshot, write, test, publish, record.  Returns
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
	locked = run_guarded(lock_reads, build, error);
	EnsurePortalSnapshotExists();
	if (!locked || !do_build(build, error))
		give_up(build, *error);
	else if (build->failed)
		*error = build_failed_tests(build);
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
	unlock_build();
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
