-- Solidus 4: carts beside orders, times without zone, two stores and currencies, names in one
-- column, coupons that took nothing off and promos that need none, terms in YAML, units cancelled
-- later, soft deletes, line items of one variant twice, parcels in parts.

CREATE TABLE spree_stores (
	id integer PRIMARY KEY, name varchar, code varchar, "default" boolean NOT NULL DEFAULT false, default_currency varchar);
INSERT INTO spree_stores VALUES
	(1, 'United States', 'us', true, 'USD'),
	(2, 'Europe', 'eu', false, 'EUR');

CREATE TABLE spree_countries (id integer PRIMARY KEY, iso varchar NOT NULL, name varchar);
INSERT INTO spree_countries VALUES (1, 'US', 'United States'), (2, 'DE', 'Germany');

CREATE TABLE spree_states (id integer PRIMARY KEY, name varchar, abbr varchar, country_id integer);
INSERT INTO spree_states VALUES (1, 'Massachusetts', 'MA', 1);

CREATE TABLE spree_taxons (id integer PRIMARY KEY, name varchar NOT NULL, parent_id integer);
INSERT INTO spree_taxons VALUES (1, 'Kitchen', NULL), (2, 'Clothes', NULL), (3, 'Sale', NULL);

CREATE TABLE spree_products (id integer PRIMARY KEY, name varchar NOT NULL DEFAULT '', deleted_at timestamp(6), available_on timestamp(6));
INSERT INTO spree_products VALUES
	(1, 'Mug', NULL, '2025-01-01'), (2, 'Shirt', NULL, '2025-01-01'), (3, 'Poster', '2026-03-01 00:00:00', '2025-01-01');

CREATE TABLE spree_products_taxons (id integer PRIMARY KEY, product_id integer, taxon_id integer, position integer);
INSERT INTO spree_products_taxons VALUES (1, 1, 1, 1), (2, 2, 2, 1), (3, 2, 3, 2);

CREATE TABLE spree_variants (
	id integer PRIMARY KEY, sku varchar NOT NULL DEFAULT '', is_master boolean DEFAULT false, product_id integer,
	track_inventory boolean DEFAULT true, deleted_at timestamp(6));
INSERT INTO spree_variants VALUES
	(11, 'MUG', true, 1, true, NULL),
	-- the shirt itself is not for sale: its sizes are
	(21, 'SHIRT', true, 2, true, NULL),
	(22, 'SHIRT-M', false, 2, true, NULL),
	(23, 'SHIRT-L', false, 2, true, '2026-03-01 00:00:00'),
	(31, '', true, 3, false, '2026-03-01 00:00:00');

CREATE TABLE spree_stock_locations (id integer PRIMARY KEY, name varchar, active boolean DEFAULT true);
INSERT INTO spree_stock_locations VALUES (1, 'East', true), (2, 'West', true), (3, 'Closed', false);

CREATE TABLE spree_stock_items (
	id integer PRIMARY KEY, stock_location_id integer, variant_id integer, count_on_hand integer NOT NULL DEFAULT 0, deleted_at timestamp(6));
INSERT INTO spree_stock_items VALUES
	(1, 1, 11, 5, NULL), (2, 2, 11, 2, NULL), (3, 3, 11, 100, NULL),
	(4, 1, 22, 3, NULL), (5, 2, 22, 50, '2026-01-01 00:00:00'),
	(6, 1, 31, 0, NULL);

