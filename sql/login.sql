--
-- Visitors log in half-way: whose a session is, and that all marts say the same.  All is
-- rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET jit = off;
BEGIN;
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'Cactus', 10, 5), ('p2', 'Fern', 2.50, 100);
INSERT INTO greenery.users (user_id, email, created_at, updated_at)
SELECT 'u' || i, 'u' || i || '@example.org', '2021-01-01', '2021-01-01' FROM generate_series(1, 9) i;
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('o1', 'u1', '2021-02-01 10:05');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o1', 'p1', 1);
-- a visitor looks, puts something into the cart, and checks out as u1
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id) VALUES
	('e1', 's1', NULL, '/product/p1', '2021-02-01 10:00', 'page_view', NULL, 'p1'),
	('e2', 's1', NULL, '/product/p1', '2021-02-01 10:03', 'add_to_cart', NULL, 'p1'),
	('e3', 's1', 'u1', '/checkout/o1', '2021-02-01 10:05', 'checkout', 'o1', NULL),
	('e4', 's1', NULL, '/shipping/o1', '2021-02-01 18:00', 'package_shipped', 'o1', NULL);
SELECT session_user_key, session_start, session_end, session_date, login_at, duration, events, page_views, add_to_carts, checkouts, is_bounce, is_cart_abandoned, shipments
FROM greenery.fact_user_sessions ORDER BY 1;
SELECT sessions, sessions_viewed, sessions_added, sessions_bought, conversion_rate FROM greenery.session_funnel;
SELECT product_id, sessions_viewed, sessions_added, sessions_bought, conversion_rate FROM greenery.product_funnel ORDER BY 1;
SELECT name, value FROM greenery.metrics WHERE name IN ('conversion_rate', 'bounce_rate', 'cart_abandonment_rate') ORDER BY 1;
SELECT * FROM greenery.sessions_by_day;
SELECT event_id, user_id FROM greenery.fact_user_content_pageviews UNION ALL SELECT event_id, user_id FROM greenery.fact_user_order_pageviews ORDER BY 1;
SELECT event_id, user_id FROM greenery.fact_events ORDER BY 1;
SELECT user_id, session_frequency, product_views, sessions_without_purchase, mean_session_duration FROM greenery.user_repeat_features;
ROLLBACK;

