-- A shop of our own making, for machines without real rows: the demo, the tests
-- and the benchmarks.  Every row is a function of (its number, the arguments),
-- so nothing is looked up or kept: INSERT ... SELECT over number series, one pass
-- a table, in memory that does not grow with the shop.
--
-- The shop: orders of 52 weeks, Monday 2021-02-01 to Sunday 2022-01-30 in UTC.  Whole
-- days and weeks, so that no weekday and no hour is favoured.  sample_orders() says who
-- orders when.  Sessions with an order: views, carts, a checkout within seconds of the
-- order, a package_shipped hours later under the same session id; some go on after the
-- checkout.  Three more sessions for every five orders only look around.  Some visitors
-- log in half-way, a few never.  A bot looks at pages, second by second, as often as 30 of
-- 100 other sessions, but not more often than every half-hour.

-- A shop that takes a while.  The share of the time is measured, on a shop of 300,000 orders.
CREATE FUNCTION greenery.sample_progress(tab text, rows bigint, orders bigint, began timestamptz, share numeric) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
	seconds CONSTANT numeric := extract(epoch FROM clock_timestamp() - began);
BEGIN
	IF orders >= 100000 THEN
		RAISE NOTICE '%: % rows, % s%', tab, rows, round(seconds, 3),
			CASE WHEN share < 1 THEN format(', about %s s left', round(seconds * (1 - share) / share)) ELSE '' END;
	END IF;
END
$function$;
COMMENT ON FUNCTION greenery.sample_progress(text, bigint, bigint, timestamptz, numeric) IS
	'Sample shop: of a shop of 100,000 orders or more, says in a NOTICE how far the loading is, which has then taken that share of its time.';

CREATE FUNCTION @extschema@.greenery_load_sample_shop(users integer DEFAULT 130,
													  orders_per_user numeric DEFAULT 2.8,
													  seed bigint DEFAULT 1,
													  bad_rows boolean DEFAULT false,
													  effect numeric DEFAULT 0,
													  with_events boolean DEFAULT true)
