-- What a build changes in the published tables: exactly what differs, by whatever
-- changes, and nothing else.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
SET max_parallel_maintenance_workers = 2;

\i sql/include/build_changes.sql

SELECT pg_temp.empty_shop();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 7);

-- a row of every kind of value, compared as it is stored
CREATE TYPE public.difference_pair AS (n numeric, t text);
CREATE TABLE public.difference_values (
	id numeric, n numeric, f double precision, t text, j json, p point, a text[], b boolean, c "char",
	name name, i interval, at timestamptz, u uuid, pair public.difference_pair, gone integer, s smallint);
ALTER TABLE public.difference_values DROP COLUMN gone;
INSERT INTO public.difference_values
SELECT g, g / 10.0, g, 't' || g, '{"a": 1}', point(g, g), ARRAY['x', g::text], g % 2 = 0, 'c', 'n' || g,
	interval '1 day', '2021-01-01 00:00Z'::timestamptz + g * interval '1 day', md5(g::text)::uuid,
	ROW(g::numeric, 'x'::text)::public.difference_pair, g
FROM generate_series(1, 30) g;
-- long ones: compressed, and stored outside the row
UPDATE public.difference_values SET t = repeat('long ', 2000) WHERE id = 1;
UPDATE public.difference_values SET t = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 500) g) WHERE id = 2;
UPDATE public.difference_values SET n = NULL, f = 'NaN', t = NULL, p = NULL, a = NULL, pair = NULL WHERE id = 3;
CREATE VIEW public.difference_model AS SELECT * FROM public.difference_values;
SELECT greenery_add_model('public.difference_model', key => '{id}');

