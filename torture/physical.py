"""What does not change what raw tables say, and what changes published tables behind a build's back."""


def physical(d):
    raw = d.of('events', 'events', 'events', 'orders', 'users', 'order_items', 'products')
    published = d.of('fact_events', 'fact_user_sessions', 'product_sessions', 'fact_user_content_pageviews',
                     'fact_user_order_pageviews', 'dim_users', 'metrics')
    return d.of(
        [f'VACUUM greenery.{raw}'], [f'VACUUM (FREEZE) greenery.{raw}'], [f'VACUUM FULL greenery.{raw}'],
        [f'ANALYZE greenery.{raw}'], [f'VACUUM (FREEZE) greenery_published.{published}'],
        [f'VACUUM FULL greenery_published.{published}'], ['VACUUM'], [f'ANALYZE greenery_published.{published}'],
        ['CLUSTER greenery.events USING events_user_id_idx'], [f'REINDEX TABLE greenery.{raw}'],
        [f'ALTER TABLE greenery.{raw} ADD COLUMN zz{d.salt()} int DEFAULT 7'],
        ['ALTER TABLE greenery.events ADD COLUMN zzv text DEFAULT clock_timestamp()::text',
         'ALTER TABLE greenery.events DROP COLUMN zzv'],
        [f'ALTER TABLE greenery.{raw} SET (fillfactor = {d.of(20, 50, 90)})'],
        ['ALTER TABLE greenery.events ALTER COLUMN page_url SET STORAGE EXTERNAL'],
        ['ALTER TABLE greenery.events SET UNLOGGED', 'ALTER TABLE greenery.events SET LOGGED'],
        ['CREATE INDEX IF NOT EXISTS zzi ON greenery.events (created_at)'], ['DROP INDEX IF EXISTS greenery.zzi'],
        ["DO $$BEGIN CREATE TEMP TABLE xx AS SELECT * FROM ONLY greenery.events; TRUNCATE ONLY greenery.events; "
         "INSERT INTO greenery.events SELECT * FROM xx; DROP TABLE xx; END$$"])


COLUMNS = {
    'fact_events': 'session_id', 'fact_user_sessions': 'session_id', 'product_sessions': 'viewed',
    'fact_user_content_pageviews': 'product_id', 'fact_user_order_pageviews': 'user_id', 'dim_users': 'created_at',
    'dim_products': 'name', 'dim_product_stock': 'inventory', 'fact_order_items_products': 'quantity',
    'metrics': 'value',
    'fact_user_orders': 'promo_id',
}


def published_edit(d):
    name = d.of(*COLUMNS)
    column = COLUMNS[name]
    table = f'greenery_published.{name}'
    some = f"ctid = ANY (ARRAY(SELECT ctid FROM {table} ORDER BY md5(ctid::text || '{d.salt()}') LIMIT {d.of(1, 1, 2, 5)}))"
    return d.of(
        [f'UPDATE {table} SET {column} = NULL WHERE {some}'],
        [f'DELETE FROM {table} WHERE {some}'],
        [f'WITH d AS (DELETE FROM {table} WHERE {some} RETURNING *) INSERT INTO {table} SELECT * FROM d'],
        [f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} ORDER BY md5(ctid::text || '{d.salt()}') LIMIT 1) "
         f'WHERE {some}'],
        [f'TRUNCATE {table}'], [f'UPDATE {table} SET {column} = {column}'],
        ['BEGIN', f'DELETE FROM {table}', 'ROLLBACK'],
        ['BEGIN', f'CREATE TEMP TABLE pe AS SELECT * FROM {table}', f'TRUNCATE {table}',
         f'INSERT INTO {table} SELECT * FROM pe', 'DROP TABLE pe', 'COMMIT'],
        [f'SELECT * FROM {table} FOR UPDATE'],
        [f'ALTER TABLE {table} ADD COLUMN zz int DEFAULT 3', f'ALTER TABLE {table} DROP COLUMN zz'],
        [f'CREATE INDEX IF NOT EXISTS zz_{name} ON {table} ({column})'],
        [f'CREATE INDEX IF NOT EXISTS zze_{name} ON {table} (({column} IS NULL)) WHERE {column} IS NOT NULL'])
