-- Preset: Vendure 3.  Carts share the table of orders; amounts are cents after
-- discount; addresses, discounts and promotions are JSON in text; a cancelled line
-- has quantity 0; a multi-vendor order is there once as a whole and once a seller.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('vendure', 'Vendure 3', 'shop',
	'{"customer": ["id", "firstName", "lastName", "emailAddress", "phoneNumber", "createdAt", "updatedAt", "userId"],
	  "address": ["id", "customerId", "streetLine1", "streetLine2", "postalCode", "province", "countryId", "defaultShippingAddress"],
	  "region": ["id", "code"],
	  "channel": ["id", "code", "defaultCurrencyCode", "defaultLanguageCode", "trackInventory"],
	  "product_variant": ["id", "sku", "trackInventory"],
	  "product_variant_translation": ["id", "baseId", "languageCode", "name"],
	  "product_variant_price": ["id", "variantId", "channelId", "currencyCode", "price"],
	  "stock_level": ["productVariantId", "stockOnHand", "stockAllocated"],
	  "promotion": ["id", "couponCode", "enabled", "deletedAt", "startsAt", "endsAt", "actions"],
	  "order": ["id", "code", "type", "state", "customerId", "orderPlacedAt", "currencyCode", "shippingAddress", "subTotal", "subTotalWithTax", "shipping", "shippingWithTax"],
	  "order_line": ["orderId", "productVariantId", "quantity", "orderPlacedQuantity", "listPrice", "listPriceIncludesTax", "adjustments"],
	  "shipping_line": ["orderId", "listPrice", "listPriceIncludesTax", "adjustments"],
	  "surcharge": ["orderId", "listPrice"],
	  "order_promotions_promotion": ["orderId", "promotionId"],
	  "order_channels_channel": ["orderId", "channelId"],
	  "order_fulfillments_fulfillment": ["orderId", "fulfillmentId"],
	  "fulfillment": ["id", "state", "method", "trackingCode", "updatedAt"],
	  "payment": ["id", "orderId", "state", "amount"],
	  "refund": ["paymentId", "state", "total"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only, and list prices in it. Default: all orders, and list prices in the currency of the channel."},
	  "channel": {"default": null, "description": "Code of a channel: its orders and list prices only. Default: the orders of all channels, list prices of the default channel."},
	  "language": {"default": null, "description": "Language of product names, such as en. Default: that of the channel."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order placed; paid: not those whose payment is only authorized."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is a customer; email: a user is an e-mail address."},
	  "time_zone": {"default": "UTC", "description": "Zone of the server process that wrote the times."}}',
	-- back orders may make the stock negative
	'{"34": "warn"}',
	'rows',
	'Amounts are as the shop lists prices, net or gross: tax is what is added on top. A cancelled order has a total of 0, and keeps the quantities that were ordered. Of several promotions of an order the one that took off most counts; attributes has all as promo_ids. Surcharges count as shipping. There are no events and no estimates of delivery. A promo is active by the clock. States of your own have to be added to the accepted ones.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- deleted customers stay: orders refer to them; a guest is a customer too
	('vendure', 'users', '{}', $preset$
SELECT c.id AS user_id,
       c."firstName" AS first_name,
       c."lastName" AS last_name,
       c."emailAddress" AS email,
       c."phoneNumber" AS phone_number,
       c."createdAt" AS created_at,
       c."updatedAt" AS updated_at,
       (SELECT 'customer:' || a.id
          FROM {schema}.address a
         WHERE a."customerId" = c.id
         ORDER BY a."defaultShippingAddress" DESC, a.id
         LIMIT 1) AS address_id
  FROM {schema}.customer c
$preset$, NULL),
	('vendure', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (lower(btrim(c."emailAddress")))
       lower(btrim(c."emailAddress")) AS user_id,
       c."firstName" AS first_name,
       c."lastName" AS last_name,
       c."emailAddress" AS email,
       c."phoneNumber" AS phone_number,
       c."createdAt" AS created_at,
       c."updatedAt" AS updated_at,
       (SELECT 'customer:' || a.id
          FROM {schema}.address a
         WHERE a."customerId" = c.id
         ORDER BY a."defaultShippingAddress" DESC, a.id
         LIMIT 1) AS address_id
  FROM {schema}.customer c
 WHERE btrim(c."emailAddress") <> ''
 ORDER BY lower(btrim(c."emailAddress")), c."userId" IS NULL, c."createdAt", c.id
$preset$, NULL),
	-- the customers' own addresses, and the copy that each order keeps as JSON
	('vendure', 'addresses', '{}', $preset$
SELECT 'customer:' || a.id AS address_id,
       concat_ws(', ', nullif(btrim(a."streetLine1"), ''), nullif(btrim(a."streetLine2"), '')) AS address,
       a."postalCode" AS zipcode,
       a.province AS state,
       r.code AS country
  FROM {schema}.address a
  LEFT JOIN {schema}.region r ON r.id = a."countryId"
UNION ALL
SELECT 'order:' || o.id,
       concat_ws(', ', nullif(btrim(o."shippingAddress"::jsonb ->> 'streetLine1'), ''),
                       nullif(btrim(o."shippingAddress"::jsonb ->> 'streetLine2'), '')),
       o."shippingAddress"::jsonb ->> 'postalCode',
       o."shippingAddress"::jsonb ->> 'province',
       o."shippingAddress"::jsonb ->> 'countryCode'
  FROM {schema}."order" o
 WHERE o."orderPlacedAt" IS NOT NULL
   AND o."shippingAddress" <> '{}'
$preset$, NULL),
	-- a product is a variant: that is what has a price and a stock
	('vendure', 'products', '{}', $preset$
SELECT v.id AS product_id,
       coalesce(t.name, v.sku) AS name,
       p.price * CASE WHEN p."currencyCode" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
                      THEN 1 ELSE 0.01 END AS price,
       -- unknown where stock is not counted
       CASE WHEN v."trackInventory" = 'TRUE' OR v."trackInventory" = 'INHERIT' AND h."trackInventory"
            THEN s.inventory END AS inventory
  FROM {schema}.product_variant v
  JOIN {schema}.channel h ON h.code = coalesce({channel}, '__default_channel__')
  LEFT JOIN LATERAL (
        SELECT x.name
          FROM {schema}.product_variant_translation x
         WHERE x."baseId" = v.id
         ORDER BY x."languageCode" = coalesce({language}, h."defaultLanguageCode") DESC, x.id
         LIMIT 1) t ON true
  -- one price per channel and currency: that of the channel, else of another
  LEFT JOIN LATERAL (
        SELECT x.price, x."currencyCode"
          FROM {schema}.product_variant_price x
         WHERE x."variantId" = v.id
           AND x."currencyCode" = coalesce({currency}, h."defaultCurrencyCode")
         ORDER BY x."channelId" = h.id DESC, x.id
         LIMIT 1) p ON true
  LEFT JOIN (
        SELECT l."productVariantId", sum(l."stockOnHand" - l."stockAllocated")::integer AS inventory
          FROM {schema}.stock_level l
         GROUP BY l."productVariantId") s ON s."productVariantId" = v.id
$preset$, NULL),
	-- terms are known where a promotion does one thing: a percentage, or an amount
	('vendure', 'promos', '{}', $preset$
SELECT p.id AS promo_id,
       CASE WHEN jsonb_array_length(p.actions::jsonb) = 1 AND p.actions::jsonb #>> '{0,code}' = 'order_fixed_discount'
            THEN (p.actions::jsonb #>> '{0,args,0,value}')::numeric * 0.01 END AS discount,
       CASE WHEN jsonb_array_length(p.actions::jsonb) = 1 AND p.actions::jsonb #>> '{0,code}' = 'order_percentage_discount'
            THEN (p.actions::jsonb #>> '{0,args,0,value}')::numeric END AS percent,
       CASE WHEN p.enabled AND p."deletedAt" IS NULL
             AND (p."startsAt" IS NULL OR p."startsAt" <= now() AT TIME ZONE {time_zone})
             AND (p."endsAt" IS NULL OR p."endsAt" > now() AT TIME ZONE {time_zone})
            THEN 'active' ELSE 'inactive' END AS status,
       p."couponCode" AS code
  FROM {schema}.promotion p
$preset$, NULL),
	('vendure', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       CASE WHEN {identity} = 'email' THEN nullif(lower(btrim(c."emailAddress")), '')
            ELSE o."customerId"::text END AS user_id,
       p.promo_ids[1] AS promo_id,
       CASE WHEN o."shippingAddress" <> '{}' THEN 'order:' || o.id END AS address_id,
       o."orderPlacedAt" AS created_at,
       o."currencyCode" AS currency,
       m.unit * l.cost AS order_cost,
       m.unit * (s.cost + u.cost) AS shipping_cost,
       m.unit * (o."subTotalWithTax" + o."shippingWithTax") AS order_total,
       m.unit * m.tax AS tax,
       -- sums are kept after discount; of a cancelled order they are 0
       CASE WHEN o.state <> 'Cancelled'
            THEN m.unit * greatest(l.cost + s.cost + u.cost + m.tax - o."subTotalWithTax" - o."shippingWithTax", 0) END AS discount,
       -- the total of an order falls when lines are cancelled: not to be given back twice
       m.unit * greatest(y.refunded - greatest(y.paid - o."subTotalWithTax" - o."shippingWithTax", 0), 0) AS refunded,
       f.tracking_id,
       f.shipping_service,
       CASE WHEN o.state = 'Delivered' THEN f.delivered_at END AS delivered_at,
       o.state AS status,
       o.state = 'Cancelled' AS is_cancelled,
       coalesce(h.channel, '__default_channel__') AS channel,
       o.code AS order_code,
       p.promo_ids
  FROM {schema}."order" o
  LEFT JOIN {schema}.customer c ON c.id = o."customerId"
  -- left joins of one row each: what is not asked for is not read
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(x."listPrice"::bigint * CASE WHEN o.state = 'Cancelled' THEN x."orderPlacedQuantity" ELSE x.quantity END), 0) AS cost,
               coalesce(bool_or(NOT x."listPriceIncludesTax"), false) AS is_net
          FROM {schema}.order_line x
         WHERE x."orderId" = o.id) l ON true
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(x."listPrice"), 0) AS cost,
               coalesce(bool_or(NOT x."listPriceIncludesTax"), false) AS is_net
          FROM {schema}.shipping_line x
         WHERE x."orderId" = o.id) s ON true
  -- surcharges that take something off are discounts
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(greatest(x."listPrice", 0)), 0) AS cost
          FROM {schema}.surcharge x
         WHERE x."orderId" = o.id) u ON true
  CROSS JOIN LATERAL (
        SELECT CASE WHEN l.is_net THEN o."subTotalWithTax" - o."subTotal" ELSE 0 END
               + CASE WHEN s.is_net THEN o."shippingWithTax" - o.shipping ELSE 0 END AS tax,
               CASE WHEN o."currencyCode" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
                    THEN 1 ELSE 0.01 END AS unit) m
  LEFT JOIN LATERAL (
        SELECT array_agg(x."promotionId" ORDER BY a.amount DESC, x."promotionId") AS promo_ids
          FROM {schema}.order_promotions_promotion x
          JOIN {schema}.promotion r ON r.id = x."promotionId"
          -- of several the largest counts
          CROSS JOIN LATERAL (
                SELECT coalesce(-sum((j.value ->> 'amount')::numeric), 0) AS amount
                  FROM (SELECT l.adjustments
                          FROM {schema}.order_line l
                         WHERE l."orderId" = o.id AND l.adjustments <> '[]'
                        UNION ALL
                        SELECT l.adjustments
                          FROM {schema}.shipping_line l
                         WHERE l."orderId" = o.id AND l.adjustments <> '[]') l
                 CROSS JOIN LATERAL jsonb_array_elements(l.adjustments::jsonb) j
                 WHERE j.value ->> 'adjustmentSource' = 'PROMOTION:' || x."promotionId") a
         WHERE x."orderId" = o.id) p ON true
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS paid, coalesce(sum(r.total), 0) AS refunded
          FROM {schema}.payment x
          CROSS JOIN LATERAL (
                SELECT sum(z.total) AS total
                  FROM {schema}.refund z
                 WHERE z."paymentId" = x.id AND z.state <> 'Failed') r
         WHERE x."orderId" = o.id
           AND x.state IN ('Authorized', 'Settled')) y ON true
  LEFT JOIN LATERAL (
        SELECT max(nullif(btrim(x."trackingCode"), '')) AS tracking_id,
               max(x.method) AS shipping_service,
               max(x."updatedAt") FILTER (WHERE x.state = 'Delivered') AS delivered_at
          FROM {schema}.order_fulfillments_fulfillment k
          JOIN {schema}.fulfillment x ON x.id = k."fulfillmentId"
         WHERE k."orderId" = o.id
           AND x.state <> 'Cancelled') f ON true
  -- every order is in the default channel; another one is where it was sold
  LEFT JOIN LATERAL (
        SELECT min(x.code) AS channel
          FROM {schema}.order_channels_channel k
          JOIN {schema}.channel x ON x.id = k."channelId"
         WHERE k."orderId" = o.id
           AND x.code <> '__default_channel__') h ON true
 WHERE o."orderPlacedAt" IS NOT NULL
   -- the parts of a multi-vendor order: the whole is there too
   AND o.type <> 'Seller'
   AND ({currency}::text IS NULL OR o."currencyCode" = {currency})
   AND ({orders} <> 'paid' OR o.state <> 'PaymentAuthorized')
   AND ({channel}::text IS NULL OR EXISTS (
        SELECT FROM {schema}.order_channels_channel k
          JOIN {schema}.channel x ON x.id = k."channelId"
         WHERE k."orderId" = o.id AND x.code = {channel}))
