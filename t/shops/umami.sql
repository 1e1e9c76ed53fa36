-- Umami: website_event, session and event_data, as its Prisma schema makes them.

CREATE TABLE session (
	session_id uuid PRIMARY KEY,
	website_id uuid NOT NULL,
	browser varchar(20),
	country char(2),
	distinct_id varchar(50),
	created_at timestamptz(6) DEFAULT now()
);
CREATE TABLE website_event (
	event_id uuid PRIMARY KEY,
	website_id uuid NOT NULL,
	session_id uuid NOT NULL,
	visit_id uuid NOT NULL,
	created_at timestamptz(6) DEFAULT now(),
	url_path varchar(500) NOT NULL,
	url_query varchar(500),
	page_title varchar(500),
	event_type integer NOT NULL DEFAULT 1,
	event_name varchar(50),
	hostname varchar(100),
	lcp numeric(10, 1)
);
CREATE INDEX ON website_event (website_id, created_at);
CREATE TABLE event_data (
	event_data_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	website_id uuid NOT NULL,
	website_event_id uuid NOT NULL,
	data_key varchar(500) NOT NULL,
	string_value varchar(500),
	number_value numeric(19, 4),
	date_value timestamptz(6),
	data_type integer NOT NULL,
	created_at timestamptz(6) DEFAULT now()
);
CREATE INDEX ON event_data (website_event_id);

CREATE FUNCTION pg_temp.u(n text) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n, 12, '0'))::uuid $$;

-- two websites; session 2 has called identify()
INSERT INTO session (session_id, website_id, browser, country, distinct_id, created_at)
SELECT pg_temp.u(s), pg_temp.u(w), 'chrome', 'US', d, t::timestamptz
  FROM (VALUES
	('501', 'a1', NULL, '2026-03-01 10:00+00'),
	('502', 'a1', 'Customer-7', '2026-03-01 11:00+00'),
	('503', 'a1', NULL, '2026-03-02 09:00+00'),
	('504', 'a2', 'other-1', '2026-03-02 10:00+00')) v (s, w, d, t);

-- session 501 comes twice: two visits; 5 is a measurement, 3 a link, 4 a pixel
INSERT INTO website_event (event_id, website_id, session_id, visit_id, created_at, url_path, event_type, event_name, hostname, lcp)
SELECT pg_temp.u(e), pg_temp.u(w), pg_temp.u(s), pg_temp.u(v), t::timestamptz, p, k, n, h, l
  FROM (VALUES
	-- a single page, measured ten minutes later: a bounce
	('e01', 'a1', '501', '701', '2026-03-01 10:00:00+00', '/', 1, NULL, 'shop.example.com', NULL::numeric),
	('e02', 'a1', '501', '701', '2026-03-01 10:10:00+00', '/', 5, NULL, 'shop.example.com', 1200.5),
	-- the same browser later: a cart that is left
	('e03', 'a1', '501', '702', '2026-03-01 15:00:00+00', '/product/p1', 1, NULL, 'shop.example.com', NULL),
	('e04', 'a1', '501', '702', '2026-03-01 15:02:00+00', '/product/p1', 2, 'add-to-cart', 'shop.example.com', NULL),
	('e05', 'a1', '501', '702', '2026-03-01 15:03:00+00', '/checkout', 2, 'begin_checkout', 'shop.example.com', NULL),
	('e06', 'a1', '501', '702', '2026-03-01 15:04:00+00', '/out', 3, NULL, 'shop.example.com', NULL),
	-- a purchase; the number of the order is a number
	('e07', 'a1', '502', '703', '2026-03-01 23:30:00-05', '/product/p2', 1, NULL, 'shop.example.com', NULL),
	('e08', 'a1', '502', '703', '2026-03-01 23:31:00-05', '/product/p2', 2, 'Add To Cart', 'shop.example.com', NULL),
	('e09', 'a1', '502', '703', '2026-03-01 23:35:00-05', '/checkout', 2, 'Purchase', 'shop.example.com', NULL),
	('e10', 'a1', '502', '703', '2026-03-01 23:36:00-05', '/thanks', 2, 'newsletter-signup', 'shop.example.com', NULL),
	-- a purchase by somebody unknown; the order under a text; no host, as old rows have it
	('e11', 'a1', '503', '704', '2026-03-02 09:00:00+00', '/product/some-slug', 1, NULL, NULL, NULL),
	('e12', 'a1', '503', '704', '2026-03-02 09:05:00+00', '/checkout', 2, 'purchase', NULL, NULL),
	('e13', 'a1', '503', '704', '2026-03-02 09:05:01+00', '/p.gif', 4, NULL, NULL, NULL),
	-- the other website
	('e14', 'a2', '504', '705', '2026-03-02 10:00:00+00', '/', 1, NULL, 'blog.example.com', NULL),
	('e15', 'a2', '504', '705', '2026-03-02 10:20:00+00', '/about', 1, NULL, 'blog.example.com', NULL)
  ) x (e, w, s, v, t, p, k, n, h, l);

-- Umami writes a number as text too, with four decimals
INSERT INTO event_data (website_id, website_event_id, data_key, string_value, number_value, data_type)
SELECT pg_temp.u('a1'), pg_temp.u(e), k, s, n, t
  FROM (VALUES
	('e04', 'product_id', 'p1', NULL::numeric, 1),
	('e04', 'price', '19.9900', 19.99, 2),
	('e08', 'product_id', 'p2', NULL, 1),
	('e09', 'order_id', '1001.0000', 1001, 2),
	('e09', 'revenue', '49.5000', 49.5, 2),
	('e09', 'currency', 'USD', NULL, 1),
	('e12', 'order_id', 'A-1002', NULL, 1),
	('e12', 'ref', 'B-1', NULL, 1)) v (e, k, s, n, t);
