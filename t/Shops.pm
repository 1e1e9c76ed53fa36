# What the tests of presets share.
#
# t/shops/PLATFORM.sql makes a few tables of a platform, with rows that have its traps.
# t/shops/PLATFORM.expected.sql says in plain SQL over these tables what greenery has to
# answer.  Both run with the platform's schema as search_path; the second makes tables in
# schema expected:
#
#   stg_orders, stg_users, ...   the rows of that view, in the columns that the table has
#   fact_user_orders, ...        the same for a mart
#   numbers (name, value)        the numbers named, of those in %summaries below
#   revenue (currency, orders, revenue)   over all months; currency '' when unknown
#
# What other options change stands in a schema of its own, as in expected_email.

package Shops;

use strict;
use warnings;

use Exporter 'import';
use File::Basename 'dirname';
use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

our @EXPORT = qw(shop_server new_shop prove_shop prove_binding compare run_as_owner try_as_owner);

# Quotes are needed, and the zone is not UTC: both would show.
our $schema = q{Web shop};
our $zone = 'America/New_York';

# Of the owner's, for all that is asked of a database.
my $sessions;

my $here = dirname(__FILE__);

# %1$s is the schema of the marts.
my %summaries = (
	numbers => q{
		-- once each: over live views of many tables
		WITH m AS MATERIALIZED (SELECT * FROM %1$s.metrics),
		f AS MATERIALIZED (SELECT o.user_id, o.is_cancelled, o.refunded FROM %1$s.fact_user_orders o)
		SELECT m.name, m.numerator / m.denominator AS value FROM m WHERE m.denominator = 1
		UNION ALL SELECT 'repeat_rate', m.value::numeric FROM m WHERE m.name = 'repeat_rate'
		UNION ALL SELECT 'repeat_purchasers', m.numerator FROM m WHERE m.name = 'repeat_rate'
		UNION ALL SELECT 'units', m.numerator FROM m WHERE m.name = 'units_per_order'
		UNION ALL SELECT 'promo_orders', m.numerator FROM m WHERE m.name = 'promo_use_rate'
		UNION ALL SELECT 'sessions', m.denominator FROM m WHERE m.name = 'conversion_rate'
		UNION ALL SELECT 'converted_sessions', m.numerator FROM m WHERE m.name = 'conversion_rate'
		UNION ALL SELECT 'conversion_rate', m.value::numeric FROM m WHERE m.name = 'conversion_rate'
		UNION ALL SELECT 'sessions_with_cart', m.denominator FROM m WHERE m.name = 'cart_abandonment_rate'
		UNION ALL SELECT 'abandoned_carts', m.numerator FROM m WHERE m.name = 'cart_abandonment_rate'
		UNION ALL SELECT 'all_orders', count(*) FROM f
		UNION ALL SELECT 'cancelled_orders', count(*) FROM f WHERE f.is_cancelled
		UNION ALL SELECT 'guest_orders', count(*) FROM f WHERE f.user_id IS NULL AND NOT f.is_cancelled
		UNION ALL SELECT 'refunded_orders', count(*) FROM f WHERE f.refunded > 0 AND NOT f.is_cancelled
		UNION ALL SELECT 'page_views', count(*) FROM %1$s.fact_events e WHERE e.event_type = 'page_view'},
	revenue => q{
		SELECT r.currency, sum(r.orders) AS orders, sum(r.revenue) AS revenue
		  FROM %1$s.revenue_by_month r GROUP BY r.currency});

# A server whose database "empty" belongs to shopkeeper, who is no superuser, and has the extension.
sub shop_server
{
	my ($name) = @_;
	my $node = new_server($name);

	$node->safe_psql('postgres', q{CREATE ROLE shopkeeper LOGIN; CREATE DATABASE empty OWNER shopkeeper});
	as_role($node, 'empty', 'shopkeeper', 'CREATE EXTENSION greenery');
	$sessions = Sessions->new($node);
	return $node;
}

# A database with the extension.
sub new_shop
{
	my ($node, $db) = @_;

	$node->safe_psql(
		'postgres', qq{
		CREATE DATABASE "$db" TEMPLATE empty OWNER shopkeeper;
		ALTER DATABASE "$db" SET timezone = '$zone'});
	return;
}

sub run_as_owner
{
	my ($node, $db, $sql) = @_;

	return as_role($sessions, $db, 'shopkeeper', $sql);
}

