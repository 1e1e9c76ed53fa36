-- What the sample shop is drawn with.
--
-- Nothing here is random: a draw is a hash of (what is drawn, for which row,
-- seed).  hashint8extended is integer arithmetic only and decides to which
-- partition a row of a hash-partitioned table belongs, so it gives the same
-- answer on every platform and in every major version; random() does not, nor
-- would anything that rounds floats or sorts by locale.  Ids come from it too
-- and not from md5(), which a server in FIPS mode refuses.
--
-- All are SQL functions that the planner inlines (a scalar one is a lone
-- expression, and uses no costly argument twice): a shop of millions of orders
-- makes hundreds of millions of draws.  Changing a number below changes
-- every sample shop; the regression test holds a fingerprint.

CREATE FUNCTION greenery.sample_draw(what bigint, i bigint, seed bigint, n bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- the mask clears the sign; the bias of the modulo is below n / 2^63
	SELECT (hashint8extended(i, hashint8extended(what, seed)) & 9223372036854775807) % n;
END;
COMMENT ON FUNCTION greenery.sample_draw(bigint, bigint, bigint, bigint) IS
	'Sample shop: the draw named "what" for row number i, uniform over 0 to n - 1. The same arguments always give the same number. NULL for a NULL argument; n = 0 is a division by zero.';

CREATE FUNCTION greenery.sample_id(kind bigint, i bigint, seed bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT encode(int8send(hashint8extended(i, hashint8extended(kind, seed)))
				  || int8send(hashint8extended(i, hashint8extended(kind, ~ seed))),
				  'hex')::uuid::text;
END;
COMMENT ON FUNCTION greenery.sample_id(bigint, bigint, bigint) IS
	'Sample shop: the id, in the text form of a UUID, of row number i of a kind. NULL for a NULL argument.';

CREATE FUNCTION greenery.sample_basket(i bigint, seed bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT width_bucket(greenery.sample_draw(30, i, seed, 1000),
						'{0,247,615,837,942,981,992}'::bigint[]);
END;
COMMENT ON FUNCTION greenery.sample_basket(bigint, bigint) IS
	'Sample shop: how many different products order number i holds, 1 to 7.';

CREATE FUNCTION greenery.sample_shelf(kind bigint, i bigint, slot bigint, width bigint, seed bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Each slot draws from a shelf of its own, so ten slots hold ten different
	-- products without a look at one another.
	SELECT (1 + (greenery.sample_draw(kind, i, seed, 10) + 3 * slot) % 10 * width
			+ greenery.sample_draw(kind + 1 + slot, i, seed, width))::integer;
END;
COMMENT ON FUNCTION greenery.sample_shelf(bigint, bigint, bigint, bigint, bigint) IS
	'Sample shop: the place on ten shelves of the given width where session number i of a kind finds the product that it looks at in a slot. Slots 0 to 9 of one session are on different shelves.';

CREATE FUNCTION greenery.sample_orders(orders bigint, users bigint, again bigint[], seed bigint)
RETURNS TABLE(i bigint, user_no bigint, placed bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000000
BEGIN ATOMIC
	-- Every order falls on any user and any second of the 28 days alike.  So the
	-- orders of a user are a process without memory: of 2.8 on average some 6 %
	-- of the users get none, 17 % one, 24 % two, and what a user did up to some
	-- moment says nothing about what comes after it.  That is what a shop
	-- "without effect" must be; users of different zeal would be enough to make
	-- the weekday of the first order look like an indicator.
	--
	-- The long tail are bulk buyers: each block of 256 orders ends with 2, 4, .. 64
	-- orders of one user at half-hour steps.  Whom and when it hits is again
	-- independent of everything else, and the steps are longer than a session.
	SELECT o.i,
		   1 + greenery.sample_draw(20, CASE WHEN o.bulk THEN - o.block ELSE o.base END, seed, users),
		   CASE WHEN o.bulk
				THEN greenery.sample_draw(21, - o.block, seed, 2419200 - 64 * 1800)
					 + o.base % 64 * 1800 + greenery.sample_draw(22, o.base, seed, 600)
				ELSE greenery.sample_draw(21, o.base, seed, 2419200)
		   END + o.later
	  FROM (SELECT n.i, n.base, n.later, n.block,
				   255 - (n.base - 1) % 256 <
				   least(orders / 32, 1 << n.zeal) AS bulk
			  FROM (SELECT s.i, s.base, s.later,
						   1 + (s.base - 1) / 256 AS block,
						   width_bucket(greenery.sample_draw(23, 1 + (s.base - 1) / 256, seed, 64),
										'{0,32,48,56,60,62}'::bigint[]) AS zeal
					  FROM (SELECT g AS i, g AS base, 0::bigint AS later
							  FROM generate_series(1, orders) AS g
							UNION ALL
							SELECT orders + a, a,
								   3600 + greenery.sample_draw(24, a, seed, 7 * 86400 - 3600)
							  FROM unnest(again) AS a) AS s) AS n) AS o
	-- a fence: what is computed here is computed once, however often it is used
	OFFSET 0;
END;
COMMENT ON FUNCTION greenery.sample_orders(bigint, bigint, bigint[], bigint) IS
	'Sample shop: the orders as row number, user number (1 to users) and seconds since 2021-02-01 00:00 UTC. For each order number in "again" one more order of the same user within the seven days after it, numbered orders + that number.';
