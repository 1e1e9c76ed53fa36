-- The first step of each update: make puts it in front of the script.
\echo Use "ALTER EXTENSION greenery UPDATE" to load this file. \quit

-- The script runs as the bootstrap superuser, with the schema of the extension in its
-- search_path, where others may have put what they like.
SET LOCAL search_path TO pg_catalog, pg_temp;

-- An update and a build take turns.
SELECT greenery.as_owner('SELECT greenery.keep_builds_out()'::pg_catalog.text);
