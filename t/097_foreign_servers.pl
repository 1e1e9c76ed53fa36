# Orders on two foreign servers, partitioned by the hash of the user: each server counts its own
# users, and the numbers are added.  docs/scale.md shows it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('shop');

plan skip_all => 'postgres_fdw is not installed'
  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';

# two databases stand for two servers
my $host = $node->host;
my $port = $node->port;
$node->safe_psql('postgres', 'CREATE EXTENSION greenery; CREATE EXTENSION postgres_fdw; CREATE SCHEMA shop;
	CREATE TABLE shop.orders (order_id bigint, user_id bigint, created_at timestamptz, total numeric, status text) PARTITION BY HASH (user_id)');
foreach my $n (0, 1)
{
	$node->safe_psql('postgres', "CREATE DATABASE far$n");
	$node->safe_psql("far$n", 'CREATE EXTENSION greenery; CREATE SCHEMA shop;
		CREATE TABLE shop.orders (order_id bigint, user_id bigint, created_at timestamptz, total numeric, status text)');
	$node->safe_psql('postgres', qq{
		CREATE SERVER far$n FOREIGN DATA WRAPPER postgres_fdw
			OPTIONS (host '$host', port '$port', dbname 'far$n', extensions 'greenery', async_capable 'true');
		CREATE USER MAPPING FOR CURRENT_USER SERVER far$n;
		CREATE FOREIGN TABLE shop.orders_$n PARTITION OF shop.orders FOR VALUES WITH (MODULUS 2, REMAINDER $n)
			SERVER far$n OPTIONS (schema_name 'shop', table_name 'orders')});
}
my $rows = q{SELECT i, i % 70 + i % 11, timestamptz '2021-01-01 00:00+00' + i * interval '3 hours', i, CASE WHEN i % 13 = 0 THEN 'cancelled' ELSE 'shipped' END
	FROM generate_series(1, 200) i};
$node->safe_psql('postgres', "INSERT INTO shop.orders $rows; CREATE TABLE here AS SELECT * FROM shop.orders");
foreach my $n (0, 1)
{
	cmp_ok($node->safe_psql("far$n", 'SELECT count(*) FROM shop.orders'), '>', 50, "server $n has its part");
}

# --- numbers of each partition, added ---

my $counts = q{SELECT sum(n[2])::float8 / sum(n[1]) AS repeat_rate, sum(n[1]) AS purchasers FROM (
	SELECT repeat_counts(user_id, order_id) AS n FROM shop.orders_0 WHERE status <> 'cancelled'
	UNION ALL
	SELECT repeat_counts(user_id, order_id) FROM shop.orders_1 WHERE status <> 'cancelled') p};
is( $node->safe_psql('postgres', $counts),
	$node->safe_psql('postgres', q{SELECT n[2]::float8 / n[1], n[1] FROM (SELECT repeat_counts(user_id, order_id) AS n FROM here WHERE status <> 'cancelled') h}),
	'the numbers of two servers, added');
my $plan = join("\n", grep { !/^\s*Output: / } split(/\n/, $node->safe_psql('postgres', "EXPLAIN (COSTS OFF, VERBOSE) $counts")));
is("$plan\n", <<'PLAN', 'each server counts its own');
Aggregate
  ->  Append
        ->  Async Foreign Scan
              Relations: Aggregate on (shop.orders_0)
              Remote SQL: SELECT public.repeat_counts(user_id, order_id) FROM shop.orders WHERE ((status <> 'cancelled'))
        ->  Async Foreign Scan
              Relations: Aggregate on (shop.orders_1)
              Remote SQL: SELECT public.repeat_counts(user_id, order_id) FROM shop.orders WHERE ((status <> 'cancelled'))
PLAN

# sketches are merged
my $sketch = q{SELECT repeat_rate(rollup(s)) = 0.5 FROM (
	SELECT repeat_sketch_agg(user_id, order_id) AS s FROM shop.orders_0
	UNION ALL
	SELECT repeat_sketch_agg(user_id, order_id) FROM shop.orders_1) p};
is( $node->safe_psql('postgres', $sketch =~ s/ = 0.5//r), $node->safe_psql('postgres', 'SELECT repeat_rate(user_id, order_id) FROM here'),
	'sketches of two servers, merged');
is(scalar(() = $node->safe_psql('postgres', "EXPLAIN (COSTS OFF, VERBOSE) $sketch") =~ /Remote SQL: SELECT public\.repeat_sketch_agg\(user_id, order_id\)/g),
	2, 'each server makes its own');

# per user: partitionwise aggregation
my $per_user = q{SELECT user_id, repeat_counts(user_id, order_id) FROM shop.orders GROUP BY user_id};
is(scalar(() = $node->safe_psql('postgres', "SET enable_partitionwise_aggregate = on; EXPLAIN (COSTS OFF, VERBOSE) $per_user") =~ /Remote SQL: SELECT user_id, public\.repeat_counts\(user_id, order_id\)/g),
	2, 'users are grouped on their servers');
is( $node->safe_psql('postgres', "SET enable_partitionwise_aggregate = on; SELECT count(*) FROM ($per_user) u"),
	$node->safe_psql('postgres', 'SELECT count(DISTINCT user_id) FROM here'), 'and none is missing');

# --- the shop's models over the partitioned table ---

$node->safe_psql('postgres', q{SELECT greenery_bind('orders', 'SELECT order_id, user_id, created_at, total AS order_total, status FROM shop.orders')});
is( $node->safe_psql('postgres', 'SELECT greenery_repeat_rate(), purchasers FROM greenery_repeat_rate_summary()'),
	$node->safe_psql('postgres', $counts), 'greenery_repeat_rate() over the partitions');
like($node->safe_psql('postgres', q{SELECT reason FROM greenery_bindings() WHERE source = 'orders'}), qr/shop\.orders is partitioned/, 'builds look at all rows');
$node->safe_psql('postgres', q{
	SELECT count(*) FROM unnest('{users,addresses,products,promos,order_items,events}'::text[]) s, greenery_bind(s, NULL);
	SET client_min_messages = error;
	CALL greenery_build()});
is( $node->safe_psql('postgres', q{SELECT value, denominator FROM greenery_published.metrics WHERE name = 'repeat_rate'}),
	$node->safe_psql('postgres', $counts), 'and a build publishes it');

$node->stop;
done_testing();
