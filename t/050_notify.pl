
# greenery-notify against an HTTP sink that accepts, fails, asks to wait, hangs
# and hangs up.
#
# Nothing here depends on how fast the machine is: waiting has an upper limit
# far above what is needed, and times are only ever compared with lower bounds.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Greenery;
use IO::Select;
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use POSIX qw(strftime _exit);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($notify) = grep { -x } ($ENV{GREENERY_NOTIFY} // (),
	map { "$_/greenery-notify" } '.', split(/:/, $ENV{PATH}));
plan skip_all => 'greenery-notify has not been built' unless defined $notify;

# a proxy would not find the sink
delete @ENV{ map { ($_, uc) } qw(http_proxy https_proxy all_proxy) };

my $secret = 'T0pS3cretT0ken';
my $tmp = PostgreSQL::Test::Utils::tempdir;

#
# The sink.  The file plan.CHANNEL says how requests for that channel are
# answered, one line each; the last line holds for all that follow.  Every
# request is logged before it is answered.
#
my $sink_log = "$tmp/sink.log";

sub plan_for
{
	my ($channel, @actions) = @_;
	my $file = "$tmp/plan.$channel";

	append_to_file("$file.new", join('', map { "$_\n" } @actions));
	rename("$file.new", $file) or die "could not rename $file.new: $!";
	return;
}

