-- Mart: dim_products.  Grain: product.
CREATE VIEW greenery.dim_products AS
SELECT
	p.product_id,
	p.name,
	p.price,
	p.inventory,
	coalesce(i.units_sold, 0) AS units_sold,
	coalesce(i.orders, 0) AS orders,
	p.inventory > 0 AS is_in_stock
FROM greenery.stg_products p
LEFT JOIN (
	SELECT
		s.product_id,
		sum(s.quantity) AS units_sold,
		count(DISTINCT s.order_id) AS orders
	FROM greenery.stg_order_items s
	GROUP BY s.product_id
) i ON i.product_id = p.product_id;

COMMENT ON VIEW greenery.dim_products IS
	'One row per product of the catalogue, with its sales.';
COMMENT ON COLUMN greenery.dim_products.units_sold IS 'Units ordered so far, whatever the order''s status.';
COMMENT ON COLUMN greenery.dim_products.orders IS 'Orders that contain it.';
COMMENT ON COLUMN greenery.dim_products.is_in_stock IS 'Whether the inventory is above 0; NULL when it is unknown.';
SELECT greenery.inherit_comments('greenery.dim_products', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_products', 'greenery.dim_products', 'mart', '{product_id}', 210,
	grain => 'product');
