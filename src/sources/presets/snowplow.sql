-- Preset: Snowplow, its atomic.events in PostgreSQL (0.8.0 and later).  An event may be
-- there twice; page pings are heart-beats; ids are char(36) and longer; times have no zone.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('snowplow', 'Snowplow', 'events',
	'{"events": ["app_id", "event_id", "event", "event_name", "collector_tstamp", "user_id", "domain_userid", "domain_sessionid", "page_url", "se_action", "se_label", "tr_orderid"]}',
	'{"app_id": {"default": null, "description": "Id of an application: its events only. Default: the events of all."},
	  "duplicates": {"default": "some", "values": ["some", "none"], "description": "some: of rows with one event_id the first is taken, which sorts the table; none: event_id is unique in this table, and builds look at changed rows only."},
	  "time_zone": {"default": "UTC", "description": "Zone of collector_tstamp: Snowplow writes UTC."}}',
	-- structured and own events have free names; a struct checkout need not name its order
	-- and the view of a page need not name its product
	'{"107": "warn", "109": "warn", "202": "warn", "284": "warn"}',
	'facts',
	'The schema is mostly atomic. Of structured events se_action is the name, and the usual ones are mapped whatever their case, with hyphens or underscores; se_label is the product of an add_to_cart, as Snowplow''s guide has it, and the order of a checkout. A transaction is a checkout; transaction_item is left out, since it says the same again. Own (unstruct) events are known by event_name only: their contents lie in other tables; purchases and products of the newer e-commerce plugin (snowplow_ecommerce_action) have to be joined from theirs. user_id is what setUserId was given: it must be the user id of the shop that is bound. The time is the collector''s; edit it to derived_tstamp where devices send late. Events without visit (server side, no cookies) are left out.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	('snowplow', 'events', '{}', $preset$
SELECT DISTINCT ON (e.event_id)
       btrim(e.event_id::text) AS event_id,
       btrim(e.domain_sessionid::text) AS session_id,
       nullif(btrim(e.user_id), '') AS user_id,
       e.page_url,
       e.collector_tstamp AS created_at,
       CASE
           WHEN e.event = 'transaction' THEN 'checkout'
           WHEN e.event <> 'struct' THEN coalesce(nullif(btrim(e.event_name), ''), e.event)
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('add_to_cart', 'addtocart', 'add_to_basket', 'addtobasket') THEN 'add_to_cart'
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('checkout', 'purchase', 'order_completed', 'transaction') THEN 'checkout'
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('page_view', 'pageview') THEN 'page_view'
           ELSE coalesce(nullif(btrim(e.se_action), ''), 'struct')
       END AS event_type,
       CASE
           WHEN e.event = 'transaction' THEN nullif(btrim(e.tr_orderid), '')
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('checkout', 'purchase', 'order_completed', 'transaction') THEN nullif(btrim(e.se_label), '')
       END AS order_id,
       CASE
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('add_to_cart', 'addtocart', 'add_to_basket', 'addtobasket') THEN nullif(btrim(e.se_label), '')
       END AS product_id,
       nullif(btrim(e.domain_userid), '') AS visitor_id
  FROM {schema}.events e
 WHERE e.event NOT IN ('page_ping', 'transaction_item')
   AND btrim(e.domain_sessionid::text) <> ''
   AND ({app_id}::text IS NULL OR e.app_id = {app_id})
 ORDER BY e.event_id, e.collector_tstamp
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout", "package_shipped", "struct", "link_click", "submit_form", "change_form", "focus_form", "site_search", "remove_from_cart", "snowplow_ecommerce_action"]}'),
	('snowplow', 'events', '{"duplicates": "none"}', $preset$
SELECT
       btrim(e.event_id::text) AS event_id,
       btrim(e.domain_sessionid::text) AS session_id,
       nullif(btrim(e.user_id), '') AS user_id,
       e.page_url,
       e.collector_tstamp AS created_at,
       CASE
           WHEN e.event = 'transaction' THEN 'checkout'
           WHEN e.event <> 'struct' THEN coalesce(nullif(btrim(e.event_name), ''), e.event)
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('add_to_cart', 'addtocart', 'add_to_basket', 'addtobasket') THEN 'add_to_cart'
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('checkout', 'purchase', 'order_completed', 'transaction') THEN 'checkout'
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('page_view', 'pageview') THEN 'page_view'
           ELSE coalesce(nullif(btrim(e.se_action), ''), 'struct')
       END AS event_type,
       CASE
           WHEN e.event = 'transaction' THEN nullif(btrim(e.tr_orderid), '')
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('checkout', 'purchase', 'order_completed', 'transaction') THEN nullif(btrim(e.se_label), '')
       END AS order_id,
       CASE
           WHEN lower(translate(btrim(e.se_action), '- ', '__')) IN ('add_to_cart', 'addtocart', 'add_to_basket', 'addtobasket') THEN nullif(btrim(e.se_label), '')
       END AS product_id,
       nullif(btrim(e.domain_userid), '') AS visitor_id
  FROM {schema}.events e
 WHERE e.event NOT IN ('page_ping', 'transaction_item')
   AND btrim(e.domain_sessionid::text) <> ''
   AND ({app_id}::text IS NULL OR e.app_id = {app_id})
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout", "package_shipped", "struct", "link_click", "submit_form", "change_form", "focus_form", "site_search", "remove_from_cart", "snowplow_ecommerce_action"]}');
