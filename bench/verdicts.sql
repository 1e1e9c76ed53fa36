-- How often the breakdowns say what is not there, and find what is: 1,200 simulated shops of
-- 800 users without an effect, and 200 with one of 20 points among 400 users each.
-- In an empty database with the extension, from the source directory; all is rolled back,
-- and it takes minutes:
--
--     psql -f bench/verdicts.sql
--
-- Of the tables without an effect 5 % at the most may have a sign, in the long run: of 800
-- tables, 6.5 % would be no surprise.
\i sql/include/simulated_shops.sql
SET client_min_messages = warning;
SET jit = off;
BEGIN;
SET LOCAL greenery.as_of = '2021-09-28 00:00+00';
\echo no effect
SELECT s.*, round(100 * s.with_sign / s.tables, 2) AS percent_of_tables FROM pg_temp.simulations(1200, false) s;
\echo an effect of 20 points
SELECT s.*, round(100 * s.with_sign / s.tables, 2) AS percent_of_tables FROM pg_temp.simulations(200, true) s;
ROLLBACK;
