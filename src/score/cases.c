/*
 * Benchmarks loaded, their networks sampled, and every network given a column.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/cases.h"

size_t evo_score_memory(size_t memory)
{
	if (memory > 0)
		return memory;
	memory = evo_memory() / 2;
	return memory > 0 ? memory : (size_t) 1 << 30;
}

const char *const *evo_run_copy_list(const char *const *list, size_t count)
{
	char **copy = evo_calloc(count, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = evo_strdup(list[i]);
	return (const char *const *) copy;
}

void evo_run_free_list(const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *) (uintptr_t) list[i]);
	free((void *) (uintptr_t) list);
}

static void clear_groups(struct evo_cases *cases)
{
	for (size_t g = 0; g < cases->group_count; g++)
		free(cases->groups[g].columns);
	free(cases->groups);
	cases->groups = NULL;
	cases->group_count = cases->network_count = 0;
}

void evo_cases_clear(struct evo_cases *cases)
{
	clear_groups(cases);
	for (size_t i = 0; i < cases->count; i++) {
		evo_benchmark_destroy(cases->items[i].benchmark);
		free(cases->items[i].rows);
		free(cases->items[i].accuracy);
	}
	free(cases->items);
	memset(cases, 0, sizeof(*cases));
}

/* ---- Loading --------------------------------------------------------------------------------- */

static uint64_t hash_images(const struct evo_images *images)
{
	size_t count = images->count;
	if (images->pixels == NULL)
		return 0;
	uint64_t hash = evo_hash(images->pixels,
	                         count * 3 * images->side * images->side * sizeof(float), 1);
	if (images->labels != NULL)
		hash = evo_hash(images->labels, count * sizeof(*images->labels), hash);
	return hash;
}

/* Finds out at which probe the item's networks are scored, and registers that. */
static bool set_probe(struct evo_case_item *item, const struct evo_probe_options *options,
                      uint64_t seed, struct evo_store *store, struct evo_error *err)
{
	struct evo_images images;
	if (!evo_run_probe(item->benchmark, options, seed, &item->probe, &images, err))
		return false;
	item->images = hash_images(&images);
	bool good = evo_store_probe(store, &item->probe, images.pixels, images.labels,
	                            &item->probe_number, err);
	evo_images_clear(&images);
	return good;
}

static bool load_one(struct evo_cases *cases, const char *name,
                     const struct evo_probe_options *options, uint64_t seed,
                     struct evo_store *store, struct evo_error *err)
{
	for (size_t i = 0; i < cases->count; i++) {
		if (strcmp(cases->items[i].benchmark->name, name) == 0)
			return evo_fail(err, EVO_E_USAGE, "benchmark %s is given twice", name);
	}
	struct evo_benchmark *benchmark = evo_benchmark_load(name, err);
	if (benchmark == NULL)
		return false;
	cases->items = evo_realloc(cases->items, cases->count + 1, sizeof(*cases->items));
	struct evo_case_item *item = &cases->items[cases->count++];
	*item = (struct evo_case_item){.benchmark = benchmark};
	return set_probe(item, options, seed, store, err);
}

bool evo_cases_reseed(struct evo_cases *cases, const struct evo_probe_options *options,
                      uint64_t seed, struct evo_store *store, struct evo_error *err)
{
	for (size_t i = 0; i < cases->count; i++) {
		struct evo_case_item *item = &cases->items[i];
		uint64_t images = item->images;
		if (!set_probe(item, options, seed, store, err))
			return false;
		if (item->images != images)
			return evo_fail(
			        err, EVO_E_INPUT,
			        "the images of benchmark %s were changed while it was being "
			        "scored; score it again",
			        item->benchmark->name);
	}
	return true;
}

static bool load_named(struct evo_cases *cases, const char *const *names, size_t count, size_t most,
                       const struct evo_probe_options *options, uint64_t seed,
                       struct evo_store *store, struct evo_error *err)
{
	if (count > most)
		return evo_fail(
		        err, EVO_E_USAGE,
		        "at most %zu benchmarks at a time, and here are %zu: name those that "
		        "matter",
		        most, count);
	for (size_t i = 0; i < count; i++) {
		if (!load_one(cases, names[i], options, seed, store, err))
			return false;
	}
	return cases->count > 0 || evo_fail(err, EVO_E_USAGE, "no benchmark is given");
}

