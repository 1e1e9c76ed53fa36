-- For people who read results and discuss tests: status, trend, the quarterly
-- review, requests to change a test, and how old results are removed.

CREATE VIEW greenery.test_status AS
SELECT
	t.test_id,
	t.model,
	t.kind,
	t.column_name,
	CASE WHEN t.kind = 'recency' THEN CASE WHEN t.args ? 'error_after' THEN 'error' ELSE 'warn' END
		 WHEN t.error_above IS NOT NULL THEN 'error'
		 WHEN t.warn_above IS NOT NULL THEN 'warn' END AS severity,
	t.owner,
	t.description,
	t.enabled,
	r.status,
	r.failures,
	r.total,
	r.share,
	r.duration,
	r.message,
	r.build_id,
	b.finished_at,
	(
		SELECT min(c.finished_at)
		FROM greenery.test_results x
		JOIN greenery.builds c ON c.build_id = x.build_id
		WHERE x.test_id = t.test_id
			AND x.status = r.status
			AND x.build_id > coalesce((
				SELECT max(y.build_id)
				FROM greenery.test_results y
				WHERE y.test_id = t.test_id
					AND y.status <> r.status
					AND y.status <> 'skipped'), 0)
	) AS status_since
FROM greenery.data_tests t
LEFT JOIN LATERAL (
	SELECT x.*
	FROM greenery.test_results x
	WHERE x.test_id = t.test_id
	ORDER BY x.build_id DESC
	LIMIT 1
) r ON true
LEFT JOIN greenery.builds b ON b.build_id = r.build_id;

COMMENT ON VIEW greenery.test_status IS 'One row per data test: its result in the latest build.';
COMMENT ON COLUMN greenery.test_status.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_status.model IS 'The tested relation, with its schema.';
COMMENT ON COLUMN greenery.test_status.kind IS 'What is tested.';
COMMENT ON COLUMN greenery.test_status.column_name IS 'The tested column; NULL for kinds that test rows.';
COMMENT ON COLUMN greenery.test_status.severity IS 'Its highest severity: error or warn; NULL when it has no threshold.';
COMMENT ON COLUMN greenery.test_status.owner IS 'Who is told first.';
COMMENT ON COLUMN greenery.test_status.description IS 'The assumption that is tested.';
COMMENT ON COLUMN greenery.test_status.enabled IS 'Whether it runs.';
COMMENT ON COLUMN greenery.test_status.status IS 'pass, warn, error, broken or skipped; NULL when no build has run it.';
COMMENT ON COLUMN greenery.test_status.failures IS 'Failing rows.';
COMMENT ON COLUMN greenery.test_status.total IS 'Rows judged; 0: there was nothing to judge.';
COMMENT ON COLUMN greenery.test_status.share IS 'failures divided by total.';
COMMENT ON COLUMN greenery.test_status.duration IS 'Time it took.';
COMMENT ON COLUMN greenery.test_status.message IS 'Why it is broken or skipped.';
COMMENT ON COLUMN greenery.test_status.build_id IS 'The latest build that has a result for it.';
COMMENT ON COLUMN greenery.test_status.finished_at IS 'When that build ended.';
COMMENT ON COLUMN greenery.test_status.status_since IS 'Since when it has had this status: when the first build with it ended, of those in a row whose results are kept. Builds that skipped it do not count.';

CREATE VIEW greenery.test_trend AS
SELECT
	r.test_id,
	r.model,
	r.kind,
	r.column_name,
	r.build_id,
	b.finished_at,
	r.status,
	lag(r.status) OVER w AS previous_status,
	r.failures,
	lag(r.failures) OVER w AS previous_failures,
	r.failures - lag(r.failures) OVER w AS change,
	r.total,
	r.share,
	avg(r.share) OVER (w ROWS 9 PRECEDING) AS share_of_10
FROM greenery.test_results r
LEFT JOIN greenery.builds b ON b.build_id = r.build_id
WHERE r.status <> 'skipped'
WINDOW w AS (PARTITION BY r.test_id ORDER BY r.build_id);

COMMENT ON VIEW greenery.test_trend IS
	'One row per data test and build that ran it, next to the build before.';
