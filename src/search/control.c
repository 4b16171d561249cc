/* What a person asks of a run: checked on the caller's thread, heeded on the run's own. */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "state.h"

#define LIFE_SECONDS 2.0 /* between two signs that are due, at most, while nothing is asked */

static const char *const state_names[] = {"idle",   "starting", "running", "stepping", "pausing",
                                          "paused", "done",     "stopped", "failed"};

const char *evo_run_state_name(enum evo_run_state state)
{
	return state_names[state];
}

/* ---- Which command fits which state ---------------------------------------------------------- */

#define IN(state) (1U << EVO_RUN_##state)
#define ALIVE     (IN(IDLE) | IN(RUNNING) | IN(STEPPING) | IN(PAUSING) | IN(PAUSED) | IN(DONE))

/* Of the modes that a run can be wanted in: STARTING is none. */
static const struct {
	const char *name;
	unsigned states;         /* in which it makes sense */
	enum evo_run_state then; /* what it leads to; IDLE: leaves things as they are */
} rules[] = {
        [EVO_COMMAND_START] = {"start", IN(IDLE), EVO_RUN_RUNNING},
        [EVO_COMMAND_PAUSE] = {"pause", IN(RUNNING) | IN(STEPPING), EVO_RUN_PAUSING},
        [EVO_COMMAND_RESUME] = {"resume", IN(STEPPING) | IN(PAUSING) | IN(PAUSED) | IN(DONE),
                                EVO_RUN_RUNNING},
        [EVO_COMMAND_STEP] = {"step", IN(IDLE) | IN(RUNNING) | IN(PAUSING) | IN(PAUSED) | IN(DONE),
                              EVO_RUN_STEPPING},
        [EVO_COMMAND_STOP] = {"stop", ALIVE & ~IN(DONE), EVO_RUN_STOPPED},
        [EVO_COMMAND_INJECT] = {"inject", ALIVE, EVO_RUN_IDLE},
        [EVO_COMMAND_SET] = {"set", ALIVE, EVO_RUN_IDLE},
        [EVO_COMMAND_EXPORT] = {"export", ~IN(IDLE), EVO_RUN_IDLE},
};

/* "name value" or "name=value" in two; both inside a copy that the caller frees. */
static char *split_setting(const char *text, char **value)
{
	char *name = evo_strdup(text);
	size_t length = strcspn(name, " \t=");
	*value = name + length;
	if (**value != '\0') {
		*(*value)++ = '\0';
		*value += strspn(*value, " \t=");
		for (size_t end = strlen(*value);
		     end > 0 && isspace((unsigned char) (*value)[end - 1]); end--)
			(*value)[end - 1] = '\0';
	}
	return name;
}

/* ---- Sending --------------------------------------------------------------------------------- */

/* What is done stays done. Under the lock. */
static bool check_generations(const struct evo_run *run, size_t wanted, struct evo_error *err)
{
	size_t complete = run->newest->snapshot.generation;
	return wanted >= complete ||
	       evo_fail(err, EVO_E_USAGE,
	                "generations must be %zu at least, not %zu: so many are complete", complete,
	                wanted);
}

static bool check_set(struct evo_run *run, const char *text, struct evo_error *err)
{
	char *value, *name = split_setting(text, &value);
	struct evo_gp_config changed = run->shadow;
	const struct evo_setting *setting = evo_setting_find(name, err);
	bool good = setting != NULL;
	bool begun = run->expected != EVO_RUN_IDLE || run->config.resume != NULL;
	if (good && !setting->live && begun)
		good = evo_fail(
		        err, EVO_E_USAGE,
		        "%s cannot change while a search runs; start another search with it", name);
	good = good && evo_gp_config_set(&changed, name, value, err) &&
	       evo_gp_config_check(&changed, err) &&
	       (strcmp(name, "generations") != 0 ||
	        check_generations(run, changed.generations, err));
	if (good)
		run->shadow = changed;
	free(name);
	return good;
}

static bool check_inject(struct evo_run *run, const char *text, struct evo_error *err)
{
	struct evo_tree tree;
	return evo_proxy_parse(text, &tree, err) && evo_gp_injectable(&run->shadow, &tree, err);
}

