--
-- Repeat rates by promo, state, delivery time and product: groups of known sizes,
-- then the sample shop against plain SQL.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;
BEGIN;
-- each user is followed from the first order to the second, the last moment included
SET LOCAL greenery.repeat_horizon = '20 days';
-- users, those who purchase again, and what their first order is like
CREATE TEMP TABLE kind (k text, users int, repeaters int, promo_id text, state text, delivery interval) ON COMMIT DROP;
INSERT INTO kind VALUES
	('A', 40, 38, 'good', 'Ohio', '3 days 23:59:59'),
	('B', 100, 50, NULL, NULL, '4 days'),
	('C', 9, 9, 'few', 'Utah', '12 hours'),
	('D', 40, 4, 'bad', 'Iowa', NULL);
INSERT INTO greenery.addresses (address_id, state) SELECT 'in ' || state, state FROM kind WHERE state IS NOT NULL;
INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at, delivered_at, estimated_delivery_at)
	SELECT k || i || ' first', k || i, promo_id, 'in ' || state, timestamptz '2021-01-01', timestamptz '2021-01-01' + delivery, NULL::timestamptz
	FROM kind, generate_series(1, users) i
	UNION ALL
	-- what a second order is like does not count
	SELECT k || i || ' again', k || i, 'bad', 'in Iowa', '2021-01-21', '2021-01-22', NULL
	FROM kind, generate_series(1, repeaters) i
	UNION ALL
	-- nor do a guest, an order without id, or the same order a second time
	VALUES ('guest', NULL, 'good', 'in Ohio', timestamptz '2021-01-01', timestamptz '2021-01-04 12:00', timestamptz 'infinity'),
		(NULL, 'A40', 'good', 'in Ohio', '2021-01-02', '2021-01-05', NULL),
		('A40 first', 'A40', 'bad', 'in Iowa', '2021-01-03', '2021-01-05', NULL);

-- 189 users, 101 of them purchase again: 0.534391534
SELECT greenery_repeat_rate();
-- nor do those who came a second too late to have been followed that long, though they have
-- come back; excluded users; and orders after the horizon
INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at, delivered_at)
	SELECT 'late' || i || n, 'late' || i, 'good', 'in Ohio', timestamptz '2021-01-01 00:00:01' + n * interval '1 day', timestamptz '2021-01-05 12:00'
	FROM generate_series(1, 30) i, generate_series(0, 1) n
	UNION ALL
	SELECT 'bot' || i || n, 'bot' || i, 'good', 'in Ohio', timestamptz '2021-01-01' + n * interval '1 day', '2021-01-04 12:00'
	FROM generate_series(1, 30) i, generate_series(0, 1) n
	UNION ALL
	SELECT 'B' || i || ' far', 'B' || i, NULL, NULL, timestamptz '2021-01-21 00:00:00.000001', NULL
	FROM generate_series(51, 100) i;
INSERT INTO greenery.excluded_users (user_id, reason) SELECT 'bot' || i, 'robot' FROM generate_series(1, 30) i;
SET LOCAL greenery.as_of = '2021-01-21 00:00+00';
SELECT count(*) FROM greenery.purchasers WHERE user_id ~ '^late' AND NOT is_mature AND purchased_again_within IS NULL;
CREATE FUNCTION pg_temp.show(breakdown text) RETURNS TABLE (
		key text, users bigint, repeaters bigint, rate numeric, low numeric, high numeric, p_value text, p_adjusted text, verdict text)
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT t.%I::text, t.users, t.repeaters, round(t.rate::numeric, 6), round(t.low::numeric, 6), '
								'round(t.high::numeric, 6), to_char(t.p_value, ''9.999EEEE''), to_char(t.p_adjusted, ''9.999EEEE''), t.verdict '
								'FROM greenery.%I t',
								(SELECT m.key[1] FROM greenery.models m WHERE m.model = breakdown), breakdown);
