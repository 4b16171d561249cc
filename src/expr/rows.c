/*
 * Rows against rows: products, correlations, agreements and activation patterns.
 */
#include "config.h"
#include "kernels.h"
#include "turn.h"

#include <math.h>
#include <string.h>

/* ---- gram and corr --------------------------------------------------------------------------- */

/*
 * Columns come in blocks, which are put into double and turned: all rows' numbers of one column lie
 * side by side, and every column adds its products to what rows have in common. A row of the result
 * fits into vectors then, whatever the number of columns, and what is on both sides of the diagonal
 * is computed once. (A product of matrices would take apart and pack both of its sides, which are
 * the same here, and this costs as much as to multiply a matrix of so few rows.)
 */
#define ROWS    ((size_t) 4)              /* of the result that are computed at a time, */
#define COLUMNS ((size_t) (2 * EVO_FOUR)) /* with so many columns */
#define NUMBERS ((size_t) 4096)           /* of a block, about: half of the first-level cache */

static size_t padded(size_t rows)
{
	return (rows + COLUMNS - 1) / COLUMNS * COLUMNS;
}

/* Columns of a block: a multiple of what is turned at a time. */
static size_t block_columns(size_t rows)
{
	const size_t columns = NUMBERS / padded(rows) / EVO_FOUR * EVO_FOUR;

	return columns < 4 * EVO_FOUR ? 4 * EVO_FOUR : columns;
}

/* Middles, a block, the sums, and room to begin where vectors may. */
size_t evo_gram_work(const struct evo_extent *a)
{
	const size_t rows = evo_rows(a), wide = padded(rows);

	return (wide + block_columns(rows) * wide + wide * wide + EVO_FOUR) * sizeof(double);
}

struct products {
	size_t rows, columns, wide;
	double *middle, *block, *sums; /* wide, block_columns x wide, wide x wide */
};

/* No row has a middle other than 0 yet. */
static struct products products_in(const struct evo_tensor *a, void *work)
{
	const size_t rows = evo_rows(&a->extent), wide = padded(rows);
	const uintptr_t vector = sizeof(evo_four);
	double *begin = work;

	begin += (vector - (uintptr_t) work % vector) % vector / sizeof(*begin);
	const struct products products = {.rows = rows,
	                                  .columns = evo_columns(&a->extent),
	                                  .wide = wide,
	                                  .middle = begin,
	                                  .block = begin + wide,
	                                  .sums = begin + wide + block_columns(rows) * wide};

	memset(begin, 0, wide * sizeof(*begin));
	memset(products.sums, 0, wide * wide * sizeof(*products.sums));
	return products;
}

/* Rows row..row + 4 of a block, as far as four columns at a time go; returns how far. */
EVO_CLONES
static size_t turn_rows(const float *from, size_t step, const double *middle, size_t count,
                        size_t wide, double *out)
{
	const evo_four middles = *(const evo_four *) (const void *) middle;
	evo_four *place = (evo_four *) (void *) out;
	const size_t apart = wide / EVO_FOUR;
	size_t k = 0;

	for (; k + EVO_FOUR <= count; k += EVO_FOUR) {
		evo_turn(from + k, step, place + k * apart, apart);
		for (size_t i = 0; i < EVO_FOUR; i++)
			place[(k + i) * apart] -= middles;
	}
	return k;
}

/* Columns from..from + count of all rows in double, less each row's middle; 0 beyond the rows. */
static void load_block(const struct products *p, const struct evo_tensor *a, size_t from,
                       size_t count)
{
	const bool single = a->extent.rank == 4;

	for (size_t row = 0; row < p->wide; row += EVO_FOUR) {
		const size_t at = row * p->columns + from;
		size_t done = 0;

		if (single && row + EVO_FOUR <= p->rows)
			done = turn_rows(a->single + at, p->columns, p->middle + row, count,
			                 p->wide, p->block + row);
		for (size_t i = row; i < row + EVO_FOUR; i++) {
			for (size_t k = done; k < count; k++) {
				const size_t number = i * p->columns + from + k;

				p->block[k * p->wide + i] =
				        i >= p->rows ? 0
				                     : (single ? (double) a->single[number]
				                               : a->twice[number]) -
				                               p->middle[i];
			}
		}
	}
}

/* Adds a block's products to the sums, on and right of the diagonal. */
EVO_CLONES
static void add_products(const double *block, size_t count, size_t wide, double *sums)
{
	for (size_t row = 0; row < wide; row += ROWS) {
		for (size_t column = row / COLUMNS * COLUMNS; column < wide; column += COLUMNS) {
			evo_four sum[ROWS][2] = {{{0}}};

			for (size_t k = 0; k < count; k++) {
				const double *numbers = block + k * wide;
				const evo_four *others =
				        (const evo_four *) (const void *) (numbers + column);

				for (size_t i = 0; i < ROWS; i++) {
					sum[i][0] += numbers[row + i] * others[0];
					sum[i][1] += numbers[row + i] * others[1];
				}
			}
			for (size_t i = 0; i < ROWS; i++) {
				evo_four *place =
				        (evo_four *) (void *) (sums + (row + i) * wide + column);

				place[0] += sum[i][0];
				place[1] += sum[i][1];
			}
		}
	}
}

