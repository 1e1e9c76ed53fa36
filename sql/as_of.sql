-- The present: the last order's time, but for orders whose time cannot be right; and what
-- such orders make of the cohorts.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;

\i sql/include/builds.sql
SET max_parallel_maintenance_workers = 2;
SELECT pg_temp.empty_shop();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 7);
CREATE TABLE public.as_of_before AS SELECT (SELECT greenery_as_of()) AS as_of, c.* FROM greenery.cohort_retention c;
SELECT DISTINCT b.as_of = (SELECT max(created_at) FROM greenery.orders) AS last_order FROM public.as_of_before b;
CREATE FUNCTION pg_temp.cohorts_differ() RETURNS boolean LANGUAGE sql AS $$
	SELECT EXISTS ((SELECT cohort, period, users, active_users, retention, is_mature FROM public.as_of_before EXCEPT ALL SELECT * FROM greenery.cohort_retention)
				   UNION ALL (SELECT * FROM greenery.cohort_retention EXCEPT ALL SELECT cohort, period, users, active_users, retention, is_mature FROM public.as_of_before))
$$;

-- orders of the future, near and far, of users with and without others: the present stays,
-- and so does who came back
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at)
SELECT 'future' || n, CASE WHEN n % 2 = 0 THEN 'nobody' ELSE (SELECT min(user_id) FROM greenery.users) END, t
FROM unnest(ARRAY[clock_timestamp() + interval '1 hour', clock_timestamp() + interval '2 days', '9999-12-31', '9999-01-01', '294276-12-31', 'infinity']) WITH ORDINALITY u (t, n);
SELECT greenery_as_of() = b.as_of AS stays FROM (SELECT DISTINCT as_of FROM public.as_of_before) b;
SELECT pg_temp.cohorts_differ();
SELECT count(*) < 20000 AS few FROM greenery_cohort_retention('day');
SELECT count(*) < 20000 AS few FROM greenery_cohort_retention('day', 'rolling', 'America/New_York');
-- nor does a cancelled order move it, whichever column says so
INSERT INTO greenery.orders (order_id, user_id, created_at, status, is_cancelled)
VALUES ('cancelled1', 'nobody', clock_timestamp(), ' cancelled', NULL), ('cancelled2', 'nobody', clock_timestamp(), 'delivered', true);
SELECT greenery_as_of() = b.as_of AS stays FROM (SELECT DISTINCT as_of FROM public.as_of_before) b;
SELECT pg_temp.cohorts_differ();
-- what has just been ordered counts, in a transaction that has begun before
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('now', 'nobody', clock_timestamp());
SELECT greenery_as_of() = o.created_at AND greenery_as_of() > now() AS now FROM greenery.orders o WHERE o.order_id = 'now';
ROLLBACK;
-- all orders lie in the future: there is no present
BEGIN;
UPDATE greenery.orders SET created_at = created_at + interval '5000 years';
SELECT greenery_as_of() IS NULL AS none, (SELECT count(*) FROM greenery.cohort_retention) AS cohorts;
ROLLBACK;
-- a moment that was set is taken as it is
BEGIN;
SET LOCAL greenery.as_of = '2100-01-01 00:00+00';
SELECT greenery_as_of(), max(period) AS months FROM greenery.cohort_retention WHERE cohort = '2021-02-01';
ROLLBACK;

