# An update: what it brings is what a new installation of that version has, and what users have
# is as it was.  This version is the working tree; scripts/next_version makes the next one, with
# a source, a mart, a column of a mart, functions and a setting that are new.  And nothing that
# the owner of a trusted extension has attached to its objects runs as a superuser meanwhile.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Sessions;
use Test::More;

my $root = "$FindBin::RealBin/..";
my $work = PostgreSQL::Test::Utils::tempdir();
my $installation = private_installation("$work/pg");
my @make = ('make', '-s', "PG_CONFIG=$installation/bin/pg_config", '-C');

sub make
{
	my ($dir, $target) = @_;

	# the make that runs the tests hands down variables, which count, and a jobserver that is gone
	local $ENV{MAKEFLAGS} = ($ENV{MAKEFLAGS} // '') =~ s/\s-j\d*|\s--jobserver\S*//gr;
	system_or_bail(@make, $dir, $target);
	return;
}

my ($versions) = run_command([ "$root/scripts/next_version", "$work/next" ]);
my ($old, $new) = split(/ /, $versions);
ok($new, "the next version is made: $new");
make($root, 'install');
make("$work/next", 'all');

my $node = new_server('upgrade', install_path => $installation);
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 1');
$node->restart;
chomp(my $superuser = $node->safe_psql('postgres', 'SELECT current_user'));

my $sessions = Sessions->new($node);

$node->safe_psql('postgres', 'CREATE ROLE shopkeeper LOGIN; CREATE ROLE analyst LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE guest LOGIN');

sub lines_only_in
{
	my ($a, $b) = @_;
	my %in_b = map { $_ => 1 } split(/\n/, $b);

	return join("\n", grep { !$in_b{$_} } split(/\n/, $a));
}

sub is_same
{
	my ($got, $expected, $name) = @_;

	is(lines_only_in($got, $expected), '', "$name: nothing more, nothing else");
	is(lines_only_in($expected, $got), '', "$name: nothing less");
	return;
}

# For each relation the query for its rows, in the columns that it has now
sub questions
{
	my ($db, $role) = @_;

	return as_role(
		$sessions, $db, $role, q{
		SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM (SELECT %s FROM %s %s) t;',
					  c.oid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), c.oid::regclass,
					  -- what the extension brings itself is for members() to compare
					  CASE c.relname WHEN 'models' THEN 'WHERE NOT builtin'
									 WHEN 'test_definitions' THEN 'WHERE NOT builtin'
									 WHEN 'data_tests' THEN 'WHERE test_id NOT BETWEEN 900 AND 999' END)
		  FROM pg_class c
		  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		 WHERE c.relnamespace::regnamespace::text IN ('greenery', 'greenery_published', 'reports')
		   AND c.relkind IN ('r', 'v', 'm')
		   -- these tell of all models
		   AND c.relname NOT IN ('sources', 'build_order', 'model_dependencies', 'model_downstream', 'lineage', 'test_status', 'test_review', 'dbt_column_tests')
		 GROUP BY c.oid, c.relname
		 ORDER BY c.oid::regclass::text COLLATE "C"});
}

