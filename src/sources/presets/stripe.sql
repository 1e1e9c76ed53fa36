-- Preset: Stripe charges, copied to PostgreSQL by a sync engine.  A row is an attempt to
-- pay; times are seconds since 1970; amounts are in the smallest unit of the currency,
-- which is not always a hundredth.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('stripe', 'Stripe', 'export',
	'{"charges": ["id", "payment_intent", "customer", "receipt_email", "amount", "amount_refunded", "currency", "created", "status", "paid", "captured", "livemode", "shipping", "description"],
	  "customers": ["id", "name", "email", "phone", "address", "created", "livemode"]}',
	'{"currency": {"default": null, "description": "Charges in this currency only, such as eur. Default: all."},
	  "mode": {"default": "live", "values": ["live", "all"], "description": "live: without what was done in test mode; all: with it."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is a customer of Stripe, charges without one have none; email: a user is an e-mail address."}}',
	'{}',
	'facts',
	'The schema is mostly stripe. An order is a payment that was captured, so subscriptions count once an invoice. What it was made up of (items, shipping, tax, discount, promo) is not in a charge, and neither is whether the order was cancelled: a charge given back in full has refunded = order_total. A capture of less than was authorized has the rest in refunded. Stripe makes a new customer for every checkout unless the shop says which: identity email joins them. The customer''s e-mail counts before that of the receipt. Test mode has made-up charges: see mode. There are no products, order items, promos and events.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- a name is one column; deleted customers stay
	('stripe', 'users', '{}', $preset$
SELECT u.id AS user_id,
       nullif(btrim(regexp_replace(btrim(u.name), '[^[:space:]]+$', '')), '') AS first_name,
       nullif(substring(btrim(u.name), '[^[:space:]]+$'), '') AS last_name,
       u.email,
       u.phone AS phone_number,
       to_timestamp(u.created) AS created_at,
       CASE WHEN jsonb_typeof(u.address) = 'object' THEN 'customer:' || u.id END AS address_id
  FROM {schema}.customers u
 WHERE {mode} = 'all' OR u.livemode IS NOT FALSE
$preset$, NULL),
	-- customers before charges without one: they know more
	('stripe', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (p.user_id)
       p.user_id,
       nullif(btrim(regexp_replace(btrim(p.name), '[^[:space:]]+$', '')), '') AS first_name,
       nullif(substring(btrim(p.name), '[^[:space:]]+$'), '') AS last_name,
       p.email,
       p.phone_number,
       to_timestamp(p.created) AS created_at,
       p.address_id
  FROM (SELECT coalesce(nullif(lower(btrim(u.email)), ''), u.id) AS user_id,
               u.name, u.email, u.phone AS phone_number, u.created,
               CASE WHEN jsonb_typeof(u.address) = 'object' THEN 'customer:' || u.id END AS address_id,
               false AS is_guest
          FROM {schema}.customers u
         WHERE {mode} = 'all' OR u.livemode IS NOT FALSE
         UNION ALL
        SELECT lower(btrim(c.receipt_email)),
               c.shipping ->> 'name', c.receipt_email, c.shipping ->> 'phone', c.created,
               CASE WHEN jsonb_typeof(c.shipping -> 'address') = 'object' THEN 'charge:' || c.id END,
               true
          FROM {schema}.charges c
          LEFT JOIN {schema}.customers u ON u.id = c.customer
         WHERE c.paid AND c.captured AND btrim(c.receipt_email) <> ''
           AND nullif(btrim(u.email), '') IS NULL
           AND ({mode} = 'all' OR c.livemode IS NOT FALSE)) p
 ORDER BY p.user_id, p.is_guest, p.created
$preset$, NULL),
	-- where customers live, and where charges were shipped to
	('stripe', 'addresses', '{}', $preset$
SELECT 'customer:' || u.id AS address_id,
       concat_ws(', ', nullif(btrim(u.address ->> 'line1'), ''), nullif(btrim(u.address ->> 'line2'), '')) AS address,
       u.address ->> 'postal_code' AS zipcode,
       u.address ->> 'state' AS state,
       u.address ->> 'country' AS country
  FROM {schema}.customers u
 WHERE jsonb_typeof(u.address) = 'object'
UNION ALL
SELECT 'charge:' || c.id,
       concat_ws(', ', nullif(btrim(c.shipping -> 'address' ->> 'line1'), ''), nullif(btrim(c.shipping -> 'address' ->> 'line2'), '')),
       c.shipping -> 'address' ->> 'postal_code',
       c.shipping -> 'address' ->> 'state',
       c.shipping -> 'address' ->> 'country'
  FROM {schema}.charges c
 WHERE jsonb_typeof(c.shipping -> 'address') = 'object'
$preset$, NULL),
	('stripe', 'products', '{}', NULL, NULL),
	('stripe', 'promos', '{}', NULL, NULL),
	('stripe', 'orders', '{}', $preset$
SELECT coalesce(nullif(c.payment_intent, ''), c.id) AS order_id,
       nullif(c.customer, '') AS user_id,
       CASE WHEN jsonb_typeof(c.shipping -> 'address') = 'object' THEN 'charge:' || c.id END AS address_id,
       to_timestamp(c.created) AS created_at,
       -- amounts are in the smallest unit of the currency
       c.amount * CASE
           WHEN lower(c.currency) IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') THEN 1
           WHEN lower(c.currency) IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN 0.001
           ELSE 0.01
       END AS order_total,
       nullif(btrim(c.shipping ->> 'tracking_number'), '') AS tracking_id,
       nullif(btrim(c.shipping ->> 'carrier'), '') AS shipping_service,
       c.status,
       c.amount_refunded * CASE
           WHEN lower(c.currency) IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') THEN 1
           WHEN lower(c.currency) IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN 0.001
           ELSE 0.01
       END AS refunded,
       upper(c.currency) AS currency,
       c.description
  FROM {schema}.charges c
 WHERE c.paid AND c.captured  -- a row is an attempt to pay
   AND ({mode} = 'all' OR c.livemode IS NOT FALSE)
   AND ({currency}::text IS NULL OR lower(c.currency) = lower({currency}))
$preset$, '{"status": ["succeeded"]}'),
	('stripe', 'orders', '{"identity": "email"}', $preset$
SELECT coalesce(nullif(c.payment_intent, ''), c.id) AS order_id,
       coalesce(nullif(lower(btrim(u.email)), ''), nullif(lower(btrim(c.receipt_email)), ''), u.id) AS user_id,
       CASE WHEN jsonb_typeof(c.shipping -> 'address') = 'object' THEN 'charge:' || c.id END AS address_id,
       to_timestamp(c.created) AS created_at,
       -- amounts are in the smallest unit of the currency
       c.amount * CASE
           WHEN lower(c.currency) IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') THEN 1
           WHEN lower(c.currency) IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN 0.001
           ELSE 0.01
       END AS order_total,
       nullif(btrim(c.shipping ->> 'tracking_number'), '') AS tracking_id,
       nullif(btrim(c.shipping ->> 'carrier'), '') AS shipping_service,
       c.status,
       c.amount_refunded * CASE
           WHEN lower(c.currency) IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') THEN 1
           WHEN lower(c.currency) IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN 0.001
           ELSE 0.01
       END AS refunded,
       upper(c.currency) AS currency,
       c.description
  FROM {schema}.charges c
  LEFT JOIN {schema}.customers u ON u.id = c.customer
 WHERE c.paid AND c.captured  -- a row is an attempt to pay
   AND ({mode} = 'all' OR c.livemode IS NOT FALSE)
   AND ({currency}::text IS NULL OR lower(c.currency) = lower({currency}))
$preset$, '{"status": ["succeeded"]}'),
	('stripe', 'order_items', '{}', NULL, NULL),
	('stripe', 'events', '{}', NULL, NULL);
