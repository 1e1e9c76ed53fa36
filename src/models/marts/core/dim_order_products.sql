-- Mart: dim_order_products.  Grain: order.
CREATE VIEW greenery.dim_order_products AS
SELECT
	o.order_id,
	coalesce(i.product_ids, '{}') AS product_ids,
	coalesce(i.distinct_products, 0) AS distinct_products,
	coalesce(i.units, 0) AS units
FROM greenery.stg_orders o
LEFT JOIN (
	SELECT
		s.order_id,
		-- "C": the array's order must not depend on the database's locale
		array_agg(DISTINCT s.product_id COLLATE "C")
			FILTER (WHERE s.product_id IS NOT NULL) AS product_ids,
		count(DISTINCT s.product_id COLLATE "C") AS distinct_products,
		sum(s.quantity) AS units
	FROM greenery.stg_order_items s
	GROUP BY s.order_id
) i ON i.order_id = o.order_id
WHERE o.order_id IS NOT NULL;

COMMENT ON VIEW greenery.dim_order_products IS
	'One row an order, with what is in its basket.';
COMMENT ON COLUMN greenery.dim_order_products.order_id IS 'Identifier of the order. Key.';
COMMENT ON COLUMN greenery.dim_order_products.product_ids IS
	'The products ordered, each once, sorted by id; empty for an order without items.';
COMMENT ON COLUMN greenery.dim_order_products.distinct_products IS 'How many different products.';
COMMENT ON COLUMN greenery.dim_order_products.units IS 'Basket size: units of all products together.';
