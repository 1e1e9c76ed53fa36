--
-- What was known of a purchaser at the first order, and at a moment: a shop so small
-- that every answer can be worked out by hand.  Raw tables are left as they were.
--
SET client_min_messages = warning;
SET timezone = 'America/Los_Angeles';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET jit = off;
SET greenery.timezone = 'UTC';
BEGIN;

INSERT INTO greenery.products VALUES ('p1', 'Cactus', 10, 5), ('p2', 'Fern', 2.50, 100), ('p3', 'Moss', 1, 3);
INSERT INTO greenery.promos VALUES ('spring', 4, 'active');
-- recorded since 2 February, and a promo active from the 3rd on, with a gap of a day
INSERT INTO greenery.promo_history VALUES
	('spring', 'inactive', 4, '2021-02-02 00:00+00', '2021-02-03 00:00+00'),
	('spring', 'active', 4, '2021-02-03 00:00+00', '2021-02-06 00:00+00'),
	('spring', 'inactive', 4, '2021-02-06 00:00+00', '2021-02-07 00:00+00'),
	('spring', 'active', 5, '2021-02-07 00:00+00', NULL);
INSERT INTO greenery.orders VALUES
	-- ann: T = 3 February, a Wednesday, 05:59:59.999999; back after exactly a week
	('a1', 'ann', 'spring', NULL, '2021-02-03 05:59:59.999999+00', 25, 1, 22, NULL, NULL, '2021-02-05 05:59:59.999999+00', '2021-02-05 05:59:59.999999+00', 'delivered'),
	('a2', 'ann', NULL, NULL, '2021-02-10 05:59:59.999999+00', 10, 0, 10, NULL, NULL, NULL, NULL, 'preparing'),
	-- bea: two orders of one moment, Saturday 6 February 12:00; the smaller id is first
	('b2', 'bea', NULL, NULL, '2021-02-06 12:00+00', 1, 0, 1, NULL, NULL, '2021-02-07 12:00+00', '2021-02-07 12:00:00.000001+00', 'delivered'),
	('B9', 'bea', 'spring', NULL, '2021-02-06 12:00+00', 5, 0, 1, NULL, NULL, NULL, '2021-02-09 00:00+00', 'delivered'),
	-- cid: one order, before any history, at midnight, a Monday; no events at all
	('c1', 'cid', NULL, NULL, '2021-02-01 00:00+00', 3, 0, 3, NULL, NULL, '2021-02-04 00:00+00', 'infinity', 'shipped'),
	-- dot: back after eight days
	('d1', 'dot', NULL, NULL, '2021-02-07 17:59:59+00', 2.5, 0, 2.5, NULL, NULL, '2021-02-08 00:00+00', '2021-02-09 00:00+00', 'delivered'),
	('d2', 'dot', NULL, NULL, '2021-02-15 17:59:59+00', 2.5, 0, 2.5, NULL, NULL, NULL, NULL, 'preparing'),
	-- eve: the first order's time is no time; the second's is one
	('e1', 'eve', NULL, NULL, '-infinity', 2.5, 0, 2.5, NULL, NULL, NULL, NULL, 'preparing'),
	('e2', 'eve', NULL, NULL, '2021-02-05 00:00+00', 2.5, 0, 2.5, NULL, NULL, NULL, NULL, 'preparing'),
	-- fay: no time at all
	('f1', 'fay', NULL, NULL, NULL, 2.5, 0, 2.5, NULL, NULL, NULL, NULL, 'preparing'),
	-- gus: ordered last, and so sets as_of
	('g1', 'gus', NULL, NULL, '2021-02-20 00:00+00', 2.5, 0, 2.5, NULL, NULL, NULL, NULL, 'preparing'),
	-- a guest
	('x1', NULL, NULL, NULL, '2021-02-04 00:00+00', 1, 0, 1, NULL, NULL, NULL, NULL, 'delivered');