CREATE TABLE spree_orders (
	id integer PRIMARY KEY, number varchar(32), user_id integer, email varchar, state varchar,
	payment_state varchar, shipment_state varchar, created_at timestamp(6) NOT NULL, completed_at timestamp(6), canceled_at timestamp(6),
	currency varchar, channel varchar DEFAULT 'spree', store_id integer, bill_address_id integer, ship_address_id integer,
	item_total numeric(10, 2) NOT NULL DEFAULT 0, shipment_total numeric(10, 2) NOT NULL DEFAULT 0,
	adjustment_total numeric(10, 2) NOT NULL DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
	additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
	total numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO spree_orders VALUES
	-- in New York it is still February; a promo, tax on top
	(1, 'R001', 1, 'Ann@Example.com', 'complete', 'paid', 'shipped', '2026-02-28 20:00:00', '2026-03-01 03:30:00', NULL,
	 'USD', 'spree', 1, 1, 1, 40.00, 5.00, -0.72, -4.00, 3.28, 0, 44.28),
	-- tax included; 5.00 refunded, in two parts
	(2, 'R002', 1, 'ann@example.com', 'complete', 'paid', 'shipped', '2026-03-05 09:00:00', '2026-03-05 10:00:00', NULL,
	 'USD', 'spree', 1, 1, 3, 20.00, 0, 0, 0, 0, 3.19, 20.00),
	(3, 'R003', 2, 'bob@example.com', 'canceled', 'void', 'canceled', '2026-03-06 09:00:00', '2026-03-06 10:00:00', '2026-03-07 10:00:00',
	 'EUR', 'spree', 2, 2, 2, 15.00, 0, 0, 0, 0, 0, 15.00),
	(4, 'R004', 2, 'bob@example.com', 'complete', 'paid', 'ready', '2026-03-08 09:00:00', '2026-03-08 10:00:00', NULL,
	 'EUR', 'app', 2, 2, NULL, 30.00, 4.90, 0, 0, 0, 0, 34.90),
	-- a guest, who has an account; not paid yet
	(5, 'R005', NULL, ' BOB@Example.com ', 'complete', 'balance_due', 'pending', '2026-03-09 09:00:00', '2026-03-09 10:00:00', NULL,
	 'USD', 'spree', 1, 4, 4, 10.00, 0, 0, 0, 0, 0, 10.00),
	-- a cart
	(6, 'R006', 1, 'ann@example.com', 'payment', NULL, NULL, '2026-03-10 09:00:00', NULL, NULL,
	 'USD', 'spree', 1, 1, 1, 50.00, 0, -5.00, -5.00, 0, 0, 45.00),
	-- a guest; all sent back; 1.00 taken off by hand
	(7, 'R007', NULL, 'zoe@example.com', 'returned', 'paid', 'shipped', '2026-03-11 09:00:00', '2026-03-11 10:00:00', NULL,
	 'USD', 'spree', 1, 4, 4, 20.00, 0, -1.00, 0, 0, 0, 19.00),
	-- two promos, 2.00 charged by hand, a unit of 10.00 cancelled later; another e-mail than the account's
	(8, 'R008', 1, 'ann.work@example.com', 'awaiting_return', 'paid', 'partial', '2026-03-12 09:00:00', '2026-03-12 10:00:00', NULL,
	 'USD', 'spree', 1, 1, 1, 30.00, 5.00, -16.00, -8.00, 0, 0, 19.00),
	-- paid twice; a coupon that took nothing off
	(9, 'R009', 3, 'cy@example.com', 'resumed', 'credit_owed', 'ready', '2026-03-13 09:00:00', '2026-03-13 10:00:00', NULL,
	 'USD', 'spree', 1, NULL, NULL, 10.00, 0, 0, 0, 0, 0, 10.00);

CREATE TABLE spree_line_items (
	id integer PRIMARY KEY, order_id integer, variant_id integer, quantity integer NOT NULL, price numeric(10, 2) NOT NULL, currency varchar);
INSERT INTO spree_line_items VALUES
	(1, 1, 11, 2, 10.00, 'USD'), (2, 1, 22, 1, 20.00, 'USD'),
	-- one variant on two lines
	(3, 2, 22, 3, 4.00, 'USD'), (4, 2, 22, 1, 8.00, 'USD'),
	(5, 3, 31, 1, 15.00, 'EUR'), (6, 4, 31, 2, 15.00, 'EUR'), (7, 5, 11, 1, 10.00, 'USD'),
	(8, 6, 22, 1, 50.00, 'USD'), (9, 7, 23, 2, 10.00, 'USD'), (10, 8, 11, 3, 10.00, 'USD'), (11, 9, 11, 1, 10.00, 'USD');

CREATE TABLE spree_shipments (
	id integer PRIMARY KEY, number varchar, order_id integer, state varchar, tracking varchar, cost numeric(10, 2) DEFAULT 0, shipped_at timestamp(6));
INSERT INTO spree_shipments VALUES
	(1, 'H1', 1, 'shipped', '1Z1', 5.00, '2026-03-02 10:00:00'),
	(2, 'H2', 2, 'shipped', '', 0, '2026-03-06 10:00:00'),
	(3, 'H3', 3, 'canceled', NULL, 0, NULL),
	(4, 'H4', 8, 'shipped', '1Z4', 3.00, '2026-03-13 10:00:00'),
	(5, 'H5', 8, 'ready', NULL, 2.00, NULL);

CREATE TABLE spree_shipping_methods (id integer PRIMARY KEY, name varchar);
INSERT INTO spree_shipping_methods VALUES (1, 'Ground'), (2, 'Air');

CREATE TABLE spree_shipping_rates (id integer PRIMARY KEY, shipment_id integer, shipping_method_id integer, selected boolean DEFAULT false, cost numeric(8, 2));
INSERT INTO spree_shipping_rates VALUES (1, 1, 1, true, 5.00), (2, 1, 2, false, 15.00), (3, 4, 2, true, 3.00), (4, 5, 2, true, 2.00);

CREATE TABLE spree_payments (id integer PRIMARY KEY, order_id integer, amount numeric(10, 2) NOT NULL DEFAULT 0, state varchar);
INSERT INTO spree_payments VALUES
	(1, 1, 44.28, 'completed'), (2, 2, 20.00, 'completed'), (3, 2, 20.00, 'failed'), (4, 3, 15.00, 'completed'), (5, 4, 34.90, 'completed'),
	(6, 7, 19.00, 'completed'), (7, 8, 19.00, 'completed'), (8, 9, 10.00, 'completed'), (9, 9, 10.00, 'completed');

CREATE TABLE spree_refunds (id integer PRIMARY KEY, payment_id integer, amount numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO spree_refunds VALUES (1, 2, 3.00), (2, 2, 2.00), (3, 4, 15.00), (4, 6, 19.00);

CREATE TABLE spree_addresses (
	id integer PRIMARY KEY, name varchar, address1 varchar, address2 varchar, city varchar, zipcode varchar,
	phone varchar, state_name varchar, state_id integer, country_id integer);
INSERT INTO spree_addresses VALUES
	(1, 'Ann Mary Ash', '1 Main St', NULL, 'Boston', '02101', '617-555-0101', NULL, 1, 1),
	(2, 'Birch', 'Gasse 2', 'Hof', 'Berlin', '10115', '030 1234', 'Berlin', NULL, 2),
	(3, 'Ann Ash', '3 Old Rd', '', 'Boston', '02102', NULL, NULL, 1, 1),
	(4, 'Zoe Zimt', '4 Elm St', NULL, 'Boston', '02103', '617-555-0104', NULL, 1, 1);

-- of solidus_auth_devise
CREATE TABLE spree_users (
	id integer PRIMARY KEY, email varchar, deleted_at timestamp(6), created_at timestamp(6), updated_at timestamp(6));
INSERT INTO spree_users VALUES
	(1, 'Ann@Example.com', NULL, '2025-11-01 02:00:00', '2026-01-05 12:00:00'),
	(2, 'bob@example.com', '2026-06-01 00:00:00', '2025-12-01 12:00:00', '2025-12-01 12:00:00'),
	(3, 'cy@example.com', NULL, '2026-01-01 04:30:00', '2026-01-01 04:30:00'),
	(4, 'never.bought@example.com', NULL, '2026-01-02 12:00:00', '2026-01-02 12:00:00');

CREATE TABLE spree_user_addresses (
	id integer PRIMARY KEY, user_id integer NOT NULL, address_id integer NOT NULL, "default" boolean DEFAULT false, default_billing boolean DEFAULT false);
INSERT INTO spree_user_addresses VALUES (1, 1, 3, false, true), (2, 1, 1, true, false), (3, 2, 2, false, true);

CREATE TABLE spree_prices (
	id integer PRIMARY KEY, variant_id integer NOT NULL, amount numeric(10, 2), currency varchar, country_iso varchar(2), deleted_at timestamp(6));
INSERT INTO spree_prices VALUES
	-- the newest counts, and that of a country only there
	(1, 11, 9.50, 'USD', NULL, NULL),
	(2, 11, 9.00, 'EUR', NULL, NULL),
	(3, 11, 10.00, 'USD', NULL, NULL),
	(4, 11, 8.00, 'USD', 'DE', NULL),
	(5, 11, 7.00, 'USD', NULL, '2026-01-01 00:00:00'),
	(6, 21, 20.00, 'USD', NULL, NULL),
	(7, 22, 20.00, 'USD', NULL, NULL),
	(8, 22, 18.00, 'EUR', NULL, NULL),
	(9, 23, 22.00, 'USD', NULL, NULL),
	(10, 31, 15.00, 'EUR', NULL, NULL);

CREATE TABLE solidus_promotions_promotions (
	id bigint PRIMARY KEY, name varchar, apply_automatically boolean DEFAULT false, starts_at timestamp, expires_at timestamp, deleted_at timestamp(6));
INSERT INTO solidus_promotions_promotions VALUES
	(1, 'Ten per cent', false, '2026-01-01 00:00:00', NULL, NULL),
	(2, 'Five off', true, NULL, '2026-05-01 00:00:00', NULL),
	(3, 'Free shipping', false, NULL, NULL, NULL),
	(4, 'To come', false, '2099-01-01 00:00:00', NULL, NULL),
	(5, 'Withdrawn', false, NULL, NULL, '2026-02-01 00:00:00'),
	(6, 'One off each line', false, NULL, '2099-01-01 00:00:00', NULL);

CREATE TABLE solidus_promotions_promotion_codes (id bigint PRIMARY KEY, promotion_id bigint NOT NULL, value varchar NOT NULL);
INSERT INTO solidus_promotions_promotion_codes VALUES (1, 1, 'ten'), (2, 3, 'ship'), (3, 4, 'a1'), (4, 4, 'b2'), (5, 6, 'one');

CREATE TABLE solidus_promotions_benefits (id bigint PRIMARY KEY, promotion_id bigint NOT NULL, type varchar);
INSERT INTO solidus_promotions_benefits VALUES
	(11, 1, 'SolidusPromotions::Benefits::AdjustLineItem'),
	(12, 2, 'SolidusPromotions::Benefits::AdjustLineItem'),
	(13, 3, 'SolidusPromotions::Benefits::AdjustShipment'),
	(14, 4, 'SolidusPromotions::Benefits::AdjustLineItem'),
	(15, 5, 'SolidusPromotions::Benefits::AdjustLineItem'),
	(16, 6, 'SolidusPromotions::Benefits::AdjustLineItem');

CREATE TABLE spree_calculators (id integer PRIMARY KEY, type varchar, calculable_type varchar, calculable_id integer, preferences text);
INSERT INTO spree_calculators VALUES
	(1, 'SolidusPromotions::Calculators::Percent', 'SolidusPromotions::Benefit', 11, E'---\n:percent: !ruby/object:BigDecimal 18:0.1e2\n'),
	(2, 'SolidusPromotions::Calculators::DistributedAmount', 'SolidusPromotions::Benefit', 12, E'---\n:amount: !ruby/object:BigDecimal 9:0.5e1\n:currency: USD\n'),
	-- of the postage, not of the order
	(3, 'SolidusPromotions::Calculators::Percent', 'SolidusPromotions::Benefit', 13, E'---\n:percent: !ruby/object:BigDecimal 18:0.1e3\n'),
	(4, 'SolidusPromotions::Calculators::Percent', 'SolidusPromotions::Benefit', 14, E'---\n:percent: !ruby/object:BigDecimal 18:0.525e1\n'),
	(5, 'SolidusPromotions::Calculators::Percent', 'SolidusPromotions::Benefit', 15, E'---\n:percent: 15\n'),
	(6, 'SolidusPromotions::Calculators::FlatRate', 'SolidusPromotions::Benefit', 16, E'---\n:amount: !ruby/object:BigDecimal 18:0.1e1\n:currency: USD\n'),
	-- a price of shipping, with the same id as a benefit
	(7, 'Spree::Calculator::Shipping::FlatRate', 'Spree::ShippingMethod', 11, E'---\n:amount: !ruby/object:BigDecimal 18:0.5e1\n:currency: USD\n');

-- coupons that were tried
CREATE TABLE solidus_promotions_order_promotions (id bigint PRIMARY KEY, order_id integer NOT NULL, promotion_id bigint NOT NULL);
INSERT INTO solidus_promotions_order_promotions VALUES (1, 1, 1), (2, 6, 1), (3, 8, 1), (4, 9, 3);

CREATE TABLE spree_adjustments (
	id integer PRIMARY KEY, source_type varchar, source_id integer, adjustable_type varchar, adjustable_id integer NOT NULL,
	amount numeric(10, 2), order_id integer NOT NULL, included boolean DEFAULT false);
INSERT INTO spree_adjustments VALUES
	(1, 'SolidusPromotions::Benefit', 11, 'Spree::LineItem', 1, -2.00, 1, false),
	(2, 'SolidusPromotions::Benefit', 11, 'Spree::LineItem', 2, -2.00, 1, false),
	(3, 'Spree::TaxRate', 11, 'Spree::LineItem', 1, 3.28, 1, false),
	(4, 'Spree::TaxRate', 11, 'Spree::LineItem', 3, 3.19, 2, true),
	(5, 'SolidusPromotions::Benefit', 11, 'Spree::LineItem', 8, -5.00, 6, false),
	(6, NULL, NULL, 'Spree::Order', 7, -1.00, 7, false),
	(7, 'SolidusPromotions::Benefit', 11, 'Spree::LineItem', 10, -3.00, 8, false),
	(8, 'SolidusPromotions::Benefit', 12, 'Spree::LineItem', 10, -5.00, 8, false),
	(9, NULL, NULL, 'Spree::Order', 8, 2.00, 8, false),
	(10, 'Spree::UnitCancel', 12, 'Spree::LineItem', 10, -10.00, 8, false);

-- one row a unit
CREATE TABLE spree_inventory_units (
	id integer PRIMARY KEY, state varchar, variant_id integer, shipment_id integer, line_item_id integer);
INSERT INTO spree_inventory_units VALUES
	(1, 'shipped', 11, 1, 1), (2, 'shipped', 11, 1, 1), (3, 'shipped', 22, 1, 2), (4, 'returned', 23, NULL, 9), (5, 'returned', 23, NULL, 9),
	(6, 'shipped', 11, 4, 10), (7, 'returned', 11, 4, 10), (8, 'canceled', 11, 5, 10),
	-- one of each line
	(9, 'returned', 22, 2, 3), (10, 'shipped', 22, 2, 3), (11, 'shipped', 22, 2, 3), (12, 'returned', 22, 2, 4);
