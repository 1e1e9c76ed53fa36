"""
Definitions that change between builds: views of greenery's own, source functions, children of a
raw table, and a shop's own types.  Each is taken back by the next call.
"""
from draw import literal

# What a view says, and what it says instead
VIEWS = {
    'fact_user_sessions': ("'add_to_cart'", "'page_view'"),
    'product_sessions': ("'add_to_cart'", "'page_view'"),
    'fact_events': ("'shipping'::text THEN 'shipping'", "'shipping'::text THEN 'checkout'"),
    'stg_events': ('page_url)', "page_url || '#')"),
    'fact_user_content_pageviews': ("'checkout'", "'nothing'"),
    'stg_products': ('s.price,', 's.price + 1 AS price,'),
    'dim_product_stock': ('c.inventory <= 0', 'c.inventory <= 40'),
}

# What the source of events may say
EVENTS = [
    {'page_url': "s.page_url || '!'"},
    {'created_at': "s.created_at + interval '1 minute'"},
    {'event_id': 's.event_id::varchar', 'event_type': 'lower(s.event_type)'},
    {'user_id': 'upper(s.user_id)', 'attributes': 'to_jsonb(s.event_id)'},
]
COLUMNS = 'event_id session_id user_id page_url created_at event_type order_id product_id page_kind visitor_id'.split()


def events_from(table, changed):
    """What reads a table for the source of events"""
    columns = [changed.get(column, f's.{column}') for column in COLUMNS]
    return f"SELECT {', '.join(columns)}, {changed.get('attributes', 'NULL::jsonb')} FROM {table} s"


def take_back(shop, name):
    statements = shop.undo.pop(name, None)
    if statements is None:
        return False
    shop.own.discard(name)
    shop.session.must(statements)
    return True


def change_view(shop, d):
    view = d.of(*VIEWS)
    if take_back(shop, view):
        return
    now = shop.session.value('SELECT pg_get_viewdef(%s::regclass)', (f'greenery.{view}',))
    changed = now.replace(*VIEWS[view])
    if changed == now:
        shop.report.finding('TESTER', f'view {view} does not say {VIEWS[view][0]}')
    shop.session.must(f'CREATE OR REPLACE VIEW greenery.{view} AS {changed}')
    shop.undo[view] = [f'CREATE OR REPLACE VIEW greenery.{view} AS {now}']


def replace_source(shop, d, source, query, before=(), after=()):
    """The source function with another query; its head stays"""
    now = shop.session.value('SELECT pg_get_functiondef(%s::regproc)', (f'greenery.source_{source}',))
    head = now[:now.index('AS $function$')]
    shop.session.must([*before, f'{head}AS $source$ {query} $source$'])
    shop.undo[source] = [now, *after]


def change_source(shop, d):
    if not take_back(shop, 'events'):
        replace_source(shop, d, 'events', events_from('greenery.events', d.of(*EVENTS))
                       + d.of('', ' WHERE s.event_type IS NOT NULL'))


def own_table(shop, d):
    """
    A source over a table of the shop's own, of types that are converted on their way: an enum, a
    time without zone, a float.  While it is there, what these types mean changes.
    """
    which = d.of('events', 'promos')
    if which in shop.own:
        if d.maybe(0.25):
            take_back(shop, which)
        elif which == 'events':
            shop.session.run(d.of(
                ["ALTER TYPE own.kind RENAME VALUE 'page_view' TO 'seen'"],
                ["ALTER TYPE own.kind RENAME VALUE 'seen' TO 'page_view'"],
                ["ALTER TYPE own.kind RENAME VALUE 'checkout' TO 'add_to_cart_'"],
                ["ALTER TYPE own.kind RENAME VALUE 'add_to_cart_' TO 'checkout'"],
                ['ALTER TABLE own.web_events ALTER event_type TYPE text'],
                ["ALTER TABLE own.web_events ALTER event_type TYPE varchar(30)"],
                ["ALTER TABLE own.web_events ALTER created_at TYPE timestamptz USING created_at AT TIME ZONE 'Asia/Kolkata'"],
                ["ALTER TABLE own.web_events ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'UTC'"],
                ["ALTER TABLE own.web_events ALTER weight TYPE float4"],
                ["ALTER TABLE own.web_events ALTER weight TYPE float8"],
                ["SELECT greenery_set('timezone', 'Asia/Kolkata')"], ["SELECT greenery_set('timezone', NULL)"],
                ["UPDATE own.web_events SET weight = weight * 1.1 WHERE event_id < 'e1'"],
                ["DELETE FROM own.web_events WHERE md5(event_id) < '1'"]), expected=('42704', '42883'))
        else:
            shop.session.run(d.of(
                ["ALTER TYPE own.state RENAME VALUE 'active' TO 'running'"],
                ["ALTER TYPE own.state RENAME VALUE 'running' TO 'active'"],
                ["BEGIN", "CREATE TEMP TABLE p AS SELECT * FROM own.shop_promos", "TRUNCATE own.shop_promos",
                 "INSERT INTO own.shop_promos SELECT * FROM p", "DROP TABLE p", "COMMIT"],
                ["UPDATE own.shop_promos SET discount = discount * 1.1"]))
        return
    if which in shop.undo:
        return
    if which == 'events':
        replace_source(
            shop, d, 'events',
            events_from('own.web_events', {'page_url': "s.page_url || '?' || s.weight",
                                           'created_at': 's.created_at::timestamptz', 'event_type': 's.event_type::text'}),
            before=["CREATE TYPE own.kind AS ENUM ('page_view', 'add_to_cart', 'checkout', 'package_shipped')",
                    'CREATE TABLE own.web_events AS SELECT event_id, session_id, user_id, page_url, '
                    "created_at AT TIME ZONE 'UTC' AS created_at, event_type::own.kind, order_id, product_id, page_kind, visitor_id, "
                    "(0.1 * ascii(md5(event_id)))::float8 AS weight FROM (SELECT DISTINCT ON (public.clean_text(event_id)) * "
                    "FROM greenery.events WHERE public.clean_text(event_id) IS NOT NULL) e "
                    "WHERE event_type IN ('page_view', 'add_to_cart', 'checkout', 'package_shipped')"],
            after=['DROP TABLE own.web_events', 'DROP TYPE own.kind'])
    else:
        replace_source(
            shop, d, 'promos', 'SELECT s.promo_id, s.discount, s.status, NULL::text, NULL::numeric, NULL::jsonb FROM own.shop_promos s',
            before=["CREATE TYPE own.state AS ENUM ('active', 'inactive')",
                    'CREATE TABLE own.shop_promos AS SELECT promo_id, discount::float8 AS discount, status::own.state FROM '
                    '(SELECT DISTINCT ON (public.clean_text(promo_id)) * FROM greenery.promos '
                    'WHERE public.clean_text(promo_id) IS NOT NULL) p '
                    "WHERE status IN ('active', 'inactive')"],
            after=['DROP TABLE own.shop_promos', 'DROP TYPE own.state'])
    shop.own.add(which)


def child(shop, d):
    """A table that inherits from a raw one"""
    if not take_back(shop, 'child'):
        shop.session.must([
            'CREATE TABLE own.more_events () INHERITS (greenery.events)',
            'INSERT INTO own.more_events (event_id, session_id, user_id, page_url, created_at, event_type) '
            f"SELECT {literal('ch' + d.salt())} || event_id, session_id, user_id, page_url, created_at, 'page_view' "
            f"FROM ONLY greenery.events WHERE {d.pick('events', 8)}"])
        shop.undo['child'] = ['DROP TABLE own.more_events']