INSERT INTO greenery.order_items VALUES ('a1', 'p1', 2), ('a1', 'p2', 2), ('B9', 'p2', 2), ('b2', 'p3', 1), ('c1', 'p3', 3), ('d1', 'p2', 1);
INSERT INTO greenery.events VALUES
	-- ann, s1: spans T.  Known are 05:50 to T, to which the checkout belongs although
	-- it was written four seconds later; what follows is not
	('1', 's1', 'ann', '/product/p1', '2021-02-03 05:50+00', 'page_view', NULL, 'p1'),
	('2', 's1', 'ann', '/product/p2', '2021-02-03 05:51+00', 'page_view', NULL, NULL),
	('3', 's1', 'ann', '/product/p1', '2021-02-03 05:52+00', 'page_view', NULL, 'p1'),
	('4', 's1', 'ann', '/product/p1', '2021-02-03 05:53+00', 'add_to_cart', NULL, 'p1'),
	('5', 's1', 'ann', '/checkout/a1', '2021-02-03 06:00:04+00', 'checkout', 'a1', NULL),
	('6', 's1', 'ann', '/product/p3', '2021-02-03 06:01+00', 'page_view', NULL, 'p3'),
	('7', 's1', 'ann', '/shipping/a1', '2021-02-03 05:49+00', 'package_shipped', 'a1', NULL),
	-- s2: a bounce of 59.999999 seconds
	('8', 's2', 'ann', '/', '2021-02-02 10:00+00', 'page_view', NULL, NULL),
	('9', 's2', 'ann', '/product/p1', '2021-02-02 10:00:59.999999+00', 'page_view', NULL, 'p1'),
	-- s3: a minute, and no bounce, with a cart left behind
	('10', 's3', 'ann', '/product/p3', '2021-02-02 11:00+00', 'add_to_cart', NULL, 'p3'),
	('11', 's3', 'ann', '/help', '2021-02-02 11:01+00', 'page_view', NULL, NULL),
	-- s4: a bounce when ann orders first; later it goes on, and even buys
	('12', 's4', 'ann', '/', '2021-02-03 05:59:30+00', 'page_view', NULL, NULL),
	('13', 's4', 'ann', '/checkout/a2', '2021-02-03 06:30+00', 'checkout', 'a2', NULL),
	-- times that are none, a shipment before T, an event at T, and one of no session
	('14', 's5', 'ann', '/', '-infinity', 'page_view', NULL, NULL),
	('15', 's6', 'ann', '/', 'infinity', 'page_view', NULL, NULL),
	('16', 's7', 'ann', '/', NULL, 'page_view', NULL, NULL),
	('17', 's8', 'ann', '/shipping/a1', '2021-02-01 00:00+00', 'package_shipped', 'a1', NULL),
	('18', 's1', 'ann', '/product/p2', '2021-02-03 05:59:59.999999+00', 'page_view', NULL, 'p2'),
	('19', NULL, 'ann', '/product/p2', '2021-02-02 00:00+00', 'page_view', NULL, 'p2'),
	-- bea: the checkout of her second order at T is an event known at T, and no more
	('20', 't1', 'bea', '/checkout/b2', '2021-02-06 12:00+00', 'checkout', 'b2', NULL),
	-- the checkout of her first order an hour before it: it counts as at T
	('21', 't2', 'bea', '/checkout/B9', '2021-02-06 11:00+00', 'checkout', 'B9', NULL),
	('22', 't2', 'bea', '/product/p1', '2021-02-06 11:30+00', 'page_view', NULL, 'p1'),
	-- dot: everything came after the first order
	('23', 'v1', 'dot', '/product/p1', '2021-02-07 18:00+00', 'page_view', NULL, 'p1'),
	-- eve, fay: when they ordered first is unknown
	('24', 'w1', 'eve', '/product/p1', '2021-02-04 00:00+00', 'page_view', NULL, 'p1'),
	('25', 'w2', 'fay', '/product/p1', '2021-02-04 00:00+00', 'page_view', NULL, 'p1'),
	-- someone else's session of the same name, and a guest
	('26', 's1', 'zoe', '/product/p1', '2021-02-02 00:00+00', 'page_view', NULL, 'p1'),
	('27', 's9', NULL, '/product/p1', '2021-02-02 00:00+00', 'page_view', NULL, 'p1');

-- 1. sessions: of ann four (a fifth with events of no time, a shipment's, and the one
-- without id do not count); lengths 9:59.999999 (to T), 59.999999 s, 60 s and 0;
-- without purchase the last three, two of them bounces; means to the microsecond
SELECT user_id, first_order_id, session_frequency AS sessions, session_duration_without_purchase AS without, mean_session_duration AS mean,
	sessions_without_purchase AS n_without, abandoned_carts AS carts, bounced_sessions AS bounces, bounce_share
