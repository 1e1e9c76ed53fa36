-- Mart: fact_user_content_pageviews.  Grain: content page view.
CREATE VIEW greenery.fact_user_content_pageviews AS
SELECT
	e.event_id,
	e.user_id,
	e.session_id,
	e.created_at,
	e.product_id,
	p.name AS product_name,
	p.price,
	p.inventory,
	-- 0 before the history begins, where the array has nothing
	p.inventories[width_bucket(e.created_at, p.inventory_moments)] AS inventory_at_view,
	p.is_at_risk_of_stockout,
	e.page_kind,
	e.page_url
FROM (
	SELECT
		f.event_id,
		f.user_id,
		f.session_id,
		f.created_at,
		coalesce(f.product_id,
				 CASE WHEN @extschema@.url_page_kind(f.page_url) = 'product'
					  THEN @extschema@.url_page_segment(f.page_url, 2) END) AS product_id,
		f.page_kind,
		f.page_url
	FROM greenery.shopper_events f
	-- CASE: without statistics the planner takes = for one row in 200
	WHERE CASE WHEN f.event_type = 'page_view' THEN f.page_kind NOT IN ('checkout', 'shipping') END
) e
-- twice, for the planner: see fact_user_orders
LEFT JOIN greenery.dim_product_stock p
	ON p.product_id = e.product_id AND (p.product_id = e.product_id) IS TRUE;

COMMENT ON VIEW greenery.fact_user_content_pageviews IS
	'One row per view of a content page: every page_view outside checkout and shipping, with the product seen and whether it may run out.';
COMMENT ON COLUMN greenery.fact_user_content_pageviews.product_id IS
	'What was seen: the event''s product, else the id in a /product/ URL; NULL for other pages.';
COMMENT ON COLUMN greenery.fact_user_content_pageviews.product_name IS 'Name of the product.';
COMMENT ON COLUMN greenery.fact_user_content_pageviews.inventory_at_view IS 'Units in stock at that moment, by the recorded history; NULL when it does not reach back.';
COMMENT ON COLUMN greenery.fact_user_content_pageviews.page_kind IS 'product or other.';
SELECT greenery.inherit_comments('greenery.fact_user_content_pageviews', 'greenery.shopper_events', 'greenery.dim_product_stock');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_user_content_pageviews', 'greenery.fact_user_content_pageviews', 'mart', '{event_id}', 280,
	grain => 'page view');
-- A changed event is about itself, and about the anonymous events of its session, old and
-- new, which may take its user, and a changed product about all views of it.  Those of
-- other events are published: what was changed of them is among the changed events.
INSERT INTO greenery.incremental_inputs (model, input, column_name, changed_values) VALUES
	('fact_user_content_pageviews', 'fact_events', 'event_id',
	 'SELECT event_id FROM changed UNION ALL
	  SELECT f.event_id FROM fact_events f
	   WHERE f.user_id IS NULL AND f.is_own_event AND f.session_id IN (SELECT session_id FROM changed)'),
	('fact_user_content_pageviews', 'dim_product_stock', 'event_id',
	 'SELECT v.event_id FROM greenery_published.fact_user_content_pageviews v
	   WHERE v.product_id IN (SELECT product_id FROM changed)');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(283, 'greenery.fact_user_content_pageviews', 'range', 'price', '{"min": 0, "inclusive": false}', NULL, '0',
	 'Every product viewed has a positive price: no product is given away.', true),
	(284, 'greenery.fact_user_content_pageviews', 'not_null', 'price', '{"where": "product_id IS NOT NULL"}', NULL, '0',
	 'Every product viewed has a price.', true),
	(285, 'greenery.fact_user_content_pageviews', 'not_null', 'inventory', '{"where": "product_id IS NOT NULL"}', '0', NULL,
	 'Every product viewed has a known inventory.', true);
