-- Mart: dim_order_products.  Grain: order.
--
-- Of a shop without order items nothing is known of its baskets; in a shop that has some, an
-- order without items holds nothing.
CREATE VIEW greenery.dim_order_products AS
SELECT
	o.order_id,
	coalesce(i.product_ids, CASE WHEN z.none = 0 THEN '{}'::text[] END) AS product_ids,
	coalesce(cardinality(i.product_ids), z.none)::bigint AS distinct_products,
	CASE WHEN i.order_id IS NULL THEN z.none ELSE i.units END AS units,
	CASE
		WHEN i.order_id IS NULL THEN z.none
		-- amounts of different currencies are never added, and list prices are in the shop's
		WHEN i.first_currency <> i.last_currency OR i.first_currency <> o.currency THEN NULL
		WHEN i.has_list_prices
			AND coalesce(i.first_currency, o.currency, '') IS DISTINCT FROM (SELECT c.list_currency FROM greenery.shop_currency c) THEN NULL
		ELSE i.items_amount
	END AS items_amount,
	o.user_id
FROM greenery.stg_orders o
LEFT JOIN (
	SELECT
		s.order_id,
		CASE WHEN greenery.items_on_shards() THEN s.user_id END AS user_id,
		-- "C": the array's order must not depend on the database's locale
		array_agg(DISTINCT s.product_id COLLATE "C")
			FILTER (WHERE s.product_id IS NOT NULL) AS product_ids,
		sum(s.quantity) AS units,
		-- what is not known of each of them is not known of all
		CASE WHEN count(s.quantity * coalesce(s.unit_price, p.price)) = count(*)
			 THEN sum(s.quantity * coalesce(s.unit_price, p.price)) END AS items_amount,
		bool_or(s.unit_price IS NULL) AS has_list_prices,
		min(s.currency COLLATE "C") AS first_currency,
		max(s.currency COLLATE "C") AS last_currency
	FROM greenery.stg_order_items s
	-- twice, for the planner: see fact_user_orders
	LEFT JOIN greenery.stg_products p
		ON p.product_id = s.product_id AND (p.product_id = s.product_id) IS TRUE
	GROUP BY s.order_id, CASE WHEN greenery.items_on_shards() THEN s.user_id END
) i ON i.order_id = o.order_id AND (NOT greenery.items_on_shards() OR i.user_id = o.user_id)
CROSS JOIN LATERAL (
	-- asked once
	SELECT (SELECT 0 WHERE EXISTS (SELECT FROM greenery.stg_order_items)) AS none
) z
WHERE o.order_id IS NOT NULL;

COMMENT ON VIEW greenery.dim_order_products IS
	'One row per order, with what is in its basket.';
COMMENT ON COLUMN greenery.dim_order_products.product_ids IS
	'The products ordered, each once, sorted by id; empty for an order without items, NULL where the shop has no order items at all.';
COMMENT ON COLUMN greenery.dim_order_products.distinct_products IS 'How many different products; 0 for an order without items, NULL where the shop has no order items at all.';
COMMENT ON COLUMN greenery.dim_order_products.units IS 'Basket size: units of all products together, whatever was sent back later; 0 for an order without items, NULL where the shop has no order items at all.';
COMMENT ON COLUMN greenery.dim_order_products.items_amount IS
	'Sum over the items of quantity times the price per unit at the time of the order where the source knows it, else times the list price of today; NULL where one of them is not known.';
SELECT greenery.inherit_comments('greenery.dim_order_products', 'greenery.stg_orders');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_order_products', 'greenery.dim_order_products', 'mart', '{order_id}', 220,
	grain => 'order', by_construction => '{not_null}');