/* Under the lock. */
static bool no_such_state(const struct evo_run *run, enum evo_command_kind kind,
                          struct evo_error *err)
{
	const enum evo_run_state state = run->expected;
	const char *name = run->newest->snapshot.run, *what = rules[kind].name;
	if (state == EVO_RUN_IDLE)
		return evo_fail(err, EVO_E_USAGE, "cannot %s: the search is idle; start begins it",
		                what);
	if (state == EVO_RUN_DONE)
		return evo_fail(err, EVO_E_USAGE,
		                "cannot %s: the search is done; set a higher limit (such as "
		                "generations) and resume goes on with it",
		                what);
	if (state != EVO_RUN_STOPPED && state != EVO_RUN_FAILED)
		return evo_fail(err, EVO_E_USAGE, "cannot %s: the search is %s already", what,
		                state_names[state]);
	if (run->config.runs_file == NULL)
		return evo_fail(err, EVO_E_USAGE,
		                "cannot %s: the search is %s and not stored; begin another", what,
		                state_names[state]);
	return evo_fail(err, EVO_E_USAGE,
	                "cannot %s: the search is %s; evoscope evolve --resume %s goes on with it, "
	                "as does the screen Runs of the explorer",
	                what, state_names[state], name);
}

static bool check_command(struct evo_run *run, enum evo_command_kind kind, const char *text,
                          struct evo_error *err)
{
	if (kind >= EVO_COMMAND_INJECT && (text == NULL || *text == '\0'))
		return evo_fail(err, EVO_E_USAGE, "%s needs %s", rules[kind].name,
		                kind == EVO_COMMAND_INJECT ? "an expression or a proxy's name"
		                : kind == EVO_COMMAND_SET  ? "a setting's name and its value"
		                                           : "a folder");
	if ((rules[kind].states & 1U << run->expected) == 0)
		return no_such_state(run, kind, err);
	if (kind == EVO_COMMAND_SET)
		return check_set(run, text, err);
	return kind != EVO_COMMAND_INJECT || check_inject(run, text, err);
}

bool evo_run_send(struct evo_run *run, enum evo_command_kind kind, const char *text,
                  struct evo_error *err)
{
	struct evo_command command = {.kind = kind};
	if (run->config.watch)
		return evo_fail(err, EVO_E_USAGE,
		                "%s is only watched here: another program drives it",
		                run->config.resume);
	pthread_mutex_lock(&run->lock);
	struct evo_gp_config before = run->shadow;
	bool good = check_command(run, kind, text, err);
	if (good) {
		command.text = text != NULL ? evo_strdup(text) : NULL;
		good = evo_queue_push(run->commands, &command);
		if (!good) {
			free(command.text);
			run->shadow = before;
			evo_fail(err, EVO_E_IO, "too many commands wait; try again in a moment");
		}
	}
	if (good) {
		run->pending++;
		run->sent++;
		if (rules[kind].then != EVO_RUN_IDLE)
			run->expected = rules[kind].then;
	}
	pthread_mutex_unlock(&run->lock);
	return good;
}

size_t evo_run_sent(struct evo_run *run)
{
	pthread_mutex_lock(&run->lock);
	const size_t sent = run->sent;
	pthread_mutex_unlock(&run->lock);
	return sent;
}

/* ---- Heeding --------------------------------------------------------------------------------- */

double evo_run_elapsed(const struct evo_run *run)
{
	return run->active + (isnan(run->since) ? 0 : evo_now() - run->since);
}

/* At the end no phase is going on, in whose middle it may have come. */
static void leave_phase(struct evo_run *run)
{
	run->draft.phase[0] = '\0';
	run->draft.phase_done = run->draft.phase_total = 0;
	run->draft.live_best = (double) NAN;
}

/* Another program has taken the run over: there is nothing more to do for this one. */
static bool stop_if_lost(struct evo_run *run)
{
	struct evo_error err = {0};
	const bool lost = run->mode != EVO_RUN_FAILED && evo_keep_lost(run, &err);
	if (lost)
		evo_run_fail(run, &err);
	return lost;
}

