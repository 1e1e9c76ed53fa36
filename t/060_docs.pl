# The documents tell the truth.  A block of SQL that is followed by a block of text
# is an example: it is run, and must print that text.  What the extension has, functions,
# settings, models, tests, is listed from its catalog.  Links lead somewhere.  An owner of
# the database who is not a superuser gets the same.
#
# In the text a time such as "0.012 s" stands for any, a place such as "model 3 of
# 20" too, and "..." for anything.
# With WRITE_DOCS=1 the examples' texts and the lists are written anew instead: see
# scripts/docs.  Read the difference before you keep it.

use strict;
use warnings;
use utf8;

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

# What psql prints for each example of a document, notices and errors among it.  One session
# runs them all, as a reader's does; an example finds the settings of a new one.
sub run_examples
{
	my ($db, $examples, @options) = @_;
	my $script = join("DISCARD ALL;\n", map { "\\warn <example\n$_\\warn example>\n" } @$examples);
	my $output;
	local %ENV = (%ENV, PGTZ => 'UTC', PGCLIENTENCODING => 'UTF8');

	utf8::encode($script);
	IPC::Run::run(
		[ 'psql', '-X', '-P', 'pager=off', @options, '-d', $node->connstr($db) ],
		'<' => \$script,
		'>' => \$output,
		'2>&1');
	utf8::decode($output);
	$output =~ s/[ \t]+$//mg;
	return map { s/\n+\z/\n/r } $output =~ /^<example\n(.*?)^example>\n/gms;
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

# A database for the examples of a document: of each owner, one is copied
my %models;

sub create_database
{
	my ($file, $owner) = @_;
	my $db = lc("$owner $file") =~ s/\W/_/gr;

	# these show how to come so far
	if ($file =~ /^(?:README|docs\/bind)\.md$/)
	{
		$node->safe_psql('postgres', qq{CREATE DATABASE $db OWNER "$owner"});
		return $db;
	}
	if (!$models{$owner})
	{
		$models{$owner} = "sample_shop_of_$owner";
		$node->safe_psql('postgres', qq{CREATE DATABASE $models{$owner} OWNER "$owner"});
		$node->safe_psql($models{$owner},
			'CREATE EXTENSION greenery; SELECT greenery_load_sample_shop(); ANALYZE',
			extra_params => [ '-U', $owner ]);
	}
	$node->safe_psql('postgres', qq{CREATE DATABASE $db OWNER "$owner" TEMPLATE $models{$owner}});
	return $db;
}

# The examples as an owner of the database
sub lead_owner
{
	my ($file, $examples) = @_;
	my @got = run_examples(create_database($file, 'shopkeeper'), [ map { $_->[0] } @$examples ], '-U', 'shopkeeper');

	foreach my $n (1 .. @$examples)
	{
		my $got = $got[ $n - 1 ];
		my $expected = $examples->[ $n - 1 ][1];

		# these are the server's own tables
		$got =~ s/^WARNING:  .*(?:only superuser can analyze it|to analyze .*, skipping it)\n//mg;
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
	my @examples;
	my @got;
	my $n = 0;

	$text{$file} = read_document($file);
	push(@examples, [ $1, $2 ]) while $text{$file} =~ /$example/g;
	next if !@examples;
	@got = run_examples(create_database($file, $superuser), [ map { $_->[0] } @examples ]);
	$text{$file} =~ s{$example}{
		my ($sql, $expected) = ($1, $2);
		my $got = $got[$n++] // die "$file: example $n printed nothing";
		my $same = same($got, $expected);

		is($same ? $expected : $got, $expected, "$file: example $n") if !$write;
		"```sql\n$sql```\n```text\n" . ($write && !$same ? $got : $expected) . "```\n"
	}ge;
	write_document($file) if $write;
	# that one makes roles
	lead_owner($file, \@examples) if !$write && $file ne 'docs/security.md';
}

# What the documents list from the catalog
$node->safe_psql('postgres', 'CREATE DATABASE names');
$node->safe_psql('names', 'CREATE EXTENSION greenery');

# The rows of a query, each a list of its columns
sub rows
{
	my ($query) = @_;
	my $answer = $node->safe_psql('names', $query, extra_params => [ '-F', "\x1f", '-R', "\x1e" ]);

	utf8::decode($answer);
	return map { [ split(/\x1f/, $_, -1) ] } split(/\x1e/, $answer);
}

# A comment in Markdown
sub markdown
{
	my ($comment) = @_;

	$comment =~ s/([*\[\]|])/\\$1/g;
	$comment =~ s/</&lt;/g;
	return $comment;
}

sub table
{
	my ($head, @rows) = @_;

	return join('', map { '| ' . join(' | ', @$_) . " |\n" } $head, [ map { '---' } @$head ], @rows);
}

# A list stands between two comments that name it
sub list_is
{
	my ($file, $name, $list) = @_;
	my $place = qr/(^<!-- from the catalog: \Q$name\E -->\n)(.*?)(^<!-- end -->\n)/ms;

	$text{$file} =~ $place or die "$file has no place for $name";
	if ($write)
	{
		$text{$file} =~ s/$place/$1\n$list\n$3/;
		write_document($file);
		return;
	}
	is($2, "\n$list\n", "$file: $name");
	return;
}

# Functions with their comments, by name; one comment for several of a name that have the
# same.  What an aggregate, a type or an operator is made of is not for users.
sub functions
{
	my ($condition) = @_;
	my $list = '';
	my $last = '';
	my $comments = '';

	foreach my $row (
		rows(qq{
			SELECT p.proname,
				   pg_get_function_arguments(p.oid),
				   CASE WHEN p.prokind <> 'p' THEN pg_get_function_result(p.oid) END,
				   CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' WHEN 'p' THEN 'procedure' END,
				   obj_description(p.oid, 'pg_proc')
			  FROM pg_depend d
			  JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
			  JOIN pg_proc p ON p.oid = d.objid
			 WHERE d.classid = 'pg_proc'::regclass
			   AND d.refclassid = 'pg_extension'::regclass
			   AND p.pronamespace <> 'greenery'::regnamespace
			   AND NOT EXISTS (SELECT FROM pg_aggregate a
								WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
												a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
			   AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
			   AND NOT EXISTS (SELECT FROM pg_operator o WHERE p.oid = o.oprcode)
			   AND NOT EXISTS (SELECT FROM pg_amproc a WHERE p.oid = a.amproc)
			   AND $condition
			 ORDER BY p.proname COLLATE "C", p.pronargs, 2}))
	{
		my ($name, $arguments, $result, $kind, $comment) = @$row;

		foreach ($arguments, $result)
		{
			s/timestamp with time zone/timestamptz/g;
			s/timestamp without time zone/timestamp/g;
			s/::(?:double precision|[a-z]+)//g;
		}
		$arguments =~ s/\bIN //g;
		$comment = markdown($comment) . "\n\n";
		$list .= $comments if "$name $comment" ne "$last $comments";
		$list .= "### $name\n\n" if $name ne $last;
		$list .= "`$name($arguments)`" . ($result ne '' ? " → `$result`" : '') .
		  ($kind ne '' ? ", $kind" : '') . "\n\n";
		$last = $name;
		$comments = $comment;
	}
	$list .= $comments;
	chomp($list);
	return $list;
}

my $for_all = q{EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)};
list_is('docs/reference.md', 'functions for any table', functions($for_all));
list_is('docs/reference.md', 'functions that read', functions("NOT $for_all AND p.provolatile <> 'v'"));
list_is('docs/reference.md', 'functions that run, write or change', functions("NOT $for_all AND p.provolatile = 'v'"));

sub settings
{
	my ($condition) = @_;

	# calling a function of the library brings its settings
	return table(
		[ 'setting', 'default', 'meaning' ],
		map { [ "`$_->[0]`", $_->[1] eq '' ? 'empty' : "`$_->[1]`", markdown($_->[2]) ] } rows(qq{
			SELECT p.name, coalesce(s.default_value, p.boot_val), concat_ws(' ', p.short_desc, p.extra_desc)
			  FROM (SELECT greenery_timezone() OFFSET 0) loaded
			  CROSS JOIN LATERAL (SELECT * FROM pg_settings WHERE loaded IS NOT NULL) p
			  LEFT JOIN greenery_settings() s ON p.name = 'greenery.' || s.name
			 WHERE p.name LIKE 'greenery.%' AND $condition
			 ORDER BY p.name}));
}

list_is('docs/reference.md', 'settings of builds', settings('s.name IS NOT NULL'));
list_is('docs/reference.md', 'settings of a session', settings('s.name IS NULL'));
list_is(
	'docs/reference.md',
	'tables and views',
	table(
		[ 'name', 'what it is' ],
		map { [ "`$_->[0]`", markdown($_->[1]) ] } rows(q{
			SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
				   obj_description(c.oid, 'pg_class')
			  FROM pg_depend d
			  JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'v')
			  JOIN pg_namespace n ON n.oid = c.relnamespace
			 WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e'
			   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'greenery')
			   AND NOT EXISTS (SELECT FROM greenery.models m
								WHERE c.oid = m.relation::regclass
								   OR n.nspname = 'greenery_published' AND c.relname = m.model)
			   AND NOT EXISTS (SELECT FROM greenery.sources s WHERE c.oid = s.relation::regclass)
			 ORDER BY n.nspname <> 'public', 1})));

