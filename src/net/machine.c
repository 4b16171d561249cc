/* What this machine can do, to hold the engine against. */
#include "config.h"

#include "evoscope/blas.h"
#include "evoscope/profile.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#define SIDE       768
#define COPY_BYTES ((size_t) 64 << 20)

double evo_sgemm_peak(double seconds)
{
	struct evo_error ignored = {0};
	size_t count = (size_t) SIDE * SIDE;
	float *memory = evo_big_alloc(3 * count * sizeof(float), "matrices", &ignored);
	double best = 0;
	if (!memory)
		return 0;
	evo_blas_name(); /* holds it to one thread */
	for (size_t i = 0; i < 3 * count; i++)
		memory[i] = (float) (i % 7) - 3;
	for (double first = evo_now(), begin = first; begin < first + seconds; begin = evo_now()) {
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, memory,
		            SIDE, memory + count, SIDE, 0, memory + 2 * count, SIDE);
		double rate = 2.0 * SIDE * SIDE * SIDE / (evo_now() - begin);
		if (rate > best)
			best = rate;
	}
	free(memory);
	return best;
}

double evo_copy_bandwidth(double seconds)
{
	struct evo_error ignored = {0};
	char *memory = evo_big_alloc(2 * COPY_BYTES, "blocks to copy", &ignored);
	double best = 0;
	if (!memory)
		return 0;
	memset(memory, 1, 2 * COPY_BYTES);
	for (double first = evo_now(), begin = first; begin < first + seconds; begin = evo_now()) {
		memcpy(memory, memory + COPY_BYTES, COPY_BYTES);
		/* The copy's effect is looked at, so that it cannot be left out. */
		double rate = memory[COPY_BYTES - 1]
		                      ? 2.0 * (double) COPY_BYTES / (evo_now() - begin)
		                      : 0;
		if (rate > best)
			best = rate;
	}
	free(memory);
	return best;
}
