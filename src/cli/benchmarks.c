#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* ---- remove ---------------------------------------------------------------------------------- */

/* Are there imported scores of that name? Then they were meant. */
static bool is_imported(const char *name)
{
	size_t count;
	char **names = evo_scores_names(&count, NULL);
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
		         "no benchmark is called '%s', but imported scores are; remove them by "
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
	struct evo_text out;
	evo_text_init(&out);
	evo_text_printf(&out, "%zu rows, %zu used", report->rows, report->used);
	if (report->duplicates)
		evo_text_printf(&out, ", %zu duplicates", report->duplicates);
	if (bad)
		evo_text_printf(&out, ", %zu with something wrong", bad);
	cli_say("%s", out.data);
	evo_text_clear(&out);
	for (size_t i = 0; i < report->benchmark_count; i++)
		cli_say("%s", report->benchmarks[i]);
	if (report->untold)
		cli_complain("and %zu more problem%s", report->untold,
		             report->untold == 1 ? "" : "s");
	/* Last, and whatever the limit: who asked for all must not take a part for it. */
	for (size_t i = 0; i < report->unmade_count; i++)
		cli_complain("%s", report->unmade[i]);
	return bad || report->unmade_count ? CLI_PARTLY : CLI_DONE;
}

/* What had been put in its place before something failed. */
static int tell_failed_import(const struct evo_import_report *report, const struct evo_error *err)
{
	int status = cli_report(err);
	for (size_t i = 0; i < report->benchmark_count; i++)
		cli_complain("%s was made before that", report->benchmarks[i]);
	return status;
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
	                     : tell_failed_import(&report, &err);
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
	char advice[EVO_ADVICE_SIZE];
	evo_fail(&err, EVO_E_USAGE, "unknown format '%s'; %s", format,
	         evo_did_you_mean(format, formats, EVO_COUNT(formats),
	                          "there are 'nats-bench' and 'scores'", advice));
	return cli_report(&err);
}
