/*
 * Which architectures a build trains.
 */
#ifndef BUILD_STRATIFIED_H
#define BUILD_STRATIFIED_H

#include "evoscope/space.h"

/*
 * `count` architectures of nb201 (or as many as there are), no two the same function, in equal
 * shares by the number of convolutions that their output depends on (0 to 6) as far as there are
 * that many. A larger count begins with a smaller one. Caller frees each and the list.
 */
char **build_stratified_sample(const struct evo_space *space, size_t count, uint64_t seed,
                               size_t *got, struct evo_error *err);

/* Convolutions of a cell of nb201 that lie on a path from its input to its output. */
size_t build_live_convolutions(const char *architecture);

#endif
