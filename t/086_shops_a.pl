# Presets: Vendure, Medusa, Saleor, Umami, Segment and Shopify.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

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
  )
{
	my ($platform, %arg) = @$shop;

	prove_shop($node, $platform, %arg) if !@only || grep { $_ eq $platform } @only;
}

done_testing();
