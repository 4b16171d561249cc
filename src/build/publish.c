/*
 * What a build leaves: table, images and manifest of the networks whose every seed is trained.
 */
#include "config.h"

#include "evoscope/bench_table.h"
#include "configuration.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>

/* To a millionth: what a person reads is 43.35, not 43.349999999999994. */
static double mean_of(double sum, size_t count)
{
	return round(sum / (double) count * 1e6) / 1e6;
}

/* The rows that are whole, in the order of the sample. */
static bool write_table(const struct build_work *work, size_t *whole, struct evo_error *err)
{
	size_t seeds = work->build.seeds;
	char **architectures = evo_calloc(work->count, sizeof(char *));
	double *means = evo_calloc(work->count, sizeof(double));
	double *accuracies = evo_calloc(work->count * seeds, sizeof(double));
	size_t *names = evo_calloc(seeds, sizeof(size_t));
	char *path = evo_path_join(work->folder, EVO_BENCH_TABLE);
	struct evo_bench_table table = {.seed_count = seeds,
	                                .architectures = architectures,
	                                .accuracies = means,
	                                .seeds = accuracies,
	                                .seed_names = names};
	bool done;

	for (size_t seed = 0; seed < seeds; seed++)
		names[seed] = (size_t) work->build.how.seed + seed;
	for (size_t i = 0; i < work->count; i++) {
		if (!build_work_whole(work, i))
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
	done = table.count >= 2 ? evo_bench_table_write(&table, path, err)
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
static double total_seconds(const struct build_work *work)
{
	size_t seeds = work->build.seeds;
	double sum = 0;

	for (size_t i = 0; i < work->count; i++)
		for (size_t seed = 0; seed < seeds && build_work_whole(work, i); seed++)
			sum += work->seconds[i * seeds + seed];
	return floor(sum + 0.5);
}

/* The manifest comes last: with it the folder is a benchmark. */
bool build_work_publish(struct build_work *work, struct evo_error *err)
{
	bool files = work->build.train_files.image_count > 0;
	struct evo_bench_manifest manifest;
	size_t whole;
	char *path;
	bool done = write_table(work, &whole, err);

	if (done && files)
		done = evo_raw_images_write(&work->images.kept, work->folder, err);
	if (!done)
		return false;
	path = evo_path_join(work->folder, EVO_BENCH_MANIFEST);
	build_config_manifest(&manifest, &work->build, &work->images, whole, work->count);
	manifest.training.seconds = total_seconds(work);
	manifest.ceiling = build_work_agreement(work);
	done = evo_bench_manifest_write(&manifest, path, err);
	if (done && whole == work->count)
		build_journal_remove(&work->journal);
	work->status.networks = whole;
	evo_bench_manifest_clear(&manifest);
	free(path);
	return done;
}
