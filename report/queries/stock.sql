-- What may run out: products at risk, and those next to it.  What was ordered in the time that
-- stock is to last is told when five customers or more ordered in it.
WITH present AS (
	SELECT b.as_of, b.as_of - b.stock_cover AS since
	FROM greenery_published.published_build b
), recent AS (
	SELECT o.order_id, coalesce(o.user_id, '#' || o.order_id) AS customer
	FROM greenery_published.fact_user_orders o
	CROSS JOIN present n
	WHERE NOT o.is_cancelled
		AND NOT o.is_excluded
		AND o.created_at > n.since
		AND o.created_at <= n.as_of
), ordered AS (
	SELECT i.product_id, sum(i.quantity) AS units
	FROM greenery_published.fact_order_items_products i
	JOIN recent r ON r.order_id = i.order_id
	GROUP BY i.product_id
)
SELECT
	s.name,
	s.inventory,
	s.is_at_risk_of_stockout AS at_risk,
	CASE WHEN (SELECT count(DISTINCT r.customer) >= 5 FROM recent r) THEN coalesce(o.units, 0) END AS ordered
FROM greenery_published.dim_product_stock s
LEFT JOIN ordered o ON o.product_id = s.product_id
WHERE s.is_at_risk_of_stockout IS NOT NULL
ORDER BY
	s.is_at_risk_of_stockout DESC,
	s.inventory - coalesce(o.units, 0),
	s.inventory,
	s.name COLLATE "C"
LIMIT 15
