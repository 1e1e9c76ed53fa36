-- Mart: revenue_by_month (marketing).  Grain: month, currency and kind of customer.
--
-- Amounts of different currencies stand in rows of their own, never added.
CREATE VIEW greenery.revenue_by_month AS
SELECT
	r.month,
	r.currency,
	r.customer_kind,
	count(*) AS orders,
	-- of guests it is not known who they are, nor how many
	nullif(count(DISTINCT r.user_id COLLATE "C"), 0) AS purchasers,
	sum(r.net_total) AS revenue,
	sum(r.net_total) / nullif(count(r.net_total), 0) AS average_order_value
FROM (
	SELECT
		date_trunc('month', o.order_date::timestamp)::date AS month,
		coalesce(o.currency, '') AS currency,
		CASE WHEN o.user_id IS NULL THEN 'guest'
			 WHEN o.order_number = 1 THEN 'new'
			 ELSE 'returning' END AS customer_kind,
		o.user_id,
		o.net_total
	FROM greenery.fact_user_orders o
	WHERE NOT o.is_cancelled
		AND NOT o.is_excluded
		AND isfinite(o.created_at)
) r
GROUP BY r.month, r.currency, r.customer_kind;

COMMENT ON VIEW greenery.revenue_by_month IS
	'One row per month, currency and kind of customer: orders, who made them, and what they brought. Cancelled orders, orders of excluded users and orders without a finite time are left out.';
COMMENT ON COLUMN greenery.revenue_by_month.month IS 'First day of the month of the orders, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.revenue_by_month.currency IS 'Currency of the amounts; an empty text when unknown. Never add up rows of different currencies.';
COMMENT ON COLUMN greenery.revenue_by_month.customer_kind IS 'new (the user''s first recorded order), returning (any later one), or guest (no user).';
COMMENT ON COLUMN greenery.revenue_by_month.orders IS 'How many orders.';
COMMENT ON COLUMN greenery.revenue_by_month.purchasers IS 'How many users made them; NULL for guests, of whom that is not known.';
COMMENT ON COLUMN greenery.revenue_by_month.revenue IS 'Sum of order_total less refunded, of the orders that have a total; NULL when none has.';
COMMENT ON COLUMN greenery.revenue_by_month.average_order_value IS 'revenue divided by the number of orders that have a total; NULL when none has.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
-- A currency that is filled in, or an order that is cancelled, takes rows away.
SELECT greenery.register_model('revenue_by_month', 'greenery.revenue_by_month', 'mart', '{month,currency,customer_kind}', 550,
	by_construction => '{not_null,unique}', shrink_warns => true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(555, 'greenery.revenue_by_month', 'expression', NULL, '{"expression": "orders >= 1 AND coalesce(purchasers, 1) BETWEEN 1 AND orders AND (purchasers IS NULL) = (customer_kind = ''guest'')"}', NULL, '0',
	 'Every row has orders, and no more purchasers than orders. Holds by construction.', true);
