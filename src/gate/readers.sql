-- The state of builds and tests, for roles that read nothing but greenery_published: failed
-- builds are shown too; keys of failing rows, and values quoted by errors, are not.

CREATE VIEW greenery_published.published_build AS
SELECT
	b.build_id,
	b.finished_at AS published_at,
	b.as_of,
	b.timezone,
	b.currency,
	b.repeat_horizon AS horizon,
	b.session_gap,
	b.stock_cover,
	b.warned
FROM greenery.builds b
WHERE b.published
ORDER BY b.build_id DESC
LIMIT 1;
COMMENT ON VIEW greenery_published.published_build IS
	'The build whose marts are published: one row, or none before the first.';
COMMENT ON COLUMN greenery_published.published_build.build_id IS 'Its number.';
COMMENT ON COLUMN greenery_published.published_build.published_at IS 'When it was published.';
COMMENT ON COLUMN greenery_published.published_build.as_of IS 'The moment that its marts take for the present; NULL without orders.';
COMMENT ON COLUMN greenery_published.published_build.timezone IS 'The time zone in which its days are counted.';
COMMENT ON COLUMN greenery_published.published_build.currency IS 'The currency in which its money is counted; NULL where it is not known, or there are several and none is set.';
COMMENT ON COLUMN greenery_published.published_build.horizon IS 'For how long purchasers were followed to see whether they buy again.';
COMMENT ON COLUMN greenery_published.published_build.session_gap IS 'The pause that ends a session where events have no session id.';
COMMENT ON COLUMN greenery_published.published_build.stock_cover IS 'How long stock was to last.';
COMMENT ON COLUMN greenery_published.published_build.warned IS 'How many data tests warned.';

CREATE VIEW greenery_published.build_status AS
SELECT
	b.build_id,
	b.started_at,
	b.finished_at,
	b.status,
	b.started_by,
	b.passed,
	b.warned,
	b.failed,
	b.broken,
	b.skipped,
	greenery.shareable_message(b.message) AS message
FROM greenery.builds b;
COMMENT ON VIEW greenery_published.build_status IS 'One row per build, failed ones too.';
COMMENT ON COLUMN greenery_published.build_status.build_id IS 'Its number.';
COMMENT ON COLUMN greenery_published.build_status.started_at IS 'When it began.';
COMMENT ON COLUMN greenery_published.build_status.finished_at IS 'When it ended; NULL while it runs.';
COMMENT ON COLUMN greenery_published.build_status.status IS 'running; published; failed: nothing was published; aborted: it did not come to its end.';
COMMENT ON COLUMN greenery_published.build_status.started_by IS 'The role that called it.';
COMMENT ON COLUMN greenery_published.build_status.passed IS 'Tests that passed.';
COMMENT ON COLUMN greenery_published.build_status.warned IS 'Tests that warned.';
COMMENT ON COLUMN greenery_published.build_status.failed IS 'Tests that failed at error.';
COMMENT ON COLUMN greenery_published.build_status.broken IS 'Tests that could not run.';
COMMENT ON COLUMN greenery_published.build_status.skipped IS 'Tests that were skipped.';
COMMENT ON COLUMN greenery_published.build_status.message IS 'Why it failed or was aborted, without what may quote data.';

CREATE VIEW greenery_published.test_status AS
SELECT
	t.test_id,
	t.model,
	t.kind,
	t.column_name,
	t.severity,
	t.owner,
	t.description,
	t.enabled,
	t.status,
	t.failures,
	t.total,
	t.share,
	t.duration,
	greenery.shareable_message(t.message) AS message,
	t.build_id,
	t.finished_at,
	t.status_since
FROM greenery.test_status t;
COMMENT ON VIEW greenery_published.test_status IS 'One row per data test: its result in the latest build.';
COMMENT ON COLUMN greenery_published.test_status.test_id IS 'The test.';
COMMENT ON COLUMN greenery_published.test_status.model IS 'The tested relation, with its schema.';
COMMENT ON COLUMN greenery_published.test_status.kind IS 'What is tested.';
COMMENT ON COLUMN greenery_published.test_status.column_name IS 'The tested column; NULL for kinds that test rows.';
COMMENT ON COLUMN greenery_published.test_status.severity IS 'Its highest severity: error or warn; NULL when it has no threshold.';
COMMENT ON COLUMN greenery_published.test_status.owner IS 'Who is told first.';
COMMENT ON COLUMN greenery_published.test_status.description IS 'The assumption that is tested.';
COMMENT ON COLUMN greenery_published.test_status.enabled IS 'Whether it runs.';
COMMENT ON COLUMN greenery_published.test_status.status IS 'pass, warn, error, broken or skipped; NULL when no build has run it.';
COMMENT ON COLUMN greenery_published.test_status.failures IS 'Failing rows.';
COMMENT ON COLUMN greenery_published.test_status.total IS 'Rows judged; 0: there was nothing to judge.';
COMMENT ON COLUMN greenery_published.test_status.share IS 'failures divided by total.';
COMMENT ON COLUMN greenery_published.test_status.duration IS 'Time it took.';
COMMENT ON COLUMN greenery_published.test_status.message IS 'Why it is broken or skipped, without what may quote data.';
COMMENT ON COLUMN greenery_published.test_status.build_id IS 'The latest build that has a result for it.';
COMMENT ON COLUMN greenery_published.test_status.finished_at IS 'When that build ended.';
COMMENT ON COLUMN greenery_published.test_status.status_since IS 'Since when it has had this status: when the first build with it ended, of those in a row whose results are kept. Builds that skipped it do not count.';

