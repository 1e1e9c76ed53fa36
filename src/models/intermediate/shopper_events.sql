-- shopper_events: the events, each with the user that its session says.  Grain: event.
-- What everything made from sessions reads; not a mart itself.
--
-- Visitors log in half-way.  An own event without user belongs to the user that its
-- session shows next, else to the one before.  Shipments neither lend nor take a user.
--
-- Three kinds of events, so that each costs what it must: those that are as recorded,
-- which can be looked up by their user; anonymous ones whose session has one user or
-- none; and those whose session has several, where the order decides.  Only the last are
-- sorted.  As in ORDER BY, an event without time comes after all others.
CREATE VIEW greenery.shopper_events AS
SELECT
	e.event_id,
	e.session_id,
	e.user_id,
	e.created_at,
	e.event_type,
	e.page_kind,
	e.product_id,
	e.order_id,
	e.is_own_event,
	e.page_url,
	e.user_id IS NOT NULL AS is_user_recorded
FROM greenery.fact_events e
WHERE e.user_id IS NOT NULL
	OR NOT e.is_own_event
	OR e.session_id IS NULL
UNION ALL
SELECT
	e.event_id,
	e.session_id,
	-- CASE: the user that a reader looks for is compared after the join, not before it, where
	-- the planner would expect one session
	CASE WHEN NOT m.has_several_users THEN m.user_id END,
	e.created_at,
	e.event_type,
	e.page_kind,
	e.product_id,
	e.order_id,
	e.is_own_event,
	e.page_url,
	false
FROM greenery.fact_events e
LEFT JOIN greenery.mixed_sessions m ON m.session_id = e.session_id
WHERE e.user_id IS NULL
	AND e.is_own_event
	AND e.session_id IS NOT NULL
	AND m.has_several_users IS NOT TRUE
UNION ALL
SELECT
	w.event_id,
	w.session_id,
	coalesce(w.next_user, w.previous_user),
	w.created_at,
	w.event_type,
	w.page_kind,
	w.product_id,
	w.order_id,
	w.is_own_event,
	w.page_url,
	false
FROM (
	SELECT
		n.*,
		-- an event with a user and those that follow it have one number, so that each
		-- number has one user at the most
		max(n.user_id) OVER (PARTITION BY n.session_id ORDER BY n.logins
							 GROUPS BETWEEN CURRENT ROW AND CURRENT ROW) AS previous_user,
		max(n.user_id) OVER (PARTITION BY n.session_id ORDER BY n.logins
							 GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS next_user
	FROM (
		SELECT
			e.event_id,
			e.session_id,
			e.user_id,
			e.created_at,
			e.event_type,
			e.page_kind,
			e.product_id,
			e.order_id,
			e.is_own_event,
			e.page_url,
			-- "C": the order must not depend on the database's locale
			count(e.user_id) OVER (
				PARTITION BY e.session_id
				ORDER BY e.created_at, e.event_id COLLATE "C", e.user_id COLLATE "C" NULLS FIRST
				ROWS UNBOUNDED PRECEDING) AS logins
		FROM greenery.fact_events e
		JOIN greenery.mixed_sessions m ON m.session_id = e.session_id
		WHERE e.is_own_event
			AND m.has_several_users
	) n
) w
WHERE w.user_id IS NULL;

COMMENT ON VIEW greenery.shopper_events IS
	'One row per event, as fact_events, but with the user that its session says: visitors log in half-way.';
COMMENT ON COLUMN greenery.shopper_events.user_id IS
	'Who caused it: the recorded user; else, of an event of the shopper, the user that the same session id shows next in the order of time and event id, else the one before, else NULL.';
COMMENT ON COLUMN greenery.shopper_events.is_user_recorded IS 'Whether the event itself was recorded with the user.';
SELECT greenery.inherit_comments('greenery.shopper_events', 'greenery.fact_events');
