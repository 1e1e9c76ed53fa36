--
-- A shop whose events have no session id: its visits are cut at pauses, and all marts
-- over sessions agree on them.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET jit = off;
BEGIN;
INSERT INTO greenery.users (user_id, email, created_at, updated_at) VALUES
	('a', 'a@example.org', '2021-01-01', '2021-01-01'), ('b', 'b@example.org', '2021-01-01', '2021-01-01');
INSERT INTO greenery.products VALUES ('p1', 'Cactus', 10, 5), ('p2', 'Fern', 2.50, 100);
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	('o1', 'a', '2021-02-01 10:31'), ('o2', 'a', '2021-02-01 12:00'), ('o3', 'b', '2021-02-01 10:05');
INSERT INTO greenery.order_items VALUES ('o1', 'p1', 1), ('o2', 'p2', 1), ('o3', 'p1', 2);
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id) VALUES
	-- a's first visit: pauses of exactly 30 minutes cut nothing; blanks are no id
	('a1', NULL, 'a', '/product/p1', '2021-02-01 10:00', 'page_view', NULL, 'p1'),
	('a2', '', 'a', '/product/p1', '2021-02-01 10:30', 'add_to_cart', NULL, 'p1'),
	('a3', '  ', 'a', '/checkout/o1', '2021-02-01 10:31', 'checkout', 'o1', NULL),
	-- half an hour and a microsecond later, the second: two events of one moment
	('a4', NULL, 'a', '/product/p2', '2021-02-01 11:01:00.000001', 'page_view', NULL, 'p2'),
	('a5', NULL, 'a', '/product/p1', '2021-02-01 11:01:00.000001', 'page_view', NULL, 'p1'),
	-- a parcel is no visit, and bridges no pause: the third begins at 11:40
	('a6', NULL, 'a', '/shipping/o1', '2021-02-01 11:20', 'package_shipped', 'o1', NULL),
	('a7', NULL, 'a', '/product/p2', '2021-02-01 11:40', 'add_to_cart', NULL, 'p2'),
	('a8', NULL, 'a', '/checkout/o2', '2021-02-01 12:00', 'checkout', 'o2', NULL),
	-- the checkout of o1 again, in a fourth: its parcel stays with the first
	('a9', NULL, 'a', '/checkout/o1', '2021-02-02 09:00', 'checkout', 'o1', NULL),
	('a10', NULL, 'a', '/shipping/o2', '2021-02-02 09:01', 'package_shipped', 'o2', NULL),
	-- a parcel before its checkout, by another clock
	('b1', NULL, 'b', '/shipping/o3', '2021-02-01 09:00', 'package_shipped', 'o3', NULL),
	('b2', NULL, 'b', '/checkout/o3', '2021-02-01 10:05', 'checkout', 'o3', NULL),
	-- in no visit: parcels of no order, of an order that was never checked out, or of
	-- another's; events without user, and without a known time
	('b3', NULL, 'b', '/shipping', '2021-02-01 10:06', 'package_shipped', NULL, NULL),
	('b4', NULL, 'b', '/shipping/o9', '2021-02-01 10:07', 'package_shipped', 'o9', NULL),
	('b5', NULL, 'b', '/shipping/o2', '2021-02-01 10:07', 'package_shipped', 'o2', NULL),
	('n1', NULL, NULL, '/product/p1', '2021-02-01 10:00', 'page_view', NULL, 'p1'),
	('n2', NULL, NULL, '/shipping/o3', '2021-02-01 10:00', 'package_shipped', 'o3', NULL),
	('t1', NULL, 'a', '/product/p1', NULL, 'page_view', NULL, 'p1'),
	('t2', NULL, 'a', '/product/p1', 'infinity', 'page_view', NULL, 'p1'),
	('t3', NULL, 'b', '/product/p1', '-infinity', 'page_view', NULL, 'p1'),
	-- an event without type is the shopper's
	('b6', NULL, 'b', '/', '2021-02-01 10:30', NULL, NULL, NULL);
SELECT greenery.has_session_ids();
SELECT event_id, session_id, is_own_event FROM greenery.fact_events ORDER BY event_id COLLATE "C";
SELECT session_user_key, session_start::time, session_end::time, duration, events, page_views, add_to_carts AS carts,
	checkouts, is_bounce AS bounce, is_cart_abandoned AS abandoned, shipments, shipped_at
FROM greenery.fact_user_sessions ORDER BY 1;
SELECT * FROM greenery.product_sessions ORDER BY 1, 2;
SELECT product_id, sessions_viewed, sessions_added, sessions_bought, largest_drop, sessions_dropped FROM greenery.product_funnel ORDER BY 1;
SELECT sessions, sessions_viewed, sessions_added, sessions_bought FROM greenery.session_funnel;
SELECT name, numerator, denominator FROM greenery.metrics WHERE name IN ('conversion_rate', 'bounce_rate', 'cart_abandonment_rate') ORDER BY 1;
SELECT event_id, session_id, page_kind
FROM (SELECT event_id, session_id, page_kind FROM greenery.fact_user_content_pageviews
	  UNION ALL SELECT event_id, session_id, page_kind FROM greenery.fact_user_order_pageviews) v
ORDER BY event_id COLLATE "C";

