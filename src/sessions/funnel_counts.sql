-- funnel_counts: how many sessions get how far, without a GROUP BY

CREATE FUNCTION @extschema@.funnel_counts_transition(state internal, within interval, session_id "any", ts timestamptz, VARIADIC steps "any") RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.funnel_counts_transition(internal, interval, "any", timestamptz, "any") IS
	'Support function of funnel_counts: takes in a row.';

CREATE FUNCTION @extschema@.funnel_counts_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.funnel_counts_combine(internal, internal) IS
	'Support function of funnel_counts: merges two states.';

CREATE FUNCTION @extschema@.funnel_counts_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.funnel_counts_serialize(internal) IS
	'Support function of funnel_counts: a state as bytes.';

CREATE FUNCTION @extschema@.funnel_counts_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.funnel_counts_deserialize(bytea, internal) IS
	'Support function of funnel_counts: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION @extschema@.funnel_counts_final(state internal) RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.funnel_counts_final(internal) IS
	'Support function of funnel_counts: sessions by depth.';

CREATE AGGREGATE @extschema@.funnel_counts(within interval, session_id "any", ts timestamptz, VARIADIC steps "any") (
	SFUNC = @extschema@.funnel_counts_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.funnel_counts_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.funnel_counts_combine,
	SERIALFUNC = @extschema@.funnel_counts_serialize,
	DESERIALFUNC = @extschema@.funnel_counts_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.funnel_counts(interval, "any", timestamptz, "any") IS
	'How many sessions get how far through a series of steps: element k + 1 of the array is the number of sessions whose deepest step is k, so the first element counts those that do not reach step 1, and all elements together are all sessions. The depth of a session is that of window_funnel(within, ts, steps) over its rows, with all its rules; grouping by session_id is done here and much faster. Steps are booleans, or one boolean[] after VARIADIC; other types are an error (42804). Rows with a NULL session_id do not count; NULL without any rows. session_id may be of any hashable type. Memory: 24 bytes (16 where ids are integers; 8 more with more than eight steps) for each row that satisfies a step, up to four times that while collecting, plus a copy of each id that is neither integer, uuid nor string.';
