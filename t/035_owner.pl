# An owner who is not a superuser: what he cannot get out of builds, and out of scripts of the
# extension, which run as the bootstrap superuser over objects that are his.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('owner');

$node->safe_psql(
	'postgres', q{
	CREATE ROLE shopkeeper LOGIN;
	CREATE ROLE clerk LOGIN;
	CREATE ROLE stranger LOGIN;
	CREATE DATABASE shop OWNER shopkeeper;
});

sub shopkeeper { return as_role($node, 'shop', 'shopkeeper', $_[0]); }

sub refused
{
	my ($role, $sql, $pattern, $name) = @_;
	my ($ret, $out, $err) = $node->psql('shop', $sql, extra_params => [ '-U', $role ]);

	isnt($ret, 0, "$name: refused");
	like($err, $pattern, $name);
	return;
}

shopkeeper('CREATE EXTENSION greenery');
shopkeeper('SELECT greenery_load_sample_shop()');
shopkeeper('CALL greenery_build()');
is(shopkeeper(q{SELECT status || ' ' || started_by FROM greenery.builds}), 'published shopkeeper', 'he builds');

# a superuser who calls lends nothing
shopkeeper(q{
	CREATE TABLE public.ran (what text, as_role text);
	GRANT INSERT ON public.ran TO PUBLIC;
	CREATE FUNCTION public.spy(what text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.ran VALUES (what, current_user);
		RETURN true;
	END $$;
	CREATE FUNCTION public.spy_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM public.spy(TG_TABLE_NAME);
		RETURN NEW;
	END $$;
	CREATE FUNCTION public.sql_spy() RETURNS text LANGUAGE sql VOLATILE AS $$
		INSERT INTO public.ran VALUES ('model', current_user);
		SELECT 'x'::text
	$$;
	CREATE VIEW public.spying AS SELECT public.sql_spy() AS id;
	CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON greenery.builds FOR EACH ROW EXECUTE FUNCTION public.spy_trigger();
	CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON greenery_published.metrics FOR EACH ROW EXECUTE FUNCTION public.spy_trigger();
	SELECT greenery_add_model('public.spying', '{id}')});
$node->safe_psql('shop', 'CALL greenery_build()');
is( $node->safe_psql('shop', q{SELECT DISTINCT as_role FROM public.ran}),
	'shopkeeper', 'triggers and models of the owner run as the owner, for each role that builds');
like(
	$node->safe_psql('shop', q{SELECT string_agg(DISTINCT what, ' ' ORDER BY what) FROM public.ran}),
	qr/builds.*model/, 'and they do run');
$node->safe_psql('shop', 'SELECT count(*) FROM greenery_test()');
is( $node->safe_psql('shop', q{SELECT DISTINCT as_role FROM public.ran}),
	'shopkeeper', 'so they do in greenery_test()');

# nor does debugging output show an operator what rows say
shopkeeper(q{
	SELECT greenery_grant('clerk', 'operator');
	CREATE VIEW public.quoting AS SELECT user_id, email::integer AS number FROM greenery.dim_users;
	SELECT greenery_add_model('public.quoting', '{user_id}')});
my ($ret, $out, $err) = $node->psql('shop',
	'SET client_min_messages = debug1; SET debug_print_plan = on; CALL greenery_build()', extra_params => [ '-U', 'clerk' ]);
like($err, qr/quoting: failed; .*Error SQLSTATE 22P02 \(invalid_text_representation\); its text may quote data/, 'an operator is told that a model failed');
unlike($err, qr/\@|DEBUG:|plan:/, 'and nothing else');
($ret, $out, $err) = $node->psql('shop', 'CALL greenery_build()', extra_params => [ '-U', 'shopkeeper' ]);
like($err, qr/quoting: failed; .*invalid input syntax for type integer: "\S+@/, 'the owner is told all');
shopkeeper(q{SELECT greenery_drop_model('quoting')});

# the builder
refused('shopkeeper', q{SELECT greenery_set_builder('postgres')},
	qr/role "postgres" cannot be the builder/, 'a superuser as builder');
refused('shopkeeper', q{SELECT greenery_set_builder('clerk')},
	qr/role "clerk" cannot be the builder/, 'a role of which the owner is no member');
# the table that keeps the name is his own
shopkeeper(q{INSERT INTO greenery.settings VALUES ('builder', 'postgres')});
refused('shopkeeper', 'CALL greenery_build()', qr/role "postgres" cannot be the builder/, 'a name that he has written himself');
refused('shopkeeper', 'SELECT count(*) FROM greenery_test()', qr/role "postgres" cannot be the builder/, 'likewise for tests');
refused('shopkeeper', 'SELECT greenery_record_history()', qr/role "postgres" cannot be the builder/, 'and histories');
shopkeeper(q{UPDATE greenery.settings SET value = 'nosuch' WHERE name = 'builder'});
refused('shopkeeper', 'CALL greenery_build()', qr/builder "nosuch" does not exist/, 'a builder that is gone');
$node->safe_psql('shop', 'GRANT clerk TO shopkeeper');
shopkeeper(q{DELETE FROM public.ran; SELECT greenery_drop_model('spying'); SELECT greenery_set_builder('clerk')});
$node->safe_psql('shop', 'ALTER VIEW public.spying OWNER TO clerk');
shopkeeper(q{SELECT greenery_add_model('public.spying', '{id}'); CALL greenery_build()});
is( shopkeeper(q{SELECT string_agg(DISTINCT as_role, ' ') FROM public.ran WHERE what = 'model'}),
	'clerk', 'models run as the builder');
is( shopkeeper(q{SELECT string_agg(DISTINCT as_role, ' ') FROM public.ran WHERE what <> 'model'}),
	'shopkeeper', 'what is recorded and published, as the owner');
is( $node->safe_psql('shop', q{SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class
		WHERE relnamespace = 'greenery_published'::regnamespace}),
	'shopkeeper', 'to whom it belongs');
is( $node->safe_psql('shop', q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'greenery_build'}),
	'shopkeeper', 'and so does where it is written');
shopkeeper(q{SELECT greenery_drop_model('spying'); SELECT greenery_set_builder(NULL)});

# The owner's own objects in a script: a trigger, a function that was replaced, another beside
# one of ours, a check and an index.  The script does with them what one would do naturally.
chomp(my $extensions = $node->config_data('--sharedir'));
$extensions .= '/extension';
SKIP:
{
	skip 'cannot write to the installation', 6 unless -w $extensions;

	my $finish = slurp_file("$FindBin::RealBin/../src/finish.sql");
	my $script = "$extensions/greenery--1.0--1.0next.sql";

	open(my $fh, '>', $script) or die "cannot write $script: $!";
	print $fh <<"SQL";
CREATE FUNCTION \@extschema\@.next_primitive(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS '\$libdir/greenery', 'clean_text';
SELECT greenery.as_owner(\$as_owner\$
	CREATE VIEW greenery.next_mart AS SELECT o.order_id FROM greenery.stg_orders o;
	COMMENT ON VIEW greenery.next_mart IS 'One row per order.';
	SELECT greenery.register_model('next_mart', 'greenery.next_mart', 'mart', '{order_id}', 990, grain => 'order');
	ALTER TABLE greenery.settings ADD COLUMN next_column integer DEFAULT 1;
	UPDATE greenery.settings SET value = value;
\$as_owner\$);
$finish
SQL
	close($fh);

	shopkeeper(q{
		DELETE FROM public.ran;
		SELECT greenery_set('max_shrink', '40%');
		CREATE FUNCTION public.spy_checked(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
		BEGIN
			RAISE WARNING 'checked as %', current_user;
			RETURN true;
		END $$;
		CREATE TRIGGER spy BEFORE INSERT ON greenery.models FOR EACH ROW EXECUTE FUNCTION public.spy_trigger();
		CREATE TRIGGER spy BEFORE INSERT ON greenery.test_definitions FOR EACH ROW EXECUTE FUNCTION public.spy_trigger();
		ALTER TABLE greenery.settings ADD CHECK (public.spy_checked(value));
		CREATE INDEX ON greenery.settings (public.spy_checked(value));
		CREATE FUNCTION greenery.create_published(model text, relation text, key text[], comment varchar) RETURNS void
			LANGUAGE plpgsql AS $$ BEGIN PERFORM public.spy('overload'); END $$;
		CREATE OR REPLACE FUNCTION greenery.record_change(object text, name text, action text, before jsonb, after jsonb)
			RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM public.spy('replaced'); END $$;
		CREATE FUNCTION public.clean_text(varchar) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.spy('overload'); RETURN $1; END $$;
		CREATE FUNCTION public.spy_equal(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$
		BEGIN
			RAISE WARNING 'checked as %', current_user;
			RETURN $1 OPERATOR(pg_catalog.=) $2::oid;
		END $$;
		CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = public.spy_equal)});
	($ret, $out, $err) = $node->psql('shop', q{ALTER EXTENSION greenery UPDATE TO '1.0next'});
	is($ret, 0, 'a superuser updates the extension') or diag($err);
	unlike($err, qr/checked as (?!shopkeeper)/, 'what checks, indexes and operators call runs as the owner');
	shopkeeper('DROP OPERATOR public.= (oid, regclass)');
	is( $node->safe_psql('shop', q{SELECT string_agg(DISTINCT as_role, ' ') FROM public.ran}),
		'shopkeeper', 'so do triggers and functions');
	is( $node->safe_psql('shop', q{SELECT string_agg(DISTINCT what, ' ' ORDER BY what) FROM public.ran}),
		'models test_definitions', 'and those have run');
	is( $node->safe_psql('shop', q{SELECT relkind::text || ' ' || relowner::regrole FROM pg_class WHERE oid = to_regclass('greenery_published.next_mart')}),
		'r shopkeeper', 'the new mart has its published table');
	is( $node->safe_psql('shop', q{SELECT has_function_privilege('stranger', 'greenery.as_owner(text)', 'EXECUTE')}),
		'f', 'which a stranger cannot use');
	shopkeeper('CALL greenery_build()');
	is( shopkeeper('SELECT count(*) = (SELECT count(*) FROM greenery.orders) FROM greenery_published.next_mart'),
		't', 'a build fills it');
	unlink($script);
}

$node->stop;
done_testing();
