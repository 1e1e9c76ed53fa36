# Presets over the tables of their platforms: Spree, Solidus, Odoo, Ahoy, Snowplow, Stripe.
# SHOPS=spree5,odoo tests these alone.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Shops;
use Test::More;

my $node = shop_server('shops_b');
my %only = map { $_ => 1 } split /,/, $ENV{SHOPS} // '';

sub prove
{
	my ($platform, %arg) = @_;

	prove_shop($node, $platform, %arg) if !%only || $only{$platform};
	return;
}

my %spree = (
	expected_currency => { currency => 'EUR' },
	expected_detail => { detail => 'order' },
	expected_email => { identity => 'email' },
	expected_paid => { orders => 'paid' },
	expected_store => { store => 1 },
	expected_zone => { time_zone => 'Asia/Tokyo' });

prove('spree5', variants => { %spree, expected_language => { language => 'de' } });
prove('spree6', variants => { %spree, expected_language => { language => 'de' }, expected_channel => { channel => 2 } });
prove('solidus', variants => \%spree);

prove(
	'odoo',
	variants => {
		expected_all => { orders => 'all' },
		expected_company => { company => 1 },
		expected_currency => { currency => 'USD' },
		expected_email => { identity => 'email' },
		expected_language => { language => 'de_DE' },
		expected_website => { website => 2 },
		expected_zone => { time_zone => 'Asia/Tokyo' } });

prove(
	'stripe',
	variants => {
		expected_currency => { currency => 'eur' },
		expected_email => { identity => 'email' },
		expected_test => { mode => 'all' } });

# Collectors of events: a shop beside them is not there
my $no_shop = q{
	SELECT greenery_bind(s.source, NULL) FROM greenery.sources s WHERE s.source <> 'events'};

prove('ahoy', before => $no_shop, variants => { expected_zone => { time_zone => 'Asia/Tokyo' } });
prove(
	'snowplow',
	before => $no_shop,
	variants => {
		expected_blog => { app_id => 'blog', duplicates => 'none' },
		expected_zone => { time_zone => 'Asia/Tokyo' } });

done_testing();
