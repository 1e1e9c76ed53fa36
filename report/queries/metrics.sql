-- The headline metrics.  Amounts of under five purchasers are theirs, and left out.
WITH shop AS (
	SELECT coalesce(max(m.value) FILTER (WHERE m.name = 'purchasers'), 0) AS purchasers
	FROM greenery_published.metrics m
)
SELECT
	m.name,
	CASE WHEN s.purchasers >= 5 OR m.name IN ('orders', 'purchasers') THEN m.value END AS value,
	CASE WHEN s.purchasers >= 5 OR m.name IN ('orders', 'purchasers') THEN m.numerator END AS numerator,
	CASE WHEN s.purchasers >= 5 OR m.name IN ('orders', 'purchasers') THEN m.denominator END AS denominator,
	m.definition
FROM greenery_published.metrics m
CROSS JOIN shop s
