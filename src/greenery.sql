-- greenery: the install script, built from the parts that the Makefile lists.
\echo Use "CREATE EXTENSION greenery" to load this file. \quit

-- Nothing in this script finds its objects by search path: names are written
-- out, so that nothing planted in the target schema can be picked up instead.
SET LOCAL search_path TO pg_catalog, pg_temp;

CREATE SCHEMA greenery;
COMMENT ON SCHEMA greenery IS
	'The shop as analysts query it live: raw tables, staging views and marts, always as current as the source tables.';
