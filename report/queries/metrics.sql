-- The headline metrics.  Amounts of under five purchasers are theirs, and left out.
WITH shop AS (
	SELECT coalesce(max(m.value) FILTER (WHERE m.name = 'purchasers'), 0) AS purchasers
	FROM greenery_published.metrics m
)
SELECT
	m.name,
	CASE WHEN t.is_told THEN m.value END AS value,
	CASE WHEN t.is_told THEN m.numerator END AS numerator,
	CASE WHEN t.is_told THEN m.denominator END AS denominator,
	-- of rates
	i.interval[1] AS low,
	i.interval[2] AS high,
	m.definition
FROM greenery_published.metrics m
CROSS JOIN shop s
CROSS JOIN LATERAL (SELECT s.purchasers >= 5 OR m.name IN ('orders', 'purchasers') AS is_told) t
CROSS JOIN LATERAL (
	SELECT CASE WHEN t.is_told AND m.name LIKE '%\_rate' THEN
		@extschema@.wilson_interval(m.numerator::bigint, m.denominator::bigint) END AS interval
) i
