--
-- Settings: what is refused, and what they mean.
--
SET timezone = 'Asia/Tokyo';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT greenery_timezone(), greenery_stock_cover(), greenery_session_gap(),
	greenery_as_of_setting(), greenery_repeat_horizon_setting();

-- lengths: a day is 24 hours; months have no length; only more than nothing will do
SET greenery.stock_cover = '1 day 02:00';
SET greenery.session_gap = '90 s';
SET greenery.repeat_horizon = '30 days';
SELECT greenery_stock_cover(), greenery_session_gap(), greenery_repeat_horizon_setting();
SET greenery.stock_cover = '1 month';
SET greenery.stock_cover = '0 s';
SET greenery.stock_cover = '-1 day';
SET greenery.stock_cover = 'soon';
SET greenery.stock_cover = '';
SET greenery.stock_cover = '300000000 days';
SET greenery.session_gap = 'infinity';
SET greenery.repeat_horizon = 'AUTO';
SELECT greenery_repeat_horizon_setting();

-- what was checked is kept, whatever the style of intervals is later; a sign belongs
-- to its field in all of them
SET greenery.stock_cover = '-1 day 25:00:00';
SET greenery.session_gap = '-1 25:00:00';
SET greenery.repeat_horizon = '-1 day 26:00:00';
SET greenery.alert_cooldown = '-1 day 27:00:00';
SET greenery.retention = '-1 day 28:00:00';
SELECT greenery_stock_cover(), greenery_session_gap(), greenery_repeat_horizon_setting(), greenery_alert_cooldown(), greenery_retention();
SET intervalstyle = 'sql_standard';
SELECT to_char(greenery_stock_cover(), 'HH24:MI') AS stock_cover, to_char(greenery_session_gap(), 'HH24:MI') AS session_gap,
	to_char(greenery_repeat_horizon_setting(), 'HH24:MI') AS repeat_horizon, to_char(greenery_alert_cooldown(), 'HH24:MI') AS alert_cooldown,
	to_char(greenery_retention(), 'HH24:MI') AS retention;
SET greenery.session_gap = '-1 26:00:00';
SET greenery.session_gap = '-1 2:00:00';
SELECT to_char(greenery_session_gap(), 'HH24:MI') AS session_gap;
SET intervalstyle = 'postgres';
SET greenery.session_gap = '-1 2:00:00';
-- it goes when the setting goes
BEGIN;
SET LOCAL greenery.session_gap = '3 h';
SAVEPOINT s;
SET LOCAL greenery.session_gap = '4 h';
SELECT greenery_session_gap();
ROLLBACK TO s;
SELECT greenery_session_gap();
COMMIT;
SELECT greenery_session_gap();
RESET greenery.stock_cover;
RESET greenery.session_gap;
RESET greenery.repeat_horizon;
RESET greenery.alert_cooldown;
RESET greenery.retention;
SELECT greenery_stock_cover(), greenery_session_gap(), greenery_repeat_horizon_setting(), greenery_alert_cooldown(), greenery_retention();

-- a currency: as orders have it, without blanks; empty is none
SELECT greenery_currency_setting() IS NULL AS none;
SET greenery.currency = 'EUR';
SELECT greenery_currency_setting();
SET greenery.currency = ' EUR';
SET greenery.currency = 'E R';
SET greenery.currency = '';
SELECT greenery_currency_setting() IS NULL AS none;
RESET greenery.currency;

