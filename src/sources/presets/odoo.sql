-- Preset: Odoo 17 to 19, with eCommerce, Inventory and Loyalty.  Quotations and web carts
-- share the table of orders; postage and discounts are lines of the order, discounts
-- negative; customers and their addresses are one table; names are JSON by language.
INSERT INTO greenery.presets (preset, title, kind, fingerprint, options, severities, tried_on, notes)
VALUES ('odoo', 'Odoo 17 to 19', 'shop',
	'{"res_partner": ["id", "name", "is_company", "type", "email", "phone", "street", "street2", "zip", "state_id", "country_id", "create_date", "write_date"],
	  "res_country": ["id", "code"],
	  "res_country_state": ["id", "code"],
	  "res_currency": ["id", "name"],
	  "website": ["id", "name"],
	  "product_product": ["id", "product_tmpl_id", "default_code"],
	  "product_template": ["id", "name", "list_price", "categ_id"],
	  "product_category": ["id", "complete_name"],
	  "product_variant_combination": ["product_product_id", "product_template_attribute_value_id"],
	  "product_template_attribute_value": ["id", "price_extra"],
	  "stock_quant": ["product_id", "location_id", "quantity", "reserved_quantity"],
	  "stock_location": ["id", "usage"],
	  "stock_picking": ["sale_id", "state", "date_done", "picking_type_id", "carrier_tracking_ref"],
	  "stock_picking_type": ["id", "code"],
	  "delivery_carrier": ["id", "name"],
	  "loyalty_program": ["id", "program_type", "active", "date_from", "date_to"],
	  "loyalty_rule": ["program_id", "code"],
	  "loyalty_reward": ["id", "program_id", "reward_type", "discount", "discount_mode", "discount_applicability", "required_points"],
	  "sale_order": ["id", "name", "state", "date_order", "commitment_date", "partner_id", "partner_shipping_id", "currency_id", "company_id", "website_id", "carrier_id", "amount_tax", "amount_total", "invoice_status"],
	  "sale_order_line": ["id", "order_id", "product_id", "product_uom_qty", "price_unit", "discount", "price_subtotal", "display_type", "is_downpayment", "is_delivery", "reward_id"],
	  "sale_order_line_invoice_rel": ["order_line_id", "invoice_line_id"],
	  "account_move": ["id", "move_type", "state"],
	  "account_move_line": ["id", "move_id", "price_total"],
	  "website_visitor": ["id", "partner_id", "website_id"],
	  "website_track": ["id", "visitor_id", "url", "visit_datetime", "product_id"]}',
	'{"currency": {"default": null, "description": "Code of a currency, such as EUR: orders in it only. Default: all orders."},
	  "website": {"default": null, "description": "Id of a website: its orders and page views only. Default: all, and what sales people entered."},
	  "company": {"default": null, "description": "Id of a company: its orders only. Default: the orders of all companies."},
	  "language": {"default": "en_US", "description": "Language of names, such as de_DE."},
	  "orders": {"default": "confirmed", "values": ["confirmed", "all"], "description": "confirmed: sales orders; all: with those cancelled, among which Odoo has quotations and carts that were never confirmed."},
	  "identity": {"default": "account", "values": ["account", "email"], "description": "account: a user is a contact; email: a user is an e-mail address."},
	  "time_zone": {"default": "UTC", "description": "Zone of the times: Odoo writes UTC."}}',
	-- Odoo makes products without price itself, and lets the stock be negative
	'{"32": "warn", "34": "warn"}',
	'facts',
	'An order cancelled after it was confirmed looks like a cart that was: orders => all brings both, as cancelled. Amounts are net of tax and tax is added; order_cost is before the discount in per cent of the lines, and discount has that and all negative lines: rewards, gift cards, global discounts. Free products of a reward, postage, down payments and lines without product are no order items. Quantities are rounded to whole units of the line''s unit, whichever that is. delivered_at is when the last delivery order was done: the parcel left then. commitment_date is what was promised. Returned units are not known. A guest gets a contact for every checkout: identity email joins them. website_track has one row for a page in 30 minutes, no visits and no checkouts: visits are cut at pauses of 30 minutes, and conversion is not known. inventory is what is not reserved in internal locations, NULL for what was never stocked. A promo is active by the clock.');

