-- What the shop knew of a shopper at a moment, the cut-off.  One piece of SQL for
-- both landmarks: at landmark "first_order" each user has a cut-off of their own,
-- the time of their first order; at landmark "history" it is one moment for all.
--
-- Nothing here reads fact_user_sessions: a session still open at the cut-off is
-- known as far as it had come by then, and a finished session's length would tell
-- what happened later.
--
-- Both are SQL functions that the planner inlines.

CREATE FUNCTION greenery.history_landmark(at timestamptz, horizon interval)
	RETURNS TABLE (landmark_at timestamptz, follow_up interval)
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT
		CASE WHEN history_landmark.at IS NULL THEN n.as_of - h.follow_up
			 WHEN isfinite(history_landmark.at) THEN history_landmark.at END,
		h.follow_up
	FROM greenery.as_of n
	CROSS JOIN (
		SELECT coalesce(greenery.fixed_length(history_landmark.horizon, 'horizon'), r.horizon) AS follow_up
		FROM greenery.repeat_horizon r
		OFFSET 0
	) h
	-- fences: computed once, however often a query names it
	OFFSET 0;
END;
COMMENT ON FUNCTION greenery.history_landmark(timestamptz, interval) IS
	'The moment at which purchasers are looked at, and how long they are followed from then on. NULL for horizon is greenery_repeat_horizon(), NULL for at is greenery_as_of() less the horizon; an infinite one is no moment.';

CREATE FUNCTION greenery.known_of_shoppers(landmark text, at timestamptz, horizon interval, with_views boolean)
	RETURNS TABLE (
		user_id text,
		sessions bigint,
		sessions_without_purchase bigint,
		abandoned_carts bigint,
		bounced_sessions bigint,
		session_duration_without_purchase interval,
		mean_session_duration interval,
		product_views bigint,
		breadth bigint)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		k.user_id,
		(k.known).sessions,
		(k.known).sessions_without_purchase,
		(k.known).abandoned_carts,
		(k.known).bounced_sessions,
		(k.known).session_duration_without_purchase,
		(k.known).mean_session_duration,
		(k.known).product_views,
		(k.known).breadth
	FROM (
		SELECT
			e.user_id,
			greenery.shopper_summary(
				e.session_id,
				x.happened_at,
				-- as in session_events, but cut by what was known; a subquery: asked once
				(SELECT CASE WHEN NOT greenery.has_session_ids() THEN @extschema@.greenery_session_gap() END),
				CASE WHEN with_views AND e.event_type = 'page_view'
					 THEN coalesce(e.product_id,
								   CASE WHEN @extschema@.url_path_segment(e.page_url, 1) = 'product'
										THEN @extschema@.url_path_segment(e.page_url, 2) END) END,
				e.event_type = 'add_to_cart',
				e.event_type = 'checkout') AS known
		FROM greenery.stg_events e
		JOIN greenery.first_orders f ON f.user_id = e.user_id
		CROSS JOIN LATERAL (
			SELECT
				CASE
					-- the checkout belongs to its order, whichever was written first
					WHEN e.event_type = 'checkout' AND e.order_id = f.order_id THEN f.created_at
					WHEN isfinite(e.created_at) THEN e.created_at
				END AS happened_at,
				CASE
					-- a scalar subquery: computed once, and no join for every event
					WHEN landmark = 'history' THEN (SELECT n.landmark_at FROM greenery.history_landmark(at, horizon) n)
					WHEN isfinite(f.created_at) THEN f.created_at
				END AS cut_off
		) x
		WHERE e.event_type IS DISTINCT FROM 'package_shipped'
			-- one comparison and no more: the planner guesses what each leaves over
			AND x.happened_at <= x.cut_off
		GROUP BY e.user_id
	) k;
END;
COMMENT ON FUNCTION greenery.known_of_shoppers(text, timestamptz, interval, boolean) IS
	'The sessions of each purchaser as far as they had come, and the products viewed, by the cut-off of a landmark: first_order (the time of the user''s first order) or history (the moment at, one for all). Of the purchasers'' own events up to and including it; no row for users without any. The checkout of the first order counts as at the time of that order. Infinite times do not count. Where no event at all has a session id, sessions are cut at pauses longer than setting greenery.session_gap. Without with_views, product_views and breadth are 0, and products are not looked for.';
