/*
 * nwot: log |det K|, K counting for each two images the places at the inputs of all ReLUs where
 * both are above 0 or neither is; -inf when K is singular.
 *
 * Mellor, Turner, Storkey and Crowley, "Neural Architecture Search without Training", ICML 2021.
 */
#include "config.h"
#include "evoscope/algebra.h"
#include "classic.h"

#include <string.h>

static size_t plan(const struct evo_classic *classic)
{
	size_t largest;

	classic_places(classic, &largest);
	return classic_aligned(classic->batch * classic->batch * sizeof(double)) +
	       classic->batch * evo_sign_words(largest) * sizeof(uint64_t);
}

static void add_agreement(const struct evo_classic *classic, size_t node, uint64_t *signs,
                          double *matrix)
{
	const float *x = evo_session_value(classic->logits, node);
	const size_t batch = classic->batch, numbers = classic_numbers(classic->graph, node);
	const size_t row = evo_sign_words(numbers), uses = classic->relu_uses[node];

	for (size_t i = 0; i < batch; i++)
		evo_sign_bits(x + i * numbers, numbers, signs + i * row);
	for (size_t i = 0; i < batch; i++) {
		for (size_t j = 0; j <= i; j++) {
			const size_t apart = evo_bits_apart(signs + i * row, signs + j * row, row);
			matrix[i * batch + j] += (double) (uses * (numbers - apart));
		}
	}
}

static double run(const struct evo_classic *classic, char *work)
{
	const size_t batch = classic->batch;
	double *matrix = classic_carve(&work, batch * batch * sizeof(double));
	uint64_t *signs = (uint64_t *) (void *) work;

	memset(matrix, 0, batch * batch * sizeof(double));
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		if (classic->relu_uses[n])
			add_agreement(classic, n, signs, matrix);
	}
	for (size_t i = 0; i < batch; i++) {
		for (size_t j = 0; j < i; j++)
			matrix[j * batch + i] = matrix[i * batch + j];
	}
	/* Images that are alike to every ReLU make it singular. */
	return evo_determinant_of(matrix, batch).magnitude;
}

const struct classic_row evo_classic_nwot = {
        .help = "log determinant of agreeing ReLU patterns, image by image",
        .source = "Mellor et al., NAS without Training, ICML 2021",
        .reads = CLASSIC_RELUS,
        .plan = plan,
        .run = run,
};
