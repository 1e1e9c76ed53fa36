-- The metrics for a semantic layer.

CREATE FUNCTION greenery.is_metric_name(name text) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT name ~ '^[a-z](_?[a-z0-9])+$'
		AND name <> ALL ('{metric_time,mf_internal_uuid,nanosecond,microsecond,millisecond,second,minute,hour,day,week,month,quarter,year}'::text[])
		-- those that PostgreSQL wants in quotes
		AND NOT EXISTS (SELECT FROM pg_get_keywords() k WHERE k.word = name AND k.catcode IN ('R', 'T'));
END;
COMMENT ON FUNCTION greenery.is_metric_name(text) IS
	'Whether MetricFlow takes a name: two or more small letters, digits and single underscores, no underscore at an end, and none of the words that it or SQL reserves.';

-- The marts that measures are about, and the users' own, whose columns then group these
-- measures: an entity is a column that has the name and type of the key of one of the former.
CREATE VIEW greenery.semantic_columns AS
SELECT
	m.model,
	a.attnum AS position,
	a.attname::text AS name,
	NULL AS expression,
	CASE WHEN k.column_name IS NOT NULL THEN CASE WHEN m.key = ARRAY[a.attname::text] THEN 'primary' ELSE 'foreign' END
		 WHEN a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'time'
		 ELSE 'categorical' END AS type,
	col_description(a.attrelid, a.attnum) AS description
