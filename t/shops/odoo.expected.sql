-- Amounts are net; tax comes on top.  What a line cost before its per cent is its subtotal over the
-- rest; what an order's total is less than its goods, postage and tax was taken off.
CREATE TEMP VIEW placed AS
SELECT o.*, lower(btrim(p.email)) AS mail, c.name AS code,
	(SELECT sum(l.price_subtotal / (1 - coalesce(l.discount, 0) / 100)) FROM sale_order_line l
	  WHERE l.order_id = o.id AND l.reward_id IS NULL AND l.price_subtotal > 0 AND NOT l.is_delivery) AS cost,
	coalesce((SELECT sum(l.price_subtotal) FROM sale_order_line l WHERE l.order_id = o.id AND l.is_delivery), 0) AS postage,
	(SELECT sum(i.price_total) FROM sale_order_line l, sale_order_line_invoice_rel r, account_move_line i, account_move m
	  WHERE l.order_id = o.id AND r.order_line_id = l.id AND i.id = r.invoice_line_id AND m.id = i.move_id
		AND m.move_type = 'out_refund' AND m.state = 'posted') AS refund
  FROM sale_order o JOIN res_partner p ON p.id = o.partner_id JOIN res_currency c ON c.id = o.currency_id
 WHERE o.state IN ('sale', 'cancel');

-- all: with those cancelled
CREATE SCHEMA expected_all;
CREATE TABLE expected_all.stg_orders AS
SELECT o.id::text AS order_id, o.partner_id::text AS user_id,
	CASE o.id WHEN 1 THEN '1' WHEN 5 THEN '4' END AS promo_id,	-- a gift card is money, no promo
	o.partner_shipping_id::text AS address_id,
	o.date_order AT TIME ZONE 'UTC' AS created_at,
	o.cost AS order_cost, o.postage AS shipping_cost, o.amount_total AS order_total,
	o.cost + o.postage + o.amount_tax - o.amount_total AS discount,
	o.amount_tax AS tax, o.refund AS refunded, o.code::text AS currency,
	o.state::text AS status, o.state = 'cancel' AS is_cancelled,
	o.commitment_date AT TIME ZONE 'UTC' AS estimated_delivery_at,
	-- the last parcel; NULL while one is to follow
	CASE o.id WHEN 1 THEN timestamptz '2026-03-04 15:00:00Z' END AS delivered_at
  FROM placed o;
CREATE TABLE expected_all.stg_order_items AS
SELECT l.order_id::text AS order_id, l.product_id::text AS product_id,
	greatest(round(sum(l.product_uom_qty)), 1) AS quantity,
	-- times the quantity it is the amount
	sum(l.price_subtotal / (1 - l.discount / 100)) / greatest(round(sum(l.product_uom_qty)), 1) AS unit_price
  FROM sale_order_line l JOIN placed o ON o.id = l.order_id
 WHERE l.product_id IS NOT NULL AND l.display_type IS NULL AND NOT l.is_downpayment AND l.is_delivery IS NOT TRUE AND l.reward_id IS NULL
 GROUP BY l.order_id, l.product_id;

CREATE TABLE expected.stg_orders AS SELECT e.* FROM expected_all.stg_orders e WHERE NOT e.is_cancelled;
CREATE TABLE expected.stg_order_items AS
SELECT e.* FROM expected_all.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected.stg_orders o);

-- a delivery address is nobody
CREATE TABLE expected.stg_users AS
SELECT p.id::text AS user_id, lower(btrim(p.email)) AS email, p.phone::text AS phone_number_raw,
	p.create_date AT TIME ZONE 'UTC' AS created_at, p.write_date AT TIME ZONE 'UTC' AS updated_at
  FROM res_partner p WHERE p.type = 'contact';

CREATE TABLE expected.stg_addresses (address_id text, zipcode text, state text, country text);
INSERT INTO expected.stg_addresses VALUES
	('1', '02101', 'MA', 'US'), ('2', '02101', 'MA', 'US'), ('3', '10115', NULL, 'DE'), ('4', '10117', NULL, 'DE'), ('5', '02101', 'MA', 'US'),
	('6', NULL, NULL, NULL);

CREATE TABLE expected.stg_products (product_id text, name text, price numeric, inventory integer, category text);
INSERT INTO expected.stg_products VALUES
	('1', 'Mug', 20.00, 7, 'All / Kitchen'), ('2', 'Cup', 5.00, NULL, 'All / Kitchen'), ('3', 'Cheese', 25.00, 10, 'All / Food'),
	('4', 'Delivery', 5.00, NULL, NULL), ('5', 'Mug', 25.50, 3, 'All / Kitchen');

