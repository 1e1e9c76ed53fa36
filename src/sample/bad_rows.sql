-- The sample shop's bad rows: one or more for every kind of fault that the data
-- tests look for, so that each test can be seen to fail.
--
-- A row is bad in one way and sound in every other, as far as that is possible:
-- bad orders carry one item that adds up, and users, products and addresses that
-- are there unless they are the fault.  Their ids start with 'bad-', those that
-- nothing has with 'no-such-'.  A duplicate key is that of a whole row.

CREATE FUNCTION greenery.sample_bad_rows(seed bigint)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	counts bigint[] := array_fill(0::bigint, ARRAY[7]);
	n bigint;
	-- rows of the sound shop
	u CONSTANT text := greenery.sample_id(501, 1, seed);
	a CONSTANT text := greenery.sample_id(502, 1, seed);
	p CONSTANT text := greenery.sample_id(503, 1, seed);
	p2 CONSTANT text := greenery.sample_id(503, 2, seed);
	o CONSTANT text := greenery.sample_id(504, 1, seed);
	price numeric;
	price2 numeric;
	t CONSTANT timestamptz := '2021-02-10 12:00:00+00';
	site CONSTANT text := 'https://greenery.example/';
BEGIN
	SELECT max(d.price) FILTER (WHERE d.product_id = p), max(d.price) FILTER (WHERE d.product_id = p2)
	  INTO price, price2
	  FROM greenery.products AS d;

	INSERT INTO greenery.users
		(user_id, first_name, last_name, email, phone_number, created_at, updated_at, address_id)
	SELECT user_id, first_name, last_name, email, phone_number, created_at, updated_at, address_id
	  FROM greenery.users WHERE user_id = u				-- duplicate key
	UNION ALL
	VALUES
		-- NULL key; an empty one, which staging makes NULL
		(NULL, 'Nemo', 'Keyless', 'nemo@example.com', '303-555-0001', timestamptz '2020-03-01 00:00+00', timestamptz '2020-03-02 00:00+00', a),
		('', 'Nemo', 'Blank', 'blank@example.com', '303-555-0002', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		-- dangling address
		('bad-user-address', 'Dora', 'Lost', 'dora@example.com', '303-555-0003', '2020-03-01 00:00+00', '2020-03-02 00:00+00', 'no-such-address'),
		-- invalid e-mails
		('bad-user-email-no-at', 'Eva', 'Post', 'eva.example.com', '303-555-0004', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-email-two-at', 'Eva', 'Post', 'eva@post@example.com', '303-555-0005', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-email-no-dot', 'Eva', 'Post', 'eva@localhost', '303-555-0006', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-email-blank', 'Eva', 'Post', 'eva post@example.com', '303-555-0007', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-email-no-name', 'Eva', 'Post', '@example.com', '303-555-0008', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		-- unusable phones: a warning
		('bad-user-phone-short', 'Phil', 'Call', 'phil1@example.com', '555-0009', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-phone-words', 'Phil', 'Call', 'phil2@example.com', 'ask at the desk', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-phone-abroad', 'Phil', 'Call', 'phil3@example.com', '+49 30 1234567', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		-- updated before created
		('bad-user-updated', 'Ute', 'Early', 'ute@example.com', '303-555-0010', '2020-03-02 00:00+00', '2020-03-01 00:00+00', a),
		-- infinite times
		('bad-user-created-infinite', 'Finn', 'Never', 'finn1@example.com', '303-555-0011', '-infinity', '2020-03-02 00:00+00', a),
		('bad-user-updated-infinite', 'Finn', 'Never', 'finn2@example.com', '303-555-0012', '2020-03-01 00:00+00', 'infinity', a),
		-- registered in the future: a mistyped year
		('bad-user-future', 'Finn', 'Soon', 'finn3@example.com', '303-555-0014', '2201-03-01 00:00+00', '2201-03-02 00:00+00', a),
		-- two accounts with one e-mail: a warning
		('bad-user-email-shared-1', 'Tess', 'Twin', 'tess@example.com', '303-555-0015', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		('bad-user-email-shared-2', 'Tess', 'Twin', 'tess@example.com', '303-555-0015', '2020-03-01 00:00+00', '2020-03-02 00:00+00', a),
		-- registered after the order page view among the events below
		('bad-user-late', 'Lars', 'Late', 'lars@example.com', '303-555-0013', '2021-06-01 00:00+00', '2021-06-02 00:00+00', a);
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[1] := n;

	INSERT INTO greenery.addresses (address_id, address, zipcode, state, country)
	SELECT address_id, address, zipcode, state, country
	  FROM greenery.addresses WHERE address_id = a		-- duplicate key
	UNION ALL
	VALUES
		-- NULL key
		(NULL, '1 Nowhere Road', '12345', 'Ohio', 'United States'),
		-- negative zip code
		('bad-address-zipcode', '2 Minus Lane', '-1234', 'Ohio', 'United States'),
		-- empty strings, which staging makes NULL
		('bad-address-empty', '', '', '', '');
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[2] := n;

	INSERT INTO greenery.products
	SELECT * FROM greenery.products WHERE product_id = p	-- duplicate key
	UNION ALL
	SELECT v.*, NULL FROM (VALUES
		-- NULL key
		(NULL, 'Nameless Weed', 10.00, 10),
		-- price 0, below 0, unknown
		('bad-product-price-zero', 'Free Clover', 0.00, 10),
		('bad-product-price-negative', 'Costly Nettle', -5.00, 10),
		('bad-product-price-null', 'Priceless Fig', NULL, 10),
		-- inventory 0 (a warning), below 0, unknown
		('bad-product-inventory-zero', 'Sold-out Sage', 10.00, 0),
		('bad-product-inventory-negative', 'Oversold Olive', 10.00, -3),
		('bad-product-inventory-null', 'Uncounted Moss', 10.00, NULL)) AS v;
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[3] := n;

	INSERT INTO greenery.promos (promo_id, discount, status, code, percent)
	SELECT promo_id, discount, status, code, percent
	  FROM greenery.promos WHERE promo_id = 'Welcome'	-- duplicate key
	UNION ALL
	VALUES
		-- NULL key, active: it reaches the active promos too
		(NULL, 5, 'active', NULL, NULL),
		-- discount 0, below 0
		('bad promo zero', 0, 'inactive', NULL, NULL),
		('bad promo negative', -5, 'inactive', NULL, NULL),
		-- more than everything; an amount and a percentage
		('bad promo percent', NULL, 'inactive', NULL, 150),
		('bad promo both', 5, 'inactive', NULL, 10),
		-- unknown status
		('bad promo status', 5, 'paused', NULL, NULL);
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[4] := n;

	INSERT INTO greenery.orders
	SELECT * FROM greenery.orders WHERE order_id = o;	-- duplicate key
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[5] := n;
	INSERT INTO greenery.orders
		(order_id, user_id, promo_id, address_id, created_at, order_cost, shipping_cost, order_total, tracking_id,
		shipping_service, estimated_delivery_at, delivered_at, status)
	VALUES
		-- NULL key; an empty one, which staging makes NULL
		(NULL, u, NULL, a, t, price, 5.00, price + 5.00, 'bad-1', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('', u, NULL, a, t, price, 5.00, price + 5.00, 'bad-2', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		-- a guest: no user
		('bad-order-guest', NULL, NULL, a, t, price, 5.00, price + 5.00, 'bad-3', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		-- dangling user, promo, address
		('bad-order-user', 'no-such-user', NULL, a, t, price, 5.00, price + 5.00, 'bad-4', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-promo', u, 'no-such-promo', a, t, price, 5.00, price + 5.00, 'bad-5', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-address', u, NULL, 'no-such-address', t, price, 5.00, price + 5.00, 'bad-6', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		-- unknown status
		('bad-order-status', u, NULL, a, t, price, 5.00, price + 5.00, NULL, NULL, NULL, NULL, 'lost'),
		-- the total does not add up: by a cent, and by the discount
		('bad-order-total', u, NULL, a, t, price, 5.00, price + 5.01, 'bad-8', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-discount', u, 'Welcome', a, t, price, 5.00, price + 5.00, 'bad-9', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		-- the items do not add up to the cost
		('bad-order-cost', u, NULL, a, t, price + 1, 5.00, price + 6.00, 'bad-10', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		-- delivered before ordered
		('bad-order-delivered', u, NULL, a, t, price, 5.00, price + 5.00, 'bad-11', 'ups', t + interval '72 hours', t - interval '24 hours', 'delivered'),
		-- no time; infinite times
		('bad-order-created-null', u, NULL, a, NULL, price, 5.00, price + 5.00, NULL, NULL, NULL, NULL, 'preparing'),
		('bad-order-created-infinite', u, NULL, a, '-infinity', price, 5.00, price + 5.00, NULL, NULL, NULL, NULL, 'preparing'),
		('bad-order-estimate-infinite', u, NULL, a, t, price, 5.00, price + 5.00, 'bad-13', 'ups', 'infinity', NULL, 'shipped'),
		('bad-order-delivered-infinite', u, NULL, a, t, price, 5.00, price + 5.00, 'bad-14', 'ups', t + interval '72 hours', 'infinity', 'delivered'),
		-- in the future: a mistyped year
		('bad-order-future', u, NULL, a, '2201-02-10 12:00:00+00', price, 5.00, price + 5.00, NULL, NULL, NULL, NULL, 'preparing'),
		-- sound, for the bad items below
		('bad-order-of-bad-items', u, NULL, a, t, price, 5.00, price + 5.00, 'bad-15', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-of-less-than-nothing', u, NULL, a, t, 2 * price - price2, 5.00, 2 * price - price2 + 5.00, 'bad-16', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-of-a-bad-price', u, NULL, a, t, price - 1, 5.00, price + 4.00, 'bad-17', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered'),
		('bad-order-of-too-many-returned', u, NULL, a, t, price + price2, 5.00, price + price2 + 5.00, 'bad-18', 'ups', t + interval '72 hours', t + interval '48 hours', 'delivered');
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[5] := counts[5] + n;
	INSERT INTO greenery.orders
		(order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, status, discount, tax, refunded, currency)
	VALUES
		-- a discount, a tax, a refund below 0; more given back than was paid
		('bad-order-discount-negative', u, a, t, price, 5.00, price + 6.00, 'preparing', -1.00, NULL, NULL, NULL),
		('bad-order-tax-negative', u, a, t, price, 5.00, price + 4.00, 'preparing', NULL, -1.00, NULL, NULL),
		('bad-order-refund-negative', u, a, t, price, 5.00, price + 5.00, 'preparing', NULL, NULL, -1.00, NULL),
		('bad-order-refund-above-total', u, a, t, price, 5.00, price + 5.00, 'preparing', NULL, NULL, price + 6.00, NULL),
		-- another currency than the other orders: a warning
		('bad-order-currency', u, a, t, price, 5.00, price + 5.00, 'preparing', NULL, NULL, NULL, 'EUR');
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[5] := counts[5] + n;

	-- every bad order gets the item that makes its cost right
	INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price, returned_quantity)
	SELECT d.order_id, p, 1, price, NULL
	  FROM greenery.orders AS d
	 WHERE d.order_id LIKE 'bad-order-%' AND d.order_id <> 'bad-order-of-less-than-nothing'
	UNION ALL
	VALUES
		-- NULL in the key
		(NULL, p, 1, price, NULL),
		('bad-order-of-bad-items', NULL, 1, NULL, NULL),
		-- dangling order, product
		('no-such-order', p, 1, price, NULL),
		('bad-order-of-bad-items', 'no-such-product', 1, NULL, NULL),
		-- quantity 0, below 0, unknown; the first of them twice: duplicate key
		('bad-order-of-bad-items', p2, 0, price2, NULL),
		('bad-order-of-bad-items', p2, 0, price2, NULL),
		('bad-order-of-less-than-nothing', p, 2, price, NULL),
		('bad-order-of-less-than-nothing', p2, -1, price2, NULL),
		('bad-order-of-bad-items', 'bad-product-inventory-zero', NULL, 10.00, NULL),
		-- a price below 0; more sent back than ordered
		('bad-order-of-a-bad-price', p2, 1, -1.00, NULL),
		('bad-order-of-too-many-returned', p2, 1, price2, 2);
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[6] := n;

	INSERT INTO greenery.events
		(event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id)
	VALUES
		-- duplicate key; not of a sound event, for the shop may be without
		('bad-event-twice', 'bad-session-0', u, site || 'product/' || p, t, 'page_view', NULL, p),
		('bad-event-twice', 'bad-session-0', u, site || 'product/' || p, t, 'page_view', NULL, p),
		-- NULL key, of a product's page and of an order's
		(NULL, 'bad-session-1', u, site || 'product/' || p, t, 'page_view', NULL, p),
		(NULL, 'bad-session-1', u, site || 'checkout/' || o, t, 'checkout', o, NULL),
		-- no user, no session
		('bad-event-user-null', 'bad-session-2', NULL, site || 'product/' || p, t, 'page_view', NULL, p),
		('bad-event-session-null', NULL, u, site || 'product/' || p, t, 'page_view', NULL, p),
		-- one session under two users: a warning
		('bad-event-shared-1', 'bad-session-shared', u, site || 'product/' || p, t, 'page_view', NULL, p),
		('bad-event-shared-2', 'bad-session-shared', 'bad-user-late', site || 'product/' || p, t, 'page_view', NULL, p),
		-- unknown type
		('bad-event-type', 'bad-session-3', u, site || 'product/' || p, t, 'hover', NULL, p),
		-- checkout and package_shipped without an order
		('bad-event-checkout', 'bad-session-4', u, site || 'checkout/', t, 'checkout', NULL, NULL),
		('bad-event-shipped', 'bad-session-4', u, site || 'shipping/', t, 'package_shipped', NULL, NULL),
		-- page_view and add_to_cart of a product page without a product
		('bad-event-view', 'bad-session-5', u, site || 'product/', t, 'page_view', NULL, NULL),
		('bad-event-cart', 'bad-session-5', u, site || 'product/', t, 'add_to_cart', NULL, NULL),
		-- dangling user, order, product
		('bad-event-user', 'bad-session-6', 'no-such-user', site || 'product/' || p, t, 'page_view', NULL, p),
		('bad-event-order', 'bad-session-7', u, site || 'checkout/no-such-order', t, 'checkout', 'no-such-order', NULL),
		('bad-event-product', 'bad-session-8', u, site || 'product/no-such-product', t, 'page_view', NULL, 'no-such-product'),
		-- an order page seen before its user registered
		('bad-event-early', 'bad-session-9', 'bad-user-late', site || 'checkout/bad-order-of-bad-items', t, 'checkout', 'bad-order-of-bad-items', NULL),
		-- no time; infinite times
		('bad-event-created-null', 'bad-session-10', u, site || 'product/' || p, NULL, 'page_view', NULL, p),
		('bad-event-infinite', 'bad-session-10', u, site || 'product/' || p, 'infinity', 'page_view', NULL, p),
		('bad-event-minus-infinite', 'bad-session-10', u, site || 'product/' || p, '-infinity', 'page_view', NULL, p),
		-- in the future: a mistyped year
		('bad-event-future', 'bad-session-13', u, site || 'product/' || p, '2201-02-10 12:00:00+00', 'page_view', NULL, p),
		-- a session of a shipment only: it has no event of its own
		('bad-event-shipment-only', 'bad-session-11', u, site || 'shipping/' || o, t + interval '1200 hours', 'package_shipped', o, NULL),
		-- products without a price above 0, or without an inventory, looked at
		('bad-event-price-zero', 'bad-session-12', u, site || 'product/bad-product-price-zero', t, 'page_view', NULL, 'bad-product-price-zero'),
		('bad-event-price-null', 'bad-session-12', u, site || 'product/bad-product-price-null', t, 'page_view', NULL, 'bad-product-price-null'),
		('bad-event-inventory-null', 'bad-session-12', u, site || 'product/bad-product-inventory-null', t, 'page_view', NULL, 'bad-product-inventory-null');
	GET DIAGNOSTICS n = ROW_COUNT;
	counts[7] := n;

	-- what the export does not have, in rows that are bad already.  Discount and tax below 0,
	-- and the totals add up
	UPDATE greenery.orders SET discount = -1, order_total = order_total + 1 WHERE order_id = 'bad-order-status';
	UPDATE greenery.orders SET tax = -1, order_total = order_total - 1 WHERE order_id = 'bad-order-user';
	-- a refund below 0, and one above what was paid
	UPDATE greenery.orders SET refunded = -1 WHERE order_id = 'bad-order-address';
	UPDATE greenery.orders SET refunded = order_total + 1 WHERE order_id = 'bad-order-delivered';
	-- a second currency
	UPDATE greenery.orders SET currency = 'XXX' WHERE order_id = 'bad-order-estimate-infinite';
	-- a price below 0; more sent back than was ordered
	UPDATE greenery.order_items SET unit_price = -1 WHERE order_id = 'bad-order-cost';
	UPDATE greenery.order_items SET returned_quantity = quantity + 1 WHERE order_id = 'bad-order-user';
	-- a kind of page that there is not
	UPDATE greenery.events SET page_kind = 'catalogue' WHERE event_id = 'bad-event-price-zero';
	-- an amount and a percentage, and above 100
	UPDATE greenery.promos SET percent = 101 WHERE promo_id = 'bad promo status';

	RETURN counts;
END
$function$;
COMMENT ON FUNCTION greenery.sample_bad_rows(bigint) IS
	'Sample shop: plants bad rows of every kind that the data tests look for into the raw tables, which hold the shop of this seed, and returns their number in users, addresses, products, promos, orders, order_items and events.';
