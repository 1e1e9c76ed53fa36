-- What Spree's own terms say: an order is placed when it is completed, total = item_total +
-- delivery_total + adjustment_total, and adjustment_total = discounts, those given by hand too, +
-- fees + tax on top.
CREATE TEMP VIEW placed AS
SELECT o.*, lower(btrim(coalesce(u.email, o.email))) AS mail,
	(SELECT sum(f.amount) FROM spree_refunds f WHERE f.order_id = o.id) AS refund
  FROM spree_orders o LEFT JOIN spree_customers u ON u.id = o.customer_id
 WHERE o.completed_at IS NOT NULL;

CREATE TABLE expected.stg_orders AS
SELECT o.id::text AS order_id, o.customer_id::text AS user_id,
	-- the one that took off most
	(SELECT d.promotion_id::text FROM spree_discounts d WHERE d.order_id = o.id AND d.kind = 'promotion' AND d.amount < 0
	  GROUP BY d.promotion_id ORDER BY sum(d.amount) LIMIT 1) AS promo_id,
	coalesce(o.ship_address_id, o.bill_address_id)::text AS address_id,
	o.completed_at AT TIME ZONE 'UTC' AS created_at,
	o.item_total AS order_cost,
	o.delivery_total + coalesce(o.fee_total, 0) AS shipping_cost,
	o.total AS order_total,
	o.status::text AS status,
	coalesce(o.fee_total, 0) + o.additional_tax_total - o.adjustment_total AS discount,
	o.additional_tax_total AS tax,
	o.refund AS refunded,
	o.currency::text AS currency,
	o.status = 'canceled' AS is_cancelled,
	(SELECT c.code::text FROM spree_channels c WHERE c.id = o.channel_id) AS channel,
	f.estimated_delivery_at AT TIME ZONE 'UTC' AS estimated_delivery_at,
	CASE WHEN f.here THEN f.delivered_at AT TIME ZONE 'UTC' END AS delivered_at
  FROM placed o
  LEFT JOIN (SELECT order_id, max(estimated_delivery_at) AS estimated_delivery_at, max(delivered_at) AS delivered_at,
			 count(delivered_at) = count(*) AS here
			   FROM spree_fulfillments WHERE status <> 'canceled' GROUP BY order_id) f ON f.order_id = o.id;

CREATE TABLE expected.stg_order_items AS
SELECT l.order_id::text AS order_id, l.variant_id::text AS product_id, sum(l.quantity) AS quantity,
	sum(l.quantity * l.price) / sum(l.quantity) AS unit_price,
	(SELECT nullif(sum(i.received_quantity), 0) FROM spree_returns r JOIN spree_return_line_items i ON i.return_id = r.id
	  WHERE r.order_id = l.order_id AND i.variant_id = l.variant_id) AS returned_quantity
  FROM spree_line_items l JOIN placed o ON o.id = l.order_id
 GROUP BY l.order_id, l.variant_id;

CREATE TABLE expected.stg_users AS
SELECT u.id::text AS user_id, u.first_name::text AS first_name, u.last_name::text AS last_name, lower(u.email) AS email,
	u.phone::text AS phone_number_raw,
	u.created_at AT TIME ZONE 'UTC' AS created_at, u.updated_at AT TIME ZONE 'UTC' AS updated_at,
	coalesce(u.ship_address_id, u.bill_address_id)::text AS address_id
  FROM spree_customers u;

CREATE TABLE expected.stg_addresses (address_id text, zipcode text, state text, country text);
INSERT INTO expected.stg_addresses VALUES
	('1', '02101', 'MA', 'US'), ('2', '10115', 'Berlin', 'DE'), ('3', '02102', 'MA', 'US'), ('4', '02103', 'MA', 'US');

-- a master of which there are variants is not for sale
CREATE TABLE expected.stg_products (product_id text, name text, price numeric, inventory integer, category text);
INSERT INTO expected.stg_products VALUES
	('11', 'Mug', 10.00, 6, 'Kitchen'), ('22', 'Shirt', 20.00, 2, 'Clothes'), ('23', 'Shirt', 22.00, 0, 'Clothes'), ('31', 'Poster', NULL, NULL, NULL);