FROM greenery.user_repeat_features ORDER BY user_id;
-- 2. views: ann's are 1, 2, 3, 9, 18 and 19: p1 and p2 three times each
SELECT user_id, product_views AS views, repeat_product_views AS repeated, breadth, depth FROM greenery.user_repeat_features ORDER BY user_id;
-- 3. the order: bea's first is B9 ("B" comes before "b"); the history knows the 3rd and
-- the 7th as active, the 6th as inactive, and of the 1st nothing
SELECT user_id, promo_used, active_promotion AS active, basket_size, distinct_products AS products, order_value, night, weekend, weekend_afternoon AS afternoon, purchased_again
FROM greenery.user_repeat_features ORDER BY user_id;
-- 4. known later: cid's parcel came at no time, bea's B9 had no estimate
SELECT user_id, estimated_delivery_days AS estimate, delivery_days, delivery_late, delivery_early_or_on_time FROM greenery.user_repeat_features ORDER BY user_id;
-- the shop's own clock: 05:59 in UTC is the evening before in California, 17:59:59 on
-- Sunday a morning
SET LOCAL greenery.timezone = 'America/Los_Angeles';
SELECT user_id, night, weekend, weekend_afternoon AS afternoon FROM greenery.user_repeat_features WHERE user_id IN ('ann', 'bea', 'dot') ORDER BY user_id;
SET LOCAL greenery.timezone = 'UTC';

-- 5. labels: of 7 purchasers 4 (ann, bea, cid, dot) can be followed for 7 days by 20
-- February, none for 30; ann came back within them at the last moment, dot too late
SELECT greenery_repeat_horizon(), greenery_as_of();
SELECT user_id, first_order_at AT TIME ZONE 'UTC' AS first_order, second_order_at AT TIME ZONE 'UTC' AS second_order, follow_up, is_mature AS mature, purchased_again_within AS again, horizon
FROM greenery.user_repeat_labels ORDER BY user_id;
-- exactly half are enough (4 of 8: ann, bea, cid and hal), less are not
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('h1', 'hal', '2021-02-06 12:00+00');
SET LOCAL greenery.as_of = '2021-02-13 12:00+00';
SELECT greenery_repeat_horizon(), count(*) FILTER (WHERE is_mature) AS mature FROM greenery.user_repeat_labels;
UPDATE greenery.orders SET created_at = '2021-02-06 12:00:00.000001+00' WHERE order_id = 'h1';
SELECT greenery_repeat_horizon(), count(*) FILTER (WHERE is_mature) AS mature FROM greenery.user_repeat_labels;
DELETE FROM greenery.orders WHERE order_id = 'h1';
-- each step of the ladder
DO $$
DECLARE d text; BEGIN
	FOREACH d IN ARRAY '{2021-02-02,2021-02-14,2021-03-08,2021-03-09 18:00,2021-05-08,2021-05-09,2022-02-07,2022-02-08}'::text[] LOOP
		PERFORM set_config('greenery.as_of', d || CASE WHEN d LIKE '% %' THEN '+00' ELSE ' 00:00+00' END, true);
		RAISE WARNING '%: %', d, greenery_repeat_horizon();
	END LOOP;
END $$;
SET LOCAL greenery.as_of = '';
-- the setting wins; a day is 24 hours, even across the change of clocks
SET LOCAL greenery.repeat_horizon = '8 days';
SELECT greenery_repeat_horizon(), array_agg(user_id ORDER BY user_id) FILTER (WHERE is_mature) AS mature, array_agg(user_id ORDER BY user_id) FILTER (WHERE purchased_again_within) AS again
FROM greenery.user_repeat_labels;
SET LOCAL greenery.repeat_horizon = 'auto';

-- an order that the source has twice is one order: cid has not come back
SAVEPOINT twice;
INSERT INTO greenery.orders SELECT * FROM greenery.orders WHERE order_id = 'c1';
SELECT DISTINCT user_id, second_order_at, is_mature AS mature, purchased_again_within AS again FROM greenery.user_repeat_labels WHERE user_id = 'cid';
ROLLBACK TO twice;

