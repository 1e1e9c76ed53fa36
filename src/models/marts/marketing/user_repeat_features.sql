-- Mart: user_repeat_features (marketing).  Grain: purchaser.
--
-- What was known up to and including the first order, and nothing that came
-- later.  The exceptions are plain: columns named delivery are known later, and
-- purchased_again is what there is to explain.
CREATE VIEW greenery.user_repeat_features AS
SELECT
	o.user_id,
	o.first_order_id,
	o.first_order_at,
	coalesce((s.known).sessions, z.none) AS session_frequency,
	(s.known).session_duration_without_purchase,
	(s.known).mean_session_duration,
	coalesce((s.known).sessions_without_purchase, z.none) AS sessions_without_purchase,
	coalesce((s.known).abandoned_carts, z.none) AS abandoned_carts,
	coalesce((s.known).bounced_sessions, z.none) AS bounced_sessions,
	(s.known).bounced_sessions::double precision / nullif((s.known).sessions, 0) AS bounce_share,
	coalesce((s.known).product_views, z.none) AS product_views,
	coalesce((s.known).product_views - (s.known).breadth, z.none) AS repeat_product_views,
	coalesce((s.known).breadth, z.none) AS breadth,
	(s.known).product_views::double precision / nullif((s.known).breadth, 0) AS depth,
	-- of a shop without promos it is not known; subqueries: asked once
	o.promo_id IS NOT NULL
		OR CASE WHEN EXISTS (SELECT FROM greenery.stg_promos)
					 OR EXISTS (SELECT FROM greenery.stg_orders s WHERE s.promo_id IS NOT NULL) THEN false END AS promo_used,
	-- before the recorded history it is unknown, and not none
	CASE WHEN isfinite(o.first_order_at) AND o.first_order_at >= p.recorded_since
		 THEN coalesce(o.first_order_at <@ p.active, false) END AS active_promotion,
	o.units AS basket_size,
	o.distinct_products,
	o.order_total AS order_value,
	extract(hour FROM t.local) < 6 AS night,
	extract(isodow FROM t.local) >= 6 AS weekend,
	extract(isodow FROM t.local) >= 6 AND extract(hour FROM t.local) BETWEEN 12 AND 17 AS weekend_afternoon,
	o.estimated_delivery_days,
	o.delivery_days,
	CASE o.timeliness WHEN 'late' THEN true WHEN 'early' THEN false WHEN 'on_time' THEN false END AS delivery_late,
	CASE o.timeliness WHEN 'late' THEN false WHEN 'early' THEN true WHEN 'on_time' THEN true END AS delivery_early_or_on_time,
	o.purchased_again
FROM greenery.purchasers o
LEFT JOIN (
	SELECT
		e.user_id,
		greenery.shopper_summary(e.session_id, e.happened_at, e.session_gap,
			e.viewed_product, e.added, e.converted) AS known
	FROM greenery.purchaser_events e
	WHERE e.known_at <= e.first_order_at
		AND (e.known_until <= e.first_order_at) IS NOT TRUE
	GROUP BY e.user_id
) s ON s.user_id = o.user_id
-- every moment at which some promo was active, in one value that is searched fast; computed
-- once, and not for each user
CROSS JOIN (
	WITH recorded AS MATERIALIZED (
		SELECT
			min(h.valid_from) AS recorded_since,
			range_agg(tstzrange(h.valid_from, h.valid_to)) FILTER (WHERE h.status = 'active') AS active
		FROM greenery.promo_history h
	)
	SELECT recorded_since, active FROM recorded
) p
CROSS JOIN LATERAL (
	-- of users who ordered at an unknown time nothing is known, nor in a shop without events;
	-- not: nothing was
	SELECT CASE WHEN isfinite(o.first_order_at) AND (SELECT greenery.has_events()) THEN 0 END AS none
) z
CROSS JOIN LATERAL (
	SELECT o.first_order_at AT TIME ZONE greenery.timezone() AS local
) t;

COMMENT ON VIEW greenery.user_repeat_features IS
	'One row per purchaser: what was known of them up to and including their first order. Only the columns named delivery, and purchased_again, were known later. Cancelled orders do not count, and excluded users are left out.';
