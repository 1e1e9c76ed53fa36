-- Over the database that Vendure itself has filled; SHOPS.md's rules: placed orders, parts of a
-- cancelled order as they were ordered.

CREATE TABLE expected.stg_orders AS
SELECT o.id::text AS order_id, o."customerId"::text AS user_id, o."orderPlacedAt" AT TIME ZONE 'UTC' AS created_at,
	   (o."subTotalWithTax" + o."shippingWithTax") / 100.0 AS order_total, o."currencyCode"::text AS currency, o.state = 'Cancelled' AS is_cancelled
  FROM "order" o
 WHERE o."orderPlacedAt" IS NOT NULL AND o.type = 'Regular';

CREATE TABLE expected.stg_order_items AS
SELECT l."orderId"::text AS order_id, l."productVariantId"::text AS product_id,
	   sum(coalesce(nullif(l.quantity, 0), l."orderPlacedQuantity"))::integer AS quantity
  FROM order_line l JOIN "order" o ON o.id = l."orderId"
 WHERE o."orderPlacedAt" IS NOT NULL AND o.type = 'Regular'
 GROUP BY 1, 2;

CREATE TABLE expected.stg_users AS
SELECT c.id::text AS user_id, lower(c."emailAddress") AS email, c."createdAt" AT TIME ZONE 'UTC' AS created_at FROM customer c;

-- 71 of the 73 purchasers have an order that is not cancelled, 51 of them two
CREATE TABLE expected.numbers (name, value) AS VALUES
	('orders', 192::numeric), ('all_orders', 214), ('cancelled_orders', 22), ('purchasers', 71), ('repeat_purchasers', 51), ('repeat_rate', 51 / 71.0), ('units', 767);
