-- Mart: fact_promo_orders (marketing).  Grain: order.
CREATE VIEW greenery.fact_promo_orders AS
SELECT
	o.order_id,
	o.promo_id,
	o.promo_id IS NOT NULL AS has_promo,
	p.promo_orders,
	p.promo_orders::numeric / nullif(p.all_orders, 0) AS promo_share,
	o.user_id,
	o.created_at,
	o.order_total,
	o.currency,
	(o.created_at AT TIME ZONE greenery.timezone())::date AS order_date,
	o.is_cancelled,
	coalesce(o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded
FROM greenery.stg_orders o
LEFT JOIN (
	SELECT
		c.promo_id,
		c.promo_orders,
		sum(c.promo_orders) OVER () AS all_orders
	FROM (
		SELECT
			s.promo_id,
			count(*) FILTER (WHERE NOT s.is_cancelled
							 AND (s.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE) AS promo_orders
		FROM greenery.stg_orders s
		WHERE s.order_id IS NOT NULL
		GROUP BY s.promo_id
	) c
) p ON p.promo_id = o.promo_id
WHERE o.order_id IS NOT NULL;

COMMENT ON VIEW greenery.fact_promo_orders IS
	'One row per order: whether it used a promo, and how popular that promo is overall. Cancelled orders and orders of excluded users have their rows, and do not count.';
COMMENT ON COLUMN greenery.fact_promo_orders.promo_orders IS 'How many orders used this promo, without cancelled ones and those of excluded users; NULL without promo.';
COMMENT ON COLUMN greenery.fact_promo_orders.promo_share IS 'promo_orders divided by all orders, without cancelled ones and those of excluded users; NULL without promo.';
SELECT greenery.inherit_comments('greenery.fact_promo_orders', 'greenery.fact_user_orders');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_promo_orders', 'greenery.fact_promo_orders', 'mart', '{order_id}', 310,
	grain => 'order', by_construction => '{not_null}');
