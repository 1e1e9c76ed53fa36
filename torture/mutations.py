"""
What can happen to raw rows: for each source a table of (weight, maker), where a maker draws a
statement.  BAD has what tests at severity error would object to.
"""

EVENT = 'session_id, user_id, page_url, created_at, event_type, order_id, product_id'
BLANK, OHIO, LONGER_NAME = "'   '", "'Ohio'", "name || 'x'"
EURO, DOLLAR = "'EUR'", "'USD'"
KIND_OTHER, KIND_CHECKOUT = "'other'", "'checkout'"
KINDS = ["'product'", "'shipping'", "'Product'", "' '"]


def swap(d, table, key):
    """Two rows change their keys"""
    return (f"WITH x AS (SELECT array_agg({key}) a FROM (SELECT {key} FROM greenery.{table} "
            f"ORDER BY md5({key} || '{d.salt()}') LIMIT 2) z) "
            f'UPDATE greenery.{table} SET {key} = CASE {key} WHEN a[1] THEN a[2] ELSE a[1] END FROM x WHERE {key} = ANY (a)')


def again(d, columns, where):
    """Events are deleted, and come back with other columns"""
    return (f'WITH d AS (DELETE FROM greenery.events WHERE {where} RETURNING *) '
            f'INSERT INTO greenery.events (event_id, {EVENT}) SELECT {columns} FROM d')


