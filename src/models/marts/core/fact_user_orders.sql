-- Mart: fact_user_orders.  Grain: order.
--
-- An order counts whatever its hour or size.  Guests (no user) have an order, but no
-- number: they count in order metrics and not in user metrics.  Cancelled orders have
-- their row, and count nowhere.
CREATE VIEW greenery.fact_user_orders AS
SELECT
	o.order_id,
	o.user_id,
	o.created_at,
	o.order_number,
	o.previous_order_at,
	@extschema@.days_between(o.previous_order_at, o.created_at) AS days_since_previous_order,
	o.order_cost,
	o.shipping_cost,
	coalesce(o.discount,
			 -- amounts of promos are in the shop's currency
			 CASE WHEN t.discount IS NULL THEN round(o.order_cost * t.percent / 100, 2)
				  WHEN coalesce(o.currency, '') = (SELECT c.list_currency FROM greenery.shop_currency c) THEN t.discount
			 END) AS discount,
	o.order_total,
	o.promo_id,
	o.promo_id IS NOT NULL AS has_promo,
	i.units,
	i.distinct_products,
	i.items_amount,
	o.address_id,
	a.state,
	a.country,
	o.status,
	o.shipping_service,
	o.estimated_delivery_at,
	o.delivered_at,
	@extschema@.days_between(o.created_at, o.delivered_at) AS delivery_days,
	@extschema@.days_between(o.created_at, o.estimated_delivery_at) AS estimated_delivery_days,
	-- no estimate is unknown, not late; an infinite time says no more than none
	CASE
		WHEN NOT isfinite(o.delivered_at) OR NOT isfinite(o.estimated_delivery_at) THEN 'unknown'
		WHEN o.delivered_at < o.estimated_delivery_at THEN 'early'
		WHEN o.delivered_at = o.estimated_delivery_at THEN 'on_time'
		WHEN o.delivered_at > o.estimated_delivery_at THEN 'late'
		ELSE 'unknown'
	END AS timeliness,
	coalesce(NOT o.is_cancelled AND o.delivered_at IS NULL
			 AND o.estimated_delivery_at < (SELECT n.as_of FROM greenery.as_of n), false) AS is_overdue,
	(o.created_at AT TIME ZONE greenery.timezone())::date AS order_date,
	o.tax,
	o.refunded,
	o.order_total - coalesce(o.refunded, 0) AS net_total,
	o.currency,
	o.is_cancelled,
	coalesce(o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded,
	o.channel,
	o.session_id,
	CASE WHEN o.discount IS NOT NULL THEN 'order'
		 WHEN o.promo_id IS NOT NULL THEN 'promo' END AS discount_source,
	-- as if these terms had been recorded then
	CASE WHEN o.discount IS NULL
			  AND o.created_at >= t.recorded_from
			  AND (t.next_discount, t.next_percent) IS DISTINCT FROM (t.discount, t.percent)
		 THEN CASE WHEN t.next_discount IS NULL THEN round(o.order_cost * t.next_percent / 100, 2)
				   WHEN coalesce(o.currency, '') = (SELECT c.list_currency FROM greenery.shop_currency c) THEN t.next_discount
			  END END AS discount_recorded_next
FROM (
	SELECT
		s.*,
		CASE WHEN s.user_id IS NOT NULL AND NOT s.is_cancelled THEN row_number() OVER w END AS order_number,
		CASE WHEN s.user_id IS NOT NULL AND NOT s.is_cancelled THEN lag(s.created_at) OVER w END AS previous_order_at
	FROM greenery.stg_orders s
	WHERE s.order_id IS NOT NULL
	-- cancelled orders last: the others are numbered as if there were none.  "C": two orders
	-- of one moment must not swap with the database's locale
	WINDOW w AS (PARTITION BY s.user_id ORDER BY s.is_cancelled, s.created_at, s.order_id COLLATE "C")
) o
-- Conditions are said twice, for the planner: without statistics it takes a key for one
-- of 200 values, and expected a hundred rows of an order that has one.  Two conditions
-- are rare enough, and a left join never gives fewer rows than it is given.
LEFT JOIN greenery.dim_order_products i
	ON i.order_id = o.order_id AND (i.order_id = o.order_id) IS TRUE
	AND (NOT greenery.items_on_shards() OR i.user_id = o.user_id)
LEFT JOIN greenery.stg_addresses a
	ON a.address_id = o.address_id AND (a.address_id = o.address_id) IS TRUE
LEFT JOIN greenery.promo_terms t
	ON t.promo_id = o.promo_id
	AND t.valid_from <= o.created_at
	AND o.created_at < t.valid_to;

COMMENT ON VIEW greenery.fact_user_orders IS
	'One row per order: customer, order number, amounts, promo, basket, address and delivery. Cancelled orders and orders of excluded users have their rows, and count in no number: leave out is_cancelled and is_excluded.';
COMMENT ON COLUMN greenery.fact_user_orders.user_id IS 'Who ordered: dim_users.user_id; NULL for a guest.';
COMMENT ON COLUMN greenery.fact_user_orders.order_number IS
	'1 for the user''s first recorded order, 2 for the second, ..., by time and then id; NULL for a guest and for a cancelled order, which is not counted.';
COMMENT ON COLUMN greenery.fact_user_orders.previous_order_at IS 'When the user ordered before; NULL for a first order, for a guest and for a cancelled order.';
COMMENT ON COLUMN greenery.fact_user_orders.days_since_previous_order IS 'Days since the user ordered before, with fractions.';
COMMENT ON COLUMN greenery.fact_user_orders.discount IS
	'Amount taken off this order: the source''s own where it has one, else what the promo takes off by its terms when the order was made (for orders before the recorded history, its earliest recorded terms); NULL without either, and where the promo takes off an amount and the order is in another currency than the shop''s.';
COMMENT ON COLUMN greenery.fact_user_orders.discount_source IS 'Where discount is from: order (the source''s own) or promo (its terms); NULL without discount and promo.';
COMMENT ON COLUMN greenery.fact_user_orders.discount_recorded_next IS
	'What the promo took off if its terms had already changed when the order was made: terms are known only at the moments at which they were recorded, and those recorded next were others. Else NULL.';
COMMENT ON COLUMN greenery.fact_user_orders.order_date IS 'Day of the order, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.fact_user_orders.net_total IS 'order_total less refunded: what lifetime values and revenue add up.';
COMMENT ON COLUMN greenery.fact_user_orders.is_excluded IS 'Whether its user is excluded: see excluded_users.';
COMMENT ON COLUMN greenery.fact_user_orders.has_promo IS 'Whether a promo was used.';
COMMENT ON COLUMN greenery.fact_user_orders.items_amount IS
	'Sum of quantity times price over the items: see dim_order_products.';
COMMENT ON COLUMN greenery.fact_user_orders.state IS 'State it is shipped to.';
COMMENT ON COLUMN greenery.fact_user_orders.country IS 'Country it is shipped to.';
COMMENT ON COLUMN greenery.fact_user_orders.delivery_days IS 'Days from order to delivery, with fractions; NULL while it has not arrived.';
COMMENT ON COLUMN greenery.fact_user_orders.estimated_delivery_days IS 'Days from order to the estimated delivery, with fractions.';
COMMENT ON COLUMN greenery.fact_user_orders.timeliness IS
	'Delivery against the estimate, exactly: early, on_time or late; unknown when it has not arrived or had no estimate.';
COMMENT ON COLUMN greenery.fact_user_orders.is_overdue IS
	'Neither delivered nor cancelled, though the estimate has passed at greenery_as_of().';
SELECT greenery.inherit_comments('greenery.fact_user_orders', 'greenery.stg_orders', 'greenery.dim_order_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_user_orders', 'greenery.fact_user_orders', 'mart', '{order_id}', 240,
	grain => 'order', by_construction => '{not_null}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(243, 'greenery.fact_user_orders', 'expression', NULL, '{"where": "NOT is_cancelled", "expression": "abs(order_total - order_cost - shipping_cost - coalesce(tax, 0) + CASE WHEN promo_id IS NULL THEN coalesce(discount, 0) ELSE discount END) <= 0.005 + CASE WHEN discount_source = ''order'' OR tax IS NOT NULL THEN 0.01 * coalesce(distinct_products, 0) ELSE 0 END OR coalesce(abs(order_total - order_cost - shipping_cost - coalesce(tax, 0) + discount_recorded_next) <= 0.005 + CASE WHEN discount_source = ''order'' OR tax IS NOT NULL THEN 0.01 * coalesce(distinct_products, 0) ELSE 0 END, false)"}', NULL, '0',
	 'Money adds up: order_total is order_cost plus shipping_cost and tax less the discount in force; where the source brings its own discount or tax, to a cent an item. Of a promo whose terms changed between two records, either terms will do. Cancelled orders are not looked at.', true),
	(244, 'greenery.fact_user_orders', 'expression', NULL, '{"where": "NOT is_cancelled", "expression": "abs(order_cost - items_amount) <= 0.005"}', '0', NULL,
	 'The items of an order add up to its order_cost. Changed prices break this where the source does not keep the price at the time of the order.', true),
	(245, 'greenery.fact_user_orders', 'unique_combination', NULL, '{"columns": ["user_id", "order_number"]}', NULL, '0',
	 'No user has two orders of one number.', true);