CREATE TABLE expected.stg_promos (promo_id text, discount numeric, percent numeric, status text, code text);
INSERT INTO expected.stg_promos VALUES
	('1', NULL, 10, 'active', 'TEN'), ('2', 5, NULL, 'inactive', NULL), ('4', NULL, NULL, 'active', NULL), ('5', NULL, NULL, 'inactive', NULL),
	('6', NULL, 2.5, 'inactive', NULL);

CREATE TABLE expected.stg_events AS
SELECT t.id::text AS event_id, v.partner_id::text AS user_id, t.visitor_id::text AS visitor_id, t.url AS page_url,
	t.visit_datetime AT TIME ZONE 'UTC' AS created_at, 'page_view'::text AS event_type, t.product_id::text AS product_id,
	CASE WHEN t.product_id IS NOT NULL THEN 'product' END AS page_kind
  FROM website_track t JOIN website_visitor v ON v.id = t.visitor_id;

CREATE TABLE expected.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE state = 'sale' GROUP BY partner_id) u) r,
	LATERAL (VALUES ('purchasers', r.purchasers::numeric), ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value)
UNION ALL SELECT 'orders', count(*) FROM placed WHERE state = 'sale'
UNION ALL SELECT 'refunded_orders', count(*) FROM placed WHERE state = 'sale' AND refund > 0
UNION ALL SELECT 'promo_orders', 2
UNION ALL SELECT 'units', 2 + (1 + 4) + 2 + 2 + 1 + 2
-- visitor 1 comes twice
UNION ALL SELECT 'sessions', 4
UNION ALL SELECT 'page_views', count(*) FROM website_track;

CREATE TABLE expected.revenue AS
SELECT o.code::text AS currency, count(*) AS orders, sum(o.amount_total - coalesce(o.refund, 0)) AS revenue
  FROM placed o WHERE o.state = 'sale' GROUP BY o.code;

CREATE TABLE expected_all.numbers AS
SELECT e.* FROM expected.numbers e
UNION ALL SELECT 'all_orders', count(*) FROM placed
UNION ALL SELECT 'cancelled_orders', count(*) FROM placed WHERE state = 'cancel';
CREATE TABLE expected_all.revenue AS TABLE expected.revenue;

CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_orders AS SELECT o.id::text AS order_id, o.mail AS user_id FROM placed o WHERE o.state = 'sale';
CREATE TABLE expected_email.stg_users AS SELECT DISTINCT lower(btrim(p.email)) AS user_id FROM res_partner p WHERE p.email <> '';
CREATE TABLE expected_email.stg_events AS
SELECT t.id::text AS event_id, lower(btrim(p.email)) AS user_id
  FROM website_track t JOIN website_visitor v ON v.id = t.visitor_id LEFT JOIN res_partner p ON p.id = v.partner_id;
CREATE TABLE expected_email.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE state = 'sale' GROUP BY mail) u) r,
	LATERAL (VALUES ('purchasers', r.purchasers::numeric), ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value);

CREATE SCHEMA expected_currency;
CREATE TABLE expected_currency.stg_orders AS SELECT e.* FROM expected.stg_orders e WHERE e.currency = 'USD';
CREATE TABLE expected_currency.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_currency.stg_orders o);

CREATE SCHEMA expected_company;
CREATE TABLE expected_company.stg_orders AS SELECT e.* FROM expected.stg_orders e JOIN placed o ON o.id::text = e.order_id WHERE o.company_id = 1;
CREATE TABLE expected_company.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_company.stg_orders o);

CREATE SCHEMA expected_website;
CREATE TABLE expected_website.stg_orders AS SELECT e.* FROM expected.stg_orders e JOIN placed o ON o.id::text = e.order_id WHERE o.website_id = 2;
CREATE TABLE expected_website.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_website.stg_orders o);
CREATE TABLE expected_website.stg_events AS
SELECT e.* FROM expected.stg_events e JOIN website_track t ON t.id::text = e.event_id JOIN website_visitor v ON v.id = t.visitor_id WHERE v.website_id = 2;

CREATE SCHEMA expected_zone;
CREATE TABLE expected_zone.stg_orders AS
SELECT o.id::text AS order_id, o.date_order AT TIME ZONE 'Asia/Tokyo' AS created_at FROM placed o WHERE o.state = 'sale';

-- where a name is missing, the one in English
CREATE SCHEMA expected_language;
CREATE TABLE expected_language.stg_products AS
SELECT e.product_id, replace(e.name, 'Mug', 'Becher') AS name FROM expected.stg_products e;
