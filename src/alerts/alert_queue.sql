-- What a build tells people.
--
-- People who were told that a test fails are told when that changes, reminded after
-- the cool-down while it does not, and told when it is over.  What was told last
-- stands in the newest alert about the test, which purging keeps: no second
-- record of it can disagree.
--
-- A message leaves the database.  It says how many rows fail, never which; and of
-- an error that broke a test only what cannot quote a row.

CREATE FUNCTION greenery.shareable_message(message text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_shareable_message';
COMMENT ON FUNCTION greenery.shareable_message(text) IS
	'What may leave the database of an error message as builds record it: all of a message without SQLSTATE, the first line of errors about rights, types, states and locks and of division by zero, of others the SQLSTATE and its name alone. NULL for NULL.';

-- Two expressions on one table have nothing but their numbers to tell them apart.
CREATE FUNCTION greenery.test_name(test_id bigint, kind text, model text, column_name text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT test_id || ' ' || kind || '(' || concat_ws('.', model, column_name) || ')';
END;
COMMENT ON FUNCTION greenery.test_name(bigint, text, text, text) IS
	'A data test as people are told of it: its number, its kind, and what it looks at.';

-- How many tests a digest names: receivers cut long messages.
CREATE FUNCTION greenery.tests_to_name(build_id bigint) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT string_agg(x.line, E'\n' ORDER BY x.n)
	FROM (
		SELECT
			w.n,
			CASE WHEN w.n > 10 THEN format('And %s more.', w.others)
				 ELSE CASE w.status WHEN 'warn' THEN 'Warned: ' WHEN 'error' THEN 'Failed: ' ELSE 'Could not run: ' END
					|| greenery.test_name(w.test_id, w.kind, w.model, w.column_name)
					|| CASE WHEN w.failures IS NOT NULL THEN format(', %s of %s rows', w.failures, w.total) ELSE '' END
					|| coalesce(': ' || w.description, '.')
			END AS line
		FROM (
			SELECT
				r.*,
				t.description,
				row_number() OVER (ORDER BY array_position(ARRAY['broken', 'error', 'warn'], r.status), r.test_id) AS n,
				count(*) OVER () - 10 AS others
			FROM greenery.test_results r
			LEFT JOIN greenery.data_tests t ON t.test_id = r.test_id
			WHERE r.build_id = tests_to_name.build_id AND r.status IN ('broken', 'error', 'warn')
		) w
		WHERE w.n <= 11
	) x;
END;
COMMENT ON FUNCTION greenery.tests_to_name(bigint) IS
	'The tests of a build that did not pass, a line each, the worst first, at most ten; NULL when all passed.';

CREATE FUNCTION greenery.queue_build_alerts(build_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $queue$
#variable_conflict use_variable
DECLARE
	build greenery.builds;
	told greenery.alerts;
	cooldown CONSTANT interval := greenery.alert_cooldown();
	utc CONSTANT text := 'YYYY-MM-DD HH24:MI:SS "UTC"';
	published text;
	reason text;
	counts text;
	named text;
BEGIN
	SELECT * INTO build FROM greenery.builds b WHERE b.build_id = build_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'build % does not exist', build_id
			USING ERRCODE = 'undefined_object';
	END IF;

	-- tests
	INSERT INTO greenery.alerts (kind, severity, test_id, build_id, payload)
	SELECT
		news.kind,
		CASE r.status WHEN 'pass' THEN 'info' WHEN 'warn' THEN 'warn' ELSE 'error' END,
		r.test_id,
		build_id,
		jsonb_strip_nulls(jsonb_build_object(
			'title', format('%s: %s',
				CASE news.kind
					WHEN 'recovered' THEN 'Data test passes again'
					WHEN 'reminder' THEN 'Data test still ' || CASE r.status WHEN 'warn' THEN 'warns'
																			 WHEN 'error' THEN 'fails'
																			 ELSE 'cannot run' END
					ELSE CASE r.status WHEN 'warn' THEN 'Data test warns'
									   WHEN 'error' THEN 'Data test failed'
									   ELSE 'Data test cannot run' END
				END,
				greenery.test_name(r.test_id, r.kind, r.model, r.column_name)),
			'text', nullif(concat_ws(E'\n', t.description,
									 CASE WHEN r.status <> 'pass' THEN greenery.shareable_message(r.message) END,
									 CASE WHEN news.kind IN ('reminder', 'recovered')
										  THEN 'Reported last at ' || to_char(news.told_at AT TIME ZONE 'UTC', utc) || '.' END), ''),
			'owner', r.owner,
			'model', r.model,
			'kind', r.kind,
			'column', r.column_name,
			'status', r.status,
			'failures', r.failures,
			'total', r.total,
			'downstream', to_jsonb(d.downstream)))
	FROM greenery.test_results r
	LEFT JOIN greenery.data_tests t ON t.test_id = r.test_id
	LEFT JOIN greenery.models m ON m.relation = r.model
	LEFT JOIN greenery.model_downstream d ON d.upstream = coalesce(m.model, r.model)
	LEFT JOIN LATERAL (
		SELECT a.kind, a.created_at, a.payload ->> 'status' AS status
		FROM greenery.alerts a
		WHERE a.test_id = r.test_id AND a.kind NOT IN ('change_request', 'custom')
		ORDER BY a.alert_id DESC
		LIMIT 1
	) last ON true
	CROSS JOIN LATERAL (
		SELECT
			last.created_at AS told_at,
			CASE
				WHEN r.status = 'skipped' THEN NULL
				WHEN r.status = 'pass' THEN
					CASE WHEN last.kind <> 'recovered' THEN 'recovered' END
				WHEN last.kind IS NULL OR last.kind = 'recovered' OR last.status <> r.status THEN
					CASE r.status WHEN 'warn' THEN 'test_warned' ELSE 'test_failed' END
				WHEN last.created_at <= now() - cooldown THEN 'reminder'
			END AS kind
	) news
	WHERE r.build_id = build_id AND news.kind IS NOT NULL
	-- the worst comes first
	ORDER BY array_position(ARRAY['broken', 'error', 'warn', 'pass'], r.status), r.test_id;

	-- the build
	SELECT format('Published data are those of build %s of %s.', b.build_id,
				  to_char(b.finished_at AT TIME ZONE 'UTC', utc))
	  INTO published
	  FROM greenery.builds b
	 WHERE b.published
	 ORDER BY b.build_id DESC
	 LIMIT 1;
	published := coalesce(published, 'Nothing was ever published.');

	SELECT a.* INTO told
	  FROM greenery.alerts a
	 WHERE a.test_id IS NULL AND a.kind IN ('build_failed', 'recovered')
	 ORDER BY a.alert_id DESC
	 LIMIT 1;

	SELECT 'Tests: ' || string_agg(greenery.test_name(r.test_id, r.kind, r.model, r.column_name)
									|| CASE r.status WHEN 'broken' THEN ' broken' ELSE '' END,
								   ', ' ORDER BY r.test_id) || '.'
	  INTO reason
	  FROM greenery.test_results r
	 WHERE r.build_id = build_id AND r.status IN ('error', 'broken');
	reason := coalesce(reason, greenery.shareable_message(build.message));

	-- a build that fails for another reason is news
	IF build.status IN ('failed', 'aborted')
		AND (told.kind IS DISTINCT FROM 'build_failed'
			 OR told.payload ->> 'reason' IS DISTINCT FROM reason
			 OR told.created_at <= now() - cooldown) THEN
		INSERT INTO greenery.alerts (kind, severity, build_id, payload)
		VALUES ('build_failed', 'error', build_id, jsonb_build_object(
			'title', format(CASE build.status WHEN 'failed' THEN 'Build %s failed, nothing was published'
											  ELSE 'Build %s did not end, nothing was published' END, build_id),
			'text', concat_ws(E'\n', reason, published),
			'reason', reason,
			'status', build.status));
	ELSIF build.status = 'published' AND told.kind = 'build_failed' THEN
		INSERT INTO greenery.alerts (kind, severity, build_id, payload)
		VALUES ('recovered', 'info', build_id, jsonb_build_object(
			'title', format('Build %s published again', build_id),
			'text', format('Builds had failed since build %s or before. %s', told.build_id, published),
			'status', build.status));
	END IF;

	IF build.status IN ('published', 'failed') THEN
		named := greenery.tests_to_name(build_id);
		counts := CASE WHEN build.passed + build.warned + build.failed + build.broken + build.skipped = 0
					THEN 'no test ran'
					ELSE format('%s passed, %s warned, %s failed, %s broken, %s skipped',
								build.passed, build.warned, build.failed, build.broken, build.skipped) END;
		INSERT INTO greenery.alerts (kind, severity, build_id, payload)
		SELECT 'digest', 'info', build_id, jsonb_strip_nulls(jsonb_build_object(
			'title', format('Build %s %s: %s', build_id, build.status, counts),
			'text', concat_ws(E'\n',
				CASE WHEN build.published THEN
					format('%s rows in %s published models: %s inserted, %s updated, %s deleted.',
						   coalesce(sum(m.rows), 0), count(*), coalesce(sum(m.inserted), 0),
						   coalesce(sum(m.updated), 0), coalesce(sum(m.deleted), 0)) END,
				named,
				-- no test says why
				CASE WHEN build.status = 'failed' AND build.failed + build.broken = 0 THEN reason END,
				published),
			'status', build.status,
			'reason', CASE build.status WHEN 'failed' THEN reason END,
			'passed', build.passed,
			'warned', build.warned,
			'failed', build.failed,
			'broken', build.broken,
			'skipped', build.skipped,
			'rows', sum(m.rows)))
		FROM greenery.build_models m
		WHERE m.build_id = build_id AND m.inserted IS NOT NULL;
	END IF;

	-- takes effect at commit
	PERFORM pg_notify('greenery_alerts', '');
END
$queue$;
COMMENT ON FUNCTION greenery.queue_build_alerts(bigint) IS
	'Queues what there is to say of a build that has ended: tests that began to warn, to fail or to break (test_warned, test_failed), that pass again (recovered), that still do not after setting greenery.alert_cooldown (reminder); the failure of the build, and its recovery; a digest. Called by the build, in its own transaction. Inserts into greenery.alerts only. Error 42704 for an unknown build.';
