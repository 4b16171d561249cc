/*
 * The configuration of a build: what its numbers depend on, and how the manifest says it.
 */
#ifndef BUILD_CONFIGURATION_H
#define BUILD_CONFIGURATION_H

#include "evoscope/bench_folder.h"
#include "evoscope/bench_manifest.h"
#include "evoscope/build.h"

/* Can this be built? check_sizes: what can be told before the images are there. */
bool build_config_check_sizes(const struct evo_build *build, struct evo_error *err);
bool build_config_check(const struct evo_build *build, struct evo_error *err);

/*
 * One line of all that a training's result depends on, but architecture and seed: two builds with
 * this line in common share trainings. images: what was read, for builds from files. Caller frees.
 */
char *build_config_text(const struct evo_build *build, const struct evo_image_set *images);

/* The manifest of a build with `networks` of `wanted` trained, without ceiling and seconds. */
void build_config_manifest(struct evo_bench_manifest *manifest, const struct evo_build *build,
                           const struct evo_image_set *images, size_t networks, size_t wanted);

enum build_found {
	BUILD_NONE,
	BUILD_PARTIAL, /* a benchmark of some of the networks is there */
	BUILD_COMPLETE
};
/*
 * Is it built already? False with err set when another benchmark is in the folder.
 */
bool build_find(const struct evo_build *build, const struct evo_image_set *images,
                const char *folder, enum build_found *built, struct evo_error *err);

#endif
