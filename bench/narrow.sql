-- How the cost grows with the rows of narrow tables: seconds, memory, temporary files.
--
--   psql -X -v rows=100000000 -f bench/narrow.sql DATABASE
--
-- As a superuser, in a database with the extension, of a server on Linux.  Makes a schema
-- narrow and drops it.  Each query runs once to warm up and three times more (-v rounds=1: once);
-- its median counts.  Plain SQL is measured up to 10 million rows.  Memory is what the
-- backend's peak rises by over that of a scan; of workers it is not counted.  100 million rows take 12 GB of disk.
\set ON_ERROR_STOP on
\set QUIET on
-- of each session
\set settings 'SET client_min_messages = warning; SET jit = off; SET work_mem = \'1GB\'; SET max_parallel_workers_per_gather = 0;'
\if :{?rounds}
\else
\set rounds 3
\endif
:settings
SET maintenance_work_mem = '1GB';
DROP SCHEMA IF EXISTS narrow CASCADE;
CREATE SCHEMA narrow;
-- five orders a user, of whom many have few; ids of a sequence, and scattered ones
CREATE UNLOGGED TABLE narrow.orders AS
SELECT i AS order_id, (power(random(), 1.5) * :rows / 5)::bigint AS user_id FROM generate_series(1, :rows) i;
CREATE UNLOGGED TABLE narrow.scattered AS
SELECT order_id, hashint8extended(user_id, 1) AS user_id FROM narrow.orders;
-- three sessions for ten events, interleaved
CREATE UNLOGGED TABLE narrow.events AS
SELECT i * 3 / 10 - (random() * 200)::bigint AS session_id,
	   timestamptz '2021-01-01' + i * interval '1 second' * (1e7 / :rows) AS at,
	   (random() * 9)::smallint AS kind
  FROM generate_series(1, :rows) i;
VACUUM (ANALYZE) narrow.orders, narrow.scattered, narrow.events;

CREATE TABLE narrow.result (n serial, what text, seconds numeric, memory text, temporary text, answer text);
CREATE TABLE narrow.setting AS SELECT :rounds AS rounds;
CREATE FUNCTION narrow.peak() RETURNS bigint LANGUAGE sql AS $$
	SELECT 1024 * substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+)')::bigint
$$;
CREATE FUNCTION narrow.temporary() RETURNS bigint LANGUAGE sql AS $$
	SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()
$$;
CREATE PROCEDURE narrow.measure(what text, query text) LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz;
	seconds numeric[] := '{}';
	found text;
	files bigint;
	memory bigint;
BEGIN
	COMMIT;
	PERFORM pg_stat_clear_snapshot();
	files := narrow.temporary();
	memory := narrow.peak();
	FOR i IN 0 .. (SELECT s.rounds FROM narrow.setting s) LOOP
		began := clock_timestamp();
		EXECUTE query INTO found;
		IF i > 0 THEN
			seconds := seconds || extract(epoch FROM clock_timestamp() - began);
		END IF;
	END LOOP;
	memory := narrow.peak() - memory;
	PERFORM pg_stat_force_next_flush();
	COMMIT;
	PERFORM pg_stat_clear_snapshot();
	files := narrow.temporary() - files;
	INSERT INTO narrow.result (what, seconds, memory, temporary, answer)
	SELECT measure.what, round(percentile_disc(0.5) WITHIN GROUP (ORDER BY s), 2), pg_size_pretty(memory), pg_size_pretty(files / (1 + (SELECT s.rounds FROM narrow.setting s))), left(found, 60)
	  FROM unnest(seconds) s;
	COMMIT;
END
$$;

-- a session of its own, whose peak was never higher
\c
:settings
-- so that the shared memory that a scan touches is in the peak already
SELECT count(*) FROM narrow.orders \g /dev/null
SELECT count(*) FROM narrow.scattered \g /dev/null
SELECT count(*) FROM narrow.events \g /dev/null
-- the one that takes least memory first: a peak does not fall
CALL narrow.measure('count of two columns', 'SELECT count(user_id) + count(order_id) FROM narrow.orders');
CALL narrow.measure('sketch, k = 4096', 'SELECT repeat_rate(repeat_sketch_agg(user_id, order_id)) FROM narrow.orders');
CALL narrow.measure('sketch of scattered ids', 'SELECT repeat_rate(repeat_sketch_agg(user_id, order_id)) FROM narrow.scattered');
CALL narrow.measure('repeat_rate', 'SELECT repeat_rate(user_id, order_id) FROM narrow.orders');
\c
:settings
SELECT count(*) FROM narrow.events \g /dev/null
CALL narrow.measure('session_summary', 'SELECT session_summary(session_id, at, kind = 0) FROM narrow.events');
\c
:settings
SELECT count(*) FROM narrow.events \g /dev/null
CALL narrow.measure('funnel_counts, within an hour', $$SELECT funnel_counts('1 hour', session_id, at, kind = 0, kind = 1, kind = 2) FROM narrow.events$$);
\c
:settings
SELECT count(*) FROM narrow.scattered \g /dev/null
CALL narrow.measure('repeat_rate, scattered ids', 'SELECT repeat_rate(user_id, order_id) FROM narrow.scattered');
SET max_parallel_workers_per_gather = 1;
CALL narrow.measure('repeat_rate, scattered ids, two processes', 'SELECT repeat_rate(user_id, order_id) FROM narrow.scattered');
CALL narrow.measure('repeat_rate, two processes', 'SELECT repeat_rate(user_id, order_id) FROM narrow.orders');
SELECT :rows <= 10000000 AS plain \gset
\if :plain
CALL narrow.measure('users by count(DISTINCT), plain SQL, two processes',
	'SELECT avg((c > 1)::int) FROM (SELECT count(DISTINCT order_id) AS c FROM narrow.orders GROUP BY user_id) u');
\endif
SELECT what, seconds, memory, temporary AS "temporary files", answer FROM narrow.result ORDER BY n;
DROP SCHEMA narrow CASCADE;
