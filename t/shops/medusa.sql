-- Medusa 2: the tables of its order, customer, product, pricing, promotion and fulfillment modules.

CREATE TYPE order_status_enum AS ENUM ('pending', 'completed', 'draft', 'archived', 'canceled', 'requires_action');

CREATE TABLE customer (id text PRIMARY KEY, company_name text, first_name text, last_name text, email text, phone text,
	has_account boolean NOT NULL DEFAULT false, metadata jsonb,
	created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz);
CREATE TABLE order_address (id text PRIMARY KEY, customer_id text, first_name text, last_name text, address_1 text, address_2 text,
	city text, country_code text, province text, postal_code text, deleted_at timestamptz);
CREATE TABLE sales_channel (id text PRIMARY KEY, name text NOT NULL, is_disabled boolean NOT NULL DEFAULT false, deleted_at timestamptz);
CREATE TABLE store_currency (id text PRIMARY KEY, currency_code text NOT NULL, is_default boolean NOT NULL DEFAULT false, store_id text, deleted_at timestamptz);

CREATE TABLE product (id text PRIMARY KEY, title text NOT NULL, handle text, deleted_at timestamptz);
CREATE TABLE product_variant (id text PRIMARY KEY, title text NOT NULL, sku text, manage_inventory boolean NOT NULL DEFAULT true,
	product_id text, deleted_at timestamptz);
CREATE TABLE product_category (id text PRIMARY KEY, name text NOT NULL, deleted_at timestamptz);
CREATE TABLE product_category_product (product_id text, product_category_id text, PRIMARY KEY (product_id, product_category_id));
CREATE TABLE product_variant_price_set (variant_id text, price_set_id text, id text, deleted_at timestamptz);
CREATE TABLE price (id text PRIMARY KEY, price_set_id text NOT NULL, currency_code text NOT NULL, amount numeric NOT NULL, raw_amount jsonb,
	rules_count integer DEFAULT 0, price_list_id text, min_quantity numeric, max_quantity numeric, deleted_at timestamptz);
CREATE TABLE product_variant_inventory_item (variant_id text, inventory_item_id text, id text, required_quantity integer NOT NULL DEFAULT 1, deleted_at timestamptz);
CREATE TABLE inventory_level (id text PRIMARY KEY, inventory_item_id text NOT NULL, location_id text NOT NULL,
	stocked_quantity numeric NOT NULL DEFAULT 0, reserved_quantity numeric NOT NULL DEFAULT 0, deleted_at timestamptz);

CREATE TABLE promotion_campaign (id text PRIMARY KEY, name text NOT NULL, starts_at timestamptz, ends_at timestamptz, deleted_at timestamptz);
CREATE TABLE promotion (id text PRIMARY KEY, code text NOT NULL, campaign_id text, is_automatic boolean NOT NULL DEFAULT false,
	type text NOT NULL, status text NOT NULL DEFAULT 'draft', created_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz);
CREATE TABLE promotion_application_method (id text PRIMARY KEY, value numeric, currency_code text, type text NOT NULL, target_type text NOT NULL,
	allocation text, promotion_id text NOT NULL, deleted_at timestamptz);

CREATE TABLE "order" (id text PRIMARY KEY, display_id integer, region_id text, customer_id text, version integer NOT NULL DEFAULT 1,
	sales_channel_id text, status order_status_enum NOT NULL DEFAULT 'pending', is_draft_order boolean NOT NULL DEFAULT false, email text,
	currency_code text NOT NULL, shipping_address_id text, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
	deleted_at timestamptz, canceled_at timestamptz);
CREATE TABLE order_line_item (id text PRIMARY KEY, title text NOT NULL, variant_id text, product_id text, variant_sku text,
	is_tax_inclusive boolean NOT NULL DEFAULT false, unit_price numeric, raw_unit_price jsonb, created_at timestamptz DEFAULT now(), deleted_at timestamptz);
