/*
 * Writes a search into the file of runs as it goes on. Here is when something is stored, who the
 * run belongs to, and what becomes of generations that cannot be stored yet; the rows are made
 * elsewhere.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keeper.h"
#include "stored.h"

#define SCORES_SECONDS 2.0 /* between two times that scores of a generation under way are stored */

/* ---- Small things ---------------------------------------------------------------------------- */

/* One line a failure, however often it comes back. */
static void complain(struct evo_run *run, const struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	char text[sizeof(keeper->complaint)];
	evo_error_text(err, text, sizeof(text));
	/* That the run is lost is told by the search's end. */
	if (keeper->lost || strcmp(keeper->complaint, text) == 0)
		return;
	memcpy(keeper->complaint, text, sizeof(text));
	evo_run_say(run, EVO_LOG_WARNING, "not stored: %s", text);
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

/* ---- Writing --------------------------------------------------------------------------------- */

/* Another program drives the run now, or it is gone: it is no more this one's to store. */
static bool lose(struct evo_run *run, const char *what)
{
	struct evo_keeper *keeper = run->keeper;
	keeper->owned = false;
	keeper->lost = true;
	return evo_fail(&keeper->loss, EVO_E_USAGE,
	                "run %s was %s: it stops here, and what was not stored is dropped",
	                run->draft.run, what);
}

/* The run's row, which must still be this program's. */
static bool check_owned(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_owner owner;
	struct evo_error inner = {0};
	if (evo_stored_owner(&keeper->database, keeper->id, &owner, &inner)) {
		if (evo_owner_same(&owner, &keeper->owner))
			return true;
		char *other = owner.host[0] == '\0'
		                      ? evo_strdup("taken over by another program")
		                      : evo_format("taken over by process %lld on %s",
		                                   (long long) owner.process, owner.host);
		lose(run, other);
		free(other);
	} else if (inner.code == EVO_E_NOT_FOUND) {
		lose(run, "deleted by another program");
	}
	return evo_fail(err, inner.code != EVO_OK ? inner.code : EVO_E_USAGE, "%s",
	                keeper->lost ? keeper->loss.message : inner.message);
}

/* A sign of life, which any write is. */
static bool put_sign(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	return evo_database_do(
	        &keeper->database, "INSERT OR REPLACE INTO signs VALUES (?,?,?,?,?)",
	        EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(keeper->owner.process),
	                   EVO_INTEGER(keeper->owner.started), EVO_INTEGER(time(NULL)),
	                   EVO_INTEGER(++keeper->owner.signs)),
	        err);
}

static bool follow_file(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	if (!keeper->aside && evo_database_in_place(&keeper->database))
		return true;
	if (!evo_keep_move(run, err))
		return false;
	run->draft.moved = true;
	evo_run_say(run, EVO_LOG_WARNING,
	            "%s was removed, renamed or replaced: the search is stored in the file that is "
	            "there now, all of it, as %s",
	            run->config.runs_file, run->draft.run);
	return true;
}

/* What begins a transaction on the run, and ends it with a sign of life. */
static bool begin(struct evo_run *run, struct evo_error *err)
{
	return follow_file(run, err) && evo_database_begin(&run->keeper->database, err) &&
	       check_owned(run, err);
}

static bool end(struct evo_run *run, bool good, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	good = good && put_sign(run, err);
	keeper->signed_at = evo_now();
	return evo_database_end(&keeper->database, good, err);
}

bool evo_keep_lost(const struct evo_run *run, struct evo_error *err)
{
	const struct evo_keeper *keeper = run->keeper;
	if (keeper == NULL || !keeper->lost)
		return false;
	evo_fail(err, keeper->loss.code, "%s", keeper->loss.message);
	return true;
}

/* ---- Who drives it --------------------------------------------------------------------------- */

