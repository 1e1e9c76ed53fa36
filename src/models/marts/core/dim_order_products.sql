-- Mart: dim_order_products.  Grain: order.
CREATE VIEW greenery.dim_order_products AS
SELECT
	o.order_id,
	coalesce(i.product_ids, '{}') AS product_ids,
	coalesce(cardinality(i.product_ids), 0)::bigint AS distinct_products,
	coalesce(i.units, 0) AS units,
	coalesce(i.items_amount, 0) AS items_amount
FROM greenery.stg_orders o
LEFT JOIN (
	SELECT
		s.order_id,
		-- "C": the array's order must not depend on the database's locale
		array_agg(DISTINCT s.product_id COLLATE "C")
			FILTER (WHERE s.product_id IS NOT NULL) AS product_ids,
		sum(s.quantity) AS units,
		sum(s.quantity * coalesce(s.unit_price, p.price)) AS items_amount
	FROM greenery.stg_order_items s
	-- twice, for the planner: see fact_user_orders
	LEFT JOIN greenery.stg_products p
		ON p.product_id = s.product_id AND (p.product_id = s.product_id) IS TRUE
	GROUP BY s.order_id
) i ON i.order_id = o.order_id
WHERE o.order_id IS NOT NULL;

COMMENT ON VIEW greenery.dim_order_products IS
	'One row per order, with what is in its basket.';
COMMENT ON COLUMN greenery.dim_order_products.product_ids IS
	'The products ordered, each once, sorted by id; empty for an order without items.';
COMMENT ON COLUMN greenery.dim_order_products.distinct_products IS 'How many different products.';
COMMENT ON COLUMN greenery.dim_order_products.units IS 'Basket size: units of all products together.';
COMMENT ON COLUMN greenery.dim_order_products.items_amount IS
	'Sum over the items of quantity times the price per unit at the time of the order where the source knows it, else times the list price of today.';
SELECT greenery.inherit_comments('greenery.dim_order_products', 'greenery.stg_orders');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_order_products', 'greenery.dim_order_products', 'mart', '{order_id}', 220,
	grain => 'order', by_construction => '{not_null}');
