-- Arguments and conditions that need no executor where an aggregate takes its rows from
-- the scan: columns, constants, and a column of text compared with a constant.
--
-- Which arguments these are is told at level DEBUG2.  Answers are compared with those
-- through the executor, and with plain SQL.
\i sql/include/helpers.sql

CREATE DOMAIN kind_of_visit AS varchar(20);
CREATE TYPE visit_state AS ENUM ('open', 'done');
CREATE TABLE visits AS
SELECT 'session ' || pg_temp.pick('s' || i, 900) AS session_id,
	   timestamptz '2021-02-10 00:00+00' + pg_temp.pick('t' || i, 90000) * interval '1 second' AS t,
	   (ARRAY['view', 'views', 'vie', '', 'checkout', 'Checkout', NULL])[1 + pg_temp.pick('k' || i, 7)] AS kind,
	   (ARRAY['view', 'view ', NULL])[1 + pg_temp.pick('v' || i, 3)]::varchar(20) AS "varying",
	   (ARRAY['view', 'cart', NULL])[1 + pg_temp.pick('d' || i, 3)]::kind_of_visit AS domained,
	   (ARRAY['view', 'view ', 'cart'])[1 + pg_temp.pick('b' || i, 3)]::char(8) AS padded,
	   (ARRAY['view', 'cart'])[1 + pg_temp.pick('n' || i, 2)]::name AS named,
	   (ARRAY['open', 'done'])[1 + pg_temp.pick('e' || i, 2)]::visit_state AS state,
	   repeat((ARRAY['long ', 'longer '])[1 + pg_temp.pick('l' || i, 2)], 2 + pg_temp.pick('m' || i, 2) * 4000) AS long,
	   repeat(md5(pg_temp.pick('x' || i, 2)::text), 2) AS stored,
	   (ARRAY[true, false, NULL])[1 + pg_temp.pick('f' || i, 3)] AS flag
  FROM generate_series(1, 6000) AS i;
-- some values in the row, some compressed there, some elsewhere
ALTER TABLE visits ALTER stored SET STORAGE EXTERNAL;
UPDATE visits SET stored = repeat(stored, 100) WHERE pg_temp.pick('z' || session_id, 5) = 0;
ANALYZE visits;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) FILTER (WHERE pg_column_size(long) < length(long)) > 1000 AS compressed,
	   count(*) FILTER (WHERE length(stored) > 2500) > 500 AS elsewhere FROM visits;

-- conditions, and whether an argument like it is simple
CREATE TABLE conditions (n serial, simple boolean, condition text);
INSERT INTO conditions (simple, condition) VALUES
	(true, $$kind = 'view'$$), (true, $$kind <> 'view'$$), (true, $$'checkout' = kind$$), (true, $$'' <> kind$$),
	(true, $$kind = ''$$), (true, $$kind = 'no such kind'$$), (true, $$kind <> 'no such kind'$$),
	(true, $$kind = NULL$$), (true, $$kind = 'view' COLLATE "C"$$),
	(true, $$"varying" = 'view'$$), (true, $$"varying" <> 'view '::varchar$$), (true, $$domained = 'cart'$$),
	(true, $$long = repeat('long ', 4002)$$), (true, $$long <> repeat('longer ', 2)$$),
	(true, $$stored = repeat(md5('0'), 200)$$), (true, $$stored <> repeat(md5('1'), 2)$$),
	(true, $$flag$$), (true, $$true$$), (true, $$NULL::boolean$$),
	(false, $$padded = 'view'$$), (false, $$named = 'view'$$), (false, $$state = 'open'$$),
	(false, $$kind < 'view' COLLATE "C"$$), (false, $$kind = "varying"$$), (false, $$kind IS NULL$$), (false, $$NOT flag$$),
	(false, $$upper(kind) = 'VIEW'$$), (false, $$kind IN ('view', 'views')$$), (false, $$kind = 'view' AND flag$$);

CREATE FUNCTION pg_temp.answers(cond text, direct boolean, OUT conversions bigint, OUT events bigint, OUT chosen bigint) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('greenery.direct_scan', direct::text, true);
	EXECUTE format('SELECT (session_summary(session_id, t, %s)).conversions FROM visits', cond) INTO conversions;
	EXECUTE format('SELECT (session_summary(session_id, t, false)).events FROM visits WHERE %s', cond) INTO events;
	EXECUTE format('SELECT (session_summary(session_id, t, flag)).conversions FROM visits WHERE %s AND kind <> ''vie''', cond) INTO chosen;
