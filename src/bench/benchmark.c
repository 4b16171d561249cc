/*
 * A benchmark as it is loaded.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/bench_folder.h"
#include "import.h"
#include "evoscope/bench_manifest.h"
#include "evoscope/bench_table.h"

#include <stdlib.h>
#include <string.h>

static bool bad_manifest(const char *path, struct evo_error *err, const char *what)
{
	return evo_fail_at(err, EVO_E_INPUT, path, 0, 0, "%s", what);
}

/* The file of images must be there, and be as long as the manifest says. */
static bool set_image_file(struct evo_benchmark *benchmark,
                           const struct evo_bench_manifest *manifest, const char *name,
                           const char *path, struct evo_error *err)
{
	if (manifest->image_count == EVO_BENCH_ABSENT || manifest->image_hash == NULL)
		return bad_manifest(path, err, "[images] has no count, or no hash");
	benchmark->image_count = manifest->image_count;
	benchmark->image_source = evo_format("%s %zu %s", manifest->image_source,
	                                     manifest->image_count, manifest->image_hash);
	benchmark->image_hash = evo_strdup(manifest->image_hash);

	char *file = evo_path_join(benchmark->folder, name);
	bool there = evo_path_exists(file);

	if (!there)
		evo_fail_at(err, EVO_E_INPUT, file, 0, 0,
		            "missing, though the manifest names it; make the benchmark again");
	free(file);
	return there;
}

static bool set_cifar(struct evo_benchmark *benchmark, const struct evo_bench_manifest *manifest,
                      const char *path, struct evo_error *err)
{
	const struct evo_cifar_format *format = evo_cifar_format_named(manifest->image_source);

	benchmark->image_format = format->format;
	benchmark->image_classes = format->classes;
	return set_image_file(benchmark, manifest, EVO_BENCH_IMAGES, path, err);
}

static bool set_npy(struct evo_benchmark *benchmark, const struct evo_bench_manifest *manifest,
                    const char *path, struct evo_error *err)
{
	struct evo_image_scale *scale = &benchmark->scale;

	if (manifest->image_classes == EVO_BENCH_ABSENT || manifest->image_mean == NULL ||
	    manifest->image_deviation == NULL)
		return bad_manifest(path, err, "[images] has no classes, mean or deviation");
	if (!evo_bench_manifest_triple_read(manifest->image_mean, scale->mean) ||
	    !evo_bench_manifest_triple_read(manifest->image_deviation, scale->deviation) ||
	    !(scale->deviation[0] > 0 && scale->deviation[1] > 0 && scale->deviation[2] > 0))
		return bad_manifest(path, err,
		                    "mean and deviation in [images] are three numbers each, and "
		                    "deviations are above 0");
	benchmark->image_format = EVO_IMAGES_NPY;
	benchmark->image_classes = manifest->image_classes;
	return set_image_file(benchmark, manifest, EVO_RAW_IMAGES_FILE, path, err);
}

static bool set_images(struct evo_benchmark *benchmark, const struct evo_bench_manifest *manifest,
                       const char *path, struct evo_error *err)
{
	const char *source = manifest->image_source;

	benchmark->image_title = evo_strdup(manifest->image_title);
	if (evo_cifar_format_named(source) != NULL)
		return set_cifar(benchmark, manifest, path, err);
	if (strcmp(source, "npy") == 0)
		return set_npy(benchmark, manifest, path, err);
	if (strcmp(source, "none") == 0) {
		benchmark->image_source = evo_strdup("");
		return true;
	}
	if (strcmp(source, "task") != 0)
		return evo_fail_at(err, EVO_E_INPUT, path, 0, 0,
		                   "[images] source is \"%s\"; expected none, cifar10, cifar100, "
		                   "npy or task",
		                   source);
	if (manifest->task == NULL || manifest->task_seed == EVO_BENCH_ABSENT)
		return bad_manifest(path, err, "[images] has no task, or no seed");
	benchmark->task = evo_task_find(manifest->task, err);
	benchmark->task_seed = manifest->task_seed;
	benchmark->image_source = evo_format("%s seed %zu", manifest->task, manifest->task_seed);
	return benchmark->task != NULL;
}

