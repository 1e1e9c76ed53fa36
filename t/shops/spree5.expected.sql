-- What Spree's own terms say: an order is placed when it is completed, total = item_total +
-- shipment_total + adjustment_total, and adjustment_total = promos + tax on top + what was
-- charged or taken off by hand.
CREATE TEMP VIEW placed AS
SELECT o.*, lower(btrim(coalesce(u.email, o.email))) AS mail,
	(SELECT sum(f.amount) FROM spree_payments p, spree_refunds f WHERE p.order_id = o.id AND f.payment_id = p.id) AS refund,
	o.adjustment_total - o.promo_total - o.additional_tax_total AS by_hand
  FROM spree_orders o LEFT JOIN spree_users u ON u.id = o.user_id
 WHERE o.completed_at IS NOT NULL;

CREATE TABLE expected.stg_orders AS
SELECT o.id::text AS order_id, o.user_id::text AS user_id,
	-- the one that took off most
	(SELECT p.promotion_id::text FROM spree_adjustments a JOIN spree_promotion_actions p ON p.id = a.source_id
	  WHERE a.order_id = o.id AND a.source_type = 'Spree::PromotionAction' AND a.eligible AND a.amount < 0
	  GROUP BY p.promotion_id ORDER BY sum(a.amount) LIMIT 1) AS promo_id,
	coalesce(o.ship_address_id, o.bill_address_id)::text AS address_id,
	o.completed_at AT TIME ZONE 'UTC' AS created_at,
	o.item_total AS order_cost,
	o.shipment_total + greatest(o.by_hand, 0) AS shipping_cost,
	o.total AS order_total,
	o.state::text AS status,
	greatest(-o.by_hand, 0) - o.promo_total AS discount,
	o.additional_tax_total AS tax,
	o.refund AS refunded,
	o.currency::text AS currency,
	o.state = 'canceled' AS is_cancelled,
	o.channel::text AS channel
  FROM placed o;

CREATE TABLE expected.stg_order_items AS
SELECT l.order_id::text AS order_id, l.variant_id::text AS product_id, sum(l.quantity) AS quantity,
	sum(l.quantity * l.price) / sum(l.quantity) AS unit_price,
	(SELECT sum(i.quantity) FROM spree_inventory_units i
	  WHERE i.order_id = l.order_id AND i.variant_id = l.variant_id AND i.state = 'returned') AS returned_quantity
  FROM spree_line_items l JOIN placed o ON o.id = l.order_id
 GROUP BY l.order_id, l.variant_id;

CREATE TABLE expected.stg_users AS
SELECT u.id::text AS user_id, u.first_name::text AS first_name, u.last_name::text AS last_name, lower(u.email) AS email,
	u.phone::text AS phone_number_raw,
	u.created_at AT TIME ZONE 'UTC' AS created_at, u.updated_at AT TIME ZONE 'UTC' AS updated_at,
	coalesce(u.ship_address_id, u.bill_address_id)::text AS address_id
  FROM spree_users u;

CREATE TABLE expected.stg_addresses (address_id text, zipcode text, state text, country text);
INSERT INTO expected.stg_addresses VALUES
	('1', '02101', 'MA', 'US'), ('2', '10115', 'Berlin', 'DE'), ('3', '02102', 'MA', 'US'), ('4', '02103', 'MA', 'US');

-- a master of which there are variants is not for sale
CREATE TABLE expected.stg_products (product_id text, name text, price numeric, inventory integer, category text);
INSERT INTO expected.stg_products VALUES
	('11', 'Mug', 10.00, 7, 'Kitchen'), ('22', 'Shirt', 20.00, 3, 'Clothes'), ('23', 'Shirt', 22.00, 0, 'Clothes'), ('31', 'Poster', NULL, NULL, NULL);

CREATE TABLE expected.stg_promos (promo_id text, discount numeric, percent numeric, status text, code text);
INSERT INTO expected.stg_promos VALUES
	('1', NULL, 10, 'active', 'ten'), ('2', 5, NULL, 'inactive', NULL), ('3', NULL, NULL, 'active', 'ship'),
	('4', NULL, 5.25, 'inactive', NULL), ('5', NULL, 15, 'active', 'fifteen');

