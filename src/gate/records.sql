-- What builds leave behind.  No table here has a foreign key, and no row is
-- updated by anyone but the build that wrote it: a long build under REPEATABLE
-- READ must not meet another session's write at its end.

CREATE TABLE greenery.builds (
	build_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz,
	status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'published', 'failed', 'aborted')),
	published boolean NOT NULL DEFAULT false,
	started_by text NOT NULL DEFAULT greenery.caller(),
	pid integer NOT NULL DEFAULT pg_backend_pid(),
	models integer,
	passed integer,
	warned integer,
	failed integer,
	broken integer,
	skipped integer,
	message text,
	accept_shrink boolean NOT NULL DEFAULT false,
	as_of timestamptz,
	timezone text,
	repeat_horizon interval,
	session_gap interval,
	stock_cover interval,
	currency text
);
-- dumped: the history of builds
SELECT pg_catalog.pg_extension_config_dump('greenery.builds', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.builds_build_id_seq', '');

COMMENT ON TABLE greenery.builds IS 'One row per build: CALL greenery_build().';
COMMENT ON COLUMN greenery.builds.build_id IS 'Identifier, growing with time.';
COMMENT ON COLUMN greenery.builds.started_at IS 'When it began.';
COMMENT ON COLUMN greenery.builds.finished_at IS 'When it ended; NULL while it runs.';
COMMENT ON COLUMN greenery.builds.status IS
	'running; published; failed (tests at error, or a model or test that could not run: nothing was published); aborted (cancelled, crashed, or another build was running).';
COMMENT ON COLUMN greenery.builds.published IS 'Whether its marts were published.';
COMMENT ON COLUMN greenery.builds.started_by IS 'The role that ran it.';
COMMENT ON COLUMN greenery.builds.pid IS 'Process id of its session.';
COMMENT ON COLUMN greenery.builds.models IS 'How many models it covers, staging included.';
COMMENT ON COLUMN greenery.builds.passed IS 'Tests that passed.';
COMMENT ON COLUMN greenery.builds.warned IS 'Tests that warned.';
COMMENT ON COLUMN greenery.builds.failed IS 'Tests that failed at error.';
COMMENT ON COLUMN greenery.builds.broken IS 'Tests that could not run.';
COMMENT ON COLUMN greenery.builds.skipped IS 'Tests that were skipped.';
COMMENT ON COLUMN greenery.builds.message IS 'Why it failed or was aborted.';
COMMENT ON COLUMN greenery.builds.accept_shrink IS 'Whether it was to publish no matter how many rows that deleted.';
COMMENT ON COLUMN greenery.builds.as_of IS 'The moment that it took for the present; NULL without orders.';
COMMENT ON COLUMN greenery.builds.timezone IS 'The time zone in which it counted days.';
COMMENT ON COLUMN greenery.builds.repeat_horizon IS 'For how long it followed purchasers.';
COMMENT ON COLUMN greenery.builds.session_gap IS 'The pause that it took for the end of a session where events have no session id.';
COMMENT ON COLUMN greenery.builds.stock_cover IS 'How long stock was to last.';
COMMENT ON COLUMN greenery.builds.currency IS 'The currency in which it counted money; NULL where it is not known, or there are several and none is set.';

CREATE TABLE greenery.build_models (
	build_id bigint NOT NULL,
	model text NOT NULL,
	position integer NOT NULL,
	status text NOT NULL CHECK (status IN ('written', 'tested', 'failed', 'skipped')),
	rows bigint,
	inserted bigint,
	updated bigint,
	deleted bigint,
	write_seconds double precision,
	audit_seconds double precision,
	publish_seconds double precision,
	message text,
	changed_keys bigint,
	PRIMARY KEY (build_id, model)
);
-- dumped: the history of builds
SELECT pg_catalog.pg_extension_config_dump('greenery.build_models', '');

COMMENT ON TABLE greenery.build_models IS 'One row per model of a build: what was written and what changed in the published table.';
COMMENT ON COLUMN greenery.build_models.build_id IS 'The build.';
COMMENT ON COLUMN greenery.build_models.model IS 'The model.';
COMMENT ON COLUMN greenery.build_models.position IS 'Its position in dependency order, from 1.';
COMMENT ON COLUMN greenery.build_models.status IS
	'written (a mart that passed), tested (a staging view that passed), failed (it could not be written, or a test is at error or broken), skipped (a model it depends on failed).';
COMMENT ON COLUMN greenery.build_models.rows IS 'Rows written; for staging views, rows tested.';
COMMENT ON COLUMN greenery.build_models.inserted IS 'Rows that the published table lacked; NULL when nothing was published.';
COMMENT ON COLUMN greenery.build_models.updated IS 'Rows that had changed.';
COMMENT ON COLUMN greenery.build_models.deleted IS 'Rows that were gone.';
COMMENT ON COLUMN greenery.build_models.write_seconds IS 'Seconds taken to compute and write it. Marts computed at the same time each count their own.';
COMMENT ON COLUMN greenery.build_models.audit_seconds IS 'Seconds taken by its tests.';
COMMENT ON COLUMN greenery.build_models.publish_seconds IS 'Seconds taken to publish it.';
COMMENT ON COLUMN greenery.build_models.message IS 'Why it failed or was skipped.';
COMMENT ON COLUMN greenery.build_models.changed_keys IS
	'Of an incremental mart: how many values of its column (see incremental_inputs) had changed, for which alone rows were computed; NULL when all rows were.';

-- The state of the published tables, and of their tests, at the end of the last published
-- build.  Each build replaces it; nothing else writes to these tables.
CREATE TABLE greenery.mart_states (
	model text PRIMARY KEY,
	definition text,
	rows bigint NOT NULL,
	unfinished xid8 NOT NULL,
	writer xid8,
	columns integer
);
-- not dumped: without it the next build computes and tests all rows
COMMENT ON TABLE greenery.mart_states IS
	'The rows of the published table of each mart at the end of the last build: the next one leaves rows alone only if the table still has these. Marts that were written whole have no row.';
COMMENT ON COLUMN greenery.mart_states.model IS 'The mart.';
COMMENT ON COLUMN greenery.mart_states.definition IS
	'Of an incremental mart (see incremental_inputs): the query that computes it, what else decides its rows, and the versions of greenery and PostgreSQL.';
COMMENT ON COLUMN greenery.mart_states.rows IS 'How many rows it has.';
COMMENT ON COLUMN greenery.mart_states.unfinished IS
	'The oldest transaction that was not over when the build took its snapshot: the build has seen the rows of earlier ones.';
COMMENT ON COLUMN greenery.mart_states.writer IS
	'The subtransaction in which the build has written to it; NULL when it had nothing to write.';
COMMENT ON COLUMN greenery.mart_states.columns IS
	'How many columns it has had so far; NULL when it has triggers, or foreign keys with which rows may change that the build writes.';

CREATE TABLE greenery.source_states (
	model text PRIMARY KEY,
	definition text NOT NULL,
	unfinished xid8 NOT NULL,
	rows bigint NOT NULL
);
-- not dumped: transactions of another server are others
COMMENT ON TABLE greenery.source_states IS
	'The sources of incremental marts as the last build saw them: their row versions tell what has been written since.';
COMMENT ON COLUMN greenery.source_states.model IS 'The staging view.';
COMMENT ON COLUMN greenery.source_states.definition IS
	'The table that it shows and how, and the versions of greenery and PostgreSQL.';
COMMENT ON COLUMN greenery.source_states.unfinished IS
	'The oldest transaction that was not over: the build has seen the rows of earlier ones.';
COMMENT ON COLUMN greenery.source_states.rows IS 'How many rows it had.';

CREATE FUNCTION greenery.written_between(xmin xid, since xid8, before xid8) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.written_between(xid, xid8, xid8) IS
	'Whether the transaction that has written a row version (its xmin) can have received its id at or after one, and before another. A version bears the lower half of an id: the two are to be no more than 2^32 - 1 apart, and versions that were written 2^32 transactions earlier look the same.';

CREATE TABLE greenery.test_states (
	test_id bigint PRIMARY KEY,
	fingerprint text NOT NULL,
	failures bigint NOT NULL,
	total bigint NOT NULL
);
-- not dumped, as mart_states
COMMENT ON TABLE greenery.test_states IS
	'Results at the last build of the tests that judge each row by itself, of marts in mart_states: the next build counts from there.';
COMMENT ON COLUMN greenery.test_states.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_states.fingerprint IS 'What was counted, in SQL, in which time zone, and the versions of greenery and PostgreSQL.';
COMMENT ON COLUMN greenery.test_states.failures IS 'Failing rows.';
COMMENT ON COLUMN greenery.test_states.total IS 'Rows judged.';

CREATE TABLE greenery.test_results (
	build_id bigint NOT NULL,
	test_id bigint NOT NULL,
	model text NOT NULL,
	kind text NOT NULL,
	column_name text,
	status text NOT NULL CHECK (status IN ('pass', 'warn', 'error', 'broken', 'skipped')),
	failures bigint,
	total bigint,
	share double precision,
	duration interval,
	message text,
	owner text,
	PRIMARY KEY (build_id, test_id)
);
-- dumped: the history of test results
SELECT pg_catalog.pg_extension_config_dump('greenery.test_results', '');
CREATE INDEX test_results_test_id_idx ON greenery.test_results (test_id, build_id);

COMMENT ON TABLE greenery.test_results IS 'One row per test of a build, passes included. Keeps what the test was then, even if it is dropped later.';
COMMENT ON COLUMN greenery.test_results.build_id IS 'The build.';
COMMENT ON COLUMN greenery.test_results.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_results.model IS 'The tested relation, with its schema.';
COMMENT ON COLUMN greenery.test_results.kind IS 'What was tested.';
COMMENT ON COLUMN greenery.test_results.column_name IS 'The tested column.';
COMMENT ON COLUMN greenery.test_results.status IS 'pass, warn, error, broken (the test could not run) or skipped.';
COMMENT ON COLUMN greenery.test_results.failures IS 'Failing rows (for unique tests: values that occur more than once); NULL when it did not run.';
COMMENT ON COLUMN greenery.test_results.total IS
	'Rows judged: those for which "where" is true, and of these, by every kind but not_null and row_count, those with a value. 0: it passed because there was nothing to judge, see test_review.';
COMMENT ON COLUMN greenery.test_results.share IS 'failures divided by total; NULL when no row was judged.';
COMMENT ON COLUMN greenery.test_results.duration IS 'Time that the statement took which answered it, zero where no row had changed; tests that share a scan show an equal part each.';
COMMENT ON COLUMN greenery.test_results.message IS 'Why it is broken or skipped.';
COMMENT ON COLUMN greenery.test_results.owner IS 'Who owned it then.';

CREATE TABLE greenery.test_failures (
	build_id bigint NOT NULL,
	test_id bigint NOT NULL,
	failure integer NOT NULL,
	failing_key jsonb NOT NULL,
	PRIMARY KEY (build_id, test_id, failure)
);
-- dumped: the history of test results
SELECT pg_catalog.pg_extension_config_dump('greenery.test_failures', '');

COMMENT ON TABLE greenery.test_failures IS 'Keys of failing rows, at most greenery.max_failures for each test of a build.';
COMMENT ON COLUMN greenery.test_failures.build_id IS 'The build.';
COMMENT ON COLUMN greenery.test_failures.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_failures.failure IS 'Number from 1.';
COMMENT ON COLUMN greenery.test_failures.failing_key IS 'The model''s key columns with the failing row''s values, and nothing else.';

-- What a running build has before it, for others to see how far it is: the transaction that
-- works is not seen, but a sequence that it sets is.
CREATE TABLE greenery.build_plan (
	position integer PRIMARY KEY,
	model text NOT NULL,
	expected_seconds double precision
);
-- not dumped: of the build that runs
COMMENT ON TABLE greenery.build_plan IS
	'The models of the last build that began, in its order. greenery_build_progress says how far it is.';
COMMENT ON COLUMN greenery.build_plan.position IS 'Its position in the order of builds, from 1.';
COMMENT ON COLUMN greenery.build_plan.model IS 'The model.';
COMMENT ON COLUMN greenery.build_plan.expected_seconds IS 'How long it took at the last published build; NULL when unknown.';

CREATE SEQUENCE greenery.build_progress_model MINVALUE 0 START 0;
CREATE SEQUENCE greenery.build_progress_since MINVALUE 0 START 0;
-- not dumped: of the build that runs
COMMENT ON SEQUENCE greenery.build_progress_model IS 'The position of the model that the running build works on; 0 before the first.';
COMMENT ON SEQUENCE greenery.build_progress_since IS 'Since when, in microseconds since 1970.';

CREATE TABLE greenery.metrics_history (
	name text,
	build_id bigint,
	as_of timestamptz,
	value double precision,
	numerator numeric,
	denominator numeric,
	PRIMARY KEY (name, build_id)
);
-- dumped: recorded
SELECT pg_catalog.pg_extension_config_dump('greenery.metrics_history', '');
COMMENT ON TABLE greenery.metrics_history IS 'What each published build said of each metric: how a number went over time. Kept for ever: greenery_purge() leaves it alone when it removes the build''s other records.';
COMMENT ON COLUMN greenery.metrics_history.name IS 'The metric.';
COMMENT ON COLUMN greenery.metrics_history.build_id IS 'The build.';
COMMENT ON COLUMN greenery.metrics_history.as_of IS 'The moment that the build took for the present.';
COMMENT ON COLUMN greenery.metrics_history.value IS 'Its value then.';
COMMENT ON COLUMN greenery.metrics_history.numerator IS 'The numerator then.';
COMMENT ON COLUMN greenery.metrics_history.denominator IS 'What the numerator was divided by.';
