-- Mart: repeat_by_delivery_days (marketing).  Grain: whole days that the delivery of
-- first orders took.
--
-- Users whose first order has not arrived are in no row, and are compared with none:
-- they have no delivery time yet, and mostly came last.  A bucket is a sweet spot
-- when it does better than the shop as a whole, whose rate counts them.
--
-- Who orders again before the first parcel is there cannot have been moved by the
-- delivery.  Where they are more than a tenth, nothing good or bad is said.
CREATE VIEW greenery.repeat_by_delivery_days AS
SELECT
	h.delivery_days,
	h.users,
	h.repeaters,
	h.repeaters::double precision / h.users AS rate,
	w.i[1] AS low,
	w.i[2] AS high,
	w.i[1] > h.overall_rate AS is_sweet_spot,
	h.overall_rate,
	h.known_in_time::double precision / h.users AS known_in_time,
	h.p_value,
	h.p_adjusted,
	CASE
		WHEN h.p_adjusted IS NOT NULL AND h.all_known_in_time < 0.9 * h.all_users THEN 'known too late'
		ELSE greenery.group_verdict(h.users, h.repeaters, h.all_users, h.all_repeaters, h.p_adjusted)
	END AS verdict
FROM (
	SELECT p.*, @extschema@.holm(p.p_value) OVER () AS p_adjusted
	FROM (
		SELECT g.*, greenery.group_p_value(g.users, g.repeaters, g.all_users, g.all_repeaters) AS p_value
		FROM (
			SELECT
				b.delivery_days,
				b.users,
				b.repeaters,
				b.known_in_time,
				-- the shop's rate is over all purchasers, the test over those delivered
				sum(b.repeaters) OVER ()::double precision
					/ sum(b.users) OVER ()::double precision AS overall_rate,
				(sum(b.users) FILTER (WHERE b.delivery_days IS NOT NULL) OVER ())::bigint AS all_users,
				(sum(b.repeaters) FILTER (WHERE b.delivery_days IS NOT NULL) OVER ())::bigint AS all_repeaters,
				sum(b.known_in_time) OVER () AS all_known_in_time
			FROM (
				SELECT
					floor(u.delivery_days)::integer AS delivery_days,
					count(*) AS users,
					count(*) FILTER (WHERE u.purchased_again) AS repeaters,
					count(*) FILTER (WHERE u.delivery_days IS NOT NULL
									 AND u.delivered_at <= coalesce(u.second_order_at, n.as_of)) AS known_in_time
				FROM greenery.purchasers u
				CROSS JOIN greenery.as_of n
				GROUP BY floor(u.delivery_days)::integer
			) b
		) g
		WHERE g.delivery_days IS NOT NULL
	) p
) h
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.repeaters, h.users) AS i) w;

COMMENT ON VIEW greenery.repeat_by_delivery_days IS
	'One row per number of whole days: of the users whose first order took that long to arrive, how many purchased again so far. Users whose first order has not arrived are left out.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.delivery_days IS 'Whole days from the first order to its delivery: 3 is three days or more, and less than four. A day is 24 hours.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.users IS 'Users whose first order took that long.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.repeaters IS 'Those of them with two or more orders so far.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.is_sweet_spot IS
	'Whether low is above overall_rate. If it is true for no row, the shop has no sweet spot.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.overall_rate IS
	'The shop''s repeat rate: of all users with an order, delivered or not, the share with two or more.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.known_in_time IS
	'Share of users whose first order had arrived before they ordered again or, if they have not, by greenery_as_of().';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.p_value IS 'p value that these users purchase again at the rate of all others whose first order arrived (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_delivery_days.verdict IS
	'too few (fewer than 10 users here, in the other rows, with or without a second order), known too late (in the whole table known_in_time is below 90 %: the delivery came after the second order too often to have caused it), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_delivery_days', 'greenery.repeat_by_delivery_days', 'mart', '{delivery_days}', 520,
	by_construction => '{not_null,unique}');
