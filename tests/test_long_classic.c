/*
 * The classic proxies of 300 NAS-Bench-201 networks at the paper's size against the values that
 * NAS-Bench-Suite-Zero (Krishnakumar et al., NeurIPS 2022) publishes, by rank: its weights and its
 * order of images are not ours. Some minutes on a few threads.
 *
 * usage: test_long_classic [BATCH]   (without: 16, as a probe has; theirs is 64)
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/proxy.h"
#include "evoscope/store.h"
#include "evoscope/rank.h"
#include "evoscope/image_files.h"
#include "evoscope/scoring.h"

#define NETWORKS 300
#define EVERY    15 /* rows of the table from one that is taken to the next */

static size_t batch = 16;

/* Columns of the table, and how well ours has to order the networks as theirs does. Those that
   have no bound are noise of a few images, or cancel, by nature: they are shown. */
static const struct {
	const char *name;
	double least;
} columns[] = {
        {"params", 0.95},    {"flops", -1},    {"synflow", 0.95}, {"nwot", 0.95}, {"snip", 0.93},
        {"grad_norm", 0.93}, {"fisher", 0.93}, {"l2_norm", 0.9},  {"grasp", -1},  {"plain", -1},
        {"jacov", -1},       {"epe_nas", -1},  {"zen", -1},
};
#define COLUMNS EVO_COUNT(columns)

struct table {
	size_t field[COLUMNS], architecture; /* where the header has them */
	size_t rows, count;
	char *architectures[NETWORKS];
	double values[COLUMNS][NETWORKS];
};

static bool read_row(void *context, size_t line, size_t count, char *const *fields,
                     struct evo_error *err)
{
	struct table *table = context;

	for (size_t i = 0; i < count && line == 1; i++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			if (strcmp(fields[i], columns[c].name) == 0)
				table->field[c] = i;
		}
		if (strcmp(fields[i], "net_str") == 0)
			table->architecture = i;
	}
	if (line == 1 || table->rows++ % EVERY != 0 || table->count == NETWORKS)
		return true;
	for (size_t c = 0; c < COLUMNS; c++) {
		if (table->field[c] >= count ||
		    !evo_number_parse(fields[table->field[c]], &table->values[c][table->count],
		                      err))
			return evo_fail(err, EVO_E_INPUT, "line %zu: no %s", line, columns[c].name);
	}
	table->architectures[table->count++] = evo_strdup(fields[table->architecture]);
	return true;
}

/* NULL when it is not on this machine; caller frees. */
static char *shared(const char *name)
{
	const char *moved = getenv("EVOSCOPE_SHARED_DATA");
	char *path = moved != NULL ? evo_path_join(moved, name)
	                           : evo_format("%s/../shared/data/%s", EVO_SOURCE_DIR, name);

	if (evo_path_exists(path))
		return path;
	fprintf(stderr, "%s is not there: not compared\n", path);
	free(path);
	return NULL;
}

static struct evo_images read_images(const char *path)
{
	const struct evo_cifar_format *format = evo_cifar_format(EVO_IMAGES_CIFAR10);
	struct evo_images images;
	struct evo_error err = {0};
	size_t count;
	char hash[17];
	unsigned char *records = evo_cifar_take(format, path, &count, hash, &err);

	assert_non_null(records);
	assert_true(count >= batch);
	assert_true(evo_cifar_decode(records, batch, format->classes, &images, &err));
	free(records);
	return images;
}

static struct evo_store *store_of(const struct table *table, const struct evo_images *images,
                                  unsigned threads, size_t networks[NETWORKS])
{
	struct evo_probe probe = {.space = evo_space_find("nb201", NULL),
	                          .batch = batch,
	                          .seed = 1,
	                          .source = "images"};
	struct evo_error err = {0};
	struct evo_store *store = evo_store_create(evo_memory() / 2, threads, &err);
	size_t number;

	probe.macro = probe.space->paper;
	assert_true(evo_store_probe(store, &probe, images->pixels, images->labels, &number, &err));
	for (size_t i = 0; i < table->count; i++)
		assert_true(evo_store_network(store, number, table->architectures[i], &networks[i],
		                              &err));
	return store;
}

static void score(const struct table *table, const struct evo_images *images,
                  double scores[COLUMNS][NETWORKS])
{
	const unsigned threads = evo_cores();
	struct evo_error err = {0};
	struct evo_pool *pool = evo_pool_create(threads, &err);
	size_t networks[NETWORKS];
	struct evo_store *store = store_of(table, images, threads, networks);
	struct evo_scorer *scorer = evo_scorer_create(store, pool);
	struct evo_tree *trees = evo_calloc(COLUMNS, sizeof(*trees));
	const struct evo_tree *pointers[COLUMNS];
	static double rows[NETWORKS][COLUMNS];
	const double begin = evo_now();

	for (size_t c = 0; c < COLUMNS; c++) {
		assert_true(evo_proxy_parse(columns[c].name, &trees[c], &err));
		pointers[c] = &trees[c];
	}
	struct evo_scoring *scoring = evo_scoring_start(scorer, EVO_PRIORITY_SEARCH, pointers,
	                                                COLUMNS, networks, table->count, rows[0]);
	if (!evo_scoring_finish(scoring, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < table->count; i++)
		for (size_t c = 0; c < COLUMNS; c++)
			scores[c][i] = rows[i][c];
	printf("%zu networks, batch %zu, %u threads: %.0f seconds\n", table->count, batch, threads,
	       evo_now() - begin);
	evo_scorer_destroy(scorer);
	evo_store_destroy(store);
	evo_pool_destroy(pool);
	free(trees);
}

static void published_values_are_in_our_order(void **state)
{
	static struct table table;
	static double scores[COLUMNS][NETWORKS];
	char *csv = shared("nb201/nbsuite_zero_cifar10.csv");
	char *file = shared("cifar10/data_batch_1.bin");
	struct evo_error err = {0};
	size_t below = 0;

	(void) state;
	if (csv == NULL || file == NULL) {
		free(csv);
		free(file);
		skip();
	}
	if (!evo_csv_read(csv, read_row, &table, &err))
		fail_msg("%s", err.message);
	assert_int_equal(table.count, NETWORKS);
	struct evo_images images = read_images(file);
	score(&table, &images, scores);
	for (size_t c = 0; c < COLUMNS; c++) {
		const double rho = evo_spearman(table.count, scores[c], table.values[c]);
		const bool bound = columns[c].least > -1;
		printf("%-10s Spearman %.3f", columns[c].name, rho);
		printf(bound ? ", at least %.2f is asked\n" : "\n", columns[c].least);
		below += bound && rho < columns[c].least;
	}
	assert_int_equal(below, 0);
	for (size_t i = 0; i < table.count; i++)
		free(table.architectures[i]);
	evo_images_clear(&images);
	free(csv);
	free(file);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(published_values_are_in_our_order),
	};
	int64_t number;

	if (argc > 1 && evo_integer_parse(argv[1], 1, EVO_PROBE_IMAGES, &number, NULL))
		batch = (size_t) number;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
