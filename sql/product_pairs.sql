--
-- What is bought together.  All is rolled back.
--
SET client_min_messages = warning;
SET jit = off;
BEGIN;
-- 40 orders: a and b in 10 of them, a and c in 9, a alone in 6, d alone in 15
INSERT INTO greenery.orders (order_id, user_id, created_at)
SELECT 'o' || i, CASE WHEN i % 2 = 0 THEN 'u' || i END, timestamptz '2021-01-01' + i * interval '1 hour' FROM generate_series(1, 40) i;
INSERT INTO greenery.order_items (order_id, product_id, quantity)
SELECT 'o' || i, p, 1 FROM generate_series(1, 40) i
CROSS JOIN LATERAL unnest(CASE WHEN i <= 10 THEN '{b,a}' WHEN i <= 19 THEN '{a,c}' WHEN i <= 25 THEN '{a}' ELSE '{d}' END::text[]) p;
-- a in 25 and b in 10 of 40: confidence 10 / 25, lift 10 * 40 / (25 * 10); guests count
SELECT * FROM greenery.product_pairs;
-- what does not count: an item of no order, without product, and an order without items
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('none', 'a', 1), ('none', 'b', 1), ('o40', NULL, 1), (NULL, 'a', 1);
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('empty', 'u1', '2021-01-01'), (NULL, 'u1', '2021-01-01');
SELECT * FROM greenery.product_pairs;
-- a and c reach ten, b by a letter's case is another product, and the larger id comes second
INSERT INTO greenery.orders (order_id, created_at) VALUES ('o41', '2021-01-01');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o41', 'c', 1), ('o41', ' a ', 1), ('o41', 'B', 1);
SELECT product_id, other_product_id, orders, support = 10 / 41.0::float8 AS support, confidence = 10 / 26.0::float8 AS confidence,
	lift = 10.0::float8 * 41 / (26 * 10) AS lift
FROM greenery.product_pairs ORDER BY 1, 2;
SAVEPOINT s;
-- cancelled orders and those of excluded users are out, of the pair and of all orders
UPDATE greenery.orders SET is_cancelled = true WHERE order_id = 'o1';
SELECT product_id, other_product_id, orders, support = 10 / 40.0::float8 AS support, confidence = 10 / 25.0::float8 AS confidence FROM greenery.product_pairs;
UPDATE greenery.orders SET is_cancelled = NULL, status = 'cancelled' WHERE order_id = 'o1';
SELECT product_id, other_product_id, orders FROM greenery.product_pairs;
ROLLBACK TO s;
INSERT INTO greenery.excluded_users (user_id, reason) VALUES ('u2', 'staff'), ('u40', 'staff');
SELECT product_id, other_product_id, orders, support = 10 / 39.0::float8 AS support, confidence = 10 / 25.0::float8 AS confidence FROM greenery.product_pairs;
ROLLBACK TO s;
-- postage is in every order; left out, it is in no pair, and an order of it alone is none
INSERT INTO greenery.order_items (order_id, product_id, quantity) SELECT order_id, 'postage', 1 FROM greenery.orders WHERE order_id IS NOT NULL;
SELECT product_id, other_product_id, orders, round(support::numeric, 4) AS support FROM greenery.product_pairs ORDER BY orders DESC, 1, 2;
INSERT INTO greenery.excluded_products (product_id, reason) VALUES ('postage', 'no product');
SELECT product_id, other_product_id, orders, support = 10 / 41.0::float8 AS support FROM greenery.product_pairs ORDER BY 1, 2;
ROLLBACK TO s;
-- without items nothing
TRUNCATE greenery.order_items;
SELECT count(*) FROM greenery.product_pairs;
ROLLBACK;

-- The sample shop, and orders of a hundred products, against plain SQL.  Differences, and there must be none.
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(users => 600, seed => 5);
INSERT INTO greenery.orders (order_id, created_at, is_cancelled) SELECT 'large' || i, '2021-02-01', i = 1 FROM generate_series(1, 30) i;
INSERT INTO greenery.order_items (order_id, product_id, quantity)
SELECT 'large' || i, 'p' || p, 1 FROM generate_series(1, 30) i, generate_series(1, 200) p WHERE md5(i || ' ' || p) < '8';
INSERT INTO greenery.excluded_users (user_id, reason) SELECT user_id, 'staff' FROM greenery.users ORDER BY md5(user_id) LIMIT 30;
INSERT INTO greenery.excluded_products (product_id, reason) VALUES ('p7', 'postage');
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT i.order_id, i.product_id FROM greenery.order_items i JOIN greenery.orders o USING (order_id)
WHERE o.is_cancelled IS NOT TRUE AND o.status IS DISTINCT FROM 'cancelled' AND i.product_id <> 'p7'
	AND NOT EXISTS (SELECT FROM greenery.excluded_users x WHERE x.user_id = o.user_id);
ANALYZE item;
WITH plain AS (
	SELECT a.product_id, b.product_id AS other_product_id, count(DISTINCT order_id) AS orders
	FROM item a JOIN item b USING (order_id) WHERE a.product_id COLLATE "C" < b.product_id COLLATE "C"
	GROUP BY 1, 2 HAVING count(DISTINCT order_id) >= 10
), orders AS (
	SELECT product_id, count(DISTINCT order_id)::float8 AS n FROM item GROUP BY 1
), pair AS (
	SELECT p.*, p.orders / t.n AS support, p.orders / a.n AS confidence, (p.orders / t.n) / (a.n / t.n * b.n / t.n) AS lift
	FROM plain p JOIN orders a ON a.product_id = p.product_id JOIN orders b ON b.product_id = p.other_product_id,
		(SELECT count(DISTINCT order_id)::float8 AS n FROM item) t
)
SELECT count(*) > 200 AS many, count(*) FILTER (WHERE p.product_id ~ '^p') > 10 AS of_large_orders,
	count(*) FILTER (WHERE (v.orders, v.support, v.confidence) IS DISTINCT FROM (p.orders, p.support, p.confidence)
					 OR abs(v.lift - p.lift) > 1e-9 OR v.lift IS NULL) AS differ
FROM greenery.product_pairs v FULL JOIN pair p USING (product_id, other_product_id);
ROLLBACK;
\i sql/include/empty_tables.sql
