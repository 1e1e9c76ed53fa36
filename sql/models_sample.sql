--
-- The models over the sample shop, against the raw tables in plain SQL.  Every
-- query prints offenders or differences, and must print none.  The sample shop
-- is clean, so the raw ids are the models' ids.  All is rolled back.
--
SET client_min_messages = warning;
SET jit = off;
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(seed => 7);
ANALYZE greenery.users, greenery.addresses, greenery.products, greenery.promos,
	greenery.orders, greenery.order_items, greenery.events;

-- grain: as many different keys as rows, and none of them NULL
CREATE FUNCTION pg_temp.grain() RETURNS TABLE (model text, rows bigint, keys bigint)
	LANGUAGE plpgsql AS $$
DECLARE
	m record;
BEGIN
	FOR m IN SELECT * FROM greenery.models ORDER BY models.model COLLATE "C" LOOP
		model := m.model;
		EXECUTE format('SELECT count(*), count(DISTINCT (%s)) FILTER (WHERE num_nulls(%1$s) = 0) FROM %s',
					   array_to_string(m.key, ', '), m.relation) INTO rows, keys;
		IF rows <> keys OR rows = 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.grain();

-- as many rows as the source has
SELECT model, rows, source_rows
FROM (VALUES
	('stg_users', (SELECT count(*) FROM greenery.stg_users), (SELECT count(*) FROM greenery.users)),
	('stg_addresses', (SELECT count(*) FROM greenery.stg_addresses), (SELECT count(*) FROM greenery.addresses)),
	('stg_products', (SELECT count(*) FROM greenery.stg_products), (SELECT count(*) FROM greenery.products)),
	('stg_promos', (SELECT count(*) FROM greenery.stg_promos), (SELECT count(*) FROM greenery.promos)),
	('stg_orders', (SELECT count(*) FROM greenery.stg_orders), (SELECT count(*) FROM greenery.orders)),
	('stg_order_items', (SELECT count(*) FROM greenery.stg_order_items), (SELECT count(*) FROM greenery.order_items)),
	('stg_events', (SELECT count(*) FROM greenery.stg_events), (SELECT count(*) FROM greenery.events)),
	('dim_users', (SELECT count(*) FROM greenery.dim_users), (SELECT count(*) FROM greenery.users)),
	('dim_products', (SELECT count(*) FROM greenery.dim_products), (SELECT count(*) FROM greenery.products)),
	('dim_active_promos', (SELECT count(*) FROM greenery.dim_active_promos), (SELECT count(*) FROM greenery.promos WHERE status = 'active')),
	('dim_order_products', (SELECT count(*) FROM greenery.dim_order_products), (SELECT count(*) FROM greenery.orders)),
	('fact_events', (SELECT count(*) FROM greenery.fact_events), (SELECT count(*) FROM greenery.events)),
	('fact_order_items_products', (SELECT count(*) FROM greenery.fact_order_items_products), (SELECT count(*) FROM greenery.order_items)),
	('fact_user_orders', (SELECT count(*) FROM greenery.fact_user_orders), (SELECT count(*) FROM greenery.orders)),
	('fact_promo_orders', (SELECT count(*) FROM greenery.fact_promo_orders), (SELECT count(*) FROM greenery.orders)),
	('fact_user_sessions', (SELECT count(*) FROM greenery.fact_user_sessions), (SELECT count(DISTINCT (session_id, user_id)) FROM greenery.events)),
	('fact_user_content_pageviews', (SELECT count(*) FROM greenery.fact_user_content_pageviews),
	 (SELECT count(*) FROM greenery.events WHERE event_type = 'page_view' AND page_url !~ '^https?://[^/]*/(checkout|shipping)(/|$)')),
	('fact_user_order_pageviews', (SELECT count(*) FROM greenery.fact_user_order_pageviews),
	 (SELECT count(*) FROM greenery.events WHERE page_url ~ '^https?://[^/]*/(checkout|shipping)(/|$)')),
	('product_funnel', (SELECT count(*) FROM greenery.product_funnel), (SELECT count(*) FROM greenery.products)),
	('session_funnel', (SELECT count(*) FROM greenery.session_funnel), 1),
	('metrics', (SELECT count(*) FROM greenery.metrics), 12)
) v (model, rows, source_rows)
WHERE rows <> source_rows;

