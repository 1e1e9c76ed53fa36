-- Mart: product_funnel (product).  Grain: product.
CREATE VIEW greenery.product_funnel AS
SELECT
	p.product_id,
	p.name,
	coalesce(s.sessions_viewed, z.none) AS sessions_viewed,
	coalesce(s.sessions_added, z.none) AS sessions_added,
	coalesce(s.sessions_bought, z.none) AS sessions_bought,
	coalesce(s.sessions_viewed_and_added, z.none) AS sessions_viewed_and_added,
	coalesce(s.sessions_viewed_and_bought, z.none) AS sessions_viewed_and_bought,
	s.sessions_viewed_and_added::double precision
		/ nullif(s.sessions_viewed, 0) AS view_to_cart_rate,
	s.sessions_added_and_bought::double precision
		/ nullif(s.sessions_added, 0) AS cart_to_purchase_rate,
	s.sessions_viewed_and_bought::double precision
		/ nullif(s.sessions_viewed, 0) AS conversion_rate,
	d.largest_drop,
	d.sessions_dropped
FROM greenery.stg_products p
LEFT JOIN (
	SELECT
		x.product_id,
		count(*) FILTER (WHERE x.viewed) AS sessions_viewed,
		count(*) FILTER (WHERE x.added) AS sessions_added,
		count(*) FILTER (WHERE x.bought) AS sessions_bought,
		count(*) FILTER (WHERE x.viewed AND x.added) AS sessions_viewed_and_added,
		count(*) FILTER (WHERE x.added AND x.bought) AS sessions_added_and_bought,
		count(*) FILTER (WHERE x.viewed AND x.bought) AS sessions_viewed_and_bought,
		count(*) FILTER (WHERE x.viewed AND x.added AND x.bought) AS sessions_all_steps
	FROM greenery.product_sessions x
	GROUP BY x.product_id
) s ON s.product_id = p.product_id
-- a shop without events does not know; a subquery: asked once
CROSS JOIN LATERAL (SELECT (SELECT 0 WHERE greenery.has_events()) AS none) z
-- of the sessions that viewed it: how many are lost at each step
CROSS JOIN LATERAL (
	SELECT
		s.sessions_viewed - s.sessions_viewed_and_added AS before_cart,
		s.sessions_viewed_and_added - s.sessions_all_steps AS before_purchase
) l
CROSS JOIN LATERAL (
	SELECT
		CASE WHEN l.before_cart > 0 AND l.before_cart >= l.before_purchase THEN 'view to cart'
			 WHEN l.before_purchase > 0 THEN 'cart to purchase' END AS largest_drop,
		nullif(greatest(l.before_cart, l.before_purchase), 0) AS sessions_dropped
) d
WHERE (p.product_id IN (SELECT x.product_id FROM greenery.excluded_products x)) IS NOT TRUE;

COMMENT ON VIEW greenery.product_funnel IS
	'One row per product: how many sessions viewed it, added it to the cart, and bought it. Excluded products are left out.';
COMMENT ON COLUMN greenery.product_funnel.sessions_viewed IS 'Sessions that viewed it.';
COMMENT ON COLUMN greenery.product_funnel.sessions_added IS 'Sessions that added it to the cart.';
COMMENT ON COLUMN greenery.product_funnel.sessions_bought IS 'Sessions whose order contains it, viewed or not.';
COMMENT ON COLUMN greenery.product_funnel.sessions_viewed_and_added IS 'Sessions that viewed it and added it to the cart.';
COMMENT ON COLUMN greenery.product_funnel.sessions_viewed_and_bought IS 'Sessions that viewed it and whose order contains it.';
COMMENT ON COLUMN greenery.product_funnel.view_to_cart_rate IS 'Of the sessions that viewed it, the share that added it to the cart; NULL when none viewed it.';
COMMENT ON COLUMN greenery.product_funnel.cart_to_purchase_rate IS 'Of the sessions that added it to the cart, the share that bought it; NULL when none added it.';
COMMENT ON COLUMN greenery.product_funnel.conversion_rate IS 'Of the sessions that viewed it, the share that bought it; NULL when none viewed it.';
COMMENT ON COLUMN greenery.product_funnel.largest_drop IS 'The step at which the most of the sessions that viewed it are lost: "view to cart" (viewed, not added) or "cart to purchase" (viewed and added, not bought); the first of the two when they lose as many, NULL when none viewed it or none is lost.';
COMMENT ON COLUMN greenery.product_funnel.sessions_dropped IS 'How many sessions are lost at that step; NULL with largest_drop.';
SELECT greenery.inherit_comments('greenery.product_funnel', 'greenery.stg_products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('product_funnel', 'greenery.product_funnel', 'mart', '{product_id}', 330,
	grain => 'product');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(333, 'greenery.product_funnel', 'range', 'conversion_rate', '{"min": 0, "max": 1}', NULL, '0',
	 'Every conversion rate lies between 0 and 1. Holds by construction.', true);
