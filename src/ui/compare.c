/*
 * What the Compare screen knows: proxies, benchmarks, their scores as they come, and how far they
 * are.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "compare.h"

/* ---- How far it is --------------------------------------------------------------------------- */

/* The pass with classic proxies took so many times as long as the one before it, without: on the
   embedded benchmarks, with the proxies that have a name. What both take together is foretold by
   it. */
#define SLOW_WEIGHT 0.6
#define LEFT_AFTER  1.0 /* seconds: before, what is left would be a guess */

static void begin_progress(struct ui_compare *compare)
{
	compare->share = 0;
	compare->begun = compare->left = (double) NAN;
}

/* Of those that are slow, or not; NaN: there are none. Those that are not asked yet will have as
   many networks as the others. */
static double share_of(const struct ui_compare *compare, bool slow)
{
	size_t done = 0, total = 0, count = 0;

	for (size_t i = 0; i < compare->count; i++) {
		const struct ui_contender *one = &compare->contenders[i];
		const struct evo_answer *answer =
		        one->question != 0 ? evo_study_answer(compare->answers, one->question)
		                           : NULL;
		if (answer != NULL && answer->total > total)
			total = answer->total;
		if (one->slow != slow)
			continue;
		count++;
		if (answer != NULL)
			done += *answer->error != '\0' ? answer->total : answer->done;
	}
	if (count == 0)
		return (double) NAN;
	return total > 0 ? (double) done / (double) (count * total) : 0;
}

static void follow_progress(struct ui_compare *compare)
{
	double quick = share_of(compare, false), slow = share_of(compare, true);
	double now = evo_now();
	double share = isnan(slow)    ? quick
	               : isnan(quick) ? slow
	                              : (quick + SLOW_WEIGHT * slow) / (1 + SLOW_WEIGHT);

	if (share > compare->share)
		compare->share = share;
	/* What is kept of earlier sessions is there with the first answers, and took no time. */
	if (isnan(compare->begun) && compare->answers->answer_count > 0) {
		compare->begun = now;
		compare->begun_share = compare->share;
	}
	double gained = compare->share - compare->begun_share;
	compare->left = !isnan(compare->begun) && now - compare->begun > LEFT_AFTER && gained > 0
	                        ? (now - compare->begun) / gained * (1 - compare->share)
	                        : (double) NAN;
}

/* ---- Contenders ------------------------------------------------------------------------------ */

/* The contender of a tree, new or not. */
static size_t add(struct ui_compare *compare, const char *name, const struct evo_tree *tree)
{
	size_t at = 0;

	while (at < compare->count && !evo_tree_equal(&compare->contenders[at].tree, tree))
		at++;
	if (at == compare->count) {
		compare->contenders = evo_realloc(compare->contenders, ++compare->count,
		                                  sizeof(*compare->contenders));
		compare->order =
		        evo_realloc(compare->order, compare->count, sizeof(*compare->order));
		struct ui_contender *one = &compare->contenders[at];
		memset(one, 0, sizeof(*one));
		snprintf(one->name, sizeof(one->name), "%s", name);
		evo_tree_copy(&one->tree, tree);
		compare->order[at] = at;
		one->slow = (evo_tree_needs(tree) & EVO_NEEDS_CLASSIC) != 0;
		begin_progress(compare);
	}
	return at;
}

void ui_compare_add(struct ui_compare *compare, const char *name, const struct evo_tree *tree)
{
	size_t at = add(compare, name, tree);

	compare->contenders[at].found = false;
	ui_compare_sort(compare);
	for (size_t i = 0; i < compare->count; i++)
		if (compare->order[i] == at)
			compare->list.cursor = i;
}

void ui_compare_add_found(struct ui_compare *compare, const char *name, const struct evo_tree *tree)
{
	size_t before = compare->count, at = add(compare, name, tree);

	struct ui_contender *one = &compare->contenders[at];
	one->found = one->found || at == before;
	if (one->found) /* another search may have found it under another number */
		snprintf(one->name, sizeof(one->name), "%s", name);
	ui_compare_sort(compare);
}

static bool is_among(const struct evo_individual *const *trees, size_t count,
                     const struct evo_tree *tree)
{
	for (size_t i = 0; i < count; i++)
		if (evo_tree_equal(&trees[i]->tree, tree))
			return true;
	return false;
}

