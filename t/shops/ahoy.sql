-- Ahoy 5: times without zone, visitors who log in half-way, events of the server without a visit,
-- names as the application chose them, ids as numbers or as text in JSON.

CREATE TABLE ahoy_visits (
	id bigint PRIMARY KEY, visit_token varchar, visitor_token varchar, user_id bigint, landing_page text, utm_source varchar, started_at timestamp(6));
INSERT INTO ahoy_visits VALUES
	(1, 'visit-a', 'visitor-a', NULL, 'https://shop.example/', NULL, '2026-03-01 03:30:00'),
	(2, 'visit-b', 'visitor-b', 7, 'https://shop.example/', 'mail', '2026-03-01 10:00:00'),
	(3, 'visit-c', 'visitor-a', NULL, 'https://shop.example/', NULL, '2026-03-02 10:00:00'),
	-- nothing happened
	(4, 'visit-d', 'visitor-d', NULL, NULL, NULL, '2026-03-02 11:00:00');

CREATE TABLE ahoy_events (id bigint PRIMARY KEY, visit_id bigint, user_id bigint, name varchar, properties jsonb, "time" timestamp(6));
INSERT INTO ahoy_events VALUES
	-- in New York it is still February
	(1, 1, NULL, '$view', '{"url": "https://shop.example/product/11", "page": "/product/11", "title": "Mug"}', '2026-03-01 03:30:00'),
	(2, 1, NULL, 'Viewed product', '{"product_id": 11}', '2026-03-01 03:30:10'),
	(3, 1, 5, 'Added to cart', '{"product_id": "11"}', '2026-03-01 03:32:00'),
	(4, 1, 5, 'Order completed', '{"order_id": 1001}', '2026-03-01 03:40:00'),
	(5, 2, NULL, 'Ran action', '{"controller": "store", "action": "index"}', '2026-03-01 10:00:00'),
	(6, 2, NULL, 'add_to_cart', '{"product_id": 12}', '2026-03-01 10:05:00'),
	(7, 2, 7, 'Searched', '{"q": "mug"}', '2026-03-01 10:06:00'),
	(8, 3, NULL, '$view', '{"url": "https://shop.example/about"}', '2026-03-02 10:00:00'),
	-- begun is not bought
	(9, 3, NULL, 'Checkout started', '{}', '2026-03-02 10:01:00'),
	-- by a job on the server
	(10, NULL, 7, 'Order completed', '{"order_id": 1002}', '2026-03-02 12:00:00'),
	(11, 1, NULL, 'Package shipped', '{"order_id": 1001}', '2026-03-02 15:00:00');
