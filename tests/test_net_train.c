/* Training: it learns, step by step as it should, it repeats, it stops, and it refuses what it
   cannot train on. */
#include "config.h"

#include "evoscope/loss.h"
#include "evoscope/session.h"
#include "evoscope/space.h"
#include "evoscope/train.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SIDE    8
#define CLASSES 3
#define IMAGES  12

static const char architecture[] =
        "|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|";

static struct evo_graph *network(void)
{
	struct evo_macro macro = {4, 1, SIDE, CLASSES};
	struct evo_error err = {0};
	struct evo_graph *graph = evo_space_find("nb201", &err)->build(architecture, &macro, &err);
	assert_non_null(graph);
	return graph;
}

/* Noise on a pattern that tells the classes apart. */
static struct evo_images images(uint64_t seed)
{
	struct evo_images all = {.count = IMAGES, .side = SIDE, .classes = CLASSES};
	struct evo_rng rng = evo_rng_stream(seed, "images", 0);
	all.pixels = evo_calloc(IMAGES * 3 * SIDE * SIDE, sizeof(float));
	all.labels = evo_calloc(IMAGES, sizeof(*all.labels));
	evo_rng_normals(&rng, all.pixels, IMAGES * 3 * SIDE * SIDE, 0.5);
	for (size_t i = 0; i < IMAGES; i++) {
		all.labels[i] = (unsigned short) (i % CLASSES);
		for (size_t k = 0; k < SIDE * SIDE; k++)
			all.pixels[(i * 3 + i % CLASSES) * SIDE * SIDE + k] += 1;
	}
	return all;
}

static struct evo_training lesson(void)
{
	struct evo_training how = evo_training_default();
	how.epochs = 30;
	how.batch = 6;
	how.seed = 5;
	how.shift = 1;
	return how;
}

static struct evo_trained train(const struct evo_training *how)
{
	struct evo_graph *graph = network();
	struct evo_images learned = images(1), unseen = images(2);
	struct evo_trained result;
	struct evo_error err = {0};
	assert_true(evo_train(graph, architecture, &learned, &unseen, how, NULL, &result, &err));
	evo_images_clear(&learned);
	evo_images_clear(&unseen);
	evo_graph_destroy(graph);
	return result;
}

static void test_learns(void **state)
{
	(void) state;
	struct evo_training how = lesson();
	struct evo_trained result = train(&how);
	assert_true(result.train_loss < 0.3);
	assert_true(result.train_accuracy >= 90);
	assert_true(result.test_accuracy >= 90);
	assert_true(result.seconds > 0);
}

static void test_repeats(void **state)
{
	(void) state;
	struct evo_training how = lesson();
	how.epochs = 4;
	struct evo_trained a = train(&how), b = train(&how);
	assert_true(a.train_loss == b.train_loss);
	assert_true(a.train_accuracy == b.train_accuracy);
	assert_true(a.test_accuracy == b.test_accuracy);
	how.seed++;
	assert_true(train(&how).train_loss != a.train_loss);
}

static void test_every_setting_matters(void **state)
{
	(void) state;
	struct evo_training how = lesson(), other;
	how.epochs = 2;
	double loss = train(&how).train_loss;
	for (int i = 0; i < 6; i++) {
		other = how;
		switch (i) {
		case 0:
			other.rate *= 2;
			break;
		case 1:
			other.momentum = 0;
			break;
		case 2:
			other.weight_decay = 0.5;
			break;
		case 3:
			other.flip = false;
			break;
		case 4:
			other.shift = 0;
			break;
		case 5:
			other.batch = 4;
			break;
		}
		assert_true(train(&other).train_loss != loss);
	}
}

static void test_stops(void **state)
{
	(void) state;
	struct evo_graph *graph = network();
	struct evo_images learned = images(1);
	struct evo_training how = lesson();
	struct evo_trained result;
	struct evo_error err = {0};
	volatile bool cancel = true;
	assert_false(evo_train(graph, "a", &learned, NULL, &how, &cancel, &result, &err));
	assert_int_equal(err.code, EVO_E_CANCELLED);
	cancel = false;
	evo_error_clear(&err);
	assert_true(evo_train(graph, "a", &learned, NULL, &how, &cancel, &result, &err));
	assert_true(isnan(result.test_accuracy));
	evo_images_clear(&learned);
	evo_graph_destroy(graph);
}

