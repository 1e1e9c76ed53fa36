-- Sessions by weekday and hour, in the shop's time zone.  In a small shop three or six hours are
-- one.  A cell of under five shoppers has no number; a session without user has a shopper of its own.
WITH session AS (
	SELECT f.session_start, coalesce(f.user_id, '#' || f.session_id) AS shopper, f.has_purchase
	FROM greenery_published.fact_user_sessions f
	WHERE f.events > 0
		AND NOT f.is_excluded
		AND isfinite(f.session_start)
), size AS (
	SELECT CASE WHEN count(*) >= 168 * 20 THEN 1 WHEN count(*) >= 56 * 10 THEN 3 ELSE 6 END AS hours
	FROM session
), shopper AS (
	SELECT
		extract(isodow FROM s.session_start)::integer AS weekday,
		extract(hour FROM s.session_start)::integer / z.hours * z.hours AS hour,
		z.hours,
		s.shopper,
		count(*) AS sessions,
		count(*) FILTER (WHERE s.has_purchase) AS conversions
	FROM session s
	CROSS JOIN size z
	GROUP BY 1, 2, 3, 4
)
SELECT
	s.weekday,
	s.hour,
	s.hours,
	CASE WHEN count(*) >= 5 THEN sum(s.sessions) END AS sessions,
	CASE WHEN count(*) >= 5 THEN sum(s.conversions) END AS conversions
FROM shopper s
GROUP BY s.weekday, s.hour, s.hours
ORDER BY s.weekday, s.hour
