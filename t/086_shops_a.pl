# Presets: Vendure, Medusa, Saleor, Umami, Segment and Shopify.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Shops;
use Test::More;

my $node = shop_server('shops_a');
my @only = split /,/, $ENV{SHOPS} || '';

foreach my $shop (
	[ umami => () ],)
{
	my ($platform, %arg) = @$shop;

	prove_shop($node, $platform, %arg) if !@only || grep { $_ eq $platform } @only;
}

done_testing();
