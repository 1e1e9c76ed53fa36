# scripts/report: the page of shops of all kinds, in a browser.  Its numbers are those of the marts,
# it asks for nothing from outside, and nothing on it is one person's own.
#
# REPORT_MODULES is a folder with the packages of report/package-lock.json, those of the tests too;
# scripts/check puts them there.  REPORT_SHOTS is a folder for pictures of the pages.

use strict;
use warnings;

use Digest::SHA;
use FindBin;
use IPC::Run ();
use JSON::PP;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $modules = $ENV{REPORT_MODULES} // '';

sub from_lib
{
	my ($command) = @_;
	my ($out) = run_command([ 'bash', '-c', ". '$root/scripts/lib.sh' && $command" ]);
	return $out;
}

my $chromium = from_lib('find_chromium');
my $missing =
	!-d "$modules/node_modules/playwright-core" ? $ENV{REPORT_MISSING} // 'no packages from npm here (REPORT_MODULES names their folder)'
  : from_lib('has_node && echo yes') ne 'yes' ? 'no Node.js 18 here'
  : $chromium eq '' ? 'no Chromium here'
  : undef;

# where all of it can be had, nothing is skipped
die $missing if $missing && $ENV{CI};
plan skip_all => $missing if $missing;

unlike(slurp_file("$root/report/package-lock.json"), qr/"resolved"/, 'packages are named without the address of a registry');

my $node = new_server('report');
my $dir = PostgreSQL::Test::Utils::tempdir();
my @pages;

sub sql
{
	my ($db, $query) = @_;
	return $node->safe_psql($db, $query);
}

# Whether a build is published; it ends in an error when it fails
sub build
{
	my ($db, @options) = @_;
	my $status = $node->psql($db, 'CALL greenery_build()', extra_params => [ '-q', @options ], stderr => \my $stderr);
	return $status == 0 ? 'published' : 'failed';
}

# The page of a database as it is now
sub make_page
{
	my ($name, $db, @options) = @_;
	my $file = "$dir/$name.html";

	local $ENV{REPORT_MODULES} = $modules;
	my ($out, $err) = run_command([ 'node', "$root/report/make.mjs", $node->connstr($db) . ' user=page', '-o', $file, @options ]);
	BAIL_OUT("no page of $name: $err") unless -s $file;
	push @pages, $file;
	return slurp_file($file);
}

#
# The shops
#

sql('postgres', $_) foreach 'CREATE ROLE page LOGIN', 'CREATE ROLE stranger LOGIN', 'CREATE DATABASE base';
sql('base', q{CREATE EXTENSION greenery; SELECT greenery_grant('page', 'reader')});

sub new_shop
{
	my ($db) = @_;
	sql('postgres', "CREATE DATABASE $db TEMPLATE base");
}

# Nothing published yet; a text of one's own
append_to_file("$dir/texts.json", '{"hours.title": "Wann kommen sie?"}');
make_page('nothing', 'base', '--text', "$dir/texts.json", '--title', 'A & <b>');

# A shop like any, with names that look like HTML, a model of its own, a request
new_shop('sample');
sql('sample', q{
	SELECT greenery_load_sample_shop();
	SELECT greenery_set('timezone', 'America/New_York');
	UPDATE greenery.products SET name = '<img src=x onerror="window.hacked = 1">'
	 WHERE product_id = (SELECT product_id FROM greenery.events WHERE event_type = 'page_view' AND product_id IS NOT NULL
						  GROUP BY product_id ORDER BY count(*) DESC LIMIT 1);
	UPDATE greenery.products SET name = '</script><script>window.hacked = 2</script><!--', inventory = 0
	 WHERE product_id = (SELECT max(product_id) FROM greenery.products);
	-- the newest order is someone's second, on a day that is not over yet for them
	WITH once AS (
		SELECT o.* FROM greenery.orders o JOIN (SELECT user_id FROM greenery.orders GROUP BY user_id HAVING count(*) = 1) u USING (user_id)
		 WHERE o.status = 'delivered' AND o.promo_id IS NULL AND o.created_at < '2021-12-25' ORDER BY o.created_at DESC, o.order_id LIMIT 1
	), again AS (
		INSERT INTO greenery.orders (order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, shipping_service, status)
		SELECT 'again', user_id, address_id, (SELECT max(created_at) + interval '3 hours' FROM greenery.orders), order_cost, shipping_cost, order_total, shipping_service, 'preparing' FROM once)
	INSERT INTO greenery.order_items (order_id, product_id, quantity, unit_price)
	SELECT 'again', i.product_id, i.quantity, i.unit_price FROM greenery.order_items i JOIN once USING (order_id);
	INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id)
	SELECT 'again', 'again', user_id, 'https://greenery.example/checkout/again', created_at, 'checkout', order_id FROM greenery.orders WHERE order_id = 'again';
	ANALYZE;
	CREATE SCHEMA reports;
	CREATE VIEW reports.big_orders AS SELECT order_id, order_total FROM greenery.fact_user_orders WHERE order_total > 500;
	SELECT greenery_add_model('reports.big_orders', key => '{order_id}');
	SELECT greenery_add_test('greenery.stg_orders', 'range', 'order_total', '{"max": 100}', severity => 'warn',
							 description => '<b>No</b> order is above 100.' || chr(8232) || '<script>window.hacked = 3</script>');
	SELECT greenery_request_change('words of a request')});
