/*
 * The configuration of a build: which settings can be trained, which are the usual ones, and how a
 * manifest says them, so that a later build knows whether its trainings are the same.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/blas.h"
#include "configuration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Chosen so that a second training puts architectures in the same order. In so few steps no network
 * of this size learns its images by heart when they are moved about: the order is then that of how
 * far each happened to come. Left as they are, they are learned, and what differs is how well the
 * rest follows. A mirrored letter is no letter, so nothing is mirrored.
 */
static struct evo_training training_default(void)
{
	struct evo_training how = evo_training_default();

	how.epochs = 10;
	how.batch = 64;
	how.rate = 0.2;
	how.flip = false;
	how.shift = 0;
	how.seed = 1;
	return how;
}

struct evo_build evo_build_default(void)
{
	return (struct evo_build){
	        .name = EVO_DEFAULT_BENCHMARK,
	        .task = "shapes",
	        .networks = 400,
	        .seeds = 2,
	        .macro = {.channels = 8, .cells = 1, .side = 16, .classes = 10},
	        .how = training_default(),
	        .train_images = 4000,
	        .test_images = 2000,
	        .seed = 1,
	};
}

static bool refuse(struct evo_error *err, const char *what)
{
	return evo_fail(err, EVO_E_USAGE, "%s", what);
}

bool build_config_check_sizes(const struct evo_build *build, struct evo_error *err)
{
	/* In a folder of its own choice a benchmark hides none. */
	if (build->folder != NULL ? !evo_bench_name_check(build->name, err)
	                          : !evo_bench_new_name_check(build->name, err))
		return false;
	const struct {
		const char *what;
		uint64_t value, least, most;
	} sizes[] = {
	        {"networks", build->networks, 2, EVO_BUILD_NETWORKS_MAX},
	        {"seeds", build->seeds, 1, EVO_BUILD_SEEDS_MAX},
	        {"epochs", build->how.epochs, 1, EVO_BUILD_EPOCHS_MAX},
	        {"batch", build->how.batch, 1, EVO_BATCH_MAX},
	        {"shift", build->how.shift, 0, EVO_BUILD_SHIFT_MAX},
	        {"train images", build->train_images, 0, EVO_BUILD_IMAGES_MAX},
	        {"test images", build->test_images, 0, EVO_BUILD_IMAGES_MAX},
	        {"seed", build->seed, 0, EVO_BUILD_SEED_MAX},
	        {"first seed", build->how.seed, 0, EVO_BUILD_SEED_MAX},
	};
	for (size_t i = 0; i < EVO_COUNT(sizes); i++)
		if (sizes[i].value < sizes[i].least || sizes[i].value > sizes[i].most)
			return evo_fail(err, EVO_E_USAGE,
			                "%s: must be from %" PRIu64 " to %" PRIu64 ", not %" PRIu64,
			                sizes[i].what, sizes[i].least, sizes[i].most,
			                sizes[i].value);
	return true;
}

static bool check_task(const struct evo_build *build, struct evo_error *err)
{
	const struct evo_task_row *task = evo_task_find(build->task, err);

	if (task == NULL)
		return false;
	if (build->macro.classes != task->classes)
		return evo_fail(err, EVO_E_USAGE, "the task %s has %zu classes, not %zu",
		                task->name, task->classes, build->macro.classes);
	if (!evo_images_can_shrink(task->side, build->macro.side))
		return evo_fail(err, EVO_E_USAGE,
		                "the task %s has images of %zux%zu, or halved, not %zux%zu",
		                task->name, task->side, task->side, build->macro.side,
		                build->macro.side);
	return true;
}

bool build_config_check(const struct evo_build *build, struct evo_error *err)
{
	if (!build_config_check_sizes(build, err) ||
	    !evo_space_at(0)->check_macro(&build->macro, err))
		return false;
	if (build->train_images < build->how.batch)
		return evo_fail(err, EVO_E_USAGE,
		                "%zu images to train on are fewer than a batch of %zu",
		                build->train_images, build->how.batch);
	if (build->test_images < 1)
		return refuse(err, "there must be at least one test image");
	return build->train_files.image_count > 0 || check_task(build, err);
}