CREATE TABLE order_item (id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL, item_id text NOT NULL, quantity numeric NOT NULL,
	fulfilled_quantity numeric NOT NULL DEFAULT 0, return_requested_quantity numeric NOT NULL DEFAULT 0, return_received_quantity numeric NOT NULL DEFAULT 0,
	return_dismissed_quantity numeric NOT NULL DEFAULT 0, written_off_quantity numeric NOT NULL DEFAULT 0, unit_price numeric, deleted_at timestamptz);
CREATE TABLE order_line_item_tax_line (id text PRIMARY KEY, code text NOT NULL, rate numeric NOT NULL, item_id text, deleted_at timestamptz);
CREATE TABLE order_line_item_adjustment (id text PRIMARY KEY, promotion_id text, code text, amount numeric NOT NULL, item_id text NOT NULL,
	version integer NOT NULL DEFAULT 1, is_tax_inclusive boolean NOT NULL DEFAULT false, deleted_at timestamptz);
CREATE TABLE order_shipping_method (id text PRIMARY KEY, name text NOT NULL, amount numeric NOT NULL, is_tax_inclusive boolean NOT NULL DEFAULT false, deleted_at timestamptz);
CREATE TABLE order_shipping (id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL, shipping_method_id text NOT NULL,
	return_id text, exchange_id text, claim_id text, deleted_at timestamptz);
CREATE TABLE order_shipping_method_tax_line (id text PRIMARY KEY, code text NOT NULL, rate numeric NOT NULL, shipping_method_id text, deleted_at timestamptz);
CREATE TABLE order_shipping_method_adjustment (id text PRIMARY KEY, promotion_id text, code text, amount numeric NOT NULL, shipping_method_id text NOT NULL,
	version integer NOT NULL DEFAULT 1, deleted_at timestamptz);
CREATE TABLE order_promotion (order_id text, promotion_id text, id text, deleted_at timestamptz);
CREATE TABLE order_transaction (id text PRIMARY KEY, order_id text NOT NULL, version integer NOT NULL DEFAULT 1, amount numeric NOT NULL,
	currency_code text NOT NULL, reference text, created_at timestamptz DEFAULT now(), deleted_at timestamptz);
CREATE TABLE order_fulfillment (order_id text, fulfillment_id text, id text, deleted_at timestamptz);
CREATE TABLE fulfillment (id text PRIMARY KEY, packed_at timestamptz, shipped_at timestamptz, delivered_at timestamptz, canceled_at timestamptz, deleted_at timestamptz);
CREATE TABLE fulfillment_label (id text PRIMARY KEY, tracking_number text NOT NULL, tracking_url text, label_url text, fulfillment_id text NOT NULL, deleted_at timestamptz);

-- Ann has an account and has once ordered as a guest; Gil is deleted, his order is not
INSERT INTO customer (id, first_name, last_name, email, phone, has_account, created_at, updated_at, deleted_at) VALUES
	('cus_ann', 'Ann', 'A', 'Ann@X.org', '555-123-4567', true, '2026-01-01 10:00+00', '2026-01-02 10:00+00', NULL),
	('cus_ann_guest', NULL, NULL, 'ann@x.org', NULL, false, '2025-12-01 10:00+00', '2025-12-01 10:00+00', NULL),
	('cus_bob', 'Bob', 'B', 'bob@x.org', NULL, true, '2026-01-03 23:30-05', '2026-01-04 10:00+00', NULL),
	('cus_gil', 'Gil', 'G', 'gil@x.org', NULL, true, '2026-01-03 10:00+00', '2026-02-04 10:00+00', '2026-02-04 10:00+00');
INSERT INTO order_address (id, customer_id, address_1, address_2, city, country_code, province, postal_code) VALUES
	('ordaddr_1', 'cus_ann', 'Main St 1', NULL, 'Town', 'us', 'NY', '01234'),
	('ordaddr_2', 'cus_bob', 'High St 2', 'Flat 3', 'Town', 'de', NULL, '10115');
INSERT INTO sales_channel (id, name) VALUES ('sc_web', 'Web'), ('sc_app', 'App');
INSERT INTO store_currency VALUES ('stocur_1', 'usd', false, 's', NULL), ('stocur_2', 'eur', true, 's', NULL), ('stocur_3', 'chf', true, 's', now());