END $$;
CREATE FUNCTION pg_temp.expected(cond text, OUT conversions bigint, OUT events bigint, OUT chosen bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(DISTINCT session_id) FILTER (WHERE %1$s), count(session_id) FILTER (WHERE %1$s),
						   count(DISTINCT session_id) FILTER (WHERE flag AND (%1$s) AND kind <> ''vie'') FROM visits', cond)
		INTO conversions, events, chosen;
END $$;
SELECT n, condition, d.*, CASE WHEN d IS DISTINCT FROM e THEN format('%s expected', e) WHEN d IS DISTINCT FROM x THEN format('executor: %s', x) ELSE 'agrees' END AS verdict
  FROM conditions, pg_temp.answers(condition, true) AS d, pg_temp.answers(condition, false) AS x, pg_temp.expected(condition) AS e
 ORDER BY n;

-- which arguments are simple: those whose aggregate takes its rows from the scan, where
-- a text is compared
SET client_min_messages = debug2;
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT * FROM conditions ORDER BY n LOOP
		RAISE NOTICE '% %', CASE WHEN c.simple THEN 'simple:' ELSE 'not simple:' END, c.condition;
		EXECUTE format('SELECT session_summary(session_id, t, %s) FROM visits WHERE kind <> ''none''', c.condition);
	END LOOP;
END $$;

-- all aggregates over sessions, with constants among their arguments
SELECT session_count(session_id, t, '10 minutes') FROM visits WHERE kind <> 'checkout';
SELECT session_count(session_id, t, '10 minutes') > 0 AS none_is_compared FROM visits;
SELECT funnel_counts('1 hour', session_id, t, kind = 'view', flag, kind = 'checkout') FROM visits;
SELECT funnel_counts('1 hour', session_id, t, VARIADIC ARRAY[kind = 'view', flag]) AS array_of_steps FROM visits;
RESET client_min_messages;
SELECT count(*) AS expected FROM (
	SELECT t - lag(t) OVER (PARTITION BY session_id ORDER BY t) AS pause FROM visits WHERE kind <> 'checkout') AS p
 WHERE pause IS NULL OR pause > '10 minutes';
SELECT array_agg(sessions ORDER BY depth) AS expected FROM (
	SELECT d AS depth, count(depth) AS sessions FROM generate_series(0, 3) AS d LEFT JOIN (
		SELECT window_funnel('1 hour', t, kind = 'view', flag, kind = 'checkout') AS depth FROM visits GROUP BY session_id) AS s ON depth = d
	 GROUP BY d) AS c;

-- in parallel: all rows are the workers'
CREATE TEMP TABLE expected AS SELECT n, condition, e.* FROM conditions, pg_temp.expected(condition) AS e WHERE n % 4 = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT pg_temp.plan_has($$SELECT session_summary(session_id, t, kind = 'view') FROM visits WHERE kind <> 'vie'$$, 'Parallel Seq Scan') AS parallel;
SELECT count(*) AS conditions, count(*) FILTER (WHERE d IS DISTINCT FROM ROW(e.conversions, e.events, e.chosen)) AS wrong
  FROM expected AS e, pg_temp.answers(e.condition, true) AS d;
SELECT funnel_counts('1 hour', session_id, t, kind = 'view', flag, kind = 'checkout') FROM visits;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;

-- counted by EXPLAIN ANALYZE all the same
SELECT pg_temp.explained($$SELECT session_summary(session_id, t, flag) FROM visits WHERE kind <> 'vie'$$);
SELECT count(*) AS rows, count(*) FILTER (WHERE kind <> 'vie') AS met FROM visits;

-- constants beside columns that are at the same place of every row
CREATE TABLE ticks AS
SELECT pg_temp.pick('u' || session_id || extract(epoch FROM t), 60) AS user_id, t, coalesce(flag, false) AS flag FROM visits;
ANALYZE ticks;
SELECT session_count(user_id, t, '10 minutes'), (SELECT count(*) FROM (
		SELECT t - lag(t) OVER (PARTITION BY user_id ORDER BY t) AS pause FROM ticks) AS p
	 WHERE pause IS NULL OR pause > '10 minutes') AS expected FROM ticks;
SELECT session_count(user_id, t, '10 minutes'), (SELECT count(*) FROM (
		SELECT t - lag(t) OVER (PARTITION BY user_id ORDER BY t) AS pause FROM ticks WHERE flag) AS p
	 WHERE pause IS NULL OR pause > '10 minutes') AS expected FROM ticks WHERE flag;
SELECT (session_summary(user_id, t, true)).conversions, (session_summary(user_id, t, true)).total_duration = (SELECT sum(d) FROM (
		SELECT max(t) - min(t) AS d FROM ticks GROUP BY user_id) AS s) AS expected FROM ticks;
DROP TABLE ticks;

-- columns of rows that the scan has to make first, as one of them is stored nowhere
ALTER TABLE visits ADD COLUMN added text DEFAULT 'view';
INSERT INTO conditions (simple, condition) VALUES (true, $$added = 'view'$$), (true, $$added <> 'view'$$);
SELECT count(*) AS conditions, count(*) FILTER (WHERE d IS DISTINCT FROM e) AS wrong
  FROM conditions, pg_temp.answers(condition, true) AS d, pg_temp.expected(condition) AS e;

-- a parameter: a constant in one plan, none in the other
PREPARE of_kind(text) AS SELECT (session_summary(session_id, t, kind = $1)).conversions FROM visits WHERE kind <> 'vie';
SET plan_cache_mode = force_custom_plan;
EXECUTE of_kind('checkout');
SET plan_cache_mode = force_generic_plan;
EXECUTE of_kind('checkout');
EXECUTE of_kind(NULL);
RESET plan_cache_mode;

-- a function that the user may not call is none that is left out
CREATE ROLE regress_greenery_visitor;
GRANT SELECT ON visits TO regress_greenery_visitor;
BEGIN;
REVOKE EXECUTE ON FUNCTION texteq(text, text) FROM PUBLIC;
SET LOCAL ROLE regress_greenery_visitor;
SELECT session_summary(session_id, t, kind = 'view') FROM visits;
ROLLBACK;
DROP OWNED BY regress_greenery_visitor;
DROP ROLE regress_greenery_visitor;

-- texts that are equal and not the same; where there is ICU
\i sql/include/ignore_case.sql
SELECT (session_summary(session_id, t, kind = 'checkout' COLLATE ignore_case)).conversions =
	   (SELECT count(DISTINCT session_id) FROM visits WHERE kind IN ('checkout', CASE WHEN :'has_icu'::boolean THEN 'Checkout' END)) AS as_equality_says
  FROM visits;
DROP COLLATION ignore_case;

DROP TABLE visits, conditions;
DROP TYPE visit_state;
DROP DOMAIN kind_of_visit;
