-- Published tables belong to their owner.  Whatever the owner adds to them, indexes,
-- constraints, foreign keys, partitions or triggers, a build publishes exactly what it has
-- tested, or refuses.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
\i sql/include/build_changes.sql
SELECT pg_temp.empty_shop();
SELECT pg_temp.leave_out_all();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 20, orders_per_user => 2, seed => 7);

-- the last build: what it says of the model, and whether it was applied by difference
CREATE FUNCTION pg_temp.last(OUT status text, OUT inserted bigint, OUT updated bigint, OUT deleted bigint, OUT applied boolean)
	LANGUAGE sql AS $$
	SELECT b.status, m.inserted, m.updated, m.deleted,
		EXISTS (SELECT FROM greenery.mart_states s WHERE s.model = 'published_model')
	FROM greenery.builds b LEFT JOIN greenery.build_models m ON m.build_id = b.build_id AND m.model = 'published_model'
	ORDER BY b.build_id DESC LIMIT 1
$$;
CREATE FUNCTION pg_temp.why() RETURNS text LANGUAGE sql AS
	$$ SELECT message FROM greenery.builds ORDER BY build_id DESC LIMIT 1 $$;

CREATE TABLE public.published_users AS SELECT g AS id, g || '@x' AS email, g AS n FROM generate_series(1, 80) g;
CREATE VIEW public.published_model AS SELECT * FROM public.published_users;
SELECT greenery_add_model('public.published_model', key => '{id}');
CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN EXISTS ((TABLE public.published_model EXCEPT ALL TABLE greenery_published.published_model)
							 UNION ALL (TABLE greenery_published.published_model EXCEPT ALL TABLE public.published_model))
		THEN 'other rows' ELSE 'same rows' END
$$;
CALL greenery_build();
CALL greenery_build();
SELECT * FROM pg_temp.last();

-- The e-mail address is unique too, and is when all is done.  Users take it from one
-- another: one returns under another id; two swap, and then three; one takes that of a user
-- who leaves, a new one that of a user who gives it up.
CREATE UNIQUE INDEX published_email ON greenery_published.published_model (email);
CREATE FUNCTION pg_temp.swap(a integer) RETURNS void LANGUAGE sql AS $$
	UPDATE public.published_users SET id = id + 100 WHERE id = a;
	UPDATE public.published_users SET email = CASE id WHEN a + 1 THEN (a + 2) || '@x' ELSE (a + 1) || '@x' END WHERE id IN (a + 1, a + 2);
	UPDATE public.published_users SET email = CASE id WHEN a + 3 THEN (a + 4) || '@x' WHEN a + 4 THEN (a + 5) || '@x' ELSE (a + 3) || '@x' END WHERE id IN (a + 3, a + 4, a + 5);
	DELETE FROM public.published_users WHERE id = a + 6;
	UPDATE public.published_users SET email = (a + 6) || '@x' WHERE id = a + 7;
	UPDATE public.published_users SET email = (a + 8) || '@y' WHERE id = a + 8;
	INSERT INTO public.published_users VALUES (a + 200, (a + 8) || '@x', 0);
$$;
-- applied by difference,
SELECT pg_temp.remember(), pg_temp.swap(1);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
-- the build after it knows what this one has left,
CALL greenery_build();
SELECT * FROM pg_temp.last();
-- written whole, since much differs,
SELECT pg_temp.remember(), pg_temp.swap(11);
UPDATE public.published_users SET n = n + 1 WHERE id > 10;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
-- and with more rows that differ than a statement takes: all are written
SET greenery.debug_max_listed = 1;
SELECT pg_temp.swap(21);
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
RESET greenery.debug_max_listed;
-- what is unique no longer is refused
UPDATE public.published_users SET email = '1@x' WHERE id = 40;
CALL greenery_build();
SELECT * FROM pg_temp.last();
UPDATE public.published_users SET email = '40@x' WHERE id = 40;
DROP INDEX greenery_published.published_email;
-- an index on an expression, of some rows, and a constraint that is checked at the end of
-- a statement
CREATE UNIQUE INDEX published_email ON greenery_published.published_model (lower(email)) WHERE n > 0;
ALTER TABLE greenery_published.published_model ADD CONSTRAINT published_late UNIQUE (email) DEFERRABLE INITIALLY IMMEDIATE;
SELECT pg_temp.remember(), pg_temp.swap(31);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
DROP INDEX greenery_published.published_email;
ALTER TABLE greenery_published.published_model DROP CONSTRAINT published_late;
-- an exclusion constraint
ALTER TABLE greenery_published.published_model ADD CONSTRAINT published_apart EXCLUDE USING gist (int4range(n, n + 1) WITH &&) WHERE (n > 70);
SELECT pg_temp.remember();
UPDATE public.published_users SET n = CASE n WHEN 75 THEN 76 ELSE 75 END WHERE n IN (75, 76);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
ALTER TABLE greenery_published.published_model DROP CONSTRAINT published_apart;