# The error that SQL gives, or an empty text.
sub try_as_owner
{
	my ($node, $db, $sql) = @_;
	my ($ret, $out, $err) = $sessions->psql($db, "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', 'shopkeeper' ]);

	return $ret == 0 ? '' : $err;
}

sub quote { my ($text) = @_; $text =~ s/'/''/g; return "'$text'"; }

sub json
{
	my ($options) = @_;

	return '{' . join(', ', map { qq{"$_": "$options->{$_}"} } sort keys %$options) . '}';
}

# Compare each table of schema $expected with what greenery has in these schemas; in one
# session for all, since there are hundreds.
sub compare
{
	my ($node, $db, $expected, $name, @schemas) = @_;
	my $schemas = join(', ', map { quote($_) } @schemas);
	my $script = '';
	my (@missing, @titles);

	foreach my $line (
		split /\n/,
		run_as_owner(
			$node, $db, qq{
			SELECT c.relname, m.marts, to_regclass(m.marts || '.' || c.relname) IS NOT NULL,
				   string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
				   -- none is NULL or 0 in these; a discount that is NULL stands in the promo's terms
				   string_agg(format(CASE WHEN a.attname IN ('tax', 'refunded', 'returned_quantity') THEN 'round(coalesce(%1\$I, 0)::numeric, 6)'
										  WHEN a.atttypid = 'numeric'::regtype THEN 'round(%1\$I::numeric, 6)'
										  ELSE '%1\$I::%2\$s' END,
									 a.attname, format_type(a.atttypid, NULL)), ', ' ORDER BY a.attnum)
			  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			  CROSS JOIN unnest(ARRAY[$schemas]) m (marts)
			 WHERE c.relnamespace = '$expected'::regnamespace AND c.relkind = 'r'
			 GROUP BY 1, 2 ORDER BY 1, 2}))
	{
		my ($table, $marts, $exists, $columns, $typed) = split /\|/, $line;
		my $there = "$marts.$table";

		if ($summaries{$table})
		{
			$there = sprintf("($summaries{$table}) s", $marts);
			# the numbers that are asked for
			$there .= " WHERE s.name IN (SELECT e.name FROM $expected.numbers e)" if $table eq 'numbers';
		}
		elsif ($exists ne 't')
		{
			push(@missing, $table) if $marts ne 'greenery_published';
			# staging views are not published
			next;
		}
		push(@titles, "$name: $marts.$table ($columns)");
		$script .= qq{
			\\echo === $#titles
			WITH expected AS (SELECT $typed FROM $expected.$table), got AS (SELECT $typed FROM $there)
			SELECT 'expected', e::text FROM (TABLE expected EXCEPT ALL TABLE got) e
			UNION ALL SELECT 'got', g::text FROM (TABLE got EXCEPT ALL TABLE expected) g
			ORDER BY 2, 1;
			};
	}
	is("@missing", '', "$name: tables exist");
	cmp_ok(@titles, '>', 0, "$name: something is compared");
	my %differences = run_as_owner($node, $db, $script) =~ /^=== (\d+)\n?(.*?)(?=^=== |\z)/msg;
	foreach my $i (0 .. $#titles)
	{
		is($differences{$i} // 'not compared', '', $titles[$i]);
	}
	return;
}

# Bind, and compare with schema $expected; with $build after a build, and what it published too.
sub prove_binding
{
	my ($node, $db, $platform, $options, $expected, $build) = @_;
	my $name = "$platform " . json($options);
	my $arguments = "'$platform', " . quote($schema) . ', ' . quote(json($options));
	# the same as a script, which does without greenery_check_binding()
	my $error = try_as_owner($node, $db,
		$build ? "SELECT * FROM greenery_bind_shop($arguments)" : run_as_owner($node, $db, "SELECT greenery_bind_shop_sql($arguments)"));

	is($error, '', "$name: is bound");
	return if $error ne '';
	if (!$build)
	{
		compare($node, $db, $expected, $name, 'greenery');
		return;
	}
	is(try_as_owner($node, $db, 'SET client_min_messages = warning; CALL greenery_build(accept_shrink => true)'), '', "$name: builds");
	my $status = run_as_owner($node, $db, 'SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1');

	is($status, 'published', "$name: is published");
	if ($status ne 'published')
	{
		diag(
			run_as_owner(
				$node, $db, q{
				SELECT r.status, r.test_id, t.description, r.failures, r.total, r.message
				  FROM greenery.test_results r LEFT JOIN greenery.data_tests t USING (test_id)
				 WHERE r.build_id = (SELECT max(b.build_id) FROM greenery.builds b) AND r.status IN ('error', 'broken')}));
		return;
	}
	compare($node, $db, $expected, $name, 'greenery', 'greenery_published');
	return;
}

# The whole proof of a platform.  Arguments: variants => {expected_email => {identity => 'email'}},
# options => {...} of the first binding; also => [...], further presets that the tables fit;
# before => SQL, run as the owner first: what a collector of events does not have.
sub prove_shop
{
	my ($node, $platform, %arg) = @_;
	my $db = $platform;
	my $quoted = quote($schema);
	my $ident = qq{"$schema"};

	new_shop($node, $db);
	run_as_owner($node, $db, qq{
		CREATE SCHEMA $ident;
		CREATE SCHEMA expected;
		SET search_path = $ident;
	} . slurp_file("$here/shops/$platform.sql"));
	run_as_owner($node, $db, "SET search_path = $ident;\n" . slurp_file("$here/shops/$platform.expected.sql"));

	run_as_owner($node, $db, $arg{before}) if $arg{before};
	is( run_as_owner($node, $db, "SELECT string_agg(preset, ' ' ORDER BY preset) FROM greenery_detect_shop($quoted) WHERE is_complete"),
		join(' ', sort $platform, @{ $arg{also} || [] }), "$platform: is detected");
	unlike(run_as_owner($node, $db, "SELECT greenery_bind_shop_sql('$platform', $quoted)"),
		qr/\{[a-z_]+\}/, "$platform: no placeholder is left");

	prove_binding($node, $db, $platform, $arg{options} || {}, 'expected', 1);
	# each source that is bound has its expected rows
	is( run_as_owner(
			$node, $db, q{
			SELECT string_agg(source, ' ') FROM greenery.source_bindings
			 WHERE (query IS NOT NULL) <> (to_regclass('expected.stg_' || source) IS NOT NULL)}),
		'', "$platform: expected rows for each source, and no other");
	foreach my $variant (sort keys %{ $arg{variants} || {} })
	{
		prove_binding($node, $db, $platform, $arg{variants}{$variant}, $variant);
	}

	# options
	like(
		try_as_owner($node, $db, qq{SELECT * FROM greenery_bind_shop('$platform', $quoted, '{"no such": "x"}')}),
		qr/22023: preset "$platform" has no option "no such"/, "$platform: an unknown option is refused");
	foreach my $option (
		split /\n/,
		run_as_owner(
			$node, $db, qq{
			SELECT o.key FROM greenery.presets p, jsonb_each(p.options) o
			 WHERE p.preset = '$platform' AND o.value ? 'values' ORDER BY 1}))
	{
		like(
			try_as_owner($node, $db, qq{SELECT * FROM greenery_bind_shop('$platform', $quoted, '{"$option": "no such"}')}),
			qr/22023: option "$option" of preset "$platform" cannot be 'no such'/,
			"$platform: an unknown value of $option is refused");
	}

	# Without a column that it reads it is refused, and names it.  Without all the others it is bound.
	is( run_as_owner(
			$node, $db, q{
			CREATE FUNCTION pg_temp.without(platform text, schema text) RETURNS SETOF text LANGUAGE plpgsql AS $$
			DECLARE
				c record;
				detail text;
			BEGIN
				CREATE TEMP TABLE own ON COMMIT DROP AS
				SELECT t.relname, a.attname, coalesce(p.fingerprint -> t.relname ? a.attname::text, false) AS is_read
				  FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid CROSS JOIN greenery.presets p
				 WHERE t.relnamespace = quote_ident(schema)::regnamespace AND t.relkind IN ('r', 'p')
				   AND a.attnum > 0 AND NOT a.attisdropped AND p.preset = platform;
				FOR c IN SELECT * FROM own WHERE is_read LOOP
					BEGIN
						EXECUTE format('ALTER TABLE %I.%I DROP COLUMN %I CASCADE', schema, c.relname, c.attname);
						PERFORM FROM greenery_bind_shop(platform, schema, '%OPTIONS%');
						RAISE EXCEPTION 'bound' USING ERRCODE = 'P0099';
					EXCEPTION
						WHEN object_not_in_prerequisite_state THEN
							GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
							IF detail IS DISTINCT FROM format('It does not have: %I.%I.', c.relname, c.attname) THEN
								RETURN NEXT format('%s.%s: %s', c.relname, c.attname, detail);
							END IF;
						WHEN OTHERS THEN
							RETURN NEXT format('%s.%s: %s %s', c.relname, c.attname, SQLSTATE, SQLERRM);
					END;
				END LOOP;
				FOR c IN SELECT * FROM own WHERE NOT is_read LOOP
					EXECUTE format('ALTER TABLE %I.%I DROP COLUMN %I CASCADE', schema, c.relname, c.attname);
				END LOOP;
				PERFORM FROM greenery_bind_shop(platform, schema, '%OPTIONS%');
			EXCEPTION WHEN OTHERS THEN
				RETURN NEXT format('without what it does not read: %s %s', SQLSTATE, SQLERRM);
			END $$;
			BEGIN;
			SELECT pg_temp.without('%PLATFORM%', %SCHEMA%);
			ROLLBACK
			} =~ s/%PLATFORM%/$platform/r =~ s/%SCHEMA%/$quoted/r =~ s/%OPTIONS%/json($arg{options} || {})/ger),
		'', "$platform: without a column that it reads it is refused, and says which");
	$sessions->hang_up($db);
	return;
}

1;
