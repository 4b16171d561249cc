/*
 * Classic proxies of how differently the images of a batch go through the network: which ReLUs they
 * turn on (nwot, swap). The same passes serve those of the gradients at the input.
 */
#include "config.h"
#include "classic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NWOT     EVO_NEED(EVO_CLASSIC_NWOT)
#define SWAP     EVO_NEED(EVO_CLASSIC_SWAP)
#define JACOBIAN (EVO_NEED(EVO_CLASSIC_JACOV) | EVO_NEED(EVO_CLASSIC_EPE_NAS))

#define WORD        ((size_t) 64)
#define CHUNK       ((size_t) 512) /* places of which patterns are made at a time */
#define BITMAP_MOST ((size_t) 20)  /* images up to which every pattern has its bit */

/* ---- Memory ---------------------------------------------------------------------------------- */

/* The largest value that a ReLU reads, and how many places there are in all, of one image. */
static size_t places(const struct evo_classic *classic, size_t *largest)
{
	size_t sum = 0;

	*largest = 0;
	for (size_t n = 0; n < classic->graph->node_count; n++) {
		const size_t numbers = evo_classic_numbers(classic->graph, n);
		if (!classic->relu_uses[n])
			continue;
		sum += numbers;
		*largest = numbers > *largest ? numbers : *largest;
	}
	return sum;
}

/* Slots of the set of patterns: no more than half of them are ever taken. */
static size_t slot_count(const struct evo_classic *classic)
{
	size_t largest, slots = 64;

	while (slots < 2 * places(classic, &largest))
		slots *= 2;
	return slots;
}

static size_t nwot_bytes(const struct evo_classic *classic)
{
	size_t largest;

	places(classic, &largest);
	return evo_classic_aligned(classic->batch * classic->batch * sizeof(double)) +
	       evo_classic_aligned(classic->batch * evo_sign_words(largest) * sizeof(uint64_t));
}

static size_t set_bytes(const struct evo_classic *classic)
{
	if (classic->batch <= BITMAP_MOST)
		return evo_sign_words((size_t) 1 << classic->batch) * sizeof(uint64_t);
	return slot_count(classic) * evo_sign_words(classic->batch) * sizeof(uint64_t);
}

static size_t swap_bytes(const struct evo_classic *classic)
{
	return evo_classic_aligned(set_bytes(classic)) +
	       evo_classic_aligned(CHUNK * evo_sign_words(classic->batch) * sizeof(uint64_t)) +
	       evo_classic_aligned(evo_sign_words(classic->batch) * sizeof(uint64_t));
}

size_t evo_classic_patterns_plan(struct evo_classic *classic)
{
	const struct evo_graph *graph = classic->graph;
	const bool relus = evo_classic_wants(classic, NWOT | SWAP);
	const bool gradient = evo_classic_wants(classic, JACOBIAN);
	unsigned char *keep = evo_classic_keep(graph, false);
	size_t most = 0;

	classic->relu_uses = evo_calloc(graph->node_count, sizeof *classic->relu_uses);
	for (size_t n = 0; n < graph->node_count && relus; n++) {
		if (graph->nodes[n].op != EVO_OP_RELU)
			continue;
		const size_t input = graph->inputs[graph->nodes[n].first_input];
		classic->relu_uses[input]++;
		keep[input] |= EVO_KEEP_VALUE;
	}
	if (gradient)
		keep[0] |= EVO_KEEP_GRADIENT;
	classic->patterns = evo_session_plan(graph, EVO_F32, classic->batch, keep, gradient);
	free(keep);
	/* What the proxies work in comes where the session has worked before. */
	const size_t bytes[] = {
	        evo_session_work_bytes(classic->patterns),
	        evo_classic_wants(classic, NWOT) ? nwot_bytes(classic) : 0,
	        evo_classic_wants(classic, SWAP) ? swap_bytes(classic) : 0,
	        gradient ? evo_classic_jacobian_bytes(classic) : 0,
	};
	for (size_t i = 0; i < EVO_COUNT(bytes); i++)
		most = bytes[i] > most ? bytes[i] : most;
	return evo_classic_aligned(evo_session_kept_bytes(classic->patterns)) + most;
}

/* ---- nwot ------------------------------------------------------------------------------------ */

