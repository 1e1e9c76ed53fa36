--
-- What is not known is NULL, and neither 0 nor a number of another kind.  All is rolled back.
--
SET client_min_messages = warning;
SET jit = off;

-- two currencies: a list price and a promo's amount are in the shop's
BEGIN;
SET LOCAL greenery.currency = 'EUR';
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'Fern', 10, 5), ('p2', 'Ivy', 20, 5);
INSERT INTO greenery.promos (promo_id, discount, status) VALUES ('five', 5, 'active');
INSERT INTO greenery.orders (order_id, user_id, promo_id, created_at, order_cost, shipping_cost, order_total, currency) VALUES
	('usd', 'u1', 'five', '2021-02-01', 36, 0, 30, 'USD'),
	('eur', 'u1', 'five', '2021-02-02', 34, 0, 29, 'EUR'),
	('mixed', 'u2', NULL, '2021-02-03', 34, 0, 34, 'EUR');
INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price, currency) VALUES
	('usd', 'p1', 1, NULL, NULL), ('usd', 'p2', 1, 24, NULL),
	('eur', 'p1', 1, NULL, NULL), ('eur', 'p2', 1, 24, NULL),
	('mixed', 'p1', 1, 10, 'EUR'), ('mixed', 'p2', 1, 24, 'USD');
SELECT order_id, product_id, amount, currency FROM greenery.fact_order_items_products ORDER BY 1, 2;
SELECT order_id, discount, items_amount FROM greenery.fact_user_orders ORDER BY 1;
SELECT test_id, status, failures FROM greenery_test('greenery.fact_user_orders') WHERE test_id IN (243, 244);
ROLLBACK;

-- a shop with orders only: what its shoppers did, and what it sold, is unknown
BEGIN;
INSERT INTO greenery.users (user_id, created_at) VALUES ('u1', '2021-01-01');
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'Fern', 10, 5), ('p2', 'Ivy', 20, 0);
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('o1', 'u1', '2021-02-01'), ('o2', 'u1', '2021-02-20');
SELECT session_frequency, sessions_without_purchase, abandoned_carts, bounced_sessions, product_views, repeat_product_views, breadth
FROM greenery.user_repeat_features;
SELECT session_frequency, abandoned_carts, product_views FROM greenery_repeat_features('2021-02-10', '1 day');
SELECT session_frequency FROM greenery.user_repeat_history;
SELECT sessions, sessions_viewed, sessions_added, sessions_bought, conversion_rate FROM greenery.session_funnel;
SELECT product_id, sessions_viewed, sessions_added, sessions_bought FROM greenery.product_funnel ORDER BY 1;
-- but what is out of stock is at risk
SELECT product_id, is_at_risk_of_stockout FROM greenery.dim_product_stock ORDER BY 1;
-- one event of anyone, one item of anything: then it is none
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type) VALUES ('e1', 's1', 'u2', '2021-02-01', 'page_view');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o1', 'p2', 1);
SELECT session_frequency, abandoned_carts, product_views FROM greenery.user_repeat_features;
SELECT product_id, sessions_viewed, sessions_added, sessions_bought FROM greenery.product_funnel ORDER BY 1;
SELECT product_id, is_at_risk_of_stockout FROM greenery.dim_product_stock ORDER BY 1;
ROLLBACK;

-- a row without an id is no order: it does not move the present
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('o1', 'u1', '2021-02-01'), (NULL, 'u1', '2021-12-01');
SELECT greenery_as_of() = '2021-02-01' AS stays;
-- nor is a cancelled one overdue
INSERT INTO greenery.orders (order_id, user_id, created_at, estimated_delivery_at, status) VALUES
	('late', 'u1', '2021-01-01', '2021-01-05', 'shipped'), ('gone', 'u1', '2021-01-01', '2021-01-05', 'cancelled');
SELECT order_id, is_overdue FROM greenery.fact_user_orders WHERE order_id IS NOT NULL ORDER BY 1;
ROLLBACK;

-- a page may be a product's by the source's word: its id is in the URL of a product page only
BEGIN;
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, page_kind) VALUES
	('e1', 's1', 'u1', 'https://x.com/shop/pots/p1', '2021-02-01 10:00', 'page_view', 'product'),
	('e2', 's1', 'u1', 'https://x.com/de/PRODUCT/p2', '2021-02-01 10:01', 'page_view', 'product'),
	('e3', 's1', 'u1', 'https://x.com/product/p3', '2021-02-01 10:02', 'page_view', NULL),
	('e4', 's1', 'u1', 'https://x.com/buy/now', '2021-02-01 10:03', 'page_view', 'checkout');
SELECT event_id, page_kind, product_id FROM greenery.fact_user_content_pageviews ORDER BY 1;
SELECT product_id, viewed FROM greenery.product_sessions ORDER BY 1;
SELECT event_id, page_kind, order_id FROM greenery.fact_user_order_pageviews ORDER BY 1;
ROLLBACK;

-- whose an order is, the order says: an item's user is a copy
BEGIN;
INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'Fern', 10, 50);
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES ('o1', NULL, '2021-02-01');
INSERT INTO greenery.order_items (order_id, product_id, quantity, user_id) VALUES ('o1', 'p1', 3, 'bot');
INSERT INTO greenery.excluded_users (user_id, reason) VALUES ('bot', 'a bot');
SELECT units_sold, orders FROM greenery.dim_products;
SELECT value, numerator FROM greenery.metrics WHERE name = 'units_per_order';
ROLLBACK;

-- who registers in the middle of a visit was unknown before, which is no mistake
BEGIN;
INSERT INTO greenery.users (user_id, created_at) VALUES ('u1', '2021-02-01 10:04');
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type) VALUES
	('e1', 's1', NULL, 'https://x.com/checkout', '2021-02-01 10:03', 'page_view'),
	('e2', 's1', 'u1', 'https://x.com/checkout', '2021-02-01 10:05', 'checkout');
SELECT event_id, user_id, created_at >= user_created_at AS registered, is_user_recorded FROM greenery.fact_user_order_pageviews ORDER BY 1;
SELECT status, failures, total FROM greenery_test('greenery.fact_user_order_pageviews') WHERE test_id = 294;
-- but a view that was recorded with the user is
UPDATE greenery.events SET user_id = 'u1';
SELECT status, failures, total FROM greenery_test('greenery.fact_user_order_pageviews') WHERE test_id = 294;
ROLLBACK;

-- ids are cleaned as staging shows them, and kinds of pages are in lower case
BEGIN;
SELECT greenery_exclude_user(' u1 ', 'a test');
SELECT user_id FROM greenery.excluded_users;
SELECT greenery_include_user('u1 ');
INSERT INTO greenery.events (event_id, page_kind) VALUES ('e1', ' Checkout');
SELECT page_kind FROM greenery.fact_events;
ROLLBACK;
