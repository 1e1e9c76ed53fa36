\set ECHO none
-- A shop with tables of its own; a schema with functions, operators, types and tables that suit
-- every call exactly, each an error; and a comparison of a binding with the query it was given.
-- Needs helpers.sql, and to be read in a transaction that is rolled back.
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('cart', 'paid', 'sent', 'void');
CREATE DOMAIN shop.customer_no AS bigint CHECK (VALUE > 0);
CREATE DOMAIN shop.sku AS varchar(20);
CREATE TABLE shop.customers (id bigint PRIMARY KEY, name text, email varchar(80), country char(2), tags text[], profile jsonb, vip boolean, joined timestamptz, deleted_at timestamptz);
CREATE TABLE shop.purchases (id bigint, customer_id bigint, placed_at timestamptz, cents bigint, state shop.state, state_text text, coupon text,
	sent_at timestamptz, info jsonb, raw text, kind varchar(10), code char(6), uid uuid, qty integer, small smallint, day date, net numeric, ok boolean, tags text[]);
CREATE TABLE shop.old_orders AS SELECT 'o' || i AS order_id, i AS user_id, i * 1.5 AS order_total FROM generate_series(1, 5) i;
CREATE TABLE shop.lines (id bigint, sku shop.sku, qty integer, price numeric);
CREATE TABLE shop."Order" ("Order Id" integer, "user" text, "select" numeric, "a""b" text, "Zeit" timestamptz);
INSERT INTO shop.customers
	SELECT i, CASE WHEN i % 5 <> 0 THEN 'Name ' || i END, 'User' || i || '@Example.com', CASE i % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'us' END,
		   ARRAY['a', 'b' || i % 2], jsonb_build_object('tier', i % 3, 'refs', jsonb_build_array(i, i + 1)), i % 4 = 0,
		   timestamptz '2021-01-01 00:00+00' + i * interval '1 day', CASE i WHEN 3 THEN timestamptz '2021-05-01 00:00+00' END
	FROM generate_series(1, 12) i;
INSERT INTO shop.purchases
	SELECT i, nullif(i % 13, 12) + 1, timestamptz '2021-02-01 10:00+00' + i * interval '7 hours', nullif(i * 137, 137 * 9),
		   (enum_range(NULL::shop.state))[1 + i % 4], CASE WHEN i % 7 <> 0 THEN (enum_range(NULL::shop.state))[1 + i % 4]::text END,
		   CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'SPRING' WHEN 2 THEN 'back\slash''quote' END,
		   CASE WHEN i % 2 = 0 THEN timestamptz '2021-02-03 10:00+00' + i * interval '7 hours' END,
		   jsonb_build_object('method', CASE i % 2 WHEN 0 THEN 'dhl' ELSE 'ups' END, 'items', jsonb_build_array(i, i * 2)),
		   CASE WHEN i % 6 <> 0 THEN format('{"total": "%s.50", "zip": "0%s"}', i, i) END, 'k' || i % 3, 'c' || i, md5(i::text)::uuid,
		   i % 5, i % 3, date '2021-02-01' + i, i / 4.0, nullif(i % 3, 2) = 0, ARRAY['x' || i, 'y']
	FROM generate_series(1, 30) i;
INSERT INTO shop.lines SELECT 1 + i % 30, 'sku' || i % 4, i % 6, i * 1.25 FROM generate_series(1, 70) i;
INSERT INTO shop."Order" SELECT i, 'u' || i % 3, i * 1.5, 'x' || i, timestamptz '2021-03-01 00:00+00' + i * interval '1 day' FROM generate_series(1, 8) i;

CREATE SCHEMA planted;
SET search_path = pg_catalog, pg_temp;
-- what a planted object says is never what is asked
DO $plant$
DECLARE
	types CONSTANT text[] := '{text,"character varying",character,smallint,integer,bigint,numeric,"double precision",boolean,date,"timestamp without time zone","timestamp with time zone",interval,uuid,json,jsonb,text[],integer[],shop.state}';
	o record;
	t text;
	n integer := 0;
	ops integer := 0;
