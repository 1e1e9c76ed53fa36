# The rows of a real shop, loaded as users load theirs, against the answers that
# are known for them.  The rows are not ours to ship: GREENERY_DATA, or
# ../shared/greenery-data beside the checkout, is where they lie.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $data = $ENV{GREENERY_DATA} // "$root/../shared/greenery-data";

plan skip_all => 'no rows of the real shop here (GREENERY_DATA names their folder)'
  unless -f "$data/orders.csv";

my $node = new_server('real_shop');

sub answer
{
	my ($question, $expected, $name) = @_;

	is($node->safe_psql('postgres', $question), $expected, $name);
}

sub load
{
	my ($dir) = @_;

	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	return run_command([ "$root/scripts/load_csv", $dir ]);
}

$node->safe_psql('postgres', 'CREATE EXTENSION greenery');

# A malformed file first: COPY's own error, and nothing loaded
my @files = qw(users addresses products promos orders order_items events);
my $broken = PostgreSQL::Test::Utils::tempdir();
foreach my $file (@files)
{
	my $rows = slurp_file("$data/$file.csv");
	$rows .= "too,few\n" if $file eq 'events';
	append_to_file("$broken/$file.csv", $rows);
}
my ($out, $err) = load($broken);
like($err, qr/ERROR:  missing data for column/, "a malformed file: COPY's own error");
like($err, qr/nothing was loaded/, 'a malformed file: said that nothing was loaded');
answer('SELECT count(*) FROM greenery.users', '0', 'a malformed file: nothing loaded');

unlink "$broken/orders.csv", "$broken/events.csv";
($out, $err) = load($broken);
like($err, qr/missing in .*: orders.csv events.csv$/, 'missing files are named');

($out, $err) = load($data);
is($err, '', 'the shop loads');

my %rows = (
	users => 130,
	addresses => 150,
	products => 30,
	promos => 6,
	orders => 361,
	order_items => 862,
	events => 3553);
foreach my $file (@files)
{
	answer("SELECT count(*) FROM greenery.$file", $rows{$file}, "rows of $file");
	answer("SELECT count(*) FROM greenery.stg_$file", $rows{$file}, "rows of stg_$file");
}
answer(q{SELECT count(*) FROM greenery.stg_addresses WHERE zipcode LIKE '0%'},
	'6', 'zip codes keep their zeros');

# Repeat rate
answer('SELECT greenery_repeat_rate()', '0.7983870967741935', 'repeat rate');
answer('SELECT value FROM greenery.metrics WHERE name = $$repeat_rate$$',
	'0.7983870967741935', 'repeat rate in metrics');
answer(
	q{SELECT count(*) FILTER (WHERE orders = 0), count(*) FILTER (WHERE orders = 1),
			 count(*) FILTER (WHERE orders = 2), count(*) FILTER (WHERE orders >= 3),
			 count(*) FILTER (WHERE is_repeat_purchaser)
		FROM greenery.dim_users},
	'6|25|28|71|99', 'users by number of orders');

# Sessions
answer(q{SELECT numerator, denominator FROM greenery.metrics WHERE name = 'conversion_rate'},
	'361|578', 'conversion');
answer(
	q{SELECT sessions, sessions_viewed, sessions_added, sessions_bought
		FROM greenery.session_funnel},
	'578|578|467|361', 'session funnel');
answer(
	q{SELECT count(*), sum(page_views), sum(add_to_carts), sum(checkouts), sum(shipments),
			 sum(events)
		FROM greenery.fact_user_sessions},
	'578|1871|986|361|335|3218', 'events of the sessions');
answer(
	q{SELECT count(*) FROM greenery.fact_user_sessions
	   WHERE duration > interval '12 hours' OR shipped_at < session_end},
	'0', 'shipping does not stretch a session');
answer(
	q{SELECT count(DISTINCT user_id), count(*), count(*) FILTER (WHERE has_purchase)
		FROM greenery.fact_user_sessions
	   WHERE user_id = (SELECT user_id FROM greenery.fact_user_sessions
						 GROUP BY user_id ORDER BY count(*) DESC LIMIT 1)},
	'1|219|2', 'the user with 219 sessions bought in 2 of them');

# Orders: money adds up and is never multiplied by the items
answer(
	q{SELECT count(*), count(DISTINCT order_id), sum(order_total) = (SELECT sum(order_total) FROM greenery.orders)
		FROM greenery.fact_user_orders},
	'361|361|t', 'order totals do not fan out');
answer(
	q{SELECT count(*), sum(units) = (SELECT sum(quantity) FROM greenery.order_items)
		FROM greenery.dim_order_products},
	'361|t', 'units of the orders');
