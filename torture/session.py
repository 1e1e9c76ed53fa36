"""A connection that notes what it runs, and which errors are none of ours."""
import os

import psycopg2
from psycopg2 import extensions

# A shop may be refused many things.  These say that PostgreSQL or greenery is at fault ...
FAULTS = ('XX', '57P02')
# ... and these that the tester is: it names what is not there
BLUNDERS = ('42601', '42703', '42P01', '42883', '42P02', '42704', '42P18')


def connect(database, **options):
    conn = psycopg2.connect(host=os.environ.get('PGHOST', '/var/run/postgresql'), port=os.environ.get('PGPORT', '5432'),
                            user=os.environ.get('PGUSER', 'postgres'), dbname=database, **options)
    conn.autocommit = True
    return conn


def code_of(error):
    """SQLSTATE of an error; a connection that is gone has none"""
    return error.pgcode or '08006'


class Session:
    def __init__(self, database, report, name='', lock_timeout='3s'):
        self.report = report
        self.name = f'[{name}] ' if name else ''
        self.lock_timeout = lock_timeout
        self.fragile = False    # whether the server may go away: see chaos.py
        self.unblock = None     # ends the transactions that statements may have to wait for
        self.conn = connect(database)
        self.cursor = self.conn.cursor()
        self.calm()

    @property
    def pid(self):
        return self.conn.info.backend_pid

    def calm(self):
        """Settings of the tester's own; not noted, since every session has them"""
        self.cursor.execute(f"SET client_min_messages = warning; SET search_path = public; SET jit = off; "
                            f"SET lock_timeout = '{self.lock_timeout}'")

    def rows(self, sql, args=None):
        """For the tester's own questions: not noted"""
        self.cursor.execute(sql, args)
        return self.cursor.fetchall()

    def value(self, sql, args=None):
        return self.rows(sql, args)[0][0]

    def attempt(self, sql):
        """Run and note a statement; the error, or None"""
        self.report.log(self.name + sql)
        self.report.count('statements')
        try:
            self.cursor.execute(sql)
        except psycopg2.Error as error:
            self.report.log(f'{self.name}-- {code_of(error)} {str(error).strip()[:200]}')
            if not self.conn.closed and \
                    self.conn.get_transaction_status() == extensions.TRANSACTION_STATUS_INERROR:
                self.cursor.execute('ROLLBACK')
            return error
        return None

    def run(self, statements, expected=()):
        """Run statements up to the first error; whether none came"""
        for sql in [statements] if isinstance(statements, str) else statements:
            error = self.attempt(sql)
            if error is None:
                continue
            self.judge(error, expected)
            self.report.count(f'refused with {code_of(error)}')
            return False
        return True

    def must(self, statements):
        """Run what cannot fail, unless it waits for a transaction that stays open: these then end"""
        for sql in [statements] if isinstance(statements, str) else statements:
            error = self.attempt(sql)
            if error is not None and code_of(error) == '55P03' and self.unblock:
                self.unblock()
                error = self.attempt(sql)
            if error is not None:
                self.judge(error)
                self.report.finding('FAILED', f'{code_of(error)} {error}')

    def judge(self, error, expected=()):
        code = code_of(error)
        if code in expected:
            return
        if self.conn.closed:
            if not self.fragile:
                self.report.finding('CRASH', str(error))
        elif code.startswith(FAULTS):
            self.report.finding('INTERNAL ERROR', f'{code} {error}')
        elif code in BLUNDERS:
            self.report.finding('TESTER', f'{code} {error}')

    def close(self):
        self.conn.close()
