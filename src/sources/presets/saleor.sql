-- Preset: Saleor 3.  Drafts, expired and reissued orders share the table of orders;
-- amounts are there net and gross, and are taken gross; deleted variants live on in the
-- lines of orders only; guests are an e-mail address on the order.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('saleor', 'Saleor 3', 'shop',
	'{"account_user": ["id", "email", "first_name", "last_name", "date_joined", "updated_at", "default_shipping_address_id"],
	  "account_address": ["id", "street_address_1", "street_address_2", "postal_code", "country_area", "country"],
	  "channel_channel": ["id", "slug", "currency_code"],
	  "product_product": ["id", "name", "category_id"],
	  "product_category": ["id", "name"],
	  "product_productvariant": ["id", "product_id", "name", "track_inventory"],
	  "product_productvariantchannellisting": ["id", "variant_id", "channel_id", "currency", "price_amount"],
	  "warehouse_stock": ["product_variant_id", "quantity", "quantity_allocated"],
	  "discount_voucher": ["id", "name", "type", "discount_value_type", "apply_once_per_order", "start_date", "end_date"],
	  "discount_vouchercode": ["voucher_id", "code", "is_active"],
	  "discount_voucherchannellisting": ["id", "voucher_id", "channel_id", "currency", "discount_value"],
	  "order_order": ["id", "number", "created_at", "status", "origin", "charge_status", "user_id", "user_email", "shipping_address_id", "currency", "channel_id", "shipping_method_name", "shipping_price_gross_amount", "base_shipping_price_amount", "undiscounted_base_shipping_price_amount", "undiscounted_total_gross_amount", "total_gross_amount", "voucher_id", "voucher_code"],
	  "order_orderline": ["id", "order_id", "variant_id", "product_variant_id", "product_sku", "product_name", "variant_name", "quantity", "created_at", "undiscounted_unit_price_gross_amount", "undiscounted_total_price_gross_amount"],
	  "order_fulfillment": ["id", "order_id", "status", "tracking_number"],
	  "order_fulfillmentline": ["order_line_id", "fulfillment_id", "quantity"],
	  "payment_transactionitem": ["order_id", "refunded_value"],
	  "payment_payment": ["id", "order_id"],
	  "payment_transaction": ["payment_id", "kind", "is_success", "amount"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only, and list prices in it. Default: all orders."},
	  "channel": {"default": null, "description": "Slug of a channel: its orders and list prices only. Default: all orders, list prices of the oldest channel that has one."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order placed; paid: those that are fully charged."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is an account, and an order without one a guest''s; email: a user is an e-mail address, those of guests too."}}',
	-- Saleor can sell more than there is; a product need not be in every channel
	'{"34": "warn", "36": "warn"}',
	'facts',
	'Amounts are gross, so tax is no term of the sum. Unconfirmed orders do not count, reissued ones neither: the goods of an order are sent once more. The discount is all that was taken off, by vouchers, promotions, by hand, and by gift cards where they lower the total; a promo is a voucher, with all of its codes; attributes has the code used. Products whose variant was deleted are there with their last price, and keep their id. Deliveries are not known, nor estimates; there are no events. A promo is active by the clock.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- staff are users too: exclude them with greenery_exclude_user
	('saleor', 'users', '{}', $preset$
SELECT u.id AS user_id,
       u.first_name,
       u.last_name,
       u.email,
       u.date_joined AS created_at,
       u.updated_at,
       u.default_shipping_address_id AS address_id
  FROM {schema}.account_user u
$preset$, NULL),
	-- accounts, and the guests of orders who have none
	('saleor', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (lower(btrim(u.email)))
       lower(btrim(u.email)) AS user_id,
       u.first_name,
       u.last_name,
       u.email,
       u.created_at,
       u.updated_at,
       u.address_id
  FROM (
        SELECT 1 AS rank, a.first_name, a.last_name, a.email, a.date_joined AS created_at,
               a.updated_at, a.default_shipping_address_id AS address_id
          FROM {schema}.account_user a
        UNION ALL
        SELECT 2, NULL, NULL, o.user_email, o.created_at, o.created_at, o.shipping_address_id
          FROM {schema}.order_order o
         WHERE o.user_id IS NULL
           AND o.status NOT IN ('draft', 'expired', 'unconfirmed')
           AND o.origin <> 'reissue') u
 WHERE btrim(u.email) <> ''
 ORDER BY lower(btrim(u.email)), u.rank, u.created_at, u.address_id
$preset$, NULL),
	('saleor', 'addresses', '{}', $preset$
SELECT a.id AS address_id,
       concat_ws(', ', nullif(btrim(a.street_address_1), ''), nullif(btrim(a.street_address_2), '')) AS address,
       a.postal_code AS zipcode,
       a.country_area AS state,
       a.country
  FROM {schema}.account_address a
$preset$, NULL),
	-- a product is a variant; below, those that orders have and the catalogue no longer
	('saleor', 'products', '{}', $preset$
SELECT v.id::text AS product_id,
       concat_ws(' / ', p.name, nullif(btrim(v.name), '')) AS name,
       -- one price per channel
       (SELECT x.price_amount
          FROM {schema}.product_productvariantchannellisting x
          JOIN {schema}.channel_channel h ON h.id = x.channel_id
         WHERE x.variant_id = v.id
           AND x.price_amount IS NOT NULL
           AND ({channel}::text IS NULL OR h.slug = {channel})
           AND ({currency}::text IS NULL OR x.currency = {currency})
         ORDER BY x.channel_id, x.id
         LIMIT 1) AS price,
       -- unknown where stock is not counted
       CASE WHEN v.track_inventory THEN coalesce(s.inventory, 0) END::integer AS inventory,
       c.name AS category
  FROM {schema}.product_productvariant v
  JOIN {schema}.product_product p ON p.id = v.product_id
  LEFT JOIN {schema}.product_category c ON c.id = p.category_id
  LEFT JOIN (
        SELECT x.product_variant_id, sum(x.quantity - x.quantity_allocated) AS inventory
          FROM {schema}.warehouse_stock x
         GROUP BY x.product_variant_id) s ON s.product_variant_id = v.id
UNION ALL
SELECT d.product_id, d.name, d.price, NULL, NULL
  FROM (
        SELECT DISTINCT ON (k.product_id)
               k.product_id,
               concat_ws(' / ', l.product_name, nullif(btrim(l.variant_name), '')) AS name,
               l.undiscounted_unit_price_gross_amount AS price
          FROM {schema}.order_orderline l
          CROSS JOIN LATERAL (
                -- the id of a deleted variant is kept in base64, as ProductVariant:7
                SELECT CASE WHEN l.product_variant_id ~ '^UHJvZHVjdFZhcmlhbnQ6([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
                            THEN substr(encode(decode(l.product_variant_id, 'base64'), 'escape'), 16)
                            ELSE 'deleted:' || coalesce(nullif(btrim(l.product_variant_id), ''), nullif(btrim(l.product_sku), ''), l.product_name) END AS product_id) k
         WHERE l.variant_id IS NULL
           AND NOT EXISTS (SELECT FROM {schema}.product_productvariant v WHERE v.id::text = k.product_id)
         ORDER BY k.product_id, l.undiscounted_unit_price_gross_amount > 0 DESC, l.created_at DESC, l.id) d
$preset$, NULL),
	-- terms are known where a voucher takes off the whole order
	('saleor', 'promos', '{}', $preset$
SELECT v.id AS promo_id,
       CASE WHEN v.type = 'entire_order' AND NOT v.apply_once_per_order AND v.discount_value_type = 'fixed'
            THEN nullif(d.discount_value, 0) END AS discount,
       CASE WHEN v.type = 'entire_order' AND NOT v.apply_once_per_order AND v.discount_value_type = 'percentage'
            THEN nullif(d.discount_value, 0) END AS percent,
       CASE WHEN v.start_date <= now() AND (v.end_date IS NULL OR v.end_date > now()) AND c.is_active
            THEN 'active' ELSE 'inactive' END AS status,
       CASE WHEN c.codes = 1 THEN c.code END AS code,
       v.name
  FROM {schema}.discount_voucher v
  CROSS JOIN LATERAL (
        SELECT count(*) AS codes, min(x.code) AS code, coalesce(bool_or(x.is_active), false) AS is_active
          FROM {schema}.discount_vouchercode x
         WHERE x.voucher_id = v.id) c
  LEFT JOIN LATERAL (
        SELECT x.discount_value
          FROM {schema}.discount_voucherchannellisting x
          JOIN {schema}.channel_channel h ON h.id = x.channel_id
         WHERE x.voucher_id = v.id
           AND ({channel}::text IS NULL OR h.slug = {channel})
           AND ({currency}::text IS NULL OR x.currency = {currency})
         ORDER BY x.channel_id, x.id
         LIMIT 1) d ON true
$preset$, NULL),
	('saleor', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       CASE WHEN {identity} = 'email' THEN lower(coalesce(nullif(btrim(u.email), ''), nullif(btrim(o.user_email), '')))
            ELSE o.user_id::text END AS user_id,
       o.voucher_id AS promo_id,
       o.shipping_address_id AS address_id,
       o.created_at,
       o.currency,
       m.order_cost,
       m.shipping_cost,
       o.total_gross_amount AS order_total,
       greatest(m.order_cost + m.shipping_cost - o.total_gross_amount, 0) AS discount,
       y.refunded,
       f.tracking_id,
       o.shipping_method_name AS shipping_service,
       o.status,
       o.status = 'canceled' AS is_cancelled,
       h.slug AS channel,
       o.number,
       o.voucher_code
  FROM {schema}.order_order o
  LEFT JOIN {schema}.channel_channel h ON h.id = o.channel_id
  LEFT JOIN {schema}.account_user u ON u.id = o.user_id
  -- the undiscounted total has the undiscounted shipping in it; what a voucher
  -- took off shipping is put back
  CROSS JOIN LATERAL (
        SELECT o.undiscounted_total_gross_amount - greatest(o.undiscounted_base_shipping_price_amount, o.base_shipping_price_amount) AS order_cost,
               o.shipping_price_gross_amount + greatest(o.undiscounted_base_shipping_price_amount - o.base_shipping_price_amount, 0) AS shipping_cost) m
  -- transactions, and payments as they were before
  CROSS JOIN LATERAL (
        SELECT coalesce((SELECT sum(x.refunded_value)
                           FROM {schema}.payment_transactionitem x
                          WHERE x.order_id = o.id), 0)
             + coalesce((SELECT sum(x.amount)
                           FROM {schema}.payment_transaction x
                           JOIN {schema}.payment_payment p ON p.id = x.payment_id
                          WHERE p.order_id = o.id AND x.kind = 'refund' AND x.is_success), 0) AS refunded) y
  LEFT JOIN LATERAL (
        SELECT max(nullif(btrim(x.tracking_number), '')) AS tracking_id
          FROM {schema}.order_fulfillment x
         WHERE x.order_id = o.id AND x.status <> 'canceled') f ON true
 WHERE o.status NOT IN ('draft', 'expired', 'unconfirmed')
   AND o.origin <> 'reissue'
   AND ({currency}::text IS NULL OR o.currency = {currency})
   AND ({channel}::text IS NULL OR h.slug = {channel})
   AND ({orders} <> 'paid' OR o.charge_status IN ('full', 'overcharged'))
$preset$, '{"status": ["unfulfilled", "partially fulfilled", "fulfilled", "partially_returned", "returned", "canceled"]}'),
	-- replaced goods do not count as sent back: what replaces them is no order here
	('saleor', 'order_items', '{}', $preset$
SELECT l.order_id,
       k.product_id,
       sum(l.quantity)::integer AS quantity,
       sum(l.undiscounted_total_price_gross_amount) / sum(l.quantity) AS unit_price,
       sum(coalesce(r.quantity, 0))::integer AS returned_quantity,
       o.currency
  FROM {schema}.order_orderline l
  JOIN {schema}.order_order o ON o.id = l.order_id
  LEFT JOIN {schema}.channel_channel h ON h.id = o.channel_id
  CROSS JOIN LATERAL (
        -- the id of a deleted variant is kept in base64, as ProductVariant:7
        SELECT coalesce(l.variant_id::text,
                        CASE WHEN l.product_variant_id ~ '^UHJvZHVjdFZhcmlhbnQ6([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
                             THEN substr(encode(decode(l.product_variant_id, 'base64'), 'escape'), 16)
                             ELSE 'deleted:' || coalesce(nullif(btrim(l.product_variant_id), ''), nullif(btrim(l.product_sku), ''), l.product_name) END) AS product_id) k
  LEFT JOIN (
        SELECT x.order_line_id, sum(x.quantity) AS quantity
          FROM {schema}.order_fulfillmentline x
          JOIN {schema}.order_fulfillment f ON f.id = x.fulfillment_id
         WHERE f.status IN ('returned', 'refunded_and_returned')
         GROUP BY x.order_line_id) r ON r.order_line_id = l.id
 WHERE o.status NOT IN ('draft', 'expired', 'unconfirmed')
   AND o.origin <> 'reissue'
   AND l.quantity > 0
   AND ({currency}::text IS NULL OR o.currency = {currency})
   AND ({channel}::text IS NULL OR h.slug = {channel})
   AND ({orders} <> 'paid' OR o.charge_status IN ('full', 'overcharged'))
 GROUP BY l.order_id, k.product_id, o.currency
$preset$, NULL),
	-- Saleor keeps checkouts, not visits
	('saleor', 'events', '{}', NULL, NULL);
