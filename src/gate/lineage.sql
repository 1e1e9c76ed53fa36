-- Lineage: what each model is made from, as the catalog knows it.

-- Dependencies of a view are recorded for its rule; helper views and SQL functions
-- in between are passed through.
CREATE VIEW greenery.model_dependencies AS
WITH RECURSIVE reference (model, classid, objid) AS (
	SELECT m.model, 'pg_class'::regclass::oid, greenery.relation_named(m.relation)
	FROM greenery.models m
	WHERE greenery.relation_named(m.relation) IS NOT NULL
	UNION
	-- features are read by dynamic SQL, which leaves no trace in the catalog
	SELECT 'repeat_indicators', 'pg_class'::regclass::oid, greenery.relation_named(f.relation)
	FROM greenery.features f
	WHERE greenery.relation_named(f.relation) IS NOT NULL
	UNION
	SELECT r.model, d.refclassid, d.refobjid
	FROM reference r
	LEFT JOIN greenery.models known
		ON r.classid = 'pg_class'::regclass AND r.objid = greenery.relation_named(known.relation)
	LEFT JOIN pg_rewrite w
		ON r.classid = 'pg_class'::regclass AND w.ev_class = r.objid
	JOIN pg_depend d
		ON (d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
			OR r.classid = 'pg_proc'::regclass AND d.classid = r.classid AND d.objid = r.objid)
	WHERE d.deptype = 'n'
		AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
		AND (d.refclassid, d.refobjid) <> (r.classid, r.objid)
		-- another model is where a path ends
		AND (known.model IS NULL OR known.model = r.model)
)
SELECT DISTINCT
	r.model,
	coalesce(m.model, p.source, format('%s.%s', n.nspname, c.relname)) AS depends_on,
	CASE WHEN m.model IS NOT NULL THEN 'model'
		 WHEN p.source IS NOT NULL THEN 'source'
		 ELSE 'table' END AS kind
FROM reference r
LEFT JOIN greenery.models m
	ON r.classid = 'pg_class'::regclass AND r.objid = greenery.relation_named(m.relation)
LEFT JOIN pg_class c
	ON r.classid = 'pg_class'::regclass AND c.oid = r.objid AND c.relkind IN ('r', 'p', 'f', 'm')
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
	SELECT f.oid, substr(f.proname, 8) AS source
	FROM pg_proc f
	WHERE f.pronamespace = 'greenery'::regnamespace AND f.proname LIKE 'source\_%'
) p ON r.classid = 'pg_proc'::regclass AND p.oid = r.objid
WHERE m.model IS DISTINCT FROM r.model
	AND (m.model IS NOT NULL OR p.source IS NOT NULL OR c.oid IS NOT NULL AND n.nspname <> 'pg_catalog');

COMMENT ON VIEW greenery.model_dependencies IS
	'One row per edge: a model, and what it is made from.';
COMMENT ON COLUMN greenery.model_dependencies.model IS 'The model.';
COMMENT ON COLUMN greenery.model_dependencies.depends_on IS 'A model, a source, or a table with its schema.';
COMMENT ON COLUMN greenery.model_dependencies.kind IS 'model, source or table.';

-- The edges are looked up once: they come from a recursion of their own.  No level
-- exceeds the number of models, unless a view was redefined to read itself.
CREATE VIEW greenery.build_order AS
WITH RECURSIVE edge AS MATERIALIZED (
	SELECT d.model, d.depends_on
	FROM greenery.model_dependencies d
	WHERE d.kind = 'model'
), depth (model, level) AS (
	SELECT m.model, 0 FROM greenery.models m
	UNION
	SELECT e.model, p.level + 1
	FROM depth p
	JOIN edge e ON e.depends_on = p.model
	WHERE p.level < (SELECT count(*) FROM greenery.models)
)
SELECT
	m.model,
	m.relation,
	m.layer,
	m.key,
	m.builtin,
	max(p.level) AS level,
	ARRAY(SELECT e.depends_on FROM edge e
		  WHERE e.model = m.model
		  ORDER BY e.depends_on COLLATE "C") AS depends_on
FROM greenery.models m
JOIN depth p ON p.model = m.model
GROUP BY m.model;

COMMENT ON VIEW greenery.build_order IS
	'The models in the order of builds: ordered by level and name, each after all it depends on.';