static void add_agreement(const struct evo_classic *classic, size_t node, uint64_t *signs,
                          double *matrix)
{
	const float *x = evo_session_value(classic->patterns, node);
	const size_t batch = classic->batch, numbers = evo_classic_numbers(classic->graph, node);
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

static double nwot(const struct evo_classic *classic, char *work)
{
	const size_t batch = classic->batch;
	double *matrix = evo_classic_carve(&work, batch * batch * sizeof(double));
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

/* ---- swap ------------------------------------------------------------------------------------ */

/*
 * A set of patterns of as many bits as there are images: a bit for each that there can be, or slots
 * with open addressing in which no bit at all means free.
 */
struct pattern_set {
	uint64_t *memory;
	size_t slots, width; /* words of a pattern */
	size_t count;
	bool dark; /* the pattern of no bit is in it */
};

static uint64_t mix(const uint64_t *pattern, size_t width)
{
	uint64_t hash = 0;

	for (size_t w = 0; w < width; w++) {
		hash = (hash ^ pattern[w]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash ^ hash >> 32;
}

static bool is_dark(const uint64_t *pattern, size_t width)
{
	uint64_t any = 0;

	for (size_t w = 0; w < width; w++)
		any |= pattern[w];
	return any == 0;
}

static void set_put(struct pattern_set *set, const uint64_t *pattern)
{
	const size_t bytes = set->width * sizeof *pattern;

	if (is_dark(pattern, set->width)) {
		set->count += !set->dark;
		set->dark = true;
		return;
	}
	for (size_t at = mix(pattern, set->width) & (set->slots - 1);;
	     at = (at + 1) & (set->slots - 1)) {
		uint64_t *slot = set->memory + at * set->width;
		if (memcmp(slot, pattern, bytes) == 0)
			return;
		if (!is_dark(slot, set->width))
			continue;
		memcpy(slot, pattern, bytes);
		set->count++;
		return;
	}
}

/* Adds the bit to the pattern of each place where x > 0. */
EVO_CLONES
static void add_image(const float *x, size_t count, unsigned bit, uint64_t *patterns)
{
	for (size_t i = 0; i < count; i++)
		patterns[i] |= (uint64_t) (x[i] > 0) << bit;
}

/* The patterns of `count` places from x on, images `step` numbers apart: word w of place i is
   out[w * CHUNK + i]. */
static void make_patterns(const float *x, size_t step, size_t batch, size_t count, uint64_t *out)
{
	memset(out, 0, CHUNK * evo_sign_words(batch) * sizeof *out);
	for (size_t i = 0; i < batch; i++)
		add_image(x + i * step, count, (unsigned) (i % WORD), out + i / WORD * CHUNK);
}

static void put_patterns(struct pattern_set *set, const uint64_t *patterns, size_t count,
                         uint64_t *one)
{
	for (size_t i = 0; i < count; i++) {
		if (set->slots == 0) {
			set->memory[patterns[i] / WORD] |= UINT64_C(1) << patterns[i] % WORD;
			continue;
		}
		for (size_t w = 0; w < set->width; w++)
			one[w] = patterns[w * CHUNK + i];
		set_put(set, one);
	}
}

static double swap(const struct evo_classic *classic, char *work)
{
	const struct evo_graph *graph = classic->graph;
	const size_t batch = classic->batch, bytes = set_bytes(classic);
	struct pattern_set set = {.memory = evo_classic_carve(&work, bytes),
	                          .slots = batch > BITMAP_MOST ? slot_count(classic) : 0,
	                          .width = evo_sign_words(batch)};
	uint64_t *patterns = evo_classic_carve(&work, CHUNK * set.width * sizeof *patterns);
	uint64_t *one = evo_classic_carve(&work, set.width * sizeof *one);

	memset(set.memory, 0, bytes);
	for (size_t n = 0; n < graph->node_count; n++) {
		const size_t numbers = evo_classic_numbers(graph, n);
		if (!classic->relu_uses[n])
			continue;
		const float *x = evo_session_value(classic->patterns, n);
		for (size_t from = 0; from < numbers; from += CHUNK) {
			const size_t left = numbers - from, some = left < CHUNK ? left : CHUNK;
			make_patterns(x + from, numbers, batch, some, patterns);
			put_patterns(&set, patterns, some, one);
		}
	}
	for (size_t i = 0; i < bytes / sizeof *set.memory && set.slots == 0; i++)
		set.count += (size_t) __builtin_popcountll(set.memory[i]);
	return (double) set.count;
}

/* ---- The passes ------------------------------------------------------------------------------ */

void evo_classic_patterns_run(struct evo_classic *classic,
                              const struct evo_classic_network *network, char *work, double *values)
{
	char *kept = evo_classic_carve(&work, evo_session_kept_bytes(classic->patterns));

	evo_session_place(classic->patterns, kept, work);
	evo_session_forward(classic->patterns, network->parameters, network->input);
	if (evo_classic_wants(classic, JACOBIAN)) {
		evo_session_backward(classic->patterns, network->parameters, NULL);
		evo_classic_jacobian_set(classic, network->labels, work, values);
	}
	if (evo_classic_wants(classic, NWOT))
		evo_classic_set(classic, values, EVO_CLASSIC_NWOT, nwot(classic, work));
	if (evo_classic_wants(classic, SWAP))
		evo_classic_set(classic, values, EVO_CLASSIC_SWAP, swap(classic, work));
}
