-- greenery: the install script, built from the parts that the Makefile lists.
\echo Use "CREATE EXTENSION greenery" to load this file. \quit

-- Nothing in this script finds its objects by search path: names are written
-- out, so that nothing planted in the target schema can be picked up instead.
SET LOCAL search_path TO pg_catalog, pg_temp;

CREATE SCHEMA greenery;
COMMENT ON SCHEMA greenery IS
	'The shop as analysts query it live: staging views and marts over the shop''s own tables or raw ones, always as current as these.';
