-- Mart: repeat_within (marketing).  Grain: month of first orders, and days since.
--
-- Equal follow-up: a user counts where there have been that many days since the first
-- order, came back or not.  The others have still time to come back; counted as users who
-- did not, they would make the last months look bad, and counted only where they did, good.
CREATE VIEW greenery.repeat_within AS
SELECT
	r.cohort,
	r.days,
	r.users,
	r.repeaters,
	r.repeaters::double precision / nullif(r.users, 0) AS rate,
	w.i[1] AS low,
	w.i[2] AS high,
	r.is_mature
FROM (
	SELECT
		c.cohort,
		d.days,
		coalesce(sum(c.users) FILTER (WHERE c.followed >= d.days), 0)::bigint AS users,
		coalesce(sum(c.users) FILTER (WHERE c.followed >= d.days AND c.came_back <= d.days), 0)::bigint AS repeaters,
		bool_and(c.followed >= d.days) AS is_mature
	FROM (
		-- users by the longest time that they have been followed, and the shortest within
		-- which they came back; hours, as a day is 24 of them
		SELECT
			date_trunc('month', u.first_order_at AT TIME ZONE greenery.timezone())::date AS cohort,
			CASE WHEN u.first_order_at <= n.as_of - interval '8760:00:00' THEN 365
				 WHEN u.first_order_at <= n.as_of - interval '4320:00:00' THEN 180
				 WHEN u.first_order_at <= n.as_of - interval '2160:00:00' THEN 90
				 WHEN u.first_order_at <= n.as_of - interval '1440:00:00' THEN 60
				 WHEN u.first_order_at <= n.as_of - interval '720:00:00' THEN 30
				 ELSE 0 END AS followed,
			CASE WHEN u.second_order_at <= u.first_order_at + interval '720:00:00' THEN 30
				 WHEN u.second_order_at <= u.first_order_at + interval '1440:00:00' THEN 60
				 WHEN u.second_order_at <= u.first_order_at + interval '2160:00:00' THEN 90
				 WHEN u.second_order_at <= u.first_order_at + interval '4320:00:00' THEN 180
				 WHEN u.second_order_at <= u.first_order_at + interval '8760:00:00' THEN 365 END AS came_back,
			count(*) AS users
		FROM greenery.purchasers u
		CROSS JOIN greenery.as_of n
		WHERE isfinite(u.first_order_at)
			AND u.first_order_at <= n.as_of
		GROUP BY 1, 2, 3
	) c
	CROSS JOIN unnest('{30,60,90,180,365}'::integer[]) d (days)
	GROUP BY c.cohort, d.days
) r
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(r.repeaters, r.users) AS i) w;

COMMENT ON VIEW greenery.repeat_within IS
	'One row per month of first orders and number of days: of the users who have been followed that many days, how many ordered again within them. Excluded users, cancelled orders, and first orders after greenery_as_of() or without a finite time are left out.';
COMMENT ON COLUMN greenery.repeat_within.cohort IS 'First day of the month of the users'' first order, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.repeat_within.days IS 'Days since the first order, of 24 hours: 30, 60, 90, 180 or 365.';
COMMENT ON COLUMN greenery.repeat_within.users IS 'Users of the month whose first order lies at least that many days before greenery_as_of(). Users who came later have had less time, and are left out, those who have come back already too.';
COMMENT ON COLUMN greenery.repeat_within.repeaters IS 'Those of them who ordered again within that many days of their first order, the last moment included.';
COMMENT ON COLUMN greenery.repeat_within.rate IS 'repeaters divided by users; NULL while users is 0.';
COMMENT ON COLUMN greenery.repeat_within.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_within.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_within.is_mature IS 'Whether users are all users of the month so far: each of them has been followed that many days at greenery_as_of().';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_within', 'greenery.repeat_within', 'mart', '{cohort,days}', 570,
	by_construction => '{not_null,unique}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(574, 'greenery.repeat_within', 'expression', NULL, '{"expression": "repeaters <= users AND (users > 0 OR NOT is_mature)"}', NULL, '0',
	 'No more users come back than there are. Holds by construction.', true);
