/*
 * Which pool a function belongs to: train, validation or test, by a hash of its text.
 */
#include "config.h"

#include "evoscope/bench.h"

static const char *const split_names[] = {
        [EVO_TRAIN] = "train",
        [EVO_VALIDATION] = "validation",
        [EVO_TEST] = "test",
        [EVO_ALL] = "all",
};

const char *evo_split_name(enum evo_split split)
{
	return split_names[split];
}

enum evo_split evo_function_split(const char *function)
{
	/* This decides for ever what a run may train on: neither hash nor fractions may change. */
	uint64_t tenth = evo_hash_text(function) % 10;

	return tenth < 6 ? EVO_TRAIN : tenth < 8 ? EVO_VALIDATION : EVO_TEST;
}
