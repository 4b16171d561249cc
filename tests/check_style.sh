#!/bin/sh
# Holds the source to the one style that clang-format does not decide: sizeof with parentheses, and a
# comment at the head of every file that says what it is for.
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
exit $failed
