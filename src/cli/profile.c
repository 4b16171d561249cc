/*
 * The command `profile` prints where the engine spends its time, beside what this machine reaches.
 */
#include "config.h"

#include <math.h>

#include "evoscope/blas.h"
#include "evoscope/profile_report.h"
#include "cli.h"

struct work {
	const char *name;
	double seconds, flops, bytes;
};

static void share(struct cli_table *table, double part, double whole)
{
	if (part > 0 && whole > 0)
		cli_table_addf(table, "%.0f %%", 100 * part / whole);
	else
		cli_table_add(table, "-");
}

static void rate(struct cli_table *table, double amount, double seconds, double peak)
{
	double rate = seconds > 0 ? amount / seconds : 0;
	if (rate > 0)
		cli_table_addf(table, "%.1f", rate / 1e9);
	else
		cli_table_add(table, "-");
	share(table, rate, peak);
}

static void add_work(struct cli_table *table, const struct work *work, double total,
                     const struct evo_profile_report *report)
{
	cli_table_add(table, work->name);
	cli_table_addf(table, "%.2f", work->seconds * 1e3 / (double) report->networks);
	share(table, work->seconds, total);
	rate(table, work->flops, work->seconds, report->sgemm);
	rate(table, work->bytes, work->seconds, report->copy);
}

static void print_report(const struct evo_profile_report *report)
{
	static const char *const names[] = {"work",  "ms/network", "share", "GFLOP/s",
	                                    "sgemm", "GB/s",       "copy"};
	const struct evo_extract_profile *extract = &report->extract;
	double total = extract->seconds + report->statistics, rest = extract->seconds;
	struct work sum = {"all", total, 0, 0};
	struct cli_table table;
	struct evo_text out;
	evo_text_init(&out);
	cli_table_init(&table, EVO_COUNT(names), 1);
	for (size_t i = 0; i < EVO_COUNT(names); i++)
		cli_table_add(&table, names[i]);
	for (int i = 0; i < EVO_WORKS; i++) {
		struct work work = {evo_work_name((enum evo_work) i),
		                    extract->engine.work[i].seconds, extract->engine.work[i].flops,
		                    extract->engine.work[i].bytes};
		rest -= work.seconds;
		sum.flops += work.flops;
		sum.bytes += work.bytes;
		add_work(&table, &work, total, report);
	}
	struct work weights = {"initial weights", extract->weights, 0, 0};
	struct work between = {"memory and planning", fmax(rest - extract->weights, 0), 0, 0};
	struct work statistics = {"statistics", report->statistics, 0, report->statistics_bytes};
	sum.bytes += statistics.bytes;
	add_work(&table, &weights, total, report);
	add_work(&table, &between, total, report);
	add_work(&table, &statistics, total, report);
	add_work(&table, &sum, total, report);
	evo_text_printf(&out, "%zu networks, %s; one thread, data pass\n", report->networks,
	                report->probe);
	evo_text_printf(
	        &out,
	        "this machine: sgemm %.1f GFLOP/s (%s), copying %.1f GB/s; own kernels: %s\n\n",
	        report->sgemm / 1e9, evo_blas_name(), report->copy / 1e9, evo_kernel_name());
	cli_table_print(&table, cli_width(), 0, &out);
	evo_text_printf(&out, "\n%.1f networks/s\n", (double) report->networks / total);
	cli_print(&out);
	cli_table_clear(&table);
	evo_text_clear(&out);
}

int cli_profile(struct cli_options *options)
{
	struct evo_error err = {0};
	struct evo_profile_report report;
	if (options->benchmarks.count > 1) {
		cli_complain("profile runs the networks of one --benchmark at a time");
		return CLI_USAGE;
	}
	struct evo_profile_config config = {
	        .benchmark = options->benchmarks.count ? options->benchmarks.items[0]
	                                               : EVO_DEFAULT_BENCHMARK,
	        .networks = options->networks,
	        .probe = options->probe,
	        .seed = options->seed,
	        .memory = options->memory,
	};
	if (!evo_run_profile(&config, &report, &err))
		return cli_report(&err);
	print_report(&report);
	return CLI_DONE;
}