/* Takes the run; watched: as its owner was; NULL: whoever has it. Inside a transaction. */
static bool claim(struct evo_run *run, const struct evo_owner *watched, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_owner other;
	if (!evo_stored_owner(&keeper->database, keeper->id, &other, err))
		return false;
	if (watched != NULL && !evo_owner_same(&other, &keeper->owner) &&
	    !evo_stored_vacant(&keeper->database, keeper->id, run->draft.run, watched, err))
		return false;
	return evo_database_do(
	               &keeper->database,
	               "UPDATE runs SET state = 'running', owner_host = ?, owner_boot = ?,"
	               " owner_process = ?, owner_started = ? WHERE id = ?",
	               EVO_VALUES(EVO_TEXT(keeper->owner.host), EVO_TEXT(keeper->owner.boot),
	                          EVO_INTEGER(keeper->owner.process),
	                          EVO_INTEGER(keeper->owner.started), EVO_INTEGER(keeper->id)),
	               err) &&
	       put_sign(run, err);
}

static void say_watching(void *context, const struct evo_owner *owner)
{
	struct evo_run *run = context;
	evo_run_say(run, EVO_LOG_WARNING,
	            "run %s was going in process %lld on %s, which has been silent: it is taken up "
	            "if no sign of life comes within %d s (--take-over does not wait)",
	            run->draft.run, (long long) owner->process, owner->host, EVO_WATCH_SECONDS);
}

static bool claim_now(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_owner watched = {0};
	const bool over = run->config.take_over;
	if (!over && !evo_stored_watch(&keeper->database, keeper->id, run->draft.run, &watched,
	                               &run->quit, say_watching, run, err))
		return false;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && claim(run, over ? NULL : &watched, err);
	keeper->owned = evo_database_end(&keeper->database, good, err);
	keeper->signed_at = evo_now();
	if (keeper->owned)
		keeper->state = state_of(EVO_RUN_RUNNING);
	return keeper->owned;
}

/* ---- A new run, and its generations ---------------------------------------------------------- */

static bool create_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && evo_keep_put_run(run, err) && claim(run, NULL, err);
	good = evo_database_end(&keeper->database, good, err);
	keeper->signed_at = evo_now();
	if (good) {
		keeper->owned = true;
		keeper->state = state_of(EVO_RUN_RUNNING);
		keeper->next_id = 1;
		keeper->interventions = run->record.intervention_count;
	}
	if (good && strcmp(run->draft.run, run->config.name) != 0)
		evo_run_say(run, EVO_LOG_WARNING,
		            "another run is called %s: this one is stored as %s", run->config.name,
		            run->draft.run);
	return good;
}

static bool store_one(struct evo_run *run, const struct evo_waiting *one, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = begin(run, err) && evo_keep_put_generation(run, one, err);
	if (!end(run, good, err))
		return false;
	if (one->number >= keeper->generations)
		keeper->forms_before = keeper->forms;
	keeper->generations = one->number + 1;
	keeper->next_id = one->next_id;
	keeper->forms = one->forms;
	keeper->interventions = run->record.intervention_count;
	keeper->references = run->complete;
	keeper->position = 0;
	evo_database_checkpoint(&keeper->database);
	return true;
}

/* Generations of which nothing is stored. */
static void count_unsaved(struct evo_run *run)
{
	const struct evo_keeper *keeper = run->keeper;
	run->draft.unsaved = keeper->waiting_count + (keeper->aside ? keeper->generations : 0);
}

/* The first so many that wait are done with. */
static void drop_waiting(struct evo_run *run, size_t count)
{
	struct evo_keeper *keeper = run->keeper;
	for (size_t i = 0; i < count; i++)
		evo_body_release(keeper->waiting[i].body);
	keeper->waiting_count -= count;
	if (count > 0) /* else there may be no array yet */
		memmove(keeper->waiting, keeper->waiting + count,
		        keeper->waiting_count * sizeof(*keeper->waiting));
}