-- the first build, one with nothing to do, and changes
-- that the rows are those of the views the second one shows, which finds nothing to do
CALL greenery_build();
CREATE FUNCTION pg_temp.rows_of(mart text, OUT rows bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(*) FROM greenery_published.%I', mart) INTO rows;
END $$;
SELECT status, bool_and(rows = inserted AND rows = pg_temp.rows_of(model) AND updated = 0 AND deleted = 0) AS all_inserted, sum(rows) > 2000 AS many
FROM greenery.build_models WHERE build_id = 1 AND status = 'written' GROUP BY 1;
SELECT pg_temp.remember();
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT sum(inserted), sum(updated), sum(deleted) FROM greenery.build_models WHERE build_id = 2;

SELECT pg_temp.remember(), pg_temp.change(1);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT model, inserted > 0 AS inserted, updated > 0 AS updated, deleted > 0 AS deleted FROM greenery.build_models
WHERE build_id = 3 AND model IN ('dim_users', 'fact_events', 'fact_user_orders', 'fact_user_sessions', 'product_sessions', 'metrics')
ORDER BY 1;
-- once more, without those that take long
SELECT pg_temp.leave_out_repeat_marts();
SELECT pg_temp.remember(), pg_temp.change(2);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();

-- what follows is about models of a user's, until it says otherwise
SELECT pg_temp.leave_out_all();

-- values that are equal but not the same, one row each; the last two swap a value
SELECT pg_temp.remember();
UPDATE public.difference_values SET t = overlay(t PLACING 'X' FROM 5000 FOR 1) WHERE id IN (1, 2);
UPDATE public.difference_values SET f = '-0' WHERE id = 4;
UPDATE public.difference_values SET n = 0.50 WHERE id = 5;
UPDATE public.difference_values SET j = '{"a":1}' WHERE id = 6;
UPDATE public.difference_values SET i = '24:00:00' WHERE id = 7;
UPDATE public.difference_values SET t = '' WHERE id = 3;
UPDATE public.difference_values SET id = 8.0 WHERE id = 8;
UPDATE public.difference_values SET pair = ROW(9.0, 'x') WHERE id = 9;
UPDATE public.difference_values SET p = point(10, 11) WHERE id = 10;
UPDATE public.difference_values SET c = 'd', b = NULL WHERE id = 11;
UPDATE public.difference_values SET a = '{x,NULL}' WHERE id = 12;
UPDATE public.difference_values SET a = '[0:1]={x,13}' WHERE id = 13;
UPDATE public.difference_values SET name = 'N14' WHERE id = 14;
UPDATE public.difference_values SET s = 29 - s WHERE id IN (15, 16);
UPDATE public.difference_values SET s = CASE s WHEN 17 THEN 18 ELSE 17 END WHERE id IN (17, 18);
UPDATE public.difference_values SET id = CASE id WHEN 19 THEN 20 ELSE 19 END WHERE id IN (19, 20);
DELETE FROM public.difference_values WHERE id = 21;
UPDATE public.difference_values SET id = 31 WHERE id = 22;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
-- a numeric key is matched by value, and stored as it was written
SELECT id, a.id::text = b.id::text AS as_before FROM difference_before.difference_model b JOIN greenery_published.difference_model a USING (id) WHERE id = 8;

-- a published table whose rows are elsewhere is compared by SQL
ALTER TABLE greenery_published.difference_model RENAME TO difference_part;
CREATE TABLE greenery_published.difference_model (LIKE greenery_published.difference_part) PARTITION BY LIST (b);
ALTER TABLE greenery_published.difference_model ATTACH PARTITION greenery_published.difference_part DEFAULT;
SELECT pg_temp.remember();
UPDATE public.difference_values SET t = 'changed' WHERE id < 5;
DELETE FROM public.difference_values WHERE id = 24;
INSERT INTO public.difference_values (id) VALUES (0);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
SELECT r.total, r.failures FROM greenery.test_results r WHERE kind = 'shrink' AND model = 'public.difference_model' ORDER BY build_id DESC LIMIT 1;
-- 24 % of the rows would go
SELECT greenery_set('max_shrink', '10%');
DELETE FROM public.difference_values WHERE id BETWEEN 5 AND 11;
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
SELECT r.total, r.failures, r.message FROM greenery.test_results r WHERE kind = 'shrink' AND model = 'public.difference_model' ORDER BY build_id DESC LIMIT 1;
SELECT count(*) FROM greenery_published.difference_model;
SELECT greenery_set('max_shrink', '100%');
SELECT greenery_drop_model('difference_model');
DROP TABLE difference_before.difference_model;
DROP VIEW public.difference_model;
DROP TABLE public.difference_values;
DROP TYPE public.difference_pair;

-- more rows than memory has slots for: parts of them, one after the other
CREATE TABLE public.difference_many AS SELECT g AS id, g % 7 AS n FROM generate_series(1, 40000) g;
CREATE VIEW public.difference_model AS SELECT * FROM public.difference_many;
SELECT greenery_add_model('public.difference_model', key => '{id}');
SET maintenance_work_mem = '1MB';
CALL greenery_build();
SELECT pg_temp.remember();
UPDATE public.difference_many SET n = n + 1 WHERE id % 400 = 0;
DELETE FROM public.difference_many WHERE id % 400 = 1;
INSERT INTO public.difference_many SELECT g, 1 FROM generate_series(40001, 40050) g;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
-- computed in another order, they are the same rows
CREATE OR REPLACE VIEW public.difference_model AS SELECT * FROM public.difference_many ORDER BY id DESC;
CALL greenery_build();
RESET maintenance_work_mem;
SELECT pg_temp.remember();
CREATE OR REPLACE VIEW public.difference_model AS SELECT * FROM public.difference_many ORDER BY hashint4(id);
UPDATE public.difference_many SET n = n + 1 WHERE id IN (3, 5003, 40050);
CALL greenery_build();
SET maintenance_work_mem = '1MB';
CREATE OR REPLACE VIEW public.difference_model AS SELECT * FROM public.difference_many;
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 2;
-- and more differences than it has room to list
SELECT pg_temp.remember();
UPDATE public.difference_many SET n = n + 1 WHERE id > 10;
INSERT INTO public.difference_many SELECT g, 1 FROM generate_series(200001, 230000) g;
DELETE FROM public.difference_many WHERE id <= 5;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
RESET maintenance_work_mem;
-- more than a statement takes, at whatever step: just as many, one more, most of them; and
-- with the rows of the raw tables too
CREATE FUNCTION pg_temp.applied() RETURNS boolean LANGUAGE sql AS
	$$ SELECT EXISTS (SELECT FROM greenery.mart_states WHERE model = 'difference_model') $$;
-- for which fewer rows will do
DELETE FROM public.difference_many WHERE id > 6000;
SELECT pg_temp.all_models();
SELECT pg_temp.keep_marts('{dim_users,fact_user_orders,fact_events,fact_user_sessions}');
CALL greenery_build();
SET greenery.debug_max_listed = 200;
SELECT pg_temp.remember();
UPDATE public.difference_many SET n = n + 1 WHERE id BETWEEN 101 AND 300;
INSERT INTO public.difference_many SELECT g, 1 FROM generate_series(300001, 300500) g;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted, pg_temp.applied() FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
SELECT pg_temp.remember();
UPDATE public.difference_many SET n = n + 1 WHERE id BETWEEN 101 AND 300;
DELETE FROM public.difference_many WHERE id = 301;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted, pg_temp.applied() FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
SELECT pg_temp.remember(), pg_temp.change(3);
UPDATE public.difference_many SET n = n + 1 WHERE id % 3 > 0;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted, pg_temp.applied() FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
-- one row, which is too many
SET greenery.debug_max_listed = 1;
SELECT pg_temp.remember(), pg_temp.change(4);
UPDATE public.difference_many SET n = n + 1 WHERE id IN (1001, 1002);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT inserted, updated, deleted, pg_temp.applied() FROM greenery.build_models WHERE model = 'difference_model' ORDER BY build_id DESC LIMIT 1;
RESET greenery.debug_max_listed;
SELECT pg_temp.leave_out_all();
SELECT greenery_drop_model('difference_model');
DROP VIEW public.difference_model;
DROP TABLE public.difference_many;

-- of a mart of which little differs only that is written; while it is tested, a view
-- of the published table stands for it
CREATE TABLE public.difference_few AS SELECT g AS id, g % 7 AS n FROM generate_series(1, 1000) g;
CREATE VIEW public.difference_model AS SELECT * FROM public.difference_few;
CREATE VIEW public.difference_reader AS SELECT count(*) AS id, sum(n) AS total FROM public.difference_model;
SELECT greenery_add_model('public.difference_model', key => '{id}');
SELECT greenery_add_model('public.difference_reader', key => '{id}');
SELECT greenery_add_test('public.difference_model', 'range', 'n', '{"max": 100}') > 0;
SELECT greenery_add_test('public.difference_model', 'unique', 'n', severity => 'warn') > 0 AND greenery_add_test('public.difference_model', 'unique_combination', args => '{"columns": ["n", "id"]}') > 0 AS added;
CALL greenery_build();
CREATE TABLE public.difference_made (n bigint GENERATED ALWAYS AS IDENTITY, tag text, what text, rows bigint);
CREATE FUNCTION public.difference_note() RETURNS event_trigger LANGUAGE plpgsql AS $note$
BEGIN
	IF TG_TAG = 'CREATE VIEW' AND to_regclass('greenery_build.difference_model') IS NOT NULL THEN
		INSERT INTO public.difference_made (tag, what, rows)
		SELECT TG_TAG, relkind, (SELECT count(*) FROM greenery_build.difference_model)
		FROM pg_class WHERE oid = 'greenery_build.difference_model'::regclass;
	END IF;
END
$note$;
CREATE EVENT TRIGGER difference_note ON ddl_command_end EXECUTE FUNCTION public.difference_note();
SELECT pg_temp.remember();
UPDATE public.difference_few SET n = n + 1 WHERE id <= 100;
DELETE FROM public.difference_few WHERE id > 980;
INSERT INTO public.difference_few VALUES (-1, 5), (-2, 6);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT DISTINCT tag, what, rows FROM public.difference_made;
SELECT model, rows, inserted, updated, deleted FROM greenery.build_models
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model LIKE 'difference%' ORDER BY 1;
-- that the key is unique the primary key has seen to, and of nothing else
SELECT r.kind, r.column_name, r.status, r.total = (SELECT count(*) FROM public.difference_few) AS all_rows,
	r.failures = CASE WHEN r.column_name = 'n' THEN (SELECT count(*) FROM (SELECT n FROM public.difference_few GROUP BY n HAVING count(*) > 1) d) ELSE 0 END AS as_many
FROM greenery.test_results r
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model = 'public.difference_model' AND kind LIKE 'unique%' ORDER BY 1, 2;
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE model = 'public.difference_model' AND kind LIKE 'unique%' AND column_name IS DISTINCT FROM 'id';
-- a quarter and more: written whole
TRUNCATE public.difference_made;
SELECT pg_temp.remember();
UPDATE public.difference_few SET n = n + 1 WHERE id <= 300;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT count(*) FROM public.difference_made WHERE what = 'v';
SELECT model, rows, inserted, updated, deleted FROM greenery.build_models
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model LIKE 'difference%' ORDER BY 1;
DROP EVENT TRIGGER difference_note;

-- a build that fails leaves the published tables as they were, whatever it has applied
CREATE FUNCTION pg_temp.failed() RETURNS TABLE (build text, difference text, failures text) LANGUAGE plpgsql AS $failed$
DECLARE
	last bigint := (SELECT max(build_id) FROM greenery.builds);
	places boolean;
BEGIN
	EXECUTE 'SELECT NOT EXISTS (
		SELECT FROM (SELECT zz.ctid AS place, zz.* FROM greenery_published.difference_model zz) now
		FULL JOIN difference_before.difference_model old ON now.place = old.place AND now.id = old.id AND now.n = old.n
		WHERE now.place IS NULL OR old.place IS NULL)' INTO places;
	RETURN QUERY
	SELECT b.status || CASE WHEN places THEN ', as before' ELSE ', changed' END,
		(SELECT format('%s: %s rows, published %s', m.status, m.rows, coalesce(m.inserted, m.updated, m.deleted) IS NOT NULL)
		 FROM greenery.build_models m WHERE m.build_id = last AND m.model = 'difference_model'),
		(SELECT string_agg(format('%s %s: %s of %s', r.kind, r.status, r.failures, r.total), ', ' ORDER BY r.kind)
		 FROM greenery.test_results r
		 WHERE r.build_id = last AND r.model = 'public.difference_model' AND r.status <> 'pass')
	FROM greenery.builds b WHERE b.build_id = last;
