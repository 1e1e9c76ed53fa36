-- Mart: product_reorder (marketing).  Grain: product.
--
-- Two questions: do its buyers buy this product again, and do those who began with
-- it buy anything again?  The verdict is on the second.  Asked of the items one after
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
	greenery.group_verdict(h.first_order_buyers, h.first_order_repeaters,
						   h.all_users, h.all_repeaters, h.p_adjusted) AS verdict,
	r.i[1] AS reorder_low,
	r.i[2] AS reorder_high,
	w.i[1] AS low,
	w.i[2] AS high,
	h.p_value,
	h.p_adjusted
FROM (
	SELECT p.*, @extschema@.holm(p.p_value) OVER () AS p_adjusted
	FROM (
		SELECT
			c.product_id,
			c.name,
			coalesce(s.bought[1], 0) AS buyers,
			coalesce(s.bought[2], 0) AS reorder_buyers,
			coalesce(f.began[1], 0) AS first_order_buyers,
			coalesce(f.came_back[1], 0) AS first_order_repeaters,
			a.all_users,
			a.all_repeaters,
			greenery.group_p_value(f.began[1], f.came_back[1],
								   a.all_users, a.all_repeaters) AS p_value
		FROM greenery.stg_products c
		CROSS JOIN (
			SELECT count(*) AS all_users, count(*) FILTER (WHERE u.purchased_again) AS all_repeaters
			FROM greenery.purchasers u
		) a
		LEFT JOIN (
			-- a user who bought it counts once, and again in a second order; the ids of
			-- users and orders, and not a group for each user and product
			SELECT i.product_id, @extschema@.repeat_counts(o.user_id, o.order_id) AS bought
			FROM greenery.fact_order_items_products i
			JOIN greenery.stg_orders o ON o.order_id = i.order_id
			WHERE NOT i.is_cancelled
				AND NOT i.is_excluded
			GROUP BY i.product_id
		) s ON s.product_id = c.product_id
		LEFT JOIN (
			SELECT
				i.product_id,
				@extschema@.repeat_counts(u.user_id, u.first_order_id) AS began,
				@extschema@.repeat_counts(u.user_id, u.first_order_id) FILTER (WHERE u.purchased_again) AS came_back
			FROM greenery.fact_order_items_products i
			JOIN greenery.purchasers u ON u.first_order_id = i.order_id
			GROUP BY i.product_id
		) f ON f.product_id = c.product_id
		WHERE (c.product_id IN (SELECT x.product_id FROM greenery.excluded_products x)) IS NOT TRUE
	) p
) h
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.reorder_buyers, h.buyers) AS i) r
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.first_order_repeaters, h.first_order_buyers) AS i) w;

COMMENT ON VIEW greenery.product_reorder IS
	'One row per product: how many of its buyers bought it again, and how many of those whose first order contained it bought anything again so far. Cancelled orders, excluded users and excluded products are left out.';
COMMENT ON COLUMN greenery.product_reorder.buyers IS 'Users who ordered it at least once.';
COMMENT ON COLUMN greenery.product_reorder.reorder_buyers IS 'Users who ordered it in two or more orders.';
COMMENT ON COLUMN greenery.product_reorder.reorder_rate IS 'reorder_buyers divided by buyers; NULL when it has no buyers.';
COMMENT ON COLUMN greenery.product_reorder.first_order_buyers IS 'Users whose first order contained it.';
COMMENT ON COLUMN greenery.product_reorder.first_order_repeaters IS 'Those of them with two or more orders so far, of any products.';
COMMENT ON COLUMN greenery.product_reorder.repeat_rate IS 'first_order_repeaters divided by first_order_buyers; NULL when no first order contained it.';
COMMENT ON COLUMN greenery.product_reorder.verdict IS
	'What the product in a first order says: too few (fewer than 10 users with it, without it, with or without a second order), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';
COMMENT ON COLUMN greenery.product_reorder.reorder_low IS 'Lower end of the 95 % interval of reorder_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.reorder_high IS 'Upper end of the 95 % interval of reorder_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.low IS 'Lower end of the 95 % interval of repeat_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.high IS 'Upper end of the 95 % interval of repeat_rate (Wilson).';
COMMENT ON COLUMN greenery.product_reorder.p_value IS 'p value that users with the product in their first order purchase again at the rate of all other purchasers (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.product_reorder.p_adjusted IS 'The same, adjusted for all products that are tested (Holm).';
SELECT greenery.inherit_comments('greenery.product_reorder', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('product_reorder', 'greenery.product_reorder', 'mart', '{product_id}', 530,
	grain => 'product');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(533, 'greenery.product_reorder', 'expression', NULL, '{"expression": "reorder_buyers <= buyers AND first_order_buyers <= buyers AND first_order_repeaters <= first_order_buyers"}', NULL, '0',
	 'No product has more buyers who came back than buyers. Holds by construction.', true);
