-- What a breakdown says of a group of users: is it a sign that they purchase again?
-- The group is judged against all the other users of the table.

-- NULL is "too few": such a group is not tested, and so costs the others nothing
-- when their p values are adjusted.
CREATE FUNCTION greenery.group_p_value(users bigint, repeaters bigint,
									   all_users bigint, all_repeaters bigint)
	RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN least(users, all_users - users, all_repeaters, all_users - all_repeaters) >= 10
		THEN @extschema@.fisher_exact(
			repeaters, users - repeaters,
			all_repeaters - repeaters, all_users - users - (all_repeaters - repeaters))
	END;
END;
COMMENT ON FUNCTION greenery.group_p_value(bigint, bigint, bigint, bigint) IS
	'Fisher''s exact two-sided p value that a group of users purchases again at the rate of all others; NULL where there are fewer than 10 users in the group, in the others, among all who purchased again, or among all who did not.';

CREATE FUNCTION greenery.group_verdict(users bigint, repeaters bigint,
									   all_users bigint, all_repeaters bigint,
									   p_adjusted double precision)
	RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN p_adjusted IS NULL THEN 'too few'
		WHEN p_adjusted >= 0.05 THEN 'no signal'
		-- above the rate of all is above the rate of all others
		WHEN repeaters::numeric * all_users > all_repeaters::numeric * users THEN 'good sign'
		ELSE 'bad sign'
	END;
END;
COMMENT ON FUNCTION greenery.group_verdict(bigint, bigint, bigint, bigint, double precision) IS
	'What a group''s repeat rate says: too few (not tested: p_adjusted is NULL), no signal (p_adjusted at or above 0.05), good sign (above the rate of the others) or bad sign (below). An association, not a cause.';

-- What the marts repeat_by_* have in common.  A mart groups users, and gives its groups
-- away in arrays: so the planner sees the function's body, and what is read stays the
-- mart's own query.
CREATE FUNCTION greenery.group_rates(groups text[], users bigint[], repeaters bigint[])
	RETURNS TABLE (
		n bigint,
		"group" text,
		users bigint,
		repeaters bigint,
		rate double precision,
		low double precision,
		high double precision,
		p_value double precision,
		p_adjusted double precision,
		verdict text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT
		h.n,
		h."group",
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
			SELECT a.*, greenery.group_p_value(a.users, a.repeaters, a.all_users, a.all_repeaters) AS p_value
			FROM (
				SELECT
					g.n,
					g."group",
					g.users,
					g.repeaters,
					(sum(g.users) OVER ())::bigint AS all_users,
					(sum(g.repeaters) OVER ())::bigint AS all_repeaters
				FROM unnest(groups, users, repeaters) WITH ORDINALITY AS g("group", users, repeaters, n)
			) a
		) p
	) h
	CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(h.repeaters, h.users) AS i) w;
END;
COMMENT ON FUNCTION greenery.group_rates(text[], bigint[], bigint[]) IS
	'One row a group of users, of whom the arrays have the name, the number, and how many of them purchased again: its rate with a 95 % interval (Wilson), and its group_p_value() and group_verdict() against all other groups, adjusted for all of them (Holm). n is its place in the arrays.';
