-- What is published, as a source of dbt.

CREATE FUNCTION greenery.dbt_freshness(length interval) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN s.seconds % 86400 = 0 THEN format('{count: %s, period: day}', s.seconds / 86400)
				WHEN s.seconds % 3600 = 0 THEN format('{count: %s, period: hour}', s.seconds / 3600)
				ELSE format('{count: %s, period: minute}', (s.seconds + 59) / 60) END
	FROM (SELECT ceil(extract(epoch FROM length))::bigint AS seconds) s;
END;
COMMENT ON FUNCTION greenery.dbt_freshness(interval) IS
	'A length of time without months, as dbt writes how old data may be: in days, hours or minutes, rounded up to whole minutes. NULL for NULL.';

-- Tests that dbt has and that mean the same there.  It counts failing rows, and knows no share
-- of them.
CREATE VIEW greenery.dbt_column_tests AS
SELECT DISTINCT ON (t.model, t.column_name, t.kind)
	t.model,
	t.column_name,
	t.kind,
	CASE WHEN t.error_above IS NULL THEN 'warn' ELSE 'error' END AS severity,
	coalesce(t.warn_above, t.error_above) AS warn_above,
	t.error_above
FROM greenery.data_tests t
WHERE t.enabled
	AND t.kind IN ('not_null', 'unique')
	AND NOT t.args ? 'where'
	AND coalesce(t.warn_above, t.error_above) IS NOT NULL
	AND concat(t.warn_above, t.error_above) NOT LIKE '%\%%'
ORDER BY t.model, t.column_name, t.kind, t.test_id;
COMMENT ON VIEW greenery.dbt_column_tests IS
	'Data tests that greenery_dbt_sources() hands on: those of kind not_null and unique that judge all rows and count failures, one of a kind for each column.';
COMMENT ON COLUMN greenery.dbt_column_tests.model IS 'The tested relation, with its schema.';
COMMENT ON COLUMN greenery.dbt_column_tests.column_name IS 'The tested column.';
COMMENT ON COLUMN greenery.dbt_column_tests.kind IS 'not_null or unique.';
COMMENT ON COLUMN greenery.dbt_column_tests.severity IS 'Its highest severity: error or warn.';
COMMENT ON COLUMN greenery.dbt_column_tests.warn_above IS 'Warn when more rows fail than this.';
COMMENT ON COLUMN greenery.dbt_column_tests.error_above IS 'Error when more rows fail than this; NULL: never.';

-- How old a published table may be.  A data test of kind recency says how old its newest row may
-- be.  Elsewhere the time of the build is what there is to say, which a reader finds in
-- published_build.
CREATE FUNCTION greenery.dbt_freshness_of(relation text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT concat(
		E'        config:\n          freshness:',
		E'\n            warn_after: ' || greenery.dbt_freshness(f.warn_after),
		E'\n            error_after: ' || greenery.dbt_freshness(f.error_after),
		E'\n            filter: ' || greenery.dbt_text(f.filter),
		E'\n          ' || f.key || ': ', greenery.dbt_text(f.loaded_at), E'\n')
	FROM (
		(SELECT 1 AS preference,
			(t.args ->> 'warn_after')::interval AS warn_after,
			(t.args ->> 'error_after')::interval AS error_after,
			concat('(' || (t.args ->> 'where') || E'\n) AND ', 'isfinite(', c.name, ') AND ', c.name, ' <= ',
				   CASE WHEN c.type = 'timestamptz'::regtype THEN 'now()'
						ELSE format('CAST(now() AT TIME ZONE %s AS %s)', z.zone, format_type(c.type, NULL)) END) AS filter,
			'loaded_at_field' AS key,
			-- a time without zone is the shop's; a date lasts until its end
			CASE WHEN c.type = 'timestamptz'::regtype THEN c.name
				 WHEN c.type = 'date'::regtype THEN format('CAST(%s + 1 AS timestamp) AT TIME ZONE %s', c.name, z.zone)
				 ELSE format('%s AT TIME ZONE %s', c.name, z.zone) END AS loaded_at
		 FROM greenery.data_tests t
		 JOIN LATERAL (SELECT quote_ident(a.attname) AS name, a.atttypid AS type
						 FROM pg_attribute a
						WHERE a.attrelid = greenery.relation_named(t.model) AND a.attname = t.column_name
						  AND a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)) c ON true
		 CROSS JOIN (VALUES ('(SELECT b.timezone FROM greenery_published.published_build b)')) z (zone)
		 WHERE t.model = relation
			AND t.kind = 'recency'
			AND t.enabled
		 ORDER BY t.test_id
		 LIMIT 1)
		UNION ALL
		SELECT 2, interval '24 hours', interval '48 hours', NULL, 'loaded_at_query',
			'SELECT b.published_at FROM greenery_published.published_build b') f
	ORDER BY f.preference
	LIMIT 1;
