\set ECHO none
-- Functions that several tests need.  Tests read this from the folder above sql/: \i sql/include/helpers.sql

-- sqlstate, message, detail and hint of the error that a query ends in
CREATE FUNCTION pg_temp.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	-- what the parser says besides differs between versions
	IF message ~ '^function .* does not exist$' THEN
		RETURN concat_ws(' | ', state, message);
	END IF;
	RETURN concat_ws(' | ', state, message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- whether some line of a query's plan is like %what%
CREATE FUNCTION pg_temp.plan_has(query text, what text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line LIKE '%' || what || '%' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;

-- what EXPLAIN ANALYZE counts
CREATE FUNCTION pg_temp.explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
		-- rows=1.00 since PostgreSQL 18
		RETURN NEXT regexp_replace(line, '(rows=\d+)\.\d+', '\1');
	END LOOP;
END $$;

-- a number below n that is always the same for the same seed
CREATE FUNCTION pg_temp.pick(seed text, n int) RETURNS int LANGUAGE sql IMMUTABLE
	RETURN ('x' || substr(md5(seed), 1, 7))::bit(28)::int % n;
\set ECHO all
