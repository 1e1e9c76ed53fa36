"""A shop under torture: what has been done to it, its builds, and whether they were right."""
import re

import definitions
from oracle import Oracle
from session import Session, code_of
from settings import SessionSettings

KEYS = {'events': ['event_id'], 'orders': ['order_id'], 'users': ['user_id'], 'products': ['product_id'],
        'promos': ['promo_id'], 'addresses': ['address_id'], 'order_items': ['order_id', 'product_id']}


class Shop:
    def __init__(self, database, roles, options, report):
        self.database, self.roles, self.options, self.report = database, roles, options, report
        self.connect()
        self.others = []        # sessions with open transactions
        self.prepared = []      # ids of prepared transactions
        self.models = []        # see models.py
        self.features = []
        self.undo = {}          # what takes a changed definition back, by its name
        self.own = set()        # sources over tables of the shop's own: see definitions.py
        self.has_good = False

    def connect(self):
        self.session = Session(self.database, self.report)
        self.session.unblock = self.end_others
        self.oracle = Oracle(self.database, self.report)

    def end_others(self):
        """Transactions that are open or prepared"""
        for session in self.others:
            self.report.log(f'-- {session.name}is closed')
            session.close()
        for gid in self.prepared:
            self.session.attempt(f"ROLLBACK PREPARED '{gid}'")
        self.others, self.prepared = [], []

    #
    # Builds
    #

    def call(self, session, caller=None, accept_shrink=False):
        """CALL greenery_build() as a role; the error, or None"""
        if caller:
            session.must(f'SET ROLE {caller}')
        error = session.attempt(f"CALL public.greenery_build({'true' if accept_shrink else ''})")
        if caller and not session.conn.closed:
            session.must('RESET ROLE')
        return error

    def build(self, d, expected=(), tests=None):
        """
        One build, under settings and by a role that must not matter.  With SQLSTATEs expected it
        must fail with one of them.  Whether it has published.
        """
        watched = bool(expected) or d.maybe(0.15)
        before = self.oracle.checksum() if watched else None
        caller = d.of(*self.roles.callers)
        with SessionSettings(self.session, d) as _:
            error = self.call(self.session, caller)
        self.report.count('builds')
        if error is None:
            if expected:
                self.report.finding('NOT REFUSED', f'a build that was to fail with {expected}')
            self.published(d, tests)
            return True
        self.failed(error, expected)
        if watched and self.oracle.checksum() != before:
            self.report.finding('FAILED AND PUBLISHED', str(error))
        return False

    def published(self, d, tests=None):
        self.report.count('builds that published')
        for model, sliced in self.session.rows(
                'SELECT model, changed_keys IS NOT NULL FROM greenery.build_models m '
                'WHERE build_id = oracle.last_build() AND EXISTS '
                '(SELECT FROM greenery.incremental_inputs i WHERE i.model = m.model)'):
            self.report.count(f"{model} computed {'in part' if sliced else 'whole'}")
        self.oracle.after_publishing(d.maybe(0.34) if tests is None else tests)

    def failed(self, error, expected=()):
        """Whether a build may fail like that"""
        self.session.judge(error, expected)
        code = code_of(error)
        detail = f'{error.diag.message_primary}; {error.diag.message_detail}'
        codes = re.findall(r'SQLSTATE (\w{5})', detail)
        self.report.count('builds that failed with ' + ' '.join([code] + sorted(set(codes))))
        if any(c.startswith('XX') for c in codes):
            self.report.finding('INTERNAL ERROR', detail)
        if expected:
            if not {code, *codes} & set(expected):
                self.report.finding('OTHER ERROR', f'{detail} instead of {expected}')
            return
        if code != 'GR001' or codes:
            self.report.finding('UNEXPECTED ERROR', f'{code} {detail}')
        tests = self.failing_tests()
        if not tests or any(status == 'broken' for _, _, _, status, _ in tests):
            self.report.finding('UNEXPECTED FAILURE', f'{tests} {detail}')
        # it is true what they say
        self.oracle.session.rows('SELECT oracle.take_settings()')
        self.oracle.tests()
        self.oracle.histories()

    def failing_tests(self):
        return self.session.rows("SELECT test_id, model, kind, status, message FROM greenery.test_results "
                                 "WHERE build_id = oracle.last_build() AND status IN ('error', 'broken') ORDER BY 1")

    def build_and_mend(self, d):
        """A round's build; when tests have failed, another one over rows that they like"""
        if self.build(d):
            if self.options.strict and not self.undo:
                self.remember_good()
            return
        self.report.log(f'-- failed: {self.failing_tests()}'[:500])
        if self.has_good:
            self.back_to_good()
        else:
            self.repair()
        if self.build(d):
            return
        # built-in tests may object to what definitions say now, too
        for name in sorted(self.undo) if self.options.strict else ():
            definitions.take_back(self, name)
        if not self.options.strict or not self.build(d):
            self.report.finding('STILL FAILS', str(self.failing_tests())[:1000])

    #
    # Rows that tests like
    #

    def repair(self):
        """Keys are there, and once"""
        for table, key in KEYS.items():
            clean = ', '.join(f'public.clean_text({column})' for column in key)
            null = ' OR '.join(f'public.clean_text({column}) IS NULL' for column in key)
            self.session.must([
                f'DELETE FROM greenery.{table} WHERE {null}',
                f'DELETE FROM greenery.{table} WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM (SELECT tableoid, ctid, '
                f'row_number() OVER (PARTITION BY {clean} ORDER BY tableoid DESC, ctid) n FROM greenery.{table}) z WHERE n > 1)'])

    def columns(self, table):
        """The first ones: some are added in the course of a run"""
        return ', '.join(name for (name,) in self.session.rows(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attname NOT LIKE 'zz%%' ORDER BY attnum", (f'greenery.{table}',)))

    def remember_good(self):
        for table in KEYS:
            self.session.cursor.execute(f'DROP TABLE IF EXISTS oracle.good_{table}; CREATE TABLE oracle.good_{table} AS '
                                        f'SELECT {self.columns(table)} FROM ONLY greenery.{table}')
        self.has_good = True

    def back_to_good(self):
        """Only rows that differ are written"""
        for table in KEYS:
            names = self.columns(table)

            def numbered(where):
                return (f'SELECT ctid AS place, r, row_number() OVER (PARTITION BY r) n '
                        f'FROM (SELECT ctid, ROW({names})::text r FROM {where}) x')
            both = (f'WITH a AS MATERIALIZED ({numbered(f"ONLY greenery.{table}")}), '
                    f'b AS MATERIALIZED ({numbered(f"oracle.good_{table}")}) ')
            self.session.must([
                f'{both} DELETE FROM ONLY greenery.{table} WHERE ctid IN '
                '(SELECT place FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.r = a.r AND b.n = a.n))',
                f'{both} INSERT INTO greenery.{table} ({names}) SELECT {names} FROM oracle.good_{table} WHERE ctid IN '
                '(SELECT place FROM b WHERE NOT EXISTS (SELECT FROM a WHERE b.r = a.r AND b.n = a.n))'])

    def reconnect(self):
        """After chaos: a session that is gone has taken its transaction with it"""
        for session in self.others + [self.session, self.oracle.session]:
            session.close()
        self.others = []
        self.connect()

    def close(self):
        if not self.session.conn.closed:
            self.end_others()
        self.session.close()
        self.oracle.close()
