/*
 * The graph engine: gradients of every operation by central differences in double precision, the
 * same operations in single precision, and what may not make a difference to any bit.
 */
#include "config.h"

#include "evoscope/session.h"
#include "net_operations.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BATCH 3

/* ---- A network with weights, images and a gradient at the logits ---- */

struct fixture {
	struct evo_graph *graph;
	enum evo_precision precision;
	size_t batch;
	struct evo_parameters parameters;
	struct evo_session *session;
	void *images, *seed;
	size_t image_count, seed_count;
};

static double get(enum evo_precision precision, const void *values, size_t at)
{
	return precision == EVO_F64 ? ((const double *) values)[at]
	                            : (double) ((const float *) values)[at];
}

static void put(enum evo_precision precision, void *values, size_t at, double value)
{
	if (precision == EVO_F64)
		((double *) values)[at] = value;
	else
		((float *) values)[at] = (float) value;
}

static void *normals(enum evo_precision precision, size_t count, const char *purpose, double mean)
{
	struct evo_rng rng = evo_rng_stream(7, purpose, 0);
	void *values = evo_calloc(count, evo_precision_size(precision));
	for (size_t i = 0; i < count; i++)
		put(precision, values, i, (double) (float) (mean + evo_rng_normal(&rng)));
	return values;
}

static size_t numbers(const struct evo_graph *graph, size_t node, size_t batch)
{
	struct evo_shape s = graph->nodes[node].shape;
	return batch * s.channels * s.height * s.width;
}

static struct fixture fixture_of(struct evo_graph *graph, enum evo_precision precision,
                                 size_t batch, const unsigned char *keep, bool backward)
{
	struct fixture f = {.graph = graph, .precision = precision, .batch = batch};
	struct evo_error err = {0};
	assert_true(evo_parameters_init(&f.parameters, graph, precision, &err));
	f.image_count = numbers(graph, 0, batch);
	f.seed_count = numbers(graph, graph->output, batch);
	f.images = normals(precision, f.image_count, "images", 0);
	f.seed = normals(precision, f.seed_count, "seed", 0);
	void *weights = normals(precision, graph->parameter_total, "weights", 0.3);
	memcpy(f.parameters.values, weights,
	       graph->parameter_total * evo_precision_size(precision));
	free(weights);
	f.session = evo_session_create(graph, precision, batch, keep, backward, &err);
	assert_non_null(f.session);
	return f;
}

static void fixture_clear(struct fixture *f)
{
	evo_session_destroy(f->session);
	evo_parameters_clear(&f->parameters);
	free(f->images);
	free(f->seed);
}

static void forward(struct fixture *f)
{
	evo_session_forward(f->session, &f->parameters, f->images);
}

static void backward(struct fixture *f)
{
	evo_session_backward(f->session, &f->parameters, f->seed);
}

/* The number whose gradient the backward pass computes. */
static double loss(struct fixture *f)
{
	forward(f);
	const void *logits = evo_session_value(f->session, f->graph->output);
	double total = 0;
	for (size_t i = 0; i < f->seed_count; i++)
		total += get(f->precision, logits, i) * get(f->precision, f->seed, i);
	return total;
}

/* ---- Gradients ---- */

static double slope(struct fixture *f, double *at)
{
	const double step = 1e-6, here = *at;
	*at = here + step;
	double above = loss(f);
	*at = here - step;
	double below = loss(f);
	*at = here;
	return (above - below) / (2 * step);
}

/* Compares every `stride`-th number's gradient with a central difference. */
static void check_slopes(struct fixture *f, const char *what, double *at, const double *gradient,
                         size_t count, size_t stride)
{
	for (size_t i = 0; i < count; i += stride) {
		double wanted = slope(f, &at[i]);
		if (fabs(gradient[i] - wanted) > 1e-5 * (1 + fabs(wanted)))
			fail_msg("%s %zu: gradient %g, difference %g", what, i, gradient[i],
			         wanted);
	}
}

