/*
 * A search as a whole: what it is asked to do, its thread, and how it begins and ends. The thread
 * heeds commands and works on one generation after the other in between.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "state.h"
#include "stored.h"

/* ---- Config ---------------------------------------------------------------------------------- */

struct evo_run_config evo_run_config_default(void)
{
	static const char *const benchmarks[] = {EVO_DEFAULT_BENCHMARK};
	struct evo_run_config config = {0};
	config.benchmarks = benchmarks;
	config.benchmark_count = 1;
	config.seed = 1;
	config.target = (double) NAN;
	/* A broken file of the user's is told when the preset is asked for; here the built-in one
	   stands in, which evo_gp_preset leaves in any case. */
	evo_gp_preset("default", &config.gp, NULL);
	return config;
}

static const char *copy_text(const char *text)
{
	return text != NULL ? evo_strdup(text) : NULL;
}

void evo_run_config_copy(struct evo_run_config *to, const struct evo_run_config *from)
{
	*to = *from;
	to->benchmarks = evo_run_copy_list(from->benchmarks, from->benchmark_count);
	to->injected = evo_run_copy_list(from->injected, from->injected_count);
	to->carried = evo_run_copy_list(from->carried, from->carried_count);
	to->csv_folder = copy_text(from->csv_folder);
	to->probe.probe_of = copy_text(from->probe.probe_of);
	to->runs_file = copy_text(from->runs_file);
	to->resume = copy_text(from->resume);
	to->name_made = from->name_made || from->name == NULL;
	to->name = from->name != NULL ? evo_strdup(from->name)
	                              : evo_format("%s-%llu", from->gp.preset,
	                                           (unsigned long long) from->seed);
}

static void free_text(const char *text)
{
	free((char *) (uintptr_t) text);
}

void evo_run_config_clear(struct evo_run_config *config)
{
	evo_run_free_list(config->benchmarks, config->benchmark_count);
	evo_run_free_list(config->injected, config->injected_count);
	evo_run_free_list(config->carried, config->carried_count);
	free_text(config->csv_folder);
	free_text(config->probe.probe_of);
	free_text(config->name);
	free_text(config->runs_file);
	free_text(config->resume);
	*config = (struct evo_run_config){0};
}

void evo_run_config_next(struct evo_run_config *to, const struct evo_run_config *from)
{
	evo_run_config_copy(to, from);
	free_text(to->name);
	free_text(to->resume);
	to->name = to->resume = NULL;
	to->watch = false;
}

void evo_run_config_benchmarks(struct evo_run_config *config, const char *const *names,
                               size_t count)
{
	const char *const *copy = evo_run_copy_list(names, count);
	evo_run_free_list(config->benchmarks, config->benchmark_count);
	config->benchmarks = copy;
	config->benchmark_count = count;
}

/* Spaces beyond ASCII's, which nobody can tell from it. */
static bool is_odd_space(uint32_t code)
{
	return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
	       code == 0x202f || code == 0x205f || code == 0x3000;
}

bool evo_run_name_check(const char *name, struct evo_error *err)
{
	const char *at = name;
	size_t count = 0;
	for (; *at != '\0'; count++) {
		const uint32_t code = evo_utf8_next(&at);
		/* That is what bytes which are no UTF-8 are read as. */
		if (code == 0xfffd || !evo_harmless(code) || is_odd_space(code) || code == '/' ||
		    code == '\\')
			return evo_fail(err, EVO_E_USAGE,
			                "\"%.200s\" cannot name a run, for its character %zu; use "
			                "letters, digits, blanks and signs but / and \\",
			                name, count + 1);
	}
	if (count == 0)
		return evo_fail(err, EVO_E_USAGE, "a run's name is empty");
	if (count > EVO_RUN_NAME_MAX)
		return evo_fail(err, EVO_E_USAGE,
		                "the name of a run has %zu characters, and at most %d are allowed",
		                count, EVO_RUN_NAME_MAX);
	if (name[0] == '-' || name[0] == ' ' || at[-1] == ' ')
		return evo_fail(
		        err, EVO_E_USAGE,
		        "\"%s\" cannot name a run: it begins with - or a blank, or ends with "
		        "a blank",
		        name);
	return true;
}