/* The settings of a manifest that decide a training's result. */
static char *settings_text(const struct evo_bench_manifest *manifest)
{
	const struct evo_benchmark_training *training = &manifest->training;
	struct evo_text text;

	evo_text_init(&text);
	if (manifest->data_hash != NULL)
		evo_text_printf(&text, "%s on images %s: ", manifest->space, manifest->data_hash);
	else
		evo_text_printf(&text, "%s on %s: seed %zu, ", manifest->space, manifest->task,
		                manifest->task_seed);
	evo_text_printf(&text, "train %zu, test %zu, C %zu N %zu, side %zu", training->train_images,
	                training->test_images, manifest->channels, manifest->cells, manifest->side);
	evo_text_printf(&text, ", epochs %zu, batch %zu, flip %zu, shift %zu, rate ",
	                training->epochs, training->batch, training->flip, training->shift);
	evo_text_number(&text, training->rate);
	evo_text_append(&text, ", momentum ");
	evo_text_number(&text, training->momentum);
	evo_text_append(&text, ", weight decay ");
	evo_text_number(&text, training->weight_decay);
	return text.data;
}

static void set_training(struct evo_bench_manifest *manifest, const struct evo_build *build,
                         size_t networks, size_t wanted)
{
	manifest->training = (struct evo_benchmark_training){
	        .program = evo_strdup(PACKAGE_STRING),
	        .command = build->command != NULL ? evo_strdup(build->command) : NULL,
	        .processor = evo_strdup(evo_processor()),
	        .kernels = evo_format("%s, %s", evo_blas_name(), evo_kernel_name()),
	        .date = evo_today(),
	        .seconds = manifest->training.seconds,
	        .networks = networks,
	        .wanted = networks < wanted ? wanted : EVO_BENCH_ABSENT,
	        .seeds = build->seeds,
	        .first_seed = (size_t) build->how.seed,
	        .train_images = build->train_images,
	        .test_images = build->test_images,
	        .epochs = build->how.epochs,
	        .batch = build->how.batch,
	        .flip = build->how.flip,
	        .shift = build->how.shift,
	        .rate = build->how.rate,
	        .momentum = build->how.momentum,
	        .weight_decay = build->how.weight_decay,
	};
}

static void set_task(struct evo_bench_manifest *manifest, const struct evo_build *build)
{
	manifest->image_source = evo_strdup("task");
	manifest->image_title = evo_format("%s images, drawn by code", build->task);
	manifest->task = evo_strdup(build->task);
	manifest->task_seed = (size_t) build->seed;
}

/* NULL for an empty list. */
static char *join(const char *const *names, size_t count)
{
	struct evo_text text;

	if (count == 0)
		return NULL;
	evo_text_init(&text);
	for (size_t i = 0; i < count; i++)
		evo_text_printf(&text, "%s%s", i ? "|" : "", names[i]);
	return text.data;
}

static void set_files(struct evo_bench_manifest *manifest, const struct evo_build *build,
                      const struct evo_image_set *images)
{
	const struct evo_image_files *train = &build->train_files, *test = &build->test_files;
	const char *first = train->images[0], *slash = strrchr(first, '/');
	char hash[17];

	evo_raw_images_hash(&images->kept, &images->scale, hash);
	manifest->image_source = evo_strdup("npy");
	manifest->image_title =
	        evo_format("%s images", slash != NULL && slash[1] ? slash + 1 : first);
	manifest->image_count = images->kept.count;
	manifest->image_hash = evo_strdup(hash);
	manifest->image_classes = images->train.classes;
	manifest->image_mean = evo_bench_manifest_triple(images->scale.mean);
	manifest->image_deviation = evo_bench_manifest_triple(images->scale.deviation);
	manifest->training.train_files = join(train->images, train->image_count);
	manifest->training.train_labels = join(train->labels, train->label_count);
	manifest->training.test_files = join(test->images, test->image_count);
	manifest->training.test_labels = join(test->labels, test->label_count);
	manifest->data_hash = evo_strdup(images->hash);
	manifest->sample_seed = (size_t) build->seed;
	if (manifest->batch > manifest->image_count)
		manifest->batch = manifest->image_count;
}

