/*
 * What a build leaves: table, images and manifest of the networks whose every seed is trained.
 */
#include "config.h"

#include "build.h"
#include "folder.h"
#include "recipe.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>

/* To a millionth: what a person reads is 43.35, not 43.349999999999994. */
static double mean_of(double sum, size_t count)
{
	return round(sum / (double) count * 1e6) / 1e6;
}

/* The rows that are whole, in the order of the lineup. */
static bool write_table(const struct bench_work *work, size_t *whole, struct evo_error *err)
{
	size_t seeds = work->build.seeds;
	char **architectures = evo_calloc(work->count, sizeof(char *));
	double *means = evo_calloc(work->count, sizeof(double));
	double *accuracies = evo_calloc(work->count * seeds, sizeof(double));
	size_t *names = evo_calloc(seeds, sizeof(size_t));
	char *path = evo_path_join(work->folder, BENCH_TABLE);
	struct bench_table table = {.seed_count = seeds,
	                            .architectures = architectures,
	                            .accuracies = means,
	                            .seeds = accuracies,
	                            .seed_names = names};
	bool done;

	for (size_t seed = 0; seed < seeds; seed++)
		names[seed] = (size_t) work->build.how.seed + seed;
	for (size_t i = 0; i < work->count; i++) {
		if (!bench_work_whole(work, i))
			continue;
		architectures[table.count] = work->architectures[i];
		for (size_t seed = 0; seed < seeds; seed++) {
			double accuracy = work->accuracies[i * seeds + seed];

			accuracies[table.count * seeds + seed] = accuracy;
			means[table.count] += accuracy;
		}
		means[table.count] = mean_of(means[table.count], seeds);
		table.count++;
	}
	*whole = table.count;
	done = table.count >= 2 ? bench_table_write(&table, path, err)
	                        : evo_fail(err, EVO_E_INPUT,
	                                   "%zu of %zu networks %s all %zu seeds trained; a "
	                                   "benchmark needs at least 2",
	                                   table.count, work->count,
	                                   table.count == 1 ? "has" : "have", seeds);
	free(path);
	free(names);
	free(accuracies);
	free(means);
	free(architectures);
	return done;
}

/* Of the trainings that the table has. */
static double total_seconds(const struct bench_work *work)
{
	size_t seeds = work->build.seeds;
	double sum = 0;

	for (size_t i = 0; i < work->count; i++)
		for (size_t seed = 0; seed < seeds && bench_work_whole(work, i); seed++)
			sum += work->seconds[i * seeds + seed];
	return floor(sum + 0.5);
}

/* The manifest comes last: with it the folder is a benchmark. */
bool bench_work_publish(struct bench_work *work, struct evo_error *err)
{
	bool files = work->build.train_files.image_count > 0;
	struct bench_manifest manifest;
	size_t whole;
	char *path;
	bool done = write_table(work, &whole, err);

	if (done && files)
		done = bench_kept_write(&work->images.kept, work->folder, err);
	if (!done)
		return false;
	path = evo_path_join(work->folder, BENCH_MANIFEST);
	bench_recipe_manifest(&manifest, &work->build, &work->images, whole, work->count);
	manifest.seconds = total_seconds(work);
	manifest.ceiling = bench_work_agreement(work);
	done = bench_manifest_write(&manifest, path, err);
	if (done && whole == work->count)
		bench_journal_remove(&work->journal);
	work->status.networks = whole;
	bench_manifest_clear(&manifest);
	free(path);
	return done;
}

/* Without one there is nothing to publish, and opening it would make it. */
static bool has_journal(const struct bench_work *work, struct evo_error *err)
{
	char *path = evo_path_join(work->folder, BENCH_JOURNAL);
	bool there = evo_path_exists(path);

	if (!there)
		evo_fail_at(err, EVO_E_NOT_FOUND, work->folder, 0, 0,
		            "nothing is trained for this benchmark yet");
	free(path);
	return there;
}

bool evo_benchmark_publish(const struct evo_build *build, size_t *networks, struct evo_error *err)
{
	struct bench_work work;
	enum bench_built built = BENCH_NOT_BUILT;
	bool done = bench_work_begin(&work, build, err) &&
	            bench_recipe_built(&work.build, &work.images, work.folder, &built, err);

	*networks = build->networks;
	if (done && built != BENCH_BUILT) {
		done = has_journal(&work, err) && bench_work_open(&work, err) &&
		       bench_work_publish(&work, err);
		*networks = work.status.networks;
	}
	bench_work_clear(&work);
	return done;
}