static bool check_name(const struct evo_run_config *config, struct evo_error *err)
{
	if (config->name == NULL || config->name_made || config->resume != NULL)
		return true;
	return evo_run_name_check(config->name, err) &&
	       (config->runs_file == NULL ||
	        evo_stored_name_free(config->runs_file, config->name, err));
}

static bool check_config(const struct evo_run_config *config, struct evo_error *err)
{
	if (config->benchmark_count > EVO_CASES_MAX)
		return evo_fail(
		        err, EVO_E_USAGE,
		        "a search takes at most %d benchmarks, not %zu: name those that matter",
		        EVO_CASES_MAX, config->benchmark_count);
	if (config->benchmark_count == 0)
		return evo_fail(err, EVO_E_USAGE, "a search needs a benchmark");
	if (!evo_gp_config_check(&config->gp, err) || !check_name(config, err))
		return false;
	for (size_t i = 0; i < config->injected_count; i++) {
		struct evo_tree tree;
		if (!evo_proxy_parse(config->injected[i], &tree, err) ||
		    !evo_gp_injectable(&config->gp, &tree, err))
			return false;
	}
	return true;
}

/* ---- The thread ------------------------------------------------------------------------------ */

void evo_run_fail(struct evo_run *run, const struct evo_error *err)
{
	evo_error_text(err, run->draft.error, sizeof(run->draft.error));
	evo_run_say(run, EVO_LOG_ERROR, "%s", run->draft.error);
	evo_run_enter(run, EVO_RUN_FAILED);
}

char *evo_run_end_reason(const struct evo_run *run)
{
	const struct evo_record *record = &run->record;
	size_t wanted = run->draft.generations;
	double best = record->history_count > 0 ? record->history[record->history_count - 1].best
	                                        : (double) NAN;
	if (run->draft.generation >= wanted)
		return evo_format(
		        "done: %zu generations; to go on, set generations higher and resume",
		        wanted);
	if (best >= run->config.target)
		return evo_format("done: the best reached the target %g", run->config.target);
	if (record->history_count > 0 && evo_run_time_up(run))
		return evo_format("done: time is up after %.0f s", evo_run_elapsed(run));
	return NULL;
}

/* Says so where it is. */
static bool at_end(struct evo_run *run)
{
	char *reason = evo_run_end_reason(run);
	if (reason != NULL)
		evo_run_say(run, EVO_LOG_NOTE, "%s", reason);
	free(reason);
	return reason != NULL;
}

static void advance(struct evo_run *run)
{
	struct evo_error err = {0};
	bool good = run->gp != NULL || evo_run_prepare(run, &err);
	good = good && evo_keep_claim(run, &err) && evo_run_complete_stored(run, &err);
	if (good && at_end(run)) {
		evo_run_enter(run, EVO_RUN_DONE);
		return;
	}
	good = good && evo_run_generation(run, &err);
	if (err.code != EVO_OK)
		evo_run_fail(run, &err);
	else if (good && run->mode == EVO_RUN_STEPPING)
		evo_run_enter(run, at_end(run) ? EVO_RUN_DONE : EVO_RUN_PAUSED);
}

/* Ends the run whose place this one takes. What that has stored to its end belongs to this one,
   where it goes on with the same. */
static void take_place(struct evo_run *run)
{
	struct evo_error err = {0};
	if (run->before == NULL)
		return;
	run->before_unstored = evo_run_finish(run->before);
	run->before = NULL;
	if (run->before_unstored != NULL)
		evo_run_say(run, EVO_LOG_WARNING, "%s", run->before_unstored);
	run->draft.waits = false;
	if (run->quit)
		return;
	if (run->config.resume != NULL && !evo_stored_show_again(run, &err)) {
		evo_run_fail(run, &err);
		return;
	}
	pthread_mutex_lock(&run->lock);
	if (run->pending == 0 && run->config.resume != NULL)
		run->shadow = run->draft.config;
	pthread_mutex_unlock(&run->lock);
	evo_run_publish(run);
}

