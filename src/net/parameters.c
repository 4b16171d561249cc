/* Weights of one network in one precision, and their initial values. */
#include "config.h"

#include "evoscope/parameters.h"

#include <math.h>
#include <stdlib.h>

size_t evo_precision_size(enum evo_precision precision)
{
	return precision == EVO_F64 ? sizeof(double) : sizeof(float);
}

bool evo_parameters_init(struct evo_parameters *parameters, const struct evo_graph *graph,
                         enum evo_precision precision, struct evo_error *err)
{
	size_t count = graph->parameter_total;
	parameters->precision = precision;
	parameters->count = count;
	parameters->values = evo_big_alloc((count ? count : 1) * evo_precision_size(precision),
	                                   "network weights", err);
	return parameters->values != NULL;
}

void evo_parameters_clear(struct evo_parameters *parameters)
{
	free(parameters->values);
	parameters->values = NULL;
	parameters->count = 0;
}

void *evo_parameter_values(const struct evo_parameters *parameters,
                           const struct evo_parameter *parameter)
{
	char *values = parameters->values;
	return values + parameter->offset * evo_precision_size(parameters->precision);
}

static void fill(const struct evo_parameters *parameters, const struct evo_parameter *parameter,
                 double value)
{
	void *values = evo_parameter_values(parameters, parameter);
	for (size_t i = 0; i < parameter->count; i++)
		if (parameters->precision == EVO_F64)
			((double *) values)[i] = value;
		else
			((float *) values)[i] = (float) value;
}

/* Single precision numbers in both precisions, so that a network is the same network in either. */
static void fill_normal(const struct evo_parameters *parameters,
                        const struct evo_parameter *parameter, const char *name, uint64_t seed,
                        double deviation)
{
	char *purpose = evo_format("weights %s %s", name, parameter->name);
	struct evo_rng rng = evo_rng_stream(seed, purpose, 0);
	void *values = evo_parameter_values(parameters, parameter);
	if (parameters->precision == EVO_F32)
		evo_rng_normals(&rng, values, parameter->count, deviation);
	else {
		float chunk[256];
		for (size_t i = 0; i < parameter->count; i += EVO_COUNT(chunk)) {
			size_t left = parameter->count - i;
			size_t some = left < EVO_COUNT(chunk) ? left : EVO_COUNT(chunk);
			evo_rng_normals(&rng, chunk, some, deviation);
			for (size_t k = 0; k < some; k++)
				((double *) values)[i + k] = (double) chunk[k];
		}
	}
	free(purpose);
}

void evo_parameters_random(struct evo_parameters *parameters, const struct evo_graph *graph,
                           const char *name, uint64_t seed)
{
	for (size_t i = 0; i < graph->parameter_count; i++) {
		const struct evo_parameter *p = &graph->parameters[i];
		switch (p->kind) {
		case EVO_CONV_WEIGHT: {
			double fan_out = (double) (p->dims[0] * p->dims[2] * p->dims[3]);
			fill_normal(parameters, p, name, seed, sqrt(2.0 / fan_out));
			break;
		}
		case EVO_FC_WEIGHT:
			fill_normal(parameters, p, name, seed, 0.01);
			break;
		case EVO_BN_SCALE:
			fill(parameters, p, 1);
			break;
		case EVO_BN_SHIFT:
		case EVO_FC_BIAS:
			fill(parameters, p, 0);
			break;
		}
	}
}
