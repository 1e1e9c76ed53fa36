-- Segment's warehouse schema: a table for pages and one for each event, columns as values came.

CREATE TABLE pages (id varchar(256) PRIMARY KEY, anonymous_id varchar(256), user_id varchar(256), "timestamp" timestamptz, received_at timestamptz, sent_at timestamptz,
	url text, path text, title text, context_page_url text, uuid_ts timestamptz);
CREATE TABLE tracks (id varchar(256) PRIMARY KEY, anonymous_id varchar(256), user_id varchar(256), "timestamp" timestamptz, received_at timestamptz, event text, event_text text, context_page_url text);
CREATE TABLE identifies (id varchar(256) PRIMARY KEY, anonymous_id varchar(256), user_id varchar(256), "timestamp" timestamptz, received_at timestamptz);
CREATE TABLE product_added (id varchar(256) PRIMARY KEY, anonymous_id varchar(256), user_id varchar(256), "timestamp" timestamptz, received_at timestamptz,
	event text, event_text text, product_id text, sku text, price double precision, quantity bigint, context_page_url text);
CREATE TABLE order_completed (id varchar(256) PRIMARY KEY, anonymous_id varchar(256), user_id varchar(256), "timestamp" timestamptz, received_at timestamptz,
	event text, event_text text, order_id text, total double precision, currency text, products text);

-- browser a1 logs in half-way, and comes back after 40 minutes; a2 never does; one page arrived a day late
INSERT INTO pages (id, anonymous_id, user_id, "timestamp", received_at, url, path) VALUES
	('p1', 'a1', NULL, '2026-03-01 10:00+00', '2026-03-01 10:00+00', 'https://shop.example.com/', '/'),
	('p2', 'a1', NULL, '2026-03-01 10:10+00', '2026-03-02 10:10+00', 'https://shop.example.com/product/some-slug?x=1', '/product/some-slug'),
	('p3', 'a1', 'Customer-7', '2026-03-01 10:12+00', '2026-03-01 10:12+00', 'https://shop.example.com/account', '/account'),
	('p4', 'a1', 'Customer-7', '2026-03-01 11:00+00', '2026-03-01 11:00+00', 'https://shop.example.com/', '/'),
	('p5', 'a2', NULL, '2026-03-01 23:50-05', '2026-03-02 04:50+00', 'https://shop.example.com/', '/'),
	('p6', 'a2', NULL, '2026-03-02 05:21+00', '2026-03-02 05:21+00', 'https://shop.example.com/product/p1', '/product/p1');
INSERT INTO product_added (id, anonymous_id, user_id, "timestamp", received_at, event, product_id, price, quantity, context_page_url) VALUES
	('e1', 'a1', 'Customer-7', '2026-03-01 10:15+00', '2026-03-01 10:15+00', 'product_added', 'p2', 49.5, 1, 'https://shop.example.com/product/p2'),
	('e2', 'a2', NULL, '2026-03-02 05:22+00', '2026-03-02 05:22+00', 'product_added', 'p1', 10, 1, 'https://shop.example.com/product/p1');
-- the second by a server, which knows the user and no browser
INSERT INTO order_completed (id, anonymous_id, user_id, "timestamp", received_at, event, order_id, total, products) VALUES
	('e3', 'a1', 'Customer-7', '2026-03-01 10:20+00', '2026-03-01 10:20+00', 'order_completed', '1001', 49.5, '[{"product_id":"p2","quantity":1}]'),
	('e4', NULL, 'other-1', '2026-03-02 12:00+00', '2026-03-02 12:00+00', 'order_completed', 'A-1002', 10, '[{"product_id":"p1","quantity":1}]');
INSERT INTO tracks (id, anonymous_id, user_id, "timestamp", event)
SELECT id, anonymous_id, user_id, "timestamp", event FROM product_added UNION ALL SELECT id, anonymous_id, user_id, "timestamp", event FROM order_completed;
INSERT INTO identifies (id, anonymous_id, user_id, "timestamp") VALUES ('i1', 'a1', 'Customer-7', '2026-03-01 10:11+00');
