-- Odoo 17 to 19: quotations and carts beside orders, contacts that are addresses, names by
-- language, prices with tax in them, per cent a line, rewards, postage, gift cards and headings as
-- lines, part units, credit notes, two companies and currencies, page views without visits.

CREATE TABLE res_currency (id integer PRIMARY KEY, name varchar NOT NULL, active boolean);
INSERT INTO res_currency VALUES (1, 'EUR', true), (2, 'USD', true);

CREATE TABLE website (id integer PRIMARY KEY, name varchar NOT NULL, company_id integer);
INSERT INTO website VALUES (1, 'Webshop', 1), (2, 'Outlet', 2);

CREATE TABLE res_country (id integer PRIMARY KEY, name jsonb, code varchar(2));
INSERT INTO res_country VALUES (1, '{"en_US": "Germany"}', 'DE'), (2, '{"en_US": "United States"}', 'US');

CREATE TABLE res_country_state (id integer PRIMARY KEY, country_id integer, name varchar, code varchar);
INSERT INTO res_country_state VALUES (1, 2, 'Massachusetts', 'MA');

CREATE TABLE res_partner (
	id integer PRIMARY KEY, name varchar, is_company boolean, type varchar, parent_id integer, active boolean, email varchar, phone varchar,
	street varchar, street2 varchar, zip varchar, city varchar, state_id integer, country_id integer, create_date timestamp, write_date timestamp);
