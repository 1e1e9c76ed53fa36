# shellcheck shell=bash
# scripts/lib.sh: what scripts/demo and scripts/check have in common.  Sourced.
#
# Both must work on a machine that has nothing but a shell, and must not touch a
# PostgreSQL that already lives there.  So everything happens in one private
# directory, WORK: a copy of PostgreSQL's own files (a PostgreSQL installation
# finds its parts relative to its programs, so a copied tree is an installation
# of its own), a copy of this checkout to build in, the server's data and its
# socket.  Removing WORK removes every trace.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
SELF=${0##*/}

WORK=						# the private directory, once it exists
CHILD=						# process groups of the commands under way
TELL=						# what run() tells of on a terminal while it waits
IN_JOB=						# in a job, see job() of scripts/check
SERVER=						# the directory of the server that was started last
CLUSTER_CONF=				# see apt_install
APT_LOG=
SERVER_USER=$(id -un)		# PostgreSQL does not run as root: see choose_user

umask 022

# shellcheck source=scripts/progress.sh
. "$ROOT/scripts/progress.sh"

# Nothing of the caller's PostgreSQL, make or locale settings may leak in.
# PG_CONFIG and PG_VERSION are ours: they choose the PostgreSQL to work with; and so are
# PGINDENT and PGTYPEDEFS, see scripts/indent.
for name in $(compgen -e PG); do
	case $name in
		PG_CONFIG | PG_VERSION | PGINDENT | PGTYPEDEFS) ;;
		*) unset "$name" ;;
	esac
done
unset name MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CDPATH LANGUAGE PERL5OPT PSQLRC
export LC_ALL=C.UTF-8 PAGER=cat

say()
{
	end_progress
	printf '==> %s\n' "$*"
}

warn()
{
	end_progress
	printf 'scripts/%s: %s\n' "$SELF" "$*" >&2
}

die()
{
	warn "$*"
	exit 1
}

# Run a command in a process group of its own and wait for it.  A signal then
# interrupts the wait at once, and cleanup can end the command with all its
# children; run in the foreground, bash would first wait for its end.  A job is in a
# process group of its own already.  With -o FILE the output is appended to a file.
run()
{
	local status=0 out='' began=$SECONDS

	if [ "$1" = -o ]; then
		out=$2
		shift 2
	fi
	if [ -n "$IN_JOB" ]; then
		if [ -n "$out" ]; then
			"$@" >>"$out" 2>&1
		else
			"$@"
		fi
		return
	fi
	set -m
	if [ -n "$out" ]; then
		"$@" </dev/null >>"$out" 2>&1 &
	else
		"$@" </dev/null &
	fi
	CHILD=$!
	set +m
	while [ -n "$TELL" ] && [ -t 1 ] && kill -0 "$CHILD" 2>/dev/null; do
		progress "$TELL ($(minutes $((SECONDS - began))))"
		sleep 1
	done
	end_progress
	wait "$CHILD" || status=$?
	CHILD=
	return "$status"
}

# Run a command as the server's user, who may not be able to enter the caller's
# directory or home.
as_server()
(
	cd "${WORK:-/}" || exit
	export HOME=${WORK:-/}
	if [ "$SERVER_USER" = "$(id -un)" ]; then
		exec "$@"
	else
		exec runuser -u "$SERVER_USER" -- "$@"
	fi
)

