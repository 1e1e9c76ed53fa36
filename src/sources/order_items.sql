-- Source: order_items.  Grain: order and product.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.order_items (
	order_id text,
	product_id text,
	quantity integer,
	-- what the export does not have, and most shops do
	unit_price numeric,
	returned_quantity integer,
	user_id text,
	currency text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.order_items', '');

COMMENT ON TABLE greenery.order_items IS
	'Raw: One row per product of an order. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.order_items.order_id IS 'The order: orders.order_id.';
COMMENT ON COLUMN greenery.order_items.product_id IS 'The product: products.product_id.';
COMMENT ON COLUMN greenery.order_items.quantity IS 'Units ordered.';
COMMENT ON COLUMN greenery.order_items.unit_price IS 'Price per unit at the time of the order; NULL where the list price is all that is known.';
COMMENT ON COLUMN greenery.order_items.returned_quantity IS 'Units sent back; NULL for none.';
COMMENT ON COLUMN greenery.order_items.user_id IS 'Who ordered; NULL where only the order says it.';
COMMENT ON COLUMN greenery.order_items.currency IS 'Currency of unit_price; NULL where it is that of the order.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX order_items_order_id_idx ON greenery.order_items (greenery.clean_text(order_id));

SELECT greenery.register_source('order_items', 6);