EVENTS = [
    (8, lambda d: f"UPDATE greenery.events SET created_at = created_at + {d.lag()} WHERE {d.pick('events')}"),
    (5, lambda d: f"UPDATE greenery.events SET event_type = " +
        d.good(["'page_view'", "'add_to_cart'", "'checkout'", "'package_shipped'"],
               ['NULL', "'other'", "' checkout '"]) +
        f" WHERE {d.pick('events')}"),
    (5,
     lambda d: f"UPDATE greenery.events SET product_id = {d.good(['NULL', d.one('products', 'product_id')], [d.odd()])} "
        f"WHERE {d.pick('events')}"),
    (4, lambda d: f"UPDATE greenery.events SET user_id = {d.good([d.one('users', 'user_id')], ['NULL', d.odd()])} "
        f"WHERE {d.pick('events')}"),
    (3, lambda d: f"UPDATE greenery.events SET user_id = {d.one('users', 'user_id')} "
        f"WHERE session_id = {d.one('events', 'session_id')}"),
    # visitors who log in half-way, and a list of users to leave out
    (4, lambda d: "UPDATE greenery.events SET user_id = NULL WHERE event_type IN ('page_view', 'add_to_cart') "
        f"AND session_id = {d.one('events', 'session_id')}"),
    (2, lambda d: f"UPDATE greenery.events SET page_kind = {d.good([chr(39) + 'product' + chr(39), 'NULL'], [d.odd()])} "
        f"WHERE {d.pick('events')}"),
    (1, lambda d: "INSERT INTO greenery.excluded_users (user_id, reason) "
        f"SELECT u, 'torture' FROM (SELECT {d.one('users', 'user_id')} AS u) x WHERE u IS NOT NULL ON CONFLICT DO NOTHING"),
    (1, lambda d: 'DELETE FROM greenery.excluded_users'),
    (5, lambda d: f"UPDATE greenery.events SET session_id = "
        f"{d.good([d.one('events', 'session_id'), d.odd()], ['NULL', BLANK])} WHERE {d.pick('events')}"),
    (2,
     lambda d: f"UPDATE greenery.events SET session_id = {d.odd()} WHERE session_id = {d.one('events', 'session_id')}"),
    (6, lambda d: f"DELETE FROM greenery.events WHERE {d.pick('events')}"),
    (3, lambda d: f"DELETE FROM greenery.events WHERE session_id = {d.one('events', 'session_id')}"),
    (7, lambda d: f"INSERT INTO greenery.events (event_id, {EVENT}) SELECT {d.new_id()}, {EVENT} "
        f"FROM greenery.events WHERE {d.pick('events')}"),
    (4, lambda d: f"INSERT INTO greenery.events (event_id, {EVENT}) SELECT {d.odd()}, {EVENT} "
        f"FROM greenery.events WHERE {d.pick('events', 1)}"),
    (3, lambda d: f"UPDATE greenery.events SET event_id = {d.odd()} WHERE {d.pick('events', 1)}"),
    (3, lambda d: f"UPDATE greenery.events SET page_url = {d.page()} WHERE {d.pick('events')}"),
    (3, lambda d: f"UPDATE greenery.events SET order_id = {d.good([d.one('orders', 'order_id')], ['NULL'])} "
        f"WHERE {d.pick('events')}"),
    (4, lambda d: f"UPDATE greenery.events SET event_type = event_type WHERE {d.pick('events', 3 * d.few())}"),
    (2, lambda d: f"UPDATE greenery.events SET event_id = '  ' || event_id || E' \\t' WHERE {d.pick('events')}"),
    (2, lambda d: f"UPDATE greenery.events SET session_id = session_id || ' ', user_id = ' ' || user_id "
        f"WHERE {d.pick('events')}"),
    (4, lambda d: again(d, f'event_id, {EVENT}', d.pick('events'))),
    (3, lambda d: again(d, "event_id, session_id, user_id, '/help', created_at, event_type, order_id, product_id",
                        d.pick('events'))),
    # as many come as go
    (4, lambda d: again(d, f'{d.new_id()}, {EVENT}', d.pick('events'))),
    (4, lambda d: swap(d, 'events', 'event_id')),
    (1, lambda d: again(d, f'event_id, {EVENT}', 'true')),
    (2,
     lambda d: f"INSERT INTO greenery.events (event_id, {EVENT}) SELECT {d.new_id()}, session_id, user_id, page_url, "
        f"created_at - interval '300 days', event_type, order_id, product_id FROM greenery.events WHERE {d.pick('events')}"),
]
# what the first export did not have
EVENTS += [
    # visitors who log in half-way, or whose login is lost
    (5, lambda d: f"UPDATE greenery.events SET user_id = NULL WHERE session_id = {d.one('events', 'session_id')} "
        f"AND md5(event_id) < '{d.of('4', '8', 'c')}' AND event_type <> 'package_shipped'"),
    (4, lambda d: f"UPDATE greenery.events SET user_id = NULL WHERE event_type <> 'package_shipped' AND {d.pick('events')}"),
    (3, lambda d: f"UPDATE greenery.events SET page_kind = {d.good(['NULL', KIND_OTHER, KIND_CHECKOUT], KINDS)} "
        f"WHERE {d.pick('events')}"),
    (1, lambda d: f"UPDATE greenery.events SET visitor_id = {d.odd()} WHERE {d.pick('events')}"),
]
EVENTS_BAD = [
    (2, lambda d: f"UPDATE greenery.events SET created_at = {d.moment()} WHERE {d.pick('events')}"),
    (1, lambda d: 'UPDATE greenery.events SET session_id = NULL'),
    (1,
     lambda d: "UPDATE greenery.events SET session_id = 'S' || left(md5(coalesce(user_id, '') || created_at::date), 6) "
        'WHERE session_id IS NULL'),
]

