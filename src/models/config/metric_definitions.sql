-- What each metric means, and from which columns of published marts others can compute it
-- again.  The mart metrics takes its definitions from here; greenery_metrics_yaml() hands all
-- of it to a semantic layer.

CREATE VIEW greenery.metric_definitions AS
SELECT d.name, d.definition, d.numerator, d.denominator
FROM (VALUES
	('repeat_rate', 'repeat_purchasers', 'purchasers',
	 'Users with two or more orders, divided by users with at least one. Cancelled orders and excluded users do not count.'),
	('conversion_rate', 'converted_sessions', 'sessions',
	 'Sessions with a checkout, divided by sessions with at least one event of the shopper. Sessions of excluded users are left out.'),
	('average_order_value', 'revenue', 'priced_orders',
	 'Sum of order_total less refunded in the shop''s currency (view shop_currency), divided by the number of orders that have a total in it. Cancelled orders and orders of excluded users do not count. NULL when there are several currencies and setting greenery.currency names none.'),
	('bounce_rate', 'bounced_sessions', 'sessions',
	 'Sessions under a minute and without checkout, divided by sessions with at least one event of the shopper. Sessions of excluded users are left out.'),
	('cart_abandonment_rate', 'abandoned_carts', 'sessions_with_cart',
	 'Sessions with an add_to_cart and no checkout, divided by sessions with an add_to_cart. Sessions of excluded users are left out.'),
	('late_delivery_rate', 'late_deliveries', 'rated_deliveries',
	 'Orders delivered after the estimate, divided by delivered orders that had an estimate. Cancelled orders and orders of excluded users do not count.'),
	('on_time_or_early_rate', 'timely_deliveries', 'rated_deliveries',
	 'Orders delivered at or before the estimate, divided by delivered orders that had an estimate. Cancelled orders and orders of excluded users do not count.'),
	('promo_use_rate', 'promo_orders', 'orders',
	 'Orders with a promo, divided by orders. Cancelled orders and orders of excluded users do not count. NULL for a shop without promos.'),
	('units_per_order', 'units_ordered', 'orders_with_units',
	 'Units ordered, divided by orders. Cancelled orders and orders of excluded users do not count. NULL for a shop without order items.'),
	('products_per_order', 'products_ordered', 'orders_with_products',
	 'Different products of each order, divided by orders. Cancelled orders and orders of excluded users do not count. NULL for a shop without order items.'),
	('orders_per_purchaser', 'purchaser_orders', 'purchasers',
	 'Orders of known users, divided by users with at least one order. Cancelled orders and excluded users do not count.'),
	('delivery_days', 'days_to_delivery', 'deliveries',
	 'Days from order to delivery, divided by delivered orders. Cancelled orders and orders of excluded users do not count.'),
	('orders', 'orders', NULL,
	 'Orders, those of guests too. Cancelled orders and orders of excluded users do not count.'),
	('purchasers', 'purchasers', NULL,
	 'Users with at least one order. Cancelled orders and excluded users do not count.'),
	('revenue', 'revenue', NULL,
	 'Sum of order_total less refunded, in the shop''s currency (view shop_currency). Cancelled orders and orders of excluded users do not count. NULL when no total is known, or when there are several currencies and setting greenery.currency names none.')
) d (name, numerator, denominator, definition);

COMMENT ON VIEW greenery.metric_definitions IS
	'One row per headline metric: what it means, and the measures that it is made of.';
COMMENT ON COLUMN greenery.metric_definitions.name IS 'Name of the metric.';
COMMENT ON COLUMN greenery.metric_definitions.definition IS 'What the metric means, in one sentence.';
COMMENT ON COLUMN greenery.metric_definitions.numerator IS 'The measure that is counted: metric_measures.measure.';
COMMENT ON COLUMN greenery.metric_definitions.denominator IS
	'The measure that it is divided by; NULL for a metric that is a plain count or sum.';

CREATE VIEW greenery.metric_measures AS
SELECT
	m.measure,
	m.model,
	m.aggregate,
	concat_ws(' AND ',
			  CASE m.model WHEN 'fact_user_orders' THEN 'NOT is_cancelled AND NOT is_excluded'
						   WHEN 'fact_user_sessions' THEN 'events > 0 AND NOT is_excluded'
						   ELSE 'NOT is_excluded' END,
			  CASE WHEN m.in_currency THEN
				  'coalesce(currency, '''') = (SELECT coalesce(b.currency, '''') FROM greenery_published.published_build b'
				  ' WHERE EXISTS (SELECT FROM greenery_published.metrics r WHERE r.name = ''revenue'' AND r.value IS NOT NULL))' END,
			  m.condition) AS condition,
	m.summand,
	m.description
