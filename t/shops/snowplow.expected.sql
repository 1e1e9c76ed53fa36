CREATE TABLE expected.stg_events AS
SELECT e.event_id::text AS event_id, e.domain_sessionid::text AS session_id, e.domain_userid::text AS visitor_id, e.user_id::text AS user_id,
	e.page_url, min(e.collector_tstamp) AT TIME ZONE 'UTC' AS created_at,
	CASE right(e.event_id, 2)
		WHEN '03' THEN 'add_to_cart' WHEN '08' THEN 'add_to_cart' WHEN '04' THEN 'checkout' WHEN '09' THEN 'link_click' ELSE 'page_view'
	END AS event_type,
	e.tr_orderid::text AS order_id,
	CASE WHEN e.event = 'struct' THEN e.se_label::text END AS product_id,
	e.app_id
  FROM events e
 WHERE e.event NOT IN ('page_ping', 'transaction_item') AND e.domain_sessionid IS NOT NULL
 GROUP BY e.event_id, e.domain_sessionid, e.domain_userid, e.user_id, e.page_url, e.event, e.tr_orderid, e.se_label, e.app_id;

CREATE SCHEMA expected_blog;
CREATE TABLE expected_blog.stg_events AS SELECT * FROM expected.stg_events WHERE app_id = 'blog';
ALTER TABLE expected_blog.stg_events DROP COLUMN app_id;
ALTER TABLE expected.stg_events DROP COLUMN app_id;

CREATE TABLE expected.fact_user_sessions (session_id text, user_id text, session_start timestamptz, session_end timestamptz, page_views bigint, checkouts bigint, is_bounce boolean);
INSERT INTO expected.fact_user_sessions VALUES
	-- heart-beats do not make it longer
	('10000000-0000-4000-8000-000000000001', 'ann', '2026-03-01 03:30:00Z', '2026-03-01 03:40:00Z', 1, 1, false),
	('10000000-0000-4000-8000-000000000002', NULL, '2026-03-02 10:00:00Z', '2026-03-02 10:00:40Z', 1, 0, true),
	('10000000-0000-4000-8000-000000000003', 'bob', '2026-03-03 10:00:00Z', '2026-03-03 10:00:00Z', 1, 0, true);

CREATE TABLE expected.numbers (name text, value numeric);
INSERT INTO expected.numbers VALUES
	('sessions', 3), ('converted_sessions', 1), ('conversion_rate', 1.0 / 3), ('sessions_with_cart', 2), ('abandoned_carts', 1), ('page_views', 3);

CREATE SCHEMA expected_zone;
CREATE TABLE expected_zone.stg_events AS
SELECT e.event_id, min(e.created_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tokyo') AS created_at FROM expected.stg_events e GROUP BY e.event_id;
