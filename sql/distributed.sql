-- Without Citus: what is for its clusters costs nothing, and says what is missing.  Answers on
-- a cluster: t/096_citus.pl.
SELECT greenery.on_shards(), greenery.items_on_shards(), greenery.is_distributed('greenery.orders');
SELECT greenery_distribute_published();

-- where the shards are asked in another way, the planner sees that this way is not taken
CREATE FUNCTION pg_temp.plan_has(query text, part text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	line text;
	n bigint := 0;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF, VERBOSE) ' || query LOOP
		n := n + (line ~ part)::integer;
	END LOOP;
	RETURN n;
END
$$;
SELECT q, pg_temp.plan_has(q, 'repeat_counts\(') > 0 AS one_way, pg_temp.plan_has(q, 'min\([^,]*order_id[^,]*<>') AS other_way,
	pg_temp.plan_has(q, 'One-Time Filter: false') AS not_taken
FROM unnest(ARRAY[
	'SELECT * FROM greenery_repeat_rate_summary()',
	'SELECT value FROM greenery.metrics',
	'SELECT reorder_rate FROM greenery.product_reorder']) q;
-- items are joined by their order, and not by its user
SELECT pg_temp.plan_has('SELECT product_ids FROM greenery.dim_order_products', 'Cond: .*user_id') AS by_user,
	pg_temp.plan_has('SELECT product_ids FROM greenery.dim_order_products', 'Cond: .*order_id') > 0 AS by_order;
