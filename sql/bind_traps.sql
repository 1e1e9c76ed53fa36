-- The traps of docs/bind.md: each with the line of SQL that stands there.

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Asia/Tokyo';
SET LOCAL datestyle = iso;
CREATE SCHEMA shop;
-- one order of each kind
CREATE TABLE shop.orders (id integer PRIMARY KEY, placed timestamp, day integer, created bigint, at text, state text, total integer,
	currency text, email text, customer_id integer, address text, version integer, code char(36), deleted_at timestamptz);
INSERT INTO shop.orders VALUES
	(1, '2026-01-30 08:26', 20260130, 1769761560000, '1/30/2026 8:26', 'paid', 1999, 'EUR', ' Ann@Example.org', 7, '{"postalCode": "01234"}', 2, 'a1', NULL),
	(2, '2026-01-31 23:30', 20260131, 1769902200000, '1/31/2026 23:30', 'void', 500, 'JPY', 'ann@example.org', NULL, NULL, 1, 'a2', NULL),
	(3, '2026-02-01 00:30', 20260201, 1769905800000, '2/1/2026 0:30', 'cart', 100, 'EUR', NULL, -1, NULL, 1, 'a3', NULL),
	(4, '2026-02-02 10:00', 20260202, 1770026400000, '2/2/2026 10:00', 'paid', 100, 'EUR', 'bob@example.org', 8, NULL, 1, 'a4', now());
CREATE TABLE shop.lines (id serial, order_id integer, version integer, product_id integer, quantity numeric, price numeric);
INSERT INTO shop.lines (order_id, version, product_id, quantity, price) VALUES
	(1, 1, 5, 1, 10), (1, 2, 5, 1, 10), (1, 2, 5, 3, 6), (2, 1, 5, 1, 10);
CREATE TABLE shop.discounts (order_id integer, promo_id text, amount numeric);
INSERT INTO shop.discounts VALUES (1, 'spring', 2), (1, 'free', 1.5);
CREATE TABLE shop.meta (item_id integer, order_id integer, key text, value text);
INSERT INTO shop.meta VALUES (1, 1, '_qty', '2'), (1, 1, '_product', '5'), (2, 1, '_qty', '1'), (2, 1, '_product', '5');
CREATE TABLE shop.views (id integer, cookie text, at timestamptz, name text, event text);
INSERT INTO shop.views VALUES (1, 'x', '2026-01-30 10:00Z', '$pageview', NULL), (2, 'x', '2026-01-30 10:20Z', 'Product Added', NULL),
	(3, 'x', '2026-01-30 12:00Z', 'Order Completed', NULL), (4, 'y', '2026-01-30 12:00Z', 'Search', NULL), (5, 'y', '2026-01-30 12:01Z', NULL, 'page_ping');

