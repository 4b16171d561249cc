/*
 * The classic proxies: against an independent implementation, against their definitions written
 * down plainly, and that no value depends on what else is wanted.
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
#include "evoscope/stats.h"
#include "golden.h"

#define CELL                                                                                       \
	"|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|"
#define DEAD "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
#define POOL                                                                                       \
	"|avg_pool_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|"
#define SEED 5

/* ---- A network, a batch, and the values ------------------------------------------------------ */

struct setup {
	struct evo_graph *graph;
	struct evo_parameters parameters;
	float *input;
	unsigned short *labels;
	size_t batch, classes;
	const char *name;
};

static struct setup setup_of(const char *architecture, size_t batch, size_t classes)
{
	const struct evo_macro macro = {.channels = 4, .cells = 1, .side = 8, .classes = classes};
	struct evo_error err = {0};
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct setup s = {.batch = batch, .classes = classes, .name = architecture};
	struct evo_rng rng = evo_rng_stream(SEED, "test input", 0);

	s.graph = space->build(architecture, &macro, &err);
	assert_non_null(s.graph);
	assert_true(evo_parameters_init(&s.parameters, s.graph, EVO_F32, &err));
	evo_parameters_random(&s.parameters, s.graph, architecture, SEED);
	s.input = evo_calloc(batch * 3 * 64, sizeof(float));
	evo_rng_normals(&rng, s.input, batch * 3 * 64, 1);
	s.labels = evo_calloc(batch, sizeof(*s.labels));
	for (size_t i = 0; i < batch; i++)
		s.labels[i] = (unsigned short) evo_rng_below(&rng, classes);
	return s;
}

static void setup_clear(struct setup *s)
{
	evo_graph_destroy(s->graph);
	evo_parameters_clear(&s->parameters);
	free(s->input);
	free(s->labels);
}

/* Values of what is not wanted are left at -12345. */
static void compute(const struct setup *s, evo_needs needs, double values[EVO_CLASSICS])
{
	const struct evo_classic_network network = {&s->parameters, s->input, s->labels, s->name,
	                                            SEED};
	struct evo_classic *classic =
	        evo_classic_plan(s->graph, s->batch, needs >> EVO_CLASSIC_FIRST);
	struct evo_error err = {0};
	const size_t bytes = evo_classic_bytes(classic);
	void *work = evo_big_alloc(bytes ? bytes : 1, "work", &err);

	assert_non_null(work);
	memset(work, 0x7f, bytes); /* nothing is expected of it */
	for (size_t i = 0; i < EVO_CLASSICS; i++)
		values[i] = -12345;
	evo_classic_run(classic, &network, work, values);
	free(work);
	evo_classic_destroy(classic);
}

static double value_of(const struct setup *s, enum evo_statistic statistic)
{
	double values[EVO_CLASSICS];

	compute(s, EVO_NEED(statistic), values);
	return values[statistic - EVO_CLASSIC_FIRST];
}

/* A session that keeps everything, after its forward pass. */
static struct evo_session *forward(const struct setup *s, size_t from, size_t batch)
{
	struct evo_error err = {0};
	struct evo_session *session =
	        evo_session_create(s->graph, EVO_F32, batch, NULL, true, &err);

	assert_non_null(session);
	evo_session_forward(session, &s->parameters, s->input + from * 3 * 64);
	return session;
}

/* And after the backward pass of the cross-entropy of images from `from` on. */
static struct evo_session *loss_session(const struct setup *s, size_t from, size_t batch)
{
	struct evo_session *session = forward(s, from, batch);
	float *seed = evo_calloc(batch * s->classes, sizeof(*seed));

	evo_cross_entropy(EVO_F32, evo_session_value(session, s->graph->output), s->labels + from,
	                  batch, s->classes, seed, NULL);
	evo_session_backward(session, &s->parameters, seed);
	free(seed);
	return session;
}

/* The node's weight; NULL when it is no weighted layer. */
static const struct evo_parameter *weight_at(const struct setup *s, size_t node)
{
	const enum evo_op op = s->graph->nodes[node].op;

	return op == EVO_OP_CONV || op == EVO_OP_LINEAR
	               ? &s->graph->parameters[s->graph->nodes[node].parameter]
	               : NULL;
}

static void assert_near(double value, double want, double relative, const char *what)
{
	if (!(fabs(value - want) <= relative * fabs(want)))
		fail_msg("%s: %.10g, expected %.10g", what, value, want);
}

/* ---- An independent implementation ----------------------------------------------------------- */