/* Every row, less its middle, times every row. */
static void multiply(const struct products *p, const struct evo_tensor *a, double *out)
{
	const size_t most = block_columns(p->rows);

	for (size_t from = 0; from < p->columns; from += most) {
		const size_t count = p->columns - from < most ? p->columns - from : most;

		load_block(p, a, from, count);
		add_products(p->block, count, p->wide, p->sums);
	}
	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0; k < p->rows; k++)
			out[i * p->rows + k] =
			        i <= k ? p->sums[i * p->wide + k] : p->sums[k * p->wide + i];
	}
}

void evo_gram(const struct evo_call *call)
{
	const struct products products = products_in(call->a, call->work);

	multiply(&products, call->a, call->out);
}

void evo_corr(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	const struct products products = products_in(a, call->work);
	double *out = call->out;
	const size_t rows = products.rows, columns = products.columns;
	double *norms = products.middle;

	for (size_t i = 0; i < rows; i++) {
		const double sum = a->extent.rank == 4
		                           ? evo_sum_single(a->single + i * columns, columns)
		                           : evo_sum_double(a->twice + i * columns, columns);

		products.middle[i] = sum / (double) columns;
	}
	multiply(&products, a, out);
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

/* Which numbers of a row are positive, a bit each; bits beyond the row are 0. */
static void load_bits(const struct evo_tensor *a, size_t at, size_t count, uint64_t *out)
{
	if (a->extent.rank == 4) {
		evo_sign_bits(a->single + at, count, out);
		return;
	}
	memset(out, 0, evo_sign_words(count) * sizeof(*out));
	for (size_t i = 0; i < count; i++)
		out[i / 64] |= (uint64_t) (a->twice[at + i] > 0) << i % 64;
}

void evo_agree(const struct evo_call *call)
{
	const struct evo_tensor *a = call->a;
	double *out = call->out;
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);
	const size_t words = evo_sign_words(columns);
	uint64_t *bits = call->work;

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
#define FEW   16 /* rows whose patterns have a bit each in a table that fits into the cache */

static size_t table_words(size_t rows)
{
	return rows < 6 ? 1 : (size_t) 1 << (rows - 6);
}

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
	const size_t rows = evo_rows(a), columns = evo_columns(a);

	return columns * sizeof(uint64_t) +
	       (rows <= FEW ? table_words(rows) * sizeof(uint64_t)
	                    : places_for(columns) * (sizeof(uint64_t) + sizeof(uint32_t)));
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

EVO_CLONES
static void mark_singles(const float *row, size_t count, unsigned bit, uint64_t *keys)
{
	for (size_t i = 0; i < count; i++)
		keys[i] |= (uint64_t) (row[i] > 0) << bit;
}

/* Sets bit `bit` of each column's key where that row is positive. */
static void mark_positive(const struct evo_tensor *a, size_t row, unsigned bit, uint64_t *keys)
{
	const size_t columns = evo_columns(&a->extent), at = row * columns;

	if (a->extent.rank == 4) {
		mark_singles(a->single + at, columns, bit, keys);
		return;
	}
	for (size_t i = 0; i < columns; i++)
		keys[i] |= (uint64_t) (a->twice[at + i] > 0) << bit;
}

/* How many different keys of `rows` bits there are. */
static size_t count_keys(const uint64_t *keys, size_t count, size_t rows, uint64_t *table)
{
	const size_t words = table_words(rows);
	size_t found = 0;

	memset(table, 0, words * sizeof(*table));
	for (size_t i = 0; i < count; i++)
		table[keys[i] / 64] |= UINT64_C(1) << keys[i] % 64;
	for (size_t i = 0; i < words; i++)
		found += (size_t) __builtin_popcountll(table[i]);
	return found;
}

/*
 * A column's pattern so far is a number, so that with the next rows it is a key of 64 bits again:
 * exact for any number of rows.
 */
static double distinct(const struct evo_tensor *a, void *work)
{
	const size_t rows = evo_rows(&a->extent), columns = evo_columns(&a->extent);
	struct patterns patterns = {.places = places_for(columns)};
	uint64_t *keys = work;

	if (rows <= FEW) {
		memset(keys, 0, columns * sizeof(*keys));
		for (size_t row = 0; row < rows; row++)
			mark_positive(a, row, (unsigned) row, keys);
		return (double) count_keys(keys, columns, rows, keys + columns);
	}
	patterns.keys = keys + columns;
	patterns.numbers = (uint32_t *) (patterns.keys + patterns.places);
	memset(keys, 0, columns * sizeof(*keys));
	for (size_t from = 0; from < rows; from += GROUP) {
		const size_t end = rows - from < GROUP ? rows : from + GROUP;

		for (size_t row = from; row < end; row++)
			mark_positive(a, row, (unsigned) (row - from), keys);
		patterns.count = 0;
		memset(patterns.numbers, 0, patterns.places * sizeof(*patterns.numbers));
		for (size_t i = 0; i < columns; i++)
			keys[i] = (uint64_t) number_of(&patterns, keys[i]) << GROUP;
	}
	return (double) patterns.count;
}

void evo_distinct(const struct evo_call *call)
{
	call->result->scalar = distinct(call->a, call->work);
}
