-- What the shop knew of a shopper at a moment, the cut-off.  One piece of SQL for
-- both landmarks: at landmark "first_order" each user has a cut-off of their own,
-- the time of their first order; at landmark "history" it is one moment for all.
--
-- Nothing here reads fact_user_sessions: a session still open at the cut-off is
-- known as far as it had come by then, and a finished session's length would tell
-- what happened later.
--
-- All are SQL functions that the planner inlines.

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

CREATE FUNCTION greenery.known_events(landmark text, at timestamptz, horizon interval)
	RETURNS TABLE (user_id text, session_id text, event_id text, happened_at timestamptz, event_type text, product_id text)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		e.user_id,
		e.session_id,
		e.event_id,
		x.happened_at,
		e.event_type,
		coalesce(e.product_id,
				 CASE WHEN @extschema@.url_path_segment(e.page_url, 1) = 'product'
					  THEN @extschema@.url_path_segment(e.page_url, 2) END)
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
		AND x.happened_at <= x.cut_off;
END;
COMMENT ON FUNCTION greenery.known_events(text, timestamptz, interval) IS
	'The purchasers'' own events up to and including the cut-off of a landmark: first_order (the time of the user''s first order) or history (the moment at, one for all). The checkout of the first order counts as at the time of that order. Infinite times do not count.';

CREATE FUNCTION greenery.known_sessions(landmark text, at timestamptz, horizon interval)
	RETURNS TABLE (
		user_id text,
		sessions bigint,
		sessions_without_purchase bigint,
		abandoned_carts bigint,
		bounced_sessions bigint,
		session_duration_without_purchase interval,
		mean_session_duration interval)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		s.user_id,
		count(*),
		count(*) FILTER (WHERE s.checkouts = 0),
		count(*) FILTER (WHERE s.checkouts = 0 AND s.add_to_carts > 0),
		count(*) FILTER (WHERE s.checkouts = 0 AND s.duration < interval '1 minute'),
		avg(s.duration) FILTER (WHERE s.checkouts = 0),
		avg(s.duration)
	FROM (
		SELECT
			e.user_id,
			max(e.happened_at) - min(e.happened_at) AS duration,
			count(*) FILTER (WHERE e.event_type = 'checkout') AS checkouts,
			count(*) FILTER (WHERE e.event_type = 'add_to_cart') AS add_to_carts
		FROM (
			SELECT k.user_id, k.session_id, k.happened_at, k.event_type
			FROM greenery.known_events(landmark, at, horizon) k
			WHERE k.session_id IS NOT NULL
			UNION ALL
			-- as in session_events, but cut by what was known
			SELECT
				k.user_id,
				@extschema@.sessionize(k.happened_at, @extschema@.greenery_session_gap())
					OVER (PARTITION BY k.user_id ORDER BY k.happened_at, k.event_id COLLATE "C")::text,
				k.happened_at,
				k.event_type
			FROM greenery.known_events(landmark, at, horizon) k
			WHERE k.session_id IS NULL
				AND NOT greenery.has_session_ids()
		) e
		GROUP BY e.user_id, e.session_id
	) s
	GROUP BY s.user_id;
END;
COMMENT ON FUNCTION greenery.known_sessions(text, timestamptz, interval) IS
	'The sessions of each purchaser as far as they had come by the cut-off of a landmark; no row for users without any. Where no event at all has a session id, they are cut at pauses longer than setting greenery.session_gap. Arguments as known_events.';

CREATE FUNCTION greenery.known_views(landmark text, at timestamptz, horizon interval)
	RETURNS TABLE (user_id text, product_views bigint, breadth bigint)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- by product first: memory for users and products, not for events
	-- and no filter by type, which the planner takes for one that hardly any
	-- event passes
	SELECT p.user_id, sum(p.views)::bigint, count(*) FILTER (WHERE p.views > 0)
	FROM (
		SELECT e.user_id, count(*) FILTER (WHERE e.event_type = 'page_view') AS views
		FROM greenery.known_events(landmark, at, horizon) e
		WHERE e.product_id IS NOT NULL
		GROUP BY e.user_id, e.product_id
	) p
	GROUP BY p.user_id;
END;
COMMENT ON FUNCTION greenery.known_views(text, timestamptz, interval) IS
	'The page views with a product of each purchaser up to the cut-off of a landmark, and how many different products were viewed; no row for users without any event with a product. Arguments as known_events.';
