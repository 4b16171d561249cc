/*
 * Rows against rows: products, correlations, agreements and activation patterns.
 */
#include "config.h"
#include "kernels.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* ---- gram and corr --------------------------------------------------------------------------- */

#define BLOCK 256 /* columns that are converted to double and multiplied at a time */

size_t evo_gram_work(const struct evo_extent *a)
{
	return evo_rows(a) * (BLOCK + 1) * sizeof(double);
}

EVO_CLONES
static void widen(const float *from, double middle, size_t count, double *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (double) from[i] - middle;
}

/* Columns from..from + count of all rows in double, less each row's middle. */
static void load_columns(const struct evo_value *a, const double *middle, size_t from, size_t count,
                         double *out)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);

	for (size_t i = 0; i < rows; i++, out += count) {
		const size_t at = i * columns + from;

		if (a->extent.rank == 4)
			widen(a->single + at, middle[i], count, out);
		else
			for (size_t k = 0; k < count; k++)
				out[k] = a->twice[at + k] - middle[i];
	}
}

static void products(const struct evo_value *a, const double *middle, double *block, double *out)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);

	for (size_t from = 0; from < columns; from += BLOCK) {
		const size_t count = columns - from < BLOCK ? columns - from : BLOCK;

		load_columns(a, middle, from, count, block);
		cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int) rows, (int) count, 1,
		            block, (int) count, from > 0, out, (int) rows);
	}
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < i; k++)
			out[i * rows + k] = out[k * rows + i];
	}
}

void evo_gram(const struct evo_value *a, double *out, void *work)
{
	const size_t rows = evo_rows(&a->extent);
	double *middle = work;

	memset(middle, 0, rows * sizeof *middle);
	products(a, middle, middle + rows, out);
}

void evo_corr(const struct evo_value *a, double *out, void *work)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);
	double *middle = work, *norms = work;

	for (size_t i = 0; i < rows; i++) {
		const double sum = a->extent.rank == 4
		                           ? evo_sum_single(a->single + i * columns, columns)
		                           : evo_sum_double(a->twice + i * columns, columns);

		middle[i] = sum / (double) columns;
	}
	products(a, middle, middle + rows, out);
	for (size_t i = 0; i < rows; i++) {
		const double norm = sqrt(out[i * rows + i]);

		norms[i] = norm < 1e-8 ? 1e-8 : norm;
	}
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < rows; k++)
			out[i * rows + k] = out[i * rows + k] / norms[i] / norms[k];
	}
}

/* ---- agree ----------------------------------------------------------------------------------- */

size_t evo_agree_work(const struct evo_extent *a)
{
	return evo_rows(a) * evo_sign_words(evo_columns(a)) * sizeof(uint64_t);
}

static bool positive(const struct evo_value *a, size_t at)
{
	return a->extent.rank == 4 ? a->single[at] > 0 : a->twice[at] > 0;
}

/* Which numbers of a row are positive, a bit each; bits beyond the row are 0. */
static void load_bits(const struct evo_value *a, size_t at, size_t count, uint64_t *out)
{
	if (a->extent.rank == 4) {
		evo_sign_bits(a->single + at, count, out);
		return;
	}
	memset(out, 0, evo_sign_words(count) * sizeof *out);
	for (size_t i = 0; i < count; i++)
		out[i / 64] |= (uint64_t) (a->twice[at + i] > 0) << i % 64;
}

void evo_agree(const struct evo_value *a, double *out, void *work)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);
	const size_t words = evo_sign_words(columns);
	uint64_t *bits = work;

	for (size_t i = 0; i < rows; i++) {
		load_bits(a, i * columns, columns, bits + i * words);
		for (size_t k = 0; k <= i; k++) {
			const size_t differ =
			        evo_bits_apart(bits + i * words, bits + k * words, words);

			out[i * rows + k] = out[k * rows + i] = (double) (columns - differ);
		}
	}
}

/* ---- distinct -------------------------------------------------------------------------------- */

#define GROUP 32 /* rows whose signs are put into a pattern at a time */

/* An open hash table of the patterns that have been seen, each with its number. */
struct patterns {
	uint64_t *keys;
	uint32_t *numbers; /* from 1; 0 where the place is free */
	size_t places, count;
};

static size_t places_for(size_t columns)
{
	size_t places = 16;

	while (places < 2 * columns)
		places *= 2;
	return places;
}

size_t evo_distinct_work(const struct evo_extent *a)
{
	const size_t columns = evo_columns(a);

	return columns * sizeof(uint64_t) +
	       places_for(columns) * (sizeof(uint64_t) + sizeof(uint32_t));
}

static uint32_t number_of(struct patterns *patterns, uint64_t key)
{
	const size_t mask = patterns->places - 1;
	size_t at = (size_t) ((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;

	while (patterns->numbers[at] != 0 && patterns->keys[at] != key)
		at = (at + 1) & mask;
	if (patterns->numbers[at] == 0) {
		patterns->keys[at] = key;
		patterns->numbers[at] = (uint32_t) ++patterns->count;
	}
	return patterns->numbers[at];
}

/* Sets bit `bit` of each column's key where that row is positive. */
static void mark_positive(const struct evo_value *a, size_t row, unsigned bit, uint64_t *keys)
{
	const size_t columns = evo_columns(&a->extent), at = row * columns;

	for (size_t i = 0; i < columns; i++)
		keys[i] |= (uint64_t) positive(a, at + i) << bit;
}

/*
 * A column's pattern so far is a number, so that with the next rows it is a key of 64 bits again:
 * exact for any number of rows.
 */
double evo_distinct(const struct evo_value *a, void *work)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);
	struct patterns patterns = {.places = places_for(columns)};
	uint64_t *keys = work;

	patterns.keys = keys + columns;
	patterns.numbers = (uint32_t *) (patterns.keys + patterns.places);
	memset(keys, 0, columns * sizeof *keys);
	for (size_t from = 0; from < rows; from += GROUP) {
		const size_t end = rows - from < GROUP ? rows : from + GROUP;

		for (size_t row = from; row < end; row++)
			mark_positive(a, row, (unsigned) (row - from), keys);
		patterns.count = 0;
		memset(patterns.numbers, 0, patterns.places * sizeof *patterns.numbers);
		for (size_t i = 0; i < columns; i++)
			keys[i] = (uint64_t) number_of(&patterns, keys[i]) << GROUP;
	}
	return (double) patterns.count;
}