-- 6. history: as_of less 7 days is 13 February.  ann: 2 orders; sessions s1 to s4 in
-- ten days less 21600 s; of parcels with an estimate hers came on time, bea's b2 and
-- dot's d1 late; dot comes back on the 15th.  eve counts from the order with a time;
-- zoe never ordered, gus not yet
SELECT landmark_at AT TIME ZONE 'UTC' AS at, user_id, follow_up, purchase_frequency AS orders, round(session_frequency::numeric, 6) AS sessions_a_week, past_on_time_share AS on_time, past_late_share AS late, purchased_again_within AS again
FROM greenery_repeat_features() ORDER BY user_id;
-- by then the sessions are whole: s4 bought, and is no bounce any more
SELECT user_id, session_duration_without_purchase AS without, mean_session_duration AS mean, sessions_without_purchase AS n_without, abandoned_carts AS carts, bounced_sessions AS bounces, bounce_share,
	product_views AS views, repeat_product_views AS repeated, breadth, depth, promo_used, active_promotion AS active, basket_size, order_value, night, weekend
FROM greenery_repeat_features() ORDER BY user_id;
-- at a moment of one's own: an order at that moment is known, one at its end counts
SELECT user_id, follow_up, purchase_frequency AS orders, session_frequency AS sessions_a_week, past_late_share AS late, purchased_again_within AS again
FROM greenery_repeat_features('2021-02-03 05:59:59.999999+00', '7 days') ORDER BY user_id;
SELECT user_id, purchased_again_within AS again FROM greenery_repeat_features('2021-02-03 05:59:59.999999+00', '167:59:59.999999') ORDER BY user_id;
SELECT user_id, purchase_frequency AS orders FROM greenery_repeat_features('2021-02-03 05:59:59.999998+00') ORDER BY user_id;
SELECT count(*) FROM greenery_repeat_features('infinity');
SELECT count(*) FROM greenery_repeat_features('-infinity');
SELECT count(*) FROM greenery_repeat_features(horizon => '0 days');
\set VERBOSITY sqlstate
SAVEPOINT s;
SELECT count(*) FROM greenery_repeat_features(horizon => '1 month');
ROLLBACK TO s;
SELECT count(*) FROM greenery_repeat_features(horizon => '-1 day');
ROLLBACK TO s;
\set VERBOSITY default

-- 7. one piece of SQL: at a moment that is everybody's first order, both agree
SELECT count(*) AS differ
FROM greenery.user_repeat_features f
JOIN LATERAL greenery_repeat_features(f.first_order_at) h ON h.user_id = f.user_id
WHERE (f.session_duration_without_purchase, f.mean_session_duration, f.sessions_without_purchase, f.abandoned_carts, f.bounced_sessions, f.bounce_share,
	   f.product_views, f.repeat_product_views, f.breadth, f.depth, f.promo_used, f.active_promotion, f.basket_size, f.distinct_products, f.order_value, f.night, f.weekend, f.weekend_afternoon)
	IS DISTINCT FROM
	  (h.session_duration_without_purchase, h.mean_session_duration, h.sessions_without_purchase, h.abandoned_carts, h.bounced_sessions, h.bounce_share,
	   h.product_views, h.repeat_product_views, h.breadth, h.depth, h.promo_used, h.active_promotion, h.basket_size, h.distinct_products, h.order_value, h.night, h.weekend, h.weekend_afternoon);

-- 8. the mart of landmark history counts sessions its own way, and says the same at
-- every moment; with checkouts of first orders alone in their sessions: written late, at
-- no time, of an order of no time, by someone else; and late ones of a second order
INSERT INTO greenery.events VALUES
	('30', 'y1', 'cid', '/checkout/c1', '2021-02-12 00:00+00', 'checkout', 'c1', NULL),
	('31', 'v2', 'dot', '/checkout/d1', NULL, 'checkout', 'd1', NULL),
	('32', 'v3', 'dot', '/checkout/d2', '2021-02-17 00:00+00', 'checkout', 'd2', NULL),
	('33', 'w3', 'eve', '/checkout/e1', '2021-02-06 00:00+00', 'checkout', 'e1', NULL),
	('34', 'w4', 'eve', '/checkout/e1', 'infinity', 'checkout', 'e1', NULL),
	('35', 'y2', 'zoe', '/checkout/c1', '2021-02-12 00:00+00', 'checkout', 'c1', NULL),
	('36', 'y1', 'cid', '/shipping/c1', '2021-02-05 00:00+00', 'package_shipped', 'c1', NULL),
	('37', 'z1', 'gus', '/checkout/g1', '-infinity', 'checkout', 'g1', NULL),
	-- bea buys again in a session of the same name as that of cid's late checkout
	('38', 'y1', 'bea', '/checkout/b2', '2021-02-18 00:00+00', 'checkout', 'b2', NULL);
