CREATE FUNCTION @extschema@.greenery_return_rate() RETURNS double precision
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT count(DISTINCT r.order_id)::double precision
		/ nullif((SELECT count(*) FROM greenery.fact_user_orders), 0)
	FROM greenery.fact_returns r;
END;
COMMENT ON FUNCTION @extschema@.greenery_return_rate() IS
	'Orders with a return divided by orders; NULL without orders.';