/* plain and grasp are sums that cancel. */
static bool agrees(enum evo_statistic statistic, double value, double want)
{
	const bool cancels = statistic == EVO_CLASSIC_PLAIN || statistic == EVO_CLASSIC_GRASP;

	if (isnan(want) || isinf(want))
		return isnan(want) ? isnan(value) : value == want;
	return fabs(value - want) <= fmax((cancels ? 1e-2 : 1e-3) * fabs(want), cancels ? 1e-3 : 0);
}

static void check_golden(size_t index)
{
	struct golden *golden = golden_read(index);
	const struct golden_tensor *input = golden_tensor(golden, "input.data");
	struct evo_error err = {0};
	struct setup s = {.batch = golden->batch, .name = golden->architecture};
	double values[EVO_CLASSICS];

	s.graph = evo_space_find("nb201", &err)->build(golden->architecture, &golden->macro, &err);
	assert_true(evo_parameters_init(&s.parameters, s.graph, EVO_F32, &err));
	golden_parameters(golden, s.graph, &s.parameters);
	s.input = golden_copy(input, EVO_F32);
	s.labels = golden_labels(golden);
	compute(&s, EVO_NEEDS_CLASSIC, values);
	for (size_t i = 0; i < EVO_CLASSICS; i++) {
		const enum evo_statistic statistic = EVO_CLASSIC_FIRST + (enum evo_statistic) i;
		const double want = golden_proxy(index, evo_statistic_name(statistic));
		/* These three are not in the files. */
		if (statistic == EVO_CLASSIC_ZEN || statistic == EVO_CLASSIC_ZICO ||
		    statistic == EVO_CLASSIC_SWAP)
			continue;
		if (!agrees(statistic, values[i], want))
			fail_msg("%s %s: %.9g, expected %.9g", golden->name,
			         evo_statistic_name(statistic), values[i], want);
	}
	assert_true((double) s.graph->parameter_total == golden_proxy(index, "params"));
	assert_true(evo_graph_flops(s.graph) == golden_proxy(index, "flops"));
	setup_clear(&s);
	golden_destroy(golden);
}

static void golden_values_agree(void **state)
{
	const size_t total = golden_total();

	(void) state;
	if (total == 0)
		skip();
	for (size_t i = 0; i < total; i++)
		check_golden(i);
}

/* ---- Definitions written down plainly -------------------------------------------------------- */

static void a_network_without_a_path(void **state)
{
	struct setup s = setup_of(DEAD, 3, 5);
	double v[EVO_CLASSICS];

	(void) state;
	compute(&s, EVO_NEEDS_CLASSIC, v);
	assert_true(v[EVO_CLASSIC_SYNFLOW - EVO_CLASSIC_FIRST] == 0);
	assert_true(v[EVO_CLASSIC_SNIP - EVO_CLASSIC_FIRST] == 0);
	assert_true(v[EVO_CLASSIC_GRASP - EVO_CLASSIC_FIRST] == 0);
	assert_false(signbit(v[EVO_CLASSIC_GRASP - EVO_CLASSIC_FIRST]));
	assert_true(v[EVO_CLASSIC_SWAP - EVO_CLASSIC_FIRST] == 1); /* all off for all */
	assert_true(v[EVO_CLASSIC_NWOT - EVO_CLASSIC_FIRST] == -(double) INFINITY);
	assert_true(isnan(v[EVO_CLASSIC_JACOV - EVO_CLASSIC_FIRST]));
	assert_true(isnan(v[EVO_CLASSIC_EPE_NAS - EVO_CLASSIC_FIRST]));
	assert_true(v[EVO_CLASSIC_ZEN - EVO_CLASSIC_FIRST] == -(double) INFINITY);
	assert_true(v[EVO_CLASSIC_L2_NORM - EVO_CLASSIC_FIRST] > 0);
	setup_clear(&s);
}

