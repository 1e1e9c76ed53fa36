--
-- Who came first has had longer to come back: comparisons are of users who have been
-- followed equally long.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;
\i sql/include/simulated_shops.sql
BEGIN;
-- 600 users of one hazard: 60 days to the second order, in the mean.  Promo winter in days 0
-- to 60, summer in days 120 to 180, and all else goes with the seasons.
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT i, CASE WHEN i <= 300 THEN 'winter' ELSE 'summer' END AS season,
	timestamptz '2021-01-01' + f.day * interval '1 day' AS first_at,
	timestamptz '2021-01-01' + (f.day - ln(1 - pg_temp.draw('again' || i)) * 60) * interval '1 day' AS second_at
FROM generate_series(1, 600) i
CROSS JOIN LATERAL (SELECT pg_temp.draw('first' || i) * 60 + CASE WHEN i <= 300 THEN 0 ELSE 120 END AS day) f;
INSERT INTO greenery.addresses (address_id, state) VALUES ('winter', 'Maine'), ('summer', 'Texas');
INSERT INTO greenery.products (product_id, name) VALUES ('winter', 'Holly'), ('summer', 'Cactus');
INSERT INTO greenery.promos (promo_id, discount, status) VALUES ('winter', 1, 'inactive'), ('summer', 1, 'inactive');
CREATE FUNCTION pg_temp.observe(until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE greenery.orders, greenery.order_items;
	INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at, delivered_at)
	SELECT i || 'a', i, season, season, first_at, first_at + CASE season WHEN 'winter' THEN interval '60 hours' ELSE interval '36 hours' END
	FROM person
	UNION ALL
	SELECT i || 'b', i, NULL, NULL, second_at, NULL FROM person WHERE second_at <= until;
	INSERT INTO greenery.order_items (order_id, product_id, quantity) SELECT i || 'a', season, 1 FROM person;
	-- the present is the last order
END
$$;
SELECT pg_temp.observe('2021-09-28');
SELECT greenery_repeat_horizon();
-- ever, so far: by what the seasons alone make, winter is a good sign
SELECT count(*) FILTER (WHERE season = 'winter' AND second_at <= '2021-09-28') AS winter,
	count(*) FILTER (WHERE season = 'summer' AND second_at <= '2021-09-28') AS summer
FROM person \gset
SELECT :winter > :summer AS more, fisher_exact(:winter, 300 - :winter, :summer, 300 - :summer) < 1e-6 AS significant;
SELECT 'promo' AS by, promo_id AS what, users, repeaters, verdict, horizon FROM greenery.repeat_by_promo
UNION ALL SELECT 'state', state, users, repeaters, verdict, horizon FROM greenery.repeat_by_state
UNION ALL SELECT 'delivery', delivery_days::text, users, repeaters, verdict, horizon FROM greenery.repeat_by_delivery_days
UNION ALL SELECT 'product', product_id, first_order_buyers, first_order_repeaters, verdict, horizon FROM greenery.product_reorder
ORDER BY 1, 2;
SELECT season, count(*) AS users, count(*) FILTER (WHERE second_at <= first_at + interval '90 days') AS repeaters FROM person GROUP BY 1 ORDER BY 1;
-- a month later than day 180: who came in summer has not been followed for 90 days, and there
-- is nobody to compare winter with
SELECT pg_temp.observe('2021-06-30');
SELECT greenery_repeat_horizon();
SELECT promo_id, users, verdict FROM greenery.repeat_by_promo
UNION ALL SELECT state, users, verdict FROM greenery.repeat_by_state
UNION ALL SELECT product_id, first_order_buyers, verdict FROM greenery.product_reorder ORDER BY 1;
-- but for 30 days nearly all have
SET LOCAL greenery.repeat_horizon = '30 days';
SELECT promo_id, users > 150 AS many, verdict FROM greenery.repeat_by_promo ORDER BY 1;
RESET greenery.repeat_horizon;