INSERT INTO product (id, title, deleted_at) VALUES ('prod_shirt', 'Shirt', NULL), ('prod_mug', 'Mug', '2026-03-01 00:00+00');
INSERT INTO product_variant (id, title, sku, manage_inventory, product_id, deleted_at) VALUES
	('variant_s', 'S', 's', true, 'prod_shirt', NULL),
	('variant_m', 'M', 'm', true, 'prod_shirt', NULL),
	('variant_mug', 'Mug', 'mug', false, 'prod_mug', '2026-03-01 00:00+00');
INSERT INTO product_category (id, name, deleted_at) VALUES ('pcat_1', 'Clothes', NULL), ('pcat_0', 'Old', now());
INSERT INTO product_category_product VALUES ('prod_shirt', 'pcat_1'), ('prod_shirt', 'pcat_0');
INSERT INTO product_variant_price_set (variant_id, price_set_id, id, deleted_at) VALUES
	('variant_s', 'pset_s', '1', NULL), ('variant_m', 'pset_m', '2', NULL), ('variant_mug', 'pset_mug', '3', NULL), ('variant_s', 'pset_old', '4', now());
INSERT INTO price (id, price_set_id, currency_code, amount, rules_count, price_list_id, min_quantity, deleted_at) VALUES
	('price_1', 'pset_s', 'eur', 20, 0, NULL, NULL, NULL),
	('price_2', 'pset_s', 'usd', 25, 0, NULL, NULL, NULL),
	('price_3', 'pset_s', 'eur', 15, 0, NULL, 10, NULL),
	('price_4', 'pset_s', 'eur', 12, 0, 'plist_sale', NULL, NULL),
	('price_5', 'pset_s', 'eur', 11, 1, NULL, NULL, NULL),
	('price_6', 'pset_s', 'eur', 10, 0, NULL, NULL, now()),
	('price_7', 'pset_old', 'eur', 9, 0, NULL, NULL, NULL),
	('price_8', 'pset_m', 'eur', 9.99, 0, NULL, NULL, NULL),
	('price_9', 'pset_mug', 'eur', 8, 0, NULL, NULL, NULL),
	('price_10', 'pset_mug', 'usd', 10, 0, NULL, NULL, NULL);
-- a shirt S takes two of one part and one of another: (7 + 4 - 1) / 2 = 5, and 6
INSERT INTO product_variant_inventory_item (variant_id, inventory_item_id, id, required_quantity, deleted_at) VALUES
	('variant_s', 'iitem_a', '1', 2, NULL), ('variant_s', 'iitem_b', '2', 1, NULL), ('variant_m', 'iitem_m', '3', 1, NULL), ('variant_s', 'iitem_old', '4', 1, now());
INSERT INTO inventory_level (id, inventory_item_id, location_id, stocked_quantity, reserved_quantity, deleted_at) VALUES
	('ilev_1', 'iitem_a', 'l1', 7, 1, NULL), ('ilev_2', 'iitem_a', 'l2', 4, 0, NULL), ('ilev_3', 'iitem_b', 'l1', 6, 0, NULL),
	('ilev_4', 'iitem_m', 'l1', 3, 0, NULL), ('ilev_5', 'iitem_b', 'l3', 90, 0, now()), ('ilev_6', 'iitem_old', 'l1', 1, 0, NULL);

INSERT INTO promotion_campaign (id, name, starts_at, ends_at) VALUES ('procamp_old', 'Old', '2025-01-01 00:00+00', '2025-02-01 00:00+00');
INSERT INTO promotion (id, code, campaign_id, is_automatic, type, status, deleted_at) VALUES
	('promo_ten', 'TEN', NULL, false, 'standard', 'active', NULL),
	('promo_auto', 'AUTO5', NULL, true, 'standard', 'active', NULL),
	('promo_ship', 'SHIPFREE', NULL, false, 'standard', 'inactive', NULL),
	('promo_draft', 'SOON', NULL, false, 'standard', 'draft', NULL),
	('promo_old', 'OLD', 'procamp_old', false, 'standard', 'active', NULL),
	('promo_gone', 'GONE', NULL, false, 'standard', 'active', now());
