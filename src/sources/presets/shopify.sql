-- Preset: Shopify, the exported file of orders.  One row an item, all columns text: what
-- belongs to the order stands on its first row only.  Users are e-mail addresses.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('shopify', 'Shopify orders export', 'export',
	'{"orders_export": ["Name", "Email", "Phone", "Financial Status", "Fulfillment Status", "Currency", "Subtotal", "Shipping", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Cancelled at", "Refunded Amount", "Source", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Billing Name", "Shipping Name", "Shipping Address1", "Shipping Address2", "Shipping Zip", "Shipping Province", "Shipping Country"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only. Default: all."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order; paid: not those whose payment is pending, authorized, expired or voided."}}',
	'{}',
	'facts',
	'Load the file orders_export.csv into a table orders_export with a text column for each of its columns. An order is its Name, such as #1001, a user an e-mail address, a product a SKU or, without one, the name on the order; its price is that of its last order. tax is what the total has on top of subtotal and shipping. Stock, deliveries, events and the terms of promos are not in the file; nor are returned units.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- a guest gets a new customer every time: e-mails are all there is
	('shopify', 'users', '{}', $preset$
SELECT DISTINCT ON (lower(btrim(r."Email")))
       lower(btrim(r."Email")) AS user_id,
       nullif(split_part(n.name, ' ', 1), '') AS first_name,
       nullif(btrim(substr(n.name, length(split_part(n.name, ' ', 1)) + 1)), '') AS last_name,
       r."Email" AS email,
       nullif(ltrim(btrim(r."Phone"), ''''), '') AS phone_number,
       CASE WHEN nullif(btrim(r."Shipping Address1"), '') IS NOT NULL THEN btrim(r."Name") END AS address_id
  FROM {schema}.orders_export r
  CROSS JOIN LATERAL (
        SELECT coalesce(nullif(btrim(r."Billing Name"), ''), btrim(r."Shipping Name")) AS name) n
 WHERE nullif(btrim(r."Total"), '') IS NOT NULL
   AND nullif(btrim(r."Email"), '') IS NOT NULL
   AND ({currency}::text IS NULL OR r."Currency" = {currency})
   AND ({orders} <> 'paid' OR r."Financial Status" NOT IN ('pending', 'authorized', 'expired', 'voided'))
 ORDER BY lower(btrim(r."Email")), greenery.moment(r."Created at", 'UTC') DESC, r."Name"
$preset$, NULL),
	-- zip codes come with a quote before them, so that Excel keeps the zeros
	('shopify', 'addresses', '{}', $preset$
SELECT btrim(r."Name") AS address_id,
       concat_ws(', ', nullif(btrim(r."Shipping Address1"), ''), nullif(btrim(r."Shipping Address2"), '')) AS address,
       ltrim(btrim(r."Shipping Zip"), '''') AS zipcode,
       r."Shipping Province" AS state,
       r."Shipping Country" AS country
  FROM {schema}.orders_export r
 WHERE nullif(btrim(r."Total"), '') IS NOT NULL
   AND nullif(btrim(r."Shipping Address1"), '') IS NOT NULL
$preset$, NULL),
	('shopify', 'products', '{}', $preset$
SELECT DISTINCT ON (coalesce(nullif(btrim(r."Lineitem sku"), ''), btrim(r."Lineitem name")))
       coalesce(nullif(btrim(r."Lineitem sku"), ''), btrim(r."Lineitem name")) AS product_id,
       r."Lineitem name" AS name,
       nullif(btrim(r."Lineitem price"), '')::numeric AS price
  FROM {schema}.orders_export r
 WHERE coalesce(nullif(btrim(r."Lineitem sku"), ''), nullif(btrim(r."Lineitem name"), '')) IS NOT NULL
 ORDER BY coalesce(nullif(btrim(r."Lineitem sku"), ''), btrim(r."Lineitem name")),
          -- a price of 0 is a gift; of two orders the longer and higher number is the later
          nullif(btrim(r."Lineitem price"), '')::numeric > 0 DESC NULLS LAST, length(btrim(r."Name")) DESC, btrim(r."Name") DESC, r."Lineitem name"
$preset$, NULL),
	('shopify', 'promos', '{}', $preset$
SELECT DISTINCT btrim(r."Discount Code") AS promo_id,
       btrim(r."Discount Code") AS code
  FROM {schema}.orders_export r
 WHERE nullif(btrim(r."Total"), '') IS NOT NULL
   AND nullif(btrim(r."Discount Code"), '') IS NOT NULL
$preset$, NULL),
	-- the first row of an order has its total, the others have none
	('shopify', 'orders', '{}', $preset$
SELECT btrim(r."Name") AS order_id,
       nullif(lower(btrim(r."Email")), '') AS user_id,
       nullif(btrim(r."Discount Code"), '') AS promo_id,
       CASE WHEN nullif(btrim(r."Shipping Address1"), '') IS NOT NULL THEN btrim(r."Name") END AS address_id,
       -- it comes with its offset from UTC
       greenery.moment(r."Created at", 'UTC') AS created_at,
       r."Currency" AS currency,
       -- the subtotal is after discount; free shipping is taken off the total
       nullif(btrim(r."Subtotal"), '')::numeric + coalesce(nullif(btrim(r."Discount Amount"), '')::numeric, 0)
           + least(nullif(btrim(r."Total"), '')::numeric - nullif(btrim(r."Subtotal"), '')::numeric - coalesce(nullif(btrim(r."Shipping"), '')::numeric, 0), 0) AS order_cost,
       coalesce(nullif(btrim(r."Shipping"), '')::numeric, 0) AS shipping_cost,
       greatest(nullif(btrim(r."Total"), '')::numeric - nullif(btrim(r."Subtotal"), '')::numeric - coalesce(nullif(btrim(r."Shipping"), '')::numeric, 0), 0) AS tax,
       coalesce(nullif(btrim(r."Discount Amount"), '')::numeric, 0) AS discount,
       nullif(btrim(r."Total"), '')::numeric AS order_total,
       coalesce(nullif(btrim(r."Refunded Amount"), '')::numeric, 0) AS refunded,
       r."Shipping Method" AS shipping_service,
       coalesce(nullif(btrim(r."Fulfillment Status"), ''), 'unfulfilled') AS status,
       nullif(btrim(r."Cancelled at"), '') IS NOT NULL AS is_cancelled,
       r."Source" AS channel,
       r."Financial Status" AS financial_status
  FROM {schema}.orders_export r
 WHERE nullif(btrim(r."Total"), '') IS NOT NULL
   AND ({currency}::text IS NULL OR r."Currency" = {currency})
   AND ({orders} <> 'paid' OR r."Financial Status" NOT IN ('pending', 'authorized', 'expired', 'voided'))
$preset$, '{"status": ["unfulfilled", "partial", "fulfilled", "restocked", "pending"]}'),
	('shopify', 'order_items', '{}', $preset$
SELECT btrim(r."Name") AS order_id,
       coalesce(nullif(btrim(r."Lineitem sku"), ''), btrim(r."Lineitem name")) AS product_id,
       sum(r."Lineitem quantity"::numeric)::integer AS quantity,
       sum(r."Lineitem quantity"::numeric * r."Lineitem price"::numeric) / sum(r."Lineitem quantity"::numeric) AS unit_price
  FROM {schema}.orders_export r
 WHERE coalesce(nullif(btrim(r."Lineitem sku"), ''), nullif(btrim(r."Lineitem name"), '')) IS NOT NULL
   AND nullif(btrim(r."Lineitem quantity"), '')::numeric > 0
   -- currency and payment stand on the order's first row
   AND EXISTS (
        SELECT FROM {schema}.orders_export o
         WHERE btrim(o."Name") = btrim(r."Name")
           AND nullif(btrim(o."Total"), '') IS NOT NULL
           AND ({currency}::text IS NULL OR o."Currency" = {currency})
           AND ({orders} <> 'paid' OR o."Financial Status" NOT IN ('pending', 'authorized', 'expired', 'voided')))
 GROUP BY btrim(r."Name"), coalesce(nullif(btrim(r."Lineitem sku"), ''), btrim(r."Lineitem name"))
$preset$, NULL),
	('shopify', 'events', '{}', NULL, NULL);
