--
-- Live views are planned well without statistics: nothing is computed again for each
-- row of something else.  Plans are looked at; nothing is run, and nothing timed.
--
-- What ANALYZE knows of the raw tables is forgotten, and these are loaded anew.  All is
-- rolled back.
--
SET client_min_messages = warning;
SET jit = off;

-- Of a node of a plan: whether it gives one row at the most
CREATE FUNCTION pg_temp.one_row(node jsonb, ctes jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	inputs jsonb[] := ARRAY(SELECT p FROM jsonb_array_elements(node -> 'Plans') p
							WHERE p ->> 'Parent Relationship' IN ('Outer', 'Inner', 'Subquery'));
BEGIN
	RETURN CASE
		WHEN node ->> 'Node Type' = 'Aggregate' THEN node ->> 'Strategy' = 'Plain'
		WHEN node ->> 'Node Type' = 'CTE Scan' THEN pg_temp.one_row(ctes -> (node ->> 'CTE Name'), ctes)
		WHEN node ->> 'Node Type' IN ('Result', 'Materialize', 'Subquery Scan', 'Sort', 'Gather', 'WindowAgg', 'Nested Loop')
		THEN (SELECT coalesce(bool_and(pg_temp.one_row(i, ctes)), true) FROM unnest(inputs) i)
		ELSE false
	END;
END
$$;
-- Whether it can be asked again for each row of something else: it reads nothing, has
-- kept what it has read and that is one row, or it looks rows up in an index
CREATE FUNCTION pg_temp.cheap_again(node jsonb, ctes jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE
		WHEN node ->> 'Node Type' IN ('Materialize', 'CTE Scan') THEN pg_temp.one_row(node, ctes)
		WHEN node ->> 'Node Type' IN ('Index Scan', 'Index Only Scan') THEN node ? 'Index Cond'
		WHEN node ->> 'Node Type' = 'Bitmap Heap Scan' THEN true
		WHEN node ->> 'Node Type' IN ('Function Scan', 'Values Scan') THEN true
		WHEN node ->> 'Node Type' IN ('Result', 'Append', 'Subquery Scan', 'Nested Loop', 'Memoize', 'Limit')
		THEN (SELECT coalesce(bool_and(pg_temp.cheap_again(p, ctes)), true) FROM jsonb_array_elements(node -> 'Plans') p
			  WHERE p ->> 'Parent Relationship' IN ('Outer', 'Inner', 'Subquery', 'Member'))
		ELSE false
	END;
END
$$;
CREATE FUNCTION pg_temp.cliffs_below(node jsonb, ctes jsonb, hashed text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	input jsonb;
	-- a CTE may be among the plans too
	outside jsonb := jsonb_path_query_first(node, '$.Plans[*] ? (@."Parent Relationship" == "Outer")');
	inside jsonb := jsonb_path_query_first(node, '$.Plans[*] ? (@."Parent Relationship" == "Inner")');
BEGIN
	IF node ->> 'Node Type' = 'Nested Loop'
	   AND NOT pg_temp.one_row(outside, ctes) AND NOT pg_temp.cheap_again(inside, ctes) THEN
		RETURN NEXT format('%s again for each row of %s', inside ->> 'Node Type', outside ->> 'Node Type');
	ELSIF node ->> 'Parent Relationship' = 'SubPlan' AND NOT pg_temp.cheap_again(node, ctes)
		  AND position('hashed ' || (node ->> 'Subplan Name') || ')' IN hashed) = 0 THEN
		RETURN NEXT format('%s, a subquery, again for each row', node ->> 'Node Type');
	END IF;
	FOR input IN SELECT jsonb_array_elements(node -> 'Plans') LOOP
		RETURN QUERY SELECT pg_temp.cliffs_below(input, ctes, hashed);
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.cliffs(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (VERBOSE, FORMAT JSON) ' || query INTO plan;
	RETURN QUERY SELECT pg_temp.cliffs_below(
		plan #> '{0,Plan}',
		(SELECT coalesce(jsonb_object_agg(substr(c ->> 'Subplan Name', 5), c), '{}')
		 FROM jsonb_path_query(plan, 'strict $.** ? (@."Subplan Name" starts with "CTE ")') c),
		plan::text);
END
$$;

BEGIN;
TRUNCATE greenery.users, greenery.addresses, greenery.products, greenery.promos, greenery.orders, greenery.order_items, greenery.events,
	greenery.promo_history, greenery.inventory_history, greenery.order_status_history, greenery.excluded_users, greenery.excluded_products, greenery.features;
DELETE FROM pg_statistic s USING pg_class c
WHERE c.relnamespace = 'greenery'::regnamespace AND c.oid = s.starelid;
SELECT sum(rows) > 50000 AS loaded FROM greenery_load_sample_shop(users => 1300, seed => 23);
SELECT count(*) AS histories FROM greenery_record_history();
-- and everything is as after loading
SELECT c.relname, c.reltuples FROM pg_class c
WHERE c.relnamespace = 'greenery'::regnamespace AND c.relkind = 'r' AND c.reltuples >= 0
	AND c.relname IN ('users', 'addresses', 'products', 'promos', 'orders', 'order_items', 'events', 'promo_history', 'inventory_history', 'order_status_history', 'excluded_users', 'excluded_products', 'features');

-- it sees what it is to see
SELECT query, count(c) > 0 AS seen FROM unnest(ARRAY[
	'SELECT (SELECT count(*) FROM greenery.fact_user_sessions s WHERE s.session_start > u.created_at) FROM greenery.stg_users u',
	'SELECT * FROM greenery.stg_users u JOIN greenery.fact_user_sessions s ON s.session_start > u.created_at',
	'SELECT * FROM greenery.stg_users u CROSS JOIN LATERAL (SELECT max(s.events) FROM greenery.fact_user_sessions s WHERE s.user_id <> u.user_id) x',
	-- and nothing where something is computed once for all: by hash or merge, or one row
	'SELECT * FROM greenery.fact_user_sessions s JOIN greenery.stg_users u USING (user_id)',
	'SELECT * FROM greenery.fact_user_sessions s CROSS JOIN greenery.as_of WHERE s.session_start < as_of',
	'SELECT * FROM greenery.stg_users u WHERE u.created_at < (SELECT max(s.session_start) FROM greenery.fact_user_sessions s)'
]) WITH ORDINALITY q (query, n) LEFT JOIN LATERAL pg_temp.cliffs(q.query) c ON true GROUP BY q.query, q.n ORDER BY q.n;

-- All that reads the shop: models, what answers their tests, the functions that are SQL,
-- views that are no model, and some of them together.  Must be none.
CREATE FUNCTION pg_temp.all_cliffs() RETURNS TABLE (reader text, cliff text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY
	SELECT r.reader, c.*
	FROM (
		SELECT m.model, 'SELECT * FROM ' || m.relation FROM greenery.models m
		UNION ALL
		SELECT 'tests of ' || t.model, t.statement FROM greenery_test_sql() t
		UNION ALL
		SELECT v, 'SELECT * FROM ' || v FROM unnest(ARRAY[
			'greenery.purchasers', 'greenery.purchaser_events', 'greenery.first_orders', 'greenery.session_events',
			'greenery.mixed_sessions', 'greenery.shopper_events',
			'greenery_repeat_features()', 'greenery_repeat_features(now())', 'greenery_repeat_rate_summary()',
			$f$greenery.cohort_periods('month', 'calendar', 'UTC')$f$, $f$greenery.cohort_periods('day', 'rolling', 'UTC')$f$,
			'greenery.user_repeat_history JOIN greenery_repeat_features() USING (user_id)',
			'greenery.user_repeat_history FULL JOIN greenery_repeat_features() USING (user_id)',
			'greenery.fact_user_orders LEFT JOIN greenery.user_repeat_labels USING (user_id)']) v
	) r (reader, query)
	CROSS JOIN LATERAL pg_temp.cliffs(r.query) c;
END
$$;
-- six promos may be compared with one another
SELECT * FROM pg_temp.all_cliffs() WHERE reader !~ 'dim_active_promos';
-- a coupon for each customer
INSERT INTO greenery.promos SELECT 'coupon ' || i, 5, 'active' FROM generate_series(1, 5000) i;
SELECT count(*) AS histories FROM greenery_record_history();
SELECT * FROM pg_temp.all_cliffs();
-- any two marts that have an id in common; of promos there are few
CREATE TEMP TABLE pair ON COMMIT DROP AS
SELECT m.relation AS one, n.relation AS other, a.attname AS id
FROM greenery.models m
JOIN greenery.models n ON n.layer = 'mart' AND n.model > m.model
JOIN pg_attribute a ON a.attrelid = m.relation::regclass
JOIN pg_attribute b ON b.attrelid = n.relation::regclass AND b.attname = a.attname
WHERE m.layer = 'mart' AND a.attname IN ('user_id', 'order_id', 'product_id', 'event_id', 'session_id');
SELECT count(*) > 80 AS many FROM pair;
SELECT p.*, c.* FROM pair p CROSS JOIN LATERAL pg_temp.cliffs(format('SELECT * FROM %s JOIN %s USING (%I)', p.one, p.other, p.id)) c;
-- no model is expected to have ten times the rows that it has: such plans are taken for
-- dear, and their expressions compiled
CREATE FUNCTION pg_temp.expected_rows(relation text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) SELECT * FROM ' || relation INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
CREATE FUNCTION pg_temp.rows(relation text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE 'SELECT count(*) FROM ' || relation INTO n;
	RETURN n;
END
$$;
SELECT m.model, e.expected, pg_temp.rows(m.relation)
FROM greenery.models m CROSS JOIN LATERAL (SELECT pg_temp.expected_rows(m.relation) AS expected) e
WHERE e.expected > 1000 AND e.expected > 10 * pg_temp.rows(m.relation);
-- an anonymous shop
CREATE TEMP TABLE event ON COMMIT DROP AS SELECT * FROM greenery.events;
TRUNCATE greenery.events;
INSERT INTO greenery.events SELECT event_id, session_id, NULL, page_url, created_at, event_type, order_id, product_id FROM event;
SELECT * FROM pg_temp.all_cliffs();
-- one without session ids
TRUNCATE greenery.events;
INSERT INTO greenery.events SELECT event_id, NULL, user_id, page_url, created_at, event_type, order_id, product_id FROM event;
SELECT * FROM pg_temp.all_cliffs();
-- one without events, and with features of its own
TRUNCATE greenery.events;
CREATE TABLE public.shop_score AS SELECT user_id, created_at AS at, 1 AS score FROM greenery.users;
SELECT greenery_add_feature('score', 'public.shop_score', 'user_id', 'at', 'score'),
	greenery_add_feature('past_score', 'public.shop_score', 'user_id', 'at', 'score', 'history');
SELECT pg_temp.cliffs('SELECT * FROM greenery.repeat_indicators');
ROLLBACK;
\i sql/include/empty_tables.sql
