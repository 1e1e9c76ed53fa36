-- Mart: product_pairs (product).  Grain: two products that are bought together.
--
-- An order of a hundred products has 4,950 pairs.  So products of fewer orders than a pair
-- needs are left out before pairs are made, products are numbers, and a pair is one number;
-- an order makes its pairs from an array, which needs no join of the items with
-- themselves.
CREATE VIEW greenery.product_pairs AS
WITH item AS MATERIALIZED (
	SELECT i.order_id, i.product_id
	FROM greenery.stg_order_items i
	JOIN greenery.stg_orders o ON o.order_id = i.order_id
		AND (NOT greenery.items_on_shards() OR o.user_id = i.user_id)
	WHERE NOT o.is_cancelled
		-- guests have no id that could be in the list
		AND coalesce(o.user_id NOT IN (SELECT x.user_id FROM greenery.excluded_users x), true)
		AND i.product_id IS NOT NULL
		AND i.product_id NOT IN (SELECT x.product_id FROM greenery.excluded_products x)
), product AS MATERIALIZED (
	SELECT
		i.product_id,
		count(*) AS orders,
		row_number() OVER (ORDER BY i.product_id COLLATE "C") AS n
	FROM item i
	GROUP BY i.product_id
	HAVING count(*) >= 10
), basket AS MATERIALIZED (
	SELECT i.order_id, array_agg(p.n) FILTER (WHERE p.n IS NOT NULL) AS products
	FROM item i
	LEFT JOIN product p ON p.product_id = i.product_id AND (p.product_id = i.product_id) IS TRUE
	GROUP BY i.order_id
), pair AS (
	SELECT k.pair, count(*) AS orders
	FROM (
		-- no power of two: the hash of a number adds up its two halves without carry, and of
		-- these pairs would have the same ones
		SELECT least(a.n, b.n) * 10000000000 + greatest(a.n, b.n) AS pair
		FROM basket t
		CROSS JOIN LATERAL unnest(t.products) WITH ORDINALITY a (n, place)
		CROSS JOIN LATERAL unnest(t.products[a.place::integer + 1:]) b (n)
		WHERE a.n <> b.n
		-- a fence: the planner takes what comes out for one of 200 values, and not for one
		-- of 200 times 200
		OFFSET 0
	) k
	GROUP BY k.pair
	HAVING count(*) >= 10
)
SELECT
	a.product_id,
	b.product_id AS other_product_id,
	p.orders,
	p.orders::double precision / (SELECT count(*) FROM basket) AS support,
	p.orders::double precision / a.orders AS confidence,
	p.orders::double precision * (SELECT count(*) FROM basket) / (a.orders::double precision * b.orders) AS lift
FROM pair p
JOIN product a ON a.n = p.pair / 10000000000
JOIN product b ON b.n = p.pair % 10000000000;

COMMENT ON VIEW greenery.product_pairs IS
	'One row per two products that stand together in ten or more orders. Cancelled orders, orders of excluded users, and excluded products (postage, gift cards: greenery.excluded_products) are left out; orders of guests count.';
COMMENT ON COLUMN greenery.product_pairs.product_id IS 'The one product, the smaller id by bytes: dim_products.product_id.';
COMMENT ON COLUMN greenery.product_pairs.other_product_id IS 'The other.';
COMMENT ON COLUMN greenery.product_pairs.orders IS 'Orders that contain both.';
COMMENT ON COLUMN greenery.product_pairs.support IS 'orders divided by all orders that contain any product; those left out do not count.';
COMMENT ON COLUMN greenery.product_pairs.confidence IS 'orders divided by the orders that contain product_id: how often the other is bought where the one is.';
COMMENT ON COLUMN greenery.product_pairs.lift IS
	'How many times as often they are bought together as they would be if neither knew of the other: support, divided by the share of orders with the one, and by the share with the other. 1 says nothing.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
-- Pairs may come below ten orders: fewer rows are worth a warning.
SELECT greenery.register_model('product_pairs', 'greenery.product_pairs', 'mart', '{product_id,other_product_id}', 580,
	by_construction => '{not_null,unique}', shrink_warns => true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(584, 'greenery.product_pairs', 'expression', NULL, '{"expression": "orders >= 10 AND product_id COLLATE \"C\" < other_product_id COLLATE \"C\""}', NULL, '0',
	 'No pair stands twice, the other way round, and none has fewer than ten orders. Holds by construction.', true);
