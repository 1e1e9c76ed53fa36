"""What happens between two builds: kinds with their weights."""
from session import Session

import definitions
import models
import refusals
import reloads
import settings
from mutations import mutation
from physical import physical, published_edit


def plain(shop, d):
    shop.session.run(mutation(d))


def transaction(shop, d):
    shop.session.run(['BEGIN'] + [mutation(d) for _ in range(d.of(1, 2, 3, 4))] + ['COMMIT'])


def rolled_back(shop, d):
    shop.session.run(['BEGIN'] + [mutation(d) for _ in range(d.of(1, 2, 3))] + ['ROLLBACK'])


def savepoints(shop, d):
    statements = ['BEGIN'] + [mutation(d)] * d.of(0, 1)
    for _ in range(d.of(1, 2, 3, 4)):
        statements += ['SAVEPOINT a', mutation(d)]
        if d.maybe(0.3):
            statements += ['SAVEPOINT b', mutation(d), d.of('RELEASE b', 'ROLLBACK TO b')]
        statements.append(d.of('RELEASE a', 'ROLLBACK TO a', 'RELEASE a'))
    shop.session.run(statements + ['COMMIT'])


def prepare(shop, d):
    if len(shop.prepared) < 3:
        gid = f'{shop.database}_{d.salt()}'
        if shop.session.run(['BEGIN'] + [mutation(d) for _ in range(d.of(1, 2, 3))] + [f"PREPARE TRANSACTION '{gid}'"]):
            shop.prepared.append(gid)


def leave_open(shop, d):
    """A transaction that stays open"""
    if len(shop.others) >= 3:
        return
    session = Session(shop.database, shop.report, f'other {d.salt()}', lock_timeout='300ms')
    statements = [d.of('BEGIN', 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'BEGIN ISOLATION LEVEL SERIALIZABLE')]
    statements += ['SAVEPOINT q'] * d.of(0, 0, 1)
    statements += [d.of(mutation(d), 'SELECT pg_current_xact_id()', 'SELECT count(*) FROM greenery.events')]
    if session.run(statements):
        shop.others.append(session)
    else:
        session.close()


def finish_open(shop, d):
    """One that was open, or prepared, ends"""
    ending = d.of('COMMIT', 'COMMIT', 'ROLLBACK')
    if shop.others and d.maybe(0.7):
        session = shop.others.pop(d.below(len(shop.others)))
        statements = [mutation(d)] * d.of(0, 1)
        if d.maybe(0.3):
            statements += ['SAVEPOINT z', mutation(d), 'RELEASE z']
        session.run(statements + [ending])
        session.close()
    elif shop.prepared:
        shop.session.run(f"{ending} PREPARED '{shop.prepared.pop(d.below(len(shop.prepared)))}'")


def locks(shop, d):
    strength = d.of('FOR UPDATE', 'FOR SHARE', 'FOR KEY SHARE', 'FOR NO KEY UPDATE')
    statements = ['BEGIN', 'SELECT count(*) FROM (SELECT * FROM greenery.events '
                  f"ORDER BY md5(event_id || '{d.salt()}') LIMIT 50 {strength} SKIP LOCKED) x"]
    if d.maybe(0.5):
        statements += ['SAVEPOINT a',
                       'SELECT count(*) FROM (SELECT * FROM greenery.events LIMIT 30 FOR SHARE SKIP LOCKED) x',
                       'ROLLBACK TO a']
    if d.maybe(0.5):
        statements.append(mutation(d))
    shop.session.run(statements + [d.of('COMMIT', 'ROLLBACK')])


def change_physical(shop, d):
    shop.session.cursor.execute("SET lock_timeout = '300ms'")
    shop.session.run(physical(d))
    shop.session.calm()


def edit_published(shop, d):
    shop.session.run(published_edit(d))


def burn(shop, d):
    """Transaction ids"""
    shop.session.must('DO $$BEGIN FOR i IN 1..300 LOOP BEGIN PERFORM pg_current_xact_id(); RAISE EXCEPTION \'x\'; '
                      'EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END$$')


def as_replica(shop, d):
    shop.session.run(['SET session_replication_role = replica', mutation(d)])
    shop.session.must('RESET session_replication_role')


