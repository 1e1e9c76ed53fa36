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
