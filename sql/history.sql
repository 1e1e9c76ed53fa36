--
-- Histories: half-open rows, one moment a transaction, no row of length 0.
--
\i sql/include/helpers.sql
SET client_min_messages = warning;
SET jit = off;
TRUNCATE greenery.promos, greenery.products, greenery.orders,
	greenery.promo_history, greenery.inventory_history, greenery.order_status_history;
-- moments depend on the clock: show them as numbers in the order of time
CREATE FUNCTION pg_temp.promo_rows()
	RETURNS TABLE (promo_id text, status text, discount numeric, valid_from bigint, valid_to bigint)
	LANGUAGE sql AS $$
	WITH moments AS (
		SELECT m, dense_rank() OVER (ORDER BY m) AS n
		FROM greenery.promo_history, unnest(ARRAY[valid_from, valid_to]) m WHERE m IS NOT NULL)
	SELECT h.promo_id, h.status, h.discount,
		(SELECT min(n) FROM moments WHERE m = h.valid_from),
		(SELECT min(n) FROM moments WHERE m = h.valid_to)
	FROM greenery.promo_history h ORDER BY 1, 4
$$;

-- nothing is known before the first record: a notice, and no rows
SET client_min_messages = notice;
\set VERBOSITY terse
SELECT * FROM greenery_active_promos('2021-02-10 00:00+00');
SET client_min_messages = warning;

INSERT INTO greenery.promos VALUES ('A', 1, 'active'), ('B', 2, 'inactive'), ('C', 3, 'active');
INSERT INTO greenery.products VALUES ('p', 'x', 1, 10);
INSERT INTO greenery.orders (order_id, status) VALUES ('o', 'preparing');
SELECT * FROM greenery_record_history();
-- nothing changed, nothing recorded
SELECT * FROM greenery_record_history();
SELECT * FROM pg_temp.promo_rows();

-- one changes its discount, one vanishes, one is new
UPDATE greenery.promos SET discount = 1.50 WHERE promo_id = 'A';
DELETE FROM greenery.promos WHERE promo_id = 'B';
INSERT INTO greenery.promos VALUES ('D', 4, 'active');
UPDATE greenery.orders SET status = 'shipped';
SELECT * FROM greenery_record_history();
SELECT * FROM pg_temp.promo_rows();

-- in one transaction a second record replaces the first: no row of length 0
BEGIN;
UPDATE greenery.promos SET status = 'inactive' WHERE promo_id = 'C';
INSERT INTO greenery.promos VALUES ('E', 5, 'active');
SELECT * FROM greenery_record_history();
UPDATE greenery.promos SET discount = 30 WHERE promo_id = 'C';
DELETE FROM greenery.promos WHERE promo_id = 'E';
SELECT * FROM greenery_record_history();
COMMIT;
SELECT * FROM pg_temp.promo_rows();

-- a transaction that is older than another's record, but records after it, must
-- not run backwards
UPDATE greenery.promo_history SET valid_from = now() + interval '1 hour' WHERE promo_id = 'D';
UPDATE greenery.promos SET discount = 40 WHERE promo_id = 'D';
UPDATE greenery.promos SET discount = 10 WHERE promo_id = 'A';
SELECT * FROM greenery_record_history();
SELECT promo_id, discount, valid_from < valid_to AS forwards FROM greenery.promo_history
WHERE promo_id IN ('A', 'D') ORDER BY promo_id, valid_from;

-- rows that contradict each other say nothing; NULL keys are no keys
TRUNCATE greenery.promo_history;
INSERT INTO greenery.promos VALUES ('A', 99, 'active'), (NULL, 7, 'active'), ('', 8, 'active');
SELECT * FROM greenery_record_history();
SELECT * FROM pg_temp.promo_rows();

-- where rows that agree become rows that do not, nothing is said any longer, though one
-- of them still says what is recorded; and as long as they do not agree, that is no news
TRUNCATE greenery.promo_history, greenery.promos;
INSERT INTO greenery.promos VALUES ('A', 1, 'active'), ('A', 1, 'active'), ('B', NULL, NULL), ('B', NULL, NULL);
SELECT opened, closed FROM greenery_record_history() WHERE history = 'promo_history';
INSERT INTO greenery.promos VALUES ('A', 1, NULL), ('A', 2, 'active'), ('B', NULL, 'active');
SELECT opened, closed FROM greenery_record_history() WHERE history = 'promo_history';
SELECT opened, closed FROM greenery_record_history() WHERE history = 'promo_history';
SELECT * FROM pg_temp.promo_rows();

