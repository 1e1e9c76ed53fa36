-- shop_currency: one row.  The currency in which money is added up: amounts of different
-- currencies never are.
--
-- The orders that are asked are those whose money would be added: do the first and the
-- last of their currencies differ?  An index on the currency says it at once.
CREATE FUNCTION greenery.only_currency() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN c.first = c.last THEN c.first END
	FROM (SELECT
		(SELECT coalesce(o.currency, '')
		   FROM greenery.stg_orders o
		  WHERE o.order_id IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		  ORDER BY o.currency
		  LIMIT 1) AS first,
		-- NULLs come first
		(SELECT coalesce(o.currency, '')
		   FROM greenery.stg_orders o
		  WHERE o.order_id IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		  ORDER BY o.currency DESC
		  LIMIT 1) AS last) c;
END;
COMMENT ON FUNCTION greenery.only_currency() IS
	'The only currency of the orders; an empty text for orders without one. NULL when they have several, or there are no orders. Cancelled orders and orders of excluded users are not looked at.';

-- A function of its own, and no argument of the other: over a distributed table Citus takes no
-- parameter of a function in SQL.
CREATE FUNCTION greenery.only_currency_of_totals() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN c.first = c.last THEN c.first END
	FROM (SELECT
		(SELECT coalesce(o.currency, '')
		   FROM greenery.stg_orders o
		  WHERE o.order_id IS NOT NULL
			AND o.order_total IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		  ORDER BY o.currency
		  LIMIT 1) AS first,
		-- NULLs come first
		(SELECT coalesce(o.currency, '')
		   FROM greenery.stg_orders o
		  WHERE o.order_id IS NOT NULL
			AND o.order_total IS NOT NULL
			AND NOT o.is_cancelled
			AND (o.user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE
		  ORDER BY o.currency DESC
		  LIMIT 1) AS last) c;
END;
COMMENT ON FUNCTION greenery.only_currency_of_totals() IS
	'The same of the orders that have a total.';

CREATE VIEW greenery.shop_currency AS
SELECT
	m.currency,
	-- no total is known: prices have a currency nevertheless
	coalesce(m.currency, greenery.only_currency()) AS list_currency
FROM (
	SELECT coalesce(greenery.currency_setting(), greenery.only_currency_of_totals()) AS currency
	-- fences: computed once, however often a query names it
	OFFSET 0
) m
OFFSET 0;

COMMENT ON VIEW greenery.shop_currency IS
	'The currency in which lifetime values and metrics of money are counted: setting greenery.currency, else the only one that the orders have. One row.';
COMMENT ON COLUMN greenery.shop_currency.currency IS
	'The currency, an empty text for orders that have none. NULL when the orders have several, or no total is known, and none is set: then such values are NULL. Cancelled orders and orders of excluded users are not looked at.';
COMMENT ON COLUMN greenery.shop_currency.list_currency IS
	'The currency of list prices, and of amounts that promos take off: the same; where no total is known, the only one that the orders have.';
