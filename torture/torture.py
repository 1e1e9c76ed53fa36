#!/usr/bin/python3
"""Random differential tester of greenery's builds: see README.md."""
import argparse
import contextlib
import io
import sys
import time
import traceback

import psycopg2

import changes
import chaos
import database
import plant
from draw import Draw
from report import Found, Report
from shop import Shop


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--db', default='greenery_torture', help='database to make, use and drop')
    parser.add_argument('--seed', type=int, default=1, help='of the first shop; the next one has the next')
    length = parser.add_mutually_exclusive_group()
    length.add_argument('--rounds', type=int, help='one shop, so many rounds: the same each time')
    length.add_argument('--minutes', type=float, help='shop after shop, for so long (default: 10)')
    parser.add_argument('--users', type=int, help='of each shop (default: 10 to 40)')
    parser.add_argument('--events', action='store_true', help='never a shop without events')
    parser.add_argument('--roles', action='store_true', help='never one role for all')
    parser.add_argument('--strict', action='store_true', help='built-in tests stay at severity error')
    parser.add_argument('--chaos', metavar='DATA', help='builds are cancelled, killed and disturbed: see chaos.py. '
                        'DATA is the data directory of the server, which is killed and restarted, or "no"')
    parser.add_argument('--self-test', action='store_true', help='plant faults, and see them found')
    parser.add_argument('--verbose', action='store_true', help='print all statements')
    return parser.parse_args()


ROUNDS_OF_A_SHOP = 40


def torture(seed, options, report, work):
    """One shop: work(shop), up to the first finding"""
    flags = ''.join(f' --{name}' for name in ('events', 'roles', 'strict') if getattr(options, name))
    flags += f' --users {options.users}' if options.users else ''
    report.begin_seed(seed, flags)
    report.count('seeds')
    shop = None
    try:
        roles, bad_rows = database.create(options.db, options, Draw(seed, 'shop', options.strict), report)
        shop = Shop(options.db, roles, options, report)
        if bad_rows:
            shop.repair()
        work(shop)
    except Found:
        pass
    except psycopg2.Error as error:
        report_error(report, 'TESTER' if database.alive() else 'CRASH', error)
    except Exception as error:
        report_error(report, 'TESTER', error)
    finally:
        if shop:
            shop.close()


def rounds(shop, seed, options, report):
    """Changes and builds, in turn; the first two builds have nothing before them"""
    for number in range(options.rounds or ROUNDS_OF_A_SHOP):
        if options.until and time.time() > options.until:
            break
        report.begin_round(number)
        d = Draw(seed, number, options.strict)
        if number > 1:
            for _ in range(d.of(0, 1, 1, 2, 3, 5)):
                changes.change(shop, d)
        if options.chaos and number > 1:
            chaos.chaos(shop, d)
        else:
            shop.build_and_mend(d)
        report.count('rounds')


def report_error(report, kind, error):
    with contextlib.suppress(Found):
        report.finding(kind, ''.join(traceback.format_exception(type(error), error, error.__traceback__)[-4:]))


def self_test(options):
    """Whether each planted fault is found; prints only what is not as it should be"""
    options.events = True
    report = Report(options.verbose)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        torture(options.seed, options, report, lambda shop: plant.plant_all(shop, report))
    missed = [name for name, found in report.planted.items() if not found]
    if missed or len(report.planted) < len(plant.FAULTS):
        print(said.getvalue())
    print(f"self-test: {sum(report.planted.values())} of {len(plant.FAULTS)} planted faults found")
    return 0 if sum(report.planted.values()) == len(plant.FAULTS) else 1


def main():
    options = arguments()
    start = time.time()
    if options.self_test:
        status = self_test(options)
    else:
        report = Report(options.verbose)
        options.until = None if options.rounds else start + 60 * (options.minutes or 10)
        seed = options.seed
        while True:
            torture(seed, options, report, lambda shop: rounds(shop, seed, options, report))
            seed += 1
            if options.rounds or time.time() > options.until:
                break
        report.table()
        print(report.summary(time.time() - start))
        status = 1 if report.findings else 0
    with contextlib.suppress(psycopg2.Error):
        database.drop(options.db)
    return status


if __name__ == '__main__':
    sys.exit(main())