END
$$;
SELECT * FROM pg_temp.show('repeat_by_promo') ORDER BY key COLLATE "C";
SELECT * FROM pg_temp.show('repeat_by_state') ORDER BY key COLLATE "C";
-- the test's table: this group against all others, those who are too few among them
SELECT promo_id,
	p_value = CASE promo_id WHEN 'good' THEN fisher_exact(38, 2, 63, 86)
							WHEN '(none)' THEN fisher_exact(50, 50, 51, 38)
							WHEN 'bad' THEN fisher_exact(4, 36, 97, 52) END AS same
FROM greenery.repeat_by_promo ORDER BY promo_id COLLATE "C";

-- delivery: D is in no row, and A and B are compared with C and each other: 149
-- users, 97 of them purchase again
SELECT delivery_days, is_sweet_spot, round(overall_rate::numeric, 6) AS overall_rate, known_in_time FROM greenery.repeat_by_delivery_days ORDER BY 1;
SELECT * FROM pg_temp.show('repeat_by_delivery_days') ORDER BY key COLLATE "C";
SELECT delivery_days, p_value = CASE delivery_days WHEN 3 THEN fisher_exact(38, 2, 59, 50) WHEN 4 THEN fisher_exact(50, 50, 47, 2) END AS same
FROM greenery.repeat_by_delivery_days ORDER BY 1;
-- that of the 189
SELECT DISTINCT round(overall_rate::numeric, 6) AS overall_rate, horizon FROM greenery.repeat_by_delivery_days;
SELECT (SELECT count(*) FROM greenery.repeat_by_promo WHERE horizon <> interval '480:00:00') AS promos,
	(SELECT count(*) FROM greenery.repeat_by_state WHERE horizon <> interval '480:00:00') AS states;

-- known too late: those of A order again before their parcel arrives, 38 of 149
SAVEPOINT s;
UPDATE greenery.orders SET created_at = '2021-01-04' WHERE order_id ~ '^A.* again';
SELECT delivery_days, known_in_time, p_adjusted < 0.05 AS differs, verdict FROM greenery.repeat_by_delivery_days ORDER BY 1;
-- at the moment it arrives is not before; a microsecond after it is
UPDATE greenery.orders SET created_at = '2021-01-04 23:59:59' WHERE order_id ~ '^A.* again';
SELECT delivery_days, known_in_time, verdict FROM greenery.repeat_by_delivery_days ORDER BY 1;
UPDATE greenery.orders SET created_at = '2021-01-04 23:59:59.000001' WHERE order_id ~ '^A.* again';
SELECT delivery_days, known_in_time, verdict FROM greenery.repeat_by_delivery_days ORDER BY 1;
-- 14 of 149 is less than a tenth
UPDATE greenery.orders SET created_at = '2021-01-04 23:59:58' WHERE order_id ~ '^A([1-9]|1[0-4]) again';
SELECT delivery_days, known_in_time, verdict FROM greenery.repeat_by_delivery_days ORDER BY 1;
UPDATE greenery.orders SET created_at = '2021-01-04 23:59:58' WHERE order_id ~ '^A15 again';
SELECT delivery_days, known_in_time, verdict FROM greenery.repeat_by_delivery_days ORDER BY 1;
ROLLBACK TO s;
-- who did not come back: decided when the horizon is over, here before B's parcels came
DELETE FROM greenery.orders WHERE order_id ~ '^[AB].* again';
SET LOCAL greenery.repeat_horizon = '4 days 00:00:00.000001';
SELECT delivery_days, repeaters, known_in_time FROM greenery.repeat_by_delivery_days ORDER BY 1;
SET LOCAL greenery.repeat_horizon = '4 days';
SELECT delivery_days, repeaters, known_in_time FROM greenery.repeat_by_delivery_days ORDER BY 1;
ROLLBACK TO s;
-- no user purchases again: no verdict for any group
DELETE FROM greenery.orders WHERE order_id ~ 'again';
SELECT 'promo' AS by, verdict, count(*), bool_or(is_null) AS no_p FROM (SELECT verdict, p_value IS NULL AND p_adjusted IS NULL AS is_null FROM greenery.repeat_by_promo) p GROUP BY 2
UNION ALL SELECT 'delivery', verdict, count(*), bool_or(p_value IS NULL) FROM greenery.repeat_by_delivery_days GROUP BY 2 ORDER BY 1;
-- nothing to tell them apart: no data, and not too few
SAVEPOINT t;
UPDATE greenery.orders SET promo_id = NULL, address_id = NULL;
SELECT 'promo' AS by, promo_id, users, verdict FROM greenery.repeat_by_promo
UNION ALL SELECT 'state', state, users, verdict FROM greenery.repeat_by_state;
-- but where there are promos, no order used one
INSERT INTO greenery.promos (promo_id) VALUES ('unused');
SELECT promo_id, users, verdict FROM greenery.repeat_by_promo;
ROLLBACK TO t;
-- and no user at all
TRUNCATE greenery.orders;
SELECT (SELECT count(*) FROM greenery.repeat_by_promo) AS promos, (SELECT count(*) FROM greenery.repeat_by_state) AS states,
	(SELECT count(*) FROM greenery.repeat_by_delivery_days) AS days, (SELECT count(*) FROM greenery.product_reorder) AS products;