ORDERS = [
    (5,
     lambda d: f"INSERT INTO greenery.orders SELECT {d.new_id()}, user_id, promo_id, address_id, created_at + {d.lag()}, "
        'order_cost, shipping_cost, order_total, tracking_id, shipping_service, '
        f"estimated_delivery_at + {d.lag()}, delivered_at + {d.lag()}, status FROM greenery.orders WHERE {d.pick('orders')}"),
    (3, lambda d: f"WITH o AS (SELECT {d.one('orders', 'order_id')} AS o), "
        'a AS (DELETE FROM greenery.order_items USING o WHERE order_id = o.o), '
        'b AS (DELETE FROM greenery.events USING o WHERE order_id = o.o) '
        'DELETE FROM greenery.orders USING o WHERE order_id = o.o'),
    (3, lambda d: f"UPDATE greenery.orders SET user_id = {d.good([d.one('users', 'user_id')], ['NULL'])} "
        f"WHERE {d.pick('orders')}"),
    (2,
     lambda d: f"UPDATE greenery.orders SET promo_id = {d.of(d.one('promos', 'promo_id'), 'NULL')} WHERE {d.pick('orders')}"),
    (2, lambda d: f"UPDATE greenery.orders SET address_id = {d.good([d.one('addresses', 'address_id')], ['NULL'])} "
        f"WHERE {d.pick('orders')}"),
    (3, lambda d: 'UPDATE greenery.orders SET created_at = created_at + x, delivered_at = delivered_at + x '
        f"FROM (SELECT {d.lag()}) i (x) WHERE orders.{d.pick('orders')}"),
    (3,
     lambda d: f"UPDATE greenery.orders SET status = '{d.of('preparing', 'shipped', 'delivered')}' WHERE {d.pick('orders')}"),
    (2, lambda d: f"UPDATE greenery.orders SET {d.of('order_cost', 'shipping_cost', 'order_total')} = {d.amount()} "
        f"WHERE {d.pick('orders')}"),
    (2, lambda d: f"UPDATE greenery.orders SET order_cost = order_cost WHERE {d.pick('orders', 5 * d.few())}"),
    (1, lambda d: swap(d, 'orders', 'order_id')),
    (2, lambda d: f"UPDATE greenery.orders SET is_cancelled = {d.of('true', 'false', 'NULL')} WHERE {d.pick('orders')}"),
    (1, lambda d: f"UPDATE greenery.orders SET status = '{d.of('cancelled', ' cancelled ', 'delivered')}' WHERE {d.pick('orders')}"),
    (1, lambda d: f"UPDATE greenery.orders SET refunded = {d.of('order_total', 'order_total / 2', 'NULL')} WHERE {d.pick('orders')}"),
    (1, lambda d: 'UPDATE greenery.orders SET order_total = order_total - coalesce(tax, 0) + 3, tax = 3 '
        f"WHERE {d.pick('orders')}"),
    (1, lambda d: f"INSERT INTO greenery.excluded_users (user_id, reason) SELECT user_id, 'bot' FROM greenery.users "
        f"WHERE {d.pick('users', 1)} AND trim(user_id) <> '' ON CONFLICT DO NOTHING"),
    (1, lambda d: 'DELETE FROM greenery.excluded_users'),
    (1, lambda d: 'UPDATE greenery.orders SET currency = ' + d.of("'EUR'", "' USD'", 'NULL') + f" WHERE {d.pick('orders')}"),
]
ORDERS += [
    (4, lambda d: f"UPDATE greenery.orders SET is_cancelled = {d.of('true', 'true', 'false', 'NULL')} WHERE {d.pick('orders')}"),
    (3, lambda d: f"UPDATE greenery.orders SET status = 'cancelled' WHERE {d.pick('orders')}"),
    (3, lambda d: f"UPDATE greenery.orders SET refunded = {d.of('NULL', '0', 'order_total', 'round(order_total / 3, 2)')} "
        f"WHERE {d.pick('orders')}"),
    (2, lambda d: 'UPDATE greenery.orders SET tax = x, order_total = order_total - coalesce(tax, 0) + x '
        f"FROM (SELECT {d.of('0', '1.99', '10')}) t (x) WHERE orders.{d.pick('orders')}"),
    (2, lambda d: 'UPDATE greenery.orders SET discount = x, order_total = order_cost + shipping_cost + coalesce(tax, 0) - x '
        f"FROM (SELECT {d.of('0', '0.01', '3')}) t (x) WHERE orders.{d.pick('orders')}"),
    (2, lambda d: f"UPDATE greenery.orders SET currency = {d.of('NULL', EURO, EURO, DOLLAR)} WHERE {d.pick('orders')}"),
    (1, lambda d: f"UPDATE greenery.orders SET currency = {d.of('NULL', EURO)}"),
    (1, lambda d: f"UPDATE greenery.orders SET channel = {d.odd()}, session_id = {d.one('events', 'session_id')} "
        f"WHERE {d.pick('orders')}"),
]
ORDERS_BAD = [
    (2, lambda d: f"DELETE FROM greenery.orders WHERE {d.pick('orders')}"),
    (2,
     lambda d: f"UPDATE greenery.orders SET {d.of('created_at', 'delivered_at', 'estimated_delivery_at')} = {d.moment()} "
        f"WHERE {d.pick('orders')}"),
    # a mistyped year
    (1, lambda d: "UPDATE greenery.orders SET created_at = created_at + interval '7978 years', "
        f"delivered_at = delivered_at + interval '7978 years' WHERE {d.pick('orders', 1)}"),
]

