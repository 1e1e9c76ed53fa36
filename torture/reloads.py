"""
Tables that are truncated and loaded again, in one transaction, while a build begins or runs: no
build may publish them empty.  Who waits for whom is seen, not timed.
"""
import threading
import time

import psycopg2

from mutations import mutation
from session import Session

RAW = ['users', 'addresses', 'products', 'promos', 'orders', 'order_items', 'events']
PATIENCE = 60


class Background(threading.Thread):
    """A statement of another session"""

    def __init__(self, shop, session, work):
        super().__init__(daemon=True)
        self.shop, self.session, self.work = shop, session, work
        self.error = None
        self.start()

    def run(self):
        try:
            result = self.work()
            self.error = result if isinstance(result, Exception) else None
        except Exception as error:
            self.error = error

    def wait_until_blocked(self):
        """Whether it waits for a lock; else it has ended"""
        give_up = time.time() + PATIENCE
        while self.is_alive() and time.time() < give_up:
            if self.shop.oracle.session.value('SELECT pg_blocking_pids(%s)', (self.session.pid,)):
                return True
            time.sleep(0.01)
        return False

    def result(self):
        self.join(PATIENCE)
        if self.is_alive():
            self.shop.report.finding('HANG', f'{self.session.name} does not end')
        if self.error and not isinstance(self.error, psycopg2.Error):
            raise self.error
        return self.error


def targets(shop):
    """Tables that builds read, by whatever way"""
    own = [statement[7:] for _, changes in shop.models for statement in changes if statement.startswith('reload ')]
    more = ['own.more_events'] * 3 if 'child' in shop.undo else []
    more += ['own.web_events'] * 3 if 'events' in shop.own else []
    more += ['own.shop_promos'] * 3 if 'promos' in shop.own else []
    return [f'greenery.{table}' for table in RAW] + own + more


def only(table):
    """A parent of partitions has no rows of its own"""
    return table if table.endswith('_sales') else f'ONLY {table}'


def begin(table):
    return ['BEGIN', f'CREATE TEMP TABLE again ON COMMIT DROP AS SELECT * FROM {only(table)}',
            f'TRUNCATE {only(table)}']


def end(table):
    return [f'INSERT INTO {table} SELECT * FROM again', 'COMMIT']


def reload_before(shop, d, table):
    """Truncated when the build begins, which has to wait"""
    loader = Session(shop.database, shop.report, 'loader')
    builder = Session(shop.database, shop.report, 'builder', lock_timeout='0')
    try:
        if not loader.run(begin(table)):
            return
        change = d.maybe(0.3) and mutation(d)
        build = Background(shop, builder, lambda: shop.call(builder, d.of(*shop.roles.callers)))
        if not build.wait_until_blocked():
            shop.report.log('-- the build did not wait')
            shop.report.count('reloads that a build did not wait for')
        loader.must(end(table)[:1])
        if change:
            loader.run(change)
        if loader.conn.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_INTRANS:
            loader.must('COMMIT')
        judge(shop, d, build.result())
    finally:
        loader.close()
        builder.close()


def reload_meanwhile(shop, d, table):
    """Truncated while a build is held, which publishes what was there; its loader waits"""
    holder = Session(shop.database, shop.report, 'holder')
    loader = Session(shop.database, shop.report, 'loader', lock_timeout='0')
    builder = Session(shop.database, shop.report, 'builder', lock_timeout='0')
    try:
        shop.session.must("UPDATE greenery.products SET inventory = coalesce(inventory, 0) + 1")
        holder.must(['BEGIN', 'LOCK TABLE greenery_published.dim_products IN SHARE MODE'])
        build = Background(shop, builder, lambda: shop.call(builder, d.of(*shop.roles.callers)))
        build.wait_until_blocked()
        load = Background(shop, loader, lambda: loader.run(begin(table) + end(table)))
        load.wait_until_blocked()
        holder.must('COMMIT')
        error = build.result()
        load.result()
        judge(shop, d, error)
    finally:
        holder.close()
        loader.close()
        builder.close()


def judge(shop, d, error):
    shop.report.count('builds')
    if error is None:
        shop.published(d)
    else:
        shop.failed(error)


def reload_beside_build(shop, d):
    table = d.of(*targets(shop))
    way = d.of(reload_before, reload_before, reload_meanwhile)
    shop.report.log(f'-- {way.__name__} {table}')
    # not when a transaction that stays open has written to it
    if shop.session.run(['BEGIN', f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT', 'ROLLBACK']):
        way(shop, d, table)
