# Presets: Vendure, Medusa, Saleor, Umami, Segment and Shopify.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Utils;
use Shops;
use Test::More;

my $node = shop_server('shops_a');
my @only = split /,/, $ENV{SHOPS} || '';

# What the events refer to, for presets of events.
my $raw_shop = q{
	INSERT INTO greenery.users (user_id, created_at, updated_at)
	SELECT u, '2026-01-01 00:00+00', '2026-01-01 00:00+00' FROM unnest('{Customer-7,other-1}'::text[]) u;
	INSERT INTO greenery.products (product_id, name, price, inventory) VALUES ('p1', 'One', 10, 5), ('p2', 'Two', 49.5, 5);
	INSERT INTO greenery.orders (order_id, user_id, created_at, order_cost, shipping_cost, order_total, status)
	VALUES ('1001', 'Customer-7', '2026-03-02 04:35+00', 49.5, 0, 49.5, 'preparing'),
		   ('A-1002', NULL, '2026-03-02 09:05+00', 10, 0, 10, 'preparing'),
		   ('B-1', NULL, '2026-03-02 09:05+00', 10, 0, 10, 'preparing');
	INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('1001', 'p2', 1), ('A-1002', 'p1', 1), ('B-1', 'p1', 1)};

foreach my $shop (
	[   umami => before => $raw_shop,
		variants => {
			expected_website => { website => '00000000-0000-4000-8000-0000000000a1' },
			expected_key => { order_key => 'ref' },
			expected_pages => { detail => 'pages' },
		}
	],
	[   medusa => variants => {
			expected_email => { identity => 'email' },
			expected_paid => { orders => 'paid' },
			expected_usd => { currency => 'usd' },
			expected_app => { channel => 'App' },
		}
	],
	[   vendure => variants => {
			expected_email => { identity => 'email' },
			expected_paid => { orders => 'paid' },
			expected_gbp => { currency => 'GBP' },
			expected_channel => { channel => 'uk-shop' },
			expected_language => { language => 'de' },
			expected_zone => { time_zone => 'Europe/Berlin' },
		}
	],
	[   saleor => variants => {
			expected_email => { identity => 'email' },
			expected_paid => { orders => 'paid' },
			expected_pln => { currency => 'PLN' },
			expected_channel => { channel => 'channel-pln' },
		}
	],
	[   segment => before => $raw_shop,
		variants => { expected_visitor => { sessions => 'visitor' } }
	],
	[   shopify => variants => {
			expected_paid => { orders => 'paid' },
			expected_gbp => { currency => 'GBP' },
		}
	],
  )
{
	my ($platform, %arg) = @$shop;

	prove_shop($node, $platform, %arg) if !@only || grep { $_ eq $platform } @only;
}

# A database that Vendure has filled, where it is at hand.
SKIP:
{
	my $dump = "$FindBin::RealBin/../../shared/shops/vendure.sql.xz";
	my $db = 'vendure_real';

	skip 'vendure_real is not asked for', 1 if @only && !grep { $_ eq $db } @only;
	$dump = $ENV{VENDURE_DUMP} if $ENV{VENDURE_DUMP};
	skip "there is no file $dump", 1 if !-r $dump;

	new_shop($node, $db);
	local $Shops::schema = 'public';
	my $sql = "$PostgreSQL::Test::Utils::tmp_check/vendure.sql";
	system_or_bail('sh', '-c', "xz -dc '$dump' > '$sql'");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-f', $sql ], 'the dump is loaded');
	$node->safe_psql($db, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO shopkeeper');
	run_as_owner($node, $db,
		"CREATE SCHEMA expected; SET search_path = public;\n" . slurp_file("$FindBin::RealBin/shops/vendure_real.expected.sql"));
	prove_binding($node, $db, 'vendure', {}, 'expected', 1);
	is( run_as_owner(
			$node, $db, q{
			SELECT count(*), count(DISTINCT user_id), count(*) FILTER (WHERE is_cancelled), count(promo_id),
				   round((SELECT repeat_rate(s.user_id, s.order_id)::numeric FROM greenery.stg_orders s), 4)
			  FROM greenery.stg_orders}),
		'214|73|22|80|0.7534', 'Vendure: orders, purchasers, cancelled, with a promo, repeat rate');
	is(run_as_owner($node, $db, 'SELECT sum(quantity) FROM greenery.stg_order_items'), '851', 'Vendure: units');
	is( run_as_owner($node, $db, 'SELECT currency, sum(order_total), count(*) FROM greenery.stg_orders GROUP BY 1 ORDER BY 1') =~ s/0+(?=\|)//gr,
		"GBP|10437.81|17\nUSD|225771.04|197", 'Vendure: money by currency');
	is( run_as_owner($node, $db, q{
			SELECT count(*) FROM greenery.stg_orders
			 WHERE NOT is_cancelled AND abs(order_cost + shipping_cost + coalesce(tax, 0) - coalesce(discount, 0) - order_total) > 0.005}),
		'0', 'Vendure: the money adds up');
}

done_testing();
