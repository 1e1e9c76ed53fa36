\set ECHO none
-- A sample shop that was loaded and rolled back leaves its pages and its statistics behind:
-- the tests that follow would scan the one and plan for the other.
TRUNCATE greenery.users, greenery.addresses, greenery.products, greenery.promos, greenery.orders,
	greenery.order_items, greenery.events, greenery.promo_history, greenery.inventory_history,
	greenery.order_status_history;
\set ECHO all
