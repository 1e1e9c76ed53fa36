--
-- What is made of sessions: days in the shop's zone, users that are left out, the page kinds
-- that a source brings.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET jit = off;

-- Days: of a shop in New York, whoever asks.  s1 starts at 22:30 there, s2 an hour and a half later.
BEGIN;
SET LOCAL greenery.timezone = 'America/New_York';
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type, order_id) VALUES
	('a1', 's1', 'u1', '2021-02-11 03:30Z', 'page_view', NULL), ('a2', 's1', 'u1', '2021-02-11 05:30Z', 'checkout', 'o1'),
	('b1', 's2', 'u2', '2021-02-11 05:00Z', 'page_view', NULL), ('c1', 's3', NULL, '2021-02-12 04:59:59.999999Z', 'page_view', NULL),
	-- a parcel starts no session, and what has no finite time starts on no day
	('d1', 's4', 'u3', '2021-02-13 12:00Z', 'package_shipped', 'o1'), ('e1', 's5', 'u4', 'infinity', 'page_view', NULL), ('f1', 's6', 'u5', NULL, 'checkout', 'o2');
SELECT session_id, session_date FROM greenery.fact_user_sessions ORDER BY 1;
SELECT * FROM greenery.sessions_by_day ORDER BY day;
SET LOCAL timezone = 'Asia/Tokyo';
SELECT * FROM greenery.sessions_by_day ORDER BY day;
SET LOCAL greenery.timezone = 'UTC';
SELECT day, sessions FROM greenery.sessions_by_day ORDER BY day;
ROLLBACK;

-- Page kinds: the source's own first, else by the URL
BEGIN;
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('café', 'Coffee plant', 10, 5);
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, product_id, page_kind) VALUES
	('a1', 's1', 'u1', 'https://x.com/product/caf%C3%A9', '2021-02-01 10:00', 'page_view', NULL, NULL),
	('a2', 's1', 'u1', '/en/PRODUCT/caf%C3%A9', '2021-02-01 10:01', 'add_to_cart', NULL, NULL),
	('a3', 's1', 'u1', 'www.x.com/de-at/Checkout/o%201', '2021-02-01 10:02', 'page_view', NULL, NULL),
	('a4', 's1', 'u1', '/p/17', '2021-02-01 10:03', 'page_view', 'café', 'product'),
	('a5', 's1', 'u1', '/checkout/o1', '2021-02-01 10:04', 'page_view', NULL, 'landing'),
	('a6', 's1', 'u1', NULL, '2021-02-01 10:05', 'page_view', NULL, ' shipping '),
	('a7', 's1', 'u1', NULL, '2021-02-01 10:06', 'page_view', NULL, ' ');
SELECT event_id, page_kind FROM greenery.fact_events ORDER BY 1;
SELECT event_id, product_id, product_name FROM greenery.fact_user_content_pageviews ORDER BY 1;
SELECT event_id, page_kind, order_id FROM greenery.fact_user_order_pageviews ORDER BY 1;
SELECT * FROM greenery.product_sessions;
ROLLBACK;

-- A user with many sessions: a warning above a fifth of them all, where there are 100.
BEGIN;
CREATE FUNCTION pg_temp.judged(bot integer, others integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE greenery.events;
	INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type)
	-- parcels and visitors who never log in are no user's sessions, though the latter are sessions
	SELECT 'b' || i, 'b' || i, 'bot', timestamptz '2021-02-01', 'page_view' FROM generate_series(1, bot) i
	UNION ALL SELECT 'p' || i, 'p' || i, 'bot', '2021-02-01', 'package_shipped' FROM generate_series(1, 50) i
	UNION ALL SELECT 'o' || i, 'o' || i, CASE WHEN i % 2 = 0 THEN 'u' || i END, '2021-02-01', 'page_view' FROM generate_series(1, others) i;
	RETURN (SELECT format('%s %s of %s: %s', f.busiest_user_id, f.busiest_user_sessions, f.sessions, t.status)
			FROM greenery.session_funnel f, greenery_test('greenery.session_funnel') t WHERE t.test_id = 343);
END
$$;
SELECT pg_temp.judged(b, o) FROM (VALUES (20, 80), (21, 79), (98, 1), (219, 359), (0, 200), (0, 0)) v(b, o);
SELECT pg_temp.judged(219, 359);
SELECT name, numerator, denominator FROM greenery.metrics WHERE name = 'conversion_rate';
SELECT greenery_exclude_user('bot', 'a bot');
SELECT busiest_user_id, busiest_user_sessions, sessions FROM greenery.session_funnel;
SELECT status FROM greenery_test('greenery.session_funnel') WHERE test_id = 343;
SELECT name, numerator, denominator FROM greenery.metrics WHERE name = 'conversion_rate';
-- the rows stay, and say so; so do those of visitors who may be anyone
SELECT is_excluded, count(*), count(user_id) AS with_user FROM greenery.fact_user_sessions GROUP BY 1 ORDER BY 1;
SELECT is_excluded, count(*), count(user_id) AS with_user FROM greenery.fact_events GROUP BY 1 ORDER BY 1;
ROLLBACK;

-- To leave users out is to say what would be said without their sessions.
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(seed => 5);
ANALYZE greenery.events, greenery.orders;
-- some log in half-way
UPDATE greenery.events SET user_id = NULL WHERE event_type IN ('page_view', 'add_to_cart') AND md5(event_id) < '6';
CREATE FUNCTION pg_temp.answers() RETURNS TABLE (answer text) LANGUAGE sql AS $$
	SELECT m::text FROM greenery.metrics m WHERE m.name IN ('conversion_rate', 'bounce_rate', 'cart_abandonment_rate')
	UNION ALL SELECT s::text FROM greenery.session_funnel s
	UNION ALL SELECT p::text FROM greenery.product_funnel p
	UNION ALL SELECT p::text FROM greenery.product_sessions p
	UNION ALL SELECT d::text FROM greenery.sessions_by_day d
$$;
CREATE TEMP TABLE of_all ON COMMIT DROP AS SELECT * FROM pg_temp.answers();
INSERT INTO greenery.excluded_users (user_id, reason) SELECT user_id, 'test' FROM greenery.users ORDER BY md5(user_id) LIMIT 30;
CREATE TEMP TABLE excluded ON COMMIT DROP AS SELECT * FROM pg_temp.answers();
DELETE FROM greenery.events WHERE session_id IN (
	SELECT e.session_id FROM greenery.events e JOIN greenery.excluded_users x USING (user_id));
DELETE FROM greenery.excluded_users;
CREATE TEMP TABLE without ON COMMIT DROP AS SELECT * FROM pg_temp.answers();
SELECT count(*) > 100 AS much, count(*) FILTER (WHERE answer NOT IN (SELECT answer FROM of_all)) > 10 AS other_than_before FROM excluded;
(TABLE excluded EXCEPT ALL TABLE without) UNION ALL (TABLE without EXCEPT ALL TABLE excluded);
ROLLBACK;
\i sql/include/empty_tables.sql
