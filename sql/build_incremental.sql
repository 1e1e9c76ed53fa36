-- Incremental marts: only rows that can have changed are computed, and what is published
-- is the same.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
\i sql/include/build_changes.sql

-- of each incremental mart: whether the last build computed only a part of it, and
-- whether anything of it changed
CREATE FUNCTION pg_temp.slices() RETURNS TABLE (mart text, some_rows boolean, changed boolean) LANGUAGE sql AS $$
	SELECT b.model, b.changed_keys IS NOT NULL, b.inserted + b.updated + b.deleted > 0
	FROM greenery.build_models b
	WHERE b.build_id = (SELECT max(build_id) FROM greenery.builds)
		AND b.model IN (SELECT model FROM greenery.incremental_inputs)
	ORDER BY b.model COLLATE "C"
$$;

-- a few changes of each kind, others each time, that no data test minds
CREATE FUNCTION pg_temp.few_changes(round integer) RETURNS void LANGUAGE plpgsql AS $change$
DECLARE
	ids text[];
	orders text[];
BEGIN
	-- events of sessions with other events, in an order that only the round decides
	ids := ARRAY(SELECT event_id FROM greenery.events WHERE event_type = 'page_view' AND product_id IS NOT NULL
				 ORDER BY md5(event_id || round) COLLATE "C" LIMIT 12);
	UPDATE greenery.events SET created_at = created_at - interval '1 hour' WHERE event_id = ids[1];
	UPDATE greenery.events SET event_type = 'add_to_cart' WHERE event_id = ids[2];
	UPDATE greenery.events SET product_id = (SELECT min(product_id) FROM greenery.products) WHERE event_id = ids[3];
	UPDATE greenery.events SET user_id = (SELECT min(user_id COLLATE "C") FROM greenery.users) WHERE event_id = ids[4];
	-- to another session, to a new one, and away
	UPDATE greenery.events SET session_id = (SELECT session_id FROM greenery.events WHERE event_id = ids[6]) WHERE event_id = ids[5];
	UPDATE greenery.events SET session_id = 'new' || round WHERE event_id = ids[7];
	DELETE FROM greenery.events WHERE event_id = ids[8];
	INSERT INTO greenery.events
	SELECT event_id || 'y', session_id, user_id, page_url, created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id = ids[9];
	-- a session that goes altogether
	DELETE FROM greenery.events
	WHERE session_id = (SELECT min(e.session_id) FROM greenery.events e
						WHERE NOT EXISTS (SELECT FROM greenery.events o WHERE o.session_id = e.session_id AND o.order_id IS NOT NULL));
	-- the same rows in other places
	UPDATE greenery.events SET event_type = event_type WHERE event_id = ids[10];
	-- visitors log in half-way: a session until its checkout, an event of another, one that takes
	-- a user away from those before it, and one that is anonymous no more
	UPDATE greenery.events e SET user_id = NULL
	WHERE e.event_type IN ('page_view', 'add_to_cart')
		AND e.session_id = (SELECT session_id FROM greenery.events WHERE event_type = 'checkout' ORDER BY md5(event_id || round) COLLATE "C" DESC LIMIT 1);
	UPDATE greenery.events SET user_id = NULL WHERE event_id = ids[11];
	UPDATE greenery.events SET user_id = (SELECT max(user_id COLLATE "C") FROM greenery.users)
	WHERE event_id = (SELECT min(event_id) FROM greenery.events
					  WHERE session_id = (SELECT min(session_id) FROM greenery.events WHERE user_id IS NULL) AND user_id IS NOT NULL);
	UPDATE greenery.events SET user_id = (SELECT min(user_id COLLATE "C") FROM greenery.users)
	WHERE event_id = (SELECT max(event_id) FROM greenery.events WHERE user_id IS NULL AND round % 2 = 0);
	-- the source's own kind of page
	UPDATE greenery.events SET page_kind = CASE round % 3 WHEN 0 THEN 'other' WHEN 1 THEN 'shipping' END WHERE event_id = ids[12];
	-- checkouts of two sessions take each other's order
	ids := ARRAY(SELECT event_id FROM greenery.events WHERE event_type = 'checkout'
				 ORDER BY md5(event_id || round) COLLATE "C" LIMIT 2);
	UPDATE greenery.events e SET order_id = o.order_id
	FROM greenery.events o
	WHERE e.event_id = ANY (ids) AND o.event_id = ANY (ids) AND e.event_id <> o.event_id;
	-- what is in orders: one product less, one more, and one more often
	orders := ARRAY(SELECT i.order_id FROM greenery.order_items i GROUP BY i.order_id HAVING count(*) > 1
					ORDER BY md5(i.order_id || round) COLLATE "C" LIMIT 3);
	DELETE FROM greenery.order_items i
	WHERE i.order_id = orders[1] AND i.product_id = (SELECT min(product_id) FROM greenery.order_items WHERE order_id = orders[1]);
	INSERT INTO greenery.order_items (order_id, product_id, quantity)
	SELECT orders[2], min(p.product_id), 1 FROM greenery.products p
	WHERE NOT EXISTS (SELECT FROM greenery.order_items i WHERE i.order_id = orders[2] AND i.product_id = p.product_id);
	UPDATE greenery.order_items SET quantity = quantity + 1 WHERE order_id = orders[3];
	-- a product: what is left of it, or what it costs, or neither
	UPDATE greenery.products p
	SET inventory = CASE round % 3 WHEN 0 THEN p.inventory + 1 ELSE p.inventory END,
		price = CASE round % 3 WHEN 1 THEN p.price + 1 ELSE p.price END
	WHERE p.product_id = (SELECT product_id FROM greenery.products ORDER BY md5(product_id || round) COLLATE "C" LIMIT 1);
	-- a user registered earlier than was thought, and another has another name
	ids := ARRAY(SELECT e.user_id FROM greenery.events e WHERE e.event_type = 'checkout' GROUP BY e.user_id
				 ORDER BY md5(e.user_id || round) COLLATE "C" LIMIT 2);
	UPDATE greenery.users SET created_at = created_at - interval '1 day' WHERE user_id = ids[1];
	UPDATE greenery.users SET last_name = last_name || round WHERE user_id = ids[2];