COMMENT ON COLUMN greenery.user_repeat_features.user_id IS 'The purchaser: dim_users.user_id.';
COMMENT ON COLUMN greenery.user_repeat_features.first_order_id IS 'The first recorded order: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.user_repeat_features.first_order_at IS 'When it was made: the cut-off, after which nothing is known.';
COMMENT ON COLUMN greenery.user_repeat_features.session_frequency IS 'Sessions with an event of the shopper up to the cut-off.';
COMMENT ON COLUMN greenery.user_repeat_features.session_duration_without_purchase IS
	'Mean length, as far as known at the cut-off, of the sessions without checkout; NULL if there were none.';
COMMENT ON COLUMN greenery.user_repeat_features.mean_session_duration IS 'Mean length of all sessions, as far as known at the cut-off; NULL if there were none.';
COMMENT ON COLUMN greenery.user_repeat_features.sessions_without_purchase IS 'Sessions without checkout up to the cut-off.';
COMMENT ON COLUMN greenery.user_repeat_features.abandoned_carts IS 'Of these, sessions in which something was added to the cart.';
COMMENT ON COLUMN greenery.user_repeat_features.bounced_sessions IS 'Of these, sessions under a minute from first to last event.';
COMMENT ON COLUMN greenery.user_repeat_features.bounce_share IS 'bounced_sessions divided by session_frequency; NULL without sessions.';
COMMENT ON COLUMN greenery.user_repeat_features.product_views IS 'Page views with a product up to the cut-off.';
COMMENT ON COLUMN greenery.user_repeat_features.repeat_product_views IS 'product_views less breadth: views of what had been viewed before.';
COMMENT ON COLUMN greenery.user_repeat_features.breadth IS 'Different products viewed up to the cut-off.';
COMMENT ON COLUMN greenery.user_repeat_features.depth IS 'product_views divided by breadth; NULL when no product was viewed.';
COMMENT ON COLUMN greenery.user_repeat_features.promo_used IS 'Whether the first order used a promo; NULL for a shop without promos.';
COMMENT ON COLUMN greenery.user_repeat_features.active_promotion IS
	'Whether any promo was active when the first order was made, by the recorded history; NULL when that does not reach back.';
COMMENT ON COLUMN greenery.user_repeat_features.basket_size IS 'Units of all products in the first order; NULL for a shop without order items.';
COMMENT ON COLUMN greenery.user_repeat_features.order_value IS 'What the first order cost the customer; NULL when that was not in the shop''s currency: see shop_currency.';
COMMENT ON COLUMN greenery.user_repeat_features.night IS 'Whether the first order was made from 00:00 to 05:59, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.user_repeat_features.weekend IS 'Whether it was made on a Saturday or Sunday.';
COMMENT ON COLUMN greenery.user_repeat_features.weekend_afternoon IS 'Whether it was made on a Saturday or Sunday from 12:00 to 17:59.';
COMMENT ON COLUMN greenery.user_repeat_features.estimated_delivery_days IS 'Known later: days from the first order to its estimated delivery.';
COMMENT ON COLUMN greenery.user_repeat_features.delivery_days IS 'Known later: days from the first order to its delivery.';
COMMENT ON COLUMN greenery.user_repeat_features.delivery_late IS
	'Known later: whether the first order was delivered after the estimate; NULL when it has not arrived or had no estimate.';
COMMENT ON COLUMN greenery.user_repeat_features.delivery_early_or_on_time IS
	'Known later: whether it was delivered at or before the estimate; NULL when it has not arrived or had no estimate.';
COMMENT ON COLUMN greenery.user_repeat_features.purchased_again IS
	'Whether the user has two orders or more, ever, so far. Early customers had more time to return: compare users by user_repeat_labels.';
SELECT greenery.inherit_comments('greenery.user_repeat_features', 'greenery.purchasers');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('user_repeat_features', 'greenery.user_repeat_features', 'mart', '{user_id}', 400,
	grain => 'purchaser', by_construction => '{not_null,unique}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(403, 'greenery.user_repeat_features', 'expression', NULL, '{"expression": "bounced_sessions <= sessions_without_purchase AND abandoned_carts <= sessions_without_purchase AND sessions_without_purchase <= session_frequency AND breadth <= product_views"}', NULL, '0',
	 'A part is never larger than the whole. Holds by construction.', true);
