-- What only rows tell of a binding.

-- One row for each finding; the source is bound, or its raw table.
CREATE FUNCTION greenery.check_one_binding(source text)
	RETURNS TABLE (column_name text, finding text, rows bigint, share double precision, detail text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check_one$
#variable_conflict use_column
DECLARE
	view CONSTANT regclass := greenery.relation_named((SELECT s.staging FROM greenery.sources s WHERE s.source = check_one_binding.source));
	binding CONSTANT greenery.source_bindings := (SELECT b FROM greenery.source_bindings b WHERE b.source = check_one_binding.source);
	key CONSTANT text[] := (SELECT m.key FROM greenery.models m WHERE m.relation = view::text);
	columns CONSTANT text[] := (
		SELECT array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_attribute a
		WHERE a.attrelid = view AND a.attnum > 0 AND NOT a.attisdropped
			AND a.attname NOT IN ('attributes', 'phone_number_raw')
			AND (binding.source IS NULL OR binding.columns ->> a.attname::text = 'bound'));
	text_columns CONSTANT text[] := (
		SELECT array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_attribute a
		WHERE a.attrelid = view AND a.attname = ANY (columns) AND a.atttypid = 'text'::regtype AND a.attname LIKE '%\_id');
	money_columns CONSTANT text[] := (
		SELECT array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_attribute a
		WHERE a.attrelid = view AND a.attname = ANY (columns) AND a.atttypid = 'numeric'::regtype AND a.attname <> 'percent');
	total bigint;
	present bigint[];	-- values of columns
	blank bigint[];		-- of text_columns
	broken bigint[];	-- of money_columns
	average numeric[];	-- likewise
	test record;
	deleted record;
BEGIN
	IF binding.source IS NOT NULL AND binding.query IS NULL THEN
		RETURN QUERY SELECT NULL::text, 'absent', NULL::bigint, NULL::double precision,
			'the shop has no such rows: what is made from them is NULL';
		RETURN;
	END IF;
	BEGIN
		-- in one scan: what is bound may be a join
		EXECUTE format('SELECT count(*), ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY[%s]::numeric[] FROM %s v',
				(SELECT string_agg(format('count(v.%I)', c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY u (c, n)),
				(SELECT string_agg(format('count(*) FILTER (WHERE v.%1$I IS NOT NULL AND greenery.clean_text(v.%1$I) IS DISTINCT FROM v.%1$I)', c), ', ' ORDER BY n)
				   FROM unnest(text_columns) WITH ORDINALITY u (c, n)),
				(SELECT string_agg(format('count(*) FILTER (WHERE v.%1$I <> trunc(v.%1$I))', c), ', ' ORDER BY n) FROM unnest(money_columns) WITH ORDINALITY u (c, n)),
				(SELECT string_agg(format('avg(v.%I)', c), ', ' ORDER BY n) FROM unnest(money_columns) WITH ORDINALITY u (c, n)),
				view)
			INTO total, present, blank, broken, average;
	EXCEPTION
		-- what the query names is not there any more, or of another type
		WHEN undefined_table OR undefined_column OR undefined_function OR invalid_schema_name
			OR datatype_mismatch OR invalid_function_definition THEN
			RETURN QUERY SELECT NULL::text, 'missing', NULL::bigint, NULL::double precision,
				SQLERRM || ': greenery_bindings() says what has changed';
			RETURN;
	END;
	IF total = 0 THEN
		RETURN QUERY SELECT NULL::text, 'no rows', 0::bigint, NULL::double precision,
			format('%s shows no row', view);
		RETURN;
	END IF;

	-- the data tests of the staging view
	FOR test IN SELECT t.* FROM @extschema@.greenery_test(view) t WHERE t.status NOT IN ('pass', 'skipped') ORDER BY t.test_id LOOP
		column_name := test.column_name;
		finding := format('test %s: %s', test.test_id, test.status);
		rows := test.failures;
		share := test.share;
		SELECT d.description INTO detail FROM greenery.data_tests d WHERE d.test_id = test.test_id;
		IF test.kind = 'unique_combination' OR test.kind = 'unique' AND test.column_name = ANY (key) THEN
			detail := detail || ' Does the table keep a row for each version of a row, or several lines of one product in an order?';
		END IF;
		RETURN NEXT;
	END LOOP;

	-- values that nobody declared
	FOR test IN
		SELECT d.column_name, d.args FROM greenery.data_tests d
		WHERE d.model = view::text AND d.kind = 'accepted_values' AND d.builtin AND d.column_name = ANY (columns)
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT %1$L::text, ''undeclared value'', count(*), count(*)::double precision / $1,'
			'       format(''%%s is not among the accepted values: accepted => {"%%s": [...]} of greenery_bind()'', quote_literal(v.%2$I), %1$L)'
			'  FROM %3$s v WHERE v.%2$I IS NOT NULL AND NOT v.%2$I = ANY (ARRAY(SELECT jsonb_array_elements_text($2)))'
			' GROUP BY v.%2$I ORDER BY count(*) DESC, v.%2$I LIMIT 20', test.column_name, test.column_name, view)
			USING total, test.args -> 'values';
	END LOOP;

	RETURN QUERY
		SELECT u.c, 'NULL', total - present[u.n], (total - present[u.n])::double precision / total, NULL::text
		FROM unnest(columns) WITH ORDINALITY u (c, n)
		WHERE present[u.n] < total ORDER BY u.n;

	-- an id is taken as it is: '' would be a user
	RETURN QUERY
		SELECT u.c, 'blanks', blank[u.n], blank[u.n]::double precision / total,
			format('ids that are empty or have blanks at their ends; write greenery.clean_text(...) AS %I', u.c)
		FROM unnest(text_columns) WITH ORDINALITY u (c, n)
		WHERE blank[u.n] > 0 ORDER BY u.n;

	RETURN QUERY
		SELECT u.c, 'whole amounts', v.n, v.n::double precision / total,
			format('all amounts are whole, and their average is %s; if they are cents, write * 0.01', round(average[u.n]))
		FROM unnest(money_columns) WITH ORDINALITY u (c, n)
		CROSS JOIN LATERAL (SELECT present[array_position(columns, u.c)]) v (n)
		WHERE v.n >= 10 AND broken[u.n] = 0 AND average[u.n] >= 500 ORDER BY u.n;

	IF 'currency' = ANY (columns) THEN
		RETURN QUERY EXECUTE format(
			'SELECT ''currency'', ''several currencies'', sum(n)::bigint, 1::double precision,'
			'       ''amounts are added up in one of '' || string_agg(currency || '' ('' || n || '')'', '', '' ORDER BY n DESC, currency) || '': greenery_set(''''currency'''', ...) says which'''
			'  FROM (SELECT v.currency, count(*) FROM %s v WHERE v.currency IS NOT NULL GROUP BY 1) x (currency, n) HAVING count(*) > 1', view);
	END IF;

	-- marks of rows that are not there any more, or not yet, at which the query does not look
	FOR deleted IN
		SELECT r.key AS relation, a.attname, a.atttypid
		FROM jsonb_each(binding.made_from) r
		JOIN pg_attribute a ON a.attrelid = greenery.relation_named(r.key) AND a.attnum > 0 AND NOT a.attisdropped
		WHERE NOT r.value ? a.attname::text
			AND lower(replace(a.attname::text, '_', '')) IN ('deletedat', 'isdeleted', 'deleted', 'fivetrandeleted', 'discardedat', 'archivedat')
		ORDER BY 1, 2
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT %1$L::text, ''soft deletes'', n, NULL::double precision, %2$L::text'
			'  FROM (SELECT count(*) FROM %3$s r WHERE %4$s) x (n) WHERE n > 0',
			deleted.attname,
			format('rows of %s are marked as deleted, and the query does not look at it; users and products that orders refer to are best kept', deleted.relation),
			deleted.relation,
			CASE WHEN deleted.atttypid = 'boolean'::regtype THEN format('r.%I', deleted.attname) ELSE format('r.%I IS NOT NULL', deleted.attname) END);
	END LOOP;
END
$check_one$;
COMMENT ON FUNCTION greenery.check_one_binding(text) IS
	'greenery_check_binding() of one source.';

CREATE FUNCTION @extschema@.greenery_check_binding(source text DEFAULT NULL)
	RETURNS TABLE (source_name text, column_name text, finding text, rows bigint, share double precision, detail text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check_binding$
#variable_conflict use_column
DECLARE
	s text;
BEGIN
	IF source IS NOT NULL THEN
		PERFORM greenery.check_source(check_binding_source) FROM (SELECT greenery_check_binding.source) x (check_binding_source);
	END IF;
	FOR s IN
		SELECT r.source FROM greenery.sources r
		WHERE greenery_check_binding.source IS NULL OR r.source = greenery_check_binding.source
		ORDER BY r.position
	LOOP
		RETURN QUERY SELECT s, c.* FROM greenery.check_one_binding(s) c;
	END LOOP;
END
$check_binding$;
COMMENT ON FUNCTION @extschema@.greenery_check_binding(text) IS
	'Looks at the rows behind a source, or behind all: the data tests of its staging view that do not pass (keys that come twice, orphans, times in the future), values that no test accepts, shares of NULL, ids with blanks, amounts that may be cents, several currencies, rows marked as deleted that the query shows, and sources that cannot be read since the shop''s tables have changed. One row for each finding. Reads with the caller''s rights. Error 42704 for a source that does not exist.';
