# A standby, and a read-only transaction: every function that writes says so in one line, and
# every function and view that reads gives the primary's answer.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
$primary->append_conf('postgresql.conf', "timezone = 'UTC'");
$primary->start;
$primary->safe_psql('postgres', q{
	CREATE EXTENSION greenery;
	SELECT greenery_load_sample_shop();
	ANALYZE});
$primary->safe_psql('postgres', 'CALL greenery_build()');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# Every function of the extension, from the catalog: what comes into it comes into this test.
# Arguments of those that need some; NULL would do where a function is strict, and say nothing.
my %arguments = (
	greenery_json_time => q{'2021-02-11T00:00:00Z'},
	greenery_active_promos => q{'2099-01-01T00:00:00Z'},
	greenery_bind_shop_sql => q{'vendure'},
	greenery_set => q{'max_shrink', '50%'},
	greenery_bind => q{'orders', 'greenery.orders'},
	greenery_unbind => q{'orders'},
	greenery_exclude_user => q{'u', 'x'},
	greenery_include_user => q{'u'},
	greenery_exclude_product => q{'p', 'x'},
	greenery_include_product => q{'p'},
	greenery_add_feature => q{'x', 'greenery.users', 'user_id', 'created_at', 'last_name'},
	greenery_drop_feature => q{'x'},
	greenery_bind_shop => q{'vendure'},
	greenery_check_test => q{'greenery.stg_users', 'not_null', 'email', '{}', NULL, '0'},
	greenery_add_test => q{'greenery.stg_users', 'not_null', 'email'},
	greenery_alter_test => q{30, severity => 'warn'},
	greenery_drop_test => q{30},
	greenery_queue_alert => q{'digest', 'info', '{}'},
	greenery_retry_alerts => q{NULL},
	greenery_purge_alerts => q{'1 day'},
	greenery_add_route => q{channel => 'x'},
	greenery_drop_route => q{1},
	greenery_request_change => q{'x'},
	greenery_triage_request => q{1},
	greenery_decide_request => q{1, true, 'x'},
	greenery_add_model => q{'greenery.users', '{user_id}'},
	greenery_drop_model => q{'x'},
	greenery_schedule => q{'0 5 * * *'},
	greenery_grant => q{'pg_monitor', 'reader'},
	greenery_revoke => q{'pg_monitor', 'reader'},
	greenery_set_builder => q{'postgres'});

# VOLATILE, and do not write: because they run statements of their own
my %reads = map { $_ => 1 }
  qw(greenery_bindings greenery_check_binding greenery_check_test greenery_test greenery_test_sql);

# what is different with each call, or with the time of the call
my %compare = (greenery_test => 'test_id, status, failures, total, sample');

my @functions = map { [ split /\|/ ] } split /\n/, $primary->safe_psql(
	'postgres', q{
	SELECT p.proname, p.provolatile, p.prokind
	  FROM pg_proc p
	  JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	  JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
	 WHERE e.extname = 'greenery'
	   AND p.pronamespace = e.extnamespace
	   AND p.proname LIKE 'greenery\_%'
	   AND p.prokind IN ('f', 'p')
	 ORDER BY p.proname COLLATE "C"});
cmp_ok(scalar @functions, '>', 50, 'functions of the extension');

# The answer of a query as sorted rows; of an error its text
sub answer
{
	my ($node, $sql) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");

	return $err =~ /ERROR/ ? $err : join("\n", sort split(/\n/, $out));
}

my ($writing, $reading) = (0, 0);
foreach my $function (@functions)
{
	my ($name, $volatility, $kind) = @$function;
	my $call = $name . '(' . ($arguments{$name} // '') . ')';

	if ($volatility eq 'v' && !$reads{$name})
	{
		my $sql = $kind eq 'p' ? "CALL $call" : "SELECT * FROM $call";

		like(answer($standby, $sql), qr/ERROR:  25006: cannot execute \Q$name\E\(\) during recovery$/m,
			"$name on the standby");
		like(answer($primary, "SET default_transaction_read_only = on;\n$sql"),
			qr/ERROR:  25006: cannot execute \Q$name\E\(\) in a read-only transaction$/m, "$name, read-only");
		$writing++;
	}
	else
	{
		my $sql = 'SELECT ' . ($compare{$name} // '*') . " FROM $call r";
		my $there = answer($standby, $sql);

		# what is missing is so here too
		unlike($there, qr/ERROR(?!.* pg_cron )/, "$name works on the standby");
		is($there, answer($primary, $sql), "$name says there what it says here");
		is(answer($primary, "SET default_transaction_read_only = on;$sql"), $there, "$name, read-only");
		$reading++;
	}
}
cmp_ok($writing, '>', 25, 'functions that write');
cmp_ok($reading, '>', 20, 'functions that read');

# Every view, every table and every sequence: marts live and published, records, the gate's
# tables.  An error ends the test.
my $contents = contents($standby, 'postgres', 'postgres');
is($contents, contents($primary, 'postgres', 'postgres'), 'all views and tables, on the standby');
cmp_ok(scalar(() = $contents =~ /^greenery\.(fact|dim|stg)_/mg), '>', 15, 'live views are among them');
is( answer($standby, 'SELECT * FROM greenery_build_progress'),
	answer($primary, 'SELECT * FROM greenery_build_progress'),
	'how far a build is');

# the settings of a session
is( $standby->safe_psql('postgres', q{SET greenery.as_of = '2021-02-12T00:00:00Z'; SELECT greenery_as_of()}),
	'2021-02-12 00:00:00+00', 'a setting of the session');

# a build on the primary, and the standby has it
$primary->safe_psql('postgres', q{
	UPDATE greenery.products SET inventory = inventory + 1;
	CALL greenery_build()});
$primary->wait_for_catchup($standby);
is( $standby->safe_psql('postgres', 'SELECT build_id FROM greenery_published.published_build'),
	'2', 'the next build is there');
is( answer($standby, 'SELECT t::text FROM greenery_published.dim_products t'),
	answer($primary, 'SELECT t::text FROM greenery.dim_products t'),
	'with what it published');

$standby->stop;
$primary->stop;
done_testing();
