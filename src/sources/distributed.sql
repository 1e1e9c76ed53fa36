-- Tables whose rows are on several servers, by Citus.
--
-- Where a view has to ask in another way there, it says both ways, and these functions say
-- which one holds.  distributed.c puts true in the place of their calls; everywhere else they are
-- false, and the planner sees that: the other way costs nothing.

CREATE FUNCTION greenery.on_shards() RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN false;
COMMENT ON FUNCTION greenery.on_shards() IS
	'In a query over distributed tables of Citus: true. Else false.';

CREATE FUNCTION greenery.items_on_shards() RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN false;
COMMENT ON FUNCTION greenery.items_on_shards() IS
	'In a query over distributed tables of Citus: whether orders and their items are both distributed by the user, so that an order is on the server of its items. Else false.';