void build_config_manifest(struct evo_bench_manifest *manifest, const struct evo_build *build,
                           const struct evo_image_set *images, size_t networks, size_t wanted)
{
	bool files = build->train_files.image_count > 0;
	const char *on = files ? build->name : build->task;

	evo_bench_manifest_init(manifest);
	manifest->format = EVO_BENCH_FORMAT;
	manifest->title =
	        evo_format("%s at C %zu N %zu, trained on %s", evo_space_at(0)->architectures,
	                   build->macro.channels, build->macro.cells, on);
	manifest->dataset = evo_format("%s test accuracy, %zu epochs, %s of %zu seed%s", on,
	                               build->how.epochs, build->seeds > 1 ? "mean" : "result",
	                               build->seeds, build->seeds > 1 ? "s" : "");
	manifest->space = evo_strdup(evo_space_at(0)->name);
	manifest->channels = build->macro.channels;
	manifest->cells = build->macro.cells;
	manifest->side = build->macro.side;
	manifest->classes = build->macro.classes;
	manifest->batch = 16;
	set_training(manifest, build, networks, wanted);
	if (files)
		set_files(manifest, build, images);
	else
		set_task(manifest, build);
	manifest->origin = evo_format("trained by %s on %s (%s): %zu networks, %zu seed%s",
	                              manifest->training.program, manifest->training.date,
	                              manifest->training.processor, networks, build->seeds,
	                              build->seeds > 1 ? "s" : "");
}

char *build_config_text(const struct evo_build *build, const struct evo_image_set *images)
{
	struct evo_bench_manifest manifest;
	char *text;

	build_config_manifest(&manifest, build, images, build->networks, build->networks);
	text = settings_text(&manifest);
	evo_bench_manifest_clear(&manifest);
	return text;
}

static bool other(const struct evo_bench_manifest *manifest, const char *found, const char *wanted,
                  const char *folder, struct evo_error *err)
{
	if (strcmp(found, wanted) == 0)
		return evo_fail_at(err, EVO_E_INPUT, folder, 0, 0,
		                   "another benchmark is here already, of %zu networks and %zu "
		                   "seeds; remove it, or choose another name",
		                   manifest->training.networks, manifest->training.seeds);
	return evo_fail_at(err, EVO_E_INPUT, folder, 0, 0,
	                   "another benchmark is here already%s%.200s%s; remove it, or choose "
	                   "another name",
	                   *found ? " (" : "", found, *found ? ")" : "");
}

/* Is the manifest that of a build with these settings? */
static bool check_same(const struct evo_bench_manifest *manifest, const struct evo_build *build,
                       const struct evo_image_set *images, const char *folder,
                       struct evo_error *err)
{
	char *wanted = build_config_text(build, images);
	char *found = manifest->task != NULL || manifest->data_hash != NULL
	                      ? settings_text(manifest)
	                      : evo_strdup("");
	bool same = strcmp(wanted, found) == 0;

	if (manifest->data_hash != NULL && manifest->sample_seed != (size_t) build->seed)
		same = false;
	/* More or fewer can come of what is kept for an unfinished one. */
	if (manifest->training.wanted == EVO_BENCH_ABSENT)
		same = same && manifest->training.networks == build->networks &&
		       manifest->training.seeds == build->seeds &&
		       manifest->training.first_seed == (size_t) build->how.seed;
	if (!same)
		other(manifest, found, wanted, folder, err);
	free(wanted);
	free(found);
	return same;
}

bool build_find(const struct evo_build *build, const struct evo_image_set *images,
                const char *folder, enum build_found *built, struct evo_error *err)
{
	struct evo_bench_manifest manifest;
	char *path;
	bool done;

	*built = BUILD_NONE;
	if (!evo_bench_folder_holds(folder))
		return true;
	path = evo_path_join(folder, EVO_BENCH_MANIFEST);
	evo_bench_manifest_init(&manifest);
	done = evo_bench_manifest_read(&manifest, path, err) &&
	       check_same(&manifest, build, images, folder, err);
	*built = manifest.training.wanted == EVO_BENCH_ABSENT ? BUILD_COMPLETE : BUILD_PARTIAL;
	evo_bench_manifest_clear(&manifest);
	free(path);
	return done;
}
