-- Source: events.  Grain: event.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.events (
	event_id text,
	session_id text,
	user_id text,
	page_url text,
	created_at timestamptz,
	event_type text,
	order_id text,
	product_id text,
	-- what the export does not have, and most shops do
	page_kind text,
	visitor_id text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.events', '');

COMMENT ON TABLE greenery.events IS
	'Raw: One row per event on the shop''s web site, and one for each parcel shipped. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.events.event_id IS 'Identifier of the event.';
COMMENT ON COLUMN greenery.events.session_id IS 'The visit it belongs to.';
COMMENT ON COLUMN greenery.events.user_id IS 'Who caused it: users.user_id; NULL when unknown.';
COMMENT ON COLUMN greenery.events.page_url IS 'Address of the page.';
COMMENT ON COLUMN greenery.events.created_at IS 'When it happened.';
COMMENT ON COLUMN greenery.events.event_type IS 'page_view, add_to_cart, checkout or package_shipped. Every type but package_shipped is the shopper''s own event.';
COMMENT ON COLUMN greenery.events.order_id IS 'The order of a checkout or shipment: orders.order_id.';
COMMENT ON COLUMN greenery.events.product_id IS 'The product viewed or added: products.product_id.';
COMMENT ON COLUMN greenery.events.page_kind IS 'product, checkout, shipping or other; NULL where the URL says it.';
COMMENT ON COLUMN greenery.events.visitor_id IS 'The browser or device.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX events_session_id_idx ON greenery.events (greenery.clean_text(session_id));
CREATE INDEX events_user_id_idx ON greenery.events (greenery.clean_text(user_id));

SELECT greenery.register_source('events', 7);
