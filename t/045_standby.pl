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
	'greenery_build()' => 'CALL greenery_build()',
	'greenery_record_history' => 'SELECT greenery_record_history()',
	'greenery_add_test' => q{SELECT greenery_add_test('greenery.stg_users', 'not_null', 'email')},
	'greenery_set' => q{SELECT greenery_set('max_shrink', '50%')},
	'greenery_request_change' => q{SELECT greenery_request_change('x')});
foreach my $what (sort keys %writes)
{
	foreach my $where ('standby', 'read-only')
	{
		my ($ret, $out, $err) = $where eq 'standby'
		  ? $standby->psql('postgres', $writes{$what})
		  : $primary->psql('postgres', "SET default_transaction_read_only = on; $writes{$what}");
		my ($first) = $err =~ /(ERROR: .*)/;

		like($first // '', $what eq 'greenery_request_change'
			? qr/cannot execute \S+ (during recovery|in a read-only transaction)/
			: qr/ERROR:  cannot execute \Q$what\E (during recovery|in a read-only transaction)/, "$what, $where");
	}
}

# what reads
foreach my $sql (
	'SELECT greenery_repeat_rate()',
	'SELECT string_agg(m::text, chr(10) ORDER BY m.name) FROM greenery.metrics m',
	'SELECT count(*), sum(total) FROM greenery_published.test_status',
	'SELECT build_id, as_of FROM greenery_published.published_build',
	'SELECT count(*) FROM greenery_build_progress',
	'SELECT count(*) FROM greenery_lineage()',
	q{SELECT status, count(*), sum(failures), sum(total) FROM greenery_test() GROUP BY 1 ORDER BY 1})
{
	my $there = $standby->safe_psql('postgres', $sql);

	is($there, $primary->safe_psql('postgres', $sql), "on the standby: $sql");
	is($primary->safe_psql('postgres', "SET default_transaction_read_only = on; $sql"), $there, 'and read-only');
}

$standby->stop;
$primary->stop;
done_testing();
