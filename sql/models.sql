--
-- The models over a shop so small that every answer can be worked out by hand.
-- All in one transaction: the raw tables are left as they were.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET jit = off;
BEGIN;

INSERT INTO greenery.addresses VALUES
	('a1', ' 1 Elm St ', '02139', 'Massachusetts', 'United States'),
	('a2', '2 Oak St', '94016', 'California', 'United States'),
	('a3', '', '60601', 'Illinois', 'United States');
INSERT INTO greenery.users VALUES
	('u1', ' Ada ', 'Byron', ' Ada@Example.COM ', '+1 (831) 155-1615', '2021-01-01', '2021-01-05', 'a1'),
	-- shares a1 with u1
	('u2', 'Bob', '', 'bob@example.org', 'none', '2021-01-02', '2021-01-02', 'a1'),
	-- never orders
	('u3', 'Cy', 'Dee', 'cy@example.net', NULL, '2021-01-03', '2021-01-04', 'a2');
INSERT INTO greenery.products VALUES
	('p1', 'Cactus', 10, 5),
	('p2', 'Fern', 2.50, 100),
	('p3', 'Moss', 1, NULL),
	('p4', 'Reed', 3, 0);
INSERT INTO greenery.promos VALUES
	('Spring sale', 4, 'active'),
	('old-one', 1, 'inactive');
INSERT INTO greenery.orders VALUES
	-- u1: two orders of the same moment, then a third after a day and a half; an
	-- empty promo is none
	('o2', 'u1', '', 'a2', '2021-02-01 12:00', 20, 1, 21, 't', 'ups', '2021-02-03 12:00', '2021-02-03 12:00', 'delivered'),
	('o1', 'u1', NULL, 'a1', '2021-02-01 12:00', 10, 1, 11, 't', 'ups', '2021-02-02 12:00', '2021-02-02 12:00:01', 'delivered'),
	('o3', 'u1', 'Spring sale', 'a2', '2021-02-03 00:00', 5, 2, 3, 't', 'dhl', '2021-02-05', NULL, 'shipped'),
	-- u2: one order, delivered without an estimate
	('o4', 'u2', NULL, 'a1', '2021-02-09 12:00', 12.5, 0, 12.5, 't', 'usps', NULL, '2021-02-12 12:00', 'delivered'),
	-- a guest's order, delivered early; it has no items
	('o5', NULL, NULL, NULL, '2021-02-10 12:00', 0, 0, 0, NULL, NULL, '2021-02-12', '2021-02-11', 'delivered'),
	-- no order at all
	('', 'u3', NULL, NULL, '2021-02-10 12:00', 1, 1, 2, NULL, NULL, NULL, NULL, NULL);
INSERT INTO greenery.order_items VALUES
	('o2', 'p1', 2), ('o1', 'p1', 1), ('o3', 'p2', 2),
	('o4', 'p1', 1), ('o4', 'p2', 1);
