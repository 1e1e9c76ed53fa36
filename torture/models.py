"""What users add: models, with tables of their own and what happens to these, features, data tests."""
import collections

from settings import FORMATS, SessionSettings

# A model: what it needs, its view, its key, and makers of what happens to its tables.  {n} is its name.
Shape = collections.namedtuple('Shape', 'view key needs changes', defaults=((), ()))

SHAPES = [
    Shape('SELECT user_id, count(*) n, sum(order_total) s, avg(order_total) a, '
          'array_agg(order_id ORDER BY created_at, order_id COLLATE "C") o '
          'FROM greenery.fact_user_orders WHERE user_id IS NOT NULL GROUP BY 1', '{user_id}'),
    Shape('SELECT event_id, session_id, row_number() OVER w rn, lag(page_url) OVER w p FROM greenery.fact_events '
          'WINDOW w AS (PARTITION BY session_id ORDER BY created_at, event_id COLLATE "C")', '{event_id}'),
    Shape('SELECT p.event_id, p.product_name, s.duration FROM greenery.fact_user_content_pageviews p LEFT JOIN '
          '(SELECT session_id, max(duration) duration FROM greenery.fact_user_sessions GROUP BY 1) s USING (session_id)', '{event_id}'),
    Shape('SELECT session_id, product_id, viewed, to_jsonb(x) j FROM greenery.product_sessions x',
          '{session_id,product_id}'),
    # the row type of a mart
    Shape('SELECT o.order_id, o AS whole FROM greenery.dim_order_products o', '{order_id}'),
    Shape("SELECT name, value, public.greenery_as_of() s FROM greenery.metrics", '{name}'),
    Shape('SELECT event_type, page_kind, count(*) n, min(created_at) f, max(created_at) l FROM greenery.fact_events '
          'WHERE event_type IS NOT NULL GROUP BY 1, 2', '{event_type,page_kind}'),
    Shape("SELECT 1 AS k, now() > '2020-01-01Z' AS after, count(*) n FROM greenery.stg_events", '{k}'),
    Shape('SELECT r.user_id, r.purchased_again, f.lifetime_value FROM greenery.user_repeat_features r '
          'JOIN greenery.dim_users f USING (user_id)', '{user_id}'),
    # constants whose text depends on settings
    Shape("SELECT order_id, '2021-08-11 12:00:00+00'::timestamptz AS at, created_at > '2021-08-12 00:30+05:30' AS late, "
          "created_at + interval '1 mon 2 days 03:04:05.678' AS due, interval '-1 year 2 mons -3 days 04:05:06' AS i, "
          "date '2021-02-03' AS d, timestamp '2021-04-05 06:07:08.9' AS ts, time with time zone '12:34:56-03:30' AS tz "
          'FROM greenery.fact_user_orders', '{order_id}'),
    Shape("SELECT order_id, 0.1::float8 + 0.2 AS f, 1e23::float8 AS g, '0.30000000000000004'::float8 = 0.1::float8 + 0.2 AS same, "
          "'{1,NULL,3}'::int[] AS a, ARRAY[NULL, 'NULL', 'it''s', E'back\\\\slash'] AS t, E'\\\\x00ff'::bytea AS b, "
          "'{\"a\": null}'::jsonb AS j, point '(0.1,0.2)' AS p FROM greenery.fact_user_orders", '{order_id}'),
    # values as text
    Shape("SELECT order_id, created_at::text AS c, (order_total / 3)::float8::text AS f, CASE WHEN isfinite(delivered_at) AND isfinite(created_at) "
          "THEN delivered_at - created_at END::text AS i, "
          "ARRAY[tracking_id, 'x', NULL]::text AS a, convert_to(order_id, 'UTF8')::text AS b, "
          "to_char(created_at, 'TZ TMDay DD TMMonth HH24:MI') AS day FROM greenery.stg_orders", '{order_id}'),
    # a shop's own: partitions, a child, a table behind a function, people who swap
    Shape('SELECT id, what FROM own.{n}_sales', '{id}',
          ('CREATE TABLE own.{n}_sales (id int, what text) PARTITION BY RANGE (id)',
           'CREATE TABLE own.{n}_low PARTITION OF own.{n}_sales FOR VALUES FROM (0) TO (50)',
           'CREATE TABLE own.{n}_high PARTITION OF own.{n}_sales FOR VALUES FROM (50) TO (1000)',
           "INSERT INTO own.{n}_sales SELECT g, 's' || g FROM generate_series(1, 100) g"),
          ("UPDATE own.{n}_sales SET what = what || 'x' WHERE id % 7 = 0",
           'UPDATE own.{n}_sales SET id = 100 - id WHERE id IN (10, 90)',
           'DELETE FROM own.{n}_low WHERE id < 5', 'reload own.{n}_low', 'reload own.{n}_high',
           'reload own.{n}_sales')),
    Shape('SELECT id, f FROM own.{n}_behind()', '{id}',
          ('CREATE TABLE own.{n}_table AS SELECT g AS id, g / 7.0::float8 AS f FROM generate_series(1, 60) g',
           'CREATE TABLE own.{n}_child () INHERITS (own.{n}_table)',
           'INSERT INTO own.{n}_child VALUES (1001, 1), (1002, 2)',
           'CREATE VIEW own.{n}_view AS SELECT * FROM own.{n}_table',
           "CREATE FUNCTION own.{n}_behind() RETURNS TABLE (id int, f text) LANGUAGE sql STABLE AS 'SELECT v.id, v.f FROM own.{n}_view v'"),
          ('UPDATE own.{n}_table SET f = f + 1 WHERE id % 5 = 0', 'reload own.{n}_table', 'reload own.{n}_child',
           'ALTER TABLE own.{n}_child NO INHERIT own.{n}_table', 'ALTER TABLE own.{n}_child INHERIT own.{n}_table')),
    Shape('SELECT id, email FROM own.{n}_people', '{id}',
          ('CREATE TABLE own.{n}_people AS SELECT g AS id, g || \'@x\' AS email FROM generate_series(1, 50) g',
           'INDEX CREATE UNIQUE INDEX ON greenery_published.{n} (email)'),
          ('UPDATE own.{n}_people p SET email = b.email FROM (SELECT id, row_number() OVER (ORDER BY id) r FROM own.{n}_people) a '
           'JOIN (SELECT email, row_number() OVER (ORDER BY id DESC) r FROM own.{n}_people) b USING (r) WHERE p.id = a.id',
           'UPDATE own.{n}_people p SET email = q.email FROM own.{n}_people q WHERE (p.id, q.id) IN ((1, 2), (2, 3), (3, 1))',
           'UPDATE own.{n}_people SET id = 200 - id WHERE id IN (40, 160)',
           'UPDATE own.{n}_people SET id = 101 - id WHERE id < 101',
           'DELETE FROM own.{n}_people WHERE id = 7', 'reload own.{n}_people')),
]