END
$change$;

-- another definition of a mart's view: its own with something put in
CREATE TEMP TABLE definitions AS
SELECT model, pg_get_viewdef(('greenery.' || model)::regclass) AS definition
FROM (SELECT model FROM greenery.incremental_inputs UNION SELECT 'mixed_sessions') m;
CREATE FUNCTION pg_temp.redefine(mart text, old text DEFAULT '', new text DEFAULT '') RETURNS boolean LANGUAGE plpgsql AS $redefine$
DECLARE
	before text := pg_get_viewdef(('greenery.' || mart)::regclass);
BEGIN
	EXECUTE format('CREATE OR REPLACE VIEW greenery.%I AS %s', mart,
				   (SELECT replace(d.definition, old, new) FROM definitions d WHERE d.model = mart));
	RETURN pg_get_viewdef(('greenery.' || mart)::regclass) <> before;
END
$redefine$;

SELECT pg_temp.empty_shop();
SELECT pg_temp.keep_incremental_marts();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 150, orders_per_user => 3, seed => 11);
-- events are given to other users, who must have registered before
UPDATE greenery.users SET created_at = created_at - interval '2 years', updated_at = updated_at - interval '2 years';
-- dependencies as they are declared: all marts that an incremental one reads
SELECT model, input, column_name FROM greenery.incremental_inputs ORDER BY 1, 2;

-- the first build has nothing to compare with, and the second nothing to go by
CALL greenery_build();
SELECT * FROM pg_temp.slices();
CALL greenery_build();
SELECT * FROM pg_temp.slices();
-- nothing to do
SELECT pg_temp.remember();
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT DISTINCT changed_keys FROM greenery.build_models WHERE build_id = 3 AND changed_keys IS NOT NULL;
SELECT * FROM pg_temp.wrong();

