-- session_rows: a row for each session, without a GROUP BY

CREATE TYPE @extschema@.session_row AS (
	session_id text,
	session_start timestamptz,
	session_end timestamptz,
	duration interval,
	events bigint,
	converted boolean
);
COMMENT ON TYPE @extschema@.session_row IS 'A session, as session_rows returns it.';
COMMENT ON COLUMN @extschema@.session_row.session_id IS 'The id as text.';
COMMENT ON COLUMN @extschema@.session_row.session_start IS 'Time of the first event; NULL when no event has a finite time.';
COMMENT ON COLUMN @extschema@.session_row.session_end IS 'Time of the last event, likewise.';
COMMENT ON COLUMN @extschema@.session_row.duration IS 'session_end minus session_start.';
COMMENT ON COLUMN @extschema@.session_row.events IS 'Rows with the session id, those without a finite time too.';
COMMENT ON COLUMN @extschema@.session_row.converted IS 'Whether an event converted the session; never NULL.';

CREATE TYPE @extschema@.session_row_local AS (
	session_id text,
	session_start timestamp,
	session_end timestamp,
	duration interval,
	events bigint,
	converted boolean
);
COMMENT ON TYPE @extschema@.session_row_local IS 'A session, as session_rows returns it for times without time zone.';
COMMENT ON COLUMN @extschema@.session_row_local.session_id IS 'The id as text.';
COMMENT ON COLUMN @extschema@.session_row_local.session_start IS 'Time of the first event, without time zone; NULL when no event has a finite time.';
COMMENT ON COLUMN @extschema@.session_row_local.session_end IS 'Time of the last event, likewise.';
COMMENT ON COLUMN @extschema@.session_row_local.duration IS 'session_end minus session_start.';
COMMENT ON COLUMN @extschema@.session_row_local.events IS 'Rows with the session id, those without a finite time too.';
COMMENT ON COLUMN @extschema@.session_row_local.converted IS 'Whether an event converted the session; never NULL.';

CREATE FUNCTION @extschema@.session_rows_transition(state internal, session_id "any", ts timestamptz, converted boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_transition(internal, "any", timestamptz, boolean) IS
	'Support function of session_rows: takes in a row.';

CREATE FUNCTION @extschema@.session_rows_transition(state internal, session_id "any", ts timestamp, converted boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_transition(internal, "any", timestamp, boolean) IS
	'Support function of session_rows: takes in a row.';

-- COST: a worker's sessions are looked up and copied one by one, which takes
-- longer than what the worker saves unless sessions have very many rows
CREATE FUNCTION @extschema@.session_rows_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_combine(internal, internal) IS
	'Support function of session_rows: merges two states.';

CREATE FUNCTION @extschema@.session_rows_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_serialize(internal) IS
	'Support function of session_rows: a state as bytes.';

CREATE FUNCTION @extschema@.session_rows_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_deserialize(bytea, internal) IS
	'Support function of session_rows: a state from its bytes; others are an error (22P03).';

-- STABLE, as the text of an id may depend on settings
CREATE FUNCTION @extschema@.session_rows_final(state internal) RETURNS @extschema@.session_row[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.session_rows_final(internal) IS
	'Support function of session_rows: the array.';

CREATE FUNCTION @extschema@.session_rows_local_final(state internal) RETURNS @extschema@.session_row_local[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'session_rows_final';
COMMENT ON FUNCTION @extschema@.session_rows_local_final(internal) IS
	'Support function of session_rows: the array, of times without time zone.';

CREATE AGGREGATE @extschema@.session_rows(session_id "any", ts timestamptz, converted boolean) (
	SFUNC = @extschema@.session_rows_transition,
	STYPE = internal,
	SSPACE = 2048,
	FINALFUNC = @extschema@.session_rows_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_rows_combine,
	SERIALFUNC = @extschema@.session_rows_serialize,
	DESERIALFUNC = @extschema@.session_rows_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_rows("any", timestamptz, boolean) IS
	'One element per session, as grouping the rows by session_id would give them, without the cost of that: an array of session_row in no particular order. As rows: SELECT (r).* FROM (SELECT unnest(session_rows(session_id, created_at, event_type = ''checkout'')) AS r FROM events) s. So the array is made and taken apart once; (unnest(session_rows(...))).* would take it apart for each column. The rules are those of session_summary: converted tells an event that converts its session, NULL does not; NULL and infinite times are events but count for neither start nor end; rows with a NULL session_id do not count; leave rows out by FILTER. Never NULL: without rows the array is empty. session_id may be of any hashable type; of ids that are equal but look different, such as 1.0 and 1.00, one is taken, of char(n) without its blanks. An array takes up to 1 GB, about nine million sessions with a uuid, more are an error (54000); then group by a part of the id: GROUP BY hashtext(session_id) % 16 beside unnest. Memory: 50 to 100 bytes for each session and a copy of its id unless that is an integer or uuid, however many rows it has, and the array; nothing goes to disk.';

CREATE AGGREGATE @extschema@.session_rows(session_id "any", ts timestamp, converted boolean) (
	SFUNC = @extschema@.session_rows_transition,
	STYPE = internal,
	SSPACE = 2048,
	FINALFUNC = @extschema@.session_rows_local_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.session_rows_combine,
	SERIALFUNC = @extschema@.session_rows_serialize,
	DESERIALFUNC = @extschema@.session_rows_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.session_rows("any", timestamp, boolean) IS
	'As session_rows("any", timestamptz, boolean), for times without time zone, which are taken as they stand: an array of session_row_local.';
