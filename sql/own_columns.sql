--
-- greenery_repeat_rate() over the shop's own columns, and without the orders where
-- an index proves that none comes twice: always what staging says.
--
SET client_min_messages = warning;
CREATE TEMP TABLE original AS
	SELECT pg_get_functiondef('greenery.source_orders()'::regprocedure) AS definition;
CREATE SCHEMA own;
-- the rate, and whether the seed's SQL over the staging view says the same, whatever the window
CREATE FUNCTION own.rate() RETURNS TABLE (rate numeric, same boolean) LANGUAGE sql AS $$
	SELECT round(greenery_repeat_rate()::numeric, 4),
		(SELECT bool_and(greenery_repeat_rate(w.since, w.until) IS NOT DISTINCT FROM w.rate)
			FROM (SELECT b.since, b.until,
					(SELECT count(*) FILTER (WHERE u.orders > 1)::float8 / nullif(count(*), 0)
					 FROM (SELECT count(DISTINCT o.order_id) AS orders FROM greenery.stg_orders o
							WHERE o.user_id IS NOT NULL AND o.order_id IS NOT NULL
								AND NOT o.is_cancelled
								AND NOT EXISTS (SELECT FROM greenery.excluded_users x WHERE x.user_id = o.user_id)
								AND (b.since IS NULL OR o.created_at >= b.since)
								AND (b.until IS NULL OR o.created_at < b.until)
							GROUP BY o.user_id) u)
				FROM (VALUES (NULL::timestamptz, NULL::timestamptz), ('2021-02-01 00:20+00', NULL),
						(NULL, '2021-02-01 00:30+00'), ('2021-02-01 00:10+00', '2021-02-01 00:40+00'),
						('2030-01-01', NULL)) b (since, until)) w (since, until, rate))