COMMENT ON COLUMN greenery.test_trend.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_trend.model IS 'The tested relation, with its schema.';
COMMENT ON COLUMN greenery.test_trend.kind IS 'What was tested.';
COMMENT ON COLUMN greenery.test_trend.column_name IS 'The tested column; NULL for kinds that test rows.';
COMMENT ON COLUMN greenery.test_trend.build_id IS 'The build.';
COMMENT ON COLUMN greenery.test_trend.finished_at IS 'When it ended.';
COMMENT ON COLUMN greenery.test_trend.status IS 'pass, warn, error or broken.';
COMMENT ON COLUMN greenery.test_trend.previous_status IS 'Its status in the previous build that ran it; NULL for the first.';
COMMENT ON COLUMN greenery.test_trend.failures IS 'Failing rows; NULL when broken.';
COMMENT ON COLUMN greenery.test_trend.previous_failures IS 'Failing rows in the previous build that ran it.';
COMMENT ON COLUMN greenery.test_trend.change IS 'failures minus previous_failures.';
COMMENT ON COLUMN greenery.test_trend.total IS 'Rows judged.';
COMMENT ON COLUMN greenery.test_trend.share IS 'failures divided by total.';
COMMENT ON COLUMN greenery.test_trend.share_of_10 IS 'Mean share of this and the nine builds before.';

