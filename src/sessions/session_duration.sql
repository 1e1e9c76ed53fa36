-- session_duration: from the first to the last event

CREATE FUNCTION @extschema@.session_duration_transition(state bigint[], ts timestamptz)
	RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_duration_transition(bigint[], timestamptz) IS
	'Aggregate session_duration: takes in one event. NULL and infinite times leave the state as it is.';

CREATE FUNCTION @extschema@.session_duration_transition(state bigint[], ts timestamp)
	RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_duration_transition(bigint[], timestamp) IS
	'Aggregate session_duration: takes in one event. NULL and infinite times leave the state as it is.';

CREATE FUNCTION @extschema@.session_duration_transition(state bigint[], day date)
	RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'session_duration_date_transition';
COMMENT ON FUNCTION @extschema@.session_duration_transition(bigint[], date) IS
	'Aggregate session_duration: takes in one day. NULL and infinite days leave the state as it is.';

CREATE FUNCTION @extschema@.session_duration_combine(state bigint[], other bigint[])
	RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_duration_combine(bigint[], bigint[]) IS
	'Aggregate session_duration: the state of the events of both states. NULL is the state of no events.';

CREATE FUNCTION @extschema@.session_duration_final(state bigint[])
	RETURNS interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_duration_final(bigint[]) IS
	'Aggregate session_duration: last minus first event of a state. NULL for NULL.';

CREATE AGGREGATE @extschema@.session_duration(ts timestamptz) (
	SFUNC = @extschema@.session_duration_transition,
	STYPE = bigint[],
	SSPACE = 64,
	FINALFUNC = @extschema@.session_duration_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_duration_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_duration(timestamptz) IS
	'The time from the first to the last event, as max(ts) - min(ts) gives it. NULL and infinite times do not count; NULL without any other; zero for a single event. Error 22008 when the span exceeds the range of interval.';

CREATE AGGREGATE @extschema@.session_duration(ts timestamp) (
	SFUNC = @extschema@.session_duration_transition,
	STYPE = bigint[],
	SSPACE = 64,
	FINALFUNC = @extschema@.session_duration_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_duration_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_duration(timestamp) IS
	'The time from the first to the last event, as max(ts) - min(ts) gives it. NULL and infinite times do not count; NULL without any other; zero for a single event. Error 22008 when the span exceeds the range of interval.';

CREATE AGGREGATE @extschema@.session_duration(day date) (
	SFUNC = @extschema@.session_duration_transition,
	STYPE = bigint[],
	SSPACE = 64,
	FINALFUNC = @extschema@.session_duration_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_duration_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_duration(date) IS
	'The time from the first to the last day, in days of 24 hours: dates have no time zone. NULL and infinite days do not count; NULL without any other; zero for a single day. Error 22008 for a day beyond the range of timestamp.';
