/*
 * Every tensor of every golden network, in single and in double precision: within 1e-4 of the
 * tensor's largest magnitude, and zero where all of it is zero.
 *
 * The golden tensors were computed in single precision. Where a BatchNorm sees only two different
 * values a channel, its gradient nearly cancels, and they are themselves off by more than that
 * (2.4e-4 in net04, against the same in double precision). So double precision may be off by 1e-3,
 * and single precision by another eight times what double precision shows the golden tensor to be
 * off by.
 */
#include "config.h"

#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#define TOLERANCE        1e-4
#define TOLERANCE_DOUBLE 1e-3

static const char *const inputs[] = {"data", "noise", "perturbed"};

struct engine {
	const struct golden *golden;
	struct evo_graph *graph;
	struct evo_parameters parameters[2]; /* by precision */
	struct evo_session *session[2];
	size_t failures;
	double worst[2];
};

static double number(enum evo_precision precision, const void *values, size_t at)
{
	return precision == EVO_F64 ? ((const double *) values)[at]
	                            : (double) ((const float *) values)[at];
}

/* The largest difference over the largest magnitude; infinite where all should be zero and is not. */
static double difference(enum evo_precision precision, const void *found,
                         const struct golden_tensor *tensor)
{
	double largest = 0, error = 0;
	for (size_t i = 0; i < tensor->count; i++) {
		double wanted = (double) tensor->values[i];
		double off = fabs(number(precision, found, i) - wanted);
		largest = fmax(largest, fabs(wanted));
		error = off <= error ? error : off; /* NaN stays */
	}
	return largest > 0 ? error / largest : error == 0 ? 0 : INFINITY;
}

static void compare(struct engine *e, const void *single, const void *twice,
                    const struct golden_tensor *tensor)
{
	assert_non_null(single);
	assert_non_null(twice);
	double off[2] = {difference(EVO_F32, single, tensor), difference(EVO_F64, twice, tensor)};
	bool good =
	        off[EVO_F64] <= TOLERANCE_DOUBLE && off[EVO_F32] <= TOLERANCE + 8 * off[EVO_F64];
	if (!good) {
		print_error("%s %s: off by %g in single, %g in double precision\n", e->golden->name,
		            tensor->name, off[EVO_F32], off[EVO_F64]);
		e->failures++;
	}
	for (int i = 0; i < 2; i++)
		e->worst[i] = fmax(e->worst[i], off[i]);
}

static void compare_value(struct engine *e, size_t node, const struct golden_tensor *tensor)
{
	compare(e, evo_session_value(e->session[EVO_F32], node),
	        evo_session_value(e->session[EVO_F64], node), tensor);
}

static void compare_gradient(struct engine *e, size_t node, const struct golden_tensor *tensor)
{
	compare(e, evo_session_gradient(e->session[EVO_F32], node),
	        evo_session_gradient(e->session[EVO_F64], node), tensor);
}

static size_t tensor_numbers(const struct engine *e, size_t node)
{
	struct evo_shape s = e->graph->nodes[node].shape;
	return e->golden->batch * s.channels * s.height * s.width;
}

/* The gradient at a unit's input through its own branch: gr where x is positive. */
static void compare_gx(struct engine *e, size_t relu, const struct golden_tensor *tensor)
{
	size_t input = e->graph->inputs[e->graph->nodes[relu].first_input];
	size_t count = tensor_numbers(e, relu);
	float *single = evo_calloc(count, sizeof(float));
	double *twice = evo_calloc(count, sizeof(double));
	const float *x = evo_session_value(e->session[EVO_F32], input);
	const float *gr = evo_session_gradient(e->session[EVO_F32], relu);
	const double *x_twice = evo_session_value(e->session[EVO_F64], input);
	const double *gr_twice = evo_session_gradient(e->session[EVO_F64], relu);
	for (size_t i = 0; i < count; i++) {
		single[i] = x[i] > 0 ? gr[i] : 0;
		twice[i] = x_twice[i] > 0 ? gr_twice[i] : 0;
	}
	compare(e, single, twice, tensor);
	free(single);
	free(twice);
}

