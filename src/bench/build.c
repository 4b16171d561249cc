/*
 * Building a benchmark: a lineup of architectures is trained, each with every seed, and becomes a
 * table. Which training comes first, and how many run at once, changes nothing in it.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/rank.h"
#include "folder.h"
#include "images.h"
#include "index.h"
#include "journal.h"
#include "lineup.h"
#include "recipe.h"
#include "table.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Test images begin here, far from where any number of training images ends. */
#define FIRST_TEST_IMAGE ((size_t) 1 << 30)

struct evo_build evo_build_default(void)
{
	return (struct evo_build){
	        .name = EVO_DEFAULT_BENCHMARK,
	        .task = "shapes",
	        .networks = 400,
	        .seeds = 2,
	        .macro = {.channels = 8, .cells = 1, .side = 16, .classes = 10},
	        .how = bench_recipe_training(),
	        .train_images = 4000,
	        .test_images = 2000,
	        .seed = 1,
	};
}

/* One build under way. What tasks change is under the mutex. */
struct work {
	const struct evo_build *build;
	const struct evo_space *space;
	char *folder;
	char **architectures;
	size_t count; /* of architectures */
	struct evo_images train, test;

	struct bench_journal journal;
	evo_build_progress progress;
	void *context;
	pthread_mutex_t mutex;
	volatile bool stop;
	struct evo_error failure;
	size_t done;
	double *accuracies; /* count x seeds; NaN until trained */
	double seconds;     /* of all trainings */
};

/* ---- Preparing ------------------------------------------------------------------------------- */

static bool load_images(struct work *work, struct evo_error *err)
{
	const struct evo_build *build = work->build;
	const struct evo_task_row *task = evo_task_find(build->task, err);

	return task &&
	       evo_task_images(task, build->seed, 0, build->train_images, &work->train, err) &&
	       evo_task_images(task, build->seed, FIRST_TEST_IMAGE, build->test_images, &work->test,
	                       err) &&
	       bench_images_shrink(&work->train, build->macro.side, err) &&
	       bench_images_shrink(&work->test, build->macro.side, err);
}

/* What an earlier build of the same settings trained already. */
static void take_journal(struct work *work)
{
	const struct evo_build *build = work->build;
	struct evo_bench_index index;
	bool added;

	bench_index_init(&index);
	for (size_t i = 0; i < work->count; i++)
		bench_index_add(&index, work->architectures[i], &added);
	for (size_t i = 0; i < work->journal.count; i++) {
		const struct bench_training *training = &work->journal.trainings[i];
		size_t network = bench_index_find(&index, training->architecture);
		size_t seed = training->seed - (size_t) build->how.seed;
		size_t at = network * build->seeds + seed;

		/* A seed below the first one has become a very large number. */
		if (network == work->count || seed >= build->seeds || !isnan(work->accuracies[at]))
			continue;
		work->accuracies[at] = training->accuracy;
		work->seconds += training->seconds;
		work->done++;
	}
	bench_index_clear(&index);
}

static bool prepare(struct work *work, struct evo_error *err)
{
	const struct evo_build *build = work->build;
	char *path = evo_path_join(work->folder, BENCH_JOURNAL);
	char *settings = bench_recipe_text(build);
	bool done = evo_make_directories(work->folder, err) &&
	            bench_journal_open(&work->journal, path, settings, err);

	free(settings);
	free(path);
	if (!done || !load_images(work, err))
		return false;
	work->architectures =
	        bench_lineup(work->space, build->networks, build->seed, &work->count, err);
	if (!work->architectures)
		return false;
	work->accuracies = evo_calloc(work->count * build->seeds, sizeof(double));
	for (size_t i = 0; i < work->count * build->seeds; i++)
		work->accuracies[i] = NAN;
	take_journal(work);
	return true;
}

/* ---- Training -------------------------------------------------------------------------------- */

static bool train(struct work *work, const char *architecture, size_t seed,
                  struct evo_trained *trained, struct evo_error *err)
{
	struct evo_training how = work->build->how;
	struct evo_graph *graph = work->space->build(architecture, &work->build->macro, err);
	bool done;

	if (!graph)
		return false;
	how.seed += seed;
	done = evo_train(graph, architecture, &work->train, &work->test, &how, &work->stop, trained,
	                 err);
	evo_graph_destroy(graph);
	return done;
}

/* Keeps a finished training, and tells of it; under the mutex. */
static void keep(struct work *work, size_t index, const struct evo_trained *trained)
{
	const struct evo_build *build = work->build;
	char *architecture = work->architectures[index / build->seeds];
	struct bench_training line = {.architecture = architecture,
	                              .seed = (size_t) build->how.seed + index % build->seeds,
	                              .accuracy = trained->test_accuracy,
	                              .seconds = trained->seconds};

	if (!bench_journal_append(&work->journal, &line, &work->failure)) {
		work->stop = true;
		return;
	}
	work->accuracies[index] = trained->test_accuracy;
	work->seconds += trained->seconds;
	work->done++;
	if (work->progress && !work->progress(work->context, work->done, work->count * build->seeds,
	                                      architecture, trained->test_accuracy))
		work->stop = true;
}

