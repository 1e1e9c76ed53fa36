-- What has been written to a source since the last build: by the versions of its rows,
-- and what is published is the same as if all were computed.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
\i sql/include/build_changes.sql

--
-- written_between: at or after one and before another, by the lower half of an id
--
SELECT xmin, since, before, greenery.written_between(xmin::xid, since::xid8, before::xid8)
FROM (VALUES ('9', '10', '20'), ('10', '10', '20'), ('19', '10', '20'), ('20', '10', '20'), ('10', '10', '10'), ('15', '20', '10'),
	-- a billion transactions ago, in the epoch before; an epoch later; around its end
	('3294967306', '4294967306', '4294967400'), ('9', '4294967306', '4294967400'), ('10', '4294967306', '4294967400'), ('104', '4294967306', '4294967400'),
	('4294967290', '4294967290', '4294967400'), ('50', '4294967290', '4294967400'), ('4294967289', '4294967290', '4294967400'),
	-- nearly all of them
	('9', '10', '4294967305'), ('11', '10', '4294967305'),
	-- those that every transaction has seen
	('1', '10', '20'), ('2', '10', '20'), ('1', '4294967290', '4294967400'), ('2', '4294967290', '4294967400')) v(xmin, since, before);
SELECT greenery.written_between(NULL, '10', '20') IS NULL AND greenery.written_between('10', NULL, '20') IS NULL
	AND greenery.written_between('10', '10', NULL) IS NULL AS nulls;

SELECT pg_temp.empty_shop();
-- the events that are written, the mart that is computed of them, and two that are computed of it
SELECT pg_temp.keep_models('{stg_events,fact_events,fact_user_sessions,session_funnel}');
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 21);

-- what the last build has computed of fact_events: some events, or all.  Not how many: a
-- transaction of somebody else's makes the next build look again at what this one has seen.
CREATE FUNCTION pg_temp.computed() RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN b.changed_keys IS NULL THEN 'all' ELSE 'some' END || CASE WHEN s.status <> 'published' THEN ', not published' ELSE '' END
	FROM greenery.build_models b JOIN greenery.builds s USING (build_id)
	WHERE b.build_id = (SELECT max(build_id) FROM greenery.builds) AND b.model = 'fact_events'
$$;
-- some events that nothing else depends on, always in the same order
CREATE TEMP VIEW page_views AS
	SELECT event_id, row_number() OVER (ORDER BY md5(event_id) COLLATE "C") AS n FROM greenery.events WHERE event_type = 'page_view';

CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
CALL greenery_build();
SELECT pg_temp.computed();
SELECT s.model, s.rows = (SELECT count(*) FROM greenery.events) AS rows, s.unfinished <= pg_current_xact_id() AS earlier FROM greenery.source_states s;

-- changed, in one transaction and in its subtransactions; written again, but the same;
-- new ones
SELECT pg_temp.remember();
BEGIN;
UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE event_id IN (SELECT event_id FROM page_views WHERE n <= 3);
SAVEPOINT s;
UPDATE greenery.events SET page_url = page_url || '?x' WHERE event_id IN (SELECT event_id FROM page_views WHERE n IN (3, 4));
RELEASE s;
SAVEPOINT s;
DELETE FROM greenery.events;
ROLLBACK TO s;
COMMIT;
UPDATE greenery.events SET event_type = event_type WHERE event_id IN (SELECT event_id FROM page_views WHERE n IN (5, 6));
INSERT INTO greenery.events SELECT event_id || 'y', session_id, user_id, page_url, created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n IN (7, 8));
CALL greenery_build();
SELECT pg_temp.computed();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model = 'fact_events';
SELECT * FROM pg_temp.wrong();
-- ids that cleaning changes are the keys of what it makes of them
SELECT pg_temp.remember();
UPDATE greenery.events SET event_id = ' ' || event_id || ' ' WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 9);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
-- gone and there again, as another
SELECT pg_temp.remember();
CREATE TEMP TABLE kept AS SELECT * FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n IN (10, 11));
DELETE FROM greenery.events WHERE event_id IN (SELECT event_id FROM kept);
INSERT INTO greenery.events SELECT event_id, session_id, user_id, '/help', created_at, event_type, order_id, NULL FROM kept;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
-- with parallel workers
SET max_parallel_maintenance_workers = 2;
SELECT pg_temp.remember();
UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE event_id IN (SELECT event_id FROM page_views WHERE n <= 3);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
SET max_parallel_maintenance_workers = 0;

