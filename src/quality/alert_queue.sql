CREATE FUNCTION greenery.queue_build_alerts(build_id bigint) RETURNS void LANGUAGE sql AS $$ SELECT $$;
