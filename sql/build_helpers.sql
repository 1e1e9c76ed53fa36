-- What several marts ask of a helper view is computed once in a build: a table is made of it.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;
SET greenery.allow_superuser_build = on;
SET greenery.max_shrink = '100%';

\i sql/include/builds.sql

SELECT pg_temp.empty_shop();
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 19);
SELECT view FROM greenery.stored_helpers ORDER BY 1;
-- every one is a helper view
SELECT count(*) AS others FROM greenery.stored_helpers s
LEFT JOIN pg_class c ON c.oid = to_regclass('greenery.' || s.view) AND c.relkind = 'v'
WHERE c.oid IS NULL OR EXISTS (SELECT FROM greenery.models m WHERE m.model = s.view);

-- made of the orders as they are written, as soon as they are, and before it is read
CREATE TABLE public.helpers_made (tag text, made text, differ bigint);
CREATE FUNCTION public.helpers_note() RETURNS event_trigger LANGUAGE plpgsql AS $note$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'greenery_build.purchasers' LOOP
		INSERT INTO public.helpers_made
		SELECT c.command_tag, (SELECT format('%s%s', relkind, relpersistence) FROM pg_class WHERE oid = c.objid), count(*)
		FROM ((TABLE greenery.purchasers EXCEPT ALL TABLE greenery_build.purchasers)
			  UNION ALL (TABLE greenery_build.purchasers EXCEPT ALL TABLE greenery.purchasers)) d;
	END LOOP;
END
$note$;
CREATE EVENT TRIGGER helpers_note ON ddl_command_end EXECUTE FUNCTION public.helpers_note();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
UPDATE greenery.orders SET address_id = (SELECT max(address_id) FROM greenery.addresses) WHERE md5(order_id) < '1';
DELETE FROM greenery.events WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
DELETE FROM greenery.order_items WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
DELETE FROM greenery.orders WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT * FROM public.helpers_made;
-- and is gone afterwards
SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace;

-- where it cannot be computed, the marts that read it say so
SELECT pg_get_viewdef('greenery.purchasers'::regclass) AS definition \gset
SELECT regexp_replace(:'definition', 'WHERE \((o\.)?user_id IS NOT NULL\)', 'WHERE user_id IS NOT NULL AND 1 / (order_number - order_number) = 1') AS broken \gset
CREATE OR REPLACE VIEW greenery.purchasers AS :broken
DROP EVENT TRIGGER helpers_note;
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
SELECT model, status, message FROM greenery.build_models
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND status <> 'written' AND status <> 'tested' ORDER BY 1;
CREATE OR REPLACE VIEW greenery.purchasers AS :definition
DROP FUNCTION public.helpers_note();
DROP TABLE public.helpers_made;
CALL greenery_build();
SELECT * FROM pg_temp.stale();

SELECT pg_temp.empty_shop();
