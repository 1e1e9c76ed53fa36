# scripts/progress.sh: one line that is written again and again on a terminal; in a log, what
# is new.

use strict;
use warnings;

use FindBin;
use IPC::Run ();
use Test::More;

my $commands = <<'SH';
progress "one (0:01 min)" one
progress "one (0:02 min)" one
progress "two (0:03 min)"
progress "three (0:04 min)" three
end_progress
end_progress
echo done
SH

# What commands print, run after scripts/progress.sh
sub printed
{
	my ($terminal, $sh) = @_;
	my @command = ('bash', '-euc', ". '$FindBin::RealBin/../scripts/progress.sh'\n$sh");
	my $output;

	# script(1) runs a command of the shell on a terminal of its own
	@command = ('script', '-qefc', join(' ', map { "'" . s/'/'\\''/gr . "'" } @command), '/dev/null') if $terminal;
	IPC::Run::run(\@command, '<' => '/dev/null', '>' => \$output, '2>&1') or die "@command: $?, $output";
	$output =~ s/\r\n/\n/g;
	return $output;
}

is(printed(0, $commands), "one\nthree\ndone\n", 'in a log');
is(printed(1, $commands),
	join('', map { "\r\e[?7l$_ min)\e[K\e[?7h" } 'one (0:01', 'one (0:02', 'two (0:03', 'three (0:04') . "\r\e[Kdone\n",
	'on a terminal');
is(printed(0, 'for s in 0 59 60 3599 3600; do minutes $s; echo; done'),
	"0:00 min\n0:59 min\n1:00 min\n59:59 min\n60:00 min\n", 'minutes');
is(printed(0, 'for s in 0 59 60 89 90 7200; do left $s; echo; done'),
	join('', map { "$_ left\n" } ('less than a minute') x 2, ('about 1 min') x 2, 'about 2 min', 'about 120 min'),
	'what is left');

done_testing();
