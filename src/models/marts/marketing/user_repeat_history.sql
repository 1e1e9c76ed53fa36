-- Mart: user_repeat_history (marketing).  Grain: user with an order by the landmark.
--
-- What repeat_indicators asks about at landmark "history", in a table of its own: most
-- of it is counting the sessions of everybody, and a build does that beside other marts.
--
-- Sessions are counted when they had begun by the landmark, and fact_user_sessions says
-- when that was; nothing else of it, as its other columns tell what happened later.  Where
-- the source has no session ids, not even that: what came later may bridge a pause.
CREATE VIEW greenery.user_repeat_history AS
WITH landmark AS MATERIALIZED (
	SELECT n.landmark_at, n.follow_up FROM greenery.history_landmark(NULL, NULL) n
)
SELECT
	h.user_id,
	h.landmark_at,
	h.first_order_at,
	h.follow_up,
	h.purchase_frequency,
	greenery.a_week(coalesce(k.sessions, CASE WHEN (SELECT greenery.has_events()) THEN 0 END), h.first_order_at, h.landmark_at) AS session_frequency,
	h.past_on_time_share,
	h.past_late_share,
	h.purchased_again_within
FROM landmark n
-- NULL is the same, found once more: Citus does not take what depends on a row
CROSS JOIN LATERAL greenery.repeat_history(
	CASE WHEN NOT greenery.on_shards() THEN n.landmark_at END,
	CASE WHEN NOT greenery.on_shards() THEN n.follow_up END) h
LEFT JOIN (
	SELECT s.user_id, count(*) AS sessions
	FROM greenery.fact_user_sessions s
	-- the checkout of the first order counts as at the time of that order, and may say
	-- of itself that it came later; joined, since a subquery in an OR is run for each
	-- session when the planner expects few
	LEFT JOIN (
		SELECT c.session_id, c.user_id
		FROM greenery.fact_events c
		JOIN greenery.stg_orders o ON o.order_id = c.order_id AND o.user_id = c.user_id
		WHERE c.event_type = 'checkout'
			AND (c.created_at <= (SELECT n.landmark_at FROM landmark n) AND isfinite(c.created_at)) IS NOT TRUE
			AND o.created_at <= (SELECT n.landmark_at FROM landmark n)
			AND isfinite(o.created_at)
			AND NOT o.is_cancelled
			-- the first, by the order of fact_user_orders; few are asked
			AND NOT EXISTS (
				SELECT FROM greenery.stg_orders p
				WHERE p.user_id = o.user_id
					AND p.order_id IS NOT NULL
					AND NOT p.is_cancelled
					AND (p.created_at < o.created_at
						 OR (p.created_at = o.created_at AND p.order_id COLLATE "C" < o.order_id COLLATE "C")))
		GROUP BY c.session_id, c.user_id
	) l ON l.session_id = s.session_id AND l.user_id = s.user_id
	WHERE greenery.has_session_ids()
		-- not session_start: whose session it was is known from the login on
		AND (s.login_at <= (SELECT n.landmark_at FROM landmark n) OR l.session_id IS NOT NULL)
	GROUP BY s.user_id
	UNION ALL
	SELECT
		e.user_id,
		(greenery.shopper_summary(e.session_id, e.happened_at, e.session_gap,
			NULL, NULL, NULL)).sessions
	FROM greenery.purchaser_events e
	WHERE NOT greenery.has_session_ids()
		AND e.known_at <= (SELECT n.landmark_at FROM landmark n)
	GROUP BY e.user_id
) k ON k.user_id = h.user_id;

COMMENT ON VIEW greenery.user_repeat_history IS
	'One row per user who had ordered by one moment, the same for all users: how they had bought until then, and whether they bought again within the same time after it. greenery_repeat_features() returns it, and more, for any moment. Cancelled orders do not count, and excluded users are left out.';
COMMENT ON COLUMN greenery.user_repeat_history.user_id IS 'The purchaser: dim_users.user_id.';
COMMENT ON COLUMN greenery.user_repeat_history.landmark_at IS 'The moment: greenery_as_of() less greenery_repeat_horizon(). Nothing later is known, but the label.';
COMMENT ON COLUMN greenery.user_repeat_history.first_order_at IS 'When the user ordered first.';
COMMENT ON COLUMN greenery.user_repeat_history.follow_up IS 'From the first order to the moment.';
COMMENT ON COLUMN greenery.user_repeat_history.purchase_frequency IS 'Orders up to the moment.';
COMMENT ON COLUMN greenery.user_repeat_history.session_frequency IS 'Sessions a week, of those begun by the moment, since the first order; NULL when that was the same moment.';
COMMENT ON COLUMN greenery.user_repeat_history.past_on_time_share IS 'Of the orders that had arrived and had an estimate, the share that was not late; NULL when there were none.';
COMMENT ON COLUMN greenery.user_repeat_history.past_late_share IS 'Of these, the share that was late.';
COMMENT ON COLUMN greenery.user_repeat_history.purchased_again_within IS
	'Whether the user ordered after the moment and at most the horizon after it, so: up to now.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
-- Fewer rows are worth a warning and no reason to stop: where "auto" comes to a longer
-- horizon, the moment is earlier, and many had not ordered yet.
SELECT greenery.register_model('user_repeat_history', 'greenery.user_repeat_history', 'mart', '{user_id}', 430,
	grain => 'purchaser', by_construction => '{not_null,unique}', shrink_test_id => 439, shrink_warns => true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(432, 'greenery.user_repeat_history', 'expression', NULL, '{"expression": "purchase_frequency >= 1 AND follow_up >= interval ''0'' AND past_late_share BETWEEN 0 AND 1 AND past_on_time_share BETWEEN 0 AND 1"}', NULL, '0',
	 'All users had ordered by the landmark, and shares lie between 0 and 1. Holds by construction.', true);
