# scripts/demo --shop over the database of a real shop: what it says, and that it changes
# nothing of the shop's.  The rows are not ours to ship: GREENERY_SHOPS, or ../shared/shops
# beside the checkout, is where they lie.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $dump = ($ENV{GREENERY_SHOPS} // "$root/../shared/shops") . '/vendure.sql.xz';

plan skip_all => 'no database of a real shop here (GREENERY_SHOPS names the folder)' unless -f $dump;

plan skip_all => 'no xz here' if system('xz --version >/dev/null 2>&1') != 0;

my $node = new_server('shops_demo');
my $sessions = Sessions->new($node);

sub demo
{
	my ($db, $role, @options) = @_;
	my $connection = $node->connstr($db) . " user=$role";

	# the server's own psql
	return run_command([ "$root/scripts/demo", '--shop', 'vendure', $connection, @options ]);
}

# All rows and columns of the shop's tables
sub shop
{
	my ($db) = @_;
	my $queries = $sessions->safe_psql($db, q{
		SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM %s t;', c.oid::regclass, c.oid::regclass)
		  FROM pg_class c
		 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
		 ORDER BY c.relname COLLATE "C"});

	return $sessions->safe_psql($db, $queries) . $sessions->safe_psql($db, q{
		SELECT attrelid::regclass, attname, atttypid::regtype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, a.attnum});
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
$node->safe_psql('postgres', 'CREATE DATABASE shop');
my ($out, $err) = demo('shop', $superuser);
like($err, qr/no schema has the tables of vendure/, 'a database without a shop: said so');

system_or_bail("xz -dc '$dump' | psql -X -q -o /dev/null -d '" . $node->connstr('shop') . "'");
my $before = shop('shop');

($out, $err) = demo('shop', $superuser, '--options', '{"curency": "USD"}');
like($err, qr/preset "vendure" has no option "curency"/, 'an unknown option: said so');
$sessions->safe_psql('shop', 'DROP EXTENSION greenery');

($out, $err) = demo('shop', $superuser, '--schema', 'tools');
is($err, '', 'no error');
like($out, qr/^ repeat_rate +\| +0\.7183 \| +51 \| +71$/m, 'repeat rate, without cancelled orders');
like($out, qr/^ +214 \| +22 \| +0 \| +80 \|/m, 'orders, cancelled, of guests, with a promo');
like($out, qr/^ USD +\| +176 \| 225771\.04 \|/m, 'revenue in USD');
like($out, qr/^ GBP +\| +16 \| +10437\.81 \|/m, 'revenue in GBP');
like($out, qr/^ +1 \| published \|/m, 'the build is published');
like($out, qr/currencies are not added/, 'said that currencies are not added');
is($sessions->safe_psql('shop', q{SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'greenery'}),
	'tools', 'functions are in the schema that was named');
is(shop('shop'), $before, "the shop's tables are what they were");

($out, $err) = demo('shop', $superuser);
like($out, qr/bound already, and stay as they are.*^ +2 \| published \|/ms, 'again: bindings stay');

# the tables of an application's role, and a superuser's extension
$sessions->safe_psql('shop', q{
	DROP EXTENSION greenery;
	CREATE ROLE application;
	GRANT ALL ON SCHEMA public TO application;
	SELECT format('ALTER TABLE %s OWNER TO application', c.oid::regclass)
	  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \gexec
});
($out, $err) = demo('shop', $superuser);
like($out, qr/rights of the tables' owner, application.*^ +1 \| published \|/ms, 'tables of another role: its rights are used');

# and an owner of the extension who is no superuser
$sessions->safe_psql('shop', q{
	DROP EXTENSION greenery;
	CREATE ROLE analyst LOGIN IN ROLE pg_read_all_data;
	GRANT CREATE ON DATABASE shop TO analyst;
	GRANT CREATE ON SCHEMA public TO analyst});
($out, $err) = demo('shop', 'analyst', '--tables', 'public');
like($out, qr/^ +1 \| published \|/m, 'no superuser, with SELECT on the tables');
is(shop('shop'), $before, "the shop's tables are what they were still");

$sessions->hang_up;
$node->stop;
done_testing();
