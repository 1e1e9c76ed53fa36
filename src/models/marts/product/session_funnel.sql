-- Mart: session_funnel (product).  Grain: one row, all sessions.
CREATE VIEW greenery.session_funnel AS
WITH shopper AS MATERIALIZED (
	SELECT
		s.user_id,
		count(*) AS sessions,
		count(*) FILTER (WHERE s.page_views > 0) AS viewed,
		count(*) FILTER (WHERE s.add_to_carts > 0) AS added,
		count(*) FILTER (WHERE s.checkouts > 0) AS bought,
		count(*) FILTER (WHERE s.page_views > 0 AND s.add_to_carts > 0) AS viewed_and_added,
		count(*) FILTER (WHERE s.add_to_carts > 0 AND s.checkouts > 0) AS added_and_bought
	FROM greenery.fact_user_sessions s
	-- session ids that hold nothing but shipments count in no rate
	WHERE s.events > 0
		AND NOT s.is_excluded
	GROUP BY s.user_id
)
SELECT
	'all' AS scope,
	t.sessions,
	t.viewed AS sessions_viewed,
	t.added AS sessions_added,
	t.bought AS sessions_bought,
	t.viewed_and_added::double precision / nullif(t.viewed, 0) AS view_to_cart_rate,
	t.added_and_bought::double precision / nullif(t.added, 0) AS cart_to_purchase_rate,
	t.bought::double precision / nullif(t.sessions, 0) AS conversion_rate,
	b.user_id AS busiest_user_id,
	b.sessions AS busiest_user_sessions
FROM (
	SELECT
		coalesce(sum(s.sessions), (SELECT 0 WHERE greenery.has_events()))::bigint AS sessions,
		coalesce(sum(s.viewed), (SELECT 0 WHERE greenery.has_events()))::bigint AS viewed,
		coalesce(sum(s.added), (SELECT 0 WHERE greenery.has_events()))::bigint AS added,
		coalesce(sum(s.bought), (SELECT 0 WHERE greenery.has_events()))::bigint AS bought,
		sum(s.viewed_and_added)::bigint AS viewed_and_added,
		sum(s.added_and_bought)::bigint AS added_and_bought
	FROM shopper s
) t
LEFT JOIN (
	SELECT s.user_id, s.sessions
	FROM shopper s
	WHERE s.user_id IS NOT NULL
	ORDER BY s.sessions DESC, s.user_id COLLATE "C"
	LIMIT 1
) b ON true;

COMMENT ON VIEW greenery.session_funnel IS
	'One row: how many sessions viewed something, added something to the cart, and bought. Sessions of excluded users are left out.';
COMMENT ON COLUMN greenery.session_funnel.scope IS 'What the row is about: all sessions.';
COMMENT ON COLUMN greenery.session_funnel.sessions IS 'Sessions with at least one event of the shopper.';
COMMENT ON COLUMN greenery.session_funnel.sessions_viewed IS 'Sessions with a page_view.';
COMMENT ON COLUMN greenery.session_funnel.sessions_added IS 'Sessions with an add_to_cart.';
COMMENT ON COLUMN greenery.session_funnel.sessions_bought IS 'Sessions with a checkout.';
COMMENT ON COLUMN greenery.session_funnel.view_to_cart_rate IS 'Of the sessions with a page_view, the share with an add_to_cart.';
COMMENT ON COLUMN greenery.session_funnel.cart_to_purchase_rate IS 'Of the sessions with an add_to_cart, the share with a checkout.';
COMMENT ON COLUMN greenery.session_funnel.conversion_rate IS 'Of all sessions, the share with a checkout; NULL without sessions.';
COMMENT ON COLUMN greenery.session_funnel.busiest_user_id IS 'The user with the most sessions; of several the first by id. NULL when no session has a user.';
COMMENT ON COLUMN greenery.session_funnel.busiest_user_sessions IS 'How many sessions that user has.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('session_funnel', 'greenery.session_funnel', 'mart', '{scope}', 340,
	by_construction => '{not_null,unique}', shrink_test_id => 349);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(342, 'greenery.session_funnel', 'range', 'conversion_rate', '{"min": 0, "max": 1}', NULL, '0',
	 'The conversion rate lies between 0 and 1. Holds by construction.', true),
	(343, 'greenery.session_funnel', 'expression', NULL, '{"expression": "sessions < 100 OR 5 * busiest_user_sessions <= sessions"}', '0', NULL,
	 'No user holds more than a fifth of all sessions, where there are 100 or more: a bot, a till, a test account? busiest_user_id tells who; greenery_exclude_user() leaves them out.', true);
