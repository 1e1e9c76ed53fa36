-- Preset: Ahoy 5, an event collector of Ruby on Rails.  The user is on the event or on
-- its visit; times have no zone; names of events are the application's own.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('ahoy', 'Ahoy 5', 'events',
	'{"ahoy_visits": ["id", "visit_token", "visitor_token", "user_id"],
	  "ahoy_events": ["id", "visit_id", "user_id", "name", "properties", "time"]}',
	'{"time_zone": {"default": "UTC", "description": "Zone of the times that Rails writes."}}',
	-- names are free: others than the accepted ones are seen, and stop nothing; and a
	-- checkout has its order only where the application tracks it
	-- and the view of a page need not name its product
	'{"107": "warn", "109": "warn", "202": "warn", "284": "warn"}',
	'facts',
	'Names of events are free: the usual ones are mapped whatever their case and their blanks, hyphens and underscores, the others are taken as they are; add your own to the query or to the accepted values. Ran action, which the guide tracks for every action of a controller, is a page view. URL, product and order are read from the properties url, page, product_id and order_id, which the application has to track, and ids have to be those of the shop that is bound: the variant, not the product. Events without visit are left out. Where orders have ahoy_visit_id, bind their session_id to the visit''s visit_token. The events have user ids: with a shop bound by e-mail (identity) edit user_id. JSON is expected as json or jsonb.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- the visit of an event may have been deleted: its id is left
	('ahoy', 'events', '{}', $preset$
SELECT e.id AS event_id,
       coalesce(nullif(btrim(v.visit_token), ''), 'visit ' || e.visit_id) AS session_id,
       coalesce(e.user_id, v.user_id) AS user_id,
       coalesce(nullif(btrim(e.properties ->> 'url'), ''), nullif(btrim(e.properties ->> 'page'), '')) AS page_url,
       e."time" AS created_at,
       CASE
           WHEN n.name IN ('$view', 'view', 'page view', 'pageview', 'viewed page', 'page viewed', 'visited page', 'ran action',
                           'viewed product', 'product viewed', 'view product', 'product view') THEN 'page_view'
           WHEN n.name IN ('add to cart', 'added to cart', 'product added', 'added product', 'product added to cart',
                           'added product to cart', 'item added to cart', 'added item to cart', 'add item') THEN 'add_to_cart'
           WHEN n.name IN ('checkout', 'checkout completed', 'completed checkout', 'order completed', 'completed order',
                           'order placed', 'placed order', 'purchase', 'purchased', 'order created', 'created order') THEN 'checkout'
           WHEN n.name IN ('package shipped', 'shipped package', 'order shipped', 'shipped order') THEN 'package_shipped'
           ELSE e.name
       END AS event_type,
       nullif(btrim(e.properties ->> 'order_id'), '') AS order_id,
       nullif(btrim(e.properties ->> 'product_id'), '') AS product_id,
       v.visitor_token AS visitor_id
  FROM {schema}.ahoy_events e
  LEFT JOIN {schema}.ahoy_visits v ON v.id = e.visit_id
 CROSS JOIN LATERAL (SELECT lower(btrim(regexp_replace(e.name, '[[:space:]_-]+', ' ', 'g'))) AS name) n
 WHERE e.visit_id IS NOT NULL
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout", "package_shipped", "$click", "$submit", "$change"]}');