static void check_gradients(const struct operation *operation, enum evo_norm_mode mode)
{
	struct evo_graph *graph = graph_of(operation);
	struct fixture f = fixture_of(graph, EVO_F64, BATCH, NULL, true);
	size_t channels = evo_graph_norm_channels(graph);
	double *running = evo_calloc(2 * channels + 1, sizeof(double));
	for (size_t i = 0; i < 2 * channels; i++)
		running[i] = 0.5 + (double) i / 7;
	evo_session_set_norm(f.session, mode, running);
	forward(&f);
	backward(&f);
	double *images = evo_calloc(f.image_count, sizeof(double));
	double *weights = evo_calloc(graph->parameter_total, sizeof(double));
	memcpy(images, evo_session_gradient(f.session, 0), f.image_count * sizeof(double));
	memcpy(weights, evo_session_parameter_gradient(f.session, &graph->parameters[0]),
	       graph->parameter_total * sizeof(double));
	check_slopes(&f, operation->name, f.images, images, f.image_count, 11);
	check_slopes(&f, operation->name, f.parameters.values, weights, graph->parameter_total, 3);
	free(images);
	free(weights);
	free(running);
	fixture_clear(&f);
	evo_graph_destroy(graph);
}

static void test_gradients(void **state)
{
	(void) state;
	for (size_t i = 0; i < operation_total; i++)
		check_gradients(&operations[i], EVO_NORM_BATCH);
}

static void test_gradients_of_norm_modes(void **state)
{
	(void) state;
	for (size_t i = 0; i < operation_total; i++)
		if (strstr(operations[i].name, "norm") != NULL ||
		    strstr(operations[i].name, "unit") != NULL) {
			check_gradients(&operations[i], EVO_NORM_RUNNING);
			check_gradients(&operations[i], EVO_NORM_IDENTITY);
		}
}

/* Mean of the pixels that a 3x3 window sees. */
static double window_mean(const double *plane, size_t height, size_t width, size_t y, size_t x)
{
	double sum = 0, count = 0;
	for (size_t i = y ? y - 1 : 0; i < height && i <= y + 1; i++)
		for (size_t k = x ? x - 1 : 0; k < width && k <= x + 1; k++, count++)
			sum += plane[i * width + k];
	return sum / count;
}

/* Narrow and wide planes are pooled in two ways: both are the mean, and have its gradient. */
static void test_pooling_of_any_width(void **state)
{
	static const struct evo_shape shapes[] = {{2, 1, 1},  {2, 2, 5},   {1, 1, 37},
	                                          {2, 2, 40}, {1, 34, 33}, {1, 3, 64}};
	(void) state;
	for (size_t i = 0; i < EVO_COUNT(shapes); i++) {
		struct evo_shape shape = shapes[i];
		size_t plane = shape.height * shape.width;
		struct evo_graph *g = evo_graph_create();
		size_t pool = evo_graph_avgpool(g, evo_graph_input(g, shape), evo_window(3, 1));
		size_t conv = evo_graph_conv(g, "conv", pool, 2, evo_window(3, 1), 1);
		evo_graph_linear(g, "fc", evo_graph_global_pool(g, evo_graph_relu(g, conv)), 3);
		struct fixture f = fixture_of(g, EVO_F64, BATCH, NULL, true);
		forward(&f);
		backward(&f);
		const double *y = evo_session_value(f.session, pool);
		for (size_t k = 0; k < f.image_count; k++) {
			size_t at = k % plane;
			double wanted =
			        window_mean((double *) f.images + k - at, shape.height, shape.width,
			                    at / shape.width, at % shape.width);
			assert_true(fabs(y[k] - wanted) < 1e-12);
		}
		double *gradient = evo_calloc(f.image_count, sizeof(double));
		memcpy(gradient, evo_session_gradient(f.session, 0),
		       f.image_count * sizeof(double));
		check_slopes(&f, "pooling", f.images, gradient, f.image_count, 3);
		free(gradient);
		fixture_clear(&f);
		evo_graph_destroy(g);
	}
}