is(build('sample'), 'published', 'the sample shop is published');
sql('sample', q{UPDATE greenery.orders SET status = 'cancelled' WHERE order_id = (SELECT order_id FROM greenery.orders WHERE status = 'delivered' ORDER BY created_at, order_id LIMIT 1)});
is(build('sample'), 'published', 'and once more, with an order cancelled');

# by the script itself
my $cache = "$dir/cache";
my $digest = substr(Digest::SHA->new(256)->addfile("$root/report/package-lock.json")->hexdigest, 0, 12);
mkdir $cache;
symlink $modules, "$cache/$digest";
{
	local $ENV{CACHE} = $cache;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGUSER} = 'page';
	my ($out, $err) = run_command([ "$root/scripts/report", 'sample', '-o', "$dir/sample.html" ]);
	like($err, qr/sample\.html: \d+ kB, made in/, 'scripts/report says what it made');
	($out, $err) = run_command([ "$root/scripts/report", 'postgres', '-o', "$dir/none.html" ]);
	like($err, qr/database "postgres" has no extension greenery/, 'no greenery: said so');
	local $ENV{PGUSER} = 'stranger';
	($out, $err) = run_command([ "$root/scripts/report", 'sample', '-o', "$dir/none.html" ]);
	like($err, qr/role "stranger" may not read greenery_published.*greenery_grant/, 'no reader: said so, with what helps');
	ok(!-e "$dir/none.html", 'and no page is made');
}
my $sample = slurp_file("$dir/sample.html");
unshift @pages, "$dir/sample.html";
cmp_ok(length $sample, '<', 1_500_000, 'the page is under 1.5 MB');

# What the marts say, to be compared
my %expected = map { split /\|/ } split /\n/, sql('sample', q{
	SELECT name, value FROM greenery_published.metrics
	 WHERE name IN ('repeat_rate', 'conversion_rate', 'orders', 'purchasers', 'revenue', 'average_order_value')
	UNION ALL SELECT 'at_risk', count(*) FILTER (WHERE is_at_risk_of_stockout) FROM greenery_published.dim_product_stock
	UNION ALL SELECT 'out_of_stock', count(*) FILTER (WHERE inventory <= 0) FROM greenery_published.dim_product_stock
	UNION ALL SELECT 'sessions', sessions FROM greenery_published.session_funnel
	UNION ALL SELECT 'sessions_bought', sessions_bought FROM greenery_published.session_funnel
	UNION ALL SELECT 'largest_drop', greatest(count(*) FILTER (WHERE page_views > 0 AND add_to_carts = 0),
											  count(*) FILTER (WHERE add_to_carts > 0 AND checkouts = 0))
				FROM greenery_published.fact_user_sessions WHERE events > 0
	UNION ALL SELECT 'warned', warned FROM greenery_published.published_build
	UNION ALL SELECT 'passed', passed FROM greenery_published.build_status WHERE build_id = 2
	UNION ALL SELECT x.name, x.value FROM greenery_repeat_rate_summary() s
			   CROSS JOIN LATERAL (VALUES ('repeat_rate_low', s.low), ('repeat_rate_high', s.high)) x (name, value)});