answer(
	q{SELECT count(*) FROM greenery.fact_user_orders f JOIN greenery.orders o USING (order_id)
	   WHERE o.delivered_at IS NOT NULL AND o.estimated_delivery_at IS NULL
		 AND f.timeliness = 'unknown'},
	'19', 'no estimate is unknown, not late');

answer(
	q{SELECT m.numerator = (SELECT sum(order_total) FROM greenery.orders), r.revenue = m.numerator, r.orders
		FROM greenery.metrics m, (SELECT sum(revenue) AS revenue, sum(orders) AS orders FROM greenery.revenue_by_month) r
	   WHERE m.name = 'revenue'},
	't|t|361', 'revenue, all in all and by month');

# The same figures once more in plain SQL over the raw rows
answer(
	q{SELECT count(*) FROM (
		(SELECT order_id, timeliness FROM greenery.fact_user_orders
		 EXCEPT
		 SELECT order_id,
				CASE WHEN delivered_at < estimated_delivery_at THEN 'early'
					 WHEN delivered_at = estimated_delivery_at THEN 'on_time'
					 WHEN delivered_at > estimated_delivery_at THEN 'late'
					 ELSE 'unknown' END
		   FROM greenery.orders)) x},
	'0', 'timeliness against plain SQL');
answer(
	q{SELECT count(*) FROM (
		SELECT product_id, sessions_bought FROM greenery.product_funnel WHERE sessions_bought > 0
		EXCEPT
		SELECT i.product_id, count(DISTINCT e.session_id)
		  FROM greenery.events e JOIN greenery.order_items i USING (order_id)
		 WHERE e.event_type = 'checkout'
		 GROUP BY i.product_id) x},
	'0', 'product conversion counts the products in the order');
answer('SELECT count(*) FROM greenery.product_funnel WHERE conversion_rate > 1',
	'0', 'no product converts above 1');

# One user has 219 of 578 sessions and two purchases: the only warning
answer(
	q{SELECT string_agg(t.test_id || ' ' || t.status, ', '), max(f.busiest_user_sessions || ' of ' || f.sessions)
		FROM greenery_test() t, greenery.session_funnel f WHERE t.status NOT IN ('pass', 'skipped')},
	'343 warn|219 of 578', 'the only warning');
answer(
	q{WITH busiest AS MATERIALIZED (SELECT greenery_exclude_user(busiest_user_id, 'looks, and does not buy') FROM greenery.session_funnel)
		SELECT count(*) FROM busiest},
	'1', 'the user is left out');
answer(
	q{SELECT m.numerator, m.denominator, f.sessions, (SELECT sum(sessions) FROM greenery.sessions_by_day)
		FROM greenery.metrics m, greenery.session_funnel f WHERE m.name = 'conversion_rate'},
	'359|359|359|359', 'all others buy');
answer(q{SELECT count(greenery_include_user(user_id)::text) FROM greenery.excluded_users}, '1', 'and is back');

# Who will buy again: two days of orders tell nothing, and that is what is said
answer(
	q{SELECT count(*) FROM greenery.repeat_indicators
	   WHERE verdict NOT IN ('no signal', 'too few', 'known too late', 'no data')},
	'0', 'no indicator is found in rows that have none');
answer(
	q{SELECT greenery_repeat_horizon(), count(*), count(*) FILTER (WHERE is_mature),
			 count(*) FILTER (WHERE purchased_again_within) FROM greenery.user_repeat_labels},
	'24:00:00|124|97|70', 'purchasers, those who can be followed, those who came back');
answer(
	q{SELECT (SELECT count(*) FROM greenery.user_repeat_features WHERE sessions_without_purchase > 0), users_with, verdict
		FROM greenery.repeat_indicators WHERE indicator = 'sessions_without_purchase'},
	'1|0|too few', 'one purchaser had sessions without purchase, and cannot be followed yet');
# Nothing from the future: all that came after each first order is deleted
my $features = q{SELECT to_jsonb(f) - 'purchased_again' FROM greenery.user_repeat_features f ORDER BY user_id};
my $before = $node->safe_psql('postgres', $features);
$node->safe_psql(
	'postgres', q{
	CREATE TEMP TABLE first_order AS
		SELECT DISTINCT ON (user_id) user_id, order_id, created_at FROM greenery.orders
		 ORDER BY user_id, created_at, order_id COLLATE "C";
	DELETE FROM greenery.orders o USING first_order f
	 WHERE f.user_id = o.user_id AND f.order_id <> o.order_id;
	DELETE FROM greenery.events e USING first_order f
	 WHERE f.user_id = e.user_id AND e.created_at > f.created_at
	   AND NOT (e.event_type = 'checkout' AND e.order_id = f.order_id)});
answer('SELECT count(*) FROM greenery.orders', '124', 'the first orders are left');
is($node->safe_psql('postgres', $features), $before, 'the features are what they were');

$node->stop;
done_testing();