-- By hand.  Each session on its own day; what its name says is the user of each event in
-- turn, with - for none.
BEGIN;
CREATE TEMP TABLE visit (session_id text, event_id text, user_id text, at timestamptz, right_user text) ON COMMIT DROP;
INSERT INTO visit VALUES
	-- nobody logs in; one does, at the start, half-way, at the end
	('---', 'a1', NULL, '2021-03-01 10:00', NULL), ('---', 'a2', NULL, '2021-03-01 10:01', NULL),
	('1--', 'b1', 'u1', '2021-03-02 10:00', 'u1'), ('1--', 'b2', NULL, '2021-03-02 10:01', 'u1'), ('1--', 'b3', NULL, '2021-03-02 10:02', 'u1'),
	('-1-', 'c1', NULL, '2021-03-03 10:00', 'u1'), ('-1-', 'c2', 'u1', '2021-03-03 10:01', 'u1'), ('-1-', 'c3', NULL, '2021-03-03 10:02', 'u1'),
	('--1', 'd1', NULL, '2021-03-04 10:00', 'u1'), ('--1', 'd2', NULL, '2021-03-04 10:01', 'u1'), ('--1', 'd3', 'u1', '2021-03-04 10:02', 'u1'),
	-- two users: what is between belongs to the next, what is after the last to the last
	('-1-2-', 'e1', NULL, '2021-03-05 10:00', 'u1'), ('-1-2-', 'e2', 'u1', '2021-03-05 10:01', 'u1'), ('-1-2-', 'e3', NULL, '2021-03-05 10:02', 'u2'),
	('-1-2-', 'e4', 'u2', '2021-03-05 10:03', 'u2'), ('-1-2-', 'e5', NULL, '2021-03-05 10:04', 'u2'),
	('2-1-1', 'f1', 'u2', '2021-03-06 10:00', 'u2'), ('2-1-1', 'f2', NULL, '2021-03-06 10:01', 'u1'), ('2-1-1', 'f3', 'u1', '2021-03-06 10:02', 'u1'),
	('2-1-1', 'f4', NULL, '2021-03-06 10:03', 'u1'), ('2-1-1', 'f5', 'u1', '2021-03-06 10:04', 'u1'),
	-- of one moment: the event id decides
	('tie', 'g1', 'u1', '2021-03-07 10:00', 'u1'), ('tie', 'g2', NULL, '2021-03-07 10:00', 'u2'), ('tie', 'g3', 'u2', '2021-03-07 10:00', 'u2'),
	('tie', 'g4', NULL, '2021-03-07 10:00', 'u3'), ('tie', 'g5', 'u3', '2021-03-07 10:01', 'u3'),
	-- a parcel neither lends nor takes a user
	('parcel', 'h1', NULL, '2021-03-08 10:00', NULL), ('parcel', 'h2', 'u1', '2021-03-08 18:00', 'u1'),
	('parcel 2', 'i1', 'u1', '2021-03-09 10:00', 'u1'), ('parcel 2', 'i2', NULL, '2021-03-09 18:00', NULL), ('parcel 2', 'i3', NULL, '2021-03-09 19:00', 'u1'),
	-- times that are none: -infinity first, infinity and then NULL last
	('times', 'j1', NULL, '-infinity', 'u1'), ('times', 'j2', 'u1', '2021-03-10 10:00', 'u1'), ('times', 'j3', NULL, '2021-03-10 10:01', 'u2'),
	('times', 'j4', 'u2', '2021-03-10 10:02', 'u2'), ('times', 'j5', NULL, 'infinity', 'u3'), ('times', 'j6', 'u3', NULL, 'u3'), ('times', 'j7', NULL, NULL, 'u3'),
	-- without a session an event belongs to nobody else
	(NULL, 'k1', NULL, '2021-03-11 10:00', NULL), (NULL, 'k2', 'u1', '2021-03-11 10:01', 'u1'), ('', 'k3', NULL, '2021-03-11 10:02', NULL),
	-- blanks are no user, and a type that is missing is the shopper's
	('blanks', 'l1', '  ', '2021-03-12 10:00', 'u1'), ('blanks', 'l2', ' u1 ', '2021-03-12 10:01', 'u1');
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type) 
SELECT event_id, session_id, user_id, at, CASE WHEN event_id IN ('h2', 'i2') THEN 'package_shipped' WHEN event_id <> 'l2' THEN 'page_view' END FROM visit;
SELECT event_id, s.session_id, v.user_id, s.user_id AS shopper, v.right_user
FROM greenery.shopper_events s FULL JOIN visit v USING (event_id)
WHERE s.user_id IS DISTINCT FROM v.right_user OR s.event_id IS NULL OR v.event_id IS NULL;
SELECT session_user_key, session_start, session_end, login_at, events, shipments FROM greenery.fact_user_sessions ORDER BY 1;
-- only two users of one session are two, and not a parcel of nobody
SELECT test_id, status, failures, total FROM greenery_test('greenery.fact_user_sessions') WHERE column_name = 'session_id';
ROLLBACK;

-- What was known at a first order: u1 looked at p1 before it, under another session id at p2
-- without login, and logged in there two days later: that must not leak.  At the order of u2
-- nobody else had shown in the session that u1 ended.
BEGIN;
INSERT INTO greenery.users (user_id, email, created_at, updated_at)
SELECT 'u' || i, 'u' || i || '@example.org', '2021-01-01', '2021-01-01' FROM generate_series(1, 2) i;
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('o1', 'u1', '2021-02-01 12:00'), ('o2', 'u2', '2021-02-01 13:00'), ('o3', 'u2', '2021-02-20 13:00');
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type, order_id, product_id) VALUES
	('a1', 'a', NULL, '2021-02-01 11:50', 'page_view', NULL, 'p1'),
	-- the checkout was written after its order
	('a2', 'a', 'u1', '2021-02-01 12:01', 'checkout', 'o1', NULL),
	('b1', 'b', NULL, '2021-02-01 11:00', 'page_view', NULL, 'p2'),
	('b2', 'b', 'u1', '2021-02-03 11:00', 'page_view', NULL, 'p2'),
	('c1', 'c', 'u2', '2021-02-01 12:30', 'add_to_cart', NULL, 'p1'),
	('c2', 'c', NULL, '2021-02-01 12:40', 'page_view', NULL, 'p1'),
	('c3', 'c', 'u1', '2021-02-01 14:00', 'page_view', NULL, 'p1');
