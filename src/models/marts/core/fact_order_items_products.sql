-- Mart: fact_order_items_products.  Grain: order and product.
CREATE VIEW greenery.fact_order_items_products AS
SELECT
	i.order_id,
	i.product_id,
	i.quantity,
	p.price,
	-- a list price is in the shop's currency, and says nothing of another
	i.quantity * coalesce(i.unit_price, CASE WHEN coalesce(i.currency, o.currency, '') = (SELECT c.list_currency FROM greenery.shop_currency c)
											 THEN p.price END) AS amount,
	p.name,
	i.unit_price,
	i.returned_quantity,
	coalesce(i.currency, o.currency) AS currency,
	coalesce(o.is_cancelled, false) AS is_cancelled,
	coalesce(o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded,
	CASE WHEN greenery.items_on_shards() THEN i.user_id ELSE o.user_id END AS user_id
FROM greenery.stg_order_items i
-- twice, for the planner: see fact_user_orders
LEFT JOIN greenery.stg_products p
	ON p.product_id = i.product_id AND (p.product_id = i.product_id) IS TRUE
LEFT JOIN greenery.stg_orders o
	ON o.order_id = i.order_id AND (o.order_id = i.order_id) IS TRUE
	AND (NOT greenery.items_on_shards() OR o.user_id = i.user_id);

COMMENT ON VIEW greenery.fact_order_items_products IS
	'One row per product of an order: how many, at which price, for how much. Items of cancelled orders and of excluded users have their rows, and count in no number: leave out is_cancelled and is_excluded. Never add up an order''s own money over these rows, nor amounts of different currencies.';
COMMENT ON COLUMN greenery.fact_order_items_products.order_id IS 'The order: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.product_id IS 'The product: dim_products.product_id.';
COMMENT ON COLUMN greenery.fact_order_items_products.price IS 'List price today, in the shop''s currency; NULL for an unknown product.';
COMMENT ON COLUMN greenery.fact_order_items_products.amount IS
	'Amount spent: quantity times the price per unit at the time of the order where the source knows it, else times the list price of today; NULL where that is in another currency than the order. Units that were sent back are in it.';
COMMENT ON COLUMN greenery.fact_order_items_products.currency IS 'Currency of amount: that of the order item where the source has one, else that of the order; NULL when unknown. A list price is in setting greenery.currency.';
COMMENT ON COLUMN greenery.fact_order_items_products.is_cancelled IS 'Whether its order is cancelled.';
COMMENT ON COLUMN greenery.fact_order_items_products.is_excluded IS 'Whether its user is excluded: see excluded_users.';
SELECT greenery.inherit_comments('greenery.fact_order_items_products', 'greenery.stg_order_items', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_order_items_products', 'greenery.fact_order_items_products', 'mart', '{order_id,product_id}', 230,
	grain => 'order item');
