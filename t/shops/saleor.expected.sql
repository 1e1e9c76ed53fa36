-- order_1 stands for 00000000-0000-4000-8000-000000000001
CREATE FUNCTION pg_temp.u(n text) RETURNS text LANGUAGE sql AS $$ SELECT '00000000-0000-4000-8000-' || lpad(n, 12, '0') $$;

CREATE TABLE expected.stg_users (user_id, first_name, email, created_at, updated_at, address_id) AS
SELECT id::text, nullif(first_name, ''), email::text, date_joined, updated_at, default_shipping_address_id::text FROM account_user;

CREATE TABLE expected.stg_addresses (address_id, zipcode, state, country) AS
SELECT id::text, postal_code::text, nullif(country_area, ''), country::text FROM account_address;

-- 1 in its first channel; 2 is gone: its last price
CREATE TABLE expected.stg_products (product_id, price, inventory, category) AS VALUES
	('1', 10::numeric, 13, 'Clothes'), ('2', 30, NULL, NULL), ('3', 9.99, NULL, NULL);

CREATE TABLE expected.stg_promos (promo_id, discount, percent, status, code) AS VALUES
	('1', NULL::numeric, 10::numeric, 'active', 'TEN'), ('2', NULL, NULL, 'active', 'SHIP'),
	('3', 5, NULL, 'inactive', 'FIVE'), ('4', 6, NULL, 'inactive', 'SIX');

CREATE TABLE expected.stg_orders (order_id, user_id, promo_id, address_id, order_cost, shipping_cost, order_total, tax, discount, refunded, currency, is_cancelled, status) AS
SELECT pg_temp.u(i), u, p, a, c, s, t, 0::numeric, d, r, y, x, z
  FROM (VALUES
	('1', '1', NULL, '2', 22::numeric, 5.5::numeric, 27.5::numeric, 0::numeric, 0::numeric, 'USD', false, 'partially fulfilled'),
	('2', NULL, '1', '3', 100, 20, 110, 10, 15, 'PLN', false, 'fulfilled'),
	('3', '2', '2', '3', 50, 20, 50, 20, 0, 'PLN', false, 'unfulfilled'),
	('7', '2', NULL, NULL, 11, 0, 11, 0, 0, 'USD', true, 'canceled'),
	('9', '2', NULL, '2', 80, 0, 70, 10, 30, 'USD', false, 'partially_returned'),
	('10', NULL, NULL, NULL, 11, 0, 11, 0, 0, 'USD', false, 'unfulfilled')) v (i, u, p, a, c, s, t, d, r, y, x, z);
ALTER TABLE expected.stg_orders ADD created_at timestamptz;
UPDATE expected.stg_orders e SET created_at = o.created_at FROM order_order o WHERE o.id::text = e.order_id;

CREATE TABLE expected.stg_order_items (order_id, product_id, quantity, unit_price, returned_quantity) AS
SELECT pg_temp.u(i), p, q, c, r
  FROM (VALUES
	('1', '1', 2, 11::numeric, 0), ('2', '1', 1, 100, 0), ('3', '1', 1, 50, 0), ('7', '1', 1, 11, 0),
	('9', '2', 2, 30, 1), ('9', '1', 2, 10, 0), ('10', '1', 1, 11, 0)) v (i, p, q, c, r);

CREATE TABLE expected.numbers (name, value) AS VALUES
	('orders', 5::numeric), ('all_orders', 6), ('cancelled_orders', 1), ('guest_orders', 2), ('refunded_orders', 2),
	('purchasers', 2), ('repeat_purchasers', 1), ('repeat_rate', 0.5), ('units', 9), ('promo_orders', 2);
CREATE TABLE expected.revenue (currency, orders, revenue) AS VALUES ('USD', 3, 78.5), ('PLN', 2, 145.0);

CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_users (user_id, first_name) AS VALUES ('ann@x.org', 'Ann'), ('bob@x.org', 'Bob'), ('boss@x.org', NULL), ('eve@x.org', NULL);
CREATE TABLE expected_email.stg_orders AS
SELECT order_id, CASE WHEN user_id = '2' THEN 'bob@x.org' WHEN right(order_id, 2) = '10' THEN 'eve@x.org' ELSE 'ann@x.org' END AS user_id FROM expected.stg_orders;
CREATE TABLE expected_email.numbers (name, value) AS VALUES ('guest_orders', 0::numeric), ('purchasers', 3), ('repeat_purchasers', 2), ('repeat_rate', 2 / 3.0);

CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS SELECT order_id, order_total FROM expected.stg_orders WHERE right(order_id, 2) IN ('01', '02', '03', '09');
CREATE TABLE expected_paid.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE right(order_id, 2) IN ('01', '02', '03', '09');

CREATE SCHEMA expected_pln;
CREATE TABLE expected_pln.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE currency = 'PLN';
CREATE TABLE expected_pln.numbers (name, value) AS VALUES ('revenue', 145::numeric);

CREATE SCHEMA expected_channel;
CREATE TABLE expected_channel.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE currency = 'PLN';
