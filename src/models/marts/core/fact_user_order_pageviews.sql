-- Mart: fact_user_order_pageviews.  Grain: order page view.
CREATE VIEW greenery.fact_user_order_pageviews AS
SELECT
	e.event_id,
	e.user_id,
	e.session_id,
	e.created_at,
	coalesce(e.order_id, @extschema@.url_path_segment(e.page_url, 2)) AS order_id,
	e.page_kind,
	e.event_type,
	u.created_at AS user_created_at
FROM greenery.fact_events e
LEFT JOIN greenery.stg_users u ON u.user_id = e.user_id
WHERE e.page_kind IN ('checkout', 'shipping');

COMMENT ON VIEW greenery.fact_user_order_pageviews IS
	'One row a view of an order''s page: every event on a checkout or shipping page, whatever its type.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.event_id IS 'Identifier of the event. Key.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.user_id IS 'Who looked: dim_users.user_id; NULL when unknown.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.session_id IS 'The visit it belongs to.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.created_at IS 'When.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.order_id IS
	'The order: fact_user_orders.order_id; the event''s own, else the id in the URL.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.page_kind IS 'checkout or shipping.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.event_type IS 'Type of the event.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.user_created_at IS 'When the user registered; a page view before is a mistake in the data.';