END
$failed$;
\set VERBOSITY terse
SELECT pg_temp.remember();
UPDATE public.difference_few SET n = n + 1000 WHERE id = 500;
DELETE FROM public.difference_few WHERE id = 501;
INSERT INTO public.difference_few VALUES (-3, 6);
CALL greenery_build();
SELECT * FROM pg_temp.failed();
UPDATE public.difference_few SET n = n - 1000 WHERE id = 500;
-- keys that are not unique: a new row beside its equal; two new ones, of a new key
-- and of one that is published; a row twice
INSERT INTO public.difference_few SELECT id, n + 1 FROM public.difference_few WHERE id = 600;
CALL greenery_build();
SELECT * FROM pg_temp.failed();
DELETE FROM public.difference_few WHERE id = 600;
INSERT INTO public.difference_few VALUES (2001, 1), (2001, 2);
CALL greenery_build();
SELECT * FROM pg_temp.failed();
DELETE FROM public.difference_few WHERE id = 2001;
INSERT INTO public.difference_few VALUES (600, 11), (600, 12);
CALL greenery_build();
SELECT * FROM pg_temp.failed();
DELETE FROM public.difference_few WHERE id = 600;
INSERT INTO public.difference_few SELECT * FROM public.difference_few WHERE id = 700;
CALL greenery_build();
SELECT * FROM pg_temp.failed();
DELETE FROM public.difference_few WHERE id = 700;
INSERT INTO public.difference_few VALUES (NULL, 1);
CALL greenery_build();
SELECT * FROM pg_temp.failed();
DELETE FROM public.difference_few WHERE id IS NULL;
\set VERBOSITY default
-- and the next one has all of it
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT model, rows, inserted, updated, deleted FROM greenery.build_models
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model LIKE 'difference%' ORDER BY 1;
SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace;
SELECT greenery_drop_model('difference_reader');
SELECT greenery_drop_model('difference_model');
DROP FUNCTION public.difference_note();
DROP TABLE public.difference_made;
DROP VIEW public.difference_reader;
DROP VIEW public.difference_model;
DROP TABLE public.difference_few;

-- compiled only where someone has said so
CREATE FUNCTION public.difference_jit() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN current_setting('jit'); END $$;
CREATE VIEW public.difference_model AS SELECT 1 AS id, public.difference_jit() AS jit;
SELECT greenery_add_model('public.difference_model', key => '{id}');
RESET jit;
CALL greenery_build();
SELECT jit FROM greenery_published.difference_model;
SET jit = on;
CALL greenery_build();
SELECT jit FROM greenery_published.difference_model;
SHOW jit;
SELECT greenery_add_test('public.difference_model', 'expression', args => '{"expression": "jit = ''off''"}', severity => 'warn') > 0 AS added;
SELECT status FROM greenery_test('public.difference_model') WHERE kind = 'expression';
RESET jit;
SELECT status FROM greenery_test('public.difference_model') WHERE kind = 'expression';
SELECT setting = reset_val AS as_before FROM pg_settings WHERE name = 'jit';
SELECT greenery_drop_model('difference_model');
DROP VIEW public.difference_model;
DROP FUNCTION public.difference_jit();

DROP SCHEMA difference_before CASCADE;
SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