static void sums_over_weights(void **state)
{
	struct setup s = setup_of(CELL, 4, 5);
	struct evo_session *session = loss_session(&s, 0, 4);
	double v[EVO_CLASSICS], l2 = 0, norms = 0, snip = 0, plain = 0;

	(void) state;
	for (size_t n = 0; n < s.graph->node_count; n++) {
		const struct evo_parameter *p = weight_at(&s, n);
		double w2 = 0, g2 = 0;
		if (p == NULL)
			continue;
		const float *w = evo_parameter_values(&s.parameters, p);
		const float *g = evo_session_parameter_gradient(session, p);
		for (size_t i = 0; i < p->count; i++) {
			w2 += (double) w[i] * (double) w[i];
			g2 += (double) g[i] * (double) g[i];
			snip += fabs((double) w[i] * (double) g[i]);
			plain += (double) w[i] * (double) g[i];
		}
		l2 += sqrt(w2);
		norms += sqrt(g2);
	}
	compute(&s, EVO_NEEDS_CLASSIC, v);
	assert_near(v[EVO_CLASSIC_L2_NORM - EVO_CLASSIC_FIRST], l2, 1e-12, "l2_norm");
	assert_near(v[EVO_CLASSIC_GRAD_NORM - EVO_CLASSIC_FIRST], norms, 1e-12, "grad_norm");
	assert_near(v[EVO_CLASSIC_SNIP - EVO_CLASSIC_FIRST], snip, 1e-12, "snip");
	assert_near(v[EVO_CLASSIC_PLAIN - EVO_CLASSIC_FIRST], plain, 1e-9, "plain");
	assert_true(norms > 0 && snip > fabs(plain));
	evo_session_destroy(session);
	setup_clear(&s);
}

static void fisher_of_every_weighted_layer(void **state)
{
	struct setup s = setup_of(POOL, 3, 5);
	struct evo_session *session = loss_session(&s, 0, 3);
	double sum = 0;

	(void) state;
	for (size_t n = 0; n < s.graph->node_count; n++) {
		const struct evo_parameter *p = weight_at(&s, n);
		const struct evo_shape shape = s.graph->nodes[n].shape;
		const size_t plane = shape.height * shape.width;
		if (p == NULL)
			continue;
		const float *a = evo_session_value(session, n);
		const float *g = evo_session_gradient(session, n);
		for (size_t i = 0; i < 3 * shape.channels; i++) {
			double channel = 0;
			for (size_t k = 0; k < plane; k++)
				channel += (double) a[i * plane + k] * (double) g[i * plane + k];
			sum += 0.5 * channel * channel / 3 * (double) (p->count / shape.channels);
		}
	}
	assert_true(sum > 0);
	assert_near(value_of(&s, EVO_CLASSIC_FISHER), sum, 1e-6, "fisher");
	evo_session_destroy(session);
	setup_clear(&s);
}

static void zico_of_two_halves(void **state)
{
	const size_t batches[] = {2, 5, 6};

	(void) state;
	for (size_t b = 0; b < EVO_COUNT(batches); b++) {
		struct setup s = setup_of(CELL, batches[b], 5);
		const size_t first = (s.batch + 1) / 2;
		struct evo_session *one = loss_session(&s, 0, first);
		struct evo_session *two = loss_session(&s, first, s.batch - first);
		double sum = 0;
		for (size_t n = 0; n < s.graph->node_count; n++) {
			const struct evo_parameter *p = weight_at(&s, n);
			double layer = 0;
			if (p == NULL)
				continue;
			const float *g = evo_session_parameter_gradient(one, p);
			const float *h = evo_session_parameter_gradient(two, p);
			for (size_t i = 0; i < p->count; i++) {
				const double a = (double) g[i], c = (double) h[i];
				const double mean = (a + c) / 2;
				const double deviation = sqrt(
				        ((a - mean) * (a - mean) + (c - mean) * (c - mean)) / 2);
				if (deviation > 0)
					layer += (fabs(a) + fabs(c)) / 2 / deviation;
			}
			sum += layer > 0 ? log(layer) : 0;
		}
		assert_true(sum > 0);
		assert_near(value_of(&s, EVO_CLASSIC_ZICO), sum, 1e-9, "zico");
		evo_session_destroy(one);
		evo_session_destroy(two);
		setup_clear(&s);
	}
	struct setup single = setup_of(CELL, 1, 5);
	assert_true(isnan(value_of(&single, EVO_CLASSIC_ZICO)));
	setup_clear(&single);
}

/* ---- Patterns -------------------------------------------------------------------------------- */

