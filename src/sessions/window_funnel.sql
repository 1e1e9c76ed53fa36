-- window_funnel: how far through a series of steps, and when

CREATE FUNCTION @extschema@.window_funnel_transition(state internal, within interval, ts timestamptz, steps boolean[]) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_transition(internal, interval, timestamptz, boolean[]) IS
	'Support function of window_funnel and window_funnel_times: takes in a row.';

CREATE FUNCTION @extschema@.window_funnel_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_combine(internal, internal) IS
	'Support function of window_funnel and window_funnel_times: merges two states.';

CREATE FUNCTION @extschema@.window_funnel_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_serialize(internal) IS
	'Support function of window_funnel and window_funnel_times: a state as bytes.';

CREATE FUNCTION @extschema@.window_funnel_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_deserialize(bytea, internal) IS
	'Support function of window_funnel and window_funnel_times: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION @extschema@.window_funnel_final(state internal) RETURNS integer
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_final(internal) IS
	'Support function of window_funnel: the deepest step.';

CREATE FUNCTION @extschema@.window_funnel_times_final(state internal) RETURNS timestamptz[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.window_funnel_times_final(internal) IS
	'Support function of window_funnel_times: the times of the steps.';

CREATE AGGREGATE @extschema@.window_funnel(within interval, ts timestamptz, VARIADIC steps boolean[]) (
	SFUNC = @extschema@.window_funnel_transition,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = @extschema@.window_funnel_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.window_funnel_combine,
	SERIALFUNC = @extschema@.window_funnel_serialize,
	DESERIALFUNC = @extschema@.window_funnel_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.window_funnel(interval, timestamptz, boolean[]) IS
	'The deepest funnel step reached: the largest k for which k different rows with t1 <= ... <= tk satisfy steps 1 to k in this order and tk - t1 <= within. One row never counts for two steps; rows of the same time may stand in any order; 0 when no row satisfies step 1, and for no rows at all. Rows with a NULL or infinite time do not count, a NULL step is not satisfied. At most 64 steps. within is a fixed length, the same in all rows: a day counts as 24 hours, months and negative lengths are errors (22023), as is NULL (22004). The answer depends neither on the order of the rows nor on the number of workers. Memory: 16 bytes for each row that satisfies a step.';

CREATE AGGREGATE @extschema@.window_funnel_times(within interval, ts timestamptz, VARIADIC steps boolean[]) (
	SFUNC = @extschema@.window_funnel_transition,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = @extschema@.window_funnel_times_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.window_funnel_combine,
	SERIALFUNC = @extschema@.window_funnel_serialize,
	DESERIALFUNC = @extschema@.window_funnel_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.window_funnel_times(interval, timestamptz, boolean[]) IS
	'The times of the steps that window_funnel counts, so the array is as long as its answer; NULL where that is 0. Of several chains of rows of that length the one with the earliest first step is taken, among those the one with the earliest second step, and so on. All rules are those of window_funnel; asking for both costs little more than one.';
