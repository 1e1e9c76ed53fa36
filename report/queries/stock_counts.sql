-- Products by what is known of their stock.
SELECT
	count(*) AS products,
	count(*) FILTER (WHERE s.is_at_risk_of_stockout) AS at_risk,
	count(*) FILTER (WHERE s.inventory <= 0) AS out_of_stock,
	count(*) FILTER (WHERE s.inventory IS NULL) AS unknown,
	count(s.is_at_risk_of_stockout) AS judged
FROM greenery_published.dim_product_stock s
