# What the states of parallel aggregates take in the leader.
#
# A subquery that is run for each of many rows starts its workers each time, and their
# states come by way of memory that the query shares until it ends.  What has been
# combined must not stay there: the leader, which has mapped all of it, must not grow.
# And what it reads of them must not be there a third time.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;
use List::Util qw(min);

plan skip_all => 'what a process has mapped is read from /proc'
  unless -r '/proc/self/maps';

my $scans = 20;

# A scan needs 0.5 to 3 MB, and areas grow by doubling.  Workers that run at other times need up
# to two and a half times as much as in the first scan; were nothing freed, it would be more than
# four times as much.
my $enough = 20 * 1024 * 1024;
my $more = 3.5;

my $node = new_server('state_memory');
plan skip_all => 'shared memory is not in files'
  if $node->safe_psql('postgres', 'SHOW dynamic_shared_memory_type') ne 'posix';

# all rows come from workers
$node->append_conf('postgresql.conf', q{
jit = off
autovacuum = off
enable_material = off
enable_memoize = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 2
parallel_leader_participation = off
});
$node->restart;
$node->safe_psql('postgres', q{
CREATE EXTENSION greenery;
CREATE TABLE keys AS
	SELECT o::bigint, i::bigint, md5(i::text)::uuid AS u, md5(o::text)::uuid AS u2, 'id' || i AS t, i::numeric AS n,
		timestamptz '2021-01-01' + o * interval '1 second' AS at
	FROM generate_series(1, 50000) o, LATERAL (SELECT o % 45000 AS i) x;
VACUUM ANALYZE keys;
-- labelled so that it runs in the leader
CREATE FUNCTION shared_memory(scan bigint) RETURNS bigint LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$
	SELECT sum(('x' || lpad(m[2], 16, '0'))::bit(64)::bigint - ('x' || lpad(m[1], 16, '0'))::bit(64)::bigint)::bigint
	  FROM regexp_matches(pg_read_file('/proc/self/maps'), '^([0-9a-f]+)-([0-9a-f]+) [^\n]*/dev/shm/PostgreSQL\.', 'gn') m
$$;
});

# The answers, and what is mapped after each
sub rescan
{
	my ($call, $end) = @_;
	my $query = "SELECT x, d::text AS d FROM generate_series(1, $scans) x LEFT JOIN LATERAL (SELECT $call AS d FROM keys $end) s ON s.d::text <> x::text";

	like($node->safe_psql('postgres', "EXPLAIN $query"), qr/Nested Loop.*Finalize Aggregate.*Gather/s, "$call: plan");
	return split(/\|/, $node->safe_psql('postgres',
		"SELECT count(d), count(DISTINCT d), min(d), string_agg(size::text, ' ' ORDER BY x)
		   FROM (SELECT x, d, shared_memory(x) AS size FROM ($query) q) r"));
}

for my $call ('duplicate_count(u)', 'repeat_counts(u, u2)', 'repeat_counts(i, o)', 'repeat_counts(n, o)', 'duplicate_count(n)',
	'session_summary(u, at, true)', q{session_count(n, at, interval '1 minute')},
	q{funnel_counts('1 day', t, at, o > 3, o > 5)}, 'greenery.shopper_summary(t, at, NULL::interval, t, true, false)')
{
	my ($answers, $different, $answer, $mapped) = rescan($call, '');
	my @mapped = split(/ /, $mapped);

	is($answers, $scans, "$call: answers");
	is($different, 1, "$call: all the same");
	is($answer, $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; SELECT $call FROM keys"),
		"$call: that of one process");
	note("$call: mapped $mapped");
	cmp_ok($mapped[-1], '<', min($enough, $more * $mapped[0]), "$call: memory of later scans is that of earlier ones");
}

# where the workers' memory goes before the states
my @mapped = split(/ /, (rescan('duplicate_count(u)', 'LIMIT 1'))[3]);
note("limited: mapped @mapped");
cmp_ok($mapped[-1], '<', min($enough, $more * $mapped[0]), 'limited: memory of later scans is that of earlier ones');

# an error when states have been combined, and are parts of another one
$node->safe_psql('postgres', q{
CREATE FUNCTION fail(times int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	failed bigint = 0;
BEGIN
	FOR i IN 1..times LOOP
		BEGIN
			PERFORM 1 / (duplicate_count(u) - duplicate_count(u2) - duplicate_count(u)) FROM keys;
		EXCEPTION WHEN division_by_zero THEN
			failed := failed + 1;
		END;
	END LOOP;
	RETURN failed;
END $$;
});
is($node->safe_psql('postgres', "SELECT fail($scans)"), $scans, 'errors in subtransactions');
my ($out, $err) = ('', '');
$node->psql('postgres', ("SELECT 1 / duplicate_count(u2), session_count(u, at, '1 day') FROM keys;\n" x 5) . "SELECT 'mapped', shared_memory(0);\n",
	on_error_stop => 0, stdout => \$out, stderr => \$err);
is(scalar(() = $err =~ /ERROR:  division by zero/g), 5, 'errors');
cmp_ok(($out =~ /^mapped\|(\d+)$/)[0], '<', 2 * 1024 * 1024, 'and nothing stays mapped');

# Values that are long are copied to the state one by one.  There are 33 MB of them, once
# in shared memory and once in the state.
$node->safe_psql('postgres', q{
CREATE TABLE documents AS
	SELECT i, (SELECT jsonb_agg(md5(i::text || j)) FROM generate_series(1, 3000) j) AS doc FROM generate_series(1, 300) i;
ALTER TABLE documents SET (parallel_workers = 2);
CREATE FUNCTION largest() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$
	SELECT 1024 * substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+)')::bigint
$$;
});
# all of them in one worker
my $one_worker = 'SET max_parallel_workers = 1;';
for my $call ('duplicate_count(doc)', q{session_count(doc, now(), '1 hour')})
{
	like($node->safe_psql('postgres', "EXPLAIN SELECT $call FROM documents"), qr/Gather/, "$call: plan");
	my ($few, $all) = $node->safe_psql('postgres',
		"$one_worker SELECT $call FROM documents WHERE i < 3; SELECT 'size', largest(); SELECT $call FROM documents; SELECT 'size', largest();") =~
	  /^size\|(\d+)$/mg;
	note("$call: from $few to $all");
	cmp_ok($all - $few, '>', 60 * 1024 * 1024, "$call: values are there twice");
	cmp_ok($all - $few, '<', 80 * 1024 * 1024, "$call: and no more than that");
}

$node->stop;
done_testing();
