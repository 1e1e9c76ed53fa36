"""
What must be refused, with the SQLSTATE that the documents promise: by the statement itself, or by
the next build, which leaves everything as it was.
"""

BUILD = 'CALL public.greenery_build()'


# Statements, and their errors
def statements(roles):
    as_operator = f'SET ROLE {roles.operator}'
    return [
        (["SELECT greenery_set('nosuch', '1')"], '42704'), (["SELECT greenery_set('session_gap', '1 mon')"], '22023'),
        (["SELECT greenery_set('as_of', 'yesterday')"], '22023'),
        (["SELECT greenery_set('as_of', '2021-02-03 04:05')"], '22023'),
        (["SELECT greenery_set('timezone', 'Nowhere/Land')"], '22023'),
        (["SELECT greenery_set_builder('nosuch')"], '42704'),
        # bounds that mean something else tomorrow
        (["""SELECT greenery_add_test('greenery.fact_events', 'range', 'created_at', '{"min": "now"}')"""], '22023'),
        (["""SELECT greenery_add_test('greenery.cohort_retention', 'range', 'cohort', '{"max": "today"}')"""], '22023'),
        # models that no build could compute
        (['CREATE VIEW own.refused AS SELECT * FROM greenery_published.dim_products', 'BUILDERS own.refused',
          "SELECT greenery_add_model('own.refused', '{product_id}')"], '0A000'),
        (['CREATE VIEW own.beneath AS SELECT * FROM greenery_published.dim_products', 'BUILDERS own.beneath',
          'CREATE VIEW own.refused AS SELECT product_id FROM own.beneath', 'BUILDERS own.refused',
          "SELECT greenery_add_model('own.refused', '{product_id}')"], '0A000'),
        (["CREATE FUNCTION own.hidden() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END'",
          'CREATE VIEW own.refused AS SELECT own.hidden() AS id', 'BUILDERS own.refused',
          "SELECT greenery_add_model('own.refused', '{id}')"], '0A000'),
        (['CREATE VIEW own.refused AS SELECT 1 AS id', f'ALTER VIEW own.refused OWNER TO {roles.stranger}',
          "SELECT greenery_add_model('own.refused', '{id}')"], '42501'),
        # a stranger's view over rows that he sees in part
        (['CREATE TABLE own.salaries AS SELECT g AS id FROM generate_series(1, 20) g',
          'ALTER TABLE own.salaries ENABLE ROW LEVEL SECURITY', 'CREATE POLICY half ON own.salaries USING (id > 10)',
          'CREATE VIEW own.seen AS SELECT * FROM own.salaries', f'ALTER VIEW own.seen OWNER TO {roles.stranger}',
          'CREATE VIEW own.refused AS SELECT * FROM own.seen', 'BUILDERS own.refused',
          "SELECT greenery_add_model('own.refused', '{id}')"], '42501'),
        (['CREATE TABLE own.theirs (id int)', f'ALTER TABLE own.theirs OWNER TO {roles.stranger}',
          'REVOKE ALL ON own.theirs FROM PUBLIC',
          'CREATE VIEW own.refused AS SELECT * FROM own.theirs', 'BUILDERS own.refused',
          "SELECT greenery_add_model('own.refused', '{id}')"], '42501'),
        (['CREATE TEMP VIEW refused AS SELECT 1 AS id', "SELECT greenery_add_model('refused', '{id}')"], '42P16'),
        # operators
        ([as_operator, "SELECT greenery_set('max_shrink', '100%')"], '42501'),
        ([as_operator,
          """SELECT greenery_add_test('greenery.dim_users', 'expression', NULL, '{"expression": "true"}')"""], '42501'),
        ([as_operator, 'SELECT greenery_alter_test(31, enabled => false)'], '55000'),
        ([as_operator, "SELECT greenery_add_model('greenery.users', '{user_id}')"], '42501'),
        ([as_operator, "DELETE FROM greenery.models"], '42501'),
        # only as it is meant
        ([BUILD], '25001'), (['SET TRANSACTION READ ONLY', "SELECT greenery_set('max_shrink', '1%')"], '25006'),
    ]


def refused_statement(shop, d):
    """In a transaction, which leaves nothing behind"""
    wanted, code = d.of(*statements(shop.roles))
    shop.session.must('BEGIN')
    for sql in wanted[:-1]:
        if sql.startswith('BUILDERS '):
            if shop.roles.builder:
                shop.session.must(f'ALTER VIEW {sql[9:]} OWNER TO {shop.roles.builder}')
        else:
            shop.session.must(sql)
    error = shop.session.attempt(wanted[-1])
    if error is None:
        shop.report.finding('NOT REFUSED', wanted[-1])
    shop.session.judge(error, (code,))
    if error.pgcode != code:
        shop.report.finding('OTHER ERROR', f'{error.pgcode} instead of {code}: {error}')
    shop.session.attempt('ROLLBACK')
    shop.report.count(f'refused as documented: {code}')


# What is done to a mart, its cure, and the error of the build between them
ON_PUBLISHED = [
    ('CREATE TABLE own.heir () INHERITS (greenery_published.{m})', 'DROP TABLE own.heir', '55000'),
    ('CREATE TABLE own.heir (LIKE greenery_published.{m}); ALTER TABLE own.heir INHERIT greenery_published.{m}',
     'DROP TABLE own.heir', '55000'),
    ('ALTER TABLE greenery_published.{m} ENABLE ROW LEVEL SECURITY',
     'ALTER TABLE greenery_published.{m} DISABLE ROW LEVEL SECURITY', '55000'),
    ('CREATE RULE r AS ON DELETE TO greenery_published.{m} DO INSTEAD NOTHING', 'DROP RULE r ON greenery_published.{m}',
     '55000'),
    ('CREATE TABLE own.notes (user_id text REFERENCES greenery_published.dim_users DEFERRABLE INITIALLY DEFERRED)',
     'DROP TABLE own.notes', '55000'),
    ('ALTER TABLE greenery_published.dim_users ADD CONSTRAINT never CHECK (false) NOT VALID; '
     "UPDATE greenery.users SET last_name = coalesce(last_name, '') || 'y'",
     'ALTER TABLE greenery_published.dim_users DROP CONSTRAINT never', '23514'),
    # rows of sources that are not for everyone
    ('ALTER TABLE greenery.{s} ENABLE ROW LEVEL SECURITY', 'ALTER TABLE greenery.{s} DISABLE ROW LEVEL SECURITY',
     '42501'),
]


def refused_build(shop, d):
    offence, cure, code = d.of(*ON_PUBLISHED)
    mart = d.of('dim_users', 'fact_events', 'metrics', 'fact_user_sessions', 'dim_products')
    source = d.of('users', 'orders', 'products', 'order_items')
    fill = lambda sql: sql.replace('{m}', mart).replace('{s}', source)
    if 'dim_users' in offence and not shop.session.value('SELECT count(*) FROM greenery_published.dim_users'):
        return
    if not shop.session.run(fill(offence)):
        return
    shop.build(d, expected=(code,))
    shop.session.must(fill(cure))
    shop.report.count(f'builds refused as documented: {code}')