-- nothing fans out: money and units are those of the source
SELECT what, total, source_total
FROM (VALUES
	('order_total', (SELECT sum(order_total) FROM greenery.fact_user_orders), (SELECT sum(order_total) FROM greenery.orders)),
	('order_cost', (SELECT sum(items_amount) FROM greenery.fact_user_orders), (SELECT sum(order_cost) FROM greenery.orders)),
	('lifetime_value', (SELECT sum(lifetime_value) FROM greenery.dim_users), (SELECT sum(order_total) FROM greenery.orders)),
	('orders', (SELECT sum(orders) FROM greenery.dim_users), (SELECT count(*) FROM greenery.orders)),
	('units by order', (SELECT sum(units) FROM greenery.dim_order_products), (SELECT sum(quantity) FROM greenery.order_items)),
	('units by product', (SELECT sum(units_sold) FROM greenery.dim_products), (SELECT sum(quantity) FROM greenery.order_items)),
	('amount', (SELECT sum(amount) FROM greenery.fact_order_items_products), (SELECT sum(order_cost) FROM greenery.orders)),
	('discount', (SELECT sum(discount) FROM greenery.fact_user_orders), (SELECT sum(order_cost + shipping_cost - order_total) FROM greenery.orders)),
	('own events', (SELECT sum(events) FROM greenery.fact_user_sessions), (SELECT count(*) FROM greenery.events WHERE event_type <> 'package_shipped')),
	('shipments', (SELECT sum(shipments) FROM greenery.fact_user_sessions), (SELECT count(*) FROM greenery.events WHERE event_type = 'package_shipped'))
) v (what, total, source_total)
WHERE total IS DISTINCT FROM source_total;

-- sessions: start, end and length by the shopper's own events
SELECT m.*
FROM greenery.fact_user_sessions m
FULL JOIN (
	SELECT session_id, user_id, min(created_at) AS session_start, max(created_at) AS session_end,
		max(created_at) - min(created_at) AS duration, count(*) AS events
	FROM greenery.events WHERE event_type <> 'package_shipped' GROUP BY 1, 2
) s USING (session_id, user_id)
WHERE (m.session_start, m.session_end, m.duration, m.events)
	IS DISTINCT FROM (s.session_start, s.session_end, s.duration, s.events);

-- order numbers, by counting the orders before
SELECT m.order_id
FROM greenery.fact_user_orders m
WHERE m.order_number <> 1 + (SELECT count(*) FROM greenery.orders o
							 WHERE o.user_id = m.user_id
							   AND (o.created_at, o.order_id COLLATE "C") < (m.created_at, m.order_id COLLATE "C"));

-- timeliness
SELECT m.order_id
FROM greenery.fact_user_orders m JOIN greenery.orders o USING (order_id)
WHERE m.timeliness IS DISTINCT FROM
	CASE sign(extract(epoch FROM o.delivered_at - o.estimated_delivery_at))
		WHEN -1 THEN 'early' WHEN 0 THEN 'on_time' WHEN 1 THEN 'late' ELSE 'unknown' END;

-- product conversion: sessions that viewed it, and whose own order contains it
SELECT m.product_id
FROM greenery.product_funnel m, LATERAL (
	SELECT count(DISTINCT v.session_id) AS viewed,
		(SELECT count(DISTINCT e.session_id) FROM greenery.events e JOIN greenery.order_items i USING (order_id)
		 WHERE e.event_type = 'checkout' AND i.product_id = m.product_id) AS bought,
		count(DISTINCT v.session_id) FILTER (WHERE EXISTS (
			SELECT FROM greenery.events e JOIN greenery.order_items i USING (order_id)
			WHERE e.event_type = 'checkout' AND i.product_id = m.product_id AND e.session_id = v.session_id))::float8
		/ nullif(count(DISTINCT v.session_id), 0) AS conversion
	FROM greenery.events v WHERE v.event_type = 'page_view' AND v.product_id = m.product_id) s
WHERE (m.sessions_viewed, m.sessions_bought, m.conversion_rate) IS DISTINCT FROM (s.viewed, s.bought, s.conversion);

