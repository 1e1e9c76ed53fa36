# greenery_repeat_rate() and greenery_test() run queries of their own: the server's
# log shows that these are given workers.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'auto_explain'
auto_explain.log_min_duration = 0
auto_explain.log_analyze = on
auto_explain.log_timing = off
auto_explain.log_nested_statements = on
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 2
max_parallel_workers = 8
max_worker_processes = 16
jit = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION greenery;
INSERT INTO greenery.orders (order_id, user_id, created_at)
	SELECT 'o' || i, 'u' || i % 1000, now() FROM generate_series(1, 20000) i;
ANALYZE greenery.orders;
});

# Run sql, and return the plans logged meanwhile
sub plans_of
{
	my ($sql) = @_;
	my $offset = -s $node->logfile;
	my $answer = $node->safe_psql('postgres', $sql);
	return ($answer, slurp_file($node->logfile, $offset));
}

my ($rate, $log) = plans_of('SELECT greenery_repeat_rate()');
is($rate, 1, 'every user has twenty orders');
like($log, qr/Workers Launched: 2/, 'greenery_repeat_rate() is given workers');
like($log, qr/Partial Aggregate/, 'each of which aggregates its part');
like($log, qr/Query Text: SELECT greenery\.repeat_rate\(/, 'orders are told apart by their ids');

# where an index says that no order comes twice, users are all there is to remember
$node->safe_psql('postgres',
	'CREATE UNIQUE INDEX once ON greenery.orders (clean_text(order_id))');
($rate, $log) = plans_of('SELECT greenery_repeat_rate()');
is($rate, 1, 'every user has twenty rows');
like($log, qr/Query Text: SELECT greenery\.repeat_rate_by_row\(greenery\.clean_text\(o\.user_id::pg_catalog\.text\)\) FROM greenery\.orders o/,
	'rows are counted');
like($log, qr/Workers Launched: 2/, 'with workers');
# of the shop's own numbers
$node->safe_psql('postgres', q{
CREATE SCHEMA shop;
CREATE TABLE shop.sales AS SELECT i::bigint AS id, i % 1000 AS customer FROM generate_series(1, 20000) i;
ALTER TABLE shop.sales ADD PRIMARY KEY (id);
SELECT count(*) FROM greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id FROM shop.sales');
});
($rate, $log) = plans_of('SELECT greenery_repeat_rate()');
is($rate, 1, 'so are those of the own table');
like($log, qr/Query Text: SELECT greenery\.repeat_rate_by_row\(o\.customer\) FROM shop\.sales o/,
	'by its own columns');

($rate, $log) = plans_of(
	q{SELECT status FROM greenery_test('greenery.stg_orders') WHERE kind = 'unique'});
is($rate, 'pass', 'order ids are unique');
like($log, qr/Workers Launched: 2/, 'the scan of the data tests is given workers');

$node->stop;
done_testing();