-- a moment: ISO 8601 with Z or a numeric offset
CREATE FUNCTION as_of(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM set_config('greenery.as_of', value, false);
	RETURN to_char(greenery_as_of_setting() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD');
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN detail;
END $$;
SELECT value, as_of(value) FROM unnest(ARRAY[
	'2021-02-12T00:00:00Z', '2021-02-12 00:00:00+00', '2021-02-12T00:00Z', '2021-02-12t00:00:00z',
	'2021-02-12 05:30+05:30', '2021-02-11 18:45:00-0515', '2021-02-12 15:59:00+15:59', '2021-02-11 08:01:00-15:59',
	'2021-02-12T00:00:00-00:00', '2021-02-11T24:00:00Z', '2020-02-29 23:59:59Z',
	'2021-02-12T00:00:00.1Z', '2021-02-12T00:00:00,123456+00:00', '2021-02-12 00:00:00.1234564999Z',
	'2021-02-12 00:00:00.1234565Z', '2021-12-31 23:59:59.9999995Z',
	'0001-01-01 00:00Z', '0001-01-01 00:00+01', '9999-12-31 23:59:59.999999Z', '9999-12-31 23:00-02', '']) value;
-- nothing else: no zone, names of zones, other forms, words, blanks, numbers of days
SELECT value, as_of(value) FROM unnest(ARRAY[
	'2021-02-12', '2021-02-12 00:00', '2021-02-12T00:00:00', '2021-02-12Z', '2021-02-12 00Z', '20210212T000000Z',
	'2021-W06-5T00:00Z', '2021-043T00:00Z', '2021-02-12 00:00 UTC', '2021-02-12 00:00 EST', '2021-02-12 00:00EST',
	'2021-07-12 00:00 Europe/Berlin', '2021-02-12 00:00Z08', '2021-02-12 00:00 +00', '2021-02-12 00:00+5', '2021-02-12 00:00+053',
	'2021-02-12 00:00+05:', '2021-02-12 00:00+05:3', '2021-02-12 00:00+05:30:15', '2021-02-12 00:00+00 BC', '-2021-02-12 00:00Z',
	'+2021-02-12 00:00Z', '12021-02-12 00:00Z', '221-02-12 00:00Z', '02-12-2021 00:00+00', '12/02/2021 00:00+00', '12.02.2021 00:00+00',
	'Fri Feb 12 00:00:00 2021 UTC', '2021 Feb 12 00:00Z', '2021-02-12 00:00:00 AM+00', '2021-02-12 00:00:00.Z', '2021-02-12 00:00.5Z',
	'2021-02-12 00:00:0Z', '2021-2-12 00:00Z', '2021-02-12  00:00Z', ' 2021-02-12 00:00Z', '2021-02-12 00:00Z ', '2021-02-12 00:00ZZ',
	'J2459258 00:00Z', '1613088000', 'now', 'today', 'tomorrow', 'epoch', 'infinity', '-infinity', 'x', 'Z']) value
	WHERE as_of(value) NOT LIKE 'The value must be in ISO 8601, with "Z" or a numeric offset: %';
SELECT value, as_of(value) FROM unnest(ARRAY[
	'0000-01-01 00:00Z', '2021-02-29 00:00Z', '1900-02-29 00:00Z', '2021-00-01 00:00Z', '2021-13-01 00:00Z', '2021-04-31 00:00Z',
	'2021-04-00 00:00Z', '2021-02-12 24:00:01Z', '2021-02-12 24:00:00.000001Z', '2021-02-12 24:01Z', '2021-02-12 25:00Z',
	'2021-02-12 00:60Z', '2021-02-12 23:59:60Z', '2021-02-12 00:00+16', '2021-02-12 00:00-16:00', '2021-02-12 00:00+05:60']) value;
SET greenery.as_of = '2021-02-30 00:00Z';
SET greenery.as_of = 'tomorrow';

-- every moment that PostgreSQL writes in that form is read as the same one
CREATE FUNCTION differing() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	differing bigint = 0;
	moment timestamptz;
BEGIN
	-- every 72 days and some from the year 2 on, with 24 offsets
	FOR i IN 0..50000 LOOP
		moment := timestamptz '0002-01-01 00:00+00' + i * interval '1743 hours 7 minutes 11.000013 seconds';
		PERFORM set_config('greenery.as_of',
			to_char(moment AT TIME ZONE 'UTC' + (i % 24 - 12) * interval '1 hour', 'YYYY-MM-DD HH24:MI:SS.US')
			|| to_char(i % 24 - 12, 'SG00') || ':00', false);
		differing := differing + (greenery_as_of_setting() IS DISTINCT FROM moment)::int;
	END LOOP;
	-- and what stands in JSON
	FOR i IN 0..100 LOOP
		moment := timestamptz '1970-01-01 00:00+00' + i * interval '4743 hours 7 minutes 11.000013 seconds';
		PERFORM set_config('greenery.as_of', to_jsonb(moment) #>> '{}', false);
		differing := differing + (greenery_as_of_setting() IS DISTINCT FROM moment)::int;
	END LOOP;
	RETURN differing;
END $$;
SELECT differing();

-- it means the same in every session
SELECT count(*), count(DISTINCT moments), min(moments) FROM (
	SELECT ARRAY[as_of('2021-02-12 00:00:00+00'), as_of('0011-02-12T01:02:03.25-03'), left(as_of('2021-02-12 00:00 EST'), 30), left(as_of('01-02-03 00:00Z'), 30)] AS moments
	  FROM unnest('{"ISO, MDY","ISO, DMY","ISO, YMD","SQL, MDY","SQL, DMY","Postgres, MDY","Postgres, DMY","German"}'::text[]) d,
		   unnest('{Default,Australia,India}'::text[]) a,
		   unnest('{UTC,Asia/Kolkata,America/New_York}'::text[]) z,
		   LATERAL (SELECT set_config('datestyle', d, false), set_config('timezone_abbreviations', a, false),
						   set_config('greenery.timezone', z, false), set_config('timezone', z, false) OFFSET 0) s) x;
SET datestyle = 'ISO, MDY';
SET timezone = 'Asia/Tokyo';
RESET timezone_abbreviations;
RESET greenery.timezone;
-- what was read stays
SET greenery.as_of = '2021-02-12T00:00:00Z';
SET datestyle = 'SQL, DMY';
SELECT greenery_as_of_setting() = timestamptz 'epoch' + 1613088000 * interval '1 second' AS same;
SET datestyle = 'ISO, MDY';
DROP FUNCTION as_of, differing;

-- workers have the settings of their leader
CREATE TABLE numbers AS SELECT i FROM generate_series(1, 1000) i;
SET greenery.session_gap = '-1 day 25:00:00';
SET intervalstyle = 'sql_standard';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
CREATE VIEW found AS SELECT count(*) FROM numbers WHERE greenery_session_gap() = i * interval '1 minute'
	AND greenery_as_of_setting() = timestamptz 'epoch' + 1613088000 * interval '1 second';
DO $$
DECLARE
	plan text;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM found' INTO plan;
	RAISE NOTICE 'gathers: %', plan LIKE '%"Gather"%';
END $$;
SELECT * FROM found;
DROP VIEW found;
DROP TABLE numbers;
RESET intervalstyle;

SET greenery.timezone = 'Mars/Olympus';
SET greenery.max_shrink = '50%';
SET greenery.max_shrink = '101%';
SET greenery.max_shrink = 'half';
RESET greenery.as_of;
SELECT greenery_as_of_setting();
