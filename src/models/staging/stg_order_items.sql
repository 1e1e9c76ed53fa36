-- Staging: stg_order_items.  Grain: order and product.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.
CREATE VIEW greenery.stg_order_items AS
SELECT
	@extschema@.clean_text(s.order_id) AS order_id,
	@extschema@.clean_text(s.product_id) AS product_id,
	s.quantity AS quantity,
	@extschema@.clean_text(s.user_id) AS user_id,
	s.unit_price AS unit_price,
	s.attributes AS attributes
FROM greenery.source_order_items() s;

COMMENT ON VIEW greenery.stg_order_items IS 'One row a product of an order, cleaned.';
COMMENT ON COLUMN greenery.stg_order_items.order_id IS 'The order: stg_orders.order_id. Key, with product_id.';
COMMENT ON COLUMN greenery.stg_order_items.product_id IS 'The product: stg_products.product_id. Key, with order_id.';
COMMENT ON COLUMN greenery.stg_order_items.quantity IS 'Units ordered.';
COMMENT ON COLUMN greenery.stg_order_items.user_id IS 'Who ordered; NULL where the source does not say (the order does).';
COMMENT ON COLUMN greenery.stg_order_items.unit_price IS 'Price a unit at the time of the order, in the shop''s currency; NULL where the source does not say.';
COMMENT ON COLUMN greenery.stg_order_items.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
