#!/bin/sh
# Holds the source to the style that clang-format does not decide: sizeof with parentheses, no more
# than 100 columns in comments either, and at the head of every file what it is for.
set -eu

cd "${srcdir:-.}"
failed=0
if grep -nE 'sizeof [*a-zA-Z_]' src/*/*.[ch] include/evoscope/*.h tests/*.[ch] tests/fuzz/*.[ch]; then
	echo "check_style.sh: write sizeof(x), with parentheses" >&2
	failed=1
fi
for file in src/*/*.[ch] include/evoscope/*.h tests/*.[ch] tests/fuzz/*.[ch]; do
	case $(head -n 1 "$file") in
	'/*'*) ;;
	*)
		echo "check_style.sh: $file does not begin with what it is for" >&2
		failed=1
		;;
	esac
done
for file in src/*/*.[ch] src/*/*.def include/evoscope/*.h tests/*.[ch] tests/fuzz/*.[ch]; do
	# Bytes are counted, so a line with other characters than ASCII's is left to the eye.
	if expand -t 8 "$file" | LC_ALL=C grep -vn '[^ -~]' | awk -v file="$file" '
		{ line = $0; sub(/:.*/, "", line); text = substr($0, length(line) + 2) }
		length(text) > 100 { print file ":" line ": " length(text) " columns"; wide = 1 }
		END { exit !wide }'; then
		failed=1
	fi
done
exit $failed
