/*
 * loss: the cross-entropy of a batch of logits, its gradient, and its curvature along a direction.
 *
 * A gradient at the logits is what a session's backward pass begins with.
 */
#ifndef EVOSCOPE_LOSS_H
#define EVOSCOPE_LOSS_H

#include "evoscope/parameters.h"

/*
 * Mean cross-entropy of logits B,classes against labels, each below classes. gradient (may be
 * NULL): the loss's gradient at the logits, to be the seed of a backward pass. correct (may be
 * NULL): how many images have their label's logit largest, the first of equals winning.
 */
double evo_cross_entropy(enum evo_precision precision, const void *logits,
                         const unsigned short *labels, size_t batch, size_t classes, void *gradient,
                         size_t *correct);

/*
 * w' H d: w the weights of convolutions and linear layers, H the Hessian of the mean cross-entropy
 * with respect to them, d a direction given as the gradients of a session's parameters are (what
 * it says of BatchNorms and biases is not read). Single precision, BatchNorm in training mode.
 *
 * It is the mixed derivative of the loss along w and d, carried forward through the network beside
 * the values (Fike and Alonso, "The development of hyper-dual numbers for exact second-derivative
 * calculations", AIAA 2011): exact, where a difference of two gradients would pass over kinks of
 * ReLUs, and cheaper. A ReLU's and a maximum's second derivative is 0, as it is almost everywhere.
 *
 * work: evo_curvature_bytes, 64-byte aligned, need not be cleared.
 */
size_t evo_curvature_bytes(const struct evo_graph *graph, size_t batch);
double evo_curvature(const struct evo_graph *graph, const struct evo_parameters *parameters,
                     const float *direction, const float *input, const unsigned short *labels,
                     size_t batch, void *work);

#endif
