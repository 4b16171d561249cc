/*
 * Some rows of a benchmark: trained again to be held against its table, or ahead of a whole build.
 * And the settings of a benchmark that was built, so that they need not be repeated.
 */
#include "config.h"

#include "evoscope/bench_table.h"
#include "configuration.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

/* ---- Settings -------------------------------------------------------------------------------- */

/* What must be there to train as the manifest says. */
static bool says_how(const struct evo_bench_manifest *manifest)
{
	const struct evo_benchmark_training *training = &manifest->training;
	const size_t sizes[] = {training->networks,     training->seeds,       training->first_seed,
	                        training->train_images, training->test_images, training->epochs,
	                        training->batch,        training->flip,        training->shift};

	for (size_t i = 0; i < EVO_COUNT(sizes); i++)
		if (sizes[i] == EVO_BENCH_ABSENT)
			return false;
	if (!(training->rate >= 0 && training->momentum >= 0 && training->weight_decay >= 0))
		return false;
	return (manifest->task != NULL && manifest->task_seed != EVO_BENCH_ABSENT) ||
	       (training->train_files != NULL && training->test_files != NULL &&
	        manifest->data_hash != NULL && manifest->sample_seed != EVO_BENCH_ABSENT);
}

/* The names in a list with | between, which the built keeps. */
static const char *const *split(struct evo_built *built, size_t which, const char *text,
                                size_t *count)
{
	char *rest;

	*count = 0;
	if (text == NULL)
		return NULL;
	rest = built->texts[2 + which] = evo_strdup(text);
	for (char *word; (word = strsep(&rest, "|")) != NULL;) {
		built->files[which] =
		        evo_realloc(built->files[which], *count + 1, sizeof(*built->files[which]));
		built->files[which][(*count)++] = word;
	}
	return built->files[which];
}

static void take_settings(struct evo_built *built, const struct evo_bench_manifest *manifest)
{
	const struct evo_benchmark_training *training = &manifest->training;
	struct evo_build *build = &built->build;

	build->networks =
	        training->wanted != EVO_BENCH_ABSENT ? training->wanted : training->networks;
	build->seeds = training->seeds;
	build->macro = (struct evo_macro){manifest->channels, manifest->cells, manifest->side,
	                                  manifest->classes};
	build->how = (struct evo_training){.epochs = training->epochs,
	                                   .batch = training->batch,
	                                   .rate = training->rate,
	                                   .momentum = training->momentum,
	                                   .weight_decay = training->weight_decay,
	                                   .flip = training->flip != 0,
	                                   .shift = training->shift,
	                                   .seed = training->first_seed};
	build->train_images = training->train_images;
	build->test_images = training->test_images;
	build->seed = manifest->task != NULL ? manifest->task_seed : manifest->sample_seed;
	if (manifest->task != NULL) {
		build->task = built->texts[1] = evo_strdup(manifest->task);
		return;
	}

	struct evo_image_files *train = &build->train_files, *test = &build->test_files;

	train->images = split(built, 0, training->train_files, &train->image_count);
	train->labels = split(built, 1, training->train_labels, &train->label_count);
	test->images = split(built, 2, training->test_files, &test->image_count);
	test->labels = split(built, 3, training->test_labels, &test->label_count);
}

/* Where it is: an unfinished one of the user's stands before an embedded one. */
static char *find_folder(const char *name, const char *folder, struct evo_error *err)
{
	char *own = folder != NULL ? evo_strdup(folder) : evo_bench_user_folder(name);
	char *journal = evo_path_join(own, EVO_BENCH_JOURNAL);
	bool begun = evo_path_exists(journal), embedded;

	free(journal);
	if (evo_bench_folder_holds(own))
		return own;
	if (folder != NULL || begun)
		evo_fail_at(err, EVO_E_NOT_FOUND, own, 0, 0, "no benchmark is there");
	free(own);
	return folder != NULL || begun ? NULL : evo_bench_folder_find(name, &embedded, err);
}

struct evo_built *evo_built_load(const char *name, const char *folder, struct evo_error *err)
{
	struct evo_bench_manifest manifest;
	struct evo_built *built;
	char *where, *path;
	bool done;

