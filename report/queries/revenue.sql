-- Revenue by month, currency and kind of customer, of the last three years.  Where a kind has
-- under five purchasers, the month is one row of kind "all"; where the month has, it has no amount.
WITH kinds AS (
	SELECT
		r.month,
		r.currency,
		r.customer_kind,
		r.orders,
		r.revenue,
		-- each order of a guest is a purchaser's of its own
		CASE r.customer_kind WHEN 'guest' THEN r.orders ELSE r.purchasers END AS people
	FROM greenery_published.revenue_by_month r
), judged AS (
	SELECT
		k.*,
		min(k.people) OVER month >= 5 AS is_split,
		-- who is new in a month may return in it
		greatest(max(k.people) FILTER (WHERE k.customer_kind <> 'guest') OVER month, 0)
			+ coalesce(sum(k.people) FILTER (WHERE k.customer_kind = 'guest') OVER month, 0) >= 5 AS is_shown
	FROM kinds k
	WHERE k.month > (SELECT max(x.month) FROM kinds x) - interval '36 months'
	WINDOW month AS (PARTITION BY k.month, k.currency)
)
SELECT
	j.month,
	j.currency,
	CASE WHEN j.is_split THEN j.customer_kind ELSE 'all' END AS kind,
	sum(j.orders) AS orders,
	CASE WHEN bool_and(j.is_shown) THEN sum(j.revenue) END AS revenue
FROM judged j
GROUP BY j.month, j.currency, CASE WHEN j.is_split THEN j.customer_kind ELSE 'all' END
ORDER BY j.month, j.currency, kind
