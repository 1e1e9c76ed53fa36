-- Mart: metrics.  Grain: metric.
--
-- Two scans: orders and sessions.  numerator and denominator are exact; value is
-- their quotient.  What a metric means stands in metric_definitions.
CREATE VIEW greenery.metrics AS
SELECT
	m.name,
	m.value,
	m.numerator,
	m.denominator,
	m.definition
FROM (
	SELECT
		count(*) AS orders,
		count(o.promo_id) AS promo_orders,
		sum(o.net_total) FILTER (WHERE o.is_of_shop_currency) AS money,
		count(o.net_total) FILTER (WHERE o.is_of_shop_currency) AS priced_orders,
		sum(o.units) AS units,
		count(o.units) AS orders_with_units,
		sum(o.distinct_products) AS products,
		count(o.distinct_products) AS orders_with_products,
		sum(o.delivery_days) AS delivery_days,
		count(o.delivery_days) AS deliveries,
		count(*) FILTER (WHERE o.timeliness = 'late') AS late,
		count(*) FILTER (WHERE o.timeliness IN ('early', 'on_time')) AS in_time,
		count(*) FILTER (WHERE o.user_id IS NOT NULL) AS user_orders,
		CASE WHEN NOT greenery.on_shards() THEN @extschema@.repeat_counts(o.user_id, o.order_id) END AS counts
	FROM (
		SELECT
			f.*,
			-- a scalar subquery: computed once
			coalesce(f.currency, '') = (SELECT c.currency FROM greenery.shop_currency c) AS is_of_shop_currency
		FROM greenery.fact_user_orders f
		WHERE NOT f.is_cancelled
			AND NOT f.is_excluded
	) o
) o
CROSS JOIN LATERAL (
	SELECT coalesce(
		o.counts,
		-- on each server of its users, in numbers that add up
		CASE WHEN greenery.on_shards() THEN (
			SELECT ARRAY[count(*), count(*) FILTER (WHERE u.purchased_again)]
			FROM (
				SELECT min(f.order_id COLLATE "C") <> max(f.order_id COLLATE "C") AS purchased_again
				FROM greenery.stg_orders f
				WHERE f.user_id IS NOT NULL
					AND f.order_id IS NOT NULL
					AND NOT f.is_cancelled
					AND (f.user_id IN (SELECT x.user_id FROM greenery.excluded_users x)) IS NOT TRUE
				GROUP BY f.user_id
			) u
		) END) AS repeat
	OFFSET 0
) r
CROSS JOIN (
	SELECT EXISTS (SELECT FROM greenery.stg_promos) AS has_promos
	OFFSET 0
) p
CROSS JOIN (
	SELECT
		count(*) AS sessions,
		count(*) FILTER (WHERE s.checkouts > 0) AS purchases,
		count(*) FILTER (WHERE s.is_bounce) AS bounces,
		count(*) FILTER (WHERE s.add_to_carts > 0) AS carts,
		count(*) FILTER (WHERE s.is_cart_abandoned) AS abandoned
	FROM greenery.fact_user_sessions s
	-- session ids that hold nothing but shipments count in no rate
	WHERE s.events > 0
		AND NOT s.is_excluded
) s
CROSS JOIN LATERAL (
	SELECT
		v.name,
		v.numerator::double precision / nullif(v.denominator, 0)::double precision AS value,
		v.numerator,
		v.denominator,
		d.definition
	FROM (VALUES
		('repeat_rate', r.repeat[2]::numeric, r.repeat[1]::numeric),
		('conversion_rate', s.purchases, s.sessions),
		('average_order_value', o.money, o.priced_orders),
		('bounce_rate', s.bounces, s.sessions),
		('cart_abandonment_rate', s.abandoned, s.carts),
		('late_delivery_rate', o.late, o.late + o.in_time),
		('on_time_or_early_rate', o.in_time, o.late + o.in_time),
		('promo_use_rate', CASE WHEN p.has_promos OR o.promo_orders > 0 THEN o.promo_orders END, o.orders),
		('units_per_order', o.units, o.orders_with_units),
		('products_per_order', o.products, o.orders_with_products),
		('orders_per_purchaser', o.user_orders, r.repeat[1]),
		('delivery_days', o.delivery_days, o.deliveries),
		('orders', o.orders, 1),
		('purchasers', r.repeat[1], 1),
		('revenue', o.money, 1)
	) v (name, numerator, denominator)
	LEFT JOIN greenery.metric_definitions d ON d.name = v.name
) m;

COMMENT ON VIEW greenery.metrics IS
	'One row per headline metric, with what it is made of and what it means.';
COMMENT ON COLUMN greenery.metrics.name IS 'Name of the metric.';
COMMENT ON COLUMN greenery.metrics.value IS 'numerator divided by denominator; NULL when the denominator is 0, or the numerator unknown.';
COMMENT ON COLUMN greenery.metrics.numerator IS 'What is counted; NULL for what the shop does not have.';
COMMENT ON COLUMN greenery.metrics.denominator IS 'What it is divided by; 1 for a metric that is a plain count or sum.';
COMMENT ON COLUMN greenery.metrics.definition IS 'What the metric means, in one sentence.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('metrics', 'greenery.metrics', 'mart', '{name}', 300,
	grain => 'metric', by_construction => '{not_null,unique}', shrink_test_id => 309);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(302, 'greenery.metrics', 'expression', NULL, '{"expression": "name NOT LIKE ''%\\_rate'' OR value BETWEEN 0 AND 1"}', NULL, '0',
	 'Every rate lies between 0 and 1. Holds by construction.', true);
