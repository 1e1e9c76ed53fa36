-- Binding sources to the shop's own tables: what is refused, and what is bound means the same
-- for every caller.  Builds over bound tables are in build_binding.sql.
SET client_min_messages = warning;
SET jit = off;
SET timezone = 'UTC';

\i sql/include/helpers.sql
BEGIN;
\i sql/include/bound_shop.sql

--
-- 1. What is refused: the error, and whether anything is another afterwards
--
CREATE FUNCTION pg_temp.all_bindings() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(p.prosrc || coalesce(b::text, 'raw'), ',' ORDER BY s.position))
	FROM greenery.sources s JOIN pg_proc p ON p.oid = to_regproc(s.function)
	LEFT JOIN greenery.source_bindings b USING (source)
$$;
CREATE FUNCTION pg_temp.refused(source text, query text, time_zone text DEFAULT NULL, accepted text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before CONSTANT text := pg_temp.all_bindings();
	result text;
BEGIN
	result := pg_temp.error_of(format('SELECT * FROM greenery_bind(%L, %L, %L, %L)', source, query, time_zone, accepted));
	RETURN replace(regexp_replace(result, 'pg_temp_\d+', 'pg_temp'), format('"%s"', session_user), '"superuser"') || CASE WHEN before <> pg_temp.all_bindings() THEN ' | ANOTHER BINDING' ELSE '' END;
END $$;
-- the old binding, which is to stay
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id FROM shop.purchases');

\t on
\pset format unaligned
-- the source
SELECT pg_temp.refused(NULL, 'shop.purchases');
SELECT pg_temp.refused('order', 'shop.purchases');
SELECT pg_temp.refused('Orders', NULL);
-- no SELECT, or more than one
SELECT pg_temp.refused('orders', '');
SELECT pg_temp.refused('orders', 'SELECT 1 AS order_id; SELECT 2 AS order_id');
SELECT pg_temp.refused('orders', 'DELETE FROM shop.purchases RETURNING id AS order_id');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id INTO x FROM shop.purchases');
SELECT pg_temp.refused('orders', 'CREATE TABLE x (order_id text)');
SELECT pg_temp.refused('orders', 'SELEC 1');
SELECT pg_temp.refused('orders', 'shop.nowhere');
SELECT pg_temp.refused('orders', 'SELECT nothing AS order_id FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases WHERE id = $1');
SELECT pg_temp.refused('orders', 'WITH d AS (DELETE FROM shop.purchases RETURNING id) SELECT id AS order_id FROM d');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases FOR UPDATE');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases TABLESAMPLE system (10)');
-- columns
SELECT pg_temp.refused('orders', 'SELECT id, cents FROM shop.purchases');
SELECT pg_temp.refused('order_items', 'SELECT id AS order_id, sku FROM shop.lines');
SELECT pg_temp.refused('orders', 'SELECT NULL AS order_id, cents FROM shop.purchases');
SELECT pg_temp.refused('orders', 'VALUES (1)');
SELECT pg_temp.refused('orders', 'SELECT p.id AS order_id, * FROM shop.purchases p JOIN shop.lines l ON l.id = p.id');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, customer_id AS user_id, customer_id + 1 AS user_id FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, cents * 0.01 FROM shop.purchases');
-- types: moments
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, day AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, placed_at AT TIME ZONE ''UTC'' AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, raw AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, cents AS created_at FROM shop.purchases', 'UTC');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, ok AS created_at FROM shop.purchases', 'UTC');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, day AS created_at FROM shop.purchases', 'Middle/Earth');
-- types: what a cast could lose
SELECT pg_temp.refused('order_items', 'SELECT id AS order_id, sku AS product_id, price AS quantity FROM shop.lines');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, raw AS order_total FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, state AS is_cancelled FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT info AS order_id FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT day AS order_id FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, tags AS status FROM shop.purchases');
-- what would be another thing for each caller
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases WHERE random() < 0.5');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, placed_at::timestamp AS created_at FROM shop.purchases', 'UTC');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, placed_at::date AS created_at FROM shop.purchases', 'UTC');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, day::timestamptz AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, raw::timestamptz AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, to_timestamp(raw, ''DD.MM.YYYY'') AS created_at FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases WHERE placed_at >= date ''2021-02-03''');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, EXTRACT(hour FROM placed_at) AS hour FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, placed_at::text AS placed FROM shop.purchases');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases WHERE day < CURRENT_DATE');
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, current_setting(''greenery.currency'') AS currency FROM shop.purchases');
-- what SQL has no place for a schema in, or what cannot be written out
SELECT pg_temp.refused('orders', 'SELECT j.id AS order_id, to_jsonb(j) AS whole FROM (shop.customers JOIN (SELECT id, sku FROM shop.lines) l USING (id)) AS j');
SELECT pg_temp.refused('orders', 'SELECT p.id AS order_id, c IS DISTINCT FROM c AS x FROM shop.purchases p JOIN shop.customers c ON c.id = p.customer_id');
SELECT left(pg_temp.refused('orders', 'SELECT p.id AS order_id, x.z AS address_id FROM shop.purchases p, XMLTABLE(''/r'' PASSING (p.raw::xml) COLUMNS z text PATH ''z'') x'), 120);
-- what a build could not see, or would see of its caller
CREATE TEMP TABLE temporary (order_id text);
SELECT pg_temp.refused('orders', 'temporary');
CREATE FUNCTION shop.hidden() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(id) FROM shop.purchases); END';
SELECT pg_temp.refused('orders', 'SELECT id AS order_id FROM shop.purchases WHERE id < shop.hidden()');
-- circles: itself, what is made from it, live or published, and through a view or another source
SELECT pg_temp.refused('orders', 'SELECT * FROM greenery.source_orders()');
SELECT pg_temp.refused('orders', 'greenery.stg_orders');
SELECT pg_temp.refused('orders', 'greenery.fact_user_orders');
SELECT pg_temp.refused('orders', 'greenery_published.fact_user_orders');
CREATE VIEW shop.summary AS SELECT order_id FROM greenery.fact_user_orders;
SELECT pg_temp.refused('orders', 'shop.summary');
SELECT count(*) FROM greenery_bind('order_items', 'SELECT order_id, ''p'' AS product_id FROM greenery.stg_orders');
SELECT pg_temp.refused('orders', 'SELECT DISTINCT order_id FROM greenery.stg_order_items');
SELECT greenery_unbind('order_items');
-- accepted values
SELECT pg_temp.refused('orders', 'shop.old_orders', NULL, '{"status": "paid"}');
SELECT pg_temp.refused('orders', 'shop.old_orders', NULL, '{"status": [1]}');
SELECT pg_temp.refused('orders', 'shop.old_orders', NULL, '{"status": []}');
SELECT pg_temp.refused('orders', 'shop.old_orders', NULL, '["paid"]');
SELECT pg_temp.refused('orders', 'shop.old_orders', NULL, '{"state": ["paid"]}');
SELECT pg_temp.refused('users', 'SELECT id AS user_id FROM shop.customers', NULL, '{"email": ["x"]}');
-- only the owner binds, and sees how
CREATE ROLE regress_binding;
GRANT USAGE ON SCHEMA greenery, shop TO regress_binding;
GRANT EXECUTE ON FUNCTION greenery_bind TO regress_binding;
SET ROLE regress_binding;
SELECT pg_temp.error_of('SELECT greenery_bind(''orders'', NULL)');
SELECT regexp_replace(pg_temp.error_of(call), '\n.*', '') FROM unnest(ARRAY['SELECT greenery_unbind(''orders'')', 'SELECT greenery_rebind()', 'SELECT greenery_bindings()']) call;
RESET ROLE;
-- functions that are looked up where others may create better matches
CREATE FUNCTION shop.rounded(numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED AS 'BEGIN RETURN round($1); END';
GRANT CREATE ON SCHEMA shop TO regress_binding;
SELECT pg_temp.refused('orders', 'SELECT id AS order_id, shop.rounded(net) AS order_total FROM shop.purchases');
REVOKE CREATE ON SCHEMA shop FROM regress_binding;
SELECT pg_temp.error_of('SELECT greenery_unbind(''order'')');
SELECT pg_temp.error_of('SELECT greenery_unbind(NULL)');
SELECT pg_temp.error_of('SELECT greenery_check_binding(''order'')');
SAVEPOINT s;
SET TRANSACTION READ ONLY;
SELECT greenery_bind('orders', NULL);
ROLLBACK TO s;
-- after all of that
SELECT source, state, status, relations FROM greenery_bindings() WHERE source IN ('orders', 'order_items');
SELECT count(*) = (SELECT count(*) FROM shop.purchases) FROM greenery.stg_orders;
\t off
\pset format aligned

--
-- 2. Forms of SQL: what is bound is what was given, and stays so for a caller whose search_path
-- has planted functions, operators, types and tables in front of everything
--
CREATE TEMP TABLE forms (n serial, query text);
INSERT INTO forms (query) VALUES
	-- joins
	($$SELECT p.id AS order_id, c.id AS user_id, c.name AS status FROM purchases p JOIN customers c ON c.id = p.customer_id$$),
	($$SELECT id AS order_id, sku AS promo_id, state AS status, price AS order_cost FROM purchases JOIN lines USING (id)$$),
	($$SELECT id AS order_id, l.qty AS line_qty, p.qty AS own_qty FROM purchases p LEFT JOIN lines l USING (id)$$),
	($$SELECT id AS order_id, sku FROM purchases FULL JOIN (SELECT id + 20 AS id, sku FROM lines) l USING (id)$$),
	($$SELECT id AS order_id, price AS order_cost FROM (SELECT id, state FROM purchases) a NATURAL JOIN lines$$),
	($$SELECT j.id AS order_id, j.sku FROM (purchases JOIN lines USING (id)) AS j$$),
	($$SELECT u.id AS order_id, sku FROM purchases JOIN lines USING (id) AS u$$),
	($$SELECT j.one AS order_id, j.thirtieth FROM (SELECT id, sku FROM lines) l (one, thirtieth) JOIN (SELECT 1) x ON true, LATERAL (SELECT l.one, l.thirtieth) j$$),
	($$SELECT p.id AS order_id, to_jsonb(j) AS whole FROM purchases p JOIN (SELECT id, name FROM customers) j ON j.id = p.customer_id$$),
	($$SELECT p.id AS order_id, l.n AS lines FROM purchases p, LATERAL (SELECT count(*) AS n FROM lines l WHERE l.id = p.id) l$$),
	($$SELECT id AS order_id, e.value AS item FROM purchases JOIN (SELECT id FROM lines GROUP BY id) l USING (id), LATERAL jsonb_array_elements_text(info -> 'items') e WHERE id < 9$$),
	($$SELECT p.id AS order_id, t.tag, t.place FROM purchases p CROSS JOIN unnest(p.tags) WITH ORDINALITY AS t (tag, place)$$),
	($$SELECT p.id AS order_id, r.method AS a, r4.b FROM purchases p, jsonb_to_record(p.info) AS r (method text, items jsonb), LATERAL (SELECT r.method || '!', r.items) r3 (a, b), jsonb_to_record(p.info) AS r4 (a text, b integer)$$),
	-- conditions
	($$SELECT id AS order_id, CASE state WHEN 'void' THEN 'cancelled' WHEN 'sent' THEN 'shipped' ELSE 'open' END AS status, CASE qty WHEN 0 THEN 'none' WHEN 1.0 THEN 'one' END AS how_many FROM purchases$$),
	($$SELECT id AS order_id, CASE kind WHEN 'k1' THEN CASE code WHEN 'c1' THEN 'a' WHEN 'c4' THEN 'b' END WHEN coupon THEN 'c' ELSE kind END AS status FROM purchases$$),
	($$SELECT id AS order_id, nullif(coupon, '') AS promo_id, nullif(customer_id, 3) AS user_id, nullif(qty, 1.0) * 2 AS n, nullif(state, 'void') AS status FROM purchases$$),
	($$SELECT id AS order_id FROM purchases WHERE state IS DISTINCT FROM 'void' AND coupon IS NOT DISTINCT FROM NULL OR kind IS NOT DISTINCT FROM 'k2'$$),
	($$SELECT id AS order_id, (customer_id, coupon) IS DISTINCT FROM (3, 'SPRING') AS other, (qty, net) IS NOT DISTINCT FROM (1, 1.5) AS same FROM purchases$$),
	($$SELECT id AS order_id FROM purchases WHERE customer_id IN (SELECT id FROM customers WHERE vip) OR (id, qty) IN (SELECT id, qty FROM lines)$$),
	($$SELECT id AS order_id FROM purchases WHERE id NOT IN (SELECT l.id FROM lines l WHERE l.qty = 5) AND cents > ALL (SELECT qty FROM lines) AND id = ANY (SELECT id FROM lines)$$),
	($$SELECT id AS order_id, EXISTS (SELECT FROM lines l WHERE l.id = p.id AND l.price > 50) AS dear, (SELECT max(price) FROM lines l WHERE l.id = p.id) AS order_cost, ARRAY(SELECT sku::text FROM lines l WHERE l.id = p.id ORDER BY 1) AS skus FROM purchases p$$),
	($$SELECT id AS order_id FROM purchases WHERE (customer_id, qty) > (3, 2) AND (customer_id, code) <> (4, 'c3') AND ROW(1, kind) = ROW(qty, 'k1') OR id = 2$$),
	($$SELECT id AS order_id FROM purchases WHERE kind IN ('k1', 'k2') AND qty BETWEEN 1 AND 3 AND cents NOT BETWEEN SYMMETRIC 1000 AND 500 AND id <> ALL ('{1,2}'::bigint[])$$),
	($$SELECT id AS order_id, coupon LIKE 'S%' AS a, coupon ILIKE 's%' AS b, coupon NOT LIKE '%\\%' ESCAPE '!' AS c, coupon SIMILAR TO '(S|B)%' AS d, code ~ '^c\d+\s*$' AS e, kind LIKE ANY (ARRAY['k1', 'k2']) AS f, coupon ^@ 'SP' AS g FROM purchases$$),
	($$SELECT id AS order_id, ok IS TRUE AS a, ok IS NOT UNKNOWN AS b, NOT ok AS c, sent_at ISNULL AS d, ok IS NOT FALSE AND qty > 0 OR cents < 0 AS e FROM purchases$$),
	($$SELECT id AS order_id, (placed_at, sent_at) OVERLAPS ('2021-02-05 00:00+00'::timestamptz, '2021-02-06 00:00+00'::timestamptz) AS o FROM purchases$$),
	-- values
	($$SELECT id AS order_id, cents * 0.01 AS order_total, (-cents) / 7 % 5 AS rest, @ (-qty) AS a, 2.0 ^ qty AS power, ~ qty AS inverted, +net AS plus FROM purchases$$),
	($$SELECT id AS order_id, coalesce(coupon, kind, 'none') AS promo_id, greatest(qty, 2) AS g, least(cents, 500, net) AS l FROM purchases$$),
	($$SELECT id AS order_id, info ->> 'method' AS shipping_service, info #>> '{items,0}' AS first, info -> 'items' -> 1 AS second, info @> '{"method": "dhl"}' AS dhl, info ? 'method' AS has, info['items'][0] AS sub, info || '{"a": 1}' AS more, jsonb_path_query_first(info, '$.items[*] ? (@ > 3)') AS path FROM purchases$$),
	($$SELECT id AS order_id, (raw::jsonb ->> 'total')::numeric AS order_total, raw::json ->> 'zip' AS address_id, raw::json -> 'zip' AS j FROM purchases$$),
	($$SELECT id AS order_id, uid::text AS user_id, CAST(qty AS text) AS a, qty::numeric(10,2) AS b, numeric '1.50' AS c, text 'x' AS d, '{a,b}'::text[] AS e, int8 '7' AS f, CAST(net AS integer) AS g, net::float8::numeric AS h, code::varchar(3) AS i, 'abc'::char(2) AS j, state::text::shop.state AS k, '5'::"char" AS l FROM purchases$$),
	($$SELECT id AS order_id, EXTRACT(year FROM day) AS y, date_part('dow', day)::integer AS d, (placed_at AT TIME ZONE 'Europe/Berlin')::date AS german_day, day + interval '36 hours' AS later, date '2021-02-03' - day AS days, day + 1 AS next_day FROM purchases$$),
	($$SELECT id AS order_id, substring(code FROM 2 FOR 1) AS a, position('c' IN code) AS b, trim(BOTH 'x' FROM tags[1]) AS c, overlay(code PLACING 'zz' FROM 1) AS d, upper(kind) || lower(coupon) AS e, substring(code FROM '\d+') AS f, substring(code SIMILAR 'c#"_#"%' ESCAPE '#') AS g, trim(code) AS h, kind || qty AS i FROM purchases$$),
	($$SELECT id AS order_id, ARRAY[qty, 1] AS a, tags[1] AS b, tags || 'z'::text AS c, 'y' = ANY (tags) AS d, tags @> ARRAY['y'] AS e, array_length(tags, 1) AS f, tags[1:1] AS g, cardinality(tags) AS h, array_to_string(tags, ',') AS i FROM purchases$$),
	($$SELECT id AS order_id, coupon COLLATE "C" < 'T' AS c, max(coupon COLLATE "POSIX") OVER () AS m FROM purchases ORDER BY coupon COLLATE "C"$$),
	($$SELECT id AS order_id, 'back\slash''quote' AS status, E'tab\there' AS channel, U&'d\0061t' AS currency, coupon = 'back\slash''quote' AS x FROM purchases$$),
	($$SELECT id AS order_id, pg_catalog.upper(kind) AS status, qty OPERATOR(pg_catalog.+) 1 AS n, greenery.clean_text(coupon) AS promo_id, md5(kind) AS m, format('%s-%s', kind, code) AS f, concat(kind, '/', qty) AS cc, left(code, 2) AS le, round(net, 1) AS r FROM purchases$$),
	-- whole queries
	($$SELECT id AS order_id, row_number() OVER w AS n, sum(cents) OVER (PARTITION BY customer_id ORDER BY placed_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s, lag(kind, 1, 'first') OVER w AS channel, count(*) FILTER (WHERE ok) OVER (PARTITION BY kind) AS k, first_value(code) OVER (ORDER BY placed_at RANGE BETWEEN interval '2 days' PRECEDING AND interval '1 day' FOLLOWING EXCLUDE CURRENT ROW) AS f FROM purchases WINDOW w AS (PARTITION BY customer_id ORDER BY placed_at DESC NULLS LAST)$$),
	($$SELECT id AS order_id, sum(price * qty) AS order_cost, count(*) AS n, count(DISTINCT sku) AS products, string_agg(sku::text, ',' ORDER BY sku DESC, price) AS skus, (percentile_cont(0.5) WITHIN GROUP (ORDER BY price))::numeric AS median, mode() WITHIN GROUP (ORDER BY sku) AS most, sum(price) FILTER (WHERE qty > 2) AS many, bool_or(qty > 3) AS b, array_agg(qty ORDER BY qty) AS a, jsonb_agg(qty ORDER BY price) AS j, rank(3) WITHIN GROUP (ORDER BY qty) AS h FROM lines GROUP BY id HAVING sum(qty) > 2$$),
	($$SELECT coalesce(id, -1) AS order_id, kind AS channel, sum(cents) AS order_total, grouping(id, kind) AS g FROM purchases GROUP BY GROUPING SETS ((id, kind), ROLLUP (kind)) HAVING coalesce(id, -1) <> 5$$),
	($$SELECT DISTINCT ON (customer_id) id AS order_id, customer_id AS user_id FROM purchases ORDER BY customer_id, placed_at DESC$$),
	($$SELECT DISTINCT kind AS order_id FROM purchases$$),
	($$SELECT 'a' || id AS order_id, customer_id::text AS user_id, cents * 0.01 AS order_total FROM purchases UNION ALL SELECT 'b' || "Order Id", "user", "select" FROM "Order"$$),
	($$SELECT id AS order_id, NULL AS status FROM purchases UNION SELECT id, sku FROM lines EXCEPT SELECT 3, NULL INTERSECT SELECT 3, NULL ORDER BY 1 LIMIT 40 OFFSET 2$$),
	($$WITH l AS (SELECT id, sum(price) AS total FROM lines GROUP BY id), big AS MATERIALIZED (SELECT * FROM l WHERE total > 40) SELECT id AS order_id, total AS order_total FROM big$$),
	($$WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT p.id AS order_id, t.n AS part FROM purchases p JOIN t ON t.n = p.qty$$),
	($$WITH RECURSIVE t (n, m) AS (SELECT 1, 2 UNION ALL SELECT m, n FROM t) CYCLE n, m SET is_cycle USING path SELECT n AS order_id, is_cycle FROM t WHERE NOT is_cycle$$),
	($$WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SEARCH DEPTH FIRST BY n SET o SELECT n AS order_id FROM t$$),
	($$SELECT v.id AS order_id, v.s AS status FROM (VALUES (1, 'paid'), (2, NULL), (2 + 1, upper('x'))) AS v (id, s)$$),
	($$TABLE old_orders$$),
	($$SELECT q.order_id, q.status FROM (SELECT id AS order_id, state AS status FROM purchases WHERE qty > 1 ORDER BY id LIMIT 5) q WHERE q.order_id > 2$$),
	($$SELECT "Order Id" AS order_id, "user" AS user_id, "select" AS order_total, "a""b" AS "Odd ""Name", "Zeit" AS created_at FROM "Order" AS "the order" WHERE "select" > 3$$),
	($$SELECT p.id AS order_id, (c).name AS status, (c.profile ->> 'tier')::int AS tier FROM purchases p JOIN customers c ON c.id = p.customer_id WHERE (c) IS NOT NULL OR p.id < 20$$),
	($$SELECT id AS order_id, (SELECT c.name FROM customers c WHERE c.id = customer_id) AS status, CASE WHEN EXISTS (SELECT FROM lines l JOIN customers c2 USING (id) WHERE l.id = purchases.id) THEN 1 END AS n FROM purchases$$),
	($$SELECT generate_series(1, 3) AS order_id, kind FROM purchases WHERE id < 4$$),
	($$SELECT id AS order_id, lower(x.method) AS shipping_service FROM purchases, jsonb_to_record(info) AS x (method text)$$),
	($$SELECT x.n AS order_id, x.m AS channel FROM ROWS FROM (generate_series(1, 4), unnest(ARRAY['a', 'b'])) AS x (n, m)$$);
-- the planted ones work: by their bare names they are called
SAVEPOINT s;
SET LOCAL search_path = planted, shop, public, pg_catalog;
SELECT upper('x'::pg_catalog.text);
ROLLBACK TO s;
SELECT f.n, m AS meaning, CASE WHEN m !~ '^same [1-9]\d* rows$' THEN f.query END AS query FROM forms f, LATERAL pg_temp.meaning('orders', f.query) m ORDER BY f.n;
-- what differs between settings of who binds and who reads
CREATE FUNCTION pg_temp.read_orders() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(s.order_id || ' ' || s.attributes::text, ', ' ORDER BY s.order_id) FROM greenery.source_orders() s
$$;
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL intervalstyle = 'sql_standard';
SET LOCAL quote_all_identifiers = on;
-- 19 has no other strings
SELECT current_setting('server_version_num')::integer < 190000 AS has_other_strings \gset
\if :has_other_strings
SET LOCAL escape_string_warning = off;
SET LOCAL standard_conforming_strings = off;
SELECT count(*) AS findings FROM greenery_bind('orders', 'SELECT order_id, date ''03/02/2021'' AS "third of February", ''a\\b\\\\c'' AS back, (timestamp ''2021-03-01 00:00'' - interval ''-1 2:00:00'') AS later FROM shop.old_orders WHERE user_id < 2') \gset
\else
SELECT count(*) AS findings FROM greenery_bind('orders', 'SELECT order_id, date ''03/02/2021'' AS "third of February", E''a\b\\c'' AS back, (timestamp ''2021-03-01 00:00'' - interval ''-1 2:00:00'') AS later FROM shop.old_orders WHERE user_id < 2') \gset
\endif
SELECT :findings AS count;
SELECT pg_temp.read_orders();
RESET datestyle;
RESET intervalstyle;
\if :has_other_strings
RESET standard_conforming_strings;
\endif
SELECT pg_temp.read_orders();
\if :has_other_strings
SET LOCAL standard_conforming_strings = off;
\endif
SELECT pg_temp.read_orders();
\if :has_other_strings
RESET standard_conforming_strings;
\endif
RESET quote_all_identifiers;

-- kinds of relations, by their names alone; names that must be quoted
CREATE TABLE shop.parted (order_id bigint, user_id uuid, "created_at" timestamptz) PARTITION BY RANGE (order_id);
CREATE TABLE shop.parted_1 PARTITION OF shop.parted FOR VALUES FROM (0) TO (10);
CREATE TABLE shop.parted_2 PARTITION OF shop.parted DEFAULT;
INSERT INTO shop.parted SELECT i, md5(i::text)::uuid, timestamptz '2021-02-01 00:00+00' + i * interval '1 hour' FROM generate_series(1, 20) i;
CREATE TABLE shop.parent (order_id bigint);
CREATE TABLE shop.child () INHERITS (shop.parent);
INSERT INTO shop.parent VALUES (1);
INSERT INTO shop.child VALUES (2);
CREATE VIEW shop."View ""1""" AS SELECT id AS order_id, customer_id AS user_id FROM shop.purchases WHERE ok;
CREATE MATERIALIZED VIEW shop.stored AS SELECT id AS order_id, net AS order_total FROM shop.purchases WHERE id > 4;
CREATE TABLE shop."select" ("order_id" text, "Select" text, "from" text, "ORDER BY" text);
INSERT INTO shop."select" VALUES ('o1', 'a', 'b', 'c'), (NULL, '', NULL, 'd');
CREATE FUNCTION pg_temp.bound_to(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	m bigint;
BEGIN
	PERFORM greenery_bind('orders', relation);
	EXECUTE format('SELECT count(*), (SELECT count(*) FROM greenery.source_orders()) FROM %s', relation) INTO n, m;
	RETURN format('%s of %s rows, %s', m, n, (SELECT concat_ws(', ', b.status, b.incremental, b.relations::text, b.reason) FROM greenery_bindings() b WHERE b.source = 'orders'));
END $$;
SELECT r, pg_temp.bound_to(r) FROM unnest(ARRAY['shop.old_orders', 'shop.parted', 'shop.parent', 'shop."View ""1"""', 'shop.stored', 'shop."select"', 'SHOP.Old_Orders', ' shop . old_orders ']) r;

-- kinds of ids: each is its text, and is looked up as that
CREATE DOMAIN shop.code AS char(6);
CREATE TABLE shop.ids (by_smallint smallint, by_integer integer, by_bigint bigint, by_uuid uuid, by_text text, by_varchar varchar(20), by_char char(10),
	by_enum shop.state, by_number_domain shop.customer_no, by_text_domain shop.sku, by_char_domain shop.code, by_numeric numeric(10,0), by_name name);
INSERT INTO shop.ids SELECT i, -i, i::bigint << 40, md5(i::text)::uuid, ' t' || i, 'v' || i || ' ', 'c' || i, (enum_range(NULL::shop.state))[i], i, 's' || i, 'd' || i, i, 'n' || i FROM generate_series(1, 4) i;
CREATE FUNCTION pg_temp.bound_id(id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM greenery_bind('orders', format('SELECT %I AS order_id, %I AS user_id FROM shop.ids', id, id));
	EXECUTE format('SELECT concat_ws('', '', count(*), count(*) FILTER (WHERE s.order_id = i.%1$I::text), (SELECT count(*) FROM greenery.stg_orders o WHERE o.user_id = (SELECT min(%1$I::text) FROM shop.ids)), min(pg_typeof(s.order_id)::text))
		FROM greenery.source_orders() s JOIN shop.ids i ON i.%1$I::text = s.user_id', id) INTO result;
	RETURN result || (SELECT concat(', ', b.status, ', incremental ' || b.incremental, ', advice: ' || nullif(b.advice, '')) FROM greenery_bindings() b WHERE b.source = 'orders');
END $$;
SELECT a.attname, pg_temp.bound_id(a.attname) AS "rows, equal, found by text, type" FROM pg_attribute a WHERE a.attrelid = 'shop.ids'::regclass AND a.attnum > 0 ORDER BY a.attnum;
-- citext, where there is
SAVEPOINT s;
DO $$
BEGIN
	CREATE EXTENSION citext;
	CREATE TABLE shop.ci (order_id citext);
EXCEPTION WHEN OTHERS THEN
	CREATE TABLE shop.ci (order_id text);
END $$;
INSERT INTO shop.ci VALUES ('One'), ('Two');
SELECT count(*) FROM greenery_bind('orders', 'SELECT order_id, order_id AS channel FROM shop.ci WHERE lower(order_id::text) = ''one'' OR order_id = ''Two''');
SELECT order_id, channel FROM greenery.source_orders();
ROLLBACK TO s;

--
-- 3. The report
--
SELECT * FROM greenery_bind('orders', $$
	SELECT id AS order_id, customer_id AS user_id, p.day AS created_at, cents * 0.01 AS order_total, state AS status, NULL::text AS channel,
		   'EUR' AS currency, kind, placed_at, interval '1 day' AS pause, tags
	  FROM shop.purchases p WHERE p.state <> 'cart' $$, 'Europe/Berlin', '{"status": ["paid", "sent", "void"]}');
SELECT source, query IS NOT NULL AS query, relations, made_from, columns ->> 'status' AS status, columns ->> 'channel' AS channel, columns ->> 'attributes' AS attributes, time_zone, accepted, bound_by = current_user AS by_me FROM greenery.source_bindings ORDER BY 1;
SELECT name, action, after ->> 'time_zone' AS zone, changed_by = current_user AS by_me FROM greenery.changes WHERE object = 'binding' ORDER BY change_id DESC LIMIT 1;
SELECT bool_and(s.order_id = p.id::text AND s.order_total = p.cents / 100.0 AND s.created_at = p.day::timestamp AT TIME ZONE 'Europe/Berlin'
		AND s.currency = 'EUR' AND s.channel IS NULL
		AND s.attributes = jsonb_build_object('kind', p.kind, 'tags', p.tags, 'placed_at', to_jsonb(p.placed_at AT TIME ZONE 'UTC'))) AS as_told, count(*)
FROM greenery.source_orders() s JOIN shop.purchases p ON p.id::text = s.order_id AND p.state <> 'cart' AND p.cents IS NOT NULL;
-- many further columns: each in attributes
SELECT count(*) FILTER (WHERE status = 'attribute') AS attributes FROM greenery_bind('orders', (SELECT 'SELECT 7 AS order_id, ' || string_agg(format('%s AS "c ''%s"', i, i), ', ') FROM generate_series(1, 130) i));
SELECT count(*), sum(v::integer), bool_and(k = 'c ''' || v) FROM greenery.source_orders(), jsonb_each_text(attributes) a (k, v);
-- the source function may do in parallel workers what the query may
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, shop.rounded(net) AS order_total FROM shop.purchases');
SELECT proparallel, provolatile FROM pg_proc WHERE oid = to_regproc('greenery.source_orders');
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, round(net) AS order_total FROM shop.purchases');
SELECT proparallel FROM pg_proc WHERE oid = to_regproc('greenery.source_orders');
-- an absent source
SELECT * FROM greenery_bind('promos', NULL);
SELECT source, state, status, incremental, detail FROM greenery_bindings() WHERE source = 'promos';
SELECT count(*) FROM greenery.stg_promos;
SELECT greenery_unbind('promos');
SELECT state FROM greenery_bindings() WHERE source = 'promos';

--
-- 4. Times without zone, over changes of clocks
--
CREATE TABLE shop.clocks (n integer, at timestamp, day date, written text);
INSERT INTO shop.clocks VALUES
	(1, '2021-03-28 01:59', '2021-03-28', '2021-03-28T01:59'), (2, '2021-03-28 03:00', '2021-03-29', '2021-03-28 03:00:00'),
	(3, '2021-10-31 01:59', '2021-10-31', '2021-10-31 01:59+02:00'), (4, '2021-10-31 03:00', '2021-11-01', '2021-10-31T02:00:00Z'),
	(5, 'infinity', '-infinity', 'yesterday'), (6, NULL, NULL, '');
SELECT count(*) FROM greenery_bind('orders', 'SELECT n AS order_id, at AS created_at, day AS delivered_at, written AS estimated_delivery_at FROM shop.clocks', 'Europe/Berlin');
SELECT count(*) FILTER (WHERE (s.created_at, s.delivered_at, s.estimated_delivery_at) IS NOT DISTINCT FROM (e.a, e.b, e.c)) AS right, count(*)
FROM (VALUES ('1', timestamptz '2021-03-28 00:59Z', timestamptz '2021-03-27 23:00Z', timestamptz '2021-03-28 00:59Z'),
			 ('2', '2021-03-28 01:00Z', '2021-03-28 22:00Z', '2021-03-28 01:00Z'),
			 ('3', '2021-10-30 23:59Z', '2021-10-30 22:00Z', '2021-10-30 23:59Z'),
			 ('4', '2021-10-31 02:00Z', '2021-10-31 23:00Z', '2021-10-31 02:00Z'),
			 ('5', 'infinity', '-infinity', NULL), ('6', NULL, NULL, NULL)) e (id, a, b, c)
JOIN greenery.source_orders() s ON s.order_id = e.id;
-- and for a caller elsewhere
SET LOCAL timezone = 'Asia/Tokyo';
SELECT count(*) FILTER (WHERE s.created_at = c.at AT TIME ZONE 'Europe/Berlin') AS right FROM greenery.source_orders() s JOIN shop.clocks c ON c.n::text = s.order_id;
SET LOCAL timezone = 'UTC';

--
-- 5. Plans: as of the tables themselves
--
CREATE TABLE shop.big (id bigint PRIMARY KEY, code text, customer bigint, buyer text, placed timestamptz, void boolean);
INSERT INTO shop.big SELECT i, 'o' || i, i % 1000, 'u' || i % 1000, timestamptz '2021-02-01 00:00+00' + i * interval '1 minute', i % 10 = 0 FROM generate_series(1, 10000) i;
CREATE INDEX big_buyer ON shop.big (buyer);
-- the present is that of the newest order
CREATE INDEX ON shop.big (placed);
CREATE TABLE shop.big_more (LIKE shop.big INCLUDING ALL);
INSERT INTO shop.big_more SELECT i + 100000, 'p' || i, i % 1000, 'u' || i % 1000, placed, void FROM shop.big, LATERAL (SELECT id AS i) x;
ANALYZE shop.big, shop.big_more;
CREATE FUNCTION pg_temp.uses(query text, what text, run boolean DEFAULT false) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found boolean := false;
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (COSTS OFF%s) %s', CASE WHEN run THEN ', ANALYZE, TIMING OFF, SUMMARY OFF' END, query) LOOP
		found := found OR line LIKE '%' || what || '%';
	END LOOP;
	RETURN found;
END $$;
-- text ids: the table's own index
SELECT count(*) FROM greenery_bind('orders', 'SELECT code AS order_id, buyer AS user_id, placed AS created_at FROM shop.big WHERE NOT void');
SELECT pg_temp.uses(q, 'big_buyer') AS index, pg_temp.uses(q, 'Seq Scan on big') AS seq_scan, pg_temp.uses(q, 'Function Scan') AS function_scan
FROM (VALUES ('SELECT * FROM greenery.stg_orders WHERE user_id = ''u7'''), ('SELECT * FROM greenery.fact_user_orders WHERE user_id = ''u7''')) v (q);
SELECT advice FROM greenery_bindings() WHERE source = 'orders';
-- numbers: the index that is recommended
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, placed AS created_at FROM shop.big WHERE NOT void');
SELECT advice FROM greenery_bindings() WHERE source = 'orders';
SELECT pg_temp.uses('SELECT * FROM greenery.stg_orders WHERE user_id = ''7''', 'Seq Scan on big') AS seq_scan;
SELECT a.statement FROM greenery_bindings() b, regexp_split_to_table(b.advice, '; ') a (statement) WHERE b.source = 'orders' \gexec
ANALYZE shop.big;
SELECT pg_temp.uses('SELECT * FROM greenery.stg_orders WHERE user_id = ''7''', 'Seq Scan on big') AS seq_scan,
	pg_temp.uses('SELECT * FROM greenery.stg_orders WHERE user_id = ''7''', 'Index') AS index, (SELECT count(*) FROM greenery.stg_orders WHERE user_id = '7') AS rows;
SELECT advice FROM greenery_bindings() WHERE source = 'orders';
-- a filter on a time reaches the table, as do joins and unions
SELECT count(*) FROM greenery_bind('orders', 'SELECT b.code AS order_id, b.buyer AS user_id FROM shop.big b JOIN shop.customers c ON c.id = b.customer');
SELECT pg_temp.uses(q, 'Function Scan') AS function_scan, pg_temp.uses(q, 'Join') OR pg_temp.uses(q, 'Nested Loop') AS joined, pg_temp.uses(q, 'big_buyer') AS index
FROM (VALUES ('SELECT * FROM greenery.stg_orders WHERE user_id = ''u7''')) v (q);
SELECT count(*) FROM greenery_bind('orders', 'SELECT code AS order_id, buyer AS user_id FROM shop.big UNION ALL SELECT code, buyer FROM shop.big_more');
SELECT pg_temp.uses(q, 'Function Scan') AS function_scan, pg_temp.uses(q, 'Seq Scan') AS seq_scan, pg_temp.uses(q, 'big_buyer') AS index, pg_temp.uses(q, 'big_more_buyer_idx') AS other_index
FROM (VALUES ('SELECT * FROM greenery.stg_orders WHERE user_id = ''u7''')) v (q);
-- workers are launched
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, placed AS created_at FROM shop.big WHERE NOT void');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT pg_temp.uses(q, 'Workers Launched: 2', true) AS launched, pg_temp.uses(q, 'Partial Aggregate') AS partial
FROM (VALUES ('SELECT repeat_rate(user_id, order_id) FROM greenery.stg_orders')) v (q);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

--
-- 6. The repeat rate looks through the binding, and says what plain SQL does
--
CREATE FUNCTION pg_temp.plain_rate(condition text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	rate double precision;
BEGIN
	EXECUTE format('SELECT avg((n > 1)::int) FROM (SELECT count(DISTINCT id) AS n FROM shop.big WHERE customer IS NOT NULL AND %s GROUP BY customer) u', condition) INTO rate;
	RETURN rate;
END $$;
UPDATE shop.big SET customer = CASE WHEN id % 3 = 0 THEN customer WHEN id % 3 = 1 THEN id + 5000 END, void = id % 10 = 0;
SELECT round(greenery_repeat_rate()::numeric, 6) = round(pg_temp.plain_rate('NOT void')::numeric, 6) AS same, pg_temp.plain_rate('NOT void') BETWEEN 0.01 AND 0.99 AS tells,
	round(greenery_repeat_rate('2021-02-03 00:00+00', '2021-02-06 00:00+00')::numeric, 6) = round(pg_temp.plain_rate('NOT void AND placed >= ''2021-02-03 00:00+00'' AND placed < ''2021-02-06 00:00+00''')::numeric, 6) AS window;
SELECT greenery_exclude_user('5001', 'test');
SELECT round(greenery_repeat_rate()::numeric, 9) = round(pg_temp.plain_rate('NOT void AND customer <> 5001')::numeric, 9) AS same;
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, placed AS created_at, void AS is_cancelled FROM shop.big');
SELECT round(greenery_repeat_rate()::numeric, 9) = round(pg_temp.plain_rate('NOT void AND customer <> 5001')::numeric, 9) AS same;
-- under a path of planted names
SET LOCAL search_path = planted, shop, public, pg_catalog;
SELECT greenery_repeat_rate() OPERATOR(pg_catalog.>) 0 AS works;
RESET search_path;

--
-- 7. What happens to the tables afterwards
--
CREATE FUNCTION pg_temp.state_of(which text) RETURNS text LANGUAGE sql AS $$
	-- versions of the server say it in words of their own
	SELECT concat_ws(' | ', b.state, b.status, regexp_replace(b.detail, 'No function [a-z ]+\. You', 'No function fits. You')) FROM greenery_bindings() b WHERE b.source = which
$$;
CREATE FUNCTION pg_temp.sum_of_orders() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT format('%s rows, total %s, first %s', count(*), sum(order_total), min(created_at)) FROM greenery.stg_orders);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE TABLE shop.moving (id integer, total numeric, unused text, placed timestamp, seen timestamptz, qty integer);
INSERT INTO shop.moving SELECT i, i, 'x', timestamp '2021-02-01 12:00' + i * interval '1 day', timestamptz '2021-02-01 12:00Z', i FROM generate_series(1, 4) i;
SELECT count(*) FROM greenery_bind('orders', 'SELECT m.id AS order_id, m.total AS order_total, m.placed AS created_at, m.seen AS delivered_at FROM shop.moving m JOIN shop.old_orders o ON o.user_id = m.id', 'America/New_York');
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
-- what the query does not read may go, of a joined table too
ALTER TABLE shop.moving DROP COLUMN unused, ADD COLUMN more text;
ALTER TABLE shop.old_orders DROP COLUMN order_total;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
SAVEPOINT s;
-- a wider number: told, and harmless
ALTER TABLE shop.moving ALTER id TYPE bigint;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
ALTER TABLE shop.moving RENAME total TO amount;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
ALTER TABLE shop.moving DROP COLUMN placed;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
-- another time would be shown: an error, and never that time
ALTER TABLE shop.moving ALTER placed TYPE timestamptz USING placed AT TIME ZONE 'UTC';
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
ALTER TABLE shop.moving ALTER seen TYPE timestamp;
SELECT pg_temp.state_of('orders');
ROLLBACK TO s;
ALTER TABLE shop.moving RENAME TO moved;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
DROP TABLE shop.moving;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
-- and is there again
CREATE TABLE shop.moving AS SELECT 3 AS id, 7.5 AS total, timestamp '2021-03-01 12:00' AS placed, timestamptz '2021-03-02 12:00Z' AS seen;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
ALTER SCHEMA shop RENAME TO elsewhere;
SELECT pg_temp.state_of('orders'), pg_temp.sum_of_orders();
ROLLBACK TO s;
-- the function, replaced by somebody, or not there after rows were loaded without triggers
CREATE OR REPLACE FUNCTION greenery.source_promos() RETURNS TABLE (promo_id text, discount numeric, status text, code text, percent numeric, attributes jsonb)
	LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT ''evil'', 1::numeric, NULL::text, NULL::text, NULL::numeric, NULL::jsonb';
SELECT pg_temp.state_of('promos');
SET LOCAL session_replication_role = replica;
UPDATE greenery.source_bindings SET bound_query = replace(bound_query, 'm.total', 'NULL::pg_catalog.numeric') WHERE source = 'orders';
RESET session_replication_role;
SELECT pg_temp.state_of('orders');
SELECT * FROM greenery_rebind() WHERE repaired;
SELECT pg_temp.state_of('promos'), pg_temp.state_of('orders');
SELECT count(*) FROM greenery_rebind() WHERE repaired;
SELECT count(*) FROM greenery.stg_promos;

--
-- 8. What only rows tell
--
CREATE TABLE shop.wild (id text, customer text, total bigint, cur text, state text, placed timestamptz, deleted_at timestamptz, note text);
INSERT INTO shop.wild SELECT 'o' || i, CASE i WHEN 1 THEN '' WHEN 2 THEN ' u1' WHEN 3 THEN NULL ELSE 'u' || i % 4 END, 1000 + i, CASE WHEN i % 5 = 0 THEN 'USD' ELSE 'EUR' END,
	CASE i % 4 WHEN 0 THEN 'paid' WHEN 1 THEN 'delivered' ELSE 'lost' END, timestamptz '2021-02-01 00:00+00' + i * interval '1 hour', CASE WHEN i % 6 = 0 THEN timestamptz '2021-03-01 00:00+00' END, 'n'
	FROM generate_series(1, 60) i;
INSERT INTO shop.wild SELECT id, customer, total, cur, state, timestamptz '2200-01-01 00:00+00' FROM shop.wild WHERE id = 'o7';
SELECT count(*) FROM greenery_bind('users', 'SELECT * FROM (VALUES (''u0''), (''u1''), (''u2'')) v (user_id)');
SELECT count(*) FROM greenery_bind('addresses', NULL);
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, total AS order_total, cur AS currency, state AS status, placed AS created_at FROM shop.wild', accepted => '{"status": ["paid", "delivered"]}');
SELECT args FROM greenery.data_tests WHERE model = 'greenery.stg_orders' AND column_name = 'status' AND kind = 'accepted_values' AND builtin;
SELECT column_name, finding, rows, round(share::numeric, 3) AS share, detail FROM greenery_check_binding('orders') ORDER BY 2, 1, 5;
SELECT count(*) FILTER (WHERE customer IS NULL) AS no_user, count(*) FILTER (WHERE customer <> trim(customer) OR customer = '') AS blanks, count(*) FILTER (WHERE customer NOT IN ('u0', 'u1', 'u2')) AS orphans,
	count(*) FILTER (WHERE state NOT IN ('paid', 'delivered')) AS undeclared, count(*) - count(DISTINCT id) AS twice, count(deleted_at) AS deleted, count(*) FILTER (WHERE placed > now()) AS future, count(*) FILTER (WHERE cur = 'USD') AS usd, round(avg(total)) AS average FROM shop.wild;
SELECT DISTINCT source_name, column_name, finding, rows FROM greenery_check_binding() WHERE source_name IN ('users', 'addresses', 'promos');
-- once they are mended
DELETE FROM shop.wild WHERE placed > '2100-01-01 00:00+00' OR customer IS NULL OR customer IN ('', ' u1', 'u3') OR state = 'lost' OR cur = 'USD';
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, total * 0.01 AS order_total, cur AS currency, state AS status, placed AS created_at FROM shop.wild WHERE deleted_at IS NULL', accepted => '{"status": ["paid", "delivered"]}');
SELECT column_name, finding, rows, detail FROM greenery_check_binding('orders') ORDER BY 2, 1;
SELECT count(*) >= 10 AS enough FROM greenery.stg_orders;
-- a joined table's mark of deleted rows
SELECT count(*) FROM greenery_bind('orders', 'SELECT p.id AS order_id FROM shop.purchases p JOIN shop.customers c ON c.id = p.customer_id');
SELECT column_name, rows, detail FROM greenery_check_binding('orders') WHERE finding = 'soft deletes';

--
-- 9. What the shop's indexes call is not run to say which are missing
--
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer_id AS user_id FROM shop.purchases');
SET LOCAL client_min_messages = error;
CREATE FUNCTION shop.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE WARNING 'the spy has run'; RETURN $1; END $$;
CREATE INDEX ON shop.purchases ((shop.spy('x') || state_text));
SET LOCAL client_min_messages = warning;
SELECT advice FROM greenery_bindings() WHERE source = 'orders';
ROLLBACK;
