CREATE TABLE expected.stg_events AS
SELECT
	e.event_id::text AS event_id,
	e.visit_id::text AS session_id,
	s.distinct_id::text AS user_id,
	coalesce('https://' || e.hostname, '') || e.url_path AS page_url,
	e.created_at::timestamptz AS created_at,
	CASE WHEN e.event_type = 1 THEN 'page_view'
		 WHEN e.event_name IN ('add-to-cart', 'Add To Cart') THEN 'add_to_cart'
		 WHEN e.event_name IN ('purchase', 'Purchase') THEN 'checkout'
		 ELSE e.event_name END::text AS event_type,
	CASE right(e.event_id::text, 3) WHEN 'e09' THEN '1001' WHEN 'e12' THEN 'A-1002' END AS order_id,
	CASE right(e.event_id::text, 3) WHEN 'e04' THEN 'p1' WHEN 'e08' THEN 'p2' END AS product_id,
	e.session_id::text AS visitor_id
FROM website_event e JOIN session s USING (session_id)
WHERE e.event_type IN (1, 2);

-- 701 to 705; bought in 703 and 704; of two carts one was left
CREATE TABLE expected.numbers (name, value) AS VALUES
	('sessions', 5::numeric),
	('converted_sessions', 2),
	('conversion_rate', 0.4),
	('sessions_with_cart', 2),
	('abandoned_carts', 1),
	('page_views', 6);

CREATE TABLE expected.fact_user_sessions AS
SELECT * FROM (VALUES
	('701', NULL::text, 1::bigint, true),
	('702', NULL, 3, false),
	('703', 'Customer-7', 4, false),
	('704', NULL, 2, false),
	('705', 'other-1', 2, false)) v (session, user_id, events, is_bounce);
ALTER TABLE expected.fact_user_sessions ADD session_id text;
UPDATE expected.fact_user_sessions SET session_id = '00000000-0000-4000-8000-' || lpad(session, 12, '0');
ALTER TABLE expected.fact_user_sessions DROP session;

-- one website
CREATE SCHEMA expected_website;
CREATE TABLE expected_website.stg_events AS
SELECT x.* FROM expected.stg_events x JOIN website_event e ON e.event_id::text = x.event_id
 WHERE e.website_id = '00000000-0000-4000-8000-0000000000a1';
CREATE TABLE expected_website.numbers (name, value) AS VALUES ('sessions', 4::numeric), ('converted_sessions', 2), ('conversion_rate', 0.5);

-- the order under another key
CREATE SCHEMA expected_key;
CREATE TABLE expected_key.stg_events AS
SELECT event_id, CASE WHEN right(event_id, 3) = 'e12' THEN 'B-1' END AS order_id FROM expected.stg_events;

-- one table: neither users nor orders nor products
CREATE SCHEMA expected_pages;
CREATE TABLE expected_pages.stg_events AS
SELECT event_id, session_id, NULL::text AS user_id, page_url, created_at, event_type, NULL::text AS order_id, NULL::text AS product_id, visitor_id
  FROM expected.stg_events;
CREATE TABLE expected_pages.numbers AS TABLE expected.numbers;