BEGIN
	-- one for each operator, those over any array or enum included
	FOR o IN
		SELECT DISTINCT op.oprname, l.t AS l, r.t AS r, CASE WHEN op.oprresult::regtype::text ~ '^any' THEN l.t ELSE op.oprresult::regtype::text END AS result
		FROM pg_operator op
		CROSS JOIN LATERAL (SELECT CASE WHEN typname ~ 'any.*array' THEN 'text[]' WHEN typname = 'anyenum' THEN 'shop.state' WHEN typname ~ '^any' THEN 'text' ELSE oid::regtype::text END FROM pg_type WHERE oid = op.oprleft) l (t)
		CROSS JOIN LATERAL (SELECT CASE WHEN typname ~ 'any.*array' THEN 'text[]' WHEN typname = 'anyenum' THEN 'shop.state' WHEN typname ~ '^any' THEN 'text' ELSE oid::regtype::text END FROM pg_type WHERE oid = op.oprright) r (t)
		WHERE op.oprnamespace = 'pg_catalog'::regnamespace AND op.oprkind = 'b' AND l.t = ANY (types) AND r.t = ANY (types)
			AND op.oprresult::regtype::text <> 'anycompatiblearray'
	LOOP
		n := n + 1;
		EXECUTE format('CREATE FUNCTION planted.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE EXCEPTION ''planted operator %s''; END$$', n, o.l, o.r, o.result, replace(o.oprname, '%', '%%'));
		EXECUTE format('CREATE OPERATOR planted.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = planted.operator_%s)', o.oprname, o.l, o.r, n);
	END LOOP;
	ops := n;
	-- and for each function and aggregate of these types
	FOR o IN
		SELECT DISTINCT p.proname, a.list, CASE WHEN p.prorettype::regtype::text = ANY (types) THEN p.prorettype::regtype::text ELSE 'text' END AS result
		FROM pg_proc p
		CROSS JOIN unnest(CASE WHEN EXISTS (SELECT FROM unnest(p.proargtypes) x JOIN pg_type ty ON ty.oid = x WHERE ty.typname ~ '^any(element|nonarray|compatible|compatiblenonarray)?$')
							   THEN '{text,integer,bigint,numeric,jsonb,date}'::text[] ELSE '{text}' END) kinds (kind)
		CROSS JOIN LATERAL (
			SELECT string_agg(x.t, ', ' ORDER BY x.i) AS list, bool_and(x.t = ANY (types)) AS known
			FROM (SELECT CASE WHEN ty.typname ~ 'any.*array$' AND ty.typname !~ 'nonarray' THEN 'text[]' WHEN ty.typname = 'anyenum' THEN 'shop.state' WHEN ty.typname ~ '^any' THEN kinds.kind ELSE ty.oid::regtype::text END, i
				  FROM unnest(p.proargtypes) WITH ORDINALITY u (x, i) JOIN pg_type ty ON ty.oid = u.x) x (t, i)) a
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs BETWEEN 1 AND 4 AND a.known AND p.prokind IN ('f', 'a', 'w')
			AND p.proname !~ '^(pg_|bt|hash|gin|gist|brin|.*(in|out|send|recv|sel|joinsel|accum|support)$)'
	LOOP
		n := n + 1;
		BEGIN
			EXECUTE format('CREATE FUNCTION planted.%I(%s) RETURNS %s LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE EXCEPTION ''planted function %s''; END$$', o.proname, o.list, o.result, o.proname);
		EXCEPTION WHEN duplicate_function THEN NULL;
		END;
	END LOOP;
	FOREACH t IN ARRAY '{varchar,bpchar,char,int2,int4,int8,numeric,float8,bool,date,timestamp,timestamptz,interval,uuid,json,jsonb,text,name}'::text[] LOOP
		EXECUTE format('CREATE DOMAIN planted.%I AS pg_catalog.text CHECK (false)', t);
	END LOOP;
	FOREACH t IN ARRAY '{customers,purchases,lines,"Order"}'::text[] LOOP
		EXECUTE format('CREATE TABLE planted.%s AS SELECT ''planted''::text AS id', t);
	END LOOP;
	EXECUTE 'CREATE COLLATION planted."C" FROM "POSIX"';
	IF ops < 200 OR n - ops < 600 THEN
		RAISE WARNING 'only % operators and % functions are planted', ops, n - ops;
	END IF;
END
$plant$;
RESET search_path;

-- what the source function of a binding says, and how it differs from the query itself:
-- expected are the query's own columns, in the types of the source
CREATE FUNCTION pg_temp.meaning(source text, query text, time_zone text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $meaning$
DECLARE
	expected text;
	names text[];
	differences bigint;
	rows bigint;
	is_call boolean;
BEGIN
	PERFORM set_config('search_path', 'shop, public', true);
	DROP TABLE IF EXISTS given, got;
	EXECUTE format('CREATE TEMP TABLE given AS %s', query);
	PERFORM greenery_bind(source, query, time_zone);
	-- and once more, with all that is planted in front
	PERFORM set_config('search_path', 'planted, shop, public, pg_catalog', true);
	EXECUTE pg_catalog.concat('CREATE TEMP TABLE got AS SELECT * FROM greenery.source_', source, '()');
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	is_call := pg_temp.plan_has(format('SELECT * FROM greenery.source_%s()', source), format('Function Scan on source_%s', source));
	SELECT string_agg(format('%L, q.%I%s', g.attname, g.attname, '::' || format_type(r.atttypid, -1)), ', '), array_agg(g.attname::text)
		INTO expected, names
	FROM pg_attribute g
	LEFT JOIN pg_attribute r ON r.attrelid = format('greenery.%I', source)::regclass AND r.attname = g.attname AND r.attnum > 0
	WHERE g.attrelid = 'pg_temp.given'::regclass AND g.attnum > 0;
	EXECUTE format('WITH e AS (SELECT jsonb_build_object(%s) AS r FROM given q),
						 g AS (SELECT (SELECT jsonb_object_agg(k, v) FROM jsonb_each(to_jsonb(x) - ''attributes'' || coalesce(x.attributes, ''{}'')) y (k, v) WHERE k = ANY ($1)) AS r FROM got x)
					SELECT (SELECT count(*) FROM (SELECT * FROM e EXCEPT ALL SELECT * FROM g) a) + (SELECT count(*) FROM (SELECT * FROM g EXCEPT ALL SELECT * FROM e) b),
						   (SELECT count(*) FROM given)', expected)
		INTO differences, rows USING names;
	PERFORM set_config('search_path', '"$user", public', true);
	RETURN concat_ws(', ', CASE WHEN differences = 0 THEN 'same ' || rows || ' rows' ELSE differences || ' DIFFERENT of ' || rows END,
					 CASE WHEN is_call THEN 'not inlined' END);
EXCEPTION WHEN OTHERS THEN
	PERFORM set_config('search_path', '"$user", public', true);
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$meaning$;
\set ECHO all
