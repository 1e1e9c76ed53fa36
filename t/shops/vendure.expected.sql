CREATE TABLE expected.stg_users (user_id, first_name, email, created_at, updated_at, address_id) AS
SELECT id::text, "firstName"::text, lower(btrim("emailAddress")), "createdAt" AT TIME ZONE 'UTC', "updatedAt" AT TIME ZONE 'UTC',
	   -- the default one, else the one there is
	   CASE id WHEN 1 THEN 'customer:2' WHEN 3 THEN 'customer:3' END
  FROM customer;

CREATE TABLE expected.stg_addresses (address_id, zipcode, state, country) AS VALUES
	('customer:1', '01234', 'NY', 'US'), ('customer:2', '01235', 'NY', 'US'), ('customer:3', 'SW1A 1AA', NULL, 'GB'),
	('order:1', '01021', 'NY', 'US'), ('order:2', 'SW1A 1AA', NULL, 'GB');

CREATE TABLE expected.stg_products (product_id, name, price, inventory) AS VALUES
	('1', 'Shirt', 10.00, 13), ('2', 'Mug', 5.00, 3), ('3', 'E-book', 19.99, NULL);

CREATE TABLE expected.stg_promos (promo_id, discount, percent, status, code) AS VALUES
	('1', NULL::numeric, 10::numeric, 'active', 'TENOFF'),
	('2', 5, NULL, 'inactive', 'FIVER'),
	('3', NULL, NULL, 'active', 'SHIPFREE'),
	('4', NULL, 20, 'active', NULL),
	('5', NULL, 20, 'inactive', 'PAST'),
	('6', NULL, 12.5, 'inactive', 'LATER'),
	('7', NULL, 15, 'inactive', 'OFF');

-- order 2: of its promotions number 4 took off most; order 4: what was ordered, and is not paid; order 7: what is left of its lines
CREATE TABLE expected.stg_orders (order_id, user_id, promo_id, address_id, order_cost, shipping_cost, order_total, tax, discount, refunded,
								  currency, is_cancelled, status, delivered_at) AS VALUES
	('1', '1', '1', 'order:1', 25::numeric, 5::numeric, 32::numeric, 4.5, 2.5, 0::numeric, 'USD', false, 'Delivered', '2026-02-05 22:00:00+00'::timestamptz),
	('2', '2', '4', 'order:2', 36, 6, 27.6, 0, 14.4, 5, 'GBP', false, 'PartiallyShipped', NULL),
	('4', '1', NULL, NULL, 20, 5, 0, 0, NULL, 0, 'USD', true, 'Cancelled', NULL),
	('5', '3', NULL, NULL, 10, 0, 12, 2, 0, 0, 'USD', false, 'PaymentSettled', NULL),
	('7', '4', NULL, NULL, 27, 5, 37.4, 5.4, 0, 0, 'USD', false, 'PaymentAuthorized', NULL),
	('8', '3', NULL, NULL, 5, 3, 9.6, 1.6, 0, 0, 'USD', false, 'Shipped', NULL),
	('9', '3', NULL, NULL, 12, 0, 10, 0, 2, 0, 'GBP', false, 'Shipped', NULL);
ALTER TABLE expected.stg_orders ADD created_at timestamptz;
UPDATE expected.stg_orders e SET created_at = o."orderPlacedAt" AT TIME ZONE 'UTC' FROM "order" o WHERE o.id::text = e.order_id;

-- a cancelled order keeps what was ordered; of others a line that was cancelled is gone
CREATE TABLE expected.stg_order_items (order_id, product_id, quantity, unit_price) AS VALUES
	('1', '1', 2, 10::numeric), ('1', '2', 1, 5),
	('2', '1', 3, 12),
	('4', '1', 2, 10),
	('5', '1', 1, 10),
	('7', '1', 3, 9),
	('8', '2', 1, 5),
	('9', '2', 2, 6);

CREATE TABLE expected.numbers (name, value) AS VALUES
	('orders', 6::numeric), ('all_orders', 7), ('cancelled_orders', 1), ('guest_orders', 0), ('refunded_orders', 1),
	('purchasers', 4), ('repeat_purchasers', 1), ('repeat_rate', 0.25), ('units', 13), ('promo_orders', 2);
CREATE TABLE expected.revenue (currency, orders, revenue) AS VALUES ('USD', 4, 91.0), ('GBP', 2, 32.6);

CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_users (user_id, first_name, last_name) AS VALUES
	('ann@x.org', 'Ann', 'A'), ('bob@x.org', 'Bob', 'B'), ('gil@x.org', 'Gil', 'G');
CREATE TABLE expected_email.stg_orders AS
SELECT order_id, CASE WHEN user_id IN ('1', '2') THEN 'ann@x.org' WHEN user_id = '3' THEN 'bob@x.org' ELSE 'gil@x.org' END AS user_id FROM expected.stg_orders;
CREATE TABLE expected_email.numbers (name, value) AS VALUES ('purchasers', 3::numeric), ('repeat_purchasers', 2), ('repeat_rate', 2 / 3.0);

CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS SELECT order_id, order_total FROM expected.stg_orders WHERE order_id <> '7';
CREATE TABLE expected_paid.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id <> '7';

CREATE SCHEMA expected_gbp;
CREATE TABLE expected_gbp.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE currency = 'GBP';
CREATE TABLE expected_gbp.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id IN ('2', '9');
CREATE TABLE expected_gbp.stg_products (product_id, name, price) AS VALUES ('1', 'Shirt', 11.00), ('2', 'Mug', 5.50), ('3', 'E-book', 18.99);
CREATE TABLE expected_gbp.numbers (name, value) AS VALUES ('revenue', 32.6);

-- its language is de, in which the e-book has no name of its own
CREATE SCHEMA expected_channel;
CREATE TABLE expected_channel.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE currency = 'GBP';
CREATE TABLE expected_channel.stg_products (product_id, price) AS VALUES ('1', 12.00), ('2', 6.00), ('3', 18.99);

CREATE SCHEMA expected_language;
CREATE TABLE expected_language.stg_products (product_id, name) AS
SELECT v.product_id, v.name FROM (VALUES ('1', 'Hemd'), ('2', 'Tasse')) v (product_id, name)
UNION ALL SELECT '3', 'E-book';

-- the server that wrote the times stood elsewhere
CREATE SCHEMA expected_zone;
CREATE TABLE expected_zone.stg_orders AS
SELECT e.order_id, o."orderPlacedAt" AT TIME ZONE 'Europe/Berlin' AS created_at
  FROM expected.stg_orders e JOIN "order" o ON o.id::text = e.order_id;