# Stop every server that runs below a directory: ours, and those that an
# interrupted TAP test left behind.
stop_servers()
{
	local file data pid

	while IFS= read -r file; do
		data=${file%/postmaster.pid}
		pid=$(head -n 1 "$file" 2>/dev/null) || continue
		# a stale file must not end a stranger: a server works in its data directory
		[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$data" ] || continue
		kill -QUIT "$pid" 2>/dev/null || continue
		for _ in {1..100}; do
			kill -0 "$pid" 2>/dev/null || continue 2
			sleep 0.1
		done
		kill -KILL "$pid" 2>/dev/null || true
	done < <(find "$1" -name postmaster.pid 2>/dev/null)
}

remove_work()
{
	stop_servers "$1"
	# a backend that is still ending may add a file meanwhile: hence again
	rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
}

# The EXIT trap, with the exit status where that is no longer $?.  Runs after
# success, failure and signals alike; a script that wants to leave its server
# running unsets WORK first.
cleanup()
{
	local status=${1:-$?} groups

	trap - EXIT
	trap '' INT TERM HUP PIPE
	# shellcheck disable=SC2086
	if [ -n "$CHILD" ]; then
		groups=$(printf ' -%s' $CHILD)
		kill -TERM -- $groups 2>/dev/null || true
		# TAP tests stop their servers when they are told to end
		for _ in {1..50}; do
			kill -0 -- $groups 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- $groups 2>/dev/null || true
	fi
	drop_cluster_conf
	[ -z "$APT_LOG" ] || rm -f "$APT_LOG"
	[ -z "$WORK" ] || remove_work "$WORK"
	exit "$status"
}

trap_signals()
{
	trap cleanup EXIT
	trap 'warn "interrupted: cleaning up"; exit 130' INT
	trap 'warn "terminated: cleaning up"; exit 143' TERM
	trap 'exit 129' HUP
	trap 'exit 141' PIPE
}

#
# Packages
#

# How to become root, into the array BECOME_ROOT; false when we cannot.
become_root()
{
	BECOME_ROOT=()
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || return 1
	BECOME_ROOT=(sudo)
	# ask for a password only where someone can type one
	sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ] && sudo -v; }
}

drop_cluster_conf()
{
	[ -n "$CLUSTER_CONF" ] || return 0
	"${BECOME_ROOT[@]}" rm -f "$CLUSTER_CONF" || true
	"${BECOME_ROOT[@]}" rmdir "${CLUSTER_CONF%/*}" 2>/dev/null || true
	CLUSTER_CONF=
}

apt_get()
{
	local status=0

	APT_LOG=$(mktemp)
	# in the foreground: a package manager must not be cut off half-way
	"${BECOME_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=300 "$@" </dev/null >"$APT_LOG" 2>&1 || status=$?
	[ "$status" -eq 0 ] || tail -n 20 "$APT_LOG" >&2
	rm -f "$APT_LOG"
	return "$status"
}

apt_update()
{
	[ -z "${APT_UPDATED:-}" ] || return 0
	say "reading the lists of packages (apt-get update)"
	apt_get update || die "apt-get update failed"
	APT_UPDATED=yes
}

apt_install()
{
	# Debian's server package would create and start a server for all of the
	# machine; nobody asked for that one
	if [ ! -e /etc/postgresql-common/createcluster.d/greenery.conf ]; then
		CLUSTER_CONF=/etc/postgresql-common/createcluster.d/greenery.conf
		"${BECOME_ROOT[@]}" mkdir -p "${CLUSTER_CONF%/*}"
		echo 'create_main_cluster = false' |
			"${BECOME_ROOT[@]}" tee "$CLUSTER_CONF" >/dev/null
	fi
	say "installing packages, this can take some minutes: $*"
	apt_get install --no-install-recommends "$@" || die "could not install: $*"
	drop_cluster_conf
}

# The Debian mirror that apt uses here, or the usual one
debian_mirror()
{
	local mirror=${DEBIAN_MIRROR:-}

	[ -n "$mirror" ] || mirror=$(apt-cache policy 2>/dev/null |
		sed -n 's|^.* \(https\{0,1\}://[^ ]*/debian\)/\{0,1\} .*|\1|p' | head -n 1)
	echo "${mirror:-http://deb.debian.org/debian}"
}

# Is this pg_config that of a server that we can build for and run?
complete_postgres()
{
	local config=$1 bin pgxs

	[ -x "$config" ] || return
	bin=$("$config" --bindir 2>/dev/null) && pgxs=$("$config" --pgxs) || return
	[ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] &&
		[ -x "$bin/psql" ] && [ -x "$bin/pg_config" ] && [ -e "$pgxs" ] &&
		[ -e "$("$config" --includedir-server)/postgres.h" ]
}