-- repeat_within: the same users, computed from what they are made of
SELECT pg_temp.observe('2021-09-28');
CREATE TEMP VIEW plain AS
SELECT date_trunc('month', p.first_at)::date AS cohort, d.days,
	count(*) FILTER (WHERE f.mature) AS users,
	count(*) FILTER (WHERE f.mature AND p.second_at <= p.first_at + d.days * interval '1 day') AS repeaters,
	bool_and(f.mature) AS is_mature
FROM person p
CROSS JOIN unnest('{30,60,90,180,365}'::int[]) d (days)
CROSS JOIN LATERAL (SELECT p.first_at + d.days * interval '1 day' <= (SELECT max(created_at) FROM greenery.orders) AS mature) f
GROUP BY 1, 2;
SELECT cohort, days, users, repeaters, round(rate::numeric, 3) AS rate, is_mature FROM greenery.repeat_within WHERE days IN (30, 90, 180) ORDER BY 1, 2;
SELECT count(*) AS compared, count(*) FILTER (WHERE (r.users, r.repeaters, r.is_mature) IS DISTINCT FROM (p.users, p.repeaters, p.is_mature)
	OR r.rate IS DISTINCT FROM p.repeaters::float8 / nullif(p.users, 0) OR ARRAY[r.low, r.high] IS DISTINCT FROM coalesce(wilson_interval(p.repeaters, p.users), '{NULL,NULL}')) AS differ
FROM greenery.repeat_within r FULL JOIN plain p USING (cohort, days);

-- moments: 30 days to the microsecond, the shop's own months, and who is left out
TRUNCATE greenery.orders, greenery.order_items;
SET LOCAL greenery.timezone = 'Europe/Berlin';
SET LOCAL greenery.as_of = '2021-03-02 23:00+00';
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	-- February in Berlin; back in time, too late, never, and as if by mistake in 2201
	('a1', 'a', '2021-01-31 23:00+00'), ('a2', 'a', '2021-03-02 23:00+00'),
	('b1', 'b', '2021-01-31 23:00+00'), ('b2', 'b', '2021-03-02 23:00:00.000001+00'),
	('c1', 'c', '2021-01-31 23:00+00'),
	('d1', 'd', '2021-01-31 23:00+00'), ('d2', 'd', '2201-01-01 00:00+00'),
	-- January
	('e1', 'e', '2021-01-31 22:59:59+00'), ('e2', 'e', '2021-01-31 22:59:59+00'),
	-- no time, a guest, only in the future, and a robot
	('f1', 'f', NULL), ('g1', NULL, '2021-01-31'), ('h1', 'h', '2201-01-01'), ('i1', 'i', 'infinity'),
	('r1', 'r', '2021-01-31 23:00+00'), ('r2', 'r', '2021-02-01 23:00+00');
INSERT INTO greenery.excluded_users (user_id, reason) VALUES ('r', 'robot');
SELECT cohort, days, users, repeaters, rate, is_mature FROM greenery.repeat_within WHERE days <= 60 ORDER BY 1, 2;
-- a microsecond before, nobody of February has been followed for 30 days
SET LOCAL greenery.as_of = '2021-03-02 22:59:59.999999+00';
SELECT cohort, days, users, repeaters, rate, is_mature FROM greenery.repeat_within WHERE days <= 60 ORDER BY 1, 2;
-- and where one came later, the others are compared
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('k1', 'k', '2021-02-20'), ('k2', 'k', '2021-02-21');
SET LOCAL greenery.as_of = '2021-03-02 23:00+00';
SELECT cohort, days, users, repeaters, rate, is_mature FROM greenery.repeat_within WHERE days = 30 AND cohort = '2021-02-01';
ROLLBACK;

-- Simulated shops: a sign where there is no effect, which chance gives to one table in twenty
-- at the most, and where there is one of 20 points among 400 users each.  bench/verdicts.sql has
-- more of them.
BEGIN;
SET LOCAL greenery.as_of = '2021-09-28 00:00+00';
SELECT tables, with_sign <= 10 AS few FROM pg_temp.simulations(25, false);
SELECT tables, with_sign, all_four FROM pg_temp.simulations(5, true);
ROLLBACK;
\i sql/include/empty_tables.sql