-- rows that are gone are unknown: all are computed
SELECT pg_temp.remember();
DELETE FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 12);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
CALL greenery_build();
SELECT pg_temp.computed();
-- nor where as many have come
SELECT pg_temp.remember();
DELETE FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 13);
INSERT INTO greenery.events SELECT event_id || 'y', session_id, user_id, page_url, created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 14);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
-- or where one has got another key
SELECT pg_temp.remember();
UPDATE greenery.events SET event_id = event_id || 'z' WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 15);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.wrong();
-- nor where a key is there twice for one that is gone: that build fails, and so does one
-- with an event without a key; when they are repaired, what is there is right
\set VERBOSITY terse
INSERT INTO greenery.events SELECT event_id, session_id, user_id, '/help', created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 16);
DELETE FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 1);
CALL greenery_build();
SELECT test_id, failures FROM greenery.test_results WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND status = 'error' ORDER BY 1;
DELETE FROM greenery.events e USING page_views p WHERE p.n = 16 AND e.event_id = p.event_id AND e.page_url = '/help';
INSERT INTO greenery.events SELECT NULL, session_id, user_id, page_url, created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 17);
CALL greenery_build();
SELECT test_id, failures FROM greenery.test_results WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND status = 'error' ORDER BY 1;
\set VERBOSITY default
DELETE FROM greenery.events WHERE event_id IS NULL;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();

-- a table rewritten, or loaded again: its versions are others, and say nothing
CALL greenery_build();
SELECT pg_temp.computed();
VACUUM FULL greenery.events;
CALL greenery_build();
SELECT pg_temp.computed();
CALL greenery_build();
SELECT pg_temp.computed();
-- frozen, they stay what they were
VACUUM FREEZE greenery.events;
UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE event_id IN (SELECT event_id FROM page_views WHERE n <= 3);
VACUUM FREEZE greenery.events;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
BEGIN;
CREATE TEMP TABLE reloaded ON COMMIT DROP AS SELECT * FROM greenery.events;
TRUNCATE greenery.events;
INSERT INTO greenery.events SELECT * FROM reloaded;
COMMIT;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();

