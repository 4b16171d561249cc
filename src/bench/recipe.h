/*
 * The recipe of a build: what its numbers depend on, and how the manifest says it.
 */
#ifndef BENCH_RECIPE_H
#define BENCH_RECIPE_H

#include "evoscope/bench.h"
#include "manifest.h"

/* How the trainings of a build are done unless said otherwise. */
struct evo_training bench_recipe_training(void);

/* Can this be built? */
bool bench_recipe_check(const struct evo_build *build, struct evo_error *err);

/*
 * One line of all that a training's result depends on, but architecture and seed: two builds with
 * this line in common share trainings. Caller frees.
 */
char *bench_recipe_text(const struct evo_build *build);

/* The manifest of a finished build of `networks` architectures, without ceiling and seconds. */
void bench_recipe_manifest(struct bench_manifest *manifest, const struct evo_build *build,
                           size_t networks);

/*
 * Is it built already? *there: a benchmark of the same recipe is in the folder. False with err set
 * when another one is.
 */
bool bench_recipe_built(const struct evo_build *build, const char *folder, bool *there,
                        struct evo_error *err);

#endif
