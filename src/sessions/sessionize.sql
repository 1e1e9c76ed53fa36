-- sessionize: cut a stream of events into sessions

CREATE FUNCTION @extschema@.sessionize(ts timestamptz, gap interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.sessionize(timestamptz, interval) IS
	'Window function: the number of the session that the row belongs to, from 1 within the partition. A new session starts when the pause since the row before is longer than gap. Use it as sessionize(ts, gap) OVER (PARTITION BY user_id ORDER BY ts); time running backwards is an error (22023). Rows with a NULL or infinite time get NULL and are passed over. gap is a fixed length, the same in all rows of a partition: a day counts as 24 hours, months and negative lengths are errors (22023), as is NULL (22004).';

CREATE FUNCTION @extschema@.sessionize(ts timestamptz, gap interval, max_length interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.sessionize(timestamptz, interval, interval) IS
	'Window function: as sessionize(ts, gap); a new session also starts when the row is later than max_length after the first row of its session, so that no session lasts longer. Rules for max_length are those for gap.';

CREATE FUNCTION @extschema@.sessionize(ts timestamp, gap interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.sessionize(timestamp, interval) IS
	'Window function: as sessionize(timestamptz, interval), for times without time zone, which are taken as they stand.';

CREATE FUNCTION @extschema@.sessionize(ts timestamp, gap interval, max_length interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.sessionize(timestamp, interval, interval) IS
	'Window function: as sessionize(timestamptz, interval, interval), for times without time zone, which are taken as they stand.';

CREATE FUNCTION @extschema@.sessionize(day date, gap interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME', 'sessionize_date';
COMMENT ON FUNCTION @extschema@.sessionize(date, interval) IS
	'Window function: as sessionize(timestamp, interval), for days, which have no time zone.';

CREATE FUNCTION @extschema@.sessionize(day date, gap interval, max_length interval) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW AS 'MODULE_PATHNAME', 'sessionize_date';
COMMENT ON FUNCTION @extschema@.sessionize(date, interval, interval) IS
	'Window function: as sessionize(timestamp, interval, interval), for days, which have no time zone.';
