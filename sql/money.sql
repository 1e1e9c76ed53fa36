--
-- Money, cancelled orders, exclusions, currencies and what a shop does not have: live
-- views, and what builds publish.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;

\i sql/include/builds.sql
SELECT pg_temp.empty_shop();

--
-- A shop so small that every answer can be worked out by hand.
--
BEGIN;
INSERT INTO greenery.users (user_id, created_at) SELECT u, '2021-01-01' FROM unnest('{u1,u2,u3,bot}'::text[]) u;
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES
	('p1', 'Cactus', 12, 4), ('p2', 'Fern', 3, 100), ('post', 'Postage', 5, NULL);
INSERT INTO greenery.promos (promo_id, discount, percent, status) VALUES
	('amount', 4, NULL, 'active'), ('tenth', NULL, 10, 'active');
INSERT INTO greenery.orders
	(order_id, user_id, promo_id, address_id, created_at, order_cost, shipping_cost, tax, discount, order_total, refunded, status, is_cancelled) VALUES
	-- u1: the first order is cancelled, and so is the third
	('o1', 'u1', 'amount', 'a1', '2021-01-31 12:00', 20, 1, NULL, NULL, 17, NULL, ' cancelled ', NULL),
	('o2', 'u1', 'amount', 'a2', '2021-02-01 12:00', 20, 1, 2, NULL, 19, NULL, 'delivered', NULL),
	('o3', 'u1', NULL, 'a2', '2021-02-02 12:00', 20, 1, NULL, NULL, 21, NULL, 'preparing', true),
	-- refunded in part; 10 % of 24.95 is 2.495, or 2.50
	('o4', 'u1', 'tenth', 'a2', '2021-02-03 12:00', 24.95, 0, NULL, NULL, 22.45, 10, 'delivered', false),
	-- u2: a discount of its own, which rules over the promo's terms
	('o5', 'u2', 'amount', 'a3', '2021-03-01 00:30', 20, 0, NULL, 7, 13, NULL, 'delivered', NULL),
	-- a guest
	('o6', NULL, NULL, NULL, '2021-03-02 12:00', 10, 0, NULL, NULL, 10, 10, 'delivered', NULL),
	-- u3 has nothing but a cancelled order; it would be the last
	('o7', 'u3', 'tenth', 'a3', '2021-03-09 12:00', 10, 0, NULL, NULL, 9, NULL, 'cancelled', NULL),
	('b1', 'bot', 'amount', 'a9', '2021-03-03 12:00', 1000, 0, NULL, NULL, 996, NULL, 'delivered', NULL),
	('b2', 'bot', NULL, 'a9', '2021-03-03 13:00', 1000, 0, NULL, NULL, 1000, NULL, 'delivered', NULL);
INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price, returned_quantity) VALUES
	('o1', 'p1', 2, 10, NULL),
	('o2', 'p1', 2, 10, NULL),
	('o3', 'p1', 2, 10, NULL),
	('o4', 'p1', 1, NULL, 1), ('o4', 'p2', 3, 2.65, 1), ('o4', 'post', 1, NULL, NULL),
	('o5', 'p2', 4, 5, NULL),
	('o6', 'p2', 2, 5, 2),
	('b1', 'p1', 100, 10, NULL), ('b2', 'p2', 100, 10, NULL);

-- without exclusions bot counts: 2 of 3 users came back (u1 and bot)
SELECT greenery_repeat_rate(), purchasers, repeat_purchasers FROM greenery_repeat_rate_summary();
SELECT greenery_exclude_user('bot', 'a till');
SELECT greenery_exclude_user('nobody', 'has no orders');
-- 1 of 2
SELECT greenery_repeat_rate(), greenery_repeat_rate('2021-02-02') AS later, purchasers, repeat_purchasers FROM greenery_repeat_rate_summary();

SELECT order_id, order_number AS n, previous_order_at AS previous, order_date, discount, discount_source AS source, order_total AS total,
	net_total AS net, is_cancelled AS cancelled, is_excluded AS excluded
