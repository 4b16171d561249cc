/*
 * Probes: the network and the batch that are scored.
 */
#include "config.h"
#include "evoscope/probe.h"

#include <stdlib.h>
#include <string.h>

/* The perturbation's standard deviation: variance 0.01. */
#define PERTURBATION 0.1

bool evo_probe_equal(const struct evo_probe *a, const struct evo_probe *b)
{
	return a->space == b->space && a->macro.channels == b->macro.channels &&
	       a->macro.cells == b->macro.cells && a->macro.side == b->macro.side &&
	       a->macro.classes == b->macro.classes && a->batch == b->batch && a->seed == b->seed &&
	       a->drawn_labels == b->drawn_labels && strcmp(a->source, b->source) == 0;
}

void evo_probe_text(const struct evo_probe *probe, char *out, size_t size)
{
	const struct evo_macro *m = &probe->macro;

	snprintf(out, size, "C %zu N %zu, batch %zu of 3x%zux%zu, %zu classes, %s", m->channels,
	         m->cells, probe->batch, m->side, m->side, m->classes,
	         !probe->source[0]     ? "noise"
	         : probe->drawn_labels ? "images, drawn labels"
	                               : "images");
}

bool evo_probe_inputs(const struct evo_probe *probe, const float *images, float *inputs[EVO_PASSES],
                      struct evo_error *err)
{
	const size_t count = probe->batch * 3 * probe->macro.side * probe->macro.side;
	struct evo_rng rng;

	for (int pass = 0; pass < EVO_PASSES; pass++) {
		inputs[pass] = evo_big_alloc(count * sizeof(float), "a probe's inputs", err);
		if (inputs[pass] == NULL) {
			while (pass-- > 0)
				free(inputs[pass]);
			return false;
		}
	}
	if (images != NULL) {
		memcpy(inputs[EVO_DATA], images, count * sizeof(float));
	} else {
		rng = evo_rng_stream(probe->seed, "probe data", 0);
		evo_rng_normals(&rng, inputs[EVO_DATA], count, 1);
	}
	rng = evo_rng_stream(probe->seed, "probe noise", 0);
	evo_rng_normals(&rng, inputs[EVO_NOISE], count, 1);
	rng = evo_rng_stream(probe->seed, "probe perturbation", 0);
	evo_rng_normals(&rng, inputs[EVO_PERTURBED], count, PERTURBATION);
	for (size_t i = 0; i < count; i++)
		inputs[EVO_PERTURBED][i] += inputs[EVO_DATA][i];
	return true;
}

unsigned short *evo_probe_labels(const struct evo_probe *probe, const unsigned short *labels)
{
	unsigned short *out = evo_calloc(probe->batch, sizeof(*out));
	struct evo_rng rng = evo_rng_stream(probe->seed, "probe labels", 0);

	for (size_t i = 0; i < probe->batch; i++)
		out[i] = labels != NULL
		                 ? labels[i]
		                 : (unsigned short) evo_rng_below(&rng, probe->macro.classes);
	return out;
}