/* Of every ReLU in turn: is place p of its input on for image i? One byte each, image by image. */
static unsigned char *relu_bits(const struct setup *s, size_t *places)
{
	struct evo_session *session = forward(s, 0, s->batch);
	unsigned char *bits = NULL;

	*places = 0;
	for (int count = 1; count >= 0; count--) {
		size_t at = 0;
		for (size_t n = 0; n < s->graph->node_count; n++) {
			const struct evo_shape shape = s->graph->nodes[n].shape;
			const size_t size = shape.channels * shape.height * shape.width;
			if (s->graph->nodes[n].op != EVO_OP_RELU)
				continue;
			const float *x = evo_session_value(
			        session, s->graph->inputs[s->graph->nodes[n].first_input]);
			for (size_t i = 0; i < s->batch * size && !count; i++)
				bits[i / size * *places + at + i % size] = x[i] > 0;
			at += size;
		}
		*places = at;
		if (count)
			bits = evo_calloc(s->batch * at, 1);
	}
	evo_session_destroy(session);
	return bits;
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Patterns as texts, sorted. */
static size_t count_patterns(const unsigned char *bits, size_t batch, size_t places)
{
	char *rows = evo_calloc(places, batch + 1);
	size_t count = 1;

	for (size_t p = 0; p < places; p++) {
		for (size_t i = 0; i < batch; i++)
			rows[p * (batch + 1) + i] = bits[i * places + p] ? '1' : '0';
	}
	qsort(rows, places, batch + 1, compare_rows);
	for (size_t p = 1; p < places; p++)
		count += strcmp(rows + p * (batch + 1), rows + (p - 1) * (batch + 1)) != 0;
	free(rows);
	return count;
}

/* log det of a symmetric positive definite matrix, by Cholesky. */
static double log_det(double *a, size_t n)
{
	double sum = 0;

	for (size_t j = 0; j < n; j++) {
		for (size_t k = 0; k < j; k++)
			a[j * n + j] -= a[j * n + k] * a[j * n + k];
		a[j * n + j] = sqrt(a[j * n + j]);
		sum += 2 * log(a[j * n + j]);
		for (size_t i = j + 1; i < n; i++) {
			for (size_t k = 0; k < j; k++)
				a[i * n + j] -= a[i * n + k] * a[j * n + k];
			a[i * n + j] /= a[j * n + j];
		}
	}
	return sum;
}

/* Batches at which swap has a bit for each pattern, slots of one word, and of two. */
static void patterns_of_every_relu(void **state)
{
	const size_t batches[] = {3, 20, 21, 64, 70};

	(void) state;
	for (size_t b = 0; b < EVO_COUNT(batches); b++) {
		struct setup s = setup_of(b % 2 ? POOL : CELL, batches[b], 5);
		size_t places;
		unsigned char *bits = relu_bits(&s, &places);
		double *matrix = evo_calloc(s.batch * s.batch, sizeof(*matrix));
		for (size_t i = 0; i < s.batch * s.batch; i++) {
			const unsigned char *one = bits + i / s.batch * places;
			const unsigned char *two = bits + i % s.batch * places;
			for (size_t p = 0; p < places; p++)
				matrix[i] += one[p] == two[p];
		}
		assert_true(value_of(&s, EVO_CLASSIC_SWAP) ==
		            (double) count_patterns(bits, s.batch, places));
		assert_near(value_of(&s, EVO_CLASSIC_NWOT), log_det(matrix, s.batch), 1e-9, "nwot");
		free(bits);
		free(matrix);
		setup_clear(&s);
	}
}

/* The correlation of two images' gradients of the sum of the logits, in the plainest way. */
static double correlation(const struct setup *s)
{
	struct evo_session *session = forward(s, 0, 2);
	const float *g;
	double mean[2] = {0}, dot = 0, square[2] = {0};

	evo_session_backward(session, &s->parameters, NULL);
	g = evo_session_gradient(session, 0);
	for (size_t i = 0; i < 2 * 192; i++)
		mean[i / 192] += (double) g[i] / 192;
	for (size_t i = 0; i < 192; i++) {
		const double a = (double) g[i] - mean[0], b = (double) g[192 + i] - mean[1];
		dot += a * b;
		square[0] += a * a;
		square[1] += b * b;
	}
	evo_session_destroy(session);
	return dot / sqrt(square[0] * square[1]);
}

/* With two images the eigenvalues are 1 + c and 1 - c. */
static void correlations_of_two_images(void **state)
{
	struct setup s = setup_of(CELL, 2, 5), many = setup_of(CELL, 2, 101);
	const double k = 1e-5, c = correlation(&s), up = 1 + c + k, down = 1 - c + k;
	const double c2 = correlation(&many), together = 2 * log(1 + k) + 2 * log(fabs(c) + k);

	(void) state;
	assert_near(value_of(&s, EVO_CLASSIC_JACOV), -(log(up) + 1 / up + log(down) + 1 / down),
	            1e-9, "jacov");
	s.labels[0] = s.labels[1] = 3;
	assert_near(value_of(&s, EVO_CLASSIC_EPE_NAS), fabs(together), 1e-9, "epe_nas, one class");
	s.labels[0] = 1;
	assert_near(value_of(&s, EVO_CLASSIC_EPE_NAS), 2 * log(1 + k), 1e-9, "epe_nas, two");
	/* More than a hundred classes are compared with each other. */
	assert_true(fabs(c2) < 1);
	many.labels[0] = many.labels[1] = 100;
	assert_true(value_of(&many, EVO_CLASSIC_EPE_NAS) == 0);
	setup_clear(&s);
	setup_clear(&many);
}

/* ---- Made-up weights ------------------------------------------------------------------------- */

/* R of all weights times (1 + step), by forward passes in double precision. */
static double flow(const struct setup *s, double step)
{
	struct evo_parameters p;
	struct evo_error err = {0};
	struct evo_session *session = evo_session_create(s->graph, EVO_F64, 1, NULL, false, &err);
	double image[192], sum = 0;

	assert_true(evo_parameters_init(&p, s->graph, EVO_F64, &err));
	for (size_t i = 0; i < p.count; i++)
		((double *) p.values)[i] =
		        (1 + step) * fabs((double) ((const float *) s->parameters.values)[i]);
	for (size_t i = 0; i < 192; i++)
		image[i] = 1;
	evo_session_set_norm(session, EVO_NORM_IDENTITY, NULL);
	evo_session_forward(session, &p, image);
	for (size_t i = 0; i < s->classes; i++)
		sum += ((const double *) evo_session_value(session, s->graph->output))[i];
	evo_session_destroy(session);
	evo_parameters_clear(&p);
	return sum;
}

/* All weights and gradients are positive, so the sum is R's derivative along the weights. */
static void synflow_is_a_derivative(void **state)
{
	const char *const names[] = {CELL, POOL};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		struct setup s = setup_of(names[i], 2, 5);
		assert_near(value_of(&s, EVO_CLASSIC_SYNFLOW),
		            (flow(&s, 1e-5) - flow(&s, -1e-5)) / 2e-5, 1e-6, "synflow");
		setup_clear(&s);
	}
}

