-- Mart: repeat_by_delivery_days (marketing).  Grain: whole days that the delivery of
-- first orders took.
--
-- Users whose first order has not arrived are in no row, and are compared with none:
-- they have no delivery time yet, and mostly came last.  A bucket is a sweet spot
-- when it does better than the shop as a whole, whose rate counts them.
--
-- Who orders again before the first parcel is there cannot have been moved by the
-- delivery, and of who had not come back when the horizon was over it was decided then.
-- Where the delivery was later for more than a tenth, nothing good or bad is said.
CREATE VIEW greenery.repeat_by_delivery_days AS
SELECT
	r."group"::integer AS delivery_days,
	r.users,
	r.repeaters,
	r.rate,
	r.low,
	r.high,
	r.low > g.overall_rate AS is_sweet_spot,
	g.overall_rate,
	g.known_in_time[r.n]::double precision / r.users AS known_in_time,
	r.p_value,
	r.p_adjusted,
	CASE
		WHEN r.p_adjusted IS NOT NULL AND g.all_known_in_time < 0.9 * g.all_users THEN 'known too late'
		ELSE r.verdict
	END AS verdict,
	g.horizon
FROM (
	-- the shop's rate is over all who have been followed, the test over those delivered
	SELECT
		array_agg(b.delivery_days::text) FILTER (WHERE b.delivery_days IS NOT NULL) AS groups,
		array_agg(b.users) FILTER (WHERE b.delivery_days IS NOT NULL) AS users,
		array_agg(b.repeaters) FILTER (WHERE b.delivery_days IS NOT NULL) AS repeaters,
		array_agg(b.known_in_time) FILTER (WHERE b.delivery_days IS NOT NULL) AS known_in_time,
		sum(b.repeaters)::double precision / sum(b.users)::double precision AS overall_rate,
		sum(b.users) FILTER (WHERE b.delivery_days IS NOT NULL) AS all_users,
		sum(b.known_in_time) AS all_known_in_time,
		min(b.horizon) AS horizon
	FROM (
		SELECT
			floor(u.delivery_days)::integer AS delivery_days,
			count(*) AS users,
			count(*) FILTER (WHERE u.purchased_again_within) AS repeaters,
			count(*) FILTER (WHERE u.delivery_days IS NOT NULL
							 AND u.delivered_at < CASE WHEN u.purchased_again_within THEN u.second_order_at
													   ELSE u.first_order_at + u.horizon END) AS known_in_time,
			min(u.horizon) AS horizon
		FROM greenery.purchasers u
		WHERE u.is_mature
		GROUP BY floor(u.delivery_days)::integer
	) b
) g
CROSS JOIN LATERAL greenery.group_rates(g.groups, g.users, g.repeaters) r;

COMMENT ON VIEW greenery.repeat_by_delivery_days IS
	'One row per number of whole days: of the users whose first order took that long to arrive, how many purchased again within the horizon. All have been followed that long: users who came later are left out, and so are users whose first order has not arrived, excluded users and cancelled orders.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.delivery_days IS 'Whole days from the first order to its delivery: 3 is three days or more, and less than four. A day is 24 hours.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.users IS 'Users whose first order took that long, and who have been followed for the horizon.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.repeaters IS 'Those of them who ordered again within the horizon of their first order.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.is_sweet_spot IS
	'Whether low is above overall_rate. If it is true for no row, the shop has no sweet spot.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.overall_rate IS
	'Of all users who have been followed for the horizon, delivered or not, the share who ordered again within it.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.known_in_time IS
	'Share of users whose first order had arrived before they ordered again or, if they did not within the horizon, before it was over.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.p_value IS 'p value that these users purchase again at the rate of all others of this table (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.verdict IS
	'too few (fewer than 10 users here, in the other rows, who came back or who did not), known too late (in the whole table known_in_time is below 90 %: the delivery came too often after that was decided to have caused it), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_delivery_days', 'greenery.repeat_by_delivery_days', 'mart', '{delivery_days}', 520,
	by_construction => '{not_null,unique}');
