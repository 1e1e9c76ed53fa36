-- The sources, and where their histories are recorded.
--
-- One list, to which each source's own file adds its row: what is loaded, what loaders may
-- write, which staging view shows it.

CREATE TABLE greenery.sources (
	source text PRIMARY KEY,
	relation text NOT NULL UNIQUE,
	function text NOT NULL UNIQUE,
	staging text NOT NULL UNIQUE,
	position integer NOT NULL UNIQUE
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.sources IS
	'The sources, one row each: what the marts are made from in the end.';
COMMENT ON COLUMN greenery.sources.source IS 'Name of the source.';
COMMENT ON COLUMN greenery.sources.relation IS 'Its raw table, for a shop without a table of its own.';
COMMENT ON COLUMN greenery.sources.function IS 'The function that the staging view reads.';
COMMENT ON COLUMN greenery.sources.staging IS 'The staging view.';
COMMENT ON COLUMN greenery.sources.position IS 'Its position: a source that others refer to comes before them.';

-- What a source function says without a binding.  Cleaning ids belongs here, and not to the
-- staging view: there it would stand between an index on a shop's own ids and who looks one up.
CREATE FUNCTION greenery.raw_query(source text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $raw_query$
	SELECT format(E'SELECT %s,\n\tNULL::pg_catalog.jsonb\nFROM %s s',
				  string_agg(format(CASE WHEN a.attname LIKE '%\_id' AND a.atttypid = 'text'::regtype
									THEN 'greenery.clean_text(s.%I)' ELSE 's.%I' END, a.attname),
							 ', ' ORDER BY a.attnum), r.relation)
	FROM greenery.sources r
	JOIN pg_attribute a ON a.attrelid = greenery.relation_named(r.relation)
	WHERE r.source = raw_query.source AND a.attnum > 0 AND NOT a.attisdropped
	GROUP BY r.relation
$raw_query$;
COMMENT ON FUNCTION greenery.raw_query(text) IS
	'The query of a source function over its raw table.';

-- The row type is final.  A string body, because nothing may depend on the relation it reads;
-- inlined by the planner, which SET, STRICT or SECURITY DEFINER would prevent.
CREATE FUNCTION greenery.register_source(source text, place integer) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $register_source$
DECLARE
	row_type CONSTANT text := (
		SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
		FROM pg_attribute a
		WHERE a.attrelid = format('greenery.%I', source)::regclass AND a.attnum > 0 AND NOT a.attisdropped);
BEGIN
	INSERT INTO greenery.sources (source, relation, function, staging, position)
	VALUES (source, format('greenery.%I', source), format('greenery.%I', 'source_' || source),
			format('greenery.%I', 'stg_' || source), place);
	EXECUTE format('CREATE FUNCTION greenery.%I() RETURNS TABLE (%s, attributes jsonb) LANGUAGE sql STABLE PARALLEL SAFE AS %L',
				   'source_' || source, row_type, greenery.raw_query(source));
	EXECUTE format('COMMENT ON FUNCTION greenery.%I() IS %L', 'source_' || source,
				   format('The source behind stg_%s: one row for each row of the shop''s %s, read with the caller''s own rights. attributes holds further columns as JSON, NULL when there are none.',
						  source, replace(source, '_', ' ')));
END
$register_source$;
COMMENT ON FUNCTION greenery.register_source(text, integer) IS
	'Makes the source function of a raw table, with its columns and then attributes, and adds the source to the list. For scripts of the extension.';

CREATE TABLE greenery.histories (
	history text PRIMARY KEY,
	staging text NOT NULL,
	key text NOT NULL,
	columns text[] NOT NULL CHECK (cardinality(columns) > 0),
	position integer NOT NULL UNIQUE
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.histories IS
	'The histories that greenery_record_history() records, one row each.';
COMMENT ON COLUMN greenery.histories.history IS 'Its table, in schema greenery.';
COMMENT ON COLUMN greenery.histories.staging IS 'The staging view of which it records columns, in schema greenery.';
COMMENT ON COLUMN greenery.histories.key IS 'The column that identifies what a row describes.';
COMMENT ON COLUMN greenery.histories.columns IS 'The columns that are recorded.';
COMMENT ON COLUMN greenery.histories.position IS 'When it is its turn.';
