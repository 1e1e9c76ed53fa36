-- The first step of each update: make puts it in front of the script.
\echo Use "ALTER EXTENSION greenery UPDATE" to load this file. \quit

-- The script runs as the bootstrap superuser, with the schema of the extension in its
-- search_path, where others may have put what they like.
SET LOCAL search_path TO pg_catalog, pg_temp;

-- Schema greenery belongs to the owner, who may have renamed it and put another in its place.
-- What the script calls in it must be the extension's own, and stay so to the end: a schema
-- whose row is locked keeps its name.
SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'greenery' FOR UPDATE;
DO $own$
BEGIN
	IF NOT EXISTS (
		SELECT FROM pg_catalog.pg_extension e
		  JOIN pg_catalog.pg_depend d
			ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
		   AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
		  JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
		 WHERE e.extname = 'greenery' AND l.lanname = 'c'
		   AND p.oid = pg_catalog.to_regprocedure('greenery.as_owner(pg_catalog.text)')) THEN
		RAISE EXCEPTION 'schema "greenery" is not that of the extension'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Rename the schema of the extension back.';
	END IF;
END
$own$;

-- An update and a build take turns.
SELECT greenery.as_owner('SELECT greenery.keep_builds_out()'::pg_catalog.text);
