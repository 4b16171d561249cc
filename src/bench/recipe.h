/*
 * The recipe of a build: what its numbers depend on, and how the manifest says it.
 */
#ifndef BENCH_RECIPE_H
#define BENCH_RECIPE_H

#include "evoscope/bench.h"
#include "image_files.h"
#include "manifest.h"

/* How the trainings of a build are done unless said otherwise. */
struct evo_training bench_recipe_training(void);

/* Can this be built? check_sizes: what can be told before the images are there. */
bool bench_recipe_check_sizes(const struct evo_build *build, struct evo_error *err);
bool bench_recipe_check(const struct evo_build *build, struct evo_error *err);

/*
 * One line of all that a training's result depends on, but architecture and seed: two builds with
 * this line in common share trainings. images: what was read, for builds from files. Caller frees.
 */
char *bench_recipe_text(const struct evo_build *build, const struct bench_image_set *images);

/* The manifest of a build with `networks` of `wanted` trained, without ceiling and seconds. */
void bench_recipe_manifest(struct bench_manifest *manifest, const struct evo_build *build,
                           const struct bench_image_set *images, size_t networks, size_t wanted);

enum bench_built {
	BENCH_NOT_BUILT,
	BENCH_PARTLY_BUILT, /* a benchmark of some of the networks is there */
	BENCH_BUILT
};
/*
 * Is it built already? False with err set when another benchmark is in the folder.
 */
bool bench_recipe_built(const struct evo_build *build, const struct bench_image_set *images,
                        const char *folder, enum bench_built *built, struct evo_error *err);

#endif
