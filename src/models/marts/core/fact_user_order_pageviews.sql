-- Mart: fact_user_order_pageviews.  Grain: order page view.
CREATE VIEW greenery.fact_user_order_pageviews AS
SELECT
	e.event_id,
	e.user_id,
	e.session_id,
	e.created_at,
	coalesce(e.order_id, CASE WHEN @extschema@.url_page_kind(e.page_url) IN ('checkout', 'shipping')
							  THEN @extschema@.url_page_segment(e.page_url, 2) END) AS order_id,
	e.page_kind,
	e.event_type,
	u.created_at AS user_created_at,
	e.is_user_recorded
FROM greenery.shopper_events e
-- twice, for the planner: see fact_user_orders
LEFT JOIN greenery.dim_users u
	ON u.user_id = e.user_id AND (u.user_id = e.user_id) IS TRUE
-- CASE: without statistics the planner takes IN for one row in 100
WHERE CASE WHEN e.page_kind IN ('checkout', 'shipping') THEN true END;

COMMENT ON VIEW greenery.fact_user_order_pageviews IS
	'One row per view of an order''s page: every event on a checkout or shipping page, whatever its type.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.order_id IS
	'The order: fact_user_orders.order_id; the event''s own, else the id in the URL.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.page_kind IS 'checkout or shipping.';
COMMENT ON COLUMN greenery.fact_user_order_pageviews.user_created_at IS 'When the user registered; a page view before is a mistake in the data, unless it was anonymous.';
SELECT greenery.inherit_comments('greenery.fact_user_order_pageviews', 'greenery.shopper_events');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_user_order_pageviews', 'greenery.fact_user_order_pageviews', 'mart', '{event_id}', 290,
	grain => 'page view');
-- A changed event is about its page view, and about the anonymous ones of its session, old
-- and new, which may take its user, and a user who registered at another time, is
-- new or gone, about all of theirs; what else is said of users does not matter.
INSERT INTO greenery.incremental_inputs (model, input, column_name, changed_values) VALUES
	('fact_user_order_pageviews', 'fact_events', 'event_id',
	 'SELECT event_id FROM changed UNION ALL
	  SELECT f.event_id FROM fact_events f
	   WHERE f.user_id IS NULL AND f.is_own_event AND f.session_id IN (SELECT session_id FROM changed)'),
	('fact_user_order_pageviews', 'dim_users', 'event_id',
	 'SELECT v.event_id FROM greenery_published.fact_user_order_pageviews v
	   WHERE v.user_id IN (SELECT user_id FROM changed GROUP BY user_id
						   HAVING count(*) <> 2
							   OR (array_agg(created_at))[1] IS DISTINCT FROM (array_agg(created_at))[2])');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(293, 'greenery.fact_user_order_pageviews', 'unique_combination', NULL, '{"columns": ["event_id", "user_id"]}', NULL, '0',
	 'Every order page view is counted once for its user.', true),
	(294, 'greenery.fact_user_order_pageviews', 'expression', NULL, '{"where": "is_user_recorded", "expression": "created_at >= user_created_at"}', NULL, '0',
	 'No user views an order page before registration. Anonymous views before a login are not looked at.', true);
