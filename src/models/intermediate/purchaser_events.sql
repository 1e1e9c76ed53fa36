-- What purchasers did and when: what "known at a moment" is taken from, for both
-- landmarks.  Grain: own event and purchaser whose it is at some time.  Not a mart itself.
--
-- Nothing here reads fact_user_sessions: a session still open at the moment is known as
-- far as it had come by then, and a finished session's length would tell what happened
-- later.  Nor, where the source has no session ids, the visits of session_events: what
-- came later may bridge a pause.
--
-- Nor shopper_events: whose an anonymous event is may be told by a login that came later.
-- At any moment it belongs to the next user that its session has shown by then, else to the
-- one before.  So it is that of the one before from the start, until the next user shows,
-- and that of the next user from then on.
CREATE VIEW greenery.purchaser_events AS
SELECT
	k.user_id,
	-- subqueries: asked once
	CASE WHEN (SELECT greenery.has_session_ids()) THEN k.session_id END AS session_id,
	(SELECT CASE WHEN NOT greenery.has_session_ids() THEN greenery.session_gap() END) AS session_gap,
	k.happened_at,
	k.known_at,
	k.known_until,
	CASE WHEN isfinite(k.first_order_at) THEN k.first_order_at END AS first_order_at,
	CASE WHEN k.event_type = 'page_view'
		 THEN coalesce(k.product_id,
					   CASE WHEN greenery.url_page_kind(k.page_url) = 'product'
							THEN greenery.url_page_segment(k.page_url, 2) END)
	END AS viewed_product,
	k.event_type = 'add_to_cart' AS added,
	k.event_type = 'checkout' AS converted
FROM (
	SELECT
		e.user_id,
		e.session_id,
		t.happened_at,
		t.happened_at AS known_at,
		NULL::timestamptz AS known_until,
		f.created_at AS first_order_at,
		e.event_type,
		e.page_kind,
		e.product_id,
		e.page_url
	FROM greenery.fact_events e
	JOIN greenery.first_orders f ON f.user_id = e.user_id
	CROSS JOIN LATERAL (
		SELECT CASE
			-- the checkout belongs to its order, whichever was written first
			WHEN e.event_type = 'checkout' AND e.order_id = f.order_id AND isfinite(f.created_at)
			THEN f.created_at
			WHEN isfinite(e.created_at) THEN e.created_at
		END AS happened_at
	) t
	WHERE e.is_own_event
	UNION ALL
	SELECT
		c.shopper[1],
		w.session_id,
		w.happened_at,
		greatest(w.happened_at, c.shown_at),
		c.until,
		c.first_order_at,
		w.event_type,
		w.page_kind,
		w.product_id,
		w.page_url
	FROM (
		SELECT
			n.*,
			-- an event with a user and the anonymous ones after it have one number: of
			-- each number there is one shopper at the most
			max(n.shopper) OVER here AS previous_shopper,
			max(n.shown_at) OVER here AS previous_shown_at,
			max(n.first_order_at) OVER here AS previous_first_order_at,
			max(n.shopper) OVER after AS next_shopper,
			max(n.shown_at) OVER after AS next_shown_at,
			max(n.first_order_at) OVER after AS next_first_order_at
		FROM (
			SELECT
				h.*,
				-- who shows; the order is NULL of a user who is no purchaser
				CASE WHEN h.user_id IS NOT NULL THEN ARRAY[h.user_id, h.first_order_id] END AS shopper,
				CASE WHEN h.user_id IS NOT NULL THEN h.happened_at END AS shown_at,
				-- "C": the order must not depend on the database's locale
				count(h.user_id) OVER (
					PARTITION BY h.session_id
					ORDER BY h.happened_at, h.event_id COLLATE "C", h.user_id COLLATE "C" NULLS FIRST
					ROWS UNBOUNDED PRECEDING) AS logins
			FROM (
				SELECT
					e.event_id,
					e.session_id,
					e.user_id,
					CASE
						WHEN e.event_type = 'checkout' AND e.order_id = f.order_id AND isfinite(f.created_at)
						THEN f.created_at
						-- the checkout of an anonymous visitor whose order says who it was
						WHEN e.event_type = 'checkout' AND e.user_id IS NULL AND o.created_at IS NOT NULL
						THEN o.created_at
						WHEN isfinite(e.created_at) THEN e.created_at
					END AS happened_at,
					f.order_id AS first_order_id,
					f.created_at AS first_order_at,
					e.event_type,
					e.page_kind,
					e.product_id,
					e.page_url
				FROM (
					SELECT e.*
					FROM greenery.fact_events e
					JOIN greenery.mixed_sessions m ON m.session_id = e.session_id
					WHERE e.is_own_event
					-- a fence: few sessions are mixed, which the planner cannot know
					OFFSET 0
				) e
				LEFT JOIN greenery.first_orders f ON f.user_id = e.user_id
				LEFT JOIN (
					SELECT i.order_id, min(i.created_at) FILTER (WHERE isfinite(i.created_at)) AS created_at
					FROM greenery.first_orders i
					GROUP BY i.order_id
				) o ON o.order_id = e.order_id
			) h
			-- what has no finite time is known at no moment
			WHERE h.happened_at IS NOT NULL
		) n
		WINDOW here AS (PARTITION BY n.session_id ORDER BY n.logins GROUPS BETWEEN CURRENT ROW AND CURRENT ROW),
			after AS (PARTITION BY n.session_id ORDER BY n.logins GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)
	) w
	CROSS JOIN LATERAL (VALUES
		(w.previous_shopper, w.previous_shown_at, w.previous_first_order_at,
		 CASE WHEN w.next_shopper[1] <> w.previous_shopper[1] THEN w.next_shown_at END),
		(CASE WHEN w.next_shopper[1] IS DISTINCT FROM w.previous_shopper[1] THEN w.next_shopper END,
		 w.next_shown_at, w.next_first_order_at, NULL)
	) c (shopper, shown_at, first_order_at, until)
	WHERE w.user_id IS NULL
		AND c.shopper[2] IS NOT NULL
) k;