CREATE VIEW greenery_published.lineage AS
SELECT d.model, d.depends_on, d.kind
FROM greenery.model_dependencies d;
COMMENT ON VIEW greenery_published.lineage IS 'What each model is made from: one row per edge.';
COMMENT ON COLUMN greenery_published.lineage.model IS 'The model.';
COMMENT ON COLUMN greenery_published.lineage.depends_on IS 'A model, a source, or a table with its schema.';
COMMENT ON COLUMN greenery_published.lineage.kind IS 'model, source or table.';

CREATE VIEW greenery_published.open_requests AS
SELECT
	q.request_id,
	q.created_at,
	q.created_by,
	q.test_id,
	q.state,
	q.request
FROM greenery.change_requests q
WHERE q.state IN ('open', 'triaged');
COMMENT ON VIEW greenery_published.open_requests IS
	'Requests for new or altered data tests that are not decided yet: greenery_request_change() files one.';
COMMENT ON COLUMN greenery_published.open_requests.request_id IS 'Number of the request.';
COMMENT ON COLUMN greenery_published.open_requests.created_at IS 'When it was filed.';
COMMENT ON COLUMN greenery_published.open_requests.created_by IS 'By which role.';
COMMENT ON COLUMN greenery_published.open_requests.test_id IS 'The test it is about; NULL for a new one.';
COMMENT ON COLUMN greenery_published.open_requests.state IS 'open or triaged.';
COMMENT ON COLUMN greenery_published.open_requests.request IS 'What is asked for.';

CREATE VIEW greenery_published.metrics_history AS
SELECT h.name, h.build_id, h.as_of, h.value, h.numerator, h.denominator
FROM greenery.metrics_history h;
COMMENT ON VIEW greenery_published.metrics_history IS 'What each published build said of each metric: conversion over time, and the like. One row per metric and build.';
COMMENT ON COLUMN greenery_published.metrics_history.name IS 'The metric.';
COMMENT ON COLUMN greenery_published.metrics_history.build_id IS 'The build.';
COMMENT ON COLUMN greenery_published.metrics_history.as_of IS 'The moment that the build took for the present.';
COMMENT ON COLUMN greenery_published.metrics_history.value IS 'Its value then.';
COMMENT ON COLUMN greenery_published.metrics_history.numerator IS 'The numerator then.';
COMMENT ON COLUMN greenery_published.metrics_history.denominator IS 'What the numerator was divided by.';

-- The row of a build whose session has ended stays "running" until the next one: what tells is
-- the lock that a build holds.
CREATE VIEW @extschema@.greenery_build_progress AS
SELECT
	b.build_id,
	b.started_at,
	b.started_by,
	m.last_value AS position,
	(SELECT count(*) FROM greenery.build_plan) AS models,
	p.model,
	CASE WHEN s.last_value > 0 THEN
		round(extract(epoch FROM clock_timestamp())::numeric - s.last_value / 1000000.0, 1) END AS seconds,
	p.expected_seconds,
	round(extract(epoch FROM clock_timestamp() - b.started_at)::numeric, 1) AS total_seconds,
	(SELECT sum(q.expected_seconds) FROM greenery.build_plan q WHERE q.position >= m.last_value) AS expected_rest
FROM greenery.builds b
CROSS JOIN greenery.build_progress_model m
CROSS JOIN greenery.build_progress_since s
LEFT JOIN greenery.build_plan p ON p.position = m.last_value
WHERE b.status = 'running'
	AND EXISTS (
		SELECT
		FROM pg_catalog.pg_locks l
		WHERE l.locktype = 'object'
			AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
			AND l.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass
			AND l.objid = (SELECT e.oid FROM pg_catalog.pg_extension e WHERE e.extname = 'greenery')
			AND l.objsubid = 1
			AND l.mode = 'ExclusiveLock'
			AND l.granted
			AND l.pid = b.pid);
COMMENT ON VIEW @extschema@.greenery_build_progress IS
	'How far the running build is: one row, or none when no build runs.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.build_id IS 'The build.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.started_at IS 'When it began.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.started_by IS 'The role that called it.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.position IS 'The position of the model it works on, in the order of the build; 0 before the first.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.models IS 'How many models there are.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.model IS 'The model; NULL before the first.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.seconds IS 'How long the build has been working on this model.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.expected_seconds IS 'How long the model took at the last published build; NULL when unknown. Models that are computed side by side each count their own time.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.total_seconds IS 'How long the build has been running.';
COMMENT ON COLUMN @extschema@.greenery_build_progress.expected_rest IS 'How long this model and those after it took at the last published build, in seconds.';
