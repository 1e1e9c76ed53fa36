# Marts computed side by side, in parallel workers of the build: the same rows as
# one after the other, errors at the model they belong to, and nothing left running
# when a build ends early.
#
# That workers took part is told by models that say where they were computed.  They
# wait for each other, so that no worker comes too late to compute one.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_server('build_parallel');
$node->append_conf('postgresql.conf', <<'CONF');
max_worker_processes = 16
max_parallel_workers = 8
max_parallel_maintenance_workers = 2
client_min_messages = warning
CONF
$node->restart;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION greenery;
SELECT greenery_load_sample_shop(users => 200, seed => 5);
SELECT greenery_set('max_shrink', '100%');
-- a name that is stored outside of its row
UPDATE greenery.users SET last_name = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 400) g)
 WHERE user_id = (SELECT min(user_id) FROM greenery.users);
-- everything that a model may need to go wrong on demand
CREATE TABLE public.knobs (name text PRIMARY KEY, value integer);
INSERT INTO public.knobs VALUES ('divisor', 1), ('sleep', 0);
-- Called immutable, since builds refuse what they cannot look into; their arguments are no
-- constants, so that they are not called while a query is planned.
CREATE FUNCTION public.process(unused integer) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT backend_type FROM pg_stat_activity WHERE pid = pg_backend_pid());
END
$$;
CREATE FUNCTION public.only_here(unused integer) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS $$
BEGIN
	RETURN (SELECT backend_type FROM pg_stat_activity WHERE pid = pg_backend_pid());
