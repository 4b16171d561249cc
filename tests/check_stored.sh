#!/bin/sh
# A search that evoscope 0.1.0 stored opens, shows and goes on, and so it does in a program whose
# tables have got rows of primitives, statistics and classic proxies in their middles meanwhile:
# with the same end to the last bit, which is the end of a search that was never interrupted.
set -eu

source=${srcdir:-.}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
XDG_DATA_HOME=$folder
XDG_CONFIG_HOME=$folder
export XDG_DATA_HOME XDG_CONFIG_HOME

fail() {
	echo "$0: $*" >&2
	exit 1
}

store() { # a copy of its own
	cp "$source/tests/store-0.1.db" "$folder/$1.db"
	chmod u+w "$folder/$1.db"
}

store shown
./evoscope runs show old --store "$folder/shown.db" >"$folder/shown" || fail "it is not shown"
grep -q 'layer_total(cosine(gx.n, lt0(gr.n)))' "$folder/shown" || fail "an expression is not shown"

store plain
tests/stored_end "$folder/plain.db" old 6 >"$folder/plain" 2>"$folder/plain.words" ||
	fail "it does not go on: $(cat "$folder/plain.words")"
store rows
tests/stored_end_rows "$folder/rows.db" old 6 >"$folder/rows" 2>"$folder/rows.words" ||
	fail "it does not go on with more rows: $(cat "$folder/rows.words")"
diff "$folder/plain" "$folder/rows" || fail "more rows give another end"
plain=$(sed 's/ words//' "$folder/plain.words")
rows=$(sed 's/ words//' "$folder/rows.words")
[ "$rows" -eq $((plain + 3)) ] || fail "there are $rows words with three rows more, and $plain before"

# What the second has stored is the first's again.
tests/stored_end "$folder/rows.db" old 7 >"$folder/back" 2>"$folder/words" || fail "$(cat "$folder/words")"
tests/stored_end "$folder/plain.db" old 7 >"$folder/plain" 2>"$folder/words" || fail "$(cat "$folder/words")"
diff "$folder/plain" "$folder/back" || fail "what was stored with more rows goes on otherwise"
