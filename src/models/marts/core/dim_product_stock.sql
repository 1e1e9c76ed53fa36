-- Mart: dim_product_stock.  Grain: product.
--
-- What page views say of a product, a row for each: so a view looks it up once, and a
-- build that finds none of it changed leaves the views of the days before alone.
CREATE VIEW greenery.dim_product_stock AS
SELECT
	coalesce(c.product_id, h.product_id) AS product_id,
	c.name,
	c.price,
	c.inventory,
	c.inventory <= 0 OR c.inventory < coalesce(d.units, (SELECT 0 WHERE EXISTS (SELECT FROM greenery.stg_order_items))) AS is_at_risk_of_stockout,
	h.inventory_moments,
	h.inventories,
	-- the first recording found it as it was, and cannot tell since when
	CASE WHEN c.inventory = h.inventory
			AND h.held_since > (SELECT min(f.valid_from) FROM greenery.inventory_history f)
		 THEN h.held_since END AS inventory_since
FROM greenery.stg_products c
-- FULL JOIN: of a product that is no longer sold the history is known
FULL JOIN (
	SELECT
		t.product_id,
		array_agg(t.at ORDER BY t.at) AS inventory_moments,
		array_agg(t.inventory ORDER BY t.at) AS inventories,
		max(t.at) AS held_since,
		(array_agg(t.inventory ORDER BY t.at DESC))[1] AS inventory
	FROM (
		SELECT v.product_id, v.valid_from AS at, v.inventory
		FROM greenery.inventory_history v
		UNION ALL
		-- it is unknown from its end on, unless another row begins there
		SELECT v.product_id, v.valid_to, NULL
		FROM greenery.inventory_history v
		WHERE v.valid_to IS NOT NULL
			AND NOT EXISTS (SELECT FROM greenery.inventory_history n
							WHERE n.product_id = v.product_id AND n.valid_from = v.valid_to)
	) t
	GROUP BY t.product_id
) h ON h.product_id = c.product_id
-- what was ordered lately, against which the inventory is judged
LEFT JOIN (
	SELECT i.product_id, sum(i.quantity) AS units
	FROM greenery.stg_order_items i
	JOIN greenery.stg_orders o ON o.order_id = i.order_id
		AND (NOT greenery.items_on_shards() OR o.user_id = i.user_id)
	CROSS JOIN greenery.as_of n
	WHERE o.created_at > n.as_of - greenery.stock_cover()
		AND o.created_at <= n.as_of
		AND NOT o.is_cancelled
		AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
	GROUP BY i.product_id
) d ON d.product_id = c.product_id;

COMMENT ON VIEW greenery.dim_product_stock IS
	'One row per product, of the catalogue or with a recorded history: what is in stock, whether that may run out, and what was in stock before.';
COMMENT ON COLUMN greenery.dim_product_stock.name IS 'Name of the product; NULL when it is no longer in the catalogue.';
COMMENT ON COLUMN greenery.dim_product_stock.is_at_risk_of_stockout IS
	'Whether today''s inventory is below the units ordered in setting greenery.stock_cover (7 days) before greenery_as_of(), or is 0 or less; NULL when the inventory is unknown, or the shop has no order items. Cancelled orders and orders of excluded users do not count.';
COMMENT ON COLUMN greenery.dim_product_stock.inventory_moments IS
	'The recorded history: moments at which the inventory was recorded as another, in order; NULL without a history. At a moment t it was inventories[width_bucket(t, inventory_moments)].';
COMMENT ON COLUMN greenery.dim_product_stock.inventories IS
	'Units in stock from each of these moments until the next one; NULL when unknown, or when the product was not in the catalogue.';
COMMENT ON COLUMN greenery.dim_product_stock.inventory_since IS
	'Since when the inventory is what it is, by the recorded history; NULL where that is unknown: the first recording already showed it, nothing is recorded, or it has changed since the last recording.';
SELECT greenery.inherit_comments('greenery.dim_product_stock', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_product_stock', 'greenery.dim_product_stock', 'mart', '{product_id}', 350,
	grain => 'product');
