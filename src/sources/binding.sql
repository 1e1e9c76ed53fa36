-- Bindings: the shop's own tables behind the source functions.
--
-- A binding is a row here, and dumped.  A trigger makes the source function of it, so that a
-- restored database has its bindings again.

CREATE TABLE greenery.source_bindings (
	source text PRIMARY KEY,
	query text,
	bound_query text NOT NULL,
	parallel text NOT NULL DEFAULT 'safe' CHECK (parallel IN ('safe', 'restricted', 'unsafe')),
	relations text[] NOT NULL DEFAULT '{}',
	made_from jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(made_from) = 'object'),
	columns jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(columns) = 'object'),
	time_zone text,
	accepted jsonb CHECK (jsonb_typeof(accepted) = 'object'),
	bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	bound_by text NOT NULL
);
-- dumped: made by users
SELECT pg_catalog.pg_extension_config_dump('greenery.source_bindings', '');

COMMENT ON TABLE greenery.source_bindings IS
	'One row per source that is bound to the shop''s own tables, or absent. greenery_bind() and greenery_unbind() change it; a source without a row is its raw table.';
COMMENT ON COLUMN greenery.source_bindings.source IS 'The source.';
COMMENT ON COLUMN greenery.source_bindings.query IS 'The query as it was given; NULL where the shop has no such rows.';
COMMENT ON COLUMN greenery.source_bindings.bound_query IS 'What the source function runs: every name has its schema.';
COMMENT ON COLUMN greenery.source_bindings.parallel IS 'Whether parallel workers can run the query: as the functions that it calls are labelled.';
COMMENT ON COLUMN greenery.source_bindings.relations IS 'The relations that the query names.';
COMMENT ON COLUMN greenery.source_bindings.made_from IS 'The columns that the query reads and their types when it was bound: {"relation": {"column": "type"}}.';
COMMENT ON COLUMN greenery.source_bindings.columns IS 'For each column of the source: bound or not bound.';
COMMENT ON COLUMN greenery.source_bindings.time_zone IS 'The time zone of times without one.';
COMMENT ON COLUMN greenery.source_bindings.accepted IS 'The shop''s own values of columns: {"status": ["paid", "sent"]}.';
COMMENT ON COLUMN greenery.source_bindings.bound_at IS 'When it was bound.';
COMMENT ON COLUMN greenery.source_bindings.bound_by IS 'By which role.';

