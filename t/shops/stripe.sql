-- Stripe, as its tables are copied: minor units of three sizes, seconds since 1970, an attempt a
-- row, test mode, money held and not taken, guests, a customer for each checkout.

CREATE TABLE customers (
	id text PRIMARY KEY, object text, name text, email text, phone text, address jsonb, created bigint, livemode boolean, currency text);
INSERT INTO customers
SELECT c.id, 'customer', c.name, c.email, c.phone, c.address::jsonb, extract(epoch FROM c.created)::bigint, c.livemode, NULL
  FROM (VALUES
	('cus_1', 'Ann Ash', 'Ann@Example.com', '617-555-0101',
	 '{"city": "Boston", "line1": "1 Main St", "line2": null, "state": "MA", "country": "US", "postal_code": "02101"}', timestamptz '2025-11-01 02:00:00Z', true),
	('cus_2', 'Bob Birch', 'bob@example.com', NULL, NULL, '2025-12-01 12:00:00Z', true),
	('cus_3', NULL, 'cy@example.com', NULL, NULL, '2026-01-01 04:30:00Z', true),
	-- Cy, at another checkout
	('cus_4', 'Cy', 'cy@example.com', NULL, NULL, '2026-03-11 12:00:00Z', true),
	('cus_test', 'Test', 'test@example.com', NULL, NULL, '2026-01-01 12:00:00Z', false)) c (id, name, email, phone, address, created, livemode);

CREATE TABLE charges (
	id text PRIMARY KEY, object text, amount bigint, amount_refunded bigint, currency text, created bigint, customer text, receipt_email text,
	payment_intent text, invoice text, status text, paid boolean, captured boolean, refunded boolean, livemode boolean, description text, shipping jsonb);
INSERT INTO charges
SELECT c.id, 'charge', c.amount, c.back, c.currency, extract(epoch FROM c.created)::bigint, c.customer, c.email, c.intent, NULL, c.status, c.paid, c.captured,
	c.amount = c.back, c.livemode, NULL, c.shipping::jsonb
  FROM (VALUES
	-- in New York it is still February
	('ch_1', 4428, 0, 'usd', timestamptz '2026-03-01 04:00:00Z', 'cus_1', 'ann.work@example.com', 'pi_1', 'succeeded', true, true, true,
	 '{"name": "Ann", "address": {"city": "Boston", "line1": "3 Elm St", "line2": null, "state": "MA", "country": "US", "postal_code": "02102"}}'),
	-- declined, then paid; 5.00 given back
	('ch_2a', 2000, 0, 'usd', '2026-03-05 10:00:00Z', 'cus_1', NULL, 'pi_2', 'failed', false, false, true, NULL),
	('ch_2b', 2000, 500, 'usd', '2026-03-05 10:05:00Z', 'cus_1', NULL, 'pi_2', 'succeeded', true, true, true, NULL),
	('ch_3', 1500, 1500, 'eur', '2026-03-06 10:00:00Z', 'cus_2', NULL, 'pi_3', 'succeeded', true, true, true, NULL),
	('ch_4', 3490, 0, 'eur', '2026-03-08 10:00:00Z', 'cus_2', NULL, 'pi_4', 'succeeded', true, true, true, NULL),
	-- older than payment intents
	('ch_5', 1000, 0, 'usd', '2026-03-09 10:00:00Z', NULL, ' BOB@Example.com ', NULL, 'succeeded', true, true, true, NULL),
	-- held, not taken
	('ch_6', 5000, 0, 'usd', '2026-03-10 10:00:00Z', 'cus_1', NULL, 'pi_6', 'succeeded', true, false, true, NULL),
	('ch_7', 5000, 0, 'jpy', '2026-03-11 10:00:00Z', NULL, 'zoe@example.com', 'pi_7', 'succeeded', true, true, true, NULL),
	('ch_8', 12340, 0, 'kwd', '2026-03-11 11:00:00Z', 'cus_3', NULL, 'pi_8', 'succeeded', true, true, true, NULL),
	('ch_9', 9900, 0, 'usd', '2026-03-11 12:00:00Z', 'cus_test', NULL, 'pi_9', 'succeeded', true, true, false, NULL),
	('ch_10', 700, 0, 'usd', '2026-03-11 13:00:00Z', 'cus_1', NULL, 'pi_10', 'pending', false, true, true, NULL),
	-- no decimals, and yet in hundredths
	('ch_11', 50000, 0, 'isk', '2026-03-11 14:00:00Z', 'cus_4', NULL, 'pi_11', 'succeeded', true, true, true, NULL),
	-- 60.00 of the 100.00 held were taken
	('ch_12', 10000, 4000, 'usd', '2026-03-12 10:00:00Z', 'cus_1', NULL, 'pi_12', 'succeeded', true, true, true, NULL),
	-- neither customer nor e-mail
	('ch_13', 1200, NULL, 'usd', '2026-03-13 10:00:00Z', NULL, '', 'pi_13', 'succeeded', true, true, true, NULL))
	c (id, amount, back, currency, created, customer, email, intent, status, paid, captured, livemode, shipping);
