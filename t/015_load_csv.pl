# scripts/load_csv: dates that can be read in two ways, files in UTF-16.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Encode;
use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $node = new_server('load_csv');
my $sessions = Sessions->new($node);
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', 'CREATE EXTENSION greenery');

sub answer
{
	my ($question, $expected, $name) = @_;

	is($sessions->safe_psql('postgres', $question), $expected, $name);
}

# Write the seven files, with these orders
sub files
{
	my ($orders) = @_;
	my %rows = (
		users => "user_id,email,created_at\nu1,ann\@example.com,2021-01-02\n",
		addresses => "address_id,zipcode\na1,02139\n",
		products => "product_id,name,price,inventory\np1,\"Fern, small\",10.5,3\n",
		promos => "promo_id,discount,status\nspring,3,active\n",
		orders => $orders,
		order_items => "order_id,product_id,quantity\no1,p1,1\n",
		events => "event_id,created_at,\"event_type\"\ne1,2021-02-11 10:30:15.25+01:00,page_view\n");

	foreach my $file (keys %rows)
	{
		unlink "$dir/$file.csv";
		append_to_file("$dir/$file.csv", $rows{$file});
	}
	return;
}

sub load
{
	my (@options) = @_;

	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	$sessions->safe_psql('postgres',
		'TRUNCATE greenery.users, greenery.addresses, greenery.products, greenery.promos, greenery.orders, greenery.order_items, greenery.events'
	);
	my ($out, $err) = run_command([ "$root/scripts/load_csv", @options ]);
	is($out, '', 'nothing is printed');
	return $err;
}

my $times = q{SELECT string_agg(coalesce(to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '-'), ',' ORDER BY order_id) FROM greenery.orders};

# ISO 8601, in the forms that there are; a time without a zone is UTC, whatever the server's
# DateStyle and TimeZone are
$node->safe_psql('postgres', q{ALTER DATABASE postgres SET DateStyle = 'SQL, DMY'});
$node->safe_psql('postgres', q{ALTER DATABASE postgres SET TimeZone = 'Asia/Tokyo'});
files("created_at,order_id,status\r\n2021-02-11,o1,preparing\r\n2021-02-11T10:30Z,o2,\r\n2021-02-11 10:30:15+0100,o3,\r\n,o4,\r\n2021-02-11 10:30:15,o5,\r\n");
is(load($dir), '', 'times in ISO 8601 load');
answer($times,
	'2021-02-11 00:00:00,2021-02-11 10:30:00,2021-02-11 09:30:15,-,2021-02-11 10:30:15',
	'times in ISO 8601');
answer('SELECT name, price FROM greenery.products', 'Fern, small|10.5', 'a column without times');
answer(q{SELECT created_at = '2021-02-11 09:30:15.25Z' FROM greenery.events}, 't', 'an event');

# Otherwise: not silently, whatever could be made of it
foreach my $time ('11.02.2021', '11/02/2021 10:30', '11.02.21', '02/11/21', '11-02-21', '20210211', '1613000000', 'yesterday', 'Feb 11 2021')
{
	files("order_id,created_at\no1,2021-02-11\no2,$time\n");
	my $err = load($dir);
	like($err,
		qr/ERROR:  orders.csv, row 2: created_at is not a date or time in ISO 8601: "\Q$time\E"\n.*HINT:.* --datestyle DMY/s,
		"$time is refused");
	like($err, qr/nothing was loaded/, "$time: nothing is loaded");
	answer('SELECT count(*) FROM greenery.users', '0', "$time: no other table either");
}

# unless the caller says how it is written
my $ambiguous = "order_id,created_at\no1,11.02.2021\no2,03/02/2021 10:30\no3,2021-02-11\n";
files($ambiguous);
is(load('--datestyle', 'DMY', $dir), '', 'day first');
answer($times, '2021-02-11 00:00:00,2021-02-03 10:30:00,2021-02-11 00:00:00', 'day first');
is(load($dir, '--datestyle=mdy'), '', 'month first');
answer($times, '2021-11-02 00:00:00,2021-03-02 10:30:00,2021-02-11 00:00:00', 'month first');
like(load('--datestyle', 'ISO', $dir), qr/--datestyle is DMY, MDY or YMD, not "ISO"/, 'another style');

# UTF-16, with and without its mark
foreach my $encoding ('UTF-16', 'UTF-16LE', 'UTF-16BE')
{
	files(encode($encoding, "order_id,created_at\no1,2021-02-11\n"));
	like(load($dir), qr/orders.csv is UTF-16: save it as UTF-8/, "$encoding is refused");
	answer('SELECT count(*) FROM greenery.users', '0', "$encoding: nothing is loaded");
}
files("\xef\xbb\xbforder_id,created_at\no1,2021-02-11\n");
is(load($dir), '', 'UTF-8 with a mark loads');

# a column that is none
files("order_id,created\no1,2021-02-11\n");
like(load($dir), qr/column "created" of relation "orders" does not exist/, 'an unknown column is named');

done_testing();