# A shop of this version, with all that users make
sub open_shop
{
	my ($role, $db) = @_;

	as_role($sessions, $db, $role, 'SELECT greenery_load_sample_shop(users => 40)');
	as_role($sessions, $db, $role, 'CALL greenery_build()');
	as_role($sessions, $db, $role, q{
		CREATE SCHEMA reports;
		CREATE VIEW reports.stock AS SELECT * FROM greenery.dim_products WHERE is_in_stock;
		CREATE VIEW reports.published_stock AS SELECT * FROM greenery_published.dim_products;
		CREATE VIEW reports.spending AS
			SELECT user_id, sum(order_total) AS spent FROM greenery.fact_user_orders GROUP BY user_id;
		SELECT greenery_add_model('reports.spending', '{user_id}');
		CREATE TABLE reports.visits (u text, at timestamptz, n integer);
		INSERT INTO reports.visits SELECT user_id, created_at, 1 FROM greenery.users LIMIT 20;
		SELECT greenery_add_feature('campaign', 'reports.visits', 'u', 'at', 'n');
		SELECT greenery_add_test('greenery.stg_orders', 'range', 'order_total', '{"min": 0}', severity => 'warn');
		SELECT greenery_alter_test(4, severity => 'error', owner => 'service');
		SELECT greenery_exclude_user(user_id, 'staff') FROM greenery.users ORDER BY user_id LIMIT 1;
		SELECT greenery_set('stock_cover', '10 days');
		SELECT greenery_add_route('service', owner => 'service');
		SELECT greenery_grant('analyst', 'analyst'), greenery_grant('reader', 'reader');
		UPDATE greenery.products SET inventory = inventory + 1 WHERE price > 20;
		UPDATE greenery.promos SET status = 'inactive' WHERE status = 'active';
		SELECT greenery_record_history();
		-- what an administrator has decided
		GRANT SELECT ON greenery.builds TO guest;
		GRANT USAGE ON SCHEMA greenery TO guest;
		REVOKE EXECUTE ON FUNCTION greenery_as_of() FROM analyst});
	as_role($sessions, $db, $role, 'CALL greenery_build()');
	return;
}

my @everyone = qw(analyst reader guest);
my %shop = ($superuser => 'shop', shopkeeper => 'own_shop');
my (%questions, %answers, %granted);

foreach my $role (sort keys %shop)
{
	$node->safe_psql('postgres', "CREATE DATABASE $shop{$role} OWNER $role");
	as_role($sessions, $shop{$role}, $role, 'CREATE EXTENSION greenery');
}
# a template has no sessions
$sessions->hang_up('own_shop');
$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE own_shop OWNER shopkeeper") foreach qw(trapped_shop bound_shop);
open_shop($_, $shop{$_}) foreach sort keys %shop;
as_role($sessions, 'trapped_shop', 'shopkeeper', 'SELECT greenery_load_sample_shop(users => 10)');
# and one with tables of its own
as_role(
	$sessions, 'bound_shop', 'shopkeeper', q{
	CREATE SCHEMA ours;
	CREATE TABLE ours.sales AS SELECT i AS no, i % 3 AS client, date '2021-02-01' + i AS day FROM generate_series(1, 12) i;
	SELECT greenery_bind('orders', 'SELECT no AS order_id, client AS user_id, day AS created_at FROM ours.sales WHERE no > 2', 'UTC');
	SELECT greenery_bind('events', NULL)});
my $bindings = q{SELECT source, state, status, (SELECT md5(p.prosrc) FROM pg_proc p WHERE p.oid = to_regproc('greenery.source_' || source)) FROM greenery_bindings() WHERE source <> 'returns'};
my $bound = as_role($sessions, 'bound_shop', 'shopkeeper', $bindings);
like($bound, qr/^orders\|bound\|ok\|.*^events\|absent\|ok\|/ms, 'there are bindings');