CREATE FUNCTION pg_temp.history_at_every_moment() RETURNS TABLE (users bigint, late bigint, differ bigint)
	LANGUAGE plpgsql AS $$
DECLARE
	at timestamptz;
BEGIN
	CREATE TEMP TABLE mart ON COMMIT DROP AS SELECT h.*, NULL::bigint AS begun FROM greenery.user_repeat_history h WHERE false;
	CREATE TEMP TABLE function ON COMMIT DROP AS SELECT * FROM greenery_repeat_features() WHERE false;
	SET LOCAL greenery.repeat_horizon = '7 days';
	FOR at IN
		SELECT DISTINCT t.t + d.d FROM (SELECT created_at FROM greenery.events UNION ALL SELECT created_at FROM greenery.orders) t(t),
			(VALUES (interval '0'), ('-1 microsecond')) d(d) WHERE isfinite(t.t)
	LOOP
		PERFORM set_config('greenery.as_of', to_char((at + interval '168 hours') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00'), true);
		INSERT INTO mart SELECT h.*, (SELECT count(*) FROM greenery.fact_user_sessions s WHERE s.user_id = h.user_id AND s.session_start <= at)
			FROM greenery.user_repeat_history h;
		INSERT INTO function SELECT * FROM greenery_repeat_features();
	END LOOP;
	SET LOCAL greenery.repeat_horizon = 'auto';
	SET LOCAL greenery.as_of = '';
	RETURN QUERY
		SELECT count(*), count(*) FILTER (WHERE abs(m.session_frequency - greenery.a_week(m.begun, m.first_order_at, m.landmark_at)) > 1e-9),
			count(*) FILTER (WHERE to_jsonb(m) - 'begun' IS DISTINCT FROM
				to_jsonb(f) - ARRAY(SELECT jsonb_object_keys(to_jsonb(f)) EXCEPT SELECT jsonb_object_keys(to_jsonb(m))))
		FROM mart m FULL JOIN function f USING (user_id, landmark_at);
	DROP TABLE mart, function;
END
$$;
SELECT users > 100 AS users, late > 5 AS late, differ FROM pg_temp.history_at_every_moment();
-- and in plain SQL, at one of them: dot has v1, which began after her first order, and v2
SET LOCAL greenery.repeat_horizon = '7 days';
SET LOCAL greenery.as_of = '2021-02-15 12:00+00';
SELECT h.user_id, x.sessions, abs(h.session_frequency - x.sessions / (extract(epoch FROM h.landmark_at - h.first_order_at) / 604800)) < 1e-9 AS as_expected
FROM greenery.user_repeat_history h
CROSS JOIN LATERAL (
	SELECT count(DISTINCT e.session_id) AS sessions FROM greenery.events e
	WHERE e.user_id = h.user_id AND e.event_type <> 'package_shipped'
		AND (e.created_at <= '2021-02-08 12:00+00' AND isfinite(e.created_at)
			 OR e.order_id = (SELECT (array_agg(o.order_id ORDER BY o.created_at, o.order_id COLLATE "C"))[1] FROM greenery.orders o WHERE o.user_id = h.user_id HAVING isfinite(min(o.created_at))))
) x
ORDER BY h.user_id;
SET LOCAL greenery.repeat_horizon = 'auto';
SET LOCAL greenery.as_of = '';
DELETE FROM greenery.events WHERE event_id::int >= 30;

-- 9. no session id anywhere: visits are cut at pauses of more than 30 minutes in what
-- was known.  ann, up to T: 2 February 00:00; 10:00 to 11:01 in pauses of 59:00 and
-- more: three; 3 February 05:50 to T, the checkout included
UPDATE greenery.events SET session_id = NULL;
SELECT user_id, session_frequency AS sessions, sessions_without_purchase AS without, mean_session_duration AS mean, bounced_sessions AS bounces
FROM greenery.user_repeat_features ORDER BY user_id;
-- what bridges the pause between the order and a late checkout came later: not known
UPDATE greenery.events SET created_at = '2021-02-03 06:45+00' WHERE event_id = '5';
SELECT session_frequency AS sessions FROM greenery.user_repeat_features WHERE user_id = 'ann';
DELETE FROM greenery.events WHERE event_id = '13';
SELECT session_frequency AS sessions FROM greenery.user_repeat_features WHERE user_id = 'ann';
-- and the mart of landmark history agrees, though fact_user_sessions would not
SELECT users > 100 AS users, late > 5 AS late, differ FROM pg_temp.history_at_every_moment();
ROLLBACK;

--
-- No leakage: all that came after each user's first order is deleted, orders and
-- events alike, and every feature stays what it was.  A sample shop with sessions
-- that span the first order and checkouts written after it.
--
CREATE FUNCTION pg_temp.forget_what_came_later() RETURNS TABLE (orders bigint, events bigint)
	LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE first_order ON COMMIT DROP AS
		SELECT DISTINCT ON (o.user_id) o.user_id, o.order_id, o.created_at FROM greenery.orders o
		WHERE o.status <> 'cancelled' ORDER BY o.user_id, o.created_at, o.order_id COLLATE "C";
	DELETE FROM greenery.orders o USING first_order f WHERE f.user_id = o.user_id AND f.order_id <> o.order_id;
	GET DIAGNOSTICS orders = ROW_COUNT;
	DELETE FROM greenery.events e USING first_order f
	WHERE f.user_id = e.user_id AND e.created_at > f.created_at
		AND NOT (e.event_type = 'checkout' AND e.order_id = f.order_id);
	GET DIAGNOSTICS events = ROW_COUNT;
	RETURN NEXT;
END
$$;
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop(users => 600, seed => 5);
ANALYZE greenery.users, greenery.orders, greenery.order_items, greenery.events;
SELECT count(*) FROM greenery_record_history();
UPDATE greenery.promo_history SET valid_from = '2021-06-04';
-- the shop has what there is to be caught by
SELECT count(*) FILTER (WHERE e.event_type = 'checkout' AND e.order_id = f.first_order_id AND e.created_at > f.first_order_at) > 5 AS late_checkouts,
	count(DISTINCT e.session_id) FILTER (WHERE e.event_type <> 'package_shipped' AND s.session_start <= f.first_order_at AND e.created_at > f.first_order_at + interval '5 s') > 5 AS spanning_sessions
FROM greenery.user_repeat_features f JOIN greenery.events e USING (user_id) JOIN greenery.fact_user_sessions s USING (session_id, user_id);
CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM greenery.user_repeat_features;
SELECT count(*), count(*) FILTER (WHERE purchased_again) > 100 AS some_came_back, count(*) FILTER (WHERE bounced_sessions > 0) > 50 AS some_bounced,
	count(active_promotion) BETWEEN 100 AND 500 AS some_in_history FROM before;
SELECT orders > 500 AS orders, events > 5000 AS events FROM pg_temp.forget_what_came_later();
-- whole rows, but for what there is to predict; must be none
SELECT b.user_id, b, f
FROM (SELECT user_id, to_jsonb(t) - 'purchased_again' FROM before t) b (user_id, b)
FULL JOIN (SELECT user_id, to_jsonb(t) - 'purchased_again' FROM greenery.user_repeat_features t) f (user_id, f) USING (user_id)
WHERE b.b IS DISTINCT FROM f.f;
SELECT bool_or(purchased_again) AS again FROM greenery.user_repeat_features;
ROLLBACK;
-- the same without session ids
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop(users => 200, seed => 6);
ANALYZE greenery.users, greenery.orders, greenery.order_items, greenery.events;
UPDATE greenery.events SET session_id = NULL;
CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM greenery.user_repeat_features;
SELECT orders > 150 AS orders, events > 1500 AS events FROM pg_temp.forget_what_came_later();
SELECT b.user_id, b, f
FROM (SELECT user_id, to_jsonb(t) - 'purchased_again' FROM before t) b (user_id, b)
FULL JOIN (SELECT user_id, to_jsonb(t) - 'purchased_again' FROM greenery.user_repeat_features t) f (user_id, f) USING (user_id)
WHERE b.b IS DISTINCT FROM f.f;
ROLLBACK;

--
-- Against plain SQL over the raw rows of a sample shop, which is clean
--
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop(users => 400, seed => 9);
ANALYZE greenery.users, greenery.orders, greenery.order_items, greenery.events;
CREATE TEMP TABLE t ON COMMIT DROP AS
	SELECT user_id, min(created_at) AS t, (array_agg(order_id ORDER BY created_at, order_id COLLATE "C"))[1] AS order_id,
		(array_agg(created_at ORDER BY created_at, order_id COLLATE "C"))[2] AS second, array_agg(created_at) AS orders
	FROM greenery.orders WHERE status <> 'cancelled' GROUP BY user_id;
-- what is known of each, and by a login that is known what the visit began with
CREATE TEMP TABLE k ON COMMIT DROP AS
	SELECT e.user_id, e.session_id, e.event_type, e.product_id, CASE WHEN e.order_id = t.order_id THEN t.t ELSE e.created_at END AS at
	FROM greenery.events e JOIN t USING (user_id)
	WHERE e.event_type <> 'package_shipped' AND (e.created_at <= t.t OR e.order_id = t.order_id);
INSERT INTO k
	SELECT t.user_id, e.session_id, e.event_type, e.product_id, e.created_at
	FROM (SELECT DISTINCT user_id, session_id FROM k) s JOIN t USING (user_id) JOIN greenery.events e USING (session_id)
	WHERE e.user_id IS NULL AND e.created_at <= t.t;
SELECT count(*) > 20 AS before_login FROM k JOIN greenery.events e USING (session_id) WHERE e.user_id IS NULL;
CREATE TEMP TABLE s ON COMMIT DROP AS
	SELECT user_id, session_id, max(at) - min(at) AS length, bool_or(event_type = 'checkout') AS bought, bool_or(event_type = 'add_to_cart') AS cart
	FROM k GROUP BY user_id, session_id;
-- must be none
SELECT f.user_id
FROM greenery.user_repeat_features f JOIN t USING (user_id) JOIN greenery.orders o ON o.order_id = t.order_id,
	LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE NOT bought) AS without, avg(length) FILTER (WHERE NOT bought) AS length_without, avg(length) AS length,
				count(*) FILTER (WHERE cart AND NOT bought) AS carts, count(*) FILTER (WHERE length < interval '1 minute' AND NOT bought) AS bounces FROM s WHERE s.user_id = f.user_id) x,
	LATERAL (SELECT count(*) AS n, count(DISTINCT product_id) AS products FROM k WHERE k.user_id = f.user_id AND event_type = 'page_view' AND product_id IS NOT NULL) v,
	LATERAL (SELECT sum(quantity) AS units, count(*) AS products FROM greenery.order_items i WHERE i.order_id = t.order_id) i
