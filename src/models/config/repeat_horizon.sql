-- First orders, and how long after them purchasers are followed.

-- The first recorded order of each user, straight from staging: what was known
-- when it was made is asked of all events, and needs nothing else of the order.
-- DISTINCT ON takes the first of a user's orders by the order of fact_user_orders;
-- with row_number() = 1 the planner would not know how many users there are, and
-- all events are joined to this.
CREATE VIEW greenery.first_orders AS
SELECT DISTINCT ON (s.user_id)
	s.user_id,
	s.order_id,
	s.created_at
FROM greenery.stg_orders s
WHERE s.user_id IS NOT NULL
	AND s.order_id IS NOT NULL
	AND NOT s.is_cancelled
	AND (s.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
ORDER BY s.user_id, s.created_at, s.order_id COLLATE "C";

COMMENT ON VIEW greenery.first_orders IS 'One row per purchaser: the first recorded order that is not cancelled. Excluded users are left out.';
COMMENT ON COLUMN greenery.first_orders.user_id IS 'Who ordered: dim_users.user_id.';
COMMENT ON COLUMN greenery.first_orders.order_id IS 'The order: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.first_orders.created_at IS 'When.';

-- Hours throughout: in a window a day is 24 hours, whatever the session's time zone.
CREATE VIEW greenery.repeat_horizon AS
SELECT coalesce(
	greenery.repeat_horizon_setting(),
	CASE
		WHEN f.purchasers = 0 THEN interval '24:00:00'
		WHEN f.mature_365 * 2 >= f.purchasers THEN interval '8760:00:00'
		WHEN f.mature_90 * 2 >= f.purchasers THEN interval '2160:00:00'
		WHEN f.mature_30 * 2 >= f.purchasers THEN interval '720:00:00'
		WHEN f.mature_7 * 2 >= f.purchasers THEN interval '168:00:00'
		ELSE interval '24:00:00'
	END) AS horizon
FROM (
	SELECT
		count(*) AS purchasers,
		count(*) FILTER (WHERE isfinite(o.created_at) AND o.created_at <= n.as_of - interval '8760:00:00') AS mature_365,
		count(*) FILTER (WHERE isfinite(o.created_at) AND o.created_at <= n.as_of - interval '2160:00:00') AS mature_90,
		count(*) FILTER (WHERE isfinite(o.created_at) AND o.created_at <= n.as_of - interval '720:00:00') AS mature_30,
		count(*) FILTER (WHERE isfinite(o.created_at) AND o.created_at <= n.as_of - interval '168:00:00') AS mature_7
	FROM (
		SELECT min(s.created_at) AS created_at
		FROM greenery.stg_orders s
		WHERE s.user_id IS NOT NULL
			AND s.order_id IS NOT NULL
			AND NOT s.is_cancelled
			AND (s.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		GROUP BY s.user_id
	) o
	CROSS JOIN greenery.as_of n
) f;

COMMENT ON VIEW greenery.repeat_horizon IS
	'How long after their first order purchasers are followed: setting greenery.repeat_horizon; if that is auto, the longest of 1, 7, 30, 90 and 365 days for which at least half the purchasers ordered first at least that long before greenery_as_of(), else 1 day. Cancelled orders and excluded users are not looked at. One row.';
COMMENT ON COLUMN greenery.repeat_horizon.horizon IS 'The length of time, in hours.';

CREATE FUNCTION @extschema@.greenery_repeat_horizon() RETURNS interval
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT h.horizon FROM greenery.repeat_horizon h;
END;
COMMENT ON FUNCTION @extschema@.greenery_repeat_horizon() IS
	'How long after their first order purchasers are followed: setting greenery.repeat_horizon, or what auto means: the longest of 1, 7, 30, 90 and 365 days for which at least half the purchasers can be followed that long.';

CREATE FUNCTION greenery.history_landmark(at timestamptz, horizon interval)
	RETURNS TABLE (landmark_at timestamptz, follow_up interval)
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT
		-- subqueries: what is given need not be computed
		CASE WHEN history_landmark.at IS NULL THEN (SELECT n.as_of FROM greenery.as_of n) - h.follow_up
			 WHEN isfinite(history_landmark.at) THEN history_landmark.at END,
		h.follow_up
	FROM (
		SELECT coalesce(greenery.fixed_length(history_landmark.horizon, 'horizon'),
						(SELECT r.horizon FROM greenery.repeat_horizon r)) AS follow_up
		OFFSET 0
	) h
	-- fences: computed once, however often a query names it
	OFFSET 0;
END;
COMMENT ON FUNCTION greenery.history_landmark(timestamptz, interval) IS
	'The moment at which purchasers are looked at, and how long they are followed from then on. NULL for horizon is greenery_repeat_horizon(), NULL for at is greenery_as_of() less the horizon; for an infinite one the moment is NULL.';
