-- The first build: published tables are empty, and filled in bulk.  Beside the rows
-- it is their indexes that could go wrong.
SET client_min_messages = warning;
\i sql/include/builds.sql
SELECT pg_temp.empty_shop();
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 150, orders_per_user => 5, seed => 11);

-- every row of every published table is in each of its indexes, in order
CREATE EXTENSION amcheck;
CREATE FUNCTION pg_temp.checked_indexes() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(bt_index_check(x.indexrelid, true))
	  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
	 WHERE i.relnamespace = 'greenery_published'::regnamespace AND a.amname = 'btree'
$$;
-- how an index was filled shows in its size: in order, or row by row
CREATE FUNCTION pg_temp.is_filled_in_order(index regclass) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_relation_size(index);
BEGIN
	EXECUTE format('REINDEX INDEX %s', index);
	RETURN before < 1.1 * pg_relation_size(index);
END $$;
-- ids come in no order
SELECT count(*) > 5000 AS enough FROM greenery.events;

CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.checked_indexes() = (SELECT count(*) FROM greenery.models WHERE layer = 'mart') AS all_checked;
SELECT pg_temp.is_filled_in_order('greenery_published.fact_events_pkey');
SELECT model, inserted = rows AS inserted, updated, deleted FROM greenery.build_models
 WHERE model IN ('fact_events', 'product_sessions', 'metrics') AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY model;
-- a second build finds nothing to do
CALL greenery_build();
SELECT sum(inserted + updated + deleted) AS changed FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds);

-- what follows is about some marts only, and the build and the comparison of all take long
SELECT pg_temp.empty_published();
SELECT count(*) AS marts FROM greenery.models WHERE layer = 'mart' \gset
SELECT pg_temp.keep_marts('{dim_users,dim_order_products,fact_user_orders,fact_events,fact_user_sessions,metrics}');

-- indexes of the owner's: of several columns, not unique, with NULLs, descending, with
-- columns that are no key
CREATE INDEX first_build_1 ON greenery_published.fact_user_orders (promo_id DESC NULLS LAST, created_at) INCLUDE (order_total);
CREATE INDEX first_build_2 ON greenery_published.fact_events (page_kind, product_id);
SELECT pg_temp.empty_published();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.checked_indexes() - :marts AS more;
SELECT pg_temp.is_filled_in_order('greenery_published.fact_events_pkey');

-- where an INSERT does more than to store the row, it is an INSERT
CREATE TABLE public.seen (id text);
CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (NEW.order_id);
	RETURN NEW;
END $$;
CREATE TRIGGER see AFTER INSERT ON greenery_published.fact_user_orders FOR EACH ROW EXECUTE FUNCTION public.see();
CREATE INDEX first_build_3 ON greenery_published.fact_events (lower(event_type));
CREATE INDEX first_build_4 ON greenery_published.fact_user_sessions (user_id) WHERE has_purchase;
CREATE INDEX first_build_5 ON greenery_published.dim_users USING hash (email);
ALTER TABLE greenery_published.dim_order_products ADD CHECK (units >= 0);
SELECT pg_temp.empty_published();
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT count(*) = (SELECT count(*) FROM greenery.orders) AS seen FROM public.seen;
SELECT pg_temp.checked_indexes() - :marts AS more;
SELECT pg_temp.is_filled_in_order('greenery_published.fact_events_pkey') AS in_order;
SET enable_seqscan = off;
SELECT count(*) = (SELECT count(*) FROM greenery.users) AS by_hash
  FROM greenery.users u WHERE EXISTS (SELECT FROM greenery_published.dim_users d WHERE d.email = u.email);
RESET enable_seqscan;
DROP INDEX greenery_published.first_build_3, greenery_published.first_build_4, greenery_published.first_build_5;
DROP TRIGGER see ON greenery_published.fact_user_orders;
ALTER TABLE greenery_published.dim_order_products DROP CONSTRAINT dim_order_products_units_check;

-- what an INSERT refuses is refused, and nothing is published
SELECT pg_temp.empty_published();
CREATE UNIQUE INDEX first_build_6 ON greenery_published.fact_user_orders (status);
CALL greenery_build();
SELECT count(*) AS published FROM greenery_published.fact_events;
DROP INDEX greenery_published.first_build_6;
ALTER TABLE greenery_published.fact_user_orders ALTER promo_id SET NOT NULL;
CALL greenery_build();
SELECT count(*) AS published FROM greenery_published.fact_events;
ALTER TABLE greenery_published.fact_user_orders ALTER promo_id DROP NOT NULL;
CALL greenery_build();
SELECT * FROM pg_temp.stale();
SELECT pg_temp.checked_indexes() - :marts AS more;

DROP INDEX greenery_published.first_build_1, greenery_published.first_build_2;
DROP FUNCTION public.see CASCADE;
DROP TABLE public.seen;
DROP EXTENSION amcheck;
SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
