--
-- The models over the sample shop, against the raw tables in plain SQL.  Every
-- query prints offenders or differences, and must print none.  The sample shop
-- is clean, so the raw ids are the models' ids.  All is rolled back.
--
-- A cancelled order counts nowhere, amounts are net of refunds, and a visit with one
-- login is that user's from its first event.
--
SET client_min_messages = warning;
SET jit = off;
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(seed => 7);
ANALYZE greenery.users, greenery.addresses, greenery.products, greenery.promos,
	greenery.orders, greenery.order_items, greenery.events;
-- what counts
CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM greenery.orders WHERE status <> 'cancelled';
CREATE TEMP TABLE kept_items ON COMMIT DROP AS SELECT i.* FROM greenery.order_items i JOIN kept USING (order_id);
-- the shoppers' own events.  No session of the sample shop is of two users, so that the only
-- user of a session is its user.
CREATE TEMP TABLE own ON COMMIT DROP AS
SELECT e.event_id, e.session_id, e.created_at, e.event_type, e.order_id, e.product_id, e.page_url, s.user_id
FROM greenery.events e JOIN (SELECT session_id, max(user_id) AS user_id FROM greenery.events GROUP BY 1) s USING (session_id)
WHERE e.event_type <> 'package_shipped';
CREATE INDEX ON own (session_id); CREATE INDEX ON kept (user_id); ANALYZE own, kept, kept_items;
SELECT (SELECT count(*) FROM greenery.orders) - (SELECT count(*) FROM kept) > 3 AS some_cancelled,
	(SELECT count(*) FROM kept WHERE refunded > 0) > 3 AS some_refunded,
	(SELECT count(*) FROM own JOIN greenery.events e USING (event_id) WHERE e.user_id IS NULL AND own.user_id IS NOT NULL) > 20 AS some_before_login,
	(SELECT count(*) FROM own WHERE user_id IS NULL) > 5 AS some_anonymous;

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
	('fact_user_sessions', (SELECT count(*) FROM greenery.fact_user_sessions), (SELECT count(DISTINCT session_id) FROM greenery.events)),
	('fact_user_content_pageviews', (SELECT count(*) FROM greenery.fact_user_content_pageviews),
	 (SELECT count(*) FROM greenery.events WHERE event_type = 'page_view' AND page_url !~ '^https?://[^/]*/(checkout|shipping)(/|$)')),
	('fact_user_order_pageviews', (SELECT count(*) FROM greenery.fact_user_order_pageviews),
	 (SELECT count(*) FROM greenery.events WHERE page_url ~ '^https?://[^/]*/(checkout|shipping)(/|$)')),
	('product_funnel', (SELECT count(*) FROM greenery.product_funnel), (SELECT count(*) FROM greenery.products)),
	('session_funnel', (SELECT count(*) FROM greenery.session_funnel), 1),
	('metrics', (SELECT count(*) FROM greenery.metrics), 15),
	('revenue_by_month', (SELECT sum(orders) FROM greenery.revenue_by_month), (SELECT count(*) FROM kept)),
	('sessions_by_day', (SELECT sum(sessions) FROM greenery.sessions_by_day), (SELECT count(DISTINCT session_id) FROM own))
) v (model, rows, source_rows)
WHERE rows <> source_rows;

-- nothing fans out: money and units are those of the source
SELECT what, total, source_total
FROM (VALUES
	('order_total', (SELECT sum(order_total) FROM greenery.fact_user_orders), (SELECT sum(order_total) FROM greenery.orders)),
	('net_total', (SELECT sum(net_total) FROM greenery.fact_user_orders), (SELECT sum(order_total - coalesce(refunded, 0)) FROM greenery.orders)),
	('order_cost', (SELECT sum(items_amount) FROM greenery.fact_user_orders), (SELECT sum(order_cost) FROM greenery.orders)),
	('lifetime_value', (SELECT sum(lifetime_value) FROM greenery.dim_users), (SELECT sum(order_total - coalesce(refunded, 0)) FROM kept)),
	('revenue', (SELECT sum(revenue) FROM greenery.revenue_by_month), (SELECT sum(order_total - coalesce(refunded, 0)) FROM kept)),
	('orders', (SELECT sum(orders) FROM greenery.dim_users), (SELECT count(*) FROM kept)),
	('units by order', (SELECT sum(units) FROM greenery.dim_order_products), (SELECT sum(quantity) FROM greenery.order_items)),
	('units by product', (SELECT sum(units_sold) FROM greenery.dim_products), (SELECT sum(quantity - coalesce(returned_quantity, 0)) FROM kept_items)),
	('amount', (SELECT sum(amount) FROM greenery.fact_order_items_products), (SELECT sum(order_cost) FROM greenery.orders)),
	('discount', (SELECT sum(discount) FROM greenery.fact_user_orders), (SELECT sum(order_cost + shipping_cost - order_total) FROM greenery.orders)),
	('own events', (SELECT sum(events) FROM greenery.fact_user_sessions), (SELECT count(*) FROM greenery.events WHERE event_type <> 'package_shipped')),
	('shipments', (SELECT sum(shipments) FROM greenery.fact_user_sessions), (SELECT count(*) FROM greenery.events WHERE event_type = 'package_shipped'))
) v (what, total, source_total)
WHERE total IS DISTINCT FROM source_total;