ORDER_ITEMS = [
    (4, lambda d: f"UPDATE greenery.order_items SET quantity = {d.good(['quantity + 1', '1'], ['NULL', '0', '-1'])} "
        f"WHERE {d.pick('order_items')}"),
    (4, lambda d: f"DELETE FROM greenery.order_items WHERE {d.pick('order_items')}"),
    (4, lambda d: f"INSERT INTO greenery.order_items SELECT o, p, {1 + d.below(5)} "
        f"FROM (SELECT {d.one('orders', 'order_id')} o, {d.one('products', 'product_id')} p) x "
        'WHERE NOT EXISTS (SELECT FROM greenery.order_items i WHERE trim(i.order_id) = trim(o) AND trim(i.product_id) = trim(p))'),
    (2, lambda d: 'UPDATE greenery.order_items i SET product_id = p.product_id '
        f"FROM (SELECT {d.one('products', 'product_id')} AS product_id) p WHERE i.{d.pick('order_items', 1)} "
        'AND NOT EXISTS (SELECT FROM greenery.order_items j '
        'WHERE trim(j.order_id) = trim(i.order_id) AND trim(j.product_id) = trim(p.product_id))'),
]

ORDER_ITEMS += [
    (3, lambda d: f"UPDATE greenery.order_items SET unit_price = {d.of('NULL', '0.01', '9.99', '100')} WHERE {d.pick('order_items')}"),
    (3, lambda d: f"UPDATE greenery.order_items SET returned_quantity = {d.of('NULL', '0', 'quantity')} "
        f"WHERE {d.pick('order_items')}"),
]

PRODUCTS = [
    (4,
     lambda d: f"UPDATE greenery.products SET inventory = {d.good(['inventory + 1', '5', '100000'], ['0', 'NULL', '-3'])} "
        f"WHERE {d.pick('products')}"),
    (3, lambda d: f"UPDATE greenery.products SET price = {d.amount()} WHERE {d.pick('products', 1)}"),
    (2,
     lambda d: f"UPDATE greenery.products SET name = {d.good([LONGER_NAME, d.odd()], ['NULL'])} "
        f"WHERE {d.pick('products', 1)}"),
    (2, lambda d: f"INSERT INTO greenery.products SELECT {d.new_id()}, name, price, inventory FROM greenery.products "
        f"WHERE {d.pick('products', 1)}"),
    (1, lambda d: swap(d, 'products', 'product_id')),
    (1, lambda d: "INSERT INTO greenery.excluded_products (product_id, reason) SELECT trim(product_id), 'postage' "
        f"FROM greenery.products WHERE {d.pick('products', 1)} AND trim(product_id) <> '' ON CONFLICT DO NOTHING"),
    (1, lambda d: 'DELETE FROM greenery.excluded_products'),
]
PRODUCTS += [
    (1, lambda d: f"UPDATE greenery.products SET category = {d.odd()} WHERE {d.pick('products')}"),
]
PRODUCTS_BAD = [
    (1, lambda d: f"DELETE FROM greenery.products WHERE {d.pick('products', 1)}"),
]

