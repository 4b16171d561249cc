/*
 * The probe of a benchmark: its own, another's, or what options say, with the images of the batch.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/benchmark_probe.h"

static size_t either(size_t option, size_t usual)
{
	return option > 0 ? option : usual;
}

/* The batch of the benchmark that the probe is of. */
static bool load_images(const struct evo_benchmark *of, struct evo_probe *probe,
                        struct evo_images *images, struct evo_error *err)
{
	if (!evo_benchmark_images(of, probe->batch, probe->macro.side, images, err))
		return false;
	if (images->count > 0 && images->count < probe->batch) {
		evo_fail(err, EVO_E_INPUT, "benchmark %s has %zu images; a batch of %zu needs more",
		         of->name, images->count, probe->batch);
		evo_images_clear(images);
		return false;
	}
	return true;
}

/* Two sources are equal only when the images are: a long text ends in its hash. */
static void set_source(struct evo_probe *probe, const char *source)
{
	if (strlen(source) < sizeof(probe->source))
		strcpy(probe->source, source);
	else
		snprintf(probe->source, sizeof(probe->source), "%.160s %016llx", source,
		         (unsigned long long) evo_hash_text(source));
}

/*
 * Labels mean something only where there is an output for every class of the images' dataset.
 * Where there is not, they are left out, and drawn evenly in their place.
 */
static void fit_labels(struct evo_probe *probe, struct evo_images *images)
{
	probe->drawn_labels = images->labels != NULL && images->classes > probe->macro.classes;
	if (!probe->drawn_labels)
		return;
	free(images->labels);
	images->labels = NULL;
}

bool evo_run_probe(const struct evo_benchmark *benchmark, const struct evo_probe_options *options,
                   uint64_t seed, struct evo_probe *probe, struct evo_images *images,
                   struct evo_error *err)
{
	struct evo_benchmark *other = NULL;
	*images = (struct evo_images){0};
	memset(probe, 0, sizeof(*probe));
	if (options->probe_of != NULL && strcmp(options->probe_of, benchmark->name) != 0) {
		other = evo_benchmark_open(options->probe_of, err);
		if (other == NULL)
			return false;
	}
	const struct evo_benchmark *of = other != NULL ? other : benchmark;
	probe->space = benchmark->space;
	probe->macro.channels = either(options->channels, of->macro.channels);
	probe->macro.cells = either(options->cells, of->macro.cells);
	probe->macro.side = either(options->side, of->macro.side);
	probe->macro.classes = either(options->classes, of->macro.classes);
	probe->batch = either(options->batch, of->batch);
	probe->seed = seed;
	bool good = probe->space->check_macro(&probe->macro, err) &&
	            load_images(of, probe, images, err);
	if (good && images->pixels != NULL)
		set_source(probe, of->image_source);
	if (good)
		fit_labels(probe, images);
	evo_benchmark_image_text(benchmark, of, probe->images, sizeof(probe->images));
	evo_benchmark_destroy(other);
	return good;
}

void evo_run_describe(const struct evo_benchmark *benchmark, const struct evo_probe *probe,
                      struct evo_run_case *out)
{
	snprintf(out->name, sizeof(out->name), "%s", benchmark->name);
	snprintf(out->title, sizeof(out->title), "%s", benchmark->title);
	snprintf(out->images, sizeof(out->images), "%s", probe->images);
	snprintf(out->origin, sizeof(out->origin), "%s", benchmark->origin);
	evo_probe_text(probe, out->probe, sizeof(out->probe));
}
