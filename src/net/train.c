/* Training by stochastic gradient descent with Nesterov momentum. */
#include "config.h"

#include "evoscope/loss.h"
#include "evoscope/session.h"
#include "evoscope/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How fast BatchNorm's running statistics follow the batches. */
#define RUNNING_SHARE 0.1

void evo_images_clear(struct evo_images *images)
{
	free(images->pixels);
	free(images->labels);
	*images = (struct evo_images){0};
}

struct evo_training evo_training_default(void)
{
	return (struct evo_training){.epochs = 12,
	                             .batch = 256,
	                             .rate = 0.1,
	                             .momentum = 0.9,
	                             .weight_decay = 5e-4,
	                             .flip = true,
	                             .shift = 4};
}

struct trainer {
	const struct evo_graph *graph;
	const struct evo_training *how;
	const struct evo_images *images;
	const volatile bool *cancel;
	size_t batch, batches; /* images a batch, batches an epoch */
	size_t step;           /* batches so far */
	struct evo_parameters parameters, momentum;
	struct evo_session *session;
	float *pixels, *gradient; /* of one batch: images, and the loss at the logits */
	unsigned short *labels;
	double *running; /* as evo_session_set_norm has it */
	size_t *order;
};

/* ---- Batches ---- */

/* Copies one image, mirrored or not, moved by (down, right) pixels; zeros enter. */
static void place_image(const struct evo_images *images, size_t index, bool mirror, ptrdiff_t down,
                        ptrdiff_t right, float *out)
{
	ptrdiff_t side = (ptrdiff_t) images->side;
	const float *from = images->pixels + index * 3 * images->side * images->side;
	for (ptrdiff_t c = 0; c < 3; c++)
		for (ptrdiff_t y = 0; y < side; y++)
			for (ptrdiff_t x = 0; x < side; x++) {
				ptrdiff_t row = y - down, column = x - right;
				bool inside =
				        row >= 0 && row < side && column >= 0 && column < side;
				if (mirror)
					column = side - 1 - column;
				*out++ = inside ? from[(c * side + row) * side + column] : 0;
			}
}

static void fill_batch(struct trainer *t, size_t first, struct evo_rng *rng)
{
	size_t numbers = 3 * t->images->side * t->images->side, reach = 2 * t->how->shift + 1;
	for (size_t i = 0; i < t->batch; i++) {
		size_t index = t->order[first + i];
		bool mirror = evo_rng_below(rng, 2) && t->how->flip;
		ptrdiff_t down = (ptrdiff_t) evo_rng_below(rng, reach) - (ptrdiff_t) t->how->shift;
		ptrdiff_t right = (ptrdiff_t) evo_rng_below(rng, reach) - (ptrdiff_t) t->how->shift;
		place_image(t->images, index, mirror, down, right, t->pixels + i * numbers);
		t->labels[i] = t->images->labels[index];
	}
}

/* ---- One step ---- */

static void follow_statistics(struct trainer *t)
{
	size_t at = 0, all = evo_graph_norm_channels(t->graph);
	for (size_t n = 0; n < t->graph->node_count; n++) {
		struct evo_shape shape = t->graph->nodes[n].shape;
		if (t->graph->nodes[n].op != EVO_OP_BATCHNORM)
			continue;
		const double *mean = evo_session_batch_mean(t->session, n);
		const double *variance = evo_session_batch_variance(t->session, n);
		double count = (double) (t->batch * shape.height * shape.width);
		double unbiased = count > 1 ? count / (count - 1) : 1;
		for (size_t c = 0; c < shape.channels; c++, at++) {
			double *m = &t->running[at], *v = &t->running[all + at];
			*m += RUNNING_SHARE * (mean[c] - *m);
			*v += RUNNING_SHARE * (variance[c] * unbiased - *v);
		}
	}
}