-- a few changes: beside other marts, and one after the other
SET max_parallel_maintenance_workers = 2;
SELECT pg_temp.remember(), pg_temp.few_changes(1);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
SELECT pg_temp.remember(), pg_temp.few_changes(2);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
SET max_parallel_maintenance_workers = 0;
SELECT pg_temp.remember(), pg_temp.few_changes(3);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
SELECT pg_temp.remember(), pg_temp.few_changes(4);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
-- how many: sessions whose events changed, before or after, and those that had ordered what has changed;
-- such events themselves, and views of products that changed or of orders by users who
-- registered at another time
CREATE TABLE public.incremental_events AS SELECT * FROM greenery.events;
CREATE TABLE public.incremental_items AS SELECT * FROM greenery.order_items;
CREATE TABLE public.incremental_views AS TABLE greenery_published.fact_user_content_pageviews;
CREATE TABLE public.incremental_order_views AS TABLE greenery_published.fact_user_order_pageviews;
SELECT pg_temp.few_changes(5);
UPDATE greenery.products SET inventory = inventory + 1000 WHERE product_id = (SELECT min(product_id) FROM greenery.products);
CALL greenery_build();
WITH changed_events AS (
	(TABLE greenery.events EXCEPT TABLE public.incremental_events)
	UNION ALL (TABLE public.incremental_events EXCEPT TABLE greenery.events)
), events AS (
	SELECT DISTINCT session_id FROM changed_events
), anonymous AS (
	SELECT event_id FROM greenery.events
	WHERE user_id IS NULL AND event_type <> 'package_shipped' AND session_id IN (SELECT session_id FROM changed_events)
), views AS (
	SELECT event_id FROM changed_events UNION SELECT event_id FROM anonymous
	UNION SELECT event_id FROM public.incremental_views WHERE product_id = (SELECT min(product_id) FROM greenery.products)
), order_views AS (
	SELECT event_id FROM changed_events UNION SELECT event_id FROM anonymous
	UNION SELECT v.event_id FROM public.incremental_order_views v JOIN greenery.users u ON u.user_id = v.user_id AND u.created_at <> v.user_created_at
), items AS (
	SELECT e.session_id FROM greenery.events e WHERE e.event_type = 'checkout' AND e.order_id IN (
		SELECT order_id FROM (TABLE greenery.order_items EXCEPT TABLE public.incremental_items) a
		UNION SELECT order_id FROM (TABLE public.incremental_items EXCEPT TABLE greenery.order_items) b)
)
SELECT model, changed_keys = CASE model
	WHEN 'fact_user_sessions' THEN (SELECT count(*) FROM events)
	WHEN 'fact_user_content_pageviews' THEN (SELECT count(*) FROM views)
	WHEN 'fact_user_order_pageviews' THEN (SELECT count(*) FROM order_views)
	ELSE (SELECT count(*) FROM (TABLE events UNION TABLE items) e) END AS as_expected
FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND changed_keys > 5 ORDER BY 1;
DROP TABLE public.incremental_events, public.incremental_items, public.incremental_views, public.incremental_order_views;

-- all rows are computed: where the setting says so,
SET greenery.incremental_builds = off;
SELECT pg_temp.remember(), pg_temp.few_changes(6);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
RESET greenery.incremental_builds;
-- though the build after it knows again what it left;
SELECT pg_temp.few_changes(7);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
-- where somebody else has written to the published table;
UPDATE greenery_published.product_sessions SET viewed = NOT viewed
WHERE (session_id, product_id) = (SELECT session_id, product_id FROM greenery_published.product_sessions ORDER BY 1, 2 LIMIT 1);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
-- so that this view would not be found when its product changes,
UPDATE greenery_published.fact_user_content_pageviews SET product_id = 'wrong'
WHERE event_id = (SELECT min(event_id) FROM greenery_published.fact_user_content_pageviews WHERE product_id IS NOT NULL);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
DELETE FROM greenery_published.fact_user_sessions
WHERE session_user_key = (SELECT min(session_user_key) FROM greenery_published.fact_user_sessions);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
UPDATE greenery_published.fact_user_sessions SET session_id = NULL
WHERE session_user_key = (SELECT min(session_user_key) FROM greenery_published.fact_user_sessions);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- as many rows as there were, some of them others;
DELETE FROM greenery_published.fact_events WHERE event_id = (SELECT min(event_id) FROM greenery_published.fact_events);
INSERT INTO greenery_published.fact_events SELECT f.* FROM greenery.fact_events f WHERE f.event_id = (SELECT min(event_id) FROM greenery.fact_events);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- it has got a column, which could have taken the place of one, with a value for rows that
-- are as they were;
ALTER TABLE greenery_published.product_sessions ADD COLUMN other boolean DEFAULT true;
ALTER TABLE greenery_published.product_sessions DROP COLUMN other;
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- where there was a trigger, even if it is gone by now: it may have written something else
-- than the build, which is refused where it shows
CREATE FUNCTION public.incremental_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.shipments := 99; RETURN NEW; END';
CREATE TRIGGER incremental BEFORE INSERT OR UPDATE ON greenery_published.fact_user_sessions FOR EACH ROW EXECUTE FUNCTION public.incremental_trigger();
SELECT pg_temp.few_changes(14);
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
CREATE OR REPLACE FUNCTION public.incremental_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CALL greenery_build();
DROP TRIGGER incremental ON greenery_published.fact_user_sessions;
DROP FUNCTION public.incremental_trigger;
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
CALL greenery_build();
SELECT * FROM pg_temp.slices();
-- where much has changed;
SELECT pg_temp.remember(), pg_temp.change(8);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT mart, some_rows FROM pg_temp.slices();
-- or more than a statement takes, so that it is not known what has changed of the events;
CALL greenery_build();
SET greenery.debug_max_listed = 5;
SELECT pg_temp.remember(), pg_temp.few_changes(15);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT mart, some_rows FROM pg_temp.slices();
RESET greenery.debug_max_listed;
CALL greenery_build();
CALL greenery_build();
-- in an input too, of which only its own table knows then what it was;
UPDATE greenery.events SET created_at = created_at + interval '1 minute' WHERE md5(session_id) < '8';
SELECT pg_temp.remember();
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.slices();
-- where the query is another,
SELECT pg_temp.few_changes(9);
CALL greenery_build();
SELECT pg_temp.redefine('product_sessions', '''add_to_cart''', '''page_view''');
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- reads something else than its inputs, or depends on more than rows
SELECT pg_temp.redefine('product_sessions', '(f.session_id IS NOT NULL)', '(f.session_id IS NOT NULL AND (SELECT count(*) FROM greenery.promos) > -1)');
SELECT pg_temp.redefine('fact_user_sessions', '(e.session_id IS NOT NULL)', '(e.session_id IS NOT NULL AND now() IS NOT NULL)');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.few_changes(10);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- or a table that the build has made of a view does
SELECT pg_temp.redefine('mixed_sessions', 'is_own_event AND', 'is_own_event AND (SELECT count(*) FROM greenery.promos) > -1 AND');
CALL greenery_build();
SELECT pg_temp.few_changes(17);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.redefine('mixed_sessions', 'is_own_event AND', 'is_own_event AND now() IS NOT NULL AND');
CALL greenery_build();
SELECT pg_temp.few_changes(18);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT pg_temp.redefine('mixed_sessions');
-- and back
SELECT pg_temp.redefine('product_sessions'), pg_temp.redefine('fact_user_sessions');
CALL greenery_build();
SELECT pg_temp.few_changes(11);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();