# Set PG_CONFIG to the newest usable PostgreSQL, or the one that was asked for.
find_postgres()
{
	local version config

	if [ -n "${PG_CONFIG:-}" ]; then
		PG_CONFIG=$(command -v "$PG_CONFIG") && complete_postgres "$PG_CONFIG" ||
			die "PG_CONFIG does not name a complete PostgreSQL (server, psql and development files)"
		return
	fi
	for version in ${PG_VERSION:-19 18 17 16 15}; do
		for config in "/usr/lib/postgresql/$version/bin/pg_config" \
			"/usr/pgsql-$version/bin/pg_config" "$(command -v pg_config || true)"; do
			if complete_postgres "$config" &&
				[[ $("$config" --version) =~ ^PostgreSQL\ $version([^0-9]|$) ]]; then
				PG_CONFIG=$config
				return
			fi
		done
	done
	return 1
}

# The major version to install: the one asked for, else that of a server which
# only lacks its development files, else the newest that apt knows.
postgres_to_install()
{
	local version candidate=

	if [ -n "${PG_VERSION:-}" ]; then
		echo "$PG_VERSION"
		return
	fi
	for version in 19 18 17 16 15; do
		if apt-cache show "postgresql-server-dev-$version" >/dev/null 2>&1; then
			candidate=${candidate:-$version}
			if [ -x "/usr/lib/postgresql/$version/bin/postgres" ]; then
				echo "$version"
				return
			fi
		fi
	done
	echo "${candidate:-15}"
}

# Into the array MISSING: packages for what is not there.  What counts is the
# thing itself, wherever it comes from, not that a package brought it.
find_missing()
{
	local version

	MISSING=()
	command -v make >/dev/null || MISSING+=(make)
	if ! command -v gcc >/dev/null; then
		MISSING+=(gcc libc6-dev)
	elif ! echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1; then
		MISSING+=(libc6-dev)
	fi
	if ! find_postgres; then
		version=$(postgres_to_install)
		MISSING+=("postgresql-$version" "postgresql-server-dev-$version")
	fi
	case " $* " in
		*" tap "*)
			command -v prove >/dev/null && perl -MTest::More -e 1 2>/dev/null ||
				MISSING+=(perl)
			perl -MIPC::Run -e 1 2>/dev/null || MISSING+=(libipc-run-perl)
			perl -MYAML::XS -e 1 2>/dev/null || MISSING+=(libyaml-libyaml-perl)
			;;
	esac
	case " $* " in
		*" notify "*)
			command -v pkg-config >/dev/null || MISSING+=(pkg-config)
			pkg-config --exists libcurl 2>/dev/null || MISSING+=(libcurl4-openssl-dev)
			[ -f /usr/include/postgresql/libpq-fe.h ] ||
				{ find_postgres && [ -f "$("$PG_CONFIG" --includedir)/libpq-fe.h" ]; } ||
				MISSING+=(libpq-dev)
			;;
	esac
	case " $* " in
		*" torture "*) [ -n "$(find_python)" ] || MISSING+=(python3 python3-psycopg2) ;;
	esac
}

# The name of a Python that can talk to PostgreSQL, or nothing
find_python()
{
	local name

	for name in python3 /usr/bin/python3; do
		if "$name" -c 'import psycopg2' 2>/dev/null; then
			command -v "$name"
			return
		fi
	done
}

