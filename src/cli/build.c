/*
 * benchmarks build: settings of the command line over the usual ones, or over a benchmark's own;
 * then networks are trained, with a line of progress, or what is trained so far is published.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "evoscope/proxy.h"
#include "cli.h"

/* ---- Progress -------------------------------------------------------------------------------- */

/* "trained 82 of 240, 1:02:03 left; last 61.2, all 10.1 .. 55.0 .. 80.2 %, tau 0.750": as long as a
   terminal of 80 columns allows; a wider one has a bar before it. */
static void progress_text(const struct evo_build_status *status, struct evo_text *out)
{
	size_t done = status->done, total = status->total, now = done - status->kept;
	evo_text_printf(out, "trained %zu of %zu", done, total);
	/* What an earlier run kept took no time. */
	if (now && done < total) {
		evo_text_append(out, ", ");
		cli_clock(out, status->seconds / (double) now * (double) (total - done));
		evo_text_append(out, " left");
	}
	if (status->architecture != NULL)
		evo_text_printf(out, "; last %.1f", status->accuracy);
	if (!isnan(status->median))
		evo_text_printf(out, "%s all %.1f .. %.1f .. %.1f %%",
		                status->architecture != NULL ? "," : ";", status->low,
		                status->median, status->high);
	if (!isnan(status->agreement))
		evo_text_printf(out, ", tau %.3f", status->agreement);
}

struct watching {
	struct cli_progress progress;
	bool told; /* what is odd about the images */
};

static bool show_progress(void *context, const struct evo_build_status *status)
{
	struct watching *watching = context;
	struct cli_progress *progress = &watching->progress;
	if (status->note != NULL && !watching->told) {
		char *text = evo_format("evoscope: %s", status->note);
		cli_progress_note(progress, text);
		free(text);
	}
	watching->told = true;
	if (cli_progress_due(progress, status->done)) {
		struct evo_text text;
		evo_text_init(&text);
		progress_text(status, &text);
		cli_progress_bar(progress, (double) status->done / (double) status->total,
		                 text.data);
		evo_text_clear(&text);
	}
	return !cli_signal();
}

/* ---- What was asked for ---------------------------------------------------------------------- */

static bool check_options(const struct cli_options *options, struct evo_error *err)
{
	bool files = options->train_files.count > 0;
	if (files && options->task != NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "--task and --images exclude each other: networks learn either");
	if (files && !options->test_files.count)
		return evo_fail(err, EVO_E_USAGE,
		                "--images needs --test: other images, to test on");
	if (!files && (options->test_files.count || options->train_labels.count ||
	               options->test_labels.count))
		return evo_fail(err, EVO_E_USAGE,
		                "--labels, --test and --test-labels go with --images");
	if (options->rows.first && options->publish)
		return evo_fail(err, EVO_E_USAGE,
		                "--rows and --publish exclude each other: one trains, the other "
		                "does not");
	if (files && options->name == NULL && options->folder == NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "--images needs --name: what the benchmark is to be called");
	return true;
}

