-- as_of: one row.  The present, as the marts see it: a mart must say the same
-- tomorrow about the same rows, so never now().

-- Orders in the future do not move the present: a year may be mistyped.  Nor do cancelled
-- ones.  The function is
-- STABLE; clock_timestamp() itself is volatile, and the planner would compute a view's
-- column that reads the present even when nothing asks for it.
CREATE FUNCTION greenery.clock() RETURNS timestamptz
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT clock_timestamp();
END;
COMMENT ON FUNCTION greenery.clock() IS
	'What the clock shows. Orders made later do not count for greenery_as_of().';

CREATE VIEW greenery.as_of AS
SELECT coalesce(
	greenery.as_of_setting(),
	(SELECT max(o.created_at)
	   FROM greenery.stg_orders o
	  WHERE isfinite(o.created_at)
		AND o.order_id IS NOT NULL
		AND NOT o.is_cancelled
		-- a subquery: evaluated once, so that an index on the time can be used
		AND o.created_at <= (SELECT greenery.clock()))) AS as_of
-- a fence: computed once, however often a query names it
OFFSET 0;

COMMENT ON VIEW greenery.as_of IS
	'The present, as the marts see it: setting greenery.as_of, else the time of the last order that is not cancelled and does not lie in the future. One row.';
COMMENT ON COLUMN greenery.as_of.as_of IS
	'The moment; NULL when there are neither a setting nor orders.';

CREATE FUNCTION @extschema@.greenery_as_of() RETURNS timestamptz
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.as_of FROM greenery.as_of a;
END;
COMMENT ON FUNCTION @extschema@.greenery_as_of() IS
	'The present, as the marts see it: setting greenery.as_of, else the time of the last order that is not cancelled and does not lie in the future; NULL without orders.';