/* ---- Single precision ---- */

static void check_near(const char *name, const char *what, const float *single, const double *twice,
                       size_t count)
{
	double largest = 0, off = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs(twice[i]));
		off = fmax(off, fabs((double) single[i] - twice[i]));
		assert_true(single[i] == single[i]);
	}
	if (off > 2e-5 * (largest + 1e-30))
		fail_msg("%s: %s is off by %g of %g", name, what, off, largest);
}

static void test_single_precision(void **state)
{
	(void) state;
	for (size_t i = 0; i < operation_total; i++) {
		const char *name = operations[i].name;
		struct evo_graph *graph = graph_of(&operations[i]);
		struct fixture a = fixture_of(graph, EVO_F32, 5, NULL, true);
		struct fixture b = fixture_of(graph, EVO_F64, 5, NULL, true);
		forward(&a);
		forward(&b);
		backward(&a);
		backward(&b);
		for (size_t n = 0; n < graph->node_count; n++) {
			check_near(name, "a value", evo_session_value(a.session, n),
			           evo_session_value(b.session, n), numbers(graph, n, 5));
			check_near(name, "a gradient", evo_session_gradient(a.session, n),
			           evo_session_gradient(b.session, n), numbers(graph, n, 5));
		}
		for (size_t p = 0; p < graph->parameter_count; p++) {
			const struct evo_parameter *parameter = &graph->parameters[p];
			check_near(name, parameter->name,
			           evo_session_parameter_gradient(a.session, parameter),
			           evo_session_parameter_gradient(b.session, parameter),
			           parameter->count);
		}
		fixture_clear(&a);
		fixture_clear(&b);
		evo_graph_destroy(graph);
	}
}

/* ---- What may not matter ---- */

static void same_bits(const struct fixture *a, const struct fixture *b)
{
	const struct evo_graph *g = a->graph;
	size_t size = evo_precision_size(a->precision);
	for (size_t n = 0; n < g->node_count; n++) {
		const void *value = evo_session_value(b->session, n);
		const void *gradient = evo_session_gradient(b->session, n);
		size_t bytes = numbers(g, n, a->batch) * size;
		if (value != NULL)
			assert_memory_equal(value, evo_session_value(a->session, n), bytes);
		if (gradient != NULL)
			assert_memory_equal(gradient, evo_session_gradient(a->session, n), bytes);
	}
}

static void same_parameter_gradients(const struct fixture *a, const struct fixture *b,
                                     const unsigned char *keep)
{
	const struct evo_graph *g = a->graph;
	for (size_t n = 0; n < g->node_count; n++) {
		if (g->nodes[n].parameter < 0)
			continue;
		const struct evo_parameter *p = &g->parameters[g->nodes[n].parameter];
		const void *whole = evo_session_parameter_gradient(a->session, p);
		const void *part = evo_session_parameter_gradient(b->session, p);
		size_t bytes = p->count * evo_precision_size(a->precision);
		if (keep[n] & EVO_SKIP_PARAMETERS) {
			void *zeros = evo_calloc(1, bytes);
			assert_memory_equal(part, zeros, bytes);
			free(zeros);
		} else
			assert_memory_equal(part, whole, bytes);
	}
}

