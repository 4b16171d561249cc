/*
 * benchmarks list and benchmarks show: what benchmarks there are, and all that is known of one.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* ---- list ------------------------------------------------------------------------------------ */

static const char *origin_of(const struct evo_benchmark *benchmark)
{
	if (benchmark->hides)
		return benchmark->training != NULL ? "trained, hides the embedded one"
		                                   : "imported, hides the embedded one";
	return benchmark->embedded           ? "embedded"
	       : benchmark->training != NULL ? "trained"
	                                     : "imported";
}

static void list_one(struct cli_table *table, const struct evo_benchmark *benchmark)
{
	const struct evo_benchmark_training *training = benchmark->training;
	struct evo_benchmark_facts facts;
	char images[96];
	evo_benchmark_facts(benchmark, &facts);
	cli_table_add(table, benchmark->name);
	cli_table_add(table, benchmark->space->name);
	if (training != NULL && training->wanted > training->networks)
		cli_table_addf(table, "%zu of %zu", benchmark->row_count, training->wanted);
	else
		cli_table_addf(table, "%zu", benchmark->row_count);
	cli_table_addf(table, "%zu", benchmark->function_count);
	cli_table_addf(table, "%.2f .. %.2f", facts.low, facts.high);
	cli_table_add(table, origin_of(benchmark));
	evo_benchmark_image_text(benchmark, benchmark, images, sizeof(images));
	cli_table_add(table, images);
	cli_table_add(table, benchmark->dataset);
}

int cli_benchmarks_list(struct cli_options *options)
{
	(void) options;
	static const char *const names[] = {"name",     "space", "networks", "functions",
	                                    "accuracy", "from",  "images",   "dataset"};
	int status = CLI_DONE;
	size_t count;
	struct evo_error unread = {0};
	char **all = evo_benchmark_names(&count, &unread);
	if (unread.code != EVO_OK) {
		cli_report(&unread);
		status = CLI_PARTLY;
	}
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	cli_table_init(&table, EVO_COUNT(names), 1 | 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7);
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		cli_table_add(&table, names[i]);
	for (size_t i = 0; i < count; i++) {
		struct evo_error err = {0};
		struct evo_benchmark *benchmark = evo_benchmark_load(all[i], &err);
		if (benchmark != NULL) {
			list_one(&table, benchmark);
			evo_benchmark_destroy(benchmark);
		} else {
			cli_report(&err);
			status = CLI_PARTLY;
		}
		free(all[i]);
	}
	free(all);
	cli_table_print(&table, cli_width(), 0, &out);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
	return status;
}

/* ---- A histogram ----------------------------------------------------------------------------- */

#define BAR_WIDTH 40

/* A bar of so many eighths of a character. */
static void bar(struct evo_text *out, size_t eighths, bool utf8)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	for (size_t i = 0; i < eighths / 8; i++)
		evo_text_append(out, utf8 ? "█" : "#");
	if (utf8)
		evo_text_append(out, parts[eighths % 8]);
	else if (eighths % 8 >= 4 || eighths < 8)
		evo_text_append(out, eighths ? "#" : "");
}

static void histogram(struct evo_text *out, const struct evo_benchmark_facts *facts)
{
	size_t most = 0;
	int decimals = facts->bin_width < 1;
	for (size_t i = 0; i < facts->bin_count; i++)
		most = facts->bins[i] > most ? facts->bins[i] : most;
	for (size_t i = 0; i < facts->bin_count; i++) {
		double from = facts->first_bin + (double) i * facts->bin_width;
		evo_text_printf(out, "            %*.*f .. %*.*f  ", decimals ? decimals + 3 : 3,
		                decimals, from, decimals ? decimals + 3 : 3, decimals,
		                from + facts->bin_width);
		bar(out, (facts->bins[i] * 8 * BAR_WIDTH + most - 1) / most, cli_utf8());
		evo_text_printf(out, "%s%zu\n", facts->bins[i] ? " " : "", facts->bins[i]);
	}
}

static void tell_accuracies(const struct evo_benchmark *benchmark,
                            const struct evo_benchmark_facts *facts, struct evo_text *out)
{
	evo_text_printf(out,
	                "accuracy    %.2f to %.2f %%; 10 %% are below %.2f, half below %.2f, "
	                "90 %% below %.2f\n",
	                facts->low, facts->high, facts->p10, facts->median, facts->p90);
	histogram(out, facts);
	if (!isnan(benchmark->ceiling))
		evo_text_printf(out,
		                "ceiling     Kendall tau %.3f between the accuracies of two seeds: "
		                "no proxy can be "
		                "told to be better\n",
		                benchmark->ceiling);
	else
		evo_text_append(out, "ceiling     not known\n");
}

/* ---- Pools ----------------------------------------------------------------------------------- */

static void tell_pools(const struct evo_benchmark_facts *facts, struct evo_text *out)
{
	for (int split = EVO_TRAIN; split < EVO_ALL; split++)
		evo_text_printf(out, "%-12s%-10s %zu networks, %zu different functions\n",
		                split == EVO_TRAIN ? "pools" : "",
		                evo_split_name((enum evo_split) split), facts->networks[split],
		                facts->functions[split]);
}

