/*
 * The log that has come so far, and figures as people read them.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

void ui_log_add(struct ui_log *log, const struct evo_log_line *line)
{
	if (log->lines == NULL)
		log->lines = evo_calloc(UI_LOG_MAX, sizeof(*log->lines));
	log->lines[log->next] = *line;
	log->next = (log->next + 1) % UI_LOG_MAX;
	if (log->count < UI_LOG_MAX)
		log->count++;
}

const struct evo_log_line *ui_log_at(const struct ui_log *log, size_t index)
{
	return &log->lines[(log->next + 2 * UI_LOG_MAX - 1 - index) % UI_LOG_MAX];
}

void ui_log_free(struct ui_log *log)
{
	free(log->lines);
	*log = (struct ui_log){0};
}

static bool announce(struct evo_run_case *announced, const struct evo_run_config *config,
                     const char *name, struct evo_error *err)
{
	struct evo_benchmark *benchmark = evo_benchmark_open(name, err);
	struct evo_probe probe;
	struct evo_images images;

	if (benchmark == NULL)
		return false;
	bool good = evo_run_probe(benchmark, &config->probe, config->seed, &probe, &images, err);
	if (good)
		evo_run_describe(benchmark, &probe, announced);
	evo_images_clear(&images);
	evo_benchmark_destroy(benchmark);
	return good;
}

void ui_model_announce(struct ui_model *model, const struct evo_run_config *config)
{
	struct evo_error err = {0};

	model->announced_count = 0;
	*model->announced_error = '\0';
	for (size_t i = 0; i < config->benchmark_count && i < EVO_CASES_MAX; i++) {
		if (announce(&model->announced[i], config, config->benchmarks[i], &err))
			model->announced_count = i + 1;
		else
			break;
	}
	if (err.code != EVO_OK)
		evo_error_text(&err, model->announced_error, sizeof(model->announced_error));
}

const struct evo_run_case *ui_model_cases(const struct ui_model *model, size_t *count)
{
	bool known = model->snapshot->case_count > 0;

	*count = known ? model->snapshot->case_count : model->announced_count;
	return known ? model->snapshot->cases : model->announced;
}

void ui_grouped(double number, char *out, size_t size)
{
	char digits[32];
	size_t used = 0;

	if (!isfinite(number) || fabs(number) >= 1e15) {
		snprintf(out, size, "-");
		return;
	}
	int length = snprintf(digits, sizeof(digits), "%.0f", number);
	for (int i = 0; i < length && used + 2 < size; i++) {
		if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
			out[used++] = ' ';
		out[used++] = digits[i];
	}
	out[used] = '\0';
}

void ui_duration(double seconds, char *out, size_t size)
{
	if (!(seconds >= 0) || seconds > 1e8) {
		snprintf(out, size, "-");
		return;
	}
	unsigned whole = (unsigned) (seconds + 0.5);
	if (whole < 3600)
		snprintf(out, size, "%u:%02u", whole / 60, whole % 60);
	else
		snprintf(out, size, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
}

bool ui_is_answered(const struct evo_study_snapshot *answers, uint64_t question)
{
	const struct evo_answer *answer = evo_study_answer(answers, question);

	if (answers->state == EVO_STUDY_FAILED || (answer != NULL && *answer->error != '\0'))
		return true;
	return answer != NULL && answer->done == answer->total &&
	       answer->row_count == answer->row_total;
}

void ui_tau_text(double tau, char *out, size_t size)
{
	if (isfinite(tau))
		snprintf(out, size, "%+.3f", tau);
	else
		snprintf(out, size, "-");
}

void ui_tau_short(double tau, char *out, size_t size)
{
	if (isfinite(tau))
		snprintf(out, size, "%+.2f", tau);
	else
		snprintf(out, size, "-");
}

void ui_case_facts(const struct evo_run_case *of, const struct ui_glyphs *glyphs,
                   struct evo_text *out)
{
	evo_text_append(out, of->name);
	if (of->train > 0)
		evo_text_printf(out, ": %zu train + %zu validation networks", of->train,
		                of->validation);
	if (*of->images != '\0')
		evo_text_printf(out, "%s%s", glyphs->dot, of->images);
	if (*of->probe != '\0')
		evo_text_printf(out, "%s%s", glyphs->dot, of->probe);
}