# The next version's library serves this version's SQL too
make("$work/next", 'install');
# which new sessions load
$sessions->hang_up;
foreach my $role (sort keys %shop)
{
	my $db = $shop{$role};
	my $kind = $role eq $superuser ? 'superuser' : 'owner of the database';

	as_role($sessions, $db, $role, 'CALL greenery_build()');
	is(as_role($sessions, $db, $role, 'SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1'),
		'published', "$kind: the new library builds what the old script made");
	$questions{$db} = questions($db, $role);
	$answers{$db} = as_role($sessions, $db, $role, $questions{$db});
	like($answers{$db}, qr/^greenery\.builds\|3\|/m, "$kind: there are builds");
	like($answers{$db}, qr/^greenery\.promo_history\|[1-9]/m, "$kind: there is a history");
	like($answers{$db}, qr/^greenery_published\.spending\|[1-9]/m, "$kind: there is a model of the user's own");

	# an update and a build take turns
	as_role($sessions, $db, $role, q{BEGIN; SELECT greenery.keep_builds_out(true); PREPARE TRANSACTION 'build'});
	my ($ret, $out, $err) = $sessions->psql($db, "ALTER EXTENSION greenery UPDATE TO '$new'", extra_params => [ '-U', $role ]);
	like($err, qr/ERROR:  a build is running/, "$kind: no update in the middle of a build");
	as_role($sessions, $db, $role, q{ROLLBACK PREPARED 'build'});
	as_role($sessions, $db, $role, "ALTER EXTENSION greenery UPDATE TO '$new'");

	$node->safe_psql('postgres', "CREATE DATABASE fresh_$db OWNER $role");
	as_role($sessions, "fresh_$db", $role, 'CREATE EXTENSION greenery');
	is($sessions->safe_psql("fresh_$db", q{SELECT extversion FROM pg_extension WHERE extname = 'greenery'}),
		$new, "$kind: a new installation is of the next version");
	my $fresh = members($sessions, "fresh_$db", @everyone);
	like($fresh, qr/^table greenery_published.fact_returns \|/m, "$kind: it has what is new");
	is_same(members($sessions, $db, @everyone), $fresh, "$kind: updated, as newly installed");

	is_same(as_role($sessions, $db, $role, $questions{$db}), $answers{$db}, "$kind: rows and answers");
	is(as_role($sessions, $db, 'guest', 'SELECT count(*) FROM greenery.builds'), '3',
		"$kind: what an administrator granted is granted");
	is($sessions->safe_psql($db, q{SELECT has_function_privilege('analyst', 'greenery_as_of()', 'EXECUTE')}), 'f',
		"$kind: what he revoked is revoked");

	# the new version at work
	as_role($sessions, $db, $role, q{
		INSERT INTO greenery.returns SELECT 'r' || row_number() OVER (), order_id, created_at + interval '9 days'
		  FROM greenery.orders ORDER BY order_id LIMIT 7;
		SELECT greenery_set('return_days', '14')});
	as_role($sessions, $db, $role, 'CALL greenery_build()');
	is(as_role($sessions, $db, $role, q{SELECT count(*), min(id_bytes), greenery_return_rate() > 0 FROM greenery_published.fact_returns}),
		'7|2|t', "$kind: a build publishes the new mart");
	is(as_role($sessions, $db, $role, q{SELECT count(*) FROM greenery_published.dim_products p JOIN greenery.dim_products d USING (product_id)
		WHERE p.stock_value IS DISTINCT FROM d.stock_value}), '0', "$kind: and the new column");
	is(as_role($sessions, $db, $role, q{SELECT count(*) FROM greenery.test_results
		WHERE test_id IN (900, 901, 902, 910, 911, 912) AND status = 'pass'}), '6', "$kind: and tests them");
	is(as_role($sessions, $db, $role, q{SELECT value || '|' || default_value FROM greenery_settings() WHERE name = 'return_days'}),
		'14|30', "$kind: builds have the new setting");
	as_role($sessions, $db, $role, q{SELECT greenery_grant('guest', 'loader'), greenery_grant('reader', 'reader')});
	as_role($sessions, $db, 'guest', q{INSERT INTO greenery.returns VALUES ('r8', NULL, now())});
	is(as_role($sessions, $db, 'reader', 'SELECT count(*) FROM greenery_published.fact_returns'), '7',
		"$kind: roles are granted what is new, when they are granted it again");
	$granted{$db} = members($sessions, $db);
}

# What finishes a script finds nothing to do the second time
chomp(my $extensions = `$installation/bin/pg_config --sharedir`);
append_to_file("$extensions/extension/greenery--$new--${new}again.sql",
	slurp_file("$root/updates/begin.sql") . slurp_file("$root/src/finish.sql") x 2);
