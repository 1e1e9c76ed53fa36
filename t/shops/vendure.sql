-- Vendure 3: amounts are cents, times have no zone, JSON stands in text.
CREATE TABLE address (
	"streetLine1" varchar NOT NULL,
	"streetLine2" varchar DEFAULT '' NOT NULL,
	province varchar DEFAULT '' NOT NULL,
	"postalCode" varchar DEFAULT '' NOT NULL,
	"phoneNumber" varchar DEFAULT '' NOT NULL,
	"defaultShippingAddress" boolean DEFAULT false NOT NULL,
	"defaultBillingAddress" boolean DEFAULT false NOT NULL,
	id integer PRIMARY KEY,
	"customerId" integer,
	"countryId" integer
);
CREATE TABLE channel (
	code varchar NOT NULL,
	"defaultLanguageCode" varchar NOT NULL,
	"defaultCurrencyCode" varchar NOT NULL,
	"trackInventory" boolean DEFAULT true NOT NULL,
	"pricesIncludeTax" boolean NOT NULL,
	id integer PRIMARY KEY
);
CREATE TABLE customer (
	"createdAt" timestamp DEFAULT now() NOT NULL,
	"updatedAt" timestamp DEFAULT now() NOT NULL,
	"deletedAt" timestamp,
	"firstName" varchar NOT NULL,
	"lastName" varchar NOT NULL,
	"phoneNumber" varchar,
	"emailAddress" varchar NOT NULL,
	id integer PRIMARY KEY,
	"userId" integer
);
CREATE TABLE fulfillment (
	"updatedAt" timestamp DEFAULT now() NOT NULL,
	state varchar NOT NULL,
	"trackingCode" varchar DEFAULT '' NOT NULL,
	method varchar NOT NULL,
	id integer PRIMARY KEY
);
CREATE TABLE "order" (
	type varchar DEFAULT 'Regular' NOT NULL,
	code varchar NOT NULL,
	state varchar NOT NULL,
	active boolean DEFAULT true NOT NULL,
	"orderPlacedAt" timestamp,
	"couponCodes" text NOT NULL,
	"shippingAddress" text NOT NULL,
	"currencyCode" varchar NOT NULL,
	id integer PRIMARY KEY,
	"aggregateOrderId" integer,
	"customerId" integer,
	"subTotal" integer NOT NULL,
	"subTotalWithTax" integer NOT NULL,
	shipping integer DEFAULT 0 NOT NULL,
	"shippingWithTax" integer DEFAULT 0 NOT NULL
);
CREATE TABLE order_channels_channel (
	"orderId" integer NOT NULL,
	"channelId" integer NOT NULL
);
CREATE TABLE order_fulfillments_fulfillment (
	"orderId" integer NOT NULL,
	"fulfillmentId" integer NOT NULL
);
CREATE TABLE order_line (
	quantity integer NOT NULL,
	"orderPlacedQuantity" integer DEFAULT 0 NOT NULL,
	"listPriceIncludesTax" boolean NOT NULL,
	adjustments text NOT NULL,
	"taxLines" text NOT NULL,
	id integer PRIMARY KEY,
	"shippingLineId" integer,
	"productVariantId" integer NOT NULL,
	"listPrice" integer NOT NULL,
	"orderId" integer
);
CREATE TABLE order_promotions_promotion (
	"orderId" integer NOT NULL,
	"promotionId" integer NOT NULL
);
CREATE TABLE payment (
	method varchar NOT NULL,
	state varchar NOT NULL,
	id integer PRIMARY KEY,
	amount integer NOT NULL,
	"orderId" integer
);
CREATE TABLE product_variant (
	"deletedAt" timestamp,
	enabled boolean DEFAULT true NOT NULL,
	sku varchar NOT NULL,
	"trackInventory" varchar DEFAULT 'INHERIT' NOT NULL,
	id integer PRIMARY KEY,
	"productId" integer
);
CREATE TABLE product_variant_price (
	"currencyCode" varchar NOT NULL,
	id integer PRIMARY KEY,
	"channelId" integer,
	price integer NOT NULL,
	"variantId" integer
);
CREATE TABLE product_variant_translation (
	"languageCode" varchar NOT NULL,
	name varchar NOT NULL,
	id integer PRIMARY KEY,
	"baseId" integer
);
CREATE TABLE promotion (
	"deletedAt" timestamp,
	"startsAt" timestamp,
	"endsAt" timestamp,
	"couponCode" varchar,
	enabled boolean NOT NULL,
	actions text NOT NULL,
	id integer PRIMARY KEY
);
CREATE TABLE refund (
	method varchar NOT NULL,
	state varchar NOT NULL,
	id integer PRIMARY KEY,
	"paymentId" integer NOT NULL,
	items integer NOT NULL,
	shipping integer NOT NULL,
	adjustment integer NOT NULL,
	total integer NOT NULL
);
CREATE TABLE shipping_line (
	"listPriceIncludesTax" boolean NOT NULL,
	adjustments text NOT NULL,
	"taxLines" text NOT NULL,
	id integer PRIMARY KEY,
	"shippingMethodId" integer NOT NULL,
	"listPrice" integer NOT NULL,
	"orderId" integer
);
CREATE TABLE stock_level (
	"stockOnHand" integer NOT NULL,
	"stockAllocated" integer NOT NULL,
	id integer PRIMARY KEY,
	"productVariantId" integer NOT NULL,
	"stockLocationId" integer NOT NULL
);
CREATE TABLE surcharge (
	"listPriceIncludesTax" boolean NOT NULL,
	sku varchar NOT NULL,
	"taxLines" text NOT NULL,
	id integer PRIMARY KEY,
	"listPrice" integer NOT NULL,
	"orderId" integer
);
CREATE TABLE region (
	code varchar NOT NULL,
	type varchar NOT NULL,
	enabled boolean NOT NULL,
	id integer PRIMARY KEY,
	"parentId" integer
);

