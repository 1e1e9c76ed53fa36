-- shop_currency: one row.  The currency in which money is added up: amounts of different
-- currencies never are.
--
-- The rows that are asked are those whose money would be added.  With the setting none is.
CREATE VIEW greenery.shop_currency AS
SELECT coalesce(
	greenery.currency_setting(),
	(SELECT CASE WHEN c.first = c.last THEN c.first END
	   FROM (
		SELECT
			-- "C" is the fastest
			min(coalesce(o.currency, '') COLLATE "C") AS first,
			max(coalesce(o.currency, '') COLLATE "C") AS last
		FROM greenery.stg_orders o
		WHERE o.order_id IS NOT NULL
			AND o.order_total IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
	   ) c)) AS currency
-- a fence: computed once, however often a query names it
OFFSET 0;

COMMENT ON VIEW greenery.shop_currency IS
	'The currency in which lifetime values and metrics of money are counted: setting greenery.currency, else the only one that the orders have. One row.';
COMMENT ON COLUMN greenery.shop_currency.currency IS
	'The currency, an empty text for orders that have none. NULL when the orders have several, or no total is known, and none is set: then such values are NULL. Cancelled orders and orders of excluded users are not looked at.';