static void descend(struct trainer *t)
{
	double total = (double) (t->how->epochs * t->batches);
	double part = (double) t->step / total;
	float rate = (float) (t->how->rate * 0.5 * (1 + cos(3.14159265358979323846 * part)));
	float momentum = (float) t->how->momentum, decay = (float) t->how->weight_decay;
	float *w = t->parameters.values, *v = t->momentum.values;
	for (size_t i = 0; i < t->graph->parameter_count; i++) {
		const struct evo_parameter *p = &t->graph->parameters[i];
		const float *g = evo_session_parameter_gradient(t->session, p);
		for (size_t k = 0; k < p->count; k++) {
			size_t at = p->offset + k;
			float slope = g[k] + decay * w[at];
			v[at] = momentum * v[at] + slope;
			w[at] -= rate * (slope + momentum * v[at]);
		}
	}
	t->step++;
}

static bool cancelled(const struct trainer *t, struct evo_error *err)
{
	if (t->cancel != NULL && *t->cancel)
		return !evo_fail(err, EVO_E_CANCELLED, "training was stopped");
	return false;
}

static bool train_epoch(struct trainer *t, size_t epoch, struct evo_trained *result,
                        struct evo_error *err)
{
	struct evo_rng order = evo_rng_stream(t->how->seed, "training order", epoch);
	struct evo_rng change = evo_rng_stream(t->how->seed, "training augmentation", epoch);
	size_t classes = t->graph->nodes[t->graph->output].shape.channels, right = 0;
	double loss = 0;
	evo_rng_shuffle(&order, t->order, t->images->count);
	for (size_t b = 0; b < t->batches; b++) {
		size_t correct;
		if (cancelled(t, err))
			return false;
		fill_batch(t, b * t->batch, &change);
		evo_session_forward(t->session, &t->parameters, t->pixels);
		loss += evo_cross_entropy(EVO_F32, evo_session_value(t->session, t->graph->output),
		                          t->labels, t->batch, classes, t->gradient, &correct);
		evo_session_backward(t->session, &t->parameters, t->gradient);
		follow_statistics(t);
		descend(t);
		right += correct;
	}
	result->train_loss = loss / (double) t->batches;
	result->train_accuracy = 100 * (double) right / (double) (t->batches * t->batch);
	return true;
}

/* ---- Test ---- */

/* With the running statistics every image is on its own, so what fills the last batch is no
   matter. */
static bool test_accuracy(struct trainer *t, const struct evo_images *test, double *accuracy,
                          struct evo_error *err)
{
	size_t numbers = 3 * test->side * test->side, right = 0;
	size_t classes = t->graph->nodes[t->graph->output].shape.channels;
	evo_session_set_norm(t->session, EVO_NORM_RUNNING, t->running);
	for (size_t first = 0; first < test->count; first += t->batch) {
		size_t left = test->count - first, some = left < t->batch ? left : t->batch,
		       correct;
		if (cancelled(t, err))
			return false;
		memset(t->pixels, 0, t->batch * numbers * sizeof(float));
		memcpy(t->pixels, test->pixels + first * numbers, some * numbers * sizeof(float));
		evo_session_forward(t->session, &t->parameters, t->pixels);
		evo_cross_entropy(EVO_F32, evo_session_value(t->session, t->graph->output),
		                  test->labels + first, some, classes, NULL, &correct);
		right += correct;
	}
	*accuracy = 100 * (double) right / (double) test->count;
	return true;
}

/* ---- Whole ---- */

