#!/bin/sh
# Adds one of each kind to a copy of the source, as src/README.md says, counts the files that this
# takes, builds, and uses what was added: the house is open when three files are enough.
set -eu

most=3
source=$(cd "${srcdir:-.}" && pwd)
tree=$(mktemp -d)
trap 'chmod -R u+w "$tree"; rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM
export EVOSCOPE_DATA="$tree/data"
failed=0

complain() {
	echo "add_dummies.sh: $*" >&2
	failed=1
}

# The files that are the source, by where they are built: what make makes is left out.
(cd "$source" && tar -cf - --exclude='*.o' --exclude='*.a' --exclude='.git' --exclude='*.log' \
	--exclude='*.trs' configure.ac Makefile.am m4 include src data themes tests bootstrap.sh \
	LICENSE NEWS README.md .clang-format) | tar -xf - -C "$tree"
mkdir -p "$tree/before"
(cd "$tree" && cp -R include src data before/)

# What an addition has changed, since the one before it.
touched() {
	count=$(cd "$tree" && for room in include src data; do
		diff -rq "before/$room" "$room" || true
	done | wc -l)
	echo "$1: $count files"
	[ "$count" -le $most ] || complain "$1 took $count files, and $most should do"
	(cd "$tree" && rm -rf before && mkdir before && cp -R include src data before/)
}

# Puts standard input behind the first line of a file that has these words.
behind() {
	cat >"$tree/put"
	grep -qF -- "$2" "$tree/$1" || complain "$1 has no line with: $2"
	awk -v words="$2" -v put="$tree/put" '
		{ print }
		!done && index($0, words) { while ((getline line < put) > 0) print line; done = 1 }
	' "$tree/$1" >"$tree/new"
	mv "$tree/new" "$tree/$1"
}

# A primitive: its row, and its module of PyTorch.
behind src/expr/primitives.def '.latex = {"#1 - #2"' <<'END'
UNARY(CUBE_OF_A_TEST, 61001, "cube_of_a_test", a * a * a, .help = "of a test",
        .latex = {"#1^3", NULL, POWER, ATOM, OPEN, false})
END
touched primitive

# A classic proxy.
cat >"$tree/src/classic/of_a_test.c" <<'END'
/* A proxy that is the same for all networks. */
#include "config.h"
#include "classic.h"

static double run(const struct evo_classic *classic, char *work)
{
	(void) work;
	return classic->graph->node_count > 0 ? 7 : 0;
}

const struct classic_row evo_classic_of_a_test = {
        .help = "seven", .source = "a test", .reads = CLASSIC_NOTHING, .run = run};
END
behind include/evoscope/classic.h 'X(L2_NORM, l2_norm' <<'END'
	X(OF_A_TEST, of_a_test, 61002) \
END
sed -i.old 's|src/classic/nwot.c|src/classic/nwot.c src/classic/of_a_test.c|' "$tree/src/classic/room.am"
rm "$tree/src/classic/room.am.old"
touched 'classic proxy'

# An operation of networks: a sum of one.
behind include/evoscope/graph.h 'EVO_OP_SHIFT,' <<'END'
	EVO_OP_OF_A_TEST,
END
behind include/evoscope/graph.h 'size_t evo_graph_shift(' <<'END'
size_t evo_graph_of_a_test(struct evo_graph *graph, size_t input);
END
cat >>"$tree/src/net/sum.c" <<'END'

size_t evo_graph_of_a_test(struct evo_graph *graph, size_t input)
{
	return evo_graph_append(graph, EVO_OP_OF_A_TEST, evo_graph_shape(graph, input), &input, 1);
}
END
behind src/net/operation.c 'static const struct evo_op_row rows' <<'END'
        [EVO_OP_OF_A_TEST] = {.forward = evo_forward_sum,
                              .backward = evo_backward_sum,
                              .work = EVO_WORK_ADD},
END
touched operation

# A search space, whose networks are another one's.
sed -e 's/evo_space_nb201/evo_space_of_a_test/; s/\.name = "nb201"/.name = "of-a-test"/' \
	"$tree/src/space/nb201.c" >"$tree/src/space/of_a_test.c"
sed -i.old -e 's/{&evo_space_nb201/{\&evo_space_nb201, \&evo_space_of_a_test/' \
	-e 's/^extern const struct evo_space evo_space_nb201;/&\nextern const struct evo_space evo_space_of_a_test;/' \
	"$tree/src/space/space.c"
sed -i.old 's|src/space/nb201.c|src/space/nb201.c src/space/of_a_test.c|' "$tree/src/space/room.am"
rm "$tree"/src/space/*.old
touched 'search space'

# An importer, of accuracies in that space.
sed -e 's/nats-bench/table-of-a-test/; s/bench_nats_bench/bench_of_a_test/' \
	-e 's/ArchitectureString/Cell/; s/= "nb201",$/= "tested",/' -e 's/\.space = "tested"/.space = "of-a-test"/' \
	"$tree/src/bench/nats_bench.c" >"$tree/src/bench/of_a_test.c"
behind src/bench/importers.c 'static const struct evo_importer *const importers[]' <<'END'
        &bench_of_a_test,
END
behind src/bench/importers.c '#include "import.h"' <<'END'
extern const struct evo_importer bench_of_a_test;
END
sed -i.old 's|src/bench/nats_bench.c|src/bench/nats_bench.c src/bench/of_a_test.c|' "$tree/src/bench/room.am"
rm "$tree/src/bench/room.am.old"
touched importer

cd "$tree"
rm -rf before
{
	autoreconf -i && ./configure -q && make -s -j2 evoscope
} >build.log 2>&1 || {
	tail -n 40 build.log >&2
	complain "what was added does not build"
	exit 1
}
./evoscope show 'layer_sum(cube_of_a_test(gw.d))' --format latex | grep -q '\^3' ||
	complain "the primitive is not known"
./evoscope score of_a_test 'layer_sum(cube_of_a_test(gw.d))' --networks 12 --quiet >scored ||
	complain "the proxies cannot be scored"
grep -q '^of_a_test' scored || complain "the classic proxy is not in the table"
./evoscope proxies | grep -q '^of_a_test' || complain "the classic proxy is not listed"
printf 'Cell,CIFAR10TestAccuracy200Epochs\n%s,90.5\n%s,91.5\n' \
	'|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|' \
	'|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_3x3~2|' >cells.csv
./evoscope benchmarks import table-of-a-test cells.csv >imported ||
	complain "the importer does not import"
grep -q tested imported || complain "the importer's benchmark has another name"
./evoscope benchmarks show tested-cifar10 >shown || complain "its benchmark cannot be shown"
./evoscope score params --benchmark tested-cifar10 --channels 4 --cells 1 --batch 4 --image 8 \
	--networks all --quiet >/dev/null || complain "networks of the space cannot be scored"
./evoscope benchmarks import --help | grep -q table-of-a-test ||
	complain "the help does not know the importer"
exit $failed
