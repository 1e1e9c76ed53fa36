-- Staging: stg_order_items.  Grain: order and product.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_order_items AS
SELECT
	s.order_id AS order_id,
	s.product_id AS product_id,
	s.quantity AS quantity,
	s.unit_price AS unit_price,
	s.returned_quantity AS returned_quantity,
	s.user_id AS user_id,
	@extschema@.clean_text(s.currency) AS currency,
	s.attributes AS attributes
FROM greenery.source_order_items() s;

COMMENT ON VIEW greenery.stg_order_items IS 'One row per product of an order, cleaned.';
COMMENT ON COLUMN greenery.stg_order_items.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_order_items', 'greenery.order_items');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_order_items', 'greenery.stg_order_items', 'staging', '{order_id,product_id}', 80,
	grain => 'order item');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(83, 'greenery.stg_order_items', 'range', 'quantity', '{"min": 0, "inclusive": false}', NULL, '0',
	 'Every quantity is positive: returns are not order items.', true),
	(84, 'greenery.stg_order_items', 'relationships', 'order_id', '{"to": "greenery.stg_orders", "field": "order_id"}', NULL, '0',
	 'Every order with items exists.', true),
	(85, 'greenery.stg_order_items', 'relationships', 'product_id', '{"to": "greenery.stg_products", "field": "product_id"}', NULL, '0',
	 'Every product ordered exists.', true),
	(86, 'greenery.stg_order_items', 'row_count', NULL, '{"min": 1}', NULL, '0',
	 'There are order items: an empty table is a load that failed.', true),
	(87, 'greenery.stg_order_items', 'not_null', 'quantity', '{}', NULL, '0',
	 'Every order item has its quantity.', true),
	(88, 'greenery.stg_order_items', 'relationships', 'user_id', '{"to": "greenery.stg_users", "field": "user_id"}', NULL, '0',
	 'Every user of an order item exists.', true),
	(89, 'greenery.stg_order_items', 'expression', NULL, '{"expression": "unit_price >= 0"}', NULL, '0',
	 'No price at the time of an order is negative.', true),
	(90, 'greenery.stg_order_items', 'expression', NULL, '{"expression": "returned_quantity BETWEEN 0 AND quantity"}', NULL, '0',
	 'No more units are sent back than were ordered.', true);
