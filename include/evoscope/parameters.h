/*
 * parameters: the weights of one network in single or double precision, and their initial values.
 *
 * They belong to a graph, but know no batch size. Like a graph they may be read by any number of
 * threads.
 */
#ifndef EVOSCOPE_PARAMETERS_H
#define EVOSCOPE_PARAMETERS_H

#include "evoscope/graph.h"

enum evo_precision {
	EVO_F32,
	EVO_F64
};
size_t evo_precision_size(enum evo_precision precision); /* bytes of one number */

/* All trainable numbers of one network, one after the other as the graph lists them. */
struct evo_parameters {
	enum evo_precision precision;
	size_t count;
	void *values;
};
bool evo_parameters_init(struct evo_parameters *parameters, const struct evo_graph *graph,
                         enum evo_precision precision, struct evo_error *err);
void evo_parameters_clear(struct evo_parameters *parameters);
void *evo_parameter_values(const struct evo_parameters *parameters,
                           const struct evo_parameter *parameter);

/*
 * Initial weights: convolutions Kaiming normal, fan-out, gain sqrt(2) (He et al. 2015; standard
 * deviation sqrt(2 / (O k k))), BatchNorm 1 and 0, linear normal with standard deviation 0.01 and
 * bias 0. Each parameter comes from the stream (seed, "weights NAME PARAMETER", 0), NAME being the
 * architecture's text: it depends on nothing else.
 */
void evo_parameters_random(struct evo_parameters *parameters, const struct evo_graph *graph,
                           const char *name, uint64_t seed);

#endif
