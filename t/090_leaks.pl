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

plan skip_all => 'the size of a process is read from /proc'
  unless -r '/proc/self/status' && slurp_file('/proc/self/status') =~ /^RssAnon:/m;

# The C library is to give back at once what is freed, or a process would be as
# large as its largest query.
$ENV{MALLOC_MMAP_THRESHOLD_} = $ENV{MALLOC_TRIM_THRESHOLD_} = 128 * 1024;

my $warm_up = 2;
my $rounds = 8;

# What a session may be larger by after so many rounds, in bytes (and mappings).
# Each round makes six states of some 500 bytes and tables of 256 kB to 2 MB.  As a
# rule the first and the last are larger by some pages and by nothing.
my @measures = (
	[ 'process', 1024 * 1024 ],
	[ 'its own memory', 1024 * 1024 ],
	[ 'mappings', 8 ],
	[ 'memory contexts', 2560 ]);

# All kinds of tables.  That of the uuids is so large that it gets huge pages; the
# others do with a quarter of the rows, since there are many rounds.  What happens to
# a row is in the last one's filter: that the states are there by then does not
# depend on the plan.
sub aggregates
{
	my ($do, $over) = @_;
	my $few = 'FILTER (WHERE o % 4 = 0)';

	return join(', ', map { $_ . ($over // '') }
		'repeat_rate(u, u2)', "repeat_rate(i, o) $few", "repeat_rate(t, o) $few", "repeat_rate(n, o) $few",
		"repeat_rate_by_row(t) $few", 'duplicate_count(i) FILTER (WHERE o % 4 = 0 AND ' . ($do // 'true') . ')');
}

my $all = aggregates();

my $node = new_server('leaks');
$node->append_conf('postgresql.conf', q{
jit = off
autovacuum = off
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
	SELECT o::bigint, i::bigint, g, md5(i::text)::uuid AS u, md5(o::text)::uuid AS u2, 'id' || i AS t, i::numeric AS n
	FROM generate_series(1, 30800) o, LATERAL (SELECT o % 28000 AS i, o % 28000 / 7000 AS g) x;
VACUUM ANALYZE keys;
CREATE TABLE long_ids AS SELECT repeat(md5(i::text), 1000) AS id FROM generate_series(1, 1000) i;
-- labelled safe so that they run in a worker, where they belong
CREATE FUNCTION cancel() RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT pg_cancel_backend(coalesce(leader_pid, pid)) FROM pg_stat_activity WHERE pid = pg_backend_pid());
END $$;
CREATE FUNCTION die() RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid() AND leader_pid IS NOT NULL);
END $$;
-- without the statement's own memory, and statistics that wait to be reported
CREATE FUNCTION size() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', 1024 * substring(s, 'VmSize:\s+(\d+)')::bigint,
		1024 * substring(s, 'RssAnon:\s+(\d+)')::bigint,
		(SELECT count(*) FROM regexp_split_to_table(pg_read_file('/proc/self/maps'), '\n')),
		(SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name !~ '^(MessageContext|PgStat|TabStatusArray)'))
	FROM pg_read_file('/proc/self/status') s
$$;
});

# the same for each quarter of the users
my $answer = $node->safe_psql('postgres', q{
	SELECT repeat(format('%s|', avg((orders > 1)::int)::float8), 5) || count(*) FILTER (WHERE orders > 1 AND i % 4 = 0)
	  FROM (SELECT i, count(*) AS orders FROM keys GROUP BY i) u});
is($answer, '0.1|0.1|0.1|0.1|0.1|700', 'plain SQL');

# Run script(1), script(2), ... in one session.  Each is to fail with the SQLSTATE,
# or, if that is undefined, not at all; afterwards the session works, and is as
# large as after some rounds.
sub survives
{
	my ($what, $sqlstate, $script, %options) = @_;
	my ($out, $err) = ('', '');
	my $size = "SELECT 'size', size();\n";

	# what is looked up first stays, which is as it should be
	$node->psql('postgres', join('',
			"\\set VERBOSITY sqlstate\nSELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND :pid\n",
			$options{start} // '', "SELECT $all FROM keys;\n", $size,
			map({ $script->($_) } 1 .. $warm_up), $size,
			map({ $script->($_) } 1 .. $rounds), $size,
			$options{end} // '',
			"RESET ALL;\nSELECT 'answer', $all FROM keys;\n"),
		on_error_stop => 0, stdout => \$out, stderr => \$err);

	my @errors = $err =~ /ERROR:\s+(\w{5})/g;
	my @others = grep { !defined $sqlstate || $_ ne $sqlstate } @errors;
	my $least = !defined $sqlstate ? 0 : $options{sometimes} ? 1 : $rounds + $warm_up;
	cmp_ok(@errors - @others, '>=', $least, "$what: that is what happens");
	is("@others", '', "$what: and nothing else") or diag($err);

	my @sizes = map { [split] } $out =~ /^size\|([\d ]+)$/mg;
	note("$what: process, own, mappings, contexts: ", join(', ', map { "@$_" } @sizes));
	for my $i (0 .. $#measures)
	{
		my ($measure, $may_grow) = @{ $measures[$i] };
		cmp_ok(($sizes[-1][$i] // 'inf') - ($sizes[-2][$i] // 0), '<', $may_grow, "$what: $measure");
	}
	like($out, qr/^answer\|\Q$answer\E$/m, "$what: the next answer is right");
	return;
}

# What a row is to do, one in the last third of those there are
sub at
{
	my ($round, $do) = @_;
	return '(o <> ' . (20000 + 4 * ($round * 1009 % 2500)) . " OR $do)";
}

my $workers = 'SET max_parallel_workers_per_gather = 2;';
my $error = '1 / (i - i) = 1';
like($node->safe_psql('postgres', "$workers EXPLAIN SELECT $all FROM keys"),
	qr/Partial Aggregate/, 'there are plans with workers');

my $both = 'SET max_parallel_workers_per_gather = 1; SET parallel_leader_participation = on;';

for ([ 'serial', '' ], [ 'parallel', $workers ], [ 'parallel with the leader', $both ])
{
	my ($how, $start) = @$_;
	my $with = sub { my ($do) = @_; sub { 'SELECT ' . aggregates(at($_[0], $do)) . " FROM keys;\n" } };

	survives("no failure, $how", undef, $with->('true'), start => $start);
	survives("error in a row, $how", '22012', $with->($error), start => $start);
	# once where no worker can do it: what the session learns about the function stays
	survives("cancelled, $how", '57014', $with->('cancel()'),
		start => "SET max_parallel_workers_per_gather = 0;\nSELECT cancel();\n$start\n");
	survives("a worker is terminated, $how", '57P01', $with->('die()'), start => $start)
	  if $start eq $workers;

	# at any point, that of handing over states among them; the last ones may not be
	# in time, and the first ROLLBACK may be timed out itself
	survives("timed out, $how", '57014',
		sub {
			'BEGIN; SET LOCAL statement_timeout = ' . $_[0] * 3
			  . ";\nSELECT $all FROM keys;\nROLLBACK;\nROLLBACK;\n" },
		start => $start, sometimes => 1);

	# an aggregate alone takes its rows from the scan itself
	survives("error on the way through a scan, $how", '22012',
		sub { 'SELECT repeat_rate(u, u2) FROM keys WHERE ' . at($_[0], $error) . ";\n" }, start => $start);
	survives("cancelled on the way through a scan, $how", '57014',
		sub { 'SELECT duplicate_count(t) FROM keys WHERE ' . at($_[0], 'cancel()') . ";\n" },
		start => "SET max_parallel_workers_per_gather = 0;\nSELECT cancel();\n$start\n");

	survives("error in a group, $how", '22012',
		sub {
			'SET enable_hashagg = ' . ($_[0] % 2 ? 'on' : 'off') . ";\n"
			  . 'SELECT ' . aggregates(at($_[0], $error)) . " FROM keys GROUP BY g;\n" },
		start => $start);
}

survives('error in a subtransaction', '22012',
	sub {
		"SAVEPOINT s;\nSELECT " . aggregates(at($_[0], $error))
		  . " FROM keys;\nROLLBACK TO s;\nRELEASE s;\n" },
	start => "BEGIN;\n", end => "COMMIT;\n");
survives('error in a later run of a subquery', '22012',
	sub {
		'SELECT x, (SELECT repeat_rate(u, u2) FILTER (WHERE x < 3 OR ' . at($_[0], $error)
		  . ") FROM keys) FROM generate_series(1, 3) x;\n" });
survives('error in a window', '22012',
	sub {
		'SELECT ' . aggregates(at($_[0], $error), ' OVER (ORDER BY o ROWS UNBOUNDED PRECEDING)')
		  . " FROM keys OFFSET 100000;\n" });
survives('cursor closed', undef,
	sub {
		"BEGIN;\nSET LOCAL enable_sort = off;\nDECLARE c CURSOR FOR SELECT $all FROM keys GROUP BY g;\n"
		  . 'DECLARE d CURSOR FOR SELECT ' . aggregates('true', ' OVER (ORDER BY g)') . " FROM keys;\n"
		  . "FETCH 1 FROM c;\nFETCH 1 FROM d;\n" . ($_[0] % 2 ? "CLOSE c;\nCLOSE d;\nCOMMIT;\n" : "ROLLBACK;\n") });

SKIP:
{
	my $postmaster = (slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/)[0];

	skip 'prlimit is missing, or there is a limit already', 21
	  if system("prlimit --pid $postmaster --as=unlimited: >/dev/null 2>&1") != 0;

	my $limited = sub {
		my ($kilobytes, $query) = @_;
		return "\\! prlimit --pid \$BACKEND --as=\$((1024 * (\$(awk '/^VmSize/ {print \$2}' /proc/\$BACKEND/status) + $kilobytes))):\n"
		  . "$query\n\\! prlimit --pid \$BACKEND --as=unlimited:\n"; };

	# all tables together take some 8 MB
	survives('out of memory, serial', '53200',
		sub { $limited->(400 * $_[0], "SELECT $all FROM keys;") });
	# 32 MB, if what is made of a row stayed until the last
	survives('long values, one by one', undef,
		sub { $limited->(12000, 'SELECT duplicate_count(id) FROM long_ids;') });
	# in the leader: what it is handed takes some 2 MB, what it makes of it 4 MB
	survives('out of memory, parallel', '53200',
		sub { $limited->(1000 + 250 * $_[0], 'SELECT repeat_rate(u, u2) FROM keys;') }, start => $workers);
}

$node->stop;
done_testing();