CREATE TABLE expected.stg_promos (promo_id text, discount numeric, percent numeric, status text, code text);
INSERT INTO expected.stg_promos VALUES
	('1', NULL, 10, 'active', 'ten'), ('2', 5, NULL, 'inactive', NULL), ('3', NULL, NULL, 'active', 'ship'),
	('4', NULL, 5.25, 'inactive', NULL), ('5', NULL, 15, 'active', 'fifteen');

CREATE TABLE expected.fact_user_orders AS
SELECT o.id::text AS order_id, o.customer_id::text AS user_id,
	CASE WHEN o.customer_id IS NOT NULL AND o.status <> 'canceled'
		THEN row_number() OVER (PARTITION BY o.customer_id, o.status = 'canceled' ORDER BY o.completed_at) END AS order_number,
	o.total - coalesce(o.refund, 0) AS net_total
  FROM placed o;

CREATE TABLE expected.numbers AS
SELECT 'all_orders' AS name, count(*)::numeric AS value FROM placed
UNION ALL SELECT 'orders', count(*) FROM placed WHERE status <> 'canceled'
UNION ALL SELECT 'cancelled_orders', count(*) FROM placed WHERE status = 'canceled'
UNION ALL SELECT 'guest_orders', count(*) FROM placed WHERE customer_id IS NULL AND status <> 'canceled'
UNION ALL SELECT 'refunded_orders', count(*) FROM placed WHERE refund > 0 AND status <> 'canceled'
UNION ALL SELECT 'promo_orders', count(DISTINCT d.order_id) FROM spree_discounts d JOIN placed o ON o.id = d.order_id WHERE d.kind = 'promotion' AND d.amount < 0
UNION ALL SELECT 'purchasers', count(DISTINCT customer_id) FROM placed WHERE status <> 'canceled'
UNION ALL SELECT 'units', sum(l.quantity) FROM placed o JOIN spree_line_items l ON l.order_id = o.id WHERE o.status <> 'canceled';
INSERT INTO expected.numbers
SELECT v.name, v.value
  FROM (SELECT count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE status <> 'canceled' AND customer_id IS NOT NULL GROUP BY customer_id) u) r,
	LATERAL (VALUES ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value);

CREATE TABLE expected.revenue AS
SELECT o.currency::text AS currency, count(*) AS orders, sum(o.total - coalesce(o.refund, 0)) AS revenue
  FROM placed o WHERE o.status <> 'canceled' GROUP BY o.currency;

-- identity: guests and accounts of one e-mail are one user
CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_orders AS SELECT o.id::text AS order_id, o.mail AS user_id FROM placed o;
CREATE TABLE expected_email.stg_users AS
SELECT lower(u.email) AS user_id, lower(u.email) AS email FROM spree_customers u UNION SELECT o.mail, o.mail FROM placed o;
CREATE TABLE expected_email.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE status <> 'canceled' GROUP BY mail) u) r,
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

-- more than in full is in full, and so is what was given back later
CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS
SELECT e.* FROM expected.stg_orders e JOIN placed o ON o.id::text = e.order_id WHERE o.payment_status IN ('paid', 'overcharged', 'partially_refunded', 'refunded');
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

CREATE SCHEMA expected_channel;
CREATE TABLE expected_channel.stg_orders AS SELECT e.* FROM expected.stg_orders e WHERE e.channel = 'app';
CREATE TABLE expected_channel.stg_order_items AS
SELECT e.* FROM expected.stg_order_items e WHERE e.order_id IN (SELECT o.order_id FROM expected_channel.stg_orders o);

-- where a name is missing, the product's own
CREATE SCHEMA expected_language;
CREATE TABLE expected_language.stg_products AS
SELECT e.product_id, replace(e.name, 'Mug', 'Becher') AS name FROM expected.stg_products e;