-- metrics
SELECT m.name, m.value, s.value
FROM greenery.metrics m
FULL JOIN (VALUES
	('repeat_rate', (SELECT (count(*) FILTER (WHERE n >= 2))::float8 / count(*)
					 FROM (SELECT count(DISTINCT order_id) AS n FROM greenery.orders GROUP BY user_id) u)),
	('conversion_rate', (SELECT avg(bought::float8) FROM (
		SELECT max((event_type = 'checkout')::int) AS bought FROM greenery.events
		WHERE event_type <> 'package_shipped' GROUP BY session_id) s)),
	('average_order_value', (SELECT avg(order_total)::float8 FROM greenery.orders)),
	('bounce_rate', (SELECT avg((length < interval '1 minute' AND NOT bought)::int)::float8 FROM (
		SELECT max(created_at) - min(created_at) AS length, bool_or(event_type = 'checkout') AS bought FROM greenery.events
		WHERE event_type <> 'package_shipped' GROUP BY session_id) s)),
	('cart_abandonment_rate', (SELECT avg((NOT bought)::int)::float8 FROM (
		SELECT bool_or(event_type = 'checkout') AS bought FROM greenery.events
		GROUP BY session_id HAVING bool_or(event_type = 'add_to_cart')) s)),
	('late_delivery_rate', (SELECT avg((delivered_at > estimated_delivery_at)::int)::float8 FROM greenery.orders)),
	('on_time_or_early_rate', (SELECT avg((delivered_at <= estimated_delivery_at)::int)::float8 FROM greenery.orders)),
	('promo_use_rate', (SELECT count(promo_id)::float8 / count(*) FROM greenery.orders)),
	('units_per_order', (SELECT sum(quantity)::float8 / (SELECT count(*) FROM greenery.orders) FROM greenery.order_items)),
	('products_per_order', (SELECT count(DISTINCT (order_id, product_id))::float8 / (SELECT count(*) FROM greenery.orders) FROM greenery.order_items)),
	('orders_per_purchaser', (SELECT count(*)::float8 / count(DISTINCT user_id) FROM greenery.orders)),
	('delivery_days', (SELECT avg(extract(epoch FROM delivered_at - created_at))::float8 / 86400 FROM greenery.orders))
) s (name, value) USING (name)
WHERE abs(m.value - s.value) < 1e-12 IS NOT TRUE OR m.value = 0;
SELECT greenery_repeat_rate() = (SELECT value FROM greenery.metrics WHERE name = 'repeat_rate') AS same_rate;
-- all sessions at once, funnel included, say what the mart does
SELECT t.sessions = m.sessions AS sessions, t.events = m.events AS events, t.bounces = m.bounces AS bounces,
	t.conversions = m.conversions AS conversions, t.total_duration = m.duration AS duration, f.counts = m.depths AS depths
FROM (SELECT (session_summary(session_id, created_at, event_type = 'checkout') FILTER (WHERE event_type <> 'package_shipped')).*
	FROM greenery.session_events) t,
	(SELECT funnel_counts('36500 days', session_id, created_at, event_type = 'page_view', event_type = 'checkout') AS counts
		FROM greenery.session_events WHERE event_type <> 'package_shipped') f,
	(SELECT count(*) AS sessions, sum(events) AS events, count(*) FILTER (WHERE is_bounce) AS bounces,
		count(*) FILTER (WHERE has_purchase) AS conversions, sum(duration) AS duration,
		ARRAY[count(*) FILTER (WHERE page_views = 0), count(*) FILTER (WHERE page_views > 0 AND checkouts = 0),
			count(*) FILTER (WHERE page_views > 0 AND checkouts > 0)] AS depths
		FROM greenery.fact_user_sessions WHERE events > 0) m;
-- the popularity of promos
SELECT m.order_id
FROM greenery.fact_promo_orders m JOIN greenery.orders o USING (order_id)
WHERE (m.promo_orders IS NOT NULL) <> (o.promo_id IS NOT NULL)
	OR m.promo_orders <> (SELECT count(*) FROM greenery.orders p WHERE p.promo_id = o.promo_id)
	OR abs(m.promo_share - m.promo_orders::numeric / (SELECT count(*) FROM greenery.orders)) > 1e-12;
-- addresses: the registered one and every one shipped to, each once
SELECT m.user_id
FROM greenery.dim_users m
WHERE (SELECT array_agg(a ->> 'address_id' ORDER BY a ->> 'address_id' COLLATE "C") FROM jsonb_array_elements(m.addresses) a)
	IS DISTINCT FROM
	(SELECT array_agg(DISTINCT x COLLATE "C") FROM (
		SELECT address_id AS x FROM greenery.users WHERE user_id = m.user_id
		UNION SELECT address_id FROM greenery.orders WHERE user_id = m.user_id) a);
ROLLBACK;
