# What greenery's TAP tests share: a server to try things on, and pictures of a
# database to compare.

package Greenery;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(new_server as_role contents catalog);

# A started server of its own, in UTF-8 whatever the caller's locale is.
sub new_server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'");
	$node->start;
	return $node;
}

# Run SQL as a role and return what it prints; an error ends the test.
sub as_role
{
	my ($node, $db, $role, $sql) = @_;

	return $node->safe_psql($db, $sql, extra_params => [ '-U', $role ]);
}

# Every table, sequence and view of greenery with the number of its rows and a
# digest of them, as text: the same text means the same rows and answers.
sub contents
{
	my ($node, $db, $role) = @_;
	my $queries = as_role(
		$node, $db, $role, q{
		SELECT format(CASE relkind
						WHEN 'S' THEN 'SELECT %L, last_value, is_called FROM %s'
						ELSE 'SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM %s t'
					  END, c.oid::regclass, c.oid::regclass)
		  FROM pg_class c
		 WHERE c.relnamespace::regnamespace::text IN ('greenery', 'greenery_published')
		   AND c.relkind IN ('r', 'v', 'm', 'S')
		   -- how far the last build has come is not dumped
		   AND c.relname !~ '^build_(plan$|progress_)'
		 ORDER BY c.oid::regclass::text COLLATE "C"});

	$queries =~ s/\n/;\n/g;
	return as_role($node, $db, $role, $queries);
}

# The names of everything an extension could leave behind.
sub catalog
{
	my ($node, $db) = @_;

	return $node->safe_psql(
		$db, q{
		SELECT o.what, o.name FROM (
			SELECT 'relation' AS what, relnamespace::regnamespace || '.' || relname
			  FROM pg_class
			UNION ALL SELECT 'routine', oid::regprocedure::text FROM pg_proc
			UNION ALL SELECT 'schema', nspname FROM pg_namespace
			UNION ALL SELECT 'type', oid::regtype::text FROM pg_type
			UNION ALL SELECT 'cast', castsource::regtype || ' as ' || casttarget::regtype FROM pg_cast
			UNION ALL SELECT 'operator', oid::regoperator::text FROM pg_operator
			UNION ALL SELECT 'operator class', opcname FROM pg_opclass
			UNION ALL SELECT 'collation', collname FROM pg_collation
			UNION ALL SELECT 'trigger', tgname FROM pg_trigger
			UNION ALL SELECT 'event trigger', evtname FROM pg_event_trigger
			UNION ALL SELECT 'policy', polname FROM pg_policy
			UNION ALL SELECT 'default privileges', defaclrole::regrole::text FROM pg_default_acl
			UNION ALL SELECT 'initial privileges', objoid || ' ' || objsubid FROM pg_init_privs
			UNION ALL SELECT 'comment', classoid || ' ' || objoid || ' ' || objsubid FROM pg_description
			UNION ALL SELECT 'extension', extname FROM pg_extension
		) AS o(what, name)
		 ORDER BY o.what, o.name COLLATE "C"});
}

1;
