-- Incremental builds after changes of what many shops have besides: cancelled, refunded and
-- taxed orders, currencies, prices at the time of the order, returns, logins half-way, kinds of
-- pages, excluded users.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
SET max_parallel_maintenance_workers = 2;
\i sql/include/build_changes.sql

-- a few of each, others each time, that no data test minds
CREATE FUNCTION pg_temp.optional_changes(round integer) RETURNS void LANGUAGE plpgsql AS $change$
DECLARE
	ids text[];
	sold text[];
BEGIN
	-- visitors who log in half-way or are not known any more, a kind of page that the source knows, a device
	ids := ARRAY(SELECT event_id FROM greenery.events WHERE event_type = 'page_view' AND product_id IS NOT NULL AND user_id IS NOT NULL
				 ORDER BY md5(event_id || round) COLLATE "C" LIMIT 8);
	UPDATE greenery.events SET user_id = NULL WHERE event_id = ANY (ids[1:3]);
	UPDATE greenery.events e SET user_id = NULL FROM greenery.events o
	WHERE o.event_id = ids[4] AND e.session_id = o.session_id AND e.event_type IN ('page_view', 'add_to_cart');
	UPDATE greenery.events SET page_kind = (ARRAY['checkout', 'other', 'product'])[1 + round % 3] WHERE event_id = ANY (ids[5:6]);
	UPDATE greenery.events SET page_kind = NULL
	WHERE event_id = (SELECT min(event_id COLLATE "C") FROM greenery.events WHERE page_kind IS NOT NULL AND NOT event_id = ANY (ids));
	UPDATE greenery.events SET visitor_id = 'v' || round WHERE event_id = ids[7];
	-- to another session, without a user
	UPDATE greenery.events SET session_id = (SELECT session_id FROM greenery.events WHERE event_id = ids[1]), user_id = NULL WHERE event_id = ids[8];
	-- orders that are cancelled and no longer are, refunded, taxed and discounted, sold elsewhere
	sold := ARRAY(SELECT order_id FROM greenery.orders WHERE promo_id IS NULL ORDER BY md5(order_id || round) COLLATE "C" LIMIT 6);
	UPDATE greenery.orders SET is_cancelled = false
	WHERE order_id = (SELECT min(order_id COLLATE "C") FROM greenery.orders WHERE is_cancelled);
	UPDATE greenery.orders SET is_cancelled = true WHERE order_id = sold[1];
	UPDATE greenery.orders SET status = 'cancelled' WHERE order_id = sold[2];
	UPDATE greenery.orders SET refunded = CASE round % 2 WHEN 0 THEN order_total ELSE 1.25 END WHERE order_id = sold[3];
	UPDATE greenery.orders SET tax = round, discount = round WHERE order_id = sold[4];
	-- one currency, then two, then one again
	UPDATE greenery.orders SET currency = NULL WHERE currency IS NOT NULL;
	UPDATE greenery.orders SET currency = 'EUR', channel = 'store' WHERE order_id = sold[5] AND round % 3 = 2;
	UPDATE greenery.orders SET session_id = (SELECT session_id FROM greenery.events WHERE event_id = ids[7]) WHERE order_id = sold[6];
	UPDATE greenery.order_items SET unit_price = round + 0.5 WHERE order_id = sold[5];
	UPDATE greenery.order_items SET returned_quantity = 1 WHERE order_id = sold[6];
	UPDATE greenery.products SET category = 'c' || round WHERE product_id = (SELECT product_id FROM greenery.products ORDER BY md5(product_id || round) LIMIT 1);
END
$change$;
-- Builds what has changed, and then everything: the second finds nothing to do
CREATE FUNCTION pg_temp.left_to_do() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(inserted + updated + deleted) FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds)
$$;

SELECT pg_temp.empty_shop();
DELETE FROM greenery.excluded_users;
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 5);
CALL greenery_build();
CALL greenery_build();
-- all marts once, and from then on those that are computed in part: the others come of whole views
SELECT pg_temp.remember(), pg_temp.optional_changes(1);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT pg_temp.keep_incremental_marts();
-- something was computed in part
SELECT count(*) > 0 AS in_part FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND changed_keys > 0;
SELECT pg_temp.remember(), pg_temp.optional_changes(2);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT pg_temp.remember(), pg_temp.optional_changes(3);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT pg_temp.optional_changes(4);
CALL greenery_build();
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT pg_temp.left_to_do();
-- users who are left out, and no longer are
SELECT pg_temp.remember();
INSERT INTO greenery.excluded_users (user_id, reason)
SELECT user_id, 'a till' FROM greenery.users ORDER BY md5(user_id) COLLATE "C" LIMIT 2;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT pg_temp.remember(), pg_temp.optional_changes(5);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
DELETE FROM greenery.excluded_users WHERE user_id = (SELECT min(user_id) FROM greenery.excluded_users);
SELECT pg_temp.remember(), pg_temp.optional_changes(6);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
DELETE FROM greenery.excluded_users;
CALL greenery_build();
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT pg_temp.left_to_do();

DROP SCHEMA difference_before CASCADE;
SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