$preset$, '{"status": ["PaymentAuthorized", "PaymentSettled", "PartiallyShipped", "Shipped", "PartiallyDelivered", "Delivered", "Modifying", "ArrangingAdditionalPayment", "Cancelled"]}'),
	-- a cancelled order keeps what was ordered; lines cancelled in another order are gone
	('vendure', 'order_items', '{}', $preset$
SELECT l."orderId" AS order_id,
       l."productVariantId" AS product_id,
       sum(q.quantity)::integer AS quantity,
       sum(q.quantity * l."listPrice"::numeric) / sum(q.quantity)
           * CASE WHEN o."currencyCode" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
                  THEN 1 ELSE 0.01 END AS unit_price,
       o."currencyCode" AS currency
  FROM {schema}.order_line l
  JOIN {schema}."order" o ON o.id = l."orderId"
  CROSS JOIN LATERAL (
        SELECT CASE WHEN o.state = 'Cancelled' THEN l."orderPlacedQuantity" ELSE l.quantity END AS quantity) q
 WHERE o."orderPlacedAt" IS NOT NULL
   AND o.type <> 'Seller'
   AND q.quantity > 0
   AND ({currency}::text IS NULL OR o."currencyCode" = {currency})
   AND ({orders} <> 'paid' OR o.state <> 'PaymentAuthorized')
   AND ({channel}::text IS NULL OR EXISTS (
        SELECT FROM {schema}.order_channels_channel k
          JOIN {schema}.channel x ON x.id = k."channelId"
         WHERE k."orderId" = o.id AND x.code = {channel}))
 GROUP BY l."orderId", l."productVariantId", o."currencyCode"
$preset$, NULL),
	-- Vendure keeps no visits
	('vendure', 'events', '{}', NULL, NULL);