INSERT INTO greenery.preset_queries (preset, source, variant, query, accepted)
VALUES
	-- res_partner holds addresses and suppliers too: contacts, and whoever ordered
	('odoo', 'users', '{}', $preset$
SELECT p.id AS user_id,
       CASE WHEN p.is_company THEN NULL ELSE nullif(btrim(regexp_replace(btrim(p.name), '[^[:space:]]+$', '')), '') END AS first_name,
       CASE WHEN p.is_company THEN p.name ELSE substring(btrim(p.name), '[^[:space:]]+$') END AS last_name,
       p.email,
       p.phone AS phone_number,
       p.create_date AS created_at,
       p.write_date AS updated_at,
       p.id AS address_id
  FROM {schema}.res_partner p
 WHERE p.type = 'contact' OR p.type IS NULL
    OR EXISTS (SELECT FROM {schema}.sale_order o WHERE o.partner_id = p.id)
$preset$, NULL),
	('odoo', 'users', '{"identity": "email"}', $preset$
SELECT DISTINCT ON (coalesce(nullif(lower(btrim(p.email)), ''), p.id::text))
       coalesce(nullif(lower(btrim(p.email)), ''), p.id::text) AS user_id,
       CASE WHEN p.is_company THEN NULL ELSE nullif(btrim(regexp_replace(btrim(p.name), '[^[:space:]]+$', '')), '') END AS first_name,
       CASE WHEN p.is_company THEN p.name ELSE substring(btrim(p.name), '[^[:space:]]+$') END AS last_name,
       p.email,
       p.phone AS phone_number,
       p.create_date AS created_at,
       p.write_date AS updated_at,
       p.id AS address_id
  FROM {schema}.res_partner p
 WHERE p.type = 'contact' OR p.type IS NULL
    OR EXISTS (SELECT FROM {schema}.sale_order o WHERE o.partner_id = p.id)
 ORDER BY coalesce(nullif(lower(btrim(p.email)), ''), p.id::text), p.create_date, p.id
$preset$, NULL),
	('odoo', 'addresses', '{}', $preset$
SELECT p.id AS address_id,
       concat_ws(', ', nullif(btrim(p.street), ''), nullif(btrim(p.street2), '')) AS address,
       p.zip AS zipcode,
       s.code AS state,
       c.code AS country
  FROM {schema}.res_partner p
  LEFT JOIN {schema}.res_country_state s ON s.id = p.state_id
  LEFT JOIN {schema}.res_country c ON c.id = p.country_id
$preset$, NULL),
	('odoo', 'products', '{}', $preset$
SELECT v.id AS product_id,
       coalesce(t.name ->> {language}::text, t.name ->> 'en_US') AS name,
       t.list_price::numeric + coalesce(x.extra::numeric, 0) AS price,
       st.units AS inventory,
       c.complete_name AS category,
       v.default_code
  FROM {schema}.product_product v
  JOIN {schema}.product_template t ON t.id = v.product_tmpl_id
  LEFT JOIN {schema}.product_category c ON c.id = t.categ_id
  LEFT JOIN (SELECT m.product_product_id, sum(a.price_extra) AS extra
               FROM {schema}.product_variant_combination m
               JOIN {schema}.product_template_attribute_value a ON a.id = m.product_template_attribute_value_id
              GROUP BY m.product_product_id) x ON x.product_product_id = v.id
  LEFT JOIN (SELECT q.product_id, floor(sum(q.quantity - q.reserved_quantity))::integer AS units
               FROM {schema}.stock_quant q
               JOIN {schema}.stock_location l ON l.id = q.location_id
              WHERE l.usage = 'internal'
              GROUP BY q.product_id) st ON st.product_id = v.id
$preset$, NULL),
	-- gift cards and wallets are means of payment
	('odoo', 'promos', '{}', $preset$
SELECT p.id AS promo_id,
       CASE WHEN r.discount_mode = 'per_order' THEN r.discount::numeric END AS discount,
       CASE WHEN p.active IS NOT TRUE
              OR p.date_from > (now() AT TIME ZONE {time_zone})::date
              OR p.date_to < (now() AT TIME ZONE {time_zone})::date
            THEN 'inactive' ELSE 'active' END AS status,
       c.code,
       CASE WHEN r.discount_mode = 'percent' THEN r.discount::numeric END AS percent
  FROM {schema}.loyalty_program p
  -- of several rewards the one that is reached first
  LEFT JOIN (SELECT DISTINCT ON (w.program_id) w.program_id, w.discount_mode, w.discount
               FROM {schema}.loyalty_reward w
              WHERE w.reward_type = 'discount' AND w.discount_applicability = 'order'
              ORDER BY w.program_id, w.required_points, w.id) r ON r.program_id = p.id
  LEFT JOIN (SELECT u.program_id, min(btrim(u.code)) AS code
               FROM {schema}.loyalty_rule u
              WHERE btrim(u.code) <> ''
              GROUP BY u.program_id) c ON c.program_id = p.id
 WHERE p.program_type NOT IN ('gift_card', 'ewallet')
$preset$, NULL),
	('odoo', 'orders', '{}', $preset$
SELECT o.id AS order_id,
       o.partner_id AS user_id,
       pr.program_id AS promo_id,
       o.partner_shipping_id AS address_id,
       o.date_order AS created_at,
       coalesce(l.cost, 0) AS order_cost,
       coalesce(l.shipping, 0) AS shipping_cost,
       o.amount_total AS order_total,
       pk.tracking AS tracking_id,
       coalesce(dc.name ->> {language}::text, dc.name ->> 'en_US') AS shipping_service,
       o.commitment_date AS estimated_delivery_at,
       pk.delivered_at,
       o.state AS status,
       coalesce(l.cost, 0) + coalesce(l.shipping, 0) + o.amount_tax - o.amount_total AS discount,
       o.amount_tax AS tax,
       rf.amount AS refunded,
       cu.name AS currency,
       o.state = 'cancel' AS is_cancelled,
       coalesce(ws.name, 'sales') AS channel,
       o.name AS number,
       o.invoice_status
  FROM {schema}.sale_order o
  JOIN {schema}.res_currency cu ON cu.id = o.currency_id
  LEFT JOIN {schema}.website ws ON ws.id = o.website_id
  LEFT JOIN {schema}.delivery_carrier dc ON dc.id = o.carrier_id
  -- cost before the discount in per cent; negative lines are discounts
  LEFT JOIN (SELECT s.order_id,
                    sum(CASE WHEN s.is_delivery IS TRUE OR s.reward_id IS NOT NULL OR s.price_subtotal < 0 THEN 0
                             WHEN s.discount >= 100 THEN round((s.product_uom_qty * s.price_unit)::numeric, 2)
                             ELSE greatest(round((s.price_subtotal / (1 - coalesce(s.discount, 0) / 100))::numeric, 2), s.price_subtotal)
                        END) AS cost,
                    sum(s.price_subtotal) FILTER (WHERE s.is_delivery AND s.price_subtotal > 0 AND s.reward_id IS NULL) AS shipping
               FROM {schema}.sale_order_line s
              WHERE s.display_type IS NULL AND s.is_downpayment IS NOT TRUE
              GROUP BY s.order_id) l ON l.order_id = o.id
  LEFT JOIN (SELECT DISTINCT ON (s.order_id) s.order_id, w.program_id
               FROM {schema}.sale_order_line s
               JOIN {schema}.loyalty_reward w ON w.id = s.reward_id
               JOIN {schema}.loyalty_program g ON g.id = w.program_id
              WHERE g.program_type NOT IN ('gift_card', 'ewallet')
              ORDER BY s.order_id, s.price_subtotal, s.id) pr ON pr.order_id = o.id
  LEFT JOIN (SELECT k.sale_id,
                    min(nullif(btrim(k.carrier_tracking_ref), '')) AS tracking,
                    CASE WHEN bool_and(k.state = 'done') THEN max(k.date_done) END AS delivered_at
               FROM {schema}.stock_picking k
               JOIN {schema}.stock_picking_type y ON y.id = k.picking_type_id
              WHERE y.code = 'outgoing' AND k.state <> 'cancel'
              GROUP BY k.sale_id) pk ON pk.sale_id = o.id
  LEFT JOIN (SELECT s.order_id, sum(ml.price_total) AS amount
               FROM {schema}.sale_order_line s
               JOIN {schema}.sale_order_line_invoice_rel i ON i.order_line_id = s.id
               JOIN {schema}.account_move_line ml ON ml.id = i.invoice_line_id
               JOIN {schema}.account_move mv ON mv.id = ml.move_id
              WHERE mv.move_type = 'out_refund' AND mv.state = 'posted'
              GROUP BY s.order_id) rf ON rf.order_id = o.id
 WHERE (o.state IN ('sale', 'done') OR ({orders} = 'all' AND o.state = 'cancel'))  -- draft and sent are quotations and carts
   AND ({currency}::text IS NULL OR cu.name = upper({currency}))
   AND ({website}::integer IS NULL OR o.website_id = {website}::integer)
   AND ({company}::integer IS NULL OR o.company_id = {company}::integer)
$preset$, '{"status": ["sale", "done", "cancel"]}'),
	('odoo', 'orders', '{"identity": "email"}', $preset$
SELECT o.id AS order_id,
       coalesce(nullif(lower(btrim(p.email)), ''), p.id::text) AS user_id,
       pr.program_id AS promo_id,
       o.partner_shipping_id AS address_id,
       o.date_order AS created_at,
       coalesce(l.cost, 0) AS order_cost,
       coalesce(l.shipping, 0) AS shipping_cost,
       o.amount_total AS order_total,
       pk.tracking AS tracking_id,
       coalesce(dc.name ->> {language}::text, dc.name ->> 'en_US') AS shipping_service,
       o.commitment_date AS estimated_delivery_at,
       pk.delivered_at,
       o.state AS status,
       coalesce(l.cost, 0) + coalesce(l.shipping, 0) + o.amount_tax - o.amount_total AS discount,
       o.amount_tax AS tax,
       rf.amount AS refunded,
       cu.name AS currency,
       o.state = 'cancel' AS is_cancelled,
       coalesce(ws.name, 'sales') AS channel,
       o.name AS number,
       o.invoice_status
  FROM {schema}.sale_order o
  JOIN {schema}.res_partner p ON p.id = o.partner_id
  JOIN {schema}.res_currency cu ON cu.id = o.currency_id
  LEFT JOIN {schema}.website ws ON ws.id = o.website_id
  LEFT JOIN {schema}.delivery_carrier dc ON dc.id = o.carrier_id
  -- cost before the discount in per cent; negative lines are discounts
  LEFT JOIN (SELECT s.order_id,
                    sum(CASE WHEN s.is_delivery IS TRUE OR s.reward_id IS NOT NULL OR s.price_subtotal < 0 THEN 0
                             WHEN s.discount >= 100 THEN round((s.product_uom_qty * s.price_unit)::numeric, 2)
                             ELSE greatest(round((s.price_subtotal / (1 - coalesce(s.discount, 0) / 100))::numeric, 2), s.price_subtotal)
                        END) AS cost,
                    sum(s.price_subtotal) FILTER (WHERE s.is_delivery AND s.price_subtotal > 0 AND s.reward_id IS NULL) AS shipping
               FROM {schema}.sale_order_line s
              WHERE s.display_type IS NULL AND s.is_downpayment IS NOT TRUE
              GROUP BY s.order_id) l ON l.order_id = o.id
  LEFT JOIN (SELECT DISTINCT ON (s.order_id) s.order_id, w.program_id
               FROM {schema}.sale_order_line s
               JOIN {schema}.loyalty_reward w ON w.id = s.reward_id
               JOIN {schema}.loyalty_program g ON g.id = w.program_id
              WHERE g.program_type NOT IN ('gift_card', 'ewallet')
              ORDER BY s.order_id, s.price_subtotal, s.id) pr ON pr.order_id = o.id
  LEFT JOIN (SELECT k.sale_id,
                    min(nullif(btrim(k.carrier_tracking_ref), '')) AS tracking,
                    CASE WHEN bool_and(k.state = 'done') THEN max(k.date_done) END AS delivered_at
               FROM {schema}.stock_picking k
               JOIN {schema}.stock_picking_type y ON y.id = k.picking_type_id
              WHERE y.code = 'outgoing' AND k.state <> 'cancel'
              GROUP BY k.sale_id) pk ON pk.sale_id = o.id
  LEFT JOIN (SELECT s.order_id, sum(ml.price_total) AS amount
               FROM {schema}.sale_order_line s
               JOIN {schema}.sale_order_line_invoice_rel i ON i.order_line_id = s.id
               JOIN {schema}.account_move_line ml ON ml.id = i.invoice_line_id
               JOIN {schema}.account_move mv ON mv.id = ml.move_id
              WHERE mv.move_type = 'out_refund' AND mv.state = 'posted'
              GROUP BY s.order_id) rf ON rf.order_id = o.id
 WHERE (o.state IN ('sale', 'done') OR ({orders} = 'all' AND o.state = 'cancel'))  -- draft and sent are quotations and carts
   AND ({currency}::text IS NULL OR cu.name = upper({currency}))
   AND ({website}::integer IS NULL OR o.website_id = {website}::integer)
   AND ({company}::integer IS NULL OR o.company_id = {company}::integer)
$preset$, '{"status": ["sale", "done", "cancel"]}'),
	-- a product may be on several lines; headings, postage, discounts and rewards are none
	('odoo', 'order_items', '{}', $preset$
SELECT i.order_id,
       i.product_id,
       i.quantity,
       trim_scale(i.cost / i.quantity) AS unit_price
  FROM (SELECT l.order_id, l.product_id,
               greatest(round(sum(l.product_uom_qty::numeric)), 1)::integer AS quantity,
               sum(CASE WHEN l.discount >= 100 THEN round((l.product_uom_qty * l.price_unit)::numeric, 2)
                        ELSE greatest(round((l.price_subtotal / (1 - coalesce(l.discount, 0) / 100))::numeric, 2), l.price_subtotal)
                   END) AS cost
          FROM {schema}.sale_order_line l
          JOIN {schema}.sale_order o ON o.id = l.order_id
          JOIN {schema}.res_currency cu ON cu.id = o.currency_id
         WHERE l.display_type IS NULL AND l.is_downpayment IS NOT TRUE AND l.is_delivery IS NOT TRUE
           AND l.reward_id IS NULL AND l.product_id IS NOT NULL
           AND l.product_uom_qty > 0 AND l.price_subtotal >= 0
           AND (o.state IN ('sale', 'done') OR ({orders} = 'all' AND o.state = 'cancel'))
           AND ({currency}::text IS NULL OR cu.name = upper({currency}))
           AND ({website}::integer IS NULL OR o.website_id = {website}::integer)
           AND ({company}::integer IS NULL OR o.company_id = {company}::integer)
         GROUP BY l.order_id, l.product_id) i
$preset$, NULL),
	('odoo', 'events', '{}', $preset$
SELECT e.id AS event_id,
       e.visitor_id || '-' || count(*) FILTER (WHERE e.begins) OVER (PARTITION BY e.visitor_id ORDER BY e.visit_datetime, e.id) AS session_id,
       e.user_id,
       e.url AS page_url,
       e.visit_datetime AS created_at,
       'page_view' AS event_type,
       e.product_id,
       -- a product that was seen has no URL
       CASE WHEN e.product_id IS NOT NULL THEN 'product' END AS page_kind,
       e.visitor_id
  FROM (SELECT t.id, t.visitor_id, v.partner_id AS user_id, t.url, t.visit_datetime, t.product_id,
               coalesce(t.visit_datetime - lag(t.visit_datetime) OVER (PARTITION BY t.visitor_id ORDER BY t.visit_datetime, t.id)
                        > interval '30 minutes', true) AS begins
          FROM {schema}.website_track t
          JOIN {schema}.website_visitor v ON v.id = t.visitor_id
         WHERE {website}::integer IS NULL OR v.website_id = {website}::integer) e
$preset$, '{"event_type": ["page_view"]}'),
	('odoo', 'events', '{"identity": "email"}', $preset$
SELECT e.id AS event_id,
       e.visitor_id || '-' || count(*) FILTER (WHERE e.begins) OVER (PARTITION BY e.visitor_id ORDER BY e.visit_datetime, e.id) AS session_id,
       e.user_id,
       e.url AS page_url,
       e.visit_datetime AS created_at,
       'page_view' AS event_type,
       e.product_id,
       -- a product that was seen has no URL
       CASE WHEN e.product_id IS NOT NULL THEN 'product' END AS page_kind,
       e.visitor_id
  FROM (SELECT t.id, t.visitor_id, coalesce(nullif(lower(btrim(p.email)), ''), p.id::text) AS user_id, t.url, t.visit_datetime, t.product_id,
               coalesce(t.visit_datetime - lag(t.visit_datetime) OVER (PARTITION BY t.visitor_id ORDER BY t.visit_datetime, t.id)
                        > interval '30 minutes', true) AS begins
          FROM {schema}.website_track t
          JOIN {schema}.website_visitor v ON v.id = t.visitor_id
          LEFT JOIN {schema}.res_partner p ON p.id = v.partner_id
         WHERE {website}::integer IS NULL OR v.website_id = {website}::integer) e
$preset$, '{"event_type": ["page_view"]}');
