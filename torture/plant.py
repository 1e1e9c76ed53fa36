"""Faults that no build notices: what the tester must find, or it finds nothing."""
import contextlib

from report import Found

# Which finding it is, and what makes the fault
FAULTS = {
    'row': ('WRONG MART', [
        'DELETE FROM greenery_published.dim_products WHERE ctid = (SELECT max(ctid) FROM greenery_published.dim_products)']),
    # a published row changed, and builds told that the last one has seen it
    'mart': ('WRONG MART', [
        'UPDATE greenery_published.fact_user_sessions SET page_views = page_views + 1000 '
        'WHERE ctid = (SELECT min(ctid) FROM greenery_published.fact_user_sessions)',
        'UPDATE greenery.mart_states SET unfinished = pg_snapshot_xmax(pg_current_snapshot()) '
        "WHERE model = 'fact_user_sessions'"]),
    # what tests came to, as builds remember it
    'test': ('WRONG TEST', ['UPDATE greenery.test_states SET failures = failures + 1 '
        'WHERE test_id IN (SELECT test_id FROM greenery.data_tests WHERE error_above IS NULL)']),
    # promos ended, and began again as they were
    'history': ('WRONG HISTORY', [
        'UPDATE greenery.promo_history SET valid_to = clock_timestamp() WHERE valid_to IS NULL',
        'INSERT INTO greenery.promo_history (promo_id, status, discount, valid_from) '
        'SELECT promo_id, status, discount, valid_to FROM greenery.promo_history WHERE valid_to IS NOT NULL']),
}
# of which no build has to follow
WITHOUT_BUILD = ['row']


def build(shop):
    error = shop.call(shop.session)
    if error is not None:
        shop.report.finding('TESTER', f'a build failed: {error}')


def plant_all(shop, report):
    """One fault after the other; a build that computes and tests all rows takes it back"""
    for name, (kind, statements) in FAULTS.items():
        report.begin_round(name)
        report.planted[name] = False
        shop.session.must('SET greenery.incremental_builds = off')
        build(shop)
        shop.session.must('RESET greenery.incremental_builds')
        # what it has left, the next one knows
        build(shop)
        shop.oracle.after_publishing(tests=True)
        shop.session.must(statements)
        if name not in WITHOUT_BUILD:
            build(shop)
        with contextlib.suppress(Found):
            shop.oracle.after_publishing(tests=True)
        report.planted[name] = report.last_kind == kind
