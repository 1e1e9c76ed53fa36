-- Preset: Medusa 2.  Items, shipping and discounts are kept once per version of an
-- order; drafts share the table of orders; amounts are not cents; totals fall when
-- goods come back, so they are computed here from the lines as ordered.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('medusa', 'Medusa 2', 'shop',
	'{"customer": ["id", "first_name", "last_name", "email", "phone", "has_account", "created_at", "updated_at"],
	  "order_address": ["id", "address_1", "address_2", "postal_code", "province", "country_code"],
	  "product": ["id", "title"],
	  "product_variant": ["id", "product_id", "title", "manage_inventory"],
	  "product_category": ["id", "name", "deleted_at"],
	  "product_category_product": ["product_id", "product_category_id"],
	  "product_variant_price_set": ["variant_id", "price_set_id", "deleted_at"],
	  "price": ["id", "price_set_id", "currency_code", "amount", "price_list_id", "rules_count", "min_quantity", "deleted_at"],
	  "store_currency": ["currency_code", "is_default", "deleted_at"],
	  "product_variant_inventory_item": ["variant_id", "inventory_item_id", "required_quantity", "deleted_at"],
	  "inventory_level": ["inventory_item_id", "stocked_quantity", "reserved_quantity", "deleted_at"],
	  "promotion": ["id", "code", "status", "type", "campaign_id", "deleted_at"],
	  "promotion_application_method": ["id", "promotion_id", "type", "value", "target_type", "deleted_at"],
	  "promotion_campaign": ["id", "starts_at", "ends_at"],
	  "order": ["id", "display_id", "version", "customer_id", "sales_channel_id", "status", "is_draft_order", "currency_code", "shipping_address_id", "created_at", "canceled_at", "deleted_at"],
	  "order_item": ["order_id", "item_id", "version", "quantity", "unit_price", "return_received_quantity", "return_dismissed_quantity", "deleted_at"],
	  "order_line_item": ["id", "variant_id", "unit_price", "is_tax_inclusive"],
	  "order_line_item_tax_line": ["item_id", "rate", "deleted_at"],
	  "order_line_item_adjustment": ["item_id", "promotion_id", "version", "amount", "is_tax_inclusive", "deleted_at"],
	  "order_shipping": ["order_id", "version", "shipping_method_id", "return_id", "deleted_at"],
	  "order_shipping_method": ["id", "name", "amount", "is_tax_inclusive"],
	  "order_shipping_method_tax_line": ["shipping_method_id", "rate", "deleted_at"],
	  "order_shipping_method_adjustment": ["shipping_method_id", "promotion_id", "version", "amount", "deleted_at"],
	  "order_promotion": ["order_id", "promotion_id", "deleted_at"],
	  "order_transaction": ["order_id", "amount", "deleted_at"],
	  "order_fulfillment": ["order_id", "fulfillment_id", "deleted_at"],
	  "fulfillment": ["id", "delivered_at", "canceled_at", "deleted_at"],
	  "fulfillment_label": ["fulfillment_id", "tracking_number", "deleted_at"],
	  "sales_channel": ["id", "name"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only, and list prices in it, in small letters as in the shop: eur. Default: all orders, and list prices in the currency of the store."},
	  "channel": {"default": null, "description": "Id or name of a sales channel: its orders only. Default: all."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order placed; paid: those with a payment captured."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is a customer; a guest and an account of one person are two. email: a user is an e-mail address."}}',
	-- back orders may make the stock negative; a price list need not have every currency
	'{"34": "warn", "36": "warn"}',
	'rows',
	'Totals are as ordered, from lines, shipping, taxes and discounts of the current version; what came back is in refunded and returned_quantity. Credit lines are taken for a means of payment. Tax is what is added on top. Shipping of a return counts in the total, as in Medusa. Of several promotions of an order the one that took off most counts; attributes has all as promo_ids. Items without variant, as drafts may have them, are left out, so such an order costs more than its items. Only addresses that orders went to are read. There are no events and no estimates of delivery. A promo is active by the clock.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- deleted customers stay: orders refer to them; guests are customers too
	('medusa', 'users', '{}', $preset$
SELECT c.id AS user_id,
       c.first_name,
       c.last_name,
       c.email,
       c.phone AS phone_number,
       c.created_at,
       c.updated_at
  FROM {schema}.customer c
$preset$, NULL),
	-- of a guest and an account the account's row
	('medusa', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (lower(btrim(c.email)))
       lower(btrim(c.email)) AS user_id,
       c.first_name,
       c.last_name,
       c.email,
       c.phone AS phone_number,
       c.created_at,
       c.updated_at
  FROM {schema}.customer c
 WHERE btrim(c.email) <> ''
 ORDER BY lower(btrim(c.email)), c.has_account DESC, c.created_at, c.id
$preset$, NULL),
	('medusa', 'addresses', '{}', $preset$
SELECT a.id AS address_id,
       concat_ws(', ', nullif(btrim(a.address_1), ''), nullif(btrim(a.address_2), '')) AS address,
       a.postal_code AS zipcode,
       a.province AS state,
       a.country_code AS country
  FROM {schema}.order_address a
$preset$, NULL),
	-- a product is a variant: that is what has a price and a stock
	('medusa', 'products', '{}', $preset$
SELECT v.id AS product_id,
       concat_ws(' / ', d.title, v.title) AS name,
       -- the plain price: no price list, no rule, no minimum
       (SELECT x.amount
          FROM {schema}.product_variant_price_set k
          JOIN {schema}.price x ON x.price_set_id = k.price_set_id
         WHERE k.variant_id = v.id
           AND x.currency_code = coalesce({currency}, (
                SELECT min(y.currency_code)
                  FROM {schema}.store_currency y
                 WHERE y.is_default AND y.deleted_at IS NULL))
           AND x.price_list_id IS NULL
           AND coalesce(x.rules_count, 0) = 0
           AND x.min_quantity IS NULL
         ORDER BY x.deleted_at IS NULL DESC, k.deleted_at IS NULL DESC, x.id
         LIMIT 1) AS price,
       -- of a kit the part that there is least of; unknown where stock is not counted
       CASE WHEN v.manage_inventory THEN (
            SELECT min(floor(l.free / k.required_quantity))
              FROM {schema}.product_variant_inventory_item k
              CROSS JOIN LATERAL (
                    SELECT coalesce(sum(x.stocked_quantity - x.reserved_quantity), 0) AS free
                      FROM {schema}.inventory_level x
                     WHERE x.inventory_item_id = k.inventory_item_id
                       AND x.deleted_at IS NULL) l
             WHERE k.variant_id = v.id
               AND k.deleted_at IS NULL
               AND k.required_quantity > 0) END::integer AS inventory,
       (SELECT min(c.name)
          FROM {schema}.product_category_product k
          JOIN {schema}.product_category c ON c.id = k.product_category_id
         WHERE k.product_id = v.product_id
           AND c.deleted_at IS NULL) AS category
  FROM {schema}.product_variant v
  LEFT JOIN {schema}.product d ON d.id = v.product_id
$preset$, NULL),
	-- terms are known where a promotion takes off the whole order
	('medusa', 'promos', '{}', $preset$
SELECT p.id AS promo_id,
       CASE WHEN m.type = 'fixed' THEN m.value END AS discount,
       CASE WHEN m.type = 'percentage' THEN m.value END AS percent,
       CASE WHEN p.status = 'active' AND p.deleted_at IS NULL
             AND (g.starts_at IS NULL OR g.starts_at <= now())
             AND (g.ends_at IS NULL OR g.ends_at > now())
            THEN 'active' ELSE 'inactive' END AS status,
       p.code
  FROM {schema}.promotion p
  LEFT JOIN {schema}.promotion_campaign g ON g.id = p.campaign_id
  LEFT JOIN LATERAL (
        SELECT x.type, nullif(x.value, 0) AS value
          FROM {schema}.promotion_application_method x
         WHERE x.promotion_id = p.id
           AND p.type = 'standard'
           AND x.target_type = 'order'
         ORDER BY x.deleted_at IS NULL DESC, x.id
         LIMIT 1) m ON true
$preset$, NULL),
	('medusa', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       CASE WHEN {identity} = 'email' THEN nullif(lower(btrim(c.email)), '')
            ELSE o.customer_id END AS user_id,
       p.promo_ids[1] AS promo_id,
       o.shipping_address_id AS address_id,
       o.created_at,
       o.currency_code AS currency,
       round(i.cost, 2) AS order_cost,
       round(s.cost, 2) AS shipping_cost,
       round(m.total, 2) AS order_total,
       round(i.tax + s.tax, 2) AS tax,
       round(i.discount + s.discount, 2) AS discount,
       -- what was given back, in money or in goods of an exchange; not what an edit took off the total
       round(greatest(least(m.total - y.paid + y.refunded, y.refunded + i.returned), 0), 2) AS refunded,
       f.tracking_id,
       s.shipping_service,
       f.delivered_at,
       o.status::text AS status,
       o.status::text = 'canceled' OR o.canceled_at IS NOT NULL AS is_cancelled,
       h.name AS channel,
       o.display_id,
       p.promo_ids
  FROM {schema}."order" o
  LEFT JOIN {schema}.customer c ON c.id = o.customer_id
  LEFT JOIN {schema}.sales_channel h ON h.id = o.sales_channel_id
  -- left joins of one row each: what is not asked for is not read;
  -- an item has one row per version of the order: the current one counts
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(q.cost), 0) AS cost,
               coalesce(sum(q.discount), 0) AS discount,
               coalesce(sum(q.tax), 0) AS tax,
               coalesce(sum((q.cost - q.discount + q.tax) * q.returned_share), 0) AS returned
          FROM {schema}.order_item x
          JOIN {schema}.order_line_item l ON l.id = x.item_id
          CROSS JOIN LATERAL (
                SELECT coalesce(sum(t.rate), 0) * 0.01 AS rate
                  FROM {schema}.order_line_item_tax_line t
                 WHERE t.item_id = l.id AND t.deleted_at IS NULL) t
          -- a discount with or without tax, taken off a price with or without tax
          CROSS JOIN LATERAL (
                SELECT coalesce(sum(a.amount * CASE WHEN l.is_tax_inclusive = a.is_tax_inclusive THEN 1
                                                    WHEN l.is_tax_inclusive THEN 1 + t.rate
                                                    ELSE 1 / (1 + t.rate) END), 0) AS amount
                  FROM {schema}.order_line_item_adjustment a
                 WHERE a.item_id = l.id AND a.version = o.version AND a.deleted_at IS NULL) a
          CROSS JOIN LATERAL (
                SELECT x.quantity * coalesce(x.unit_price, l.unit_price) AS cost,
                       a.amount AS discount,
                       CASE WHEN l.is_tax_inclusive THEN 0
                            ELSE (x.quantity * coalesce(x.unit_price, l.unit_price) - a.amount) * t.rate END AS tax,
                       (x.return_received_quantity + x.return_dismissed_quantity) / nullif(x.quantity, 0) AS returned_share) q
         WHERE x.order_id = o.id AND x.version = o.version AND x.deleted_at IS NULL) i ON true
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(l.amount), 0) AS cost,
               coalesce(sum(a.amount), 0) AS discount,
               coalesce(sum(CASE WHEN l.is_tax_inclusive THEN 0 ELSE (l.amount - a.amount) * t.rate END), 0) AS tax,
               min(l.name) FILTER (WHERE x.return_id IS NULL) AS shipping_service
          FROM {schema}.order_shipping x
          JOIN {schema}.order_shipping_method l ON l.id = x.shipping_method_id
          CROSS JOIN LATERAL (
                SELECT coalesce(sum(t.rate), 0) * 0.01 AS rate
                  FROM {schema}.order_shipping_method_tax_line t
                 WHERE t.shipping_method_id = l.id AND t.deleted_at IS NULL) t
          -- a discount of shipping is always without tax
          CROSS JOIN LATERAL (
                SELECT coalesce(sum(a.amount), 0) * CASE WHEN l.is_tax_inclusive THEN 1 + t.rate ELSE 1 END AS amount
                  FROM {schema}.order_shipping_method_adjustment a
                 WHERE a.shipping_method_id = l.id AND a.version = o.version AND a.deleted_at IS NULL) a
         WHERE x.order_id = o.id AND x.version = o.version AND x.deleted_at IS NULL) s ON true
  CROSS JOIN LATERAL (
        SELECT i.cost + s.cost + i.tax + s.tax - i.discount - s.discount AS total) m
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.amount > 0), 0) AS paid,
               coalesce(-sum(x.amount) FILTER (WHERE x.amount < 0), 0) AS refunded
          FROM {schema}.order_transaction x
         WHERE x.order_id = o.id AND x.deleted_at IS NULL) y ON true
  LEFT JOIN LATERAL (
        SELECT array_agg(x.promotion_id ORDER BY a.amount DESC, x.promotion_id) AS promo_ids
          FROM {schema}.order_promotion x
          JOIN {schema}.promotion r ON r.id = x.promotion_id
          -- of several the largest counts
          CROSS JOIN LATERAL (
                SELECT coalesce(sum(b.amount), 0) AS amount
                  FROM (SELECT a.amount
                          FROM {schema}.order_item k
                          JOIN {schema}.order_line_item_adjustment a ON a.item_id = k.item_id
                         WHERE k.order_id = o.id AND k.version = o.version AND k.deleted_at IS NULL
                           AND a.version = o.version AND a.promotion_id = x.promotion_id AND a.deleted_at IS NULL
                        UNION ALL
                        SELECT a.amount
                          FROM {schema}.order_shipping k
                          JOIN {schema}.order_shipping_method_adjustment a ON a.shipping_method_id = k.shipping_method_id
                         WHERE k.order_id = o.id AND k.version = o.version AND k.deleted_at IS NULL
                           AND a.version = o.version AND a.promotion_id = x.promotion_id AND a.deleted_at IS NULL) b) a
         WHERE x.order_id = o.id AND x.deleted_at IS NULL) p ON true
  -- delivered when all of its parcels are
  LEFT JOIN LATERAL (
        SELECT CASE WHEN bool_and(x.delivered_at IS NOT NULL) THEN max(x.delivered_at) END AS delivered_at,
               max(b.tracking_id) AS tracking_id
          FROM {schema}.order_fulfillment k
          JOIN {schema}.fulfillment x ON x.id = k.fulfillment_id
          CROSS JOIN LATERAL (
                SELECT max(nullif(btrim(b.tracking_number), '')) AS tracking_id
                  FROM {schema}.fulfillment_label b
                 WHERE b.fulfillment_id = x.id AND b.deleted_at IS NULL) b
         WHERE k.order_id = o.id
           AND k.deleted_at IS NULL
           AND x.deleted_at IS NULL
           AND x.canceled_at IS NULL) f ON true
 WHERE o.deleted_at IS NULL
   AND NOT o.is_draft_order
   AND o.status::text <> 'draft'
   AND ({currency}::text IS NULL OR o.currency_code = {currency})
   AND ({channel}::text IS NULL OR {channel} IN (h.id, h.name))
   AND ({orders} <> 'paid' OR y.paid > 0)
