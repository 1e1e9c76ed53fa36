-- Who buys again: one row per indicator.  Rates of groups under five users are left out.
SELECT
	i.indicator,
	i.landmark,
	i.kind,
	i.known_at,
	i.users,
	CASE WHEN f.is_shown THEN i.users_with END AS users_with,
	CASE WHEN f.is_shown THEN i.users_without END AS users_without,
	CASE WHEN f.is_shown THEN i.repeat_rate_with END AS rate_with,
	CASE WHEN f.is_shown THEN i.repeat_rate_without END AS rate_without,
	CASE WHEN f.is_shown THEN i.rate_difference END AS difference,
	CASE WHEN f.is_shown THEN i.diff_low END AS low,
	CASE WHEN f.is_shown THEN i.diff_high END AS high,
	i.p_adjusted,
	i.verdict,
	CASE WHEN f.is_shown THEN i.detectable_difference END AS detectable,
	i.definition
FROM greenery_published.repeat_indicators i
CROSS JOIN LATERAL (SELECT i.users_with >= 5 AND i.users_without >= 5 AS is_shown) f
ORDER BY i.landmark, i.rate_difference DESC NULLS LAST, i.indicator
