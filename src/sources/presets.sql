-- Presets: how known platforms keep what the sources need.

CREATE TABLE greenery.presets (
	preset text PRIMARY KEY,
	title text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('shop', 'events', 'export')),
	fingerprint jsonb NOT NULL CHECK (jsonb_typeof(fingerprint) = 'object'),
	options jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
	severities jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(severities) = 'object'),
	tried_on text NOT NULL CHECK (tried_on IN ('rows', 'schema', 'facts')),
	notes text
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.presets IS
	'The platforms that greenery_bind_shop() knows, one row each.';
COMMENT ON COLUMN greenery.presets.preset IS 'Its name.';
COMMENT ON COLUMN greenery.presets.title IS 'The platform and its version.';
COMMENT ON COLUMN greenery.presets.kind IS 'shop, events (a collector of events) or export.';
COMMENT ON COLUMN greenery.presets.fingerprint IS 'The tables and columns that its queries read: {"table": ["column"]}.';
COMMENT ON COLUMN greenery.presets.options IS 'The options that it takes: {"identity": {"default": "account", "values": ["account", "email"], "description": "..."}}.';
COMMENT ON COLUMN greenery.presets.severities IS 'Built-in data tests that are another on this platform: {"52": "warn"}, or off.';
COMMENT ON COLUMN greenery.presets.tried_on IS 'What it was tried on: rows that the platform has written, its empty schema, or facts about it.';
COMMENT ON COLUMN greenery.presets.notes IS 'What its owner has to know.';

CREATE TABLE greenery.preset_queries (
	preset text NOT NULL,
	source text NOT NULL,
	variant jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(variant) = 'object'),
	query text,
	accepted jsonb,
	PRIMARY KEY (preset, source, variant)
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.preset_queries IS
	'The queries of presets, one row for each source, and for each variant of it.';
COMMENT ON COLUMN greenery.preset_queries.preset IS 'The preset.';
COMMENT ON COLUMN greenery.preset_queries.source IS 'The source.';
COMMENT ON COLUMN greenery.preset_queries.variant IS 'The options for which it is: {"identity": "email"}. The one with most of them is taken.';
COMMENT ON COLUMN greenery.preset_queries.query IS 'The query, with {schema} and {option}; NULL where the platform has no such rows.';
COMMENT ON COLUMN greenery.preset_queries.accepted IS 'The platform''s own values of columns.';

-- What a schema does not have of what a preset reads, as a text; NULL where it has all.  With
-- queries, only the tables that these name count: a module of the platform may not be installed.
CREATE FUNCTION greenery.missing_of_preset(preset text, schema text, queries text DEFAULT NULL) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $missing$
	SELECT string_agg(CASE WHEN c.oid IS NULL THEN format('table %I', t.key) ELSE m.columns END, '; ' ORDER BY t.key COLLATE "C")
	FROM greenery.presets p
	CROSS JOIN LATERAL jsonb_each(p.fingerprint) t
	LEFT JOIN pg_class c ON c.relname = t.key AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = missing_of_preset.schema)
	CROSS JOIN LATERAL (
		SELECT format('%I.%s', t.key, string_agg(quote_ident(e.name), format(', %I.', t.key) ORDER BY e.name COLLATE "C"))
		FROM jsonb_array_elements_text(t.value) e (name)
		WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = e.name AND a.attnum > 0 AND NOT a.attisdropped)
		HAVING count(*) > 0) m (columns)
	WHERE p.preset = missing_of_preset.preset AND (c.oid IS NULL OR m.columns IS NOT NULL)
		AND (queries IS NULL OR strpos(queries, format('%I.%I', missing_of_preset.schema, t.key)) > 0)
$missing$;
COMMENT ON FUNCTION greenery.missing_of_preset(text, text, text) IS
	'The tables and columns that a preset, or these queries of it, reads and that a schema does not have, as a text; NULL when it has all.';

