-- Preset: Umami 2 and 3.  A session is a visit (session_id is the browser); visitors are
-- anonymous unless the shop calls identify(); orders and products stand in event data,
-- one row a value, numbers as 1234.0000.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('umami', 'Umami', 'events',
	'{"website_event": ["event_id", "website_id", "session_id", "visit_id", "created_at", "url_path", "event_type", "event_name", "hostname"],
	  "session": ["session_id", "distinct_id"],
	  "event_data": ["website_event_id", "data_key", "string_value", "number_value"]}',
	'{"website": {"default": null, "description": "Id of the website. Default: all that Umami watches."},
	  "detail": {"default": "full", "values": ["full", "pages"], "description": "full: with users, orders and products; pages: one table without them, so that a build reads what is new only."},
	  "order_key": {"default": "order_id", "description": "Key of the order in the event data."},
	  "product_key": {"default": "product_id", "description": "Key of the product in the event data."}}',
	-- names of events are free, and a checkout need not carry its order
	-- nor a page its product: its URL may have a name for it
	'{"107": "warn", "109": "warn", "202": "warn", "284": "warn"}',
	'facts',
	'Binds events only. Names of events are the shop''s own: the usual spellings of adding to the cart and of a purchase are mapped, others stay; where checkout is the name of a step before the purchase, change the query. The user is what the shop gave to identify() and has to be users.user_id. Measurements of speed, links and pixels are left out.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	('umami', 'events', '{}', $preset$
SELECT e.event_id,
       e.visit_id AS session_id,
       nullif(btrim(s.distinct_id), '') AS user_id,
       coalesce('https://' || nullif(btrim(e.hostname), ''), '') || e.url_path AS page_url,
       e.created_at,
       CASE WHEN e.event_type = 1 THEN 'page_view'
            WHEN translate(lower(e.event_name), ' -', '__') IN ('add_to_cart', 'addtocart', 'added_to_cart', 'product_added') THEN 'add_to_cart'
            WHEN translate(lower(e.event_name), ' -', '__') IN ('checkout', 'purchase', 'order', 'order_completed', 'order_placed') THEN 'checkout'
            ELSE e.event_name END AS event_type,
       o.id AS order_id,
       p.id AS product_id,
       e.session_id AS visitor_id
  FROM {schema}.website_event e
  LEFT JOIN {schema}.session s ON s.session_id = e.session_id
  -- a number is kept with four decimals
  LEFT JOIN LATERAL (
        SELECT min(coalesce(trim_scale(x.number_value)::text, nullif(btrim(x.string_value), ''))) AS id
          FROM {schema}.event_data x
         WHERE x.website_event_id = e.event_id AND x.data_key = {order_key}) o ON true
  LEFT JOIN LATERAL (
        SELECT min(coalesce(trim_scale(x.number_value)::text, nullif(btrim(x.string_value), ''))) AS id
          FROM {schema}.event_data x
         WHERE x.website_event_id = e.event_id AND x.data_key = {product_key}) p ON true
 WHERE e.event_type IN (1, 2)
   AND ({website}::text IS NULL OR e.website_id = {website}::uuid)
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout"]}'),
	('umami', 'events', '{"detail": "pages"}', $preset$
SELECT e.event_id,
       e.visit_id AS session_id,
       coalesce('https://' || nullif(btrim(e.hostname), ''), '') || e.url_path AS page_url,
       e.created_at,
       CASE WHEN e.event_type = 1 THEN 'page_view'
            WHEN translate(lower(e.event_name), ' -', '__') IN ('add_to_cart', 'addtocart', 'added_to_cart', 'product_added') THEN 'add_to_cart'
            WHEN translate(lower(e.event_name), ' -', '__') IN ('checkout', 'purchase', 'order', 'order_completed', 'order_placed') THEN 'checkout'
            ELSE e.event_name END AS event_type,
       e.session_id AS visitor_id
  FROM {schema}.website_event e
 WHERE e.event_type IN (1, 2)
   AND ({website}::text IS NULL OR e.website_id = {website}::uuid)
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout"]}');
