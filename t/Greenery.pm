# What greenery's TAP tests share: a server to try things on, and pictures of a
# database to compare.

package Greenery;

use strict;
use warnings;

use Exporter 'import';
use File::Basename 'dirname';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(new_server as_role with_builds keep_marts contents catalog members private_installation);

# A started server of its own, in UTF-8 whatever the caller's locale is.  Further
# arguments are those of PostgreSQL::Test::Cluster.
sub new_server
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, %options);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	# compiling a live view, or starting a worker, takes longer than the few rows of a test
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nmax_parallel_maintenance_workers = 0");
	$node->start;
	return $node;
}

# Run SQL as a role and return what it prints; an error ends the test.
sub as_role
{
	my ($node, $db, $role, $sql) = @_;

	return $node->safe_psql($db, $sql, extra_params => [ '-U', $role ]);
}

# SQL with the functions that the regression tests of builds have.
sub with_builds
{
	my ($sql) = @_;

	return slurp_file(dirname(__FILE__) . '/../sql/include/builds.sql') =~ s/^\\set ECHO .*\n//mgr . $sql;
}

# Builds make no other marts than these from now on: a build of all takes its time, and many
# tests have many builds.
sub keep_marts
{
	my ($node, $db, @marts) = @_;

	$node->safe_psql($db, with_builds("SELECT pg_temp.keep_marts('{" . join(',', @marts) . "}')"));
	return;
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

# Every member of the extension and what belongs to it (indexes, constraints, columns): what it
# is, whose, who may use it, its comment and what it depends on, one line each.  Then the rows
# that scripts of the extension write.  Rights of the roles named are left out.
sub members
{
	my ($node, $db, @but_roles) = @_;
	my $but = join(', ', map { "'$_'" } @but_roles, '');

	return $node->safe_psql(
		$db, qq{
		SET search_path = pg_catalog;
		CREATE FUNCTION pg_temp.rights(acl aclitem[], owner oid, kind "char") RETURNS text LANGUAGE sql AS \$\$
			SELECT string_agg(format('%s=%s%s/%s', coalesce(g.rolname, 'PUBLIC'), a.privilege_type,
									 CASE WHEN a.is_grantable THEN '*' ELSE '' END, a.grantor::regrole),
							  ' ' ORDER BY coalesce(g.rolname, 'PUBLIC'), a.privilege_type, a.grantor::regrole::text)
			  FROM aclexplode(coalesce(acl, acldefault(kind, owner))) a
			  LEFT JOIN pg_roles g ON g.oid = a.grantee
			 WHERE coalesce(g.rolname, '') NOT IN ($but) OR g.rolname IS NULL
		\$\$;
		WITH RECURSIVE ext AS (SELECT * FROM pg_extension WHERE extname = 'greenery'),
		object (classid, objid) AS (
			SELECT d.classid, d.objid FROM pg_depend d, ext
			 WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = ext.oid AND d.deptype = 'e'
			UNION
			SELECT d.classid, d.objid FROM pg_depend d
			  JOIN object o ON d.refclassid = o.classid AND d.refobjid = o.objid
			 WHERE d.deptype IN ('i', 'a', 'I', 'P', 'S')
		), named AS (
			SELECT o.*, pg_describe_object(o.classid, o.objid, 0) AS name FROM object o
		)
		SELECT replace(concat_ws(' | ', n.name,
			 -- whose, and who may
			 c.relowner::regrole, p.proowner::regrole, s.nspowner::regrole, t.typowner::regrole,
			 CASE WHEN c.relkind IN ('r', 'v', 'S') THEN pg_temp.rights(c.relacl, c.relowner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char") END,
			 CASE WHEN p.oid IS NOT NULL THEN pg_temp.rights(p.proacl, p.proowner, 'f') END,
			 CASE WHEN s.oid IS NOT NULL THEN pg_temp.rights(s.nspacl, s.nspowner, 'n') END,
			 CASE WHEN t.typtype = 'b' THEN pg_temp.rights(t.typacl, t.typowner, 'T') END,
			 (SELECT string_agg('at first: ' || coalesce(pg_temp.rights(i.initprivs, 0, 'r'), ''), ' ' ORDER BY i.objsubid)
				FROM pg_init_privs i WHERE i.classoid = n.classid AND i.objoid = n.objid),
			 -- what it says
			 'comment: ' || obj_description(n.objid, n.classid::regclass::name),
			 -- what it is
			 c.relkind, c.relpersistence, c.reloptions,
			 CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'i' THEN pg_get_indexdef(c.oid) END,
			 (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
										  a.attidentity, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid),
										  a.attacl, 'comment: ' || col_description(a.attrelid, a.attnum)),
								', ' ORDER BY a.attnum)
				FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			   WHERE a.attrelid = c.oid AND a.attnum > 0 AND c.relkind IN ('r', 'v')),
			 CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
			 (SELECT concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
							   a.aggtranstype::regtype, a.aggtransspace, a.aggfinalmodify, p.proparallel, p.proisstrict)
				FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
			 (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
			   WHERE n.classid = 'pg_constraint'::regclass AND k.oid = n.objid),
			 (SELECT 'dumped: ' || ext.extcondition[array_position(ext.extconfig, n.objid)] FROM ext
			   WHERE n.classid = 'pg_class'::regclass),
			 -- what it needs
			 (SELECT string_agg(DISTINCT concat_ws(' ', d.deptype, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)), ', ')
				FROM pg_depend d WHERE d.classid = n.classid AND d.objid = n.objid)), chr(10), ' ')
		  FROM named n
		  LEFT JOIN pg_class c ON n.classid = 'pg_class'::regclass AND c.oid = n.objid
		  LEFT JOIN pg_proc p ON n.classid = 'pg_proc'::regclass AND p.oid = n.objid
		  LEFT JOIN pg_namespace s ON n.classid = 'pg_namespace'::regclass AND s.oid = n.objid
		  LEFT JOIN pg_type t ON n.classid = 'pg_type'::regclass AND t.oid = n.objid
		 WHERE n.name !~ 'pg_toast'
		 ORDER BY n.name COLLATE "C", 1;
		SELECT 'model', m FROM greenery.models m WHERE m.builtin ORDER BY m.model;
		-- created_by says who ran the script
		SELECT 'test', to_jsonb(t) - 'created_by' FROM greenery.test_definitions t WHERE t.builtin ORDER BY t.test_id;
		SELECT 'source', s FROM greenery.sources s ORDER BY s.position;
		SELECT 'history', h FROM greenery.histories h ORDER BY h.position;
		SELECT 'input', i FROM greenery.incremental_inputs i ORDER BY i.model, i.input;
		SELECT 'intermediate', h FROM greenery.intermediate_models h ORDER BY h.view});
}

# A copy of the PostgreSQL that runs the tests, to install into: a PostgreSQL finds its parts
# relative to its programs.  Returns the argument install_path of new_server().
sub private_installation
{
	my ($dir) = @_;
	my %path;

	foreach my $what (qw(bindir pkglibdir sharedir includedir libdir))
	{
		chomp($path{$what} = `pg_config --$what`);
	}
	foreach my $what (qw(bindir pkglibdir sharedir))
	{
		my $copy = "$dir$path{$what}";

		next if -e $copy;
		system_or_bail('mkdir', '-p', $copy);
		system_or_bail('cp', '-a', "$path{$what}/.", $copy);
	}
	foreach my $what (qw(includedir libdir))
	{
		my $copy = "$dir$path{$what}";

		next if -e $copy;
		system_or_bail('mkdir', '-p', dirname($copy));
		symlink($path{$what}, $copy) or die "cannot make $copy: $!";
	}
	return "$dir" . dirname($path{bindir});
}

1;