static bool check_images(const struct evo_graph *graph, const struct evo_images *images,
                         const char *what, struct evo_error *err)
{
	struct evo_shape in = graph->nodes[0].shape;
	size_t classes = graph->nodes[graph->output].shape.channels;
	if (images->pixels == NULL || images->count == 0)
		return evo_fail(err, EVO_E_INPUT, "there are no %s images", what);
	if (images->labels == NULL)
		return evo_fail(err, EVO_E_INPUT, "the %s images have no labels", what);
	if (in.channels != 3 || images->side != in.height || images->side != in.width)
		return evo_fail(err, EVO_E_INPUT,
		                "the %s images have a side of %zu, the network takes %zu", what,
		                images->side, in.height);
	if (images->classes > classes)
		return evo_fail(err, EVO_E_INPUT,
		                "the %s images have %zu classes, the network tells %zu apart", what,
		                images->classes, classes);
	for (size_t i = 0; i < images->count; i++)
		if (images->labels[i] >= classes)
			return evo_fail(
			        err, EVO_E_INPUT,
			        "%s image %zu has label %u, the network has classes 0 to %zu", what,
			        i, images->labels[i], classes - 1);
	return true;
}

static struct evo_session *create_session(const struct trainer *t, struct evo_error *err)
{
	unsigned char *keep = evo_calloc(t->graph->node_count, 1);
	keep[t->graph->output] = EVO_KEEP_VALUE;
	struct evo_session *session =
	        evo_session_create(t->graph, EVO_F32, t->batch, keep, true, err);
	free(keep);
	return session;
}

static bool begin(struct trainer *t, const char *name, struct evo_error *err)
{
	struct evo_shape in = t->graph->nodes[0].shape;
	size_t pixels = t->batch * in.channels * in.height * in.width;
	size_t logits = t->batch * t->graph->nodes[t->graph->output].shape.channels;
	size_t channels = evo_graph_norm_channels(t->graph);
	if (!evo_parameters_init(&t->parameters, t->graph, EVO_F32, err) ||
	    !evo_parameters_init(&t->momentum, t->graph, EVO_F32, err) ||
	    (t->session = create_session(t, err)) == NULL ||
	    (t->pixels = evo_big_alloc(pixels * sizeof(float), "a batch of images", err)) == NULL)
		return false;
	t->gradient = evo_calloc(logits, sizeof(float));
	t->labels = evo_calloc(t->batch, sizeof(*t->labels));
	t->running = evo_calloc(2 * channels + 1, sizeof(double));
	t->order = evo_calloc(t->images->count, sizeof(size_t));
	evo_parameters_random(&t->parameters, t->graph, name, t->how->seed);
	memset(t->momentum.values, 0, t->momentum.count * sizeof(float));
	for (size_t c = 0; c < channels; c++)
		t->running[channels + c] = 1;
	for (size_t i = 0; i < t->images->count; i++)
		t->order[i] = i;
	return true;
}

static void end(struct trainer *t)
{
	evo_parameters_clear(&t->parameters);
	evo_parameters_clear(&t->momentum);
	evo_session_destroy(t->session);
	free(t->pixels);
	free(t->gradient);
	free(t->labels);
	free(t->running);
	free(t->order);
}

bool evo_train(const struct evo_graph *graph, const char *name, const struct evo_images *train,
               const struct evo_images *test, const struct evo_training *how,
               const volatile bool *cancel, struct evo_trained *result, struct evo_error *err)
{
	double began = evo_now();
	struct trainer t = {.graph = graph, .how = how, .images = train, .cancel = cancel};
	*result = (struct evo_trained){
	        .train_loss = NAN, .train_accuracy = NAN, .test_accuracy = NAN};
	if (!check_images(graph, train, "training", err) ||
	    (test != NULL && !check_images(graph, test, "test", err)))
		return false;
	if (how->batch == 0 || how->epochs == 0)
		return evo_fail(err, EVO_E_INPUT,
		                "training needs at least one epoch and a batch of one");
	t.batch = how->batch < train->count ? how->batch : train->count;
	t.batches = train->count / t.batch;
	bool done = begin(&t, name, err);
	for (size_t epoch = 0; epoch < how->epochs && done; epoch++)
		done = train_epoch(&t, epoch, result, err);
	if (done && test != NULL)
		done = test_accuracy(&t, test, &result->test_accuracy, err);
	end(&t);
	result->seconds = evo_now() - began;
	return done;
}
