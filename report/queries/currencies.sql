-- Orders and revenue of each currency.  Amounts of under five purchasers are left out.
SELECT
	coalesce(o.currency, '') AS currency,
	count(*) AS orders,
	CASE WHEN count(DISTINCT coalesce(o.user_id, '#' || o.order_id)) >= 5 THEN sum(o.net_total) END AS revenue
FROM greenery_published.fact_user_orders o
WHERE NOT o.is_cancelled
	AND NOT o.is_excluded
GROUP BY coalesce(o.currency, '')
ORDER BY count(*) DESC, coalesce(o.currency, '')
