-- The build whose marts are published: one row, or none.  Its present is the time of an order: of
-- under five purchasers, the day.
SELECT
	b.build_id,
	b.published_at,
	date_trunc(CASE WHEN (SELECT m.value >= 5 FROM greenery_published.metrics m WHERE m.name = 'purchasers') THEN 'minute' ELSE 'day' END, b.as_of) AS as_of,
	b.timezone,
	b.currency,
	extract(epoch FROM b.horizon) / 86400 AS horizon_days,
	extract(epoch FROM b.stock_cover) / 86400 AS stock_cover_days,
	b.warned
FROM greenery_published.published_build b
