/*
 * A benchmark's table.csv is written, and read: a row an architecture, with its accuracy and, where
 * it was trained here, the accuracy of every seed.
 */
#include "config.h"

#include "evoscope/bench_table.h"

#include <stdlib.h>
#include <string.h>

bool evo_bench_table_write(const struct evo_bench_table *table, const char *path,
                           struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);
	struct evo_csv csv;

	if (file == NULL)
		return false;
	evo_csv_begin(&csv, evo_file_stream(file));
	evo_csv_text(&csv, "architecture");
	evo_csv_text(&csv, "accuracy");
	for (size_t seed = 0; seed < table->seed_count; seed++) {
		char name[32];

		snprintf(name, sizeof(name), "seed%zu", table->seed_names[seed]);
		evo_csv_text(&csv, name);
	}
	evo_csv_end_row(&csv);
	for (size_t i = 0; i < table->count; i++) {
		evo_csv_text(&csv, table->architectures[i]);
		evo_csv_number(&csv, table->accuracies[i]);
		for (size_t seed = 0; seed < table->seed_count; seed++)
			evo_csv_number(&csv, table->seeds[i * table->seed_count + seed]);
		evo_csv_end_row(&csv);
	}
	return evo_file_commit(file, err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct table_reader {
	struct evo_benchmark *benchmark;
	const char *path;
	struct evo_index functions;
	size_t room, columns;
	bool begun;
};

static bool take_header(struct table_reader *reader, size_t line, size_t count, char *const *fields,
                        struct evo_error *err)
{
	if (count < 2 || strcmp(fields[0], "architecture") != 0 ||
	    strcmp(fields[1], "accuracy") != 0)
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "the first line is not \"architecture,accuracy,...\"");
	reader->columns = count;
	reader->begun = true;
	return true;
}

/* The row's function, once in memory however many rows compute it. */
static bool find_function(struct table_reader *reader, struct evo_row *row, size_t line,
                          struct evo_error *err)
{
	struct evo_error why = {0};
	bool added;

	row->function = reader->benchmark->space->function(row->architecture, &why);
	if (row->function == NULL)
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0, "%s", why.message);
	row->function_id = evo_index_add(&reader->functions, row->function, &added);
	if (!added) {
		free(row->function);
		row->function = reader->functions.texts[row->function_id];
	}
	row->split = evo_function_split(row->function);
	return true;
}

static bool take_row(struct table_reader *reader, size_t line, char *const *fields,
                     struct evo_error *err)
{
	struct evo_benchmark *benchmark = reader->benchmark;
	struct evo_row row = {0};
	bool added;

	if (!evo_number_parse(fields[1], &row.accuracy, NULL) ||
	    !(row.accuracy >= 0 && row.accuracy <= 100))
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "the accuracy \"%.40s\" is not a number from 0 to 100",
		                   fields[1]);
	row.architecture = evo_strdup(fields[0]);
	if (!find_function(reader, &row, line, err)) {
		free(row.architecture);
		return false;
	}
	benchmark->rows = evo_grown_by_one(benchmark->rows, &reader->room, benchmark->row_count,
	                                   sizeof(*benchmark->rows));
	benchmark->rows[benchmark->row_count++] = row;
	benchmark->function_count = reader->functions.count;
	evo_index_add(benchmark->index, row.architecture, &added);
	if (!added)
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "the architecture %s appears twice", row.architecture);
	return true;
}

static bool take(void *context, size_t line, size_t count, char *const *fields,
                 struct evo_error *err)
{
	struct table_reader *reader = context;

	if (!reader->begun)
		return take_header(reader, line, count, fields, err);
	if (count != reader->columns)
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "%zu fields where the first line has %zu", count,
		                   reader->columns);
	return take_row(reader, line, fields, err);
}

bool evo_bench_table_read(struct evo_benchmark *benchmark, const char *path, struct evo_error *err)
{
	struct table_reader reader = {.benchmark = benchmark, .path = path};
	bool done;

	benchmark->index = evo_malloc(sizeof(*benchmark->index));
	evo_index_init(benchmark->index);
	evo_index_init(&reader.functions);
	done = evo_csv_read(path, take, &reader, err);
	if (done && benchmark->row_count == 0)
		done = evo_fail_at(err, EVO_E_INPUT, path, 0, 0, "no architecture in the table");
	evo_index_clear(&reader.functions);
	return done;
}

/* ---- With seeds ------------------------------------------------------------------------------ */

struct seed_reader {
	struct evo_bench_seed_table *table;
	const char *path;
	size_t columns;
};

static bool no_seeds(const char *path, size_t line, struct evo_error *err)
{
	return evo_fail_at(err, EVO_E_INPUT, path, line, 0,
	                   "the table does not have the accuracy of every seed");
}

static bool take_seeds(void *context, size_t line, size_t count, char *const *fields,
                       struct evo_error *err)
{
	struct seed_reader *reader = context;
	struct evo_bench_seed_table *table = reader->table;

	if (reader->columns == 0) {
		reader->columns = count;
		table->seed_count = count > 2 ? count - 2 : 0;
		return count > 2 || no_seeds(reader->path, line, err);
	}
	if (count != reader->columns)
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "%zu fields where the first line has %zu", count,
		                   reader->columns);
	table->architectures =
	        evo_realloc(table->architectures, table->count + 1, sizeof(*table->architectures));
	table->seeds = evo_realloc(table->seeds, (table->count + 1) * table->seed_count,
	                           sizeof(*table->seeds));
	table->architectures[table->count++] = evo_strdup(fields[0]);
	for (size_t seed = 0; seed < table->seed_count; seed++)
		if (!evo_number_parse(fields[2 + seed],
		                      &table->seeds[(table->count - 1) * table->seed_count + seed],
		                      NULL))
			return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
			                   "the accuracy \"%.40s\" is not a number",
			                   fields[2 + seed]);
	return true;
}

bool evo_bench_table_read_seeds(struct evo_bench_seed_table *table, const char *path,
                                struct evo_error *err)
{
	struct seed_reader reader = {.table = table, .path = path};

	*table = (struct evo_bench_seed_table){0};
	if (!evo_csv_read(path, take_seeds, &reader, err))
		return false;
	return reader.columns > 0 || no_seeds(path, 1, err);
}

void evo_bench_table_clear_seeds(struct evo_bench_seed_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->architectures[i]);
	free(table->architectures);
	free(table->seeds);
	*table = (struct evo_bench_seed_table){0};
}
