# A role without any special rights but CREATE on the database creates the
# extension and works with it.  What it works with belongs to it; what could do
# harm in its hands, code in C, does not.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('no_superuser');

$node->safe_psql(
	'postgres', q{
	CREATE ROLE shopkeeper LOGIN;
	CREATE ROLE stranger LOGIN;
	CREATE DATABASE shop;
	GRANT CREATE ON DATABASE shop TO shopkeeper;
});

my ($ret, $out, $err) = $node->psql('shop', 'CREATE EXTENSION greenery',
	extra_params => [ '-U', 'stranger' ]);
isnt($ret, 0, 'without CREATE on the database: refused');
like($err, qr/permission denied to create extension "greenery"/,
	'without CREATE on the database: permission denied');

# What roles grant by default on what they make is not meant for this
foreach my $role ('', 'FOR ROLE shopkeeper')
{
	$node->safe_psql(
		'shop', qq{
		ALTER DEFAULT PRIVILEGES $role GRANT ALL ON FUNCTIONS TO stranger;
		ALTER DEFAULT PRIVILEGES $role GRANT ALL ON TABLES TO stranger;
		ALTER DEFAULT PRIVILEGES $role GRANT ALL ON SEQUENCES TO stranger;
		ALTER DEFAULT PRIVILEGES $role GRANT ALL ON SCHEMAS TO stranger});
}
as_role($node, 'shop', 'shopkeeper', q{
	BEGIN;
	SAVEPOINT before;
	CREATE EXTENSION greenery;
	RELEASE before;
	COMMIT});

# Offenders, by name; there must be none
my $members = q{
	WITH member AS (
		SELECT d.classid, d.objid
		  FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
		 WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		   AND e.extname = 'greenery')};
is( $node->safe_psql(
		'shop', qq{$members
		SELECT 'schema', n.nspname, n.nspowner::regrole
		  FROM member m JOIN pg_namespace n ON n.oid = m.objid
		 WHERE m.classid = 'pg_namespace'::regclass AND n.nspowner <> 'shopkeeper'::regrole
		UNION ALL
		SELECT 'relation', c.oid::regclass::text, c.relowner::regrole
		  FROM member m JOIN pg_class c ON c.oid = m.objid
		 WHERE m.classid = 'pg_class'::regclass AND c.relowner <> 'shopkeeper'::regrole
		UNION ALL
		SELECT 'routine', p.oid::regprocedure::text, p.proowner::regrole
		  FROM member m JOIN pg_proc p ON p.oid = m.objid
		  JOIN pg_language l ON l.oid = p.prolang
		 WHERE m.classid = 'pg_proc'::regclass
		   AND (p.proowner = 'shopkeeper'::regrole) <> (l.lanname IN ('sql', 'plpgsql'))
		 ORDER BY 1, 2}),
	'',
	'everything but C functions and aggregates belongs to who created the extension');
is( $node->safe_psql(
		'shop', qq{$members
		SELECT 'schema', n.nspname FROM member m JOIN pg_namespace n ON n.oid = m.objid
		 WHERE m.classid = 'pg_namespace'::regclass AND has_schema_privilege('stranger', n.oid, 'USAGE, CREATE')
		UNION ALL
		SELECT 'relation', c.oid::regclass::text FROM member m JOIN pg_class c ON c.oid = m.objid
		 WHERE m.classid = 'pg_class'::regclass
		   AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('stranger', c.oid, 'USAGE, SELECT, UPDATE')
				ELSE has_table_privilege('stranger', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') END
		UNION ALL
		SELECT 'routine', p.oid::regprocedure::text FROM member m JOIN pg_proc p ON p.oid = m.objid
		 WHERE m.classid = 'pg_proc'::regclass AND has_function_privilege('stranger', p.oid, 'EXECUTE')
		   AND (p.pronamespace = 'greenery'::regnamespace OR p.proname LIKE 'greenery\\_%')}),
	'',
	'default privileges give no one any of it');
is( $node->safe_psql(
		'shop', qq{$members
		SELECT p.oid::regprocedure FROM member m JOIN pg_proc p ON p.oid = m.objid
		 WHERE m.classid = 'pg_proc'::regclass AND NOT has_function_privilege('shopkeeper', p.oid, 'EXECUTE WITH GRANT OPTION')
		   AND (p.pronamespace = 'greenery'::regnamespace OR p.proname LIKE 'greenery\\_%')}),
	'',
	'and the creator all');
like(
	$node->safe_psql('shop', qq{$members SELECT count(*) FROM member}),
	qr/^\d\d+$/, 'the extension has members to look at');

# He can load and ask
as_role($node, 'shop', 'shopkeeper', 'SELECT greenery_load_sample_shop()');
is(as_role($node, 'shop', 'shopkeeper', 'SELECT count(*) FROM greenery.dim_users'),
	'130', 'the creator loads the sample shop');
like(as_role($node, 'shop', 'shopkeeper', 'SELECT greenery_repeat_rate()'),
	qr/^0\.\d+$/, 'the creator asks for the repeat rate');
is( as_role($node, 'shop', 'shopkeeper',
		q{SELECT value = greenery_repeat_rate() FROM greenery.metrics WHERE name = 'repeat_rate'}),
	't', 'the creator reads the marts');
as_role($node, 'shop', 'shopkeeper', 'SELECT greenery_record_history()');
as_role($node, 'shop', 'shopkeeper', q{
	DELETE FROM greenery.order_items; UPDATE greenery.products SET inventory = 0});

# and no other role can, unless its owner says so
foreach my $sql (
	'SELECT greenery_repeat_rate()',
	'SELECT count(*) FROM greenery.dim_users',
	'SELECT count(*) FROM greenery.users',
	'SELECT greenery_load_sample_shop()',
	'SELECT greenery_record_history()')
{
	($ret, $out, $err) = $node->psql('shop', $sql, extra_params => [ '-U', 'stranger' ]);
	like($err, qr/permission denied/, "a stranger: permission denied for $sql");
}
as_role($node, 'shop', 'shopkeeper', q{SELECT greenery_grant('stranger', 'analyst')});
is(as_role($node, 'shop', 'stranger', 'SELECT count(*) FROM greenery.dim_users'),
	'130', 'a stranger made analyst reads the marts');
($ret, $out, $err) = $node->psql('shop', 'DELETE FROM greenery.users',
	extra_params => [ '-U', 'stranger' ]);
like($err, qr/permission denied/, 'an analyst changes nothing');

as_role($node, 'shop', 'shopkeeper', 'DROP EXTENSION greenery');
is( $node->safe_psql('shop', q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^greenery'}),
	'0', 'the creator drops it');

$node->stop;
done_testing();