void ui_compare_keep_found(struct ui_compare *compare, const struct evo_individual *const *trees,
                           size_t count)
{
	bool had = compare->list.cursor < compare->count;
	size_t held = had ? compare->order[compare->list.cursor] : SIZE_MAX;
	size_t kept = 0, stays = SIZE_MAX;

	for (size_t i = 0; i < compare->count; i++) {
		struct ui_contender *one = &compare->contenders[i];
		if (one->found && !one->tagged && !is_among(trees, count, &one->tree)) {
			if (one->question != 0 && compare->study != NULL)
				evo_study_drop(compare->study, one->question);
			continue;
		}
		if (i == held)
			stays = kept;
		compare->order[kept] = kept;
		compare->contenders[kept++] = *one;
	}
	compare->count = kept;
	compare->list.cursor = stays;
	ui_compare_sort(compare);
	/* The cursor stays on its row, or goes to the first where that is dropped. */
	if (stays == SIZE_MAX)
		compare->list.cursor = 0;
}

static void add_text(struct ui_compare *compare, const char *name, const char *text)
{
	struct evo_tree tree;

	/* Names of a file of the user's that are no expressions have been told when it was read. */
	if (evo_proxy_parse(text, &tree, NULL))
		ui_compare_add(compare, name, &tree);
}

void ui_compare_add_known(struct ui_compare *compare)
{
	struct evo_library library;

	evo_library_load(&library, NULL);
	for (size_t i = 0; i < library.count; i++)
		add_text(compare, library.items[i].name, library.items[i].expression);
	evo_library_clear(&library);
	for (int i = EVO_PARAMS; i < EVO_STATISTICS; i++)
		add_text(compare, evo_statistic_name((enum evo_statistic) i),
		         evo_statistic_name((enum evo_statistic) i));
	compare->list.cursor = compare->list.top = 0;
}