END
$$;
-- Waits until n processes are here at the same time, or are not coming; the same holds for it
CREATE FUNCTION public.meet(n integer, unused integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	PERFORM pg_advisory_lock_shared(42);
	FOR i IN 1 .. 3000 LOOP
		IF (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42) >= n THEN
			-- and until the others have seen it too
			PERFORM pg_sleep(1);
			RETURN true;
		END IF;
		PERFORM pg_sleep(0.01);
	END LOOP;
	RETURN false;
END
$$;
SQL

# Models of three rows, whose last column says something
sub add_model
{
	my ($name, $expression) = @_;

	$node->safe_psql('postgres', <<"SQL");
CREATE VIEW public.$name AS SELECT g AS id, $expression AS said FROM generate_series(1, 3) g;
SELECT greenery_add_model('public.$name', key => '{id}');
SQL
	return;
}

# Every published mart that is not what its view says
my $stale = with_builds("SELECT string_agg(s, ' ') FROM pg_temp.stale() s");

# Builds with debugging output, and returns it with the exit status
sub build
{
	my (%settings) = @_;
	my $sql = join '', map { "SET $_ = '$settings{$_}'; " } sort keys %settings;
	my ($status, $out, $err) =
		$node->psql('postgres', "SET client_min_messages = debug1; ${sql}CALL greenery_build()");

	return ($status, $err);
}

sub change
{
	my ($n) = @_;

	$node->safe_psql('postgres', <<"SQL");
UPDATE greenery.orders SET delivered_at = delivered_at + interval '1 minute' WHERE left(order_id, 1) = '$n';
DELETE FROM greenery.events WHERE event_type = 'page_view' AND left(event_id, 2) = '${n}1';
UPDATE greenery.users SET first_name = first_name || 'x' WHERE left(user_id, 1) = '$n';
SQL
	return;
}

# The first build writes everything whole, the second one analyzes
foreach my $n (1, 2)
{
	my ($status) = build();
	is($status, 0, "build $n");
}

my $side_by_side = qr/computing (\d+) marts side by side/;
my ($status, $err);
foreach my $workers (0, 1, 2, 2)
{
	change($workers);
	($status, $err) = build(max_parallel_maintenance_workers => $workers);
	is($status, 0, "build with at most $workers workers");
	$workers > 0 ? like($err, $side_by_side, 'side by side') : unlike($err, $side_by_side, 'one by one');
	unlike($err, qr/difference of model \w+ not applied/, 'rows that are as they were have no difference');
	is($node->safe_psql('postgres', $stale), '', 'published is what the views say');
}

# The same changes come out the same either way
my $record = 'SELECT model, rows, inserted, updated, deleted FROM greenery.build_models
	WHERE build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY position';
my $save = 'CREATE TABLE public.saved AS SELECT * FROM greenery.orders;
	UPDATE greenery.orders SET shipping_service = \'mule\' WHERE order_id < \'8\'';
$node->safe_psql('postgres', $save);
build(max_parallel_maintenance_workers => 0);
my $one_by_one = $node->safe_psql('postgres', $record);
$node->safe_psql('postgres', 'TRUNCATE greenery.orders; INSERT INTO greenery.orders SELECT * FROM public.saved; DROP TABLE public.saved');
build();
$node->safe_psql('postgres', $save);
build();
is($node->safe_psql('postgres', $record), $one_by_one, 'the same rows are inserted, updated and deleted');
like($one_by_one, qr/^fact_user_orders\|\d+\|0\|[1-9]\d*\|0$/m, 'and some are');

# What follows is about models of its own, beside a few marts
keep_marts($node, 'postgres', qw(dim_users fact_events fact_user_orders fact_user_sessions metrics user_repeat_labels));

# Where it is computed.  Three that meet need three processes.
add_model("where_$_", "CASE WHEN public.meet(3, (SELECT max(value) FROM public.knobs)) THEN public.process(g) END") for qw(a b c);
add_model('where_here', 'public.only_here(g)');
# at the first build nothing is compared, and workers do not meet
$node->safe_psql('postgres', "CREATE OR REPLACE VIEW public.where_$_ AS SELECT g AS id, 'nowhere' AS said FROM generate_series(1, 3) g")
	for qw(a b c);
build();
build();
$node->safe_psql('postgres', "CREATE OR REPLACE VIEW public.where_$_ AS
	SELECT g AS id, m.process AS said
	FROM (SELECT CASE WHEN public.meet(3, (SELECT max(value) FROM public.knobs)) THEN public.process((SELECT max(value) FROM public.knobs)) END AS process OFFSET 0) m, generate_series(1, 3) g")
	for qw(a b c);
($status, $err) = build();
is($status, 0, 'build of models that wait for each other');
is($node->safe_psql('postgres', 'SELECT said, count(*) FROM (
	SELECT said FROM greenery_published.where_a UNION ALL SELECT said FROM greenery_published.where_b
	UNION ALL SELECT said FROM greenery_published.where_c) w GROUP BY said ORDER BY said COLLATE "C"'),
	"client backend|3\nparallel worker|6", 'computed by three processes');
like($err, qr/model where_here is not parallel safe/, 'a model that is not parallel safe');
is($node->safe_psql('postgres', 'SELECT DISTINCT said FROM greenery_published.where_here'), 'client backend', 'is not computed by a worker');
$node->safe_psql('postgres', "SELECT greenery_drop_model('where_$_')") for qw(a b c here);

# A model that fails is the one that is reported, whichever worker computed it
add_model("quotient_$_", "$_ / (SELECT value FROM public.knobs WHERE name = 'divisor')") for 1 .. 4;
build();
build();
$node->safe_psql('postgres', "UPDATE public.knobs SET value = 0 WHERE name = 'divisor'");
my $before = $node->safe_psql('postgres', "SELECT string_agg(x::text, '') FROM greenery_published.fact_user_orders x");
change(3);
($status, $err) = build();
is($status, 3, 'a build with models that fail');
like($err, qr/marts not computed side by side: division by zero/, 'is computed again one by one');
is($node->safe_psql('postgres', q{SELECT string_agg(model || ' ' || message, ', ' ORDER BY position)
	FROM greenery.build_models WHERE status = 'failed' AND build_id = (SELECT max(build_id) FROM greenery.builds)}),
	join(', ', map { "quotient_$_ division by zero (SQLSTATE 22012)" } 1 .. 4), 'each is reported');
is($node->safe_psql('postgres', "SELECT string_agg(x::text, '') FROM greenery_published.fact_user_orders x"), $before, 'nothing is published');
$node->safe_psql('postgres', "UPDATE public.knobs SET value = 2 WHERE name = 'divisor'");
($status) = build();
is($status, 0, 'and the next build');
is($node->safe_psql('postgres', $stale), '', 'publishes everything');

# A build that ends early leaves no worker behind
add_model("sleeper_$_", "$_ + (SELECT 0 * count(pg_sleep(value)) FROM public.knobs WHERE name = 'sleep')") for 1 .. 4;
build();
build();
$node->safe_psql('postgres', "UPDATE public.knobs SET value = 600 WHERE name = 'sleep'");
my $asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
my $leader = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND query LIKE '%CALL greenery_build%' AND pid <> pg_backend_pid()";
foreach my $end (
	[ 'cancel', "SELECT pg_cancel_backend(($leader))" ],
	[ 'terminate', "SELECT pg_terminate_backend(($leader))" ],
	[ 'a worker that is terminated', "SELECT pg_terminate_backend(min(pid)) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND wait_event = 'PgSleep'" ])
{
	my ($how, $sql) = @$end;
	my ($out, $out_err) = ('', '');
	my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'CALL greenery_build()' ],
		'<', \undef, '>', \$out, '2>', \$out_err, IPC::Run::timeout(300));

	$node->poll_query_until('postgres', "SELECT ($asleep) = 3") or die 'no worker sleeps';
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND wait_event = 'PgSleep'"),
		2, "$how: two workers");
	$node->safe_psql('postgres', $sql);
	$psql->finish;
	isnt($psql->result(0), 0, 'the build fails');
	ok($node->poll_query_until('postgres', "SELECT ($asleep) = 0"), 'no worker is left');
}
$node->safe_psql('postgres', "UPDATE public.knobs SET value = 0 WHERE name = 'sleep'");
change(4);
($status) = build();
is($status, 0, 'the next build works');
is($node->safe_psql('postgres', $stale), '', 'and publishes everything');
# sets of shared files are directories, which pg_ls_tmpdir() leaves out
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_ls_dir('base/pgsql_tmp', true, false)"), 0, 'no temporary file is left');

done_testing();
