#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* ---- list, show ------------------------------------------------------------------------------ */

struct range {
	double low, median, high;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;
	return (x > y) - (x < y);
}

static struct range accuracy_range(const struct evo_benchmark *benchmark)
{
	size_t count = benchmark->row_count;
	if (!count)
		return (struct range){NAN, NAN, NAN};
	double *values = evo_malloc(count * sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = benchmark->rows[i].accuracy;
	qsort(values, count, sizeof(*values), by_value);
	struct range range = {values[0], (values[(count - 1) / 2] + values[count / 2]) / 2,
	                      values[count - 1]};
	free(values);
	return range;
}

static void list_one(struct cli_table *table, const struct evo_benchmark *benchmark)
{
	struct range range = accuracy_range(benchmark);
	cli_table_add(table, benchmark->name);
	cli_table_add(table, benchmark->space->name);
	cli_table_addf(table, "%zu", benchmark->row_count);
	cli_table_addf(table, "%zu", benchmark->function_count);
	cli_table_addf(table, "%.2f .. %.2f", range.low, range.high);
	cli_table_add(table, benchmark->embedded ? "embedded" : "imported");
	cli_table_add(table, benchmark->image_title);
	cli_table_add(table, benchmark->dataset);
}

int cli_benchmarks_list(struct cli_options *options)
{
	(void) options;
	static const char *const names[] = {"name",     "space", "networks", "functions",
	                                    "accuracy", "from",  "images",   "dataset"};
	int status = CLI_DONE;
	size_t count;
	char **all = evo_benchmark_names(&count);
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	cli_table_init(&table, EVO_COUNT(names), 1 | 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7);
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		cli_table_add(&table, names[i]);
	for (size_t i = 0; i < count; i++) {
		struct evo_error err = {0};
		struct evo_benchmark *benchmark = evo_benchmark_load(all[i], &err);
		if (benchmark) {
			list_one(&table, benchmark);
			evo_benchmark_destroy(benchmark);
		} else {
			cli_report(&err);
			status = CLI_PARTLY;
		}
		free(all[i]);
	}
	free(all);
	cli_table_print(&table, 0, 0, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
	return status;
}

static void describe(const struct evo_benchmark *benchmark, struct evo_text *out)
{
	struct range range = accuracy_range(benchmark);
	size_t pools[EVO_ALL] = {0};
	for (size_t i = 0; i < benchmark->row_count; i++)
		pools[benchmark->rows[i].split]++;
	evo_text_printf(out, "name        %s\ntitle       %s\nspace       %s\n", benchmark->name,
	                benchmark->title, benchmark->space->title);
	evo_text_printf(out, "accuracy    %s\n            %.2f to %.2f %%, median %.2f\n",
	                benchmark->dataset, range.low, range.high, range.median);
	if (!isnan(benchmark->ceiling))
		evo_text_printf(out, "            Kendall tau between two seeds' accuracies %.3f\n",
		                benchmark->ceiling);
	evo_text_printf(out, "networks    %zu, %zu different functions\n", benchmark->row_count,
	                benchmark->function_count);
	evo_text_printf(out, "pools       train %zu, validation %zu, test %zu networks\n",
	                pools[EVO_TRAIN], pools[EVO_VALIDATION], pools[EVO_TEST]);
	evo_text_printf(out, "probe       C %zu N %zu, batch %zu of 3x%zux%zu, %zu classes\n",
	                benchmark->macro.channels, benchmark->macro.cells, benchmark->batch,
	                benchmark->macro.side, benchmark->macro.side, benchmark->macro.classes);
	evo_text_printf(out, "images      %s\norigin      %s\nfolder      %s\n",
	                benchmark->image_title, benchmark->origin, benchmark->folder);
}

int cli_benchmarks_show(struct cli_options *options)
{
	struct evo_error err = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load(options->arguments.items[0], &err);
	if (!benchmark)
		return cli_report(&err);
	struct evo_text out;
	evo_text_init(&out);
	describe(benchmark, &out);
	cli_print(&out);
	evo_text_clear(&out);
	evo_benchmark_destroy(benchmark);
	return CLI_DONE;
}

/* Are there imported scores of that name? Then they were meant. */
static bool is_imported(const char *name)
{
	size_t count;
	char **names = evo_scores_names(&count);
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		found |= !strcmp(names[i], name);
		free(names[i]);
	}
	free(names);
	return found;
}

int cli_benchmarks_remove(struct cli_options *options)
{
	const char *name = options->arguments.items[0];
	struct evo_error err = {0};
	if (options->arguments.count == 2 && !strcmp(name, "scores"))
		return cli_scores_remove(options->arguments.items[1]);
	if (options->arguments.count == 2)
		evo_fail(&err, EVO_E_USAGE,
		         "evoscope benchmarks remove: `%s` is one argument too "
		         "many",
		         options->arguments.items[1]);
	else if (evo_benchmark_remove(name, &err))
		return CLI_DONE;
	else if (err.code == EVO_E_NOT_FOUND && is_imported(name)) {
		evo_error_clear(&err);
		evo_fail(&err, EVO_E_NOT_FOUND,
		         "no benchmark is called `%s`, but imported scores are; remove them by "
		         "evoscope benchmarks remove scores %s",
		         name, name);
	}
	return cli_report(&err);
}

/* ---- import ---------------------------------------------------------------------------------- */

void cli_tell_problem(void *context, size_t line, const char *what)
{
	cli_complain("%s:%zu: %s", (const char *) context, line, what);
}

int cli_tell_import(const struct evo_import_report *report)
{
	size_t bad = report->malformed + report->unknown + report->out_of_range;
	printf("%zu rows, %zu used", report->rows, report->used);
	if (report->duplicates)
		printf(", %zu duplicates", report->duplicates);
	if (bad)
		printf(", %zu with something wrong", bad);
	printf("\n");
	for (size_t i = 0; i < report->benchmark_count; i++)
		printf("%s\n", report->benchmarks[i]);
	if (bad > CLI_PROBLEMS_SHOWN)
		cli_complain("and %zu more problems", bad - CLI_PROBLEMS_SHOWN);
	return bad ? CLI_PARTLY : CLI_DONE;
}

static int import_nats_bench(struct cli_options *options)
{
	struct evo_import import = {.file = options->arguments.items[1],
	                            .name = options->name,
	                            .replace = options->replace,
	                            .report_limit = CLI_PROBLEMS_SHOWN};
	struct evo_import_report report = {0};
	struct evo_error err = {0};
	if (options->images &&
	    !evo_image_argument(options->images, &import.format, &import.images, &err))
		return cli_report(&err);
	int status = evo_import_nats_bench(&import, cli_tell_problem,
	                                   (void *) (uintptr_t) import.file, &report, &err)
	                     ? cli_tell_import(&report)
	                     : cli_report(&err);
	evo_import_report_clear(&report);
	return status;
}

int cli_benchmarks_import(struct cli_options *options)
{
	static const char *const formats[] = {"nats-bench", "scores"};
	static int (*const imports[])(struct cli_options *) = {import_nats_bench,
	                                                       cli_scores_import};
	const char *format = options->arguments.items[0];
	struct evo_error err = {0};
	for (size_t i = 0; i < EVO_COUNT(formats); i++)
		if (!strcmp(format, formats[i]))
			return imports[i](options);
	size_t nearest = evo_nearest(format, formats, EVO_COUNT(formats));
	if (nearest < EVO_COUNT(formats))
		evo_fail(&err, EVO_E_USAGE, "unknown format `%s`; do you mean `%s`?", format,
		         formats[nearest]);
	else
		evo_fail(&err, EVO_E_USAGE, "unknown format `%s`; there are `%s` and `%s`", format,
		         formats[0], formats[1]);
	return cli_report(&err);
}

/* ---- build ----------------------------------------------------------------------------------- */

static bool show_training(void *context, size_t done, size_t total, const char *architecture,
                          double accuracy)
{
	struct cli_progress *progress = context;
	if (cli_progress_due(progress, done)) {
		char *text = evo_format("training %zu of %zu: %.2f %% %s", done, total, accuracy,
		                        architecture);
		cli_progress_show(progress, text);
		free(text);
	}
	return !cli_signal();
}

static struct evo_build build_of(const struct cli_options *options)
{
	struct evo_build build = evo_build_default();
	build.seed = options->seed;
	build.command = options->command_line;
	build.folder = options->folder;
	if (options->name)
		build.name = options->name;
	if (options->task)
		build.task = options->task;
	if (options->architectures)
		build.networks = options->architectures;
	if (options->seeds)
		build.seeds = options->seeds;
	if (options->epochs)
		build.how.epochs = options->epochs;
	if (options->train_images)
		build.train_images = options->train_images;
	if (options->test_images)
		build.test_images = options->test_images;
	if (options->probe.channels)
		build.macro.channels = options->probe.channels;
	if (options->probe.cells)
		build.macro.cells = options->probe.cells;
	return build;
}

int cli_benchmarks_build(struct cli_options *options)
{
	struct evo_build build = build_of(options);
	struct cli_progress progress;
	struct evo_error err = {0};
	cli_signals_catch();
	unsigned threads = options->threads ? (unsigned) options->threads : evo_cores();
	struct evo_pool *pool = evo_pool_create(threads, &err);
	cli_progress_begin(&progress, options);
	bool ok = pool && evo_benchmark_build(&build, pool, show_training, &progress, &err);
	cli_progress_end(&progress);
	if (pool)
		evo_pool_destroy(pool);
	if (ok)
		printf("%s\n", build.name);
	int status = ok ? CLI_DONE : cli_report(&err);
	if (cli_signal())
		cli_die_of(cli_signal());
	return status;
}