-- a percentage is among the terms: another one is another row
TRUNCATE greenery.promo_history, greenery.promos;
INSERT INTO greenery.promos (promo_id, status, percent) VALUES ('P', 'active', 10);
SELECT opened, closed FROM greenery_record_history() WHERE history = 'promo_history';
UPDATE greenery.promo_history SET valid_from = '2021-01-01';
UPDATE greenery.promos SET percent = 15;
SELECT opened, closed FROM greenery_record_history() WHERE history = 'promo_history';
SELECT promo_id, discount, percent, valid_to IS NULL AS holds FROM greenery.promo_history ORDER BY valid_from;
SELECT promo_id, percent, next_percent, recorded_from, valid_from, valid_to = 'infinity' AS open FROM greenery.promo_terms ORDER BY valid_from LIMIT 1;

-- active at a moment, and since when: an unbroken time, whatever the discount did
TRUNCATE greenery.promo_history, greenery.promos;
INSERT INTO greenery.promo_history VALUES
	('A', 'active', 1, '2021-01-01 00:00+00', '2021-02-01 00:00+00'),
	('A', 'active', 2, '2021-02-01 00:00+00', '2021-03-01 00:00+00'),
	('A', 'inactive', 2, '2021-03-01 00:00+00', '2021-04-01 00:00+00'),
	('A', 'active', 3, '2021-04-01 00:00+00', NULL),
	('B', 'active', 9, '2021-01-15 00:00+00', '2021-02-15 00:00+00');
INSERT INTO greenery.promos VALUES ('A', 3, 'active'), ('N', 6, 'active'), ('X', 1, 'inactive');
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT at, p.* FROM unnest(ARRAY['2021-01-01 00:00+00', '2021-01-31 23:59:59.999999+00', '2021-02-01 00:00+00',
								 '2021-02-15 00:00+00', '2021-03-01 00:00+00', '2021-04-01 00:00+00']::timestamptz[]) at,
	greenery_active_promos(at) p ORDER BY at, p.promo_id;
SELECT * FROM greenery.dim_active_promos ORDER BY 1;
-- the discount in force: as recorded; before that, as first recorded; without
-- history, as today
INSERT INTO greenery.orders (order_id, promo_id, created_at) VALUES
	('before', 'A', '2020-12-01 00:00+00'), ('first', 'A', '2021-01-31 23:59:59+00'),
	('second', 'A', '2021-02-01 00:00+00'), ('third', 'A', '2022-01-01 00:00+00'),
	('gone', 'B', '2021-03-01 00:00+00'), ('new', 'N', '2020-01-01 00:00+00'), ('none', NULL, '2021-02-01 00:00+00');
SELECT order_id, discount FROM greenery.fact_user_orders WHERE order_id <> 'o' ORDER BY created_at, order_id;

-- the inventory at the time of a page view
TRUNCATE greenery.inventory_history;
INSERT INTO greenery.inventory_history VALUES
	('p', 10, '2021-01-01 00:00+00', '2021-02-01 00:00+00'),
	('p', 8, '2021-02-01 00:00+00', NULL);
INSERT INTO greenery.events (event_id, page_url, event_type, created_at) VALUES
	('h1', '/product/p', 'page_view', '2020-12-31 00:00+00'),
	('h2', '/product/p', 'page_view', '2021-01-31 00:00+00'),
	('h3', '/product/p', 'page_view', '2021-02-01 00:00+00');
SELECT event_id, inventory, inventory_at_view FROM greenery.fact_user_content_pageviews
WHERE event_id LIKE 'h%' ORDER BY 1;
-- Since when it is in stock as it is: the first recording (January) cannot tell, and what is
-- not recorded yet neither.  q is as it was found, r was away, s came later, t has changed and
-- changed back, u is as recorded no longer, of v and w the inventory is unknown.
BEGIN;
TRUNCATE greenery.inventory_history, greenery.products;
INSERT INTO greenery.products SELECT id, 'x', 1, n FROM (VALUES ('p', 8), ('q', 5), ('r', 5), ('s', 5), ('t', 5), ('u', 5), ('v', NULL), ('w', 5)) p (id, n);
INSERT INTO greenery.inventory_history VALUES
	('p', 10, '2021-01-01 00:00+00', '2021-02-01 00:00+00'), ('p', 8, '2021-02-01 00:00+00', NULL),
	('q', 5, '2021-01-01 00:00+00', NULL),
	('r', 5, '2021-01-01 00:00+00', '2021-02-01 00:00+00'), ('r', 5, '2021-03-01 00:00+00', NULL),
	('s', 5, '2021-03-01 00:00+00', NULL),
	('t', 5, '2021-01-01 00:00+00', '2021-02-01 00:00+00'), ('t', 6, '2021-02-01 00:00+00', '2021-03-01 00:00+00'), ('t', 5, '2021-03-01 00:00+00', NULL),
	('u', 6, '2021-02-01 00:00+00', NULL),
	('v', NULL, '2021-02-01 00:00+00', NULL),
	('w', NULL, '2021-02-01 00:00+00', NULL),
	('gone', 5, '2021-02-01 00:00+00', '2021-03-01 00:00+00');