static void zen_draws_its_own_weights_and_images(void **state)
{
	struct setup s = setup_of(CELL, 4, 5), other = setup_of(CELL, 4, 5);
	const double zen = value_of(&s, EVO_CLASSIC_ZEN);

	(void) state;
	memset(other.parameters.values, 0, other.parameters.count * sizeof(float));
	memset(other.input, 0, 4 * 192 * sizeof(float));
	assert_true(isfinite(zen));
	assert_true(value_of(&other, EVO_CLASSIC_ZEN) == zen);
	other.name = "another name";
	assert_true(value_of(&other, EVO_CLASSIC_ZEN) != zen);
	setup_clear(&s);
	setup_clear(&other);
}

static const char *name_of(size_t classic)
{
	return evo_statistic_name((enum evo_statistic)(EVO_CLASSIC_FIRST + classic));
}

/* ---- What else is wanted --------------------------------------------------------------------- */

static void values_do_not_depend_on_what_else_is_wanted(void **state)
{
	const char *const names[] = {CELL, DEAD, POOL};

	(void) state;
	for (size_t n = 0; n < EVO_COUNT(names); n++) {
		struct setup s = setup_of(names[n], 7, 5);
		double all[EVO_CLASSICS], one[EVO_CLASSICS];
		compute(&s, EVO_NEEDS_CLASSIC, all);
		for (size_t i = 0; i < EVO_CLASSICS; i++) {
			compute(&s, EVO_NEED(EVO_CLASSIC_FIRST + i), one);
			for (size_t k = 0; k < EVO_CLASSICS; k++) {
				const double want = k == i ? all[k] : -12345;
				if (memcmp(&one[k], &want, sizeof(want)) != 0)
					fail_msg("%s alone: %s is %.17g, expected %.17g",
					         name_of(i), name_of(k), one[k], want);
			}
		}
		setup_clear(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(golden_values_agree),
	        cmocka_unit_test(a_network_without_a_path),
	        cmocka_unit_test(sums_over_weights),
	        cmocka_unit_test(fisher_of_every_weighted_layer),
	        cmocka_unit_test(zico_of_two_halves),
	        cmocka_unit_test(patterns_of_every_relu),
	        cmocka_unit_test(correlations_of_two_images),
	        cmocka_unit_test(synflow_is_a_derivative),
	        cmocka_unit_test(zen_draws_its_own_weights_and_images),
	        cmocka_unit_test(values_do_not_depend_on_what_else_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
