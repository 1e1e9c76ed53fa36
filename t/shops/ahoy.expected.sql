CREATE TABLE expected.stg_events AS
SELECT e.id::text AS event_id, v.visit_token::text AS session_id, v.visitor_token::text AS visitor_id,
	coalesce(e.user_id, v.user_id)::text AS user_id,
	e.properties ->> 'url' AS page_url,
	e."time" AT TIME ZONE 'UTC' AS created_at,
	CASE
		WHEN e.id IN (1, 2, 5, 8) THEN 'page_view'
		WHEN e.id IN (3, 6) THEN 'add_to_cart'
		WHEN e.id IN (4) THEN 'checkout'
		WHEN e.id IN (11) THEN 'package_shipped'
		ELSE e.name
	END AS event_type,
	e.properties ->> 'order_id' AS order_id, e.properties ->> 'product_id' AS product_id
  FROM ahoy_events e JOIN ahoy_visits v ON v.id = e.visit_id;

CREATE TABLE expected.fact_user_sessions (session_id text, user_id text, session_start timestamptz, session_end timestamptz, page_views bigint, checkouts bigint, has_purchase boolean);
INSERT INTO expected.fact_user_sessions VALUES
	-- a visit is the user's who logs in later; the parcel does not make it longer, and is of no user
	('visit-a', '5', '2026-03-01 03:30:00Z', '2026-03-01 03:40:00Z', 2, 1, true),
	('visit-b', '7', '2026-03-01 10:00:00Z', '2026-03-01 10:06:00Z', 1, 0, false),
	('visit-c', NULL, '2026-03-02 10:00:00Z', '2026-03-02 10:01:00Z', 1, 0, false),
	('visit-a', NULL, NULL, NULL, 0, 0, false);

CREATE TABLE expected.numbers (name text, value numeric);
INSERT INTO expected.numbers VALUES
	('sessions', 3), ('converted_sessions', 1), ('conversion_rate', 1.0 / 3), ('sessions_with_cart', 2), ('abandoned_carts', 1), ('page_views', 4);

CREATE SCHEMA expected_zone;
CREATE TABLE expected_zone.stg_events AS
SELECT e.id::text AS event_id, e."time" AT TIME ZONE 'Asia/Tokyo' AS created_at FROM ahoy_events e WHERE e.visit_id IS NOT NULL;
