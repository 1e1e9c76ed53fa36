-- Two periods of the same length, the last one up to the present of the build: 28 days, or 7 days
-- or one in a shop that has been recorded for less than two of these.  No rows for less than that.
WITH present AS (
	SELECT
		b.as_of,
		b.currency,
		(SELECT m.numerator IS NOT NULL FROM greenery_published.metrics m WHERE m.name = 'revenue') AS has_money
	FROM greenery_published.published_build b
), counted AS (
	SELECT o.created_at, o.order_id, o.user_id, o.order_number, o.net_total, o.currency
	FROM greenery_published.fact_user_orders o
	WHERE NOT o.is_cancelled
		AND NOT o.is_excluded
		AND isfinite(o.created_at)
), length AS (
	SELECT l.days
	FROM (VALUES (28), (7), (1)) l (days)
	CROSS JOIN present n
	WHERE n.as_of - (SELECT min(c.created_at) FROM counted c) >= l.days * 1.9 * interval '1 day'
	ORDER BY l.days DESC
	LIMIT 1
), period AS (
	SELECT
		p.number,
		l.days,
		n.as_of - l.days * (p.number + 1) * interval '1 day' AS since,
		n.as_of - l.days * p.number * interval '1 day' AS until,
		n.currency,
		n.has_money
	FROM present n, length l, (VALUES (0), (1)) p (number)
)
SELECT
	p.number,
	p.days,
	date_trunc('minute', p.since) AS since,
	date_trunc('minute', p.until) AS until,
	o.orders,
	CASE WHEN o.purchasers >= 5 THEN o.revenue END AS revenue,
	CASE WHEN o.purchasers >= 5 THEN o.priced_orders END AS priced_orders,
	-- what the variance of amounts is computed from
	CASE WHEN o.purchasers >= 5 THEN o.squares END AS squares,
	r.purchasers,
	r.repeat_purchasers,
	s.sessions,
	s.conversions,
	-- of the change of the conversion rate since the period before
	(@extschema@.newcombe_interval(s.conversions, s.sessions, lead(s.conversions) OVER before, lead(s.sessions) OVER before))[1] AS conversion_change_low,
	(@extschema@.newcombe_interval(s.conversions, s.sessions, lead(s.conversions) OVER before, lead(s.sessions) OVER before))[2] AS conversion_change_high
FROM period p
CROSS JOIN LATERAL (
	SELECT
		count(*) AS orders,
		-- an order without user has a purchaser of its own
		count(DISTINCT coalesce(c.user_id, '#' || c.order_id)) AS purchasers,
		sum(c.net_total) FILTER (WHERE p.has_money AND coalesce(c.currency, '') = coalesce(p.currency, '')) AS revenue,
		count(c.net_total) FILTER (WHERE p.has_money AND coalesce(c.currency, '') = coalesce(p.currency, '')) AS priced_orders,
		sum(c.net_total * c.net_total) FILTER (WHERE p.has_money AND coalesce(c.currency, '') = coalesce(p.currency, '')) AS squares
	FROM counted c
	WHERE c.created_at > p.since
		AND c.created_at <= p.until
) o
-- so far, at the end of the period
CROSS JOIN LATERAL (
	SELECT
		count(*) FILTER (WHERE c.order_number = 1) AS purchasers,
		count(*) FILTER (WHERE c.order_number = 2) AS repeat_purchasers
	FROM counted c
	WHERE c.order_number <= 2
		AND c.created_at <= p.until
) r
CROSS JOIN LATERAL (
	SELECT count(*) AS sessions, count(*) FILTER (WHERE f.has_purchase) AS conversions
	FROM greenery_published.fact_user_sessions f
	WHERE f.events > 0
		AND NOT f.is_excluded
		AND f.session_start > p.since
		AND f.session_start <= p.until
) s
WINDOW before AS (ORDER BY p.number)
ORDER BY p.number