	if (!evo_bench_name_check(name, err) || (where = find_folder(name, folder, err)) == NULL)
		return NULL;
	built = evo_calloc(1, sizeof(*built));
	built->texts[0] = where;
	built->texts[6] = evo_strdup(name);
	built->build = evo_build_default();
	built->build.name = built->texts[6];
	built->build.folder = where;
	path = evo_path_join(where, EVO_BENCH_MANIFEST);
	evo_bench_manifest_init(&manifest);
	done = evo_bench_manifest_read(&manifest, path, err);
	if (done && !says_how(&manifest))
		done = evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "this benchmark does not say how its networks were trained");
	if (done)
		take_settings(built, &manifest);
	evo_bench_manifest_clear(&manifest);
	free(path);
	if (done)
		return built;
	evo_built_destroy(built);
	return NULL;
}

void evo_built_destroy(struct evo_built *built)
{
	if (built == NULL)
		return;
	for (size_t i = 0; i < EVO_COUNT(built->texts); i++)
		free(built->texts[i]);
	for (size_t i = 0; i < EVO_COUNT(built->files); i++)
		free(built->files[i]);
	free(built);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The rows of a finished benchmark, none of which counts as trained. */
static bool take_table(struct build_work *work, struct evo_bench_seed_table *table,
                       struct evo_error *err)
{
	char *path = evo_path_join(work->folder, EVO_BENCH_TABLE);
	bool done = evo_bench_table_read_seeds(table, path, err);

	if (done && table->seed_count != work->build.seeds)
		done = evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "columns of %zu seeds, and the manifest says %zu",
		                   table->seed_count, work->build.seeds);
	free(path);
	if (!done)
		return false;
	work->architectures = table->architectures;
	work->count = table->count;
	build_work_expect(work);
	table->architectures = NULL; /* the work's now */
	table->count = 0;
	return true;
}

/* The first row is 1 for a person. */
static bool check_rows(size_t first, size_t last, size_t count, struct evo_error *err)
{
	return (first >= 1 && last >= first && last <= count) ||
	       evo_fail(err, EVO_E_USAGE, "rows %zu to %zu: there are rows 1 to %zu", first, last,
	                count);
}

static double *copy_part(const struct build_work *work, const double *values)
{
	size_t seeds = work->build.seeds, count = work->rows * seeds;
	double *part = evo_calloc(count, sizeof(double));

	memcpy(part, values + work->first * seeds, count * sizeof(double));
	return part;
}

static void fill(struct evo_build_rows *rows, const struct build_work *work, const double *before)
{
	rows->first = work->first + 1;
	rows->count = work->rows;
	rows->seeds = work->build.seeds;
	rows->first_seed = (size_t) work->build.how.seed;
	rows->architectures = evo_calloc(rows->count, sizeof(char *));
	for (size_t i = 0; i < rows->count; i++)
		rows->architectures[i] = evo_strdup(work->architectures[work->first + i]);
	rows->accuracies = copy_part(work, work->accuracies);
	if (before != NULL)
		rows->before = copy_part(work, before);
	rows->done = build_work_done(work, 0, work->count);
	rows->total = work->count * work->build.seeds;
}

bool evo_benchmark_build_rows(const struct evo_build *build, size_t first, size_t last,
                              struct evo_pool *pool, evo_build_progress progress, void *context,
                              struct evo_build_rows *rows, struct evo_error *err)
{
	struct build_work work;
	struct evo_bench_seed_table table = {0};
	enum build_found built = BUILD_NONE;
	bool done = build_work_begin(&work, build, err) &&
	            build_find(&work.build, &work.images, work.folder, &built, err) &&
	            check_rows(first, last, build->networks, err);

	*rows = (struct evo_build_rows){0};
	work.progress = progress;
	work.context = context;
	if (done)
		done = built == BUILD_COMPLETE ? take_table(&work, &table, err)
		                               : build_work_open(&work, err);
	if (done && check_rows(first, last, work.count, err)) {
		work.first = first - 1;
		work.rows = last - first + 1;
		done = build_work_train(&work, pool, err);
		fill(rows, &work, table.seeds);
	} else {
		done = false;
	}
	evo_bench_table_clear_seeds(&table);
	build_work_clear(&work);
	return done;
}

void evo_build_rows_clear(struct evo_build_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->architectures[i]);
	free(rows->architectures);
	free(rows->accuracies);
	free(rows->before);
	*rows = (struct evo_build_rows){0};
}