FROM greenery.fact_user_orders ORDER BY 1;
-- money adds up, and so do the items
SELECT test_id, status, failures, total FROM greenery_test('greenery.fact_user_orders') WHERE test_id IN (243, 244) ORDER BY 1;
SELECT order_id, product_id, quantity, price, unit_price, returned_quantity AS returned, amount, is_cancelled AS cancelled, is_excluded AS excluded
FROM greenery.fact_order_items_products ORDER BY 1, 2;
-- p1: 2 + 1 - 1; p2: 3 - 1 + 4 + 2 - 2; post: 1
SELECT product_id, units_sold, orders FROM greenery.dim_products ORDER BY 1;
-- u1: 19 + 22.45 - 10
SELECT user_id, orders, first_order_at, last_order_at, lifetime_value, is_repeat_purchaser, is_excluded,
	(SELECT string_agg(a ->> 'address_id', ' ') FROM jsonb_array_elements(addresses) a) AS addresses
FROM greenery.dim_users ORDER BY 1;
-- of o2, o4, o5, o6: amount 2, tenth 1
SELECT order_id, promo_id, promo_orders, promo_share, is_cancelled AS cancelled, is_excluded AS excluded FROM greenery.fact_promo_orders ORDER BY 1;
-- 4 orders, 3 of users; 31.45 + 13 + 0; units 2 + 5 + 4 + 2
SELECT name, value, numerator, denominator FROM greenery.metrics
WHERE name IN ('repeat_rate', 'average_order_value', 'promo_use_rate', 'units_per_order', 'products_per_order', 'orders_per_purchaser', 'orders', 'purchasers', 'revenue')
ORDER BY 1;
SELECT * FROM greenery.revenue_by_month ORDER BY 1, 2, 3;
-- the last order that counts for the present is bot's, as what is there does not depend on who is left out
SELECT greenery_as_of();
-- first orders, cohorts, breakdowns, features, labels and the landmark: u1 by o2, u2 by o5
SELECT * FROM greenery.first_orders ORDER BY 1;
SELECT user_id, first_order_id, promo_id, second_order_at, purchased_again FROM greenery.purchasers ORDER BY 1;
SELECT cohort, period, users, active_users FROM greenery.cohort_retention ORDER BY 1, 2;
SELECT user_id, first_order_id, order_value, promo_used, purchased_again FROM greenery.user_repeat_features ORDER BY 1;
SELECT user_id, first_order_at, purchase_frequency, purchased_again_within FROM greenery_repeat_features('2021-02-02', '30 days') ORDER BY 1;
SELECT product_id, buyers, reorder_buyers FROM greenery.product_reorder ORDER BY 1;
-- in the 31 days before the present: p1 3 of 4 (o4 and o2), which is enough
SET LOCAL greenery.stock_cover = '31 days';
SELECT product_id, inventory, is_at_risk_of_stockout FROM greenery.dim_product_stock ORDER BY 1;
UPDATE greenery.products SET inventory = 2 WHERE product_id = 'p1';
SELECT is_at_risk_of_stockout FROM greenery.dim_product_stock WHERE product_id = 'p1';
-- postage leaves tables of products, and no amount
SELECT greenery_exclude_product('post', 'postage');
SELECT product_id, is_excluded FROM greenery.dim_products ORDER BY 1;
SELECT (SELECT string_agg(product_id, ' ' ORDER BY product_id) FROM greenery.product_reorder) AS reorder,
	(SELECT string_agg(product_id, ' ' ORDER BY product_id) FROM greenery.product_funnel) AS funnel,
	(SELECT items_amount FROM greenery.fact_user_orders WHERE order_id = 'o4') AS amount;
SELECT greenery_include_product('post');
\set VERBOSITY terse
SAVEPOINT s;
SELECT greenery_include_product('post');
ROLLBACK TO s;
SELECT greenery_exclude_product('p1', ' ');
ROLLBACK TO s;
\set VERBOSITY default
SELECT object, name, action FROM greenery.changes ORDER BY change_id;

