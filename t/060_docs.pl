# The documents tell the truth.  A block of SQL that is followed by a block of text
# is an example: it is run, and must print that text.  And what the extension
# has, the documents name.  An owner of the database who is no superuser gets the same.
#
# In the text a time such as "0.012 s" stands for any, a place such as "model 3 of
# 20" too, and "..." for anything.
# With WRITE_DOCS=1 the examples' texts and the table of built-in tests are
# written anew instead; read the difference before you keep it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $write = $ENV{WRITE_DOCS};
my $lines = qr/(?:(?!```).*\n)*/;
my $example = qr/^```sql\n($lines)```\n```text\n($lines)```\n/m;
my $node = new_server('docs');
my %text;

sub read_document
{
	my ($file) = @_;

	open(my $in, '<:encoding(UTF-8)', "$root/$file") or die "$file: $!";
	local $/;
	return <$in>;
}

sub write_document
{
	my ($file) = @_;

	open(my $out, '>:encoding(UTF-8)', "$root/$file") or die "$file: $!";
	print $out $text{$file};
	close($out);
	return;
}

# What psql prints, notices and errors among it
sub run_example
{
	my ($db, $sql, @options) = @_;
	my $output;
	local %ENV = (%ENV, PGTZ => 'UTC', PGCLIENTENCODING => 'UTF8');

	utf8::encode($sql);
	IPC::Run::run(
		[ 'psql', '-X', '-P', 'pager=off', @options, '-d', $node->connstr($db) ],
		'<' => \$sql,
		'>' => \$output,
		'2>&1');
	utf8::decode($output);
	$output =~ s/[ \t]+$//mg;
	$output =~ s/\n+\z/\n/;
	return $output;
}

sub same
{
	my ($got, $expected) = @_;
	my $pattern = quotemeta($expected);

	$pattern =~ s/[0-9]+\\\.[0-9]{3}\\ s/[0-9]+\\.[0-9]{3}\\ s/g;
	$pattern =~ s/model\\ [0-9]+\\ of\\ [0-9]+/model [0-9]+ of [0-9]+/g;
	$pattern =~ s/\\\.\\\.\\\./.*?/g;
	return $got =~ /\A$pattern\z/s;
}

# A database for the examples of a document
sub create_database
{
	my ($file, $owner) = @_;
	my $db = lc("$owner $file") =~ s/\W/_/gr;

	$node->safe_psql('postgres', qq{CREATE DATABASE $db OWNER "$owner"});
	# the README shows how to come so far
	$node->safe_psql($db,
		'CREATE EXTENSION greenery; SELECT greenery_load_sample_shop(); ANALYZE',
		extra_params => [ '-U', $owner ])
	  if $file ne 'README.md';
	return $db;
}

# The examples as an owner of the database
sub lead_owner
{
	my ($file) = @_;
	my $db = create_database($file, 'shopkeeper');
	my $n = 0;

	while ($text{$file} =~ /$example/g)
	{
		my ($sql, $expected) = ($1, $2);
		my $got = run_example($db, $sql, '-U', 'shopkeeper');

		# the README says so
		$got =~ s/^WARNING:  .*(?:only superuser can analyze it|to analyze .*, skipping it)\n//mg;
		$n++;
		is(same($got, $expected) ? $expected : $got,
			$expected, "$file: example $n, no superuser");
	}
	return;
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
$node->safe_psql('postgres', 'CREATE ROLE shopkeeper LOGIN');
foreach my $path (glob("$root/README.md $root/docs/*.md"))
{
	my $file = substr($path, length("$root/"));
	my $db = create_database($file, $superuser);
	my $n = 0;

	$text{$file} = read_document($file);
	$text{$file} =~ s{$example}{
		my ($sql, $expected) = ($1, $2);
		my $got = run_example($db, $sql);
		my $same = same($got, $expected);

		$n++;
		is($same ? $expected : $got, $expected, "$file: example $n") if !$write;
		"```sql\n$sql```\n```text\n" . ($write && !$same ? $got : $expected) . "```\n"
	}ge;
	write_document($file) if $write;
	# that one makes roles
	lead_owner($file) if !$write && $file ne 'docs/security.md';
}

# Whatever is for users has its place
$node->safe_psql('postgres', 'CREATE DATABASE names');
$node->safe_psql('names', 'CREATE EXTENSION greenery');

sub missing
{
	my ($what, $query, $quoted) = @_;
	my @missing =
	  grep { $text{'README.md'} !~ /`(?:greenery\.|CALL )?\Q$_\E$quoted/ }
	  split(/\n/, $node->safe_psql('names', $query));

	is("@missing", '', "README.md: names every $what") if !$write;
	return;
}

# what an aggregate is made of is not for users, and is named for what it does
missing('function', q{
	SELECT DISTINCT p.proname
	  FROM pg_depend d
	  JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
	  JOIN pg_proc p ON p.oid = d.objid
	 WHERE d.classid = 'pg_proc'::regclass
	   AND d.refclassid = 'pg_extension'::regclass
	   AND p.pronamespace <> 'greenery'::regnamespace
	   AND NOT EXISTS (SELECT FROM pg_aggregate a
						WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
										a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))},
	qr/[`(]/);
missing('model', 'SELECT model FROM greenery.models', qr/`/);
missing('setting',
	q{SELECT greenery_timezone() WHERE false; SELECT name FROM pg_settings WHERE name LIKE 'greenery.%'},
	qr/`/);

# The table of built-in tests
my $tests = $node->safe_psql(
	'names', q{
	SELECT format('| %s | %s | %s | %s | %s | %s |', test_id, replace(model, 'greenery.', ''), kind,
				  coalesce(column_name, ''), CASE WHEN error_above IS NULL THEN 'warn' ELSE 'error' END,
				  description)
	  FROM greenery.data_tests
	 ORDER BY test_id});
my $file = 'docs/data-tests.md';
if ($write)
{
	$text{$file} =~ s/(^\| id \|.*\n\|---.*\n)(?:\|.*\n)*/$1$tests\n/m or die "$file has no table";
	write_document($file);
	plan(skip_all => 'documents written');
}
ok(index($text{$file}, $tests) >= 0, "$file: shows the built-in tests as they are");

$node->stop;
done_testing();
