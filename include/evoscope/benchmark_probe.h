/*
 * benchmark_probe: a benchmark as a search or a study meets it.
 *
 * A probe says at which size networks are built and on which data they run. It is the benchmark's
 * own one, unless options of the user's override it.
 */
#ifndef EVOSCOPE_BENCHMARK_PROBE_H
#define EVOSCOPE_BENCHMARK_PROBE_H

#include "evoscope/bench.h"
#include "evoscope/probe.h"

/* What overrides a benchmark's probe; 0 leaves its default. */
struct evo_probe_options {
	size_t channels, cells, batch, side, classes;
	const char *probe_of; /* that benchmark's probe for all; NULL */
};

/*
 * The probe of a benchmark under options, and its data batch: `images` is left empty for noise, and
 * evo_images_clear frees it. images->labels is NULL where the dataset of the images has more
 * classes than the networks outputs: labels are drawn, then. seed: of weights, noise and
 * perturbation. EVO_E_INPUT: a size that the space cannot be built at, more images than there are;
 * EVO_E_NOT_FOUND: probe_of is unknown.
 */
bool evo_run_probe(const struct evo_benchmark *benchmark, const struct evo_probe_options *options,
                   uint64_t seed, struct evo_probe *probe, struct evo_images *images,
                   struct evo_error *err);

struct evo_run_case {
	char name[64];              /* of the benchmark */
	char title[96], images[96]; /* evo_benchmark_image_text */
	char origin[160];           /* how its accuracies came about */
	size_t train, validation;
	char probe[96]; /* evo_probe_text */
};

/* Everything about a benchmark in a run but the counts of networks, which are left alone. */
void evo_run_describe(const struct evo_benchmark *benchmark, const struct evo_probe *probe,
                      struct evo_run_case *out);

#endif
