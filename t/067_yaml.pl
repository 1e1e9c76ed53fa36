# greenery_dbt_sources() and greenery_metrics_yaml(): read by a YAML library, held against the
# database, and run as dbt would run them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use JSON::PP;
use Test::More;
use YAML::XS ();

my $node = new_server('yaml');

# The answer of a query that gives one JSON value
sub json
{
	my ($query, $db) = @_;

	return JSON::PP->new->utf8->allow_nonref->decode($node->safe_psql($db // 'postgres', $query));
}

# The texts of a YAML list, which a query gives
sub yaml_list
{
	my ($query, $db) = @_;

	return YAML::XS::Load($node->safe_psql($db // 'postgres', "SET client_encoding = 'UTF8'; $query"));
}

# What dbt makes of a text: it renders each as a template of Jinja
sub rendered
{
	my ($text) = @_;

	return undef if !defined $text;
	$text =~ s/\{\{ '(.)' \}\}/\0/g;
	unlike($text, qr/\{[{%#]/, 'nothing else is a template') if $text =~ /\{[{%#]/;
	$text =~ s/\0/{/g;
	return $text;
}

# --- any text ---

$node->safe_psql('postgres', <<'SQL');
	CREATE EXTENSION greenery;
	CREATE TABLE texts (n serial, t text);
	INSERT INTO texts (t) VALUES (''), (' '), ('-'), ('- a'), ('#'), ('a # b'), ('a: b'), (':'), ('"'), ('""'), (''''),
		('it''s'), ('\'), ('\n'), ('a\'), ('~'), ('null'), ('yes'), ('1e3'), ('0x1F'), ('2021-02-11'), ('<<'), ('*a'), ('&a'), ('!a'),
		('%a'), ('@a'), ('`a'), ('|'), ('>'), ('?'), ('[a'), ('{a: b}'), ('---'), ('...'), (E'a\nb'), (E'a\r\nb\r'), (E'\n'), (E'\ta\t'),
		(E' a \n b '), ('Grüße'), ('日本語'), (U&'\+01F33F'), ('{{ x }}'), ('{% x %}'), ('{# x'), ('{{{%'), ('{ {'), ('\{\{'),
		(U&'a\0085b'), (U&'a\2028b\2029'), (U&'a \2028 b \0085 c'), (U&'\FEFFa'), (U&'\FFFE\FFFF'), (E'\x01\x08\x0b\x0c\x1b\x7f');
	-- every character but NUL; surrogates are none
	INSERT INTO texts (t) SELECT string_agg(chr(i), '' ORDER BY i)
		FROM (SELECT generate_series(1, x'D7FF'::int) UNION SELECT generate_series(x'E000'::int, x'FFFF'::int)
			  UNION SELECT generate_series(x'10000'::int, x'10FFFF'::int, 997)) c (i);
SQL
my $texts = json('SELECT json_agg(t ORDER BY n) FROM texts');
is_deeply(yaml_list(q{SELECT string_agg('- ' || greenery.yaml_text(t), E'\n' ORDER BY n) FROM texts}),
	$texts, 'texts come back as they were');
is_deeply([ map { rendered($_) } @{ yaml_list(q{SELECT string_agg('- ' || greenery.dbt_text(t), E'\n' ORDER BY n) FROM texts}) } ],
	$texts, 'and through a template');
is($node->safe_psql('postgres', 'SELECT greenery.yaml_text(NULL) IS NULL AND greenery.dbt_text(NULL) IS NULL'), 't', 'NULL');
is($node->safe_psql('postgres', q{SELECT count(*) FROM texts WHERE greenery.yaml_text(t) ~ '[\r\n]'}), '0', 'one line each');

# Characters of one byte: C1 controls in ISO 8859, and what has their numbers in WIN1252
foreach my $encoding (qw(LATIN1 WIN1252))
{
	my $signs = $encoding eq 'LATIN1' ? q{U&'\00fc\0085\00a0'} : q{U&'\00fc\20ac\2026'};

	$node->safe_psql('postgres', "CREATE DATABASE \L$encoding\E ENCODING $encoding TEMPLATE template0");
	$node->safe_psql(lc $encoding, 'CREATE EXTENSION greenery');
	is_deeply(
		yaml_list(qq{SELECT '- ' || greenery.yaml_text(E'a\\x7f' || $signs)}, lc $encoding),
		[ "a\x7f" . ($encoding eq 'LATIN1' ? "\xfc\x85\xa0" : "\xfc\x{20ac}\x{2026}") ],
		$encoding);
}

# --- a shop, with models of its own ---

$node->safe_psql('postgres', <<'SQL');
	SELECT greenery_load_sample_shop();
	-- some orders and users that do not count
	UPDATE greenery.orders SET status = 'cancelled' WHERE order_id IN (SELECT order_id FROM greenery.orders ORDER BY order_id LIMIT 20);
	SELECT greenery_exclude_user(user_id, 'test') FROM (SELECT user_id FROM greenery.users ORDER BY user_id LIMIT 5) u;

	CREATE SCHEMA reports;
	CREATE TABLE reports.segments (user_id text, since date, month date, "select" text, "Upper" text, score numeric, seen timestamptz);
	INSERT INTO reports.segments SELECT user_id, '2021-02-01', '2021-02-01', 'b', 'c', 1, now() FROM greenery.users;
	COMMENT ON TABLE reports.segments IS E'- {{ "a": b }} # c\n\\d: ''é''';
	COMMENT ON COLUMN reports.segments.since IS E'"#: {% raw %}';
	CREATE TABLE reports."It's: ""odd"" #1" (id integer, "a: ""b"" #" text, "C" boolean, at timestamp);
	INSERT INTO reports."It's: ""odd"" #1" VALUES (1, 'x', true, '2021-02-01 12:00');
	CREATE VIEW reports.pairs AS SELECT user_id AS a_key, session_id AS b_key, true AS is_odd, count(*) AS events
		FROM greenery.stg_events WHERE user_id IS NOT NULL GROUP BY 1, 2;
	SELECT greenery_add_model('reports.segments', '{user_id}');
	SELECT greenery_add_model('reports."It''s: ""odd"" #1"', '{id}');
	SELECT greenery_add_model('reports.pairs', '{a_key,b_key}');

	SELECT greenery_add_test('reports.segments', 'not_null', 'since', severity => 'warn');
	SELECT greenery_add_test('reports.segments', 'not_null', 'score', warn_above => '2', error_above => '10');
	SELECT greenery_add_test('reports.segments', 'not_null', 'score', severity => 'warn');
	SELECT greenery_add_test('reports.segments', 'not_null', 'month', error_above => '10');
	SELECT greenery_add_test('reports.segments', 'not_null', 'select', error_above => '10%');
	SELECT greenery_add_test('reports.segments', 'unique', 'Upper', '{"where": "false"}');
	SELECT greenery_alter_test(greenery_add_test('reports.segments', 'not_null', 'seen'), enabled => false);
	SELECT greenery_add_test('reports.segments', 'recency', 'seen', '{"warn_after": "36 hours", "where": "score > 0 -- all"}');
	SELECT greenery_add_test('reports.segments', 'recency', 'since', '{"warn_after": "1 day"}');
	SELECT greenery_add_test('reports."It''s: ""odd"" #1"', 'not_null', 'C');
	SELECT greenery_add_test('reports."It''s: ""odd"" #1"', 'not_null', 'a: "b" #');
	SELECT greenery_add_test('reports."It''s: ""odd"" #1"', 'recency', 'at', '{"warn_after": "90 minutes 1 second", "error_after": "365000 days"}');
	SELECT greenery_add_test('greenery.fact_user_orders', 'recency', 'order_date', '{"error_after": "365000 days"}');
SQL
$node->safe_psql('postgres', 'CALL greenery_build()');
is($node->safe_psql('postgres', 'SELECT status FROM greenery_published.build_status'), 'published', 'built');

# The keys of a mapping are among these
sub keys_among
{
	my ($what, $map, @known) = @_;
	my %known = map { $_ => 1 } @known;

	return grep { !$known{$_} } keys %$map;
}

# --- sources.yml ---

my $sources = YAML::XS::Load($node->safe_psql('postgres', 'SELECT greenery_dbt_sources()'));
is($sources->{version}, 2, 'version');
is(scalar @{ $sources->{sources} }, 1, 'one source');
my $source = $sources->{sources}[0];
is("$source->{name} $source->{schema}", 'greenery greenery_published', 'its name and schema');
my @tables = @{ $source->{tables} };
my %table = map { $_->{name} => $_ } @tables;
is(scalar keys %table, scalar @tables, 'names of tables are unique');

my $there = json(q{
	SELECT json_object_agg(c.relname, json_build_object('comment', obj_description(c.oid, 'pg_class'), 'columns',
		(SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)) ORDER BY a.attnum)
		   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)))
	  FROM pg_class c WHERE c.relnamespace = 'greenery_published'::regnamespace AND c.relkind IN ('r', 'v')});
is_deeply([ sort keys %table ], [ sort keys %$there ], 'all that is published, and nothing else');
my @unknown;
foreach my $table (@tables)
{
	my $name = $table->{name};

	push(@unknown, keys_among($name, $table, qw(name identifier description config columns)),
		map { keys_among($name, $_, qw(name description data_type quote data_tests)) } @{ $table->{columns} });
	is(rendered($table->{description}), $there->{$name}{comment}, "$name: description");
	is_deeply([ map { [ rendered($_->{name}), $_->{data_type}, rendered($_->{description}) ] } @{ $table->{columns} } ],
		$there->{$name}{columns}, "$name: columns");
}
is("@unknown", '', 'no key that dbt does not know');

# As dbt asks for freshness: of every mart, not of what tells about builds
my $marts = json(q{SELECT json_agg(model ORDER BY model COLLATE "C") FROM greenery.models WHERE layer = 'mart'});
is_deeply([ sort grep { $table{$_}{config} } keys %table ], $marts, 'freshness of each mart');
my @loaded;
foreach my $name (@$marts)
{
	my %config = %{ $table{$name}{config} };
	my %freshness = %{ $config{freshness} };
	my $relation = 'greenery_published."' . ($table{$name}{identifier} // $name) . '"';
	my $query = $config{loaded_at_query} //
	  "SELECT max($config{loaded_at_field}) FROM $relation WHERE $freshness{filter}";

	is(keys_among($name, \%config, qw(freshness loaded_at_field loaded_at_query)), 0, "$name: config");
	is(keys_among($name, \%freshness, qw(warn_after error_after filter)), 0, "$name: freshness");
	is((grep { /loaded_at/ } keys %config), 1, "$name: one of them");
	foreach my $after (grep { $_ ne 'filter' } keys %freshness)
	{
		like("$freshness{$after}{count} $freshness{$after}{period}", qr/^[1-9]\d* (minute|hour|day)$/, "$name: $after");
	}
	push(@loaded, "SELECT '$name', pg_typeof(t), t IS NOT NULL FROM ($query) q (t)" =~ s/(?<=It)'/''/r);
}
is($node->safe_psql('postgres', join(' UNION ALL ', @loaded)),
	join("\n", map { "$_|timestamp with time zone|t" } @$marts), 'when they were loaded');
is($table{metrics}{config}{loaded_at_query}, 'SELECT b.published_at FROM greenery_published.published_build b', 'the time of the build');
is_deeply($table{metrics}{config}{freshness}, { warn_after => { count => 1, period => 'day' }, error_after => { count => 2, period => 'day' } },
	'24 and 48 hours');
is_deeply($table{segments}{config}{freshness},
	{ warn_after => { count => 36, period => 'hour' }, filter => "(score > 0 -- all\n) AND isfinite(seen) AND seen <= now()" },
	'of a test of recency, the first one');
is($table{segments}{config}{loaded_at_field}, 'seen', 'its column');
my $odd = q{It's: "odd" #1};
is_deeply($table{$odd}{config}{freshness}{warn_after}, { count => 91, period => 'minute' }, 'rounded up');
is($node->safe_psql('postgres', qq{SET TimeZone = 'Asia/Tokyo';
	SELECT max($table{$odd}{config}{loaded_at_field}) = '2021-02-01 12:00Z' FROM greenery_published."It's: ""odd"" #1"}),
	't', 'a time without zone is the shop\'s');
is($node->safe_psql('postgres', qq{SELECT max($table{fact_user_orders}{config}{loaded_at_field}) = (max(order_date) + 1)::timestamp AT TIME ZONE 'UTC'
	FROM greenery_published.fact_user_orders}), 't', 'a date lasts until its end');

# The tests, run as dbt does: of columns that it reads as they are, or in quotes if it is told so
my (%tests, @failures);
foreach my $table (@tables)
{
	my $relation = 'greenery_published."' . ($table->{identifier} // $table->{name}) . '"';

	foreach my $column (grep { $_->{data_tests} } @{ $table->{columns} })
	{
		my $sql = $column->{quote} ? qq{"$column->{name}"} : $column->{name};

		$tests{"$table->{name}.$column->{name}"} = $column->{data_tests};
		foreach my $test (map { ref $_ ? (keys %$_)[0] : $_ } @{ $column->{data_tests} })
		{
			push(@failures, $test eq 'not_null' ? "SELECT count(*) FROM $relation WHERE $sql IS NULL"
				: $test eq 'unique' ? "SELECT count(*) FROM (SELECT FROM $relation WHERE $sql IS NOT NULL GROUP BY $sql HAVING count(*) > 1) d"
				: "no test of dbt: $test");
		}
	}
}
is($node->safe_psql('postgres', join(' UNION ', @failures)), '0', 'no test fails: ' . @failures);
is_deeply($tests{'fact_user_orders.order_id'}, [ 'not_null', 'unique' ], 'tests of a key');
is_deeply($tests{'pairs.a_key'}, ['not_null'], 'of a key of two columns');
is_deeply($tests{'segments.since'}, [ { not_null => { config => { severity => 'warn', warn_if => '>0' } } } ], 'one that warns');
is_deeply($tests{'segments.score'}, [ { not_null => { config => { severity => 'error', warn_if => '>2', error_if => '>10' } } } ],
	'one that does both; of two of a kind the first');
is_deeply($tests{'segments.month'}, [ { not_null => { config => { severity => 'error', warn_if => '>10', error_if => '>10' } } } ],
	'one that does not warn');
ok(!$tests{"segments.$_"}, "not $_") foreach qw(select Upper seen);
is_deeply($tests{"$odd.C"}, ['not_null'], 'a column in quotes');
ok(!$tests{qq{$odd.a: "b" #}}, 'one that dbt cannot quote');
my $registered = $node->safe_psql('postgres', q{
	SELECT count(*) FROM greenery.data_tests t JOIN greenery.models m ON m.relation = t.model AND m.layer = 'mart' AND m.builtin
	 WHERE t.enabled AND t.kind IN ('not_null', 'unique') AND NOT t.args ? 'where'});
is(scalar(map { @{ $tests{$_} } } grep { !/^(segments|pairs|It)/ } keys %tests), $registered, 'all those of built-in marts');

# --- metrics ---

my $yaml = YAML::XS::Load($node->safe_psql('postgres', 'SELECT greenery_metrics_yaml()'));
my @models = @{ $yaml->{semantic_models} };
my %model = map { $_->{name} => $_ } @models;
is_deeply([ map { $_->{name} } @models ], [qw(dim_users fact_user_orders fact_user_sessions pairs segments)], 'semantic models');

my (%measure, @names);
foreach my $model (@models)
{
	my $name = $model->{name};
	my @dimensions = @{ $model->{dimensions} // [] };
	my @entities = @{ $model->{entities} // [] };
	my @primary = grep { $_->{type} eq 'primary' } @entities;
	my @elements = map { $_->{name} } @dimensions, @entities, @{ $model->{measures} // [] };
	my %seen;

	is(keys_among($name, $model, qw(name description model defaults primary_entity entities dimensions measures)), 0, "$name: keys");
	is($model->{model}, "ref('$name')", "$name: model");
	is(rendered($model->{description}), $there->{$name}{comment}, "$name: description");
	is(scalar(@primary) + defined($model->{primary_entity}), 1, "$name: one primary entity");
	is(scalar(grep { $seen{$_}++ } @elements), 0, "$name: unique names");
	push(@names, $name, @elements);
	my $types = json('SELECT json_build_array(' .
			join(', ', map { 'pg_typeof(' . ($_->{expr} // $_->{name}) . ')' } @dimensions, @entities) . ") FROM greenery_published.$name LIMIT 1");
	is_deeply([ map { $_->{type} . ($_->{type_params} ? ' ' . join(' ', %{ $_->{type_params} }) : '') } @dimensions ],
		[ map { /^(date|timestamp)/ ? 'time time_granularity day' : 'categorical' } @$types[ 0 .. $#dimensions ] ],
		"$name: types of dimensions");
	foreach my $measure (@{ $model->{measures} // [] })
	{
		my $sum = $measure->{agg} eq 'sum' ? $measure->{expr} : "CASE WHEN $measure->{expr} THEN 1 ELSE 0 END";

		ok(!$measure{ $measure->{name} }, "measure $measure->{name}");
		like($measure->{agg}, qr/^sum(_boolean)?$/, 'a sum');
		$measure{ $measure->{name} } = "(SELECT sum($sum) FROM greenery_published.$name)";
	}
	is(defined $model->{defaults}{agg_time_dimension}, defined $model->{measures}, "$name: measures have a time");
	ok(scalar(grep { $_->{name} eq $model->{defaults}{agg_time_dimension} && $_->{type} eq 'time' } @dimensions), "$name: a dimension")
	  if $model->{measures};
}
is_deeply([ map { "$_->{name} $_->{type}" } @{ $model{fact_user_orders}{entities} } ], [ 'order_id primary', 'user_id foreign' ], 'entities');
is_deeply([ map { "$_->{name} $_->{type}" } @{ $model{segments}{entities} } ], ['user_id primary'], 'a model of the user\'s joins by its key');
is_deeply([ map { $_->{name} } @{ $model{segments}{dimensions} } ], [qw(since seen)], 'its columns, but those with names that are not taken');
is(rendered($model{segments}{dimensions}[0]{description}), '"#: {% raw %}', 'and a description');
is($model{pairs}{primary_entity}, 'pairs', 'a key that is no entity');

my @metrics = @{ $yaml->{metrics} };
my %metric = map { $_->{name} => $_ } @metrics;
is(scalar keys %metric, scalar @metrics, 'names of metrics are unique');
is(scalar keys %{ { map { $_->{label} => 1 } @metrics } }, scalar @metrics, 'and labels');
is_deeply([ grep { !/^[a-z](_?[a-z0-9])+$/ || /^(day|week|month|quarter|year|metric_time)$/ } @names, keys %metric ], [], 'names that MetricFlow takes');
is_deeply([ sort grep { !$metric{$_} } keys %measure ], [], 'a metric for each measure');

# Each number is that of the mart
my $definitions = json('SELECT json_object_agg(name, definition) FROM greenery_published.metrics');
is_deeply([ grep { !exists $definitions->{$_} && !$measure{$_} } keys %metric ], [], 'no other metrics');
foreach my $name (sort keys %$definitions)
{
	is($metric{$name}{description}, $definitions->{$name}, "$name: definition");
	is($metric{$name}{type}, defined $metric{$name}{type_params}{denominator} ? 'ratio' : 'simple', "$name: type");
}

sub same_numbers
{
	my ($what) = @_;
	my @numbers;

	foreach my $name (sort keys %$definitions)
	{
		my %params = %{ $metric{$name}{type_params} };
		my ($numerator, $denominator) = map { defined $_ ? $measure{$_} : 1 } $params{numerator} // $params{measure}, $params{denominator};

		push(@numbers, "('$name', ($numerator)::numeric, ($denominator)::numeric)");
	}
	is($node->safe_psql('postgres', 'SELECT name, numerator, denominator FROM (VALUES ' . join(', ', @numbers) . q{) v (name, n, d)
			FULL JOIN greenery_published.metrics m USING (name)
			WHERE (numerator = n OR coalesce(numerator, n) IS NULL) IS NOT TRUE
				OR denominator IS DISTINCT FROM d AND coalesce(denominator, d, 0) <> 0}),
		'', "$what: numerators and denominators of " . @numbers);
	return;
}
same_numbers('sample shop');
$node->safe_psql('postgres', q{UPDATE greenery.orders SET currency = CASE WHEN order_id < '8' THEN 'EUR' END});
$node->safe_psql('postgres', 'CALL greenery_build()');
is($node->safe_psql('postgres', q{SELECT value IS NULL FROM greenery_published.metrics WHERE name = 'revenue'}), 't', 'two currencies');
same_numbers('two currencies');
$node->safe_psql('postgres', q{SELECT greenery_set('currency', 'EUR')});
$node->safe_psql('postgres', 'CALL greenery_build()');
is($node->safe_psql('postgres', q{SELECT value > 0 FROM greenery_published.metrics WHERE name = 'revenue'}), 't', 'one of two');
same_numbers('one of two');

# --- who may ---

$node->safe_psql('postgres', q{
	CREATE ROLE ana LOGIN; SELECT greenery_grant('ana', 'analyst');
	CREATE ROLE rita LOGIN; SELECT greenery_grant('rita', 'reader');});
foreach my $call (qw(greenery_dbt_sources greenery_metrics_yaml))
{
	my $mine = $node->safe_psql('postgres', "SELECT $call()");

	is(as_role($node, 'postgres', 'ana', "SELECT $call()"), $mine, "$call for an analyst");
	my ($ret, $out, $err) = $node->psql('postgres', "SELECT $call()", extra_params => [ '-U', 'rita' ]);
	like($err, qr/permission denied for function $call/, 'and not for a reader');
}

# --- before the first build, and without a mart of the user's ---

$node->safe_psql('postgres', 'CREATE DATABASE new');
$node->safe_psql('new', 'CREATE EXTENSION greenery');
my $new = YAML::XS::Load($node->safe_psql('new', 'SELECT greenery_dbt_sources()'));
is(scalar @{ $new->{sources}[0]{tables} }, @tables - 3, 'sources before the first build');
$new = YAML::XS::Load($node->safe_psql('new', 'SELECT greenery_metrics_yaml()'));
is_deeply([ map { $_->{name} } @{ $new->{metrics} } ], [ map { $_->{name} } @metrics ], 'metrics');

$node->stop;
done_testing();
