-- session_events: the events, each with the visit it belongs to.  Grain: event.
-- What the marts read; not a mart itself.
--
-- Shops differ: most give every event a session id, some give none to any.  The
-- latter's visits are cut at pauses.  One event with a session id is enough to
-- make a shop one of the former: then an event without is a fault, and stays so.

CREATE FUNCTION greenery.has_session_ids() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM greenery.stg_events e WHERE e.session_id IS NOT NULL);
END;
COMMENT ON FUNCTION greenery.has_session_ids() IS
	'Whether any event has a session id. Where none has, visits are cut at pauses longer than setting greenery.session_gap.';

CREATE FUNCTION greenery.has_events() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM greenery.stg_events);
END;
COMMENT ON FUNCTION greenery.has_events() IS
	'Whether the shop has events. Of one that has none, what shoppers did is unknown, and not nothing.';

-- Either half is switched off as a whole: has_session_ids() depends on no row, so
-- that the executor asks once for each half.  It is a function, not a subquery,
-- because a subquery in a UNION's arm keeps the arm from being scanned in parallel.
-- "session_id IS NULL" says nothing new in the second half, but lets the planner see
-- by its statistics which half has the rows, and leave the table alone when a
-- session is looked up by its id.
CREATE VIEW greenery.session_events AS
SELECT
	e.event_id,
	e.session_id,
	e.user_id,
	e.page_url,
	e.created_at,
	e.event_type,
	e.order_id,
	e.product_id,
	e.page_kind
FROM greenery.stg_events e
WHERE greenery.has_session_ids()
UNION ALL
SELECT
	n.event_id,
	-- NULL for an event without a user, or of unknown time
	n.user_id || '#' || CASE
		WHEN n.event_type IS DISTINCT FROM 'package_shipped' THEN n.session_number
		-- a parcel goes with the visit in which its order was made
		WHEN n.order_id IS NOT NULL THEN min(n.session_number)
			FILTER (WHERE n.event_type = 'checkout') OVER (PARTITION BY n.user_id, n.order_id)
	END AS session_id,
	n.user_id,
	n.page_url,
	n.created_at,
	n.event_type,
	n.order_id,
	n.product_id,
	n.page_kind
FROM (
	SELECT
		e.event_id,
		e.user_id,
		e.page_url,
		e.created_at,
		e.event_type,
		e.order_id,
		e.product_id,
		e.page_kind,
		@extschema@.sessionize(
			CASE WHEN e.event_type IS DISTINCT FROM 'package_shipped' THEN e.created_at END,
			greenery.session_gap())
			-- "C": the order must not depend on the database's locale
			OVER (PARTITION BY e.user_id ORDER BY e.created_at, e.event_id COLLATE "C") AS session_number
	FROM greenery.stg_events e
	WHERE e.session_id IS NULL
		AND NOT greenery.has_session_ids()
) n;

COMMENT ON VIEW greenery.session_events IS
	'One row per event, with the visit it belongs to: the source''s own session id or, where no event at all has one, visits of a user that are cut at pauses longer than setting greenery.session_gap.';
COMMENT ON COLUMN greenery.session_events.session_id IS
	'The visit it belongs to. Where no event has a session id: user id, "#" and the number of the visit among that user''s; a shipment belongs to the visit with the first checkout of its order by its user, and an event without user or without a finite time to none (NULL).';
SELECT greenery.inherit_comments('greenery.session_events', 'greenery.stg_events');
