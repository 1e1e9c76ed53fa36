-- Mart: product_reorder (marketing).  Grain: product.
--
-- Two questions: do its buyers buy this product again, and do those who began with
-- it buy anything again?  The verdict is on the second, of users who have all been followed
-- equally long; the first is of all orders so far.  Asked of the items one after
-- the other: both at once would need all that is known of every order, of which only
-- its user matters, and the user's first.
CREATE VIEW greenery.product_reorder AS
SELECT
	h.product_id,
	h.name,
	h.buyers,
	h.reorder_buyers,
	h.reorder_buyers::double precision / nullif(h.buyers, 0) AS reorder_rate,
	h.first_order_buyers,
	h.first_order_repeaters,
	h.first_order_repeaters::double precision / nullif(h.first_order_buyers, 0) AS repeat_rate,
	CASE WHEN h.first_order_buyers IS NULL OR h.all_users = 0 THEN 'no data'
		 ELSE greenery.group_verdict(h.first_order_buyers, h.first_order_repeaters,
									 h.all_users, h.all_repeaters, h.p_adjusted) END AS verdict,
	r.i[1] AS reorder_low,
	r.i[2] AS reorder_high,
	w.i[1] AS low,
	w.i[2] AS high,
	h.p_value,
	h.p_adjusted,
	coalesce(h.horizon, (SELECT z.horizon FROM greenery.repeat_horizon z)) AS horizon
FROM (
	SELECT p.*, @extschema@.holm(p.p_value) OVER () AS p_adjusted
	FROM (
		SELECT
			c.product_id,
			c.name,
			-- of a shop without order items it is unknown, and not none
			coalesce(s.bought[1], k.none) AS buyers,
			coalesce(s.bought[2], k.none) AS reorder_buyers,
			coalesce(f.began[1], k.none) AS first_order_buyers,
			coalesce(f.came_back[1], k.none) AS first_order_repeaters,
			a.all_users,
			a.all_repeaters,
			a.horizon,
			greenery.group_p_value(f.began[1], f.came_back[1],
								   a.all_users, a.all_repeaters) AS p_value
		FROM greenery.stg_products c
		CROSS JOIN (
			SELECT
				count(*) AS all_users,
				count(*) FILTER (WHERE u.purchased_again_within) AS all_repeaters,
				min(u.horizon) AS horizon
			FROM greenery.purchasers u
			WHERE u.is_mature
		) a
		CROSS JOIN (
			SELECT CASE WHEN EXISTS (SELECT FROM greenery.fact_order_items_products) THEN 0 END AS none
			-- a fence: asked once
			OFFSET 0
		) k
		LEFT JOIN (
			-- a user who bought it counts once, and again in a second order; the ids of
			-- users and orders, and not a group for each user and product
			SELECT i.product_id, @extschema@.repeat_counts(o.user_id, o.order_id) AS bought
			FROM greenery.fact_order_items_products i
			JOIN greenery.stg_orders o ON o.order_id = i.order_id
			WHERE NOT i.is_cancelled
				AND NOT i.is_excluded
				AND NOT greenery.on_shards()
			GROUP BY i.product_id
			UNION ALL
			-- but on the servers of the users
			SELECT b.product_id, ARRAY[count(*), count(*) FILTER (WHERE b.orders > 1)]
			FROM (
				SELECT i.product_id, i.user_id, count(DISTINCT i.order_id) AS orders
				FROM greenery.fact_order_items_products i
				WHERE NOT i.is_cancelled
					AND NOT i.is_excluded
					AND i.order_id IS NOT NULL
					AND i.user_id IS NOT NULL
					AND greenery.on_shards()
				GROUP BY i.product_id, i.user_id
			) b
			GROUP BY b.product_id
		) s ON s.product_id = c.product_id
		LEFT JOIN (
			SELECT
				i.product_id,
				@extschema@.repeat_counts(u.user_id, u.first_order_id) AS began,
				@extschema@.repeat_counts(u.user_id, u.first_order_id) FILTER (WHERE u.purchased_again_within) AS came_back
			FROM greenery.fact_order_items_products i
			JOIN greenery.purchasers u ON u.first_order_id = i.order_id
			WHERE u.is_mature
				AND NOT greenery.on_shards()
			GROUP BY i.product_id
			UNION ALL
			SELECT
				b.product_id,
				ARRAY[count(*)],
				ARRAY[count(*) FILTER (WHERE b.purchased_again_within)]
			FROM (
				SELECT i.product_id, u.user_id, bool_or(u.purchased_again_within) AS purchased_again_within
				FROM greenery.fact_order_items_products i
				JOIN greenery.purchasers u ON u.first_order_id = i.order_id
					AND (NOT greenery.items_on_shards() OR u.user_id = i.user_id)
				WHERE u.is_mature
					AND greenery.on_shards()
				GROUP BY i.product_id, u.user_id
			) b
			GROUP BY b.product_id
		) f ON f.product_id = c.product_id
		WHERE coalesce(c.product_id NOT IN (SELECT x.product_id FROM greenery.excluded_products x), true)
	) p
) h
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.reorder_buyers, h.buyers) AS i) r
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.first_order_repeaters, h.first_order_buyers) AS i) w;

COMMENT ON VIEW greenery.product_reorder IS
	'One row per product: how many of its buyers bought it again so far, and how many of those whose first order contained it bought anything again within the horizon. Excluded users, cancelled orders and excluded products (greenery.excluded_products) are left out.';
COMMENT ON COLUMN greenery.product_reorder.buyers IS 'Users who ordered it at least once; NULL in a shop without order items.';
COMMENT ON COLUMN greenery.product_reorder.reorder_buyers IS 'Users who ordered it in two or more orders, so far; NULL in a shop without order items.';
COMMENT ON COLUMN greenery.product_reorder.reorder_rate IS 'reorder_buyers divided by buyers; NULL when it has no buyers.';
COMMENT ON COLUMN greenery.product_reorder.first_order_buyers IS 'Users whose first order contained it, and who have been followed for the horizon; NULL in a shop without order items.';
COMMENT ON COLUMN greenery.product_reorder.first_order_repeaters IS 'Those of them who ordered anything again within the horizon of their first order.';
COMMENT ON COLUMN greenery.product_reorder.repeat_rate IS 'first_order_repeaters divided by first_order_buyers; NULL when none of them began with it.';
COMMENT ON COLUMN greenery.product_reorder.verdict IS
	'What the product in a first order says: no data (no order items, or no user followed for the horizon), too few (fewer than 10 users with it, without it, who came back or who did not), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';
COMMENT ON COLUMN greenery.product_reorder.reorder_low IS 'Lower end of the 95 % interval of reorder_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.reorder_high IS 'Upper end of the 95 % interval of reorder_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.low IS 'Lower end of the 95 % interval of repeat_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.high IS 'Upper end of the 95 % interval of repeat_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.p_value IS 'p value that users with the product in their first order purchase again at the rate of all others who have been followed as long (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.product_reorder.p_adjusted IS 'The same, adjusted for all products that are tested (Holm).';
COMMENT ON COLUMN greenery.product_reorder.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';
SELECT greenery.inherit_comments('greenery.product_reorder', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('product_reorder', 'greenery.product_reorder', 'mart', '{product_id}', 530,
	grain => 'product');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(533, 'greenery.product_reorder', 'expression', NULL, '{"expression": "reorder_buyers <= buyers AND first_order_buyers <= buyers AND first_order_repeaters <= first_order_buyers"}', NULL, '0',
	 'No product has more buyers who came back than buyers. Holds by construction.', true);