CREATE FUNCTION greenery.query_of_source(source text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $query_of_source$
	SELECT coalesce((SELECT b.bound_query FROM greenery.source_bindings b WHERE b.source = query_of_source.source),
					greenery.raw_query(query_of_source.source))
$query_of_source$;
COMMENT ON FUNCTION greenery.query_of_source(text) IS
	'What a source function is to run: what its binding says, or its raw table.';

CREATE FUNCTION greenery.audited_binding(source text) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $audited_binding$
	SELECT to_jsonb(b) - '{made_from,columns,bound_query,parallel,bound_at,bound_by}'::text[]
	FROM greenery.source_bindings b WHERE b.source = audited_binding.source
$audited_binding$;
COMMENT ON FUNCTION greenery.audited_binding(text) IS
	'What greenery.changes keeps of a binding; NULL when the source has none.';

-- Bodies are not checked: a dump is restored before the shop's tables are, and where they are
-- missing greenery_bindings() says so.
CREATE FUNCTION greenery.define_source(source text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET check_function_bodies = off
AS $define_source$
DECLARE
	function CONSTANT text := (SELECT s.function FROM greenery.sources s WHERE s.source = define_source.source);
	parallel CONSTANT text := (SELECT b.parallel FROM greenery.source_bindings b WHERE b.source = define_source.source);
BEGIN
	-- one of a later version
	IF function IS NULL THEN
		RETURN;
	END IF;
	EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS %s LANGUAGE sql STABLE PARALLEL %s AS %L',
				   function, pg_get_function_result(to_regproc(function)), coalesce(parallel, 'safe'),
				   greenery.query_of_source(source));
END
$define_source$;
COMMENT ON FUNCTION greenery.define_source(text) IS
	'Makes the source function of a source what its binding says, or the raw table.';

CREATE FUNCTION greenery.binding_changed() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_binding_changed';
COMMENT ON FUNCTION greenery.binding_changed() IS
	'Makes the source function again, with the rights of the extension''s owner.';
CREATE TRIGGER define_source AFTER INSERT OR UPDATE OR DELETE ON greenery.source_bindings
	FOR EACH ROW EXECUTE FUNCTION greenery.binding_changed();

CREATE FUNCTION greenery.check_source(source text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check_source$
BEGIN
	IF source IS NULL OR NOT EXISTS (SELECT FROM greenery.sources s WHERE s.source = check_source.source) THEN
		RAISE EXCEPTION 'unknown source: "%"', source
			USING ERRCODE = 'undefined_object',
				  HINT = format('Sources are %s.', (SELECT string_agg(quote_ident(s.source), ', ' ORDER BY s.position) FROM greenery.sources s));
	END IF;
END
$check_source$;
COMMENT ON FUNCTION greenery.check_source(text) IS 'Raises error 42704 unless the source exists.';

-- One that binds beside waits; in the middle of a build a source must not become another.
CREATE FUNCTION greenery.lock_bindings() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $lock_bindings$
BEGIN
	LOCK TABLE greenery.source_bindings IN SHARE ROW EXCLUSIVE MODE;
	-- Shared: the session that this one has waited for ends, and may give up the table first.
	-- If a build has it, the second call says so.
	IF NOT greenery.keep_builds_out(wait => false, shared => true) THEN
		PERFORM greenery.keep_builds_out();
	END IF;
END
$lock_bindings$;
COMMENT ON FUNCTION greenery.lock_bindings() IS
	'Keeps others from binding and building until the end of the transaction; error 55006 when a build is running.';

CREATE FUNCTION greenery.check_accepted(source text, accepted jsonb) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check_accepted$
DECLARE
	bad text;
BEGIN
	IF accepted IS NULL THEN
		RETURN;
	END IF;
	IF jsonb_typeof(accepted) <> 'object'
		OR EXISTS (SELECT FROM jsonb_each(accepted) e
					WHERE jsonb_typeof(e.value) <> 'array' OR jsonb_array_length(e.value) = 0
					   OR EXISTS (SELECT FROM jsonb_array_elements(e.value) v WHERE jsonb_typeof(v) <> 'string')) THEN
		RAISE EXCEPTION 'accepted values of source "%" must be an object of lists of texts', source
			USING ERRCODE = 'invalid_parameter_value', HINT = 'As in {"status": ["paid", "sent"]}.';
	END IF;
	SELECT e.key INTO bad FROM jsonb_object_keys(accepted) e (key)
	WHERE NOT EXISTS (SELECT FROM greenery.test_definitions d JOIN greenery.sources s ON s.staging = d.model
					   WHERE s.source = check_accepted.source AND d.builtin AND d.kind = 'accepted_values' AND d.column_name = e.key);
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'no test of source "%" has accepted values of column "%"', source, bad
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = coalesce((SELECT format('Columns with such a test: %s.', string_agg(d.column_name, ', '))
									FROM greenery.test_definitions d JOIN greenery.sources s ON s.staging = d.model
								   WHERE s.source = check_accepted.source AND d.builtin AND d.kind = 'accepted_values'
								  HAVING count(*) > 0),
								  'greenery_add_test() makes one.');
	END IF;
END
$check_accepted$;
COMMENT ON FUNCTION greenery.check_accepted(text, jsonb) IS
	'Raises error 22023 unless each key is a column of the source with a built-in accepted-values test, and its value a list of texts.';

-- What greenery_bind() does as the owner, when all has been looked at
CREATE FUNCTION greenery.store_binding(source text, query text, bound_query text, parallel text, relations text[],
									   made_from jsonb, columns jsonb, time_zone text, accepted jsonb)
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $store_binding$
#variable_conflict use_variable
DECLARE
	old CONSTANT jsonb := greenery.audited_binding(source);
BEGIN
	PERFORM greenery.check_accepted(source, accepted);
	INSERT INTO greenery.source_bindings
		(source, query, bound_query, parallel, relations, made_from, columns, time_zone, accepted, bound_by)
	VALUES (source, query, coalesce(bound_query, greenery.absent_query(source)), parallel, relations, made_from, columns,
			time_zone, accepted, greenery.caller())
	ON CONFLICT ON CONSTRAINT source_bindings_pkey DO UPDATE
		SET query = excluded.query, bound_query = excluded.bound_query, parallel = excluded.parallel, relations = excluded.relations,
			made_from = excluded.made_from, columns = excluded.columns, time_zone = excluded.time_zone,
			accepted = excluded.accepted, bound_at = excluded.bound_at, bound_by = excluded.bound_by;
	PERFORM greenery.record_change('binding', source, CASE WHEN old IS NULL THEN 'add' ELSE 'alter' END, old,
								   greenery.audited_binding(source));
END
$store_binding$;
COMMENT ON FUNCTION greenery.store_binding(text, text, text, text, text[], jsonb, jsonb, text, jsonb) IS
	'Stores a binding, whose trigger makes the source function.';

CREATE FUNCTION greenery.absent_query(source text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $absent_query$
	SELECT format('SELECT %s, NULL::pg_catalog.jsonb WHERE false',
				  string_agg(format('NULL::%s', format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum))
	FROM greenery.sources r
	JOIN pg_attribute a ON a.attrelid = greenery.relation_named(r.relation)
	WHERE r.source = absent_query.source AND a.attnum > 0 AND NOT a.attisdropped
$absent_query$;
COMMENT ON FUNCTION greenery.absent_query(text) IS
	'The query of the source function of a source that the shop has not got: no row.';

CREATE FUNCTION @extschema@.greenery_bind(source text, query text, time_zone text DEFAULT NULL, accepted jsonb DEFAULT NULL)
	RETURNS TABLE (column_name text, status text, expression text, type text, note text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_bind(text, text, text, jsonb) IS
	'Puts a SELECT over the shop''s own tables, or a relation by its name, behind a source (users, addresses, products, promos, orders, order_items or events): its output columns are named as the source''s. NULL: the shop has no such rows. time_zone is that of times without zone; accepted, as {"status": ["paid"]}, are the shop''s own values for accepted-values tests. Returns a row for each column of the source: bound, from what expression and type, or not bound; output columns that the source does not know are carried in attributes. After an error the old binding stays. For the owner of the extension. Errors: 42501, 42704 for a source that does not exist, 42703 without a key column, 42804 for a type that does not fit, 42701 for two columns of one name, 22023, 0A000, 55006 during a build.';

CREATE FUNCTION greenery.unbind(source text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $unbind$
DECLARE
	old jsonb;
BEGIN
	PERFORM greenery.check_source(source);
	PERFORM greenery.lock_bindings();
	old := greenery.audited_binding(source);
	DELETE FROM greenery.source_bindings b WHERE b.source = unbind.source;
	IF FOUND THEN
		PERFORM greenery.record_change('binding', source, 'drop', old, NULL::jsonb);
	END IF;
END
$unbind$;
COMMENT ON FUNCTION greenery.unbind(text) IS 'greenery_unbind(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_unbind(source text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_unbind(text) IS
	'Makes a source its raw table again. Without effect where it is. For the owner of the extension. Errors: 42704 for a source that does not exist, 55006 during a build.';

CREATE FUNCTION greenery.is_replaced(source text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $is_replaced$
	SELECT (SELECT p.prosrc FROM greenery.sources s JOIN pg_proc p ON p.oid = to_regproc(s.function)
			 WHERE s.source = is_replaced.source) IS DISTINCT FROM greenery.query_of_source(is_replaced.source)
$is_replaced$;
COMMENT ON FUNCTION greenery.is_replaced(text) IS
	'Whether a source function is not what its binding says: somebody has made another.';

CREATE FUNCTION greenery.rebind()
	RETURNS TABLE (source text, repaired boolean)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $rebind$
BEGIN
	PERFORM greenery.lock_bindings();
	FOR source, repaired IN
		SELECT s.source, greenery.is_replaced(s.source) FROM greenery.sources s ORDER BY s.position
	LOOP
		IF repaired THEN
			PERFORM greenery.define_source(source);
		END IF;
		RETURN NEXT;
	END LOOP;
END
$rebind$;
COMMENT ON FUNCTION greenery.rebind() IS 'greenery_rebind(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_rebind()
	RETURNS TABLE (source text, repaired boolean)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_rebind() IS
	'Makes each source function again what its binding says, where it is not: after data has been loaded with triggers off, or somebody has replaced a function. One row per source. For the owner of the extension. Error 55006 during a build.';

CREATE FUNCTION greenery.problem_of_source(source text) RETURNS text
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_problem_of_source';
COMMENT ON FUNCTION greenery.problem_of_source(text) IS
	'Why a source function cannot be run, or shows another type than it should; NULL when it can.';

CREATE FUNCTION greenery.obstacle_of_source(source text, key text) RETURNS text
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_obstacle_of_source';
COMMENT ON FUNCTION greenery.obstacle_of_source(text, text) IS
	'Why builds cannot look at the written rows of a source only; NULL when they can.';

CREATE FUNCTION greenery.id_indexes(source text) RETURNS text[]
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_id_indexes';
COMMENT ON FUNCTION greenery.id_indexes(text) IS
	'The CREATE INDEX statements of expressions by which the source''s ids can be looked up, where ids of the shop''s own table become text.';

-- What of the columns that a binding was made from is another now
CREATE FUNCTION greenery.drift_of_source(source text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $drift_of_source$
	SELECT string_agg(x.drift, '; ' ORDER BY x.relation, x.name)
	FROM greenery.source_bindings b
	CROSS JOIN LATERAL jsonb_each(b.made_from) r
	CROSS JOIN LATERAL (SELECT greenery.relation_named(r.key) AS oid) n
	CROSS JOIN LATERAL (
		SELECT r.key, NULL, format('%s does not exist', r.key)
		WHERE n.oid IS NULL
		UNION ALL
		SELECT r.key, c.key,
			CASE WHEN a.attname IS NULL THEN format('%s has no column "%s"', r.key, c.key)
				 ELSE format('%s.%I is %s and was %s', r.key, c.key, format_type(a.atttypid, a.atttypmod), c.value) END
		FROM jsonb_each_text(r.value) c
		LEFT JOIN pg_attribute a ON a.attrelid = n.oid AND a.attname = c.key AND NOT a.attisdropped
		WHERE n.oid IS NOT NULL
			AND (a.attname IS NULL OR format_type(a.atttypid, a.atttypmod) <> c.value)) x (relation, name, drift)
	WHERE b.source = drift_of_source.source
$drift_of_source$;
COMMENT ON FUNCTION greenery.drift_of_source(text) IS
	'What has changed of the columns that a source was bound to, as a text; NULL when nothing has.';

CREATE FUNCTION greenery.bindings()
	RETURNS TABLE (source text, state text, status text, relations text[], detail text,
				   incremental boolean, reason text, advice text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $bindings$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT s.source,
		CASE WHEN b.source IS NULL THEN 'raw' WHEN b.query IS NULL THEN 'absent' ELSE 'bound' END,
		CASE WHEN x.is_replaced THEN 'replaced'
			 WHEN p.problem IS NOT NULL AND d.drift IS NULL
				OR EXISTS (SELECT FROM unnest(b.relations) r WHERE greenery.relation_named(r) IS NULL) THEN 'missing'
			 WHEN d.drift IS NOT NULL THEN 'drifted'
			 ELSE 'ok' END,
		coalesce(b.relations, ARRAY[s.relation]),
		CASE WHEN x.is_replaced
				THEN 'the source function is not what the binding says: SELECT greenery_rebind()'
			 ELSE nullif(concat_ws('; ', p.problem, d.drift), '') END,
		b.source IS NOT NULL AND b.query IS NULL OR p.problem IS NULL AND o.obstacle IS NULL,
		CASE WHEN p.problem IS NULL AND (b.source IS NULL OR b.query IS NOT NULL) THEN o.obstacle END,
		CASE WHEN p.problem IS NULL AND b.query IS NOT NULL THEN array_to_string(greenery.id_indexes(s.source), '; ', '') END
	FROM greenery.sources s
	JOIN greenery.models m ON m.relation = s.staging
	LEFT JOIN greenery.source_bindings b ON b.source = s.source
	CROSS JOIN LATERAL (SELECT greenery.is_replaced(s.source) OFFSET 0) x
	CROSS JOIN LATERAL (SELECT greenery.problem_of_source(s.source) AS problem OFFSET 0) p
	CROSS JOIN LATERAL (SELECT greenery.drift_of_source(s.source) AS drift OFFSET 0) d
	CROSS JOIN LATERAL (SELECT CASE WHEN p.problem IS NULL THEN greenery.obstacle_of_source(s.source, m.key[1]) END AS obstacle OFFSET 0) o
	ORDER BY s.position;
END
$bindings$;
COMMENT ON FUNCTION greenery.bindings() IS 'greenery_bindings(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_bindings()
	RETURNS TABLE (source text, state text, status text, relations text[], detail text,
				   incremental boolean, reason text, advice text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_read_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_bindings() IS
	'The sources, one row each: raw, bound or absent; ok, drifted (columns that it was made from have changed), missing (a relation has gone, or it cannot be read) or replaced (somebody changed its function); the relations that it reads; what is wrong, as one line; whether builds can look at what was written only, and if not why; and the indexes on the shop''s own tables that look-ups of one user or order would use. For the owner of the extension.';

-- Moments from times that have no zone.  A column that becomes timestamptz later does not fit
-- any more, and is an error; a cast would read the caller's time zone in silence.
CREATE FUNCTION greenery.zoned(moment timestamp, zone text) RETURNS timestamptz
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN moment AT TIME ZONE zone;
COMMENT ON FUNCTION greenery.zoned(timestamp, text) IS
	'The moment at which clocks in a time zone show a time. NULL for NULL.';

-- And moments that have one: were the column to lose its zone, a cast would put in the caller's
CREATE FUNCTION greenery.zoned(moment timestamptz) RETURNS timestamptz
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN moment;
COMMENT ON FUNCTION greenery.zoned(timestamptz) IS
	'The moment itself. What a binding reads as a moment must have a time zone.';

CREATE FUNCTION greenery.zoned(moment timestamp) RETURNS timestamptz
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $zoned$
BEGIN
	RAISE EXCEPTION 'a column that was bound as a moment has no time zone any more'
		USING ERRCODE = 'datatype_mismatch',
			  HINT = 'greenery_bindings() names it. Bind the source again, with time_zone.';
END
$zoned$;
COMMENT ON FUNCTION greenery.zoned(timestamp) IS
	'Error 42804: what a binding reads as a moment had a time zone when it was bound.';

CREATE FUNCTION greenery.zoned(moment date) RETURNS timestamptz
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $zoned$
BEGIN
	RAISE EXCEPTION 'a column that was bound as a moment has no time zone any more'
		USING ERRCODE = 'datatype_mismatch',
			  HINT = 'greenery_bindings() names it. Bind the source again, with time_zone.';
END
$zoned$;
COMMENT ON FUNCTION greenery.zoned(date) IS
	'Error 42804: what a binding reads as a moment had a time zone when it was bound.';

CREATE FUNCTION greenery.attributes(VARIADIC "any") RETURNS jsonb
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_attributes';
COMMENT ON FUNCTION greenery.attributes(VARIADIC "any") IS
	'jsonb_build_object() of values whose JSON depends on no setting; bindings carry further columns with it.';

CREATE FUNCTION greenery.moment(value text, zone text) RETURNS timestamptz
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_moment';
COMMENT ON FUNCTION greenery.moment(text, text) IS
	'A moment written as ISO 8601: 2026-01-30, 2026-01-30 14:05, 2026-01-30T14:05:09.5+01:00, with a blank or T between day and time, and Z, UTC or an offset at the end; without one it is read in the time zone. NULL where it is none of these, whatever the session''s settings. Error 22023 for a time zone that does not exist.';
