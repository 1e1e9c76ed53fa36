-- Staging: stg_events.  Grain: event.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_events AS
SELECT
	s.event_id AS event_id,
	s.session_id AS session_id,
	s.user_id AS user_id,
	@extschema@.clean_text(s.page_url) AS page_url,
	s.created_at AS created_at,
	@extschema@.clean_text(s.event_type) AS event_type,
	s.order_id AS order_id,
	s.product_id AS product_id,
	lower(@extschema@.clean_text(s.page_kind)) AS page_kind,
	s.visitor_id AS visitor_id,
	s.attributes AS attributes
FROM greenery.source_events() s;

COMMENT ON VIEW greenery.stg_events IS 'One row per event on the shop''s web site, and one for each parcel shipped, cleaned.';
COMMENT ON COLUMN greenery.stg_events.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_events', 'greenery.events');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_events', 'greenery.stg_events', 'staging', '{event_id}', 100,
	grain => 'event');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(102, 'greenery.stg_events', 'not_null', 'user_id', '{}', '50%', NULL,
	 'At least half of the events have a user; the others are of visitors who have not logged in.', true),
	(103, 'greenery.stg_events', 'not_null', 'session_id', '{}', NULL, '0',
	 'Every event has its session.', true),
	(104, 'greenery.stg_events', 'relationships', 'user_id', '{"to": "greenery.stg_users", "field": "user_id"}', NULL, '0',
	 'Every user with events exists.', true),
	(105, 'greenery.stg_events', 'relationships', 'order_id', '{"to": "greenery.stg_orders", "field": "order_id"}', NULL, '0',
	 'Every order with events exists.', true),
	(106, 'greenery.stg_events', 'relationships', 'product_id', '{"to": "greenery.stg_products", "field": "product_id"}', NULL, '0',
	 'Every product with events exists.', true),
	(107, 'greenery.stg_events', 'accepted_values', 'event_type', '{"values": ["page_view", "add_to_cart", "checkout", "package_shipped"]}', NULL, '0',
	 'An event is a page_view, add_to_cart, checkout or package_shipped.', true),
	(108, 'greenery.stg_events', 'expression', NULL, '{"expression": "isfinite(created_at)"}', NULL, '0',
	 'Times of events are finite.', true),
	(109, 'greenery.stg_events', 'not_null', 'order_id', '{"where": "event_type IN (''checkout'', ''package_shipped'')"}', NULL, '0',
	 'Every checkout and shipment has its order.', true),
	(110, 'greenery.stg_events', 'not_null', 'created_at', '{}', NULL, '0',
	 'Every event has its time.', true),
	-- as for orders
	(111, 'greenery.stg_events', 'expression', NULL, '{"expression": "created_at <= (SELECT greenery.clock()) + interval ''5 minutes''"}', NULL, '0',
	 'No event lies in the future, by more than five minutes: a mistyped year.', true),
	(112, 'greenery.stg_events', 'accepted_values', 'page_kind', '{"values": ["product", "checkout", "shipping", "other"]}', '0', NULL,
	 'A page is of kind product, checkout, shipping or other, where the source says it.', true);