INSERT INTO promotion_application_method (id, value, currency_code, type, target_type, allocation, promotion_id) VALUES
	('proappmet_1', 10, NULL, 'percentage', 'order', NULL, 'promo_ten'),
	('proappmet_2', 5, 'eur', 'fixed', 'order', NULL, 'promo_auto'),
	('proappmet_3', 100, NULL, 'percentage', 'shipping_methods', 'across', 'promo_ship'),
	('proappmet_4', 20, NULL, 'percentage', 'order', NULL, 'promo_draft'),
	('proappmet_5', 30, NULL, 'percentage', 'order', NULL, 'promo_old'),
	('proappmet_6', 7.5, 'eur', 'fixed', 'order', NULL, 'promo_gone');

INSERT INTO "order" (id, display_id, customer_id, version, sales_channel_id, status, is_draft_order, email, currency_code, shipping_address_id, created_at, deleted_at, canceled_at) VALUES
	('order_1', 1, 'cus_ann', 1, 'sc_web', 'pending', false, 'Ann@X.org', 'eur', 'ordaddr_1', '2026-02-01 23:30-05', NULL, NULL),
	-- three versions, a return
	('order_2', 2, 'cus_ann_guest', 3, 'sc_web', 'pending', false, 'ann@x.org', 'eur', 'ordaddr_1', '2026-02-03 10:00+00', NULL, NULL),
	-- prices with tax, two promotions, free shipping
	('order_3', 3, 'cus_bob', 1, 'sc_app', 'completed', false, 'bob@x.org', 'usd', 'ordaddr_2', '2026-02-04 10:00+00', NULL, NULL),
	('order_4', 4, 'cus_bob', 1, 'sc_web', 'draft', true, 'bob@x.org', 'eur', NULL, '2026-02-05 10:00+00', NULL, NULL),
	('order_5', 5, 'cus_bob', 1, 'sc_web', 'pending', false, 'bob@x.org', 'eur', NULL, '2026-02-06 10:00+00', '2026-02-07 10:00+00', NULL),
	('order_6', 6, 'cus_bob', 1, 'sc_web', 'canceled', false, 'bob@x.org', 'eur', 'ordaddr_2', '2026-02-07 10:00+00', NULL, '2026-02-08 10:00+00'),
	-- edited: an item was taken out and given back; one variant on two lines
	('order_7', 7, 'cus_gil', 2, 'sc_web', 'pending', false, 'gil@x.org', 'eur', 'ordaddr_2', '2026-02-09 10:00+00', NULL, NULL),
	-- no customer, no payment
	('order_8', 8, NULL, 1, 'sc_app', 'pending', false, NULL, 'eur', NULL, '2026-02-10 10:00+00', NULL, NULL),
	('order_9', 9, 'cus_bob', 1, 'sc_web', 'pending', false, 'bob@x.org', 'eur', 'ordaddr_2', '2026-03-01 10:00+00', NULL, NULL);
INSERT INTO order_line_item (id, title, variant_id, product_id, is_tax_inclusive, unit_price) VALUES
	('ordli_1a', 'S', 'variant_s', 'prod_shirt', false, 20), ('ordli_1b', 'M', 'variant_m', 'prod_shirt', true, 9.99),
	('ordli_2', 'S', 'variant_s', 'prod_shirt', false, 20),
	('ordli_3', 'Mug', 'variant_mug', 'prod_mug', true, 25),
	('ordli_4', 'S', 'variant_s', 'prod_shirt', false, 20),
	('ordli_5', 'S', 'variant_s', 'prod_shirt', false, 20),
	('ordli_6', 'S', 'variant_s', 'prod_shirt', false, 20),
	('ordli_7a', 'S', 'variant_s', 'prod_shirt', false, 20), ('ordli_7b', 'S', 'variant_s', 'prod_shirt', false, 14), ('ordli_7c', 'M', 'variant_m', 'prod_shirt', true, 9.99),
	('ordli_8', 'Gift wrap', NULL, NULL, false, 3), ('ordli_8b', 'M', 'variant_m', 'prod_shirt', true, 9.99),
	('ordli_9', 'S', 'variant_s', 'prod_shirt', false, 20);