SELECT user_id, session_frequency, product_views, sessions_without_purchase, abandoned_carts, mean_session_duration FROM greenery.user_repeat_features ORDER BY 1;
-- by now all is known
SELECT session_id, user_id, page_views FROM greenery.fact_user_sessions ORDER BY 1, 2;
-- at other moments: sessions and views, of u1 and of u2
SELECT m AS moment, f.user_id, f.product_views, round(f.session_frequency * extract(epoch FROM m - f.first_order_at)::numeric / 604800) AS sessions
FROM unnest(ARRAY['2021-02-01 12:00:01', '2021-02-01 13:59', '2021-02-01 14:00', '2021-02-03 10:59', '2021-02-03 11:00']::timestamptz[]) m,
	 greenery_repeat_features(m, '1 day') f ORDER BY 1, 2;
-- the view of that landmark says as much
CREATE FUNCTION pg_temp.at(m timestamptz) RETURNS TABLE (moment timestamptz, user_id text, sessions double precision) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('greenery.repeat_horizon', '1 day', true),
		set_config('greenery.as_of', to_char((m + interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), true);
	RETURN QUERY SELECT h.landmark_at, h.user_id, round(h.session_frequency * extract(epoch FROM m - h.first_order_at)::numeric / 604800)
	FROM greenery.user_repeat_history h;
END
$$;
SELECT x.* FROM unnest(ARRAY['2021-02-01 12:00:01', '2021-02-01 13:59', '2021-02-01 14:00', '2021-02-03 10:59', '2021-02-03 11:00']::timestamptz[]) m,
	pg_temp.at(m) x ORDER BY 1, 2;
ROLLBACK;

-- Random shops against plain SQL, which looks for each event at all others of its session.
-- Differences, and there must be none.
BEGIN;
SELECT setseed(0.21);
CREATE TEMP TABLE shop ON COMMIT DROP AS
SELECT n AS shop, 'e' || i AS event_id,
	's' || floor(random() * 6) AS session_id,
	CASE WHEN random() < 0.45 THEN 'u' || floor(random() * (1 + n % 3)) END AS user_id,
	CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.03 THEN 'infinity' WHEN random() < 0.03 THEN '-infinity'
		 ELSE timestamptz '2021-01-01' + floor(random() * 12) * interval '10 seconds' END AS created_at,
	(ARRAY['page_view', 'add_to_cart', 'checkout', 'package_shipped', NULL])[1 + floor(random() * 5)] AS event_type,
	(ARRAY['p1', 'p2', NULL])[1 + floor(random() * 3)] AS product_id,
	CASE WHEN random() < 0.5 THEN 'o' || floor(random() * 5) END AS order_id
FROM generate_series(1, 25) n, generate_series(1, 60) i;
CREATE TEMP TABLE ordered ON COMMIT DROP AS
SELECT n AS shop, 'o' || i AS order_id, CASE WHEN random() < 0.9 THEN 'u' || floor(random() * 3) END AS user_id,
	CASE WHEN random() < 0.05 THEN 'infinity' ELSE timestamptz '2021-01-01' + floor(random() * 12) * interval '10 seconds' END AS created_at
FROM generate_series(1, 25) n, generate_series(0, 4) i;
-- Whose each event is, by all there is.
CREATE FUNCTION pg_temp.whose(n integer) RETURNS TABLE (event_id text, user_id text) LANGUAGE sql AS $$
	SELECT a.event_id, coalesce(a.user_id, CASE WHEN a.event_type IS DISTINCT FROM 'package_shipped' THEN coalesce(
		(SELECT b.user_id FROM shop b
		 WHERE b.shop = n AND b.session_id = a.session_id AND b.user_id IS NOT NULL AND b.event_type IS DISTINCT FROM 'package_shipped'
			AND (coalesce(b.created_at = 'infinity', true), b.created_at IS NULL, coalesce(b.created_at, 'infinity'), b.event_id COLLATE "C")
			  > (coalesce(a.created_at = 'infinity', true), a.created_at IS NULL, coalesce(a.created_at, 'infinity'), a.event_id COLLATE "C")
		 ORDER BY coalesce(b.created_at = 'infinity', true), b.created_at IS NULL, b.created_at, b.event_id COLLATE "C" LIMIT 1),
		(SELECT b.user_id FROM shop b
		 WHERE b.shop = n AND b.session_id = a.session_id AND b.user_id IS NOT NULL AND b.event_type IS DISTINCT FROM 'package_shipped'
		 ORDER BY coalesce(b.created_at = 'infinity', true) DESC, b.created_at IS NULL DESC, b.created_at DESC, b.event_id COLLATE "C" DESC LIMIT 1)) END)
	FROM shop a WHERE a.shop = n
$$;
-- What is known at a moment: the rows known then, and nothing else, stitched.
CREATE FUNCTION pg_temp.known(n integer, at timestamptz) RETURNS TABLE (event_id text, user_id text, happened_at timestamptz) LANGUAGE sql AS $$
	WITH first_order AS (
		SELECT DISTINCT ON (user_id) user_id, order_id, created_at FROM ordered
		WHERE shop = n AND user_id IS NOT NULL ORDER BY user_id, created_at, order_id
	), known AS MATERIALIZED (
		SELECT * FROM (
			SELECT s.event_id, s.session_id, s.user_id, s.event_type, s.order_id,
				CASE WHEN s.event_type = 'checkout' AND s.order_id = f.order_id AND isfinite(f.created_at) THEN f.created_at
					 -- or, where nobody is logged in, of the one who ordered
					 WHEN s.event_type = 'checkout' AND s.user_id IS NULL AND isfinite(o.created_at) THEN o.created_at
					 WHEN isfinite(s.created_at) THEN s.created_at END AS happened_at
			FROM shop s LEFT JOIN first_order f ON f.user_id = s.user_id LEFT JOIN first_order o ON o.order_id = s.order_id
			WHERE s.shop = n AND s.event_type IS DISTINCT FROM 'package_shipped') k
		WHERE k.happened_at <= at
	)
	SELECT a.event_id, u.user_id, a.happened_at
	FROM known a
	CROSS JOIN LATERAL (SELECT coalesce(a.user_id,
		(SELECT b.user_id FROM known b WHERE b.session_id = a.session_id AND b.user_id IS NOT NULL
			AND (b.happened_at, b.event_id COLLATE "C") > (a.happened_at, a.event_id COLLATE "C")
		 ORDER BY b.happened_at, b.event_id COLLATE "C" LIMIT 1),
		(SELECT b.user_id FROM known b WHERE b.session_id = a.session_id AND b.user_id IS NOT NULL
		 ORDER BY b.happened_at DESC, b.event_id COLLATE "C" DESC LIMIT 1)) AS user_id) u
	JOIN first_order f ON f.user_id = u.user_id
$$;
CREATE TEMP TABLE wrong (shop integer, what text, row text) ON COMMIT DROP;
CREATE TEMP TABLE seen (what text, rows bigint) ON COMMIT DROP;
DO $$
DECLARE
	moment timestamptz;
BEGIN
	FOR n IN 1..25 LOOP
		TRUNCATE greenery.events, greenery.orders;
		INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type, product_id, order_id)
		SELECT event_id, session_id, user_id, created_at, event_type, product_id, order_id FROM shop WHERE shop = n;
		INSERT INTO greenery.orders (order_id, user_id, created_at) SELECT order_id, user_id, created_at FROM ordered WHERE shop = n;
		INSERT INTO wrong
		SELECT n, 'shopper', (s, w)::text FROM greenery.shopper_events s FULL JOIN pg_temp.whose(n) w USING (event_id)
		WHERE s.user_id IS DISTINCT FROM w.user_id OR s.event_id IS NULL OR w.event_id IS NULL;
		INSERT INTO seen SELECT 'stitched', count(*) FROM greenery.shopper_events WHERE user_id IS NOT NULL AND NOT is_user_recorded;
		FOR k IN 0..5 LOOP
			moment := timestamptz '2021-01-01' + (2 * k) * interval '10 seconds';
			INSERT INTO wrong
			SELECT n, 'known at ' || moment, x::text FROM (
				(SELECT user_id, session_id, happened_at, count(*) FROM greenery.purchaser_events
				 WHERE known_at <= moment AND (known_until <= moment) IS NOT TRUE GROUP BY 1, 2, 3
				 EXCEPT
				 SELECT w.user_id, s.session_id, w.happened_at, count(*) FROM pg_temp.known(n, moment) w JOIN shop s USING (event_id) WHERE s.shop = n GROUP BY 1, 2, 3)
				UNION ALL
				(SELECT w.user_id, s.session_id, w.happened_at, -count(*) FROM pg_temp.known(n, moment) w JOIN shop s USING (event_id) WHERE s.shop = n GROUP BY 1, 2, 3
				 EXCEPT
				 SELECT user_id, session_id, happened_at, -count(*) FROM greenery.purchaser_events
				 WHERE known_at <= moment AND (known_until <= moment) IS NOT TRUE GROUP BY 1, 2, 3)) x;
			INSERT INTO seen SELECT 'known', count(*) FROM pg_temp.known(n, moment);
		END LOOP;
	END LOOP;
END
$$;
SELECT what, sum(rows) > 500 AS many FROM seen GROUP BY what ORDER BY what;
SELECT * FROM wrong ORDER BY shop, what, row LIMIT 10;
ROLLBACK;
