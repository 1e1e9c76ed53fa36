-- Landmark "history": users with an order at or before some moment, what was
-- known of them then, and whether they ordered again after it.

CREATE FUNCTION greenery.a_week(sessions bigint, since timestamptz, until timestamptz) RETURNS double precision
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT sessions / nullif(@extschema@.days_between(since, until)::double precision / 7, 0);
END;
COMMENT ON FUNCTION greenery.a_week(bigint, timestamptz, timestamptz) IS
	'Sessions per week between two moments; NULL when both are the same moment.';

CREATE FUNCTION greenery.repeat_history(at timestamptz, horizon interval)
	RETURNS TABLE (
		user_id text,
		landmark_at timestamptz,
		first_order_at timestamptz,
		follow_up interval,
		purchase_frequency bigint,
		past_on_time_share double precision,
		past_late_share double precision,
		purchased_again_within boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		h.user_id,
		h.landmark_at,
		h.first_order_at,
		h.landmark_at - h.first_order_at,
		h.orders,
		(h.deliveries - h.late)::double precision / nullif(h.deliveries, 0),
		h.late::double precision / nullif(h.deliveries, 0),
		h.came_back
	FROM (
		SELECT
			o.user_id,
			-- the same for all; grouped by the user alone, for the planner to know that each
			-- user comes once
			min(n.landmark_at) AS landmark_at,
			min(o.created_at) AS first_order_at,
			count(*) FILTER (WHERE o.created_at <= n.landmark_at) AS orders,
			count(*) FILTER (WHERE d.arrived) AS deliveries,
			count(*) FILTER (WHERE d.arrived AND o.delivered_at > o.estimated_delivery_at) AS late,
			bool_or(o.created_at > n.landmark_at AND o.created_at <= n.landmark_at + n.follow_up) AS came_back
		FROM greenery.history_landmark(at, horizon) n
		JOIN greenery.stg_orders o ON isfinite(o.created_at)
		CROSS JOIN LATERAL (
			SELECT coalesce(o.created_at <= n.landmark_at
							AND isfinite(o.delivered_at) AND o.delivered_at <= n.landmark_at
							AND isfinite(o.estimated_delivery_at), false) AS arrived
		) d
		WHERE n.landmark_at IS NOT NULL
			AND o.user_id IS NOT NULL
			AND o.order_id IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		GROUP BY o.user_id
	) h
	WHERE h.orders > 0;
END;
COMMENT ON FUNCTION greenery.repeat_history(timestamptz, interval) IS
	'What only landmark "history" knows of each user with an order at or before a moment, and the label; of sessions nothing. Arguments as greenery_repeat_features.';

CREATE FUNCTION @extschema@.greenery_repeat_features(at timestamptz DEFAULT NULL, horizon interval DEFAULT NULL)
	RETURNS TABLE (
		user_id text,
		landmark_at timestamptz,
		first_order_at timestamptz,
		follow_up interval,
		purchase_frequency bigint,
		session_frequency double precision,
		session_duration_without_purchase interval,
		mean_session_duration interval,
		sessions_without_purchase bigint,
		abandoned_carts bigint,
		bounced_sessions bigint,
		bounce_share double precision,
		product_views bigint,
		repeat_product_views bigint,
		breadth bigint,
		depth double precision,
		promo_used boolean,
		active_promotion boolean,
		basket_size bigint,
		distinct_products bigint,
		order_value numeric,
		night boolean,
		weekend boolean,
		weekend_afternoon boolean,
		past_on_time_share double precision,
		past_late_share double precision,
		purchased_again_within boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		h.user_id,
		h.landmark_at,
		h.first_order_at,
		h.follow_up,
		h.purchase_frequency,
		greenery.a_week(coalesce((s.known).sessions, z.none), h.first_order_at, h.landmark_at),
		(s.known).session_duration_without_purchase,
		(s.known).mean_session_duration,
		coalesce((s.known).sessions_without_purchase, z.none),
		coalesce((s.known).abandoned_carts, z.none),
		coalesce((s.known).bounced_sessions, z.none),
		(s.known).bounced_sessions::double precision / nullif((s.known).sessions, 0),
		coalesce((s.known).product_views, z.none),
		coalesce((s.known).product_views - (s.known).breadth, z.none),
		coalesce((s.known).breadth, z.none),
		(s.known).product_views::double precision / nullif((s.known).breadth, 0),
		f.promo_used,
		f.active_promotion,
		f.basket_size,
		f.distinct_products,
		f.order_value,
		f.night,
		f.weekend,
		f.weekend_afternoon,
		h.past_on_time_share,
		h.past_late_share,
		h.purchased_again_within
	FROM greenery.repeat_history(at, horizon) h
	-- for what was known of the first order; its sessions are not computed
	JOIN greenery.user_repeat_features f ON f.user_id = h.user_id
	LEFT JOIN (
		SELECT
			e.user_id,
			greenery.shopper_summary(e.session_id, e.happened_at, e.session_gap,
				e.viewed_product, e.added, e.converted) AS known
		FROM greenery.purchaser_events e
		-- scalar subqueries: computed once, and no join for every event
		WHERE e.known_at <= (SELECT n.landmark_at FROM greenery.history_landmark(at, horizon) n)
			AND (e.known_until <= (SELECT n.landmark_at FROM greenery.history_landmark(at, horizon) n)) IS NOT TRUE
		GROUP BY e.user_id
	) s ON s.user_id = h.user_id
	-- of a shop without events nothing is known; a subquery: asked once
	CROSS JOIN LATERAL (SELECT (SELECT 0 WHERE greenery.has_events()) AS none) z;
END;
COMMENT ON FUNCTION @extschema@.greenery_repeat_features(timestamptz, interval) IS
	'One row per user with an order at or before a moment: what was known of them then, and, in purchased_again_within, whether they ordered after the moment and at most horizon after it (where that reaches beyond greenery_as_of(): so far). Columns as user_repeat_features, those of the order being about the first one, and: purchase_frequency, orders at or before the moment; session_frequency, sessions for each week since the first order (NULL when that was the same moment); past_on_time_share and past_late_share, of the orders that had arrived and had an estimate. NULL for horizon is greenery_repeat_horizon(), NULL for at is greenery_as_of() less the horizon; no rows for an infinite moment. In horizon a day is 24 hours; error 22023 when it has months or is negative. Cancelled orders and excluded users do not count.';
