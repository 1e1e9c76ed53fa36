-- What purchasers did and when: what "known at a moment" is taken from, for both
-- landmarks.  Grain: own event of a user with an order.  Not a mart itself.
--
-- Nothing here reads fact_user_sessions: a session still open at the moment is known as
-- far as it had come by then, and a finished session's length would tell what happened
-- later.  Nor, where the source has no session ids, the visits of session_events: what
-- came later may bridge a pause.
CREATE VIEW greenery.purchaser_events AS
SELECT
	e.user_id,
	-- subqueries: asked once
	CASE WHEN (SELECT greenery.has_session_ids()) THEN e.session_id END AS session_id,
	(SELECT CASE WHEN NOT greenery.has_session_ids() THEN greenery.session_gap() END) AS session_gap,
	CASE
		-- the checkout belongs to its order, whichever was written first
		WHEN e.event_type = 'checkout' AND e.order_id = f.order_id AND isfinite(f.created_at)
		THEN f.created_at
		WHEN isfinite(e.created_at) THEN e.created_at
	END AS happened_at,
	CASE WHEN isfinite(f.created_at) THEN f.created_at END AS first_order_at,
	CASE WHEN e.event_type = 'page_view'
		 THEN coalesce(e.product_id,
					   CASE WHEN e.page_kind = 'product'
							THEN greenery.url_path_segment(e.page_url, 2) END)
	END AS viewed_product,
	e.event_type = 'add_to_cart' AS added,
	e.event_type = 'checkout' AS converted
FROM greenery.fact_events e
JOIN greenery.first_orders f ON f.user_id = e.user_id
WHERE e.is_own_event;

COMMENT ON VIEW greenery.purchaser_events IS
	'One row per event that a purchaser caused, with the time at which it counts as known.';
COMMENT ON COLUMN greenery.purchaser_events.user_id IS 'The purchaser.';
COMMENT ON COLUMN greenery.purchaser_events.session_id IS 'The source''s own session id.';
COMMENT ON COLUMN greenery.purchaser_events.session_gap IS
	'Where no event at all has a session id, sessions are cut at pauses longer than this in what is known: setting greenery.session_gap. Else NULL.';
COMMENT ON COLUMN greenery.purchaser_events.happened_at IS
	'When; of the checkout of the first order the time of that order, if that is known. NULL for no finite time.';
COMMENT ON COLUMN greenery.purchaser_events.first_order_at IS 'The time of the user''s first order; NULL for no finite time.';
COMMENT ON COLUMN greenery.purchaser_events.viewed_product IS 'The product of a page view: its own, else the id in the URL.';
COMMENT ON COLUMN greenery.purchaser_events.added IS 'Whether it added to the cart.';
COMMENT ON COLUMN greenery.purchaser_events.converted IS 'Whether it is a checkout.';
