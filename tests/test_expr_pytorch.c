/*
 * Modules that are exported for PyTorch, run by Python: their scores against the program's own
 * values on golden networks, and what they leave behind.
 */
#include "config.h"

#include "golden_stats.h"
#include "plain_evaluator.h"

#include "evoscope/proxy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SCRIPT EVO_SOURCE_DIR "/tests/pytorch_check.py"

#define NO_PYTORCH   77
#define RANDOM_TREES 60

static char folder[64];

static int set_up(void **state)
{
	(void) state;
	snprintf(folder, sizeof(folder), "/tmp/evoscope-pytorch-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void) state;
	return evo_remove_tree(folder, NULL) ? 0 : -1;
}

/* ---- Files and Python ------------------------------------------------------------------------ */

static void write_file(const char *name, const struct evo_text *text)
{
	char *path = evo_path_join(folder, name);
	struct evo_error err = {0};
	struct evo_file *file = evo_file_create(path, &err);

	if (file != NULL)
		fwrite(text->data, 1, text->length, evo_file_stream(file));
	if (file == NULL || !evo_file_commit(file, &err))
		fail_msg("%s: %s", path, err.message);
	free(path);
}

static void write_tree(const char *name, const struct evo_tree *tree)
{
	struct evo_error err = {0};
	struct evo_text text;

	evo_text_init(&text);
	if (!evo_tree_pytorch(tree, &text, &err))
		fail_msg("%s", err.message);
	write_file(name, &text);
	evo_text_clear(&text);
}

/* Runs the script; skips the test when there is no Python with PyTorch. */
static void check(const char *what, const char *path, const char *golden)
{
	const char *python = getenv("EVOSCOPE_PYTHON");
	int status = 0;
	pid_t child;

	python = python != NULL ? python : "/usr/bin/python3";
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		execlp(python, python, "-B", SCRIPT, what, path, golden, (char *) NULL);
		_exit(NO_PYTORCH);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PYTORCH) {
		printf("no Python with PyTorch (set EVOSCOPE_PYTHON): not compared\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Cases: every expression once as a module, and its value on every network. */
struct cases {
	struct plain_evaluator *evaluator;
	struct golden_stats *golden[3];
	size_t count, modules;
	struct evo_text lines;
};

static void add_tree(struct cases *cases, const struct evo_tree *tree)
{
	struct evo_error err = {0};
	char name[32];

	snprintf(name, sizeof(name), "case%zu.py", cases->modules++);
	write_tree(name, tree);
	for (size_t i = 0; i < cases->count; i++) {
		double value;

		if (!plain_evaluate(cases->evaluator, &cases->golden[i]->stats, &tree, 1, &value,
		                    &err))
			fail_msg("%s", err.message);
		evo_text_printf(&cases->lines, "%s\t%s\t", cases->golden[i]->golden->name, name);
		evo_text_number(&cases->lines, value);
		evo_text_append(&cases->lines, "\t");
		evo_tree_print(tree, &cases->lines);
		evo_text_append(&cases->lines, "\n");
	}
}

static void add_text(struct cases *cases, const char *text)
{
	static struct evo_tree tree;
	struct evo_error err = {0};

	if (!evo_tree_parse(text, &tree, &err))
		fail_msg("%s: %s", text, err.message);
	add_tree(cases, &tree);
}

/* A primitive on tensors of images, matrices and scalars, of units and of the network. */
static void add_primitive(struct cases *cases, const struct evo_primitive *row)
{
	static const char *const one[] = {"layer_sum(%s(gx.d))", "layer_mean(%s(corr(r.n)))",
	                                  "layer_mean(%s(sub(corr(gr.d), 0.5)))",
	                                  "layer_mean(%s(frob(y.p)))", "%s(gin.d)"};
	static const char *const two[] = {
	        "layer_sum(%s(gw.d, w))",     "layer_mean(%s(gram(x.d), gram(gr.n)))",
	        "layer_sum(%s(x.d, r.n))",    "layer_mean(%s(0.05, gy.p))",
	        "layer_mean(%s(y.d, l1(w)))", "%s(logits.d, logits.n)"};
	const size_t count = row->arity == 1 ? EVO_COUNT(one) : EVO_COUNT(two);

	for (size_t i = 0; i < count; i++) {
		const char *form = row->arity == 1 ? one[i] : two[i];
		const char *place = strstr(form, "%s");
		char text[128];

		snprintf(text, sizeof(text), "%.*s%s%s", (int) (place - form), form, row->name,
		         place + 2);
		add_text(cases, text);
	}
}

static void add_aggregate(struct cases *cases, const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s(sub(log(frob(gw.d)), 3))", name);
	add_text(cases, text);
	snprintf(text, sizeof(text), "sum(%s(corr(x.p)))", name);
	add_text(cases, text);
}

/* A module draws the weights of zen from PyTorch's stream. */
static bool is_known(const struct evo_primitive *row)
{
	return strcmp(row->name, "zen") != 0;
}

static void add_terminal(struct cases *cases, const struct evo_primitive *row)
{
	const bool unit = row->kind == EVO_UNIT_TERMINAL;
	char text[128];

	if (!is_known(row))
		return;
	snprintf(text, sizeof(text), unit ? "layer_sum(frob(%s))" : "frob(%s)", row->name);
	add_text(cases, text);
}

static void add_library(struct cases *cases)
{
	for (size_t i = 0; i < evo_proxy_count(); i++) {
		static struct evo_tree tree;
		struct evo_error err = {0};
		bool known = true;

		if (!evo_proxy_parse(evo_proxy_at(i).name, &tree, &err))
			fail_msg("%s: %s", evo_proxy_at(i).name, err.message);
		for (size_t k = 0; k < tree.size; k++)
			known = known && is_known(evo_primitive(tree.nodes[k].code));
		if (known)
			add_tree(cases, &tree);
	}
}

static void add_table(struct cases *cases)
{
	for (unsigned code = 1; code < evo_primitive_count(); code++) {
		const struct evo_primitive *row = evo_primitive(code);

		if (row->kind == EVO_PRIMITIVE)
			add_primitive(cases, row);
		else if (row->kind == EVO_AGGREGATE)
			add_aggregate(cases, row->name);
		else
			add_terminal(cases, row);
	}
}

static void add_random(struct cases *cases)
{
	struct evo_rng rng = evo_rng_stream(7, "exported trees", 0);
	static struct evo_tree tree;
	struct evo_grammar grammar;

	evo_grammar_all(&grammar);
	for (unsigned code = 1; code < evo_primitive_count(); code++) {
		if (!is_known(evo_primitive(code)))
			grammar.weight[code] = 0;
	}
	for (size_t i = 0; i < RANDOM_TREES; i++) {
		assert_true(evo_tree_random(&grammar, &rng,
		                            i % 3 ? EVO_LEVEL_NETWORK : EVO_LEVEL_UNIT, 2 + i % 5,
		                            i % 2, &tree));
		add_tree(cases, &tree);
	}
}

/* What must not be rounding noise: the deviation of equal numbers, and the determinant of a
   singular matrix (the products of more rows than there are columns). */
static void add_exact(struct cases *cases)
{
	add_text(cases, "frob(normalize(mul(ones(logits.d), 0.235)))");
	add_text(cases, "logabsdet(gram(plane_mean(gin.d)))");
}

/* Deeper than Python takes parentheses. */
static void add_deep(struct cases *cases)
{
	struct evo_text text;

	evo_text_init(&text);
	for (size_t i = 0; i < 240; i++)
		evo_text_append(&text, "neg(");
	evo_text_append(&text, "l1(x.d)");
	for (size_t i = 0; i < 240; i++)
		evo_text_append(&text, ")");
	add_text(cases, text.data);
	evo_text_clear(&text);
}

/* ---- Classic proxies ------------------------------------------------------------------------- */

struct network {
	struct evo_graph *graph;
	struct evo_parameters parameters;
	void *input;
	unsigned short *labels;
	size_t batch;
};

static struct network network_of(const struct golden *golden)
{
	const struct evo_space *space = evo_space_find("nb201", NULL);
	struct network network = {.batch = golden->batch};

	network.graph = space->build(golden->architecture, &golden->macro, NULL);
	assert_true(evo_parameters_init(&network.parameters, network.graph, EVO_F32, NULL));
	golden_parameters(golden, network.graph, &network.parameters);
	network.input = golden_copy(golden_tensor(golden, "input.data"), EVO_F32);
	network.labels = golden_labels(golden);
	return network;
}

static void network_clear(struct network *network)
{
	evo_graph_destroy(network->graph);
	evo_parameters_clear(&network->parameters);
	free(network->input);
	free(network->labels);
}

static void compute_classics(const struct network *network, evo_needs needs, uint64_t seed,
                             double values[EVO_CLASSICS])
{
	const struct evo_classic_network at = {&network->parameters, network->input,
	                                       network->labels, "golden", seed};
	struct evo_classic *classic =
	        evo_classic_plan(network->graph, network->batch, needs >> EVO_CLASSIC_FIRST);
	void *work = evo_big_alloc(evo_classic_bytes(classic), "work", NULL);

	evo_classic_run(classic, &at, work, values);
	free(work);
	evo_classic_destroy(classic);
}

static void fill_classics(struct golden_stats *golden)
{
	struct network network = network_of(golden->golden);

	compute_classics(&network, EVO_NEEDS_CLASSIC, 1, golden->stats.classic);
	network_clear(&network);
}

/* Of these lines, beside the modules; which go. */
static void check_golden(const char *what, struct evo_text *lines)
{
	char *path = evo_path_join(folder, "cases.txt");
	char *net = golden_path(0, ""), *golden = evo_format("%s..", net);

	write_file("cases.txt", lines);
	evo_text_clear(lines);
	check(what, path, golden);
	free(golden);
	free(net);
	free(path);
}

static void exported_modules_score_as_the_program_does(void **state)
{
	static const size_t networks[] = {2, 5, 0};
	struct cases cases = {.evaluator = plain_create()};

	(void) state;
	if (golden_total() < 6) {
		plain_destroy(cases.evaluator);
		skip();
	}
	evo_text_init(&cases.lines);
	for (; cases.count < EVO_COUNT(networks); cases.count++) {
		cases.golden[cases.count] = golden_stats_read(networks[cases.count]);
		fill_classics(cases.golden[cases.count]);
	}
	add_library(&cases);
	add_table(&cases);
	add_random(&cases);
	add_exact(&cases);
	add_deep(&cases);
	for (size_t i = 0; i < cases.count; i++)
		golden_stats_destroy(cases.golden[i]);
	plain_destroy(cases.evaluator);
	check_golden("values", &cases.lines);
}

/* The weights of zen are drawn: of many seeds its values have to be spread as the program's are. */
static void exported_zen_is_spread_as_the_program_s(void **state)
{
	static const size_t networks[] = {2, 5};
	struct evo_text lines;
	struct evo_tree tree;

	(void) state;
	if (golden_total() < 6)
		skip();
	evo_text_init(&lines);
	assert_true(evo_tree_parse("zen", &tree, NULL));
	write_tree("zen.py", &tree);
	for (size_t i = 0; i < EVO_COUNT(networks); i++) {
		struct golden *read = golden_read(networks[i]);
		struct network network = network_of(read);
		double values[EVO_CLASSICS];

		evo_text_printf(&lines, "%s\tzen.py", read->name);
		for (uint64_t seed = 0; seed < 24; seed++) {
			compute_classics(&network, EVO_NEED(EVO_CLASSIC_ZEN), seed, values);
			evo_text_append(&lines, "\t");
			evo_text_number(&lines, values[EVO_CLASSIC_ZEN - EVO_CLASSIC_FIRST]);
		}
		evo_text_append(&lines, "\n");
		network_clear(&network);
		golden_destroy(read);
	}
	check_golden("zen", &lines);
}

/* ---- Manners --------------------------------------------------------------------------------- */

static void exported_modules_leave_models_as_they_were(void **state)
{
	static const struct {
		const char *name, *expression;
	} modules[] = {
	        {"everything.py",
	         "add(layer_sum(frob(gw.d)), add(layer_sum(mul(l1(gx.n), frob(w))), "
	         "add(layer_mean(l1(gy.p)), mul(frob(gin.p), add(l1(logits.n), "
	         "layer_first(div(l1(r.d), frob(x.p))))))))"},
	        {"gradients.py", "layer_sum(add(frob(gr.d), add(frob(gx.d), frob(gy.d))))"},
	        {"noise.py", "layer_mean(l1(x.n))"},
	        {"perturbation.py", "layer_mean(frob(y.p))"},
	        {"first.py", "layer_first(frob(gr.d))"},
	        {"units.py", "units"},
	        {"params.py", "params"},
	        {"loss.py", "add(grad_norm, epe_nas)"},
	        {"fisher.py", "fisher"},
	        {"grasp.py", "grasp"},
	        {"l2_norm.py", "l2_norm"},
	        {"nwot.py", "nwot"},
	        {"snip.py", "snip"},
	        {"swap.py", "swap"},
	        {"synflow.py", "synflow"},
	        {"zen.py", "zen"},
	        {"zico.py", "zico"},
	        {"classic.py",
	         "add(l2_norm, add(grad_norm, add(snip, add(plain, add(fisher, add(grasp, "
	         "add(jacov, add(nwot, add(synflow, add(zen, add(epe_nas, add(zico, "
	         "swap))))))))))))"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(modules); i++) {
		static struct evo_tree tree;
		struct evo_error err = {0};

		if (!evo_tree_parse(modules[i].expression, &tree, &err))
			fail_msg("%s: %s", modules[i].name, err.message);
		write_tree(modules[i].name, &tree);
	}
	check("manners", folder, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(exported_modules_score_as_the_program_does, set_up,
	                                        tear_down),
	        cmocka_unit_test_setup_teardown(exported_zen_is_spread_as_the_program_s, set_up,
	                                        tear_down),
	        cmocka_unit_test_setup_teardown(exported_modules_leave_models_as_they_were, set_up,
	                                        tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
