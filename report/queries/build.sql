-- The build whose marts are published: one row, or none.
SELECT
	b.build_id,
	b.published_at,
	b.as_of,
	b.timezone,
	b.currency,
	extract(epoch FROM b.horizon) / 86400 AS horizon_days,
	extract(epoch FROM b.stock_cover) / 86400 AS stock_cover_days,
	b.warned
FROM greenery_published.published_build b