RESET greenery.as_of;
RESET greenery.repeat_horizon;
-- Products.  u1 has p1 in two orders, u2 in one, u3 twice in one; p2 in u1's second
-- order and u4's first; p3 in an order of u4's that is not the first, and a guest's;
-- p4 in none; p9 is not in the catalogue, and p5 is left out.  u5 is, too, and an order that
-- is cancelled.  u2 to u5 came less than three days before the last order.
INSERT INTO greenery.products (product_id, name) VALUES ('p1', 'Cactus'), ('p2', 'Fern'), ('p3', 'Moss'), ('p4', 'Reed'), ('p5', 'Postage');
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	('o1', 'u1', '2021-01-01'), ('o2', 'u1', '2021-01-02'), ('o3', 'u2', '2021-01-03'), ('o4', 'u3', '2021-01-04'),
	-- two orders of one moment: the smaller id is the first
	('o6', 'u4', '2021-01-05'), ('o5', 'u4', '2021-01-05'), ('g', NULL, '2021-01-01'),
	('x1', 'u5', '2021-01-02'), ('x2', 'u5', '2021-01-03'), ('c', 'u2', '2021-01-05');
UPDATE greenery.orders SET is_cancelled = true WHERE order_id = 'c';
-- of a shop without order items it is unknown
SELECT product_id, buyers, reorder_buyers, reorder_rate, first_order_buyers AS began, first_order_repeaters AS repeaters, repeat_rate, verdict, horizon
FROM greenery.product_reorder WHERE product_id = 'p1';
INSERT INTO greenery.excluded_users (user_id, reason) VALUES ('u5', 'staff');
INSERT INTO greenery.excluded_products (product_id, reason) VALUES ('p5', 'postage');
INSERT INTO greenery.order_items VALUES
	('o1', 'p1', 1), ('o2', 'p1', 1), ('o2', 'p2', 1), ('o3', 'p1', 5), ('o4', 'p1', 1), ('o4', 'p1', 1),
	('o5', 'p2', 1), ('o6', 'p3', 1), ('g', 'p3', 1), ('o1', 'p9', 1),
	('x1', 'p1', 1), ('x2', 'p1', 1), ('c', 'p1', 1), ('o1', 'p5', 1), ('o2', 'p5', 1);
SELECT product_id, name, buyers, reorder_buyers, reorder_rate, first_order_buyers AS began, first_order_repeaters AS repeaters, repeat_rate, verdict,
	round(reorder_low::numeric, 4) AS reorder_low, round(reorder_high::numeric, 4) AS reorder_high, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
FROM greenery.product_reorder ORDER BY 1;
-- u1 and u2 alone have been followed for a day and a half
SET LOCAL greenery.repeat_horizon = '36 hours';
SELECT product_id, buyers, reorder_buyers, first_order_buyers AS began, first_order_repeaters AS repeaters, horizon
FROM greenery.product_reorder ORDER BY 1;
-- and none for a week
SET LOCAL greenery.repeat_horizon = '7 days';
SELECT product_id, buyers, first_order_buyers AS began, repeat_rate, verdict, horizon FROM greenery.product_reorder ORDER BY 1 LIMIT 1;
ROLLBACK;

