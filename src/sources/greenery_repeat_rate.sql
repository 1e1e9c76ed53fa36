-- The repeat rate of the shop's own orders.

CREATE FUNCTION @extschema@.greenery_repeat_rate(
	since timestamptz DEFAULT NULL,
	until timestamptz DEFAULT NULL)
	RETURNS double precision
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_repeat_rate(timestamptz, timestamptz) IS
	'The shop''s repeat rate: users with two or more orders divided by users with at least one; only orders at or after since and before until count, for both numbers (NULL: no bound). NULL when no one purchased. Cancelled orders and excluded users do not count. A text such as ''2021-02-11'' is read in the time zone of the session, as everywhere in PostgreSQL, and not in greenery_timezone(): write the offset, or set timezone to greenery_timezone(). Reads the orders with the caller''s own rights. Error 22023 when until lies before since.';

CREATE FUNCTION @extschema@.greenery_repeat_rate_summary(
	since timestamptz DEFAULT NULL,
	until timestamptz DEFAULT NULL)
	RETURNS TABLE (
		purchasers bigint,
		repeat_purchasers bigint,
		repeat_rate double precision,
		low double precision,
		high double precision)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.n[1], c.n[2], c.n[2]::double precision / nullif(c.n[1], 0), w.i[1], w.i[2]
	FROM (
		SELECT CASE WHEN NOT greenery.on_shards() THEN (
			SELECT @extschema@.repeat_counts(o.user_id, o.order_id)
			FROM greenery.stg_orders o
			WHERE NOT o.is_cancelled
				AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
				AND (since IS NULL OR o.created_at >= since)
				AND (until IS NULL OR o.created_at < until)
		) ELSE (
			-- on each server of its users, in numbers that add up
			SELECT ARRAY[count(*), count(*) FILTER (WHERE r.purchased_again)]
			FROM (
				SELECT min(o.order_id COLLATE "C") <> max(o.order_id COLLATE "C") AS purchased_again
				FROM greenery.stg_orders o
				WHERE o.user_id IS NOT NULL
					AND o.order_id IS NOT NULL
					AND NOT o.is_cancelled
					AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
					AND (since IS NULL OR o.created_at >= since)
					AND (until IS NULL OR o.created_at < until)
				GROUP BY o.user_id
			) r
		) END AS n
		-- a fence: counted once
		OFFSET 0
	) c
	CROSS JOIN LATERAL (SELECT @extschema@.wilson_interval(c.n[2], c.n[1]) AS i) w;
END;
COMMENT ON FUNCTION @extschema@.greenery_repeat_rate_summary(timestamptz, timestamptz) IS
	'The shop''s repeat rate with what it is made of, and its 95 % interval (Wilson 1927, score interval without continuity correction): one row. Only orders at or after since and before until count (NULL: no bound). Cancelled orders and excluded users do not count. Rate and interval are NULL when no one purchased.';
