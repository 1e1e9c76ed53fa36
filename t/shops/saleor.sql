-- Saleor 3: Django's tables, one prefix per application.

CREATE TABLE account_address (id serial PRIMARY KEY, first_name varchar(256) NOT NULL DEFAULT '', street_address_1 varchar(256) NOT NULL DEFAULT '',
	street_address_2 varchar(256) NOT NULL DEFAULT '', city varchar(256) NOT NULL DEFAULT '', postal_code varchar(20) NOT NULL DEFAULT '',
	country varchar(2) NOT NULL, country_area varchar(128) NOT NULL DEFAULT '');
CREATE TABLE account_user (id serial PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, first_name varchar(256) NOT NULL DEFAULT '', last_name varchar(256) NOT NULL DEFAULT '',
	is_staff boolean NOT NULL DEFAULT false, is_active boolean NOT NULL DEFAULT true, date_joined timestamptz NOT NULL, updated_at timestamptz NOT NULL,
	default_shipping_address_id integer);
CREATE TABLE channel_channel (id serial PRIMARY KEY, name varchar(250) NOT NULL, slug varchar(255) NOT NULL UNIQUE, currency_code varchar(3) NOT NULL, is_active boolean NOT NULL DEFAULT true);
CREATE TABLE product_category (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE product_product (id serial PRIMARY KEY, name varchar(250) NOT NULL, category_id integer);
CREATE TABLE product_productvariant (id serial PRIMARY KEY, sku varchar(255), name varchar(255) NOT NULL DEFAULT '', product_id integer NOT NULL, track_inventory boolean NOT NULL DEFAULT true);
CREATE TABLE product_productvariantchannellisting (id serial PRIMARY KEY, variant_id integer NOT NULL, channel_id integer NOT NULL, currency varchar(3) NOT NULL, price_amount numeric(20, 3));
CREATE TABLE warehouse_stock (id serial PRIMARY KEY, product_variant_id integer NOT NULL, warehouse_id uuid, quantity integer NOT NULL DEFAULT 0, quantity_allocated integer NOT NULL DEFAULT 0);
CREATE TABLE discount_voucher (id serial PRIMARY KEY, type varchar(20) NOT NULL DEFAULT 'entire_order', name varchar(255), usage_limit integer, start_date timestamptz NOT NULL,
	end_date timestamptz, apply_once_per_order boolean NOT NULL DEFAULT false, discount_value_type varchar(10) NOT NULL DEFAULT 'fixed');
CREATE TABLE discount_vouchercode (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code varchar(255) NOT NULL UNIQUE, used integer NOT NULL DEFAULT 0, is_active boolean NOT NULL DEFAULT true, voucher_id integer NOT NULL);
CREATE TABLE discount_voucherchannellisting (id serial PRIMARY KEY, voucher_id integer NOT NULL, channel_id integer NOT NULL, discount_value numeric(20, 3) NOT NULL, currency varchar(3) NOT NULL);
CREATE TABLE order_order (id uuid PRIMARY KEY, number integer NOT NULL UNIQUE, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(),
	status varchar(32) NOT NULL, authorize_status varchar(32) NOT NULL DEFAULT 'none', charge_status varchar(32) NOT NULL DEFAULT 'none', user_id integer, user_email varchar(254) NOT NULL DEFAULT '',
	original_id uuid, origin varchar(32) NOT NULL, currency varchar(3) NOT NULL, channel_id integer NOT NULL, shipping_address_id integer, shipping_method_name varchar(255),
	shipping_price_net_amount numeric(20, 3) NOT NULL DEFAULT 0, shipping_price_gross_amount numeric(20, 3) NOT NULL DEFAULT 0,
	base_shipping_price_amount numeric(20, 3) NOT NULL DEFAULT 0, undiscounted_base_shipping_price_amount numeric(20, 3) NOT NULL DEFAULT 0,
	total_net_amount numeric(20, 3) NOT NULL DEFAULT 0, undiscounted_total_net_amount numeric(20, 3) NOT NULL DEFAULT 0,
	total_gross_amount numeric(20, 3) NOT NULL DEFAULT 0, undiscounted_total_gross_amount numeric(20, 3) NOT NULL DEFAULT 0,
	voucher_id integer, voucher_code varchar(255));
CREATE TABLE order_orderline (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), created_at timestamptz NOT NULL DEFAULT now(), order_id uuid NOT NULL, variant_id integer, product_name varchar(386) NOT NULL,
	variant_name varchar(255) NOT NULL DEFAULT '', product_sku varchar(255), product_variant_id varchar(255), quantity integer NOT NULL, currency varchar(3) NOT NULL,
	unit_price_gross_amount numeric(20, 3) NOT NULL, total_price_gross_amount numeric(20, 3) NOT NULL,
	undiscounted_unit_price_gross_amount numeric(20, 3) NOT NULL DEFAULT 0, undiscounted_total_price_gross_amount numeric(20, 3) NOT NULL DEFAULT 0, tax_rate numeric(5, 4));