INSERT INTO res_partner VALUES
	(1, 'Azure Ltd', true, 'contact', NULL, true, 'office@azure.example', NULL, '1 Main St', '', '02101', 'Boston', 1, 2, '2025-10-01 12:00:00', '2025-10-01 12:00:00'),
	(2, 'Ann Ash', false, 'contact', 1, true, 'Ann@Example.com', '617-555-0101', '1 Main St', NULL, '02101', 'Boston', 1, 2, '2025-11-01 02:00:00', '2026-01-05 12:00:00'),
	-- an address of hers
	(3, 'Ann Ash, home', false, 'delivery', 2, true, NULL, NULL, 'Gasse 2', 'Hof', '10115', 'Berlin', NULL, 1, '2025-11-02 12:00:00', '2025-11-02 12:00:00'),
	-- archived, and has ordered
	(4, 'Bob Birch', false, 'contact', NULL, false, 'bob@example.com', NULL, 'Gasse 4', NULL, '10117', 'Berlin', NULL, 1, '2025-12-01 12:00:00', '2025-12-01 12:00:00'),
	-- Ann, not logged in
	(5, 'Ann', false, 'contact', NULL, true, ' ANN@example.com', NULL, '1 Main St', NULL, '02101', 'Boston', 1, 2, '2026-03-09 10:00:00', '2026-03-09 10:00:00'),
	(6, 'Cy', false, 'contact', NULL, true, 'cy@example.com', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-01 04:30:00', '2026-01-01 04:30:00');

CREATE TABLE product_category (id integer PRIMARY KEY, name varchar, complete_name varchar);
INSERT INTO product_category VALUES (1, 'Kitchen', 'All / Kitchen'), (2, 'Food', 'All / Food');

CREATE TABLE product_template (id integer PRIMARY KEY, name jsonb NOT NULL, list_price numeric, categ_id integer, type varchar, active boolean);
INSERT INTO product_template VALUES
	(11, '{"en_US": "Mug", "de_DE": "Becher"}', 20.00, 1, 'consu', true),
	(12, '{"en_US": "Cup"}', 5.00, 1, 'consu', false),
	(13, '{"en_US": "Cheese"}', 25.00, 2, 'consu', true),
	(14, '{"en_US": "Delivery"}', 5.00, NULL, 'service', true);

-- ids unlike those of templates
CREATE TABLE product_product (id integer PRIMARY KEY, product_tmpl_id integer NOT NULL, default_code varchar, active boolean);
INSERT INTO product_product VALUES (1, 11, 'MUG', true), (2, 12, NULL, false), (3, 13, NULL, true), (4, 14, NULL, true), (5, 11, 'MUG-L', true);

CREATE TABLE product_template_attribute_value (id integer PRIMARY KEY, price_extra numeric);
INSERT INTO product_template_attribute_value VALUES (1, 0), (2, 4.00), (3, 1.50);

CREATE TABLE product_variant_combination (product_product_id integer NOT NULL, product_template_attribute_value_id integer NOT NULL);
INSERT INTO product_variant_combination VALUES (1, 1), (5, 2), (5, 3);

CREATE TABLE stock_location (id integer PRIMARY KEY, name varchar, usage varchar);
INSERT INTO stock_location VALUES (1, 'Stock', 'internal'), (2, 'Shelf', 'internal'), (3, 'Customers', 'customer'), (4, 'Loss', 'inventory');

CREATE TABLE stock_quant (id integer PRIMARY KEY, product_id integer, location_id integer, quantity numeric, reserved_quantity numeric NOT NULL);
INSERT INTO stock_quant VALUES
	(1, 1, 1, 8, 2), (2, 1, 2, 1, 0), (3, 1, 3, 40, 0), (4, 1, 4, -49, 0), (5, 3, 1, 12, 2), (6, 5, 1, 3, 0);

CREATE TABLE delivery_carrier (id integer PRIMARY KEY, name jsonb NOT NULL);
INSERT INTO delivery_carrier VALUES (1, '{"en_US": "Standard delivery"}');

CREATE TABLE loyalty_program (
	id integer PRIMARY KEY, name jsonb NOT NULL, program_type varchar NOT NULL, active boolean, date_from date, date_to date);
INSERT INTO loyalty_program VALUES
	(1, '{"en_US": "Ten per cent"}', 'promo_code', true, NULL, NULL),
	(2, '{"en_US": "Five off"}', 'promotion', true, '2026-01-01', '2026-05-01'),
	(3, '{"en_US": "Gift cards"}', 'gift_card', true, NULL, NULL),
	(4, '{"en_US": "Cup for free"}', 'buy_x_get_y', true, NULL, NULL),
	(5, '{"en_US": "Old"}', 'coupons', false, NULL, NULL),
	(6, '{"en_US": "To come"}', 'promotion', true, '2099-01-01', NULL);

CREATE TABLE loyalty_rule (id integer PRIMARY KEY, program_id integer NOT NULL, code varchar, mode varchar);
INSERT INTO loyalty_rule VALUES (1, 1, 'TEN', 'with_code'), (2, 2, NULL, 'auto'), (3, 2, NULL, 'auto'), (4, 4, NULL, 'auto');

CREATE TABLE loyalty_reward (
	id integer PRIMARY KEY, program_id integer NOT NULL, reward_type varchar NOT NULL, discount double precision, discount_mode varchar NOT NULL,
	discount_applicability varchar, required_points double precision);
INSERT INTO loyalty_reward VALUES
	(21, 1, 'discount', 10, 'percent', 'order', 1),
	(22, 2, 'discount', 5, 'per_order', 'order', 1),
	(23, 3, 'discount', 1, 'per_point', 'order', 1),
	(24, 4, 'product', 10, 'percent', 'order', 2),
	-- not of the order
	(25, 5, 'discount', 15, 'percent', 'cheapest', 1),
	(26, 6, 'discount', 2.5, 'percent', 'order', 1);

CREATE TABLE sale_order (
	id integer PRIMARY KEY, name varchar NOT NULL, state varchar, date_order timestamp NOT NULL, create_date timestamp, commitment_date timestamp,
	partner_id integer NOT NULL, partner_shipping_id integer NOT NULL, currency_id integer, currency_rate double precision,
	company_id integer NOT NULL, website_id integer, carrier_id integer, invoice_status varchar,
	amount_untaxed numeric, amount_tax numeric, amount_total numeric);
INSERT INTO sale_order VALUES
	-- in New York it is still February
	(1, 'S00001', 'sale', '2026-03-01 04:00:00', '2026-02-28 20:00:00', '2026-03-06 23:00:00', 2, 3, 1, 1, 1, 1, 1, 'invoiced', 37.40, 7.10, 44.50),
	(2, 'S00002', 'sale', '2026-03-05 10:00:00', '2026-03-05 09:00:00', NULL, 2, 2, 1, 1, 1, 1, NULL, 'invoiced', 30.00, 5.70, 35.70),
	(3, 'S00003', 'cancel', '2026-03-06 10:00:00', '2026-03-06 09:00:00', NULL, 4, 4, 1, 1, 1, 1, NULL, 'no', 15.00, 0, 15.00),
	-- by a sales person; paid in part with a gift card
	(4, 'S00004', 'sale', '2026-03-08 10:00:00', '2026-03-08 09:00:00', NULL, 4, 4, 2, 1.1, 2, NULL, NULL, 'to invoice', 20.00, 0, 20.00),
	(5, 'S00005', 'sale', '2026-03-09 10:00:00', '2026-03-09 09:00:00', NULL, 5, 5, 1, 1, 1, 1, NULL, 'to invoice', 10.00, 1.90, 11.90),
	-- a cart, and a quotation
	(6, 'S00006', 'draft', '2026-03-10 10:00:00', '2026-03-10 09:00:00', NULL, 6, 6, 1, 1, 1, 1, NULL, 'no', 50.00, 0, 50.00),
	(7, 'S00007', 'sent', '2026-03-11 10:00:00', '2026-03-11 09:00:00', NULL, 6, 6, 1, 1, 1, NULL, NULL, 'no', 60.00, 0, 60.00),
	(8, 'S00008', 'sale', '2026-03-12 10:00:00', '2026-03-12 09:00:00', NULL, 6, 6, 2, 1.1, 2, 2, NULL, 'to invoice', 10.00, 0, 10.00),
	(9, 'S00009', 'sale', '2026-03-13 10:00:00', '2026-03-13 09:00:00', NULL, 4, 4, 2, 1.1, 2, 2, NULL, 'to invoice', 15.00, 0, 15.00);

CREATE TABLE sale_order_line (
	id integer PRIMARY KEY, order_id integer NOT NULL, sequence integer, name text, product_id integer, product_uom_qty numeric NOT NULL,
	price_unit numeric NOT NULL, discount numeric, price_subtotal numeric, price_tax double precision, price_total numeric,
	display_type varchar, is_downpayment boolean, is_delivery boolean, reward_id integer);
INSERT INTO sale_order_line VALUES
	(1, 1, 10, 'Kitchen', NULL, 0, 0, 0, 0, 0, 0, 'line_section', false, false, NULL),
	(2, 1, 11, 'Mug', 1, 2, 20.00, 10, 36.00, 6.84, 42.84, NULL, false, false, NULL),
	(3, 1, 12, 'Standard delivery', 4, 1, 5.00, 0, 5.00, 0.95, 5.95, NULL, false, true, NULL),
	(4, 1, 13, '10 % on your order', 4, 1, -3.60, 0, -3.60, -0.69, -4.29, NULL, false, NULL, 21),
	-- its price has the tax in it
	(5, 2, 10, 'Mug', 1, 1, 11.90, 0, 10.00, 1.90, 11.90, NULL, false, false, NULL),
	-- one product on two lines
	(6, 2, 11, 'Cup', 2, 3, 4.00, 0, 12.00, 2.28, 14.28, NULL, false, false, NULL),
	(7, 2, 12, 'Cup', 2, 1, 8.00, 0, 8.00, 1.52, 9.52, NULL, false, false, NULL),
	(8, 3, 10, 'Mug', 1, 1, 15.00, 0, 15.00, 0, 15.00, NULL, false, false, NULL),
	(9, 4, 10, 'Mug', 1, 2, 15.00, 0, 30.00, 0, 30.00, NULL, false, false, NULL),
	(10, 4, 11, 'Gift card', 4, 1, -10.00, 0, -10.00, 0, -10.00, NULL, false, false, 23),
	(11, 5, 10, 'Cup', 2, 2, 5.00, 0, 10.00, 1.90, 11.90, NULL, false, false, NULL),
	(12, 5, 11, 'Cup for free', 2, 1, 5.00, 100, 0, 0, 0, NULL, false, false, 24),
	(13, 6, 10, 'Mug', 1, 1, 50.00, 0, 50.00, 0, 50.00, NULL, false, false, NULL),
	(14, 7, 10, 'Mug', 1, 1, 60.00, 0, 60.00, 0, 60.00, NULL, false, false, NULL),
	-- 400 grams
	(15, 8, 10, 'Cheese', 3, 0.4, 25.00, 0, 10.00, 0, 10.00, NULL, false, false, NULL),
	(16, 8, 11, 'Down payment', 4, 0, 5.00, 0, 0, 0, 0, NULL, true, false, NULL),
	(17, 8, 12, 'Thank you', NULL, 0, 0, 0, 0, 0, 0, 'line_note', false, false, NULL),
	(18, 9, 10, 'Cheese', 3, 1.5, 10.00, 0, 15.00, 0, 15.00, NULL, false, false, NULL);

CREATE TABLE account_move (id integer PRIMARY KEY, name varchar, move_type varchar NOT NULL, state varchar NOT NULL);
INSERT INTO account_move VALUES (1, 'INV/1', 'out_invoice', 'posted'), (2, 'RINV/1', 'out_refund', 'posted'), (3, NULL, 'out_refund', 'draft'), (4, NULL, 'out_refund', 'cancel');

CREATE TABLE account_move_line (id integer PRIMARY KEY, move_id integer NOT NULL, price_total numeric);
INSERT INTO account_move_line VALUES (1, 1, 11.90), (2, 1, 14.28), (3, 1, 9.52), (4, 2, 11.90), (5, 2, 4.76), (6, 3, 14.28), (7, 4, 14.28);

CREATE TABLE sale_order_line_invoice_rel (invoice_line_id integer NOT NULL, order_line_id integer NOT NULL);
INSERT INTO sale_order_line_invoice_rel VALUES (1, 5), (2, 6), (3, 7), (4, 5), (5, 6), (6, 6), (7, 6);

CREATE TABLE stock_picking_type (id integer PRIMARY KEY, code varchar NOT NULL);
INSERT INTO stock_picking_type VALUES (1, 'outgoing'), (2, 'incoming'), (3, 'internal');

CREATE TABLE stock_picking (
	id integer PRIMARY KEY, name varchar, sale_id integer, state varchar, date_done timestamp, picking_type_id integer, carrier_tracking_ref varchar);
INSERT INTO stock_picking VALUES
	(1, 'WH/PICK/1', 1, 'done', '2026-03-02 08:00:00', 3, NULL),
	(2, 'WH/OUT/1', 1, 'done', '2026-03-02 15:00:00', 1, 'TR1'),
	(3, 'WH/OUT/2', 1, 'done', '2026-03-04 15:00:00', 1, NULL),
	(4, 'WH/OUT/3', 1, 'cancel', NULL, 1, NULL),
	-- sent back
	(5, 'WH/IN/1', 1, 'done', '2026-03-20 15:00:00', 2, NULL),
	-- the rest is to follow
	(6, 'WH/OUT/4', 2, 'done', '2026-03-06 15:00:00', 1, NULL),
	(7, 'WH/OUT/5', 2, 'assigned', NULL, 1, NULL);

CREATE TABLE website_visitor (id integer PRIMARY KEY, partner_id integer, website_id integer);
INSERT INTO website_visitor VALUES (1, NULL, 1), (2, 2, 1), (3, NULL, 2);

CREATE TABLE website_track (id integer PRIMARY KEY, visitor_id integer NOT NULL, page_id integer, url text, product_id integer, visit_datetime timestamp NOT NULL);
INSERT INTO website_track VALUES
	(1, 1, 1, 'https://shop.example/', NULL, '2026-03-01 01:00:00'),
	-- a product that was seen has no URL
	(2, 1, NULL, NULL, 1, '2026-03-01 01:20:00'),
	-- 70 minutes later: another visit
	(3, 1, NULL, NULL, 2, '2026-03-01 02:30:00'),
	(4, 2, NULL, NULL, 1, '2026-03-01 03:50:00'),
	(5, 2, 2, 'https://shop.example/about-us', NULL, '2026-03-01 03:55:00'),
	(6, 3, NULL, NULL, 3, '2026-03-02 03:55:00');
