# Aggregates that end in the middle leave nothing behind: by an error in a row, a
# cancelled query, no more memory, a worker that dies, a cursor that is closed.
# Each happens many times in one session, whose size must not grow meanwhile.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'the size of a process is read from /proc' unless -r '/proc/self/statm';

my $rounds = 8;
# Their states take more than 20 MB each time; @ in a script is the row to fail at
my $aggregates = q{repeat_rate(i, i), repeat_rate(u, u), repeat_rate(t, i), repeat_rate(n, i),
	repeat_rate_by_row(t), duplicate_count(i)};
my $may_grow = 16 * 1024;

my $node = new_server('leaks');
$node->append_conf('postgresql.conf', q{
jit = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 0
parallel_leader_participation = off
});
$node->restart;
$node->safe_psql('postgres', q{
CREATE EXTENSION greenery;
CREATE TABLE keys AS
	SELECT i::bigint, md5(i::text)::uuid AS u, 'id' || i AS t, i::numeric AS n
	FROM generate_series(1, 100000) i;
ANALYZE keys;
-- no worker may do these, so nobody else can have them by mistake
CREATE FUNCTION divide() RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN 1 / 0 = 1; END';
CREATE FUNCTION cancel() RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS
	'BEGIN RETURN pg_cancel_backend(pg_backend_pid()); END';
CREATE FUNCTION die() RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS
	'BEGIN RETURN pg_terminate_backend(pg_backend_pid()); END';
-- kilobytes in all and in memory, and mappings of this process
CREATE FUNCTION size() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', s[1]::bigint * 4, s[2]::bigint * 4,
		(SELECT count(*) FROM regexp_split_to_table(pg_read_file('/proc/self/maps'), '\n')))
	FROM string_to_array(pg_read_file('/proc/self/statm'), ' ') s
$$;
});

# Run a script many times in one session.  Every round is to fail in the way that
# the SQLSTATE says, or not at all; afterwards the session works, and is as large as
# after some rounds.
sub survives
{
	my ($what, $script, $sqlstate) = @_;
	my $round = sub { join('', map { my $at = 20000 + 8000 * $_; $script =~ s/\@/$at/gr } 1 .. $_[0]) };
	my ($out, $err) = ('', '');

	$node->psql('postgres',
		"\\set VERBOSITY sqlstate\nSELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND :pid\n"
		  . $round->(3) . "SELECT 'size', size();\n"
		  . $round->($rounds) . "SELECT 'size', size();\n"
		  . "SELECT 'answer', repeat_rate(i % 1000, i), duplicate_count(t) FROM keys WHERE i < 1500;\n",
		on_error_stop => 0, stdout => \$out, stderr => \$err);
	my @errors = $err =~ /ERROR:\s+(\w{5})/g;
	is(scalar(grep { $_ eq $sqlstate } @errors), $sqlstate eq '' ? 0 : $rounds + 3,
		"$what: each of them failed");
	is(scalar(grep { $_ ne $sqlstate } @errors), 0, "$what: in no other way") or diag($err);
	my @sizes = $out =~ /^size\|(\d+) (\d+) (\d+)$/mg;
	note("$what: virtual, resident, mappings: @sizes");
	is(scalar(@sizes), 6, "$what: the session lived on");
	cmp_ok($sizes[3] - $sizes[0], '<', $may_grow, "$what: size");
	cmp_ok($sizes[4] - $sizes[1], '<', $may_grow, "$what: size in memory");
	cmp_ok($sizes[5] - $sizes[2], '<', 10, "$what: mappings");
	like($out, qr/^answer\|0\.499\|0$/m, "$what: the next answer is right");
}

# serial, in workers, in groups, and as a window
my %plans = (
	serial => "SET max_parallel_workers_per_gather = 0;\nSELECT $aggregates FROM keys WHERE ACT;\n",
	parallel => "SET max_parallel_workers_per_gather = 2;\nSELECT $aggregates FROM keys WHERE ACT;\n",
);

sub with { my ($plan, $act) = @_; return $plans{$plan} =~ s/ACT/$act/r }

survives("no failure, $_", with($_, '@ > 0'), '') for sort keys %plans;
survives("error in a row, $_", with($_, 'CASE WHEN i = @ THEN divide() ELSE true END'), '22012')
	for sort keys %plans;
survives('cancelled, serial', with('serial', 'CASE WHEN i = @ THEN cancel() ELSE true END'), '57014');
survives('a worker is terminated', with('parallel', 'CASE WHEN i = @ THEN die() ELSE true END'), '57P01');
survives('cursor closed', q{
BEGIN;
DECLARE c CURSOR FOR SELECT g, repeat_rate(i, i), duplicate_count(t), repeat_rate(n, u)
	FROM keys, LATERAL (SELECT i / (@ * 2) AS g) x GROUP BY g;
FETCH 1 FROM c;
CLOSE c;
COMMIT;
}, '');

SKIP:
{
	skip 'there is no prlimit, or no right to use it', 7
		if system('prlimit --pid $$ --as >/dev/null 2>&1') != 0;
	# what the C library has kept is less than what these need
	survives('out of memory', q{
SET max_parallel_workers_per_gather = 0;
\! prlimit --pid $BACKEND --as=$(( $(cut -d' ' -f1 /proc/$BACKEND/statm) * 4096 + 16000000 )):
SELECT repeat_rate(i * 10 + g, i), duplicate_count(i * 10 + g) FROM keys, generate_series(1, 10) g WHERE @ > 0;
\! prlimit --pid $BACKEND --as=unlimited:
}, '53200');
}

$node->stop;
done_testing();