-- Foreign keys.  Users who swap are not gone for the rows that refer to them, unless these
-- would be deleted or changed with them: then two cannot swap.
CREATE UNIQUE INDEX published_email ON greenery_published.published_model (email);
CREATE TABLE public.published_notes (id integer REFERENCES greenery_published.published_model);
INSERT INTO public.published_notes VALUES (42), (43);
SELECT pg_temp.remember(), pg_temp.swap(41);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
-- one that refers to it and only refuses leaves its rows as the build has written them; one of its
-- own, or with an action, may not
SELECT columns IS NOT NULL AS known FROM greenery.mart_states WHERE model = 'published_model';
ALTER TABLE public.published_notes DROP CONSTRAINT published_notes_id_fkey,
	ADD CONSTRAINT published_notes_id_fkey FOREIGN KEY (id) REFERENCES greenery_published.published_model ON DELETE CASCADE;
UPDATE public.published_users SET email = CASE id WHEN 42 THEN '42@x' ELSE '43@x' END WHERE id IN (42, 43);
CALL greenery_build();
SELECT * FROM pg_temp.last();
SELECT * FROM public.published_notes ORDER BY 1;
-- one that is gone takes its rows with it, where the key says so, and else stays
UPDATE public.published_users SET email = CASE id WHEN 42 THEN '43@x' ELSE '42@x' END WHERE id IN (42, 43);
DELETE FROM public.published_users WHERE id = 43;
CALL greenery_build();
SELECT columns IS NOT NULL AS known FROM greenery.mart_states WHERE model = 'published_model';
SELECT * FROM public.published_notes ORDER BY 1;
ALTER TABLE public.published_notes DROP CONSTRAINT published_notes_id_fkey,
	ADD CONSTRAINT published_notes_id_fkey FOREIGN KEY (id) REFERENCES greenery_published.published_model;
DELETE FROM public.published_users WHERE id = 42;
CALL greenery_build();
SELECT * FROM pg_temp.last();
DROP TABLE public.published_notes;
DROP INDEX greenery_published.published_email;
CALL greenery_build();
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();

CREATE TABLE public.published_ids AS SELECT id FROM greenery_published.published_model;
ALTER TABLE public.published_ids ADD PRIMARY KEY (id);
ALTER TABLE greenery_published.published_model ADD CONSTRAINT published_own FOREIGN KEY (id) REFERENCES public.published_ids;
CALL greenery_build();
SELECT columns IS NOT NULL AS known FROM greenery.mart_states WHERE model = 'published_model';
ALTER TABLE greenery_published.published_model DROP CONSTRAINT published_own;
DROP TABLE public.published_ids;
-- Refused, by name, before anything is done.
\set VERBOSITY default
CREATE TABLE public.published_child () INHERITS (greenery_published.published_model);
CALL greenery_build();
DROP TABLE public.published_child;
ALTER TABLE greenery_published.published_model ENABLE ROW LEVEL SECURITY;
CALL greenery_build();
ALTER TABLE greenery_published.published_model DISABLE ROW LEVEL SECURITY;
CREATE RULE published_rule AS ON DELETE TO greenery_published.published_model DO INSTEAD NOTHING;
CALL greenery_build();
DROP RULE published_rule ON greenery_published.published_model;
CREATE TABLE public.published_notes (id integer CONSTRAINT published_fk REFERENCES greenery_published.published_model DEFERRABLE INITIALLY DEFERRED);
CALL greenery_build();
DROP TABLE public.published_notes;
ALTER TABLE greenery_published.published_model ADD CONSTRAINT published_late UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;
CALL greenery_build();
ALTER TABLE greenery_published.published_model DROP CONSTRAINT published_late;
CREATE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE CONSTRAINT TRIGGER published_late AFTER INSERT ON greenery_published.published_model DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION public.published_trigger();
CALL greenery_build();
DROP TRIGGER published_late ON greenery_published.published_model;
ALTER TABLE greenery_published.published_model DROP COLUMN n, ADD COLUMN n integer GENERATED ALWAYS AS (id) STORED;
CALL greenery_build();
ALTER TABLE greenery_published.published_model ALTER n DROP EXPRESSION;
ALTER TABLE greenery_published.published_model ALTER id ADD GENERATED ALWAYS AS IDENTITY;
CALL greenery_build();
-- this one does not matter; nor do a default, or a column in place of one that is gone
ALTER TABLE greenery_published.published_model ALTER id SET GENERATED BY DEFAULT, ALTER email SET DEFAULT 'x', ALTER email SET STORAGE EXTERNAL;
SELECT pg_temp.remember();
UPDATE public.published_users SET n = n + 1 WHERE id < 5;
INSERT INTO public.published_users VALUES (500, NULL, NULL);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
ALTER TABLE greenery_published.published_model RENAME TO published_table;
CREATE VIEW greenery_published.published_model AS TABLE greenery_published.published_table;
CALL greenery_build();
DROP VIEW greenery_published.published_model;
-- the histories say what they would have said all the same
SELECT count(DISTINCT valid_from) > 1 AS recorded FROM greenery.inventory_history;
UPDATE greenery.products SET inventory = inventory + 1 WHERE product_id = (SELECT min(product_id) FROM greenery.products);
CREATE VIEW greenery_published.published_model AS TABLE greenery_published.published_table;
\set VERBOSITY terse
CALL greenery_build();
SELECT count(DISTINCT valid_from) > 1 AS recorded FROM greenery.inventory_history;
DROP VIEW greenery_published.published_model;

