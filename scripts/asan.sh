# shellcheck shell=bash
# scripts/asan.sh: a PostgreSQL in which the sanitizers see what greenery does.
# Sourced by scripts/check --asan.
#
# The server is compiled with its own assertions and with the address sanitizer,
# and tells it which bytes of a memory context are in use (scripts/asan/), so that
# a byte behind a palloc'd chunk is found as one behind a malloc'd block is.
# greenery is compiled with the undefined behaviour sanitizer on top.

# Where the server is kept: it takes some minutes to make
asan_cache=${CACHE:-/var/tmp/greenery-asan-$UID}

# Print the line of apt's sources for a suite's source packages
asan_source_line()
{
	local suite=$1 mirror

	mirror=$(debian_mirror)
	case $suite in
		*-security) mirror+=-security ;;
	esac
	printf 'deb-src %s %s main\n' "$mirror" "$suite"
}

# Get PostgreSQL's source of a major version into a directory, unpacked: what
# PG_SOURCE names, or Debian's, with no change to how apt is set up here
asan_get_source()
{
	local version=$1 dir=$2 suite codename options

	mkdir -p "$dir/source"
	if [ -n "${PG_SOURCE:-}" ]; then
		if [ -d "$PG_SOURCE" ]; then
			cp -a "$PG_SOURCE/." "$dir/source"
		else
			tar -C "$dir/source" --strip-components=1 -xf "$PG_SOURCE"
		fi
		return
	fi
	command -v apt-get >/dev/null ||
		die "no apt-get here: PG_SOURCE has to name PostgreSQL's source, a directory or an archive"
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
	options=(-q -o "Dir::Etc::SourceList=$dir/apt/list" -o Dir::Etc::SourceParts=-
		-o "Dir::State::Lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache"
		-o "APT::Sandbox::User=$(id -un)")
	for suite in "$codename-security" "$codename"; do
		asan_source_line "$suite" >"$dir/apt/list"
		run -o "$dir/log" apt-get "${options[@]}" update || continue
		(cd "$dir/apt" && apt-get "${options[@]}" --download-only source "postgresql-$version") \
			>>"$dir/log" 2>&1 || continue
		tar -C "$dir/source" --strip-components=1 -xf "$dir"/apt/postgresql-"$version"_*.orig.tar.*
		return
	done
	tail -n 20 "$dir/log" >&2
	die "Debian's mirror has no source of PostgreSQL $version: PG_SOURCE may name it"
}

# Into the array MISSING: packages for what compiling the server takes
asan_missing()
{
	local tool header

	MISSING=()
	for tool in make gcc bison flex perl bzip2 pkg-config; do
		command -v "$tool" >/dev/null || MISSING+=("$tool")
	done
	for header in stdio.h:libc6-dev zlib.h:zlib1g-dev unicode/ucol.h:libicu-dev; do
		echo "#include <${header%:*}>" | gcc -E - >/dev/null 2>&1 || MISSING+=("${header#*:}")
	done
}

# Make the server, in its final place: its path is compiled in.  The file
# "complete" says that this came to its end.
asan_make_server()
{
	local version=$1 prefix=$2 dir=$asan_cache/build

	rm -rf "$dir" "$prefix"
	mkdir -p "$dir" "$prefix/include"
	asan_get_source "$version" "$dir"
	cp -r "$ROOT/scripts/asan/valgrind" "$prefix/include/"
	cat >"$dir/make" <<-MAKE
		set -e
		cd '$dir/source'
		./configure -q --prefix='$prefix' --enable-cassert --enable-debug --enable-tap-tests \\
			--with-icu --without-readline CFLAGS='-O1 -fno-omit-frame-pointer -fsanitize=address' \\
			CPPFLAGS='-DUSE_VALGRIND -I$prefix/include'
		make -s -j$(nproc)
		make -s install
		# tests use some of these
		make -s -C contrib -j$(nproc) install
		touch '$prefix/complete'
	MAKE
	run -o "$dir/log" env ASAN_OPTIONS=detect_leaks=0 sh "$dir/make" ||
		{ tail -n 30 "$dir/log" >&2; die "could not make PostgreSQL $version"; }
	rm -rf "$dir"
}

# Set PG_CONFIG to a sanitized server, made if it is not there yet
asan_server()
{
	local version=${PG_VERSION:-} prefix

	if [ -z "$version" ] && find_postgres; then
		version=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	fi
	version=${version:-$(postgres_to_install)}
	mkdir -p "$asan_cache"
	[ -O "$asan_cache" ] || die "$asan_cache belongs to somebody else: CACHE may name another directory"
	prefix=$asan_cache/$version
	if [ ! -e "$prefix/complete" ]; then
		asan_missing
		if [ ${#MISSING[@]} -gt 0 ]; then
			command -v apt-get >/dev/null && become_root ||
				die "missing (Debian's names for them): ${MISSING[*]}"
			apt_update
			apt_install "${MISSING[@]}"
		fi
		say "compiling PostgreSQL $version with sanitizers, which takes some minutes"
		asan_make_server "$version" "$prefix"
	fi
	PG_CONFIG=$prefix/bin/pg_config
	# programs that end soon give nothing back
	export ASAN_OPTIONS=detect_leaks=0
}

# What the sanitizers are told.  A fault of memory ends its process; undefined
# behaviour goes on, so that a run finds all of it.  Memory that is not there is no
# fault: tests ask for too much.
asan_options()
{
	mkdir "$WORK/sanitizers"
	export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:disable_coredump=1
	ASAN_OPTIONS+=:detect_stack_use_after_return=0:allocator_may_return_null=1:quarantine_size_mb=16
	export UBSAN_OPTIONS=print_stacktrace=1
}

# Keep what logs in a directory say of faults: the two sanitizers in one process
# agree on no file of their own, and write where the server's log goes
asan_collect()
{
	local log

	while IFS= read -r log; do
		cp "$log" "$(mktemp "$WORK/sanitizers/XXXXXX")"
	done < <(grep -rlE 'runtime error: |ERROR: AddressSanitizer' "$@" 2>/dev/null)
}

# Print what was found, each place of undefined behaviour once; false if nothing was
asan_found()
{
	local faults=$WORK/sanitizers.log

	find "$WORK/sanitizers" -type f -exec cat {} + >"$faults"
	[ -s "$faults" ] || return
	grep -oE '[^ ]+: runtime error: .*' "$faults" | sed "s|^$WORK/src/||; s/0x[0-9a-f]*/ADDRESS/g" |
		sort | uniq -c | sort -rn | head -n 100
	sed -n '/ERROR: AddressSanitizer/,/^SUMMARY/p' "$faults" | head -n 300
}
