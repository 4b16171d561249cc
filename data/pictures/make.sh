#!/bin/sh
# Makes the pictures of the README and the guide again: what the explorer draws in searches of the embedded
# benchmarks. Same program, same machine: the same pictures.
set -eu

usage() {
	cat <<'END'
Usage: data/pictures/make.sh [PROGRAM]

Writes evolve, edit, compare-matrix, compare-panes, benchmarks and runs (.svg) into the folder of
this script. PROGRAM is ./evoscope unless said otherwise. Needs util-linux' script.
END
}

case ${1-} in -*)
	usage
	exit 2
	;;
esac
program=$(command -v "${1-./evoscope}") || {
	echo "make.sh: there is no ${1-./evoscope}: build it first, or name it" >&2
	exit 1
}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
pictures=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
mkfifo keyboard # nobody types, and it has no end

# Nothing of the user's, and nothing that the user would see.
export EVOSCOPE_DATA=data XDG_CONFIG_HOME="$folder" XDG_STATE_HOME="$folder"
export LC_ALL=C.UTF-8 TERM=xterm-256color
unset EVOSCOPE_SHARED NO_COLOR

# explorer ROWS OPTION...: on a terminal of so many rows, by the script on standard input.
explorer() {
	rows=$1
	shift
	cat >keys
	script -qec "stty rows $rows columns 120 && '$program' --fixed-clock --no-mouse \
		--script keys $*" /dev/null <>keyboard >screen 2>&1 || {
		cat screen >&2
		exit 1
	}
}

# Two searches that are over, to be found among the stored ones.
for seed in 1 2; do
	"$program" evolve -b tiny201-mosaics --preset quick --seed $seed >/dev/null 2>screen || {
		cat screen >&2
		exit 1
	}
done

# A tree is put in by hand. Three generations later one is changed in the editor, and the best is
# held against two others.
explorer 40 -b tiny201-shapes -b tiny201-mosaics -b tiny201-glyphs --seed 1 <<'END'
keys n
:wait idle
keys n
:wait idle
keys n
:wait idle
:inject meco-tree
keys n
:wait idle
keys n
:wait idle
keys n
:wait idle
:save-screen evolve.svg
:open mul(layer_total(eigmin(corr(gw.n))), layer_total(log(det(gx.n))))
keys <Home><Down><Down><Down><Down><Down><Down><Down><Down>rgy.n<Enter><Up>r
:wait scores
:save-screen edit.svg
keys <Esc>1c<Space>
:add eznas-a
keys <Space>
:add params
keys <Space><Right><Right><Right>o<Left><Left>
:wait scores
keys <Home>
:save-screen compare-matrix.svg
keys v<Left><Left><Left>
:save-screen compare-panes.svg
keys 4
:wait scores
:save-screen benchmarks.svg
keys 5
:save-screen runs.svg
:quit
END

mv ./*.svg "$pictures"
