# pg_upgrade keeps a shop as it was: rows, bindings, published marts, answers; and the rights.
# It makes the extension anew as the superuser that runs it, while tables and views keep
# their owner: builds must go on with the rights of that role, and of no superuser.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $old = new_server('old');
my $sessions = Sessions->new($old);

$old->safe_psql('postgres', 'CREATE ROLE shopkeeper LOGIN; CREATE ROLE analyst LOGIN; CREATE DATABASE shop OWNER shopkeeper');
as_role(
	$sessions, 'shop', 'shopkeeper', q{
	CREATE EXTENSION greenery;
	SELECT greenery_load_sample_shop(users => 60, orders_per_user => 3, seed => 7);
	SELECT greenery_grant('analyst', 'analyst');
	CREATE SCHEMA shop;
	GRANT USAGE ON SCHEMA shop TO analyst;
	ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO analyst;
	CREATE TABLE shop.purchases AS
	SELECT o.*, o.created_at AT TIME ZONE 'Europe/Berlin' AS placed_at FROM greenery.orders o;
	ALTER TABLE shop.purchases DROP COLUMN created_at;
	SELECT greenery_bind('orders', $$
		SELECT order_id, user_id, promo_id, address_id, placed_at AS created_at, order_cost, shipping_cost, order_total,
			   tracking_id, shipping_service, estimated_delivery_at, delivered_at, status, discount, tax, refunded, is_cancelled
		  FROM shop.purchases WHERE order_id <> '' $$, time_zone => 'Europe/Berlin');
});
as_role(
	$sessions, 'shop', 'shopkeeper', q{
	CALL greenery_build();
	UPDATE shop.purchases SET shipping_cost = shipping_cost + 1, order_total = order_total + 1 WHERE order_id = (SELECT min(order_id) FROM shop.purchases);
	CALL greenery_build()});

my $before = contents($sessions, 'shop', 'shopkeeper');
like($before, qr/^greenery_published\.fact_user_orders\|[1-9]/m, 'something is published');
my $bindings = as_role($sessions, 'shop', 'shopkeeper', 'SELECT * FROM greenery_bindings()');
my $superuser = $old->safe_psql('postgres', 'SELECT current_user');
$sessions->hang_up;
$old->stop;

my $new = new_server('new');
$new->stop;
my $bindir = $old->config_data('--bindir');
my $dir = PostgreSQL::Test::Utils::tempdir();
chdir($dir) or die "$dir: $!";
$old->command_ok(
	[ 'pg_upgrade', '--no-sync', '-U', $superuser, '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir,
		'-B', $bindir, '-s', $new->host, '-p', $old->port, '-P', $new->port ],
	'pg_upgrade');
$new->start;
$sessions = Sessions->new($new);

is($new->safe_psql('shop', q{SELECT extowner::regrole FROM pg_extension WHERE extname = 'greenery'}), $superuser,
	'the extension is the superuser\'s now');
is(contents($sessions, 'shop', 'shopkeeper'), $before, 'same rows and answers');
is(as_role($sessions, 'shop', 'shopkeeper', 'SELECT * FROM greenery_bindings()'), $bindings, 'same bindings');
is( as_role($sessions, 'shop', 'analyst', 'SELECT round(greenery_repeat_rate()::numeric, 6) = round(value::numeric, 6) FROM greenery.metrics WHERE name = \'repeat_rate\''),
	't', 'an analyst still reads');

# what its owner attaches to a table never runs as the superuser
as_role(
	$sessions, 'shop', 'shopkeeper', q{
	CREATE TABLE public.ran (as_role text);
	GRANT INSERT ON public.ran TO PUBLIC;
	CREATE FUNCTION public.spy() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.ran VALUES (current_user);
		RETURN NEW;
	END $$;
	CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON greenery.builds FOR EACH ROW EXECUTE FUNCTION public.spy();
	CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON greenery.settings FOR EACH ROW EXECUTE FUNCTION public.spy();
	UPDATE shop.purchases SET shipping_cost = shipping_cost + 1, order_total = order_total + 1 WHERE order_id = (SELECT min(order_id) FROM shop.purchases);
});
as_role($sessions, 'shop', 'shopkeeper', 'CALL greenery_build()');
$new->safe_psql('shop', q{SELECT greenery_set('max_shrink', '50%')});
is(as_role($sessions, 'shop', 'shopkeeper', 'SELECT DISTINCT as_role FROM public.ran'), 'shopkeeper', 'triggers run as their tables\' owner');
is( as_role($sessions, 'shop', 'shopkeeper', q{
		SELECT b.status, m.updated FROM greenery.builds b JOIN greenery.build_models m USING (build_id)
		 WHERE m.model = 'fact_user_orders' ORDER BY build_id DESC LIMIT 1}),
	'published|1', 'a build publishes what has changed');
is(as_role($sessions, 'shop', 'shopkeeper', 'SELECT greenery.owner(), greenery.builder()'), 'shopkeeper|shopkeeper', 'owner and builder are who they were');

# PostgreSQL lets only that superuser update or drop the extension
my ($ret, $out, $err) = $sessions->psql('shop', 'DROP EXTENSION greenery CASCADE', extra_params => [ '-U', 'shopkeeper' ]);
like($err, qr/must be owner of extension greenery/, 'its owner cannot drop it');

$sessions->hang_up;
$new->stop;
done_testing();
