-- Mart: fact_order_items_products.  Grain: order and product.
CREATE VIEW greenery.fact_order_items_products AS
SELECT
	i.order_id,
	i.product_id,
	i.quantity,
	p.price,
	i.quantity * coalesce(i.unit_price, p.price) AS amount,
	p.name
FROM greenery.stg_order_items i
-- twice, for the planner: see fact_user_orders
LEFT JOIN greenery.stg_products p
	ON p.product_id = i.product_id AND (p.product_id = i.product_id) IS TRUE;

COMMENT ON VIEW greenery.fact_order_items_products IS
	'One row per product of an order: how many, at which price, for how much. Never add up an order''s own money over these rows.';
COMMENT ON COLUMN greenery.fact_order_items_products.order_id IS 'The order: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.product_id IS 'The product: dim_products.product_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.price IS 'List price today, in the shop''s currency; NULL for an unknown product.';
COMMENT ON COLUMN greenery.fact_order_items_products.amount IS
	'Amount spent: quantity times the price per unit at the time of the order where the source knows it, else times the list price.';
SELECT greenery.inherit_comments('greenery.fact_order_items_products', 'greenery.stg_order_items', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_order_items_products', 'greenery.fact_order_items_products', 'mart', '{order_id,product_id}', 230,
	grain => 'order item');