$preset$, '{"status": ["pending", "completed", "archived", "canceled", "requires_action"]}'),
	('medusa', 'order_items', '{}', $preset$
SELECT x.order_id,
       l.variant_id AS product_id,
       sum(x.quantity)::integer AS quantity,
       sum(x.quantity * coalesce(x.unit_price, l.unit_price)) / sum(x.quantity) AS unit_price,
       sum(x.return_received_quantity + x.return_dismissed_quantity)::integer AS returned_quantity,
       o.currency_code AS currency
  FROM {schema}."order" o
  LEFT JOIN {schema}.sales_channel h ON h.id = o.sales_channel_id
  -- without the version units come out once per version
  JOIN {schema}.order_item x ON x.order_id = o.id AND x.version = o.version AND x.deleted_at IS NULL
  JOIN {schema}.order_line_item l ON l.id = x.item_id
 WHERE o.deleted_at IS NULL
   AND NOT o.is_draft_order
   AND o.status::text <> 'draft'
   AND x.quantity > 0
   AND l.variant_id IS NOT NULL
   AND ({currency}::text IS NULL OR o.currency_code = {currency})
   AND ({channel}::text IS NULL OR {channel} IN (h.id, h.name))
   AND ({orders} <> 'paid' OR EXISTS (
        SELECT FROM {schema}.order_transaction y
         WHERE y.order_id = o.id AND y.deleted_at IS NULL AND y.amount > 0))
 GROUP BY x.order_id, l.variant_id, o.currency_code
$preset$, NULL),
	-- Medusa keeps carts, not visits
	('medusa', 'events', '{}', NULL, NULL);