-- days are those of the shop: o5 was made on the last day of February in New York
SET LOCAL greenery.timezone = 'America/New_York';
SELECT order_id, order_date FROM greenery.fact_user_orders WHERE order_id IN ('o4', 'o5') ORDER BY 1;
SELECT month, customer_kind, orders, revenue FROM greenery.revenue_by_month ORDER BY 1, 2, 3;
RESET greenery.timezone;
-- a text is read in the zone of the session; greenery_timezone() says which one would be right
SET LOCAL timezone = 'Asia/Tokyo';
SELECT purchasers FROM greenery_repeat_rate_summary('2021-03-01 00:00');
SET LOCAL timezone = 'America/New_York';
SELECT purchasers FROM greenery_repeat_rate_summary('2021-03-01 00:00');
SELECT purchasers FROM greenery_repeat_rate_summary('2021-03-01 00:00'::timestamp AT TIME ZONE greenery_timezone());
SET LOCAL timezone = 'UTC';

-- several currencies: not added, until a setting says in which one to count
UPDATE greenery.orders SET currency = CASE order_id WHEN 'o4' THEN ' USD' WHEN 'o6' THEN NULL ELSE 'EUR' END;
SELECT currency FROM greenery.shop_currency;
SELECT user_id, lifetime_value FROM greenery.dim_users ORDER BY 1;
SELECT name, value, numerator FROM greenery.metrics WHERE name IN ('average_order_value', 'revenue', 'orders') ORDER BY 1;
SELECT month, currency, customer_kind, orders, purchasers, revenue, average_order_value FROM greenery.revenue_by_month ORDER BY 1, 2, 3;
SELECT test_id, status, failures, total FROM greenery_test('greenery.stg_orders') WHERE test_id = 63;
SET LOCAL greenery.currency = 'EUR';
SELECT user_id, lifetime_value FROM greenery.dim_users ORDER BY 1;
SELECT name, value, numerator, denominator FROM greenery.metrics WHERE name IN ('average_order_value', 'revenue', 'orders') ORDER BY 1;
SELECT greenery_set('currency', 'EUR');
SELECT test_id, status, failures, total FROM greenery_test('greenery.stg_orders') WHERE test_id = 63;
SELECT user_id, order_value FROM greenery.user_repeat_features ORDER BY 1;
SET LOCAL greenery.currency = 'USD';
SELECT user_id, order_value FROM greenery.user_repeat_features ORDER BY 1;
SET LOCAL greenery.currency = 'EUR';
-- one that no order has
SELECT greenery_set('currency', 'eur');
SELECT test_id, status, failures, total FROM greenery_test('greenery.stg_orders') WHERE test_id = 63;
SELECT greenery_set('currency', NULL);
RESET greenery.currency;
-- cancelled orders and those of excluded users make no second currency
UPDATE greenery.orders SET currency = CASE WHEN user_id = 'bot' THEN 'XBT' WHEN status LIKE '%cancelled%' OR is_cancelled THEN 'XXX' ELSE 'EUR' END;
SELECT currency FROM greenery.shop_currency;
SELECT test_id, status, failures, total FROM greenery_test('greenery.stg_orders') WHERE test_id = 63;
SELECT DISTINCT currency FROM greenery.fact_order_items_products ORDER BY 1;
ROLLBACK;

--
-- Money adds up.  Each row says what test 243 must say.
--
BEGIN;
INSERT INTO greenery.promos (promo_id, discount, percent, status) VALUES
	('new', 5, NULL, 'active'), ('percent', NULL, 20, 'active'), ('today', 8, NULL, 'active'), ('never', 3, NULL, 'active');
INSERT INTO greenery.promo_history (promo_id, status, discount, percent, valid_from, valid_to) VALUES
	-- 4 was recorded first, and 5 in February; then nothing else
	('new', 'active', 4, NULL, '2021-01-01', '2021-02-01'), ('new', 'active', 5, NULL, '2021-02-01', NULL),
	-- from 10 % to 20 %
	('percent', 'active', NULL, 10, '2021-01-01', '2021-02-01'), ('percent', 'active', NULL, 20, '2021-02-01', NULL),
	-- the source says 8 now, and nobody has recorded it
	('today', 'active', 7, NULL, '2021-01-01', NULL);
CREATE TEMP TABLE money (n integer GENERATED ALWAYS AS IDENTITY, order_id text, promo_id text, at timestamptz, total numeric, tax numeric, discount numeric,
	items integer, cancelled boolean, adds_up boolean) ON COMMIT DROP;