static void train_one(void *context, size_t index, unsigned worker)
{
	struct work *work = context;
	const struct evo_build *build = work->build;
	struct evo_trained trained;
	struct evo_error why = {0};
	bool done;

	(void) worker;
	if (work->stop || !isnan(work->accuracies[index]))
		return;
	done = train(work, work->architectures[index / build->seeds], index % build->seeds,
	             &trained, &why);
	pthread_mutex_lock(&work->mutex);
	if (done) {
		keep(work, index, &trained);
	} else {
		if (why.code != EVO_E_CANCELLED)
			evo_fail(&work->failure, why.code, "%s: %s",
			         work->architectures[index / build->seeds], why.message);
		work->stop = true;
	}
	pthread_mutex_unlock(&work->mutex);
}

static bool train_all(struct work *work, struct evo_pool *pool, struct evo_error *err)
{
	size_t total = work->count * work->build->seeds;

	evo_pool_run(pool, EVO_PRIORITY_SEARCH, total, train_one, work);
	if (work->failure.code != EVO_OK) {
		if (err && err->code == EVO_OK)
			*err = work->failure;
		return false;
	}
	if (work->done < total)
		return evo_fail(err, EVO_E_CANCELLED,
		                "stopped; %zu of %zu trainings are kept, and building again goes "
		                "on from there",
		                work->done, total);
	return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Mean over pairs of seeds of Kendall's tau between their accuracies; NaN for one seed. */
static double agreement(const struct work *work)
{
	size_t seeds = work->build->seeds, pairs = 0;
	double *columns = evo_calloc(seeds * work->count, sizeof(double)), sum = 0;

	for (size_t i = 0; i < work->count * seeds; i++)
		columns[i % seeds * work->count + i / seeds] = work->accuracies[i];
	for (size_t a = 0; a < seeds; a++)
		for (size_t b = a + 1; b < seeds; b++, pairs++)
			sum += evo_kendall(work->count, columns + a * work->count,
			                   columns + b * work->count);
	free(columns);
	return pairs ? sum / (double) pairs : NAN;
}

static bool write_table(const struct work *work, struct evo_error *err)
{
	size_t seeds = work->build->seeds;
	double *means = evo_calloc(work->count, sizeof(double));
	size_t *names = evo_calloc(seeds, sizeof(size_t));
	char *path = evo_path_join(work->folder, BENCH_TABLE);
	struct bench_table table = {.count = work->count,
	                            .seed_count = seeds,
	                            .architectures = work->architectures,
	                            .accuracies = means,
	                            .seeds = work->accuracies,
	                            .seed_names = names};
	bool done;

	for (size_t seed = 0; seed < seeds; seed++)
		names[seed] = (size_t) work->build->how.seed + seed;
	for (size_t i = 0; i < work->count; i++) {
		for (size_t seed = 0; seed < seeds; seed++)
			means[i] += work->accuracies[i * seeds + seed];
		means[i] /= (double) seeds;
	}
	done = bench_table_write(&table, path, err);
	free(path);
	free(names);
	free(means);
	return done;
}

/* The manifest comes last: with it the folder is a benchmark. */
static bool write_benchmark(struct work *work, struct evo_error *err)
{
	char *path = evo_path_join(work->folder, BENCH_MANIFEST);
	struct bench_manifest manifest;
	bool done;

	bench_recipe_manifest(&manifest, work->build, work->count);
	manifest.seconds = floor(work->seconds + 0.5);
	manifest.ceiling = agreement(work);
	done = write_table(work, err) && bench_manifest_write(&manifest, path, err);
	if (done)
		bench_journal_remove(&work->journal);
	bench_manifest_clear(&manifest);
	free(path);
	return done;
}

static void clear(struct work *work)
{
	bench_journal_close(&work->journal);
	for (size_t i = 0; i < work->count; i++)
		free(work->architectures[i]);
	free(work->architectures);
	free(work->accuracies);
	evo_images_clear(&work->train);
	evo_images_clear(&work->test);
	pthread_mutex_destroy(&work->mutex);
	free(work->folder);
}

bool evo_benchmark_build(const struct evo_build *build, struct evo_pool *pool,
                         evo_build_progress progress, void *context, struct evo_error *err)
{
	struct work work = {.build = build, .progress = progress, .context = context};
	bool done, there = false;

	if (!bench_recipe_check(build, err))
		return false;
	work.space = evo_space_find("nb201", err);
	work.folder = build->folder ? evo_strdup(build->folder) : bench_user_folder(build->name);
	pthread_mutex_init(&work.mutex, NULL);
	done = work.space && bench_recipe_built(build, work.folder, &there, err);
	if (done && !there)
		done = prepare(&work, err) && train_all(&work, pool, err) &&
		       write_benchmark(&work, err);
	clear(&work);
	return done;
}
