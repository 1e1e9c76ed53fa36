\set ECHO none
-- A collation that takes different strings for equal, where there is ICU: has_icu says so
DO $$
BEGIN
	CREATE COLLATION ignore_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
EXCEPTION WHEN OTHERS THEN
	CREATE COLLATION ignore_case FROM "C";
END $$;
SELECT NOT collisdeterministic AS has_icu FROM pg_collation WHERE collname = 'ignore_case' \gset
\set ECHO all