/* Takes over what the manifest says of it. */
static void take_training(struct evo_benchmark *benchmark, struct evo_bench_manifest *manifest)
{
	struct evo_benchmark_training *training = &manifest->training;

	if (training->program == NULL || training->networks == EVO_BENCH_ABSENT)
		return;
	benchmark->training = evo_malloc(sizeof(*training));
	*benchmark->training = *training;
	*training = (struct evo_benchmark_training){0};
	training = benchmark->training;
	if (training->wanted == EVO_BENCH_ABSENT)
		training->wanted = training->networks;
}

static void clear_training(struct evo_benchmark_training *training)
{
	if (training == NULL)
		return;
	free(training->program);
	free(training->command);
	free(training->processor);
	free(training->kernels);
	free(training->date);
	free(training->train_files);
	free(training->train_labels);
	free(training->test_files);
	free(training->test_labels);
	free(training);
}

static bool set_manifest(struct evo_benchmark *benchmark, struct evo_bench_manifest *manifest,
                         const char *path, struct evo_error *err)
{
	struct evo_error why = {0};

	benchmark->title = evo_strdup(manifest->title);
	benchmark->dataset = evo_strdup(manifest->dataset);
	benchmark->origin = evo_strdup(manifest->origin);
	benchmark->ceiling = manifest->ceiling;
	benchmark->batch = manifest->batch;
	benchmark->macro = (struct evo_macro){manifest->channels, manifest->cells, manifest->side,
	                                      manifest->classes};
	benchmark->space = evo_space_find(manifest->space, &why);
	if (benchmark->space == NULL || !benchmark->space->check_macro(&benchmark->macro, &why))
		return bad_manifest(path, err, why.message);
	if (bench_dataset_of(benchmark) != NULL)
		benchmark->dataset_classes = bench_dataset_of(benchmark)->classes;
	take_training(benchmark, manifest);
	return set_images(benchmark, manifest, path, err);
}

static bool read_manifest(struct evo_benchmark *benchmark, struct evo_error *err)
{
	struct evo_bench_manifest manifest;
	char *path = evo_path_join(benchmark->folder, EVO_BENCH_MANIFEST);
	bool done;

	evo_bench_manifest_init(&manifest);
	done = evo_bench_manifest_read(&manifest, path, err) &&
	       set_manifest(benchmark, &manifest, path, err);
	evo_bench_manifest_clear(&manifest);
	free(path);
	return done;
}

static bool read_table(struct evo_benchmark *benchmark, struct evo_error *err)
{
	char *path = evo_path_join(benchmark->folder, EVO_BENCH_TABLE);
	bool done = evo_bench_table_read(benchmark, path, err);

	free(path);
	return done;
}

struct evo_benchmark *evo_benchmark_open(const char *name, struct evo_error *err)
{
	bool embedded;
	char *folder = evo_bench_folder_find(name, &embedded, err);

	if (folder == NULL)
		return NULL;

	struct evo_benchmark *benchmark = evo_calloc(1, sizeof(*benchmark));

	benchmark->name = evo_strdup(name);
	benchmark->folder = folder;
	benchmark->embedded = embedded;
	benchmark->hides = !embedded && evo_bench_is_embedded(name);
	if (read_manifest(benchmark, err))
		return benchmark;
	evo_benchmark_destroy(benchmark);
	return NULL;
}

struct evo_benchmark *evo_benchmark_load(const char *name, struct evo_error *err)
{
	struct evo_benchmark *benchmark = evo_benchmark_open(name, err);

	if (benchmark == NULL || read_table(benchmark, err))
		return benchmark;
	evo_benchmark_destroy(benchmark);
	return NULL;
}

/* Rows of one function share its text, which the first of them holds. */
static void clear_rows(struct evo_benchmark *benchmark)
{
	size_t seen = 0;

	for (size_t i = 0; i < benchmark->row_count; i++) {
		struct evo_row *row = &benchmark->rows[i];

		free(row->architecture);
		if (row->function_id == seen) {
			free(row->function);
			seen++;
		}
	}
	free(benchmark->rows);
}

void evo_benchmark_destroy(struct evo_benchmark *benchmark)
{
	if (benchmark == NULL)
		return;
	clear_rows(benchmark);
	if (benchmark->index != NULL)
		evo_index_clear(benchmark->index);
	free(benchmark->index);
	free(benchmark->name);
	free(benchmark->title);
	free(benchmark->dataset);
	free(benchmark->origin);
	free(benchmark->folder);
	free(benchmark->image_source);
	free(benchmark->image_title);
	free(benchmark->image_hash);
	clear_training(benchmark->training);
	free(benchmark);
}
