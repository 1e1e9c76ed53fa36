# Builds cut off at many points, by kill -9 of the backend, immediate restart of
# the server, pg_terminate_backend and pg_cancel_backend: the published marts are
# always those of one whole build, old or new, and the next build works.
#
# Where a build is cut off is told by its notices, one a model; after the last
# one, while it publishes, records and commits, by time.  What must hold does not
# depend on it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_server('build_crash');
# a server that comes up again by itself is what people have
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->restart;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION greenery;
INSERT INTO greenery.addresses SELECT 'a' || i, i || ' Elm St', '02139', 'MA', 'United States' FROM generate_series(1, 20) i;
INSERT INTO greenery.users
SELECT 'u' || i, 'g0', 'Ash', 'u' || i || '@example.com', '212-555-0101', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a' || 1 + i % 20
FROM generate_series(1, 150) i;
INSERT INTO greenery.products SELECT 'p' || i, 'g0', 10, 5 FROM generate_series(1, 50) i;
INSERT INTO greenery.orders
	(order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, tracking_id, status)
SELECT 'o' || i, 'u' || 1 + i % 120, 'a' || 1 + i % 20, timestamptz '2021-02-01 00:00Z' + i * interval '1 hour',
	10, 5, 15, 'g0', 'preparing'
FROM generate_series(1, 600) i;
INSERT INTO greenery.order_items SELECT 'o' || i, 'p' || 1 + i % 50, 1 FROM generate_series(1, 600) i;
INSERT INTO greenery.events
SELECT 'e' || i, 's' || i / 5, 'u' || 1 + i / 5 % 150, 'https://shop.example/product/p' || 1 + i % 50 || '?g0',
	timestamptz '2021-02-01 00:00Z' + i * interval '1 minute', 'page_view', NULL, 'p' || 1 + i % 50
FROM generate_series(0, 1499) i;
CREATE VIEW published AS
SELECT string_agg(DISTINCT generation, ' ') AS generations, count(*) AS rows
FROM (SELECT first_name AS generation FROM greenery_published.dim_users
	  UNION ALL SELECT name FROM greenery_published.dim_products
	  UNION ALL SELECT name FROM greenery_published.product_funnel
	  UNION ALL SELECT substring(page_url FROM 'g\d+$') FROM greenery_published.fact_events) p;
SQL

# those that are looked at, and one of each kind besides
keep_marts($node, 'postgres',
	qw(dim_users dim_products product_sessions product_funnel fact_events fact_user_orders fact_user_sessions
	  sessions_by_day metrics user_repeat_labels));

# Everything in the shop changes
my $generation = 0;
sub change_everything
{
	$generation++;
	$node->safe_psql('postgres', <<"SQL");
BEGIN;
UPDATE greenery.users SET first_name = 'g$generation';
UPDATE greenery.products SET name = 'g$generation';
UPDATE greenery.events SET page_url = regexp_replace(page_url, 'g\\d+\$', 'g$generation');
COMMIT;
VACUUM greenery.users, greenery.products, greenery.events;
SQL
	return;
}

# Waits until the server answers
sub wait_for_server
{
	for (1 .. 600)
	{
		my ($ret) = $node->psql('postgres', 'SELECT 1', on_error_stop => 0);
		return if $ret == 0;
		sleep 0.2;
	}
	die 'the server did not come back';
}

$node->safe_psql('postgres', 'CALL greenery_build()');
my $whole = $node->safe_psql('postgres', 'SELECT rows FROM published');
is($node->safe_psql('postgres', 'SELECT generations FROM published'), 'g0', 'first build');
my $models = $node->safe_psql('postgres', 'SELECT count(*) FROM greenery.models');

# A point: how many models are done, and seconds more
my @early = map { [ int($models * $_ / 4), 0 ] } (0 .. 3);
my @late = map { [ $models, $_ ] } (0, 0.02, 0.1, 1);
my @cuts = (
	[ 'kill -9', sub { kill 'KILL', $_[0]; }, @early, @late ],
	[ 'immediate restart', sub { $node->stop('immediate'); $node->start; }, @early, @late ],
	[ 'terminate', sub { $node->psql('postgres', "SELECT pg_terminate_backend($_[0])"); }, $early[1], $late[1] ],
	[ 'cancel', sub { $node->psql('postgres', "SELECT pg_cancel_backend($_[0])"); }, $early[1], $late[1] ]);
my ($old, $new) = (0, 0);
my $workers = 0;

foreach my $cut (@cuts)
{
	my ($how, $cut_off, @points) = @$cut;

	foreach my $point (@points)
	{
		my ($done, $more) = @$point;
		my $what = sprintf '%s, %d of %d models and %d ms', $how, $done, $models, 1000 * $more;
		my ($in, $out, $err) = ("SELECT pg_backend_pid();\n", '', '');
		my $before = "g$generation";

		change_everything();
		my $after = "g$generation";
		my $psql = IPC::Run::start(
			[ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
			'<', \$in, '>', \$out, '2>', \$err,
			IPC::Run::timeout(300));
		$psql->pump until $out =~ /\d+\n/;
		my ($pid) = $out =~ /(\d+)/;
		# \q: a server that is started inherits the other end of psql's input
		# with workers every other time
		$workers = 2 - $workers;
		$in .= "SET max_parallel_maintenance_workers = $workers; CALL greenery_build();\n\\q\n";
		$psql->pump while length $in;
		$psql->pump until $done == 0 || $err =~ /model $done of/;
		sleep $more;
		$cut_off->($pid);
		$psql->finish;
		wait_for_server();

		my ($found, $rows) = split /\|/, $node->safe_psql('postgres', 'SELECT * FROM published');
		ok($rows == $whole && ($found eq $before || $found eq $after), "$what: one whole build")
		  or diag "found $found, $rows rows of $whole, not $before or $after; psql said: $err";
		$found eq $after ? $new++ : $old++;
		is($node->safe_psql('postgres',
				q{SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace}),
			'0', "$what: nothing is left behind");

		# a lost connection may be noticed late
		$node->poll_query_until('postgres',
			q{SELECT count(*) = 0 FROM pg_locks WHERE classid = 'pg_extension'::regclass AND objsubid = 1});
		$node->safe_psql('postgres', 'CALL greenery_build()');
		is($node->safe_psql('postgres', 'SELECT generations FROM published'), $after,
			"$what: the next build works");
	}
}
note "$old cut off before they published, $new after";

is($node->safe_psql('postgres', q{SELECT count(*) FROM greenery.builds WHERE status = 'running' OR finished_at IS NULL}),
	'0', 'no build is left running');
is($node->safe_psql('postgres', q{SELECT count(*) FROM greenery.builds b WHERE published AND NOT EXISTS
	(SELECT FROM greenery.alerts a WHERE a.build_id = b.build_id AND a.kind = 'digest')}),
	'0', 'every published build has told so');
is($node->safe_psql('postgres', q{SELECT count(*) FROM greenery.test_results r JOIN greenery.builds b USING (build_id) WHERE b.status = 'aborted'}),
	'0', 'what was cut off has recorded no results');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM greenery.builds WHERE status = 'aborted'}), '>', 0,
	'what was cut off is recorded');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM greenery.alerts WHERE kind = 'build_failed'}), '>', 0,
	'and told');

$node->stop;
done_testing();