list_is('docs/models.md', 'lineage',
	"```mermaid\n" . $node->safe_psql('names', 'SELECT greenery_lineage_mermaid()') . "\n```\n");

# The rows of a query by their first column, of each the other columns
sub rows_by_name
{
	my ($query) = @_;
	my %rows;

	foreach my $row (rows($query))
	{
		my ($name, @columns) = @$row;

		push(@{ $rows{$name} }, \@columns);
	}
	return \%rows;
}

# Models with their columns
my $columns = rows_by_name(q{
	SELECT m.model, a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
	  FROM greenery.models m
	  JOIN pg_attribute a ON a.attrelid = m.relation::regclass AND a.attnum > 0
	 ORDER BY a.attrelid, a.attnum});

sub models
{
	my ($layer) = @_;
	my $list = '';

	foreach my $model (
		rows(qq{
			SELECT m.model, array_to_string(m.key, ', '), obj_description(m.relation::regclass, 'pg_class')
			  FROM greenery.models m
			 WHERE m.layer = '$layer'
			 ORDER BY m.model COLLATE "C"}))
	{
		my ($name, $key, $comment) = @$model;

		$list .= "### $name\n\n" . markdown($comment) . "\n\nKey: $key.\n\n" .
		  table(
			[ 'column', 'type', 'meaning' ],
			map { [ $_->[0], $_->[1] =~ s/timestamp with time zone/timestamptz/r, markdown($_->[2]) ] }
			  @{ $columns->{$name} }) . "\n";
	}
	chomp($list);
	return $list;
}

