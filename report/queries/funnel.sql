-- The funnel of all sessions: one row.  Whose sessions they were is left out, and so are under five.
SELECT
	f.sessions IS NOT NULL AS has_events,
	f.sessions BETWEEN 1 AND 4 AS is_few,
	s.sessions,
	s.sessions_viewed AS viewed,
	s.sessions_added AS added,
	s.sessions_bought AS bought,
	s.conversion_rate,
	round(s.sessions_viewed * s.view_to_cart_rate) AS viewed_and_added,
	round(s.sessions_added * s.cart_to_purchase_rate) AS added_and_bought
FROM greenery_published.session_funnel f
LEFT JOIN greenery_published.session_funnel s ON s.scope = f.scope AND (s.sessions >= 5 OR s.sessions = 0)
