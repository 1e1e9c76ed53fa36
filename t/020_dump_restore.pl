# A dump restored into a new database holds the same rows and gives the same
# answers, for a superuser and for a role that merely owns the database; and DROP
# EXTENSION leaves nothing behind.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = new_server('dump_restore');
my $sessions = Sessions->new($node);
my $dumps = PostgreSQL::Test::Utils::tempdir();
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

$node->safe_psql('postgres',
	'CREATE ROLE shopkeeper LOGIN; CREATE ROLE analyst LOGIN');

foreach my $role ($superuser, 'shopkeeper')
{
	my $kind = $role eq $superuser ? 'superuser' : 'owner of the database';
	my $shop = $role eq $superuser ? 'shop' : 'own_shop';
	my @connect = ('-h', $node->host, '-p', $node->port, '-U', $role);

	$node->safe_psql('postgres', join('; ', map { "CREATE DATABASE $_ OWNER $role" } $shop, "${shop}_plain", "${shop}_parallel"));

	my $empty = catalog($node, $shop);

	# A shop with a history, published marts, and everything a user may have
	# changed or added
	as_role($sessions, $shop, $role, 'CREATE EXTENSION greenery');
	as_role($sessions, $shop, $role, 'SELECT greenery_load_sample_shop(users => 60)');
	as_role($sessions, $shop, $role, 'CALL greenery_build()');
	as_role($sessions, $shop, $role, q{
		UPDATE greenery.products SET inventory = inventory + 1 WHERE price > 20;
		UPDATE greenery.promos SET status = 'inactive' WHERE status = 'active';
		UPDATE greenery.orders SET status = 'delivered' WHERE status = 'shipped';
		SELECT greenery_record_history();
		SELECT greenery_grant('analyst', 'analyst');
		SELECT greenery_add_test('greenery.stg_orders', 'range', 'order_total',
								 '{"min": 0}', severity => 'warn', owner => 'finance');
		-- built in: every phone number is usable
		SELECT greenery_alter_test(4, severity => 'error', owner => 'service');
		INSERT INTO greenery.users SELECT * FROM greenery.users LIMIT 1;
		SELECT greenery_exclude_user(user_id, 'staff') FROM greenery.users ORDER BY user_id LIMIT 1;
		SELECT greenery_set('stock_cover', '10 days');
		SELECT greenery_add_route('finance', owner => 'finance');
		CREATE TABLE visits (u text, at timestamptz, n integer);
		INSERT INTO visits SELECT user_id, created_at, 1 FROM greenery.users LIMIT 50;
		SELECT greenery_add_feature('campaign', 'visits', 'u', 'at', 'n');
	});
	# a doubled user: this build fails, and says so in the records
	my ($ret, $out, $err) = $sessions->psql($shop, 'CALL greenery_build()',
		extra_params => [ '-U', $role ]);
	isnt($ret, 0, "$kind: a build that fails");

	my $before = contents($sessions, $shop, $role);
	like($before, qr/^greenery\.metrics\|15\|/m, "$kind: there is something to dump");
	like($before, qr/^greenery\.promo_history\|[1-9]/m, "$kind: there is a history to dump");
	like($before, qr/^greenery\.builds\|2\|/m, "$kind: there are builds to dump");
	like($before, qr/^greenery_published\.fact_user_orders\|[1-9]/m,
		"$kind: there are published rows to dump");

	$node->command_ok([ 'pg_dump', @connect, '-f', "$dumps/$shop.sql", $shop ],
		"$kind: plain dump");
	$node->command_ok(
		[ 'psql', '-X', '-q', @connect, '-v', 'ON_ERROR_STOP=1',
			'-f', "$dumps/$shop.sql", '-d', "${shop}_plain" ],
		"$kind: psql restores it");

	$node->command_ok(
		[ 'pg_dump', @connect, '-F', 'c', '-f', "$dumps/$shop.dump", $shop ],
		"$kind: custom dump");
	$node->command_ok(
		[ 'pg_restore', @connect, '--exit-on-error', '-j', '2',
			'-d', "${shop}_parallel", "$dumps/$shop.dump" ],
		"$kind: parallel pg_restore restores it");

	foreach my $copy ("${shop}_plain", "${shop}_parallel")
	{
		is(contents($sessions, $copy, $role), $before, "$kind: same rows and answers in $copy");
		is( as_role($sessions, $copy, $role, 'SELECT greenery_repeat_rate()'),
			as_role($sessions, $shop, $role, 'SELECT greenery_repeat_rate()'),
			"$kind: same repeat rate in $copy");
		is( as_role($sessions, $copy, 'analyst', 'SELECT greenery_repeat_rate()'),
			as_role($sessions, $shop, 'analyst', 'SELECT greenery_repeat_rate()'),
			"$kind: what was granted is granted in $copy");
	}

	as_role($sessions, $shop, $role, 'DROP EXTENSION greenery; DROP TABLE visits');
	is(catalog($node, $shop), $empty, "$kind: DROP EXTENSION leaves nothing");
}

$sessions->hang_up;
$node->stop;
done_testing();
