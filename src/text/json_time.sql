-- A moment inside JSON.  to_jsonb(timestamptz) would follow the session's time
-- zone, and two builds of one row would differ.
CREATE FUNCTION @extschema@.greenery_json_time(moment timestamptz) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN CASE
		WHEN isfinite(moment)
		THEN (to_jsonb(moment AT TIME ZONE 'UTC') #>> '{}') || 'Z'
		ELSE moment::text
	END;
COMMENT ON FUNCTION @extschema@.greenery_json_time(timestamptz) IS
	'A moment as ISO 8601 text in UTC, whatever the session''s time zone: 2021-02-11T23:30:34Z. NULL gives NULL, an infinite time infinity or -infinity.';