my %rows = map {
	my ($name, $query) = @$_;
	$name => [ map { [ split /\|/, $_, -1 ] } split /\n/, sql('sample', $query) ]
} (
	[ cohorts => q{SELECT to_char(cohort, 'YYYY-MM-DD'), users, period, active_users, retention FROM greenery_published.cohort_retention
					WHERE users >= 5 ORDER BY cohort, period} ],
	[ indicators => q{SELECT indicator, users_with, users_without, repeat_rate_with, repeat_rate_without, rate_difference, diff_low, diff_high
						FROM greenery_published.repeat_indicators WHERE users_with >= 5 AND users_without >= 5 ORDER BY landmark, rate_difference DESC, indicator} ],
	[ 'product-funnel' => q{SELECT name, sessions_viewed, sessions_viewed_and_added, sessions_viewed_and_bought, conversion_rate
							  FROM greenery_published.product_funnel ORDER BY sessions_dropped DESC, name COLLATE "C" LIMIT 12} ],
	[ revenue => q{SELECT to_char(month, 'YYYY-MM-DD'), orders, revenue
					 FROM (SELECT month, sum(orders) AS orders, sum(revenue) AS revenue FROM greenery_published.revenue_by_month GROUP BY month) r ORDER BY month} ],
	# promos and states with five users or more; all others are one line
	# weekday, hour and number of sessions of five shoppers or more
	[ hours => q{SELECT extract(isodow FROM t), extract(hour FROM t)::integer / 3 AS h, count(*)
				   FROM greenery_published.fact_user_sessions, LATERAL (SELECT session_start AT TIME ZONE 'America/New_York' AS t) x
				  WHERE events > 0 GROUP BY 1, 2 HAVING count(DISTINCT user_id) + count(DISTINCT session_id) FILTER (WHERE user_id IS NULL) >= 5 ORDER BY 1, 2} ],
	[ 'again-promo' => q{SELECT users, repeaters FROM greenery_published.repeat_by_promo WHERE users >= 5
						  UNION ALL SELECT sum(users), sum(repeaters) FROM greenery_published.repeat_by_promo WHERE users < 5} ],
	[ 'again-state' => q{SELECT users, repeaters FROM (SELECT users, repeaters, state FROM greenery_published.repeat_by_state WHERE users >= 5 ORDER BY users DESC, state) s
						  UNION ALL SELECT sum(users), sum(repeaters) FROM greenery_published.repeat_by_state WHERE users < 5} ],
	# by the definition, and not by the mart
	[ stock => q{SELECT p.name, p.inventory, coalesce(u.units, 0), CASE WHEN p.inventory <= 0 OR p.inventory < coalesce(u.units, 0) THEN 'yes' ELSE 'no' END
				   FROM greenery.products p
				   LEFT JOIN (SELECT i.product_id, sum(i.quantity) AS units FROM greenery.order_items i JOIN greenery.orders o USING (order_id)
							   WHERE o.created_at > (SELECT max(created_at) FROM greenery.orders WHERE status <> 'cancelled') - interval '7 days' AND o.status <> 'cancelled'
							   GROUP BY i.product_id) u USING (product_id)
				  ORDER BY 4 DESC, p.inventory - coalesce(u.units, 0), p.inventory, p.name COLLATE "C" LIMIT 15} ],
	# Kaplan and Meier once more: for each day who is still followed and has not ordered again, by counting
	[ 'second-order' => q{
		WITH purchaser AS (
			SELECT CASE WHEN g.whole THEN NULL ELSE date_trunc('quarter', x.first_at AT TIME ZONE 'America/New_York')::date END AS cohort,
				   floor(extract(epoch FROM n.now - x.first_at) / 86400) AS followed,
				   CASE WHEN x.second_at IS NOT NULL THEN greatest(ceil(extract(epoch FROM x.second_at - x.first_at) / 86400), 1) END AS waited
			  FROM (SELECT user_id, min(created_at) AS first_at, (array_agg(created_at ORDER BY created_at))[2] AS second_at
					  FROM greenery.orders WHERE status <> 'cancelled' GROUP BY user_id) x
			 CROSS JOIN (SELECT max(created_at) AS now FROM greenery.orders WHERE status <> 'cancelled') n
			 CROSS JOIN (VALUES (true), (false)) g (whole)
		), day AS (
			SELECT c.cohort, d.day, count(*) AS at_risk, count(*) FILTER (WHERE p.waited = d.day) AS events
			  FROM (SELECT DISTINCT cohort FROM purchaser) c
			 CROSS JOIN generate_series(1, 400) d (day)
			  JOIN purchaser p ON p.cohort IS NOT DISTINCT FROM c.cohort AND p.followed >= d.day AND (p.waited IS NULL OR p.waited >= d.day)
			 GROUP BY c.cohort, d.day)
		SELECT coalesce(cohort::text, ''), day, at_risk, events FROM day ORDER BY cohort NULLS FIRST, day} ]);

