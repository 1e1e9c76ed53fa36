"""What a run says: statements, counts and findings."""
import collections


class Found(Exception):
    """Ends the seed that has found something: what follows would find it again"""


class Report:
    KEPT = 3                    # rounds of which a finding shows the statements

    def __init__(self, verbose):
        self.verbose = verbose
        self.seed = self.round = 0
        self.options = ''
        self.findings = 0
        self.last_kind = None
        self.planted = {}       # see plant.py
        self.counts = collections.Counter()
        self.rounds = collections.deque(maxlen=self.KEPT)
        self.begin_seed(0, '')

    def begin_seed(self, seed, options):
        self.seed, self.options = seed, options
        self.rounds.clear()
        self.rounds_so_far = 0
        self.begin_round('shop')

    def begin_round(self, number):
        self.round = number
        self.rounds_so_far += number != 'shop'
        self.rounds.append([f'-- round {number}'])

    def log(self, text):
        self.rounds[-1].append(text)
        if self.verbose:
            print('   ', text, flush=True)

    def count(self, what, n=1):
        self.counts[what] += n

    def finding(self, kind, detail):
        self.findings += 1
        self.last_kind = kind
        print(f'FINDING {kind}: seed {self.seed}, round {self.round}: {detail}')
        print(f'  again: scripts/torture --seed {self.seed} --rounds {self.rounds_so_far}{self.options}')
        print(f'  statements of the last {len(self.rounds)} rounds (all of them: --verbose):')
        for statements in self.rounds:
            for text in statements:
                print('    ' + text[:2000].replace('\n', '\n      '))
        print(flush=True)
        raise Found(kind)

    def table(self):
        for what in sorted(self.counts):
            print(f'  {self.counts[what]:7} {what}')

    def summary(self, seconds):
        n = self.counts
        return (f"torture: {n['seeds']} seeds, {n['builds']} builds, {n['comparisons']} comparisons, "
                f"{n['comparisons of tests']} of tests, {n['statements']} statements "
                f"in {seconds:.0f} s: {self.findings} findings")