INSERT INTO greenery.events VALUES
	-- s1: u1 views p1 and p2, puts both into the cart, buys p1 in o1; the parcel is
	-- shipped five hours later
	('e1', 's1', 'u1', 'https://shop/product/p1', '2021-02-01 11:50', 'page_view', NULL, 'p1'),
	('e2', 's1', 'u1', 'https://other.host/product/p2?x=1', '2021-02-01 11:55', 'page_view', NULL, NULL),
	('e3', 's1', 'u1', 'https://shop/product/p1', '2021-02-01 11:56', 'add_to_cart', NULL, 'p1'),
	('e4', 's1', 'u1', 'https://shop/product/p2', '2021-02-01 11:57', 'add_to_cart', NULL, 'p2'),
	('e5', 's1', 'u1', 'https://shop/checkout/o1', '2021-02-01 12:00', 'checkout', 'o1', NULL),
	('e6', 's1', 'u1', 'https://shop/shipping/o1', '2021-02-01 17:00', 'package_shipped', 'o1', NULL),
	-- s2: u2 bounces after 59.999999 seconds
	('e7', 's2', 'u2', '/product/p1', '2021-02-02 10:00', 'page_view', NULL, 'p1'),
	('e8', 's2', 'u2', '/help', '2021-02-02 10:00:59.999999', 'page_view', NULL, NULL),
	-- s3: u2 stays for exactly a minute and abandons a cart
	('e9', 's3', 'u2', 'https://shop/product/p2', '2021-02-03 10:00', 'page_view', NULL, 'p2'),
	('e10', 's3', 'u2', 'https://shop/product/p2', '2021-02-03 10:01', 'add_to_cart', NULL, 'p2'),
	-- s4: without user, and no longer than a moment, but with a checkout: no bounce
	('e11', 's4', NULL, 'https://shop/checkout/o5', '2021-02-10 12:00', 'checkout', 'o5', NULL),
	-- s5: nothing but a shipment
	('e12', 's5', 'u2', 'https://shop/shipping/o4', '2021-02-10 15:00', 'package_shipped', 'o4', NULL),
	-- a page view of a checkout page is an order page view
	('e13', 's3', 'u2', 'https://shop/checkout/o4', '2021-02-03 10:00:30', 'page_view', NULL, NULL);

-- staging: trimmed, lowered, empty is NULL
SELECT user_id, first_name, last_name, email, phone_number, phone_number_raw FROM greenery.stg_users ORDER BY 1;
SELECT address_id, address, zipcode FROM greenery.stg_addresses ORDER BY 1;
SELECT count(*) AS rows, count(order_id) AS orders, count(promo_id) AS with_promo FROM greenery.stg_orders;

-- users: 2 purchased, 1 of them again; the guest and the order without id do not count
SELECT greenery_repeat_rate(), greenery_repeat_rate(until => '2021-02-01 12:00') AS before_all,
	greenery_repeat_rate('2021-02-01 12:00', '2021-02-03') AS first_days,
	greenery_repeat_rate('2021-02-02') AS later;
SELECT purchasers, repeat_purchasers, repeat_rate, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
FROM greenery_repeat_rate_summary();

SELECT user_id, address_id, zipcode, orders, first_order_at, last_order_at, lifetime_value, is_repeat_purchaser
FROM greenery.dim_users ORDER BY 1;
SELECT user_id, jsonb_pretty(addresses) FROM greenery.dim_users ORDER BY 1;
SELECT * FROM greenery.dim_products ORDER BY 1;
SELECT * FROM greenery.dim_order_products ORDER BY 1;
SELECT * FROM greenery.fact_order_items_products ORDER BY 1, 2;

SELECT order_id, order_number, days_since_previous_order, state, units, distinct_products, items_amount, discount
FROM greenery.fact_user_orders ORDER BY 1;
SELECT order_id, delivery_days, estimated_delivery_days, timeliness, is_overdue
FROM greenery.fact_user_orders ORDER BY 1;

SELECT event_id, page_kind, is_own_event FROM greenery.fact_events ORDER BY length(event_id), event_id;
SELECT session_user_key, session_start, session_end, duration, events, page_views, add_to_carts, checkouts
FROM greenery.fact_user_sessions ORDER BY 1;
SELECT session_user_key, is_bounce, has_purchase, is_cart_abandoned, shipments, shipped_at
FROM greenery.fact_user_sessions ORDER BY 1;

