/*
 * w' H d carried through a network, against a difference of two gradients in double precision.
 *
 * The difference is small enough that no ReLU and no maximum turns on the way, and double precision
 * fine enough that the difference still has six digits.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/loss.h"
#include "evoscope/session.h"

#define BATCH   3
#define CLASSES 4
#define STEP    1e-8

/* Every operation, with and without BatchNorm after the convolutions. */
static struct evo_graph *every_operation(void)
{
	struct evo_graph *g = evo_graph_create();
	size_t x = evo_graph_input(g, (struct evo_shape){3, 8, 8});
	x = evo_graph_norm(g, "stem.bn", evo_graph_conv(g, "stem", x, 6, evo_window(3, 1), 1),
	                   true);
	const size_t unit = evo_graph_unit(g, "unit", x, 6, evo_window(3, 1));
	const size_t grouped =
	        evo_graph_conv(g, "grouped", evo_graph_relu(g, x), 6, evo_window(3, 1), 3);
	const size_t depthwise = evo_graph_conv(g, "depthwise", x, 6, evo_window(5, 1), 6);
	const size_t terms[] = {
	        unit,
	        evo_graph_norm(g, "plain", grouped, false),
	        depthwise,
	        evo_graph_maxpool(g, x, evo_window(3, 1)),
	        evo_graph_zero(g, (struct evo_shape){6, 8, 8}),
	};
	x = evo_graph_add(g, terms, EVO_COUNT(terms));
	const size_t parts[] = {
	        evo_graph_avgpool(g, x, evo_window(3, 2)),
	        evo_graph_maxpool(g, x, evo_window(3, 2)),
	        evo_graph_conv(g, "half", evo_graph_shift(g, x), 5, evo_window(1, 2), 1),
	};
	x = evo_graph_concat(g, parts, EVO_COUNT(parts));
	x = evo_graph_relu(g, evo_graph_norm(g, "last", x, true));
	evo_graph_linear(g, "fc", evo_graph_global_pool(g, x), CLASSES);
	return g;
}

struct problem {
	struct evo_graph *graph;
	struct evo_parameters single, twice;
	float *direction, image[BATCH * 192];
	double images[BATCH * 192];
	unsigned short labels[BATCH];
};

static bool is_weight(const struct evo_parameter *parameter)
{
	return parameter->kind == EVO_CONV_WEIGHT || parameter->kind == EVO_FC_WEIGHT;
}

/* Random scales and shifts too; a direction on everything, of which only weights count. */
static void problem_init(struct problem *p, struct evo_graph *graph)
{
	struct evo_rng rng = evo_rng_stream(3, "curvature", 0);
	struct evo_error err = {0};

	p->graph = graph;
	assert_true(evo_parameters_init(&p->single, graph, EVO_F32, &err));
	assert_true(evo_parameters_init(&p->twice, graph, EVO_F64, &err));
	evo_parameters_random(&p->single, graph, "curvature", 3);
	p->direction = evo_calloc(graph->parameter_total, sizeof(float));
	evo_rng_normals(&rng, p->direction, graph->parameter_total, 1);
	for (size_t i = 0; i < graph->parameter_count; i++) {
		const struct evo_parameter *of = &graph->parameters[i];
		float *values = evo_parameter_values(&p->single, of);
		for (size_t k = 0; k < of->count && !is_weight(of); k++)
			values[k] = (float) evo_rng_uniform(&rng) + 0.5f;
		for (size_t k = 0; k < of->count && of->kind == EVO_FC_WEIGHT; k++)
			values[k] *= 100; /* so that the softmax is not flat */
	}
	for (size_t i = 0; i < graph->parameter_total; i++)
		((double *) p->twice.values)[i] = (double) ((float *) p->single.values)[i];
	evo_rng_normals(&rng, p->image, BATCH * 192, 1);
	for (size_t i = 0; i < BATCH * 192; i++)
		p->images[i] = (double) p->image[i];
	for (size_t i = 0; i < BATCH; i++)
		p->labels[i] = (unsigned short) evo_rng_below(&rng, CLASSES);
}

static void problem_clear(struct problem *p)
{
	evo_graph_destroy(p->graph);
	evo_parameters_clear(&p->single);
	evo_parameters_clear(&p->twice);
	free(p->direction);
}

/* w times the loss's gradient at w + step d, in double precision. */
static double along_weights(struct problem *p, double step)
{
	struct evo_error err = {0};
	struct evo_session *session =
	        evo_session_create(p->graph, EVO_F64, BATCH, NULL, true, &err);
	struct evo_parameters moved;
	double seed[BATCH * CLASSES], sum = 0;

	assert_true(evo_parameters_init(&moved, p->graph, EVO_F64, &err));
	memcpy(moved.values, p->twice.values, moved.count * sizeof(double));
	for (size_t i = 0; i < p->graph->parameter_count; i++) {
		const struct evo_parameter *of = &p->graph->parameters[i];
		double *values = evo_parameter_values(&moved, of);
		for (size_t k = 0; k < of->count && is_weight(of); k++)
			values[k] += step * (double) p->direction[of->offset + k];
	}
	evo_session_forward(session, &moved, p->images);
	evo_cross_entropy(EVO_F64, evo_session_value(session, p->graph->output), p->labels, BATCH,
	                  CLASSES, seed, NULL);
	evo_session_backward(session, &moved, seed);
	for (size_t i = 0; i < p->graph->parameter_count; i++) {
		const struct evo_parameter *of = &p->graph->parameters[i];
		const double *gradient = evo_session_parameter_gradient(session, of);
		const double *w = evo_parameter_values(&p->twice, of);
		for (size_t k = 0; k < of->count && is_weight(of); k++)
			sum += w[k] * gradient[k];
	}
	evo_session_destroy(session);
	evo_parameters_clear(&moved);
	return sum;
}

static double curvature(struct problem *p, int garbage)
{
	struct evo_error err = {0};
	const size_t bytes = evo_curvature_bytes(p->graph, BATCH);
	void *work = evo_big_alloc(bytes, "work", &err);
	double value;

	memset(work, garbage, bytes);
	value = evo_curvature(p->graph, &p->single, p->direction, p->image, p->labels, BATCH, work);
	free(work);
	return value;
}

static void it_is_the_difference_of_gradients(void **state)
{
	struct problem p;
	double want, got;

	(void) state;
	problem_init(&p, every_operation());
	want = (along_weights(&p, STEP) - along_weights(&p, -STEP)) / (2 * STEP);
	got = curvature(&p, 0);
	assert_true(fabs(want) > 1e-2);
	if (fabs(got - want) > 1e-4 * fabs(want))
		fail_msg("%.9g, expected %.9g", got, want);
	problem_clear(&p);
}

/* Neither what was in memory nor what the direction says of scales and biases counts. */
static void only_weights_of_the_direction_count(void **state)
{
	struct problem p;
	double first;

	(void) state;
	problem_init(&p, every_operation());
	first = curvature(&p, 0);
	for (size_t i = 0; i < p.graph->parameter_count; i++) {
		const struct evo_parameter *of = &p.graph->parameters[i];
		for (size_t k = 0; k < of->count && !is_weight(of); k++)
			p.direction[of->offset + k] = 1e6f;
	}
	assert_true(curvature(&p, 0x7f) == first);
	/* It is linear in the direction; twice is exact. */
	for (size_t i = 0; i < p.graph->parameter_total; i++)
		p.direction[i] *= 2;
	assert_true(fabs(curvature(&p, 0) - 2 * first) <= 1e-12 * fabs(first));
	problem_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_is_the_difference_of_gradients),
	        cmocka_unit_test(only_weights_of_the_direction_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
