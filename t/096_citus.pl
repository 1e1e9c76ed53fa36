# Citus: a coordinator and two workers, whose shards have the shop's rows, against a database
# that has them all.  With the strategy "disabled" Citus refuses what would fetch rows to aggregate
# them; what subplans fetch is counted.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $pkglibdir = `pg_config --pkglibdir`);
plan skip_all => 'Citus is not installed' unless -e "$pkglibdir/citus.so";

my @nodes;
foreach my $name (qw(coordinator worker1 worker2))
{
	my $node = PostgreSQL::Test::Cluster->new($name);
	my $host = $node->host;

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'citus,greenery'
timezone = 'UTC'
jit = off
max_connections = 60
citus.shard_count = 4
citus.node_conninfo = 'sslmode=disable'
citus.local_hostname = '$host'
citus.enable_statistics_collection = off});
	$node->start;
	push @nodes, $node;
}
my $node = $nodes[0];
$_->safe_psql('postgres', 'CREATE EXTENSION citus') foreach @nodes;
$node->safe_psql('postgres', sprintf(q{SELECT citus_set_coordinator_host('%s', %d)}, $node->host, $node->port));
$node->safe_psql('postgres', sprintf(q{SELECT citus_add_node('%s', %d)}, $_->host, $_->port)) foreach @nodes[ 1, 2 ];
$node->safe_psql('postgres', 'SET client_min_messages = error; CREATE DATABASE single');
diag($node->safe_psql('postgres', q{SELECT substring(citus_version() FROM '^\S+ \S+')}));

# --- the shop ---

my @sources = qw(users addresses products promos orders order_items events);
my %key = (
	users => 'user_id', addresses => 'address_id', products => 'product_id', promos => 'promo_id',
	orders => 'user_id, order_id', order_items => 'user_id, order_id, product_id', events => 'session_id, event_id');
foreach my $db (qw(postgres single))
{
	$node->safe_psql($db, q{
		CREATE EXTENSION greenery;
		SELECT greenery_load_sample_shop();
		CREATE SCHEMA shop});
	foreach my $source (@sources)
	{
		$node->safe_psql($db, qq{
			CREATE TABLE shop.$source (LIKE greenery.$source);
			INSERT INTO shop.$source SELECT * FROM greenery.$source;
			TRUNCATE greenery.$source});
	}
	# items know their user, so that they are where their order is
	$node->safe_psql($db, q{
		UPDATE shop.order_items i SET user_id = o.user_id FROM shop.orders o WHERE o.order_id = i.order_id});
	$node->safe_psql($db, "ALTER TABLE shop.$_ ADD PRIMARY KEY ($key{$_})") foreach @sources;
}
$node->safe_psql('postgres', q{
	SET client_min_messages = error;
	SELECT create_reference_table('shop.addresses'), create_reference_table('shop.products'),
		create_reference_table('shop.promos');
	SELECT create_distributed_table('shop.users', 'user_id');
	SELECT create_distributed_table('shop.orders', 'user_id', colocate_with => 'shop.users');
	SELECT create_distributed_table('shop.order_items', 'user_id', colocate_with => 'shop.users');
	SELECT create_distributed_table('shop.events', 'session_id', colocate_with => 'shop.users')});
foreach my $db (qw(postgres single))
{
	$node->safe_psql($db, "SELECT greenery_bind('$_', 'shop.$_')") foreach @sources;
}

# --- answers ---

my $disabled = q{SET citus.coordinator_aggregation_strategy = 'disabled'; };

