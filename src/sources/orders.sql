-- Source: orders.  Grain: order.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.orders (
	order_id text,
	user_id text,
	promo_id text,
	address_id text,
	created_at timestamptz,
	order_cost numeric,
	shipping_cost numeric,
	order_total numeric,
	tracking_id text,
	shipping_service text,
	estimated_delivery_at timestamptz,
	delivered_at timestamptz,
	status text,
	-- what the export does not have, and most shops do
	discount numeric,
	tax numeric,
	refunded numeric,
	currency text,
	is_cancelled boolean,
	channel text,
	session_id text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.orders', '');

COMMENT ON TABLE greenery.orders IS
	'Raw: One row per order, whatever its status. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.orders.order_id IS 'Identifier of the order.';
COMMENT ON COLUMN greenery.orders.user_id IS 'Who ordered: users.user_id; NULL for a guest.';
COMMENT ON COLUMN greenery.orders.promo_id IS 'The promo used: promos.promo_id; NULL for none.';
COMMENT ON COLUMN greenery.orders.address_id IS 'Where it is shipped to: addresses.address_id.';
COMMENT ON COLUMN greenery.orders.created_at IS 'When it was ordered.';
COMMENT ON COLUMN greenery.orders.order_cost IS 'Cost of the items.';
COMMENT ON COLUMN greenery.orders.shipping_cost IS 'Cost of shipping.';
COMMENT ON COLUMN greenery.orders.order_total IS 'What the customer pays: order_cost + shipping_cost + tax - discount.';
COMMENT ON COLUMN greenery.orders.tracking_id IS 'The carrier''s number of the parcel.';
COMMENT ON COLUMN greenery.orders.shipping_service IS 'Carrier.';
COMMENT ON COLUMN greenery.orders.estimated_delivery_at IS 'When it is expected to arrive; NULL when unknown.';
COMMENT ON COLUMN greenery.orders.delivered_at IS 'When it arrived; NULL while it has not.';
COMMENT ON COLUMN greenery.orders.status IS 'preparing, shipped, delivered or cancelled.';
COMMENT ON COLUMN greenery.orders.discount IS 'Amount taken off this order; NULL where the promo''s terms say it.';
COMMENT ON COLUMN greenery.orders.tax IS 'Tax that is added to order_cost; NULL for none.';
COMMENT ON COLUMN greenery.orders.refunded IS 'Amount given back later; NULL for none.';
COMMENT ON COLUMN greenery.orders.currency IS 'Currency of the amounts, such as EUR; NULL in a shop with one currency.';
COMMENT ON COLUMN greenery.orders.is_cancelled IS 'Whether the order is cancelled; NULL where only the status says it.';
COMMENT ON COLUMN greenery.orders.channel IS 'Where it was sold, such as web, app or store.';
COMMENT ON COLUMN greenery.orders.session_id IS 'The visit in which it was made: events.session_id.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX orders_order_id_idx ON greenery.orders (greenery.clean_text(order_id));
CREATE INDEX orders_user_id_idx ON greenery.orders (greenery.clean_text(user_id));
CREATE INDEX orders_created_at_idx ON greenery.orders (created_at);
-- whether there are several: see shop_currency
CREATE INDEX orders_currency_idx ON greenery.orders (@extschema@.clean_text(currency));

SELECT greenery.register_source('orders', 5);
