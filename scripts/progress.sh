# shellcheck shell=bash
# scripts/progress.sh: how far a long command is.  Sourced.
#
# On a terminal one line, which is written again and again.  Elsewhere, in a log, no line but
# those that a script prints anyway.

PROGRESS=					# whether the line stands there

# Tell how far it is.  A second text is for logs, where it is a line of its own whenever it
# is another one than before.
progress()
{
	if [ -t 1 ]; then
		# a line that is too long is cut and not wrapped: it could not be written again
		printf '\r\e[?7l%s\e[K\e[?7h' "$1"
		PROGRESS=$1
	elif [ -n "${2:-}" ] && [ "$2" != "$PROGRESS" ]; then
		printf '%s\n' "$2"
		PROGRESS=$2
	fi
}

# Take the line away, before anything else is printed
end_progress()
{
	[ -z "$PROGRESS" ] || [ ! -t 1 ] || printf '\r\e[K'
	PROGRESS=
}

minutes()
{
	printf '%d:%02d min' $(($1 / 60)) $(($1 % 60))
}

# How long it takes still, from seconds: an estimate, and said so
left()
{
	if [ "$1" -lt 60 ]; then
		printf 'less than a minute left'
	else
		printf 'about %d min left' $((($1 + 30) / 60))
	fi
}