# Install packages that are welcome but not needed, where that asks for no
# password; whether it works is for the caller to see.
welcome()
{
	[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
	become_root
	say "installing packages, this can take some minutes: $*"
	{ apt_get update && apt_get install --no-install-recommends "$@"; } || true
}

#
# The page of scripts/report: Node.js, and packages from npm
#

# Is there a Node.js that is new enough?
has_node()
{
	command -v node >/dev/null && [ "$(node -p 'parseInt(process.versions.node) >= 18' 2>/dev/null)" = true ]
}

# The name of a Chromium that starts, or nothing: a stub of a snap does not
find_chromium()
{
	local name

	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		if command -v "$name" >/dev/null && "$name" --version >/dev/null 2>&1; then
			command -v "$name"
			return
		fi
	done
}

# Into REPORT_MODULES: the folder with the packages that report/package-lock.json names, fetched
# once for all runs; with "dev" those of the tests too.  False when they cannot be had.
find_report_modules()
{
	local cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/greenery-report} digest new

	digest=$(sha256sum "$ROOT/report/package-lock.json") || return
	REPORT_MODULES=$cache/${digest:0:12}${1:+-$1}
	[ ! -e "$REPORT_MODULES/node_modules" ] || return 0
	command -v npm >/dev/null || return
	mkdir -p "$cache" && new=$(mktemp -d "$cache/new.XXXXXX") || return
	cp "$ROOT/report/package.json" "$ROOT/report/package-lock.json" "$new"
	say "fetching the packages of report/ into $REPORT_MODULES" >&2
	# without a registry it would wait for minutes
	if run -o "$new/npm.log" npm ci --prefix "$new" --ignore-scripts --no-audit --no-fund \
		--fetch-timeout=60000 --fetch-retries=1 $([ -n "${1:-}" ] || echo --omit=dev); then
		chmod 755 "$new"
		# another run may have been faster
		mv -T "$new" "$REPORT_MODULES" 2>/dev/null || rm -rf "$new"
	else
		tail -n 5 "$new/npm.log" >&2
		rm -rf "$new"
	fi
	[ -e "$REPORT_MODULES/node_modules" ]
}

# The name of a clang, or nothing
find_clang()
{
	local name

	for name in clang clang-{21..11}; do
		if command -v "$name" >/dev/null; then
			echo "$name"
			return
		fi
	done
}