-- what is shown of the table is another, though the table was left alone
CREATE TEMP TABLE shown AS SELECT pg_get_viewdef('greenery.stg_events'::regclass) AS definition;
CREATE FUNCTION pg_temp.show(old text, new text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE OR REPLACE VIEW greenery.stg_events AS ' || (SELECT replace(definition, old, new) FROM shown);
END $$;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT pg_temp.show('page_url)', 'page_url || ''#'')');
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
SELECT count(*) > 1000 AS shown FROM greenery_published.fact_events WHERE page_url LIKE '%#';
SELECT pg_temp.show('', '');
CALL greenery_build();
SELECT * FROM pg_temp.stale();
CALL greenery_build();

-- without session ids a visit is made of all events of its user
CALL greenery_build();
SELECT pg_temp.computed();
UPDATE greenery.events SET session_id = NULL;
CALL greenery_build();
CALL greenery_build();
UPDATE greenery.events SET created_at = created_at + interval '2 hours' WHERE event_id IN (SELECT event_id FROM page_views WHERE n <= 3);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
SELECT greenery_alter_test(103, enabled => false);
-- the first session id takes all others' visits away, and the last one brings them back
UPDATE greenery.events SET session_id = 's1' WHERE event_id IN (SELECT event_id FROM page_views WHERE n = 1);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
CALL greenery_build();
SELECT pg_temp.computed();
UPDATE greenery.events SET session_id = NULL WHERE session_id IS NOT NULL;
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
SELECT greenery_alter_test(103, enabled => true);

--
-- A table of the shop's own behind the source function
--
CREATE TABLE public.web_events (id bigint, visit text, who text, url text, at timestamptz, what text, "order" text, product text);
INSERT INTO public.web_events
	SELECT row_number() OVER (ORDER BY event_id), 's' || coalesce(user_id, event_id), user_id, page_url, created_at, event_type, order_id, product_id FROM greenery.events;
ANALYZE public.web_events;
SELECT pg_get_functiondef('greenery.source_events'::regproc) AS source_events \gset
CREATE FUNCTION pg_temp.read_events(product text, rest text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $read$
BEGIN
	EXECUTE format('CREATE OR REPLACE FUNCTION greenery.source_events()
			RETURNS TABLE (event_id text, session_id text, user_id text, page_url text, created_at timestamptz,
						   event_type text, order_id text, product_id text,
						   page_kind text, visitor_id text, attributes jsonb)
			LANGUAGE sql STABLE PARALLEL SAFE AS %L',
		format('SELECT s.id::text, s.visit, s.who, s.url, s.at, s.what, s."order", %s, NULL::text, NULL::text, NULL::jsonb FROM public.web_events s %s', product, rest));
END
$read$;
CREATE FUNCTION pg_temp.touch() RETURNS void LANGUAGE sql AS $$
	UPDATE public.web_events SET at = at + interval '1 second' WHERE id IN (SELECT id FROM public.web_events WHERE what = 'page_view' ORDER BY id LIMIT 2)
$$;
-- with numbers for keys; the build that writes the mart whole leaves no state of it
SELECT pg_temp.read_events('s.product');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.touch();
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
-- the function is another, even if it says the same,
SELECT pg_temp.read_events('s.product');
CALL greenery_build();
SELECT pg_temp.computed();
-- reads another column,
SELECT pg_temp.read_events('s.product || ''''');
CALL greenery_build();
SELECT pg_temp.computed();
CALL greenery_build();
SELECT pg_temp.computed();
-- a column of that name that is another, with a value for rows that are as they were,
ALTER TABLE public.web_events DROP COLUMN product;
SELECT min(product_id) AS product FROM greenery.products \gset
ALTER TABLE public.web_events ADD COLUMN product text DEFAULT :'product';
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
-- depends on a setting, or on a function of somebody else's,
SELECT pg_temp.read_events('coalesce(s.product, current_schema()::text)');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
CREATE FUNCTION public.a_product(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
SELECT pg_temp.read_events('public.a_product(s.product)');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
-- shows rows that pass a filter whose answer may change,
SELECT pg_temp.read_events('s.product', 'WHERE s.id > 0 AND s.at <= pg_catalog.now()');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
-- or those of several tables
SELECT pg_temp.read_events('s.product');
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
CREATE TABLE public.more_events () INHERITS (public.web_events);
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
DROP TABLE public.more_events;
ANALYZE public.web_events;
-- a builder who may not read the table as a whole may not see who has written its rows
CREATE ROLE regress_builder;
GRANT SELECT (id, visit, who, url, at, what, "order", product) ON public.web_events TO regress_builder;
CALL greenery_build();
CALL greenery_build();
SELECT greenery_set_builder('regress_builder');
CALL greenery_build();
SELECT pg_temp.computed();
GRANT SELECT ON public.web_events TO regress_builder;
SELECT pg_temp.touch();
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
SELECT greenery_set_builder(NULL);
DROP OWNED BY regress_builder;
DROP ROLE regress_builder;
-- nor does a state help that was left in another place, or of other rows
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
UPDATE greenery.source_states SET unfinished = (unfinished::text::numeric + 4294967296)::text::xid8;
CALL greenery_build();
SELECT pg_temp.computed();
UPDATE greenery.source_states SET definition = regexp_replace(definition, '^system \d+', 'system 1');
CALL greenery_build();
SELECT pg_temp.computed();
UPDATE greenery.source_states SET rows = rows - 1;
CALL greenery_build();
SELECT pg_temp.computed();
DELETE FROM greenery.source_states;
CALL greenery_build();
SELECT pg_temp.computed();
CALL greenery_build();
SELECT pg_temp.computed();

-- a column that is converted to the declared type after the body is not simply shown: what its
-- text is, the type decides, and not the row
CREATE TYPE public.regress_what AS ENUM ('page_view', 'add_to_cart', 'checkout', 'package_shipped');
ALTER TABLE public.web_events ALTER what TYPE public.regress_what USING what::public.regress_what;
CALL greenery_build();
CALL greenery_build();
SELECT pg_temp.computed();
SELECT * FROM pg_temp.stale();
ALTER TYPE public.regress_what RENAME VALUE 'add_to_cart' TO 'page view';
SELECT greenery_alter_test(107, enabled => false);
CALL greenery_build();
SELECT * FROM pg_temp.stale();
ALTER TYPE public.regress_what RENAME VALUE 'page view' TO 'add_to_cart';
SELECT greenery_alter_test(107, enabled => true);
:source_events;
DROP TABLE public.web_events;
DROP TYPE public.regress_what;
DROP FUNCTION public.a_product;
DROP SCHEMA difference_before CASCADE;
SELECT pg_temp.empty_shop();
SELECT pg_temp.all_models();