-- Partitions, and among them one that is refused.
CREATE TABLE greenery_published.published_model (LIKE greenery_published.published_table) PARTITION BY RANGE (n);
CREATE TABLE public.published_low PARTITION OF greenery_published.published_model FOR VALUES FROM (MINVALUE) TO (40);
CREATE TABLE public.published_high PARTITION OF greenery_published.published_model DEFAULT;
INSERT INTO greenery_published.published_model TABLE greenery_published.published_table;
DROP TABLE greenery_published.published_table;
UPDATE public.published_users SET n = CASE id WHEN 58 THEN 20 WHEN 28 THEN NULL ELSE n END, email = CASE id WHEN 60 THEN 'z' ELSE email END;
DELETE FROM public.published_users WHERE id = 62;
INSERT INTO public.published_users VALUES (501, '501@x', 501);
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
-- a unique index has the partition key
UPDATE public.published_users SET n = id;
CALL greenery_build();
CREATE UNIQUE INDEX published_number ON greenery_published.published_model (n);
UPDATE public.published_users SET n = CASE n WHEN 20 THEN 60 WHEN 60 THEN 20 WHEN 65 THEN 66 ELSE 65 END WHERE n IN (20, 60, 65, 66);
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
CREATE FOREIGN DATA WRAPPER published_wrapper;
CREATE SERVER published_server FOREIGN DATA WRAPPER published_wrapper;
DROP TABLE public.published_high;
DROP INDEX greenery_published.published_number;
CREATE FOREIGN TABLE public.published_far PARTITION OF greenery_published.published_model DEFAULT SERVER published_server;
\set VERBOSITY default
CALL greenery_build();
DROP FOREIGN DATA WRAPPER published_wrapper CASCADE;
DROP TABLE greenery_published.published_model;
SELECT greenery_drop_model('published_model');
SELECT greenery_add_model('public.published_model', key => '{id}');
CALL greenery_build();
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();

-- Triggers may look on.  They may not change a row, leave one out or change another one,
-- in whatever way a mart is published.
CREATE TABLE public.published_seen (id integer);
CREATE FUNCTION public.published_look() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN INSERT INTO public.published_seen VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER published_look AFTER UPDATE ON greenery_published.published_model FOR EACH ROW EXECUTE FUNCTION public.published_look();
SELECT pg_temp.remember();
UPDATE public.published_users SET n = -1 WHERE id IN (9, 10);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
SELECT * FROM public.published_seen ORDER BY 1;
SELECT pg_temp.remember();
UPDATE public.published_users SET n = n + 1;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
DROP TRIGGER published_look ON greenery_published.published_model;

