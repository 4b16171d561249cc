/*
 * The importers: one entry for every published table of accuracies that benchmarks are made of.
 * The command line, its help and the manual go by this list.
 */
#include "config.h"

#include "import.h"

#include <string.h>

static const struct evo_importer *const importers[] = {
        &bench_nats_bench,
};

size_t evo_importer_count(void)
{
	return EVO_COUNT(importers);
}

const struct evo_importer *evo_importer_at(size_t index)
{
	return index < EVO_COUNT(importers) ? importers[index] : NULL;
}

const struct evo_importer *evo_importer_find(const char *name)
{
	for (size_t i = 0; i < EVO_COUNT(importers); i++)
		if (strcmp(importers[i]->name, name) == 0)
			return importers[i];
	return NULL;
}

const struct evo_importer_dataset *bench_dataset_of(const struct evo_benchmark *benchmark)
{
	for (size_t i = 0; i < EVO_COUNT(importers); i++)
		for (size_t k = 0; k < importers[i]->dataset_count; k++)
			if (strcmp(importers[i]->datasets[k].dataset, benchmark->dataset) == 0)
				return &importers[i]->datasets[k];
	return NULL;
}