void evo_run_enter(struct evo_run *run, enum evo_run_state mode)
{
	bool works = mode == EVO_RUN_RUNNING || mode == EVO_RUN_STEPPING || mode == EVO_RUN_PAUSING;
	if (!works) {
		run->active = evo_run_elapsed(run);
		run->since = (double) NAN;
	} else if (isnan(run->since)) {
		run->since = evo_now();
	}
	if (mode == EVO_RUN_DONE || mode == EVO_RUN_STOPPED || mode == EVO_RUN_FAILED)
		leave_phase(run);
	run->mode = mode;
	run->draft.state = mode;
	bool begun = run->warm || run->draft.generation > 0;
	if (!begun && (mode == EVO_RUN_RUNNING || mode == EVO_RUN_STEPPING))
		run->draft.state = EVO_RUN_STARTING;
	run->draft.elapsed = evo_run_elapsed(run);
	evo_keep_mode(run);
	if (stop_if_lost(run))
		return;
	pthread_mutex_lock(&run->lock);
	if (run->pending == 0)
		run->expected = mode;
	pthread_mutex_unlock(&run->lock);
	evo_run_publish(run);
}

/* That what is sent now counts from. */
static size_t next_generation(const struct evo_run *run)
{
	return run->gp != NULL ? evo_gp_next_generation(run->gp) : run->draft.generation;
}

void evo_run_tell_intervention(struct evo_run *run, const struct evo_intervention *one)
{
	evo_run_say(run, EVO_LOG_NOTE, "%s %.200s: from generation %zu on", rules[one->kind].name,
	            one->text, one->generation);
}

static void record(struct evo_run *run, const struct evo_command *command)
{
	struct evo_record *list = &run->record;
	list->interventions = evo_realloc(list->interventions, list->intervention_count + 1,
	                                  sizeof(*list->interventions));
	list->interventions[list->intervention_count++] = (struct evo_intervention){
	        next_generation(run), command->kind, evo_strdup(command->text)};
	evo_run_tell_intervention(run, &list->interventions[list->intervention_count - 1]);
	evo_run_renew_body(run);
	evo_keep_interventions(run);
}

static bool do_set(struct evo_run *run, const char *text, struct evo_error *err)
{
	bool good;
	/* Of a run that is resumed, its record is what counts. */
	if (run->gp == NULL && run->config.resume != NULL)
		good = evo_run_set(NULL, &run->draft.config, text, err);
	else
		good = evo_run_set(run->gp, &run->config.gp, text, err);
	if (good && run->config.resume == NULL && run->gp == NULL)
		run->draft.config = run->config.gp;
	else if (good && run->gp != NULL)
		run->draft.config = *evo_gp_config(run->gp);
	run->draft.generations = run->draft.config.generations;
	return good;
}

static bool do_inject(struct evo_run *run, const char *text, struct evo_error *err)
{
	struct evo_tree tree;
	if (!evo_proxy_parse(text, &tree, err))
		return false;
	if (run->gp != NULL)
		return evo_gp_inject(run->gp, &tree, err);
	if (run->config.resume != NULL)
		return true;
	/* Before the search is made they wait with those of the config. */
	char **list = (char **) (uintptr_t) run->config.injected;
	list = evo_realloc(list, run->config.injected_count + 1, sizeof(*list));
	list[run->config.injected_count++] = evo_strdup(text);
	run->config.injected = (const char *const *) list;
	return true;
}

static bool do_export(struct evo_run *run, const char *folder, struct evo_error *err)
{
	const struct evo_snapshot *snapshot = evo_run_hold_newest(run);
	bool good = evo_run_export(snapshot, folder, err);
	evo_snapshot_release(snapshot);
	if (good)
		evo_run_say(run, EVO_LOG_NOTE, "exported to %s", folder);
	return good;
}

bool evo_run_set(struct evo_gp *gp, struct evo_gp_config *config, const char *text,
                 struct evo_error *err)
{
	char *value, *name = split_setting(text, &value);
	bool good = gp != NULL ? evo_gp_set(gp, name, value, err)
	                       : evo_gp_config_set(config, name, value, err);
	free(name);
	return good;
}