FROM (VALUES
	('orders', 'fact_user_orders', 'sum_boolean', NULL, false, NULL,
	 'Orders.'),
	('revenue', 'fact_user_orders', 'sum', NULL, true, 'net_total',
	 'Money of orders in the shop''s currency, less refunds.'),
	('priced_orders', 'fact_user_orders', 'sum_boolean', 'net_total IS NOT NULL', true, NULL,
	 'Orders that have a total in the shop''s currency.'),
	('promo_orders', 'fact_user_orders', 'sum_boolean', 'promo_id IS NOT NULL', false, NULL,
	 'Orders with a promo.'),
	('units_ordered', 'fact_user_orders', 'sum', NULL, false, 'units',
	 'Units ordered.'),
	('orders_with_units', 'fact_user_orders', 'sum_boolean', 'units IS NOT NULL', false, NULL,
	 'Orders whose units are known.'),
	('products_ordered', 'fact_user_orders', 'sum', NULL, false, 'distinct_products',
	 'Different products of each order, added up over orders.'),
	('orders_with_products', 'fact_user_orders', 'sum_boolean', 'distinct_products IS NOT NULL', false, NULL,
	 'Orders whose products are known.'),
	('days_to_delivery', 'fact_user_orders', 'sum', NULL, false, 'delivery_days',
	 'Days from order to delivery, added up over orders.'),
	('deliveries', 'fact_user_orders', 'sum_boolean', 'delivery_days IS NOT NULL', false, NULL,
	 'Delivered orders.'),
	('rated_deliveries', 'fact_user_orders', 'sum_boolean', 'timeliness <> ''unknown''', false, NULL,
	 'Delivered orders that had an estimate.'),
	('late_deliveries', 'fact_user_orders', 'sum_boolean', 'timeliness = ''late''', false, NULL,
	 'Orders delivered after the estimate.'),
	('timely_deliveries', 'fact_user_orders', 'sum_boolean', 'timeliness IN (''early'', ''on_time'')', false, NULL,
	 'Orders delivered at or before the estimate.'),
	('purchasers', 'dim_users', 'sum_boolean', 'orders > 0', false, NULL,
	 'Users with at least one order.'),
	('repeat_purchasers', 'dim_users', 'sum_boolean', 'orders > 1', false, NULL,
	 'Users with two or more orders.'),
	('purchaser_orders', 'dim_users', 'sum', NULL, false, 'orders',
	 'Orders of known users.'),
	('sessions', 'fact_user_sessions', 'sum_boolean', NULL, false, NULL,
	 'Sessions with at least one event of the shopper.'),
	('converted_sessions', 'fact_user_sessions', 'sum_boolean', 'has_purchase', false, NULL,
	 'Sessions with a checkout.'),
	('bounced_sessions', 'fact_user_sessions', 'sum_boolean', 'is_bounce', false, NULL,
	 'Sessions under a minute and without checkout.'),
	('sessions_with_cart', 'fact_user_sessions', 'sum_boolean', 'add_to_carts > 0', false, NULL,
	 'Sessions with an add_to_cart.'),
	('abandoned_carts', 'fact_user_sessions', 'sum_boolean', 'is_cart_abandoned', false, NULL,
	 'Sessions with an add_to_cart and no checkout.')
) m (measure, model, aggregate, condition, in_currency, summand, description);

COMMENT ON VIEW greenery.metric_measures IS
	'One row per measure: what metrics are made of, as sums over rows of a published mart.';
COMMENT ON COLUMN greenery.metric_measures.measure IS 'Name of the measure.';
COMMENT ON COLUMN greenery.metric_measures.model IS 'The mart whose rows it is about.';
COMMENT ON COLUMN greenery.metric_measures.aggregate IS 'sum, or sum_boolean: how many rows.';
COMMENT ON COLUMN greenery.metric_measures.condition IS 'Which rows count, in SQL.';
COMMENT ON COLUMN greenery.metric_measures.summand IS 'What is summed, in SQL; NULL where rows are counted.';
COMMENT ON COLUMN greenery.metric_measures.description IS
	'What is counted. Cancelled orders, orders and sessions of excluded users, and sessions without an event of the shopper are left out.';

CREATE VIEW greenery.metric_models AS
SELECT m.model, m.time_dimension, m.time_expression, m.dimensions
FROM (VALUES
	('fact_user_orders', 'order_date', NULL,
	 '{state,country,status,channel,currency,shipping_service,timeliness,has_promo,is_overdue}'::text[]),
	('fact_user_sessions', 'session_date', NULL,
	 '{has_purchase,is_bounce,is_cart_abandoned}'),
	('dim_users', 'first_order_date',
	 '(first_order_at AT TIME ZONE (SELECT b.timezone FROM greenery_published.published_build b))::date',
	 '{state,country,is_repeat_purchaser}')
) m (model, time_dimension, time_expression, dimensions);

COMMENT ON VIEW greenery.metric_models IS
	'The marts that measures are about: one row each, with the columns by which their measures are grouped.';
COMMENT ON COLUMN greenery.metric_models.model IS 'The mart.';
COMMENT ON COLUMN greenery.metric_models.time_dimension IS 'The day by which its measures are grouped, in the shop''s time zone.';
COMMENT ON COLUMN greenery.metric_models.time_expression IS 'That day in SQL, where it is no column.';
COMMENT ON COLUMN greenery.metric_models.dimensions IS 'Further columns. Ids, names and addresses of people are not among them.';
