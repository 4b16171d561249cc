#!/bin/sh
# Makes README.md beside it from the tables, and runs the commands again that a table came of.
set -eu

usage() {
	cat <<'END'
Usage: data/results/make.sh page            README.md, from the tables (*.csv)
       data/results/make.sh again NAME      runs the commands of NAME.csv, on standard output

A table begins with what it is, the commands that it came of, their seed, the commit that they
were run at and the processor, each a line with a `#`. `again` needs evoscope in PATH, and the
benchmarks that the commands name imported; words in capitals (FOUND) are to be put in by hand.
END
}

folder=$(cd "$(dirname "$0")" && pwd)

# What a table says of itself under a name, a line each.
said() {
	sed -n "s/^# $1: //p" "$folder/$2.csv"
}

# A table of the page; of one with medians, the median of every column below each group of rows.
table() {
	awk '
	function fields(line,    count, text) {
		count = 0
		while (line != "" || count == 0) {
			if (line ~ /^"/) {
				match(line, /^"([^"]|"")*"/)
				text = substr(line, 2, RLENGTH - 2)
				gsub(/""/, "\"", text)
				line = substr(line, RLENGTH + 1)
			} else {
				match(line, /^[^,]*/)
				text = substr(line, 1, RLENGTH)
				line = substr(line, RLENGTH + 1)
			}
			field[++count] = text
			if (line == "")
				break
			line = substr(line, 2)
			if (line == "")
				field[++count] = ""
		}
		return count
	}
	function row(count,    i, text) {
		text = "|"
		for (i = 1; i <= count; i++)
			text = text " " field[i] " |"
		print text
	}
	function median(column,    i, j, n, sorted, moved) {
		n = 0
		for (i = 1; i <= group_rows; i++) {
			if (value[i, column] == "")
				continue
			for (j = ++n; j > 1 && sorted[j - 1] > value[i, column] + 0; j--)
				sorted[j] = sorted[j - 1]
			sorted[j] = value[i, column] + 0
		}
		if (n < 2)
			return ""
		moved = n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
		return sprintf("**%.3f**", moved)
	}
	function end_group(    i) {
		if (!medians || group_rows < 3 || group == "not searched")
			return
		field[1] = group
		field[2] = "**median of " group_rows "**"
		for (i = 3; i <= columns; i++)
			field[i] = i < 6 ? "" : median(i)
		row(columns)
	}
	/^# medians:/ { medians = 1 }
	/^#/ { next }
	!columns {
		columns = fields($0)
		row(columns)
		text = "|"
		for (i = 1; i <= columns; i++)
			text = text "---|"
		print text
		next
	}
	{
		count = fields($0)
		if (field[1] != group) {
			kept = $0
			end_group()
			fields(kept)
			group = field[1]
			group_rows = 0
		}
		group_rows++
		for (i = 1; i <= count; i++)
			value[group_rows, i] = field[i]
		row(count)
	}
	END { end_group() }' "$folder/$1.csv"
}

section() {
	printf '\n## %s\n\n' "$(said title "$1")"
	printf '%s.\n\n' "$(said what "$1")"
	said command "$1" | sed 's/^/    /'
	printf '\n'
	table "$1"
	printf '\nSeed %s; commit %s; %s. ([%s.csv](%s.csv))\n' "$(said seed "$1")" \
		"$(said commit "$1")" "$(said processor "$1")" "$1" "$1"
	note=$(said note "$1")
	[ -z "$note" ] || printf '\n%s\n' "$note"
}

page() {
	{
		cat <<'END'
# Results

Every figure that the project states, with the commands that it came of. `make.sh page` makes this page from
the tables beside it, and `make.sh again NAME` runs a table's commands. NAS-Bench-201 is NATS-Bench's table of
accuracies (7719 of the 15625 cells) with CIFAR-10's first training images, imported as README.md tells.
END
		for name in searches-nb201 named-nb201 named-tiny201 eznas-nb201 classic-nb201 \
			classic-tiny201 cheaper-size steps-nb201 embedded engine profile; do
			section "$name"
		done
	} >"$folder/README.md"
}

again() {
	[ -f "$folder/$1.csv" ] || {
		echo "make.sh: there is no table $1.csv in $folder" >&2
		exit 1
	}
	said command "$1" | while read -r command; do
		printf '$ %s\n' "$command"
		sh -c "$command"
	done
}

case ${1-} in
page) page ;;
again)
	[ $# -eq 2 ] || {
		usage >&2
		exit 2
	}
	again "$2"
	;;
-h | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