static void compare_unit(struct engine *e, const struct evo_unit *unit, const char *input)
{
	const struct golden *g = e->golden;
	size_t x = e->graph->inputs[e->graph->nodes[unit->relu].first_input];
	const struct evo_parameter *weight =
	        &e->graph->parameters[e->graph->nodes[unit->conv].parameter];
	const char *name = unit->name;
	compare_value(e, x, golden_tensor(g, "%s.%s.x", input, name));
	compare_value(e, unit->relu, golden_tensor(g, "%s.%s.r", input, name));
	compare_value(e, unit->norm, golden_tensor(g, "%s.%s.y", input, name));
	compare_gradient(e, unit->relu, golden_tensor(g, "%s.%s.gr", input, name));
	compare_gradient(e, unit->norm, golden_tensor(g, "%s.%s.gy", input, name));
	compare_gx(e, unit->relu, golden_tensor(g, "%s.%s.gx", input, name));
	compare(e, evo_session_parameter_gradient(e->session[EVO_F32], weight),
	        evo_session_parameter_gradient(e->session[EVO_F64], weight),
	        golden_tensor(g, "%s.%s.gw", input, name));
}

static void run_input(struct engine *e, const char *input)
{
	for (int i = 0; i < 2; i++) {
		void *images = golden_copy(golden_tensor(e->golden, "input.%s", input),
		                           (enum evo_precision) i);
		evo_session_forward(e->session[i], &e->parameters[i], images);
		evo_session_backward(e->session[i], &e->parameters[i], NULL);
		free(images);
	}
	compare_value(e, e->graph->output, golden_tensor(e->golden, "%s.logits", input));
	compare_gradient(e, 0, golden_tensor(e->golden, "%s.grad_input", input));
	for (size_t i = 0; i < e->graph->unit_count; i++)
		compare_unit(e, &e->graph->units[i], input);
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

static void prepare(struct engine *e, enum evo_precision precision, const unsigned char *keep)
{
	struct evo_error err = {0};
	assert_true(evo_parameters_init(&e->parameters[precision], e->graph, precision, &err));
	golden_parameters(e->golden, e->graph, &e->parameters[precision]);
	e->session[precision] =
	        evo_session_create(e->graph, precision, e->golden->batch, keep, true, &err);
	assert_non_null(e->session[precision]);
}

static void compare_network(size_t index, bool sparse)
{
	struct evo_error err = {0};
	struct golden *golden = golden_read(index);
	struct engine e = {.golden = golden};
	e.graph = evo_space_find("nb201", &err)->build(golden->architecture, &golden->macro, &err);
	assert_non_null(e.graph);
	unsigned char *keep = sparse ? keep_statistics(e.graph) : NULL;
	prepare(&e, EVO_F32, keep);
	prepare(&e, EVO_F64, keep);
	for (size_t i = 0; i < EVO_COUNT(inputs); i++)
		run_input(&e, inputs[i]);
	if (getenv("EVOSCOPE_TEST_VERBOSE"))
		print_message("%s: worst %.2g in single, %.2g in double precision\n", golden->name,
		              e.worst[EVO_F32], e.worst[EVO_F64]);
	assert_int_equal(e.failures, 0);
	for (int i = 0; i < 2; i++) {
		evo_session_destroy(e.session[i]);
		evo_parameters_clear(&e.parameters[i]);
	}
	evo_graph_destroy(e.graph);
	free(keep);
	golden_destroy(golden);
}

static void compare_all(bool sparse)
{
	size_t total = golden_total();
	if (total == 0)
		skip();
	for (size_t i = 0; i < total; i++)
		compare_network(i, sparse);
}

static void test_everything_kept(void **state)
{
	(void) state;
	compare_all(false);
}

static void test_statistics_kept(void **state)
{
	(void) state;
	compare_all(true);
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
	        cmocka_unit_test(test_everything_kept),
	        cmocka_unit_test(test_statistics_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
