#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/cases.h"

size_t evo_run_memory(size_t memory)
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

void evo_cases_clear(struct evo_cases *cases)
{
	for (size_t i = 0; i < cases->count; i++) {
		evo_benchmark_destroy(cases->items[i].benchmark);
		free(cases->items[i].rows);
		free(cases->items[i].accuracy);
	}
	for (size_t g = 0; g < cases->group_count; g++)
		free(cases->groups[g].columns);
	free(cases->items);
	free(cases->groups);
	free(cases->networks);
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
	memset(item, 0, sizeof(*item));
	item->benchmark = benchmark;
	struct evo_images images;
	if (!evo_run_probe(benchmark, options, seed, &item->probe, &images, err))
		return false;
	item->images = hash_images(&images);
	bool good = evo_store_probe(store, &item->probe, images.pixels, images.labels,
	                            &item->probe_number, err);
	evo_images_clear(&images);
	return good;
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

bool evo_cases_sample_pools(struct evo_cases *cases, size_t train, size_t validation,
                            struct evo_sampling sampling, uint64_t seed, struct evo_error *err)
{
	for (size_t i = 0; i < cases->count; i++) {
		struct evo_case_item *item = &cases->items[i];
		size_t got, other = 0, *more = NULL;
		size_t *rows = draw(item->benchmark, EVO_TRAIN, train, sampling, seed,
		                    "train networks", &got);
		if (validation > 0)
			more = draw(item->benchmark, EVO_VALIDATION, validation, sampling, seed,
			            "validation networks", &other);
		set_rows(item, rows, got, more, other);
		if (!check_train(item, err))
			return false;
	}
	return true;
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

bool evo_cases_sample_filtered(struct evo_cases *cases, const struct evo_case_filter *filter,
                               enum evo_split split, size_t count, uint64_t seed,
                               struct evo_error *err)
{
	for (size_t i = 0; i < cases->count; i++) {
		struct evo_case_item *item = &cases->items[i];
		size_t got;
		size_t *rows = evo_benchmark_strings(item->benchmark, split, filter ? 0 : count, 0,
		                                     seed, "scored networks", &got);
		bool any = got > 0;
		if (filter != NULL)
			got = filter_rows(item, filter, count, rows, got);
		set_rows(item, rows, got, NULL, 0);
		if (!any)
			return evo_fail(err, EVO_E_INPUT, "benchmark %s has no %s networks",
			                item->benchmark->name, evo_split_name(split));
	}
	return true;
}

bool evo_cases_sample_strings(struct evo_cases *cases, enum evo_split split, size_t count,
                              uint64_t seed, struct evo_error *err)
{
	return evo_cases_sample_filtered(cases, NULL, split, count, seed, err);
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

/* Numbers of the store to columns, as far as they have been met. */
struct column_map {
	size_t *column; /* SIZE_MAX: none yet */
	size_t room;
};

static size_t column_of(struct evo_cases *cases, struct column_map *map, size_t number)
{
	if (number >= map->room) {
		size_t room = number + number / 2 + 256;
		map->column = evo_realloc(map->column, room, sizeof(*map->column));
		for (size_t i = map->room; i < room; i++)
			map->column[i] = SIZE_MAX;
		map->room = room;
	}
	if (map->column[number] == SIZE_MAX) {
		map->column[number] = cases->network_count;
		cases->networks[cases->network_count++] = number;
	}
	return map->column[number];
}

static bool register_group(struct evo_cases *cases, const struct evo_case_item *item,
                           struct column_map *map, struct evo_store *store, struct evo_error *err)
{
	struct evo_case_group *group = &cases->groups[cases->group_count++];
	group->first_case = (size_t) (item - cases->items);
	group->count = item->train + item->validation;
	group->columns = evo_calloc(group->count, sizeof(*group->columns));
	cases->networks = evo_realloc(cases->networks, cases->network_count + group->count,
	                              sizeof(*cases->networks));
	for (size_t i = 0; i < group->count; i++) {
		size_t number;
		if (!evo_store_network(store, item->probe_number, architecture(item, i), &number,
		                       err))
			return false;
		group->columns[i] = column_of(cases, map, number);
	}
	return true;
}

bool evo_cases_register(struct evo_cases *cases, struct evo_store *store, struct evo_error *err)
{
	struct column_map map = {0};
	bool good = true;
	cases->groups = evo_calloc(cases->count, sizeof(*cases->groups));
	for (size_t i = 0; good && i < cases->count; i++) {
		struct evo_case_item *item = &cases->items[i];
		size_t g = 0;
		while (g < cases->group_count &&
		       !same_networks(&cases->items[cases->groups[g].first_case], item))
			g++;
		item->group = g;
		if (g == cases->group_count)
			good = register_group(cases, item, &map, store, err);
	}
	free(map.column);
	return good;
}
