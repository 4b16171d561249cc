/*
 * swap: how many different on-off patterns across the batch there are among all ReLUs' outputs.
 *
 * Peng, Song, Fayek, Ciesielski and Chang, "SWAP-NAS: Sample-Wise Activation Patterns for
 * Ultra-fast NAS", ICLR 2024.
 */
#include "config.h"
#include "evoscope/algebra.h"
#include "classic.h"

#include <string.h>

#define WORD        ((size_t) 64)
#define CHUNK       ((size_t) 512) /* places of which patterns are made at a time */
#define BITMAP_MOST ((size_t) 20)  /* images up to which every pattern has its bit */

/* Slots of the set of patterns: no more than half of them are ever taken. */
static size_t slot_count(const struct evo_classic *classic)
{
	size_t largest, slots = 64;

	while (slots < 2 * classic_places(classic, &largest))
		slots *= 2;
	return slots;
}

static size_t set_bytes(const struct evo_classic *classic)
{
	if (classic->batch <= BITMAP_MOST)
		return evo_sign_words((size_t) 1 << classic->batch) * sizeof(uint64_t);
	return slot_count(classic) * evo_sign_words(classic->batch) * sizeof(uint64_t);
}

static size_t plan(const struct evo_classic *classic)
{
	return classic_aligned(set_bytes(classic)) +
	       classic_aligned(CHUNK * evo_sign_words(classic->batch) * sizeof(uint64_t)) +
	       classic_aligned(evo_sign_words(classic->batch) * sizeof(uint64_t));
}

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
	const size_t bytes = set->width * sizeof(*pattern);

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
	memset(out, 0, CHUNK * evo_sign_words(batch) * sizeof(*out));
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

static double run(const struct evo_classic *classic, char *work)
{
	const struct evo_graph *graph = classic->graph;
	const size_t batch = classic->batch, bytes = set_bytes(classic);
	struct pattern_set set = {.memory = classic_carve(&work, bytes),
	                          .slots = batch > BITMAP_MOST ? slot_count(classic) : 0,
	                          .width = evo_sign_words(batch)};
	uint64_t *patterns = classic_carve(&work, CHUNK * set.width * sizeof(*patterns));
	uint64_t *one = classic_carve(&work, set.width * sizeof(*one));

	memset(set.memory, 0, bytes);
	for (size_t n = 0; n < graph->node_count; n++) {
		const size_t numbers = classic_numbers(graph, n);
		if (!classic->relu_uses[n])
			continue;
		const float *x = evo_session_value(classic->logits, n);
		for (size_t from = 0; from < numbers; from += CHUNK) {
			const size_t left = numbers - from, some = left < CHUNK ? left : CHUNK;
			make_patterns(x + from, numbers, batch, some, patterns);
			put_patterns(&set, patterns, some, one);
		}
	}
	for (size_t i = 0; i < bytes / sizeof(*set.memory) && set.slots == 0; i++)
		set.count += (size_t) __builtin_popcountll(set.memory[i]);
	return (double) set.count;
}

const struct classic_row evo_classic_swap = {
        .help = "different on-off patterns of all ReLUs across the batch",
        .source = "Peng et al., SWAP-NAS, ICLR 2024",
        .reads = CLASSIC_RELUS,
        .plan = plan,
        .run = run,
};