CREATE TABLE order_fulfillment (id serial PRIMARY KEY, order_id uuid NOT NULL, fulfillment_order integer NOT NULL DEFAULT 1, status varchar(32) NOT NULL DEFAULT 'fulfilled',
	tracking_number varchar(255) NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE order_fulfillmentline (id serial PRIMARY KEY, order_line_id uuid NOT NULL, fulfillment_id integer NOT NULL, quantity integer NOT NULL);
CREATE TABLE payment_transactionitem (id serial PRIMARY KEY, order_id uuid, currency varchar(3) NOT NULL, charged_value numeric(20, 3) NOT NULL DEFAULT 0, refunded_value numeric(20, 3) NOT NULL DEFAULT 0);
CREATE TABLE payment_payment (id serial PRIMARY KEY, order_id uuid, gateway varchar(255) NOT NULL, is_active boolean NOT NULL DEFAULT true, total numeric(20, 3) NOT NULL, captured_amount numeric(20, 3) NOT NULL DEFAULT 0);
CREATE TABLE payment_transaction (id serial PRIMARY KEY, payment_id integer NOT NULL, kind varchar(25) NOT NULL, is_success boolean NOT NULL DEFAULT false, amount numeric(20, 3) NOT NULL);

INSERT INTO account_address (id, street_address_1, city, postal_code, country, country_area) VALUES
	(1, 'Main St 1', 'Town', '01234', 'US', 'NY'), (2, 'Main St 1', 'Town', '01234', 'US', 'NY'), (3, 'ul. Prosta 2', 'Wroclaw', '53-601', 'PL', '');
INSERT INTO account_user (id, email, first_name, last_name, is_staff, date_joined, updated_at, default_shipping_address_id) VALUES
	(1, 'ann@x.org', 'Ann', 'A', false, '2026-01-01 23:30-05', '2026-01-02 10:00+00', 1),
	(2, 'bob@x.org', 'Bob', 'B', false, '2026-01-03 10:00+00', '2026-01-03 10:00+00', NULL),
	(3, 'boss@x.org', '', '', true, '2026-01-03 10:00+00', '2026-01-03 10:00+00', NULL);
INSERT INTO channel_channel (id, name, slug, currency_code) VALUES (1, 'US', 'default-channel', 'USD'), (2, 'PL', 'channel-pln', 'PLN');
INSERT INTO product_category (id, name) VALUES (1, 'Clothes');
INSERT INTO product_product (id, name, category_id) VALUES (1, 'Shirt', 1), (3, 'E-book', NULL);
-- variant 2 has been deleted
INSERT INTO product_productvariant (id, sku, name, product_id, track_inventory) VALUES (1, 's', 'S', 1, true), (3, 'e', '', 3, false);
INSERT INTO product_productvariantchannellisting (variant_id, channel_id, currency, price_amount) VALUES (1, 2, 'PLN', 50), (1, 1, 'USD', 10), (3, 1, 'USD', 9.99);
INSERT INTO warehouse_stock (product_variant_id, quantity, quantity_allocated) VALUES (1, 10, 2), (1, 5, 0), (3, 7, 0);
INSERT INTO discount_voucher (id, type, name, start_date, end_date, discount_value_type) VALUES
	(1, 'entire_order', 'Ten', '2025-01-01 00:00+00', NULL, 'percentage'),
	(2, 'shipping', 'Ship', '2025-01-01 00:00+00', NULL, 'percentage'),
	(3, 'entire_order', 'Five', '2025-01-01 00:00+00', '2025-06-01 00:00+00', 'fixed'),
	(4, 'entire_order', 'Six', '2025-01-01 00:00+00', NULL, 'fixed');
INSERT INTO discount_vouchercode (code, voucher_id, is_active) VALUES ('TEN', 1, true), ('SHIP', 2, true), ('FIVE', 3, true), ('SIX', 4, false);
INSERT INTO discount_voucherchannellisting (voucher_id, channel_id, discount_value, currency) VALUES
	(1, 1, 10, 'USD'), (1, 2, 10, 'PLN'), (2, 2, 100, 'PLN'), (3, 2, 20, 'PLN'), (3, 1, 5, 'USD'), (4, 1, 6, 'USD');

CREATE OR REPLACE FUNCTION pg_temp.u(n text) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n, 12, '0'))::uuid $$;

INSERT INTO order_order (id, number, created_at, status, charge_status, user_id, user_email, origin, currency, channel_id, shipping_address_id, shipping_method_name,
						 shipping_price_gross_amount, base_shipping_price_amount, undiscounted_base_shipping_price_amount, undiscounted_total_gross_amount, total_gross_amount, voucher_id, voucher_code)