-- order_cost is 33.33, shipping_cost 1.67: 35 together
INSERT INTO money (order_id, promo_id, at, total, tax, discount, items, cancelled, adds_up) VALUES
	('plain', NULL, '2021-01-10', 35, NULL, NULL, 1, NULL, true),
	('plain, half a cent', NULL, '2021-01-10', 35.005, NULL, NULL, 1, NULL, true),
	('plain, a cent', NULL, '2021-01-10', 35.01, NULL, NULL, 1, NULL, false),
	('cancelled', NULL, '2021-01-10', 99, NULL, NULL, 1, true, NULL),
	('unknown', NULL, '2021-01-10', NULL, NULL, NULL, 1, NULL, NULL),
	('tax', NULL, '2021-01-10', 40, 5, NULL, 1, NULL, true),
	('tax left out', NULL, '2021-01-10', 35, 5, NULL, 1, NULL, false),
	-- a cent an item, and half a cent
	('tax, 3 items, 3 cents', NULL, '2021-01-10', 40.03, 5, NULL, 3, NULL, true),
	('tax, 2 items, 3 cents', NULL, '2021-01-10', 40.03, 5, NULL, 2, NULL, false),
	('discount', NULL, '2021-01-10', 29, NULL, 6, 1, NULL, true),
	('discount left out', NULL, '2021-01-10', 35, NULL, 6, 1, NULL, false),
	('discount, 2 items, 2 cents', NULL, '2021-01-10', 29.02, NULL, 6, 2, NULL, true),
	('discount and promo', 'new', '2021-01-10', 29, NULL, 6, 1, NULL, true),
	('discount, not the promo', 'new', '2021-01-10', 31, NULL, 6, 1, NULL, false),
	-- before the history: its earliest terms, and no others
	('before', 'new', '2020-12-01', 31, NULL, NULL, 1, NULL, true),
	('before, 5', 'new', '2020-12-01', 30, NULL, NULL, 1, NULL, false),
	-- between two records: either
	('between, 4', 'new', '2021-01-10', 31, NULL, NULL, 1, NULL, true),
	('between, 5', 'new', '2021-01-10', 30, NULL, NULL, 1, NULL, true),
	('between, 6', 'new', '2021-01-10', 29, NULL, NULL, 1, NULL, false),
	('between, 3 items, 1 cent', 'new', '2021-01-10', 30.01, NULL, NULL, 3, NULL, false),
	('after, 5', 'new', '2021-02-01', 30, NULL, NULL, 1, NULL, true),
	('after, 4', 'new', '2021-02-01', 31, NULL, NULL, 1, NULL, false),
	('today, 7', 'today', '2021-02-01', 28, NULL, NULL, 1, NULL, true),
	('today, 8', 'today', '2021-02-01', 27, NULL, NULL, 1, NULL, true),
	('today, 9', 'today', '2021-02-01', 26, NULL, NULL, 1, NULL, false),
	('without history', 'never', '2021-02-01', 32, NULL, NULL, 1, NULL, true),
	('no such promo', 'none', '2021-02-01', 35, NULL, NULL, 1, NULL, NULL),
	-- 10 % are 3.333, 20 % 6.666
	('10 %', 'percent', '2021-01-10', 31.67, NULL, NULL, 1, NULL, true),
	('20 %', 'percent', '2021-01-10', 28.33, NULL, NULL, 1, NULL, true),
	('15 %', 'percent', '2021-01-10', 30, NULL, NULL, 1, NULL, false),
	('10 % before', 'percent', '2020-01-10', 31.67, NULL, NULL, 1, NULL, true),
	('20 % before', 'percent', '2020-01-10', 28.33, NULL, NULL, 1, NULL, false),
	('20 % after', 'percent', '2021-03-10', 28.33, NULL, NULL, 1, NULL, true);
