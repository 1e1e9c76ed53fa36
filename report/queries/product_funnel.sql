-- The products that lose the most of the sessions that viewed them.
SELECT
	f.name,
	f.sessions_viewed AS viewed,
	f.sessions_viewed_and_added AS added,
	f.sessions_viewed_and_bought AS bought,
	f.conversion_rate,
	f.largest_drop,
	f.sessions_dropped AS dropped
FROM greenery_published.product_funnel f
WHERE f.sessions_viewed >= 5
ORDER BY f.sessions_dropped DESC NULLS LAST, f.name COLLATE "C"
LIMIT 12
