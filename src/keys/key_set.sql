-- Sets of keys, and keys of rows: what the shared scan of data tests counts with

CREATE FUNCTION greenery.key_set_transition(state internal, value "any")
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.key_set_transition(internal, "any") IS
	'Aggregate key_set: takes in one value. NULL leaves the state as it is.';

-- COST: to hand a set from process to process takes longer than to fill it
CREATE FUNCTION greenery.key_set_combine(state internal, other internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.key_set_combine(internal, internal) IS
	'Aggregate key_set: the state of the values of both states. NULL is the state of no values.';

CREATE FUNCTION greenery.key_set_serialize(state internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.key_set_serialize(internal) IS
	'Aggregate key_set: a worker''s state as bytes, to be read in the same cluster only.';

CREATE FUNCTION greenery.key_set_deserialize(serialized bytea, ignored internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.key_set_deserialize(bytea, internal) IS
	'Aggregate key_set: the state of a worker. Error 22P03 when the bytes are not a state.';

CREATE FUNCTION greenery.key_set_final(state internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.key_set_final(internal) IS
	'Aggregate key_set: the set; one without values for NULL.';

CREATE AGGREGATE greenery.key_set(value "any") (
	SFUNC = greenery.key_set_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = greenery.key_set_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = greenery.key_set_combine,
	SERIALFUNC = greenery.key_set_serialize,
	DESERIALFUNC = greenery.key_set_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.key_set("any") IS
	'The set of the values that are not NULL, for greenery.orphan_count in the same statement: 10 to 40 bytes a value. For types whose values are equal when their bytes are; error 0A000 for others, 54000 above half a gigabyte.';

CREATE FUNCTION greenery.orphan_count_transition(state internal, keys bytea, value "any")
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.orphan_count_transition(internal, bytea, "any") IS
	'Aggregate orphan_count: takes in one row. A value that is NULL leaves the count as it is.';

CREATE FUNCTION greenery.orphan_count_combine(state internal, other internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.orphan_count_combine(internal, internal) IS
	'Aggregate orphan_count: the state of the rows of both states. NULL is the state of no rows.';

CREATE FUNCTION greenery.orphan_count_serialize(state internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.orphan_count_serialize(internal) IS
	'Aggregate orphan_count: a worker''s count as bytes.';

CREATE FUNCTION greenery.orphan_count_deserialize(serialized bytea, ignored internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.orphan_count_deserialize(bytea, internal) IS
	'Aggregate orphan_count: the state of a worker. Error 22P03 when the bytes are not a state.';

CREATE FUNCTION greenery.orphan_count_final(state internal)
	RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.orphan_count_final(internal) IS
	'Aggregate orphan_count: the number of rows whose value is not in the set; 0 for NULL.';

CREATE AGGREGATE greenery.orphan_count(keys bytea, value "any") (
	SFUNC = greenery.orphan_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = greenery.orphan_count_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = greenery.orphan_count_combine,
	SERIALFUNC = greenery.orphan_count_serialize,
	DESERIALFUNC = greenery.orphan_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.orphan_count(bytea, "any") IS
	'The number of rows whose value is none of those that greenery.key_set has collected, of the same type; the set of the first row is the one for all. NULL values do not count. A text or uuid is known by 128 bits of it. Error 42804 when the types differ, 22004 when the set is NULL, 22P03 when its bytes are not a set.';

CREATE FUNCTION greenery.row_key(VARIADIC columns "any")
	RETURNS uuid
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.row_key("any") IS
	'A key that is equal for equal rows of values, for duplicate_count to count in the same statement: two numbers side by side, 128 bits of keyed hash for anything else. NULL when one of the values is NULL. For types whose values are equal when their bytes are; error 0A000 for others, 22023 for an array in place of the list.';
