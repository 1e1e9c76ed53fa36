-- Mart: fact_user_sessions.  Grain: session and user.
--
-- A session starts and ends with the shopper's own events: a parcel is shipped
-- hours later under the same session id, and must stretch nothing.  Infinite
-- times do not count.  Where the source has no session ids, session_events makes
-- them.  A visit with one login is one session of that user: see shopper_events.
CREATE VIEW greenery.fact_user_sessions AS
SELECT
	-- ids may contain colons: without escapes, session a:b of user c and session a of
	-- user b:c would have one key
	replace(replace(s.session_id, E'\\', E'\\\\'), ':', E'\\:') || ':' || coalesce(s.user_id, '') AS session_user_key,
	s.session_id,
	s.user_id,
	s.session_start,
	s.session_end,
	(s.session_start AT TIME ZONE greenery.timezone())::date AS session_date,
	s.login_at,
	s.duration,
	s.events,
	s.page_views,
	s.add_to_carts,
	s.checkouts,
	s.duration < interval '1 minute' AND s.checkouts = 0 AS is_bounce,
	s.checkouts > 0 AS has_purchase,
	s.add_to_carts > 0 AND s.checkouts = 0 AS is_cart_abandoned,
	s.shipments,
	s.shipped_at,
	coalesce(s.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded
FROM (
	SELECT
		e.session_id,
		e.user_id,
		min(e.created_at) FILTER (WHERE e.is_own_event AND isfinite(e.created_at)) AS session_start,
		max(e.created_at) FILTER (WHERE e.is_own_event AND isfinite(e.created_at)) AS session_end,
		min(e.created_at) FILTER (WHERE e.is_own_event AND e.is_user_recorded AND isfinite(e.created_at)) AS login_at,
		@extschema@.session_duration(e.created_at) FILTER (WHERE e.is_own_event) AS duration,
		count(*) FILTER (WHERE e.is_own_event) AS events,
		count(*) FILTER (WHERE e.event_type = 'page_view') AS page_views,
		count(*) FILTER (WHERE e.event_type = 'add_to_cart') AS add_to_carts,
		count(*) FILTER (WHERE e.event_type = 'checkout') AS checkouts,
		count(*) FILTER (WHERE NOT e.is_own_event) AS shipments,
		min(e.created_at) FILTER (WHERE NOT e.is_own_event AND isfinite(e.created_at)) AS shipped_at
	FROM greenery.shopper_events e
	WHERE e.session_id IS NOT NULL
	GROUP BY e.session_id, e.user_id
) s;

COMMENT ON VIEW greenery.fact_user_sessions IS
	'One row per visit of a user, from the first to the last thing the shopper did. A session id with nothing but shipments keeps its row, with 0 events.';
COMMENT ON COLUMN greenery.fact_user_sessions.session_user_key IS 'Session id, with a backslash before each of its colons and backslashes; then a colon and the user id (nothing for an anonymous session).';
COMMENT ON COLUMN greenery.fact_user_sessions.session_id IS 'Identifier of the session: see session_events.';
COMMENT ON COLUMN greenery.fact_user_sessions.user_id IS 'The shopper: dim_users.user_id; NULL for a session without any login. What a visitor did before a login is part of the session of the user who logged in.';
COMMENT ON COLUMN greenery.fact_user_sessions.session_start IS 'The shopper''s first own event.';
COMMENT ON COLUMN greenery.fact_user_sessions.session_end IS 'The shopper''s last own event; shipments do not count.';
COMMENT ON COLUMN greenery.fact_user_sessions.session_date IS 'The day of session_start in setting greenery.timezone.';
COMMENT ON COLUMN greenery.fact_user_sessions.login_at IS 'The first own event that was recorded with the user: until then it was not known who the shopper is. NULL for an anonymous session.';
COMMENT ON COLUMN greenery.fact_user_sessions.duration IS 'From first to last own event; zero for a single event.';
COMMENT ON COLUMN greenery.fact_user_sessions.events IS 'How many own events: all but package_shipped.';
COMMENT ON COLUMN greenery.fact_user_sessions.page_views IS 'How many page_view events.';
COMMENT ON COLUMN greenery.fact_user_sessions.add_to_carts IS 'How many add_to_cart events.';
COMMENT ON COLUMN greenery.fact_user_sessions.checkouts IS 'How many checkout events.';
COMMENT ON COLUMN greenery.fact_user_sessions.is_bounce IS
	'Under a minute from first to last own event, and no checkout; NULL without own events of a known time.';
COMMENT ON COLUMN greenery.fact_user_sessions.has_purchase IS 'Whether there was a checkout.';
COMMENT ON COLUMN greenery.fact_user_sessions.is_cart_abandoned IS 'Whether something was added to the cart and nothing was checked out.';
COMMENT ON COLUMN greenery.fact_user_sessions.shipments IS 'How many package_shipped events carry the session''s id.';
COMMENT ON COLUMN greenery.fact_user_sessions.shipped_at IS 'The first of these shipments.';
COMMENT ON COLUMN greenery.fact_user_sessions.is_excluded IS 'Whether the shopper is in excluded_users; metrics and funnels leave such sessions out.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_user_sessions', 'greenery.fact_user_sessions', 'mart', '{session_user_key}', 270,
	grain => 'session', by_construction => '{not_null,unique}');
-- A changed event is about its session.
INSERT INTO greenery.incremental_inputs (model, input, column_name, changed_values) VALUES
	('fact_user_sessions', 'fact_events', 'session_id', 'SELECT session_id FROM changed');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(273, 'greenery.fact_user_sessions', 'range', 'duration', '{"min": "0"}', NULL, '0',
	 'No session has a negative length. Holds by construction.', true),
	(274, 'greenery.fact_user_sessions', 'range', 'events', '{"min": 0, "inclusive": false}', '0', NULL,
	 'Every session has events of its shopper: a session id with nothing but shipments counts as a session in no rate.', true),
	(275, 'greenery.fact_user_sessions', 'unique', 'session_id', '{"where": "user_id IS NOT NULL"}', '0', NULL,
	 'No session id is used by two users.', true);