# What changed, and whether by more than chance: by the server's functions
sub verdicts
{
	my ($db, $days) = @_;

	return [ split /\n/, sql($db, qq{
		WITH recent AS (
			SELECT o.net_total, o.created_at > n.as_of - interval '$days days' AS is_last
			  FROM greenery_published.fact_user_orders o, greenery_published.published_build n
			 WHERE NOT o.is_cancelled AND o.created_at > n.as_of - interval '$days days' * 2
		), orders AS (
			SELECT is_last, count(*)::numeric AS n, sum(net_total) AS sum, sum(net_total ^ 2) AS squares, avg(net_total) AS mean, var_samp(net_total) / count(*) AS error
			  FROM recent GROUP BY is_last
		), sessions AS (
			SELECT f.session_start > n.as_of - interval '$days days' AS is_last, count(*) AS n, count(*) FILTER (WHERE f.checkouts > 0) AS sold
			  FROM greenery_published.fact_user_sessions f, greenery_published.published_build n
			 WHERE f.events > 0 AND f.session_start > n.as_of - interval '$days days' * 2 AND f.session_start <= n.as_of GROUP BY 1
		), change (name, low, high) AS (
			SELECT 'orders', a.n - b.n - 1.96 * sqrt(a.n + b.n), a.n - b.n + 1.96 * sqrt(a.n + b.n) FROM orders a, orders b WHERE a.is_last AND NOT b.is_last
			UNION ALL
			SELECT 'revenue', a.sum - b.sum - 1.96 * sqrt(a.squares + b.squares), a.sum - b.sum + 1.96 * sqrt(a.squares + b.squares) FROM orders a, orders b WHERE a.is_last AND NOT b.is_last
			UNION ALL
			SELECT 'average_order_value', a.mean - b.mean - 1.96 * sqrt(a.error + b.error), a.mean - b.mean + 1.96 * sqrt(a.error + b.error) FROM orders a, orders b WHERE a.is_last AND NOT b.is_last
			UNION ALL
			SELECT 'conversion_rate', i[1], i[2] FROM sessions a, sessions b, newcombe_interval(a.sold, a.n, b.sold, b.n) i WHERE a.is_last AND NOT b.is_last
		)
		SELECT name || CASE WHEN low > 0 THEN ' up' WHEN high < 0 THEN ' down' ELSE ' chance' END FROM change
		UNION ALL SELECT 'repeat_rate ages' ORDER BY 1}) ];
}
my %verdicts = (sample => verdicts('sample', 28));

# The build fails
sql('sample', q{UPDATE greenery.products SET price = 0 WHERE product_id = (SELECT min(product_id) FROM greenery.products)});
is(build('sample'), 'failed', 'a price of 0: the build fails');
make_page('failed', 'sample');

# Since when a test has its status: where the last run of equal results began, skips apart
is(sql('sample', q{
	WITH result AS (
		SELECT r.test_id, r.build_id, r.status, lag(r.status) OVER w IS DISTINCT FROM r.status AS is_new
		  FROM greenery.test_results r WHERE r.status <> 'skipped' WINDOW w AS (PARTITION BY r.test_id ORDER BY r.build_id)
	), since AS (
		SELECT test_id, max(build_id) FILTER (WHERE is_new) AS build_id FROM result GROUP BY test_id)
	SELECT count(*) > 20, count(DISTINCT b.build_id) > 1, count(*) FILTER (WHERE t.status_since IS DISTINCT FROM b.finished_at)
	  FROM greenery_published.test_status t JOIN since s USING (test_id) JOIN greenery.builds b ON b.build_id = s.build_id
	 WHERE t.status <> 'skipped'}), 't|t|0', 'since when a test has its status');

# A build is running: it waits for a table
sub start_psql
{
	my ($query) = @_;
	return IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('sample'), '-c', $query ], '>', \my $stdout, '2>', \my $stderr);
}
my $locker = start_psql('BEGIN; LOCK TABLE greenery.promos; SELECT pg_sleep(300)');
$node->poll_query_until('sample', q{SELECT count(*) = 1 FROM pg_locks WHERE relation = 'greenery.promos'::regclass AND mode = 'AccessExclusiveLock' AND granted})
  or die 'the table is not locked';
my $builder = start_psql('CALL greenery_build()');
$node->poll_query_until('sample', 'SELECT count(*) = 1 FROM greenery_build_progress') or die 'the build does not begin';
make_page('running', 'sample');
sql('sample', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LOCK TABLE%' AND pid <> pg_backend_pid()});
$locker->finish;
$builder->finish;

# Empty sources are at error in the built-in tests
new_shop('empty');
is(build('empty'), 'failed', 'an empty shop is not published');
sql('empty', q{SELECT greenery_alter_test(test_id, enabled => false) FROM greenery.data_tests WHERE kind = 'row_count' AND model LIKE 'greenery.stg%'});
is(build('empty'), 'published', 'unless its owner wants it');
make_page('empty', 'empty');

new_shop('one');
sql('one', q{
	INSERT INTO greenery.users (user_id, email, created_at, updated_at) VALUES ('u1', 'ann@example.org', '2021-02-01', '2021-02-01');
	INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'Fern', 12.34, 5);
	INSERT INTO greenery.orders (order_id, user_id, created_at, order_cost, shipping_cost, order_total, status)
	VALUES ('o1', 'u1', '2021-02-10 10:00+00', 12.34, 0, 12.34, 'delivered');
	INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o1', 'p1', 1);
	INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, product_id)
	VALUES ('e1', 's1', 'u1', 'https://greenery.example/product/p1', '2021-02-10 09:58:07+00', 'page_view', 'p1');
	UPDATE greenery.orders SET created_at = '2021-02-10 10:03:07+00'});
