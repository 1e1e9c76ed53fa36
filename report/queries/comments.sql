-- The definitions: comments of published tables and their columns.
SELECT
	c.relname AS relation,
	a.attname AS column_name,
	regexp_replace(d.description, '^Published: ', '') AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = c.oid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND a.attnum > 0
WHERE c.relnamespace = 'greenery_published'::pg_catalog.regnamespace
	AND (c.relname, coalesce(a.attname, '')) IN (
		('revenue_by_month', ''), ('repeat_indicators', ''), ('repeat_by_promo', ''), ('repeat_by_state', ''),
		('repeat_by_delivery_days', ''), ('repeat_by_delivery_days', 'is_sweet_spot'),
		('product_reorder', 'repeat_rate'), ('product_reorder', 'first_order_buyers'),
		('cohort_retention', ''), ('cohort_retention', 'is_mature'), ('user_repeat_labels', ''),
		('session_funnel', ''), ('product_funnel', ''), ('product_funnel', 'largest_drop'), ('fact_user_sessions', 'session_start'),
		('dim_product_stock', 'is_at_risk_of_stockout'), ('test_status', ''), ('build_status', 'status'), ('lineage', ''),
		('open_requests', ''), ('published_build', 'as_of'))
ORDER BY 1, 2 NULLS FIRST