def add_model(shop, d):
    name = f'um{d.salt()}'
    shape = d.of(*SHAPES)
    fill = lambda sql: sql.replace('{n}', name)
    later = [fill(sql)[6:] for sql in shape.needs if sql.startswith('INDEX ')]
    shop.session.must([fill(sql) for sql in shape.needs if not sql.startswith('INDEX ')])
    with SessionSettings(shop.session, d, FORMATS):
        shop.session.must(f'CREATE VIEW own.{name} AS {fill(shape.view)}')
        if shop.roles.builder:
            shop.session.must([f'ALTER VIEW own.{name} OWNER TO {shop.roles.builder}'])
        shop.session.must([f"SELECT public.greenery_add_model('own.{name}', '{shape.key}')", *later])
    shop.models.append((name, [fill(sql) for sql in shape.changes]))


def change_model(shop, d):
    """Mostly what is in its own tables"""
    if not shop.models or d.maybe(0.35) and len(shop.models) < 6:
        return add_model(shop, d)
    name, changes = d.of(*shop.models)
    if d.maybe(0.2):
        shop.models.remove((name, changes))
        shop.session.must([f"SELECT greenery_drop_model('{name}')", f'DROP VIEW own.{name}'])
    elif changes:
        for _ in range(d.of(1, 1, 2, 3)):
            statement = d.of(*changes)
            if statement.startswith('reload '):
                statement = reload(statement[7:])
            shop.session.run(statement, expected=('42P01',))


def reload(table):
    return (f'DO $$BEGIN CREATE TEMP TABLE again AS SELECT * FROM {table}; TRUNCATE {table}; '
            f'INSERT INTO {table} SELECT * FROM again; DROP TABLE again; END$$')