# See that all we need is here; arguments name what is needed beyond building.
ensure_tools()
{
	[ -z "${PG_VERSION:-}" ] || [[ $PG_VERSION =~ ^1[5-9]$ ]] ||
		die "PG_VERSION is \"$PG_VERSION\": greenery supports 15 to 19"

	find_missing "$@"
	if [ ${#MISSING[@]} -gt 0 ]; then
		command -v apt-get >/dev/null ||
			die "missing (Debian's names for them): ${MISSING[*]}"
		become_root ||
			die "missing packages, and neither root nor sudo to install them: ${MISSING[*]}"
		apt_update
		# only now does apt know which PostgreSQL there is
		find_missing "$@"
		apt_install "${MISSING[@]}"
		find_missing "$@"
		[ ${#MISSING[@]} -eq 0 ] || die "still missing after installing: ${MISSING[*]}"
	fi

	case " $* " in
		*" clang "*) [ -n "$(find_clang)" ] || welcome clang ;;
	esac
	case " $* " in
		*" report "*)
			local report=()
			has_node || report+=(nodejs)
			command -v npm >/dev/null || report+=(npm)
			[ -n "$(find_chromium)" ] || report+=(chromium)
			[ ${#report[@]} -eq 0 ] || welcome "${report[@]}"
			;;
	esac
	case " $* " in
		*" cron "*)
			[ -f "$("$PG_CONFIG" --pkglibdir)/pg_cron.so" ] ||
				welcome "postgresql-$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')-cron"
			;;
	esac
}

#
# The private directory
#

# Who the server runs as: the caller, but for root.
choose_user()
{
	[ "$(id -u)" -eq 0 ] || return 0
	for SERVER_USER in postgres nobody; do
		! id "$SERVER_USER" >/dev/null 2>&1 || return 0
	done
	die "no user \"postgres\" to run the server as: PostgreSQL does not run as root"
}

# Into BASE: a directory for temporary files in which the server's user may run
# programs and whose name leaves room for a socket's path (107 bytes in all).
choose_base()
{
	local dir probe

	for BASE in "$@"; do
		[ -d "$BASE" ] && [ "${#BASE}" -le 40 ] || continue
		probe=$(mktemp "$BASE/greenery.XXXXXX" 2>/dev/null) || continue
		printf '#!/bin/sh\n' >"$probe"
		chmod 755 "$probe"
		if as_server "$probe" >/dev/null 2>&1; then
			rm -f "$probe"
			return
		fi
		rm -f "$probe"
	done
	die "no directory for temporary files among: $*"
}

# A PostgreSQL of our own in WORK/pg, from the files of the one that PG_CONFIG
# names; BIN and PG_CONFIG then mean the copy.
copy_postgres()
{
	local what path

	for what in bindir pkglibdir sharedir; do
		path=$("$PG_CONFIG" "--$what")
		[ ! -e "$WORK/pg$path" ] || continue
		mkdir -p "$WORK/pg${path%/*}"
		cp -a "$path" "$WORK/pg$path"
	done
	# an older greenery in there is none of our business
	rm -f "$WORK/pg$("$PG_CONFIG" --sharedir)"/extension/greenery* \
		"$WORK/pg$("$PG_CONFIG" --pkglibdir)"/greenery*
	for what in includedir libdir; do
		path=$("$PG_CONFIG" "--$what")
		[ ! -e "$WORK/pg$path" ] || continue
		mkdir -p "$WORK/pg${path%/*}"
		ln -s "$path" "$WORK/pg$path"
	done
	BIN=$WORK/pg$("$PG_CONFIG" --bindir)
	PG_CONFIG=$BIN/pg_config
}

# Copy the checkout to WORK/$1, without what earlier builds and tests left in it:
# nothing is written to the checkout, which may not even be ours to write to.
copy_source()
{
	mkdir "$WORK/$1"
	tar -C "$ROOT" -cf - --exclude=./.git --exclude='*.o' --exclude='*.so' \
		--exclude='*.bc' --exclude='*.a' --exclude='./greenery--*.sql' \
		--exclude=./META.json --exclude=./results --exclude=./output_iso \
		--exclude=./tmp_check --exclude=./log --exclude=regression.diffs \
		--exclude=regression.out . |
		tar -C "$WORK/$1" -xf - --no-same-owner
}

# The server's user needs to own all that it writes: WORK, or a directory in there
hand_over()
{
	[ "$SERVER_USER" = "$(id -un)" ] || chown -hR "$SERVER_USER" "${1:-$WORK}"
}

# make in a copied source tree, as the server's user: root has no business in it.
# with_llvm=no: bitcode serves only JIT inlining of code that is not ours, and
# needs the clang that the server was built with.
make_in()
{
	local dir=$1

	shift
	as_server make -s -C "$WORK/$dir" with_llvm=no PG_CONFIG="$PG_CONFIG" "$@"
}

# Start a server on a socket in WORK/s, or in directory s of the directory named; reachable
# by no network and, as WORK is closed to others, by no other user: hence no password.
# A second argument is a line of its configuration.
start_server()
{
	SERVER=${1:-$WORK}
	mkdir -p "$SERVER/s"
	hand_over "$SERVER"
	run -o "$SERVER/initdb.log" as_server "$BIN/initdb" -D "$SERVER/data" -U postgres \
		-A trust -E UTF8 --no-locale --no-sync ||
		{ cat "$SERVER/initdb.log" >&2; die "initdb failed"; }
	cat >>"$SERVER/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$SERVER/s'
		port = 5432
		timezone = 'UTC'
		log_timezone = 'UTC'
		# thrown away afterwards: nothing to lose in a crash of the machine
		fsync = off
		full_page_writes = off
		max_wal_size = '4GB'
		# parallel plans and prepared transactions are part of the tests
		max_worker_processes = 16
		max_parallel_workers = 8
		max_prepared_transactions = 4
		${2:-}
	CONF
	run -o /dev/null as_server "$BIN/pg_ctl" -D "$SERVER/data" \
		-l "$SERVER/server.log" -w -t 300 start ||
		{ tail -n 20 "$SERVER/server.log" >&2; die "the server did not start"; }
}

stop_server()
{
	run -o /dev/null as_server "$BIN/pg_ctl" -D "$SERVER/data" -m fast -w -t 300 stop || true
}

# torture/torture.py, from the copied source, against that server
torture()
{
	as_server env PGHOST="$SERVER/s" PGPORT=5432 PGUSER=postgres PGBIN="$BIN" \
		"$(find_python)" -B "$WORK/src/torture/torture.py" "$@"
}
