-- Mart: fact_events.  Grain: event.
CREATE VIEW greenery.fact_events AS
SELECT
	e.event_id,
	e.session_id,
	e.user_id,
	e.created_at,
	e.event_type,
	coalesce(e.page_kind, @extschema@.url_page_kind(e.page_url), 'other') AS page_kind,
	e.product_id,
	e.order_id,
	e.event_type IS DISTINCT FROM 'package_shipped' AS is_own_event,
	e.page_url,
	coalesce(e.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded
FROM greenery.session_events e;

COMMENT ON VIEW greenery.fact_events IS
	'One row per event, with its user, product, order and the kind of its page.';
COMMENT ON COLUMN greenery.fact_events.session_id IS 'The visit it belongs to: see session_events.';
COMMENT ON COLUMN greenery.fact_events.user_id IS 'Who caused it, as recorded: dim_users.user_id; NULL when unknown. Events before a login have no user here: see shopper_events.';
COMMENT ON COLUMN greenery.fact_events.page_kind IS
	'product, checkout, shipping or other: what the source says, else the first segment of the URL''s path after a language such as /en/.';
COMMENT ON COLUMN greenery.fact_events.product_id IS 'The product viewed or added: dim_products.product_id.';
COMMENT ON COLUMN greenery.fact_events.order_id IS 'The order of a checkout or shipment: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.fact_events.is_own_event IS
	'Whether the shopper caused it: every event but package_shipped, which happens hours after the visit.';
COMMENT ON COLUMN greenery.fact_events.is_excluded IS 'Whether its recorded user is in excluded_users.';
SELECT greenery.inherit_comments('greenery.fact_events', 'greenery.session_events');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_events', 'greenery.fact_events', 'mart', '{event_id}', 200,
	grain => 'event', shrink_test_id => 203);
-- With session ids an event is made of its own row and nothing else; without, the visits
-- of a user depend on all their events.
INSERT INTO greenery.incremental_inputs (model, input, column_name, valid_while) VALUES
	('fact_events', 'stg_events', 'event_id', 'nullif(greenery.has_session_ids(), false)');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(202, 'greenery.fact_events', 'not_null', 'product_id', '{"where": "event_type IN (''page_view'', ''add_to_cart'') AND page_kind = ''product''"}', NULL, '0',
	 'Every view of a product page, and every product put into a cart, has its product.', true);
