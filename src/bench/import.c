/*
 * Benchmarks written of a table that was read: a folder each, all of them or none.
 */
#include "config.h"

#include "evoscope/bench_folder.h"
#include "import.h"
#include "evoscope/bench_manifest.h"
#include "evoscope/bench_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writing {
	const struct evo_import *import;
	const struct bench_published *published;
	size_t rows; /* in the file, for the record */

	/* Of the images, if any. */
	const struct evo_cifar_format *format;
	unsigned char *records;
	size_t image_count;
	char image_hash[17];

	size_t count;
	const struct evo_importer_dataset *datasets[EVO_IMPORT_DATASETS_MAX];
	char *names[EVO_IMPORT_DATASETS_MAX];
	struct evo_bench_staging drafts[EVO_IMPORT_DATASETS_MAX];
};

/* ---- One benchmark --------------------------------------------------------------------------- */

static bool write_table(const struct writing *writing, size_t dataset, const char *path,
                        struct evo_error *err)
{
	const struct bench_published *published = writing->published;
	char **architectures = evo_calloc(published->count, sizeof(char *));
	double *accuracies = evo_calloc(published->count, sizeof(double));
	struct evo_bench_table table = {.architectures = architectures, .accuracies = accuracies};
	bool done;

	for (size_t i = 0; i < published->count; i++) {
		if (isnan(published->accuracies[i][dataset]))
			continue;
		architectures[table.count] = published->architectures[i];
		accuracies[table.count++] = published->accuracies[i][dataset];
	}
	done = evo_bench_table_write(&table, path, err);
	free(architectures);
	free(accuracies);
	return done;
}

/* An output for each of the dataset's classes. */
static void set_probe(struct evo_bench_manifest *manifest, const struct evo_importer *importer,
                      const struct evo_importer_dataset *dataset)
{
	manifest->channels = importer->probe.channels;
	manifest->cells = importer->probe.cells;
	manifest->side = importer->probe.side;
	manifest->classes = dataset->classes;
	manifest->batch = importer->batch;
}

static void set_images(struct evo_bench_manifest *manifest, const struct writing *writing)
{
	if (writing->format == NULL) {
		manifest->image_source = evo_strdup("none");
		manifest->image_title = evo_strdup("noise, no images given");
		return;
	}
	manifest->image_source = evo_strdup(writing->format->name);
	manifest->image_title = evo_strdup(writing->format->title);
	manifest->image_count = writing->image_count;
	manifest->image_hash = evo_strdup(writing->image_hash);
}

static bool write_manifest(const struct writing *writing,
                           const struct evo_importer_dataset *dataset, const char *path,
                           struct evo_error *err)
{
	struct evo_bench_manifest manifest;
	const char *slash = strrchr(writing->import->file, '/');
	char *today = evo_today();
	bool done;

	evo_bench_manifest_init(&manifest);
	manifest.format = EVO_BENCH_FORMAT;
	manifest.title = evo_strdup(dataset->title);
	manifest.dataset = evo_strdup(dataset->dataset);
	manifest.origin = evo_format("imported from %s, %zu of its %zu rows, on %s",
	                             slash != NULL ? slash + 1 : writing->import->file,
	                             writing->published->count, writing->rows, today);
	manifest.space = evo_strdup(writing->published->space->name);
	set_probe(&manifest, writing->import->importer, dataset);
	set_images(&manifest, writing);
	done = evo_bench_manifest_write(&manifest, path, err);
	evo_bench_manifest_clear(&manifest);
	free(today);
	return done;
}

static bool write_images(const struct writing *writing, const char *path, struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);

	if (file == NULL)
		return false;
	fwrite(writing->records, EVO_CIFAR_RECORD, writing->image_count, evo_file_stream(file));
	return evo_file_commit(file, err);
}

static bool write_draft(const struct writing *writing, size_t number, struct evo_error *err)
{
	const struct evo_importer_dataset *dataset = writing->datasets[number];
	const char *folder = writing->drafts[number].path;
	char *table = evo_path_join(folder, EVO_BENCH_TABLE);
	char *manifest = evo_path_join(folder, EVO_BENCH_MANIFEST);
	char *images = evo_path_join(folder, EVO_BENCH_IMAGES);
	bool done = write_table(writing, (size_t) (dataset - writing->import->importer->datasets),
	                        table, err) &&
	            write_manifest(writing, dataset, manifest, err) &&
	            (writing->format == NULL || write_images(writing, images, err));

	free(table);
	free(manifest);
	free(images);
	return done;
}