void ui_compare_rename(struct ui_compare *compare)
{
	for (size_t i = 0; i < compare->count; i++) {
		struct ui_contender *one = &compare->contenders[i];
		struct evo_text text;
		if (*one->name != '#')
			continue;
		evo_text_init(&text);
		evo_tree_print(&one->tree, &text);
		snprintf(one->name, sizeof(one->name), "%s", text.data);
		evo_text_clear(&text);
	}
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* Of a study that is another's, or nobody's, from now on. */
static void forget_answers(struct ui_compare *compare)
{
	if (compare->study == NULL)
		return;
	evo_study_snapshot_release(compare->answers);
	compare->study = NULL;
	compare->answers = NULL;
	for (size_t i = 0; i < compare->count; i++)
		compare->contenders[i].question = 0;
}

bool ui_compare_study(struct ui_compare *compare, const struct evo_run_config *config,
                      struct evo_error *err)
{
	static const char *const all[] = {"all"};
	struct evo_study_config study = evo_study_config_default();
	size_t memory = config->memory > 0 ? config->memory : evo_memory() / 2;

	study.benchmarks = all;
	study.benchmark_count = 1;
	study.probe = config->probe;
	study.seed = config->seed;
	study.strings = true;
	study.split = EVO_ALL;
	study.networks = compare->networks;
	study.keep = true;
	study.memory = memory / 4; /* the search has its own */
	struct evo_study *made = evo_study_replace(compare->study, &study, err);
	if (made == NULL)
		return false;
	forget_answers(compare);
	compare->study = made;
	compare->answers = evo_study_snapshot(compare->study);
	begin_progress(compare);
	return true;
}

void ui_compare_free(struct ui_compare *compare)
{
	struct evo_study *study = compare->study;

	forget_answers(compare);
	evo_study_destroy(study);
	free(compare->contenders);
	free(compare->order);
	free(compare->picked);
}

static bool is_done(const struct ui_compare *compare, const struct ui_contender *one)
{
	return ui_is_answered(compare->answers, one->question);
}

bool ui_compare_busy(const struct ui_compare *compare)
{
	for (size_t i = 0; i < compare->count && compare->study != NULL; i++)
		if (!is_done(compare, &compare->contenders[i]))
			return true;
	return false;
}

void ui_compare_ask(struct ui_compare *compare)
{
	bool quick = false; /* some of them are waited for */

	if (compare->study == NULL)
		return;
	for (size_t i = 0; i < compare->count; i++)
		quick = quick || (!compare->contenders[i].slow &&
		                  !is_done(compare, &compare->contenders[i]));
	for (size_t i = 0; i < compare->count; i++) {
		struct ui_contender *one = &compare->contenders[i];
		const struct evo_tree *trees[1] = {&one->tree};
		struct evo_request question = {
		        .trees = trees, .tree_count = 1, .flags = EVO_STUDY_ROWS};
		if (one->question == 0 && (!one->slow || !quick))
			one->question = evo_study_ask(compare->study, &question, NULL);
	}
}

void ui_compare_hear(struct ui_compare *compare)
{
	if (compare->study == NULL)
		return;
	evo_study_snapshot_release(compare->answers);
	compare->answers = evo_study_snapshot(compare->study);
	ui_compare_ask(compare);
	if (compare->answers->case_count > 0)
		follow_progress(compare);
	if (compare->sorted)
		ui_compare_sort(compare);
}

/* ---- What has been told ---------------------------------------------------------------------- */

static size_t benchmarks(const struct ui_compare *compare)
{
	return compare->answers != NULL ? compare->answers->case_count : 0;
}

size_t ui_compare_columns(const struct ui_compare *compare)
{
	return benchmarks(compare) + UI_SUMMARIES;
}

const char *ui_compare_title(const struct ui_compare *compare, size_t column)
{
	size_t count = benchmarks(compare);

	if (column < count)
		return compare->answers->cases[column].about.name;
	return column - count == UI_SUMMARY_MEAN ? "mean" : "worst";
}

static const struct evo_answer *answer_of(const struct ui_compare *compare, size_t contender)
{
	uint64_t question = compare->contenders[contender].question;

	return question != 0 && compare->answers != NULL
	               ? evo_study_answer(compare->answers, question)
	               : NULL;
}

const struct evo_answer_case *ui_compare_told(const struct ui_compare *compare, size_t contender,
                                              size_t benchmark)
{
	const struct evo_answer *answer = answer_of(compare, contender);

	return answer != NULL && benchmark < answer->case_count ? &answer->cases[benchmark] : NULL;
}

const struct evo_score_row *ui_compare_row(const struct ui_compare *compare, size_t contender,
                                           size_t benchmark)
{
	const struct evo_answer *answer = answer_of(compare, contender);

	return answer != NULL && benchmark < answer->row_count ? &answer->rows[benchmark] : NULL;
}

static double tau_on(const struct ui_compare *compare, size_t contender, size_t benchmark)
{
	const struct evo_score_row *row = ui_compare_row(compare, contender, benchmark);
	const struct evo_answer_case *told = ui_compare_told(compare, contender, benchmark);

	if (row != NULL)
		return row->kendall;
	if (told == NULL || told->done < 3)
		return (double) NAN;
	return evo_answer_tau(compare->answers, told, EVO_SIDE_TRAIN, 0);
}

double ui_compare_tau(const struct ui_compare *compare, size_t contender, size_t column)
{
	size_t count = benchmarks(compare);
	double sum = 0, least = INFINITY;

	if (column < count)
		return tau_on(compare, contender, column);
	for (size_t i = 0; i < count; i++) {
		double tau = fabs(tau_on(compare, contender, i));
		sum += tau;
		/* NaN, where nothing is told yet, is passed on. */
		least = tau < least || isnan(tau) ? tau : least;
	}
	if (count == 0 || isnan(sum))
		return (double) NAN;
	return column - count == UI_SUMMARY_MEAN ? sum / (double) count : least;
}

/* ---- Order ----------------------------------------------------------------------------------- */

struct ranked {
	size_t contender;
	double key; /* magnitude of tau, its opposite when reversed; -2 where it is not known */
};

static int by_key(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->key != right->key)
		return left->key < right->key ? 1 : -1;
	return (left->contender > right->contender) - (left->contender < right->contender);
}

/* The cursor stays on its row. */
void ui_compare_sort(struct ui_compare *compare)
{
	size_t count = compare->count;
	bool had = compare->list.cursor < count;
	size_t held = had ? compare->order[compare->list.cursor] : SIZE_MAX;
	struct ranked *ranked = evo_calloc(count + 1, sizeof(*ranked));

	for (size_t i = 0; i < count; i++) {
		/* Unsorted, what the search has found comes first. */
		double tau = compare->sorted ? fabs(ui_compare_tau(compare, i, compare->sort))
		                             : compare->contenders[i].found;
		ranked[i] = (struct ranked){i, isnan(tau) ? -2 : compare->reversed ? -tau : tau};
	}
	qsort(ranked, count, sizeof(*ranked), by_key);
	for (size_t i = 0; i < count; i++)
		compare->order[i] = ranked[i].contender;
	for (size_t i = 0; i < count && had; i++)
		if (compare->order[i] == held)
			compare->list.cursor = i;
	free(ranked);
}