foreach my $role (sort keys %shop)
{
	as_role($sessions, $shop{$role}, $role, "ALTER EXTENSION greenery UPDATE TO '${new}again'");
	is_same(members($sessions, $shop{$role}), $granted{ $shop{$role} }, "$shop{$role}: finished again");
}

# Bindings outlast an update, and one whose script makes the source functions anew
as_role($sessions, 'bound_shop', 'shopkeeper', "ALTER EXTENSION greenery UPDATE TO '$new'");
is(as_role($sessions, 'bound_shop', 'shopkeeper', $bindings), $bound, 'the update keeps the bindings');
append_to_file("$extensions/extension/greenery--$new--${new}raw.sql", slurp_file("$root/updates/begin.sql") . q{
	SELECT greenery.as_owner($as_owner$
		DO $raw$
		DECLARE
			s greenery.sources;
		BEGIN
			FOR s IN SELECT * FROM greenery.sources LOOP
				EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS %s LANGUAGE sql STABLE PARALLEL SAFE AS %L',
							   s.function, pg_get_function_result(to_regproc(s.function)), greenery.raw_query(s.source));
			END LOOP;
		END $raw$;
	$as_owner$::pg_catalog.text);
} . slurp_file("$root/src/finish.sql"));
as_role($sessions, 'bound_shop', 'shopkeeper', "ALTER EXTENSION greenery UPDATE TO '${new}raw'");
is(as_role($sessions, 'bound_shop', 'shopkeeper', $bindings), $bound, 'and so does one that makes the source functions anew');
is(as_role($sessions, 'bound_shop', 'shopkeeper', 'SELECT count(*), greenery_repeat_rate() FROM greenery.stg_orders'), '10|1',
	'their rows are those of the shop\'s table');

