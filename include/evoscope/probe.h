/*
 * Probes: the network and the batch that statistics and scores are made of.
 */
#ifndef EVOSCOPE_PROBE_H
#define EVOSCOPE_PROBE_H

#include "evoscope/space.h"
#include "evoscope/stats.h"

/* The network and the batch that are scored. Equal probes share statistics and scores. */
struct evo_probe {
	const struct evo_space *space;
	struct evo_macro macro;
	size_t batch;
	uint64_t seed;    /* of weights, noise and perturbation */
	char source[192]; /* where the data batch comes from; "" is standard normal noise */
	char images[96];  /* the same for people, "CIFAR-10 images"; no part of what is equal */
	/* There are images, but no labels of theirs: these are of more classes than the network. */
	bool drawn_labels;
};
bool evo_probe_equal(const struct evo_probe *a, const struct evo_probe *b);
/* "C 16 N 5, batch 16 of 3x32x32, 10 classes, images" (or "images, drawn labels", or "noise") */
void evo_probe_text(const struct evo_probe *probe, char *out, size_t size);

/*
 * The three inputs of a probe, B,3,side,side each, by malloc; caller frees. images: normalised
 * floats of the first `batch` images at the probe's side, NULL for noise. Streams: (seed,
 * "probe data"), (seed, "probe noise"), (seed, "probe perturbation").
 */
bool evo_probe_inputs(const struct evo_probe *probe, const float *images, float *inputs[EVO_PASSES],
                      struct evo_error *err);

/*
 * The labels of the data batch, each below the probe's classes; caller frees. labels: those of the
 * images, which have to be below the classes; NULL: drawn evenly from the stream (seed, "probe
 * labels").
 */
unsigned short *evo_probe_labels(const struct evo_probe *probe, const unsigned short *labels);

#endif
