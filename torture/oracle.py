"""What must be so after a build: see oracle.sql."""
from session import Session


class Oracle:
    def __init__(self, database, report):
        self.report = report
        self.session = Session(database, report, 'oracle', lock_timeout='20s')
        self.session.cursor.execute("SET row_security = off; SET DateStyle = 'ISO, MDY'")

    def checksum(self):
        return self.session.value('SELECT oracle.checksum()')

    def after_publishing(self, tests=False):
        """The published tables and what is recorded with them; perhaps what tests say"""
        self.report.count('comparisons')
        self.session.rows('SELECT oracle.take_settings()')
        for model, missing, extra, a_missing, an_extra in self.session.rows('SELECT * FROM oracle.marts()'):
            self.report.finding('WRONG MART', f'{model}: {missing} rows missing, {extra} too many\n'
                                              f'    live:      {a_missing}\n    published: {an_extra}')
        for (problem,) in self.session.rows('SELECT * FROM oracle.records()'):
            self.report.finding('WRONG RECORD', problem)
        self.histories()
        if tests:
            self.tests()

    def histories(self):
        self.session.rows('SELECT oracle.take_settings()')
        for row in self.session.rows('SELECT * FROM oracle.histories()'):
            self.report.finding('WRONG HISTORY', ' '.join(map(str, row)))

    def tests(self):
        self.report.count('comparisons of tests')
        for row in self.session.rows('SELECT * FROM oracle.tests() ORDER BY test_id'):
            self.report.finding('WRONG TEST', '\n    '.join(map(str, row)))

    def close(self):
        self.session.close()