-- sessions: start, end and length by the shopper's own events
SELECT session_id, m.user_id, s.user_id, m.events, s.events
FROM greenery.fact_user_sessions m
FULL JOIN (
	SELECT session_id, user_id, min(created_at) AS session_start, max(created_at) AS session_end,
		max(created_at) - min(created_at) AS duration, count(*) AS events
	FROM own GROUP BY 1, 2
) s USING (session_id)
WHERE (m.user_id, m.session_start, m.session_end, m.duration, m.events)
	IS DISTINCT FROM (s.user_id, s.session_start, s.session_end, s.duration, s.events);
-- and by day
SELECT day, m.*, s.*
FROM greenery.sessions_by_day m
FULL JOIN (
	SELECT (started AT TIME ZONE 'UTC')::date AS day, count(*) AS sessions, count(*) FILTER (WHERE bought) AS converted,
		count(*) FILTER (WHERE bought)::float8 / count(*) AS rate, count(*) FILTER (WHERE NOT bought AND length < interval '1 minute') AS bounces
	FROM (SELECT min(created_at) AS started, bool_or(event_type = 'checkout') AS bought, max(created_at) - min(created_at) AS length FROM own GROUP BY session_id) x
	GROUP BY 1
) s USING (day)
WHERE (m.sessions, m.converted, m.conversion_rate, m.bounces) IS DISTINCT FROM (s.sessions, s.converted, s.rate, s.bounces);

-- order numbers, by counting the orders before: a cancelled one has none
SELECT m.order_id
FROM greenery.fact_user_orders m JOIN greenery.orders o USING (order_id)
WHERE m.order_number IS DISTINCT FROM CASE WHEN o.status <> 'cancelled' THEN 1 + (SELECT count(*) FROM kept p
	WHERE p.user_id = m.user_id AND (p.created_at, p.order_id COLLATE "C") < (m.created_at, m.order_id COLLATE "C")) END;

-- the amount of a product of an order is by the price of its day
SELECT m.order_id, m.product_id, m.amount
FROM greenery.fact_order_items_products m JOIN greenery.order_items i USING (order_id, product_id)
WHERE m.amount IS DISTINCT FROM i.quantity * i.unit_price;
SELECT count(*) > 10 AS prices_changed FROM greenery.fact_order_items_products m JOIN greenery.products p USING (product_id) WHERE m.amount <> m.quantity * p.price;

-- revenue of each month, of new and of returning customers
SELECT month, customer_kind, m.*, s.*
FROM (SELECT * FROM greenery.revenue_by_month WHERE currency = '') m
FULL JOIN (
	SELECT date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month, CASE WHEN n = 1 THEN 'new' ELSE 'returning' END AS customer_kind,
		count(*) AS orders, count(DISTINCT user_id) AS purchasers, sum(order_total - coalesce(refunded, 0)) AS revenue
	FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY created_at, order_id COLLATE "C") AS n FROM kept) k
	GROUP BY 1, 2
) s USING (month, customer_kind)
WHERE (m.orders, m.purchasers, m.revenue) IS DISTINCT FROM (s.orders, s.purchasers, s.revenue)
	OR abs(m.average_order_value - s.revenue / s.orders) < 1e-9 IS NOT TRUE;

-- what is bought together
SELECT product_id, other_product_id, m.*, s.*
FROM greenery.product_pairs m
FULL JOIN (
	SELECT a.product_id, b.product_id AS other_product_id, count(*) AS orders,
		count(*)::float8 / (SELECT count(*) FROM kept) AS support
	FROM kept_items a JOIN kept_items b USING (order_id)
	WHERE a.product_id COLLATE "C" < b.product_id COLLATE "C" GROUP BY 1, 2 HAVING count(*) >= 10
) s USING (product_id, other_product_id)
WHERE (m.orders, m.support) IS DISTINCT FROM (s.orders, s.support);
SELECT count(*) > 0 AS pairs FROM greenery.product_pairs;