bool evo_cases_load(struct evo_cases *cases, const char *const *names, size_t count, size_t most,
                    const struct evo_probe_options *options, uint64_t seed, struct evo_store *store,
                    struct evo_error *err)
{
	memset(cases, 0, sizeof(*cases));
	if (count != 1 || strcmp(names[0], "all") != 0)
		return load_named(cases, names, count, most, options, seed, store, err);
	char **all = evo_benchmark_names(&count, err);
	bool good = err->code == EVO_OK && load_named(cases, (const char *const *) all, count, most,
	                                              options, seed, store, err);
	for (size_t i = 0; i < count; i++)
		free(all[i]);
	free(all);
	return good;
}

/* ---- Sampling -------------------------------------------------------------------------------- */

/* Takes both lists over. */
static void set_rows(struct evo_case_item *item, size_t *train, size_t train_count,
                     size_t *validation, size_t validation_count)
{
	size_t count = train_count + validation_count;
	item->rows = evo_realloc(train, count, sizeof(*train));
	if (validation_count > 0)
		memcpy(item->rows + train_count, validation,
		       validation_count * sizeof(*validation));
	free(validation);
	item->train = train_count;
	item->validation = validation_count;
	item->accuracy = evo_calloc(count, sizeof(*item->accuracy));
	for (size_t i = 0; i < count; i++)
		item->accuracy[i] = item->benchmark->rows[item->rows[i]].accuracy;
}

static bool check_train(const struct evo_case_item *item, struct evo_error *err)
{
	if (item->train < 2)
		return evo_fail(err, EVO_E_INPUT,
		                "benchmark %s has %zu train networks; a search needs 2 at least",
		                item->benchmark->name, item->train);
	for (size_t i = 1; i < item->train; i++) {
		if (item->accuracy[i] != item->accuracy[0])
			return true;
	}
	return evo_fail(err, EVO_E_INPUT,
	                "the %zu train networks of benchmark %s all have the same accuracy, so no "
	                "order can be searched for; take more networks or another benchmark",
	                item->train, item->benchmark->name);
}

/* Those of one pool. */
static size_t *draw(const struct evo_benchmark *benchmark, enum evo_split split, size_t count,
                    struct evo_sampling sampling, uint64_t seed, const char *purpose, size_t *got)
{
	if (sampling.strings)
		return evo_benchmark_strings(benchmark, split, count, sampling.copies, seed,
		                             purpose, got);
	return evo_benchmark_sample(benchmark, split, count, seed, purpose, got);
}

static bool sample_pools(struct evo_case_item *item, const struct evo_sample *sample,
                         struct evo_error *err)
{
	size_t got, other = 0, *more = NULL;
	size_t *rows = draw(item->benchmark, EVO_TRAIN, sample->train, sample->sampling,
	                    sample->seed, "train networks", &got);
	if (sample->validation > 0)
		more = draw(item->benchmark, EVO_VALIDATION, sample->validation, sample->sampling,
		            sample->seed, "validation networks", &other);
	set_rows(item, rows, got, more, other);
	return check_train(item, err);
}

/* Keeps the first `count` rows that pass; the order is that of a sample without a filter. */
static size_t filter_rows(struct evo_case_item *item, const struct evo_case_filter *filter,
                          size_t count, size_t *rows, size_t got)
{
	size_t kept = 0;
	item->candidates = got;
	for (size_t i = 0; i < got; i++) {
		const struct evo_row *row = &item->benchmark->rows[rows[i]];
		if (filter->has(filter->context, row->architecture))
			rows[kept++] = rows[i];
	}
	item->left_out = got - kept;
	return count > 0 && kept > count ? count : kept;
}

