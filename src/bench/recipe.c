#include "config.h"

#include "folder.h"
#include "images.h"
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

/* Seeds are written as whole numbers, which manifests read as doubles do. */
#define SEED_MAX ((uint64_t) 1000000000000000)

/*
 * Chosen so that a second training puts architectures in the same order. In so few steps no network
 * of this size learns its images by heart when they are moved about: the order is then that of how
 * far each happened to come. Left as they are, they are learned, and what differs is how well the
 * rest follows. A mirrored letter is no letter, so nothing is mirrored.
 */
struct evo_training bench_recipe_training(void)
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

static bool refuse(struct evo_error *err, const char *what)
{
	return evo_fail(err, EVO_E_USAGE, "%s", what);
}

bool bench_recipe_check(const struct evo_build *build, struct evo_error *err)
{
	const struct evo_space *space = evo_space_find("nb201", err);
	const struct evo_task_row *task = evo_task_find(build->task, err);

	if (!space || !task || !bench_name_check(build->name, err) ||
	    !space->check_macro(&build->macro, err))
		return false;
	if (build->networks < 2)
		return refuse(err, "a benchmark needs at least 2 networks");
	if (build->seeds < 1 || build->seeds > 1000)
		return refuse(err, "seeds must be from 1 to 1000");
	if (build->how.epochs < 1 || build->how.batch < 1)
		return refuse(err, "epochs and batch must be at least 1");
	if (build->train_images < build->how.batch)
		return refuse(err, "there must be at least as many training images as a batch has");
	if (build->test_images < 1)
		return refuse(err, "there must be at least one test image");
	if (build->seed > SEED_MAX || build->how.seed > SEED_MAX)
		return refuse(err, "seeds go up to 1000000000000000");
	if (build->macro.classes != task->classes)
		return evo_fail(err, EVO_E_USAGE, "the task %s has %zu classes, not %zu",
		                task->name, task->classes, build->macro.classes);
	if (!bench_can_shrink(task->side, build->macro.side))
		return evo_fail(err, EVO_E_USAGE,
		                "the task %s has images of %zux%zu, or halved, not %zux%zu",
		                task->name, task->side, task->side, build->macro.side,
		                build->macro.side);
	return true;
}

/* The settings of a manifest that decide a training's result. */
static char *settings_text(const struct bench_manifest *manifest)
{
	struct evo_text text;

	evo_text_init(&text);
	evo_text_printf(&text, "%s on %s: seed %zu, train %zu, test %zu, C %zu N %zu, side %zu",
	                manifest->space, manifest->task, manifest->task_seed,
	                manifest->train_images, manifest->test_images, manifest->channels,
	                manifest->cells, manifest->side);
	evo_text_printf(&text, ", epochs %zu, batch %zu, flip %zu, shift %zu, rate ",
	                manifest->epochs, manifest->train_batch, manifest->flip, manifest->shift);
	evo_text_number(&text, manifest->rate);
	evo_text_append(&text, ", momentum ");
	evo_text_number(&text, manifest->momentum);
	evo_text_append(&text, ", weight decay ");
	evo_text_number(&text, manifest->weight_decay);
	return text.data;
}

static void set_training(struct bench_manifest *manifest, const struct evo_build *build,
                         size_t networks)
{
	manifest->program = evo_strdup(PACKAGE_STRING);
	manifest->command = build->command ? evo_strdup(build->command) : NULL;
	manifest->processor = evo_strdup(evo_processor());
	manifest->kernels = evo_strdup(evo_blas_name());
	manifest->date = bench_today();
	manifest->networks = networks;
	manifest->seeds = build->seeds;
	manifest->first_seed = (size_t) build->how.seed;
	manifest->train_images = build->train_images;
	manifest->test_images = build->test_images;
	manifest->epochs = build->how.epochs;
	manifest->train_batch = build->how.batch;
	manifest->flip = build->how.flip;
	manifest->shift = build->how.shift;
	manifest->rate = build->how.rate;
	manifest->momentum = build->how.momentum;
	manifest->weight_decay = build->how.weight_decay;
}

void bench_recipe_manifest(struct bench_manifest *manifest, const struct evo_build *build,
                           size_t networks)
{
	bench_manifest_init(manifest);
	manifest->format = BENCH_FORMAT;
	manifest->title = evo_format("NAS-Bench-201 cells at C %zu N %zu, trained on %s",
	                             build->macro.channels, build->macro.cells, build->task);
	manifest->dataset = evo_format(
	        "%s test accuracy, %zu epochs, %s of %zu seed%s", build->task, build->how.epochs,
	        build->seeds > 1 ? "mean" : "result", build->seeds, build->seeds > 1 ? "s" : "");
	manifest->space = evo_strdup("nb201");
	manifest->channels = build->macro.channels;
	manifest->cells = build->macro.cells;
	manifest->side = build->macro.side;
	manifest->classes = build->macro.classes;
	manifest->batch = 16;
	manifest->image_source = evo_strdup("task");
	manifest->image_title = evo_format("%s images, drawn by code", build->task);
	manifest->task = evo_strdup(build->task);
	manifest->task_seed = (size_t) build->seed;
	set_training(manifest, build, networks);
	manifest->origin = evo_format("trained by %s on %s (%s): %zu networks, %zu seed%s",
	                              manifest->program, manifest->date, manifest->processor,
	                              networks, build->seeds, build->seeds > 1 ? "s" : "");
}

char *bench_recipe_text(const struct evo_build *build)
{
	struct bench_manifest manifest;
	char *text;

	bench_recipe_manifest(&manifest, build, build->networks);
	text = settings_text(&manifest);
	bench_manifest_clear(&manifest);
	return text;
}

bool bench_recipe_built(const struct evo_build *build, const char *folder, bool *there,
                        struct evo_error *err)
{
	struct bench_manifest manifest;
	char *path, *wanted, *found;
	bool done, same;

	*there = bench_folder_holds(folder);
	if (!*there)
		return true;
	path = evo_path_join(folder, BENCH_MANIFEST);
	bench_manifest_init(&manifest);
	done = bench_manifest_read(&manifest, path, err);
	if (done) {
		wanted = bench_recipe_text(build);
		found = manifest.task ? settings_text(&manifest) : evo_strdup("");
		same = strcmp(wanted, found) == 0 && manifest.networks == build->networks &&
		       manifest.seeds == build->seeds &&
		       manifest.first_seed == (size_t) build->how.seed;
		free(wanted);
		free(found);
		if (!same)
			done = evo_fail_at(err, EVO_E_INPUT, folder, 0, 0,
			                   "another benchmark is here already; remove it, or "
			                   "choose another name");
	}
	bench_manifest_clear(&manifest);
	free(path);
	return done;
}
