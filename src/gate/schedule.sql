-- Scheduling is pg_cron's job.  Its functions are called by name: nothing here may
-- depend on it, and most servers do not have it.

-- Raises an error that says what is missing unless jobs can be made here.
CREATE FUNCTION greenery.require_pg_cron() RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $require$
DECLARE
	home text;
BEGIN
	IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
		RETURN;
	END IF;
	BEGIN
		home := current_setting('cron.database_name', true);
	EXCEPTION WHEN insufficient_privilege THEN
		RAISE EXCEPTION 'extension "pg_cron" is not installed in this database'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'A superuser sees what is missing. Only the database named by setting cron.database_name can have it.';
	END;
	IF home IS NULL THEN
		RAISE EXCEPTION 'pg_cron is not running on this server'
			USING ERRCODE = 'feature_not_supported',
				  HINT = format('Install it (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and cron.database_name = %L, restart the server, and CREATE EXTENSION pg_cron. Or have another scheduler run: CALL %s.',
								current_setting('server_version_num')::integer / 10000,
								current_database(), '@extschema@.greenery_build()');
	ELSIF home <> current_database() THEN
		RAISE EXCEPTION 'pg_cron keeps its jobs in another database'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = format('It is database "%s", by setting cron.database_name.', home),
				  HINT = format('Run there: SELECT cron.schedule_in_database(%L, ''0 6 * * *'', %L, %L).',
								'greenery_build in ' || current_database(),
								'CALL @extschema@.greenery_build()', current_database());
	ELSE
		RAISE EXCEPTION 'extension "pg_cron" is not installed in this database'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'CREATE EXTENSION pg_cron installs it.';
	END IF;
END
$require$;
COMMENT ON FUNCTION greenery.require_pg_cron() IS
	'Raises an error with a hint unless pg_cron can be used in this database: 0A000 when the server does not run it, 55000 when it lives in another database or its extension is missing.';

CREATE FUNCTION @extschema@.greenery_schedule(cron text DEFAULT '0 6 * * *') RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $schedule$
DECLARE
	job bigint;
BEGIN
	PERFORM greenery.about_to_write('greenery_schedule');
	IF cron IS NULL THEN
		RAISE EXCEPTION 'a schedule is needed'
			USING ERRCODE = 'null_value_not_allowed',
				  HINT = 'For example ''0 6 * * *'': at six every day.';
	END IF;
	PERFORM greenery.require_pg_cron();
	EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job
		USING 'greenery_build in ' || current_database(), cron, 'CALL @extschema@.greenery_build()';
	RETURN job;
END
$schedule$;
COMMENT ON FUNCTION @extschema@.greenery_schedule(text) IS
	'Has pg_cron build the marts at the times of a cron expression (''0 6 * * *'': at six every day, GMT unless setting cron.timezone says otherwise), as the calling role, which needs USAGE on schema cron; returns the job''s number. Called again, it changes the times. The job is the one statement CALL greenery_build(). Errors: 0A000 where the server does not run pg_cron, 55000 where it cannot be used from this database, each with a hint; what pg_cron says of a wrong expression.';

CREATE FUNCTION @extschema@.greenery_unschedule() RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $unschedule$
DECLARE
	job bigint;
BEGIN
	PERFORM greenery.about_to_write('greenery_unschedule');
	PERFORM greenery.require_pg_cron();
	EXECUTE 'SELECT j.jobid FROM cron.job j WHERE j.jobname = $1 AND j.username = current_user' INTO job
		USING 'greenery_build in ' || current_database();
	IF job IS NULL THEN
		RETURN false;
	END IF;
	EXECUTE 'SELECT cron.unschedule($1)' USING job;
	RETURN true;
END
$unschedule$;
COMMENT ON FUNCTION @extschema@.greenery_unschedule() IS
	'Ends what greenery_schedule() began; false when the calling role has no such job. Errors as greenery_schedule().';

CREATE FUNCTION @extschema@.greenery_schedule_status()
	RETURNS TABLE (
		job_id bigint,
		schedule text,
		command text,
		username text,
		active boolean,
		last_start timestamptz,
		last_end timestamptz,
		last_status text,
		last_message text)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $status$
BEGIN
	PERFORM greenery.require_pg_cron();
	RETURN QUERY EXECUTE $sql$
		SELECT j.jobid, j.schedule, j.command, j.username::text, j.active,
			d.start_time, d.end_time, d.status, d.return_message
		FROM cron.job j
		LEFT JOIN LATERAL (
			SELECT r.*
			FROM cron.job_run_details r
			WHERE r.jobid = j.jobid
			ORDER BY r.runid DESC
			LIMIT 1
		) d ON true
		WHERE j.database = current_database() AND j.command = $1
		ORDER BY j.jobid
		$sql$
		USING 'CALL @extschema@.greenery_build()';
END
$status$;
COMMENT ON FUNCTION @extschema@.greenery_schedule_status() IS
	'The scheduled builds of this database that the caller may see, and how each last ran. A build that published nothing has status failed, with its error as message. Errors as greenery_schedule().';