# The owner puts another schema in the place of greenery's: nothing in it is called
as_role(
	$sessions, 'trapped_shop', 'shopkeeper', q{
	ALTER SCHEMA greenery RENAME TO kept;
	CREATE SCHEMA greenery;
	CREATE FUNCTION greenery.as_owner(text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN RAISE WARNING 'as_owner ran as %', current_user; END $$});
my (undef, undef, $moved) = $node->psql('trapped_shop', "ALTER EXTENSION greenery UPDATE TO '$new'");
unlike($moved, qr/ran as/, 'another schema: what stands in it is not called');
like($moved, qr/ERROR:  schema "greenery" is not that of the extension/, 'another schema: no update');
as_role($sessions, 'trapped_shop', 'shopkeeper', 'DROP SCHEMA greenery CASCADE; ALTER SCHEMA kept RENAME TO greenery');
# nor in the middle of an update
as_role($sessions, 'trapped_shop', 'shopkeeper', "BEGIN; ALTER EXTENSION greenery UPDATE TO '$new'; PREPARE TRANSACTION 'update'");
(undef, undef, $moved) = $sessions->psql('trapped_shop', "SET lock_timeout = '1s'; ALTER SCHEMA greenery RENAME TO kept",
	extra_params => [ '-U', 'shopkeeper' ]);
like($moved, qr/ERROR:  canceling statement due to lock timeout/, 'another schema: not in the middle of an update');
as_role($sessions, 'trapped_shop', 'shopkeeper', q{ROLLBACK PREPARED 'update'});

# The owner's traps: whatever the script does to what is his must not run them as a superuser
as_role(
	$sessions, 'trapped_shop', 'shopkeeper', q{
	CREATE SCHEMA traps;
	GRANT USAGE ON SCHEMA traps TO PUBLIC;
	CREATE TABLE traps.ran (what text, as_role text);
	GRANT INSERT ON traps.ran TO PUBLIC;
	CREATE FUNCTION traps.spring(what text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO traps.ran VALUES (what, current_user);
		RETURN true;
	END $$;
	CREATE FUNCTION traps.check(what text, value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
		RAISE WARNING '% checked as %', what, current_user;
		RETURN true;
	END $$;
	CREATE FUNCTION traps.spring_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM traps.spring('trigger on ' || TG_TABLE_NAME);
		RETURN NEW;
	END $$;
	CREATE TRIGGER trap BEFORE INSERT ON greenery.models FOR EACH ROW EXECUTE FUNCTION traps.spring_trigger();
	CREATE TRIGGER trap BEFORE INSERT ON greenery.test_definitions FOR EACH ROW EXECUTE FUNCTION traps.spring_trigger();
	CREATE TRIGGER trap BEFORE INSERT ON greenery.sources FOR EACH ROW EXECUTE FUNCTION traps.spring_trigger();
	ALTER TABLE greenery.sources ADD CHECK (traps.check('constraint', source));
	CREATE INDEX ON greenery.models (traps.check('index', model));
	ALTER TABLE greenery_published.dim_products ADD CHECK (traps.check('published', name));
	-- replaced
	CREATE OR REPLACE FUNCTION greenery.keep_builds_out() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN PERFORM traps.spring('keep_builds_out'); END $$;
	CREATE OR REPLACE FUNCTION greenery.comment_key(relation text, key text[]) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN PERFORM traps.spring('comment_key'); END $$;
	-- beside it, and a better fit
	CREATE FUNCTION greenery.inherit_comments(relation text, source text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN PERFORM traps.spring('inherit_comments'); END $$;
	CREATE FUNCTION greenery.as_owner(sql varchar) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN PERFORM traps.spring('as_owner'); END $$;
	CREATE FUNCTION greenery.relation_named(name varchar) RETURNS oid LANGUAGE plpgsql AS $$
	BEGIN PERFORM traps.spring('relation_named'); RETURN NULL; END $$;
	CREATE FUNCTION traps.equal(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		RAISE WARNING 'operator checked as %', current_user;
		RETURN $1 OPERATOR(pg_catalog.=) $2::oid;
	END $$;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO guest;
	ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO guest});
$sessions->safe_psql('trapped_shop', 'GRANT CREATE ON SCHEMA public TO shopkeeper');
as_role($sessions, 'trapped_shop', 'shopkeeper', 'CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = traps.equal)');
# two updates at once
my ($ret, $out, $err) = $node->psql('trapped_shop', "ALTER EXTENSION greenery UPDATE TO '${new}again'");
is($ret, 0, 'traps: a superuser updates the extension') or diag($err);
unlike($err, qr/checked as (?!shopkeeper\b)/, 'traps: what is checked and indexed runs as the owner');
like($err, qr/constraint checked as shopkeeper/, 'traps: and it does run');
like($err, qr/index checked as shopkeeper/, 'traps: and it does run');
is($sessions->safe_psql('trapped_shop', 'SELECT DISTINCT as_role FROM traps.ran'),
	'shopkeeper', 'traps: so do triggers and functions');
is($sessions->safe_psql('trapped_shop', q{SELECT string_agg(DISTINCT what, ', ' ORDER BY what) FROM traps.ran}),
	'comment_key, inherit_comments, keep_builds_out, trigger on models, trigger on sources, trigger on test_definitions',
	'traps: those that the script comes across');
is( $sessions->safe_psql('trapped_shop', q{
		SELECT string_agg(DISTINCT c.relowner::regrole || ' ' || has_table_privilege('guest', c.oid, 'SELECT'), ', ')
		  FROM pg_class c
		 WHERE c.oid IN ('greenery.returns'::regclass, 'greenery.stg_returns'::regclass,
						 'greenery.fact_returns'::regclass, 'greenery_published.fact_returns'::regclass)}),
	'shopkeeper false', 'traps: what is new is the owner\'s, and no one else\'s');
is( $sessions->safe_psql('trapped_shop', q{
		SELECT has_function_privilege('guest', 'greenery.source_returns()', 'EXECUTE')
			OR has_function_privilege('guest', 'greenery_return_rate()', 'EXECUTE')}),
	'f', 'traps: its functions too');

$sessions->hang_up;
$node->stop;
done_testing();
