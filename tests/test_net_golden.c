/*
 * Every tensor of every golden network, in single and in double precision: within 1e-4 of the
 * tensor's largest magnitude, and zero where all of it is zero.
 */
#include "config.h"

#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#define TOLERANCE 1e-4

static const char *const inputs[] = {"data", "noise", "perturbed"};

struct engine {
	const struct golden *golden;
	struct evo_graph *graph;
	struct evo_parameters parameters;
	struct evo_session *session;
	enum evo_precision precision;
	size_t failures;
	double worst;
};

static double number(const struct engine *e, const void *values, size_t at)
{
	return e->precision == EVO_F64 ? ((const double *) values)[at]
	                               : (double) ((const float *) values)[at];
}

static void compare(struct engine *e, const void *found, const struct golden_tensor *tensor)
{
	double largest = 0, error = 0;
	assert_non_null(found);
	for (size_t i = 0; i < tensor->count; i++) {
		double wanted = (double) tensor->values[i];
		largest = fmax(largest, fabs(wanted));
		double difference = fabs(number(e, found, i) - wanted);
		error = difference <= error ? error : difference; /* NaN stays */
	}
	double relative = largest > 0 ? error / largest : error > 0 ? INFINITY : 0;
	if (!(relative <= TOLERANCE)) {
		print_error("%s %s: off by %g of %g\n", e->golden->name, tensor->name, error,
		            largest);
		e->failures++;
	}
	e->worst = fmax(e->worst, relative);
}

static size_t tensor_numbers(const struct engine *e, size_t node)
{
	struct evo_shape s = e->graph->nodes[node].shape;
	return e->golden->batch * s.channels * s.height * s.width;
}

/* The gradient at a unit's input through its own branch. */
static void compare_gx(struct engine *e, size_t relu, const struct golden_tensor *tensor)
{
	size_t input = e->graph->inputs[e->graph->nodes[relu].first_input];
	size_t count = tensor_numbers(e, relu);
	const void *x = evo_session_value(e->session, input);
	const void *gr = evo_session_gradient(e->session, relu);
	double *gx = evo_calloc(count, sizeof(double));
	float *narrow = evo_calloc(count, sizeof(float));
	for (size_t i = 0; i < count; i++) {
		gx[i] = number(e, x, i) > 0 ? number(e, gr, i) : 0;
		narrow[i] = (float) gx[i];
	}
	compare(e, e->precision == EVO_F64 ? (void *) gx : (void *) narrow, tensor);
	free(gx);
	free(narrow);
}

static void compare_unit(struct engine *e, const struct evo_unit *unit, const char *input)
{
	const struct golden *g = e->golden;
	const struct evo_session *s = e->session;
	size_t x = e->graph->inputs[e->graph->nodes[unit->relu].first_input];
	size_t weight = (size_t) e->graph->nodes[unit->conv].parameter;
	const char *name = unit->name;
	compare(e, evo_session_value(s, x), golden_tensor(g, "%s.%s.x", input, name));
	compare(e, evo_session_value(s, unit->relu), golden_tensor(g, "%s.%s.r", input, name));
	compare(e, evo_session_gradient(s, unit->relu), golden_tensor(g, "%s.%s.gr", input, name));
	compare(e, evo_session_value(s, unit->norm), golden_tensor(g, "%s.%s.y", input, name));
	compare(e, evo_session_gradient(s, unit->norm), golden_tensor(g, "%s.%s.gy", input, name));
	compare(e, evo_session_parameter_gradient(s, &e->graph->parameters[weight]),
	        golden_tensor(g, "%s.%s.gw", input, name));
	compare_gx(e, unit->relu, golden_tensor(g, "%s.%s.gx", input, name));
}

static void run_input(struct engine *e, const char *input)
{
	void *images = golden_copy(golden_tensor(e->golden, "input.%s", input), e->precision);
	evo_session_forward(e->session, &e->parameters, images);
	evo_session_backward(e->session, &e->parameters, NULL);
	compare(e, evo_session_value(e->session, e->graph->output),
	        golden_tensor(e->golden, "%s.logits", input));
	compare(e, evo_session_gradient(e->session, 0),
	        golden_tensor(e->golden, "%s.grad_input", input));
	for (size_t i = 0; i < e->graph->unit_count; i++)
		compare_unit(e, &e->graph->units[i], input);
	free(images);
}

/* Only what a store of statistics would keep. */
static unsigned char *keep_statistics(const struct evo_graph *graph)
{
	unsigned char *keep = evo_calloc(graph->node_count, 1);
	keep[0] = EVO_KEEP_GRADIENT;
	keep[graph->output] = EVO_KEEP_VALUE;
	for (size_t i = 0; i < graph->unit_count; i++) {
		const struct evo_unit *unit = &graph->units[i];
		keep[graph->inputs[graph->nodes[unit->relu].first_input]] |= EVO_KEEP_VALUE;
		keep[unit->relu] |= EVO_KEEP_VALUE | EVO_KEEP_GRADIENT;
		keep[unit->norm] |= EVO_KEEP_VALUE | EVO_KEEP_GRADIENT;
	}
	return keep;
}

static void compare_network(size_t index, enum evo_precision precision, bool sparse)
{
	struct evo_error err = {0};
	struct golden *golden = golden_read(index);
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct engine e = {.golden = golden, .precision = precision};
	e.graph = space->build(golden->architecture, &golden->macro, &err);
	assert_non_null(e.graph);
	assert_true(evo_parameters_init(&e.parameters, e.graph, precision, &err));
	golden_parameters(golden, e.graph, &e.parameters);
	unsigned char *keep = sparse ? keep_statistics(e.graph) : NULL;
	e.session = evo_session_create(e.graph, precision, golden->batch, keep, true, &err);
	assert_non_null(e.session);
	for (size_t i = 0; i < EVO_COUNT(inputs); i++)
		run_input(&e, inputs[i]);
	if (getenv("EVOSCOPE_TEST_VERBOSE"))
		print_message("%s: worst %.2g\n", golden->name, e.worst);
	assert_int_equal(e.failures, 0);
	evo_session_destroy(e.session);
	evo_parameters_clear(&e.parameters);
	evo_graph_destroy(e.graph);
	free(keep);
	golden_destroy(golden);
}

static void compare_all(enum evo_precision precision, bool sparse)
{
	size_t total = golden_total();
	if (total == 0)
		skip();
	for (size_t i = 0; i < total; i++)
		compare_network(i, precision, sparse);
}

static void test_single(void **state)
{
	(void) state;
	compare_all(EVO_F32, false);
}

static void test_single_statistics_only(void **state)
{
	(void) state;
	compare_all(EVO_F32, true);
}

static void test_double(void **state)
{
	(void) state;
	compare_all(EVO_F64, false);
}

static void test_sizes(void **state)
{
	(void) state;
	size_t total = golden_total();
	if (total == 0)
		skip();
	for (size_t i = 0; i < total; i++) {
		struct evo_error err = {0};
		struct golden *golden = golden_read(i);
		const struct evo_space *space = evo_space_find("nb201", &err);
		struct evo_graph *graph = space->build(golden->architecture, &golden->macro, &err);
		assert_non_null(graph);
		assert_int_equal(graph->parameter_total, golden->parameters);
		assert_int_equal(graph->unit_count, golden->units);
		assert_true(evo_graph_flops(graph) == golden_proxy(i, "flops"));
		evo_graph_destroy(graph);
		golden_destroy(golden);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sizes),
	        cmocka_unit_test(test_single),
	        cmocka_unit_test(test_single_statistics_only),
	        cmocka_unit_test(test_double),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