static void *work(void *context)
{
	struct evo_run *run = context;
	take_place(run);
	if (run->config.watch && !run->quit)
		evo_run_watch(run);
	while (!run->quit) {
		bool works = evo_run_go_on(run);
		if (works) {
			advance(run);
		} else if (!run->quit) {
			if (run->mode == EVO_RUN_STOPPED || run->mode == EVO_RUN_FAILED) {
				evo_run_release_engine(run);
				evo_run_publish(run); /* whether it is kept is known now */
			}
			evo_run_heed(run, true);
		}
	}
	evo_run_release_engine(run);
	return NULL;
}

/* ---- Coming and going ------------------------------------------------------------------------ */

static void fill_draft(struct evo_run *run)
{
	struct evo_snapshot *draft = &run->draft;
	const struct evo_run_config *config = &run->config;
	snprintf(draft->run, sizeof(draft->run), "%s", config->name);
	snprintf(draft->preset, sizeof(draft->preset), "%s", config->gp.preset);
	draft->seed = config->seed;
	draft->config = config->gp;
	draft->generations = config->gp.generations;
	draft->live_best = draft->remaining = (double) NAN;
	run->since = run->generation_begin = (double) NAN;
	run->best = -2;
}

static void destroy_shell(struct evo_run *run)
{
	struct evo_command command;
	while (evo_queue_pop(run->commands, &command))
		free(command.text);
	evo_queue_destroy(run->commands);
	if (run->newest != NULL)
		evo_snapshot_release(&run->newest->snapshot);
	evo_body_release(run->body);
	evo_record_clear(&run->record);
	evo_news_close(&run->news);
	evo_run_config_clear(&run->config);
	pthread_mutex_destroy(&run->lock);
	free(run->before_unstored);
	free(run);
}

struct evo_run *evo_run_create(const struct evo_run_config *config, struct evo_error *err)
{
	return evo_run_replace(NULL, config, err);
}

struct evo_run *evo_run_replace(struct evo_run *before, const struct evo_run_config *config,
                                struct evo_error *err)
{
	if (!check_config(config, err))
		return NULL;
	struct evo_run *run = evo_calloc(1, sizeof(*run));
	evo_run_config_copy(&run->config, config);
	run->shadow = config->gp;
	run->commands = evo_queue_create(sizeof(struct evo_command), EVO_COMMANDS);
	pthread_mutex_init(&run->lock, NULL);
	fill_draft(run);
	if (!evo_news_open(&run->news, err) ||
	    (config->resume != NULL && !evo_stored_show(run, err))) {
		destroy_shell(run);
		return NULL;
	}
	if (run->body == NULL)
		evo_run_renew_body(run);
	run->before = before;
	run->draft.waits = before != NULL;
	evo_run_publish(run);
	if (!evo_thread_start(&run->thread, work, run, err)) {
		destroy_shell(run);
		return NULL;
	}
	return run;
}

void evo_run_end(struct evo_run *run)
{
	struct evo_command wake = {.wake = true};
	run->quit = true;
	/* A full queue keeps the thread from waiting just as well. */
	evo_queue_push(run->commands, &wake);
}

static char *unstored(const struct evo_snapshot *draft)
{
	if (draft->unsaved > 0)
		return evo_format("the last %zu generation%s of %s could not be stored",
		                  draft->unsaved, draft->unsaved == 1 ? "" : "s", draft->run);
	if (draft->unended)
		return evo_format("the end of %s could not be stored: it looks interrupted, and "
		                  "can be resumed",
		                  draft->run);
	if (draft->moved)
		return evo_format("the file of runs went away meanwhile: %s is in the one that is "
		                  "there now",
		                  draft->run);
	return NULL;
}

char *evo_run_finish(struct evo_run *run)
{
	if (run == NULL)
		return NULL;
	evo_run_end(run);
	pthread_join(run->thread, NULL);
	char *text = unstored(&run->draft);
	if (text == NULL) {
		text = run->before_unstored;
		run->before_unstored = NULL;
	}
	destroy_shell(run);
	return text;
}

void evo_run_destroy(struct evo_run *run)
{
	free(evo_run_finish(run));
}
