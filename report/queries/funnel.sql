-- The funnel of all sessions: one row.  Whose sessions they were is left out.
SELECT
	f.sessions,
	f.sessions_viewed AS viewed,
	f.sessions_added AS added,
	f.sessions_bought AS bought,
	f.conversion_rate,
	round(f.sessions_viewed * f.view_to_cart_rate) AS viewed_and_added,
	round(f.sessions_added * f.cart_to_purchase_rate) AS added_and_bought
FROM greenery_published.session_funnel f
