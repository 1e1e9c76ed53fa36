-- Cohorts: users by the day, week or month of their first order, and how many of
-- them ordered again in each period since.
--
-- Two ways to count periods.  calendar: the days, weeks or months after the
-- cohort's own, the same for all its users.  rolling: days, weeks or months since a
-- user's own first order.  Both count complete units from a start: the start of the
-- cohort, or the first order.
--
-- All is counted on the shop's clock, in local time: a day on which the clock is
-- changed is a day.
--
-- A cohort has a row for each period up to the present.  An order of the year 1 would make
-- 24,000 months, or 740,000 days.  Orders more than a hundred years old are taken for
-- mistakes and do not count, like those in the future.

-- No subquery, so that the planner can inline it.
CREATE FUNCTION greenery.complete_units(unit text, since timestamp, until timestamp)
	RETURNS integer
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- the difference on the calendar, less one where the last unit is not complete; a
	-- month after the 31st is the last of a shorter month, as PostgreSQL adds
	SELECT CASE unit
		WHEN 'day' THEN
			until::date - since::date - (until::time < since::time)::integer
		WHEN 'week' THEN
			(until::date - since::date - (until::time < since::time)::integer) / 7
		WHEN 'month' THEN
			((date_part('year', until) - date_part('year', since)) * 12
			 + date_part('month', until) - date_part('month', since))::integer
			- (since + make_interval(months =>
				((date_part('year', until) - date_part('year', since)) * 12
				 + date_part('month', until) - date_part('month', since))::integer) > until)::integer
	END;
END;
COMMENT ON FUNCTION greenery.complete_units(text, timestamp, timestamp) IS
	'How many complete units (day, week or month) lie between two local times, the second not before the first; NULL for another unit or a NULL time.';

CREATE FUNCTION greenery.cohort_periods(unit text, mode text, timezone text)
	RETURNS TABLE (
		cohort date,
		period integer,
		users bigint,
		active_users bigint,
		retention double precision,
		is_mature boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH present AS (
		SELECT n.as_of, n.as_of AT TIME ZONE timezone AS at,
			-- 36,525 days in hours, which are the same in every session; the first month that
			-- a timestamp can show begins in 4713 BC
			CASE WHEN n.as_of >= timestamptz '4600-01-01 00:00:00+00 BC' THEN n.as_of - interval '876600:00:00'
				 ELSE timestamptz '4713-01-01 00:00:00+00 BC' END AS since
		FROM greenery.as_of n
	),
	-- A user's orders as an array, not a join with themselves: for that the planner would have to
	-- know how many there are, which it does not after filters of which it has no statistics
	purchaser AS NOT MATERIALIZED (
		SELECT
			o.user_id,
			min(o.created_at) AT TIME ZONE timezone AS first_order,
			array_agg(o.created_at) AS ordered_at
		FROM greenery.stg_orders o
		WHERE o.order_id IS NOT NULL
			AND o.user_id IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
			AND isfinite(o.created_at)
			AND o.created_at <= (SELECT n.as_of FROM present n)
			-- IS TRUE: the planner would take both bounds for a range and expect few rows
			AND (o.created_at > (SELECT n.since FROM present n)) IS TRUE
		GROUP BY o.user_id
	),
	active AS (
		SELECT a.cohort, a.period, count(*) AS users
		FROM (
			-- one row per user and period
			SELECT
				u.user_id,
				u.cohort,
				-- may be -1, where a clock put back shows less than at the first order:
				-- it is never asked for, and the first order itself is in period 0
				greenery.complete_units(
					unit, CASE mode WHEN 'rolling' THEN u.first_order ELSE u.cohort END,
					p.created_at AT TIME ZONE timezone) AS period
			FROM (
				SELECT f.user_id, f.first_order, f.ordered_at, date_trunc(unit, f.first_order) AS cohort
				FROM purchaser f
			) u
			CROSS JOIN LATERAL unnest(u.ordered_at) p (created_at)
			GROUP BY 1, 2, 3
		) a
		GROUP BY a.cohort, a.period
	)
	SELECT
		c.cohort::date,
		k.period,
		c.users,
		coalesce(a.users, 0),
		coalesce(a.users, 0)::double precision / c.users,
		-- rolling: the period is over for the user who came last, at the cohort's end
		k.period = 0
			OR n.at >= c.cohort + (k.period + CASE mode WHEN 'rolling' THEN 2 ELSE 1 END)
				* CASE unit WHEN 'day' THEN interval '1 day'
							WHEN 'week' THEN interval '7 days'
							ELSE interval '1 month' END
	FROM present n
	-- everyone is active in period 0
	JOIN active c ON c.period = 0
	CROSS JOIN LATERAL generate_series(0, greenery.complete_units(unit, c.cohort, n.at)) k (period)
	LEFT JOIN active a ON a.cohort = c.cohort AND a.period = k.period;
END;
COMMENT ON FUNCTION greenery.cohort_periods(text, text, text) IS
	'What greenery_cohort_retention() returns, for a unit, mode and time zone that are known to be right.';

-- Checks before it reads: the query above would let a wrong unit pass where there
-- are no orders.
CREATE FUNCTION @extschema@.greenery_cohort_retention(
	unit text DEFAULT 'month',
	mode text DEFAULT 'calendar',
	timezone text DEFAULT NULL)
	RETURNS TABLE (
		cohort date,
		period integer,
		users bigint,
		active_users bigint,
		retention double precision,
		is_mature boolean)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $cohort_retention$
BEGIN
	IF unit IS NULL OR unit NOT IN ('day', 'week', 'month') THEN
		RAISE EXCEPTION 'unknown unit of cohorts: "%"', unit
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Units are "day", "week" and "month".';
	END IF;
	IF mode IS NULL OR mode NOT IN ('calendar', 'rolling') THEN
		RAISE EXCEPTION 'unknown mode of cohorts: "%"', mode
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Modes are "calendar" (periods after the cohort''s own) and "rolling" (periods since a user''s own first order).';
	END IF;
	timezone := coalesce(timezone, greenery.timezone());
	-- an error of the same kind, when the time zone does not exist
	PERFORM transaction_timestamp() AT TIME ZONE timezone;

	RETURN QUERY SELECT * FROM greenery.cohort_periods(unit, mode, timezone);
END
$cohort_retention$;
COMMENT ON FUNCTION @extschema@.greenery_cohort_retention(text, text, text) IS
	'One row per cohort and period: users by the unit (day, week from Monday, month) of their first order, and how many of them ordered in period 0, 1, 2, ... up to greenery_as_of(), zeros included. Mode calendar: period k is the k-th unit after the cohort''s own; rolling: from k to k + 1 units after the user''s own first order. retention = active_users / users, as seen so far; is_mature: whether the period is over for all of the cohort (period 0 always is). Local time of timezone (NULL: setting greenery.timezone). Cancelled orders, orders of excluded users, and orders without a finite time, after greenery_as_of() or more than 100 years before it do not count. Error 22023 for an unknown unit, mode or time zone.';