INSERT INTO greenery.orders (order_id, promo_id, created_at, order_cost, shipping_cost, order_total, tax, discount, is_cancelled)
SELECT order_id, promo_id, at, 33.33, 1.67, total, tax, discount, cancelled FROM money;
INSERT INTO greenery.order_items (order_id, product_id, quantity) SELECT order_id, 'p' || i, 1 FROM money, generate_series(1, items) i;
-- must be none
SELECT m.*, s.failed FROM money m
LEFT JOIN (SELECT f ->> 'order_id' AS order_id, true AS failed FROM greenery_test('greenery.fact_user_orders') t, jsonb_array_elements(t.sample) f
		   WHERE t.test_id = 243) s USING (order_id)
WHERE coalesce(s.failed, false) <> (m.adds_up IS FALSE) ORDER BY n;
SELECT t.failures = (SELECT count(*) FROM money WHERE NOT adds_up) AS failures
FROM greenery_test('greenery.fact_user_orders') t WHERE t.test_id = 243;
SELECT m.order_id, o.discount, o.discount_recorded_next FROM money m JOIN greenery.fact_user_orders o USING (order_id)
WHERE o.discount_recorded_next IS NOT NULL ORDER BY n;
-- a promo that comes twice doubles no order
INSERT INTO greenery.promos (promo_id, discount, status) VALUES ('today', 9, 'active'), ('new', 9, 'active');
SELECT count(*) = (SELECT count(*) FROM money) AS once FROM greenery.fact_user_orders;
ROLLBACK;

--
-- Unknown is not zero: a shop with nothing but orders, and one whose totals are unknown too.
--
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at, order_total) VALUES
	('1', 'a', '2021-02-01', 10), ('2', 'a', '2021-02-02', NULL), ('3', 'b', '2021-02-02', NULL);
INSERT INTO greenery.users (user_id) VALUES ('a'), ('b'), ('c');
INSERT INTO greenery.products (product_id, price) VALUES ('p', 1);
SELECT * FROM greenery.dim_order_products ORDER BY 1;
SELECT order_id, units, distinct_products, items_amount, discount, net_total FROM greenery.fact_user_orders ORDER BY 1;
SELECT product_id, units_sold, orders FROM greenery.dim_products;
SELECT user_id, orders, lifetime_value FROM greenery.dim_users ORDER BY 1;
SELECT name, value, numerator, denominator FROM greenery.metrics
WHERE name IN ('units_per_order', 'products_per_order', 'promo_use_rate', 'average_order_value', 'revenue', 'delivery_days', 'late_delivery_rate', 'orders') ORDER BY 1;
SELECT user_id, promo_used, basket_size, distinct_products, order_value FROM greenery.user_repeat_features ORDER BY 1;
SELECT indicator, users, verdict FROM greenery.repeat_indicators
WHERE indicator IN ('promo_used', 'basket_size', 'distinct_products', 'order_value', 'weekend') ORDER BY 1;
UPDATE greenery.orders SET order_total = NULL;
SELECT user_id, orders, lifetime_value FROM greenery.dim_users ORDER BY 1;
SELECT name, value, numerator FROM greenery.metrics WHERE name IN ('average_order_value', 'revenue', 'orders') ORDER BY 1;
SELECT * FROM greenery.revenue_by_month ORDER BY 1, 2, 3;
SELECT test_id, status, total FROM greenery_test('greenery.stg_orders') WHERE test_id = 63;
-- a promo that nobody used, and an order without items where there are items: now it is 0
INSERT INTO greenery.promos (promo_id, discount) VALUES ('x', 1);
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('1', 'p', 2), ('1', 'q', 1);
SELECT name, value, numerator, denominator FROM greenery.metrics WHERE name IN ('units_per_order', 'promo_use_rate') ORDER BY 1;
SELECT user_id, promo_used, basket_size, distinct_products FROM greenery.user_repeat_features ORDER BY 1;
-- of q no price is known, and so no amount of the order
SELECT order_id, units, distinct_products, items_amount FROM greenery.dim_order_products ORDER BY 1;
ROLLBACK;