PROMOS = [
    (2, lambda d: "UPDATE greenery.promos SET status = CASE status WHEN 'active' THEN 'inactive' ELSE 'active' END "
        f"WHERE {d.pick('promos', 1)}"),
    (2, lambda d: f"UPDATE greenery.promos SET discount = discount + 1 WHERE {d.pick('promos', 1)}"),
    (1, lambda d: f"INSERT INTO greenery.promos SELECT {d.new_id()}, 5, 'active'"),
    (1, lambda d: 'UPDATE greenery.promos SET status = status'),
]
PROMOS_BAD = [
    (1, lambda d: f"UPDATE greenery.promos SET percent = {d.of('NULL', '10')}, code = {d.odd()} WHERE {d.pick('promos', 1)}"),
    (1, lambda d: f"DELETE FROM greenery.promos WHERE {d.pick('promos', 1)}"),
]

USERS = [
    (3, lambda d: f"UPDATE greenery.users SET created_at = created_at - interval '{d.of(1, 10, 400)} days' "
        f"WHERE {d.pick('users')}"),
    (2,
     lambda d: f"UPDATE greenery.users SET first_name = first_name || 'x', last_name = {d.odd()} WHERE {d.pick('users')}"),
    (2,
     lambda d: f"INSERT INTO greenery.users SELECT {d.new_id()}, first_name, last_name, email, phone_number, created_at, "
        f"updated_at, address_id FROM greenery.users WHERE {d.pick('users')}"),
    (2, lambda d: f"UPDATE greenery.users SET address_id = {d.one('addresses', 'address_id')} WHERE {d.pick('users')}"),
    (1, lambda d: swap(d, 'users', 'user_id')),
]
EXCLUDED = [
    (2, lambda d: f"INSERT INTO greenery.excluded_users (user_id, reason) SELECT trim(user_id), 'a till' FROM greenery.users "
        f"WHERE trim(user_id) <> '' AND {d.pick('users', 1)} ON CONFLICT DO NOTHING"),
    (1, lambda d: 'DELETE FROM greenery.excluded_users'),
]
USERS_BAD = [
    (2, lambda d: f"DELETE FROM greenery.users WHERE {d.pick('users', 1)}"),
    (1,
     lambda d: f"UPDATE greenery.users SET {d.of('created_at', 'updated_at')} = {d.moment()} WHERE {d.pick('users', 1)}"),
    (1, lambda d: f"UPDATE greenery.users SET email = {d.odd()}, phone_number = {d.odd()} WHERE {d.pick('users', 1)}"),
    # a user returns under another id
    (1, lambda d: f"WITH u AS (SELECT {d.one('users', 'user_id')} AS u) "
        f'UPDATE greenery.users SET user_id = {d.odd()} FROM u WHERE user_id = u.u'),
]

ADDRESSES = [
    (2,
     lambda d: f"UPDATE greenery.addresses SET state = {d.of(OHIO, d.odd(), 'NULL')}, zipcode = '01234' "
        f"WHERE {d.pick('addresses')}"),
    (1, lambda d: f"INSERT INTO greenery.addresses SELECT {d.new_id()}, address, zipcode, state, country "
        f"FROM greenery.addresses WHERE {d.pick('addresses')}"),
]
ADDRESSES_BAD = [
    (1, lambda d: f"DELETE FROM greenery.addresses WHERE {d.pick('addresses', 1)}"),
]

GOOD = EVENTS + ORDERS + ORDER_ITEMS + PRODUCTS + PROMOS + USERS + EXCLUDED + ADDRESSES
BAD = EVENTS_BAD + ORDERS_BAD + PRODUCTS_BAD + PROMOS_BAD + USERS_BAD + ADDRESSES_BAD


def mutation(d):
    return d.weighted(GOOD if d.strict else GOOD + BAD)[1](d)