def exclude(shop, d):
    """Users who do not count for the indicators"""
    role = d.of(*shop.roles.callers)
    if role:
        shop.session.must(f'SET ROLE {role}')
    for (user_id,) in shop.oracle.session.rows(
            'SELECT quote_literal(user_id) FROM greenery.stg_users WHERE user_id IS NOT NULL '
            f"ORDER BY md5(user_id || '{d.salt()}') LIMIT 1"):
        shop.session.run(d.of(f"SELECT greenery_exclude_user({user_id}, 'tester')",
                              f'SELECT greenery_include_user({user_id})'),
                         expected=('42704',))
    shop.session.must('RESET ROLE')


def record_history(shop, d):
    """Outside of builds, by a role that may"""
    role = d.of(*shop.roles.callers)
    if role:
        shop.session.must(f'SET ROLE {role}')
    with settings.SessionSettings(shop.session, d, settings.FORMATS):
        shop.session.must('SELECT count(*) FROM public.greenery_record_history()')
    shop.session.must('RESET ROLE')
    shop.oracle.histories()


DUPLICATES = ("DELETE FROM greenery.{t} WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY {k}) n "
              'FROM ONLY greenery.{t}) z WHERE n > 1)')
ONE_EVENT = "(SELECT ctid FROM ONLY greenery.events ORDER BY md5(event_id || '{s}') LIMIT 1)"
# bad rows, and what takes them out
PLANTS = [
    (['INSERT INTO greenery.events SELECT * FROM ONLY greenery.events WHERE ctid = ' + ONE_EVENT],
     DUPLICATES.format(t='events', k='public.clean_text(event_id)')),
    # one gone, another twice: the number of rows is as it was
    (['DELETE FROM ONLY greenery.events WHERE ctid = ' + ONE_EVENT.replace('{s}', 'x{s}'),
      'INSERT INTO greenery.events SELECT * FROM ONLY greenery.events WHERE ctid = ' + ONE_EVENT],
     DUPLICATES.format(t='events', k='public.clean_text(event_id)')),
    (["INSERT INTO greenery.products (product_id, name, price, inventory) VALUES (NULL, 'bad', 1, 1)"],
     'DELETE FROM greenery.products WHERE product_id IS NULL'),
    (["INSERT INTO greenery.users (user_id) VALUES ('  ')"],
     'DELETE FROM greenery.users WHERE public.clean_text(user_id) IS NULL'),
    (['INSERT INTO greenery.order_items SELECT * FROM greenery.order_items LIMIT 1'],
     DUPLICATES.format(t='order_items', k='public.clean_text(order_id), public.clean_text(product_id)')),
]


def plant(shop, d):
    """A bad row, builds that fail, perhaps with changes between them; mended"""
    planted, cure = d.of(*PLANTS)
    salt = d.salt()
    shop.session.must([sql.replace('{s}', salt) for sql in planted])
    for _ in range(d.of(1, 1, 2)):
        before = shop.oracle.checksum()
        if not shop.build(d) and shop.oracle.checksum() != before:
            shop.report.finding('FAILED AND PUBLISHED', 'bad rows')
        for _ in range(d.of(0, 1, 2)):
            plain(shop, d)
    shop.session.must(cure)


CHANGES = [
    (40, plain), (14, transaction), (4, rolled_back), (7, savepoints), (3, prepare), (4, leave_open), (8, finish_open),
    (3, locks), (6, change_physical), (4, edit_published), (1, burn), (1, as_replica), (1, exclude),
    (2, record_history),
    (5, settings.change_build_setting), (8, models.change_model), (1, models.change_feature), (3, models.add_test),
    (1, definitions.change_view), (2, definitions.change_source), (4, definitions.own_table), (2, definitions.child),
    (6, plant), (4, refusals.refused_statement), (2, refusals.refused_build), (7, reloads.reload_beside_build),
]


def change(shop, d):
    # else little of a shop would be as it was, and builds would compute all rows
    if shop.undo and d.maybe(0.15):
        definitions.take_back(shop, d.of(*sorted(shop.undo)))
    kind = d.weighted(CHANGES)[1]
    shop.report.count(f'change {kind.__name__}')
    shop.report.log(f'-- {kind.__name__}')
    kind(shop, d)
