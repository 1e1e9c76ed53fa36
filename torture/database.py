"""The database of a seed: who owns and builds what, and the shop that is in it."""
import pathlib

import psycopg2

from session import Session, connect

HERE = pathlib.Path(__file__).parent

# (weight, whether the extension's owner is a superuser, whether the builder is a role of its own)
ARRANGEMENTS = [(4, True, False), (2, True, True), (2, False, False), (2, False, True)]


class Roles:
    def __init__(self, database, arrangement):
        self.owner = None if arrangement[1] else f'{database}_owner'
        self.named_builder = f'{database}_builder' if arrangement[2] else None
        self.operator = f'{database}_operator'
        self.stranger = f'{database}_stranger'
        # the role that views of a user's must belong to, if it is no superuser
        self.builder = self.named_builder or self.owner
        self.callers = [None, self.operator] + ([self.owner] if self.owner else [])

    def __str__(self):
        return f"owner {self.owner or 'superuser'}, builder {self.builder or 'the same'}"


def drop(database):
    conn = connect('postgres')
    cursor = conn.cursor()
    cursor.execute('SELECT gid FROM pg_prepared_xacts WHERE database = %s', (database,))
    gids = [row[0] for row in cursor.fetchall()]
    if gids:
        inside = connect(database)
        for gid in gids:
            inside.cursor().execute('ROLLBACK PREPARED %s', (gid,))
        inside.close()
    cursor.execute(f'DROP DATABASE IF EXISTS {database} WITH (FORCE)')
    cursor.execute(r"SELECT rolname FROM pg_roles WHERE rolname ~ %s",
                   (f'^{database}_(owner|builder|operator|stranger)$',))
    for role in [row[0] for row in cursor.fetchall()]:
        cursor.execute(f'DROP ROLE {role}')
    conn.close()


def create(database, options, d, report):
    """A database with greenery and a sample shop; (Roles, whether it has bad rows)"""
    arrangements = [a for a in ARRANGEMENTS if not (options.roles and a[1] and not a[2])]
    roles = Roles(database, d.weighted(arrangements))
    users = options.users or d.of(10, 15, 25, 40)
    with_events = options.events or d.maybe(0.92)
    bad_rows = not options.strict and d.maybe(0.2)

    drop(database)
    conn = connect('postgres')
    cursor = conn.cursor()
    for role in filter(None, (roles.owner, roles.named_builder, roles.operator, roles.stranger)):
        cursor.execute(f'CREATE ROLE {role}')
    if roles.owner and roles.named_builder:
        cursor.execute(f'GRANT {roles.named_builder} TO {roles.owner}')
    cursor.execute(f'CREATE DATABASE {database}' + (f' OWNER {roles.owner}' if roles.owner else ''))
    cursor.execute(f'ALTER DATABASE {database} SET client_min_messages = warning')
    conn.close()

    session = Session(database, report)
    report.log(f"-- {roles}; {users} users, {'' if with_events else 'no '}events{', bad rows' if bad_rows else ''}")
    if roles.owner:
        session.must(f'SET ROLE {roles.owner}')
    session.must('CREATE EXTENSION greenery')
    session.must(f"SELECT count(*) FROM greenery_load_sample_shop(users => {users}, orders_per_user => {d.of(1.2, 2.8, 4)}, "
                 f'seed => {d.below(10**6)}, bad_rows => {bad_rows}, with_events => {with_events})')
    session.must(f"SELECT greenery_grant('{roles.operator}', 'operator')")
    if roles.named_builder:
        session.must(f"SELECT greenery_set_builder('{roles.named_builder}')")
    # not before the builder is there: none of a shop's rows may be many
    session.must("SELECT greenery_set('max_shrink', '100%')")
    session.must('RESET ROLE')
    if not options.strict:
        # keys apart, rows may be as bad as they like
        session.must("SELECT greenery_alter_test(test_id, severity => 'warn') FROM greenery.data_tests "
                     "WHERE error_above IS NOT NULL AND kind NOT IN ('shrink', 'recency') AND NOT greenery.is_key_test(test_id)")
    # what users make, readable for everyone, and what the tester asks
    session.must(['CREATE SCHEMA own', 'GRANT USAGE ON SCHEMA own TO PUBLIC',
                  'ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT SELECT ON TABLES TO PUBLIC'])
    session.cursor.execute((HERE / 'oracle.sql').read_text())
    session.must('ANALYZE')
    report.count(f"arrangement: {'superuser' if not roles.owner else 'other owner'}"
                 f"{', builder' if roles.named_builder else ''}")
    session.close()
    return roles, bad_rows


def alive():
    try:
        connect('postgres').close()
        return True
    except psycopg2.Error:
        return False