INSERT INTO region (code, type, enabled, id) VALUES ('US', 'country', true, 1), ('GB', 'country', true, 2);
INSERT INTO channel (code, "defaultLanguageCode", "defaultCurrencyCode", "trackInventory", "pricesIncludeTax", id) VALUES
	('__default_channel__', 'en', 'USD', true, false, 1), ('uk-shop', 'de', 'GBP', true, true, 2);

-- Ann has an account, and was a guest before; Gil is deleted, his order is not
INSERT INTO customer ("createdAt", "updatedAt", "deletedAt", "firstName", "lastName", "phoneNumber", "emailAddress", id, "userId") VALUES
	('2026-01-01 23:30:00', '2026-01-02 10:00:00', NULL, 'Ann', 'A', '555-123-4567', 'ann@x.org', 1, 11),
	('2025-12-01 10:00:00', '2025-12-01 10:00:00', NULL, 'Ann', '', NULL, 'Ann@x.org ', 2, NULL),
	('2026-01-03 10:00:00', '2026-01-03 10:00:00', NULL, 'Bob', 'B', '', 'bob@x.org', 3, 13),
	('2026-01-04 10:00:00', '2026-02-04 10:00:00', '2026-02-20 10:00:00', 'Gil', 'G', NULL, 'gil@x.org', 4, 14);
INSERT INTO address ("streetLine1", "postalCode", province, "defaultShippingAddress", id, "customerId", "countryId") VALUES
	('Old St 1', '01234', 'NY', false, 1, 1, 1), ('Main St 1', '01235', 'NY', true, 2, 1, 1), ('High St 2', 'SW1A 1AA', '', false, 3, 3, 2);

INSERT INTO product_variant (sku, "trackInventory", id, "productId", "deletedAt") VALUES
	('SHIRT', 'INHERIT', 1, 1, NULL), ('MUG', 'TRUE', 2, 2, '2026-03-01 10:00:00'), ('EBOOK', 'FALSE', 3, 3, NULL);
INSERT INTO product_variant_translation ("languageCode", name, id, "baseId") VALUES
	('en', 'Shirt', 1, 1), ('de', 'Hemd', 2, 1), ('en', 'Mug', 3, 2), ('de', 'Tasse', 4, 2), ('en', 'E-book', 5, 3);
INSERT INTO product_variant_price ("currencyCode", id, "channelId", price, "variantId") VALUES
	('USD', 1, 1, 1000, 1), ('GBP', 2, 1, 1100, 1), ('GBP', 3, 2, 1200, 1),
	('USD', 4, 1, 500, 2), ('GBP', 5, 1, 550, 2), ('GBP', 6, 2, 600, 2),
	('USD', 7, 1, 1999, 3), ('GBP', 8, 1, 1899, 3), ('GBP', 9, 2, 1899, 3);
INSERT INTO stock_level ("stockOnHand", "stockAllocated", id, "productVariantId", "stockLocationId") VALUES
	(10, 2, 1, 1, 1), (5, 0, 2, 1, 2), (3, 0, 3, 2, 1), (0, 0, 4, 3, 1);

