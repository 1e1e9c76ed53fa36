-- Mart: repeat_by_state (marketing).  Grain: state that first orders were shipped to.
--
-- A key may not be NULL: first orders without a known state stand under
-- "(unknown)".
CREATE VIEW greenery.repeat_by_state AS
SELECT
	r."group" AS state,
	r.users,
	r.repeaters,
	r.rate,
	r.low,
	r.high,
	r.p_value,
	r.p_adjusted,
	CASE WHEN g.is_known THEN r.verdict ELSE 'no data' END AS verdict,
	g.horizon
FROM (
	SELECT
		array_agg(b."group") AS groups,
		array_agg(b.users) AS users,
		array_agg(b.repeaters) AS repeaters,
		bool_or(b.known) AS is_known,
		min(b.horizon) AS horizon
	FROM (
		SELECT
			coalesce(u.state, '(unknown)') AS "group",
			bool_or(u.state IS NOT NULL) AS known,
			count(*) AS users,
			count(*) FILTER (WHERE u.purchased_again_within) AS repeaters,
			min(u.horizon) AS horizon
		FROM greenery.purchasers u
		WHERE u.is_mature
		GROUP BY coalesce(u.state, '(unknown)')
	) b
) g
CROSS JOIN LATERAL greenery.group_rates(g.groups, g.users, g.repeaters) r;

COMMENT ON VIEW greenery.repeat_by_state IS
	'One row per state: of the users whose first order was shipped there, how many purchased again within the horizon. All have been followed that long: users who came later are left out, and so are excluded users and cancelled orders.';
COMMENT ON COLUMN greenery.repeat_by_state.state IS 'The state that the first order was shipped to; "(unknown)" where its address or the state is not known.';
COMMENT ON COLUMN greenery.repeat_by_state.users IS 'Users whose first order was shipped there, and who have been followed for the horizon.';
COMMENT ON COLUMN greenery.repeat_by_state.repeaters IS 'Those of them who ordered again within the horizon of their first order.';
COMMENT ON COLUMN greenery.repeat_by_state.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_state.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_state.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_state.p_value IS 'p value that these users purchase again at the rate of all others of this table (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_state.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_state.verdict IS 'no data (of no first order the state is known), too few (fewer than 10 users here, elsewhere, who came back or who did not), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';
COMMENT ON COLUMN greenery.repeat_by_state.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_state', 'greenery.repeat_by_state', 'mart', '{state}', 510,
	by_construction => '{not_null,unique}');