INSERT INTO order_item (id, order_id, version, item_id, quantity, return_received_quantity, return_dismissed_quantity, unit_price) VALUES
	('orditem_1', 'order_1', 1, 'ordli_1a', 3, 0, 0, NULL), ('orditem_2', 'order_1', 1, 'ordli_1b', 1, 0, 0, NULL),
	('orditem_3', 'order_2', 1, 'ordli_2', 2, 0, 0, NULL), ('orditem_4', 'order_2', 2, 'ordli_2', 5, 0, 0, 18), ('orditem_5', 'order_2', 3, 'ordli_2', 5, 1, 1, 18),
	('orditem_6', 'order_3', 1, 'ordli_3', 4, 0, 0, NULL),
	('orditem_7', 'order_4', 1, 'ordli_4', 1, 0, 0, NULL),
	('orditem_8', 'order_5', 1, 'ordli_5', 1, 0, 0, NULL),
	('orditem_9', 'order_6', 1, 'ordli_6', 1, 0, 0, NULL),
	('orditem_10', 'order_7', 1, 'ordli_7a', 1, 0, 0, NULL), ('orditem_11', 'order_7', 1, 'ordli_7b', 2, 0, 0, NULL), ('orditem_12', 'order_7', 1, 'ordli_7c', 1, 0, 0, NULL),
	('orditem_13', 'order_7', 2, 'ordli_7a', 1, 0, 0, NULL), ('orditem_14', 'order_7', 2, 'ordli_7b', 2, 0, 0, NULL), ('orditem_15', 'order_7', 2, 'ordli_7c', 0, 0, 0, NULL),
	('orditem_16', 'order_8', 1, 'ordli_8', 1, 0, 0, NULL), ('orditem_17', 'order_8', 1, 'ordli_8b', 2, 0, 0, NULL),
	('orditem_18', 'order_9', 1, 'ordli_9', 1, 0, 0, NULL);
INSERT INTO order_line_item_tax_line (id, code, rate, item_id, deleted_at) VALUES
	('ordlitxl_1', 't', 19, 'ordli_1a', NULL), ('ordlitxl_2', 't', 19, 'ordli_1b', NULL), ('ordlitxl_0', 't', 7, 'ordli_1a', now()),
	('ordlitxl_3', 't', 20, 'ordli_2', NULL), ('ordlitxl_4', 't', 25, 'ordli_3', NULL),
	-- two taxes on one line
	('ordlitxl_5', 'gst', 5, 'ordli_7a', NULL), ('ordlitxl_6', 'pst', 7.5, 'ordli_7a', NULL), ('ordlitxl_7', 'gst', 5, 'ordli_7b', NULL), ('ordlitxl_8', 'pst', 7.5, 'ordli_7b', NULL);
INSERT INTO order_line_item_adjustment (id, promotion_id, code, amount, item_id, version, is_tax_inclusive, deleted_at) VALUES
	('ordliadj_1', 'promo_ten', 'TEN', 6, 'ordli_1a', 1, false, NULL),
	('ordliadj_2', 'promo_ten', 'TEN', 4, 'ordli_2', 1, false, NULL), ('ordliadj_3', 'promo_ten', 'TEN', 9, 'ordli_2', 2, false, NULL), ('ordliadj_4', 'promo_ten', 'TEN', 9, 'ordli_2', 3, false, NULL),
	-- with tax, and without it: 10, and 16 * 1.25 = 20
	('ordliadj_5', 'promo_ten', 'TEN', 10, 'ordli_3', 1, true, NULL), ('ordliadj_6', 'promo_auto', 'AUTO5', 16, 'ordli_3', 1, false, NULL),
	('ordliadj_7', 'promo_gone', 'GONE', 1, 'ordli_3', 1, false, now());
INSERT INTO order_shipping_method (id, name, amount, is_tax_inclusive) VALUES
	('ordsm_1', 'DHL', 5, false), ('ordsm_2', 'DHL', 5, true), ('ordsm_2r', 'Return', 4, false), ('ordsm_3', 'UPS', 6, true), ('ordsm_7', 'DHL', 10, false);