SELECT pg_temp.u(i), n, c::timestamptz, s, p, u, e, o, y, h, a, m, sg, sb, su, tu, t, v, k
  FROM (VALUES
	-- prices without tax: Saleor adds the shipping to the undiscounted total without its tax
	('1', 1, '2026-02-01 23:30-05', 'partially fulfilled', 'full', 1, 'ann@x.org', 'checkout', 'USD', 1, 2, 'UPS', 5.50, 5.00, 5.00, 27.00, 27.50, NULL::integer, NULL),
	-- a guest, with a voucher
	('2', 2, '2026-02-03 10:00+00', 'fulfilled', 'full', NULL, 'Ann@x.org', 'checkout', 'PLN', 2, 3, 'DHL', 20, 20, 20, 120, 110, 1, 'TEN'),
	-- a voucher for the shipping
	('3', 3, '2026-02-04 10:00+00', 'unfulfilled', 'overcharged', 2, 'bob@x.org', 'checkout', 'PLN', 2, 3, 'DHL', 0, 0, 20, 70, 50, 2, 'SHIP'),
	('4', 4, '2026-02-05 10:00+00', 'draft', 'none', 2, 'bob@x.org', 'draft', 'USD', 1, NULL, NULL, 0, 0, 0, 11, 11, NULL, NULL),
	('5', 5, '2026-02-06 10:00+00', 'unconfirmed', 'none', 2, 'bob@x.org', 'checkout', 'USD', 1, NULL, NULL, 0, 0, 0, 11, 11, NULL, NULL),
	('6', 6, '2026-02-07 10:00+00', 'expired', 'none', 2, 'bob@x.org', 'checkout', 'USD', 1, NULL, NULL, 0, 0, 0, 11, 11, NULL, NULL),
	('7', 7, '2026-02-08 10:00+00', 'canceled', 'none', 2, 'bob@x.org', 'checkout', 'USD', 1, NULL, NULL, 0, 0, 0, 11, 11, NULL, NULL),
	-- sent once more
	('8', 8, '2026-02-09 10:00+00', 'unfulfilled', 'none', NULL, 'Ann@x.org', 'reissue', 'PLN', 2, 3, 'DHL', 0, 0, 0, 100, 100, NULL, NULL),
	-- a gift card of 10; one variant deleted since, one on two lines
	('9', 9, '2026-03-01 10:00+00', 'partially_returned', 'full', 2, 'bob@x.org', 'draft', 'USD', 1, 2, NULL, 0, 0, 0, 80, 70, NULL, NULL),
	('10', 10, '2026-03-02 10:00+00', 'unfulfilled', 'none', NULL, 'eve@x.org', 'checkout', 'USD', 1, NULL, NULL, 0, 0, 0, 11, 11, NULL, NULL)
  ) x (i, n, c, s, p, u, e, o, y, h, a, m, sg, sb, su, tu, t, v, k);
-- product_variant_id is the text ProductVariant:1 in base64, and outlives the variant
INSERT INTO order_orderline (id, order_id, variant_id, product_name, product_sku, product_variant_id, quantity, currency, unit_price_gross_amount, total_price_gross_amount,
							 undiscounted_unit_price_gross_amount, undiscounted_total_price_gross_amount, tax_rate)
SELECT pg_temp.u(i), pg_temp.u(o), v, p, s, encode(convert_to('ProductVariant:' || g, 'UTF8'), 'base64'), q, y, t / q, t, l, l * q, 0.1
  FROM (VALUES
	('101', '1', 1, 'Shirt', 's', 1, 2, 'USD', 22.00, 11.00),
	('102', '2', 1, 'Shirt', 's', 1, 1, 'PLN', 90, 100),
	('103', '3', 1, 'Shirt', 's', 1, 1, 'PLN', 50, 50),
	('104', '4', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11),
	('105', '5', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11),
	('106', '6', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11),
	('107', '7', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11),
	('108', '8', 1, 'Shirt', 's', 1, 1, 'PLN', 100, 100),
	('109', '9', NULL, 'Mug', 'm', 2, 2, 'USD', 60, 30),
	('110', '9', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11), ('111', '9', 1, 'Shirt', 's', 1, 1, 'USD', 9, 9),
	('112', '10', 1, 'Shirt', 's', 1, 1, 'USD', 11, 11)) x (i, o, v, p, s, g, q, y, t, l);
INSERT INTO order_fulfillment (id, order_id, status, tracking_number) VALUES
	(1, pg_temp.u('1'), 'fulfilled', 'TRACK-1'), (2, pg_temp.u('9'), 'fulfilled', ''), (3, pg_temp.u('9'), 'returned', ''), (4, pg_temp.u('9'), 'refunded', ''), (5, pg_temp.u('9'), 'canceled', '');
INSERT INTO order_fulfillmentline (order_line_id, fulfillment_id, quantity) VALUES
	(pg_temp.u('101'), 1, 1), (pg_temp.u('109'), 2, 1), (pg_temp.u('109'), 3, 1), (pg_temp.u('110'), 4, 1), (pg_temp.u('111'), 5, 1);
INSERT INTO payment_transactionitem (order_id, currency, charged_value, refunded_value) VALUES (pg_temp.u('2'), 'PLN', 95, 15), (NULL, 'PLN', 0, 9);
INSERT INTO payment_payment (id, order_id, gateway, total, captured_amount) VALUES (1, pg_temp.u('9'), 'dummy', 70, 40);
INSERT INTO payment_transaction (payment_id, kind, is_success, amount) VALUES (1, 'capture', true, 70), (1, 'refund', true, 30), (1, 'refund', false, 40);
