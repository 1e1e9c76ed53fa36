-- session_summary: numbers over all sessions, without a GROUP BY

CREATE TYPE @extschema@.session_totals AS (
	sessions bigint,
	events bigint,
	bounces bigint,
	conversions bigint,
	total_duration interval,
	average_duration interval
);
COMMENT ON TYPE @extschema@.session_totals IS 'The result of session_summary for a set of sessions.';
COMMENT ON COLUMN @extschema@.session_totals.sessions IS 'Different session ids.';
COMMENT ON COLUMN @extschema@.session_totals.events IS 'Rows with a session id.';
COMMENT ON COLUMN @extschema@.session_totals.bounces IS 'Sessions of less than a minute without a conversion.';
COMMENT ON COLUMN @extschema@.session_totals.conversions IS 'Sessions with a conversion.';
COMMENT ON COLUMN @extschema@.session_totals.total_duration IS 'Sum over sessions of the time from the first to the last event; NULL when no event has a finite time.';
COMMENT ON COLUMN @extschema@.session_totals.average_duration IS 'total_duration, divided by the sessions that have an event with a finite time; NULL when there is none.';

CREATE FUNCTION @extschema@.session_summary_transition(state internal, session_id "any", ts timestamptz, converted boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_transition(internal, "any", timestamptz, boolean) IS
	'Support function of session_summary: takes in a row.';

CREATE FUNCTION @extschema@.session_summary_transition(state internal, session_id "any", ts timestamp, converted boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_transition(internal, "any", timestamp, boolean) IS
	'Support function of session_summary: takes in a row.';

CREATE FUNCTION @extschema@.session_summary_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_combine(internal, internal) IS
	'Support function of session_summary: merges two states.';

CREATE FUNCTION @extschema@.session_summary_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_serialize(internal) IS
	'Support function of session_summary: a state as bytes.';

CREATE FUNCTION @extschema@.session_summary_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_deserialize(bytea, internal) IS
	'Support function of session_summary: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION @extschema@.session_summary_final(state internal) RETURNS @extschema@.session_totals
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_summary_final(internal) IS
	'Support function of session_summary: the totals.';

CREATE AGGREGATE @extschema@.session_summary(session_id "any", ts timestamptz, converted boolean) (
	SFUNC = @extschema@.session_summary_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.session_summary_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_summary_combine,
	SERIALFUNC = @extschema@.session_summary_serialize,
	DESERIALFUNC = @extschema@.session_summary_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_summary("any", timestamptz, boolean) IS
	'Numbers over all sessions: how many there are, their events, bounces, conversions, and total and average duration, as grouping the rows by session_id would give them, without the cost of that. converted tells an event that converts its session, such as a checkout; NULL does not. A session lasts from its first to its last event; NULL and infinite times are events but count for no duration. A bounce is a session of less than a minute without conversion. Rows with a NULL session_id do not count. Filter out events that the shopper did not cause: FILTER (WHERE event_type <> ''package_shipped''). Never NULL: without rows its numbers are 0 and its durations NULL. session_id may be of any hashable type. Memory: 32 bytes for each session (24 where ids are integers) however many rows it has, up to four times that while collecting, plus a copy of each id that is neither integer, uuid nor string.';

CREATE AGGREGATE @extschema@.session_summary(session_id "any", ts timestamp, converted boolean) (
	SFUNC = @extschema@.session_summary_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = @extschema@.session_summary_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_summary_combine,
	SERIALFUNC = @extschema@.session_summary_serialize,
	DESERIALFUNC = @extschema@.session_summary_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_summary("any", timestamp, boolean) IS
	'As session_summary("any", timestamptz, boolean), for times without time zone, which are taken as they stand.';