-- and of the past: the first orders of users, and of one who has others, which count
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at)
SELECT 'past' || n, CASE WHEN n % 2 = 0 THEN 'nobody' ELSE (SELECT min(user_id) FROM greenery.users) END, t
FROM unnest(ARRAY['4714-11-24 00:00:00+00 BC', '4000-06-01 BC', '0001-01-01', '0021-02-11', '1021-02-11', '-infinity']::timestamptz[]) WITH ORDINALITY u (t, n);
SELECT pg_temp.cohorts_differ();
SELECT count(*) < 20000 AS few FROM greenery_cohort_retention('day', timezone => 'America/New_York');
-- a hundred years of 365.25 days back, to the moment
DELETE FROM greenery.orders WHERE order_id LIKE 'past%';
INSERT INTO greenery.orders (order_id, user_id, created_at)
SELECT 'edge', 'nobody', b.as_of - interval '36525 days' FROM (SELECT DISTINCT as_of FROM public.as_of_before) b;
SELECT pg_temp.cohorts_differ();
UPDATE greenery.orders SET created_at = created_at + interval '1 microsecond' WHERE order_id = 'edge';
SELECT count(*) AS months, sum(active_users) AS active FROM greenery.cohort_retention WHERE cohort < '2000-01-01';
-- where all orders are old, none is too old, as far back as there are times
UPDATE greenery.orders SET created_at = created_at - interval '6000 years';
SELECT greenery_as_of() < '3900-01-01 BC' AS old, (SELECT sum(active_users) > 50 FROM greenery.cohort_retention) AS cohorts;
UPDATE greenery.orders SET created_at = '4714-11-25 00:00:00+00 BC';
SELECT greenery_as_of(), (SELECT count(*) FROM greenery.cohort_retention) AS cohorts;
ROLLBACK;

-- An index serves; without one, workers do.  Where the present is not asked for it is not
-- looked for.
ANALYZE greenery.orders;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, FORMAT json) ' || query INTO plan;
	RETURN plan::text;
END
$$;
BEGIN;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT plan ~ '"Index Name": "orders_created_at_idx"' AS by_index, plan ~ '"Index Cond": "[^"]*created_at <= ' AS bounded, plan ~ '"Sort"' AS sorted
FROM pg_temp.plan('SELECT as_of FROM greenery.as_of') plan;
ROLLBACK;
BEGIN;
DROP INDEX greenery.orders_created_at_idx;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT plan ~ '"Workers Launched": [12]' AS parallel FROM pg_temp.plan('SELECT as_of FROM greenery.as_of') plan;
SELECT plan ~ '"Workers Launched": [12]' AS parallel FROM pg_temp.plan('SELECT * FROM greenery.cohort_retention') plan;
SELECT plan ~ 'clock' AS looked_for FROM pg_temp.plan('SELECT order_id, order_number FROM greenery.fact_user_orders') plan;
SELECT plan ~ 'clock' AS looked_for FROM pg_temp.plan('SELECT order_id, is_overdue FROM greenery.fact_user_orders') plan;
ROLLBACK;

-- A build has one present for all of its marts, in its workers too, and leaves the setting
-- as it was.
CREATE VIEW public.as_of_model AS SELECT 1 AS id, greenery_as_of_setting() AS setting, a.as_of FROM greenery.as_of a;
SELECT greenery_add_model('public.as_of_model', key => '{id}');
CALL greenery_build();
SELECT p.setting = b.as_of AS set, p.as_of = b.as_of AS as_of FROM greenery_published.as_of_model p, (SELECT DISTINCT as_of FROM public.as_of_before) b;
SHOW greenery.as_of;
-- workers of its queries read it too, one each
SELECT pg_temp.leave_out_all();
SET max_parallel_maintenance_workers = 0;
SET max_parallel_workers_per_gather = 1;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
ALTER TABLE greenery.orders SET (parallel_workers = 1);
CREATE VIEW public.as_of_orders AS SELECT 1 AS id, count(*) AS orders FROM greenery.orders;
SELECT greenery_add_model('public.as_of_orders', key => '{id}');
CALL greenery_build();
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
ALTER TABLE greenery.orders RESET (parallel_workers);
RESET max_parallel_workers_per_gather;
RESET max_parallel_maintenance_workers;
SELECT pg_temp.all_models();
SELECT orders > 0 AS published FROM greenery_published.as_of_orders;
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'as_of_model' ORDER BY build_id DESC LIMIT 1;
SELECT greenery_set('as_of', '2021-02-01 12:00+05:30');
CALL greenery_build();
SELECT setting, as_of FROM greenery_published.as_of_model;
SHOW greenery.as_of;
SELECT greenery_set('as_of', NULL);
SELECT greenery_drop_model('as_of_model'), greenery_drop_model('as_of_orders');
DROP VIEW public.as_of_model, public.as_of_orders;
DROP TABLE public.as_of_before;
SELECT pg_temp.empty_shop();
