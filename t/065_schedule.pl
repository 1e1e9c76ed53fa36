# Builds by the real pg_cron: schedule, status, unschedule, and what is said
# where pg_cron cannot be used.
#
# pg_cron starts jobs at full minutes: waiting has an upper limit of three.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = new_server('schedule');
my $available = $node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_cron'});
if ($available eq '0')
{
	$node->stop;
	plan skip_all => 'pg_cron is not installed in this server';
}

sub psql_error
{
	my ($dbname, $sql) = @_;
	my ($ret, $stdout, $stderr) = $node->psql($dbname, "\\set VERBOSITY verbose\n$sql");
	return $stderr;
}

# Runs a query until it answers as expected, for at most three minutes
sub wait_for
{
	my ($dbname, $sql, $what) = @_;
	my $end = time + 180;

	while (time < $end)
	{
		return pass($what) if $node->safe_psql($dbname, $sql) eq 't';
		sleep 1;
	}
	return fail($what);
}

# without pg_cron in the server
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION greenery');
like(psql_error('shop', 'SELECT greenery_schedule()'),
	qr/ERROR:  0A000: pg_cron is not running on this server.*HINT:.*shared_preload_libraries = 'pg_cron'.*cron\.database_name = 'shop'.*CREATE EXTENSION pg_cron/s,
	'not preloaded: says how to install it');
like(psql_error('shop', 'SELECT * FROM greenery_schedule_status()'),
	qr/ERROR:  0A000/, 'not preloaded: status');
like(psql_error('shop', 'SELECT greenery_unschedule()'),
	qr/ERROR:  0A000/, 'not preloaded: unschedule');

$node->append_conf('postgresql.conf', sprintf(<<'CONF', $node->host));
shared_preload_libraries = 'pg_cron'
cron.database_name = 'shop'
cron.host = '%s'
CONF
$node->restart;

like(psql_error('shop', 'SELECT greenery_schedule()'),
	qr/ERROR:  55000: extension "pg_cron" is not installed in this database.*HINT:  CREATE EXTENSION pg_cron/s,
	'extension missing');
$node->safe_psql('shop', 'CREATE EXTENSION pg_cron');

# another database of the same server: the hint's statement works where pg_cron is
$node->safe_psql('postgres', 'CREATE EXTENSION greenery');
my $elsewhere = psql_error('postgres', 'SELECT greenery_schedule()');
like($elsewhere, qr/ERROR:  55000: pg_cron keeps its jobs in another database.*"shop"/s,
	'another database');
my ($statement) = $elsewhere =~ /Run there: (SELECT .*\))\./;
like($node->safe_psql('shop', $statement), qr/^\d+$/, 'the statement of the hint');
is($node->safe_psql('shop', q{SELECT database, command FROM cron.job}),
	'postgres|CALL public.greenery_build()', 'schedules there');
is($node->safe_psql('shop', 'SELECT count(*) FROM greenery_schedule_status()'),
	'0', 'and is not of this database');

# a schedule that is none, and none at all
like(psql_error('shop', q{SELECT greenery_schedule('soon')}), qr/ERROR:  22023: invalid schedule/, 'wrong schedule');
like(psql_error('shop', 'SELECT greenery_schedule(NULL)'), qr/ERROR:  22004/, 'no schedule');
is($node->safe_psql('shop', 'SELECT greenery_unschedule()'), 'f', 'nothing to unschedule');

# the default, then another time: one job
my $job = $node->safe_psql('shop', 'SELECT greenery_schedule()');
is($node->safe_psql('shop', 'SELECT schedule, command, active, last_status FROM greenery_schedule_status()'),
	'0 6 * * *|CALL public.greenery_build()|t|', 'scheduled for six');
# it runs: a wrong address fails the build, which is recorded and says so
$node->safe_psql('shop', <<'SQL');
SELECT count(*) FROM greenery_load_sample_shop();
UPDATE greenery.users SET email = 'nobody' WHERE user_id = (SELECT min(user_id) FROM greenery.users);
SQL
is($node->safe_psql('shop', q{SELECT greenery_schedule('* * * * *')}), $job, 'the same job');
is($node->safe_psql('shop', 'SELECT schedule FROM greenery_schedule_status()'), '* * * * *', 'rescheduled');
wait_for('shop', q{SELECT count(*) > 0 FROM greenery.builds WHERE status = 'failed'}, 'pg_cron builds');
wait_for('shop', q{SELECT last_status = 'failed' FROM greenery_schedule_status()}, 'and sees that the build failed');
like($node->safe_psql('shop', 'SELECT last_message FROM greenery_schedule_status()'),
	qr/build \d+ failed, nothing was published/, 'with its message');

# put right, and built by a worker of the server
$node->safe_psql('shop', q{UPDATE greenery.users SET email = 'ann@example.com' WHERE email = 'nobody'});
$node->append_conf('postgresql.conf', 'cron.use_background_workers = on');
$node->restart;
wait_for('shop', q{SELECT count(*) > 0 FROM greenery.builds WHERE published}, 'a background worker builds');
wait_for('shop', q{SELECT last_status = 'succeeded' FROM greenery_schedule_status()}, 'and succeeds');
is($node->safe_psql('shop', 'SELECT count(*) FROM greenery_published.dim_users'), '130', 'published');

is($node->safe_psql('shop', 'SELECT greenery_unschedule()'), 't', 'unscheduled');
is($node->safe_psql('shop', 'SELECT count(*) FROM greenery_schedule_status()'), '0', 'no job is left');

# an operator's job is the operator's
$node->safe_psql('shop', <<'SQL');
CREATE ROLE operator LOGIN;
SELECT greenery_grant('operator', 'operator');
SQL
like(psql_error('shop', q{SET ROLE operator; SELECT greenery_schedule()}),
	qr/permission denied for schema cron/, 'an operator needs the right to schedule');
$node->safe_psql('shop', 'GRANT USAGE ON SCHEMA cron TO operator');
$node->safe_psql('shop', q{SET ROLE operator; SELECT greenery_schedule('5 4 * * *')});
is($node->safe_psql('shop', 'SELECT username, schedule FROM greenery_schedule_status()'),
	'operator|5 4 * * *', 'the job runs as the operator');
is($node->safe_psql('shop', 'SELECT greenery_unschedule()'), 'f', 'and is not everyone\'s to end');
like(psql_error('postgres', q{SELECT greenery_grant('operator', 'operator'); SET ROLE operator; SELECT greenery_schedule()}),
	qr/ERROR:  55000: extension "pg_cron" is not installed in this database/, 'an operator elsewhere');

# nothing of the extension depends on pg_cron
$node->safe_psql('shop', 'DROP EXTENSION pg_cron');
is($node->safe_psql('shop', 'SELECT count(*) FROM greenery_published.dim_users'), '130', 'pg_cron can be dropped');

$node->stop;
done_testing();
