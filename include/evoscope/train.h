/*
 * train: one network trained from its initial weights by stochastic gradient descent.
 *
 * The same seed gives the same weights to the last bit, on whichever thread it runs.
 */
#ifndef EVOSCOPE_TRAIN_H
#define EVOSCOPE_TRAIN_H

#include "evoscope/graph.h"
#include "evoscope/images.h"

struct evo_training {
	size_t epochs, batch;
	double rate, momentum, weight_decay; /* SGD with Nesterov momentum, cosine schedule to 0 */
	bool flip;                           /* mirror images left to right at random */
	size_t shift;                        /* move them by up to so many pixels, zeros enter */
	uint64_t seed; /* initial weights, order and augmentation: same seed, same result */
};
/* As NAS-Bench-201 trains, but for 12 epochs: batch 256, rate 0.1, momentum 0.9, weight decay
   5e-4, flips, shifts of up to 4 pixels. */
struct evo_training evo_training_default(void);

struct evo_trained {
	double train_loss, train_accuracy; /* of the last epoch, as seen in training */
	double test_accuracy;              /* percent, BatchNorm by running statistics */
	double seconds;
};

/*
 * Trains a network from its initial weights (evo_parameters_random with name and the seed) by
 * cross-entropy. Every epoch takes as many whole batches as there are, in a new order; a batch is
 * no larger than the training set. test may be NULL: test_accuracy is then NaN. cancel (may be
 * NULL) is read at every batch. Errors: EVO_E_INPUT (images without labels, or of another size or
 * more classes than the graph's; nothing to train on), EVO_E_MEMORY, EVO_E_CANCELLED.
 */
bool evo_train(const struct evo_graph *graph, const char *name, const struct evo_images *train,
               const struct evo_images *test, const struct evo_training *how,
               const volatile bool *cancel, struct evo_trained *result, struct evo_error *err);

#endif
