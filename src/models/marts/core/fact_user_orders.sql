-- Mart: fact_user_orders.  Grain: order.
--
-- An order counts whatever its status, hour or size.  Guests (no user) have an
-- order, but no number: they count in order metrics and not in user metrics.
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
	t.discount,
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
	coalesce(o.delivered_at IS NULL
			 AND o.estimated_delivery_at < (SELECT n.as_of FROM greenery.as_of n), false) AS is_overdue
FROM (
	SELECT
		s.*,
		CASE WHEN s.user_id IS NOT NULL THEN row_number() OVER w END AS order_number,
		CASE WHEN s.user_id IS NOT NULL THEN lag(s.created_at) OVER w END AS previous_order_at
	FROM greenery.stg_orders s
	WHERE s.order_id IS NOT NULL
	-- "C": two orders of one moment must not swap with the database's locale
	WINDOW w AS (PARTITION BY s.user_id ORDER BY s.created_at, s.order_id COLLATE "C")
) o
-- Conditions are said twice, for the planner: without statistics it takes a key for one
-- of 200 values, and expected a hundred rows of an order that has one.  Two conditions
-- are rare enough, and a left join never gives fewer rows than it is given.
LEFT JOIN greenery.dim_order_products i
	ON i.order_id = o.order_id AND (i.order_id = o.order_id) IS TRUE
LEFT JOIN greenery.stg_addresses a
	ON a.address_id = o.address_id AND (a.address_id = o.address_id) IS TRUE
LEFT JOIN greenery.promo_terms t
	ON t.promo_id = o.promo_id
	AND t.valid_from <= o.created_at
	AND o.created_at < t.valid_to;

COMMENT ON VIEW greenery.fact_user_orders IS
	'One row an order: whose, which of the user''s orders, its money, promo, basket, where to, and how it was delivered.';
COMMENT ON COLUMN greenery.fact_user_orders.order_id IS 'Identifier of the order. Key.';
COMMENT ON COLUMN greenery.fact_user_orders.user_id IS 'Who ordered: dim_users.user_id; NULL for a guest.';
COMMENT ON COLUMN greenery.fact_user_orders.created_at IS 'When it was ordered.';
COMMENT ON COLUMN greenery.fact_user_orders.order_number IS
	'1 for the user''s first recorded order, 2 for the second, ..., by time and then id; NULL for a guest.';
COMMENT ON COLUMN greenery.fact_user_orders.previous_order_at IS 'When the user ordered before; NULL for a first order and for a guest.';
COMMENT ON COLUMN greenery.fact_user_orders.days_since_previous_order IS 'Days since the user ordered before, with fractions.';
COMMENT ON COLUMN greenery.fact_user_orders.order_cost IS 'Cost of the items, in the shop''s currency.';
COMMENT ON COLUMN greenery.fact_user_orders.shipping_cost IS 'Cost of shipping, in the shop''s currency.';
COMMENT ON COLUMN greenery.fact_user_orders.discount IS
	'Amount that the promo took off by its terms when the order was made (for orders before the recorded history, its earliest recorded terms); NULL without promo.';
COMMENT ON COLUMN greenery.fact_user_orders.order_total IS 'What the customer pays, in the shop''s currency.';
COMMENT ON COLUMN greenery.fact_user_orders.promo_id IS 'The promo used: stg_promos.promo_id; NULL for none.';
COMMENT ON COLUMN greenery.fact_user_orders.has_promo IS 'Whether a promo was used.';
COMMENT ON COLUMN greenery.fact_user_orders.units IS 'Basket size: units of all products together.';
COMMENT ON COLUMN greenery.fact_user_orders.distinct_products IS 'How many different products.';
COMMENT ON COLUMN greenery.fact_user_orders.items_amount IS
	'Sum of quantity times price over the items: see dim_order_products.';
COMMENT ON COLUMN greenery.fact_user_orders.address_id IS 'Where it is shipped to: stg_addresses.address_id.';
COMMENT ON COLUMN greenery.fact_user_orders.state IS 'State it is shipped to.';
COMMENT ON COLUMN greenery.fact_user_orders.country IS 'Country it is shipped to.';
COMMENT ON COLUMN greenery.fact_user_orders.status IS 'preparing, shipped or delivered.';
COMMENT ON COLUMN greenery.fact_user_orders.shipping_service IS 'Carrier.';
COMMENT ON COLUMN greenery.fact_user_orders.estimated_delivery_at IS 'When it is expected to arrive; NULL when unknown.';
COMMENT ON COLUMN greenery.fact_user_orders.delivered_at IS 'When it arrived; NULL while it has not.';
COMMENT ON COLUMN greenery.fact_user_orders.delivery_days IS 'Days from order to delivery, with fractions; NULL while it has not arrived.';
COMMENT ON COLUMN greenery.fact_user_orders.estimated_delivery_days IS 'Days from order to the estimated delivery, with fractions.';
COMMENT ON COLUMN greenery.fact_user_orders.timeliness IS
	'Delivery against the estimate, exactly: early, on_time or late; unknown when it has not arrived or had no estimate.';
COMMENT ON COLUMN greenery.fact_user_orders.is_overdue IS
	'Not delivered, though the estimate has passed at greenery_as_of().';

-- The gate: key and tests.  Ids of built-in tests are never reused.
INSERT INTO greenery.models (model, relation, layer, key, builtin) VALUES
	('fact_user_orders', 'greenery.fact_user_orders', 'mart', '{order_id}', true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(240, 'greenery.fact_user_orders', 'not_null', 'order_id', '{}', NULL, '0',
	 'Every order has its order_id. Holds by construction.', true),
	(241, 'greenery.fact_user_orders', 'unique', 'order_id', '{}', NULL, '0',
	 'No order_id occurs twice.', true),
	(242, 'greenery.fact_user_orders', 'shrink', NULL, '{}', NULL, '0',
	 'A build never deletes more of the published rows than setting max_shrink.', true),
	(243, 'greenery.fact_user_orders', 'expression', NULL, '{"expression": "abs(order_total - (order_cost + shipping_cost - CASE WHEN promo_id IS NULL THEN 0 ELSE discount END)) <= 0.005"}', NULL, '0',
	 'Money adds up: order_total is order_cost plus shipping_cost less the discount in force.', true),
	(244, 'greenery.fact_user_orders', 'expression', NULL, '{"expression": "abs(order_cost - items_amount) <= 0.005"}', '0', NULL,
	 'The items of an order add up to its order_cost. Changed prices break this where the source does not keep the price at the time of the order.', true),
	(245, 'greenery.fact_user_orders', 'unique_combination', NULL, '{"columns": ["user_id", "order_number"]}', NULL, '0',
	 'No user has two orders of one number.', true);
