-- Shopify's orders_export.csv, loaded as it is: all text, a row for each line item, what belongs to
-- the order on its first row only.

CREATE TABLE orders_export ("Name" text, "Email" text, "Financial Status" text, "Paid at" text, "Fulfillment Status" text, "Fulfilled at" text, "Accepts Marketing" text,
	"Currency" text, "Subtotal" text, "Shipping" text, "Taxes" text, "Total" text, "Discount Code" text, "Discount Amount" text, "Shipping Method" text, "Created at" text,
	"Lineitem quantity" text, "Lineitem name" text, "Lineitem price" text, "Lineitem compare at price" text, "Lineitem sku" text, "Billing Name" text, "Shipping Name" text,
	"Shipping Address1" text, "Shipping Address2" text, "Shipping City" text, "Shipping Zip" text, "Shipping Province" text, "Shipping Country" text, "Notes" text,
	"Cancelled at" text, "Payment Method" text, "Refunded Amount" text, "Vendor" text, "Id" text, "Tags" text, "Source" text, "Phone" text);

-- tax on top, a discount
INSERT INTO orders_export ("Name", "Email", "Financial Status", "Fulfillment Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount",
		"Shipping Method", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Billing Name", "Shipping Name", "Shipping Address1", "Shipping Zip",
		"Shipping Province", "Shipping Country", "Cancelled at", "Refunded Amount", "Source") VALUES
	('#1001', 'Ann@X.org', 'paid', 'fulfilled', 'USD', '45.00', '5.00', '4.50', '54.50', 'TEN', '5.00',
		'Standard', '2026-02-01 23:30:00 -0500', '2', 'Shirt', '20.00', 'SHIRT', 'Ann A', 'Ann A', 'Main St 1', '''01234', 'NY', 'US', NULL, '0.00', 'web'),
	('#1001', 'Ann@X.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, '2026-02-01 23:30:00 -0500', '1', 'Mug', '10.00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	-- tax included; blanks are empty texts; one product on two lines; half of it given back
	('#1002', 'bob@x.org ', 'partially_refunded', 'fulfilled', 'GBP', '24.00', '6.00', '5.00', '30.00', '', '0.00',
		'Standard', '2026-02-03 10:00:00 +0000', '1', 'Shirt', '12.00', 'SHIRT', 'Bob B', 'Bob B', 'High St 2', 'SW1A 1AA', '', 'GB', '', '12.00', 'web'),
	('#1002', 'bob@x.org ', '', '', '', '', '', '', '', '', '', '', '', '1', 'Shirt', '12.00', 'SHIRT', '', '', '', '', '', '', '', '', ''),
	-- cancelled
	('#1003', 'ann@x.org', 'voided', 'unfulfilled', 'USD', '20.00', '0.00', '0.00', '20.00', NULL, '0.00',
		NULL, '2026-02-05 10:00:00 +0100', '1', 'Shirt', '20.00', 'SHIRT', 'Ann A', NULL, NULL, NULL, NULL, NULL, '2026-02-05 12:00:00 +0100', '0.00', 'web'),
	-- by somebody unknown, not yet paid
	('#1004', NULL, 'pending', 'unfulfilled', 'USD', '30.00', '0.00', '0.00', '30.00', NULL, '0.00',
		NULL, '2026-02-06 10:00:00 +0000', '3', 'Mug', '10.00', 'MUG-1', NULL, NULL, 'Low St 3', '''01234', 'MA', 'US', NULL, '0.00', 'pos'),
	-- given back
	('#1005', 'ann@x.org', 'refunded', 'fulfilled', 'USD', '20.00', '0.00', '0.00', '20.00', NULL, '0.00',
		NULL, '2026-03-01 10:00:00 +0000', '1', 'Shirt', '20.00', 'SHIRT', 'Ann A', NULL, NULL, NULL, NULL, NULL, NULL, '20.00', 'web');
