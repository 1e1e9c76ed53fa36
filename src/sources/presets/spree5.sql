-- Preset: Spree 5.  Carts share the table of orders (completed_at is NULL); times have
-- no zone; promo_total is negative and one of several adjustments; the master variant
-- of a product with variants is not for sale.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('spree5', 'Spree 5', 'shop',
	'{"spree_users": ["id", "first_name", "last_name", "email", "phone", "created_at", "updated_at", "ship_address_id", "bill_address_id"],
	  "spree_addresses": ["id", "firstname", "lastname", "phone", "address1", "address2", "zipcode", "state_id", "state_name", "country_id"],
	  "spree_states": ["id", "abbr"],
	  "spree_countries": ["id", "iso"],
	  "spree_stores": ["id", "default", "default_currency"],
	  "spree_products": ["id", "name"],
	  "spree_product_translations": ["spree_product_id", "locale", "name"],
	  "spree_variants": ["id", "product_id", "is_master", "sku", "track_inventory", "deleted_at"],
	  "spree_prices": ["variant_id", "amount", "currency", "deleted_at", "price_list_id"],
	  "spree_stock_items": ["variant_id", "stock_location_id", "count_on_hand", "deleted_at"],
	  "spree_stock_locations": ["id", "active"],
	  "spree_products_taxons": ["id", "product_id", "taxon_id", "position"],
	  "spree_taxons": ["id", "name"],
	  "spree_promotions": ["id", "code", "starts_at", "expires_at"],
	  "spree_promotion_actions": ["id", "promotion_id", "type", "deleted_at"],
	  "spree_calculators": ["calculable_type", "calculable_id", "type", "preferences", "deleted_at"],
	  "spree_adjustments": ["order_id", "source_type", "source_id", "amount", "eligible"],
	  "spree_orders": ["id", "number", "user_id", "email", "state", "payment_state", "shipment_state", "completed_at", "currency", "channel", "store_id", "bill_address_id", "ship_address_id", "item_total", "shipment_total", "adjustment_total", "promo_total", "additional_tax_total", "total"],
	  "spree_line_items": ["order_id", "variant_id", "quantity", "price"],
	  "spree_shipments": ["id", "order_id", "state", "tracking"],
	  "spree_shipping_rates": ["shipment_id", "shipping_method_id", "selected"],
	  "spree_shipping_methods": ["id", "name"],
	  "spree_inventory_units": ["order_id", "variant_id", "state", "quantity"],
	  "spree_payments": ["id", "order_id"],
	  "spree_refunds": ["payment_id", "amount"]}',
	'{"currency": {"default": null, "description": "Orders in this currency only, and list prices in it. Default: all orders, and list prices in the currency of the default store."},
	  "store": {"default": null, "description": "Id of a store: its orders only. Default: the orders of all stores."},
	  "language": {"default": null, "description": "Language of product names, such as de. Default: the names of the products themselves."},
	  "orders": {"default": "placed", "values": ["placed", "paid"], "description": "placed: every order completed; paid: only those paid in full."},
	  "detail": {"default": "full", "values": ["full", "order"], "description": "full: orders with promo, refunds and parcels; order: the table of orders alone, so that builds look at changed rows only."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is an account, guests have none; email: a user is an e-mail address."},
	  "time_zone": {"default": "UTC", "description": "Zone of the times that Rails writes."}}',
	-- back orders make the stock negative; not every variant has a price in every currency
	'{"34": "warn", "36": "warn"}',
	'facts',
	'Products are variants. Of several promos of an order the one that took off most counts. Manual charges count as shipping, manual credits as discount. A partially canceled order is not cancelled. There are no events, no estimates of delivery and no deliveries: spree_shipments.shipped_at says when a parcel left. spree_users is the application''s own table: another name or other columns need an edit of users, and with identity email of orders. A promo is active by the clock; its terms come from the calculator''s preferences (YAML) where they are a flat amount or a percentage. Price lists are not read.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	('spree5', 'users', '{}', $preset$
SELECT u.id AS user_id,
       u.first_name,
       u.last_name,
       u.email,
       u.phone AS phone_number,
       u.created_at,
       u.updated_at,
       coalesce(u.ship_address_id, u.bill_address_id) AS address_id
  FROM {schema}.spree_users u
