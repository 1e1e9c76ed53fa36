\set ECHO none
-- 3,000 events of some 600 sessions, with ties, with times and ids that are not
-- there; ids of every kind of type
CREATE TYPE two_part_id AS (shop int, visit numeric);
CREATE TYPE weekday AS ENUM ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun');
CREATE DOMAIN order_number AS bigint;
CREATE TABLE mixed_events AS
	SELECT i, i % 40 AS grp, nullif(pg_temp.pick('s' || i / 3 * 3 + i % 2, 700), 699) AS n,
		   CASE pg_temp.pick('t' || i, 40)
				WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'
				ELSE timestamptz '2021-02-10 00:00+00' + interval '10 seconds' *
					 (i / 300 * 400 + pg_temp.pick('m' || i, 300)) END AS t,
		   nullif(pg_temp.pick('c' || i, 12), 11) = 0 AS bought,
		   pg_temp.pick('e' || i, 5) AS kind
	  FROM generate_series(1, 3000) i;
ALTER TABLE mixed_events
	ADD by_bigint bigint, ADD by_int int, ADD by_smallint smallint, ADD by_uuid uuid, ADD by_text text,
	ADD by_varchar varchar(40), ADD by_char char(20), ADD by_bytea bytea, ADD by_numeric numeric, ADD by_jsonb jsonb,
	ADD by_name name, ADD by_pair two_part_id, ADD by_float float8, ADD by_date date, ADD by_enum weekday, ADD by_domain order_number;
-- equal values that are not the same bytes: 1.0 and 1.00, blanks, -0
UPDATE mixed_events SET by_bigint = (n - 350)::bigint << 40, by_int = n - 350, by_smallint = n - 350,
	by_uuid = md5(n::text)::uuid, by_text = CASE n WHEN 0 THEN '' ELSE md5(n::text) || n END, by_varchar = repeat('ä ', n % 17) || n,
	by_char = n::text, by_bytea = decode(md5(n::text), 'hex'), by_numeric = CASE i % 2 WHEN 0 THEN n ELSE n + 0.00 END,
	by_jsonb = CASE i % 2 WHEN 0 THEN jsonb_build_object('n', n::numeric, 's', 1) ELSE jsonb_build_object('s', 1.0, 'n', n + 0.0) END,
	by_name = n::text, by_pair = CASE WHEN n IS NOT NULL THEN ROW(n % 3, n * 1.0)::two_part_id END,
	by_float = CASE WHEN n = 0 AND i % 2 = 0 THEN '-0' ELSE n END, by_date = date '2000-01-01' + n,
	by_enum = (enum_range(NULL::weekday))[1 + n % 7], by_domain = n
	WHERE n IS NOT NULL;
VACUUM ANALYZE mixed_events;
CREATE TEMP TABLE id_columns AS
	SELECT attname AS id, format_type(atttypid, atttypmod) AS type
	  FROM pg_attribute WHERE attrelid = 'mixed_events'::regclass AND attname LIKE 'by\_%';
\set ECHO all