-- binds, and says what a column then is
CREATE FUNCTION pg_temp.bound(source text, columns text, query text, zone text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM FROM greenery_bind(source, query, zone);
	EXECUTE format('SELECT string_agg(concat_ws('' '', %s), '' | '' ORDER BY s.%I) FROM greenery.source_%s() s', columns,
				   CASE source WHEN 'users' THEN 'user_id' WHEN 'addresses' THEN 'address_id' WHEN 'events' THEN 'event_id' ELSE 'order_id' END, source) INTO answer;
	RETURN answer;
END
$$;
-- moments
SELECT pg_temp.bound('orders', 's.created_at AT TIME ZONE ''UTC''', 'SELECT o.id AS order_id, o.placed AS created_at FROM shop.orders o', 'Europe/Berlin') =
	'2026-01-30 07:26:00 | 2026-01-31 22:30:00 | 2026-01-31 23:30:00 | 2026-02-02 09:00:00' AS without_zone;
SELECT pg_temp.bound('orders', 's.created_at AT TIME ZONE ''UTC''', 'SELECT o.id AS order_id, o.placed AT TIME ZONE ''UTC'' AS created_at FROM shop.orders o WHERE o.id = 1') = '2026-01-30 08:26:00' AS in_its_zone;
SELECT pg_temp.bound('orders', 's.created_at AT TIME ZONE ''UTC''', 'SELECT o.id AS order_id, to_date(o.day::text, ''YYYYMMDD'') AS created_at FROM shop.orders o WHERE o.id = 1', 'UTC') = '2026-01-30 00:00:00' AS day;
SELECT pg_temp.bound('orders', 's.created_at AT TIME ZONE ''UTC''', 'SELECT o.id AS order_id, to_timestamp(o.created / 1000.0) AS created_at FROM shop.orders o WHERE o.id = 1') = '2026-01-30 08:26:00' AS milliseconds;
SELECT pg_temp.bound('orders', 's.created_at AT TIME ZONE ''UTC''', 'SELECT o.id AS order_id, to_date(o.at, ''MM/DD/YYYY'') + split_part(o.at, '' '', 2)::time AS created_at FROM shop.orders o WHERE o.id IN (1, 2)', 'UTC') =
	'2026-01-30 08:26:00 | 2026-01-31 23:30:00' AS text;
-- which rows are orders, and their status
SELECT pg_temp.bound('orders', 's.order_id, s.status, s.is_cancelled', 'SELECT o.id AS order_id, o.state AS status, o.state = ''void'' AS is_cancelled FROM shop.orders o WHERE o.state NOT IN (''draft'', ''cart'') AND o.deleted_at IS NULL') =
	'1 paid f | 2 void t' AS orders;
-- amounts
SELECT pg_temp.bound('orders', 's.order_total, s.currency', 'SELECT o.id AS order_id, o.total * CASE WHEN o.currency IN (''JPY'', ''KRW'', ''VND'', ''CLP'') THEN 1 ELSE 0.01 END AS order_total, o.currency FROM shop.orders o WHERE o.id < 3') =
	'19.99 EUR | 500 JPY' AS cents;
SELECT pg_temp.bound('orders', 's.order_id, s.discount, s.promo_id', 'SELECT o.id AS order_id, (SELECT sum(d.amount) FROM shop.discounts d WHERE d.order_id = o.id) AS discount, (SELECT min(d.promo_id) FROM shop.discounts d WHERE d.order_id = o.id) AS promo_id FROM shop.orders o WHERE o.id < 3') =
	'1 3.5 free | 2' AS discounts;
-- people
SELECT pg_temp.bound('orders', 's.order_id, s.user_id', 'SELECT o.id AS order_id, lower(btrim(o.email)) AS user_id FROM shop.orders o') = '1 ann@example.org | 2 ann@example.org | 3 | 4 bob@example.org' AS by_email;
SELECT pg_temp.bound('users', 's.user_id, s.created_at AT TIME ZONE ''UTC''', 'SELECT lower(btrim(email)) AS user_id, min(placed) AS created_at FROM shop.orders WHERE btrim(email) <> '''' GROUP BY 1', 'UTC') =
	'ann@example.org 2026-01-30 08:26:00 | bob@example.org 2026-02-02 10:00:00' AS users_by_email;
SELECT pg_temp.bound('orders', 's.order_id, s.user_id', 'SELECT o.id AS order_id, coalesce(o.customer_id::text, lower(btrim(o.email))) AS user_id FROM shop.orders o WHERE o.id < 3') = '1 7 | 2 ann@example.org' AS customers_and_guests;
SELECT pg_temp.bound('orders', 's.order_id, s.user_id', 'SELECT o.id AS order_id, nullif(o.customer_id, -1) AS user_id FROM shop.orders o') = '1 7 | 2 | 3 | 4 8' AS unknown_member;
SELECT pg_temp.bound('orders', 's.order_id, s.user_id', 'SELECT o.customer_id || ''#'' || row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed, o.total) AS order_id, o.customer_id AS user_id FROM shop.orders o WHERE o.customer_id > 0') = '7#1 7 | 8#1 8' AS without_ids;
-- types
SELECT pg_temp.bound('addresses', 's.address_id, s.zipcode', 'SELECT ''order:'' || o.id AS address_id, o.address::jsonb ->> ''postalCode'' AS zipcode FROM shop.orders o WHERE o.id = 1') = 'order:1 01234' AS json;
SELECT pg_temp.bound('orders', 's.order_id', 'SELECT o.code AS order_id FROM shop.orders o WHERE o.id < 3') = 'a1 | a2' AS char36;
-- lines
SELECT pg_temp.bound('order_items', 's.order_id, s.product_id, s.quantity, round(s.unit_price, 2)',
	'SELECT l.order_id, l.product_id, sum(l.quantity)::integer AS quantity, sum(l.quantity * l.price) / sum(l.quantity) AS unit_price FROM shop.lines l JOIN shop.orders o ON o.id = l.order_id AND o.version = l.version GROUP BY l.order_id, l.product_id') =
	'1 5 4 7.00 | 2 5 1 10.00' AS versions;
SELECT pg_temp.bound('order_items', 's.order_id, s.product_id, s.quantity',
	'SELECT x.order_id, x.product_id, sum(x.quantity)::integer AS quantity
	   FROM (SELECT m.order_id, max(m.value) FILTER (WHERE m.key = ''_product'') AS product_id, max(m.value) FILTER (WHERE m.key = ''_qty'')::integer AS quantity FROM shop.meta m GROUP BY m.item_id, m.order_id) x
	  GROUP BY x.order_id, x.product_id') = '1 5 3' AS eav;
-- events
SELECT pg_temp.bound('events', 's.event_id, s.session_id, s.event_type',
	'SELECT e.id AS event_id, e.cookie || ''#'' || sessionize(e.at, ''30 minutes'') OVER (PARTITION BY e.cookie ORDER BY e.at, e.id) AS session_id,
			CASE e.name WHEN ''$pageview'' THEN ''page_view'' WHEN ''Product Added'' THEN ''add_to_cart'' WHEN ''Order Completed'' THEN ''checkout'' ELSE e.name END AS event_type
	   FROM shop.views e WHERE e.event IS DISTINCT FROM ''page_ping''') =
	'1 x#1 page_view | 2 x#1 add_to_cart | 3 x#2 checkout | 4 y#1 Search' AS events;
ROLLBACK;
