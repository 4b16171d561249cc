/*
 * Takes up a stored search up to a later generation, and prints what it ends with: every individual
 * of the population and what is known of it. It is built twice, the second time with rows of a test
 * in the tables of primitives, statistics and classic proxies, and must print the same.
 *
 *     stored_end STORE NAME GENERATIONS
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/archive.h"
#include "evoscope/search.h"

static int fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 1;
}

static void print_individual(const struct evo_individual *one)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(&one->tree, &text);
	printf("%" PRIu64 " %s %016" PRIx64 " %a %s\n", one->id, evo_origin_name(one->origin),
	       one->hash, one->fitness, text.data);
	evo_text_clear(&text);
}

static void print_end(const struct evo_snapshot *end)
{
	printf("generation %zu, %zu expressions scored\n", end->generation, end->evaluations);
	for (size_t i = 0; i < end->population_count; i++)
		print_individual(end->population[i]);
}

static bool is_at_its_end(const struct evo_snapshot *now, size_t generations)
{
	return now->state == EVO_RUN_FAILED ||
	       (now->state == EVO_RUN_DONE && now->generation >= generations);
}

static int go_on(struct evo_run *run, const char *generations, struct evo_error *err)
{
	char setting[64];
	snprintf(setting, sizeof(setting), "generations %s", generations);
	if (!evo_run_send(run, EVO_COMMAND_SET, setting, err) ||
	    !evo_run_send(run, EVO_COMMAND_START, NULL, err))
		return fail(err->message);
	const struct evo_snapshot *now = evo_run_snapshot(run);
	while (!is_at_its_end(now, strtoul(generations, NULL, 10))) {
		evo_snapshot_release(now);
		evo_run_wait(run, 1);
		now = evo_run_snapshot(run);
	}
	int status = now->state == EVO_RUN_FAILED ? fail(now->error) : 0;
	print_end(now);
	evo_snapshot_release(now);
	return status;
}

int main(int argc, char **argv)
{
	struct evo_error err = {0};
	struct evo_run_config config;
	if (argc != 4)
		return fail("usage: stored_end STORE NAME GENERATIONS");
	bool good = evo_run_config_stored(&config, argv[1], argv[2], &err);
	struct evo_run *run = good ? evo_run_create(&config, &err) : NULL;
	evo_run_config_clear(&config);
	if (run == NULL)
		return fail(err.message);
	fprintf(stderr, "%zu words\n", evo_primitive_count());
	int status = go_on(run, argv[3], &err);
	evo_run_destroy(run);
	return status;
}
