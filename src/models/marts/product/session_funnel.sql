-- Mart: session_funnel (product).  Grain: one row, all sessions.
CREATE VIEW greenery.session_funnel AS
SELECT
	'all' AS scope,
	count(*) AS sessions,
	count(*) FILTER (WHERE s.page_views > 0) AS sessions_viewed,
	count(*) FILTER (WHERE s.add_to_carts > 0) AS sessions_added,
	count(*) FILTER (WHERE s.checkouts > 0) AS sessions_bought,
	count(*) FILTER (WHERE s.page_views > 0 AND s.add_to_carts > 0)::double precision
		/ nullif(count(*) FILTER (WHERE s.page_views > 0), 0) AS view_to_cart_rate,
	count(*) FILTER (WHERE s.add_to_carts > 0 AND s.checkouts > 0)::double precision
		/ nullif(count(*) FILTER (WHERE s.add_to_carts > 0), 0) AS cart_to_purchase_rate,
	count(*) FILTER (WHERE s.checkouts > 0)::double precision
		/ nullif(count(*), 0) AS conversion_rate
FROM greenery.fact_user_sessions s
-- session ids that hold nothing but shipments count in no rate
WHERE s.events > 0;

COMMENT ON VIEW greenery.session_funnel IS
	'One row: how many sessions viewed something, added something to the cart, and bought.';
COMMENT ON COLUMN greenery.session_funnel.scope IS 'What the row is about: all sessions.';
COMMENT ON COLUMN greenery.session_funnel.sessions IS 'Sessions with at least one event of the shopper.';
COMMENT ON COLUMN greenery.session_funnel.sessions_viewed IS 'Sessions with a page_view.';
COMMENT ON COLUMN greenery.session_funnel.sessions_added IS 'Sessions with an add_to_cart.';
COMMENT ON COLUMN greenery.session_funnel.sessions_bought IS 'Sessions with a checkout.';
COMMENT ON COLUMN greenery.session_funnel.view_to_cart_rate IS 'Of the sessions with a page_view, the share with an add_to_cart.';
COMMENT ON COLUMN greenery.session_funnel.cart_to_purchase_rate IS 'Of the sessions with an add_to_cart, the share with a checkout.';
COMMENT ON COLUMN greenery.session_funnel.conversion_rate IS 'Of all sessions, the share with a checkout; NULL without sessions.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('session_funnel', 'greenery.session_funnel', 'mart', '{scope}', 340,
	by_construction => '{not_null,unique}', shrink_test_id => 349);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(342, 'greenery.session_funnel', 'range', 'conversion_rate', '{"min": 0, "max": 1}', NULL, '0',
	 'The conversion rate lies between 0 and 1. Holds by construction.', true);