$$;
-- puts a query that lists order_id, user_id, created_at, is_cancelled, status behind staging
CREATE FUNCTION own.bind(columns text, rest text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE regexp_replace((SELECT definition FROM original), 'AS \$function\$.*\$function\$',
		format('AS %L', format('SELECT %s FROM %s',
			(SELECT format('%s, %s, NULL::pg_catalog.text, NULL::pg_catalog.text, %s,
				NULL::pg_catalog.numeric, NULL::pg_catalog.numeric, NULL::pg_catalog.numeric,
				NULL::pg_catalog.text, NULL::pg_catalog.text, NULL::pg_catalog.timestamptz,
				NULL::pg_catalog.timestamptz, %s, NULL::pg_catalog.numeric,
				NULL::pg_catalog.numeric, NULL::pg_catalog.numeric, NULL::pg_catalog.text, %s,
				NULL::pg_catalog.text, NULL::pg_catalog.text, NULL::pg_catalog.jsonb', c[1], c[2], c[3],
				coalesce(c[5], 'NULL::pg_catalog.text'), coalesce(c[4], 'NULL::pg_catalog.bool'))
			 FROM string_to_array(columns, ', ') c), rest)));
END
$$;

-- the raw table: ids with blanks around them, empty and missing ones, each twice
INSERT INTO greenery.orders (order_id, user_id, created_at)
	SELECT CASE WHEN i % 50 = 0 THEN ' ' WHEN i % 51 = 0 THEN NULL ELSE repeat(' ', i % 2) || 'o' || i / 2 END,
		CASE WHEN i % 60 = 0 THEN '' ELSE 'u' || (i / 2 * 7919) % 400 || repeat(' ', i % 3) END,
		'2021-02-01 00:00+00'::timestamptz + i * interval '1 s'
	FROM generate_series(1, 3000) i WHERE i / 2 % 400 < 300 OR i < 1000;
SELECT * FROM own.rate();
-- unique as they are, but not once they are trimmed
DELETE FROM greenery.orders o WHERE EXISTS (SELECT FROM greenery.orders p WHERE p.order_id = o.order_id AND p.ctid < o.ctid);
CREATE UNIQUE INDEX own_raw ON greenery.orders (order_id);
SELECT * FROM own.rate();
DROP INDEX greenery.own_raw;
-- unique where they are trimmed
DELETE FROM greenery.orders o
WHERE EXISTS (SELECT FROM greenery.orders p WHERE trim(p.order_id) = trim(o.order_id) AND p.ctid < o.ctid AND trim(p.order_id) <> '');
CREATE UNIQUE INDEX own_clean ON greenery.orders (clean_text(order_id));
SELECT * FROM own.rate();
TRUNCATE greenery.orders;
DROP INDEX greenery.own_clean;

-- the shop's own table: numbers.  One user has one order in two rows, and is no repeat
-- purchaser for that.
CREATE TABLE own.numbers (id bigint, customer integer, placed timestamptz);
INSERT INTO own.numbers
	SELECT (hashint8(i) + 2147483648) / 4 * 2 + 1, hashint4(i) & 255, '2021-02-01 00:00+00'::timestamptz + i * interval '1 s'
	FROM generate_series(1, 600) i;
INSERT INTO own.numbers SELECT NULL, customer, placed FROM own.numbers LIMIT 20;
INSERT INTO own.numbers SELECT id + 1, NULL, placed FROM own.numbers LIMIT 20;
DELETE FROM own.numbers n WHERE EXISTS (SELECT FROM own.numbers m WHERE m.id = n.id AND m.ctid < n.ctid);
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.numbers s');
SELECT * FROM own.rate();
CREATE UNIQUE INDEX numbers_id ON own.numbers (id);
SELECT * FROM own.rate();
-- not what proves it: duplicates that ...
CREATE FUNCTION own.duplicate() RETURNS void LANGUAGE sql AS $$
	INSERT INTO own.numbers VALUES (2, 1000, '2021-02-01 00:11+00'), (2, 1000, '2021-02-01 00:35+00')
$$;
DROP INDEX own.numbers_id;
-- ... a partial index leaves out
CREATE UNIQUE INDEX numbers_partial ON own.numbers (id) WHERE id % 2 = 1;
SELECT own.duplicate();
SELECT * FROM own.rate();
DROP INDEX own.numbers_partial;
-- ... two columns allow
CREATE UNIQUE INDEX numbers_two ON own.numbers (id, placed);
SELECT * FROM own.rate();
DROP INDEX own.numbers_two;
-- ... an invalid index has not kept out
\set VERBOSITY sqlstate
CREATE UNIQUE INDEX CONCURRENTLY numbers_invalid ON own.numbers (id);
\set VERBOSITY default
SELECT indisunique, indisvalid FROM pg_index WHERE indexrelid = 'own.numbers_invalid'::regclass;
SELECT * FROM own.rate();
DROP INDEX own.numbers_invalid;
-- ... are to be gone at the end of the transaction
DELETE FROM own.numbers WHERE customer = 1000;
ALTER TABLE own.numbers ADD CONSTRAINT numbers_later UNIQUE (id) DEFERRABLE INITIALLY DEFERRED;
BEGIN;
SELECT own.duplicate();
SELECT * FROM own.rate();
ROLLBACK;
ALTER TABLE own.numbers DROP CONSTRAINT numbers_later;
-- ... are in a child
CREATE UNIQUE INDEX numbers_id ON own.numbers (id);
CREATE TABLE own.child () INHERITS (own.numbers);
INSERT INTO own.child VALUES (2, 1000, '2021-02-01 00:11+00'), (2, 1000, '2021-02-01 00:35+00');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'ONLY own.numbers s');
SELECT * FROM own.rate();
DROP TABLE own.child;
-- a query that is more than its columns, or whose ids are not the columns' values
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.numbers s WHERE s.customer > 100');
SELECT * FROM own.rate();
SELECT own.bind('(s.id / 4)::text, s.customer::text, s.placed', 'own.numbers s');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.numbers s JOIN own.numbers t ON t.customer = s.customer');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed + ''1 min''', 'own.numbers s');
SELECT * FROM own.rate();
-- numbers that are equal and not the same text
CREATE TABLE own.numerics (id numeric, customer numeric, placed timestamptz DEFAULT '2021-02-01 00:15+00');
INSERT INTO own.numerics (id, customer) VALUES (1.0, 1), (1.00, 1), (2, 2), (2, 2), (3, 2.0);
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.numerics s');
SELECT * FROM own.rate();
-- partitions, uuids, and a local time
CREATE TABLE own.parts (id uuid PRIMARY KEY, customer uuid, placed timestamptz) PARTITION BY HASH (id);
CREATE TABLE own.part0 PARTITION OF own.parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE own.part1 PARTITION OF own.parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO own.parts SELECT md5(i::text)::uuid, md5((hashint4(i) & 255)::text)::uuid, '2021-02-01 00:00+00'::timestamptz + i * interval '1 s'
	FROM generate_series(1, 600) i;
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.parts s');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, (s.placed::timestamp)', 'own.parts s');
SELECT * FROM own.rate();
-- a view, names that need quotes, and domains
CREATE DOMAIN own.code AS varchar(20);
CREATE TABLE own."Odd ""one" ("Order Id" own.code UNIQUE, "user" own.code, "at" timestamptz);
INSERT INTO own."Odd ""one" SELECT 'o' || i, ' u' || i % 7, '2021-02-01 00:15+00' FROM generate_series(1, 9) i;
SELECT own.bind('s."Order Id", s."user", s."at"', 'own."Odd ""one" s');
SELECT * FROM own.rate();
CREATE VIEW own.view AS SELECT id, customer, placed FROM own.numbers WHERE customer < 100;
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.view s');
SELECT * FROM own.rate();
-- cancelled orders, by a column, by an expression and by a status of any type; all that a
-- status can be is a text
CREATE TYPE own.state AS ENUM ('void', 'open', 'cancelled');
ALTER TABLE own.numbers ADD cancelled boolean, ADD state own.state, ADD "the status" varchar(20), ADD code integer;
UPDATE own.numbers SET cancelled = nullif(customer % 3, 0) = 1, state = (enum_range(NULL::own.state))[1 + customer % 4],
	"the status" = (ARRAY['cancelled', ' cancelled ', 'Cancelled', 'open', ''])[1 + customer % 6], code = customer % 2;
