/*
 * The catalogue: all benchmarks, read one after the other by a thread of its own, so that large
 * tables keep nobody waiting.
 */
#ifndef EVOSCOPE_UI_CATALOGUE_H
#define EVOSCOPE_UI_CATALOGUE_H

#include "evoscope/bench.h"

struct ui_entry {
	char name[64];
	bool read;       /* the rest is there, or the error */
	char error[480]; /* "" when it could be read */
	char title[160], space[32], dataset[96], images[96], origin[200], probe[96];
	bool embedded;
	size_t networks, functions;
	double ceiling; /* NaN when not known */
	struct evo_benchmark_facts facts;
};

struct ui_catalogue;
/* Begins to read. err: set when a folder of benchmarks is there and cannot be read; those of the
   other are in it. */
struct ui_catalogue *ui_catalogue_create(struct evo_error *err);
void ui_catalogue_destroy(struct ui_catalogue *catalogue);
/* Readable when an entry was read since ui_catalogue_entries. */
int ui_catalogue_descriptor(const struct ui_catalogue *catalogue);
size_t ui_catalogue_count(const struct ui_catalogue *catalogue);
/* Copies all entries as they are now. */
void ui_catalogue_entries(struct ui_catalogue *catalogue, struct ui_entry *entries);

#endif