INSERT INTO promotion (id, "couponCode", enabled, "deletedAt", "startsAt", "endsAt", actions) VALUES
	(1, 'TENOFF', true, NULL, NULL, NULL, '[{"code":"order_percentage_discount","args":[{"name":"discount","value":"10"}]}]'),
	(2, 'FIVER', true, '2026-01-30 09:43:52.736', NULL, NULL, '[{"code":"order_fixed_discount","args":[{"name":"discount","value":"500"}]}]'),
	(3, 'SHIPFREE', true, NULL, NULL, NULL, '[{"code":"free_shipping","args":[]}]'),
	(4, NULL, true, NULL, NULL, NULL, '[{"code":"order_percentage_discount","args":[{"name":"discount","value":"20"}]}]'),
	(5, 'PAST', true, NULL, '2020-09-01 00:00:00', '2020-12-01 00:00:00', '[{"code":"order_percentage_discount","args":[{"name":"discount","value":"20"}]}]'),
	(6, 'LATER', true, NULL, '2999-01-01 00:00:00', NULL, '[{"code":"order_percentage_discount","args":[{"name":"discount","value":"12.5"}]}]'),
	(7, 'OFF', false, NULL, NULL, NULL, '[{"code":"order_percentage_discount","args":[{"name":"discount","value":"15"}]}]');

INSERT INTO "order" (type, code, state, active, "orderPlacedAt", "couponCodes", "shippingAddress", "currencyCode", id, "aggregateOrderId", "customerId",
					 "subTotal", "subTotalWithTax", shipping, "shippingWithTax") VALUES
	('Regular', 'A1', 'Delivered', false, '2026-02-01 23:30:00', 'TENOFF',
	 '{"fullName":"Ann","streetLine1":"4 High St","province":"NY","postalCode":"01021","countryCode":"US"}', 'USD', 1, NULL, 1, 2250, 2700, 500, 500),
	-- prices with tax; three promotions, one of them of the shipping
	('Regular', 'A2', 'PartiallyShipped', false, '2026-02-03 10:00:00', 'TENOFF,SHIPFREE',
	 '{"fullName":"Ann","streetLine1":"4 High St","postalCode":"SW1A 1AA","countryCode":"GB"}', 'GBP', 2, NULL, 2, 2300, 2760, 0, 0),
	-- a cart
	('Regular', 'A3', 'AddingItems', true, NULL, '', '{}', 'USD', 3, NULL, 3, 1000, 1200, 0, 0),
	-- cancelled: nothing is left of it
	('Regular', 'A4', 'Cancelled', false, '2026-02-05 10:00:00', '', '{}', 'USD', 4, NULL, 1, 0, 0, 0, 0),
	-- what a market's customer ordered, and the copy that a seller gets
	('Aggregate', 'A5', 'PaymentSettled', false, '2026-02-06 10:00:00', '', '{}', 'USD', 5, NULL, 3, 1000, 1200, 0, 0),
	('Seller', 'A6', 'PaymentSettled', false, '2026-02-06 10:00:00', '', '{}', 'USD', 6, 5, 3, 1000, 1200, 0, 0),
	-- lines cancelled in part and wholly; one variant on two lines; not yet captured
	('Regular', 'A7', 'PaymentAuthorized', false, '2026-02-07 10:00:00', '', '{}', 'USD', 7, NULL, 4, 2700, 3240, 500, 500),
	-- a surcharge
	('Regular', 'A8', 'Shipped', false, '2026-03-01 10:00:00', '', '{}', 'USD', 8, NULL, 3, 800, 960, 0, 0),
	-- a surcharge below 0 is a discount
	('Regular', 'A9', 'Shipped', false, '2026-03-02 10:00:00', '', '{}', 'GBP', 9, NULL, 3, 833, 1000, 0, 0);