CREATE FUNCTION @extschema@.greenery_detect_shop(schema text DEFAULT NULL)
	RETURNS TABLE (schema_name text, preset text, title text, is_complete boolean, missing text)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $detect$
	SELECT n.nspname::text, p.preset, p.title, m.missing IS NULL, m.missing
	FROM pg_namespace n
	CROSS JOIN greenery.presets p
	CROSS JOIN LATERAL (
		SELECT count(*) AS tables, count(c.oid) AS found
		FROM jsonb_object_keys(p.fingerprint) t (name)
		LEFT JOIN pg_class c ON c.relname = t.name AND c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')) f
	CROSS JOIN LATERAL (SELECT greenery.missing_of_preset(p.preset, n.nspname::text) AS missing) m
	WHERE n.nspname !~ '^(pg_|greenery|information_schema$)'
		AND (greenery_detect_shop.schema IS NULL OR n.nspname = greenery_detect_shop.schema)
		AND f.found * 2 >= f.tables AND f.found > 0
	ORDER BY n.nspname COLLATE "C", m.missing IS NOT NULL, f.tables DESC, p.preset COLLATE "C"
$detect$;
COMMENT ON FUNCTION @extschema@.greenery_detect_shop(text) IS
	'The platforms whose tables a schema has, or with NULL each schema: one row for each preset of which it has at least half of the tables, with the tables and columns that are missing.';

CREATE FUNCTION greenery.preset_option(preset text, options jsonb, name text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $preset_option$
	SELECT CASE WHEN preset_option.options ? name THEN preset_option.options ->> name ELSE p.options -> name ->> 'default' END
	FROM greenery.presets p WHERE p.preset = preset_option.preset
$preset_option$;
COMMENT ON FUNCTION greenery.preset_option(text, jsonb, text) IS
	'The value of an option of a preset: the one that is given, else its default.';

-- The calls that a preset stands for
CREATE FUNCTION greenery.preset_calls(preset text, schema text, options jsonb, must_fit boolean)
	RETURNS TABLE (source text, query text, time_zone text, accepted jsonb)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $preset_calls$
#variable_conflict use_variable
DECLARE
	known jsonb;
	bad text;
	missing text;
BEGIN
	SELECT p.options INTO known FROM greenery.presets p WHERE p.preset = preset_calls.preset;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'unknown preset: "%"', preset
			USING ERRCODE = 'undefined_object',
				  HINT = format('Presets are %s.', (SELECT string_agg(p.preset, ', ' ORDER BY p.preset COLLATE "C") FROM greenery.presets p));
	END IF;
	IF jsonb_typeof(options) <> 'object' THEN
		RAISE EXCEPTION 'options must be a JSON object'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'As in {"currency": "eur"}.';
	END IF;
	SELECT k INTO bad FROM jsonb_object_keys(options) k WHERE NOT known ? k LIMIT 1;
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'preset "%" has no option "%"', preset, bad
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = coalesce((SELECT format('Its options are %s.', string_agg(k, ', ' ORDER BY k COLLATE "C")) FROM jsonb_object_keys(known) k HAVING count(*) > 0),
								  'It takes no options.');
	END IF;
	IF must_fit AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = schema) THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema USING ERRCODE = 'invalid_schema_name';
	END IF;
	-- a misspelt value would choose another query in silence
	SELECT format('option "%s" of preset "%s" cannot be %s', k.key, preset, quote_literal(k.value)),
		   format('It is one of %s.', (SELECT string_agg(quote_literal(v), ', ') FROM jsonb_array_elements_text(known -> k.key -> 'values') v))
	  INTO bad, missing
	  FROM jsonb_each_text(options) k
	 WHERE known -> k.key ? 'values' AND NOT coalesce(known -> k.key -> 'values' ? k.value, false)
	 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '%', bad USING ERRCODE = 'invalid_parameter_value', HINT = missing;
	END IF;
	missing := greenery.missing_of_preset(preset, schema,
		(SELECT string_agg(c.query, E'\n') FROM greenery.preset_texts(preset, schema, options) c));
	IF must_fit AND missing IS NOT NULL THEN
		RAISE EXCEPTION 'schema "%" is not what preset "%" expects', schema, preset
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = format('It does not have: %s.', missing),
				  HINT = 'Is it another version of the platform? greenery_detect_shop() names the presets that fit; greenery_bind_shop_sql() gives the calls to edit.';
	END IF;
	RETURN QUERY SELECT c.* FROM greenery.preset_texts(preset, schema, options) c;
END
$preset_calls$;
COMMENT ON FUNCTION greenery.preset_calls(text, text, jsonb, boolean) IS
	'What greenery_bind() is called with for a preset: one row per source. Errors as greenery_bind_shop(); where the schema does not have what is read, only if it must fit.';

CREATE FUNCTION greenery.preset_texts(preset text, schema text, options jsonb)
	RETURNS TABLE (source text, query text, time_zone text, accepted jsonb)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $preset_texts$
#variable_conflict use_column
DECLARE
	name text;
BEGIN
	FOR source, query, accepted IN
		SELECT DISTINCT ON (s.position) s.source, q.query, q.accepted
		FROM greenery.preset_queries q
		JOIN greenery.sources s ON s.source = q.source
		WHERE q.preset = preset_texts.preset
			AND NOT EXISTS (SELECT FROM jsonb_each_text(q.variant) v
							 WHERE greenery.preset_option(preset_texts.preset, options, v.key) IS DISTINCT FROM v.value)
		ORDER BY s.position, (SELECT count(*) FROM jsonb_object_keys(q.variant)) DESC
	LOOP
		query := replace(query, '{schema}', quote_ident(schema));
		FOR name IN SELECT k FROM greenery.presets p, jsonb_object_keys(p.options) k WHERE p.preset = preset_texts.preset LOOP
			query := replace(query, format('{%s}', name), quote_nullable(greenery.preset_option(preset_texts.preset, options, name)));
		END LOOP;
		time_zone := CASE WHEN query IS NOT NULL THEN greenery.preset_option(preset_texts.preset, options, 'time_zone') END;
		query := btrim(query, E' \n\t');
		RETURN NEXT;
	END LOOP;
END
$preset_texts$;
COMMENT ON FUNCTION greenery.preset_texts(text, text, jsonb) IS
	'The same without looking whether the schema has what the preset reads.';

CREATE FUNCTION @extschema@.greenery_bind_shop_sql(platform text, schema text DEFAULT 'public', options jsonb DEFAULT '{}')
	RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $bind_shop_sql$
	SELECT coalesce(string_agg(format(E'SELECT * FROM greenery_bind(%L, %s%s%s);\n', c.source,
					CASE WHEN c.query IS NULL THEN 'NULL' ELSE format(E'$query$\n%s\n$query$', c.query) END,
					CASE WHEN c.time_zone IS NOT NULL THEN format(', time_zone => %L', c.time_zone) END,
					CASE WHEN c.accepted IS NOT NULL THEN format(E',\n\taccepted => %L', c.accepted) END), '' ORDER BY c.n), '')
		|| coalesce((SELECT string_agg(CASE WHEN s.value = 'off' THEN format(E'SELECT greenery_alter_test(%s, enabled => false);\n', s.key)
											ELSE format(E'SELECT greenery_alter_test(%s, severity => %L);\n', s.key, s.value) END, '' ORDER BY s.key::integer)
					   FROM greenery.presets p, jsonb_each_text(p.severities) s WHERE p.preset = platform), '')
	FROM greenery.preset_calls(platform, schema, options, false) WITH ORDINALITY c (source, query, time_zone, accepted, n)
$bind_shop_sql$;
COMMENT ON FUNCTION @extschema@.greenery_bind_shop_sql(text, text, jsonb) IS
	'The calls that greenery_bind_shop() makes, as text to read and edit; the schema need not have what they read. Errors as there otherwise.';

CREATE FUNCTION @extschema@.greenery_bind_shop(platform text, schema text DEFAULT 'public', options jsonb DEFAULT '{}')
	RETURNS TABLE (source_name text, column_name text, finding text, rows bigint, share double precision, detail text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $bind_shop$
#variable_conflict use_column
DECLARE
	c record;
BEGIN
	PERFORM greenery.about_to_write('greenery_bind_shop');
	FOR c IN SELECT * FROM greenery.preset_calls(platform, schema, options, true) LOOP
		PERFORM FROM @extschema@.greenery_bind(c.source::text, c.query::text, c.time_zone::text, c.accepted::jsonb);
	END LOOP;
	FOR c IN SELECT s.key::bigint AS test_id, s.value FROM greenery.presets p, jsonb_each_text(p.severities) s WHERE p.preset = platform ORDER BY 1 LOOP
		IF c.value = 'off' THEN
			PERFORM @extschema@.greenery_alter_test(c.test_id::bigint, NULL::text, NULL::text, NULL::text, false, NULL::text, NULL::text, NULL::jsonb);
		ELSE
			PERFORM @extschema@.greenery_alter_test(c.test_id::bigint, c.value::text, NULL::text, NULL::text, NULL::boolean, NULL::text, NULL::text, NULL::jsonb);
		END IF;
	END LOOP;
	RETURN QUERY
		SELECT s.source, NULL::text, CASE WHEN b.query IS NULL THEN 'absent' ELSE 'bound' END, NULL::bigint, NULL::double precision,
			CASE WHEN b.query IS NULL THEN 'the platform has no such rows' ELSE array_to_string(b.relations, ', ') END
		FROM greenery.sources s JOIN greenery.source_bindings b ON b.source = s.source
		ORDER BY s.position;
	RETURN QUERY SELECT * FROM @extschema@.greenery_check_binding() k WHERE k.finding <> 'absent';
END
$bind_shop$;
COMMENT ON FUNCTION @extschema@.greenery_bind_shop(text, text, jsonb) IS
	'Binds the sources to the tables of a known platform: those that its preset has, the others stay as they are. Then checks: a row per source, and one for each finding of greenery_check_binding(). options as greenery.presets lists them. All or nothing. For the owner of the extension. Errors: 42704 for a platform that it does not know, 3F000, 22023 for an option that it does not know, 55000 where the schema lacks tables or columns, named; and as greenery_bind().';
