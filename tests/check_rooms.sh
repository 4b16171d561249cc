#!/bin/sh
# Holds the rooms of src/ against the table src/rooms, by the symbols of what was built: which rooms
# a room needs, that Makefile.am links just these and what they need, and that no more than two
# files of a room need each other in a circle.
set -eu

source=${srcdir:-.}
table=$source/src/rooms
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT

# A line a symbol: room, object, whether the object has it or needs it, the symbol.
collect() {
	room=$1
	shift
	nm -A "$@" | awk -v room="$room" '
		{ name = $NF; kind = $(NF - 1); object = $1 }
		sub(/:[^:]*$/, "", object) { sub(/.*[:\/]/, "", object); sub(/\.o.*/, "", object); sub(/^libevo_.*_a-/, "", object) }
		kind ~ /^[TDBRCVW]$/ { print room, object, "has", name }
		kind == "U" { print room, object, "needs", name }'
}

sed -n 's/^\([a-z]*\):.*/\1/p' "$table" | while read -r room; do
	if [ -f "libevo_$room.a" ]; then
		collect "$room" "libevo_$room.a"
	else
		collect "$room" src/"$room"/*.o
	fi
done >"$symbols"

awk '
FILENAME == ARGV[1] { # the table
	if ($1 == "circle")
		circle_of[$2] = $3
	if ($0 !~ /^[a-z]+:/)
		next
	room = $1
	sub(/:/, "", room)
	order[++rooms] = room
	place[room] = rooms
	for (i = 2; i <= NF; i++)
		allowed[room, $i] = 1
	next
}
FILENAME == ARGV[2] { # Makefile.am
	if ($0 ~ /^LINK_[A-Z]+ = /)
		link[tolower(substr($1, 6))] = $0
	next
}
$3 == "has" { home[$4] = $1; object_of[$4] = $1 " " $2; next }
{ need[++needs] = $0 }

function complain(text) { print "rooms: " text; failed = 1 }

# The libraries that a LINK_ line comes to.
function libraries(room, of,    words, count, i, name) {
	count = split(link[room], words, /[ ()$]+/)
	for (i = 1; i <= count; i++) {
		if (words[i] ~ /^libevo_/) {
			name = words[i]
			gsub(/libevo_|\.a/, "", name)
			linked[of, name] = 1
		} else if (words[i] ~ /^LINK_/ && i > 2)
			libraries(tolower(substr(words[i], 6)), of)
	}
}

END {
	for (n = 1; n <= needs; n++) {
		split(need[n], part, " ")
		if (!(part[4] in home))
			continue
		other = home[part[4]]
		if (other != part[1]) {
			used[part[1], other] = 1
			if (!((part[1], other) in allowed) && !told[part[1], other]++)
				complain(part[1] " calls " other " (" part[2] ": " part[4] \
					"), which src/rooms does not allow")
		} else if (object_of[part[4]] != part[1] " " part[2]) {
			from = part[1] " " part[2]
			file[from] = file[object_of[part[4]]] = 1
			reach[from, object_of[part[4]]] = 1
		}
	}
	for (pair in allowed) {
		split(pair, part, SUBSEP)
		if (!(part[2] in place))
			complain("src/rooms: " part[1] " may call " part[2] ", which is no room")
		else if (place[part[2]] >= place[part[1]])
			complain("src/rooms: " part[1] " stands before " part[2] ", which it may call")
		if (!(pair in used))
			complain("src/rooms: " part[1] " may call " part[2] ", and does not")
	}
	# What a room needs, with what that needs, is what its LINK_ line comes to.
	for (i = 1; i <= rooms; i++)
		for (j = 1; j < i; j++)
			if ((order[i], order[j]) in allowed) {
				all[order[i], order[j]] = 1
				for (k = 1; k < j; k++)
					if ((order[j], order[k]) in all)
						all[order[i], order[k]] = 1
			}
	for (i = 1; i <= rooms; i++) {
		if (!(order[i] in link))
			continue
		libraries(order[i], order[i])
		for (j = 1; j <= rooms; j++) {
			if (i == j)
				continue
			if (((order[i], order[j]) in all) && !((order[i], order[j]) in linked))
				complain("Makefile.am does not link " order[j] ", which " order[i] " needs")
			if (!((order[i], order[j]) in all) && ((order[i], order[j]) in linked))
				complain("Makefile.am links " order[j] ", which " order[i] " does not need")
		}
	}
	# Circles of files.
	for (k in file)
		for (i in file)
			if ((i, k) in reach)
				for (j in file)
					if ((k, j) in reach)
						reach[i, j] = 1
	for (i in file) {
		if (i in seen)
			continue
		circle = i
		size = 1
		for (j in file)
			if (j != i && ((i, j) in reach) && ((j, i) in reach)) {
				split(j, part, " ")
				circle = circle ", " part[2]
				size++
				seen[j] = 1
			}
		split(i, part, " ")
		found[part[1]] = size > found[part[1]] ? size : found[part[1]]
		if (size > 2 && size > circle_of[part[1]])
			complain(size " files need each other in a circle: " circle)
	}
	for (room in circle_of)
		if (found[room] != circle_of[room])
			complain("src/rooms: the largest circle of " room " has " found[room] + 0 " files")
	exit failed
}' "$table" "$source/Makefile.am" "$symbols"
