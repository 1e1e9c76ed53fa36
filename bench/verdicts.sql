-- How often the breakdowns say what is not there, and find what is: 200 simulated shops of
-- 800 users without an effect, and 200 with one of 20 points among 400 users each.
-- In an empty database with the extension, from the source directory; all is rolled back:
--
--     psql -f bench/verdicts.sql
--
-- At most 5 % of the tables without an effect may have a sign.
\set shops 200
\i sql/include/simulated_shops.sql
\set ECHO none
SET client_min_messages = warning;
SET jit = off;
BEGIN;
SET LOCAL greenery.as_of = '2021-09-28 00:00+00';
SELECT 'no effect' AS shops, s.*, round(100 * s.with_sign / s.tables, 2) AS percent_of_tables FROM pg_temp.simulations(:shops, false) s
UNION ALL SELECT '20 points', s.*, round(100 * s.with_sign / s.tables, 2) FROM pg_temp.simulations(:shops, true) s;
ROLLBACK;
