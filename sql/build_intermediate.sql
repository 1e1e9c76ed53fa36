-- What several marts ask of an intermediate model is computed once in a build: a table is made of it.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql

SELECT pg_temp.empty_shop();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 19);
SELECT view FROM greenery.intermediate_models ORDER BY 1;
-- every one is an intermediate view
SELECT count(*) AS others FROM greenery.intermediate_models s
LEFT JOIN pg_class c ON c.oid = to_regclass('greenery.' || s.view) AND c.relkind = 'v'
WHERE c.oid IS NULL OR EXISTS (SELECT FROM greenery.models m WHERE m.model = s.view);

-- made of the orders as they are written: looked at before the build drops what it has written
CREATE TABLE public.helpers_made (build xid8 PRIMARY KEY, made text, differ bigint);
CREATE FUNCTION public.helpers_note() RETURNS event_trigger LANGUAGE plpgsql AS $note$
BEGIN
	IF to_regclass('greenery_build.purchasers') IS NOT NULL THEN
		INSERT INTO public.helpers_made
		SELECT pg_current_xact_id(),
			(SELECT format('%s%s', relkind, relpersistence) FROM pg_class WHERE oid = 'greenery_build.purchasers'::regclass),
			(SELECT count(*)
			 FROM ((TABLE greenery.purchasers EXCEPT ALL TABLE greenery_build.purchasers)
				   UNION ALL (TABLE greenery_build.purchasers EXCEPT ALL TABLE greenery.purchasers)) d)
		ON CONFLICT DO NOTHING;
	END IF;
END
$note$;
CREATE EVENT TRIGGER helpers_note ON ddl_command_start WHEN TAG IN ('DROP TABLE', 'DROP VIEW')
	EXECUTE FUNCTION public.helpers_note();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
UPDATE greenery.orders SET address_id = (SELECT max(address_id) FROM greenery.addresses) WHERE md5(order_id) < '1';
DELETE FROM greenery.events WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
DELETE FROM greenery.order_items WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
DELETE FROM greenery.orders WHERE order_id = (SELECT min(order_id) FROM greenery.orders);
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT made, differ FROM public.helpers_made ORDER BY build;
-- and is gone afterwards
SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace;

-- where it cannot be computed, the marts that read it say so
SELECT pg_get_viewdef('greenery.purchasers'::regclass) AS definition \gset
SELECT regexp_replace(:'definition', 'WHERE \(\((o\.)?user_id IS NOT NULL\)', 'WHERE ((user_id IS NOT NULL AND 1 / (order_number - order_number) = 1)') AS broken \gset
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