is(build('one'), 'published', 'a shop with one order is published');
make_page('one', 'one');

# No events, two currencies
new_shop('currencies');
sql('currencies', q{
	SELECT greenery_load_sample_shop(users => 40, with_events => false);
	UPDATE greenery.orders SET currency = CASE WHEN hashtext(order_id) % 3 = 0 THEN 'EUR' ELSE 'USD' END;
	SELECT greenery_bind('events', NULL)});
is(build('currencies'), 'published', 'a shop with two currencies and no events is published');
make_page('currencies', 'currencies');

# Bad rows of all kinds, and nothing published before
new_shop('bad');
sql('bad', 'SELECT greenery_load_sample_shop(users => 30, bad_rows => true)');
is(build('bad'), 'failed', 'a shop with bad rows is not published');
make_page('bad', 'bad');

# Everything that belongs to one person, or to under five, has a name that is nowhere else
new_shop('persons');
sql('persons', q{
	INSERT INTO greenery.addresses SELECT 'zqxja' || i, 'zqxjstreet ' || i, 'zqxj' || i, CASE WHEN i <= 3 THEN 'zqxjstate' ELSE 'Texas' END, 'zqxjcountry'
	  FROM generate_series(1, 40) i;
	INSERT INTO greenery.users SELECT 'zqxju' || i, 'zqxjfirst' || i, 'zqxjlast' || i, 'zqxjmail' || i || '@zqxj.example', '303-555-01' || 10 + i, '2021-01-01', '2021-01-01', 'zqxja' || i
	  FROM generate_series(1, 40) i;
	INSERT INTO greenery.products (product_id, name, price, inventory) SELECT 'zqxjp' || i, 'Plant ' || i, 10, 5 FROM generate_series(1, 5) i;
	INSERT INTO greenery.promos (promo_id, discount, status) VALUES ('zqxjpromo', 1, 'active');
	INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at, order_cost, shipping_cost, order_total, tracking_id, status, delivered_at, currency)
	SELECT 'zqxjo' || i || '-' || n, 'zqxju' || i, CASE WHEN i <= 3 AND n = 1 THEN 'zqxjpromo' END, 'zqxja' || i,
		   timestamptz '2021-02-01 10:00+00' + interval '1 day' * i + interval '20 days' * n, 10, 0, 10 - CASE WHEN i <= 3 AND n = 1 THEN 1 ELSE 0 END,
		   'zqxjtrack' || i, 'delivered', timestamptz '2021-02-04 10:00+00' + interval '1 day' * i + interval '20 days' * n, 'EUR'
	  FROM generate_series(1, 40) i, generate_series(1, 3) n WHERE n = 1 OR i % 2 = 0;
	INSERT INTO greenery.order_items (order_id, product_id, quantity) SELECT order_id, 'zqxjp' || 1 + abs(hashtext(order_id)) % 5, 1 FROM greenery.orders;
	INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id)
	SELECT 'zqxje' || k || order_id, 'zqxjs' || order_id, user_id, 'https://zqxj.example/' || k, created_at - interval '1 minute' * (3 - k),
		   (ARRAY['page_view', 'add_to_cart', 'checkout'])[k], CASE WHEN k = 3 THEN order_id END, CASE WHEN k < 3 THEN (SELECT min(product_id) FROM greenery.order_items i WHERE i.order_id = o.order_id) END
	  FROM greenery.orders o, generate_series(1, 3) k;
	ANALYZE;
	CREATE ROLE zqxjcaller LOGIN;
	SELECT greenery_grant('zqxjcaller', 'operator');
	SELECT greenery_add_test('greenery.stg_users', 'accepted_values', 'email', '{"values": ["x"]}', severity => 'warn', owner => 'zqxjowner');
	SELECT greenery_add_test('greenery.stg_users', 'accepted_values', 'phone_number', '{"values": ["x"]}', severity => 'warn');
	SELECT greenery_request_change('zqxjrequest')});
