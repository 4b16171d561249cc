/*
 * Golden networks: weights, inputs and every tensor as an independent implementation computed
 * them, read from a folder with one folder a network (net00, net01, ...). The folder is
 * $EVOSCOPE_GOLDEN, else ../shared/golden beside the source tree.
 */
#ifndef EVO_TESTS_GOLDEN_H
#define EVO_TESTS_GOLDEN_H

#include "evoscope/parameters.h"
#include "evoscope/space.h"

struct golden_tensor {
	char name[64];
	size_t dims[4], count;
	const float *values;
};

struct golden {
	char name[16]; /* "net00" */
	char architecture[160];
	struct evo_macro macro;
	size_t batch;
	size_t parameters, units;
	struct golden_tensor *tensors;
	size_t tensor_count;
	float *numbers;
};

/* How many golden networks there are; says on standard error when there are none. */
size_t golden_total(void);

/* The path of a file of the index-th network; caller frees. */
char *golden_path(size_t index, const char *file);

/* Aborts with a message on files that are not as they should be. */
struct golden *golden_read(size_t index);
void golden_destroy(struct golden *golden);

/* NULL when there is no tensor of that name. */
const struct golden_tensor *golden_find(const struct golden *golden, const char *name);

/* A tensor that has to be there; the name is made as printf does. */
const struct golden_tensor *golden_tensor(const struct golden *golden, const char *format, ...)
        EVO_PRINTF(2, 3);

/* A value of proxies.txt; NaN when it is not listed. */
double golden_proxy(size_t index, const char *name);

/* Sets parameters to the golden weights, BatchNorm to 1 and 0. */
void golden_parameters(const struct golden *golden, const struct evo_graph *graph,
                       struct evo_parameters *parameters);

/* The classes of the batch's images; caller frees. */
unsigned short *golden_labels(const struct golden *golden);

/* A tensor in the precision asked for; caller frees. */
void *golden_copy(const struct golden_tensor *tensor, enum evo_precision precision);

#endif
