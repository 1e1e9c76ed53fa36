-- Snowplow: one wide table, ids that are not unique, heart-beats, ids of fixed length, times without
-- zone, a purchase that is told once for the order and once for each item, two applications.

CREATE TABLE events (
	app_id varchar(255), platform varchar(255), etl_tstamp timestamp, collector_tstamp timestamp NOT NULL, dvce_created_tstamp timestamp,
	event varchar(128), event_id char(36) NOT NULL, user_id varchar(255), domain_userid varchar(36), domain_sessionidx smallint,
	page_url text, se_category varchar(1000), se_action varchar(1000), se_label varchar(1000), se_property varchar(1000), se_value double precision,
	tr_orderid varchar(255), tr_total numeric(18, 2), ti_orderid varchar(255), ti_sku varchar(255), ti_quantity integer,
	domain_sessionid char(36), derived_tstamp timestamp, event_name varchar(1000));
INSERT INTO events
	(app_id, platform, collector_tstamp, event, event_id, user_id, domain_userid, domain_sessionidx, domain_sessionid, page_url, se_category, se_action, se_label,
	 tr_orderid, ti_orderid, ti_sku, event_name)
SELECT e.app_id, 'web', e.at, e.event, '00000000-0000-4000-8000-' || lpad(e.id::text, 12, '0'), e.user_id, 'visitor-' || e.visitor, e.visit,
	'10000000-0000-4000-8000-00000000000' || e.visit, e.page_url, e.category, e.action, e.label, e.order_id, e.item_order, e.sku, e.name
  FROM (VALUES
	-- in New York it is still February
	('shop', timestamp '2026-03-01 03:30:00', 'page_view', 1, NULL, 'a', 1, 'https://shop.example/product/MUG', NULL, NULL, NULL, NULL, NULL, NULL, 'page_view'),
	-- sent again
	('shop', '2026-03-01 03:30:09', 'page_view', 1, NULL, 'a', 1, 'https://shop.example/product/MUG', NULL, NULL, NULL, NULL, NULL, NULL, 'page_view'),
	('shop', '2026-03-01 03:30:10', 'page_ping', 2, NULL, 'a', 1, 'https://shop.example/product/MUG', NULL, NULL, NULL, NULL, NULL, NULL, 'page_ping'),
	('shop', '2026-03-01 03:31:00', 'struct', 3, NULL, 'a', 1, 'https://shop.example/product/MUG', 'ecommerce', 'Add-to-Basket', 'MUG', NULL, NULL, NULL, 'event'),
	('shop', '2026-03-01 03:40:00', 'transaction', 4, 'ann', 'a', 1, 'https://shop.example/thanks', NULL, NULL, NULL, '1001', NULL, NULL, 'transaction'),
	('shop', '2026-03-01 03:40:01', 'transaction_item', 5, 'ann', 'a', 1, 'https://shop.example/thanks', NULL, NULL, NULL, NULL, '1001', 'MUG', 'transaction_item'),
	('shop', '2026-03-01 04:40:00', 'page_ping', 6, 'ann', 'a', 1, 'https://shop.example/thanks', NULL, NULL, NULL, NULL, NULL, NULL, 'page_ping'),
	('shop', '2026-03-02 10:00:00', 'page_view', 7, NULL, 'b', 2, 'https://shop.example/', NULL, NULL, NULL, NULL, NULL, NULL, 'page_view'),
	('shop', '2026-03-02 10:00:30', 'struct', 8, NULL, 'b', 2, 'https://shop.example/product/CUP', 'ecommerce', 'add_to_cart', 'CUP', NULL, NULL, NULL, 'event'),
	('shop', '2026-03-02 10:00:40', 'unstruct', 9, NULL, 'b', 2, 'https://shop.example/product/CUP', NULL, NULL, NULL, NULL, NULL, NULL, 'link_click'),
	('blog', '2026-03-03 10:00:00', 'page_view', 10, 'bob', 'c', 3, 'https://blog.example/', NULL, NULL, NULL, NULL, NULL, NULL, 'page_view'),
	-- by a server
	('shop', '2026-03-03 11:00:00', 'transaction', 11, 'bob', NULL, NULL, NULL, NULL, NULL, NULL, '1002', NULL, NULL, 'transaction')
	) e (app_id, at, event, id, user_id, visitor, visit, page_url, category, action, label, order_id, item_order, sku, name);
