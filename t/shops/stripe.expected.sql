-- An order is a payment that was taken.  Units per currency are those of Stripe's table.
CREATE TEMP VIEW placed AS
SELECT c.*, coalesce(c.payment_intent, c.id) AS order_id, u.unit,
	nullif(lower(btrim(coalesce(k.email, c.receipt_email))), '') AS mail
  FROM charges c LEFT JOIN customers k ON k.id = c.customer
  JOIN (VALUES ('usd', 100), ('eur', 100), ('isk', 100), ('jpy', 1), ('kwd', 1000)) u (currency, unit) ON u.currency = c.currency
 WHERE c.status = 'succeeded' AND c.captured;

CREATE SCHEMA expected_test;
CREATE TABLE expected_test.stg_orders AS
SELECT o.order_id, o.customer AS user_id, to_timestamp(o.created) AS created_at, o.amount::numeric / o.unit AS order_total,
	o.amount_refunded::numeric / o.unit AS refunded, upper(o.currency) AS currency, o.status, false AS is_cancelled
  FROM placed o;
CREATE TABLE expected_test.stg_users AS
SELECT c.id AS user_id, lower(c.email) AS email, c.phone AS phone_number_raw, to_timestamp(c.created) AS created_at FROM customers c;

CREATE TABLE expected.stg_orders AS SELECT e.* FROM expected_test.stg_orders e WHERE e.order_id <> 'pi_9';
CREATE TABLE expected.stg_users AS SELECT e.* FROM expected_test.stg_users e WHERE e.user_id <> 'cus_test';
CREATE TABLE expected.stg_addresses (zipcode text, state text, country text);
INSERT INTO expected.stg_addresses VALUES ('02101', 'MA', 'US'), ('02102', 'MA', 'US');

CREATE TABLE expected.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE livemode AND customer IS NOT NULL GROUP BY customer) u) r,
	LATERAL (VALUES ('purchasers', r.purchasers::numeric), ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value)
UNION ALL SELECT 'orders', count(*) FROM placed WHERE livemode
UNION ALL SELECT 'guest_orders', count(*) FROM placed WHERE livemode AND customer IS NULL
UNION ALL SELECT 'refunded_orders', count(*) FROM placed WHERE livemode AND amount_refunded > 0
-- not known is not 0
UNION ALL SELECT 'units', NULL
UNION ALL SELECT 'promo_orders', NULL;

CREATE TABLE expected.revenue AS
SELECT upper(o.currency) AS currency, count(*) AS orders, sum((o.amount - coalesce(o.amount_refunded, 0))::numeric / o.unit) AS revenue
  FROM placed o WHERE o.livemode GROUP BY o.currency;

CREATE SCHEMA expected_email;
CREATE TABLE expected_email.stg_orders AS SELECT o.order_id, o.mail AS user_id FROM placed o WHERE o.livemode;
CREATE TABLE expected_email.stg_users AS
SELECT o.mail AS user_id FROM placed o WHERE o.livemode AND o.mail IS NOT NULL UNION SELECT lower(btrim(c.email)) FROM customers c WHERE c.livemode;
CREATE TABLE expected_email.numbers AS
SELECT v.name, v.value
  FROM (SELECT count(*) AS purchasers, count(*) FILTER (WHERE n > 1) AS repeat, avg((n > 1)::integer) AS rate
		  FROM (SELECT count(*) AS n FROM placed WHERE livemode AND mail IS NOT NULL GROUP BY mail) u) r,
	LATERAL (VALUES ('purchasers', r.purchasers::numeric), ('repeat_purchasers', r.repeat), ('repeat_rate', r.rate)) v (name, value);

CREATE SCHEMA expected_currency;
CREATE TABLE expected_currency.stg_orders AS SELECT e.* FROM expected.stg_orders e WHERE e.currency = 'EUR';
