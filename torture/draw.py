"""Random values and rows, as SQL."""
import random

ODD = ['a,b', '{x}', '"q"', "it's", 'NULL', 'null', 'back\\slash', 'é€😀', 'tab\tx', '  pad  ', 'a:b', '%_', '$1',
       "E''", 'new\nline', '{}', '\\', '\\N', 'x' * 500, '﷽', '#', 'a#1']

KEYS = {
    'events': 'event_id', 'orders': 'order_id', 'order_items': 'order_id || product_id', 'users': 'user_id',
    'products': 'product_id', 'promos': 'promo_id', 'addresses': 'address_id',
}


def literal(text):
    """Whatever standard_conforming_strings says"""
    return "E'" + text.replace('\\', '\\\\').replace("'", "''") + "'"


class Draw:
    """
    One round's values.  Each round has a generator of its own, so that a round draws the same
    whatever came out of those before.
    """

    def __init__(self, seed, number, strict):
        self.random = random.Random(f'{seed}/{number}')
        self.prefix = f'{seed}_{number}'
        self.strict = strict
        self.drawn = 0

    def of(self, *choices):
        return self.random.choice(choices)

    def maybe(self, probability):
        return self.random.random() < probability

    def below(self, n):
        return self.random.randrange(n)

    def weighted(self, table):
        """One of a list of tuples that begin with a weight"""
        return self.random.choices(table, [row[0] for row in table])[0]

    def good(self, good, bad):
        """A value that tests at severity error may not like, unless it must please them"""
        return self.of(*good) if self.strict else self.of(*good, *bad)

    def salt(self):
        self.drawn += 1
        return f'{self.prefix}_{self.drawn}'

    def new_id(self):
        return f"'n{self.salt()}_' || row_number() OVER ()"

    def odd(self):
        return literal(self.of(*ODD) + str(self.below(10**6)))

    def few(self):
        return self.of(1, 1, 1, 2, 2, 3, 5, 8, 20)

    def pick(self, table, n=None, where='true'):
        """Condition: n rows, none that somebody has locked"""
        return (f'ctid = ANY (ARRAY(SELECT ctid FROM ONLY greenery.{table} WHERE {where} '
                f"ORDER BY md5(coalesce(({KEYS[table]})::text, '') || '{self.salt()}') LIMIT {n or self.few()} "
                f'FOR UPDATE SKIP LOCKED))')

    def one(self, table, column):
        """A column of some row"""
        return (f"(SELECT {column} FROM greenery.{table} "
                f"ORDER BY md5(coalesce({column}::text, '') || '{self.salt()}') LIMIT 1)")

    def lag(self):
        return "interval '" + self.of('1 second', '-1 second', '1 hour', '-3 hours', '2 days', '-40 days',
                                      '1 microsecond', '400 days') + "'"

    def moment(self):
        """A moment that makes trouble"""
        return self.of("'infinity'", "'-infinity'", 'NULL', "'2021-02-10 10:00+00'", 'created_at', "'1900-01-01Z'",
                       "'1999-12-31 23:59:59.999999+00'", "'2035-01-01Z'", "'9999-12-31 23:59:59Z'", "'9999-06-01Z'")

    def amount(self):
        return self.good(['0.01', '100', '12345.67', '1.0', '1.00', '99999999999'],
                         ['NULL', "'NaN'", '0', '-5', "'Infinity'"])

    def page(self):
        return self.of("'https://x.example/product/' || coalesce(product_id, 'p')",
                       "'/checkout/' || coalesce(order_id, 'o')", "'/shipping/zz'", "'/help'", "''", 'NULL',
                       "'http://h/product/' || " + self.one('products', 'product_id'),
                       "repeat('x', 3000) || '/product/a'", "'http://h/product/' || repeat(md5(event_id), 400)",
                       "'/product/%20'", "'/' || page_url")
