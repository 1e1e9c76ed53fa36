-- Mart: repeat_by_state (marketing).  Grain: state that first orders were shipped to.
--
-- A key may not be NULL: first orders without a known state stand under
-- "(unknown)".
CREATE VIEW greenery.repeat_by_state AS
SELECT
	h.state,
	h.users,
	h.repeaters,
	h.repeaters::double precision / h.users AS rate,
	w.i[1] AS low,
	w.i[2] AS high,
	h.p_value,
	h.p_adjusted,
	greenery.group_verdict(h.users, h.repeaters, h.all_users, h.all_repeaters, h.p_adjusted) AS verdict
FROM (
	SELECT p.*, @extschema@.holm(p.p_value) OVER () AS p_adjusted
	FROM (
		SELECT g.*, greenery.group_p_value(g.users, g.repeaters, g.all_users, g.all_repeaters) AS p_value
		FROM (
			SELECT
				coalesce(u.state, '(unknown)') AS state,
				count(*) AS users,
				count(*) FILTER (WHERE u.purchased_again) AS repeaters,
				(sum(count(*)) OVER ())::bigint AS all_users,
				(sum(count(*) FILTER (WHERE u.purchased_again)) OVER ())::bigint AS all_repeaters
			FROM greenery.purchasers u
			GROUP BY coalesce(u.state, '(unknown)')
		) g
	) p
) h
CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.repeaters, h.users) AS i) w;

COMMENT ON VIEW greenery.repeat_by_state IS
	'One row per state: of the users whose first order was shipped there, how many purchased again so far.';
COMMENT ON COLUMN greenery.repeat_by_state.state IS 'The state that the first order was shipped to; "(unknown)" where its address or the state is not known.';
COMMENT ON COLUMN greenery.repeat_by_state.users IS 'Users whose first order was shipped there.';
COMMENT ON COLUMN greenery.repeat_by_state.repeaters IS 'Those of them with two or more orders so far.';
COMMENT ON COLUMN greenery.repeat_by_state.rate IS 'repeaters divided by users.';
COMMENT ON COLUMN greenery.repeat_by_state.low IS 'Lower end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_state.high IS 'Upper end of the rate''s 95 % interval (Wilson).';
COMMENT ON COLUMN greenery.repeat_by_state.p_value IS 'p value that these users purchase again at the rate of all other purchasers (Fisher''s exact test, two-sided); NULL where there are too few to be tested.';
COMMENT ON COLUMN greenery.repeat_by_state.p_adjusted IS 'The same, adjusted for all rows of this table that are tested (Holm).';
COMMENT ON COLUMN greenery.repeat_by_state.verdict IS 'too few (fewer than 10 users here, elsewhere, with or without a second order), no signal (p_adjusted at or above 0.05), good sign or bad sign. An association, not a cause.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_by_state', 'greenery.repeat_by_state', 'mart', '{state}', 510,
	by_construction => '{not_null,unique}');
