-- The cohorts of the last two years.  Under five users, a cohort has no cells.
SELECT
	c.cohort,
	c.period,
	CASE WHEN c.users >= 5 THEN c.users END AS users,
	CASE WHEN c.users >= 5 THEN c.active_users END AS active_users,
	CASE WHEN c.users >= 5 THEN c.retention END AS retention,
	c.is_mature
FROM greenery_published.cohort_retention c
WHERE c.cohort > (SELECT max(x.cohort) FROM greenery_published.cohort_retention x) - interval '24 months'
	AND c.period <= 24
	AND (c.users >= 5 OR c.period = 0)
ORDER BY c.cohort, c.period