static void check_keep(struct evo_graph *graph, uint64_t seed)
{
	struct fixture whole = fixture_of(graph, EVO_F32, 4, NULL, true);
	struct evo_rng rng = evo_rng_stream(seed, "keep", 0);
	unsigned char *keep = evo_calloc(graph->node_count, 1);
	for (size_t n = 0; n < graph->node_count; n++)
		if (evo_rng_below(&rng, 3) == 0)
			keep[n] = (unsigned char) evo_rng_below(&rng, 8);
	struct fixture part = fixture_of(graph, EVO_F32, 4, keep, true);
	struct fixture straight = fixture_of(graph, EVO_F32, 4, keep, false);
	assert_true(evo_session_bytes(part.session) < evo_session_bytes(whole.session));
	assert_int_equal(evo_session_size(graph, EVO_F32, 4, keep, true),
	                 evo_session_bytes(part.session));
	forward(&whole);
	backward(&whole);
	for (int again = 0; again < 2; again++) {
		forward(&part);
		backward(&part);
		same_bits(&whole, &part);
		same_parameter_gradients(&whole, &part, keep);
	}
	forward(&straight);
	same_bits(&whole, &straight);
	assert_null(evo_session_gradient(straight.session, 0));
	fixture_clear(&whole);
	fixture_clear(&part);
	fixture_clear(&straight);
	free(keep);
}

static void test_keep_changes_nothing(void **state)
{
	(void) state;
	for (size_t i = 0; i < operation_total; i++)
		for (uint64_t seed = 0; seed < 8; seed++) {
			struct evo_graph *graph = graph_of(&operations[i]);
			check_keep(graph, seed);
			evo_graph_destroy(graph);
		}
}

/* A caller's memory, full of what would be noticed. */
static void test_placed_memory(void **state)
{
	(void) state;
	struct evo_error err = {0};
	struct evo_graph *graph = graph_of(operation_named("sum with zero"));
	struct fixture own = fixture_of(graph, EVO_F32, BATCH, NULL, true);
	struct fixture placed = fixture_of(graph, EVO_F32, BATCH, NULL, true);
	evo_session_destroy(placed.session);
	placed.session = evo_session_plan(graph, EVO_F32, BATCH, NULL, true);
	size_t kept = evo_session_kept_bytes(placed.session);
	size_t work = evo_session_work_bytes(placed.session);
	void *blocks[3] = {evo_big_alloc(kept, "kept", &err), evo_big_alloc(kept, "kept", &err),
	                   evo_big_alloc(work, "work", &err)};
	forward(&own);
	backward(&own);
	for (int i = 0; i < 2; i++) {
		memset(blocks[i], 0xff, kept);
		memset(blocks[2], 0xff, work);
		evo_session_place(placed.session, blocks[i], blocks[2]);
		forward(&placed);
		backward(&placed);
		same_bits(&own, &placed);
		const char *value = evo_session_value(placed.session, graph->output);
		assert_true(value >= (char *) blocks[i] && value < (char *) blocks[i] + kept);
	}
	for (int i = 0; i < 3; i++)
		free(blocks[i]);
	fixture_clear(&own);
	fixture_clear(&placed);
	evo_graph_destroy(graph);
}

struct parallel {
	struct fixture *fixtures;
};

static void run_task(void *context, size_t index, unsigned worker)
{
	(void) worker;
	struct parallel *p = context;
	forward(&p->fixtures[index]);
	backward(&p->fixtures[index]);
}

static void test_threads_change_nothing(void **state)
{
	(void) state;
	struct evo_error err = {0};
	size_t count = operation_total;
	struct fixture *alone = evo_calloc(count, sizeof(struct fixture));
	struct fixture *together = evo_calloc(count, sizeof(struct fixture));
	struct parallel context = {together};
	for (size_t i = 0; i < count; i++) {
		struct evo_graph *graph = graph_of(&operations[i]);
		alone[i] = fixture_of(graph, EVO_F32, 8, NULL, true);
		together[i] = fixture_of(graph, EVO_F32, 8, NULL, true);
		run_task(&(struct parallel){alone}, i, 0);
	}
	struct evo_pool *pool = evo_pool_create(2, &err);
	assert_non_null(pool);
	for (int again = 0; again < 3; again++) {
		evo_pool_run(pool, EVO_PRIORITY_SEARCH, count, run_task, &context);
		for (size_t i = 0; i < count; i++)
			same_bits(&alone[i], &together[i]);
	}
	evo_pool_destroy(pool);
	for (size_t i = 0; i < count; i++) {
		fixture_clear(&together[i]);
		evo_graph_destroy(alone[i].graph);
		fixture_clear(&alone[i]);
	}
	free(alone);
	free(together);
}