/* ---- How it was trained ---------------------------------------------------------------------- */

/* "text" when there is one. */
static void line(struct evo_text *out, const char *name, const char *text)
{
	if (text != NULL)
		cli_append_line(out, "%-12s%s", name, text);
}

static void tell_files(const char *name, const char *images, const char *labels, size_t count,
                       struct evo_text *out)
{
	if (images == NULL)
		return;
	evo_text_printf(out, "            %zu %s images of %s", count, name, images);
	if (labels != NULL)
		evo_text_printf(out, ", labels of %s", labels);
	evo_text_append(out, "\n");
}

static void tell_training(const struct evo_benchmark *benchmark, struct evo_text *out)
{
	const struct evo_benchmark_training *training = benchmark->training;
	if (training == NULL)
		return;
	line(out, "command", training->command);
	evo_text_printf(out,
	                "training    %zu epochs, batch %zu, rate %g, momentum %g, weight decay %g",
	                training->epochs, training->batch, training->rate, training->momentum,
	                training->weight_decay);
	evo_text_printf(out, "%s, shifts of %zu\n", training->flip == 1 ? ", flips" : "",
	                training->shift);
	if (training->train_files != NULL) {
		tell_files("train", training->train_files, training->train_labels,
		           training->train_images, out);
		tell_files("test", training->test_files, training->test_labels,
		           training->test_images, out);
	} else {
		evo_text_printf(out, "            %zu train images, %zu test images\n",
		                training->train_images, training->test_images);
	}
	evo_text_printf(out, "            %zu networks, seeds %zu to %zu", training->networks,
	                training->first_seed, training->first_seed + training->seeds - 1);
	if (training->wanted > training->networks)
		evo_text_printf(out, "; unfinished, there will be %zu networks", training->wanted);
	evo_text_append(out, "\ntime        ");
	cli_clock(out, training->seconds);
	evo_text_printf(out, " on one thread, %s\n", training->date != NULL ? training->date : "-");
	if (training->processor != NULL)
		evo_text_printf(out, "processor   %s%s%s\n", training->processor,
		                training->kernels != NULL ? ", kernels " : "",
		                training->kernels != NULL ? training->kernels : "");
	line(out, "program", training->program);
}

/* ---- show ------------------------------------------------------------------------------------ */

static void tell_images(const struct evo_benchmark *benchmark, struct evo_text *out)
{
	char text[96];
	evo_benchmark_image_text(benchmark, benchmark, text, sizeof(text));
	evo_text_printf(out, "images      %s", text);
	if (benchmark->image_count)
		evo_text_printf(out, "; %zu are kept here", benchmark->image_count);
	if (benchmark->task != NULL)
		evo_text_printf(out, "; %zux%zu, %zu classes", benchmark->task->side,
		                benchmark->task->side, benchmark->task->classes);
	else if (benchmark->image_classes)
		evo_text_printf(out, ", %zu classes", benchmark->image_classes);
	if (benchmark->image_classes > benchmark->macro.classes)
		evo_text_printf(out, ", more than the networks' %zu outputs: labels are drawn",
		                benchmark->macro.classes);
	evo_text_append(out, "\n");
}

static void describe(const struct evo_benchmark *benchmark, struct evo_text *out)
{
	const struct evo_macro *macro = &benchmark->macro;
	struct evo_benchmark_facts facts;
	evo_benchmark_facts(benchmark, &facts);
	line(out, "name", benchmark->name);
	line(out, "title", benchmark->title);
	line(out, "space", benchmark->space->title);
	line(out, "dataset", benchmark->dataset);
	line(out, "origin", benchmark->origin);
	if (benchmark->hides)
		evo_text_printf(out,
		                "hides       the embedded benchmark of this name, which is there "
		                "again after evoscope benchmarks remove %s\n",
		                benchmark->name);
	evo_text_printf(out, "networks    %zu, %zu different functions\n", benchmark->row_count,
	                benchmark->function_count);
	tell_accuracies(benchmark, &facts, out);
	tell_images(benchmark, out);
	tell_pools(&facts, out);
	evo_text_printf(out, "probe       C %zu N %zu, batch %zu of 3x%zux%zu, %zu classes",
	                macro->channels, macro->cells, benchmark->batch, macro->side, macro->side,
	                macro->classes);
	if (benchmark->dataset_classes && benchmark->dataset_classes != macro->classes)
		evo_text_printf(out,
		                ", where the dataset has %zu; import it again with --replace to "
		                "have these",
		                benchmark->dataset_classes);
	evo_text_append(out, "\n");
	tell_training(benchmark, out);
	line(out, "folder", benchmark->folder);
}

int cli_benchmarks_show(struct cli_options *options)
{
	struct evo_error err = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load(options->arguments.items[0], &err);
	if (benchmark == NULL)
		return cli_report(&err);
	if (options->sheet_file != NULL &&
	    !evo_benchmark_sheet(benchmark, options->sheet_file, &err)) {
		evo_benchmark_destroy(benchmark);
		return cli_report(&err);
	}
	struct evo_text out;
	evo_text_init(&out);
	describe(benchmark, &out);
	cli_print(&out);
	evo_text_clear(&out);
	evo_benchmark_destroy(benchmark);
	return CLI_DONE;
}