/* Stores what waits, in its order, until one cannot be. */
static bool store_waiting(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	size_t done = 0;
	while (done < keeper->waiting_count && store_one(run, &keeper->waiting[done], err))
		done++;
	/* What was lost is no longer this search's to store. */
	drop_waiting(run, keeper->lost ? keeper->waiting_count : done);
	count_unsaved(run);
	if (done > 0 && keeper->complaint[0] != '\0' && keeper->waiting_count == 0) {
		evo_run_say(run, EVO_LOG_NOTE, "stored again: all %zu generations",
		            keeper->generations);
		keeper->complaint[0] = '\0';
	}
	return keeper->waiting_count == 0 && !keeper->lost;
}

/* Room for the generation that waits last; the first one may wait again, validated. */
static struct evo_waiting *add_waiting(struct evo_keeper *keeper, size_t number)
{
	const size_t count = keeper->waiting_count;
	if (count > 0 && keeper->waiting[count - 1].number == number) {
		evo_body_release(keeper->waiting[count - 1].body);
		return &keeper->waiting[count - 1];
	}
	keeper->waiting = evo_realloc(keeper->waiting, count + 1, sizeof(*keeper->waiting));
	keeper->waiting_count++;
	return &keeper->waiting[count];
}

void evo_keep_generation(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_gp_state state;
	struct evo_error err = {0};
	if (keeper == NULL || keeper->lost)
		return;
	evo_gp_state(run->gp, &state);
	struct evo_waiting *one = add_waiting(keeper, state.generation - 1);
	*one = (struct evo_waiting){.body = evo_body_hold(run->body),
	                            .number = state.generation - 1,
	                            .stalled = state.stalled,
	                            .next_id = state.next_id,
	                            .counts = state.counts,
	                            .forms = state.form_count,
	                            .elapsed = run->draft.elapsed};
	memcpy(one->given[0], run->draft.partial_units, sizeof(one->given[0]));
	memcpy(one->given[1], run->draft.partial_params, sizeof(one->given[1]));
	evo_keep_drop_scores(keeper);
	if (run->complete)
		evo_keep_drop_recalled(keeper);
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
	bool good = begin(run, &err) && evo_keep_put_interventions(run, false, &err);
	if (end(run, good, &err))
		keeper->interventions = run->record.intervention_count;
	else
		complain(run, &err);
}

/* ---- Meanwhile ------------------------------------------------------------------------------- */

static bool store_scores(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = begin(run, err) && evo_keep_put_scores(run, err);
	keeper->scored_at = evo_now();
	if (!end(run, good, err))
		return false;
	keeper->position += (int64_t) keeper->scored_count;
	evo_keep_drop_scores(keeper);
	return true;
}

void evo_keep_alive(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_error err = {0};
	bool good = true;
	if (keeper == NULL || !keeper->owned)
		return;
	const double now = evo_now();
	if (keeper->scored_count > 0 && now - keeper->scored_at >= SCORES_SECONDS)
		good = store_waiting(run, &err) && store_scores(run, &err);
	else if (now - keeper->signed_at >= EVO_SIGN_SECONDS)
		good = store_waiting(run, &err) && end(run, begin(run, &err), &err);
	if (!good)
		complain(run, &err);
	count_unsaved(run);
}

/* ---- Coming and going ------------------------------------------------------------------------ */

static bool store_state(struct evo_run *run, const char *state, bool give_up, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = begin(run, err) &&
	            evo_database_do(
	                    &keeper->database,
	                    give_up ? "UPDATE runs SET state = ?, owner_host = NULL WHERE id = ?"
	                            : "UPDATE runs SET state = ? WHERE id = ?",
	                    EVO_VALUES(EVO_TEXT(state), EVO_INTEGER(keeper->id)), err);
	good = end(run, good, err);
	if (good) {
		keeper->state = state;
		keeper->owned = !give_up;
	}
	return good;
}