--
-- Prices change: revenue by product is right to the cent where the source keeps the price at
-- the time of the order.
--
BEGIN;
INSERT INTO greenery.products (product_id, price) SELECT 'p' || i, 9.99 FROM generate_series(1, 20) i;
INSERT INTO greenery.orders (order_id, user_id, created_at, is_cancelled)
SELECT 'o' || i, 'u' || i % 50, '2021-01-01'::timestamptz + i * interval '1 hour', i % 10 = 0 FROM generate_series(1, 500) i;
INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price)
SELECT 'o' || i, 'p' || 1 + (i * j) % 20, 1 + (i + j) % 4, round((1 + (hashint4(i * 7 + j) & 1023) / 100.0)::numeric, 2)
FROM generate_series(1, 500) i, generate_series(1, 3, 2) j
WHERE j = 1 OR i % 20 <> (i * 3) % 20;
SELECT count(*) AS products, count(*) FILTER (WHERE m.amount IS DISTINCT FROM r.amount) AS differ, sum(r.amount) <> sum(r.listed) AS changed
FROM (SELECT product_id, sum(amount) AS amount FROM greenery.fact_order_items_products WHERE NOT is_cancelled AND NOT is_excluded GROUP BY 1) m
FULL JOIN (SELECT i.product_id, sum(i.quantity * i.unit_price) AS amount, sum(i.quantity * 9.99) AS listed
		   FROM greenery.order_items i WHERE substr(i.order_id, 2)::integer % 10 <> 0 GROUP BY 1) r USING (product_id);
ROLLBACK;