is(build('persons', '-U', 'zqxjcaller'), 'published', 'the shop of persons is published');
my $persons = make_page('persons', 'persons');
unlike($persons, qr/zqxj/i, "no one's name, address, id or words are in the file");
unlike($persons, qr/303-?555-?01/, 'nor phone numbers');
unlike($sample, qr/\Q$_\E/, "$_ is not in the file: under five users")
  foreach split /\n/, sql('sample', q{SELECT promo_id FROM greenery_published.repeat_by_promo WHERE users < 5});

# The course's shop
my $data = $ENV{GREENERY_DATA} // "$root/../shared/greenery-data";
my $has_course = -f "$data/orders.csv";
if ($has_course)
{
	new_shop('course');
	my ($out, $err) = run_command([ "$root/scripts/load_csv", $data, '-d', $node->connstr('course') ]);
	is(build('course'), 'published', "the course's shop is published");
	$verdicts{course} = verdicts('course', 1);
	make_page('course', 'course');
}

#
# In the browser
#

my ($out, $err) = run_command([ 'node', "$root/report/test/browser.mjs", $chromium, @pages ]);
is($err, '', 'the browser has nothing to say');
my $seen = decode_json($out);

my @sections = qw(summary headline again cohorts funnel hours stock trust);
foreach my $name (sort grep { $_ ne 'use of the page' } keys %$seen)
{
	my $page = $seen->{$name};

	is_deeply($page->{problems}, [], "$name: no error in the console");
	is_deeply($page->{requests}, [], "$name: no request leaves");
	is_deeply([ sort keys %{ $page->{sections} } ], [ sort @sections ], "$name: all sections are there");
	is((scalar grep { length($page->{sections}{$_}) < 40 } @sections), 0, "$name: each section says something");
	is($page->{unnamed}, 0, "$name: each picture has words");
	cmp_ok($page->{sideways}, '<=', 0, "$name: a phone does not scroll sideways");
	unlike(join("\n", values %{ $page->{sections} }), qr/undefined|\bNaN\b|\[object|\bnull\b|Infinity/, "$name: no value is missing");
	is($page->{hacked}, undef, "$name: nothing but the page's own script runs");
	is($page->{foreign}, 0, "$name: nothing on the page comes from names");
}

# The numbers of the sample shop
my $page = $seen->{sample};
my %differ = map { $_ => "$page->{values}{$_} instead of $expected{$_}" }
  grep { abs(($page->{values}{$_} // 1e99) - $expected{$_}) > 1e-9 * abs $expected{$_} } keys %expected;
is_deeply(\%differ, {}, 'its numbers are those of the marts');

sub close_to
{
	my ($found, $wanted) = @_;
	return $found =~ /^-?\d/ && $wanted =~ /^-?\d+(\.\d+)?(e-?\d+)?$/ ? abs($found - $wanted) < 1e-9 * (1 + abs $wanted) : $found eq $wanted;
}

# Columns of a table against rows that are expected
sub compare
{
	my ($table, $columns, $wanted) = @_;
	my @found = map { [ @$_[@$columns] ] } @{ $page->{tables}{$table} };
	my @wrong = grep {
		my $i = $_;
		grep { !close_to($found[$i][$_] // 'missing', $wanted->[$i][$_] // 'too much') } 0 .. $#$columns
	} 0 .. (@found > @$wanted ? $#found : $#$wanted);

	ok(@found > 0 && @wrong == 0, "$table: the table is the mart's") or diag(explain([ map { [ $found[$_], $wanted->[$_] ] } @wrong[ 0 .. ($#wrong < 3 ? $#wrong : 3) ] ]));
}
$page->{tables}{cohorts} = [ grep { $_->[1] =~ /^\d/ } @{ $page->{tables}{cohorts} } ];
compare('cohorts', [ 0 .. 4 ], $rows{cohorts});
$page->{tables}{indicators} = [ grep { $_->[2] ne '' } @{ $page->{tables}{indicators} } ];
compare('indicators', [ 0, 2 .. 8 ], $rows{indicators});
compare('product-funnel', [ 0 .. 4 ], $rows{'product-funnel'});
is(join(' ', grep { /^\d/ } map { $_->[2] } @{ $page->{tables}{hours} }), join(' ', map { $_->[2] } @{ $rows{hours} }), 'hours: sessions of five shoppers or more');
compare('again-promo', [ 1, 2 ], $rows{'again-promo'});
compare('again-state', [ 1, 2 ], $rows{'again-state'});
compare('stock', [ 0 .. 3 ], $rows{stock});
my %months;
foreach (@{ $page->{tables}{revenue} })
{
	$months{ $_->[0] }[0] += $_->[3];
	$months{ $_->[0] }[1] += $_->[4];
}
$page->{tables}{revenue} = [ map { [ $_, @{ $months{$_} } ] } sort keys %months ];
compare('revenue', [ 0 .. 2 ], $rows{revenue});

is_deeply($seen->{$_}{verdicts}, $verdicts{$_}, "$_: what changed by more than chance") foreach sort keys %verdicts;

# Kaplan and Meier
my %curve;
my %day;
foreach (@{ $rows{'second-order'} })
{
	my ($cohort, $step, $at_risk, $events) = @$_;
	$curve{$cohort} //= 1;
	$curve{$cohort} *= 1 - $events / $at_risk;
	$day{$cohort}{$step} = [ 1 - $curve{$cohort}, $at_risk ];
}
my @steps = @{ $page->{tables}{'second-order'} };
my %cohorts;
my $cohort;
my @wrong;
foreach (@steps)
{
	my ($name, $users, $step, $again, $at_risk) = @$_[ 0, 1, 2, 3, 6 ];
	my ($quarter, $year) = $name =~ /^Q(\d) (\d+)/;
	$cohort = $quarter ? sprintf('%d-%02d-01', $year, 3 * $quarter - 2) : '';
	$cohorts{$cohort}++;
	my $wanted = $day{$cohort}{$step};
	push @wrong, $_ unless $wanted && abs($wanted->[0] - $again) < 1e-9 && $wanted->[1] == $at_risk;
}
is_deeply(\@wrong, [], 'time to the second order: as counted day by day');
# all of the first quarter have been followed for 90 days: the estimate is the plain share
my ($plain) = split /\n/, sql('sample', q{
	SELECT avg((second_at <= first_at + interval '2160 hours')::int)
	  FROM (SELECT min(created_at) AS first_at, coalesce((array_agg(created_at ORDER BY created_at))[2], 'infinity') AS second_at
			  FROM greenery.orders WHERE status <> 'cancelled' GROUP BY user_id) x
	 WHERE first_at AT TIME ZONE 'America/New_York' < '2021-04-01'});
my ($last) = reverse grep { $_->[0] eq 'Q1 2021' && $_->[2] <= 90 } @steps;
cmp_ok($plain, '>', 0.1, 'some of the first quarter come back within 90 days');
cmp_ok($plain, '<', 0.9, 'and not all');
cmp_ok(abs($plain - $last->[3]), '<', 1e-9, 'without anyone who was followed for less, it is the plain share');
cmp_ok(scalar @steps, '>', 100, 'over many days');
is_deeply([ sort keys %cohorts ], [ sort grep { ($day{$_}{1} // [ 0, 0 ])->[1] >= 5 } keys %day ], 'of all customers and of each quarter with five');

# The interval at one place, by hand: 1 - S with S at 0.5 and Greenwood's sum of 0.01
ok((grep { $_->[4] < $_->[3] && $_->[3] < $_->[5] } @steps) > 100, 'with intervals around them');

like($page->{answers}{repeat}, qr/^\d+\.\d% of \d+ purchasers bought again \(95% interval/, 'the answer about the repeat rate');
like($page->{answers}{changed}, qr/in the 28 days to/i, 'the answer about what changed');
like($page->{answers}{lost}, qr/Before the cart: \d+ of \d+ sessions/, 'the answer about shoppers lost');
like($page->{answers}{trust}, qr/^Yes, with $expected{warned} warnings\. Build 2 was published/, 'the answer about trust');
is($page->{classes}, 'trust-warn', 'marked as a warning');
like($page->{sections}{funnel}, qr/\Q<img src=x onerror="window.hacked = 1">\E/, 'HTML in a product name stays text');
like($page->{sections}{stock}, qr/\Q<\/script><script>window.hacked = 2<\/script><!--\E/, 'a name cannot end the script');
like($page->{sections}{trust}, qr/\Q<b>No<\/b> order is above 100.\E.<script>window\.hacked = 3<\/script>/, 'HTML in the description of a test stays text');
like($page->{sections}{trust}, qr/One model is the shop's own: reports\.big_orders/, 'its own model is named');
ok((grep { $_ eq 'own big_orders' } @{ $page->{marked} }), 'and marked in the lineage');
like($page->{sections}{trust}, qr/One request .* is open/, 'an open request is told');
unlike($sample, qr/words of a request/, 'but not its words');
like($page->{sections}{headline}, qr/over 2 builds, from/, 'numbers over builds');
is_deeply([ sort @{ $page->{plots} } ],
	[ sort qw(revenue indicators again-promo again-state again-product again-delivery_days second-order cohorts funnel product-funnel hours stock tests lineage) ],
	'every plot is drawn');

# The states
is($seen->{nothing}{title}, 'A & <b>', 'a title of its own');
ok((grep { $_ eq 'Wann kommen sie?' } @{ $seen->{nothing}{headings} }), 'a text of its own');
like($seen->{nothing}{answers}{trust}, qr/^No build has been published yet/, 'nothing published: said so');
is($seen->{nothing}{sections}{$_} =~ /Nothing is published yet/ ? 1 : 0, 1, "nothing published: $_ says so") foreach qw(headline again cohorts funnel hours stock);
like($seen->{failed}{answers}{trust}, qr/^Only as of the last good state\. Build 3 failed/, 'a failed build: said so');
is($seen->{failed}{classes}, 'trust-bad', 'and marked');
like($seen->{failed}{answers}{repeat}, qr/purchasers bought again/, 'the numbers of the last good build are there');
like($seen->{failed}{sections}{trust}, qr/test \d+, range on greenery\.stg_products\.price.*since/, 'the failing test is named, and since when');
ok((grep { $_ =~ /^failed .*stg_products/ } @{ $seen->{failed}{marked} }), 'the failing model is marked');
ok((grep { $_ =~ /^held dim_products/ } @{ $seen->{failed}{marked} }), 'and what is made from it');
like($seen->{running}{answers}{trust}, qr/^Only as of the last good state\..*Build 4 is running now/s, 'a running build: said so, beside the failed one');
like($seen->{empty}{sections}{$_}, qr/no orders yet/, "an empty shop: $_ says so") foreach qw(headline again cohorts);
like($seen->{empty}{sections}{funnel}, qr/No visit has been recorded|no events/, 'an empty shop: no visits');
like($seen->{empty}{answers}{trust}, qr/^Yes/, 'an empty shop can be trusted');
like($seen->{one}{sections}{headline}, qr/one order so far.*under five customers/, 'one order: said so');
unlike(slurp_file("$dir/one.html"), qr/12\.34|:03:07|:58:07/, 'and neither its amount nor its time is in the file');
like($seen->{one}{sections}{funnel}, qr/under five sessions/, 'one session: said so');
like($seen->{currencies}{sections}{headline}, qr/several currencies \((EUR and USD|USD and EUR)\)/, 'several currencies: said so');
like($seen->{currencies}{sections}{headline}, qr/Revenue by month, in EUR.*Revenue by month, in USD|Revenue by month, in USD.*Revenue by month, in EUR/s, 'and each by itself');
like($seen->{currencies}{sections}{$_}, qr/no events/, "no events: $_ says that it is not known") foreach qw(funnel hours);
like($seen->{bad}{answers}{trust}, qr/^No: no build has been published yet, and the last one failed/, 'bad rows: said so');
cmp_ok(scalar(@{ $seen->{bad}{tables}{attention} }), '>', 50, 'and all that failed is listed');

SKIP:
{
	skip "the course's rows are not here", 6 unless $has_course;
	like($seen->{course}{answers}{repeat}, qr/^79\.8% of 124 purchasers/, "the course's shop: repeat rate");
	like($seen->{course}{answers}{changed}, qr/last day against the day before/, "the course's shop: day against day");
	ok((grep { $_ eq 'conversion_rate down' } @{ $seen->{course}{verdicts} }), "the course's shop: a bot's visits change conversion");
	like($seen->{course}{answers}{lost}, qr/578 sessions/, "the course's shop: sessions");
	like($seen->{course}{sections}{cohorts}, qr/within 24 hours/, "the course's shop: hours to the second order");
	like($seen->{course}{sections}{again}, qr/No sign of who will be back|Too few customers/, "the course's shop: no signal");
}

# Using it
my $use = $seen->{'use of the page'};
is($use->{first}, '#main', 'the first key leads to the answers');
ok($use->{opened}, 'a table opens by keyboard');
is($use->{file}, 'product-funnel.csv', 'a table is saved under its name');
like($use->{csv}, qr/^\x{feff}product,viewed,.*\r\n"<img src=x onerror=""window\.hacked = 1"">",\d+,/s, 'as CSV');
is_deeply($use->{before}, [], 'without an error');
is($use->{fetched}, 'TypeError', "the page's policy forbids requests");
ok((grep { $_ eq 'img-src' } @{ $use->{violations} }), 'images from outside');
ok((grep { /^script-src/ } @{ $use->{violations} }), 'and scripts that are not its own');
is($use->{hacked}, undef, 'so that none runs');
like($use->{german}{repeat}, qr/^\d+,\d\x{a0}% of \d+ purchasers/, "numbers are written as the reader's browser is set");
unlike(join(' ', values %{ $use->{german} }), qr/ und | vor /, 'and words are English');
is($use->{printed}, 'none', 'in print there is no navigation');

$node->stop;
done_testing();
