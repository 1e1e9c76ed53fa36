-- Written by hand from the rows: what Medusa's own totals say (packages/core/utils/src/totals).

CREATE TABLE expected.stg_users (user_id, first_name, email, created_at, updated_at) AS
SELECT id, first_name, lower(email), created_at, updated_at FROM customer;

CREATE TABLE expected.stg_addresses (address_id, zipcode, state, country) AS
SELECT id, postal_code, province, country_code FROM order_address;

CREATE TABLE expected.stg_products (product_id, price, inventory, category) AS VALUES
	('variant_s', 20::numeric, 5, 'Clothes'),
	('variant_m', 9.99, 3, 'Clothes'),
	('variant_mug', 8, NULL, NULL);

CREATE TABLE expected.stg_promos (promo_id, discount, percent, status, code) AS VALUES
	('promo_ten', NULL::numeric, 10::numeric, 'active', 'TEN'),
	('promo_auto', 5, NULL, 'active', 'AUTO5'),
	('promo_ship', NULL, NULL, 'inactive', 'SHIPFREE'),
	('promo_draft', NULL, 20, 'inactive', 'SOON'),
	('promo_old', NULL, 30, 'inactive', 'OLD'),
	('promo_gone', 7.5, NULL, 'inactive', 'GONE');

-- order_2: 4 for the parcel back are in the total, as in Medusa's own, and were kept of the refund;
-- order_3 has three promotions: the largest counts
CREATE TABLE expected.stg_orders (order_id, user_id, promo_id, address_id, order_cost, shipping_cost, order_total, tax, discount, refunded,
								  currency, is_cancelled, delivered_at, tracking_id) AS VALUES
	('order_1', 'cus_ann', 'promo_ten', 'ordaddr_1', 69.99, 5::numeric, 80.20, 11.21, 6::numeric, 0::numeric, 'eur', false, '2026-02-05 08:00+00'::timestamptz, 'TRACK-1'),
	('order_2', 'cus_ann_guest', 'promo_ten', 'ordaddr_1', 90, 9, 106.20, 16.20, 9, 42.88, 'eur', false, NULL, NULL),
	('order_3', 'cus_bob', 'promo_auto', 'ordaddr_2', 100, 6, 70, 0, 36, 3, 'usd', false, NULL, NULL),
	('order_6', 'cus_bob', NULL, 'ordaddr_2', 20, 0, 20, 0, 0, 0, 'eur', true, NULL, NULL),
	('order_7', 'cus_gil', NULL, 'ordaddr_2', 48, 10, 64.50, 6.50, 0, 0, 'eur', false, '2026-02-12 08:00+00', NULL),
	('order_8', NULL, NULL, NULL, 22.98, 0, 22.98, 0, 0, 0, 'eur', false, NULL, NULL),
	('order_9', 'cus_bob', NULL, 'ordaddr_2', 20, 0, 20, 0, 0, 0, 'eur', false, NULL, NULL);
ALTER TABLE expected.stg_orders ADD created_at timestamptz;
UPDATE expected.stg_orders e SET created_at = o.created_at FROM "order" o WHERE o.id = e.order_id;

CREATE TABLE expected.stg_order_items (order_id, product_id, quantity, unit_price, returned_quantity) AS VALUES
	('order_1', 'variant_s', 3, 20::numeric, 0), ('order_1', 'variant_m', 1, 9.99, 0),
	('order_2', 'variant_s', 5, 18, 2),
	('order_3', 'variant_mug', 4, 25, 0),
	('order_6', 'variant_s', 1, 20, 0),
	('order_7', 'variant_s', 3, 16, 0),
	('order_8', 'variant_m', 2, 9.99, 0),
	('order_9', 'variant_s', 1, 20, 0);

CREATE TABLE expected.numbers (name, value) AS VALUES
	('orders', 6::numeric), ('all_orders', 7), ('cancelled_orders', 1), ('guest_orders', 1), ('refunded_orders', 2),
	('purchasers', 4), ('repeat_purchasers', 1), ('repeat_rate', 0.25), ('units', 19), ('promo_orders', 3);
CREATE TABLE expected.revenue (currency, orders, revenue) AS VALUES ('eur', 5, 251.00), ('usd', 1, 67.00);

-- Ann and her guest are one
CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_users (user_id, first_name, email) AS VALUES
	('ann@x.org', 'Ann', 'ann@x.org'), ('bob@x.org', 'Bob', 'bob@x.org'), ('gil@x.org', 'Gil', 'gil@x.org');
CREATE TABLE expected_email.stg_orders AS
SELECT e.order_id, CASE WHEN e.user_id ~ 'ann' THEN 'ann@x.org' ELSE replace(e.user_id, 'cus_', '') || '@x.org' END AS user_id, e.order_total
  FROM expected.stg_orders e;
CREATE TABLE expected_email.numbers (name, value) AS VALUES
	('orders', 6::numeric), ('purchasers', 3), ('repeat_purchasers', 2), ('repeat_rate', 2 / 3.0);

CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS
SELECT order_id, order_total FROM expected.stg_orders WHERE order_id IN ('order_1', 'order_2', 'order_3', 'order_7', 'order_9');
CREATE TABLE expected_paid.stg_order_items AS
SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id IN ('order_1', 'order_2', 'order_3', 'order_7', 'order_9');

CREATE SCHEMA expected_usd;
CREATE TABLE expected_usd.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE order_id = 'order_3';
CREATE TABLE expected_usd.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id = 'order_3';
CREATE TABLE expected_usd.stg_products (product_id, price) AS VALUES ('variant_s', 25::numeric), ('variant_m', NULL), ('variant_mug', 10);
CREATE TABLE expected_usd.numbers (name, value) AS VALUES ('orders', 1::numeric), ('revenue', 67), ('average_order_value', 67);

CREATE SCHEMA expected_app;
CREATE TABLE expected_app.stg_orders AS SELECT order_id, order_total FROM expected.stg_orders WHERE order_id IN ('order_3', 'order_8');