WHERE (f.first_order_id, f.first_order_at, f.session_frequency, f.sessions_without_purchase, f.session_duration_without_purchase, f.mean_session_duration, f.abandoned_carts, f.bounced_sessions,
	   f.product_views, f.repeat_product_views, f.breadth, f.basket_size, f.distinct_products, f.order_value, f.promo_used, f.night, f.weekend, f.weekend_afternoon,
	   f.delivery_late, f.delivery_early_or_on_time, f.purchased_again)
	IS DISTINCT FROM
	  (t.order_id, t.t, x.n, x.without, x.length_without, x.length, x.carts, x.bounces,
	   v.n, v.n - v.products, v.products, i.units, i.products, o.order_total, o.promo_id IS NOT NULL,
	   to_char(t.t AT TIME ZONE 'UTC', 'HH24') < '06', to_char(t.t AT TIME ZONE 'UTC', 'ID') IN ('6', '7'),
	   to_char(t.t AT TIME ZONE 'UTC', 'ID') IN ('6', '7') AND to_char(t.t AT TIME ZONE 'UTC', 'HH24') BETWEEN '12' AND '17',
	   o.delivered_at > o.estimated_delivery_at, o.delivered_at <= o.estimated_delivery_at, cardinality(t.orders) > 1)
	OR abs(coalesce(f.bounce_share, -1) - coalesce(x.bounces::float8 / nullif(x.n, 0), -1)) > 1e-12
	OR abs(coalesce(f.depth, -1) - coalesce(v.n::float8 / nullif(v.products, 0), -1)) > 1e-12
	OR abs(coalesce(f.delivery_days, -1) - coalesce(extract(epoch FROM o.delivered_at - t.t) / 86400, -1)) > 1e-9
	OR abs(coalesce(f.estimated_delivery_days, -1) - coalesce(extract(epoch FROM o.estimated_delivery_at - t.t) / 86400, -1)) > 1e-9;
