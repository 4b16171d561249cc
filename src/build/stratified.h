/*
 * Which architectures a build trains.
 */
#ifndef BUILD_STRATIFIED_H
#define BUILD_STRATIFIED_H

#include "evoscope/space.h"

/*
 * `count` architectures of the space (or as many as there are), no two the same function, in equal
 * shares of its strata as far as there are that many. A larger count begins with a smaller one.
 * Caller frees each and the list.
 */
char **build_stratified_sample(const struct evo_space *space, size_t count, uint64_t seed,
                               size_t *got, struct evo_error *err);

#endif
