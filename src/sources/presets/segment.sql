-- Preset: Segment (and RudderStack) warehouse.  One table an event, as the e-commerce
-- specification names them; no session id; a column is there only once it had a value.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('segment', 'Segment', 'events',
	'{"pages": ["id", "anonymous_id", "user_id", "timestamp", "url"],
	  "product_added": ["id", "anonymous_id", "user_id", "timestamp", "product_id", "context_page_url"],
	  "order_completed": ["id", "anonymous_id", "user_id", "timestamp", "order_id"]}',
	'{"sessions": {"default": "user", "values": ["user", "visitor"], "description": "user: greenery cuts the events of a known user at pauses, anonymous ones are in no session; visitor: the events of a browser are cut at pauses of 30 minutes, anonymous ones too."}}',
	-- a page need not carry its product: its URL may have a name for it
	'{"202": "warn", "284": "warn"}',
	'facts',
	'Binds events only; the schema is that of the source in the warehouse. Needs the events Product Added and Order Completed of the e-commerce specification, sent by browser or with the browser''s anonymous id. The user is as recorded: what came before an identify call stays anonymous, and with sessions visitor the session gets its user from the events after it. product_added.product_id has to be products.product_id, user_id users.user_id. Product Viewed is not read: its page is in pages. For RudderStack, context_session_id can be session_id: edit the query.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- no session_id: greenery cuts sessions itself
	('segment', 'events', '{}', $preset$
SELECT e.id AS event_id,
       nullif(btrim(e.user_id), '') AS user_id,
       e.url AS page_url,
       e."timestamp" AS created_at,
       'page_view'::text AS event_type,
       NULL::text AS order_id,
       NULL::text AS product_id,
       NULL::text AS page_kind,
       nullif(btrim(e.anonymous_id), '') AS visitor_id
  FROM {schema}.pages e
UNION ALL
SELECT e.id, nullif(btrim(e.user_id), ''), e.context_page_url, e."timestamp", 'add_to_cart',
       NULL, nullif(btrim(e.product_id), ''), NULL, nullif(btrim(e.anonymous_id), '')
  FROM {schema}.product_added e
UNION ALL
SELECT e.id, nullif(btrim(e.user_id), ''), NULL, e."timestamp", 'checkout',
       nullif(btrim(e.order_id), ''), NULL, 'checkout', nullif(btrim(e.anonymous_id), '')
  FROM {schema}.order_completed e
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout"]}'),
	-- a session is a run of one browser's events without a pause of more than 30 minutes
	('segment', 'events', '{"sessions": "visitor"}', $preset$
WITH e AS (
        SELECT e.id AS event_id,
               nullif(btrim(e.user_id), '') AS user_id,
               e.url AS page_url,
               e."timestamp" AS created_at,
               'page_view'::text AS event_type,
               NULL::text AS order_id,
               NULL::text AS product_id,
               NULL::text AS page_kind,
               nullif(btrim(e.anonymous_id), '') AS visitor_id
          FROM {schema}.pages e
        UNION ALL
        SELECT e.id, nullif(btrim(e.user_id), ''), e.context_page_url, e."timestamp", 'add_to_cart',
               NULL, nullif(btrim(e.product_id), ''), NULL, nullif(btrim(e.anonymous_id), '')
          FROM {schema}.product_added e
        UNION ALL
        SELECT e.id, nullif(btrim(e.user_id), ''), NULL, e."timestamp", 'checkout',
               nullif(btrim(e.order_id), ''), NULL, 'checkout', nullif(btrim(e.anonymous_id), '')
          FROM {schema}.order_completed e),
     -- events sent by the server have no browser: those of one user belong together
     v AS (
        SELECT e.*, coalesce(e.visitor_id, 'user:' || e.user_id, 'event:' || e.event_id) AS visitor
          FROM e),
     p AS (
        SELECT v.*,
               v.created_at - lag(v.created_at) OVER (PARTITION BY v.visitor ORDER BY v.created_at, v.event_id) AS pause
          FROM v)
SELECT p.event_id,
       p.visitor || '#' || 1 + count(*) FILTER (WHERE p.pause > interval '30 minutes')
           OVER (PARTITION BY p.visitor ORDER BY p.created_at, p.event_id) AS session_id,
       p.user_id,
       p.page_url,
       p.created_at,
       p.event_type,
       p.order_id,
       p.product_id,
       p.page_kind,
       p.visitor_id
  FROM p
$preset$, '{"event_type": ["page_view", "add_to_cart", "checkout"]}');
