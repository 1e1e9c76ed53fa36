-- Spree 5.6: carts beside orders, times without zone, two stores and currencies, promos of
-- three kinds, terms in YAML, soft deletes, line items of one variant twice, parcels in parts.

CREATE TABLE spree_stores (
	id bigint PRIMARY KEY, name varchar, code varchar, "default" boolean NOT NULL DEFAULT false, default_currency varchar);
INSERT INTO spree_stores VALUES
	(1, 'United States', 'us', true, 'USD'),
	(2, 'Europe', 'eu', false, 'EUR');

CREATE TABLE spree_countries (id bigint PRIMARY KEY, iso varchar NOT NULL, name varchar);
INSERT INTO spree_countries VALUES (1, 'US', 'United States'), (2, 'DE', 'Germany');

CREATE TABLE spree_states (id bigint PRIMARY KEY, name varchar, abbr varchar, country_id bigint);
INSERT INTO spree_states VALUES (1, 'Massachusetts', 'MA', 1);

CREATE TABLE spree_addresses (
	id bigint PRIMARY KEY, firstname varchar, lastname varchar, address1 varchar, address2 varchar, city varchar, zipcode varchar,
	phone varchar, state_name varchar, state_id bigint, country_id bigint, user_id bigint, deleted_at timestamp(6));
INSERT INTO spree_addresses VALUES
	(1, 'Ann', 'Ash', '1 Main St', NULL, 'Boston', '02101', '617-555-0101', NULL, 1, 1, 1, NULL),
	(2, 'Bob', 'Birch', 'Gasse 2', 'Hof', 'Berlin', '10115', '030 1234', 'Berlin', NULL, 2, 2, NULL),
	-- the user has deleted it, and the order was sent to it
	(3, 'Ann', 'Ash', '3 Old Rd', '', 'Boston', '02102', NULL, NULL, 1, 1, 1, '2026-02-01 00:00:00'),
	(4, 'Zoe', 'Zimt', '4 Elm St', NULL, 'Boston', '02103', '617-555-0104', NULL, 1, 1, NULL, NULL);