static void refuse(struct evo_images learned, const struct evo_images *test,
                   struct evo_training how, const char *part)
{
	struct evo_graph *graph = network();
	struct evo_trained result;
	struct evo_error err = {0};
	assert_false(evo_train(graph, "a", &learned, test, &how, NULL, &result, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	if (strstr(err.message, part) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, part);
	evo_graph_destroy(graph);
}

static void test_refuses(void **state)
{
	(void) state;
	struct evo_images good = images(1), bad = good;
	struct evo_training how = lesson(), none = how;
	bad.labels = NULL;
	refuse(bad, NULL, how, "training images have no labels");
	refuse(good, &bad, how, "test images have no labels");
	bad = good;
	bad.side = 4;
	refuse(bad, NULL, how, "side of 4");
	bad = good;
	bad.classes = 10;
	refuse(bad, NULL, how, "10 classes");
	bad = good;
	bad.count = 0;
	refuse(bad, NULL, how, "no training images");
	none.epochs = 0;
	refuse(good, NULL, none, "at least one epoch");
	good.labels[7] = CLASSES;
	refuse(good, NULL, how, "image 7 has label 3");
	evo_images_clear(&good);
}

/* Twelve images of noise with labels by chance can only be learned by heart. */
static void test_overfits_a_handful(void **state)
{
	(void) state;
	struct evo_macro macro = {8, 1, SIDE, CLASSES};
	struct evo_error err = {0};
	struct evo_graph *graph = evo_space_find("nb201", &err)->build(architecture, &macro, &err);
	struct evo_images handful = images(3);
	struct evo_rng rng = evo_rng_stream(3, "labels", 0);
	evo_rng_normals(&rng, handful.pixels, IMAGES * 3 * SIDE * SIDE, 1);
	for (size_t i = 0; i < IMAGES; i++)
		handful.labels[i] = (unsigned short) evo_rng_below(&rng, CLASSES);
	struct evo_training how = evo_training_default();
	how.epochs = 60;
	how.batch = IMAGES;
	how.flip = false;
	how.shift = 0;
	how.seed = 1;
	struct evo_trained result;
	assert_true(evo_train(graph, architecture, &handful, &handful, &how, NULL, &result, &err));
	assert_true(result.train_accuracy == 100);
	assert_true(result.train_loss < 0.01);
	evo_images_clear(&handful);
	evo_graph_destroy(graph);
}

/* ---- One step, by its definition ---- */

/*
 * The whole batch's loss in double precision at given weights: nothing of the training is used, and
 * of the engine only its forward pass.
 */
struct reference {
	struct evo_graph *graph;
	struct evo_session *session;
	struct evo_parameters weights;
	struct evo_images batch;
	double *input;
};

static double loss_at(const struct reference *r)
{
	evo_session_forward(r->session, &r->weights, r->input);
	return evo_cross_entropy(EVO_F64, evo_session_value(r->session, r->graph->output),
	                         r->batch.labels, r->batch.count, CLASSES, NULL, NULL);
}

static struct reference reference_begin(const struct evo_training *how)
{
	struct evo_macro macro = {2, 1, 4, CLASSES};
	struct evo_error err = {0};
	struct reference r = {.batch = {.count = 5, .side = 4, .classes = CLASSES}};
	struct evo_rng rng = evo_rng_stream(8, "images", 0);
	size_t numbers = r.batch.count * 3 * 16;
	r.graph = evo_space_find("nb201", &err)->build(architecture, &macro, &err);
	r.batch.pixels = evo_calloc(numbers, sizeof(float));
	r.batch.labels = evo_calloc(r.batch.count, sizeof(*r.batch.labels));
	r.input = evo_calloc(numbers, sizeof(double));
	evo_rng_normals(&rng, r.batch.pixels, numbers, 1);
	for (size_t i = 0; i < numbers; i++)
		r.input[i] = (double) r.batch.pixels[i];
	for (size_t i = 0; i < r.batch.count; i++)
		r.batch.labels[i] = (unsigned short) (i % CLASSES);
	r.session = evo_session_create(r.graph, EVO_F64, r.batch.count, NULL, false, &err);
	assert_non_null(r.session);
	assert_true(evo_parameters_init(&r.weights, r.graph, EVO_F64, &err));
	evo_parameters_random(&r.weights, r.graph, architecture, how->seed);
	return r;
}

static void reference_end(struct reference *r)
{
	evo_session_destroy(r->session);
	evo_parameters_clear(&r->weights);
	evo_images_clear(&r->batch);
	evo_graph_destroy(r->graph);
	free(r->input);
}

/* Slopes by central differences, all of them before any weight moves. */
static void slopes(const struct reference *r, double *out)
{
	const double h = 1e-6;
	double *w = r->weights.values;
	for (size_t k = 0; k < r->weights.count; k++) {
		double kept = w[k];
		w[k] = kept + h;
		double above = loss_at(r);
		w[k] = kept - h;
		out[k] = (above - loss_at(r)) / (2 * h);
		w[k] = kept;
	}
}

/* The loss before each of the steps, which is what an epoch of one batch tells. */
static void reference_losses(const struct evo_training *how, bool nesterov, double *losses)
{
	struct reference r = reference_begin(how);
	double *slope = evo_calloc(r.weights.count, sizeof(double));
	double *velocity = evo_calloc(r.weights.count, sizeof(double));
	double *w = r.weights.values;
	for (size_t step = 0; step < how->epochs; step++) {
		double rate =
		        how->rate * (1 + cos(acos(-1) * (double) step / (double) how->epochs));
		losses[step] = loss_at(&r);
		slopes(&r, slope);
		for (size_t k = 0; k < r.weights.count; k++) {
			double g = slope[k] + how->weight_decay * w[k];
			velocity[k] = how->momentum * velocity[k] + g;
			w[k] -= rate / 2 *
			        (nesterov ? g + how->momentum * velocity[k] : velocity[k]);
		}
	}
	free(slope);
	free(velocity);
	reference_end(&r);
}

/* The last epoch's loss of a training of so many steps. */
static double trained_loss(const struct evo_training *how)
{
	struct reference r = reference_begin(how);
	struct evo_trained result;
	struct evo_error err = {0};
	assert_true(evo_train(r.graph, architecture, &r.batch, NULL, how, NULL, &result, &err));
	reference_end(&r);
	return result.train_loss;
}

static void test_steps_as_defined(void **state)
{
	(void) state;
	struct evo_training how = evo_training_default();
	how.batch = 5;
	how.flip = false;
	how.shift = 0;
	how.seed = 2;
	how.rate = 0.05;
	how.momentum = 0.8;
	how.weight_decay = 0.03;
	/* One epoch is the initial loss, two are one step, and so on. */
	for (how.epochs = 1; how.epochs <= 3; how.epochs++) {
		double losses[3];
		reference_losses(&how, true, losses);
		double found = trained_loss(&how), expected = losses[how.epochs - 1];
		if (!(fabs(found - expected) < 2e-5 * expected))
			fail_msg("after %zu steps the loss is %.9g, not %.9g", how.epochs - 1,
			         found, expected);
		/* It would be seen if momentum were the usual one. */
		if (how.epochs < 3)
			continue;
		reference_losses(&how, false, losses);
		assert_true(fabs(losses[how.epochs - 1] - expected) > 1e-3 * expected);
	}
}

/* ---- Threads ---- */

struct side_by_side {
	struct evo_trained results[4];
};

static void train_beside(void *context, size_t index, unsigned worker)
{
	(void) worker;
	struct side_by_side *all = context;
	struct evo_training how = lesson();
	how.epochs = 3;
	how.seed = index;
	all->results[index] = train(&how);
}

static void train_on(unsigned threads, struct side_by_side *all)
{
	struct evo_error err = {0};
	struct evo_pool *pool = evo_pool_create(threads, &err);
	assert_non_null(pool);
	evo_pool_run(pool, EVO_PRIORITY_SEARCH, EVO_COUNT(all->results), train_beside, all);
	evo_pool_destroy(pool);
}

static void test_threads_change_nothing(void **state)
{
	(void) state;
	struct side_by_side alone, together;
	train_on(1, &alone);
	train_on(2, &together);
	for (size_t i = 0; i < EVO_COUNT(alone.results); i++) {
		struct evo_trained a = alone.results[i], b = together.results[i];
		assert_true(a.train_loss == b.train_loss);
		assert_true(a.train_accuracy == b.train_accuracy);
		assert_true(a.test_accuracy == b.test_accuracy);
		assert_true(i == 0 || a.train_loss != alone.results[i - 1].train_loss);
	}
}

static void test_cross_entropy(void **state)
{
	(void) state;
	const double logits[] = {1, 2, 3, 1000, -1000, 0};
	const float single[] = {1, 2, 3, 1000, -1000, 0};
	const unsigned short labels[] = {2, 2};
	double gradient[6];
	size_t correct;
	double first = log(exp(-2) + exp(-1) + 1), second = 1000;
	double loss = evo_cross_entropy(EVO_F64, logits, labels, 2, 3, gradient, &correct);
	assert_true(fabs(loss - (first + second) / 2) < 1e-9);
	assert_true(fabs(gradient[0] - exp(-2 - first) / 2) < 1e-12);
	assert_true(fabs(gradient[2] - (exp(-first) - 1) / 2) < 1e-12);
	assert_true(fabs(gradient[3] - 0.5) < 1e-12 && fabs(gradient[5] + 0.5) < 1e-12);
	assert_int_equal(correct, 1);
	assert_true(fabs(evo_cross_entropy(EVO_F32, single, labels, 2, 3, NULL, NULL) - loss) <
	            1e-9);
}

/* ---- Initial weights ---- */

static double deviation(const float *values, size_t count)
{
	double squares = 0;
	for (size_t i = 0; i < count; i++)
		squares += (double) values[i] * (double) values[i];
	return sqrt(squares / (double) count);
}

static void test_initial_weights(void **state)
{
	(void) state;
	struct evo_macro macro = {32, 1, SIDE, 100};
	struct evo_error err = {0};
	struct evo_graph *graph = evo_space_find("nb201", &err)->build(architecture, &macro, &err);
	struct evo_parameters single, twice;
	assert_true(evo_parameters_init(&single, graph, EVO_F32, &err));
	assert_true(evo_parameters_init(&twice, graph, EVO_F64, &err));
	evo_parameters_random(&single, graph, architecture, 9);
	evo_parameters_random(&twice, graph, architecture, 9);
	for (size_t i = 0; i < graph->parameter_count; i++) {
		const struct evo_parameter *p = &graph->parameters[i];
		const float *values = evo_parameter_values(&single, p);
		const double *same = evo_parameter_values(&twice, p);
		double wanted = sqrt(2.0 / (double) (p->dims[0] * p->dims[2] * p->dims[3]));
		double found = deviation(values, p->count);
		if (p->kind == EVO_FC_WEIGHT)
			wanted = 0.01;
		for (size_t k = 0; k < p->count; k++) {
			assert_true((double) values[k] == same[k]);
			assert_false(p->kind == EVO_BN_SCALE && values[k] != 1);
			assert_false((p->kind == EVO_BN_SHIFT || p->kind == EVO_FC_BIAS) &&
			             values[k] != 0);
		}
		if (p->count > 500 && (p->kind == EVO_CONV_WEIGHT || p->kind == EVO_FC_WEIGHT))
			assert_true(fabs(found / wanted - 1) < 0.15);
	}
	evo_parameters_clear(&single);
	evo_parameters_clear(&twice);
	evo_graph_destroy(graph);
}

/* A parameter's weights come from its name, the architecture's and the seed, and nothing else. */
static void test_weights_have_names(void **state)
{
	(void) state;
	const char *other = "|none~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|";
	struct evo_macro macro = {4, 1, SIDE, CLASSES}, wide = {4, 2, SIDE, 7};
	struct evo_error err = {0};
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct evo_graph *a = space->build(architecture, &macro, &err);
	struct evo_graph *b = space->build(other, &wide, &err);
	struct evo_parameters p, q;
	assert_true(evo_parameters_init(&p, a, EVO_F32, &err));
	assert_true(evo_parameters_init(&q, b, EVO_F32, &err));
	evo_parameters_random(&p, a, "one", 9);
	evo_parameters_random(&q, b, "one", 9);
	size_t bytes = a->parameters[0].count * sizeof(float);
	assert_string_equal(a->parameters[0].name, "stem.weight");
	assert_memory_equal(p.values, q.values, bytes);
	evo_parameters_random(&q, b, "two", 9);
	assert_memory_not_equal(p.values, q.values, bytes);
	evo_parameters_random(&q, b, "one", 10);
	assert_memory_not_equal(p.values, q.values, bytes);
	evo_parameters_clear(&p);
	evo_parameters_clear(&q);
	evo_graph_destroy(a);
	evo_graph_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_learns),
	        cmocka_unit_test(test_overfits_a_handful),
	        cmocka_unit_test(test_steps_as_defined),
	        cmocka_unit_test(test_threads_change_nothing),
	        cmocka_unit_test(test_repeats),
	        cmocka_unit_test(test_every_setting_matters),
	        cmocka_unit_test(test_stops),
	        cmocka_unit_test(test_refuses),
	        cmocka_unit_test(test_cross_entropy),
	        cmocka_unit_test(test_initial_weights),
	        cmocka_unit_test(test_weights_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
