"""Settings: those of sessions, which must not matter to a build, and those of builds."""

# How values are read and written
FORMATS = [
    ('TimeZone', ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati']),
    ('DateStyle', ['ISO, YMD', 'SQL, DMY', 'German', 'Postgres, MDY']),
    ('IntervalStyle', ['postgres', 'sql_standard', 'iso_8601', 'postgres_verbose']),
    ('extra_float_digits', ['1', '0', '-15', '3']),
    ('array_nulls', ['off']), ('standard_conforming_strings', ['off', 'on']), ('bytea_output', ['escape']),
    ('transform_null_equals', ['on']), ('quote_all_identifiers', ['on']), ('backslash_quote', ['on']),
    ('lc_numeric', ['C']), ('timezone_abbreviations', ['Australia', 'India']), ('xmloption', ['document']),
    ('search_path', ['pg_catalog, public', '"$user", public', 'own, public', 'greenery_published, greenery, public']),
]
# How it is computed
PLANS = [
    ('work_mem', ['64kB', '4MB', '64MB']), ('maintenance_work_mem', ['1MB', '64MB']),
    ('max_parallel_maintenance_workers', ['0', '1', '2', '4']), ('jit', ['on', 'off']),
    ('force_parallel_mode', ['on', 'regress', 'off']), ('debug_parallel_query', ['on', 'regress', 'off']),
    ('enable_hashagg', ['off']), ('enable_hashjoin', ['off']), ('enable_mergejoin', ['off']),
    ('enable_nestloop', ['off']),
    ('enable_sort', ['off']), ('enable_seqscan', ['off']), ('enable_material', ['off']), ('enable_memoize', ['off']),
    ('enable_incremental_sort', ['off']), ('enable_parallel_hash', ['off']), ('hash_mem_multiplier', ['1', '1000']),
    ('parallel_setup_cost', ['0']), ('parallel_tuple_cost', ['0']), ('min_parallel_table_scan_size', ['0']),
    ('join_collapse_limit', ['1']), ('geqo_threshold', ['2']), ('plan_cache_mode', ['force_generic_plan']),
    ('default_toast_compression', ['lz4', 'pglz']), ('gin_fuzzy_search_limit', ['5']),
]
# What surrounds it
AROUND = [
    ('default_transaction_isolation', ['serializable', 'repeatable read', 'read committed']),
    ('default_transaction_deferrable', ['on']), ('row_security', ['off']), ('session_replication_role', ['replica']),
    ('synchronous_commit', ['off']), ('client_encoding', ['LATIN1', 'UTF8']), ('track_activities', ['off']),
    ('check_function_bodies', ['off']), ('default_tablespace', ['pg_default']),
    ('greenery.incremental_builds', ['off']), ('greenery.direct_scan', ['off']),
    ('greenery.debug_max_listed', ['1', '5', '40']),
    # builds have their own
    ('greenery.as_of', ['2021-08-15T00:00:00Z']), ('greenery.timezone', ['Asia/Kolkata']),
    ('greenery.session_gap', ['1 minute']),
    ('greenery.stock_cover', ['90 days']), ('greenery.repeat_horizon', ['3 days']), ('greenery.max_shrink', ['0%']),
    ('greenery.max_failures', ['1']),
]
SETTINGS = FORMATS + PLANS + AROUND

BUILD_SETTINGS = [
    ('as_of', ["'2021-10-20T00:00:00Z'", "'2022-06-01T00:00:00+05:30'", 'NULL', 'NULL']),
    ('timezone', ["'America/New_York'", "'Asia/Kolkata'", 'NULL']),
    ('stock_cover', ["'1 day'", "'60 days'", 'NULL']),
    ('session_gap', ["'5 minutes'", "'3 hours'", "'-1 day 25:00:00'", 'NULL']),
    ('repeat_horizon', ["'20 days'", "'90 days'", 'NULL']),
    ('max_failures', ["'3'", "'0'", 'NULL']),
]


class SessionSettings:
    """Settings for a while: with SessionSettings(...): ..."""

    def __init__(self, session, d, table=None, most=5):
        self.session = session
        known = [s for s in table or SETTINGS if '.' in s[0] or s[0].lower() in known_settings(session)]
        self.drawn = [d.of(*known) for _ in range(min(most, d.of(0, 0, 1, 1, 2, 3, 5)))]
        self.drawn = [(name, d.of(*values)) for name, values in self.drawn]

    def __enter__(self):
        for name, value in self.drawn:
            quoted = value if name == 'search_path' else f"'{value}'"
            self.session.run(f'SET {name} = {quoted}', expected=('42704', '22023'))

    def __exit__(self, *error):
        if not self.session.conn.closed:
            for name, _ in self.drawn:
                self.session.cursor.execute(f'RESET {name}')
            self.session.calm()


KNOWN = {}


def known_settings(session):
    """Other versions of PostgreSQL have others"""
    version = session.conn.server_version
    if version not in KNOWN:
        KNOWN[version] = {row[0].lower() for row in session.rows('SELECT name FROM pg_settings')}
    return KNOWN[version]


def change_build_setting(shop, d):
    name, values = d.of(*BUILD_SETTINGS)
    shop.session.must(f"SELECT greenery_set('{name}', {d.of(*values)})")
