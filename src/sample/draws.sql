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
	-- products without a look at one another.  One session of twelve is for a set: the
	-- first products of every third shelf, which are so bought together.
	SELECT (1 + CASE WHEN greenery.sample_draw(kind + 20, i, seed, 12) = 0
					 THEN 3 * slot % 10 * width
					 ELSE (greenery.sample_draw(kind, i, seed, 10) + 3 * slot) % 10 * width
						  + greenery.sample_draw(kind + 1 + slot, i, seed, width) END)::integer;
END;
COMMENT ON FUNCTION greenery.sample_shelf(bigint, bigint, bigint, bigint, bigint) IS
	'Sample shop: the place on ten shelves of the given width where session number i of a kind finds the product that it looks at in a slot. Slots 0 to 9 of one session are on different shelves.';

CREATE FUNCTION greenery.sample_purchasers(orders bigint, users bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- As many as would order if every order fell on any user alike: of 2.8 on average
	-- some 6 % get none.  The last of twenty users or more is the bot.
	SELECT least(orders, greatest(1, least(users - (users >= 20)::integer,
										   round(users * (1 - exp(- orders::numeric / users))))))::bigint;
END;
COMMENT ON FUNCTION greenery.sample_purchasers(bigint, bigint) IS
	'Sample shop: how many users order at all. They are those with the smallest numbers.';

-- The two lists say how the year goes, week by week, in millionths: first orders, and
-- the time left for further ones.  Three in ten purchasers are customers of old, whose
-- first recorded order falls into the first months; the others come with growth (almost
-- twice as many at the end), more of them in April and before Christmas, fewer in August.
CREATE FUNCTION greenery.sample_week(user_no bigint, purchasers bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT width_bucket((user_no - 1) * 1000000 / purchasers,
						'{0,36995,71510,103882,134457,163589,191632,218912,245697,272152,298314,324086,349260,373567,396744,418592,439007,457983,475588,491922,507075,521113,534078,546011,556990,567160,576747,586042,595365,605015,615224,626124,637750,650052,662930,676265,689953,703937,718252,733106,748957,766520,786570,809505,834894,861390,887211,910918,931961,950658,967769,984044}'::bigint[]);
END;
COMMENT ON FUNCTION greenery.sample_week(bigint, bigint) IS
	'Sample shop: the week, 1 to 52, of a purchaser''s first order.';

CREATE FUNCTION greenery.sample_rest_week(week_draw bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT width_bucket(week_draw,
						'{0,58424,112073,161587,207590,250699,291497,330509,368145,404661,440122,474413,507281,538413,567523,594419,619042,641460,661820,680302,697072,712260,725963,738279,749337,759328,768507,777176,785639,794159,802918,811999,821396,831034,840802,850585,860288,869851,879286,888706,898364,908629,919848,932112,945056,957906,969786,980104,988111,993644,997261,999325}'::bigint[]);
END;
COMMENT ON FUNCTION greenery.sample_rest_week(bigint) IS
	'Sample shop: the week of first orders that a draw of a million hits, the likelier the more customers it brought and the more of the year is left after it.';

CREATE FUNCTION greenery.sample_customer(week_draw bigint, user_draw bigint, purchasers bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- the users of one week; SQL that the planner inlines cannot keep the week
	SELECT 1 + (('{0,36995,71510,103882,134457,163589,191632,218912,245697,272152,298314,324086,349260,373567,396744,418592,439007,457983,475588,491922,507075,521113,534078,546011,556990,567160,576747,586042,595365,605015,615224,626124,637750,650052,662930,676265,689953,703937,718252,733106,748957,766520,786570,809505,834894,861390,887211,910918,931961,950658,967769,984044,1000000}'::bigint[])[greenery.sample_rest_week(week_draw)] * (1000000 - user_draw)
				+ ('{0,36995,71510,103882,134457,163589,191632,218912,245697,272152,298314,324086,349260,373567,396744,418592,439007,457983,475588,491922,507075,521113,534078,546011,556990,567160,576747,586042,595365,605015,615224,626124,637750,650052,662930,676265,689953,703937,718252,733106,748957,766520,786570,809505,834894,861390,887211,910918,931961,950658,967769,984044,1000000}'::bigint[])[greenery.sample_rest_week(week_draw) + 1] * user_draw)
			   / 1000000 * purchasers / 1000000;
END;
COMMENT ON FUNCTION greenery.sample_customer(bigint, bigint, bigint) IS
	'Sample shop: the purchaser that two draws of a million hit, the likelier the more of the year is left after their first order.';

CREATE FUNCTION greenery.sample_first_at(user_no bigint, purchasers bigint, seed bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN user_no <= purchasers
				THEN (greenery.sample_week(user_no, purchasers) - 1) * 604800
					 + greenery.sample_draw(26, user_no, seed, 604800)
				ELSE greenery.sample_draw(27, user_no, seed, 31449600) END;
END;
COMMENT ON FUNCTION greenery.sample_first_at(bigint, bigint, bigint) IS
	'Sample shop: seconds from 2021-02-01 00:00 UTC to the first order of a user, or to what stands for it where there is none.';

CREATE FUNCTION greenery.sample_lead(user_no bigint, seed bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT 7200 + greenery.sample_draw(9, user_no, seed, 60 * 86400);
END;
COMMENT ON FUNCTION greenery.sample_lead(bigint, bigint) IS
	'Sample shop: how many seconds before the first order a user registered.';

CREATE FUNCTION greenery.sample_orders(orders bigint, users bigint, again bigint[], seed bigint)
RETURNS TABLE(i bigint, user_no bigint, placed bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000000
BEGIN ATOMIC
	-- The rows are in no order: a prime that is above every number of rows walks through
	-- them all.  Some are the first orders of all purchasers.  The others fall on any of
	-- these alike, at a rate that depends on nothing but the time since the first order: in
	-- the five weeks after it most come soon, and then any moment is like any other.
	-- So whether a customer comes back within some time has nothing to do with what the
	-- first order was, nor with how many came before some moment, but for the newest
	-- customers, who come back sooner.  That is what a shop "without effect" must be;
	-- customers of different zeal would be enough to make it otherwise.
	--
	-- The long tail are bulk buyers: each block of 256 further orders begins with 2, 4, .. 64
	-- orders of one user at half-hour steps.  Whom and when it hits is again
	-- independent of everything else, and the steps are longer than a session.
	SELECT t.i, t.user_no,
		   least(31449599, t.began + t.bulk * least(1800, (31449600 - t.began) / 65)
						   + CASE WHEN t.bulk > 0 THEN greenery.sample_draw(22, t.base, seed, 600) ELSE 0 END
						   + t.later)
	  FROM (SELECT a.i, a.base, a.user_no, a.later, a.bulk,
				   a.first_at
				   + CASE WHEN a.key IS NULL THEN 0
						  -- the five weeks weigh as much as twelve weeks more
						  WHEN greenery.sample_draw(28, a.key, seed, a.rest * 10 + a.soon * 24) < a.soon * 24
						  THEN 3600 + least(greenery.sample_draw(21, a.key, seed, a.soon),
											greenery.sample_draw(29, a.key, seed, a.soon))
						  ELSE 3600 + greenery.sample_draw(21, a.key, seed, a.rest) END AS began
			  FROM (SELECT u.i, u.base, u.key, u.user_no, u.later, u.bulk, u.first_at,
						   greatest(1, 31449600 - 3600 - u.first_at) AS rest,
						   greatest(1, least(35 * 86400, 31449600 - 3600 - u.first_at)) AS soon
					  FROM (SELECT k.i, k.base, k.key, k.user_no, k.later, k.bulk,
								   greenery.sample_first_at(k.user_no, p.purchasers, seed) AS first_at
							  FROM (SELECT greenery.sample_purchasers(orders, users) AS purchasers OFFSET 0) AS p
							 CROSS JOIN LATERAL (
								-- key: what the draws of a further order go by
								SELECT n.i, n.base, n.later, n.key, n.bulk,
									   CASE WHEN n.key IS NULL THEN n.slot + 1
											ELSE greenery.sample_customer(n.week_draw, n.user_draw, p.purchasers)
									   END AS user_no
								  FROM (SELECT b.i, b.base, b.later, b.slot, b.key, b.bulk,
											   greenery.sample_draw(20, b.key, seed, 1000000) AS week_draw,
											   greenery.sample_draw(19, b.key, seed, 1000000) AS user_draw
										  FROM (SELECT z.i, z.base, z.later, z.slot,
													   CASE WHEN z.slot < p.purchasers THEN NULL
															WHEN z.is_bulk THEN - z.block
															ELSE z.base END AS key,
													   CASE WHEN z.is_bulk THEN (z.slot - p.purchasers) % 256
															ELSE 0 END AS bulk
												  FROM (SELECT s.i, s.base, s.later, s.slot,
															   1 + (s.slot - p.purchasers) / 256 AS block,
															   s.slot >= p.purchasers
															   AND (s.slot - p.purchasers) % 256
																   < least(orders / 32,
																		   1 << width_bucket(greenery.sample_draw(23, 1 + (s.slot - p.purchasers) / 256, seed, 64),
																							 '{0,32,48,56,60,62}'::bigint[])) AS is_bulk
														  FROM (SELECT g AS i, g AS base, 0::bigint AS later,
																	   (g - 1) * 2147483647 % orders AS slot
																  FROM generate_series(1, orders) AS g
																UNION ALL
																SELECT orders + a, a,
																	   3600 + greenery.sample_draw(24, a, seed, 7 * 86400 - 3600),
																	   (a - 1) * 2147483647 % orders
																  FROM unnest(again) AS a) AS s
														OFFSET 0) AS z
												OFFSET 0) AS b
										OFFSET 0) AS n
								OFFSET 0) AS k
							OFFSET 0) AS u
					OFFSET 0) AS a
			OFFSET 0) AS t
	-- a fence: what is computed here is computed once, however often it is used
	OFFSET 0;
END;
COMMENT ON FUNCTION greenery.sample_orders(bigint, bigint, bigint[], bigint) IS
	'Sample shop: the orders as row number, user number (1 to users) and seconds since 2021-02-01 00:00 UTC, in the 52 weeks after it. For each order number in "again" one more order of the same user within the seven days after it, numbered orders + that number.';

CREATE FUNCTION greenery.sample_status(i bigint, placed bigint, seed bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- some of the last four days' parcels have not arrived or not left; of the older ones
	-- only a few, gone astray, and a few orders were cancelled
	SELECT CASE WHEN greenery.sample_draw(42, i, seed, 1000)
					 < CASE WHEN placed >= 31449600 - 4 * 86400 THEN 300 ELSE 15 END THEN 'preparing'
				WHEN greenery.sample_draw(42, i, seed, 1000)
					 < CASE WHEN placed >= 31449600 - 4 * 86400 THEN 650 ELSE 30 END THEN 'shipped'
				WHEN placed < 31449600 - 4 * 86400
					 AND greenery.sample_draw(42, i, seed, 1000) < 65 THEN 'cancelled'
				ELSE 'delivered' END;
END;
COMMENT ON FUNCTION greenery.sample_status(bigint, bigint, bigint) IS
	'Sample shop: the status of an order.';

CREATE FUNCTION greenery.sample_returned(i bigint, seed bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT width_bucket(greenery.sample_draw(65, i, seed, 1000), '{0,970,992}'::bigint[]) - 1;
END;
COMMENT ON FUNCTION greenery.sample_returned(bigint, bigint) IS
	'Sample shop: what of an order that arrived was sent back and refunded: 0 nothing, 1 one unit of its first product, 2 everything.';
