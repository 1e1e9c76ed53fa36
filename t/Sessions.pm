# Sessions that stay, for tests that ask much: to start psql and a backend, whose caches are
# empty, takes more time than most answers.
#
#   my $sessions = Sessions->new($node);
#   as_role($sessions, 'shop', 'shopkeeper', 'SELECT 1');
#
# It stands where a node may, and has one session for each database and role.  What it is asked
# begins as in a new session.  The statements after one that fails are run too.
#
# What a test does with several sessions at once it does with start_session() and so on: send_to()
# does not wait for the answer.

package Sessions;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;

our @EXPORT = qw(start_session send_to answer say_to end_session);

my $end = '=== end of answer';

# With this many seconds for an answer, and options of psql
sub start_session
{
	my ($node, $db, $patience, @options) = @_;
	my %session = (in => '', out => '', err => '', timer => IPC::Run::timeout($patience));

	$session{psql} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr($db), @options ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, $session{timer});
	return \%session;
}

sub send_to
{
	my ($session, $sql) = @_;

	$session->{out} = $session->{err} = '';
	# the semicolon ends a last statement that has none
	$session->{in} .= "$sql\n;\n\\echo $end\n\\warn $end\n";
	$session->{psql}->pump_nb while length $session->{in};
	return;
}

# What it has printed, and what it has said
sub outputs
{
	my ($session) = @_;

	# each answer has all of the time
	$session->{timer}->start;
	# a marker is whole with its newline, which psql writes by itself
	$session->{psql}->pump until $session->{out} =~ /^\Q$end\E\n/m && $session->{err} =~ /^\Q$end\E\n/m;
	return map { s/^\Q$end\E\n//mr } $session->{out}, $session->{err};
}

# The same in one text
sub answer
{
	my ($session) = @_;

	return join('', outputs($session));
}

sub say_to
{
	my ($session, $sql) = @_;

	send_to($session, $sql);
	return answer($session);
}

sub end_session
{
	my ($session) = @_;

	$session->{in} .= "\\q\n";
	$session->{psql}->finish;
	return;
}

sub new
{
	my ($class, $node) = @_;

	return bless { node => $node, open => {} }, $class;
}

# As the node's method of that name: whether it failed, what it printed, what it said
sub psql
{
	my ($self, $db, $sql, %params) = @_;
	my @options = @{ $params{extra_params} || [] };
	# valgrind is slow
	my $session = $self->{open}{ join(' ', $db, @options) } //= start_session($self->{node}, $db, 1800, @options);

	send_to($session, "\\set VERBOSITY default\nDISCARD ALL;\n$sql");
	my ($out, $err) = outputs($session);
	chomp($out, $err);
	my $ret = $err =~ /^(ERROR|FATAL|PANIC):/m ? 3 : 0;

	return wantarray ? ($ret, $out, $err) : $ret;
}

# What SQL prints; an error ends the test.
sub safe_psql
{
	my ($self, $db, $sql, %params) = @_;
	my ($ret, $out, $err) = $self->psql($db, $sql, %params);

	die "error in $db: $err\nwhile running:\n$sql" if $ret != 0;
	return $out;
}

# End those of a database, or all: it can be dropped then, or the server load another library.
sub hang_up
{
	my ($self, $db) = @_;

	foreach my $key (sort keys %{ $self->{open} })
	{
		next if defined $db && $key !~ /^\Q$db\E( |$)/;
		end_session(delete $self->{open}{$key});
	}
	return;
}

1;