-- The sample shop.  Differences, and there must be none.
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(users => 400, effect => 0.9);
ANALYZE greenery.orders, greenery.order_items, greenery.addresses;
SET LOCAL greenery.repeat_horizon = '9 days';
INSERT INTO greenery.excluded_users (user_id, reason) SELECT user_id, 'staff' FROM greenery.users ORDER BY md5(user_id) LIMIT 12;
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT * FROM greenery.orders o
WHERE o.status <> 'cancelled' AND NOT EXISTS (SELECT FROM greenery.excluded_users x WHERE x.user_id = o.user_id);
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT f.user_id, coalesce(f.promo_id, '(none)') AS promo_id, coalesce(a.state, '(unknown)') AS state,
	trunc(extract(epoch FROM f.delivered_at - f.created_at) / 86400)::int AS delivery_days, f.order_id,
	coalesce(s.created_at <= f.created_at + interval '9 days', false) AS again,
	f.delivered_at < least(s.created_at, f.created_at + interval '9 days') AS in_time
FROM (SELECT DISTINCT ON (user_id) * FROM counted ORDER BY user_id, created_at, order_id COLLATE "C") f
LEFT JOIN LATERAL (SELECT min(o.created_at) AS created_at FROM counted o WHERE o.user_id = f.user_id AND o.order_id <> f.order_id) s ON true
LEFT JOIN greenery.addresses a USING (address_id)
WHERE f.created_at <= (SELECT max(created_at) FROM greenery.orders WHERE status <> 'cancelled') - interval '9 days';
SELECT count(*) < (SELECT count(DISTINCT user_id) FROM greenery.orders) AS not_all FROM person;
CREATE FUNCTION pg_temp.compare(breakdown text, population bigint, population_repeaters bigint, too_late boolean) RETURNS TABLE (key text, view_row text, plain_row text)
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		WITH g AS (
			SELECT %1$I AS key, count(*) AS users, count(*) FILTER (WHERE again) AS repeaters FROM person WHERE %1$I IS NOT NULL GROUP BY 1
		), p AS (
			SELECT *, CASE WHEN least(users, $1 - users) >= 10
						   THEN public.fisher_exact(repeaters, users - repeaters, $2 - repeaters, $1 - $2 - users + repeaters) END AS p
			FROM g
		), h AS (
			-- Holm: the i-th smallest of m, times m - i + 1, never below one before it
			SELECT *, max(least(1, p * (tested - rank + 1))) OVER (ORDER BY rank) AS adjusted
			FROM (SELECT *, row_number() OVER (ORDER BY p, key) AS rank, count(p) OVER () AS tested FROM p) r
		), plain AS (
			SELECT key::text, users, repeaters, repeaters::float8 / users AS rate, p, CASE WHEN p IS NOT NULL THEN adjusted END AS adjusted,
				CASE WHEN p IS NULL THEN 'too few' WHEN $3 THEN 'known too late' WHEN adjusted >= 0.05 THEN 'no signal'
					 WHEN repeaters::float8 / users > ($2 - repeaters)::float8 / ($1 - users) THEN 'good sign' ELSE 'bad sign' END AS verdict
			FROM h
		)
		SELECT coalesce(v.%1$I::text, s.key), v::text, s::text
		FROM greenery.%2$I v FULL JOIN plain s ON s.key = v.%1$I::text
		WHERE (v.users, v.repeaters, v.rate, v.verdict) IS DISTINCT FROM (s.users, s.repeaters, s.rate, s.verdict)
			OR abs(v.p_value - s.p) > 1e-12 OR abs(v.p_adjusted - s.adjusted) > 1e-12
			OR (v.p_value IS NULL) <> (s.p IS NULL) OR (v.p_adjusted IS NULL) <> (s.adjusted IS NULL)
			OR ARRAY[v.low, v.high] <> public.wilson_interval(s.repeaters, s.users)$q$,
		(SELECT m.key[1] FROM greenery.models m WHERE m.model = breakdown), breakdown) USING population, population_repeaters, too_late;
END
$$;
SELECT c.* FROM (SELECT count(*) AS users, count(*) FILTER (WHERE again) AS repeaters FROM person) n,
	(VALUES ('repeat_by_promo'), ('repeat_by_state')) b (breakdown), pg_temp.compare(breakdown, users, repeaters, false) c;