COMMENT ON VIEW greenery.purchaser_events IS
	'One row per event that a purchaser caused, with the time at which it counts as known. An anonymous event has a row for each purchaser whose it is at some time: for the user that its session had shown before, until another shows, and for that one from then on.';
COMMENT ON COLUMN greenery.purchaser_events.user_id IS 'The purchaser.';
COMMENT ON COLUMN greenery.purchaser_events.session_id IS 'The source''s own session id.';
COMMENT ON COLUMN greenery.purchaser_events.session_gap IS
	'Where no event at all has a session id, sessions are cut at pauses longer than this in what is known: setting greenery.session_gap. Else NULL.';
COMMENT ON COLUMN greenery.purchaser_events.happened_at IS
	'When; of the checkout of the first order the time of that order, if that is known. NULL for no finite time.';
COMMENT ON COLUMN greenery.purchaser_events.known_at IS
	'From when on it is known to be the purchaser''s: happened_at or, of an anonymous event, the login that tells, if that came later.';
COMMENT ON COLUMN greenery.purchaser_events.known_until IS
	'Until when an anonymous event is taken for the purchaser''s: another user shows next in the session. NULL for ever.';
COMMENT ON COLUMN greenery.purchaser_events.first_order_at IS 'The time of the user''s first order; NULL for no finite time.';
COMMENT ON COLUMN greenery.purchaser_events.viewed_product IS 'The product of a page view: its own, else the id in the URL.';
COMMENT ON COLUMN greenery.purchaser_events.added IS 'Whether it added to the cart.';
COMMENT ON COLUMN greenery.purchaser_events.converted IS 'Whether it is a checkout.';