/* ---- Dead branches ---- */

static void assert_zero(const float *values, size_t count)
{
	assert_non_null(values);
	for (size_t i = 0; i < count; i++)
		assert_true(values[i] == 0);
}

static void test_no_gradient_is_zero(void **state)
{
	(void) state;
	struct evo_graph *g = evo_graph_create();
	size_t input = evo_graph_input(g, (struct evo_shape){3, 6, 6});
	size_t stem = evo_graph_conv(g, "stem", input, 4, evo_window(3, 1), 1);
	size_t unused = evo_graph_unit(g, "unused", stem, 4, evo_window(3, 1));
	size_t zero = evo_graph_zero(g, g->nodes[stem].shape);
	size_t after = evo_graph_unit(g, "after", zero, 4, evo_window(3, 1));
	evo_graph_linear(g, "fc", evo_graph_global_pool(g, after), 2);
	struct fixture f = fixture_of(g, EVO_F32, 2, NULL, true);
	forward(&f);
	backward(&f);
	assert_false(evo_session_gradient_reaches(f.session, unused));
	assert_false(evo_session_gradient_reaches(f.session, input));
	assert_true(evo_session_gradient_reaches(f.session, after));
	assert_zero(evo_session_value(f.session, zero), numbers(g, zero, 2));
	assert_zero(evo_session_gradient(f.session, input), numbers(g, input, 2));
	for (size_t n = g->units[0].relu; n <= unused; n++)
		assert_zero(evo_session_gradient(f.session, n), numbers(g, n, 2));
	const struct evo_parameter *weight = &g->parameters[g->nodes[g->units[0].conv].parameter];
	assert_zero(evo_session_parameter_gradient(f.session, weight), weight->count);
	fixture_clear(&f);
	evo_graph_destroy(g);
}

/* ---- BatchNorm ---- */

static void test_batch_moments(void **state)
{
	(void) state;
	struct evo_graph *g = graph_of(operation_named("norm affine"));
	struct fixture f = fixture_of(g, EVO_F32, BATCH, NULL, true);
	for (size_t i = 0; i < f.image_count; i++)
		((float *) f.images)[i] += 100; /* a mean that would swamp sums of squares */
	forward(&f);
	size_t norm = 2, plane = 63;
	const float *z = evo_session_value(f.session, 1);
	for (size_t c = 0; c < 4; c++) {
		double mean = 0, variance = 0, count = (double) (BATCH * plane);
		for (size_t n = 0; n < BATCH; n++)
			for (size_t i = 0; i < plane; i++)
				mean += (double) z[(n * 4 + c) * plane + i] / count;
		for (size_t n = 0; n < BATCH; n++)
			for (size_t i = 0; i < plane; i++) {
				double off = (double) z[(n * 4 + c) * plane + i] - mean;
				variance += off * off / count;
			}
		double found = evo_session_batch_variance(f.session, norm)[c];
		assert_true(fabs(evo_session_batch_mean(f.session, norm)[c] - mean) < 1e-5);
		assert_true(fabs(found - variance) < 1e-5 * variance);
	}
	assert_null(evo_session_batch_mean(f.session, 1));
	fixture_clear(&f);
	evo_graph_destroy(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gradients),
	        cmocka_unit_test(test_gradients_of_norm_modes),
	        cmocka_unit_test(test_pooling_of_any_width),
	        cmocka_unit_test(test_single_precision),
	        cmocka_unit_test(test_keep_changes_nothing),
	        cmocka_unit_test(test_placed_memory),
	        cmocka_unit_test(test_threads_change_nothing),
	        cmocka_unit_test(test_no_gradient_is_zero),
	        cmocka_unit_test(test_batch_moments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
