-- How fresh the data are, and what there is at all.
SELECT
	(SELECT count(*) FROM greenery_published.fact_user_orders) AS orders,
	(SELECT count(*) FROM greenery_published.dim_products) AS products,
	(SELECT date_trunc(CASE WHEN count(*) >= 5 THEN 'minute' ELSE 'day' END, max(s.session_start))
	   FROM greenery_published.fact_user_sessions s
	  WHERE isfinite(s.session_start) AND s.session_start <= b.published_at) AS newest_session,
	clock_timestamp() AS now
FROM greenery_published.published_build b
