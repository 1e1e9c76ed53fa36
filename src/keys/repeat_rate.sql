-- repeat_rate and repeat_counts: who bought again?
--
-- There is exactly one signature: beside it, overloads for single types would
-- make calls with mixed or smaller types ambiguous.

CREATE FUNCTION @extschema@.repeat_rate_transition(state internal, user_id "any", order_id "any")
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_transition(internal, "any", "any") IS
	'Aggregates repeat_rate and repeat_counts: takes in one order. A NULL on either side leaves the state as it is.';

CREATE FUNCTION @extschema@.repeat_rate_combine(state internal, other internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_combine(internal, internal) IS
	'Aggregates repeat_rate and repeat_counts: the state of the orders of both states. NULL is the state of no orders.';

CREATE FUNCTION @extschema@.repeat_rate_serialize(state internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_serialize(internal) IS
	'Aggregates repeat_rate and repeat_counts: a worker''s state as bytes, to be read in the same cluster only.';

CREATE FUNCTION @extschema@.repeat_rate_deserialize(serialized bytea, ignored internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_deserialize(bytea, internal) IS
	'Aggregates repeat_rate and repeat_counts: the state of a worker. Error 22P03 when the bytes are not a state.';

CREATE FUNCTION @extschema@.repeat_rate_final(state internal)
	RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_rate_final(internal) IS
	'Aggregate repeat_rate: repeat purchasers divided by purchasers; NULL when no one purchased.';

CREATE FUNCTION @extschema@.repeat_counts_final(state internal)
	RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_counts_final(internal) IS
	'Aggregate repeat_counts: purchasers and repeat purchasers; {0,0} when no one purchased.';

CREATE AGGREGATE @extschema@.repeat_rate(user_id "any", order_id "any") (
	SFUNC = @extschema@.repeat_rate_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.repeat_rate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_rate_combine,
	SERIALFUNC = @extschema@.repeat_rate_serialize,
	DESERIALFUNC = @extschema@.repeat_rate_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_rate("any", "any") IS
	'Repeat rate: users with two or more distinct orders divided by users with at least one, between 0 and 1. Rows with a NULL user or order do not count; NULL when no one purchased. Exact, for all types that can be hashed; error 42883 for others.';

CREATE AGGREGATE @extschema@.repeat_counts(user_id "any", order_id "any") (
	SFUNC = @extschema@.repeat_rate_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.repeat_counts_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_rate_combine,
	SERIALFUNC = @extschema@.repeat_rate_serialize,
	DESERIALFUNC = @extschema@.repeat_rate_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_counts("any", "any") IS
	'Denominator and numerator of repeat_rate: the number of users with at least one order, and of those with two or more distinct orders. Rows with a NULL user or order do not count; {0,0} when no one purchased. Error 42883 for types that cannot be hashed.';

-- By names that no other functions can take, for greenery_repeat_rate().
CREATE AGGREGATE greenery.repeat_rate(user_id "any", order_id "any") (
	SFUNC = @extschema@.repeat_rate_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.repeat_rate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_rate_combine,
	SERIALFUNC = @extschema@.repeat_rate_serialize,
	DESERIALFUNC = @extschema@.repeat_rate_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.repeat_rate("any", "any") IS
	'repeat_rate(), by a name that no other function can take: what greenery_repeat_rate() calls.';
