#!/bin/sh
# From a fresh clone to a running program. Safe to run again: what is there is not done twice.
set -eu

packages="build-essential autoconf automake pkg-config libopenblas-dev libcsv-dev
libncurses-dev libinih-dev libsqlite3-dev libcmocka-dev libvterm-dev"

cd "$(dirname "$0")"

say() {
	printf '%s\n' "$*" >&2
}

fail() {
	say "bootstrap.sh: $*"
	exit 1
}

usage() {
	cat <<'END'
Usage: ./bootstrap.sh COMMAND

  deps             install the Debian packages that are missing
  build            configure where needed, and make
  run [OPTION...]  deps, build, and the explorer with a search going; without a terminal the same
                   search headless; options are those of evoscope (see ./evoscope --help)
  check            deps, build, a short search, and all tests
END
}

installed() {
	case $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) in
	*"ok installed") return 0 ;;
	esac
	return 1
}

deps() {
	if ! command -v dpkg-query >/dev/null; then
		say "Not a Debian system: please have the equivalents of these installed:"
		say "$packages"
		return 0
	fi
	missing=
	for package in $packages; do
		installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "Installing$missing"
	if [ "$(id -u)" -eq 0 ]; then
		as_root=
	else
		command -v sudo >/dev/null ||
			fail "cannot install$missing: not root, and there is no sudo"
		as_root=sudo
	fi
	$as_root apt-get -qq update
	# shellcheck disable=SC2086 # a list of words
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends $missing >&2
}

# A tree that was configured elsewhere and copied here would use the files of that place.
configured_here() {
	[ -f Makefile ] && grep -qxF "abs_top_srcdir = $PWD" Makefile
}

build() {
	[ -x configure ] || autoreconf -i >&2 || fail "autoreconf failed"
	configured_here || ./configure -q >&2 || fail "configure failed; config.log says more"
	make -s -j"$(nproc)" >&2 || fail "make failed"
}

run() {
	deps
	build
	if [ -t 0 ] && [ -t 1 ]; then
		exec ./evoscope --start "$@"
	fi
	exec ./evoscope evolve "$@"
}

# The program's main job, from nothing to its files.
short_search() {
	folder=$(mktemp -d)
	trap 'rm -rf "$folder"' EXIT
	say "A short search on the embedded benchmark:"
	# Stored, as searches are, but not among those of whoever checks.
	EVOSCOPE_DATA="$folder/data" ./evoscope evolve --seed 1 --generations 3 --population 20 \
		--networks 30 --validation 30 --csv-dir "$folder/csv" || fail "the search failed"
	[ -s "$folder/data/runs.db" ] || fail "the search was not stored"
	for file in generations population front; do
		[ -s "$folder/csv/$file.csv" ] || fail "the search left no $file.csv"
	done
}

# One test program is many tests: what cmocka counted is added up from the logs. A program that
# failed without cmocka saying so (it crashed, or is a script) counts as one.
totals() {
	for result in tests/*.trs; do
		cat "$result" "${result%.trs}.log"
		echo ":end-of-test:"
	done | awk '
		/^:test-result:/      { result = $2; passed = failed = skipped = 0 }
		/^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
		/^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
		/^\[  SKIPPED \] [0-9]+ test/ { skipped += $4 }
		/^:end-of-test:/ {
			if (result == "SKIP" && !skipped) skipped = 1
			else if (result == "PASS" && !passed && !skipped) passed = 1
			else if (result != "PASS" && result != "SKIP" && !failed) failed = 1
			all_passed += passed; all_failed += failed; all_skipped += skipped
		}
		END {
			printf "%d passed, %d failed, %d skipped\n", all_passed, all_failed, all_skipped
			exit all_failed || !all_passed
		}'
}

check() {
	deps
	build
	short_search
	rm -f tests/*.trs tests/*.log
	status=0
	make -s -j"$(nproc)" check </dev/null >&2 || status=1
	for result in tests/*.trs; do
		if ! grep -qE '^:test-result: (PASS|SKIP)' "$result"; then
			say "== ${result%.trs}.log"
			tail -n 100 "${result%.trs}.log" >&2
		fi
	done
	totals || status=1
	exit "$status"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
deps | build | check)
	[ $# -eq 0 ] || fail "$command takes no arguments"
	"$command"
	;;
run) run "$@" ;;
-h | --help | help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
