-- Mart: repeat_by_promo (marketing).  Grain: promo used by first orders.
--
-- A key may not be NULL: those who came without a promo stand under "(none)".
CREATE VIEW greenery.repeat_by_promo AS
SELECT r."group" AS promo_id, r.users, r.repeaters, r.rate, r.low, r.high, r.p_value, r.p_adjusted, r.verdict
FROM (
	SELECT array_agg(b.promo_id) AS groups, array_agg(b.users) AS users, array_agg(b.repeaters) AS repeaters
	FROM (
		SELECT
			coalesce(u.promo_id, '(none)') AS promo_id,
			count(*) AS users,
			count(*) FILTER (WHERE u.purchased_again) AS repeaters
		FROM greenery.purchasers u
		GROUP BY coalesce(u.promo_id, '(none)')
	) b
) g
CROSS JOIN LATERAL greenery.group_rates(g.groups, g.users, g.repeaters) r;

COMMENT ON VIEW greenery.repeat_by_promo IS
	'One row per promo: of the users who used it in their first order, how many purchased again so far.';
COMMENT ON COLUMN greenery.repeat_by_promo.promo_id IS 'The promo that the first order used: stg_promos.promo_id; "(none)" for first orders without promo.';
COMMENT ON COLUMN greenery.repeat_by_promo.users IS 'Users whose first order used it.';
COMMENT ON COLUMN greenery.repeat_by_promo.repeaters IS 'Those of them with two or more orders so far.';
COMMENT ON COLUMN greenery.repeat_by_promo.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_promo.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_promo.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_promo.p_value IS 'p value that these users purchase again at the rate of all other purchasers (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_promo.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_promo.verdict IS 'too few (fewer than 10 users here, elsewhere, with or without a second order), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_promo', 'greenery.repeat_by_promo', 'mart', '{promo_id}', 500,
	by_construction => '{not_null,unique}');