INSERT INTO order_shipping (id, order_id, version, shipping_method_id, return_id, deleted_at) VALUES
	('ordspmv_1', 'order_1', 1, 'ordsm_1', NULL, NULL),
	('ordspmv_2', 'order_2', 1, 'ordsm_2', NULL, NULL), ('ordspmv_3', 'order_2', 2, 'ordsm_2', NULL, NULL), ('ordspmv_4', 'order_2', 3, 'ordsm_2', NULL, NULL),
	('ordspmv_5', 'order_2', 3, 'ordsm_2r', 'return_1', NULL),
	('ordspmv_6', 'order_3', 1, 'ordsm_3', NULL, NULL),
	('ordspmv_7', 'order_7', 1, 'ordsm_7', NULL, NULL), ('ordspmv_8', 'order_7', 2, 'ordsm_7', NULL, NULL), ('ordspmv_9', 'order_7', 2, 'ordsm_1', NULL, now());
INSERT INTO order_shipping_method_tax_line (id, code, rate, shipping_method_id) VALUES
	('ordsmtxl_1', 't', 19, 'ordsm_1'), ('ordsmtxl_2', 't', 20, 'ordsm_2'), ('ordsmtxl_3', 't', 25, 'ordsm_3'), ('ordsmtxl_7', 'gst', 5, 'ordsm_7');
INSERT INTO order_shipping_method_adjustment (id, promotion_id, code, amount, shipping_method_id, version) VALUES
	-- 4.80 without tax is 6 with it
	('ordsmadj_1', 'promo_ship', 'SHIPFREE', 4.8, 'ordsm_3', 1);
INSERT INTO order_promotion (order_id, promotion_id, id, deleted_at) VALUES
	('order_1', 'promo_ten', '1', NULL), ('order_2', 'promo_ten', '2', NULL),
	('order_3', 'promo_ten', '3', NULL), ('order_3', 'promo_auto', '4', NULL), ('order_3', 'promo_ship', '5', NULL), ('order_3', 'promo_gone', '6', now());
INSERT INTO order_transaction (id, order_id, amount, currency_code, reference, deleted_at) VALUES
	('ordtrx_1', 'order_1', 80.2, 'eur', 'capture', NULL),
	-- two of five came back: 2 * (18 - 1.8) * 1.2
	('ordtrx_2', 'order_2', 102.2, 'eur', 'capture', NULL), ('ordtrx_3', 'order_2', -38.88, 'eur', 'refund', NULL), ('ordtrx_4', 'order_2', -50, 'eur', 'refund', now()),
	('ordtrx_5', 'order_3', 70, 'usd', 'capture', NULL), ('ordtrx_6', 'order_3', -3, 'usd', 'refund', NULL),
	-- 9.99 were paid for what is no longer in the order
	('ordtrx_7', 'order_7', 74.49, 'eur', 'capture', NULL), ('ordtrx_8', 'order_7', -9.99, 'eur', 'refund', NULL),
	('ordtrx_9', 'order_9', 20, 'eur', 'capture', NULL);
INSERT INTO fulfillment (id, shipped_at, delivered_at, canceled_at) VALUES
	('ful_1', '2026-02-03 00:00+00', '2026-02-05 08:00+00', NULL),
	('ful_2a', '2026-02-04 00:00+00', '2026-02-06 08:00+00', NULL), ('ful_2b', '2026-02-04 00:00+00', NULL, NULL),
	('ful_7a', '2026-02-10 00:00+00', '2026-02-12 08:00+00', NULL), ('ful_7b', '2026-02-10 00:00+00', NULL, '2026-02-11 00:00+00');
INSERT INTO order_fulfillment (order_id, fulfillment_id, id) VALUES
	('order_1', 'ful_1', '1'), ('order_2', 'ful_2a', '2'), ('order_2', 'ful_2b', '3'), ('order_7', 'ful_7a', '4'), ('order_7', 'ful_7b', '5');
INSERT INTO fulfillment_label (id, tracking_number, fulfillment_id) VALUES ('fulla_1', 'TRACK-1', 'ful_1');