/* The last part of a folder's path; caller frees. */
static char *last_part(const char *folder)
{
	size_t end = strlen(folder), begin;
	while (end > 1 && folder[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && folder[begin - 1] != '/';)
		begin--;
	return evo_strndup(folder + begin, end - begin);
}

/* What the benchmark is called unless it is said; caller frees. */
static char *name_of(const struct cli_options *options)
{
	if (options->name != NULL)
		return evo_strdup(options->name);
	if (options->folder != NULL)
		return last_part(options->folder);
	/* Rows without a name are those of the embedded benchmark, which is not changed by that. */
	return evo_format("%s-%s", options->rows.first ? "tiny201" : "my",
	                  options->task != NULL ? options->task : "shapes");
}

static void take_files(const struct cli_options *options, struct evo_build *build)
{
	const struct evo_image_files train = {
	        options->train_files.items, options->train_labels.items, options->train_files.count,
	        options->train_labels.count};
	const struct evo_image_files test = {options->test_files.items, options->test_labels.items,
	                                     options->test_files.count, options->test_labels.count};
	/* As many images, and as large, as the files have; a benchmark that is trained again has
	   its own numbers. */
	if (!build->train_files.image_count) {
		build->train_images = build->test_images = 0;
		build->macro.side = build->macro.classes = 0;
	}
	build->train_files = train;
	build->test_files = test;
}

static void take_training(const struct cli_options *options, struct evo_training *how)
{
	if (options->epochs)
		how->epochs = options->epochs;
	if (options->train_batch)
		how->batch = options->train_batch;
	if (options->rate > 0)
		how->rate = options->rate;
	if (options->shift != SIZE_MAX)
		how->shift = options->shift;
	if (options->flip)
		how->flip = true;
}

/* Options over what is there: the usual settings, or those of a benchmark. */
static void take_options(const struct cli_options *options, struct evo_build *build)
{
	build->command = options->command_line;
	if (options->task != NULL) {
		build->task = options->task;
		build->train_files = build->test_files = (struct evo_image_files){0};
		build->macro.side = build->macro.classes = 0;
	}
	if (options->train_files.count)
		take_files(options, build);
	if (options->architectures)
		build->networks = options->architectures;
	if (options->seeds)
		build->seeds = options->seeds;
	if (options->train_images)
		build->train_images = options->train_images;
	if (options->test_images)
		build->test_images = options->test_images;
	if (options->probe.channels)
		build->macro.channels = options->probe.channels;
	if (options->probe.cells)
		build->macro.cells = options->probe.cells;
	if (options->probe.side)
		build->macro.side = options->probe.side;
	take_training(options, &build->how);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void number_cell(struct cli_table *table, double number)
{
	char text[EVO_NUMBER_SIZE] = "-";
	if (!isnan(number))
		evo_number_format(number, text);
	cli_table_add(table, text);
}

/* A line a training; how many differ from the table. */
static size_t print_rows(const struct evo_build_rows *rows)
{
	static const char *const names[] = {"row",      "architecture", "seed",
	                                    "accuracy", "table",        "equal"};
	size_t columns = rows->before != NULL ? 6 : 4, differ = 0;
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	cli_table_init(&table, columns, 1 << 1 | 1 << 5);
	for (size_t i = 0; i < columns; i++)
		cli_table_add(&table, names[i]);
	for (size_t i = 0; i < rows->count * rows->seeds; i++) {
		double now = rows->accuracies[i];
		cli_table_addf(&table, "%zu", rows->first + i / rows->seeds);
		cli_table_add(&table, rows->architectures[i / rows->seeds]);
		cli_table_addf(&table, "%zu", rows->first_seed + i % rows->seeds);
		number_cell(&table, now);
		if (rows->before == NULL)
			continue;
		bool equal = now == rows->before[i];
		number_cell(&table, rows->before[i]);
		cli_table_add(&table, isnan(now) ? "-" : equal ? "yes" : "no");
		differ += !isnan(now) && !equal;
	}
	cli_table_print(&table, cli_width(), 1, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
	return differ;
}

static int tell_rows(const struct evo_build_rows *rows)
{
	size_t differ = print_rows(rows), all = rows->count * rows->seeds;
	if (rows->before == NULL && rows->done < rows->total)
		cli_complain("%zu of %zu trainings are kept; the same command without --rows does "
		             "the rest",
		             rows->done, rows->total);
	else if (rows->before == NULL)
		cli_complain("all %zu trainings are kept; the same command without --rows makes "
		             "the benchmark",
		             rows->total);
	if (differ)
		cli_complain("%zu of %zu accuracies differ from the table", differ, all);
	return differ ? CLI_PARTLY : CLI_DONE;
}

/* ---- The command ----------------------------------------------------------------------------- */

static int publish(const struct evo_build *build)
{
	struct evo_error err = {0};
	size_t networks;
	if (!evo_benchmark_publish(build, &networks, &err))
		return cli_report(&err);
	cli_say("%s", build->name);
	if (networks < build->networks)
		cli_complain("%zu of %zu networks are in it; the same command without --publish "
		             "goes on",
		             networks, build->networks);
	return CLI_DONE;
}

static int train(const struct cli_options *options, const struct evo_build *build)
{
	struct evo_build_rows rows = {0};
	struct watching watching = {0};
	struct evo_error err = {0};
	struct evo_pool *pool = evo_net_pool_create((unsigned) options->threads, &err);
	if (pool == NULL)
		return cli_report(&err);
	cli_progress_begin(&watching.progress, options);
	bool ok = options->rows.first
	                  ? evo_benchmark_build_rows(build, options->rows.first, options->rows.last,
	                                             pool, show_progress, &watching, &rows, &err)
	                  : evo_benchmark_build(build, pool, show_progress, &watching, &err);
	cli_progress_end(&watching.progress);
	evo_net_pool_destroy(pool);
	int status = ok ? CLI_DONE : cli_report(&err);
	if (rows.count && ok)
		status = tell_rows(&rows);
	else if (rows.count)
		print_rows(&rows);
	else if (ok)
		cli_say("%s", build->name);
	evo_build_rows_clear(&rows);
	return status;
}

/* A benchmark that is there says how its rows were trained; false when it cannot be told. */
static bool find_built(const struct cli_options *options, const char *name,
                       struct evo_built **built, struct evo_error *err)
{
	*built = NULL;
	if (!options->rows.first)
		return true;
	*built = evo_built_load(name, options->folder, err);
	if (*built != NULL || err->code != EVO_E_NOT_FOUND)
		return *built != NULL;
	evo_error_clear(err);
	return true;
}

static int build(const struct cli_options *options, const char *name, struct evo_error *err)
{
	struct evo_built *built;
	if (!find_built(options, name, &built, err))
		return cli_report(err);
	struct evo_build build = built != NULL ? built->build : evo_build_default();
	if (built == NULL) {
		build.name = name;
		build.folder = options->folder;
	}
	/* 1 is what it is when it was not said. */
	if (built == NULL || options->seed != 1)
		build.seed = options->seed;
	take_options(options, &build);
	int status = options->publish ? publish(&build) : train(options, &build);
	evo_built_destroy(built);
	return status;
}

int cli_benchmarks_build(struct cli_options *options)
{
	struct evo_error err = {0};
	cli_signals_catch();
	if (!check_options(options, &err))
		return cli_report(&err);
	char *name = name_of(options);
	int status = build(options, name, &err);
	free(name);
	if (cli_signal())
		cli_die_of(cli_signal());
	return status;
}
