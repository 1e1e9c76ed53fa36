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
	'One row a product of an order: how many, at which price, for how much. Never add up an order''s own money over these rows.';
COMMENT ON COLUMN greenery.fact_order_items_products.order_id IS 'The order: fact_user_orders.order_id. Key, with product_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.product_id IS 'The product: dim_products.product_id. Key, with order_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.quantity IS 'Units ordered.';
COMMENT ON COLUMN greenery.fact_order_items_products.price IS 'List price today, in the shop''s currency; NULL for an unknown product.';
COMMENT ON COLUMN greenery.fact_order_items_products.amount IS
	'Amount spent: quantity times the price a unit at the time of the order where the source knows it, else times the list price.';
COMMENT ON COLUMN greenery.fact_order_items_products.name IS 'Name of the product.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
INSERT INTO greenery.models (model, relation, layer, key, builtin) VALUES
	('fact_order_items_products', 'greenery.fact_order_items_products', 'mart', '{order_id,product_id}', true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(230, 'greenery.fact_order_items_products', 'not_null', 'order_id', '{}', NULL, '0',
	 'Every order item has its order_id.', true),
	(231, 'greenery.fact_order_items_products', 'not_null', 'product_id', '{}', NULL, '0',
	 'Every order item has its product_id.', true),
	(232, 'greenery.fact_order_items_products', 'unique_combination', NULL, '{"columns": ["order_id", "product_id"]}', NULL, '0',
	 'No pair of order_id and product_id occurs twice.', true),
	(233, 'greenery.fact_order_items_products', 'shrink', NULL, '{}', NULL, '0',
	 'A build never deletes more of the published rows than setting max_shrink.', true);