SELECT count(*) = (SELECT count(*) FROM t) AS all_there FROM greenery.user_repeat_features;
-- labels and history, with the horizon of a sample shop: must be none
SELECT l.user_id
FROM greenery.user_repeat_labels l JOIN t USING (user_id), LATERAL (SELECT max(created_at) AS as_of FROM greenery.orders) n
WHERE (l.first_order_at, l.second_order_at, l.is_mature, l.purchased_again_within, l.horizon, l.follow_up)
	IS DISTINCT FROM (t.t, t.second, t.t <= n.as_of - interval '2160 hours', CASE WHEN t.t <= n.as_of - interval '2160 hours' THEN coalesce(t.second <= t.t + interval '2160 hours', false) END,
		interval '2160 hours', n.as_of - t.t);
SELECT h.user_id
FROM greenery_repeat_features() h
FULL JOIN (
	SELECT user_id, n.at, t.t,
		(SELECT count(*) FROM unnest(t.orders) o WHERE o <= n.at) AS orders,
		EXISTS (SELECT FROM unnest(t.orders) o WHERE o > n.at AND o <= n.at + interval '2160 hours') AS again,
		(SELECT count(DISTINCT session_id) FROM greenery.events e WHERE e.user_id = t.user_id AND e.created_at <= n.at AND e.event_type <> 'package_shipped') AS sessions,
		(SELECT avg((delivered_at > estimated_delivery_at)::int)::float8 FROM greenery.orders o WHERE o.user_id = t.user_id AND o.delivered_at <= n.at) AS late
	FROM t, LATERAL (SELECT max(created_at) - interval '2160 hours' AS at FROM greenery.orders) n
	WHERE t.t <= n.at
) x USING (user_id)
WHERE (h.landmark_at, h.first_order_at, h.follow_up, h.purchase_frequency, h.purchased_again_within) IS DISTINCT FROM (x.at, x.t, x.at - x.t, x.orders, x.again)
	OR abs(h.session_frequency - x.sessions / (extract(epoch FROM x.at - x.t) / 604800)) > 1e-9
	OR abs(coalesce(h.past_late_share, -1) - coalesce(x.late, -1)) > 1e-12
	OR h.past_on_time_share + h.past_late_share <> 1;