COMMENT ON COLUMN greenery.build_order.model IS 'Name of the model.';
COMMENT ON COLUMN greenery.build_order.relation IS 'The view, with its schema.';
COMMENT ON COLUMN greenery.build_order.layer IS 'staging or mart.';
COMMENT ON COLUMN greenery.build_order.key IS 'The columns that identify a row.';
COMMENT ON COLUMN greenery.build_order.builtin IS 'Whether it came with the extension.';
COMMENT ON COLUMN greenery.build_order.level IS '0 for models that depend on no other; else one more than the highest level it depends on.';
COMMENT ON COLUMN greenery.build_order.depends_on IS 'The models it is made from directly.';

CREATE FUNCTION @extschema@.greenery_lineage()
	RETURNS TABLE (model text, depends_on text, kind text)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.model, e.depends_on, e.kind
	FROM (SELECT d.model, d.depends_on, d.kind FROM greenery.model_dependencies d
		  UNION ALL SELECT b.source, r.relation, 'table' FROM greenery.source_bindings b, unnest(b.relations) r (relation)) e
	ORDER BY e.model COLLATE "C", e.depends_on COLLATE "C";
END;
COMMENT ON FUNCTION @extschema@.greenery_lineage() IS
	'What each model is made from: one row per edge, from the catalog; and what each bound source is. kind says whether depends_on is a model, a source or a table.';

CREATE FUNCTION @extschema@.greenery_lineage_mermaid() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- names are labels; the nodes are called by number, which no name can break
	WITH bound AS (
		SELECT b.source, r.relation
		FROM greenery.source_bindings b, unnest(b.relations) r (relation)
	), node AS (
		SELECT n.name, n.kind, row_number() OVER (ORDER BY n.kind, n.name COLLATE "C") AS number
		FROM (SELECT d.depends_on AS name, d.kind FROM greenery.model_dependencies d
			  UNION SELECT m.model, 'model' FROM greenery.models m
			  UNION SELECT b.source, 'source' FROM bound b
			  UNION SELECT b.relation, 'table' FROM bound b) n
	)
	SELECT 'graph LR' || coalesce(
			(SELECT string_agg(format(E'\n  n%s%s"%s"%s', n.number,
									  CASE n.kind WHEN 'model' THEN '[' ELSE '[(' END,
									  replace(replace(n.name, '&', '#amp;'), '"', '#quot;'),
									  CASE n.kind WHEN 'model' THEN ']' ELSE ')]' END),
							   '' ORDER BY n.number) FROM node n), '')
		|| coalesce(
			(SELECT string_agg(format(E'\n  n%s --> n%s', f.number, t.number),
							   '' ORDER BY f.number, t.number)
			 FROM (SELECT d.depends_on, d.kind, d.model, 'model' AS model_kind FROM greenery.model_dependencies d
				   UNION ALL SELECT b.relation, 'table', b.source, 'source' FROM bound b) e
			 JOIN node f ON f.name = e.depends_on AND f.kind = e.kind
			 JOIN node t ON t.name = e.model AND t.kind = e.model_kind), '');
END;
COMMENT ON FUNCTION @extschema@.greenery_lineage_mermaid() IS
	'The lineage as a Mermaid graph, from sources to marts.';

CREATE VIEW greenery.model_downstream AS
WITH RECURSIVE edge AS MATERIALIZED (
	SELECT d.model, d.depends_on, d.kind FROM greenery.model_dependencies d
), affected (upstream, model) AS (
	SELECT e.depends_on, e.model FROM edge e
	UNION
	SELECT a.upstream, e.model
	FROM affected a
	JOIN edge e ON e.depends_on = a.model AND e.kind = 'model'
)
SELECT a.upstream, array_agg(a.model ORDER BY a.model COLLATE "C") AS downstream
FROM affected a
GROUP BY a.upstream;

COMMENT ON VIEW greenery.model_downstream IS
	'What is affected when something is wrong: one row per model, source or table that some model is made from.';
COMMENT ON COLUMN greenery.model_downstream.upstream IS 'A model, a source, or a table with its schema.';
COMMENT ON COLUMN greenery.model_downstream.downstream IS 'The models made from it, directly or by way of others, in order of name.';