SELECT own.bind('s.id::text, s.customer::text, s.placed, s.cancelled', 'own.numbers s');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed, NULL::pg_catalog.bool, s.state::text', 'own.numbers s');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed, s.state = ''void'', s."the status"', 'own.numbers s');
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed, s.code <> 0', 'own.numbers s');
SELECT * FROM own.rate();
-- excluded users, by what staging shows of a number; what is no number's text is nobody's
INSERT INTO greenery.excluded_users (user_id, reason)
SELECT u, 'bot' FROM unnest('{1,2,3,4,5,6,7,8,9,10,011, 12,+13,14.0,x,99999999999999999999,-1}'::text[]) u;
SELECT * FROM own.rate();
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.view s');
SELECT * FROM own.rate();
DELETE FROM greenery.excluded_users;
-- of a uuid, as it is written, and of a text, as it is trimmed
INSERT INTO greenery.excluded_users (user_id, reason)
SELECT u, 'bot' FROM unnest(ARRAY[md5('1')::uuid::text, upper(md5('2')::uuid::text), md5('3'), '{' || md5('4')::uuid || '}', 'u1', ' u2', 'u3 ']) u;
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.parts s');
SELECT * FROM own.rate();
SELECT own.bind('s."Order Id", s."user", s."at"', 'own."Odd ""one" s');
SELECT * FROM own.rate();
DELETE FROM greenery.excluded_users;
-- the caller's rights on the table itself, and its policies
SELECT own.bind('s.id::text, s.customer::text, s.placed', 'own.numbers s');
CREATE ROLE regress_greenery_own;
SELECT greenery_grant('regress_greenery_own', 'analyst');
GRANT USAGE ON SCHEMA own TO regress_greenery_own;
SET ROLE regress_greenery_own;
SELECT greenery_repeat_rate();
RESET ROLE;
GRANT SELECT ON own.numbers TO regress_greenery_own;
ALTER TABLE own.numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON own.numbers USING (customer < 50);
SET ROLE regress_greenery_own;
SELECT * FROM own.rate();
RESET ROLE;
SELECT greenery_revoke('regress_greenery_own', 'analyst');
DROP OWNED BY regress_greenery_own;
DROP ROLE regress_greenery_own;
-- the table is gone
DROP TABLE own.numbers CASCADE;
\set VERBOSITY sqlstate
SELECT greenery_repeat_rate();
\set VERBOSITY default

-- repeat_rate_by_row: users with several rows, in groups, windows, and parallel
SELECT repeat_rate_by_row(u) AS half, repeat_rate_by_row(u) FILTER (WHERE false) AS none, repeat_rate_by_row(NULL::text)
FROM (VALUES ('a'), ('b'), (NULL), ('a'), (NULL)) v (u);
SELECT g, repeat_rate_by_row(i / 2) FROM generate_series(1, 9) i, LATERAL (SELECT i % 2 AS g) g GROUP BY g ORDER BY g;
SELECT i, repeat_rate_by_row(u) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a'), (4, 'c'), (5, 'c'), (6, NULL)) v (i, u);
CREATE TABLE own.many AS SELECT (hashint4(i) & 4095) AS n, (hashint4(i) & 4095)::text AS t, (hashint4(i) & 4095)::numeric AS q
	FROM generate_series(1, 5000) i;
CREATE VIEW own.rates AS
	SELECT repeat_rate_by_row(n) AS n, repeat_rate_by_row(t) AS t, repeat_rate_by_row(q) AS q FROM own.many;
CREATE VIEW own.plain AS SELECT count(*) FILTER (WHERE c > 1)::float8 / count(*) AS rate FROM (SELECT count(*) AS c FROM own.many GROUP BY n) g;
SELECT n = rate AS n, t = rate AS t, q = rate AS q FROM own.rates, own.plain;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT n FROM own.rates;
SELECT n = rate AS n, t = rate AS t, q = rate AS q FROM own.rates, own.plain;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
\set VERBOSITY sqlstate
SELECT repeat_rate_by_row('x');
\set VERBOSITY default

-- as it was
DO $$ BEGIN EXECUTE (SELECT definition FROM original); END $$;
DROP SCHEMA own CASCADE;
SELECT greenery_repeat_rate();