$preset$, NULL),
	-- accounts before guests: they know more
	('spree5', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (p.user_id)
       p.user_id, p.first_name, p.last_name, p.email, p.phone_number,
       p.created_at, p.updated_at, p.address_id
  FROM (SELECT coalesce(nullif(lower(btrim(u.email)), ''), u.id::text) AS user_id,
               u.first_name, u.last_name, u.email, u.phone AS phone_number,
               u.created_at, u.updated_at,
               coalesce(u.ship_address_id, u.bill_address_id) AS address_id,
               false AS is_guest
          FROM {schema}.spree_users u
         UNION ALL
        SELECT lower(btrim(o.email)),
               a.firstname, a.lastname, o.email, a.phone,
               o.completed_at, o.completed_at, o.ship_address_id, true
          FROM {schema}.spree_orders o
          LEFT JOIN {schema}.spree_users u ON u.id = o.user_id
          LEFT JOIN {schema}.spree_addresses a ON a.id = coalesce(o.bill_address_id, o.ship_address_id)
         WHERE u.id IS NULL AND o.completed_at IS NOT NULL AND btrim(o.email) <> '') p
 ORDER BY p.user_id, p.is_guest, p.created_at
$preset$, NULL),
	-- deleted addresses stay: orders refer to them
	('spree5', 'addresses', '{}', $preset$
SELECT a.id AS address_id,
       concat_ws(', ', nullif(btrim(a.address1), ''), nullif(btrim(a.address2), '')) AS address,
       a.zipcode,
       coalesce(nullif(btrim(s.abbr), ''), a.state_name) AS state,
       c.iso AS country
  FROM {schema}.spree_addresses a
  LEFT JOIN {schema}.spree_states s ON s.id = a.state_id
  LEFT JOIN {schema}.spree_countries c ON c.id = a.country_id
$preset$, NULL),
	('spree5', 'products', '{}', $preset$
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
  LEFT JOIN (SELECT i.variant_id, sum(i.count_on_hand) AS units
               FROM {schema}.spree_stock_items i
               JOIN {schema}.spree_stock_locations l ON l.id = i.stock_location_id
              WHERE i.deleted_at IS NULL AND l.active IS NOT FALSE
              GROUP BY i.variant_id) st ON st.variant_id = v.id
  LEFT JOIN (SELECT pt.product_id, (array_agg(x.name ORDER BY pt.position, pt.id))[1] AS name
               FROM {schema}.spree_products_taxons pt
               JOIN {schema}.spree_taxons x ON x.id = pt.taxon_id
              GROUP BY pt.product_id) tx ON tx.product_id = p.id
 -- the master of a product with variants is not for sale; it may have been
 WHERE v.is_master IS NOT TRUE
    OR NOT EXISTS (SELECT FROM {schema}.spree_variants o
                    WHERE o.product_id = v.product_id AND o.is_master IS NOT TRUE AND o.deleted_at IS NULL)
    OR EXISTS (SELECT FROM {schema}.spree_line_items li WHERE li.variant_id = v.id)
$preset$, NULL),
	('spree5', 'promos', '{}', $preset$
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
	-- promo_total is negative; what is neither promo nor tax was added by hand
	('spree5', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       o.user_id,
       pr.promotion_id AS promo_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.shipment_total + greatest(m.other, 0) AS shipping_cost,
       o.total AS order_total,
       sh.tracking AS tracking_id,
       sh.method AS shipping_service,
       o.state AS status,
       - coalesce(o.promo_total, 0) - least(m.other, 0) AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       rf.amount AS refunded,
       o.currency,
       o.state = 'canceled' AS is_cancelled,
       o.channel,
       o.number,
       o.payment_state,
       o.shipment_state
  FROM {schema}.spree_orders o
 CROSS JOIN LATERAL (SELECT o.adjustment_total - coalesce(o.promo_total, 0) - coalesce(o.additional_tax_total, 0) AS other) m
  -- spree_order_promotions also has those that a better one has beaten
  LEFT JOIN (SELECT DISTINCT ON (a.order_id) a.order_id, p.promotion_id
               FROM {schema}.spree_adjustments a
               JOIN {schema}.spree_promotion_actions p ON p.id = a.source_id
              WHERE a.source_type = 'Spree::PromotionAction' AND a.eligible AND a.amount <> 0
              GROUP BY a.order_id, p.promotion_id
              ORDER BY a.order_id, sum(a.amount), p.promotion_id) pr ON pr.order_id = o.id
  LEFT JOIN (SELECT s.order_id, min(nullif(btrim(s.tracking), '')) AS tracking, min(sm.name) AS method
               FROM {schema}.spree_shipments s
               LEFT JOIN {schema}.spree_shipping_rates r ON r.shipment_id = s.id AND r.selected
               LEFT JOIN {schema}.spree_shipping_methods sm ON sm.id = r.shipping_method_id
              WHERE s.state <> 'canceled'
              GROUP BY s.order_id) sh ON sh.order_id = o.id
  LEFT JOIN (SELECT py.order_id, sum(f.amount) AS amount
               FROM {schema}.spree_refunds f
               JOIN {schema}.spree_payments py ON py.id = f.payment_id
              GROUP BY py.order_id) rf ON rf.order_id = o.id
 WHERE o.completed_at IS NOT NULL  -- the others are carts
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({orders} = 'placed' OR o.payment_state IN ('paid', 'credit_owed'))
$preset$, '{"status": ["complete", "resumed", "awaiting_return", "returned", "partially_canceled", "canceled"]}'),
	('spree5', 'orders', '{"identity": "email"}', $preset$
SELECT o.id AS order_id,
       coalesce(nullif(lower(btrim(u.email)), ''), u.id::text, nullif(lower(btrim(o.email)), '')) AS user_id,
       pr.promotion_id AS promo_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.shipment_total + greatest(m.other, 0) AS shipping_cost,
       o.total AS order_total,
       sh.tracking AS tracking_id,
       sh.method AS shipping_service,
       o.state AS status,
       - coalesce(o.promo_total, 0) - least(m.other, 0) AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       rf.amount AS refunded,
       o.currency,
       o.state = 'canceled' AS is_cancelled,
       o.channel,
       o.number,
       o.payment_state,
       o.shipment_state
  FROM {schema}.spree_orders o
  LEFT JOIN {schema}.spree_users u ON u.id = o.user_id
 CROSS JOIN LATERAL (SELECT o.adjustment_total - coalesce(o.promo_total, 0) - coalesce(o.additional_tax_total, 0) AS other) m
  -- spree_order_promotions also has those that a better one has beaten
  LEFT JOIN (SELECT DISTINCT ON (a.order_id) a.order_id, p.promotion_id
               FROM {schema}.spree_adjustments a
               JOIN {schema}.spree_promotion_actions p ON p.id = a.source_id
              WHERE a.source_type = 'Spree::PromotionAction' AND a.eligible AND a.amount <> 0
              GROUP BY a.order_id, p.promotion_id
              ORDER BY a.order_id, sum(a.amount), p.promotion_id) pr ON pr.order_id = o.id
  LEFT JOIN (SELECT s.order_id, min(nullif(btrim(s.tracking), '')) AS tracking, min(sm.name) AS method
               FROM {schema}.spree_shipments s
               LEFT JOIN {schema}.spree_shipping_rates r ON r.shipment_id = s.id AND r.selected
               LEFT JOIN {schema}.spree_shipping_methods sm ON sm.id = r.shipping_method_id
              WHERE s.state <> 'canceled'
              GROUP BY s.order_id) sh ON sh.order_id = o.id
  LEFT JOIN (SELECT py.order_id, sum(f.amount) AS amount
               FROM {schema}.spree_refunds f
               JOIN {schema}.spree_payments py ON py.id = f.payment_id
              GROUP BY py.order_id) rf ON rf.order_id = o.id
 WHERE o.completed_at IS NOT NULL  -- the others are carts
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({orders} = 'placed' OR o.payment_state IN ('paid', 'credit_owed'))
$preset$, '{"status": ["complete", "resumed", "awaiting_return", "returned", "partially_canceled", "canceled"]}'),
	('spree5', 'orders', '{"identity": "account", "detail": "order"}', $preset$
SELECT o.id AS order_id,
       o.user_id,
       coalesce(o.ship_address_id, o.bill_address_id) AS address_id,
       o.completed_at AS created_at,
       o.item_total AS order_cost,
       o.shipment_total + greatest(o.adjustment_total - coalesce(o.promo_total, 0) - coalesce(o.additional_tax_total, 0), 0) AS shipping_cost,
       o.total AS order_total,
       o.state AS status,
       - coalesce(o.promo_total, 0) - least(o.adjustment_total - coalesce(o.promo_total, 0) - coalesce(o.additional_tax_total, 0), 0) AS discount,
       coalesce(o.additional_tax_total, 0) AS tax,
       o.currency,
       o.state = 'canceled' AS is_cancelled,
       o.channel,
       o.number,
       o.payment_state,
       o.shipment_state
  FROM {schema}.spree_orders o
 WHERE o.completed_at IS NOT NULL  -- the others are carts
   AND ({currency}::text IS NULL OR o.currency = upper({currency}))
   AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
   AND ({orders} = 'placed' OR o.payment_state IN ('paid', 'credit_owed'))
$preset$, '{"status": ["complete", "resumed", "awaiting_return", "returned", "partially_canceled", "canceled"]}'),
	-- a variant may be on several lines of an order
	('spree5', 'order_items', '{}', $preset$
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
           AND o.completed_at IS NOT NULL
           AND ({currency}::text IS NULL OR o.currency = upper({currency}))
           AND ({store}::bigint IS NULL OR o.store_id = {store}::bigint)
           AND ({orders} = 'placed' OR o.payment_state IN ('paid', 'credit_owed'))
         GROUP BY l.order_id, l.variant_id) li
  LEFT JOIN (SELECT i.order_id, i.variant_id, sum(i.quantity) AS units
               FROM {schema}.spree_inventory_units i
              WHERE i.state = 'returned'
              GROUP BY i.order_id, i.variant_id) iu
    ON iu.order_id = li.order_id AND iu.variant_id = li.variant_id
$preset$, NULL),
	('spree5', 'events', '{}', NULL, NULL);
