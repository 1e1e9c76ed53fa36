# Sessions that stay, for tests that ask much: to start psql and a backend, whose caches are
# empty, takes more time than most answers.
#
#   my $sessions = Sessions->new($node);
#   as_role($sessions, 'shop', 'shopkeeper', 'SELECT 1');
#
# It stands where a node may, and has one session for each database and role.  What it is asked
# begins as in a new session.  The statements after one that fails are run too.

package Sessions;

use strict;
use warnings;

use IPC::Run;

my $end = '=== end of answer';
# seconds for an answer: valgrind is slow
my $patience = 1800;

sub new
{
	my ($class, $node) = @_;

	return bless { node => $node, open => {} }, $class;
}

sub session
{
	my ($self, $db, @options) = @_;
	my $key = join(' ', $db, @options);

	if (!$self->{open}{$key})
	{
		my %session = (in => '', out => '', err => '', timer => IPC::Run::timeout($patience));

		$session{psql} = IPC::Run::start([ 'psql', '-XAtq', '-d', $self->{node}->connstr($db), @options ],
			'<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, $session{timer});
		$self->{open}{$key} = \%session;
	}
	return $self->{open}{$key};
}

# As the node's method of that name: whether it failed, what it printed, what it said
sub psql
{
	my ($self, $db, $sql, %params) = @_;
	my $session = $self->session($db, @{ $params{extra_params} || [] });

	$session->{out} = $session->{err} = '';
	# the semicolon ends a last statement that has none
	$session->{in} .= "\\set VERBOSITY default\nDISCARD ALL;\n$sql\n;\n\\echo $end\n\\warn $end\n";
	# each answer has all of it
	$session->{timer}->start;
	$session->{psql}->pump until $session->{out} =~ /^\Q$end\E\n/m && $session->{err} =~ /^\Q$end\E\n/m;
	my ($out, $err) = map { s/^\Q$end\E\n//mr } $session->{out}, $session->{err};
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
		my $session = delete $self->{open}{$key};

		$session->{in} .= "\\q\n";
		$session->{psql}->finish;
	}
	return;
}

1;
