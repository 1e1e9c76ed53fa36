-- repeat_rate_by_row: the repeat rate where every row is an order
--
-- There is nothing to remember but which users have come once and which again: that is
-- the state of duplicate_count.

CREATE FUNCTION @extschema@.repeat_rate_by_row_final(state internal)
	RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_by_row_final(internal) IS
	'Aggregate repeat_rate_by_row: users with more than one row divided by users; NULL when there are none.';

CREATE AGGREGATE @extschema@.repeat_rate_by_row(user_id "any") (
	SFUNC = @extschema@.duplicate_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.repeat_rate_by_row_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.duplicate_count_combine,
	SERIALFUNC = @extschema@.duplicate_count_serialize,
	DESERIALFUNC = @extschema@.duplicate_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_rate_by_row("any") IS
	'Repeat rate where every row is an order of its own: users with two or more rows divided by users with at least one, between 0 and 1. Rows with a NULL user do not count; NULL without any others. Exact, for all types that can be hashed; error 42883 for others. Where an order can have several rows, repeat_rate is the one to use.';

-- By a name that no other function can take, for greenery_repeat_rate().
CREATE AGGREGATE greenery.repeat_rate_by_row(user_id "any") (
	SFUNC = @extschema@.duplicate_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.repeat_rate_by_row_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.duplicate_count_combine,
	SERIALFUNC = @extschema@.duplicate_count_serialize,
	DESERIALFUNC = @extschema@.duplicate_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.repeat_rate_by_row("any") IS
	'repeat_rate_by_row(), by a name that no other function can take: what greenery_repeat_rate() calls.';