def change_feature(shop, d):
    if shop.features and d.maybe(0.5):
        shop.session.must(f"SELECT greenery_drop_feature('{shop.features.pop()}')")
        return
    name, landmark = f'feature{d.salt()}', d.of('NULL', "'history'")
    shop.session.must([
        f"CREATE TABLE own.{name} AS SELECT user_id, created_at - interval '1 day' AS at, "
        '(ascii(md5(user_id)) * 1.5)::float8 AS v FROM greenery.users',
        f"SELECT greenery_add_feature('{name}', 'own.{name}', 'user_id', 'at', 'v', {landmark})"])
    shop.features.append(name)


TESTS = {
    'fact_events': [
        """'matches', 'page_url', '{"pattern": "^http"}'""",
        """'expression', NULL, '{"expression": "length(page_url) < 60", "where": "event_type = ''page_view''"}'""",
        """'accepted_values', 'page_kind', '{"values": ["product", "other"]}'""",
        """'row_count', NULL, '{"min": 1, "where": "event_type = ''checkout''"}'""",
        """'unique', 'session_id', '{}'""", """'not_null', 'product_id', '{"where": "page_kind <> ''other''"}'""",
        """'expression', NULL, '{"expression": "created_at < now()"}'""",
        """'relationships', 'product_id', '{"to": "greenery.stg_products", "field": "product_id"}'""",
        """'unique_combination', NULL, '{"columns": ["event_id", "session_id"], "where": "user_id IS NOT NULL"}'""",
        # bounds with a zone, and one of the shop's
        """'range', 'created_at', '{"max": "2021-08-14 12:00"}'""",
        """'range', 'created_at', '{"min": "2021-08-10T12:00:00+05:30"}'""",
        """'range', 'created_at', '{"max": "2021-08-11T00:00:00Z", "inclusive": false}'""",
        """'range', 'created_at', '{"min": "2021-08-05 10:00:00-03:30", "max": "2021-08-20 10:00:00.000001+00"}'""",
        """'expression', NULL, '{"expression": "created_at < ''2021-08-11 12:00+00''"}'""",
        """'expression', NULL, '{"expression": "created_at < timestamp ''2021-08-11 12:00''"}'"""],
    'fact_user_sessions': [
        """'range', 'duration', '{"max": "10 minutes"}'""", """'range', 'page_views', '{"min": 1, "max": 5}'""",
        """'range', 'duration', '{"min": "-1 mon +31 days 00:01:00"}'""",
        """'expression', NULL, '{"expression": "session_end - session_start = duration"}'""",
        """'expression', NULL, '{"expression": "duration::text < ''00:05''"}'"""],
    'product_sessions': ["""'expression', NULL, '{"expression": "viewed OR bought"}'""",
                         """'not_null', 'viewed', '{"where": "added"}'"""],
    'fact_user_content_pageviews': [
        """'range', 'inventory', '{"min": 10}'""", """'not_null', 'inventory_at_view', '{}'""",
        """'expression', NULL, '{"expression": "price > 20", "where": "is_at_risk_of_stockout"}'"""],
    'dim_users': [
        """'range', 'lifetime_value', '{"max": 1000}'""", """'email', 'email', '{}'""",
        """'phone', 'phone_number_raw', '{}'""",
        """'range', 'first_order_at', '{"max": "2021-08-11T12:00:00+14:00"}'""",
        """'expression', NULL, '{"expression": "jsonb_array_length(addresses) > 1"}'"""],
    'fact_user_orders': [
        """'accepted_values', 'timeliness', '{"values": ["early"]}'""",
        """'range', 'order_total', '{"min": 50, "max": 400}'""",
        """'range', 'delivered_at', '{"min": "2021-08-14T00:00:00-11:00"}'""",
        """'unique', 'user_id', '{"where": "has_promo"}'"""],
    'dim_products': ["""'range', 'price', '{"min": 30}'"""],
    'fact_order_items_products': ["""'range', 'amount', '{"max": 100}'"""],
    'cohort_retention': ["""'range', 'cohort', '{"min": "2021-02-01", "max": "2021-12-31"}'""",
                         """'range', 'retention', '{"max": 0.3}'"""],
}


def add_test(shop, d):
    model = d.of(*TESTS)
    with SessionSettings(shop.session, d, FORMATS):
        shop.session.must(f"SELECT public.greenery_add_test('greenery.{model}', {d.of(*TESTS[model])}, severity => 'warn')")
