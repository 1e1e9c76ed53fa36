-- Preset: Spree 6.  Carts have their own table, but drafts share that of orders; times
-- have no zone; adjustments are discounts (negative), fees and tax in one sum;
-- the master variant of a product with variants is not for sale.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('spree6', 'Spree 6', 'shop',
	'{"spree_customers": ["id", "first_name", "last_name", "email", "phone", "created_at", "updated_at", "ship_address_id", "bill_address_id"],
	  "spree_addresses": ["id", "firstname", "lastname", "phone", "address1", "address2", "zipcode", "state_id", "state_name", "state_code", "country_id", "country_code"],
	  "spree_states": ["id", "abbr"],
	  "spree_countries": ["id", "iso"],
	  "spree_stores": ["id", "default", "default_currency"],
	  "spree_products": ["id", "name"],
	  "spree_product_translations": ["spree_product_id", "locale", "name"],
	  "spree_variants": ["id", "product_id", "is_master", "sku", "track_inventory", "deleted_at"],
	  "spree_prices": ["variant_id", "amount", "currency", "deleted_at", "price_list_id"],
	  "spree_stock_levels": ["variant_id", "stock_location_id", "count_on_hand", "allocated_count", "deleted_at"],
	  "spree_stock_locations": ["id", "active"],
	  "spree_product_categories": ["id", "product_id", "category_id", "position"],
	  "spree_categories": ["id", "name"],
	  "spree_promotions": ["id", "code", "starts_at", "expires_at"],
	  "spree_promotion_actions": ["id", "promotion_id", "type", "deleted_at"],
	  "spree_calculators": ["calculable_type", "calculable_id", "type", "preferences", "deleted_at"],
	  "spree_discounts": ["order_id", "promotion_id", "kind", "amount"],
	  "spree_channels": ["id", "code"],
	  "spree_orders": ["id", "number", "customer_id", "email", "status", "payment_status", "fulfillment_status", "completed_at", "currency", "channel_id", "store_id", "bill_address_id", "ship_address_id", "item_total", "delivery_total", "adjustment_total", "fee_total", "additional_tax_total", "total"],
	  "spree_line_items": ["order_id", "variant_id", "quantity", "price"],
	  "spree_fulfillments": ["id", "order_id", "status", "tracking", "tracking_carrier", "estimated_delivery_at", "delivered_at"],
	  "spree_delivery_rates": ["fulfillment_id", "delivery_method_id", "selected"],
	  "spree_delivery_methods": ["id", "name"],
	  "spree_returns": ["id", "order_id"],
	  "spree_return_line_items": ["return_id", "variant_id", "received_quantity"],
	  "spree_payments": ["id", "order_id"],
	  "spree_refunds": ["payment_id", "order_id", "amount"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only, and list prices in it. Default: all orders, and list prices in the currency of the default store."},
	  "store": {"default": null, "description": "Id of a store: its orders only. Default: the orders of all stores."},
	  "channel": {"default": null, "description": "Id of a channel: its orders only. Default: the orders of all channels."},
	  "language": {"default": null, "description": "Language of product names, such as de. Default: the names of the products themselves."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order completed; paid: only those paid in full, refunded or not."},
	  "detail": {"default": "full", "values": ["full", "order"], "description": "full: orders with promo, refunds and parcels; order: the table of orders alone, so that builds look at changed rows only."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is an account, guests have none; email: a user is an e-mail address."},
	  "time_zone": {"default": "UTC", "description": "Zone of the times that Rails writes."}}',
	-- back orders make the stock negative; not every variant has a price in every currency
	'{"34": "warn", "36": "warn"}',
	'facts',
	'Products are variants. Of several promos of an order the one that took off most counts. Fees count as shipping; discounts given by hand are in discount. An order is delivered when each of its parcels is, and expected when the last is. A checkout split between sellers is several orders. There are no events. A promo is active by the clock; its terms come from the calculator''s preferences (YAML) where they are a flat amount or a percentage. Price lists are not read. Returns made before the upgrade to Spree 6 are not counted in returned_quantity. Facts of an alpha version: names may still change.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	('spree6', 'users', '{}', $preset$
SELECT u.id AS user_id,
       u.first_name,
       u.last_name,
       u.email,
       u.phone AS phone_number,
       u.created_at,
       u.updated_at,
       coalesce(u.ship_address_id, u.bill_address_id) AS address_id
  FROM {schema}.spree_customers u
$preset$, NULL),
	-- accounts before guests: they know more
	('spree6', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (p.user_id)
       p.user_id, p.first_name, p.last_name, p.email, p.phone_number,
       p.created_at, p.updated_at, p.address_id
  FROM (SELECT coalesce(nullif(lower(btrim(u.email)), ''), u.id::text) AS user_id,
               u.first_name, u.last_name, u.email, u.phone AS phone_number,
               u.created_at, u.updated_at,
               coalesce(u.ship_address_id, u.bill_address_id) AS address_id,
               false AS is_guest
          FROM {schema}.spree_customers u
         UNION ALL
        SELECT lower(btrim(o.email)),
               a.firstname, a.lastname, o.email, a.phone,
               o.completed_at, o.completed_at, o.ship_address_id, true
          FROM {schema}.spree_orders o
          LEFT JOIN {schema}.spree_customers u ON u.id = o.customer_id
          LEFT JOIN {schema}.spree_addresses a ON a.id = coalesce(o.bill_address_id, o.ship_address_id)
         WHERE u.id IS NULL AND o.completed_at IS NOT NULL AND o.status <> 'draft' AND btrim(o.email) <> '') p
 ORDER BY p.user_id, p.is_guest, p.created_at
$preset$, NULL),
	-- deleted addresses stay: orders refer to them
	('spree6', 'addresses', '{}', $preset$
SELECT a.id AS address_id,
       concat_ws(', ', nullif(btrim(a.address1), ''), nullif(btrim(a.address2), '')) AS address,
       a.zipcode,
       coalesce(nullif(btrim(a.state_code), ''), nullif(btrim(s.abbr), ''), a.state_name) AS state,
       coalesce(nullif(btrim(a.country_code), ''), c.iso) AS country
  FROM {schema}.spree_addresses a
  LEFT JOIN {schema}.spree_states s ON s.id = a.state_id
  LEFT JOIN {schema}.spree_countries c ON c.id = a.country_id
$preset$, NULL),
	('spree6', 'products', '{}', $preset$
SELECT v.id AS product_id,
       coalesce(nullif(btrim(t.name), ''), p.name) AS name,
       pr.amount AS price,
       CASE WHEN v.track_inventory IS NOT FALSE THEN coalesce(st.units, 0)::integer END AS inventory,
       tx.name AS category,
       v.sku
  FROM {schema}.spree_variants v
  JOIN {schema}.spree_products p ON p.id = v.product_id
  LEFT JOIN {schema}.spree_product_translations t
    ON t.spree_product_id = p.id AND t.locale = {language}
  -- prices of price lists are for some customers only
  LEFT JOIN (SELECT b.variant_id, min(b.amount) AS amount
               FROM {schema}.spree_prices b
              WHERE b.deleted_at IS NULL AND b.price_list_id IS NULL
                AND b.currency = coalesce(upper({currency}),
                    (SELECT d.default_currency FROM {schema}.spree_stores d ORDER BY d."default" DESC, d.id LIMIT 1))
              GROUP BY b.variant_id) pr ON pr.variant_id = v.id
  LEFT JOIN (SELECT i.variant_id, sum(i.count_on_hand - i.allocated_count) AS units
               FROM {schema}.spree_stock_levels i
               JOIN {schema}.spree_stock_locations l ON l.id = i.stock_location_id
              WHERE i.deleted_at IS NULL AND l.active IS NOT FALSE
              GROUP BY i.variant_id) st ON st.variant_id = v.id
  LEFT JOIN (SELECT pt.product_id, (array_agg(x.name ORDER BY pt.position, pt.id))[1] AS name
               FROM {schema}.spree_product_categories pt
               JOIN {schema}.spree_categories x ON x.id = pt.category_id
              GROUP BY pt.product_id) tx ON tx.product_id = p.id
 -- the master of a product with variants is not for sale; it may have been
 WHERE v.is_master IS NOT TRUE
    OR NOT EXISTS (SELECT FROM {schema}.spree_variants o
                    WHERE o.product_id = v.product_id AND o.is_master IS NOT TRUE AND o.deleted_at IS NULL)
    OR EXISTS (SELECT FROM {schema}.spree_line_items li WHERE li.variant_id = v.id)
$preset$, NULL),
	('spree6', 'promos', '{}', $preset$
SELECT p.id AS promo_id,
       t.amount AS discount,
       CASE WHEN p.starts_at AT TIME ZONE {time_zone} > now() OR p.expires_at AT TIME ZONE {time_zone} < now()
            THEN 'inactive' ELSE 'active' END AS status,
       nullif(btrim(p.code), '') AS code,
       CASE WHEN t.amount IS NULL THEN t.percent END AS percent
  FROM {schema}.spree_promotions p
  -- terms are YAML: ":amount: 5" or ":amount: !ruby/object:BigDecimal 18:0.5e1"
  LEFT JOIN (SELECT a.promotion_id,
                    nullif(max(CASE WHEN a.type = 'Spree::Promotion::Actions::CreateAdjustment' THEN
                        substring(c.preferences, ':amount: *(?:!ruby/object:BigDecimal *[0-9]+:)?[''"]?([0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)')::numeric END), 0) AS amount,
                    nullif(max(
                        substring(c.preferences, ':(?:flat_)?percent: *(?:!ruby/object:BigDecimal *[0-9]+:)?[''"]?([0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)')::numeric), 0) AS percent
               FROM {schema}.spree_promotion_actions a
               JOIN {schema}.spree_calculators c
                 ON c.calculable_type = 'Spree::PromotionAction' AND c.calculable_id = a.id
              WHERE a.deleted_at IS NULL AND c.deleted_at IS NULL
                AND c.type IN ('Spree::Calculator::FlatRate', 'Spree::Calculator::FlatPercentItemTotal', 'Spree::Calculator::PercentOnLineItem')
              GROUP BY a.promotion_id) t ON t.promotion_id = p.id
$preset$, NULL),
	-- discount_total leaves out discounts given by hand; adjustment_total has all, fees and tax too
	('spree6', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       o.customer_id AS user_id,
       pr.promotion_id AS promo_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.delivery_total + coalesce(o.fee_total, 0) AS shipping_cost,
       o.total AS order_total,
       sh.tracking AS tracking_id,
       sh.carrier AS shipping_service,
       sh.estimated_delivery_at,
       sh.delivered_at,
       o.status,
       coalesce(o.fee_total, 0) + coalesce(o.additional_tax_total, 0) - o.adjustment_total AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       rf.amount AS refunded,
       o.currency,
       o.status = 'canceled' AS is_cancelled,
       ch.code AS channel,
       o.number,
       o.payment_status,
       o.fulfillment_status
  FROM {schema}.spree_orders o
  -- spree_order_promotions also has those that a better one has beaten
  LEFT JOIN (SELECT DISTINCT ON (d.order_id) d.order_id, d.promotion_id
               FROM {schema}.spree_discounts d
              WHERE d.promotion_id IS NOT NULL AND d.kind = 'promotion' AND d.amount <> 0
              GROUP BY d.order_id, d.promotion_id
              ORDER BY d.order_id, sum(d.amount), d.promotion_id) pr ON pr.order_id = o.id
  LEFT JOIN {schema}.spree_channels ch ON ch.id = o.channel_id
  LEFT JOIN (SELECT s.order_id,
                    min(nullif(btrim(s.tracking), '')) AS tracking,
                    min(coalesce(nullif(btrim(s.tracking_carrier), ''), dm.name)) AS carrier,
                    max(s.estimated_delivery_at) AS estimated_delivery_at,
                    CASE WHEN bool_and(s.delivered_at IS NOT NULL) THEN max(s.delivered_at) END AS delivered_at
               FROM {schema}.spree_fulfillments s
               LEFT JOIN {schema}.spree_delivery_rates r ON r.fulfillment_id = s.id AND r.selected
               LEFT JOIN {schema}.spree_delivery_methods dm ON dm.id = r.delivery_method_id
              WHERE s.status <> 'canceled' AND s.order_id IS NOT NULL
              GROUP BY s.order_id) sh ON sh.order_id = o.id
  LEFT JOIN (SELECT coalesce(f.order_id, py.order_id) AS order_id, sum(f.amount) AS amount
               FROM {schema}.spree_refunds f
               LEFT JOIN {schema}.spree_payments py ON py.id = f.payment_id
              GROUP BY coalesce(f.order_id, py.order_id)) rf ON rf.order_id = o.id
 WHERE o.completed_at IS NOT NULL AND o.status <> 'draft'
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({channel}::bigint IS NULL OR o.channel_id = {channel}::bigint)
   AND ({orders} = 'placed' OR o.payment_status IN ('paid', 'overcharged', 'partially_refunded', 'refunded', 'credit_owed'))
$preset$, '{"status": ["placed", "canceled"]}'),
	('spree6', 'orders', '{"identity": "email"}', $preset$
SELECT o.id AS order_id,
       coalesce(nullif(lower(btrim(u.email)), ''), u.id::text, nullif(lower(btrim(o.email)), '')) AS user_id,
       pr.promotion_id AS promo_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.delivery_total + coalesce(o.fee_total, 0) AS shipping_cost,
       o.total AS order_total,
       sh.tracking AS tracking_id,
       sh.carrier AS shipping_service,
       sh.estimated_delivery_at,
       sh.delivered_at,
       o.status,
       coalesce(o.fee_total, 0) + coalesce(o.additional_tax_total, 0) - o.adjustment_total AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       rf.amount AS refunded,
       o.currency,
       o.status = 'canceled' AS is_cancelled,
       ch.code AS channel,
       o.number,
       o.payment_status,
       o.fulfillment_status
  FROM {schema}.spree_orders o
  LEFT JOIN {schema}.spree_customers u ON u.id = o.customer_id
  -- spree_order_promotions also has those that a better one has beaten
  LEFT JOIN (SELECT DISTINCT ON (d.order_id) d.order_id, d.promotion_id
               FROM {schema}.spree_discounts d
              WHERE d.promotion_id IS NOT NULL AND d.kind = 'promotion' AND d.amount <> 0
              GROUP BY d.order_id, d.promotion_id
              ORDER BY d.order_id, sum(d.amount), d.promotion_id) pr ON pr.order_id = o.id
  LEFT JOIN {schema}.spree_channels ch ON ch.id = o.channel_id
  LEFT JOIN (SELECT s.order_id,
                    min(nullif(btrim(s.tracking), '')) AS tracking,
                    min(coalesce(nullif(btrim(s.tracking_carrier), ''), dm.name)) AS carrier,
                    max(s.estimated_delivery_at) AS estimated_delivery_at,
                    CASE WHEN bool_and(s.delivered_at IS NOT NULL) THEN max(s.delivered_at) END AS delivered_at
               FROM {schema}.spree_fulfillments s
               LEFT JOIN {schema}.spree_delivery_rates r ON r.fulfillment_id = s.id AND r.selected
               LEFT JOIN {schema}.spree_delivery_methods dm ON dm.id = r.delivery_method_id
              WHERE s.status <> 'canceled' AND s.order_id IS NOT NULL
              GROUP BY s.order_id) sh ON sh.order_id = o.id
  LEFT JOIN (SELECT coalesce(f.order_id, py.order_id) AS order_id, sum(f.amount) AS amount
               FROM {schema}.spree_refunds f
               LEFT JOIN {schema}.spree_payments py ON py.id = f.payment_id
              GROUP BY coalesce(f.order_id, py.order_id)) rf ON rf.order_id = o.id
 WHERE o.completed_at IS NOT NULL AND o.status <> 'draft'
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({channel}::bigint IS NULL OR o.channel_id = {channel}::bigint)
   AND ({orders} = 'placed' OR o.payment_status IN ('paid', 'overcharged', 'partially_refunded', 'refunded', 'credit_owed'))
$preset$, '{"status": ["placed", "canceled"]}'),
	('spree6', 'orders', '{"identity": "account", "detail": "order"}', $preset$
SELECT o.id AS order_id,
       o.customer_id AS user_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.delivery_total + coalesce(o.fee_total, 0) AS shipping_cost,
       o.total AS order_total,
       o.status,
       coalesce(o.fee_total, 0) + coalesce(o.additional_tax_total, 0) - o.adjustment_total AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       o.currency,
       o.status = 'canceled' AS is_cancelled,
       o.number,
       o.payment_status,
       o.fulfillment_status
  FROM {schema}.spree_orders o
 WHERE o.completed_at IS NOT NULL AND o.status <> 'draft'
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({channel}::bigint IS NULL OR o.channel_id = {channel}::bigint)
   AND ({orders} = 'placed' OR o.payment_status IN ('paid', 'overcharged', 'partially_refunded', 'refunded', 'credit_owed'))
$preset$, '{"status": ["placed", "canceled"]}'),
	-- a variant may be on several lines of an order
	('spree6', 'order_items', '{}', $preset$
SELECT li.order_id,
       li.variant_id AS product_id,
       li.quantity,
       li.unit_price,
       CASE WHEN iu.units > 0 THEN least(iu.units, li.quantity)::integer END AS returned_quantity
  FROM (SELECT l.order_id, l.variant_id,
               sum(l.quantity)::integer AS quantity,
               trim_scale(sum(l.price * l.quantity) / sum(l.quantity)) AS unit_price
          FROM {schema}.spree_line_items l
          JOIN {schema}.spree_orders o ON o.id = l.order_id
         WHERE l.quantity > 0
           AND o.completed_at IS NOT NULL AND o.status <> 'draft'
           AND ({currency}::text IS NULL OR o.currency = upper({currency}))
           AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
           AND ({channel}::bigint IS NULL OR o.channel_id = {channel}::bigint)
           AND ({orders} = 'placed' OR o.payment_status IN ('paid', 'overcharged', 'partially_refunded', 'refunded', 'credit_owed'))
         GROUP BY l.order_id, l.variant_id) li
  LEFT JOIN (SELECT t.order_id, i.variant_id, sum(i.received_quantity) AS units
               FROM {schema}.spree_return_line_items i
               JOIN {schema}.spree_returns t ON t.id = i.return_id
              GROUP BY t.order_id, i.variant_id) iu
    ON iu.order_id = li.order_id AND iu.variant_id = li.variant_id
$preset$, NULL),
	('spree6', 'events', '{}', NULL, NULL);