INSERT INTO order_channels_channel ("orderId", "channelId") VALUES
	(1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (9, 2);
INSERT INTO order_line (id, "orderId", "productVariantId", quantity, "orderPlacedQuantity", "listPrice", "listPriceIncludesTax", adjustments, "taxLines") VALUES
	(1, 1, 1, 2, 2, 1000, false, '[{"amount":-200,"adjustmentSource":"PROMOTION:1","description":"Ten","type":"DISTRIBUTED_ORDER_PROMOTION","data":{"itemDistribution":[-100,-100]}}]', '[{"description":"t","taxRate":20}]'),
	(2, 1, 2, 1, 1, 500, false, '[{"amount":-50,"adjustmentSource":"PROMOTION:1","description":"Ten","type":"DISTRIBUTED_ORDER_PROMOTION","data":{"itemDistribution":[-50]}}]', '[{"description":"t","taxRate":20}]'),
	(3, 2, 1, 3, 3, 1200, true, '[{"amount":-120,"adjustmentSource":"PROMOTION:1","description":"Ten","type":"DISTRIBUTED_ORDER_PROMOTION","data":{"itemDistribution":[-40,-40,-40]}},{"amount":-720,"adjustmentSource":"PROMOTION:4","description":"Big","type":"DISTRIBUTED_ORDER_PROMOTION","data":{"itemDistribution":[-240,-240,-240]}}]', '[{"description":"t","taxRate":20}]'),
	(4, 3, 1, 1, 0, 1000, false, '[]', '[{"description":"t","taxRate":20}]'),
	(5, 4, 1, 0, 2, 1000, false, '[]', '[{"description":"t","taxRate":20}]'),
	(6, 5, 1, 1, 1, 1000, false, '[]', '[{"description":"t","taxRate":20}]'),
	(7, 6, 1, 1, 1, 1000, false, '[]', '[{"description":"t","taxRate":20}]'),
	(8, 7, 1, 1, 3, 1000, false, '[]', '[{"description":"t","taxRate":20}]'),
	(9, 7, 2, 0, 1, 500, false, '[]', '[{"description":"t","taxRate":20}]'),
	(10, 7, 1, 2, 2, 850, false, '[]', '[{"description":"t","taxRate":20}]'),
	(11, 8, 2, 1, 1, 500, false, '[]', '[{"description":"t","taxRate":20}]'),
	(12, 9, 2, 2, 2, 600, true, '[]', '[{"description":"t","taxRate":20}]');
INSERT INTO shipping_line (id, "orderId", "shippingMethodId", "listPrice", "listPriceIncludesTax", adjustments, "taxLines") VALUES
	(1, 1, 1, 500, false, '[]', '[{"description":"shipping tax","taxRate":0}]'),
	(2, 2, 1, 600, true, '[{"amount":-600,"adjustmentSource":"PROMOTION:3","description":"Free","type":"PROMOTION","data":{}}]', '[{"description":"shipping tax","taxRate":20}]'),
	(3, 4, 1, 500, false, '[{"amount":-500,"adjustmentSource":"CANCEL_ORDER","description":"shipping cancellation","type":"OTHER","data":{}}]', '[{"description":"shipping tax","taxRate":0}]'),
	(4, 7, 1, 500, false, '[]', '[{"description":"shipping tax","taxRate":0}]');
INSERT INTO surcharge (id, "orderId", sku, "listPrice", "listPriceIncludesTax", "taxLines") VALUES
	(1, 8, 'gift-wrap', 300, false, '[{"description":"t","taxRate":20}]'),
	(2, 9, 'sorry', -200, true, '[{"description":"t","taxRate":20}]');
INSERT INTO order_promotions_promotion ("orderId", "promotionId") VALUES (1, 1), (2, 1), (2, 3), (2, 4);
INSERT INTO payment (id, "orderId", method, state, amount) VALUES
	(1, 1, 'card', 'Settled', 3200), (2, 2, 'card', 'Declined', 2760), (3, 2, 'card', 'Settled', 2760), (4, 4, 'card', 'Settled', 2900),
	(5, 5, 'card', 'Settled', 1200), (6, 7, 'card', 'Authorized', 3740), (7, 8, 'card', 'Settled', 960), (8, 9, 'card', 'Settled', 1000);
INSERT INTO refund (id, "paymentId", method, state, items, shipping, adjustment, total) VALUES
	(1, 3, 'card', 'Settled', 500, 0, 0, 500), (2, 3, 'card', 'Failed', 100, 0, 0, 100);
INSERT INTO fulfillment (id, state, method, "trackingCode", "updatedAt") VALUES
	(1, 'Delivered', 'DHL', 'TRACK-1', '2026-02-05 22:00:00'),
	(2, 'Delivered', 'DHL', '', '2026-02-05 08:00:00'), (3, 'Shipped', 'DHL', '', '2026-02-06 08:00:00');
INSERT INTO order_fulfillments_fulfillment ("orderId", "fulfillmentId") VALUES (1, 1), (2, 2), (2, 3);
