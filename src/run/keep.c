#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "keeper.h"
#include "stored.h"

/* ---- Small things ---------------------------------------------------------------------------- */

/* One line a failure, however often it comes back. */
static void complain(struct evo_run *run, const struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	if (strcmp(keeper->complaint, err->message) == 0)
		return;
	snprintf(keeper->complaint, sizeof(keeper->complaint), "%s", err->message);
	evo_run_say(run, EVO_LOG_WARNING, "not stored: %s", err->message);
}

static const char *state_of(enum evo_run_state mode)
{
	switch (mode) {
	case EVO_RUN_PAUSED:
	case EVO_RUN_DONE:
	case EVO_RUN_STOPPED:
	case EVO_RUN_FAILED:
		return evo_run_state_name(mode);
	default:
		return evo_run_state_name(EVO_RUN_RUNNING);
	}
}

static bool is_end(enum evo_run_state mode)
{
	return mode == EVO_RUN_DONE || mode == EVO_RUN_STOPPED || mode == EVO_RUN_FAILED;
}

uint64_t evo_keep_digest(const struct evo_run *run, size_t item)
{
	const struct evo_case_item *one = &run->cases.items[item];
	const char *probe = run->draft.cases[item].probe, *images = one->benchmark->image_title;
	uint64_t digest = evo_hash(probe, strlen(probe), 1);
	digest = evo_hash(images, strlen(images), digest);
	for (size_t i = 0; i < one->train + one->validation; i++) {
		const struct evo_row *row = &one->benchmark->rows[one->rows[i]];
		digest = evo_hash(row->architecture, strlen(row->architecture) + 1, digest);
		digest = evo_hash(&row->accuracy, sizeof(row->accuracy), digest);
	}
	return digest;
}

/* ---- Who drives it --------------------------------------------------------------------------- */

/* Takes the run unless another program that is alive has it; inside a transaction. */
static bool claim(struct evo_keeper *keeper, const char *name, struct evo_error *err)
{
	struct evo_owner other;
	if (!evo_stored_owner(&keeper->database, keeper->id, &other, err))
		return false;
	if (evo_owner_alive(&other) && !evo_owner_same(&other, &keeper->owner))
		return evo_fail(err, EVO_E_IO,
		                "run %s is going in process %lld on %s; wait for it, or stop it "
		                "there first",
		                name, (long long) other.process, other.host);
	return evo_database_do(
	        &keeper->database,
	        "UPDATE runs SET state = 'running', owner_host = ?, owner_boot = ?,"
	        " owner_process = ?, owner_started = ? WHERE id = ?",
	        EVO_VALUES(EVO_TEXT(keeper->owner.host), EVO_TEXT(keeper->owner.boot),
	                   EVO_INTEGER(keeper->owner.process), EVO_INTEGER(keeper->owner.started),
	                   EVO_INTEGER(keeper->id)),
	        err);
}

static bool claim_now(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && claim(keeper, run->draft.run, err);
	keeper->owned = evo_database_end(&keeper->database, good, err);
	if (keeper->owned)
		keeper->state = state_of(EVO_RUN_RUNNING);
	return keeper->owned;
}

/* The run's row, which must still be this program's. */
static bool check_owned(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_owner owner;
	if (!evo_stored_owner(&keeper->database, keeper->id, &owner, err))
		return false;
	return evo_owner_same(&owner, &keeper->owner) ||
	       evo_fail(err, EVO_E_USAGE, "run %s was taken over by another program, or deleted",
	                run->draft.run);
}

/* ---- A new run, and its generations ---------------------------------------------------------- */

static bool create_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && evo_keep_put_run(run, err) && claim(keeper, run->draft.run, err);
	good = evo_database_end(&keeper->database, good, err);
	if (good) {
		keeper->owned = true;
		keeper->state = state_of(EVO_RUN_RUNNING);
		keeper->next_id = 1;
		keeper->interventions = run->record.intervention_count;
	}
	return good;
}

static bool store_one(struct evo_run *run, const struct evo_waiting *one, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && check_owned(run, err) && evo_keep_put_generation(run, one, err);
	good = evo_database_end(&keeper->database, good, err);
	if (good) {
		keeper->generations++;
		keeper->next_id = one->next_id;
		keeper->forms = one->forms;
		keeper->interventions = run->record.intervention_count;
	}
	return good;
}

/* Stores what waits, in its order, until one cannot be. */
static bool store_waiting(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	size_t done = 0;
	while (done < keeper->waiting_count && store_one(run, &keeper->waiting[done], err))
		evo_body_release(keeper->waiting[done++].body);
	keeper->waiting_count -= done;
	if (done > 0) /* else there may be no array yet */
		memmove(keeper->waiting, keeper->waiting + done,
		        keeper->waiting_count * sizeof(*keeper->waiting));
	run->draft.unsaved = keeper->waiting_count;
	if (done > 0 && keeper->complaint[0] != '\0' && keeper->waiting_count == 0) {
		evo_run_say(run, EVO_LOG_NOTE, "stored again: all %zu generations",
		            keeper->generations);
		keeper->complaint[0] = '\0';
	}
	return keeper->waiting_count == 0;
}