-- timeliness
SELECT m.order_id
FROM greenery.fact_user_orders m JOIN greenery.orders o USING (order_id)
WHERE m.timeliness IS DISTINCT FROM
	CASE sign(extract(epoch FROM o.delivered_at - o.estimated_delivery_at))
		WHEN -1 THEN 'early' WHEN 0 THEN 'on_time' WHEN 1 THEN 'late' ELSE 'unknown' END;

-- product conversion: sessions that viewed it, and whose own order contains it, if that is not
-- cancelled
SELECT m.product_id
FROM greenery.product_funnel m, LATERAL (
	SELECT count(DISTINCT v.session_id) AS viewed,
		(SELECT count(DISTINCT e.session_id) FROM own e JOIN greenery.order_items i USING (order_id) JOIN greenery.orders o USING (order_id)
		 WHERE e.event_type = 'checkout' AND o.status <> 'cancelled' AND i.product_id = m.product_id) AS bought,
		count(DISTINCT v.session_id) FILTER (WHERE EXISTS (
			SELECT FROM own e JOIN greenery.order_items i USING (order_id) JOIN greenery.orders o USING (order_id)
			WHERE e.event_type = 'checkout' AND o.status <> 'cancelled' AND i.product_id = m.product_id AND e.session_id = v.session_id))::float8
		/ nullif(count(DISTINCT v.session_id), 0) AS conversion
	FROM own v WHERE v.event_type = 'page_view' AND v.product_id = m.product_id) s
WHERE (m.sessions_viewed, m.sessions_bought, m.conversion_rate) IS DISTINCT FROM (s.viewed, s.bought, s.conversion);

-- metrics
SELECT m.name, m.value, s.value
FROM greenery.metrics m
FULL JOIN (VALUES
	('repeat_rate', (SELECT (count(*) FILTER (WHERE n >= 2))::float8 / count(*)
					 FROM (SELECT count(DISTINCT order_id) AS n FROM kept GROUP BY user_id) u)),
	('conversion_rate', (SELECT avg(bought::float8) FROM (
		SELECT max((event_type = 'checkout')::int) AS bought FROM own GROUP BY session_id) s)),
	('average_order_value', (SELECT avg(order_total - coalesce(refunded, 0))::float8 FROM kept)),
	('bounce_rate', (SELECT avg((length < interval '1 minute' AND NOT bought)::int)::float8 FROM (
		SELECT max(created_at) - min(created_at) AS length, bool_or(event_type = 'checkout') AS bought FROM own GROUP BY session_id) s)),
	('cart_abandonment_rate', (SELECT avg((NOT bought)::int)::float8 FROM (
		SELECT bool_or(event_type = 'checkout') AS bought FROM own GROUP BY session_id HAVING bool_or(event_type = 'add_to_cart')) s)),
	('late_delivery_rate', (SELECT avg((delivered_at > estimated_delivery_at)::int)::float8 FROM kept)),
	('on_time_or_early_rate', (SELECT avg((delivered_at <= estimated_delivery_at)::int)::float8 FROM kept)),
	('promo_use_rate', (SELECT count(promo_id)::float8 / count(*) FROM kept)),
	('units_per_order', (SELECT sum(quantity)::float8 / (SELECT count(*) FROM kept) FROM kept_items)),
	('products_per_order', (SELECT count(DISTINCT (order_id, product_id))::float8 / (SELECT count(*) FROM kept) FROM kept_items)),
	('orders_per_purchaser', (SELECT count(*)::float8 / count(DISTINCT user_id) FROM kept)),
	('delivery_days', (SELECT avg(extract(epoch FROM delivered_at - created_at))::float8 / 86400 FROM kept)),
	('orders', (SELECT count(*) FROM kept)),
	('purchasers', (SELECT count(DISTINCT user_id) FROM kept)),
	('revenue', (SELECT sum(order_total - coalesce(refunded, 0))::float8 FROM kept))
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
	OR m.promo_orders <> (SELECT count(*) FROM kept p WHERE p.promo_id = o.promo_id)
	OR abs(m.promo_share - m.promo_orders::numeric / (SELECT count(*) FROM kept)) > 1e-12;
-- addresses: the registered one and every one shipped to, each once; a cancelled order is
-- not shipped
SELECT m.user_id
FROM greenery.dim_users m
WHERE (SELECT array_agg(a ->> 'address_id' ORDER BY a ->> 'address_id' COLLATE "C") FROM jsonb_array_elements(m.addresses) a)
	IS DISTINCT FROM
	(SELECT array_agg(DISTINCT x COLLATE "C") FROM (
		SELECT address_id AS x FROM greenery.users WHERE user_id = m.user_id
		UNION SELECT address_id FROM kept WHERE user_id = m.user_id) a);
ROLLBACK;
\i sql/include/empty_tables.sql