# the answer as sorted text, or the error
sub answer
{
	my ($db, $sql) = @_;
	my ($ret, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\n$sql");

	return $err =~ /ERROR/ ? $err : join("\n", sort split(/\n/, $out));
}

sub same
{
	my ($sql, $what) = @_;
	my $here = answer('single', $sql);

	unlike($here, qr/ERROR/, "$what: on one server");
	is(answer('postgres', $disabled . $sql), $here, "$what: on the shards");
	return;
}

my $sessions = q{SELECT count(*), count(*) FILTER (WHERE page_views > 0), count(*) FILTER (WHERE add_to_carts > 0),
	count(*) FILTER (WHERE checkouts > 0), count(*) FILTER (WHERE is_bounce), sum(duration)
	FROM greenery.fact_user_sessions WHERE events > 0 AND NOT is_excluded};
my $funnel = q{SELECT depth, count(*) FROM (
	SELECT window_funnel('1 hour', created_at, event_type = 'page_view', event_type = 'add_to_cart', event_type = 'checkout') AS depth
	FROM shop.events GROUP BY session_id) s GROUP BY depth};
my $session_summary = q{SELECT sum((s).sessions), sum((s).events), sum((s).bounces), sum((s).conversions), sum((s).total_duration) FROM (
	SELECT session_summary(session_id, created_at, event_type = 'checkout') AS s FROM shop.events GROUP BY session_id) s};
my $counts = q{SELECT sum(n[1]), sum(n[2]) FROM (
	SELECT repeat_counts(user_id, order_id) AS n FROM shop.orders GROUP BY user_id) u};
my $sketch = q{SELECT repeat_rate(repeat_sketch_agg(user_id, order_id)), purchasers(repeat_sketch_agg(user_id, order_id)) FROM shop.orders};
my $summary = 'SELECT * FROM greenery_repeat_rate_summary()';
my $metrics = 'SELECT name, value, numerator, denominator FROM greenery.metrics';

same('SELECT greenery_repeat_rate()', 'greenery_repeat_rate');
like(answer('postgres', 'SET greenery.plan_distributed = off; SELECT count(*) FROM greenery.stg_orders'),
	qr/ERROR/, 'not without being prepared');
same(q{SELECT greenery_repeat_rate('2021-05-01', '2021-09-01')}, 'of a window');
same($summary, 'greenery_repeat_rate_summary');
same(q{SELECT * FROM greenery_repeat_rate_summary('2021-05-01')}, 'the same of a window');
same($counts, 'repeat_counts');
same($sketch, 'a sketch');
same($sessions, 'sessions');
same($funnel, 'window_funnel');
same($session_summary, 'session_summary');
same('SELECT purchasers(rollup(sketch)), repeat_rate(rollup(sketch)) FROM greenery.daily_repeat_sketches', 'sketches of days');
same(q{SELECT * FROM greenery_cohort_retention('week', 'rolling')}, 'cohorts');
same('SELECT greenery_as_of(), greenery_repeat_horizon()', 'the present');

# live marts; the last three join events by session with orders by user, for each user
my %refused = map { $_ => 1 } qw(user_repeat_features user_repeat_history repeat_indicators);
my @marts = split /\n/, $node->safe_psql('postgres', q{
	SELECT m.model FROM greenery.models m WHERE m.layer IN ('mart', 'staging') AND m.builtin ORDER BY m.model COLLATE "C"});
cmp_ok(scalar @marts, '>', 30, 'marts');
foreach my $mart (@marts)
{
	if ($refused{$mart})
	{
		like(answer('postgres', "SELECT * FROM greenery.$mart"), qr/ERROR:  0A000/, "$mart cannot be had live");
	}
	else
	{
		same("SELECT * FROM greenery.$mart", $mart);
	}
}

# --- what travels ---

# The most bytes that any part of a query brings to the coordinator, as Citus counts them
sub travels
{
	my ($sql) = @_;
	my %unit = (bytes => 1, kB => 1024, MB => 1024 * 1024);
	my $plan = $node->safe_psql('postgres', "$disabled EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $sql");
	my $most = 0;

	while ($plan =~ /Tuple data received from nodes: (\d+) (bytes|kB|MB)/g)
	{
		my $bytes = $1 * $unit{$2};

		$most = $bytes if $bytes > $most;
	}
	return $most;
}

# of four shards, at most eight numbers each; 3900 events and 364 orders have other sizes
cmp_ok(travels($summary), '<=', 256, 'greenery_repeat_rate_summary: numbers');
cmp_ok(travels($counts), '<=', 256, 'repeat_counts: numbers');
cmp_ok(travels($sessions), '<=', 256, 'sessions: numbers');
cmp_ok(travels($session_summary), '<=', 256, 'session_summary: numbers');
cmp_ok(travels($funnel), '<=', 256, 'window_funnel: numbers');
cmp_ok(travels('SELECT sum(net_total), count(*) FROM greenery.fact_user_orders'), '<=', 256, 'orders: numbers');
# the definitions of metrics are texts
cmp_ok(travels($metrics), '<=', 4096, 'metrics: numbers');
cmp_ok(travels('SELECT * FROM greenery.product_sessions'), '>', 65536, 'product_sessions: rows, and they are seen');

# --- plans ---

# A plan without what differs from run to run, and from version to version
sub shape
{
	my ($sql) = @_;
	my $plan = $node->safe_psql('postgres', "$disabled EXPLAIN (COSTS OFF) $sql");

	$plan = join("\n", grep { !/^\s*(Node|Filter|SubPlan \d|InitPlan \d.*|Tasks Shown): ?|excluded_users|Function Scan on/ } split(/\n/, $plan));
	$plan =~ s/_\d{6}\b/_N/g;
	$plan =~ s/Subplan \d+_/Subplan N_/g;
	return $plan;
}

is(shape($counts) . "\n", <<'PLAN', 'the plan of repeat_counts');
Aggregate
  ->  Custom Scan (Citus Adaptive)
        Task Count: 4
        ->  Task
              ->  Aggregate
                    ->  HashAggregate
                          Group Key: orders.user_id
                          ->  Seq Scan on orders_N orders
PLAN
is(shape($session_summary) . "\n", <<'PLAN', 'the plan of session_summary');
Aggregate
  ->  Custom Scan (Citus Adaptive)
        Task Count: 4
        ->  Task
              ->  Aggregate
                    ->  HashAggregate
                          Group Key: events.session_id
                          ->  Seq Scan on events_N events
PLAN
like(shape($summary), qr{
	  ->\s\s Distributed\sSubplan\sN_\d \n
	\s+ ->\s\s Aggregate \n
	\s+ ->\s\s Custom\sScan\s\(Citus\sAdaptive\) \n
	\s+ Task\sCount:\s4 \n
	\s+ ->\s\s Task \n
	\s+ ->\s\s Aggregate \n
	\s+ ->\s\s HashAggregate \n
	\s+ Group\sKey:\sorders\.user_id \n
	\s+ ->\s\s Seq\sScan\son\sorders_N\sorders}x, 'the plan of greenery_repeat_rate_summary');
unlike(shape($sessions), qr/Distributed Subplan.*\n.*(Citus|events)/, 'sessions: no subplan reads events');
like(shape($sessions), qr/Task Count: 4\n.*Task\n.*->  Aggregate\n/, 'and each shard counts its own');

# --- settings, prepared statements, exclusions ---

# the shards have no such settings
same(q{SET greenery.timezone = 'Asia/Tokyo'; SELECT day, sessions, converted FROM greenery.sessions_by_day}, 'the time zone of a session');
same(q{SET greenery.as_of = '2021-06-01T00:00:00Z'; SELECT * FROM greenery.repeat_within}, 'the present of a session');
same(q{
	PREPARE q AS SELECT min(day), max(day), md5(string_agg(day || ' ' || sessions, ',' ORDER BY day)) FROM greenery.sessions_by_day;
	EXECUTE q; SET greenery.timezone = 'Pacific/Auckland'; EXECUTE q}, 'a prepared statement and a setting');
$node->safe_psql($_, q{SELECT greenery_exclude_user(min(user_id), 'bot') FROM shop.orders}) foreach qw(postgres single);
same('SELECT greenery_repeat_rate()', 'without a user: greenery_repeat_rate');
same($summary, 'without a user: greenery_repeat_rate_summary');
same($metrics, 'without a user: metrics');
# whether the shop has events is found out by each transaction; without any, their number is unknown
same(q{
	PREPARE q AS SELECT sessions, sessions_added FROM greenery.session_funnel;
	EXECUTE q;
	BEGIN; DELETE FROM shop.events; EXECUTE q; ROLLBACK;
	EXECUTE q}, 'a prepared statement and changed rows');

# ids that are numbers: greenery_repeat_rate() looks through the cast to text
foreach my $db (qw(postgres single))
{
	$node->safe_psql($db, q{
		CREATE TABLE shop.purchases (id bigint, customer bigint, placed_at timestamptz);
		INSERT INTO shop.purchases SELECT i, i % 100 + i % 7, timestamptz '2021-01-01 00:00+00' + i * interval '1 hour' FROM generate_series(1, 300) i});
	$node->safe_psql($db, q{SELECT create_distributed_table('shop.purchases', 'customer')}) if $db eq 'postgres';
	$node->safe_psql($db, q{SELECT greenery_bind('orders', 'SELECT id AS order_id, customer AS user_id, placed_at AS created_at FROM shop.purchases')});
}
same('SELECT greenery_repeat_rate()', 'numbers as ids');
$node->safe_psql($_, q{SELECT greenery_bind('orders', 'shop.orders')}) foreach qw(postgres single);

# rights are each server's own
$node->safe_psql('postgres', q{
	CREATE ROLE lena LOGIN;
	SELECT greenery_grant('lena', 'analyst');
	GRANT USAGE ON SCHEMA shop TO lena;
	GRANT SELECT ON ALL TABLES IN SCHEMA shop TO lena});
my $analyst = 'SET ROLE lena; SELECT greenery_repeat_rate(), (SELECT count(*) FROM greenery.fact_user_sessions)';
like(answer('postgres', $analyst), qr/ERROR:  42501: permission denied for schema greenery/, 'an analyst of the coordinator only');
$node->safe_psql('postgres', q{SELECT run_command_on_workers($$SELECT greenery_grant('lena', 'analyst')$$)});
is(answer('postgres', $analyst), answer('single', $analyst =~ s/SET ROLE lena; //r), 'an analyst');
$node->safe_psql('postgres', 'CREATE ROLE nosy LOGIN');
like(answer('postgres', 'SET ROLE nosy; SELECT count(*) FROM greenery.stg_orders'), qr/ERROR:  42501/, 'a role without rights');

# --- builds ---

my @published = grep { !/^stg_/ } @marts;

# what a build publishes; but for when the histories were recorded
sub published
{
	my ($db) = @_;
	my $queries = join(";\n", map {
		my $columns = $_ eq 'dim_product_stock'
		  ? q{to_jsonb(t) - 'inventory_moments' - 'inventories' - 'inventory_since'}
		  : $_ eq 'fact_user_content_pageviews' ? q{to_jsonb(t) - 'inventory_at_view'} : 'to_jsonb(t)';
		qq{SELECT '$_', count(*), md5(string_agg(($columns)::text, chr(10) ORDER BY ($columns)::text COLLATE "C")) FROM greenery_published.$_ t}
	} @published);

	return $node->safe_psql($db, $queries);
}

$node->safe_psql($_, 'SET client_min_messages = error; CALL greenery_build()') foreach qw(postgres single);
is(published('postgres'), published('single'), 'a build over distributed tables publishes the same');
is( $node->safe_psql('postgres', q{SELECT incremental, reason FROM greenery_bindings() WHERE source = 'orders'}),
	'f|shop.orders is distributed', 'it looks at all rows: row versions are those of other servers');
foreach my $db (qw(postgres single))
{
	$node->safe_psql($db, q{
		UPDATE shop.orders SET status = 'cancelled', is_cancelled = true WHERE order_id IN (SELECT o.order_id FROM shop.orders o ORDER BY 1 LIMIT 5);
		DELETE FROM shop.events WHERE event_id IN (SELECT e.event_id FROM shop.events e WHERE e.event_type = 'page_view' ORDER BY 1 LIMIT 20)});
	$node->safe_psql($db, 'SET client_min_messages = error; CALL greenery_build()');
}
is(published('postgres'), published('single'), 'and so does the next');
is( $node->safe_psql('postgres', q{SELECT count(*) FROM pg_class c JOIN pg_dist_partition p ON p.logicalrelid = c.oid WHERE c.relnamespace::regnamespace::text LIKE 'greenery%'}),
	'0', 'no table of the extension is distributed');

# a worker that computes a mart ahead cannot ask other servers
unlike(slurp_file($node->logfile), qr/cannot use 2PC in transactions involving multiple servers/, 'no parallel worker has asked the shards');

# --- copies of what is published ---

my $copies = 'SELECT model, distributed_by, rows, inserted, deleted FROM greenery_distribute_published()';
my $first = $node->safe_psql('postgres', "SET client_min_messages = error; $copies");
foreach my $expected ('dim_users|user_id|', 'fact_user_orders|user_id|', 'fact_user_sessions|session_id|', 'metrics||15|15|0')
{
	like($first, qr/^\Q$expected\E/m, "copy: $expected");
}
sub copied
{
	my $queries = join(";\n", map {
		qq{SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM SCHEMA.$_ t}
	} @published);

	return map { $node->safe_psql('postgres', $queries =~ s/SCHEMA/$_/gr) } qw(greenery_shards greenery_published);
}
my ($there, $here) = copied();
is($there, $here, 'the copies are what is published');
is( $node->safe_psql('postgres', "$disabled SELECT count(*), sum(orders), sum(lifetime_value) FROM greenery_shards.dim_users"),
	$node->safe_psql('postgres', 'SELECT count(*), sum(orders), sum(lifetime_value) FROM greenery_published.dim_users'),
	'and are counted on the shards');
$node->safe_psql('postgres', q{
	SET client_min_messages = error;
	UPDATE shop.users SET last_name = 'Fern' WHERE user_id = (SELECT max(user_id) FROM shop.users);
	CALL greenery_build()});
like($node->safe_psql('postgres', $copies), qr/^dim_users\|user_id\|\d+\|1\|1$/m, 'after a build: the rows that differ');
($there, $here) = copied();
is($there, $here, 'and the copies are up to date');
$node->safe_psql('postgres', q{CREATE ROLE other; CREATE SCHEMA theirs; CREATE TABLE theirs.metrics (a int); ALTER TABLE theirs.metrics OWNER TO other});
like(answer('postgres', q{SELECT * FROM greenery_distribute_published('theirs')}),
	qr/ERROR:  42809: table theirs\.metrics is not a copy/, 'a table of another role');
like(answer('postgres', q{SELECT * FROM greenery_distribute_published('greenery')}), qr/ERROR:  22023/, 'a schema of the extension');
like(answer('single', 'SELECT * FROM greenery_distribute_published()'),
	qr/ERROR:  55000: extension "citus" is not installed in this database/, 'a database without Citus');

# what a build knows its rows by are row versions
like(answer('postgres', q{
	SET client_min_messages = error;
	BEGIN; SELECT create_reference_table('greenery_published.repeat_within'); COMMIT; CALL greenery_build()}),
	qr/DETAIL:  published table greenery_published.repeat_within is distributed/, 'a build refuses a distributed published table');

done_testing();