FROM greenery.models m
LEFT JOIN greenery.metric_models b ON b.model = m.model
JOIN pg_attribute a
	ON a.attrelid = greenery.relation_named(format('greenery_published.%I', m.model))
	AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN (
	SELECT DISTINCT e.key[1] AS column_name, f.atttypid AS type
	FROM greenery.metric_models o
	JOIN greenery.models e ON e.model = o.model
	JOIN pg_attribute f
		ON f.attrelid = greenery.relation_named(format('greenery_published.%I', e.model)) AND f.attname = e.key[1]
) k ON k.column_name = a.attname AND k.type = a.atttypid
WHERE m.layer = 'mart'
	AND greenery.is_metric_name(m.model)
	AND greenery.is_metric_name(a.attname)
	AND a.attname <> m.model
	AND CASE WHEN b.model IS NOT NULL THEN k.column_name IS NOT NULL OR a.attname = b.time_dimension OR a.attname = ANY (b.dimensions)
			 ELSE NOT m.builtin
				AND (k.column_name IS NOT NULL
					 OR a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'boolean'::regtype,
									   'text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)) END
UNION ALL
SELECT b.model, 0, b.time_dimension, b.time_expression, 'time', 'The day of it, in the shop''s time zone.'
FROM greenery.metric_models b
WHERE b.time_expression IS NOT NULL;
COMMENT ON VIEW greenery.semantic_columns IS
	'The entities and dimensions of greenery_metrics_yaml(): one row per column.';
COMMENT ON COLUMN greenery.semantic_columns.model IS 'The mart.';
COMMENT ON COLUMN greenery.semantic_columns.position IS 'Position of the column; 0 for an expression.';
COMMENT ON COLUMN greenery.semantic_columns.name IS 'Its name.';
COMMENT ON COLUMN greenery.semantic_columns.expression IS 'The day in SQL, where it is no column.';
COMMENT ON COLUMN greenery.semantic_columns.type IS 'primary or foreign, of an entity; time or categorical, of a dimension.';
COMMENT ON COLUMN greenery.semantic_columns.description IS 'What it means.';

CREATE FUNCTION @extschema@.greenery_metrics_yaml() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT concat(E'version: 2\n\nsemantic_models:\n', models.list, E'\nmetrics:\n', metrics.list)
	FROM (
		SELECT string_agg(concat(
			'  - name: ', greenery.dbt_text(m.model),
			E'\n    description: ' || greenery.dbt_text(obj_description(greenery.relation_named(format('greenery_published.%I', m.model)), 'pg_class')),
			E'\n    model: ', greenery.dbt_text(format('ref(''%s'')', m.model)),
			E'\n    defaults:\n      agg_time_dimension: ' || greenery.dbt_text(b.time_dimension),
			-- a key that is no entity
			CASE WHEN NOT coalesce(c.has_primary, false) THEN E'\n    primary_entity: ' || greenery.dbt_text(m.model) END,
			E'\n    entities:' || c.entities,
			E'\n    dimensions:' || c.dimensions,
			E'\n    measures:' || s.measures, E'\n'), '' ORDER BY b.model IS NULL, m.model COLLATE "C") AS list
		FROM greenery.models m
		LEFT JOIN greenery.metric_models b ON b.model = m.model
		CROSS JOIN LATERAL (
			SELECT
				bool_or(x.type = 'primary') AS has_primary,
				string_agg(concat(E'\n      - name: ', greenery.dbt_text(x.name), E'\n        type: ', x.type), ''
						   ORDER BY x.type DESC, x.position) FILTER (WHERE x.type IN ('primary', 'foreign')) AS entities,
				string_agg(concat(
					E'\n      - name: ', greenery.dbt_text(x.name),
					E'\n        description: ' || greenery.dbt_text(x.description),
					E'\n        expr: ' || greenery.dbt_text(x.expression),
					E'\n        type: ', x.type,
					CASE x.type WHEN 'time' THEN E'\n        type_params:\n          time_granularity: day' END), ''
					ORDER BY x.type DESC, x.position) FILTER (WHERE x.type IN ('time', 'categorical')) AS dimensions
			FROM greenery.semantic_columns x
			WHERE x.model = m.model) c
		CROSS JOIN LATERAL (
			SELECT string_agg(concat(
				E'\n      - name: ', greenery.dbt_text(y.measure),
				E'\n        description: ', greenery.dbt_text(y.description),
				E'\n        agg: ', y.aggregate,
				E'\n        expr: ', greenery.dbt_text(CASE y.aggregate WHEN 'sum' THEN format('CASE WHEN %s THEN %s END', y.condition, y.summand)
																ELSE y.condition END)),
				'' ORDER BY y.measure COLLATE "C") AS measures
			FROM greenery.metric_measures y
			WHERE y.model = m.model) s
		WHERE m.layer = 'mart'
			AND greenery.is_metric_name(m.model)
			AND (b.model IS NOT NULL
				 OR NOT m.builtin AND concat(c.entities, c.dimensions) <> '')
	) models
	CROSS JOIN (
		SELECT string_agg(concat(
			'  - name: ', greenery.dbt_text(d.name),
			E'\n    label: ', greenery.dbt_text(upper(left(d.name, 1)) || replace(substr(d.name, 2), '_', ' ')),
			E'\n    description: ', greenery.dbt_text(d.definition),
			CASE WHEN d.denominator IS NULL THEN
				concat(E'\n    type: simple\n    type_params:\n      measure: ', greenery.dbt_text(d.numerator))
			ELSE
				concat(E'\n    type: ratio\n    type_params:\n      numerator: ', greenery.dbt_text(d.numerator),
					   E'\n      denominator: ', greenery.dbt_text(d.denominator)) END, E'\n'),
			'' ORDER BY d.headline DESC, d.name COLLATE "C") AS list
		FROM (
			SELECT h.name, h.definition, h.numerator, h.denominator, true AS headline
			FROM greenery.metric_definitions h
			UNION ALL
			-- a ratio is one of metrics
			SELECT y.measure, y.description, y.measure, NULL, false
			FROM greenery.metric_measures y
			WHERE y.measure NOT IN (SELECT h.name FROM greenery.metric_definitions h)
		) d
	) metrics;
END;
COMMENT ON FUNCTION @extschema@.greenery_metrics_yaml() IS
	'The metrics of greenery.metrics for the semantic layer of dbt: semantic_models and metrics as MetricFlow reads them from dbt 1.6 on. Each semantic model is over a dbt model of the name of its mart. Definitions are those of greenery.metric_definitions, descriptions the comments. The users'' own models are semantic models without measures, so that their columns group the metrics; models and columns whose names MetricFlow does not take are left out.';
