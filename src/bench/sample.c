/*
 * Samples. Every candidate gets a random key that only its own text, the seed and the purpose
 * decide, and the smallest keys are the sample: it does not matter what else is in the table.
 */
#include "config.h"

#include "evoscope/bench.h"

#include <stdlib.h>
#include <string.h>

struct sample_candidate {
	uint64_t key;
	const char *text; /* settles equal keys */
	size_t row, function;
};

static int by_key(const void *left, const void *right)
{
	const struct sample_candidate *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* The rows of the first `count` candidates by key (all for 0), which are freed. functions: how many
   there are, of each of which at most `copies` are taken (any number for 0). */
static size_t *draw(struct sample_candidate *candidates, size_t total, size_t count,
                    size_t functions, size_t copies, uint64_t seed, const char *purpose,
                    size_t *got)
{
	size_t *taken = evo_calloc(functions + 1, sizeof(*taken));
	size_t wanted = count == 0 || count > total ? total : count;
	size_t *rows = evo_calloc(wanted + 1, sizeof(*rows));

	for (size_t i = 0; i < total; i++) {
		struct evo_rng rng =
		        evo_rng_stream(seed, purpose, evo_hash_text(candidates[i].text));

		candidates[i].key = evo_rng_u64(&rng);
	}
	qsort(candidates, total, sizeof(*candidates), by_key);
	*got = 0;
	for (size_t i = 0; i < total && *got < wanted; i++) {
		if (copies == 0 || taken[candidates[i].function]++ < copies)
			rows[(*got)++] = candidates[i].row;
	}
	free(taken);
	free(candidates);
	return rows;
}

static bool in_split(const struct evo_row *row, enum evo_split split)
{
	return split == EVO_ALL || row->split == split;
}

size_t *evo_benchmark_sample(const struct evo_benchmark *benchmark, enum evo_split split,
                             size_t count, uint64_t seed, const char *purpose, size_t *got)
{
	struct sample_candidate *candidates =
	        evo_calloc(benchmark->row_count + 1, sizeof(*candidates));
	size_t total = 0, seen = 0;

	/* Functions are numbered by first appearance, so a row begins one when its number is
	   new. */
	for (size_t i = 0; i < benchmark->row_count; i++) {
		const struct evo_row *row = &benchmark->rows[i];

		if (row->function_id < seen)
			continue;
		seen++;
		if (in_split(row, split))
			candidates[total++] =
			        (struct sample_candidate){.text = row->function, .row = i};
	}
	return draw(candidates, total, count, 0, 0, seed, purpose, got);
}

size_t *evo_benchmark_strings(const struct evo_benchmark *benchmark, enum evo_split split,
                              size_t count, size_t copies, uint64_t seed, const char *purpose,
                              size_t *got)
{
	struct sample_candidate *candidates =
	        evo_calloc(benchmark->row_count + 1, sizeof(*candidates));
	size_t total = 0;

	for (size_t i = 0; i < benchmark->row_count; i++) {
		const struct evo_row *row = &benchmark->rows[i];

		if (in_split(row, split))
			candidates[total++] = (struct sample_candidate){
			        .text = row->architecture, .row = i, .function = row->function_id};
	}
	return draw(candidates, total, count, benchmark->function_count, copies, seed, purpose,
	            got);
}

size_t evo_benchmark_row(const struct evo_benchmark *benchmark, const char *architecture)
{
	/* The index numbers architectures as the table's rows are numbered. */
	return evo_index_find(benchmark->index, architecture);
}