-- what others have written to a mart that it is made from is a change like any other
UPDATE greenery_published.fact_events SET session_id = 'wrong'
WHERE event_id = (SELECT min(event_id) FROM greenery_published.fact_events);
DELETE FROM greenery_published.fact_order_items_products
WHERE order_id = (SELECT min(order_id) FROM greenery_published.fact_order_items_products);
CALL greenery_build();
SELECT mart, some_rows FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();

-- whom the marts leave out, and the zone of their days, are no rows of an input
SELECT greenery_exclude_user((SELECT user_id FROM greenery.events WHERE event_type = 'checkout' ORDER BY event_id LIMIT 1), 'test');
CALL greenery_build();
SELECT mart, some_rows FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.few_changes(16);
CALL greenery_build();
SELECT mart, some_rows FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
SELECT greenery_set('timezone', 'Pacific/Auckland');
SET greenery.timezone = 'Pacific/Auckland';
CALL greenery_build();
SELECT mart, some_rows FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
SELECT greenery_include_user(user_id) FROM greenery.excluded_users;
SELECT greenery_set('timezone', NULL);
RESET greenery.timezone;
CALL greenery_build();
SELECT mart, some_rows FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();

-- a build that fails has left nothing
SELECT pg_temp.few_changes(12);
INSERT INTO greenery.events (event_id, session_id, user_id, created_at, event_type)
SELECT 'bad', session_id, user_id, created_at, 'bad' FROM greenery.events ORDER BY event_id LIMIT 1;
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
DELETE FROM greenery.events WHERE event_id = 'bad';
SELECT pg_temp.few_changes(13);
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace;

-- a shop whose events have no session ids
SELECT pg_temp.empty_shop();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 150, orders_per_user => 3, seed => 12);
-- events are given to other users, who must have registered before
UPDATE greenery.users SET created_at = created_at - interval '2 years', updated_at = updated_at - interval '2 years';
UPDATE greenery.events SET session_id = NULL;
CALL greenery_build();
CALL greenery_build();
DELETE FROM greenery.events WHERE event_id = (SELECT min(event_id) FROM greenery.events WHERE event_type = 'page_view');
UPDATE greenery.events SET created_at = created_at + interval '2 hours'
WHERE event_id = (SELECT max(event_id) FROM greenery.events WHERE event_type = 'page_view');
CALL greenery_build();
SELECT * FROM pg_temp.slices();
SELECT * FROM pg_temp.stale();
-- setting session_gap changes the events, and so the sessions
SET greenery.session_gap = '25 minutes';
SELECT greenery_set('session_gap', '25 minutes');
CALL greenery_build();
SELECT * FROM pg_temp.stale();
RESET greenery.session_gap;

DROP SCHEMA difference_before CASCADE;
SELECT pg_temp.empty_shop();
SELECT pg_temp.all_models();
