"""
Builds that are cancelled, terminated, killed and disturbed: the published tables are those of one
whole build, the old or the new one, and the next build works.  When it happens is a matter of
time, so a seed does not do the same again.
"""
import os
import signal
import subprocess
import threading
import time

import psycopg2

from mutations import mutation
from physical import physical, published_edit
from reloads import Background
from session import Session, code_of, connect

PATIENCE = 180


class Disturbance:
    def __init__(self, shop, d, builder):
        self.shop, self.d, self.builder = shop, d, builder
        self.pid = builder.pid
        self.build = None

    def wait(self):
        time.sleep(self.d.of(self.d.random.uniform(0, 0.3), self.d.random.uniform(0.2, 1.5),
                             self.d.random.uniform(0.5, 4)))

    # What ends a build

    def cancel(self):
        self.shop.session.rows('SELECT pg_cancel_backend(%s)', (self.pid,))

    def terminate(self):
        self.shop.session.rows('SELECT pg_terminate_backend(%s)', (self.pid,))

    def worker(self):
        """The first one there is"""
        while self.build.is_alive():
            if self.shop.oracle.session.rows(
                    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE leader_pid = %s LIMIT 1', (self.pid,)):
                self.shop.report.count('workers terminated')
                return
            time.sleep(0.005)

    def kill(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def restart(self):
        binaries = os.environ.get('PGBIN', '')
        subprocess.run([os.path.join(binaries, 'pg_ctl'), '-D', self.shop.options.chaos, '-m', 'immediate', '-w',
                        'restart',
                        '-l', os.path.join(self.shop.options.chaos, '..', 'server.log')],
                       stdout=subprocess.DEVNULL, check=True)

    # What runs beside it

    def writers(self):
        stop = threading.Event()

        def write(number):
            session = Session(self.shop.database, self.shop.report, f'writer {number}', lock_timeout='500ms')
            mine = type(self.d)(self.shop.report.seed, f'{self.d.prefix}w{number}', self.d.strict)
            try:
                while not stop.is_set():
                    if mine.maybe(0.3):
                        session.run(['BEGIN', mutation(mine), mutation(mine), mine.of('COMMIT', 'ROLLBACK')])
                    else:
                        session.run(mutation(mine))
                    self.shop.report.count('statements beside a build')
            finally:
                session.close()
        threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in (1, 2)]
        for thread in threads:
            thread.start()
        self.build.join(PATIENCE)
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)

    def edits(self):
        self.shop.session.cursor.execute("SET lock_timeout = '200ms'")
        for _ in range(6):
            if self.build.is_alive():
                self.shop.session.run(published_edit(self.d))
                time.sleep(0.1)

    def second(self):
        error = self.shop.session.attempt('CALL greenery_build()')
        if error is not None and code_of(error) not in ('55006', 'GR001'):
            self.shop.report.finding('OTHER ERROR', f'of a second build: {code_of(error)} {error}')

    def lock(self):
        statement = self.d.of(
            'LOCK TABLE greenery_published.fact_events IN ACCESS EXCLUSIVE MODE',
            'LOCK TABLE greenery_published.metrics IN SHARE MODE',
            'LOCK TABLE greenery.events IN ACCESS EXCLUSIVE MODE',
            'SELECT count(*) FROM (SELECT * FROM greenery_published.dim_users FOR UPDATE) x',
            'SELECT count(*) FROM (SELECT * FROM greenery_published.fact_user_sessions FOR SHARE) x')
        self.shop.session.run(['BEGIN', "SET LOCAL lock_timeout = '100ms'", statement, 'SELECT pg_sleep(0.8)',
                               self.d.of('COMMIT', 'ROLLBACK')])

    def ddl(self):
        self.shop.session.cursor.execute("SET lock_timeout = '200ms'")
        self.shop.session.run(physical(self.d))
        self.shop.session.run(self.d.of(
            'VACUUM FULL greenery_published.fact_events', 'TRUNCATE greenery_published.metrics',
            'VACUUM FULL greenery_published.fact_user_sessions', 'TRUNCATE greenery_published.fact_user_sessions',
            'ALTER TABLE greenery_published.dim_users ADD COLUMN zz int; ALTER TABLE greenery_published.dim_users DROP COLUMN zz'))


# (weight, name, whether it changes what is published or read, whether the server must be our own)
KINDS = [(4, 'cancel', False, False), (4, 'terminate', False, False), (2, 'worker', False, False),
         (2, 'kill', False, True),
         (1, 'restart', False, True), (5, 'writers', True, False), (3, 'edits', True, False),
         (2, 'second', True, False),
         (2, 'lock', False, False), (2, 'ddl', True, False)]


def reconnect(shop):
    """After the server has gone away, or any of our sessions"""
    for _ in range(240):
        try:
            connect(shop.database).close()
            break
        except psycopg2.Error:
            time.sleep(0.25)
    else:
        shop.report.finding('CRASH', 'the server does not come back')
    shop.reconnect()


def chaos(shop, d):
    ours = shop.options.chaos != 'no'
    _, name, changes, kills = d.weighted([kind for kind in KINDS if ours or not kind[3]])
    shop.report.count(f'chaos {name}')
    shop.report.log(f'-- chaos: {name}')
    before = shop.oracle.checksum()
    builder = Session(shop.database, shop.report, 'builder')
    builder.cursor.execute(f"SET max_parallel_maintenance_workers = {d.of(0, 2, 4)}; SET work_mem = '{d.of('64kB', '4MB')}'")
    builder.fragile = shop.session.fragile = True
    it = Disturbance(shop, d, builder)
    it.build = Background(shop, builder, lambda: shop.call(builder))
    if name not in ('writers', 'worker'):
        it.wait()
    try:
        getattr(it, name)()
    except psycopg2.Error as error:
        shop.report.log(f'-- {code_of(error)} {error}')
    it.build.join(PATIENCE)
    if it.build.is_alive():
        shop.report.finding('HANG', f'a build does not end after {name}')
    error = it.build.error
    shop.report.log(f'-- the build: {error or "published"}')
    shop.report.count(f"chaos {name}: {'published' if error is None else 'failed'}")
    builder.conn.close()
    if kills:
        time.sleep(1)
    reconnect(shop)
    if error is not None and not isinstance(error, psycopg2.Error):
        raise error
    if error is not None and (code_of(error).startswith('XX') or 'SQLSTATE XX' in str(error)):
        shop.report.finding('INTERNAL ERROR', str(error))

    # old and whole, or new and whole
    if not changes:
        if error is None:
            shop.oracle.after_publishing()
        elif shop.oracle.checksum() != before:
            shop.report.count('chaos: failed after it had published')
            shop.oracle.after_publishing()
    shop.build_and_mend(d)
