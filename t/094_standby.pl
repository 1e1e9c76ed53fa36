# On a standby what reads works, and what writes says so by its own name.

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
INSERT INTO greenery.orders (order_id, user_id, created_at)
	SELECT 'o' || i, 'u' || i % 80, timestamptz '2021-02-01 00:00Z' + i * interval '1 minute' FROM generate_series(1, 100) i;
SELECT greenery_request_change('Orders must have an item.');
});
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;

is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'the standby is one');
is($standby->safe_psql('postgres', 'SELECT greenery_repeat_rate()'), 20 / 80, 'the repeat rate');
is($standby->safe_psql('postgres', q{SET greenery.as_of = '2021-02-12T00:00:00Z'; SELECT greenery_as_of()}),
	'2021-02-12 00:00:00+00', 'settings');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM greenery.fact_user_orders'), 100, 'a live mart');
is($standby->safe_psql('postgres', 'SELECT state FROM greenery.change_requests'), 'open', 'requests');

for ([ greenery_request_change => "'x'" ], [ greenery_triage_request => '1' ],
	 [ greenery_decide_request => "1, true, 'x'" ], [ greenery_purge => '' ])
{
	my ($function, $arguments) = @$_;
	my ($status, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT $function($arguments)");

	like($err, qr/ERROR:  25006: cannot execute \Q$function\E\(\) during recovery$/m, $function);
}

$standby->stop;
$primary->stop;
done_testing();
