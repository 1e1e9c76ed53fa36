-- Mart: repeat_by_promo (marketing).  Grain: promo used by first orders.
--
-- A key may not be NULL: those who came without a promo stand under "(none)".
CREATE VIEW greenery.repeat_by_promo AS
SELECT
	r."group" AS promo_id,
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
		bool_or(b.known) OR EXISTS (SELECT FROM greenery.stg_promos) AS is_known,
		min(b.horizon) AS horizon
	FROM (
		SELECT
			coalesce(u.promo_id, '(none)') AS "group",
			bool_or(u.promo_id IS NOT NULL) AS known,
			count(*) AS users,
			count(*) FILTER (WHERE u.purchased_again_within) AS repeaters,
			min(u.horizon) AS horizon
		FROM greenery.purchasers u
		WHERE u.is_mature
		GROUP BY coalesce(u.promo_id, '(none)')
	) b
) g
CROSS JOIN LATERAL greenery.group_rates(g.groups, g.users, g.repeaters) r;

COMMENT ON VIEW greenery.repeat_by_promo IS
	'One row per promo: of the users who used it in their first order, how many purchased again within the horizon. All have been followed that long: users who came later are left out, and so are excluded users and cancelled orders.';
COMMENT ON COLUMN greenery.repeat_by_promo.promo_id IS 'The promo that the first order used: stg_promos.promo_id; "(none)" for first orders without promo.';
COMMENT ON COLUMN greenery.repeat_by_promo.users IS 'Users whose first order used it, and who have been followed for the horizon.';
COMMENT ON COLUMN greenery.repeat_by_promo.repeaters IS 'Those of them who ordered again within the horizon of their first order.';
COMMENT ON COLUMN greenery.repeat_by_promo.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_promo.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_promo.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_promo.p_value IS 'p value that these users purchase again at the rate of all others of this table (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_promo.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_promo.verdict IS 'no data (no first order used a promo, and the shop has none), too few (fewer than 10 users here, elsewhere, who came back or who did not), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';
COMMENT ON COLUMN greenery.repeat_by_promo.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_promo', 'greenery.repeat_by_promo', 'mart', '{promo_id}', 500,
	by_construction => '{not_null,unique}');