--
-- The same over a larger shop, against plain SQL over the raw rows; and what builds publish
-- after random changes of all this, against the views.
--
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) AS tables FROM greenery_load_sample_shop(users => 40, orders_per_user => 2, seed => 5);
CREATE FUNCTION pg_temp.change(round integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	ids text[] := ARRAY(SELECT order_id FROM greenery.orders ORDER BY md5(order_id || round) COLLATE "C" LIMIT 12);
	users text[] := ARRAY(SELECT user_id FROM greenery.users ORDER BY md5(user_id || round) COLLATE "C" LIMIT 3);
BEGIN
	UPDATE greenery.orders SET is_cancelled = is_cancelled IS NOT TRUE WHERE order_id = ANY (ids[1:2]);
	UPDATE greenery.orders SET status = CASE status WHEN 'cancelled' THEN 'preparing' ELSE 'cancelled' END WHERE order_id = ids[3];
	UPDATE greenery.orders SET refunded = round % 3 WHERE order_id = ids[4];
	UPDATE greenery.orders SET discount = 1, order_total = order_cost + shipping_cost + coalesce(tax, 0) - 1 WHERE order_id = ids[5];
	UPDATE greenery.orders SET tax = coalesce(tax, 0) + 2, order_total = order_total + 2 WHERE order_id = ids[6];
	UPDATE greenery.orders SET currency = CASE WHEN currency IS NULL THEN 'EUR' END WHERE order_id = ids[7];
	UPDATE greenery.orders SET channel = 'app' || round WHERE order_id = ids[8];
	UPDATE greenery.order_items SET unit_price = 1 + round WHERE order_id = ids[9];
	UPDATE greenery.order_items SET returned_quantity = 1 WHERE order_id = ids[10];
	UPDATE greenery.order_items SET currency = 'USD' WHERE order_id = ids[11];
	UPDATE greenery.promos SET discount = NULL, percent = 10 WHERE promo_id = (SELECT min(promo_id) FROM greenery.promos) AND round = 2;
	IF round % 2 = 0 THEN
		PERFORM greenery_exclude_user(users[1], 'round ' || round);
		PERFORM greenery_exclude_product((SELECT min(product_id) FROM greenery.products), 'round ' || round);
	ELSE
		PERFORM greenery_include_user(x.user_id) FROM greenery.excluded_users x LIMIT 1;
		PERFORM greenery_include_product(x.product_id) FROM greenery.excluded_products x;
	END IF;
	PERFORM greenery_set('currency', CASE WHEN round % 3 = 0 THEN 'EUR' END);
	-- what the settings of builds say, for the views too
	PERFORM set_config('greenery.currency', CASE WHEN round % 3 = 0 THEN 'EUR' ELSE '' END, false);
END
$$;
-- revenue, lifetime values and units by plain SQL over the raw rows; must be none
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (what text, said numeric, is numeric) LANGUAGE sql AS $$
	WITH counted AS (
		SELECT o.*, coalesce(o.currency, '') AS unit
		FROM greenery.orders o
		WHERE o.status <> 'cancelled' AND o.is_cancelled IS NOT TRUE
			AND NOT EXISTS (SELECT FROM greenery.excluded_users x WHERE x.user_id = o.user_id)
	), unit AS (
		SELECT CASE WHEN current_setting('greenery.currency') <> '' THEN current_setting('greenery.currency')
					WHEN count(DISTINCT unit) = 1 THEN min(unit) END AS unit FROM counted
	), answers AS (
		SELECT 'revenue' AS what, (SELECT numerator FROM greenery.metrics WHERE name = 'revenue') AS said,
			(SELECT sum(order_total - coalesce(refunded, 0)) FROM counted c, unit u WHERE c.unit = u.unit) AS is
		UNION ALL
		SELECT 'orders', (SELECT numerator FROM greenery.metrics WHERE name = 'orders'), count(*) FROM counted
		UNION ALL
		SELECT 'purchasers', (SELECT numerator FROM greenery.metrics WHERE name = 'purchasers'), count(DISTINCT user_id) FROM counted
		UNION ALL
		SELECT 'repeat rate', round(greenery_repeat_rate()::numeric, 9),
			(SELECT round((count(*) FILTER (WHERE n > 1))::numeric / count(*), 9) FROM (SELECT count(*) AS n FROM counted GROUP BY user_id) u)
		UNION ALL
		SELECT 'months', (SELECT sum(revenue) FROM greenery.revenue_by_month), sum(order_total - coalesce(refunded, 0)) FROM counted
		UNION ALL
		SELECT 'new', (SELECT sum(orders) FROM greenery.revenue_by_month WHERE customer_kind = 'new'), count(DISTINCT user_id) FROM counted
		UNION ALL
		SELECT 'units', (SELECT sum(units_sold) FROM greenery.dim_products),
			(SELECT sum(i.quantity - coalesce(i.returned_quantity, 0)) FROM greenery.order_items i JOIN counted USING (order_id))
		UNION ALL
		SELECT 'lifetime', (SELECT sum(lifetime_value) FROM greenery.dim_users),
			-- excluded users keep theirs
			(SELECT sum(order_total - coalesce(refunded, 0)) FROM greenery.orders o, unit u
			 WHERE o.status <> 'cancelled' AND o.is_cancelled IS NOT TRUE AND coalesce(o.currency, '') = u.unit)
		UNION ALL
		SELECT 'cohorts', (SELECT sum(users) FROM greenery.cohort_retention WHERE period = 0), count(DISTINCT user_id) FROM counted
	)
	SELECT * FROM answers a WHERE a.said IS DISTINCT FROM a.is
$$;
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.change(1);
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.change(2);
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.change(3);
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.change(4);
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT build_id, status FROM greenery.builds ORDER BY 1;
-- incremental marts are computed in part when nothing has changed, and whole when somebody
-- else is excluded
CREATE FUNCTION pg_temp.in_part() RETURNS boolean LANGUAGE sql AS $$
	SELECT bool_and(b.changed_keys IS NOT NULL) FROM greenery.build_models b
	WHERE b.build_id = (SELECT max(build_id) FROM greenery.builds) AND b.model IN (SELECT model FROM greenery.incremental_inputs)
$$;
CALL greenery_build();
SELECT pg_temp.in_part();
-- an exclusion alone changes what the next build publishes
SELECT greenery_exclude_user((SELECT min(user_id) FROM greenery.users u WHERE EXISTS (SELECT FROM greenery_published.user_repeat_features f WHERE f.user_id = u.user_id)), 'staff');
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT bool_or(updated + deleted > 0) AS changed FROM greenery.build_models WHERE model = 'user_repeat_features' AND build_id = (SELECT max(build_id) FROM greenery.builds);
SELECT bool_or(changed_keys IS NOT NULL) AS any_in_part FROM greenery.build_models b
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND b.model IN (SELECT model FROM greenery.incremental_inputs);
RESET greenery.currency;
SELECT pg_temp.empty_shop();