SELECT c.* FROM (SELECT count(*) AS users, count(*) FILTER (WHERE again) AS repeaters, avg(in_time::int) < 0.9 AS too_late
				 FROM person WHERE delivery_days IS NOT NULL) n,
	pg_temp.compare('repeat_by_delivery_days', users, repeaters, too_late) c;
SELECT DISTINCT verdict FROM greenery.repeat_by_delivery_days;
-- groups add up
SELECT (SELECT (sum(repeaters), sum(users)) FROM greenery.repeat_by_promo) = (SELECT (count(*) FILTER (WHERE again)::numeric, count(*)::numeric) FROM person) AS promos,
	(SELECT (sum(repeaters), sum(users)) FROM greenery.repeat_by_state) = (SELECT (count(*) FILTER (WHERE again)::numeric, count(*)::numeric) FROM person) AS states;
-- several groups are tested, and some are too few
SELECT count(*) FILTER (WHERE p_value IS NOT NULL) > 5 AS tested, count(*) FILTER (WHERE verdict = 'too few') > 0 AS too_few FROM greenery.repeat_by_state;
-- the planted effect: first orders without promo lead to fewer second ones
SELECT verdict FROM greenery.repeat_by_promo WHERE promo_id = '(none)';
-- a filter does not change the family
SELECT (SELECT p_adjusted FROM greenery.repeat_by_promo WHERE promo_id = '(none)') = (SELECT min(p_adjusted) FROM greenery.repeat_by_promo) AS same;

-- products
SELECT v.product_id, v.*, s.*
FROM greenery.product_reorder v
FULL JOIN (
	SELECT p.product_id,
		(SELECT count(DISTINCT o.user_id) FROM counted o JOIN greenery.order_items i USING (order_id) WHERE i.product_id = p.product_id) AS buyers,
		(SELECT count(*) FROM (SELECT FROM counted o JOIN greenery.order_items i USING (order_id) WHERE i.product_id = p.product_id
							   GROUP BY o.user_id HAVING count(DISTINCT order_id) >= 2) x) AS reorder_buyers,
		(SELECT count(*) FROM person WHERE EXISTS (SELECT FROM greenery.order_items i WHERE i.order_id = person.order_id AND i.product_id = p.product_id)) AS began,
		(SELECT count(*) FROM person WHERE again AND EXISTS (SELECT FROM greenery.order_items i WHERE i.order_id = person.order_id AND i.product_id = p.product_id)) AS repeaters
	FROM greenery.products p) s USING (product_id)
WHERE (v.buyers, v.reorder_buyers, v.first_order_buyers, v.first_order_repeaters) IS DISTINCT FROM (s.buyers, s.reorder_buyers, s.began, s.repeaters)
	OR v.reorder_rate <> s.reorder_buyers::float8 / s.buyers OR v.repeat_rate <> s.repeaters::float8 / s.began
	OR v.p_value <> fisher_exact(s.repeaters, s.began - s.repeaters, (SELECT count(*) FROM person WHERE again) - s.repeaters,
								 (SELECT count(*) FROM person WHERE NOT again) - s.began + s.repeaters)
	OR ARRAY[v.low, v.high] <> wilson_interval(s.repeaters, s.began)
	OR ARRAY[v.reorder_low, v.reorder_high] <> wilson_interval(s.reorder_buyers, s.buyers);
SELECT count(*) FILTER (WHERE p_value IS NOT NULL) AS tested, count(*) FILTER (WHERE reorder_buyers > 0) > 20 AS reordered,
	bool_and(p_adjusted = (holm_adjust(ARRAY(SELECT p_value FROM greenery.product_reorder ORDER BY product_id COLLATE "C")))[n]) AS holm
FROM (SELECT *, row_number() OVER (ORDER BY product_id COLLATE "C") AS n FROM greenery.product_reorder) r;
ROLLBACK;

-- what they are made from
SELECT depends_on, string_agg(model, ' ' ORDER BY model COLLATE "C") FROM greenery_lineage()
WHERE model LIKE 'repeat\_by\_%' OR model = 'product_reorder' GROUP BY 1 ORDER BY 1;
\i sql/include/empty_tables.sql
