\set ECHO none
-- what is compiled for longer than it runs: live views of a small shop
SET jit = off;
-- likewise workers; what they are tried with says so
SET max_parallel_maintenance_workers = 0;
-- Builds commit: who has run one empties all tables that it needed, before and after.
CREATE FUNCTION pg_temp.empty_published() RETURNS void LANGUAGE plpgsql AS $empty$
DECLARE
	t text;
BEGIN
	FOR t IN SELECT format('greenery_published.%I', model) FROM greenery.models WHERE layer = 'mart' LOOP
		EXECUTE 'TRUNCATE ' || t;
	END LOOP;
END
$empty$;
CREATE FUNCTION pg_temp.empty_shop() RETURNS void LANGUAGE plpgsql AS $empty$
DECLARE
	t text;
BEGIN
	PERFORM pg_temp.empty_published();
	FOR t IN SELECT 'greenery.' || unnest(ARRAY['users', 'addresses', 'products', 'promos', 'orders',
			'order_items', 'events', 'promo_history', 'inventory_history', 'order_status_history',
			'builds', 'build_models', 'mart_states', 'source_states', 'test_states', 'test_results', 'test_failures', 'test_changes', 'test_overrides',
			'metrics_history',
			'excluded_users', 'excluded_products', 'settings', 'changes', 'alerts', 'alert_deliveries', 'alert_routes', 'change_requests'])
	LOOP
		EXECUTE format('TRUNCATE %s RESTART IDENTITY', t);
	END LOOP;
END
$empty$;

-- marts whose published table is not what the view says now
CREATE FUNCTION pg_temp.stale() RETURNS SETOF text LANGUAGE plpgsql AS $stale$
DECLARE
	m record;
	differs boolean;
BEGIN
	FOR m IN SELECT * FROM greenery.models WHERE layer = 'mart' ORDER BY model COLLATE "C" LOOP
		EXECUTE format('SELECT EXISTS (
							SELECT FROM (SELECT t::text AS r, 1 AS n FROM %1$s t
										 UNION ALL
										 SELECT t::text, -1 FROM greenery_published.%2$I t) AS rows
							GROUP BY r HAVING sum(n) <> 0)', m.relation, m.model) INTO differs;
		IF differs THEN
			RETURN NEXT m.model;
		END IF;
	END LOOP;
END
$stale$;

-- For files about what a build does, not about which models: some are left out.  They and
-- their tests are back at the end.
CREATE TEMP TABLE left_out (LIKE greenery.models);
CREATE TEMP TABLE tests_left_out (LIKE greenery.test_definitions);
CREATE FUNCTION pg_temp.leave_out(names text[]) RETURNS void LANGUAGE sql AS $leave$
	WITH gone AS (DELETE FROM greenery.models WHERE builtin AND model = ANY (names) RETURNING *)
	INSERT INTO left_out SELECT * FROM gone;
	WITH gone AS (DELETE FROM greenery.test_definitions WHERE model IN (SELECT relation FROM left_out) RETURNING *)
	INSERT INTO tests_left_out SELECT * FROM gone;
$leave$;
CREATE FUNCTION pg_temp.keep_marts(kept text[]) RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.leave_out(ARRAY(SELECT model FROM greenery.models WHERE layer = 'mart' AND model <> ALL (kept)))
$$;
-- these and no others, not even the staging models that they read; nor tests that ask one of those
CREATE FUNCTION pg_temp.keep_models(kept text[]) RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.leave_out(ARRAY(SELECT model FROM greenery.models WHERE model <> ALL (kept)));
	WITH gone AS (DELETE FROM greenery.test_definitions WHERE args ->> 'to' IN (SELECT relation FROM left_out) RETURNING *)
	INSERT INTO tests_left_out SELECT * FROM gone;
$$;
-- those about buying again take more than half of a build's time, most of it in the planner
CREATE FUNCTION pg_temp.leave_out_repeat_marts() RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.leave_out(ARRAY(SELECT model FROM greenery.models WHERE model ~ '^(user_repeat_|repeat_)'))
$$;
-- those that are computed in part, and what they read
CREATE FUNCTION pg_temp.keep_incremental_marts() RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.keep_marts(ARRAY(SELECT model FROM greenery.incremental_inputs UNION SELECT input FROM greenery.incremental_inputs))
$$;
CREATE FUNCTION pg_temp.leave_out_all() RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.leave_out(ARRAY(SELECT model FROM greenery.models))
$$;
CREATE FUNCTION pg_temp.all_models() RETURNS void LANGUAGE sql AS $all$
	WITH back AS (DELETE FROM left_out RETURNING *)
	INSERT INTO greenery.models SELECT * FROM back;
	WITH back AS (DELETE FROM tests_left_out RETURNING *)
	INSERT INTO greenery.test_definitions SELECT * FROM back;
$all$;
\set ECHO all
