# A standby, and a read-only transaction: what writes says so in one line, and what reads works.

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

# what writes
my %writes = (
	greenery_record_history => '',
	greenery_add_test => q{'greenery.stg_users', 'not_null', 'email'},
	greenery_set => q{'max_shrink', '50%'},
	greenery_request_change => q{'x'},
	greenery_triage_request => '1',
	greenery_decide_request => q{1, true, 'x'},
	greenery_purge => '');
my %sql = (map({ $_ => "SELECT $_($writes{$_})" } keys %writes), greenery_build => 'CALL greenery_build()');
foreach my $what (sort keys %sql)
{
	my ($ret, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$sql{$what}");
	like($err, qr/ERROR:  25006: cannot execute \Q$what\E\(\) during recovery$/m, "$what on the standby");

	($ret, $out, $err) = $primary->psql('postgres',
		"\\set VERBOSITY verbose\nSET default_transaction_read_only = on;\n$sql{$what}");
	like($err, qr/ERROR:  25006: cannot execute \Q$what\E\(\) in a read-only transaction$/m, "$what, read-only");
}

# what reads
foreach my $sql (
	'SELECT greenery_repeat_rate()',
	q{SET greenery.as_of = '2021-02-12T00:00:00Z'; SELECT greenery_as_of()},
	'SELECT string_agg(m::text, chr(10) ORDER BY m.name) FROM greenery.metrics m',
	'SELECT count(*), sum(total) FROM greenery_published.test_status',
	'SELECT build_id, as_of FROM greenery_published.published_build',
	'SELECT count(*) FROM greenery_build_progress',
	'SELECT count(*) FROM greenery_lineage()',
	'SELECT length(greenery_dbt_sources()), length(greenery_metrics_yaml())',
	q{SELECT status, count(*), sum(failures), sum(total) FROM greenery_test() GROUP BY 1 ORDER BY 1})
{
	my $there = $standby->safe_psql('postgres', $sql);

	is($there, $primary->safe_psql('postgres', $sql), "on the standby: $sql");
	is($primary->safe_psql('postgres', "SET default_transaction_read_only = on; $sql"), $there, 'and read-only');
}

$standby->stop;
$primary->stop;
done_testing();
