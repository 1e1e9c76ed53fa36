CREATE TABLE expected.stg_users (user_id, email) AS VALUES ('ann@x.org', 'ann@x.org'), ('bob@x.org', 'bob@x.org');
CREATE TABLE expected.stg_addresses (zipcode, state, country) AS VALUES ('01234', 'NY', 'US'), ('SW1A 1AA', NULL, 'GB'), ('01234', 'MA', 'US');
CREATE TABLE expected.stg_products (product_id, name, price) AS VALUES ('SHIRT', 'Shirt', 20.00), ('Mug', 'Mug', 10.00), ('MUG-1', 'Mug', 10.00);
CREATE TABLE expected.stg_promos (promo_id, code) AS VALUES ('TEN', 'TEN');

CREATE TABLE expected.stg_orders (order_id, user_id, promo_id, created_at, order_cost, shipping_cost, order_total, tax, discount, refunded, currency, is_cancelled, channel) AS VALUES
	('#1001', 'ann@x.org', 'TEN', '2026-02-02 04:30+00'::timestamptz, 50.00, 5.00, 54.50, 4.50, 5.00, 0.00, 'USD', false, 'web'),
	('#1002', 'bob@x.org', NULL, '2026-02-03 10:00+00', 24, 6, 30, 0, 0, 12, 'GBP', false, 'web'),
	('#1003', 'ann@x.org', NULL, '2026-02-05 09:00+00', 20, 0, 20, 0, 0, 0, 'USD', true, 'web'),
	('#1004', NULL, NULL, '2026-02-06 10:00+00', 30, 0, 30, 0, 0, 0, 'USD', false, 'pos'),
	('#1005', 'ann@x.org', NULL, '2026-03-01 10:00+00', 20, 0, 20, 0, 0, 20, 'USD', false, 'web');

CREATE TABLE expected.stg_order_items (order_id, product_id, quantity, unit_price) AS VALUES
	('#1001', 'SHIRT', 2, 20.00), ('#1001', 'Mug', 1, 10.00), ('#1002', 'SHIRT', 2, 12.00), ('#1003', 'SHIRT', 1, 20.00), ('#1004', 'MUG-1', 3, 10.00), ('#1005', 'SHIRT', 1, 20.00);

CREATE TABLE expected.numbers (name, value) AS VALUES
	('orders', 4::numeric), ('all_orders', 5), ('cancelled_orders', 1), ('guest_orders', 1), ('refunded_orders', 2),
	('purchasers', 2), ('repeat_purchasers', 1), ('repeat_rate', 0.5), ('units', 9), ('promo_orders', 1);
CREATE TABLE expected.revenue (currency, orders, revenue) AS VALUES ('USD', 3, 84.5), ('GBP', 1, 18.0);

CREATE SCHEMA expected_paid;
CREATE TABLE expected_paid.stg_orders AS SELECT order_id, order_total FROM expected.stg_orders WHERE order_id IN ('#1001', '#1002', '#1005');
CREATE TABLE expected_paid.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id IN ('#1001', '#1002', '#1005');

CREATE SCHEMA expected_gbp;
CREATE TABLE expected_gbp.stg_orders AS SELECT order_id, order_total, currency FROM expected.stg_orders WHERE currency = 'GBP';
CREATE TABLE expected_gbp.stg_order_items AS SELECT order_id, product_id, quantity FROM expected.stg_order_items WHERE order_id = '#1002';
CREATE TABLE expected_gbp.numbers (name, value) AS VALUES ('revenue', 18::numeric);