END;
COMMENT ON FUNCTION greenery.dbt_freshness_of(text) IS
	'The config of a published table in dbt: how old its data may be, by the first data test of kind recency that its model has, else how old its build may be. NULL for NULL.';

CREATE FUNCTION @extschema@.greenery_dbt_sources() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH published AS (
		SELECT c.oid, c.relname::text AS name, m.relation
		FROM pg_class c
		LEFT JOIN greenery.models m ON m.model = c.relname AND m.layer = 'mart'
		WHERE c.relnamespace = 'greenery_published'::regnamespace
			AND (m.model IS NOT NULL
				 -- the views about builds and tests
				 OR c.relkind = 'v'
				 AND EXISTS (SELECT
							   FROM pg_depend d
							   JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
							  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
								AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'))
	)
	SELECT concat(
		E'version: 2\n\nsources:\n  - name: greenery\n    description: ',
		greenery.dbt_text(obj_description('greenery_published'::regnamespace, 'pg_namespace')),
		E'\n    schema: greenery_published\n    tables:\n',
		string_agg(concat(
			E'      - name: ', greenery.dbt_text(p.name),
			-- dbt puts quotes around it, and does not double those in it
			E'\n        identifier: ' || CASE WHEN strpos(p.name, '"') > 0 THEN greenery.dbt_text(replace(p.name, '"', '""')) END,
			E'\n        description: ' || greenery.dbt_text(obj_description(p.oid, 'pg_class')), E'\n',
			CASE WHEN p.relation IS NOT NULL THEN greenery.dbt_freshness_of(p.relation) END,
			E'        columns:\n', c.list), '' ORDER BY p.relation IS NULL, p.name COLLATE "C"))
	FROM published p
	CROSS JOIN LATERAL (
		SELECT string_agg(concat(
			E'          - name: ', greenery.dbt_text(a.attname),
			E'\n            description: ' || greenery.dbt_text(col_description(a.attrelid, a.attnum)),
			E'\n            data_type: ', greenery.dbt_text(format_type(a.atttypid, a.atttypmod)),
			CASE WHEN quote_ident(a.attname) <> a.attname THEN E'\n            quote: true' END,
			E'\n            data_tests:' || t.list, E'\n'), '' ORDER BY a.attnum) AS list
		FROM pg_attribute a
		CROSS JOIN LATERAL (
			SELECT string_agg(
				E'\n              - ' || t.kind
				|| CASE WHEN (t.severity, t.warn_above) = ('error', '0') AND t.error_above = '0' THEN ''
						ELSE concat(E':\n                  config:\n                    severity: ', t.severity,
									E'\n                    warn_if: ', greenery.dbt_text('>' || btrim(t.warn_above)),
									E'\n                    error_if: ' || greenery.dbt_text('>' || btrim(t.error_above))) END,
				'' ORDER BY t.kind) AS list
			FROM greenery.dbt_column_tests t
			WHERE t.model = p.relation
				AND t.column_name = a.attname
				-- nor here
				AND strpos(a.attname, '"') = 0) t
		WHERE a.attrelid = p.oid AND a.attnum > 0 AND NOT a.attisdropped) c;
END;
COMMENT ON FUNCTION @extschema@.greenery_dbt_sources() IS
	'What is published as a sources.yml for dbt 1.10 or later: source greenery, with a table for each mart, the users'' own models included, and for each view that tells of builds and tests. Descriptions are the comments. Data tests of kind not_null and unique come along where they judge all rows and count failures. freshness follows the table''s first data test of kind recency; a table without one warns when the published build is older than 24 hours, and is an error after 48.';
