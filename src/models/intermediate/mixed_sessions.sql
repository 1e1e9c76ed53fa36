-- mixed_sessions: the sessions in which somebody logged in half-way.  Grain: session.
-- What shopper_events and purchaser_events read; not a mart itself.
--
-- Where all events have a user, the list of sessions with anonymous events is empty, and
-- the events with a user are not read: a semi join looks at the list first.
CREATE VIEW greenery.mixed_sessions AS
SELECT
	e.session_id,
	-- "C" is the fastest
	min(e.user_id COLLATE "C") COLLATE "default" AS user_id,
	min(e.user_id COLLATE "C") <> max(e.user_id COLLATE "C") AS has_several_users
FROM greenery.fact_events e
WHERE e.is_own_event
	AND e.user_id IS NOT NULL
	AND e.session_id IN (
		SELECT a.session_id
		FROM greenery.fact_events a
		WHERE a.is_own_event
			AND a.user_id IS NULL
			AND a.session_id IS NOT NULL)
GROUP BY e.session_id;

COMMENT ON VIEW greenery.mixed_sessions IS
	'One row per session id that has events of the shopper both with and without a user.';
COMMENT ON COLUMN greenery.mixed_sessions.session_id IS 'The session.';
COMMENT ON COLUMN greenery.mixed_sessions.user_id IS 'Its user; of several the first by id.';
COMMENT ON COLUMN greenery.mixed_sessions.has_several_users IS 'Whether it has events of different users.';

-- read twice by shopper_events, and by every mart over it
INSERT INTO greenery.intermediate_models (view) VALUES ('mixed_sessions');