sub next_action
{
	my ($channel) = @_;
	my $file = "$tmp/plan.$channel";
	return '200' unless -e $file;
	my @actions = split(/\n/, slurp_file($file));
	plan_for($channel, @actions[ 1 .. $#actions ]) if @actions > 1;
	return $actions[0];
}

sub answer
{
	my ($client, $status, $header, $body) = @_;

	$header .= "\r\n" if $header ne '';
	print $client "HTTP/1.1 $status Answer\r\n${header}Content-Length: "
	  . length($body) . "\r\nConnection: close\r\n\r\n$body";
	return;
}

sub serve
{
	my ($client) = @_;
	my $request = '';

	# the whole request, or nothing: a killed sender may leave half of one
	while (1)
	{
		return unless IO::Select->new($client)->can_read(5);
		return unless sysread($client, $request, 65536, length($request));
		my ($head, $rest) = split(/\r\n\r\n/, $request, 2);
		next unless defined $rest;
		my ($length) = $head =~ /^Content-Length: (\d+)/mi;
		last if length($rest) >= ($length // 0);
	}
	my ($head, $body) = split(/\r\n\r\n/, $request, 2);
	my ($method, $path) = split(/ /, $head);
	my ($channel) = $path =~ m{^/([^/]+)/};
	my ($key) = $head =~ /^Idempotency-Key: (\S+)/mi;
	my $action = next_action($channel);

	append_to_file(
		$sink_log,
		JSON::PP->new->ascii->encode(
			{
				time => time(),
				method => $method,
				channel => $channel,
				key => $key,
				action => $action,
				body => $body
			})
		  . "\n");

	my ($verb, $argument) = split(/ /, $action, 2);
	if ($verb eq 'drop')
	{
		return;
	}
	elsif ($verb eq 'hang')
	{
		# beside the others, until the client gives up
		my $pid = fork() // die "could not fork: $!";
		return if $pid;
		IO::Select->new($client)->can_read(60);
		_exit(0);
	}
	elsif ($verb eq 'slow')
	{
		sleep($argument);
		answer($client, 200, '', 'ok');
	}
	elsif ($verb eq '429')
	{
		answer($client, 429, "Retry-After: $argument", '');
	}
	elsif ($verb eq 'redirect')
	{
		answer($client, 302, "Location: /default/$secret", '');
	}
	elsif ($verb eq 'echo')
	{
		# as web servers do: the error page repeats the path
		answer($client, $argument, '', "Cannot POST $path");
	}
	else
	{
		answer($client, $verb, '', $argument // '');
	}
	return;
}

my $listener = IO::Socket::INET->new(
	Listen => 64,
	LocalAddr => '127.0.0.1',
	Proto => 'tcp') or die "could not listen: $@";
my $port = $listener->sockport;
my %running;
my $sink_pid = fork() // die "could not fork: $!";
if ($sink_pid == 0)
{
	$SIG{TERM} = sub { _exit(0) };
	$SIG{CHLD} = 'IGNORE';
	$SIG{PIPE} = 'IGNORE';
	while (1)
	{
		my $client = $listener->accept or next;
		serve($client);
		close($client);
	}
}
close($listener);
$running{$sink_pid} = 1;

# whatever happens, leave no process behind; prove would wait for it
END
{
	my $status = $?;
	kill('KILL', keys %running);
	$? = $status;
}

# What the sink has seen, for one channel or all
sub requests
{
	my ($channel) = @_;

	return () unless -e $sink_log;
	return grep { !defined $channel || $_->{channel} eq $channel }
	  map { decode_json($_) } grep { /\}$/ } split(/\n/, slurp_file($sink_log));
}

#
# The database, with a role that has no more rights than the manual says
#
my $node = new_server('notify');
$node->safe_psql('postgres', q{
	CREATE EXTENSION greenery;
	CREATE ROLE notifier LOGIN;
	GRANT USAGE ON SCHEMA greenery TO notifier;
	GRANT SELECT ON greenery.alerts, greenery.alert_routing TO notifier;
	GRANT SELECT, INSERT, UPDATE ON greenery.alert_deliveries TO notifier;
});
my $conninfo = $node->connstr('postgres') . ' user=notifier';

my @channels = qw(default ops gone strict busy later dead moved flaky pair kill stop);
for my $channel (@channels, 'nowhere')
{
	next if $channel eq 'default';
	$node->safe_psql('postgres',
		"INSERT INTO greenery.alert_routes (owner, channel) VALUES ('$channel', '$channel')");
}

# Queue alerts for a channel; the lowest number of them is returned
sub queue
{
	my ($channel, $count) = @_;

	return $node->safe_psql('postgres', sprintf(q{
		SELECT min(greenery_queue_alert('custom', 'error',
			jsonb_build_object('title', 'alert ' || i, 'owner', '%s')))
		  FROM generate_series(1, %d) i}, $channel, $count // 1));
}

sub state_of
{
	my ($alert) = @_;

	return $node->safe_psql('postgres',
		"SELECT state, attempts, last_error FROM greenery.alert_status WHERE alert_id = $alert");
}

sub wait_for_state
{
	my ($state, $name, @alerts) = @_;
	my $ids = join(',', @alerts);

	ok( $node->poll_query_until('postgres', qq{
		SELECT count(*) = } . scalar(@alerts) . qq{ FROM greenery.alert_status
		 WHERE alert_id IN ($ids) AND state = '$state'}),
		$name);
	return;
}

#
# Running it
#
my $config_file = "$tmp/notify.conf";
my $all_output = '';
my $ndaemons = 0;

sub configure
{
	my (%delivery) = @_;
	my %database = (poll_interval => delete $delivery{poll_interval} // '1h');
	my $mode = delete $delivery{mode} // 0600;
	my $urls = delete $delivery{urls} // {};
	my $text = "[database]\nconninfo = $conninfo\n";

	%delivery = (
		jitter => 0,
		backoff_min => '1ms',
		backoff_max => '1h',
		hold_max => '0s',
		timeout => '20s',
		lease => '30s',
		%delivery);
	$text .= "$_ = $database{$_}\n" for keys %database;
	$text .= "[delivery]\n";
	$text .= "$_ = $delivery{$_}\n" for keys %delivery;
	$text .= "[channel $_]\nurl = "
	  . ($urls->{$_} // "http://127.0.0.1:$port/$_/$secret") . "\n"
	  for @channels;
	unlink($config_file);
	append_to_file($config_file, $text);
	chmod($mode, $config_file) or die "could not chmod: $!";
	return;
}

# Run it to its end; returns exit status, standard output and standard error
sub run_notify
{
	my @args = @_;
	my ($out, $err);

	IPC::Run::run([ $notify, @args ], '>', \$out, '2>', \$err,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	my $status = $? >> 8;
	$all_output .= $out . $err;
	return ($status, $out, $err);
}

sub once
{
	my ($status, undef, $err) = run_notify('--once', '--config', $config_file);
	return wantarray ? ($status, $err) : $status;
}

sub start_notify
{
	my $log = "$tmp/notify" . ++$ndaemons . ".log";
	my $pid = fork() // die "could not fork: $!";

	if ($pid == 0)
	{
		open(STDERR, '>', $log) or _exit(99);
		exec($notify, '--config', $config_file) or _exit(99);
	}
	$running{$pid} = 1;
	return { pid => $pid, log => $log };
}

# Wait until the condition holds; a failed test otherwise
sub wait_until
{
	my ($condition, $name) = @_;
	my $end = time() + $PostgreSQL::Test::Utils::timeout_default;

	while (!$condition->())
	{
		return fail($name) if time() > $end;
		sleep(0.02);
	}
	return pass($name);
}

sub wait_for_log
{
	my ($daemon, $pattern, $name) = @_;
	return wait_until(sub { -e $daemon->{log} && slurp_file($daemon->{log}) =~ $pattern }, $name);
}

# End it by a signal; returns its wait status
sub stop_notify
{
	my ($daemon, $signal) = @_;

	kill($signal // 'TERM', $daemon->{pid});
	waitpid($daemon->{pid}, 0);
	my $status = $?;
	delete $running{ $daemon->{pid} };
	$all_output .= slurp_file($daemon->{log});
	return $status;
}

my ($status, $out, $err);

#
# Configuration
#
configure();
($status, $out) = run_notify('--check-config', '--config', $config_file);
is($status, 0, 'configuration is valid');
like($out, qr/^channel default$/m, 'its channels are listed');
is((run_notify('--version'))[0], 0, '--version');
is((run_notify('--help'))[0], 0, '--help');
is((run_notify("http://127.0.0.1:$port/default/$secret"))[0], 2, 'no URL on the command line');
is((run_notify('--once'))[0], 2, 'no channel configured');

for my $mode (0604, 0602, 0620)
{
	configure(mode => $mode);
	($status, undef, $err) = run_notify('--once', '--config', $config_file);
	is($status, 2, sprintf('file with mode %04o is refused', $mode));
	like($err, qr/is open to others/, 'and why');
}
configure(mode => 0640);
is((run_notify('--check-config', '--config', $config_file))[0], 0, 'mode 0640 is accepted');

for my $case (
	[ "[channel x]\nurl = ftp://127.0.0.1/$secret\n", 'another protocol' ],
	[ "[channel x]\nurlhttps://127.0.0.1/$secret\n", 'a line without =' ],
	[ "[channel x]\nhttps://127.0.0.1/?$secret=1\n", 'an unknown name' ],
	[ "[channel https://127.0.0.1/$secret]\n", 'a URL for a name' ],
	[ "[database]\nconninfo = $secret\n[channel x]\nurl = https://127.0.0.1/\n", 'an invalid conninfo' ],
	[ "[delivery]\nlease = 1s\n[channel x]\nurl = https://127.0.0.1/\n", 'a lease below the timeout' ],
	[ "[delivery]\njitter = 0.9\n[channel x]\nurl = https://127.0.0.1/\n", 'too much jitter' ])
{
	unlink("$tmp/bad.conf");
	append_to_file("$tmp/bad.conf", $case->[0]);
	chmod(0600, "$tmp/bad.conf");
	is((run_notify('--check-config', '--config', "$tmp/bad.conf"))[0], 2, "$case->[1] is refused");
}

{
	local $ENV{GREENERY_NOTIFY_CONNINFO} = $conninfo;
	local $ENV{GREENERY_NOTIFY_URL} = "http://127.0.0.1:$port/default/$secret";
	local $ENV{GREENERY_NOTIFY_URL_ops} = "http://127.0.0.1:$port/ops/$secret";
	($status, $out) = run_notify('--check-config');
	is($status, 0, 'configuration from the environment');
	like($out, qr/^channel ops$/m, 'with a named channel');
	is((run_notify('--once'))[0], 0, 'nothing due, all is well');
}

#
# One message, and what it says
#
configure();
$node->safe_psql('postgres', q{
	INSERT INTO greenery.alert_routes (kind, severity, channel, mention) VALUES
		('build_failed', 'error', 'default', '<!channel>'),
		('build_failed', NULL, 'default', '<@U1>'),
		('build_failed', NULL, 'ops', NULL),
		('digest', NULL, 'gone', NULL)});
my $alert = $node->safe_psql('postgres', q{
	INSERT INTO greenery.alerts (kind, severity, build_id, payload)
	VALUES ('build_failed', 'error', 7, jsonb_build_object(
		'title', 'Build 7 failed: a < b & c > d "quoted" \ Grüße',
		'text', E'line 1\nline 2', 'model', 'fact_user_orders', 'status', 'error',
		'failures', 3, 'total', 100, 'downstream', '["dim_users","metrics"]'::jsonb,
		'extra', 1))
	RETURNING alert_id});
is(scalar once(), 0, '--once delivers');
is( $node->safe_psql('postgres', "SELECT channel, state, attempts, delivered_at IS NOT NULL, mention
	FROM greenery.alert_deliveries WHERE alert_id = $alert ORDER BY channel"),
	"default|delivered|1|t|<!channel> <\@U1>\nops|delivered|1|t|",
	'one delivery a channel, recorded, mentions joined');
my ($request) = requests('default');
my $message = decode_json($request->{body});
my $created = $message->{created_at};
is($request->{method}, 'POST', 'POST');
is($message->{idempotency_key}, $request->{key}, 'the key in header and message');
like($request->{key}, qr/^greenery-$alert-\d+-default$/, 'is made of alert, time and channel');
is( $message->{text},
	"<!channel> <\@U1> *[error] Build 7 failed: a &lt; b &amp; c &gt; d \"quoted\" \\ Gr\x{fc}\x{df}e*\n"
	  . "line 1\nline 2\nModel: fact_user_orders\nStatus: error\nFailing rows: 3 of 100\n"
	  . "Affected downstream: dim_users, metrics\nAlert $alert of build 7, $created",
	'the text, escaped for Slack');
is($message->{alert_id}, $alert, 'number for programs');
is($message->{kind}, 'build_failed', 'kind');
is($message->{build_id}, 7, 'build');
is($message->{test_id}, undef, 'no test');
is($message->{payload}{extra}, 1, 'further keys are passed on');
my $seen = requests();
is(scalar once(), 0, 'nothing left to do');
is(scalar(() = requests()), $seen, 'and nothing sent twice');

# an alert that is odd must not stop those behind it
$alert = $node->safe_psql('postgres', q{
	INSERT INTO greenery.alerts (kind, severity, payload) VALUES
		('digest', 'info', '{"title": {"a": 1}, "downstream": "x", "failures": [1]}'),
		('digest', 'info', '{}'),
		('digest', 'info', jsonb_build_object('text', repeat('ü<', 40000)))});
is(scalar once(), 0, 'odd payloads are delivered');
my @odd = requests('gone');
is(scalar(@odd), 3, 'all of them');
like(decode_json($odd[1]{body})->{text}, qr/^\*\[info\] digest\*\nAlert/, 'without title, the kind');
cmp_ok(length($odd[2]{body}), '<', 20000, 'a huge one is cut');

#
# Failures, one step at a time
#
plan_for('flaky', '500', '200');
$alert = queue('flaky');
is(scalar once(), 1, 'status 500: exit status 1');
is(state_of($alert), 'pending|1|HTTP status 500', 'and it stays pending');
$node->poll_query_until('postgres',
	"SELECT coalesce(next_attempt_at < now(), true) FROM greenery.alert_deliveries WHERE alert_id = $alert");
is(scalar once(), 0, 'the next run delivers it');
is(state_of($alert), 'delivered|2|HTTP status 500', 'at the second attempt');
my @same = requests('flaky');
is($same[0]{key}, $same[1]{key}, 'with the same key');
is($same[0]{body}, $same[1]{body}, 'and the same message');

plan_for('strict', 'echo 400', '400 invalid_payload', '200');
$alert = queue('strict');
($status, $err) = once();
is($status, 1, 'rejected: exit status 1');
is(state_of($alert), 'failed|1|HTTP status 400', 'given up at once, without the error page');
like($err, qr/ERROR: gave up alert $alert \(custom\) to channel "strict"/, 'and logged');
is( $node->safe_psql('postgres',
		"SELECT alert_id, needs_attention FROM greenery.alert_status WHERE state = 'failed'"),
	"$alert|t", 'a visible failure');
is($node->safe_psql('postgres', "SELECT greenery_retry_alerts('strict')"), '1', 'tried again');
once();
is(state_of($alert), 'failed|1|HTTP status 400 (invalid_payload)', 'a word of explanation is kept');
$node->safe_psql('postgres', 'SELECT greenery_retry_alerts()');
is(scalar once(), 0, 'and again, in vain no more');
is(state_of($alert), 'delivered|1|HTTP status 400 (invalid_payload)', 'delivered after repair');

for my $refusal ('gone:echo 404', 'moved:redirect')
{
	my ($channel, $action) = split(/:/, $refusal);
	plan_for($channel, $action);
	$alert = queue($channel);
	for (1 .. 3)
	{
		$node->poll_query_until('postgres', "SELECT coalesce(min(next_attempt_at) < now(), true)
			FROM greenery.alert_deliveries WHERE alert_id = $alert");
		once();
	}
	like(state_of($alert), qr/^failed\|3\|HTTP status (404|302)$/, "$channel: refused three times, given up");
}
is(scalar(() = requests('default')), 1, 'a redirection is not followed');

$alert = queue('nowhere');
is(scalar once(), 1, 'a channel that is not configured: exit status 1');
is(state_of($alert), 'pending|0|channel is not configured in greenery-notify', 'and visible');
$node->safe_psql('postgres', "DELETE FROM greenery.alert_deliveries WHERE alert_id = $alert;
	DELETE FROM greenery.alerts WHERE alert_id = $alert");

plan_for('busy', '429 60', '200');
$alert = queue('busy');
is(scalar once(), 1, 'status 429: exit status 1');
is( $node->safe_psql('postgres', "SELECT next_attempt_at >= created_at + interval '60 seconds'
	FROM greenery.alert_status WHERE alert_id = $alert"), 't', 'the next process waits as long as Retry-After says');
$node->safe_psql('postgres',
	"UPDATE greenery.alert_deliveries SET next_attempt_at = now() WHERE alert_id = $alert");
is(scalar once(), 0, 'then it is delivered');

# a channel that fails is left alone for a while, the others are not
configure(backoff_min => '30s', hold_max => '1min');
plan_for('dead', '503');
$alert = queue('dead', 10);
my $other = queue('default');
is(scalar once(), 1, 'a dead channel: exit status 1');
is(scalar(() = requests('dead')), 1, 'one failure holds back its other alerts');
like(state_of($other), qr/^delivered/, 'another channel is served');
$node->safe_psql('postgres',
	"UPDATE greenery.alert_deliveries SET next_attempt_at = now() WHERE state = 'pending'");
plan_for('dead', '200');
is(scalar once(), 0, 'once it works again');
wait_for_state('delivered', 'all are delivered', $alert .. $alert + 9);

#
# As a service.  It looks at the queue once an hour: what arrives sooner has
# been announced.
#
configure(max_attempts => 4, backoff_min => '200ms', timeout => '1s');
plan_for('flaky', '500', '500', '500', '200');
plan_for('busy', '429 2', '200');
plan_for('dead', '503');
plan_for('ops', 'drop', 'hang', '200');
my $daemon = start_notify();
wait_for_log($daemon, qr/connected to the database/, 'connected');

my $before = requests();
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT greenery_queue_alert('custom', 'error', '{"title": "rolled back"}');
	ROLLBACK});
$alert = queue('default');
wait_for_state('delivered', 'an alert is delivered on commit', $alert);
is(scalar(() = requests()) - $before, 1, 'and the one rolled back is not');
unlike(join('', map { $_->{body} } requests()), qr/rolled back/, 'nowhere');

my $date = int(time()) + 4;
plan_for('later', '429 ' . strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime($date)), '200');
my %alerts = map { $_ => queue($_) } qw(flaky busy dead ops later);
wait_for_state('failed', 'given up', $alerts{dead});
is(state_of($alerts{dead}), 'failed|4|HTTP status 503', 'after max_attempts');
wait_for_log($daemon, qr/ERROR: gave up alert $alerts{dead} /, 'and logged');
wait_for_state('delivered', 'all others get through', @alerts{qw(flaky busy ops later)});
is(state_of($alerts{flaky}), 'delivered|4|HTTP status 500', 'after three failures');
my @times = map { $_->{time} } (requests('flaky'))[ -4 .. -1 ];
for my $i (1 .. 3)
{
	my $wait = 0.2 * 2**($i - 1);
	cmp_ok($times[$i] - $times[ $i - 1 ], '>=', $wait, "wait $i is $wait s or longer");
}
@times = map { $_->{time} } (requests('busy'))[ -2, -1 ];
cmp_ok($times[1] - $times[0], '>=', 2, 'Retry-After in seconds');
@times = map { $_->{time} } requests('later');
cmp_ok($times[1], '>=', $date, 'Retry-After as a date');
like(state_of($alerts{ops}), qr/^delivered\|3\|Timeout was reached$/, 'hang-up and timeout survived');

#
# The database goes away and comes back
#
$node->stop('immediate');
$node->start;
$alert = queue('default');
wait_for_state('delivered', 'delivered after a crash of the database', $alert);
is(stop_notify($daemon), 0, 'SIGTERM ends it cleanly');

#
# SIGHUP brings a repaired URL
#
my $closed = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport;
configure(
	backoff_min => '100ms',
	backoff_max => '200ms',
	urls => { dead => "http://127.0.0.1:$closed/dead/$secret" });
unlink("$tmp/plan.dead");
$daemon = start_notify();
my $first = queue('dead', 10);
wait_for_log($daemon, qr/alert \d+ .* to channel "dead", attempt 1: /, 'no server listens there');
# the wrong file is refused and nothing changes
configure(mode => 0644);
kill('HUP', $daemon->{pid});
wait_for_log($daemon, qr/configuration not reloaded/, 'a wrong configuration is not loaded');
configure(backoff_min => '100ms', backoff_max => '200ms');
kill('HUP', $daemon->{pid});
wait_for_state('delivered', 'delivered after a reload', $first .. $first + 9);
is(stop_notify($daemon, 'INT'), 0, 'SIGINT ends it cleanly');

#
# Two share the work
#
configure();
plan_for('pair', 'slow 0.005');
my @pair = (start_notify(), start_notify());
wait_for_log($_, qr/connected/, 'one of two connected') for @pair;
$first = queue('pair', 40);
queue('pair', 20) for 1 .. 2;
wait_for_state('delivered', 'two instances deliver', $first .. $first + 79);
is(scalar(() = requests('pair')), 80, 'each alert once');
is(stop_notify($_), 0, 'stopped') for @pair;
is( $node->safe_psql('postgres', "SELECT DISTINCT attempts FROM greenery.alert_deliveries
	WHERE channel = 'pair'"), '1', 'at the first attempt');

#
# SIGTERM while the receiver hangs
#
configure(shutdown_grace => '200ms');
plan_for('stop', 'hang', '200');
$alert = queue('stop');
$daemon = start_notify();
wait_until(sub { scalar(() = requests('stop')) == 1 }, 'a request is under way');
is(stop_notify($daemon), 0, 'SIGTERM ends it although the receiver hangs');
is(state_of($alert), 'pending|1|interrupted by shutdown', 'the delivery is put back');
is(scalar once(), 0, 'to be taken at once');
is(state_of($alert), 'delivered|2|interrupted by shutdown', 'and is delivered');

#
# kill -9, again and again, wherever it hits
#
configure(timeout => '300ms', lease => '400ms', max_attempts => 1000, poll_interval => '100ms');
plan_for('kill', map { ('200', 'slow 0.02', '500', 'slow 0.03', 'drop') } 1 .. 200);
$first = queue('kill', 20);
for my $round (1 .. 15)
{
	my $sent = requests('kill');

	$daemon = start_notify();
	queue('kill', 2);
	# one time anywhere between start and a few deliveries, one time soon after
	# a request has arrived
	if ($round % 2)
	{
		sleep(0.01 * $round);
	}
	else
	{
		my $end = time() + $PostgreSQL::Test::Utils::timeout_default;
		sleep(0.01) until scalar(() = requests('kill')) > $sent || time() > $end;
		sleep(0.004 * $round);
	}
	stop_notify($daemon, 'KILL');
}
cmp_ok(scalar(() = requests('kill')), '>=', 7, 'killed while sending');
plan_for('kill', '200');
my $last = $node->safe_psql('postgres', 'SELECT max(alert_id) FROM greenery.alerts');
$daemon = start_notify();
# all may have been delivered before: until it is up, SIGTERM ends it like any process
wait_for_log($daemon, qr/connected/, 'the last one is up');
wait_for_state('delivered', 'all are delivered in the end', $first .. $last);
is(stop_notify($daemon), 0, 'stopped');
my (%accepted, %bodies);
for my $r (requests('kill'))
{
	my $id = decode_json($r->{body})->{alert_id};
	$accepted{$id}++ if $r->{action} =~ /^(200|slow)/;
	$bodies{ $r->{key} }{ $r->{body} } = 1;
}
is_deeply([ sort { $a <=> $b } keys %accepted ], [ $first .. $last ], 'no alert was lost');
is(scalar(keys %bodies), $last - $first + 1, 'one key an alert, however often it was sent');
is(scalar(grep { keys %$_ > 1 } values %bodies), 0, 'and one message');
note(sprintf('%d alerts, %d requests, %d accepted twice or more',
	$last - $first + 1, scalar(() = requests('kill')), scalar(grep { $_ > 1 } values %accepted)));

#
# A restored dump sends nothing again and goes on counting
#
plan_for('gone', '200');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok(
	[
		'pg_dump', '--no-sync', '--file', "$tmp/dump.sql",
		'--dbname', $node->connstr('postgres')
	],
	'dump');
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$tmp/dump.sql", '-d', $node->connstr('restored') ],
	'restore');
{
	local $ENV{GREENERY_NOTIFY_CONNINFO} = $node->connstr('restored') . ' user=notifier';
	$before = requests();
	is(scalar once(), 0, 'nothing is due');
	is(scalar(() = requests()), $before, 'nothing is sent');
	is($node->safe_psql('restored', q{
		INSERT INTO greenery.alerts (kind, severity, payload) VALUES ('digest', 'info', '{}') RETURNING alert_id}),
		$last + 1, 'numbers go on');
	is(scalar once(), 0, 'a new alert is sent');
	is((requests('gone'))[-1]{key} =~ /^greenery-(\d+)-/ ? $1 : '', $last + 1,
		'by the routes that were dumped');
}

#
# The secret stays where it belongs
#
isnt($all_output, '', 'there is output to look at');
unlike($all_output, qr/$secret|127\.0\.0\.1/, 'no URL in any output or log');
my ($dump) = run_command([ 'pg_dumpall', '-h', $node->host, '-p', $node->port ]);
like($dump, qr/HTTP status 500/, 'there is a dump to look at');
unlike($dump, qr/$secret/, 'no URL in the database');
unlike(slurp_file($node->logfile), qr/$secret/, 'nor in its log');

$node->stop;
done_testing();