-- the setting
SET LOCAL greenery.session_gap = '29 minutes';
SELECT session_id, events FROM greenery.fact_user_sessions WHERE user_id = 'a' ORDER BY 1;
SET LOCAL greenery.session_gap = '1 day';
SELECT session_id, events, shipments FROM greenery.fact_user_sessions ORDER BY 1;
RESET greenery.session_gap;

-- tests of the missing column are skipped; those of the sessions are not
SELECT test_id, model, kind, column_name, status, message FROM greenery_test()
WHERE column_name IN ('session_id', 'session_user_key') ORDER BY test_id;
-- staging shows what the source has
SELECT count(*) AS events, count(session_id) AS session_ids FROM greenery.stg_events;

-- one session id, and all others are missing: nothing is made up
SAVEPOINT one;
UPDATE greenery.events SET session_id = 's1' WHERE event_id = 'a5';
SELECT greenery.has_session_ids();
SELECT session_user_key, events FROM greenery.fact_user_sessions;
SELECT session_id, count(*) FROM greenery.fact_events GROUP BY 1 ORDER BY 1;
SELECT test_id, status, failures, total FROM greenery_test('greenery.stg_events') WHERE column_name = 'session_id';
ROLLBACK TO one;
-- no events at all: what shoppers did is unknown
TRUNCATE greenery.events;
SELECT greenery.has_session_ids(), (SELECT count(*) FROM greenery.fact_user_sessions) AS sessions, (SELECT sessions FROM greenery.session_funnel) AS funnel;
ROLLBACK;

-- The sample shop without its session ids, against plain SQL: differences, and there
-- must be none.  Pauses by lag, numbers by counting them.  Who is not logged in has no visit.
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(seed => 11);
CREATE TEMP TABLE funnel_before ON COMMIT DROP AS SELECT * FROM greenery.session_funnel;
UPDATE greenery.events SET session_id = NULL;
ANALYZE greenery.events, greenery.orders;
CREATE TEMP TABLE plain ON COMMIT DROP AS
WITH own AS (
	SELECT *, user_id || '#' || 1 + count(*) FILTER (WHERE pause > interval '30 minutes')
		OVER (PARTITION BY user_id ORDER BY created_at, event_id COLLATE "C") AS session
	FROM (SELECT *, created_at - lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at, event_id COLLATE "C") AS pause
		  FROM greenery.events WHERE event_type <> 'package_shipped') e
)
SELECT event_id, session FROM own
UNION ALL
SELECT s.event_id, (SELECT c.session FROM own c WHERE c.event_type = 'checkout' AND c.order_id = s.order_id
					ORDER BY c.created_at LIMIT 1)
FROM greenery.events s WHERE s.event_type = 'package_shipped';
SELECT count(*) > 1000 AS events, count(DISTINCT session) > 100 AS sessions, count(*) = count(session) AS all_have FROM plain JOIN greenery.events USING (event_id) WHERE user_id IS NOT NULL;
SELECT * FROM greenery.fact_events f FULL JOIN plain p USING (event_id) WHERE f.session_id IS DISTINCT FROM p.session;
SELECT s.session_id, s.events, p.events
FROM greenery.fact_user_sessions s
FULL JOIN (SELECT session, count(*) FILTER (WHERE event_type <> 'package_shipped') AS events, max(e.user_id) AS user_id
		   FROM plain JOIN greenery.events e USING (event_id) WHERE session IS NOT NULL GROUP BY session) p ON p.session = s.session_id
WHERE (s.events, s.user_id) IS DISTINCT FROM (p.events, p.user_id);
SELECT * FROM greenery.product_sessions f
FULL JOIN (SELECT p.session AS session_id, x.product_id, bool_or(x.event_type = 'page_view') AS viewed,
			   bool_or(x.event_type = 'add_to_cart') AS added, bool_or(x.event_type = 'checkout') AS bought
		   FROM plain p JOIN (SELECT event_id, event_type, product_id FROM greenery.events WHERE event_type IN ('page_view', 'add_to_cart')
							  UNION ALL SELECT e.event_id, e.event_type, i.product_id
							  FROM greenery.events e JOIN greenery.order_items i USING (order_id) JOIN greenery.orders o USING (order_id)
							  WHERE e.event_type = 'checkout' AND o.status <> 'cancelled') x USING (event_id)
		   WHERE x.product_id IS NOT NULL AND p.session IS NOT NULL GROUP BY 1, 2) p USING (session_id, product_id)
WHERE (f.viewed, f.added, f.bought) IS DISTINCT FROM (p.viewed, p.added, p.bought);
-- every built-in test passes, or asks for what is missing
SELECT test_id, status, message FROM greenery_test() WHERE status <> 'pass' ORDER BY test_id;
-- every checkout is in a visit, as it was
SELECT g.sessions_bought = b.sessions_bought AS as_many_bought FROM greenery.session_funnel g, funnel_before b;
-- a user's visits are looked up by the user; the other half is not read
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query;
END
$$;
SET LOCAL enable_seqscan = off;
SELECT bool_or(p LIKE '%Index Cond: (greenery.clean_text(user_id) = %') AS by_user,
	bool_or(p LIKE '%Scan%on events%(never executed)%') AS not_read
FROM pg_temp.plan(format('SELECT * FROM greenery.fact_user_sessions WHERE user_id = %L', (SELECT min(user_id) FROM greenery.orders))) p;
ROLLBACK;
\i sql/include/empty_tables.sql