static bool sample_strings(struct evo_case_item *item, const struct evo_sample *sample,
                           struct evo_error *err)
{
	size_t got, wanted = sample->filter != NULL ? 0 : sample->count;
	size_t *rows = evo_benchmark_strings(item->benchmark, sample->split, wanted, 0,
	                                     sample->seed, "scored networks", &got);
	bool any = got > 0;
	if (sample->filter != NULL)
		got = filter_rows(item, sample->filter, sample->count, rows, got);
	set_rows(item, rows, got, NULL, 0);
	return any || evo_fail(err, EVO_E_INPUT, "benchmark %s has no %s networks",
	                       item->benchmark->name, evo_split_name(sample->split));
}

bool evo_cases_sample(struct evo_cases *cases, const struct evo_sample *sample,
                      struct evo_error *err)
{
	bool good = true;
	for (size_t i = 0; good && i < cases->count; i++)
		good = sample->strings ? sample_strings(&cases->items[i], sample, err)
		                       : sample_pools(&cases->items[i], sample, err);
	return good;
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static const char *architecture(const struct evo_case_item *item, size_t i)
{
	return item->benchmark->rows[item->rows[i]].architecture;
}

static bool same_networks(const struct evo_case_item *a, const struct evo_case_item *b)
{
	if (a->probe_number != b->probe_number || a->train != b->train ||
	    a->validation != b->validation)
		return false;
	for (size_t i = 0; i < a->train + a->validation; i++) {
		if (strcmp(architecture(a, i), architecture(b, i)) != 0)
			return false;
	}
	return true;
}

/* Numbers of the store to columns, as far as they have been met, and back. */
struct columns {
	size_t *of; /* by number; SIZE_MAX: none yet */
	size_t room;
	size_t *networks; /* by column */
	size_t count;
};

static size_t column_of(struct columns *columns, size_t number)
{
	if (number >= columns->room) {
		size_t room = number + number / 2 + 256;
		columns->of = evo_realloc(columns->of, room, sizeof(*columns->of));
		for (size_t i = columns->room; i < room; i++)
			columns->of[i] = SIZE_MAX;
		columns->room = room;
	}
	if (columns->of[number] == SIZE_MAX) {
		columns->of[number] = columns->count;
		columns->networks[columns->count++] = number;
	}
	return columns->of[number];
}

static bool register_group(struct evo_cases *cases, const struct evo_case_item *item,
                           struct columns *columns, struct evo_store *store, struct evo_error *err)
{
	struct evo_case_group *group = &cases->groups[cases->group_count++];
	group->first_case = (size_t) (item - cases->items);
	group->count = item->train + item->validation;
	group->columns = evo_calloc(group->count, sizeof(*group->columns));
	columns->networks = evo_realloc(columns->networks, columns->count + group->count + 1,
	                                sizeof(*columns->networks));
	for (size_t i = 0; i < group->count; i++) {
		size_t number;
		if (!evo_store_network(store, item->probe_number, architecture(item, i), &number,
		                       err))
			return false;
		group->columns[i] = column_of(columns, number);
	}
	return true;
}

size_t *evo_cases_register(struct evo_cases *cases, struct evo_store *store, struct evo_error *err)
{
	struct columns columns = {0};
	bool good = true;
	clear_groups(cases);
	cases->groups = evo_calloc(cases->count, sizeof(*cases->groups));
	for (size_t i = 0; good && i < cases->count; i++) {
		struct evo_case_item *item = &cases->items[i];
		size_t g = 0;
		while (g < cases->group_count &&
		       !same_networks(&cases->items[cases->groups[g].first_case], item))
			g++;
		item->group = g;
		if (g == cases->group_count)
			good = register_group(cases, item, &columns, store, err);
	}
	cases->network_count = columns.count;
	free(columns.of);
	if (good)
		return columns.networks;
	free(columns.networks);
	return NULL;
}

const char *evo_cases_architecture(const struct evo_cases *cases, size_t group, size_t i)
{
	return architecture(&cases->items[cases->groups[group].first_case], i);
}

void evo_cases_gather(const struct evo_cases *cases, size_t group, const double *columns,
                      double *out)
{
	for (size_t i = 0; i < cases->groups[group].count; i++)
		out[i] = columns[cases->groups[group].columns[i]];
}