-- the mart of that landmark says the same
SELECT count(*) AS differ FROM greenery.user_repeat_history h
FULL JOIN greenery_repeat_features() f USING (user_id)
WHERE to_jsonb(h) IS DISTINCT FROM to_jsonb(f) - ARRAY(SELECT jsonb_object_keys(to_jsonb(f)) EXCEPT SELECT jsonb_object_keys(to_jsonb(h)));
-- in parallel, the same
CREATE TEMP TABLE serial ON COMMIT DROP AS SELECT * FROM greenery.user_repeat_features;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ANALYZE greenery.events; ANALYZE greenery.orders;
CREATE FUNCTION pg_temp.workers(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text; found boolean := false; BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		found := found OR line ~ 'Workers Launched: [1-9]';
	END LOOP;
	RETURN found;
END $$;
SELECT pg_temp.workers('SELECT * FROM greenery.user_repeat_features') AS launched;
SELECT count(*) AS differ FROM (SELECT * FROM greenery.user_repeat_features EXCEPT SELECT * FROM serial) d;
-- one user's features do not read all events, where all have a user
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
SET LOCAL enable_seqscan = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query; END $$;
SELECT count(*) FILTER (WHERE p ~ 'events_user_id_idx') >= 1 AS by_index, count(*) FILTER (WHERE p ~ 'Seq Scan on events .*loops') AS scans
FROM pg_temp.plan($q$SELECT * FROM greenery.user_repeat_features WHERE user_id = 'x'$q$) p;
ROLLBACK;
\i sql/include/empty_tables.sql