CREATE TABLE expected.fact_user_orders AS
SELECT o.id::text AS order_id, o.user_id::text AS user_id,
	CASE WHEN o.user_id IS NOT NULL AND o.state <> 'canceled'
		THEN row_number() OVER (PARTITION BY o.user_id, o.state = 'canceled' ORDER BY o.completed_at) END AS order_number,
	o.total - coalesce(o.refund, 0) AS net_total
  FROM placed o;

CREATE TABLE expected.numbers AS
SELECT 'all_orders' AS name, count(*)::numeric AS value FROM placed
UNION ALL SELECT 'orders', count(*) FROM placed WHERE state <> 'canceled'
UNION ALL SELECT 'cancelled_orders', count(*) FROM placed WHERE state = 'canceled'
UNION ALL SELECT 'guest_orders', count(*) FROM placed WHERE user_id IS NULL AND state <> 'canceled'
UNION ALL SELECT 'refunded_orders', count(*) FROM placed WHERE refund > 0 AND state <> 'canceled'
UNION ALL SELECT 'promo_orders', count(DISTINCT a.order_id) FROM spree_adjustments a JOIN placed o ON o.id = a.order_id WHERE a.source_type = 'Spree::PromotionAction' AND a.eligible AND a.amount < 0
UNION ALL SELECT 'purchasers', count(DISTINCT user_id) FROM placed WHERE state <> 'canceled'
UNION ALL SELECT 'units', sum(l.quantity) FROM placed o JOIN spree_line_items l ON l.order_id = o.id WHERE o.state <> 'canceled';
INSERT INTO expected.numbers
SELECT v.name, v.value
  FROM (SELECT count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE state <> 'canceled' AND user_id IS NOT NULL GROUP BY user_id) u) r,
	LATERAL (VALUES ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value);

CREATE TABLE expected.revenue AS
SELECT o.currency::text AS currency, count(*) AS orders, sum(o.total - coalesce(o.refund, 0)) AS revenue
  FROM placed o WHERE o.state <> 'canceled' GROUP BY o.currency;

-- identity: guests and accounts of one e-mail are one user
CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_orders AS SELECT o.id::text AS order_id, o.mail AS user_id FROM placed o;
CREATE TABLE expected_email.stg_users AS
SELECT lower(u.email) AS user_id, lower(u.email) AS email FROM spree_users u UNION SELECT o.mail, o.mail FROM placed o;
CREATE TABLE expected_email.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE state <> 'canceled' GROUP BY mail) u) r,
	LATERAL (VALUES ('purchasers', r.purchasers::numeric), ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value);

CREATE SCHEMA expected_currency;
CREATE TABLE expected_currency.stg_orders AS SELECT e.* FROM expected.stg_orders e WHERE e.currency = 'EUR';
CREATE TABLE expected_currency.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_currency.stg_orders o);
CREATE TABLE expected_currency.stg_products (product_id text, price numeric);
INSERT INTO expected_currency.stg_products VALUES ('11', 9.00), ('22', 18.00), ('23', NULL), ('31', 15.00);

CREATE SCHEMA expected_store;
CREATE TABLE expected_store.stg_orders AS SELECT e.* FROM expected.stg_orders e JOIN placed o ON o.id::text = e.order_id WHERE o.store_id = 1;
CREATE TABLE expected_store.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_store.stg_orders o);

-- more than in full is in full
CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS
SELECT e.* FROM expected.stg_orders e JOIN placed o ON o.id::text = e.order_id WHERE o.payment_state IN ('paid', 'credit_owed');
CREATE TABLE expected_paid.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_paid.stg_orders o);

CREATE SCHEMA expected_detail;
CREATE TABLE expected_detail.stg_orders AS
SELECT e.order_id, e.user_id, e.address_id, e.created_at, e.order_cost, e.shipping_cost, e.order_total, e.status, e.discount, e.tax,
	e.currency, e.is_cancelled
  FROM expected.stg_orders e;

CREATE SCHEMA expected_zone;
CREATE TABLE expected_zone.stg_orders AS
SELECT o.id::text AS order_id, o.completed_at AT TIME ZONE 'Asia/Tokyo' AS created_at FROM placed o;

-- where a name is missing, the product's own
CREATE SCHEMA expected_language;
CREATE TABLE expected_language.stg_products AS
SELECT e.product_id, replace(e.name, 'Mug', 'Becher') AS name FROM expected.stg_products e;
