-- Mart: fact_promo_orders (marketing).  Grain: order.
CREATE VIEW greenery.fact_promo_orders AS
SELECT
	o.order_id,
	o.promo_id,
	o.promo_id IS NOT NULL AS has_promo,
	p.promo_orders,
	p.promo_orders::numeric / p.all_orders AS promo_share,
	o.user_id,
	o.created_at,
	o.order_total
FROM greenery.stg_orders o
LEFT JOIN (
	SELECT
		c.promo_id,
		c.promo_orders,
		sum(c.promo_orders) OVER () AS all_orders
	FROM (
		SELECT s.promo_id, count(*) AS promo_orders
		FROM greenery.stg_orders s
		WHERE s.order_id IS NOT NULL
		GROUP BY s.promo_id
	) c
) p ON p.promo_id = o.promo_id
WHERE o.order_id IS NOT NULL;

COMMENT ON VIEW greenery.fact_promo_orders IS
	'One row an order: whether it used a promo, and how popular that promo is overall.';
COMMENT ON COLUMN greenery.fact_promo_orders.order_id IS 'Identifier of the order. Key.';
COMMENT ON COLUMN greenery.fact_promo_orders.promo_id IS 'The promo used: stg_promos.promo_id; NULL for none.';
COMMENT ON COLUMN greenery.fact_promo_orders.has_promo IS 'Whether a promo was used.';
COMMENT ON COLUMN greenery.fact_promo_orders.promo_orders IS 'How many orders used this promo; NULL without promo.';
COMMENT ON COLUMN greenery.fact_promo_orders.promo_share IS 'promo_orders divided by all orders; NULL without promo.';
COMMENT ON COLUMN greenery.fact_promo_orders.user_id IS 'Who ordered: dim_users.user_id; NULL for a guest.';
COMMENT ON COLUMN greenery.fact_promo_orders.created_at IS 'When it was ordered.';
COMMENT ON COLUMN greenery.fact_promo_orders.order_total IS 'What the customer pays, in the shop''s currency.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_promo_orders', 'greenery.fact_promo_orders', 'mart', '{order_id}', 310,
	grain => 'order', by_construction => '{not_null}');