SELECT product_id, inventory, inventory_since FROM greenery.dim_product_stock ORDER BY 1;
ROLLBACK;
-- as recorded: what the first recording finds active is active since an unknown time
TRUNCATE greenery.promo_history, greenery.inventory_history;
SELECT opened FROM greenery_record_history() WHERE history IN ('promo_history', 'inventory_history');
SELECT promo_id, active_since FROM greenery.dim_active_promos WHERE active_since IS NOT NULL;
SELECT product_id, inventory_since FROM greenery.dim_product_stock WHERE inventory_since IS NOT NULL;
INSERT INTO greenery.promos VALUES ('Y', 1, 'active');
UPDATE greenery.promos SET status = 'active' WHERE promo_id = 'X';
UPDATE greenery.products SET inventory = inventory + 1;
SELECT opened FROM greenery_record_history() WHERE history IN ('promo_history', 'inventory_history');
SELECT d.promo_id, d.active_since = h.second AS since_second FROM greenery.dim_active_promos d, (SELECT max(valid_from) AS second FROM greenery.promo_history) h ORDER BY 1;
SELECT d.product_id, d.inventory_since = h.second AS since_second FROM greenery.dim_product_stock d, (SELECT max(valid_from) AS second FROM greenery.inventory_history) h ORDER BY 1;
-- the same from histories with gaps, unknown numbers and an end, against a join with them
TRUNCATE greenery.inventory_history, greenery.events, greenery.products;
INSERT INTO greenery.products SELECT 'p' || i, 'x', 1, CASE WHEN i <> 3 THEN i END FROM generate_series(1, 6) i;
-- of p6 nothing is recorded, and p7 is no longer sold
INSERT INTO greenery.inventory_history
	SELECT 'p' || p, CASE WHEN pg_temp.pick('i' || p || '-' || k, 5) > 0 THEN k END,
		timestamptz '2021-02-10 00:00+00' + k * interval '1 hour',
		CASE WHEN k < 40 OR p >= 4 THEN timestamptz '2021-02-10 00:00+00' + k * interval '1 hour'
			 + CASE WHEN pg_temp.pick('t' || p || '-' || k, 4) > 0 OR p = 1 THEN interval '1 hour' ELSE interval '10 minutes' END END
	FROM generate_series(1, 7) p, generate_series(1, 40) k
	WHERE p <> 6;
INSERT INTO greenery.events (event_id, user_id, session_id, event_type, page_url, created_at, product_id)
	SELECT i::text, 'u', 's', 'page_view', 'https://shop/x',
		CASE pg_temp.pick('f' || i, 30) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'
			-- at the moments themselves, and between them
			ELSE timestamptz '2021-02-09 22:00+00' + pg_temp.pick('m' || i, 45 * 6) * interval '10 minutes' END,
		CASE WHEN pg_temp.pick('e' || i, 9) > 0 THEN 'p' || pg_temp.pick('p' || i, 9) END
	FROM generate_series(1, 4000) i;
SELECT count(*) AS views, count(*) FILTER (WHERE v.inventory_at_view IS NOT NULL) > 1000 AS telling,
	   count(DISTINCT v.product_id) AS products, count(DISTINCT v.event_id) AS events,
	   count(*) FILTER (WHERE v.inventory_at_view IS DISTINCT FROM h.inventory OR v.inventory IS DISTINCT FROM p.inventory) AS wrong
  FROM greenery.fact_user_content_pageviews v
  LEFT JOIN greenery.products p ON p.product_id = v.product_id
  LEFT JOIN greenery.inventory_history h ON h.product_id = v.product_id AND h.valid_from <= v.created_at
   AND (h.valid_to IS NULL OR v.created_at < h.valid_to);

-- a history that was vacuumed while it was empty: the planner takes it for empty, but
-- the first record fills it, and must not look into it once for each order
TRUNCATE greenery.orders, greenery.order_status_history;
INSERT INTO greenery.orders (order_id, status) SELECT 'o' || i, 'preparing' FROM generate_series(1, 3000) i;
ANALYZE greenery.orders;
VACUUM (ANALYZE) greenery.order_status_history;
BEGIN;
SELECT opened FROM greenery_record_history() WHERE history = 'order_status_history';
SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) < 100 AS few_scans
FROM pg_stat_xact_user_tables WHERE relid = 'greenery.order_status_history'::regclass;
COMMIT;

TRUNCATE greenery.promos, greenery.products, greenery.orders, greenery.events,
	greenery.promo_history, greenery.inventory_history, greenery.order_status_history;
