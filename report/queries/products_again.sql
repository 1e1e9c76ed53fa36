-- Who buys again by product of the first order.  Products of under five such users are left out.
SELECT
	p.name,
	p.first_order_buyers AS users,
	p.first_order_repeaters AS repeaters,
	p.repeat_rate AS rate,
	p.low,
	p.high,
	p.verdict,
	CASE WHEN p.buyers >= 5 THEN p.buyers END AS buyers,
	CASE WHEN p.buyers >= 5 THEN p.reorder_rate END AS reorder_rate
FROM greenery_published.product_reorder p
WHERE p.first_order_buyers >= 5
ORDER BY p.first_order_buyers DESC, p.name COLLATE "C"
LIMIT 60
