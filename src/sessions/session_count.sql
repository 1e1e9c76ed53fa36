-- session_count: how many sessions, without numbering their events

CREATE FUNCTION @extschema@.session_count_transition(state internal, user_id "any", ts timestamptz, gap interval) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_transition(internal, "any", timestamptz, interval) IS
	'Support function of session_count: takes in a row.';

CREATE FUNCTION @extschema@.session_count_transition(state internal, user_id "any", ts timestamp, gap interval) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_transition(internal, "any", timestamp, interval) IS
	'Support function of session_count: takes in a row.';

CREATE FUNCTION @extschema@.session_count_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_combine(internal, internal) IS
	'Support function of session_count: merges two states.';

CREATE FUNCTION @extschema@.session_count_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_serialize(internal) IS
	'Support function of session_count: a state as bytes.';

CREATE FUNCTION @extschema@.session_count_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_deserialize(bytea, internal) IS
	'Support function of session_count: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION @extschema@.session_count_final(state internal) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_count_final(internal) IS
	'Support function of session_count: the number of sessions.';

CREATE AGGREGATE @extschema@.session_count(user_id "any", ts timestamptz, gap interval) (
	SFUNC = @extschema@.session_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.session_count_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_count_combine,
	SERIALFUNC = @extschema@.session_count_serialize,
	DESERIALFUNC = @extschema@.session_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_count("any", timestamptz, interval) IS
	'The number of sessions of all users, where a session ends with a pause longer than gap: as many as sessionize(ts, gap) would number, without sorting the rows. Rows with a NULL user_id or a NULL or infinite time do not count; 0 without any others. gap is a fixed length, the same in all rows: a day counts as 24 hours, months and negative lengths are errors (22023), as is NULL (22004). user_id may be of any hashable type. Memory: 32 bytes for each session (24 where ids are integers) however many rows it has, up to four times that while collecting, plus a copy of each id that is neither integer, uuid nor string.';

CREATE AGGREGATE @extschema@.session_count(user_id "any", ts timestamp, gap interval) (
	SFUNC = @extschema@.session_count_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.session_count_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_count_combine,
	SERIALFUNC = @extschema@.session_count_serialize,
	DESERIALFUNC = @extschema@.session_count_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_count("any", timestamp, interval) IS
	'As session_count("any", timestamptz, interval), for times without time zone, which are taken as they stand.';