/* ---- Points of a pane ------------------------------------------------------------------------ */

void ui_compare_points(const struct ui_compare *compare, const struct ui_split_pane *pane,
                       struct ui_points *points)
{
	const struct evo_answer_case *told =
	        ui_compare_told(compare, pane->contender, pane->benchmark);
	const struct evo_study_case *of = pane->benchmark < benchmarks(compare)
	                                          ? &compare->answers->cases[pane->benchmark]
	                                          : NULL;

	*points = (struct ui_points){0};
	if (told == NULL || of == NULL || told->train == 0)
		return;
	points->x = evo_calloc(3 * told->train, sizeof(*points->x));
	points->y = points->x + told->train;
	double *scores = points->y + told->train;
	points->number = evo_calloc(told->train, sizeof(*points->number));
	for (size_t i = 0; i < told->train; i++) {
		if (!told->has[i])
			continue;
		points->number[points->count] = i;
		points->y[points->count] = of->accuracy[i];
		scores[points->count++] = told->scores[i];
	}
	evo_ranks(points->count, scores, points->x);
}

void ui_points_free(struct ui_points *points)
{
	free(points->x);
	free(points->number);
}

bool ui_compare_is_picked(const struct ui_compare *compare, const char *architecture)
{
	return compare->picked != NULL && strcmp(architecture, compare->picked) == 0;
}

void ui_compare_pick(struct ui_compare *compare, int step)
{
	const struct ui_split_pane *pane = &compare->panes[compare->focus];
	struct ui_points points;
	size_t best = SIZE_MAX;
	double from = step > 0 ? -1 : INFINITY;

	ui_compare_points(compare, pane, &points);
	const struct evo_study_case *of =
	        points.count > 0 ? &compare->answers->cases[pane->benchmark] : NULL;
	/* In the order of rank, and among equal ones in their own. */
	for (size_t i = 0; i < points.count; i++)
		if (ui_compare_is_picked(compare, of->architectures[points.number[i]]))
			from = points.x[i] + (double) i * 1e-6;
	for (size_t i = 0; i < points.count; i++) {
		double at = points.x[i] + (double) i * 1e-6;
		double best_at = best != SIZE_MAX ? points.x[best] + (double) best * 1e-6 : 0;
		if (step > 0 ? at > from && (best == SIZE_MAX || at < best_at)
		             : at < from && (best == SIZE_MAX || at > best_at))
			best = i;
	}
	if (best != SIZE_MAX) {
		free(compare->picked);
		compare->picked = evo_strdup(of->architectures[points.number[best]]);
	}
	ui_points_free(&points);
}

/* What stands for a contender elsewhere: its name, unless that is of this search alone. */
static char *name_elsewhere(const struct ui_contender *one)
{
	struct evo_text text;

	if (strpbrk(one->name, "#(") == NULL)
		return evo_strdup(one->name);
	evo_text_init(&text);
	evo_tree_print(&one->tree, &text);
	return text.data;
}

bool ui_compare_export(const struct ui_compare *compare, const char *path, size_t *count,
                       struct evo_error *err)
{
	size_t columns = benchmarks(compare), most = compare->count * columns;
	struct evo_score_row *rows = evo_calloc(most + 1, sizeof(*rows));
	char **names = evo_calloc(most + 1, sizeof(*names));
	bool any = false, good;

	*count = 0;
	for (size_t i = 0; i < compare->count; i++)
		any = any || compare->contenders[i].tagged;
	for (size_t i = 0; i < most; i++) {
		size_t contender = compare->order[i % compare->count];
		const struct evo_score_row *row =
		        ui_compare_row(compare, contender, i / compare->count);
		if (row == NULL || (any && !compare->contenders[contender].tagged))
			continue;
		rows[*count] = *row;
		names[(*count)++] = name_elsewhere(&compare->contenders[contender]);
	}
	good = *count > 0 ? evo_score_export(path, (const char *const *) names, rows, *count, err)
	                  : evo_fail(err, EVO_E_USAGE, "no row is complete yet");
	for (size_t i = 0; i < *count; i++)
		free(names[i]);
	free(names);
	free(rows);
	return good;
}
