--
-- Every built-in test passes on the sample shop, but for the one that finds its bot, and fails on its planted bad rows,
-- but for those that hold by construction and say so, and those of an empty
-- source or of a large share of the rows, which are planted here.  All is rolled back.
--
SET client_min_messages = warning;
SET jit = off;
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop();
SELECT test_id, model, kind, column_name, status, message FROM greenery_test() WHERE status <> 'pass' ORDER BY test_id;
ROLLBACK;

BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop(bad_rows => true);
-- a bot: nothing is wrong with it, but how often it comes
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type)
SELECT 'bot ' || i, 'bot ' || i, u.user_id, u.created_at, 'page_view'
FROM (SELECT user_id, created_at FROM greenery.events WHERE event_type = 'checkout' ORDER BY created_at LIMIT 1) u,
	generate_series(1, (SELECT 3 * count(*) FROM greenery.events)) i;
-- and more visitors without a user than with one
INSERT INTO greenery.events (event_id, session_id, created_at, event_type)
SELECT 'visitor ' || i, 'visitor ' || i, u.created_at, 'page_view'
FROM (SELECT max(created_at) AS created_at FROM greenery.events WHERE isfinite(created_at)) u,
	generate_series(1, (SELECT 2 * count(*) FROM greenery.events)) i;
CREATE TEMP TABLE result AS SELECT * FROM greenery_test();
-- must be none
SELECT r.test_id, r.model, r.kind, r.column_name, r.status, r.message
FROM result r JOIN greenery.data_tests t USING (test_id)
WHERE r.status = 'broken'
	OR r.status = 'pass' AND t.kind <> 'row_count' AND r.test_id <> 102 AND t.description NOT LIKE '%Holds by construction.'
	OR r.status IN ('warn', 'error') AND t.description LIKE '%Holds by construction.'
ORDER BY test_id;
-- severities
SELECT status, count(*) FROM result WHERE status <> 'pass' GROUP BY status ORDER BY status;
SELECT test_id, model, kind, column_name FROM result WHERE status = 'warn' ORDER BY test_id;
-- failing rows are named by their key, and by nothing else
SELECT r.test_id FROM result r JOIN greenery.models m ON m.relation = r.model, jsonb_array_elements(r.sample) s
WHERE (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(s) k) <> (SELECT array_agg(k ORDER BY k) FROM unnest(m.key) k);
SELECT test_id, sample FROM result WHERE test_id IN (3, 4, 22, 57) ORDER BY test_id;
ROLLBACK;

-- visitors who are not logged in are ordinary, up to a half
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop();
UPDATE greenery.events e SET user_id = NULL FROM (SELECT event_id, row_number() OVER (ORDER BY user_id IS NOT NULL, event_id) <= count(*) OVER () / 2 AS half FROM greenery.events) h
WHERE h.event_id = e.event_id AND h.half;
SELECT status, failures <= total / 2 AS half FROM greenery_test('greenery.stg_events') WHERE test_id = 102;
UPDATE greenery.events SET user_id = NULL WHERE event_id IN (SELECT event_id FROM greenery.events WHERE user_id IS NOT NULL LIMIT 2);
SELECT status, failures <= total / 2 AS half FROM greenery_test('greenery.stg_events') WHERE test_id = 102;
ROLLBACK;

-- an empty source fails its row count: a shop without users, products or orders is
-- a load that failed
SELECT test_id, status, failures, total FROM greenery_test() WHERE kind = 'row_count' ORDER BY test_id;
-- but a shop without events, promos or addresses is a shop
BEGIN;
SELECT count(*) AS tables FROM greenery_load_sample_shop();
TRUNCATE greenery.events, greenery.promos, greenery.addresses;
UPDATE greenery.orders SET order_total = order_cost + shipping_cost, promo_id = NULL WHERE promo_id IS NOT NULL;
SELECT test_id, kind, status, message FROM greenery_test() WHERE status <> 'pass' ORDER BY test_id;
ROLLBACK;
\i sql/include/empty_tables.sql