bool evo_run_intervene(struct evo_run *run, enum evo_command_kind kind, const char *text,
                       struct evo_error *err)
{
	return kind == EVO_COMMAND_SET ? do_set(run, text, err) : do_inject(run, text, err);
}

void evo_run_defer(struct evo_run *run, enum evo_command_kind kind, const char *text)
{
	run->deferred = evo_realloc(run->deferred, run->deferred_count + 1, sizeof(*run->deferred));
	run->deferred[run->deferred_count++] =
	        (struct evo_command){.kind = kind, .text = evo_strdup(text)};
}

void evo_run_drop_deferred(struct evo_run *run)
{
	for (size_t i = 0; i < run->deferred_count; i++)
		free(run->deferred[i].text);
	free(run->deferred);
	run->deferred = NULL;
	run->deferred_count = 0;
}

void evo_run_catch_up(struct evo_run *run)
{
	for (size_t i = 0; i < run->deferred_count; i++) {
		const struct evo_command *command = &run->deferred[i];
		struct evo_error err = {0};
		if (!evo_run_intervene(run, command->kind, command->text, &err))
			evo_run_say(run, EVO_LOG_WARNING, "%s: %s", rules[command->kind].name,
			            err.message);
	}
	evo_run_drop_deferred(run);
}

static void heed_one(struct evo_run *run, const struct evo_command *command)
{
	struct evo_error err = {0};
	bool good = true;
	enum evo_run_state then = rules[command->kind].then;
	run->draft.heeded++;
	if ((rules[command->kind].states & 1U << run->mode) == 0) {
		evo_run_publish(run); /* the search came to its end meanwhile */
		return;
	}
	if (command->kind == EVO_COMMAND_SET)
		good = do_set(run, command->text, &err);
	else if (command->kind == EVO_COMMAND_INJECT)
		good = do_inject(run, command->text, &err);
	else if (command->kind == EVO_COMMAND_EXPORT)
		good = do_export(run, command->text, &err);
	if (!good)
		evo_run_say(run, EVO_LOG_WARNING, "%s: %s", rules[command->kind].name, err.message);
	else if (command->kind == EVO_COMMAND_SET || command->kind == EVO_COMMAND_INJECT)
		record(run, command);
	char *reason = evo_run_end_reason(run);
	/* A limit that was raised leaves something to go on with. */
	if (run->mode == EVO_RUN_DONE && then == EVO_RUN_IDLE && reason == NULL)
		then = EVO_RUN_PAUSED;
	free(reason);
	evo_run_enter(run, then != EVO_RUN_IDLE ? then : run->mode);
}

/* Waits for a command; whoever waits is alive, too. False when the run was lost meanwhile. */
static bool wait_for_command(struct evo_run *run, struct evo_command *command)
{
	while (!evo_queue_wait(run->commands, command, LIFE_SECONDS)) {
		evo_keep_alive(run);
		if (stop_if_lost(run))
			return false;
	}
	return true;
}

void evo_run_heed(struct evo_run *run, bool block)
{
	struct evo_command command;
	evo_keep_alive(run);
	if (stop_if_lost(run))
		return;
	bool got = block ? wait_for_command(run, &command) : evo_queue_pop(run->commands, &command);
	while (got && !command.wake) {
		if (!run->quit)
			heed_one(run, &command);
		free(command.text);
		pthread_mutex_lock(&run->lock);
		if (--run->pending == 0)
			run->expected = run->mode;
		pthread_mutex_unlock(&run->lock);
		got = evo_queue_pop(run->commands, &command);
	}
}

bool evo_run_go_on(struct evo_run *run)
{
	evo_run_heed(run, false);
	while (!run->quit && (run->mode == EVO_RUN_PAUSING || run->mode == EVO_RUN_PAUSED)) {
		if (run->mode == EVO_RUN_PAUSING)
			evo_run_enter(run, EVO_RUN_PAUSED);
		evo_run_heed(run, true);
	}
	return !run->quit && (run->mode == EVO_RUN_RUNNING || run->mode == EVO_RUN_STEPPING);
}
