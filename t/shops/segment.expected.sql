CREATE TABLE expected.stg_events (event_id, user_id, page_url, created_at, event_type, order_id, product_id, visitor_id) AS
SELECT id::text, user_id::text, url, "timestamp", 'page_view', NULL::text, NULL::text, anonymous_id::text FROM pages
UNION ALL
SELECT id, user_id, context_page_url, "timestamp", 'add_to_cart', NULL, product_id, anonymous_id FROM product_added
UNION ALL
SELECT id, user_id, NULL, "timestamp", 'checkout', order_id, NULL, anonymous_id FROM order_completed;

-- of known users only: 10:12 to 10:20, 11:00, and the server's
CREATE TABLE expected.numbers (name, value) AS VALUES
	('sessions', 3::numeric), ('converted_sessions', 2), ('conversion_rate', 2 / 3.0), ('sessions_with_cart', 1), ('abandoned_carts', 0), ('page_views', 6);

-- of browsers: a1 twice, a2 twice, and the server's
CREATE SCHEMA expected_visitor;
CREATE TABLE expected_visitor.stg_events AS TABLE expected.stg_events;
CREATE TABLE expected_visitor.numbers (name, value) AS VALUES
	('sessions', 5::numeric), ('converted_sessions', 2), ('conversion_rate', 0.4), ('sessions_with_cart', 2), ('abandoned_carts', 1), ('page_views', 6);
CREATE TABLE expected_visitor.fact_user_sessions (user_id, events, checkouts, is_bounce) AS VALUES
	('Customer-7', 5::bigint, 1::bigint, false), ('Customer-7', 1, 0, true), (NULL, 1, 0, true), (NULL, 2, 0, false), ('other-1', 1, 1, false);