/* ---- All of them ----------------------------------------------------------------------------- */

/* Is one there, or was one to be made of the table? Then it is said that none is. */
static void leave_out(const struct writing *writing, size_t dataset, const char *name, bool there,
                      struct evo_import_report *report)
{
	const struct bench_published *published = writing->published;

	if (there && writing->import->replace)
		report->unmade[report->unmade_count++] =
		        evo_format("%s is not replaced, and is what it was before: %s", name,
		                   published->why[dataset]);
	else if (published->wanted[dataset])
		report->unmade[report->unmade_count++] =
		        evo_format("no %s is made: %s", name, published->why[dataset]);
}

/* Takes the name over. */
static bool plan_one(struct writing *writing, size_t dataset, char *name, bool there,
                     struct evo_error *err)
{
	writing->datasets[writing->count] = &writing->import->importer->datasets[dataset];
	writing->names[writing->count++] = name;
	if (!evo_bench_new_name_check(name, err))
		return false;
	return !there || writing->import->replace ||
	       evo_fail(err, EVO_E_INPUT,
	                "there is a benchmark %s already; remove it, replace it, or import under "
	                "another name",
	                name);
}

/* Which benchmarks there will be; names are checked, and that nothing is in the way. */
static bool plan(struct writing *writing, struct evo_import_report *report, struct evo_error *err)
{
	const char *prefix = writing->import->name != NULL ? writing->import->name
	                                                   : writing->import->importer->prefix;
	bool good = true;

	for (size_t dataset = 0; dataset < writing->import->importer->dataset_count && good;
	     dataset++) {
		char *name = evo_format("%s-%s", prefix,
		                        writing->import->importer->datasets[dataset].suffix);
		char *folder = evo_bench_user_folder(name);
		bool there = evo_path_exists(folder);

		free(folder);
		if (writing->published->why[dataset] == NULL) {
			good = plan_one(writing, dataset, name, there, err);
		} else {
			leave_out(writing, dataset, name, there, report);
			free(name);
		}
	}
	return good;
}

/* All are written before the first is published, so a full disk leaves things as they were. */
static bool write_all(struct writing *writing, struct evo_import_report *report,
                      struct evo_error *err)
{
	for (size_t i = 0; i < writing->count; i++) {
		char *folder = evo_bench_user_folder(writing->names[i]);
		bool done = evo_bench_staging_begin(&writing->drafts[i], folder, err) &&
		            write_draft(writing, i, err);

		free(folder);
		if (!done)
			return false;
	}
	for (size_t i = 0; i < writing->count; i++) {
		if (!evo_bench_staging_publish(&writing->drafts[i], writing->import->replace, err))
			return false;
		report->benchmarks[report->benchmark_count++] = evo_strdup(writing->names[i]);
	}
	return true;
}

static bool take_images(struct writing *writing, struct evo_error *err)
{
	const struct evo_import *import = writing->import;

	writing->format = evo_cifar_format(import->format);
	if (writing->format == NULL)
		return true;
	if (import->images == NULL)
		return evo_fail(err, EVO_E_USAGE, "no file of images was named");
	writing->records = evo_cifar_take(writing->format, import->images, &writing->image_count,
	                                  writing->image_hash, err);
	return writing->records != NULL;
}

bool evo_import_accuracies(const struct evo_import *import, evo_import_problem problem,
                           void *context, struct evo_import_report *report, struct evo_error *err)
{
	struct bench_published published;
	struct writing writing = {.import = import, .published = &published};
	bool done;

	*report = (struct evo_import_report){0};
	/* A bad prefix is the quickest to tell. */
	if (import->name != NULL && !evo_bench_name_check(import->name, err))
		return false;
	done = bench_published_read(&published, import, problem, context, report, err);
	writing.rows = report->rows;
	done = done && take_images(&writing, err) && plan(&writing, report, err) &&
	       write_all(&writing, report, err);
	for (size_t i = 0; i < writing.count; i++) {
		evo_bench_staging_drop(&writing.drafts[i]);
		free(writing.names[i]);
	}
	free(writing.records);
	bench_published_clear(&published);
	return done;
}