-- what differs is applied, and then written whole; or is written whole at once
CREATE OR REPLACE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN NEW.n := NEW.n + 1; RETURN NEW; END';
CREATE TRIGGER published_trigger BEFORE INSERT OR UPDATE ON greenery_published.published_model FOR EACH ROW EXECUTE FUNCTION public.published_trigger();
UPDATE public.published_users SET n = n + 1 WHERE id IN (9, 10);
CALL greenery_build();
\set VERBOSITY terse
CREATE OR REPLACE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.id = 9 THEN RETURN NULL; END IF; RETURN NEW; END';
CALL greenery_build();
SELECT pg_temp.why();
CREATE OR REPLACE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.id = 9 THEN DELETE FROM greenery_published.published_model WHERE id = 5; END IF; RETURN NEW; END';
CALL greenery_build();
SELECT pg_temp.why();
CREATE OR REPLACE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.id = 9 THEN UPDATE greenery_published.published_model SET n = n + 1 WHERE id = 5; END IF; RETURN NEW; END';
CALL greenery_build();
SELECT pg_temp.why();
UPDATE public.published_users SET n = n + 1;
CALL greenery_build();
SELECT pg_temp.why();
CREATE OR REPLACE FUNCTION public.published_trigger() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN NEW.n := -abs(NEW.n); RETURN NEW; END';
CALL greenery_build();
SELECT pg_temp.why();
SET greenery.debug_max_listed = 1;
CALL greenery_build();
SELECT pg_temp.why();
RESET greenery.debug_max_listed;
DROP TRIGGER published_trigger ON greenery_published.published_model;
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();

-- Rows that someone else has added, where the primary key is gone: of the same key, with
-- another value and with the same, of none.
ALTER TABLE greenery_published.published_model DROP CONSTRAINT published_model_pkey;
ALTER TABLE greenery_published.published_model ALTER id DROP NOT NULL;
CREATE FUNCTION pg_temp.meddle() RETURNS void LANGUAGE sql AS $$
	INSERT INTO greenery_published.published_model SELECT id, 'double', n FROM greenery_published.published_model WHERE id IN (13, 14);
	INSERT INTO greenery_published.published_model SELECT * FROM greenery_published.published_model WHERE id IN (14, 19);
	INSERT INTO greenery_published.published_model VALUES (NULL, 'none', 1);
	UPDATE public.published_users SET n = n + 1 WHERE id IN (13, 18);
$$;
SELECT pg_temp.meddle();
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
SELECT pg_temp.meddle();
UPDATE public.published_users SET n = n + 1;
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
SELECT pg_temp.meddle();
SET greenery.debug_max_listed = 1;
CALL greenery_build();
SELECT *, pg_temp.rows() FROM pg_temp.last();
RESET greenery.debug_max_listed;
-- another primary key
UPDATE public.published_users SET email = id || '@z' WHERE email IS NULL;
CALL greenery_build();
ALTER TABLE greenery_published.published_model ADD PRIMARY KEY (id, email);
CALL greenery_build();
SELECT pg_temp.remember();
UPDATE public.published_users SET email = 'new' || id, n = n + 1 WHERE id IN (13, 15);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
SELECT greenery_drop_model('published_model');
DROP VIEW public.published_model;
DROP TABLE public.published_users, public.published_seen;
DROP FUNCTION public.published_trigger, public.published_look;
DROP TABLE difference_before.published_model;

-- Values that a table reads back in another form than they were computed in, and long ones;
-- keys whose equality is not the server's.
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE TABLE public.published_values AS
	SELECT ('a' || g)::citext AS c, hstore('k', g::text) AS h, (4294967295 - g) AS o, repeat('x', CASE WHEN g <= 5 THEN 3000000 ELSE 30000 END - g) || g AS long
	FROM generate_series(1, 40) g;
CREATE VIEW public.published_model AS SELECT c, h, o::oid, o::oid::regtype AS r, long FROM public.published_values;
SELECT greenery_add_model('public.published_model', key => '{c,h}');
CALL greenery_build();
SELECT pg_temp.remember();
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT * FROM pg_temp.last();
SELECT pg_temp.remember();
UPDATE public.published_values SET c = upper(c) WHERE c IN ('a1', 'a2');
UPDATE public.published_values SET o = o - 100 WHERE c = 'a3';
UPDATE public.published_values SET long = overlay(long PLACING 'y' FROM 2000000 FOR 1) WHERE c = 'a4';
CALL greenery_build();
SELECT inserted, updated, deleted, applied FROM pg_temp.last();
SELECT count(*) AS as_written FROM (SELECT c::text, h, o, r, long FROM public.published_model INTERSECT SELECT c::text, h, o, r, long FROM greenery_published.published_model) s;
SELECT greenery_drop_model('published_model');
DROP VIEW public.published_model;
DROP TABLE public.published_values;
DROP TABLE difference_before.published_model;
DROP EXTENSION citext, hstore;

DROP SCHEMA difference_before CASCADE;
SELECT pg_temp.empty_shop();
SELECT pg_temp.all_models();
