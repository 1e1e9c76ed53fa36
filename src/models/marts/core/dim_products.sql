-- Mart: dim_products.  Grain: product.
CREATE VIEW greenery.dim_products AS
SELECT
	p.product_id,
	p.name,
	p.price,
	p.inventory,
	coalesce(i.units_sold, z.none) AS units_sold,
	coalesce(i.orders, z.none) AS orders,
	p.inventory > 0 AS is_in_stock,
	p.category,
	coalesce(p.product_id IN (SELECT x.product_id FROM greenery.excluded_products x), false) AS is_excluded
FROM greenery.stg_products p
LEFT JOIN (
	SELECT
		s.product_id,
		sum(s.quantity - coalesce(s.returned_quantity, 0)) AS units_sold,
		count(DISTINCT s.order_id) AS orders
	FROM greenery.fact_order_items_products s
	WHERE NOT s.is_cancelled
		AND NOT s.is_excluded
	GROUP BY s.product_id
) i ON i.product_id = p.product_id
CROSS JOIN LATERAL (
	-- asked once: a shop without order items does not know what it sold
	SELECT (SELECT 0 WHERE EXISTS (SELECT FROM greenery.stg_order_items)) AS none
) z;

COMMENT ON VIEW greenery.dim_products IS
	'One row per product of the catalogue, with its sales.';
COMMENT ON COLUMN greenery.dim_products.units_sold IS 'Units ordered so far, less those sent back. Cancelled orders and orders of excluded users do not count; NULL where the shop has no order items at all.';
COMMENT ON COLUMN greenery.dim_products.orders IS 'Orders that contain it; cancelled ones and those of excluded users do not count. NULL where the shop has no order items at all.';
COMMENT ON COLUMN greenery.dim_products.is_in_stock IS 'Whether the inventory is above 0; NULL when it is unknown.';
COMMENT ON COLUMN greenery.dim_products.is_excluded IS 'Whether tables of products leave it out: see excluded_products.';
SELECT greenery.inherit_comments('greenery.dim_products', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_products', 'greenery.dim_products', 'mart', '{product_id}', 210,
	grain => 'product');
