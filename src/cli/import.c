/*
 * benchmarks import: accuracies become benchmarks by one of the importers, and scores that were
 * computed elsewhere become proxies. What help and manual say of the formats is made here, too.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PROBLEMS_SHOWN 10
/* The format that makes proxies, not benchmarks. */
#define SCORES "scores"

/* ---- What there is --------------------------------------------------------------------------- */

/* What stands before an item of a list: "a, b and c". */
static const char *between(size_t index, size_t count)
{
	return index == 0 ? "" : index + 1 < count ? ", " : " and ";
}

static void describe(const struct evo_importer *importer, struct evo_text *out)
{
	const struct evo_importer_dataset *datasets = importer->datasets;
	size_t count = importer->dataset_count;

	evo_text_printf(out, "`%s` for accuracies: %s, and any of ", importer->name,
	                importer->architecture);
	for (size_t i = 0; i < count; i++)
		evo_text_printf(out, "%s%s", between(i, count), datasets[i].column);
	evo_text_append(out, ", in percent, 0 to 100, higher is better: fractions and errors are "
	                     "refused. There is one benchmark a dataset: ");
	for (size_t i = 0; i < count; i++)
		evo_text_printf(out, "%sPREFIX-%s", i ? ", " : "", datasets[i].suffix);
	evo_text_append(out, ", whose networks have ");
	for (size_t i = 0; i < count; i++)
		evo_text_printf(out, "%s%zu", between(i, count), datasets[i].classes);
	evo_text_append(out, " outputs. ");
}

void cli_importers_text(struct evo_text *out)
{
	evo_text_append(out, "FILE is CSV with a header. ");
	for (size_t i = 0; i < evo_importer_count(); i++) {
		evo_text_append(out, i ? "Or it is " : "FORMAT is ");
		describe(evo_importer_at(i), out);
	}
}

static int unknown_format(const char *format)
{
	size_t count = evo_importer_count() + 1;
	const char **names = evo_calloc(count, sizeof(*names));
	char advice[EVO_ADVICE_SIZE];
	struct evo_error err = {0};
	struct evo_text all;

	evo_text_init(&all);
	evo_text_append(&all, "there are ");
	for (size_t i = 0; i < count; i++) {
		names[i] = i + 1 < count ? evo_importer_at(i)->name : SCORES;
		evo_text_printf(&all, "%s'%s'", between(i, count), names[i]);
	}
	evo_fail(&err, EVO_E_USAGE, "unknown format '%s'; %s", format,
	         evo_did_you_mean(format, names, count, all.data, advice));
	evo_text_clear(&all);
	free(names);
	return cli_report(&err);
}

/* ---- What came of it ------------------------------------------------------------------------- */

/* A problem of an import; context is the file's name. */
static void tell_problem(void *context, size_t line, const char *what)
{
	cli_complain("%s:%zu: %s", (const char *) context, line, what);
}

/* Says on standard output what an import used; returns the exit status. */
static int tell_import(const struct evo_import_report *report)
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

/* ---- Importing ------------------------------------------------------------------------------- */

static int import_accuracies(const struct cli_options *options, const struct evo_importer *importer)
{
	struct evo_import import = {.importer = importer,
	                            .file = options->arguments.items[1],
	                            .name = options->name,
	                            .replace = options->replace,
	                            .report_limit = PROBLEMS_SHOWN};
	struct evo_import_report report = {0};
	struct evo_error err = {0};

	if (options->images != NULL &&
	    !evo_image_argument(options->images, &import.format, &import.images, &err))
		return cli_report(&err);

	int status = evo_import_accuracies(&import, tell_problem, (void *) (uintptr_t) import.file,
	                                   &report, &err)
	                     ? tell_import(&report)
	                     : tell_failed_import(&report, &err);

	evo_import_report_clear(&report);
	return status;
}

static int import_scores(struct cli_options *options)
{
	struct evo_scores_import import = {.file = options->arguments.items[1],
	                                   .name = options->name,
	                                   .replace = options->replace,
	                                   .report_limit = PROBLEMS_SHOWN};
	struct evo_import_report report = {0};
	struct evo_scores *scores;
	struct evo_error err = {0};
	if (options->images != NULL) {
		evo_fail(&err, EVO_E_USAGE, "scores have no images; leave out --images");
		return cli_report(&err);
	}
	if (!evo_import_scores(&import, tell_problem, (void *) (uintptr_t) import.file, &report,
	                       &scores, &err)) {
		evo_import_report_clear(&report);
		return cli_report(&err);
	}
	int status = tell_import(&report);
	for (size_t i = 0; i < scores->column_count; i++)
		cli_say("%s/%s", scores->name, scores->columns[i]);
	evo_scores_destroy(scores);
	evo_import_report_clear(&report);
	return status;
}

int cli_benchmarks_import(struct cli_options *options)
{
	const char *format = options->arguments.items[0];
	const struct evo_importer *importer = evo_importer_find(format);

	if (importer != NULL)
		return import_accuracies(options, importer);
	return strcmp(format, SCORES) == 0 ? import_scores(options) : unknown_format(format);
}