-- Requests.  Everyone who reads the data may ask for a test; no one writes the
-- table but the three functions, which keep the order of states and note who.
CREATE TABLE greenery.change_requests (
	request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	created_at timestamptz NOT NULL DEFAULT now(),
	created_by text NOT NULL,
	test_id bigint,
	request text NOT NULL,
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'triaged', 'approved', 'declined')),
	triaged_at timestamptz,
	triaged_by text,
	decided_at timestamptz,
	decided_by text,
	reason text,
	-- no role has more undecided requests than there are places, however many
	-- sessions file them at once
	place smallint CHECK (place BETWEEN 1 AND 20),
	UNIQUE (created_by, place),
	CHECK ((state IN ('open', 'triaged')) = (place IS NOT NULL)),
	CHECK ((state <> 'open') = (triaged_at IS NOT NULL AND triaged_by IS NOT NULL)),
	CHECK ((state IN ('approved', 'declined'))
		   = (decided_at IS NOT NULL AND decided_by IS NOT NULL AND reason IS NOT NULL))
);
-- dumped: the requests
SELECT pg_catalog.pg_extension_config_dump('greenery.change_requests', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.change_requests_request_id_seq', '');

COMMENT ON TABLE greenery.change_requests IS
	'Requests for a new or an altered data test: open, then triaged, then approved or declined. greenery_request_change(), greenery_triage_request() and greenery_decide_request() write it.';
COMMENT ON COLUMN greenery.change_requests.request_id IS 'Number of the request.';
COMMENT ON COLUMN greenery.change_requests.created_at IS 'When it was filed.';
COMMENT ON COLUMN greenery.change_requests.created_by IS 'By which role.';
COMMENT ON COLUMN greenery.change_requests.test_id IS 'The test it is about; NULL for a new one.';
COMMENT ON COLUMN greenery.change_requests.request IS 'What is asked for.';
COMMENT ON COLUMN greenery.change_requests.state IS 'open, triaged, approved or declined.';
COMMENT ON COLUMN greenery.change_requests.triaged_at IS 'When it was triaged.';
COMMENT ON COLUMN greenery.change_requests.triaged_by IS 'By which role.';
COMMENT ON COLUMN greenery.change_requests.decided_at IS 'When it was approved or declined.';
COMMENT ON COLUMN greenery.change_requests.decided_by IS 'By which role.';
COMMENT ON COLUMN greenery.change_requests.reason IS 'Why it was approved or declined.';
COMMENT ON COLUMN greenery.change_requests.place IS 'Which of the twenty places of its role it takes while it is open or triaged; NULL when it is decided.';

CREATE VIEW greenery.test_review AS
SELECT
	coalesce(t.test_id, q.test_id) AS test_id,
	t.model,
	t.kind,
	t.column_name,
	t.owner,
	t.description,
	t.enabled,
	t.builtin,
	coalesce(r.runs, 0) AS runs,
	coalesce(r.passes, 0) AS passes,
	coalesce(r.warnings, 0) AS warnings,
	coalesce(r.errors, 0) AS errors,
	coalesce(r.broken, 0) AS broken,
	coalesce(r.runs_without_rows, 0) AS runs_without_rows,
	r.passes = r.runs AND r.runs_without_rows < r.runs AS never_failed,
	r.warnings = r.runs AS always_warns,
	coalesce(r.flaps, 0) AS flaps,
	c.changed_at,
	c.changed_by,
	c.action AS last_change,
	r.total_time,
	r.total_time / r.runs AS average_time,
	coalesce(q.requests, 0) AS open_requests,
	q.request_ids AS open_request_ids
FROM greenery.data_tests t
LEFT JOIN (
	SELECT
		x.test_id,
		count(*) AS runs,
		count(*) FILTER (WHERE x.status = 'pass') AS passes,
		count(*) FILTER (WHERE x.status = 'warn') AS warnings,
		count(*) FILTER (WHERE x.status = 'error') AS errors,
		count(*) FILTER (WHERE x.status = 'broken') AS broken,
		count(*) FILTER (WHERE y.total = 0) AS runs_without_rows,
		count(*) FILTER (WHERE x.status <> x.previous_status) AS flaps,
		sum(y.duration) AS total_time
	FROM greenery.test_trend x
	JOIN greenery.test_results y ON y.build_id = x.build_id AND y.test_id = x.test_id
	GROUP BY x.test_id
) r ON r.test_id = t.test_id
LEFT JOIN LATERAL (
	SELECT x.changed_at, x.changed_by, x.action
	FROM greenery.test_changes x
	WHERE x.test_id = t.test_id
	ORDER BY x.change_id DESC
	LIMIT 1
) c ON true
FULL JOIN (
	SELECT x.test_id, count(*) AS requests, array_agg(x.request_id ORDER BY x.request_id) AS request_ids
	FROM greenery.change_requests x
	WHERE x.state IN ('open', 'triaged')
	GROUP BY x.test_id
) q ON q.test_id = t.test_id;

COMMENT ON VIEW greenery.test_review IS
	'For the regular review of the data tests: one row per test, and one without test_id when there are open requests for new tests. Builds that skipped a test do not count.';
COMMENT ON COLUMN greenery.test_review.test_id IS 'The test; NULL for requests that name none.';
COMMENT ON COLUMN greenery.test_review.model IS 'The tested relation, with its schema; NULL when only a request names the test: it was dropped.';
COMMENT ON COLUMN greenery.test_review.kind IS 'What is tested.';
COMMENT ON COLUMN greenery.test_review.column_name IS 'The tested column; NULL for kinds that test rows.';
COMMENT ON COLUMN greenery.test_review.owner IS 'Who is told first.';
COMMENT ON COLUMN greenery.test_review.description IS 'The assumption that is tested.';
COMMENT ON COLUMN greenery.test_review.enabled IS 'Whether it runs.';
COMMENT ON COLUMN greenery.test_review.builtin IS 'Whether it came with the extension.';
COMMENT ON COLUMN greenery.test_review.runs IS 'Builds that ran it, as far back as results are kept.';
COMMENT ON COLUMN greenery.test_review.passes IS 'How often it passed.';
COMMENT ON COLUMN greenery.test_review.warnings IS 'How often it warned.';
COMMENT ON COLUMN greenery.test_review.errors IS 'How often it failed.';
COMMENT ON COLUMN greenery.test_review.broken IS 'How often it could not run.';
COMMENT ON COLUMN greenery.test_review.never_failed IS 'Whether it always passed, and judged rows: is it needed, can it fail? NULL when it never ran.';
COMMENT ON COLUMN greenery.test_review.runs_without_rows IS
	'How often there was no row for it to judge, so that it passed whatever its condition: a where that is never true, or a column without values. When that is all its runs, it tests nothing.';
COMMENT ON COLUMN greenery.test_review.always_warns IS 'Whether it always warned: people stop listening to such a test. NULL when it never ran.';
COMMENT ON COLUMN greenery.test_review.flaps IS 'How often its status changed from one build to the next.';
COMMENT ON COLUMN greenery.test_review.changed_at IS 'When it was last added or changed; NULL for a built-in test as it came.';
COMMENT ON COLUMN greenery.test_review.changed_by IS 'By which role.';
COMMENT ON COLUMN greenery.test_review.last_change IS 'add or alter.';
COMMENT ON COLUMN greenery.test_review.total_time IS 'Time it took in all builds.';
COMMENT ON COLUMN greenery.test_review.average_time IS 'Time it took in a build.';
COMMENT ON COLUMN greenery.test_review.open_requests IS 'Requests about it that are open or triaged.';
COMMENT ON COLUMN greenery.test_review.open_request_ids IS 'Their numbers; NULL for none.';

-- Readers have no rights on the tables: these run with those of the owner.
CREATE FUNCTION greenery.request_change(request text, test_id bigint)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $request$
#variable_conflict use_variable
DECLARE
	test greenery.data_tests;
	place smallint;
	new_id bigint;
BEGIN
	IF request IS NULL OR btrim(request, E' \t\n\r') = '' OR length(request) > 1000 THEN
		RAISE EXCEPTION 'a change request needs a text of at most 1000 characters'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Say which assumption is to be tested, or what is wrong with the test.';
	END IF;
	-- people read it in a terminal or a chat
	IF request ~ E'[\\x01-\\x1f\\x7f]'
		OR getdatabaseencoding() = 'UTF8' AND request ~ E'[\\u0080-\\u009f]' THEN
		RAISE EXCEPTION 'a change request must not contain control characters'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Write it in one line, with blanks for tabs.';
	END IF;
	IF test_id IS NOT NULL THEN
		SELECT * INTO test FROM greenery.data_tests t WHERE t.test_id = test_id;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'data test % does not exist', test_id
				USING ERRCODE = 'undefined_object',
					  HINT = 'Leave test_id out to ask for a new test.';
		END IF;
	END IF;
	-- another session may take the place that is free
	WHILE new_id IS NULL LOOP
		SELECT min(p) INTO place
		  FROM generate_series(1, 20) p
		 WHERE NOT EXISTS (SELECT FROM greenery.change_requests q
							WHERE q.created_by = greenery.caller() AND q.place = p);
		IF place IS NULL THEN
			RAISE EXCEPTION 'role "%" has too many open change requests', greenery.caller()
				USING ERRCODE = 'program_limit_exceeded',
					  DETAIL = 'A role may have 20 that are not decided.',
					  HINT = 'File it again when some of them are approved or declined.';
		END IF;
		INSERT INTO greenery.change_requests (created_by, test_id, request, place)
		VALUES (greenery.caller(), test_id, request, place)
		ON CONFLICT DO NOTHING
		RETURNING change_requests.request_id INTO new_id;
	END LOOP;

	INSERT INTO greenery.alerts (kind, severity, test_id, payload)
	VALUES ('change_request', 'info', test_id, jsonb_strip_nulls(jsonb_build_object(
		'title', format('Change request %s by %s: %s', new_id, greenery.caller(),
						CASE WHEN test_id IS NULL THEN 'a new data test'
							 ELSE 'data test ' || greenery.test_name(test_id, test.kind, test.model, test.column_name) END),
		'text', request,
		'owner', test.owner,
		'model', test.model)));
	PERFORM pg_notify('greenery_alerts', '');
	RETURN new_id;
END
$request$;
COMMENT ON FUNCTION greenery.request_change(text, bigint) IS 'greenery_request_change(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_request_change(request text, test_id bigint DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_request_change(text, bigint) IS
	'Asks for a new data test, or with test_id for a change of one; returns the number of the request. It is recorded with the role that asks in greenery.change_requests, shows in greenery.test_review, and is sent to the alert channel as it is written. The text has at most 1000 characters, none of them a control character such as a line break. Errors: 22023 for another text, 42704 for an unknown test, 54000 when 20 requests of the role are not decided, 25006 on a standby and in a read-only transaction.';

CREATE FUNCTION greenery.triage_request(request_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $triage$
#variable_conflict use_variable
DECLARE
	old_state text;
BEGIN
	SELECT q.state INTO old_state
	  FROM greenery.change_requests q WHERE q.request_id = request_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'change request % does not exist', request_id
			USING ERRCODE = 'undefined_object',
				  HINT = 'greenery_published.open_requests lists those that are not decided.';
	END IF;
	IF old_state <> 'open' THEN
		RAISE EXCEPTION 'change request % is %, not open', request_id, old_state
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = 'Requests are open, then triaged, then approved or declined.';
	END IF;
	UPDATE greenery.change_requests q
	   SET state = 'triaged', triaged_at = now(), triaged_by = greenery.caller()
	 WHERE q.request_id = request_id;
END
$triage$;
COMMENT ON FUNCTION greenery.triage_request(bigint) IS 'greenery_triage_request(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_triage_request(request_id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_triage_request(bigint) IS
	'Notes that an open change request has been looked at, when and by which role. Error 42704 for an unknown request, 55000 for one that is not open, 25006 on a standby and in a read-only transaction.';

CREATE FUNCTION greenery.decide_request(request_id bigint, approve boolean, reason text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
#variable_conflict use_variable
DECLARE
	old_state text;
BEGIN
	SELECT q.state INTO old_state
	  FROM greenery.change_requests q WHERE q.request_id = request_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'change request % does not exist', request_id
			USING ERRCODE = 'undefined_object',
				  HINT = 'greenery_published.open_requests lists those that are not decided.';
	END IF;
	IF old_state <> 'triaged' THEN
		RAISE EXCEPTION 'change request % is %, not triaged', request_id, old_state
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = 'Requests are open, then triaged, then approved or declined.',
				  HINT = CASE old_state WHEN 'open'
					THEN format('Call greenery_triage_request(%s) first.', request_id)
					ELSE 'File a new request to come back to it.' END;
	END IF;
	IF approve IS NULL OR reason IS NULL OR btrim(reason, E' \t\n\r') = '' THEN
		RAISE EXCEPTION 'a decision needs to say whether it approves, and why'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE greenery.change_requests q
	   SET state = CASE WHEN approve THEN 'approved' ELSE 'declined' END,
		   decided_at = now(), decided_by = greenery.caller(), reason = reason,
		   place = NULL
	 WHERE q.request_id = request_id;
END
$decide$;
COMMENT ON FUNCTION greenery.decide_request(bigint, boolean, text) IS 'greenery_decide_request(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_decide_request(request_id bigint, approve boolean, reason text)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_decide_request(bigint, boolean, text) IS
	'Approves (true) or declines (false) a triaged change request, with the reason; when and by which role is noted. Approving changes no test: greenery_add_test() and greenery_alter_test() do. Error 42704 for an unknown request, 55000 for one that is not triaged, 22023 without decision or reason, 25006 on a standby and in a read-only transaction.';

-- A build calls it in a transaction of its own, when its verdict is committed.
CREATE FUNCTION greenery.purge(keep interval)
	RETURNS TABLE (relation text, deleted bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $purge$
#variable_conflict use_variable
DECLARE
	old bigint[];
BEGIN
	keep := coalesce(keep, greenery.retention());
	IF keep < interval '0' THEN
		RAISE EXCEPTION 'results cannot be kept for less than no time'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	-- what readers see comes from the last published build: it stays
	SELECT coalesce(array_agg(b.build_id), '{}') INTO old
	  FROM greenery.builds b
	 WHERE b.finished_at < now() - keep
	   AND b.build_id IS DISTINCT FROM (SELECT max(p.build_id) FROM greenery.builds p WHERE p.published);

	FOREACH relation IN ARRAY ARRAY['test_failures', 'test_results', 'build_models', 'builds'] LOOP
		EXECUTE format('DELETE FROM greenery.%I x WHERE x.build_id = ANY ($1)', relation) USING old;
		GET DIAGNOSTICS deleted = ROW_COUNT;
		RETURN NEXT;
	END LOOP;
	relation := 'alerts';
	deleted := greenery.purge_alerts(keep);
	RETURN NEXT;
END
$purge$;
COMMENT ON FUNCTION greenery.purge(interval) IS 'greenery_purge(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_purge(keep interval DEFAULT NULL)
	RETURNS TABLE (relation text, deleted bigint)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_purge(interval) IS
	'Removes builds that ended longer ago than keep, with their test results and keys of failing rows, and alerts as old that were delivered; NULL takes setting greenery.retention. The last published build stays, so does the newest alert of each test, and the record of changes and requests is never purged. Returns how many rows were deleted of each table. Every build calls it when it is done. Error 22023 for a negative length of time, 25006 on a standby and in a read-only transaction.';