list_is('docs/models.md', 'marts', models('mart'));
list_is('docs/models.md', 'staging views', models('staging'));

list_is(
	'docs/data-tests.md',
	'built-in tests',
	table(
		[ 'id', 'model', 'kind', 'column', 'severity', 'what it assumes' ],
		rows(q{
			SELECT test_id, replace(model, 'greenery.', ''), kind, column_name,
				   CASE WHEN error_above IS NULL THEN 'warn' ELSE 'error' END, description
			  FROM greenery.data_tests
			 ORDER BY test_id})));

# Presets, each with what its owner has to know
my %tried = (rows => 'rows', schema => 'its schema', facts => 'facts');

sub presets
{
	my @presets = rows(q{
		SELECT p.preset, p.title, p.tried_on, p.notes,
			   (SELECT string_agg(quote_ident(t), ', ' ORDER BY t COLLATE "C") FROM jsonb_object_keys(p.fingerprint) t),
			   (SELECT string_agg(s.source, ', ' ORDER BY s.position) FROM greenery.sources s
				 WHERE EXISTS (SELECT FROM greenery.preset_queries q
								WHERE q.preset = p.preset AND q.source = s.source AND q.query IS NOT NULL)),
			   (SELECT string_agg(s.source, ', ' ORDER BY s.position) FROM greenery.sources s
				 WHERE EXISTS (SELECT FROM greenery.preset_queries q
								WHERE q.preset = p.preset AND q.source = s.source AND q.query IS NULL))
		  FROM greenery.presets p
		 ORDER BY array_position('{shop,events,export}', p.kind), p.preset COLLATE "C"});
	my $options = rows_by_name(q{
		SELECT p.preset, o.key, o.value ->> 'default', o.value ->> 'description'
		  FROM greenery.presets p, jsonb_each(p.options) o
		 ORDER BY o.key COLLATE "C"});
	my $severities = rows_by_name(q{
		SELECT p.preset, CASE s.value WHEN 'off' THEN 'is off' ELSE 'only warns' END, s.key, d.description
		  FROM greenery.presets p, jsonb_each_text(p.severities) s
		  JOIN greenery.data_tests d ON d.test_id = s.key::bigint
		 ORDER BY s.key::bigint});
	my $list = table([ 'preset', 'platform', 'tried on', 'binds', 'absent' ],
		map { [ "[`$_->[0]`](#$_->[0])", $_->[1], $_->[2], $_->[5] =~ s/^(?:[a-z_]+, ){6}.*/all/r, $_->[6] ] } @presets);

	foreach my $preset (@presets)
	{
		my ($name, $title, $tried, $notes, $tables) = @$preset;
		my @options = @{ $options->{$name} // [] };
		my @severities = @{ $severities->{$name} // [] };

		$list .= "\n### $name\n\n$title. Tried on $tried{$tried}. " . markdown($notes) . "\n";
		$list .= "\n" . table([ 'option', 'default', 'meaning' ],
			map { [ "`$_->[0]`", $_->[1] eq '' ? '' : "`$_->[1]`", markdown($_->[2]) ] } @options)
		  if @options;
		$list .= join('', "\n", map { "- Test $_->[1] $_->[0]: " . markdown($_->[2]) . "\n" } @severities)
		  if @severities;
		$list .= "\nReads $tables.\n";
	}
	return $list;
}

list_is('docs/shops.md', 'presets', presets());

# Links within the documents: files, and headings as GitHub makes anchors of them
sub anchors
{
	my ($document) = @_;
	my %anchors;

	$document =~ s/^```.*?^```$//gms;
	while ($document =~ /^#+ (.*)$/gm)
	{
		my $anchor = lc($1);

		$anchor =~ s/[^\w\- ]//g;
		$anchor =~ s/ /-/g;
		$anchors{$anchor} = 1;
	}
	return \%anchors;
}

my @documents = qw(README.md CONTRIBUTING.md CHANGELOG.md updates/README.md torture/README.md bench/HISTORY.md);
push(@documents, map { substr($_, length("$root/")) } glob("$root/docs/*.md"));
foreach my $file (@documents)
{
	my $document = read_document($file);
	my $folder = $file =~ m{^(.*/)} ? $1 : '';
	my @broken;

	$document =~ s/^\s*```.*?^\s*```$//gms;
	while ($document =~ /\]\(([^)\s]+)\)/g)
	{
		my ($target, $anchor) = split(/#/, $1, 2);
		my $path;

		next if $target =~ /^(?:https?|mailto):/;
		$path = $target eq '' ? $file : "$folder$target";
		1 while $path =~ s{[^/]+/\.\./}{};
		if (!-e "$root/$path" ||
			defined($anchor) && !anchors(read_document($path))->{$anchor})
		{
			push(@broken, $1);
		}
	}
	is("@broken", '', "$file: links lead somewhere") if !$write;
}
plan(skip_all => 'documents written') if $write;

$node->stop;
done_testing();
