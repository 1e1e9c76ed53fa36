# Sources bound to tables of a role that is not the extension's owner, who is no superuser:
# dumped and restored; never in the way of the shop's migrations; several sessions at once;
# row-level security; a foreign server that is down; rights that are missing.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $node = new_server('binding');
$node->append_conf('postgresql.conf', "max_parallel_workers_per_gather = 0");
$node->reload;
my $dumps = PostgreSQL::Test::Utils::tempdir();
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

$node->safe_psql('postgres', 'CREATE ROLE keeper LOGIN; CREATE ROLE app LOGIN; CREATE ROLE analyst LOGIN; GRANT app TO keeper');
# for all that needs no session of its own
my $sessions = Sessions->new($node);

# --- sessions ---

# One that waits for others
sub session
{
	my ($db, $role) = @_;
	my $session = start_session($node, $db, 180, '-U', $role);

	say_to($session, 'SELECT 1');
	return $session;
}

# The error and what comes with it
sub failure
{
	my ($db, $role, $sql) = @_;
	my (undef, $out, $err) = $sessions->psql($db, $sql, extra_params => [ '-U', $role ]);

	return $err;
}

sub waits
{
	my ($db, $query) = @_;

	return $node->poll_query_until($db,
		qq{SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%$query%' AND pid <> pg_backend_pid()});
}

# --- a shop of the application's, and the extension of its keeper ---

sub open_shop
{
	my ($db, $owner) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db OWNER $owner");
	$sessions->safe_psql($db, 'CREATE SCHEMA shop AUTHORIZATION app; GRANT USAGE ON SCHEMA shop TO analyst');
	as_role(
		$sessions, $db, 'app', q{
		CREATE TYPE shop.state AS ENUM ('cart', 'paid', 'void');
		CREATE TABLE shop.clients (id bigint PRIMARY KEY, mail text, since timestamp);
		CREATE TABLE shop.purchases (id bigint PRIMARY KEY, client bigint, placed timestamp, cents bigint, state shop.state, note text, region text);
		CREATE TABLE shop.lines (purchase bigint, sku text, n integer);
		INSERT INTO shop.clients SELECT i, 'c' || i || '@example.com', timestamp '2021-01-01' + i * interval '1 hour' FROM generate_series(1, 20) i;
		INSERT INTO shop.purchases SELECT i, 1 + i % 20, timestamp '2021-02-01' + i * interval '5 hours', i * 100,
			CASE WHEN i % 10 = 0 THEN 'cart' WHEN i % 9 = 0 THEN 'void' ELSE 'paid' END::shop.state, 'n', 'r' || i % 2 FROM generate_series(1, 50) i;
		INSERT INTO shop.lines SELECT i, 's' || i % 5, 1 FROM generate_series(1, 50) i});
	return;
}

my $binds = q{
	SELECT count(*) FROM unnest('{addresses,products,promos,events}'::text[]) s, greenery_bind(s, NULL);
	SELECT count(*) FROM greenery_bind('users', 'SELECT id AS user_id, mail AS email, since AS created_at FROM shop.clients', 'Europe/Berlin');
	SELECT count(*) FROM greenery_bind('orders', 'SELECT p.id AS order_id, p.client AS user_id, p.placed AS created_at, p.cents * 0.01 AS order_total, p.state AS status
		FROM shop.purchases p WHERE p.state <> ''cart''', 'Europe/Berlin', '{"status": ["paid", "void"]}');
	SELECT count(*) FROM greenery_bind('order_items', 'SELECT id AS order_id, sku AS product_id, sum(n)::integer AS quantity
		FROM shop.purchases JOIN (SELECT purchase AS id, sku, n FROM shop.lines) l USING (id) WHERE CASE state WHEN ''cart'' THEN false ELSE true END GROUP BY id, sku')};
my $grants = 'GRANT USAGE ON SCHEMA shop TO keeper; GRANT SELECT ON ALL TABLES IN SCHEMA shop TO keeper';
my $status = q{SELECT string_agg(status, ' ' ORDER BY source) FROM greenery_bindings()};
my $all_ok = join ' ', ('ok') x 7;

# --- dump and restore ---

open_shop('shop', 'keeper');
as_role($sessions, 'shop', 'app', $grants);
as_role($sessions, 'shop', 'keeper', 'CREATE EXTENSION greenery');
as_role($sessions, 'shop', 'keeper', $binds);
as_role($sessions, 'shop', 'keeper', 'CALL greenery_build()');
is(as_role($sessions, 'shop', 'keeper', 'SELECT status FROM greenery.builds'), 'published', 'a bound shop is built');
is( as_role($sessions, 'shop', 'keeper', q{SELECT count(*) || ' ' || sum(order_total)::integer FROM greenery_published.fact_user_orders}),
	$sessions->safe_psql('shop', q{SELECT count(*) || ' ' || sum(cents / 100)::integer FROM shop.purchases WHERE state <> 'cart'}),
	'with the orders of the shop\'s table');

# the bindings, and what the source functions say; each live view's rows
sub picture
{
	my ($db) = @_;

	return contents($sessions, $db, 'keeper')
	  . as_role($sessions, $db, 'keeper', q{SELECT b FROM greenery_bindings() b;
		SELECT s.source, p.prosrc FROM greenery.sources s JOIN pg_proc p ON p.oid = to_regproc(s.function) ORDER BY 1});
}

my @connect = ('-h', $node->host, '-p', $node->port, '-U', 'keeper');
my $before = picture('shop');
like($before, qr/^greenery\.fact_user_orders\|45\|/m, 'there is something to dump');
$node->safe_psql('postgres', join('; ', map { "CREATE DATABASE $_ OWNER keeper" } qw(plain custom parallel late)));
$node->command_ok([ 'pg_dump', @connect, '-f', "$dumps/shop.sql", 'shop' ], 'plain dump');
$node->command_ok([ 'psql', '-X', '-q', @connect, '-v', 'ON_ERROR_STOP=1', '-f', "$dumps/shop.sql", '-d', 'plain' ], 'psql restores it');
$node->command_ok([ 'pg_dump', @connect, '-F', 'c', '-f', "$dumps/shop.dump", 'shop' ], 'custom dump');
$node->command_ok([ 'pg_restore', @connect, '--exit-on-error', '-d', 'custom', "$dumps/shop.dump" ], 'pg_restore restores it');
$node->command_ok([ 'pg_restore', @connect, '--exit-on-error', '-j', '3', '-d', 'parallel', "$dumps/shop.dump" ], 'parallel pg_restore restores it');
# the extension and its rows before the shop's tables
my ($list) = run_command([ 'pg_restore', '-l', "$dumps/shop.dump" ]);
append_to_file("$dumps/first", join("\n", grep { /EXTENSION|TABLE DATA greenery|SEQUENCE SET greenery/ } split(/\n/, $list)) . "\n");
append_to_file("$dumps/then", join("\n", grep { !/EXTENSION|TABLE DATA greenery|SEQUENCE SET greenery/ } split(/\n/, $list)) . "\n");
$node->command_ok([ 'pg_restore', @connect, '--exit-on-error', '-L', "$dumps/first", '-d', 'late', "$dumps/shop.dump" ], 'the extension alone is restored');
like(as_role($sessions, 'late', 'keeper', $status), qr/missing/, 'and says that the tables are missing');
$node->command_ok([ 'pg_restore', @connect, '--exit-on-error', '-L', "$dumps/then", '-d', 'late', "$dumps/shop.dump" ], 'then the shop\'s tables');
foreach my $copy (qw(plain custom parallel late))
{
	is(as_role($sessions, $copy, 'keeper', $status), $all_ok, "$copy: all bindings are whole");
	is(picture($copy), $before, "$copy: the same bindings, functions, rows");
	as_role($sessions, $copy, 'keeper', 'CALL greenery_build()');
	is(as_role($sessions, $copy, 'keeper', 'SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1'), 'published', "$copy: the next build works");
}

# --- the shop's migrations ---

as_role($sessions, 'shop', 'keeper', q{SELECT greenery_grant('analyst', 'analyst')});
as_role($sessions, 'shop', 'app', 'GRANT SELECT ON ALL TABLES IN SCHEMA shop TO analyst');
my $reader = session('shop', 'analyst');
my $rows = 'SELECT count(*) FROM greenery.fact_user_orders';
like(say_to($reader, "PREPARE rows AS $rows; EXECUTE rows; BEGIN; $rows; COMMIT; EXECUTE rows"), qr/^45\n45\n45$/m, 'a reader of live views');
foreach my $migration (
	[ 'ALTER TABLE shop.purchases ALTER COLUMN note TYPE varchar(10)', 'ok', '45' ],
	[ 'ALTER TABLE shop.purchases DROP COLUMN note', 'ok', '45' ],
	[ 'ALTER TABLE shop.purchases ALTER COLUMN cents TYPE numeric', 'drifted', '45' ],
	[ 'ALTER TABLE shop.purchases RENAME COLUMN cents TO pence', 'drifted', 'column "cents" does not exist' ],
	[ 'ALTER TABLE shop.purchases RENAME COLUMN pence TO cents', 'drifted', '45' ],
	[ 'ALTER TABLE shop.purchases RENAME TO old', 'missing', 'relation "shop.purchases" does not exist' ],
	[ 'CREATE TABLE shop.purchases (LIKE shop.old); INSERT INTO shop.purchases SELECT * FROM shop.old WHERE id <= 20; DROP TABLE shop.old', 'drifted', 'permission denied for table purchases' ],
	[ 'GRANT SELECT ON shop.purchases TO analyst, keeper', 'drifted', '18' ],
	[ 'TRUNCATE shop.purchases', 'drifted', '0' ])
{
	my ($ddl, $expected, $shown) = @$migration;

	is(as_role($sessions, 'shop', 'app', "SET lock_timeout = '2s'; $ddl"), '', "not blocked: $ddl");
	is(as_role($sessions, 'shop', 'keeper', q{SELECT status FROM greenery_bindings() WHERE source = 'orders'}), $expected, "$ddl: $expected");
	like(say_to($reader, 'EXECUTE rows'), $shown =~ /^\d/ ? qr/^$shown$/m : qr/ERROR:  $shown/, "$ddl: the reader, with a plan from before");
	like(say_to($reader, $rows), $shown =~ /^\d/ ? qr/^$shown$/m : qr/ERROR:  $shown/, "$ddl: and with a new one");
}
as_role($sessions, 'shop', 'keeper', $binds);
is(as_role($sessions, 'shop', 'keeper', $status), $all_ok, 'bound again: all is well');
# in the middle of the reader's transaction they do wait, as for any reader
say_to($reader, "BEGIN; $rows");
like(failure('shop', 'app', "SET lock_timeout = '200ms'; ALTER TABLE shop.purchases ADD COLUMN x integer"), qr/lock timeout/, 'in its transaction a reader holds the table');
say_to($reader, 'COMMIT');
end_session($reader);

# --- several sessions ---

as_role($sessions, 'shop', 'app', q{INSERT INTO shop.purchases (id, client, placed, cents, state, region)
	SELECT i, 1 + i % 20, timestamp '2021-02-01' + i * interval '5 hours', i * 100, 'paid', 'r' || i % 2 FROM generate_series(1, 50) i});
my $one = session('shop', 'keeper');
my $other = session('shop', 'keeper');
say_to($one, q{BEGIN; SELECT count(*) FROM greenery_bind('users', 'SELECT id AS user_id FROM shop.clients WHERE id < 5')});
send_to($other, q{SELECT count(*) FROM greenery_bind('users', 'SELECT id AS user_id FROM shop.clients WHERE id < 8')});
ok(waits('shop', 'greenery_bind(%id < 8'), 'two bind at once: one waits');
say_to($one, 'COMMIT');
like(answer($other), qr/^8$/m, 'and goes on when the other has ended');
is(as_role($sessions, 'shop', 'keeper', 'SELECT count(*) FROM greenery.stg_users'), '7', 'what the last one said is bound');
is(as_role($sessions, 'shop', 'keeper', $status), $all_ok, 'and the function says so');
# the first may give up the table before it gives up the lock of builds
say_to($one, 'BEGIN; SELECT greenery.keep_builds_out(wait => false, shared => true)');
like(say_to($other, q{SELECT count(*) FROM greenery_bind('users', 'SELECT id AS user_id FROM shop.clients WHERE id < 8')}),
	qr/^8$/m, 'that the other still keeps builds out is no reason to fail');
say_to($one, 'COMMIT');
as_role($sessions, 'shop', 'keeper', $binds);

# a build that is held in its middle by a model that waits for a lock
as_role(
	$sessions, 'shop', 'keeper', q{
	CREATE SCHEMA reports;
	CREATE FUNCTION reports.hold(n bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS
		'BEGIN PERFORM pg_advisory_lock_shared(99), pg_advisory_unlock_shared(99); RETURN n; END';
	CREATE VIEW reports.held AS SELECT 1 AS id, reports.hold(count(*)) AS n FROM greenery.dim_users;
	SELECT greenery_add_model('reports.held', '{id}')});
say_to($one, 'SELECT pg_advisory_lock(99)');
send_to($other, 'CALL greenery_build()');
ok(waits('shop', 'greenery_build'), 'a build is under way');
like(failure('shop', 'keeper', q{SELECT greenery_bind('users', 'SELECT id AS user_id FROM shop.clients')}),
	qr/ERROR:  a build is running/, 'no binding in the middle of a build');
is($sessions->psql('shop', q{DO $$ BEGIN PERFORM greenery_bind('users', NULL); EXCEPTION WHEN object_in_use THEN RETURN; END $$},
		extra_params => [ '-U', 'keeper' ]), 0, 'which is error 55006');
like(failure('shop', 'app', "SET lock_timeout = '200ms'; DROP TABLE shop.purchases"), qr/lock timeout/, 'a bound table is not dropped under a build');
my $dropper = session('shop', 'app');
send_to($dropper, 'DROP TABLE shop.purchases');
ok(waits('shop', 'DROP TABLE'), 'who drops it waits');
say_to($one, 'SELECT pg_advisory_unlock(99)');
unlike(answer($other), qr/ERROR/, 'the build goes on');
unlike(answer($dropper), qr/ERROR/, 'and then the table is dropped');
is( as_role($sessions, 'shop', 'keeper', q{SELECT (SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1), (SELECT count(*) FROM greenery_published.fact_user_orders)}),
	'published|50', 'all of it is published');
end_session($_) foreach ($dropper, $one, $other);
like(failure('shop', 'keeper', 'CALL greenery_build()'), qr/ERROR:  build \d+ failed, nothing was published/, 'the next build fails');
like(as_role($sessions, 'shop', 'keeper', 'SELECT message FROM greenery.builds ORDER BY build_id DESC LIMIT 1'),
	qr/^source "orders" cannot be read as it was bound: shop.purchases does not exist/, 'and says why');
is(as_role($sessions, 'shop', 'keeper', 'SELECT count(*) FROM greenery_published.fact_user_orders'), '50', 'what was published stays');

# --- row-level security ---

as_role(
	$sessions, 'custom', 'app', q{
	GRANT SELECT ON ALL TABLES IN SCHEMA shop TO analyst;
	ALTER TABLE shop.purchases ENABLE ROW LEVEL SECURITY;
	CREATE POLICY region ON shop.purchases USING (region = 'r1' OR current_user = 'app')});
as_role($sessions, 'custom', 'keeper', q{SELECT greenery_grant('analyst', 'analyst')});
my $r1 = $sessions->safe_psql('custom', q{SELECT count(*) FROM shop.purchases WHERE state <> 'cart' AND region = 'r1'});
is(as_role($sessions, 'custom', 'analyst', $rows), $r1, 'a policy holds in live views');
isnt($r1, '45', 'and hides rows');
is(as_role($sessions, 'custom', 'analyst', 'SELECT greenery_repeat_rate() = (SELECT avg((n > 1)::int) FROM (SELECT count(*) AS n FROM shop.purchases WHERE state <> \'cart\' GROUP BY client) s)'),
	't', 'and in the repeat rate');
like(failure('custom', 'keeper', 'CALL greenery_build()'), qr/ERROR:  build \d+ failed/, 'a build that it would thin out fails');
like(as_role($sessions, 'custom', 'keeper', 'SELECT message FROM greenery.builds ORDER BY build_id DESC LIMIT 1'),
	qr/a build cannot read table shop.purchases, which has row-level security/, 'and says so');
is(as_role($sessions, 'custom', 'keeper', 'SELECT count(*) FROM greenery_published.fact_user_orders'), '45', 'what was published stays');

# --- a foreign server ---

chomp(my ($host, $port) = ($node->host, $node->port));
$sessions->safe_psql(
	'parallel', qq{
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'plain');
	CREATE USER MAPPING FOR keeper SERVER far OPTIONS (user 'app', password_required 'false');
	GRANT USAGE ON FOREIGN SERVER far TO keeper});
as_role(
	$sessions, 'parallel', 'keeper', q{
	CREATE SCHEMA far;
	CREATE FOREIGN TABLE far.purchases (id bigint, client bigint, placed timestamp, cents bigint, state text) SERVER far OPTIONS (schema_name 'shop');
	SELECT greenery_bind('orders', 'SELECT p.id AS order_id, p.client AS user_id, p.placed AS created_at, p.cents * 0.01 AS order_total, p.state AS status
		FROM far.purchases p WHERE p.state <> ''cart''', 'Europe/Berlin', '{"status": ["paid", "void"]}')});
as_role($sessions, 'parallel', 'keeper', 'CALL greenery_build()');
is(as_role($sessions, 'parallel', 'keeper', 'SELECT status, (SELECT count(*) FROM greenery_published.fact_user_orders) FROM greenery.builds ORDER BY build_id DESC LIMIT 1'),
	'published|45', 'a foreign table is built');
is(as_role($sessions, 'parallel', 'keeper', q{SELECT status, incremental, reason FROM greenery_bindings() WHERE source = 'orders'}),
	'ok|f|far.purchases is a foreign table', 'and how');
like(as_role($sessions, 'parallel', 'keeper', q{EXPLAIN (VERBOSE) SELECT * FROM greenery.stg_orders WHERE order_id = '7'}), qr/Remote SQL: .*state/, 'its filter goes to the server');
$sessions->safe_psql('parallel', q{ALTER SERVER far OPTIONS (SET port '1')});
like(failure('parallel', 'keeper', 'CALL greenery_build()'), qr/ERROR:  build \d+ failed, nothing was published/, 'its server is down: the build fails');
like( as_role($sessions, 'parallel', 'keeper', q{SELECT message FROM greenery.builds WHERE build_id = (SELECT max(build_id) FROM greenery.builds)
		UNION SELECT message FROM greenery.test_results WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND status = 'broken'}),
	qr/could not connect to server "far"/, 'with the server\'s message');
is(as_role($sessions, 'parallel', 'keeper', 'SELECT count(*) FROM greenery_published.fact_user_orders'), '45', 'what was published stays');
is(as_role($sessions, 'parallel', 'keeper', q{SELECT count(*) > 0 FROM greenery.alerts WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND severity = 'error'}),
	't', 'and an alert is queued');
# of a source that no history records and no present is taken from: it fails, and what hangs on it
as_role(
	$sessions, 'parallel', 'keeper', q{
	CREATE FOREIGN TABLE far.lines (purchase bigint, sku text, n integer) SERVER far OPTIONS (schema_name 'shop');
	SELECT greenery_bind('orders', 'SELECT id AS order_id, client AS user_id, placed AS created_at FROM shop.purchases WHERE state <> ''cart''', 'Europe/Berlin');
	SELECT greenery_bind('order_items', 'SELECT purchase AS order_id, sku AS product_id, n AS quantity FROM far.lines')});
like(failure('parallel', 'keeper', 'CALL greenery_build()'), qr/ERROR:  build \d+ failed, nothing was published/, 'the build fails');
like( as_role($sessions, 'parallel', 'keeper', q{SELECT DISTINCT status || ': ' || message FROM greenery.test_results WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model = 'greenery.stg_order_items' AND status <> 'skipped'}),
	qr/^broken: could not connect to server "far".*/, 'what reads it is broken, with the server\'s message');
is(as_role($sessions, 'parallel', 'keeper', q{SELECT string_agg(model || ' ' || status, ', ' ORDER BY model) FROM greenery.build_models
	WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND model IN ('stg_order_items', 'dim_order_products', 'stg_users')}),
	'dim_order_products skipped, stg_order_items failed, stg_users tested', 'what hangs on it is skipped, and the rest tested');
is(as_role($sessions, 'parallel', 'keeper', 'SELECT count(*) FROM greenery_published.fact_user_orders'), '45', 'what was published stays');

# --- rights ---

# the tables are the application's, and the extension's owner has no rights on them yet
$node->safe_psql('postgres', 'REVOKE app FROM keeper');
open_shop('strange', 'keeper');
as_role($sessions, 'strange', 'app', 'GRANT USAGE ON SCHEMA shop TO keeper');
as_role($sessions, 'strange', 'keeper', 'CREATE EXTENSION greenery');
as_role($sessions, 'strange', 'keeper', q{SELECT count(*) FROM unnest('{users,addresses,products,promos,events}'::text[]) s, greenery_bind(s, NULL)});
my $told = failure('strange', 'keeper', q{SELECT greenery_bind('orders', 'SELECT id AS order_id, client AS user_id FROM shop.purchases');
	SELECT greenery_bind('order_items', 'SELECT purchase AS order_id, sku AS product_id, n AS quantity FROM shop.lines')});
like($told, qr/NOTICE:  builds cannot read shop\.purchases yet/, 'binding says which rights builds lack');
my @needed = $told =~ /Its owner must run: (.*)/g;
is(scalar(@needed), 2, 'for each table');
like(failure('strange', 'keeper', 'CALL greenery_build()'), qr/failed, nothing was published/, 'till then builds fail');
as_role($sessions, 'strange', 'app', join('; ', @needed));
as_role($sessions, 'strange', 'keeper', 'CALL greenery_build()');
is(as_role($sessions, 'strange', 'keeper', 'SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1'), 'published', 'and then they work');
is(failure('strange', 'keeper', q{SELECT greenery_bind('orders', 'SELECT id AS order_id, client AS user_id FROM shop.purchases')}), '', 'and binding is silent');

# a superuser's build does not read what others own
open_shop('risky', $superuser);
$sessions->safe_psql('risky', 'CREATE EXTENSION greenery');
$sessions->safe_psql('risky', $binds);
like(failure('risky', $superuser, 'CALL greenery_build()'), qr/failed, nothing was published/, 'a superuser\'s build over tables of others fails');
like($sessions->safe_psql('risky', 'SELECT message FROM greenery.builds ORDER BY build_id DESC LIMIT 1'),
	qr/belongs to role "app", and builds have the rights of superuser.*SELECT greenery_set_builder\('role'\)/s, 'with a hint');
as_role($sessions, 'risky', 'app', $grants);
$sessions->safe_psql('risky', q{SELECT greenery_set_builder('keeper')});
$sessions->safe_psql('risky', 'CALL greenery_build()');
is($sessions->safe_psql('risky', 'SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1'), 'published', 'which mends it');

$sessions->hang_up;
$node->stop;
done_testing();