RETURNS TABLE(source text, rows bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off	-- its compiling costs a small shop more than all the rest
AS $function$
#variable_conflict use_variable
DECLARE
	epoch CONSTANT bigint := 1612137600;	-- 2021-02-01 00:00 UTC
	span CONSTANT bigint := 52 * 7 * 86400;
	began CONSTANT timestamptz := clock_timestamp();
	n_users bigint;
	n_addresses bigint;
	n_products bigint;
	n_orders bigint;
	n_purchasers bigint;
	n_idle bigint;				-- users who only look around
	bot bigint;					-- its user number
	again bigint[] := '{}';		-- first orders that the planted effect repeats
	width bigint;				-- of one of ten shelves
	shelf_ids text[];			-- the products on the shelves, one after the other
	cents bigint[];				-- and the prices of these
	old_cents bigint[];			-- what they were
	raised bigint[];			-- until then, if that is later than 0
	counts bigint[] := array_fill(0::bigint, ARRAY[7]);
	planted bigint[];
	sources CONSTANT text[] := '{users,addresses,products,promos,orders,order_items,events}';
	tab text;
	filled boolean;

	first_names CONSTANT text[] := '{Ada,Amir,Anouk,Bela,Bruno,Carla,Chidi,Dalia,Edda,Emil,Farah,Felix,Greta,Hana,Hugo,Ines,Ivo,Jada,Jonas,Kaito,Lena,Liam,Maren,Milo,Nadia,Nils,Olga,Oscar,Petra,Quinn,Rosa,Samir,Selma,Tariq,Tilda,Uma,Vera,Wim,Yara,Zeno}';
	last_names CONSTANT text[] := '{Abara,Baum,Castell,Dorn,Eklund,Farrow,Gruber,Hale,Ibarra,Jansen,Koval,Linde,Moreau,Novak,Okafor,Pryce,Quist,Rausch,Sato,Thorne,Ueda,Varga,Weiss,Xu,Yilmaz,Zeller,Ashdown,Birch,Clover,Dale,Elder,Fennel,Garland,Heath,Ivers,Juniper,Kerr,Laurel}';
	streets CONSTANT text[] := '{Acorn,Birchwood,Cedar,Dogwood,Elm,Foxglove,Grove,Hazel,Ivy,Jasmine,Larkspur,Maple,Nettle,Orchard,Poplar,Rowan,Sorrel,Thistle,Willow,Yarrow}';
	ways CONSTANT text[] := '{Alley,Avenue,Court,Drive,Lane,Road,Street,Way}';
	-- two states whose zip codes start with 0
	states CONSTANT text[] := '{Alabama,Arizona,California,Colorado,Florida,Georgia,Illinois,Indiana,Kansas,Maryland,Massachusetts,Michigan,Minnesota,Missouri,Nevada,New Jersey,New York,Ohio,Oregon,Pennsylvania,Tennessee,Texas,Virginia,Washington}';
	zip_from CONSTANT integer[] := '{35004,85001,90001,80001,32003,30002,60001,46001,66002,20601,01001,48001,55001,63001,89001,07001,10001,43001,97001,15001,37010,75001,20101,98001}';
	plants CONSTANT text[] := '{Asparagus Fern,Baby Rubber Leaf,Bromeliad,Burro''s Tail,Cast Iron Plant,Chinese Evergreen,Christmas Cactus,Coffee Plant,Coral Bead,Croton,Dumb Cane,Elephant Ear,English Ivy,Goldfish Plant,Hoya,Kalanchoe,Kentia Palm,Lipstick Vine,Mistletoe Cactus,Norfolk Pine,Oxalis,Panda Plant,Parlor Palm,Polka Dot Plant,Prayer Plant,Purple Heart,Staghorn Fern,Swedish Ivy,Umbrella Tree,Zebra Haworthia}';
	categories CONSTANT text[] := '{fern,foliage,flowering,succulent,foliage,foliage,succulent,flowering,succulent,foliage,foliage,foliage,climber,flowering,climber,succulent,palm,climber,succulent,palm,foliage,succulent,palm,foliage,foliage,foliage,fern,climber,palm,succulent}';
	promos CONSTANT text[] := '{spring sale,Welcome,leaf-peeper,Two for One,green thumb,Staff Picks}';
	discounts CONSTANT integer[] := '{5,10,2,12,3,8}';
	codes CONSTANT text[] := '{SPRING5,WELCOME,LEAF2,241,GREEN3,STAFF8}';
	-- what brings a visit: two thirds come by themselves
	origins CONSTANT text[] := '{?utm_source=newsletter&utm_medium=email&utm_campaign=new-leaves,?utm_source=google&utm_medium=cpc&utm_campaign=house-plants&ref=google.com,?ref=google.com,?ref=instagram.com}';
	services CONSTANT text[] := '{ups,ups,ups,ups,ups,fedex,fedex,fedex,usps,dhl}';
BEGIN
	PERFORM greenery.about_to_write('greenery_load_sample_shop');
	-- NaN sorts above every number, so the upper bounds catch it
	IF users IS NULL OR users NOT BETWEEN 1 AND 100000000 THEN
		RAISE EXCEPTION 'number of users must be between 1 and 100000000'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'The default is 130.';
	ELSIF orders_per_user IS NULL OR orders_per_user <= 0 OR orders_per_user > 10000
		  OR users * orders_per_user > 1000000000 THEN
		RAISE EXCEPTION 'orders per user must be above 0 and at most 10000, and all orders at most 1000000000'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'The default is 2.8.';
	ELSIF effect IS NULL OR effect < 0 OR effect > 1 THEN
		RAISE EXCEPTION 'effect must be between 0 and 1'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'It is a probability; 0 plants no effect.';
	ELSIF seed IS NULL OR bad_rows IS NULL OR with_events IS NULL THEN
		RAISE EXCEPTION 'seed, bad_rows and with_events must not be null'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Leave an argument out for its default.';
	ELSIF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
		-- the snapshot is older than the lock below: rows that another session
		-- has loaded meanwhile would not be seen
		RAISE EXCEPTION 'the sample shop cannot be loaded in a % transaction',
						current_setting('transaction_isolation')
			USING ERRCODE = 'invalid_transaction_state',
				  HINT = 'Load it in a READ COMMITTED transaction.';
	END IF;

	-- readers go on; a second run and other writers wait
	LOCK TABLE greenery.users, greenery.addresses, greenery.products, greenery.promos,
			   greenery.orders, greenery.order_items, greenery.events
		IN SHARE ROW EXCLUSIVE MODE;

	SELECT b.source INTO tab FROM greenery.source_bindings b ORDER BY b.source LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'source "%" is bound', tab
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = 'Models would not read the raw table that is loaded.',
				  HINT = 'Load the sample shop into another database, or call greenery_unbind() first.';
	END IF;
	FOREACH tab IN ARRAY sources LOOP
		EXECUTE format('SELECT EXISTS (SELECT FROM greenery.%I)', tab) INTO filled;
		IF filled THEN
			RAISE EXCEPTION 'table greenery.% already holds rows', tab
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = 'The sample shop is loaded into empty tables only: truncate the seven raw tables first, or use another database.';
		END IF;
	END LOOP;

	n_users := users;
	n_addresses := n_users + (n_users * 2 + 12) / 13;
	n_products := 30 + 10 * least(n_users / 20000, 57);
	n_orders := greatest(1, round(users * orders_per_user));
	n_purchasers := greenery.sample_purchasers(n_orders, n_users);
	bot := CASE WHEN n_users >= 20 THEN n_users END;
	n_idle := n_users - n_purchasers - (n_users >= 20)::integer;

	INSERT INTO greenery.addresses (address_id, address, zipcode, state, country)
	SELECT greenery.sample_id(502, i, seed),
		   concat(1 + greenery.sample_draw(10, i, seed, 9999), ' ',
				  streets[1 + greenery.sample_draw(11, i, seed, cardinality(streets))], ' ',
				  ways[1 + greenery.sample_draw(12, i, seed, cardinality(ways))]),
		   lpad((zip_from[s] + greenery.sample_draw(13, i, seed, 800))::text, 5, '0'),
		   states[s],
		   'United States'
	  FROM (SELECT i, 1 + greenery.sample_draw(14, i, seed, cardinality(states)) AS s
			  FROM generate_series(1, n_addresses) AS i
			OFFSET 0) AS a;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[2] := rows;
	PERFORM greenery.sample_progress('addresses', counts[2], n_orders, began, CASE WHEN with_events THEN 0.01 ELSE 0.06 END);

	-- Several users share an address.  The number makes the e-mail unique.  They
	-- registered up to two months before their first order, the bot a month before the shop.
	INSERT INTO greenery.users (user_id, first_name, last_name, email, phone_number,
								created_at, updated_at, address_id)
	SELECT greenery.sample_id(501, i, seed),
		   first_name,
		   last_name,
		   lower(concat(first_name, '.', last_name, i) COLLATE "C") || '@example.'
		   || (ARRAY['com', 'net', 'org'])[1 + greenery.sample_draw(3, i, seed, 3)],
		   concat(201 + greenery.sample_draw(4, i, seed, 789), '-',
				  100 + greenery.sample_draw(5, i, seed, 900), '-',
				  lpad(greenery.sample_draw(6, i, seed, 10000)::text, 4, '0')),
		   to_timestamp(epoch + created),
		   to_timestamp(epoch + created + greenery.sample_draw(7, i, seed, span - created)),
		   greenery.sample_id(502, 1 + greenery.sample_draw(8, i, seed, n_addresses), seed)
	  FROM (SELECT i,
				   CASE WHEN i = bot THEN 'Price'
						ELSE first_names[1 + greenery.sample_draw(1, i, seed, cardinality(first_names))] END AS first_name,
				   CASE WHEN i = bot THEN 'Bot'
						ELSE last_names[1 + greenery.sample_draw(2, i, seed, cardinality(last_names))] END AS last_name,
				   CASE WHEN i = bot THEN -30 * 86400
						ELSE greenery.sample_first_at(i, n_purchasers, seed) - greenery.sample_lead(i, seed) END AS created
			  FROM generate_series(1, n_users) AS i
			OFFSET 0) AS u;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[1] := rows;
	PERFORM greenery.sample_progress('users', counts[1], n_orders, began, CASE WHEN with_events THEN 0.02 ELSE 0.12 END);

	-- The inventory is up to two and a half times what a product sells in a good week.
	INSERT INTO greenery.products (product_id, name, price, inventory, category)
	SELECT greenery.sample_id(503, p, seed),
		   plants[1 + (p - 1) % 30]
		   || CASE WHEN p > 30 THEN format(', %s cm pot', 7 + 2 * ((p - 1) / 30)) ELSE '' END,
		   (1200 + 25 * greenery.sample_draw(15, p, seed, 333)) * 0.01,
		   1 + greatest(3, n_orders / 8 / n_products)
			   * greenery.sample_draw(16, p, seed, 250) / 100,
		   categories[1 + (p - 1) % 30]
	  FROM generate_series(1, n_products) AS p;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[3] := rows;

	-- No discount above the lowest price: no order costs less than nothing.
	INSERT INTO greenery.promos (promo_id, discount, status, code)
	SELECT promos[p], discounts[p], CASE WHEN p <= 2 THEN 'active' ELSE 'inactive' END, codes[p]
	  FROM generate_series(1, cardinality(promos)) AS p;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[4] := rows;

	-- A tenth of the products on each shelf, with four or two places each: some
	-- are bought more than others.  Every fifth product became dearer or cheaper, by 4 to
	-- 20 percent, on some day of the year.
	SELECT array_agg(greenery.sample_id(503, p, seed) ORDER BY p, place),
		   array_agg(price ORDER BY p, place),
		   array_agg(price - price * change / 100 ORDER BY p, place),
		   array_agg(CASE WHEN change <> 0 THEN 86400 * (60 + greenery.sample_draw(18, p, seed, 240)) ELSE 0 END
					 ORDER BY p, place)
	  INTO shelf_ids, cents, old_cents, raised
	  FROM (SELECT p, 1200 + 25 * greenery.sample_draw(15, p, seed, 333) AS price,
				   CASE WHEN greenery.sample_draw(17, p, seed, 5) = 0
						THEN (ARRAY[-10, -4, 4, 8, 12, 20])[1 + greenery.sample_draw(14, - p, seed, 6)] ELSE 0 END AS change
			  FROM generate_series(1, n_products) AS p
			OFFSET 0) AS q,
		   generate_series(1, 4 - (p - 1) % (n_products / 10) % 2 * 2) AS place;
	width := cardinality(shelf_ids) / 10;

	-- The planted effect: users whose first order used a promo.  Those of the last
	-- week are left alone, for the order to come would lie outside the year.
	IF effect > 0 THEN
		SELECT coalesce(array_agg(f.i ORDER BY f.i), '{}')
		  INTO again
		  FROM (SELECT DISTINCT ON (o.user_no) o.i, o.placed
				  FROM greenery.sample_orders(n_orders, n_users, '{}', seed) AS o
				 WHERE greenery.sample_status(o.i, o.placed, seed) <> 'cancelled'
				 ORDER BY o.user_no, o.placed, greenery.sample_id(504, o.i, seed) COLLATE "C") AS f
		 WHERE greenery.sample_draw(31, f.i, seed, 6) = 0
		   AND f.placed < span - 7 * 86400
		   AND greenery.sample_draw(25, f.i, seed, 1000000) < effect * 1000000;
	END IF;

	INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at,
								 order_cost, shipping_cost, order_total,
								 tracking_id, shipping_service,
								 estimated_delivery_at, delivered_at, status,
								 refunded, channel, session_id)
	SELECT greenery.sample_id(504, i, seed),
		   greenery.sample_id(501, user_no, seed),
		   promos[promo],
		   greenery.sample_id(502, address_no, seed),
		   to_timestamp(epoch + placed),
		   cost * 0.01,
		   shipping * 0.01,
		   total * 0.01,
		   CASE WHEN status IN ('shipped', 'delivered') THEN greenery.sample_id(505, i, seed) END,
		   CASE WHEN status IN ('shipped', 'delivered')
				THEN services[1 + greenery.sample_draw(36, i, seed, cardinality(services))] END,
		   CASE WHEN status IN ('shipped', 'delivered') AND greenery.sample_draw(37, i, seed, 18) > 0
				THEN to_timestamp(epoch + placed + 86400 * (1 + greenery.sample_draw(38, i, seed, 5))) END,
		   -- whole days after the order, as the estimate is: many are exactly on
		   -- time; every fourth misses by up to three hours
		   CASE WHEN status = 'delivered'
				THEN to_timestamp(epoch + placed + 86400 * (1 + greenery.sample_draw(39, i, seed, 7))
								  + CASE WHEN greenery.sample_draw(40, i, seed, 4) = 0
										 THEN 3600 * (greenery.sample_draw(41, i, seed, 7) - 3)
										 ELSE 0 END) END,
		   status,
		   CASE WHEN status = 'delivered'
				THEN CASE greenery.sample_returned(i, seed)
						 WHEN 1 THEN least(total, one) * 0.01
						 WHEN 2 THEN total * 0.01 END END,
		   CASE WHEN greenery.sample_draw(67, i, seed, 4) = 0 THEN 'app' ELSE 'web' END,
		   greenery.sample_id(506, i, seed)
	  FROM (SELECT o.*, o.cost + o.shipping - coalesce(discounts[promo], 0) * 100 AS total
			  FROM (SELECT o.i, o.user_no, o.placed, b.cost, b.one,
						   -- every sixth order uses a promo
						   CASE WHEN greenery.sample_draw(31, o.i, seed, 6) = 0
								THEN 1 + greenery.sample_draw(32, o.i, seed, cardinality(promos)) END AS promo,
						   -- mostly to the registered address
						   1 + CASE WHEN greenery.sample_draw(33, o.i, seed, 10) < 7
									THEN greenery.sample_draw(8, o.user_no, seed, n_addresses)
									ELSE greenery.sample_draw(34, o.i, seed, n_addresses) END AS address_no,
						   100 + greenery.sample_draw(35, o.i, seed, 900) AS shipping,
						   greenery.sample_status(o.i, o.placed, seed) AS status
					  FROM greenery.sample_orders(n_orders, n_users, again, seed) AS o
					 CROSS JOIN LATERAL (
							SELECT sum(price * (1 + greenery.sample_draw(50 + slot, o.i, seed, 4)))::bigint,
								   max(price) FILTER (WHERE slot = 0)
							  FROM (SELECT slot, CASE WHEN o.placed < raised[shelf] THEN old_cents[shelf]
													  ELSE cents[shelf] END AS price
									  FROM (SELECT slot, greenery.sample_shelf(100, o.i, slot, width, seed) AS shelf
											  FROM generate_series(0, greenery.sample_basket(o.i, seed) - 1) AS slot
											OFFSET 0) AS s
									OFFSET 0) AS s) AS b(cost, one)
					OFFSET 0) AS o
			OFFSET 0) AS o;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[5] := rows;
	PERFORM greenery.sample_progress('orders', counts[5], n_orders, began, CASE WHEN with_events THEN 0.11 ELSE 0.68 END);

	-- The price is that of the day of the order.
	INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price, returned_quantity)
	SELECT order_id, shelf_ids[shelf], quantity,
		   CASE WHEN placed < raised[shelf] THEN old_cents[shelf] ELSE cents[shelf] END * 0.01,
		   CASE returned WHEN 1 THEN CASE WHEN slot = 0 THEN 1 END WHEN 2 THEN quantity END
	  FROM (SELECT o.order_id, o.placed, o.returned, slot,
				   greenery.sample_shelf(100, o.i, slot, width, seed) AS shelf,
				   1 + greenery.sample_draw(50 + slot, o.i, seed, 4) AS quantity
			  FROM (SELECT i, placed, greenery.sample_id(504, i, seed) AS order_id,
						   CASE WHEN greenery.sample_returned(i, seed) > 0
									 AND greenery.sample_status(i, placed, seed) = 'delivered'
								THEN greenery.sample_returned(i, seed) END AS returned
					  FROM greenery.sample_orders(n_orders, n_users, again, seed)
					OFFSET 0) AS o
			 CROSS JOIN generate_series(0, greenery.sample_basket(o.i, seed) - 1) AS slot
			OFFSET 0) AS s;
	GET DIAGNOSTICS rows = ROW_COUNT;
	counts[6] := rows;
	PERFORM greenery.sample_progress('order_items', counts[6], n_orders, began, CASE WHEN with_events THEN 0.16 ELSE 1 END);

	IF with_events THEN
		-- Sessions with an order.  The products looked at stand in slots of 70
		-- seconds that end with the checkout: first those that are bought, then
		-- up to three others, sometimes the first one again.  An event's number
		-- within its session makes its id.
		INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at,
									 event_type, order_id, product_id, visitor_id)
		SELECT greenery.sample_id(1000 + e.k, s.i, seed), s.session_id,
			   CASE WHEN e.t >= s.login OR e.k = 33 THEN s.user_id END,
			   concat('https://greenery.example/', e.page, coalesce(e.order_id, e.product_id),
					  CASE WHEN e.k = 0 THEN origins[s.origin] END),
			   to_timestamp(epoch + s.placed + e.t), e.event_type, e.order_id, e.product_id,
			   CASE WHEN e.k <> 33 THEN s.visitor_id END
		  FROM (SELECT o.i, o.placed, o.bought, o.looked,
					   o.looked + (greenery.sample_draw(44, o.i, seed, 8) = 0)::integer AS views,
					   greenery.sample_id(506, o.i, seed) AS session_id,
					   greenery.sample_id(501, o.user_no, seed) AS user_id,
					   greenery.sample_id(504, o.i, seed) AS order_id,
					   greenery.sample_id(508, o.user_no * 2 + greenery.sample_draw(63, o.i, seed, 4) / 3, seed) AS visitor_id,
					   1 + greenery.sample_draw(62, o.i, seed, 12) AS origin,
					   -- of sixteen, one logs in to check out, one after the first minutes
					   CASE greenery.sample_draw(61, o.i, seed, 16)
							WHEN 0 THEN -6 WHEN 1 THEN -75 ELSE -100000 END AS login,
					   greenery.sample_status(o.i, o.placed, seed) IN ('shipped', 'delivered') AS shipped
				  FROM (SELECT o.*, b.bought,
							   b.bought + greenery.sample_draw(43, o.i, seed, 4) AS looked
						  FROM greenery.sample_orders(n_orders, n_users, again, seed) AS o
						 CROSS JOIN LATERAL (SELECT greenery.sample_basket(o.i, seed)) AS b(bought)) AS o
				OFFSET 0) AS s
		 CROSS JOIN LATERAL (
				SELECT slot, 'page_view', 'product/',
					   70 * (slot - s.views) - 5 + greenery.sample_draw(200 + slot, s.i, seed, 25),
					   NULL::text,
					   shelf_ids[greenery.sample_shelf(100, s.i, slot % s.looked, width, seed)]
				  FROM generate_series(0, s.views - 1) AS slot
				UNION ALL
				-- what is bought was put into the cart; rarely something else too,
				-- and taken out again
				SELECT 16 + slot, 'add_to_cart', 'product/',
					   70 * (slot - s.views) - 5 + 25 + greenery.sample_draw(220 + slot, s.i, seed, 45),
					   NULL,
					   shelf_ids[greenery.sample_shelf(100, s.i, slot, width, seed)]
				  FROM generate_series(0, s.bought - 1
										  + (s.looked > s.bought
											 AND greenery.sample_draw(45, s.i, seed, 16) = 0)::integer) AS slot
				UNION ALL
				-- a few seconds before the order is written, now and then after it
				SELECT 32, 'checkout', 'checkout/',
					   CASE WHEN greenery.sample_draw(46, s.i, seed, 32) = 0
							THEN 1 ELSE -1 - greenery.sample_draw(47, s.i, seed, 5) END,
					   s.order_id, NULL
				UNION ALL
				SELECT 33, 'package_shipped', 'shipping/',
					   3600 * (2 + greenery.sample_draw(48, s.i, seed, 8)),
					   s.order_id, NULL
				 WHERE s.shipped
				UNION ALL
				-- a session that goes on after its order
				SELECT 34, 'page_view', 'product/',
					   30 + greenery.sample_draw(49, s.i, seed, 90),
					   NULL,
					   shelf_ids[greenery.sample_shelf(100, s.i, s.looked, width, seed)]
				 WHERE greenery.sample_draw(60, s.i, seed, 20) = 0
			   ) AS e(k, event_type, page, t, order_id, product_id);
		GET DIAGNOSTICS rows = ROW_COUNT;
		counts[7] := rows;
		PERFORM greenery.sample_progress('events', counts[7], n_orders, began, 0.78);

		-- Sessions that only look around: one to three products, half of the
		-- sessions with a cart, many over within a minute.  A few begin on the
		-- front page or look for help.  A quarter are those of customers to be, before
		-- their first order.  Of sixteen, one logs in at the second product, or never if
		-- there is none, and one never.
		INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at,
									 event_type, order_id, product_id, visitor_id)
		SELECT greenery.sample_id(2000 + e.k, s.i, seed), s.session_id,
			   CASE WHEN e.t >= s.login THEN s.user_id END,
			   concat('https://greenery.example/', e.page, e.product_id,
					  CASE WHEN e.k = CASE WHEN s.front THEN 35 ELSE 0 END THEN origins[s.origin] END),
			   to_timestamp(epoch + s.started + e.t), e.event_type, NULL, e.product_id, s.visitor_id
		  FROM (SELECT v.i, v.started,
					   1 + greenery.sample_draw(72, v.i, seed, 3) AS views,
					   20 + greenery.sample_draw(73, v.i, seed, 80) AS pace,
					   -- for each product in turn: below this of 10, into the cart
					   CASE WHEN greenery.sample_draw(74, v.i, seed, 2) = 0 THEN 0 ELSE 6 END AS zeal,
					   greenery.sample_draw(75, v.i, seed, 20) = 0 AS front,
					   greenery.sample_id(507, v.i, seed) AS session_id,
					   greenery.sample_id(501, v.user_no, seed) AS user_id,
					   greenery.sample_id(508, v.user_no * 2 + greenery.sample_draw(63, - v.i, seed, 4) / 3, seed) AS visitor_id,
					   1 + greenery.sample_draw(62, - v.i, seed, 12) AS origin,
					   CASE greenery.sample_draw(61, - v.i, seed, 16)
							WHEN 0 THEN 100000 WHEN 1 THEN 20 + greenery.sample_draw(73, v.i, seed, 80) ELSE -100000 END AS login
				  FROM (SELECT u.i, u.user_no,
							   u.first_at - greenery.sample_lead(u.user_no, seed) + 60
							   + greenery.sample_draw(71, u.i, seed,
									CASE WHEN u.early THEN greenery.sample_lead(u.user_no, seed) - 3600
										 ELSE span - 60 - u.first_at + greenery.sample_lead(u.user_no, seed) END) AS started
						  FROM (SELECT c.i, c.user_no, c.early,
									   greenery.sample_first_at(c.user_no, n_purchasers, seed) AS first_at
								  FROM (SELECT i,
											   greenery.sample_draw(70, i, seed, 16) < 4 AS early,
											   CASE WHEN greenery.sample_draw(70, i, seed, 16) < 4
													THEN 1 + greenery.sample_draw(77, i, seed, n_purchasers)
													WHEN greenery.sample_draw(70, i, seed, 16) = 4 AND n_idle > 0
													THEN 1 + n_purchasers + greenery.sample_draw(77, i, seed, n_idle)
													ELSE greenery.sample_customer(greenery.sample_draw(77, i, seed, 1000000),
																				  greenery.sample_draw(78, i, seed, 1000000),
																				  n_purchasers) END AS user_no
										  FROM generate_series(1, n_orders * 3 / 5) AS i
										OFFSET 0) AS c
								OFFSET 0) AS u
						OFFSET 0) AS v
				OFFSET 0) AS s
		 CROSS JOIN LATERAL (
				SELECT slot, 'page_view', 'product/', s.pace * slot,
					   shelf_ids[greenery.sample_shelf(150, s.i, slot, width, seed)]
				  FROM generate_series(0, s.views - 1) AS slot
				UNION ALL
				SELECT 16 + slot, 'add_to_cart', 'product/',
					   s.pace * slot + 5 + greenery.sample_draw(240 + slot, s.i, seed, s.pace - 5),
					   shelf_ids[greenery.sample_shelf(150, s.i, slot, width, seed)]
				  FROM generate_series(0, s.views - 1) AS slot
				 WHERE slot = 0 AND s.zeal > 0
					OR greenery.sample_draw(230 + slot, s.i, seed, 20) < s.zeal
				UNION ALL
				SELECT 35, 'page_view', '', -10, NULL
				 WHERE s.front
				UNION ALL
				SELECT 36, 'page_view', 'help', s.pace * s.views, NULL
				 WHERE greenery.sample_draw(76, s.i, seed, 30) = 0
			   ) AS e(k, event_type, page, t, product_id);
		GET DIAGNOSTICS rows = ROW_COUNT;
		counts[7] := counts[7] + rows;
		PERFORM greenery.sample_progress('events', counts[7], n_orders, began, 0.98);

		-- The bot: three products in two seconds.
		INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at,
									 event_type, order_id, product_id, visitor_id)
		SELECT greenery.sample_id(3000 + slot, s.i, seed), s.session_id,
			   greenery.sample_id(501, bot, seed),
			   'https://greenery.example/product/' || product_id,
			   to_timestamp(epoch + s.started + slot), 'page_view', NULL, product_id,
			   greenery.sample_id(508, bot * 2, seed)
		  FROM (SELECT i, greenery.sample_draw(79, i, seed, span) AS started,
					   greenery.sample_id(509, i, seed) AS session_id
				  FROM generate_series(1, least((n_orders + n_orders * 3 / 5) * 3 / 10, 17472)) AS i
				 WHERE bot IS NOT NULL
				OFFSET 0) AS s
		 CROSS JOIN generate_series(0, 2) AS slot
		 CROSS JOIN LATERAL (SELECT shelf_ids[greenery.sample_shelf(170, s.i, slot, width, seed)]) AS p(product_id);
		GET DIAGNOSTICS rows = ROW_COUNT;
		counts[7] := counts[7] + rows;
		PERFORM greenery.sample_progress('events', counts[7], n_orders, began, 1);
	END IF;

	IF bad_rows THEN
		planted := greenery.sample_bad_rows(seed);
	END IF;

	FOR n IN 1 .. cardinality(sources) LOOP
		source := sources[n];
		rows := counts[n] + coalesce(planted[n], 0);
		RETURN NEXT;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION @extschema@.greenery_load_sample_shop(integer, numeric, bigint, boolean, numeric, boolean) IS
	'Loads a made-up shop into the seven raw tables, which must be empty (else error 55000), and tells the rows of each. users * orders_per_user orders of the 52 weeks from 1 February 2021, and about ten events an order, or none if with_events is false. The same arguments give the same rows everywhere. Some orders are cancelled, some refunded; some visitors log in half-way or never; of 20 users or more, one is a bot. bad_rows adds at least one bad row of every kind that the data tests look for. effect is the probability that a user whose first order, before the last week, used a promo places one more order within the seven days after it; at 0 buying again depends on nothing but how long ago the first order was. An argument out of range or NULL is error 22023.';