void evo_keep_generation(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_gp_state state;
	struct evo_error err = {0};
	if (keeper == NULL)
		return;
	evo_gp_state(run->gp, &state);
	keeper->waiting =
	        evo_realloc(keeper->waiting, keeper->waiting_count + 1, sizeof(*keeper->waiting));
	struct evo_waiting *one = &keeper->waiting[keeper->waiting_count++];
	*one = (struct evo_waiting){.body = evo_body_hold(run->body),
	                            .number = state.generation - 1,
	                            .stalled = state.stalled,
	                            .next_id = state.next_id,
	                            .counts = state.counts,
	                            .forms = state.form_count,
	                            .elapsed = run->draft.elapsed};
	memcpy(one->given[0], run->draft.partial_units, sizeof(one->given[0]));
	memcpy(one->given[1], run->draft.partial_params, sizeof(one->given[1]));
	if (!store_waiting(run, &err))
		complain(run, &err);
}

void evo_keep_interventions(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_error err = {0};
	/* What waits comes first; it takes these with it. */
	if (keeper == NULL || keeper->waiting_count > 0 || !keeper->owned)
		return;
	bool good = evo_database_begin(&keeper->database, &err);
	good = good && check_owned(run, &err) && evo_keep_put_interventions(run, false, &err);
	if (evo_database_end(&keeper->database, good, &err))
		keeper->interventions = run->record.intervention_count;
	else
		complain(run, &err);
}

/* ---- Coming and going ------------------------------------------------------------------------ */

static bool store_state(struct evo_run *run, const char *state, bool give_up, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && check_owned(run, err) &&
	       evo_database_do(&keeper->database,
	                       give_up ? "UPDATE runs SET state = ?, owner_host = NULL WHERE id = ?"
	                               : "UPDATE runs SET state = ? WHERE id = ?",
	                       EVO_VALUES(EVO_TEXT(state), EVO_INTEGER(keeper->id)), err);
	good = evo_database_end(&keeper->database, good, err);
	if (good) {
		keeper->state = state;
		keeper->owned = !give_up;
	}
	return good;
}

/* A run without a generation is not worth keeping. */
static bool forget(struct evo_run *run, struct evo_error *err)
{
	run->keeper->owned = run->draft.kept = false;
	return evo_database_do(&run->keeper->database, "DELETE FROM runs WHERE id = ?",
	                       EVO_VALUES(EVO_INTEGER(run->keeper->id)), err);
}

static void give_up(struct evo_run *run, enum evo_run_state state)
{
	struct evo_error err = {0};
	bool good = store_waiting(run, &err);
	if (good && run->keeper->generations == 0)
		good = forget(run, &err);
	else if (good)
		good = store_state(run, state_of(state), true, &err);
	if (!good)
		complain(run, &err);
}

void evo_keep_mode(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_error err = {0};
	if (keeper == NULL || !keeper->owned)
		return;
	if (is_end(run->mode))
		give_up(run, run->mode);
	else if (strcmp(keeper->state, state_of(run->mode)) != 0 &&
	         !store_state(run, state_of(run->mode), false, &err))
		complain(run, &err);
}

bool evo_keep_claim(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_rows rows;
	if (keeper == NULL || keeper->owned || !run->draft.kept)
		return true;
	if (!claim_now(run, err))
		return false;
	evo_rows_open(&rows, &keeper->database, "SELECT generation FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(keeper->id)));
	bool same =
	        evo_rows_next(&rows) && (size_t) evo_rows_integer(&rows, 0) == keeper->generations;
	if (!evo_rows_close(&rows, err))
		return false;
	return same || evo_fail(err, EVO_E_USAGE, "run %s went on elsewhere; resume it from there",
	                        run->draft.run);
}

void evo_keep_end(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	if (keeper == NULL)
		return;
	if (keeper->owned)
		give_up(run, EVO_RUN_STOPPED);
	for (size_t i = 0; i < keeper->waiting_count; i++)
		evo_body_release(keeper->waiting[i].body);
	free(keeper->waiting);
	evo_database_close(&keeper->database);
	free(keeper);
	run->keeper = NULL;
}

static bool resume_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_gp_state state;
	keeper->id = evo_stored_find(&keeper->database, run->config.resume, err);
	if (keeper->id == 0 || !claim_now(run, err) ||
	    !evo_stored_restore(run, &keeper->database, keeper->id, err))
		return false;
	evo_gp_state(run->gp, &state);
	keeper->generations = state.generation;
	keeper->next_id = state.next_id;
	keeper->forms = state.form_count;
	keeper->interventions = run->stored_interventions;
	evo_keep_interventions(run);
	return true;
}

bool evo_keep_begin(struct evo_run *run, struct evo_error *err)
{
	const struct evo_run_config *config = &run->config;
	struct evo_error why = {0};
	if (config->runs_file == NULL)
		return true;
	struct evo_keeper *keeper = evo_calloc(1, sizeof(*keeper));
	run->keeper = keeper;
	keeper->state = "";
	evo_owner_self(&keeper->owner);
	if (evo_database_open(&keeper->database, config->runs_file, true, &why) &&
	    (config->resume != NULL ? resume_run(run, &why) : create_run(run, &why))) {
		run->draft.kept = true;
		return true;
	}
	bool fatal = config->resume != NULL || !config->runs_optional;
	char text[800];
	evo_error_text(&why, text, sizeof(text));
	if (fatal)
		evo_fail(err, why.code, "%s", text);
	else
		evo_run_say(run, EVO_LOG_WARNING, "this search is not kept: %s", text);
	keeper->owned = false;
	evo_keep_end(run);
	return !fatal;
}
