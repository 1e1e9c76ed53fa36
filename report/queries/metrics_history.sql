-- What each published build said of the headline metrics, of builds with five purchasers or more.
WITH build AS (
	SELECT h.build_id
	FROM greenery_published.metrics_history h
	WHERE h.name = 'purchasers'
		AND h.value >= 5
	ORDER BY h.build_id DESC
	LIMIT 120
)
SELECT h.name, h.build_id, date_trunc('minute', h.as_of) AS as_of, b.finished_at, h.value, h.numerator, h.denominator
FROM greenery_published.metrics_history h
JOIN build ON build.build_id = h.build_id
LEFT JOIN greenery_published.build_status b ON b.build_id = h.build_id
WHERE h.name IN ('repeat_rate', 'conversion_rate', 'revenue', 'orders', 'average_order_value')
ORDER BY h.name, h.build_id
