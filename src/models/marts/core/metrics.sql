-- Mart: metrics.  Grain: metric.
--
-- Two scans: orders and sessions.  numerator and denominator are exact; value is
-- their quotient.
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
		sum(o.order_total) AS money,
		count(o.order_total) AS priced_orders,
		sum(o.units) AS units,
		sum(o.distinct_products) AS products,
		sum(o.delivery_days) AS delivery_days,
		count(o.delivery_days) AS deliveries,
		count(*) FILTER (WHERE o.timeliness = 'late') AS late,
		count(*) FILTER (WHERE o.timeliness IN ('early', 'on_time')) AS in_time,
		count(*) FILTER (WHERE o.user_id IS NOT NULL) AS user_orders,
		@extschema@.repeat_rate(o.user_id, o.order_id) AS repeat_rate,
		@extschema@.repeat_counts(o.user_id, o.order_id) AS repeat
	FROM greenery.fact_user_orders o
) o
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
		coalesce(v.value, v.numerator::double precision
						  / nullif(v.denominator, 0)::double precision) AS value,
		v.numerator,
		v.denominator,
		v.definition
	FROM (VALUES
		('repeat_rate', o.repeat_rate, o.repeat[2]::numeric, o.repeat[1]::numeric,
		 'Users with two or more orders, divided by users with at least one.'),
		('conversion_rate', NULL, s.purchases, s.sessions,
		 'Sessions with a checkout, divided by sessions with at least one event of the shopper. Sessions of excluded users are left out.'),
		('average_order_value', NULL, coalesce(o.money, 0), o.priced_orders,
		 'Sum of order_total, divided by the number of orders that have one.'),
		('bounce_rate', NULL, s.bounces, s.sessions,
		 'Sessions under a minute and without checkout, divided by sessions with at least one event of the shopper. Sessions of excluded users are left out.'),
		('cart_abandonment_rate', NULL, s.abandoned, s.carts,
		 'Sessions with an add_to_cart and no checkout, divided by sessions with an add_to_cart. Sessions of excluded users are left out.'),
		('late_delivery_rate', NULL, o.late, o.late + o.in_time,
		 'Orders delivered after the estimate, divided by delivered orders that had an estimate.'),
		('on_time_or_early_rate', NULL, o.in_time, o.late + o.in_time,
		 'Orders delivered at or before the estimate, divided by delivered orders that had an estimate.'),
		('promo_use_rate', NULL, o.promo_orders, o.orders,
		 'Orders with a promo, divided by orders.'),
		('units_per_order', NULL, coalesce(o.units, 0), o.orders,
		 'Units ordered, divided by orders.'),
		('products_per_order', NULL, coalesce(o.products, 0), o.orders,
		 'Different products of each order, divided by orders.'),
		('orders_per_purchaser', NULL, o.user_orders, o.repeat[1],
		 'Orders of known users, divided by users with at least one order.'),
		('delivery_days', NULL, coalesce(o.delivery_days, 0), o.deliveries,
		 'Days from order to delivery, divided by delivered orders.')
	) v (name, value, numerator, denominator, definition)
) m;

COMMENT ON VIEW greenery.metrics IS
	'One row per headline metric, with what it is made of and what it means.';
COMMENT ON COLUMN greenery.metrics.name IS 'Name of the metric.';
COMMENT ON COLUMN greenery.metrics.value IS 'numerator divided by denominator; NULL when the denominator is 0.';
COMMENT ON COLUMN greenery.metrics.numerator IS 'What is counted.';
COMMENT ON COLUMN greenery.metrics.denominator IS 'What it is divided by.';
COMMENT ON COLUMN greenery.metrics.definition IS 'What the metric means, in one sentence.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('metrics', 'greenery.metrics', 'mart', '{name}', 300,
	grain => 'metric', by_construction => '{not_null,unique}', shrink_test_id => 309);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(302, 'greenery.metrics', 'expression', NULL, '{"expression": "name NOT LIKE ''%\\_rate'' OR value BETWEEN 0 AND 1"}', NULL, '0',
	 'Every rate lies between 0 and 1. Holds by construction.', true);
