-- Mart: product_sessions (product).  Grain: session and product.
--
-- A product counts as bought only when it is in the order of that session's
-- checkout, and that is not cancelled.
--
-- One pass over the events: a checkout becomes a row for each item of its order, any
-- other event keeps its own product.
CREATE VIEW greenery.product_sessions AS
SELECT
	f.session_id,
	x.product_id,
	bool_or(f.event_type = 'page_view') AS viewed,
	bool_or(f.event_type = 'add_to_cart') AS added,
	bool_or(f.event_type = 'checkout') AS bought
FROM greenery.shopper_events f
LEFT JOIN greenery.fact_order_items_products i ON f.event_type = 'checkout' AND i.order_id = f.order_id AND NOT i.is_cancelled
CROSS JOIN LATERAL (
	SELECT CASE
		WHEN f.event_type = 'checkout' THEN i.product_id
		ELSE coalesce(f.product_id,
					  CASE WHEN @extschema@.url_page_kind(f.page_url) = 'product'
						   THEN @extschema@.url_page_segment(f.page_url, 2) END)
	END AS product_id
) x
WHERE f.event_type IN ('page_view', 'add_to_cart', 'checkout')
	AND f.session_id IS NOT NULL
	AND x.product_id IS NOT NULL
	AND coalesce(f.user_id NOT IN (SELECT u.user_id FROM greenery.excluded_users u), true)
GROUP BY f.session_id, x.product_id;

COMMENT ON VIEW greenery.product_sessions IS
	'One row per product that a session viewed, added to the cart or bought. What users in excluded_users did is left out.';
COMMENT ON COLUMN greenery.product_sessions.session_id IS 'The session.';
COMMENT ON COLUMN greenery.product_sessions.viewed IS 'Whether the session has a page_view of the product.';
COMMENT ON COLUMN greenery.product_sessions.added IS 'Whether the session has an add_to_cart of the product.';
COMMENT ON COLUMN greenery.product_sessions.bought IS 'Whether the product is in an order that the session checked out, and that is not cancelled.';
SELECT greenery.inherit_comments('greenery.product_sessions', 'greenery.fact_order_items_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('product_sessions', 'greenery.product_sessions', 'mart', '{session_id,product_id}', 320,
	by_construction => '{not_null,unique}');
-- A changed event is about its session, and so is a changed item of an order that a
-- session has checked out.
INSERT INTO greenery.incremental_inputs (model, input, column_name, changed_values) VALUES
	('product_sessions', 'fact_events', 'session_id', 'SELECT session_id FROM changed'),
	('product_sessions', 'fact_order_items_products', 'session_id',
	 'SELECT f.session_id FROM fact_events f
	   WHERE f.event_type = ''checkout'' AND f.order_id IN (SELECT order_id FROM changed)');