/* A run that failed before anything came of it is not worth keeping. */
static bool forget(struct evo_run *run, struct evo_error *err)
{
	bool good = begin(run, err) &&
	            evo_database_do(&run->keeper->database, "DELETE FROM runs WHERE id = ?",
	                            EVO_VALUES(EVO_INTEGER(run->keeper->id)), err);
	run->keeper->owned = run->draft.kept = false;
	return evo_database_end(&run->keeper->database, good, err);
}

static void give_up(struct evo_run *run, enum evo_run_state state)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_error err = {0};
	bool good =
	        store_waiting(run, &err) && (keeper->scored_count == 0 || store_scores(run, &err));
	if (good && state == EVO_RUN_FAILED && keeper->generations == 0 && keeper->position == 0)
		good = forget(run, &err);
	else if (good)
		good = store_state(run, state_of(state), true, &err);
	if (!good)
		complain(run, &err);
	count_unsaved(run);
	run->draft.unended = !good && !keeper->lost;
}

void evo_keep_mode(struct evo_run *run)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_error err = {0};
	if (keeper == NULL || !keeper->owned)
		return;
	/* Of a search that is stopped the networks at work may complete a generation yet: it is
	   given up by evo_keep_end, which follows then. */
	const bool ends = run->mode == EVO_RUN_STOPPED;
	if (is_end(run->mode) && !ends)
		give_up(run, run->mode);
	else if (ends && keeper->generations == 0)
		return;
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
	if (!follow_file(run, err) || !claim_now(run, err))
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
	drop_waiting(run, keeper->waiting_count);
	free(keeper->waiting);
	evo_keep_drop_scores(keeper);
	evo_keep_drop_recalled(keeper);
	evo_database_close(&keeper->database);
	free(keeper);
	run->keeper = NULL;
}

/* Whoever had the run may have stored more since it was read. */
static bool read_newest(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_rows rows;
	evo_rows_open(&rows, &keeper->database, "SELECT generation FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(keeper->id)));
	const size_t newest = evo_rows_next(&rows) ? (size_t) evo_rows_integer(&rows, 0) : 0;
	if (!evo_rows_close(&rows, err))
		return false;
	/* Of a run without a generation the search has been made as such. */
	return newest == run->draft.generation || run->draft.generation == 0 ||
	       evo_stored_show_again(run, err);
}

static bool resume_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_gp_state state;
	keeper->id = evo_stored_find(&keeper->database, run->config.resume, err);
	if (keeper->id == 0 || !claim_now(run, err) || !read_newest(run, err) ||
	    !evo_stored_restore(run, &keeper->database, keeper->id, err) ||
	    !evo_keep_load_scores(run, err))
		return false;
	evo_gp_state(run->gp, &state);
	keeper->generations = state.generation;
	keeper->next_id = state.next_id;
	keeper->forms = state.form_count;
	keeper->interventions = run->stored_interventions;
	evo_keep_interventions(run);
	return true;
}

/* One that cannot be resumed is left as it was, for others to look at or to delete. */
static bool take_up(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_rows rows;
	evo_rows_open(&rows, &keeper->database, "SELECT state FROM runs WHERE name = ?",
	              EVO_VALUES(EVO_TEXT(run->config.resume)));
	char *state = evo_strdup(evo_rows_next(&rows) ? evo_rows_text(&rows, 0) : "");
	bool good = evo_rows_close(&rows, err) && resume_run(run, err);
	if (!good && keeper->owned)
		evo_database_do(&keeper->database,
		                "UPDATE runs SET state = ?, owner_host = NULL WHERE id = ?",
		                EVO_VALUES(EVO_TEXT(state), EVO_INTEGER(keeper->id)), NULL);
	free(state);
	return good;
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
	    (config->resume != NULL ? take_up(run, &why) : create_run(run, &why))) {
		run->draft.kept = true;
		return true;
	}
	bool fatal = config->resume != NULL || !config->runs_optional || why.code == EVO_E_USAGE;
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
