/*
 * The networks of a study: in which order they are scored, and where each one's scores belong.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "study.h"

/* Groups take turns, so that every benchmark fills at the same pace. */
static void line_up(struct study_sample *sample)
{
	const struct evo_cases *cases = &sample->cases;
	bool *seen = evo_calloc(cases->network_count + 1, sizeof(*seen));
	size_t count = 0;
	sample->order = evo_calloc(cases->network_count + 1, sizeof(*sample->order));
	for (size_t i = 0; count < cases->network_count; i++) {
		for (size_t g = 0; g < cases->group_count; g++) {
			const struct evo_case_group *group = &cases->groups[g];
			if (i >= group->count || seen[group->columns[i]])
				continue;
			seen[group->columns[i]] = true;
			sample->order[count++] = group->columns[i];
		}
	}
	free(seen);
}

static void find_places(struct study_sample *sample)
{
	const struct evo_cases *cases = &sample->cases;
	size_t columns = cases->network_count, total = 0;
	size_t *begin = evo_calloc(columns + 2, sizeof(*begin));
	for (size_t g = 0; g < cases->group_count; g++) {
		total += cases->groups[g].count;
		for (size_t i = 0; i < cases->groups[g].count; i++)
			begin[cases->groups[g].columns[i] + 2]++;
	}
	for (size_t c = 2; c < columns + 2; c++)
		begin[c] += begin[c - 1];
	sample->places = evo_calloc(total + 1, sizeof(*sample->places));
	/* begin[c + 1] goes from where c's places begin to where they end. */
	for (size_t g = 0; g < cases->group_count; g++) {
		for (size_t i = 0; i < cases->groups[g].count; i++) {
			size_t at = begin[cases->groups[g].columns[i] + 1]++;
			sample->places[at] = (struct study_place){g, i};
		}
	}
	sample->place_begin = begin;
}

static void describe(const struct evo_case_item *item, struct evo_study_case *out)
{
	size_t count = item->train + item->validation;
	const char **architectures = evo_calloc(count + 1, sizeof(*architectures));
	for (size_t i = 0; i < count; i++)
		architectures[i] = item->benchmark->rows[item->rows[i]].architecture;
	evo_run_describe(item->benchmark, &item->probe, &out->about);
	out->about.train = item->train;
	out->about.validation = item->validation;
	out->architectures = architectures;
	out->accuracy = item->accuracy;
}

/* Of all benchmarks as many as a study can have, the first ones by name. *all: to be freed. */
static const char *const *choose_names(struct study_sample *sample,
                                       const struct evo_study_config *config, char ***all,
                                       size_t *count, struct evo_error *err)
{
	*count = config->benchmark_count;
	if (*count != 1 || strcmp(config->benchmarks[0], "all") != 0)
		return config->benchmarks;
	*all = evo_benchmark_names(count, err);
	if (*count > EVO_CASES_MAX) {
		sample->left_out = *count - EVO_CASES_MAX;
		*count = EVO_CASES_MAX;
	}
	return (const char *const *) *all;
}

static struct evo_engine *open_engine(struct study_sample *sample,
                                      const struct evo_study_config *config, struct evo_error *err)
{
	char **all = NULL;
	struct evo_engine_config engine = {.most = EVO_CASES_MAX,
	                                   .probe = config->probe,
	                                   .sample = {.seed = config->seed,
	                                              .train = config->train,
	                                              .validation = config->validation,
	                                              .sampling = config->sampling,
	                                              .strings = config->strings,
	                                              .split = config->split,
	                                              .count = config->networks},
	                                   .seed = config->seed,
	                                   .threads = config->threads,
	                                   .memory = config->memory,
	                                   .expected = config->expected};
	engine.benchmarks = choose_names(sample, config, &all, &engine.benchmark_count, err);
	struct evo_engine *opened =
	        err->code == EVO_OK ? evo_engine_open(&engine, &sample->cases, err) : NULL;
	for (size_t i = 0; all != NULL && i < engine.benchmark_count + sample->left_out; i++)
		free(all[i]);
	free(all);
	return opened;
}

struct study_sample *study_sample_load(const struct evo_study_config *config,
                                       struct evo_engine **engine, struct evo_error *err)
{
	struct study_sample *sample = evo_calloc(1, sizeof(*sample));
	sample->references = 1;
	*engine = open_engine(sample, config, err);
	if (*engine == NULL) {
		study_sample_release(sample);
		return NULL;
	}
	line_up(sample);
	study_known_load(sample);
	find_places(sample);
	for (size_t i = 0; i < sample->cases.count; i++)
		describe(&sample->cases.items[i], &sample->about[i]);
	return sample;
}

struct study_sample *study_sample_hold(struct study_sample *sample)
{
	if (sample != NULL)
		__atomic_fetch_add(&sample->references, 1, __ATOMIC_RELAXED);
	return sample;
}

void study_sample_release(struct study_sample *sample)
{
	if (sample == NULL || __atomic_sub_fetch(&sample->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < sample->cases.count; i++)
		free((void *) (uintptr_t) sample->about[i].architectures);
	study_known_clear(sample);
	evo_cases_clear(&sample->cases);
	free(sample->order);
	free(sample->places);
	free(sample->place_begin);
	free(sample);
}
