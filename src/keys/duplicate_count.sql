-- duplicate_count: how many values occur more than once?

CREATE FUNCTION @extschema@.duplicate_count_transition(state internal, value "any")
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.duplicate_count_transition(internal, "any") IS
	'Aggregates duplicate_count and repeat_rate_by_row: takes in one value. NULL leaves the state as it is.';

CREATE FUNCTION @extschema@.duplicate_count_combine(state internal, other internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.duplicate_count_combine(internal, internal) IS
	'Aggregates duplicate_count and repeat_rate_by_row: the state of the values of both states. NULL is the state of no values.';

CREATE FUNCTION @extschema@.duplicate_count_serialize(state internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.duplicate_count_serialize(internal) IS
	'Aggregates duplicate_count and repeat_rate_by_row: a worker''s state as bytes, to be read in the same cluster only.';

CREATE FUNCTION @extschema@.duplicate_count_deserialize(serialized bytea, ignored internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.duplicate_count_deserialize(bytea, internal) IS
	'Aggregates duplicate_count and repeat_rate_by_row: the state of a worker. Error 22P03 when the bytes are not a state.';

CREATE FUNCTION @extschema@.duplicate_count_final(state internal)
	RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.duplicate_count_final(internal) IS
	'Aggregate duplicate_count: the number of values that came more than once; 0 for NULL.';

CREATE AGGREGATE @extschema@.duplicate_count(value "any") (
	SFUNC = @extschema@.duplicate_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.duplicate_count_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.duplicate_count_combine,
	SERIALFUNC = @extschema@.duplicate_count_serialize,
	DESERIALFUNC = @extschema@.duplicate_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.duplicate_count("any") IS
	'The number of distinct values that occur more than once; 0 when a column is unique, as the dbt test "unique" wants it, and for no rows. NULLs do not count. Exact, for all types that can be hashed; error 42883 for others.';

-- By a name that no other function can take: beside the one above, a function with the
-- type of the argument would be preferred to one for "any".
CREATE AGGREGATE greenery.duplicate_count(value "any") (
	SFUNC = @extschema@.duplicate_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.duplicate_count_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.duplicate_count_combine,
	SERIALFUNC = @extschema@.duplicate_count_serialize,
	DESERIALFUNC = @extschema@.duplicate_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.duplicate_count("any") IS
	'duplicate_count(), by a name that no other function can take: what data tests call.';