-- the application's own table
CREATE TABLE spree_users (
	id bigint PRIMARY KEY, email varchar, first_name varchar, last_name varchar, phone varchar, ship_address_id bigint,
	bill_address_id bigint, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
INSERT INTO spree_users VALUES
	(1, 'Ann@Example.com', 'Ann', 'Ash', '617-555-0101', 1, 3, '2025-11-01 02:00:00', '2026-01-05 12:00:00'),
	(2, 'bob@example.com', 'Bob', 'Birch', NULL, NULL, 2, '2025-12-01 12:00:00', '2025-12-01 12:00:00'),
	(3, 'cy@example.com', NULL, NULL, NULL, NULL, NULL, '2026-01-01 04:30:00', '2026-01-01 04:30:00'),
	(4, 'never.bought@example.com', 'Dee', 'Dill', NULL, NULL, NULL, '2026-01-02 12:00:00', '2026-01-02 12:00:00');

CREATE TABLE spree_taxons (id bigint PRIMARY KEY, name varchar NOT NULL, parent_id bigint);
INSERT INTO spree_taxons VALUES (1, 'Kitchen', NULL), (2, 'Clothes', NULL), (3, 'Sale', NULL);

CREATE TABLE spree_products (id bigint PRIMARY KEY, name varchar NOT NULL DEFAULT '', deleted_at timestamp(6), status varchar NOT NULL DEFAULT 'draft');
INSERT INTO spree_products VALUES
	(1, 'Mug', NULL, 'active'), (2, 'Shirt', NULL, 'active'), (3, 'Poster', '2026-03-01 00:00:00', 'archived');

CREATE TABLE spree_product_translations (id bigint PRIMARY KEY, spree_product_id bigint NOT NULL, locale varchar NOT NULL, name varchar);
INSERT INTO spree_product_translations VALUES (1, 1, 'de', 'Becher'), (2, 1, 'fr', 'Tasse');

CREATE TABLE spree_products_taxons (id bigint PRIMARY KEY, product_id bigint, taxon_id bigint, position integer);
INSERT INTO spree_products_taxons VALUES (1, 1, 1, 1), (2, 2, 2, 1), (3, 2, 3, 2);

CREATE TABLE spree_variants (
	id bigint PRIMARY KEY, sku varchar NOT NULL DEFAULT '', is_master boolean DEFAULT false, product_id bigint,
	track_inventory boolean DEFAULT true, deleted_at timestamp(6));
INSERT INTO spree_variants VALUES
	(11, 'MUG', true, 1, true, NULL),
	-- the shirt itself is not for sale: its sizes are
	(21, 'SHIRT', true, 2, true, NULL),
	(22, 'SHIRT-M', false, 2, true, NULL),
	(23, 'SHIRT-L', false, 2, true, '2026-03-01 00:00:00'),
	(31, '', true, 3, false, '2026-03-01 00:00:00');

CREATE TABLE spree_prices (
	id bigint PRIMARY KEY, variant_id bigint NOT NULL, amount numeric(10, 2), currency varchar, deleted_at timestamp(6), price_list_id bigint);
INSERT INTO spree_prices VALUES
	(1, 11, 10.00, 'USD', NULL, NULL),
	(2, 11, 9.00, 'EUR', NULL, NULL),
	(3, 11, 8.00, 'USD', '2026-01-01 00:00:00', NULL),
	(4, 11, 7.00, 'USD', NULL, 1),
	(5, 21, 20.00, 'USD', NULL, NULL),
	(6, 22, 20.00, 'USD', NULL, NULL),
	(7, 22, 18.00, 'EUR', NULL, NULL),
	(8, 23, 22.00, 'USD', NULL, NULL),
	(9, 31, 15.00, 'EUR', NULL, NULL);

CREATE TABLE spree_stock_locations (id bigint PRIMARY KEY, name varchar, active boolean DEFAULT true);
INSERT INTO spree_stock_locations VALUES (1, 'East', true), (2, 'West', true), (3, 'Closed', false);

CREATE TABLE spree_stock_items (
	id bigint PRIMARY KEY, stock_location_id bigint, variant_id bigint, count_on_hand integer NOT NULL DEFAULT 0, deleted_at timestamp(6));
INSERT INTO spree_stock_items VALUES
	(1, 1, 11, 5, NULL), (2, 2, 11, 2, NULL), (3, 3, 11, 100, NULL),
	(4, 1, 22, 3, NULL), (5, 2, 22, 50, '2026-01-01 00:00:00'),
	(6, 1, 31, 0, NULL);

CREATE TABLE spree_promotions (
	id bigint PRIMARY KEY, name varchar, code varchar, kind integer DEFAULT 0, multi_codes boolean DEFAULT false,
	starts_at timestamp(6), expires_at timestamp(6));
INSERT INTO spree_promotions VALUES
	(1, 'Ten per cent', 'ten', 0, false, '2026-01-01 00:00:00', NULL),
	(2, 'Five off', NULL, 1, false, '2026-01-01 00:00:00', '2026-05-01 00:00:00'),
	(3, 'Free shipping', 'ship', 0, false, '2026-01-01 00:00:00', NULL),
	(4, 'To come', NULL, 0, true, '2099-01-01 00:00:00', NULL),
	(5, 'Changed', 'fifteen', 0, false, '2026-01-01 00:00:00', '2099-01-01 00:00:00');

CREATE TABLE spree_promotion_actions (id bigint PRIMARY KEY, promotion_id bigint, type varchar, deleted_at timestamp(6));
INSERT INTO spree_promotion_actions VALUES
	(1, 1, 'Spree::Promotion::Actions::CreateAdjustment', NULL),
	(2, 2, 'Spree::Promotion::Actions::CreateAdjustment', NULL),
	(3, 3, 'Spree::Promotion::Actions::FreeShipping', NULL),
	(4, 4, 'Spree::Promotion::Actions::CreateItemAdjustments', NULL),
	(5, 5, 'Spree::Promotion::Actions::CreateAdjustment', '2026-02-01 00:00:00'),
	(6, 5, 'Spree::Promotion::Actions::CreateAdjustment', NULL);

CREATE TABLE spree_calculators (
	id bigint PRIMARY KEY, type varchar, calculable_type varchar, calculable_id bigint, preferences text, deleted_at timestamp(6));
INSERT INTO spree_calculators VALUES
	(1, 'Spree::Calculator::FlatPercentItemTotal', 'Spree::PromotionAction', 1, E'---\n:flat_percent: !ruby/object:BigDecimal 18:0.1e2\n', NULL),
	(2, 'Spree::Calculator::FlatRate', 'Spree::PromotionAction', 2, E'---\n:amount: !ruby/object:BigDecimal 9:0.5e1\n:currency: USD\n:apply_only_on_full_priced_items: false\n', NULL),
	(3, 'Spree::Calculator::PercentOnLineItem', 'Spree::PromotionAction', 4, E'---\n:percent: !ruby/object:BigDecimal 18:0.525e1\n:apply_only_on_full_priced_items: false\n', NULL),
	(4, 'Spree::Calculator::FlatPercentItemTotal', 'Spree::PromotionAction', 5, E'---\n:flat_percent: !ruby/object:BigDecimal 18:0.2e2\n', '2026-02-01 00:00:00'),
	(5, 'Spree::Calculator::FlatPercentItemTotal', 'Spree::PromotionAction', 6, E'---\n:flat_percent: 15\n', NULL),
	-- a price of shipping, with the same id as an action
	(6, 'Spree::Calculator::Shipping::FlatRate', 'Spree::ShippingMethod', 1, E'---\n:amount: !ruby/object:BigDecimal 18:0.5e1\n:currency: USD\n', NULL);

CREATE TABLE spree_orders (
	id bigint PRIMARY KEY, number varchar(32), user_id bigint, email varchar, state varchar, status varchar NOT NULL DEFAULT 'draft',
	payment_state varchar, shipment_state varchar, created_at timestamp(6) NOT NULL, completed_at timestamp(6), canceled_at timestamp(6),
	currency varchar, channel varchar DEFAULT 'spree', store_id bigint, bill_address_id bigint, ship_address_id bigint,
	item_total numeric(10, 2) NOT NULL DEFAULT 0, shipment_total numeric(10, 2) NOT NULL DEFAULT 0,
	adjustment_total numeric(10, 2) NOT NULL DEFAULT 0, promo_total numeric(10, 2) DEFAULT 0,
	additional_tax_total numeric(10, 2) DEFAULT 0, included_tax_total numeric(10, 2) NOT NULL DEFAULT 0,
	total numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO spree_orders VALUES
	-- in New York it is still February; a promo, tax on top
	(1, 'R001', 1, 'Ann@Example.com', 'complete', 'placed', 'paid', 'shipped', '2026-02-28 20:00:00', '2026-03-01 03:30:00', NULL,
	 'USD', 'spree', 1, 1, 1, 40.00, 5.00, -0.72, -4.00, 3.28, 0, 44.28),
	-- tax included; 5.00 refunded, in two parts
	(2, 'R002', 1, 'ann@example.com', 'complete', 'placed', 'paid', 'shipped', '2026-03-05 09:00:00', '2026-03-05 10:00:00', NULL,
	 'USD', 'spree', 1, 1, 3, 20.00, 0, 0, 0, 0, 3.19, 20.00),
	(3, 'R003', 2, 'bob@example.com', 'canceled', 'canceled', 'void', 'canceled', '2026-03-06 09:00:00', '2026-03-06 10:00:00', '2026-03-07 10:00:00',
	 'EUR', 'spree', 2, 2, 2, 15.00, 0, 0, 0, 0, 0, 15.00),
	(4, 'R004', 2, 'bob@example.com', 'complete', 'placed', 'paid', 'ready', '2026-03-08 09:00:00', '2026-03-08 10:00:00', NULL,
	 'EUR', 'app', 2, 2, NULL, 30.00, 4.90, 0, 0, 0, 0, 34.90),
	-- a guest, who has an account; not paid yet
	(5, 'R005', NULL, ' BOB@Example.com ', 'complete', 'placed', 'balance_due', 'pending', '2026-03-09 09:00:00', '2026-03-09 10:00:00', NULL,
	 'USD', 'spree', 1, 4, 4, 10.00, 0, 0, 0, 0, 0, 10.00),
	-- a cart
	(6, 'R006', 1, 'ann@example.com', 'payment', 'draft', NULL, NULL, '2026-03-10 09:00:00', NULL, NULL,
	 'USD', 'spree', 1, 1, 1, 50.00, 0, -5.00, -5.00, 0, 0, 45.00),
	-- a guest; all sent back; 1.00 taken off by hand
	(7, 'R007', NULL, 'zoe@example.com', 'returned', 'placed', 'paid', 'shipped', '2026-03-11 09:00:00', '2026-03-11 10:00:00', NULL,
	 'USD', 'spree', 1, 4, 4, 20.00, 0, -1.00, 0, 0, 0, 19.00),
	-- two promos, 2.00 charged by hand; another e-mail than the account's
	(8, 'R008', 1, 'ann.work@example.com', 'partially_canceled', 'canceled', 'paid', 'partial', '2026-03-12 09:00:00', '2026-03-12 10:00:00', NULL,
	 'USD', 'spree', 1, 1, 1, 30.00, 5.00, -6.00, -8.00, 0, 0, 29.00),
	-- paid twice
	(9, 'R009', 3, 'cy@example.com', 'resumed', 'placed', 'credit_owed', 'ready', '2026-03-13 09:00:00', '2026-03-13 10:00:00', NULL,
	 'USD', 'spree', 1, NULL, NULL, 10.00, 0, 0, 0, 0, 0, 10.00);

CREATE TABLE spree_line_items (
	id bigint PRIMARY KEY, order_id bigint, variant_id bigint, quantity integer NOT NULL, price numeric(10, 2) NOT NULL, currency varchar);
INSERT INTO spree_line_items VALUES
	(1, 1, 11, 2, 10.00, 'USD'), (2, 1, 22, 1, 20.00, 'USD'),
	-- one variant on two lines
	(3, 2, 22, 3, 4.00, 'USD'), (4, 2, 22, 1, 8.00, 'USD'),
	(5, 3, 31, 1, 15.00, 'EUR'), (6, 4, 31, 2, 15.00, 'EUR'), (7, 5, 11, 1, 10.00, 'USD'),
	(8, 6, 22, 1, 50.00, 'USD'), (9, 7, 23, 2, 10.00, 'USD'), (10, 8, 11, 3, 10.00, 'USD'), (11, 9, 11, 1, 10.00, 'USD');

-- each that was tried, in this order
CREATE TABLE spree_order_promotions (id bigint PRIMARY KEY, order_id bigint, promotion_id bigint);
INSERT INTO spree_order_promotions VALUES (1, 1, 5), (2, 1, 1), (3, 6, 1), (4, 8, 1), (5, 8, 2), (6, 9, 3);

-- of two promos of one line the better is eligible
CREATE TABLE spree_adjustments (
	id bigint PRIMARY KEY, source_type varchar, source_id bigint, adjustable_type varchar, adjustable_id bigint, amount numeric(10, 2),
	eligible boolean DEFAULT true, order_id bigint NOT NULL, included boolean DEFAULT false);
INSERT INTO spree_adjustments VALUES
	(1, 'Spree::PromotionAction', 6, 'Spree::Order', 1, -6.00, false, 1, false),
	(2, 'Spree::PromotionAction', 1, 'Spree::LineItem', 1, -2.00, true, 1, false),
	(3, 'Spree::PromotionAction', 1, 'Spree::LineItem', 2, -2.00, true, 1, false),
	(4, 'Spree::TaxRate', 2, 'Spree::LineItem', 1, 3.28, true, 1, false),
	(5, 'Spree::TaxRate', 2, 'Spree::LineItem', 3, 3.19, true, 2, true),
	(6, 'Spree::PromotionAction', 1, 'Spree::Order', 6, -5.00, true, 6, false),
	(7, NULL, NULL, 'Spree::Order', 7, -1.00, true, 7, false),
	(8, 'Spree::PromotionAction', 1, 'Spree::LineItem', 10, -3.00, true, 8, false),
	(9, 'Spree::PromotionAction', 2, 'Spree::Order', 8, -5.00, true, 8, false),
	(10, NULL, NULL, 'Spree::Order', 8, 2.00, true, 8, false),
	(11, 'Spree::PromotionAction', 3, 'Spree::Shipment', 9, 0.00, true, 9, false);

CREATE TABLE spree_shipments (
	id bigint PRIMARY KEY, number varchar, order_id bigint, state varchar, tracking varchar, cost numeric(10, 2) DEFAULT 0, shipped_at timestamp(6));
INSERT INTO spree_shipments VALUES
	(1, 'H1', 1, 'shipped', '1Z1', 5.00, '2026-03-02 10:00:00'),
	(2, 'H2', 2, 'shipped', '', 0, '2026-03-06 10:00:00'),
	(3, 'H3', 3, 'canceled', NULL, 0, NULL),
	(4, 'H4', 8, 'shipped', '1Z4', 3.00, '2026-03-13 10:00:00'),
	(5, 'H5', 8, 'pending', NULL, 2.00, NULL);

CREATE TABLE spree_shipping_methods (id bigint PRIMARY KEY, name varchar);
INSERT INTO spree_shipping_methods VALUES (1, 'Ground'), (2, 'Air');

CREATE TABLE spree_shipping_rates (id bigint PRIMARY KEY, shipment_id bigint, shipping_method_id bigint, selected boolean DEFAULT false, cost numeric(8, 2));
INSERT INTO spree_shipping_rates VALUES (1, 1, 1, true, 5.00), (2, 1, 2, false, 15.00), (3, 4, 2, true, 3.00), (4, 5, 2, true, 2.00);

CREATE TABLE spree_inventory_units (
	id bigint PRIMARY KEY, state varchar, variant_id bigint, order_id bigint, shipment_id bigint, line_item_id bigint, quantity integer DEFAULT 1);
INSERT INTO spree_inventory_units VALUES
	(1, 'shipped', 11, 1, 1, 1, 2), (2, 'shipped', 22, 1, 1, 2, 1), (3, 'returned', 23, 7, NULL, 9, 2),
	(4, 'shipped', 11, 8, 4, 10, 1), (5, 'returned', 11, 8, 4, 10, 1), (6, 'on_hand', 11, 8, 5, 10, 1);

CREATE TABLE spree_payments (id bigint PRIMARY KEY, order_id bigint, amount numeric(10, 2) NOT NULL DEFAULT 0, state varchar);
INSERT INTO spree_payments VALUES
	(1, 1, 44.28, 'completed'), (2, 2, 20.00, 'completed'), (3, 2, 20.00, 'failed'), (4, 3, 15.00, 'completed'), (5, 4, 34.90, 'completed'),
	(6, 7, 19.00, 'completed'), (7, 8, 29.00, 'completed'), (8, 9, 10.00, 'completed'), (9, 9, 10.00, 'completed');

CREATE TABLE spree_refunds (id bigint PRIMARY KEY, payment_id bigint, amount numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO spree_refunds VALUES (1, 2, 3.00), (2, 2, 2.00), (3, 4, 15.00), (4, 6, 19.00);