-- as of the last order, 2021-02-10 12:00, the last seven days hold o4 (p1, p2) and
-- o5; o3 is older.  So nothing is at risk, but for what is out of stock.
SELECT event_id, product_id, price, inventory, is_at_risk_of_stockout
FROM greenery.fact_user_content_pageviews ORDER BY length(event_id), event_id;
-- ten days hold o1 to o4: 4 of p1, 3 of p2
SET LOCAL greenery.stock_cover = '10 days';
UPDATE greenery.products SET inventory = 4 WHERE product_id = 'p1';
SELECT DISTINCT product_id, inventory, is_at_risk_of_stockout FROM greenery.fact_user_content_pageviews ORDER BY 1;
UPDATE greenery.products SET inventory = 3 WHERE product_id = 'p1';
SELECT DISTINCT product_id, inventory, is_at_risk_of_stockout FROM greenery.fact_user_content_pageviews ORDER BY 1;
-- before the third there were o1 and o2 only
SET LOCAL greenery.as_of = '2021-02-02 00:00+00';
SELECT DISTINCT product_id, inventory, is_at_risk_of_stockout FROM greenery.fact_user_content_pageviews ORDER BY 1;
UPDATE greenery.products SET inventory = 2 WHERE product_id = 'p1';
SELECT DISTINCT product_id, inventory, is_at_risk_of_stockout FROM greenery.fact_user_content_pageviews ORDER BY 1;
RESET greenery.as_of;
RESET greenery.stock_cover;

SELECT event_id, user_id, session_id, order_id, page_kind
FROM greenery.fact_user_order_pageviews ORDER BY length(event_id), event_id;

SELECT order_id, promo_id, has_promo, promo_orders, promo_share FROM greenery.fact_promo_orders ORDER BY 1;
-- p2 was viewed and put into the cart in s1, but o1 does not contain it
SELECT * FROM greenery.product_sessions ORDER BY 1, 2;
SELECT * FROM greenery.product_funnel ORDER BY 1;
SELECT * FROM greenery.session_funnel;
SELECT name, round(value::numeric, 6) AS value, numerator, denominator FROM greenery.metrics ORDER BY 1;

-- infinite times make no view fail, and stretch nothing
INSERT INTO greenery.events VALUES
	('e20', 's1', 'u1', 'https://shop/product/p1', 'infinity', 'page_view', NULL, 'p1'),
	('e21', 's6', 'u1', NULL, '-infinity', 'page_view', NULL, NULL);
INSERT INTO greenery.orders VALUES
	('o6', 'u3', NULL, 'a1', 'infinity', 1, 1, 2, NULL, NULL, '-infinity', 'infinity', 'delivered'),
	('o7', 'u3', NULL, 'a1', '-infinity', 1, 1, 2, NULL, NULL, NULL, NULL, NULL);
UPDATE greenery.users SET created_at = '-infinity', updated_at = 'infinity' WHERE user_id = 'u3';
SELECT session_user_key, session_start, session_end, duration, events, is_bounce
FROM greenery.fact_user_sessions WHERE user_id = 'u1' ORDER BY 1;
SELECT order_id, order_number, days_since_previous_order, delivery_days, timeliness
FROM greenery.fact_user_orders WHERE user_id = 'u3' ORDER BY 1;
SELECT as_of FROM greenery.as_of;

-- ids with colons and backslashes: no two sessions have one key
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type) VALUES
	('k1', 'k:b', 'c', '2021-02-01', 'page_view'), ('k2', 'k', 'b:c', '2021-02-01', 'page_view'),
	('k3', 'k:b:c', NULL, '2021-02-01', 'page_view'), ('k4', 'k', NULL, '2021-02-01', 'page_view'),
	('k5', E'k\\', 'b:c', '2021-02-01', 'page_view'), ('k6', E'k\\:b', 'c', '2021-02-01', 'page_view'),
	('k7', E'k\\\\', ':c', '2021-02-01', 'page_view'), ('k8', E'k\\:', 'c', '2021-02-01', 'page_view');
SELECT session_id, user_id, session_user_key FROM greenery.fact_user_sessions WHERE session_id LIKE 'k%' ORDER BY session_id COLLATE "C", user_id COLLATE "C";
SELECT count(DISTINCT session_user_key) = count(*) AS unique FROM greenery.fact_user_sessions;

DO $$
DECLARE
	m text;
	n bigint;
BEGIN
	FOR m IN SELECT relation FROM greenery.models LOOP
		EXECUTE format('SELECT count(t.*) FROM %s t', m) INTO n;
	END LOOP;
END
$$;
ROLLBACK;
