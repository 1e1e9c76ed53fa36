--
-- Staging views cost nothing but the cleaning: source functions are inlined, use
-- indexes, run in parallel, and follow the caller's rights and policies.
--
SET client_min_messages = warning;
SET jit = off;
CREATE FUNCTION pg_temp.plan(query text, run boolean DEFAULT false) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('EXPLAIN (COSTS OFF%s) %s',
								CASE WHEN run THEN ', ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF' END, query);
END
$$;
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at, order_total)
	SELECT 'o' || i, 'u' || i % 1000, '2021-02-01 00:00+00'::timestamptz + i * interval '1 s', 1
	FROM generate_series(1, 20000) i;
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type)
	SELECT 'e' || i, 's' || i / 4, 'u' || i / 4 % 1000, '2021-02-01 00:00+00'::timestamptz + i * interval '1 s', 'page_view'
	FROM generate_series(1, 20000) i;
ANALYZE greenery.orders, greenery.events;

-- no function scan is left, on any staging view
SELECT v, p FROM unnest(ARRAY['users', 'addresses', 'products', 'promos', 'orders', 'order_items', 'events']) v,
	pg_temp.plan(format('SELECT * FROM greenery.stg_%I', v)) p WHERE p LIKE '%Function Scan%';
-- a filter on an id uses the index, through staging and through marts
SELECT count(*) FILTER (WHERE p LIKE '%orders_user_id_idx%') AS user_index, count(*) FILTER (WHERE p LIKE '%Seq Scan on orders%') AS scans
FROM pg_temp.plan('SELECT * FROM greenery.stg_orders WHERE user_id = ''u7''') p;
-- anonymous events may be those of the user: where all have a user,
-- one row is read to see that
SELECT count(*) FILTER (WHERE p LIKE '%events_user_id_idx%') > 0 AS user_index, count(*) FILTER (WHERE p ~ 'Seq Scan on events .*rows=([2-9]|1[0-9])') AS scans
FROM pg_temp.plan('SELECT * FROM greenery.fact_user_sessions WHERE user_id = ''u7''', true) p;
SELECT count(*) FILTER (WHERE p LIKE '%events_session_id_idx%') > 0 AS session_index, count(*) FILTER (WHERE p LIKE '%Seq Scan on events%') AS scans
FROM pg_temp.plan('SELECT * FROM greenery.fact_user_sessions WHERE session_id = ''s7''') p;
-- whether there are session ids is asked once a scan, and no event is read for those
-- that have none
SELECT count(*) FILTER (WHERE p LIKE '%One-Time Filter: %has_session_ids()%') > 1 AS asked,
	count(*) FILTER (WHERE p LIKE '%Filter: %has_session_ids()%' AND p NOT LIKE '%One-Time%') AS asked_by_row,
	count(*) FILTER (WHERE p LIKE '%Scan%on events%' AND p LIKE '%never executed%') > 0 AS not_read
FROM pg_temp.plan('SELECT * FROM greenery.fact_user_sessions WHERE session_id = ''s7''', true) p;
SELECT count(*) FILTER (WHERE p LIKE '%Seq Scan on orders%') AS scans
FROM pg_temp.plan('SELECT * FROM greenery.dim_users WHERE user_id = ''u7''') p;

-- workers are launched
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT bool_or(p LIKE '%Workers Launched: 2%') AS launched, bool_or(p LIKE '%Partial Aggregate%') AS partial
FROM pg_temp.plan('SELECT repeat_rate(user_id, order_id) FROM greenery.stg_orders', true) p;
SELECT bool_or(p LIKE '%Workers Launched: 2%') AS launched, bool_or(p LIKE '%Partial Aggregate%') AS partial
FROM pg_temp.plan('SELECT repeat_rate(user_id, event_id) FROM greenery.fact_events', true) p;
-- the function's own query is out of EXPLAIN's sight (a TAP test reads its plan from
-- the server's log); its answer does not depend on workers
SELECT round(greenery_repeat_rate()::numeric, 6) AS parallel;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT round(greenery_repeat_rate()::numeric, 6) AS serial;
ROLLBACK;

-- the caller's rights and policies hold
BEGIN;
INSERT INTO greenery.orders (order_id, user_id) VALUES ('o1', 'a'), ('o2', 'a'), ('o3', 'b');
CREATE ROLE regress_greenery_analyst;
CREATE ROLE regress_greenery_nobody;
SELECT greenery_grant('regress_greenery_analyst', 'analyst');
ALTER TABLE greenery.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_b ON greenery.orders USING (user_id = 'b');
SELECT greenery_repeat_rate(), (SELECT count(*) FROM greenery.fact_user_orders) AS orders;
SET ROLE regress_greenery_analyst;
SELECT greenery_repeat_rate(), (SELECT count(*) FROM greenery.fact_user_orders) AS orders;
SAVEPOINT s;
\set VERBOSITY sqlstate
INSERT INTO greenery.orders (order_id) VALUES ('x');
ROLLBACK TO s;
SELECT greenery_record_history();
ROLLBACK TO s;
SET ROLE regress_greenery_nobody;
SELECT greenery_repeat_rate();
ROLLBACK TO s;
SET ROLE regress_greenery_nobody;
SELECT * FROM greenery.stg_orders;
ROLLBACK TO s;
-- EXECUTE alone opens nothing
RESET ROLE;
\set VERBOSITY default
GRANT EXECUTE ON FUNCTION greenery_repeat_rate TO regress_greenery_nobody;
GRANT USAGE ON SCHEMA greenery TO regress_greenery_nobody;
GRANT SELECT ON greenery.stg_orders TO regress_greenery_nobody;
GRANT EXECUTE ON FUNCTION greenery.source_orders() TO regress_greenery_nobody;
SET ROLE regress_greenery_nobody;
SAVEPOINT s2;
SELECT greenery_repeat_rate();
ROLLBACK TO s2;
-- primitives are everybody's
SELECT normalize_phone('(831) 155-1615'), repeat_rate(u, o) FROM (VALUES (1, 1), (1, 2)) v (u, o);
RESET ROLE;
\set VERBOSITY terse
SAVEPOINT s3;
SELECT greenery_grant('no such role', 'analyst');
ROLLBACK TO s3;
SELECT greenery_grant('regress_greenery_nobody', 'boss');
ROLLBACK;

-- a window that ends before it begins
\set VERBOSITY default
SET timezone = 'UTC';
SELECT greenery_repeat_rate('2021-02-02 00:00+00', '2021-02-01 00:00+00');
