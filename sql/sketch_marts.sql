--
-- Sketches of days: a shop whose answers can be worked out by hand, and any days of the
-- sample shop against plain SQL.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;

-- A shop in New York, whoever asks: a orders on the 10th at 23:30 there, and on the 11th
BEGIN;
SET LOCAL greenery.timezone = 'America/New_York';
INSERT INTO greenery.orders (order_id, user_id, created_at, status) VALUES
	('a1', 'a', '2021-02-11 04:30Z', 'delivered'), ('a2', 'a', '2021-02-11 05:00Z', 'delivered'),
	-- b twice on one day; c once, and once more that is cancelled; a guest; x is excluded
	('b1', 'b', '2021-02-11 12:00Z', 'delivered'), ('b2', 'b', '2021-02-11 13:00Z', 'delivered'),
	('c1', 'c', '2021-02-12 12:00Z', 'delivered'), ('c2', 'c', '2021-02-13 12:00Z', 'cancelled'),
	('g1', NULL, '2021-02-14 12:00Z', 'delivered'), ('x1', 'x', '2021-02-14 12:00Z', 'delivered'), ('x2', 'x', '2021-02-15 12:00Z', 'delivered'),
	-- no day
	('d1', 'd', 'infinity', 'delivered'), ('d2', 'd', NULL, 'delivered');
SELECT greenery_exclude_user('x', 'a test');
CREATE TEMP VIEW days AS SELECT day, orders, purchasers(sketch), repeat_purchasers(sketch), repeat_rate(sketch) FROM greenery.daily_repeat_sketches;
SELECT * FROM days ORDER BY day;
SET LOCAL timezone = 'Asia/Tokyo';
SELECT * FROM days ORDER BY day;
SET LOCAL greenery.timezone = 'UTC';
SELECT * FROM days ORDER BY day;
-- a's orders are of two days, and one user's
SET LOCAL greenery.timezone = 'America/New_York';
SELECT purchasers(s), repeat_purchasers(s), repeat_rate_interval(s) FROM (SELECT rollup(sketch) AS s FROM greenery.daily_repeat_sketches) r;
ROLLBACK;

-- Any days of the sample shop: who ordered, and who again, within them
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(users => 200, seed => 3);
CREATE TEMP TABLE kept AS SELECT user_id, order_id, order_date, state FROM greenery.fact_user_orders WHERE NOT is_cancelled AND NOT is_excluded;
CREATE TEMP TABLE sketches AS SELECT * FROM greenery.daily_repeat_sketches;
SELECT count(*) > 50 AS many_days, sum(orders) = (SELECT count(*) FROM kept) AS all_orders,
	   repeat_rate(rollup(sketch)) = greenery_repeat_rate() AS the_headline
FROM sketches;
SELECT count(*) > 1000 AS many_windows, count(*) FILTER (WHERE repeats > 0) > 500 AS with_repeats,
	   count(*) FILTER (WHERE purchasers(s) = users AND repeat_purchasers(s) = repeats AND repeat_rate(s) = repeats / users) = count(*) AS all_agree
FROM (SELECT d.day, n.days, rollup(w.sketch) AS s FROM sketches d, unnest('{1,7,28,90,365}'::int[]) n (days), sketches w
	  WHERE w.day >= d.day AND w.day < d.day + n.days GROUP BY 1, 2) r
JOIN (SELECT day, days, count(*)::float8 AS users, count(*) FILTER (WHERE orders > 1) AS repeats
	  FROM (SELECT d.day, n.days, k.user_id, count(DISTINCT k.order_id) AS orders FROM sketches d, unnest('{1,7,28,90,365}'::int[]) n (days), kept k
			WHERE k.order_date >= d.day AND k.order_date < d.day + n.days AND k.user_id IS NOT NULL GROUP BY 1, 2, 3) u
	  GROUP BY 1, 2) e USING (day, days);
-- the same by state, in a table of one's own
CREATE TEMP TABLE state_sketches AS SELECT order_date AS day, state, repeat_sketch_agg(user_id, order_id) AS sketch FROM kept GROUP BY 1, 2;
SELECT count(*) FILTER (WHERE repeat_rate(s) IS DISTINCT FROM rate) AS wrong, count(*) > 10 AS many
FROM (SELECT state, rollup(sketch) AS s FROM state_sketches GROUP BY 1) r
JOIN (SELECT state, repeat_rate(user_id, order_id) AS rate FROM kept GROUP BY 1) e USING (state);
ROLLBACK;
\i sql/include/empty_tables.sql
