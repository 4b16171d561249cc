#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "database.h"
#include "keep.h"
#include "owner.h"
#include "state.h"
#include "stored.h"

/* A generation that is complete and not stored yet. */
struct waiting {
	struct evo_body *body; /* held */
	size_t number, stalled;
	uint64_t next_id;
	struct evo_gp_counts counts;
	size_t forms; /* tried until its end */
	double elapsed;
	double given[2][EVO_CASES_MAX]; /* the best's tau given units and params */
};

struct evo_keeper {
	struct evo_database database;
	int64_t id; /* of the run */
	struct evo_owner owner;
	bool owned;
	const char *state;   /* as stored */
	char complaint[480]; /* the last one that was told */
	/* What is stored. */
	uint64_t next_id;
	size_t forms, generations, interventions;

	struct waiting *waiting;
	size_t waiting_count;
};

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
	const struct evo_run_case *shown = &run->draft.cases[item];
	uint64_t digest = evo_hash(shown->probe, strlen(shown->probe), 1);
	digest = evo_hash(shown->images, strlen(shown->images), digest);
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

/* ---- A new run ------------------------------------------------------------------------------- */

static void settings_text(const struct evo_gp_config *config, struct evo_text *out)
{
	char value[300];
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		evo_gp_config_get(config, setting, value, sizeof(value));
		evo_text_printf(out, "%s = %s\n", setting->name, value);
	}
}

/* A name that no other run has: the wanted one, or with a number behind it. */
static bool choose_name(struct evo_run *run, struct evo_error *err)
{
	char *name = run->draft.run;
	bool taken = true;
	for (size_t i = 1; taken; i++) {
		char number[24] = "";
		struct evo_rows rows;
		if (i > 1)
			snprintf(number, sizeof(number), "-%zu", i);
		snprintf(name, sizeof(run->draft.run), "%.*s%s",
		         (int) (sizeof(run->draft.run) - 1 - strlen(number)), run->config.name,
		         number);
		evo_rows_open(&rows, &run->keeper->database, "SELECT id FROM runs WHERE name = ?",
		              EVO_VALUES(EVO_TEXT(name)));
		taken = evo_rows_next(&rows);
		if (!evo_rows_close(&rows, err))
			return false;
	}
	return true;
}

static bool add_benchmarks(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	for (size_t i = 0; i < run->draft.case_count; i++) {
		const struct evo_run_case *one = &run->draft.cases[i];
		if (!evo_database_do(&keeper->database,
		                     "INSERT INTO benchmarks VALUES (?,?,?,?,?,?,?,?,?,?)",
		                     EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(i),
		                                EVO_TEXT(one->name), EVO_TEXT(one->title),
		                                EVO_TEXT(one->images), EVO_TEXT(one->origin),
		                                EVO_TEXT(one->probe), EVO_INTEGER(one->train),
		                                EVO_INTEGER(one->validation),
		                                EVO_INTEGER(evo_keep_digest(run, i))),
		                     err))
			return false;
	}
	return true;
}

/* A name may come to mean something else; what it means now is kept. */
static bool expression_of(const char *text, struct evo_text *out, struct evo_error *err)
{
	struct evo_tree tree;
	evo_text_reset(out);
	if (!evo_proxy_parse(text, &tree, err))
		return false;
	evo_tree_print(&tree, out);
	return true;
}

/* One row an expression. */
static bool add_list(struct evo_run *run, const char *sql, const char *const *list, size_t count,
                     struct evo_error *err)
{
	struct evo_text text;
	bool good = true;
	evo_text_init(&text);
	for (size_t i = 0; good && i < count; i++)
		good = expression_of(list[i], &text, err) &&
		       evo_database_do(&run->keeper->database, sql,
		                       EVO_VALUES(EVO_INTEGER(run->keeper->id), EVO_INTEGER(i),
		                                  EVO_TEXT(text.data)),
		                       err);
	evo_text_clear(&text);
	return good;
}

static bool add_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	const struct evo_run_config *config = &run->config;
	const struct evo_probe_options *probe = &config->probe;
	struct evo_text settings;
	char *kernels = evo_format("%s, %s", evo_blas_name(), evo_kernel_name());
	int64_t now = (int64_t) time(NULL);
	evo_text_init(&settings);
	settings_text(&config->gp, &settings);
	bool good = evo_database_do(
	        &keeper->database,
	        "INSERT INTO runs (name, created, updated, state, program, processor, kernels,"
	        " preset, seed, settings, channels, cells, batch, side, classes, probe_of, seconds,"
	        " target, generation, generations, stalled, next_id, evaluations, cache_hits,"
	        " rank_duplicates, failed, elapsed)"
	        " VALUES (?,?,?,'running',?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,?,0,1,0,0,0,0,0)",
	        EVO_VALUES(EVO_TEXT(run->draft.run), EVO_INTEGER(now), EVO_INTEGER(now),
	                   EVO_TEXT("evoscope " PACKAGE_VERSION), EVO_TEXT(evo_processor()),
	                   EVO_TEXT(kernels), EVO_TEXT(config->gp.preset),
	                   EVO_INTEGER(config->seed), EVO_TEXT(settings.data),
	                   EVO_INTEGER(probe->channels), EVO_INTEGER(probe->cells),
	                   EVO_INTEGER(probe->batch), EVO_INTEGER(probe->side),
	                   EVO_INTEGER(probe->classes), EVO_TEXT(probe->probe_of),
	                   EVO_REAL(config->seconds), EVO_REAL(config->target),
	                   EVO_INTEGER(run->draft.generations)),
	        err);
	if (good)
		keeper->id = evo_database_inserted(&keeper->database);
	evo_text_clear(&settings);
	free(kernels);
	return good;
}

static bool add_interventions(struct evo_run *run, bool early, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_text text;
	bool good = true;
	evo_text_init(&text);
	for (size_t i = keeper->interventions; good && i < run->record.intervention_count; i++) {
		const struct evo_intervention *one = &run->record.interventions[i];
		bool inject = one->kind == EVO_COMMAND_INJECT;
		good = (!inject || expression_of(one->text, &text, err)) &&
		       evo_database_do(
		               &keeper->database,
		               "INSERT INTO interventions VALUES (?,?,?,?,?,?,?)",
		               EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(i),
		                          EVO_INTEGER(one->generation),
		                          EVO_TEXT(inject ? "inject" : "set"), EVO_TEXT(one->text),
		                          EVO_TEXT(inject ? text.data : NULL), EVO_INTEGER(early)),
		               err);
	}
	evo_text_clear(&text);
	return good;
}

static bool create_run(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = evo_database_begin(&keeper->database, err);
	/* What was sent before the search was made is in its settings. */
	good = good && choose_name(run, err) && add_run(run, err) && add_benchmarks(run, err) &&
	       add_list(run, "INSERT INTO injected VALUES (?,?,?)", run->config.injected,
	                run->config.injected_count, err) &&
	       add_list(run, "INSERT INTO carried VALUES (?,?,?)", run->config.carried,
	                run->config.carried_count, err) &&
	       add_interventions(run, true, err) && claim(keeper, run->draft.run, err);
	good = evo_database_end(&keeper->database, good, err);
	if (good) {
		keeper->owned = true;
		keeper->state = state_of(EVO_RUN_RUNNING);
		keeper->next_id = 1;
		keeper->interventions = run->record.intervention_count;
	}
	return good;
}

/* ---- Generations ----------------------------------------------------------------------------- */

static void pack_taus(const double (*tau)[EVO_CASES_MAX], size_t cases, struct evo_text *out)
{
	evo_text_reset(out);
	for (int side = 0; side < 2; side++)
		evo_pack_doubles(out, tau[side], cases);
}

static bool add_individual(struct evo_run *run, const struct evo_individual *one,
                           struct evo_error *err)
{
	struct evo_text expression, taus, scores;
	size_t networks = 0;
	evo_text_init(&expression);
	evo_text_init(&taus);
	evo_text_init(&scores);
	for (size_t g = 0; g < run->cases.group_count; g++)
		networks += run->cases.groups[g].count;
	evo_tree_print(&one->tree, &expression);
	pack_taus(one->tau, run->draft.case_count, &taus);
	evo_pack_doubles(&scores, one->scores, networks);
	bool good = evo_database_do(
	        &run->keeper->database,
	        "INSERT OR REPLACE INTO individuals VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	        EVO_VALUES(EVO_INTEGER(run->keeper->id), EVO_INTEGER(one->id),
	                   EVO_INTEGER(one->born), EVO_TEXT(evo_origin_name(one->origin)),
	                   EVO_INTEGER(one->parents[0]), EVO_INTEGER(one->parents[1]),
	                   EVO_INTEGER(one->injected), EVO_INTEGER(one->descends),
	                   EVO_INTEGER(one->direction), EVO_REAL(one->fitness),
	                   EVO_INTEGER(one->non_finite), EVO_INTEGER(one->tree.size),
	                   EVO_INTEGER(one->depth), EVO_INTEGER(one->hash),
	                   EVO_TEXT(expression.data), EVO_BYTES(&taus), EVO_BYTES(&scores)),
	        err);
	evo_text_clear(&expression);
	evo_text_clear(&taus);
	evo_text_clear(&scores);
	return good;
}

static bool add_members(struct evo_run *run, const struct waiting *one, const char *list,
                        const struct evo_individual *const *items, size_t count,
                        struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = true;
	for (size_t i = 0; good && i < count; i++) {
		/* Those that were there before were stored with an earlier generation, and again
		   when their validation networks were scored later. */
		if (items[i]->id >= keeper->next_id ||
		    (!items[i]->open && items[i]->closed == one->number))
			good = add_individual(run, items[i], err);
		good = good &&
		       evo_database_do(&keeper->database, "INSERT INTO members VALUES (?,?,?,?,?)",
		                       EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(one->number),
		                                  EVO_TEXT(list), EVO_INTEGER(i),
		                                  EVO_INTEGER(items[i]->id)),
		                       err);
	}
	return good;
}

static void pack_forms(const struct evo_run *run, size_t from, size_t to, struct evo_text *out)
{
	struct evo_gp_state state;
	evo_gp_state(run->gp, &state);
	for (size_t i = from; i < to; i++) {
		char failed = (char) state.forms[i].failed;
		evo_pack_integer(out, state.forms[i].hash);
		evo_text_append_n(out, &failed, 1);
	}
}

/* What the generation came to; NULL when it is empty. */
static const struct evo_generation *row_of(const struct waiting *one)
{
	size_t count = one->body->history_count;
	const struct evo_generation *last = count > 0 ? &one->body->history[count - 1] : NULL;
	return last != NULL && last->generation == one->number ? last : NULL;
}

static bool add_generation(struct evo_run *run, const struct waiting *one, struct evo_error *err)
{
	static const struct evo_generation nothing = {.best = (double) NAN,
	                                              .mean = (double) NAN,
	                                              .median = (double) NAN,
	                                              .min = (double) NAN,
	                                              .best_validation = (double) NAN,
	                                              .mean_size = (double) NAN};
	struct evo_keeper *keeper = run->keeper;
	const struct evo_generation *row = row_of(one);
	struct evo_text taus, given, forms;
	evo_text_init(&taus);
	evo_text_init(&given);
	evo_text_init(&forms);
	if (row == NULL)
		row = &nothing;
	pack_taus(row->tau, run->draft.case_count, &taus);
	pack_taus(one->given, run->draft.case_count, &given);
	pack_forms(run, keeper->forms, one->forms, &forms);
	bool good = evo_database_do(
	        &keeper->database,
	        "INSERT INTO generations VALUES (?,?,?,?,?,?,?,?,?,?,?,nullif(?,0),?,?,?)",
	        EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(one->number), EVO_REAL(row->best),
	                   EVO_REAL(row->mean), EVO_REAL(row->median), EVO_REAL(row->min),
	                   EVO_REAL(row->best_validation), EVO_REAL(row->mean_size),
	                   EVO_INTEGER(row->evaluations), EVO_INTEGER(row->cache_hits),
	                   EVO_REAL(row->seconds), EVO_INTEGER(row->best_id), EVO_BYTES(&taus),
	                   EVO_BYTES(&given), EVO_BYTES(&forms)),
	        err);
	evo_text_clear(&taus);
	evo_text_clear(&given);
	evo_text_clear(&forms);
	return good;
}

static bool update_run(struct evo_run *run, const struct waiting *one, struct evo_error *err)
{
	const struct evo_generation *row = row_of(one);
	struct evo_text expression;
	evo_text_init(&expression);
	if (row != NULL)
		evo_tree_print(&row->champion->tree, &expression);
	bool good = evo_database_do(
	        &run->keeper->database,
	        "UPDATE runs SET updated = ?, generation = ?, generations = ?, best = ?,"
	        " expression = ?, stalled = ?, next_id = ?, evaluations = ?, cache_hits = ?,"
	        " rank_duplicates = ?, failed = ?, elapsed = ? WHERE id = ?",
	        EVO_VALUES(
	                EVO_INTEGER(time(NULL)), EVO_INTEGER(one->number + 1),
	                EVO_INTEGER(run->draft.generations),
	                EVO_REAL(row != NULL ? row->best : (double) NAN),
	                EVO_TEXT(row != NULL ? expression.data : NULL), EVO_INTEGER(one->stalled),
	                EVO_INTEGER(one->next_id), EVO_INTEGER(one->counts.evaluations),
	                EVO_INTEGER(one->counts.cache_hits),
	                EVO_INTEGER(one->counts.rank_duplicates), EVO_INTEGER(one->counts.failed),
	                EVO_REAL(one->elapsed), EVO_INTEGER(run->keeper->id)),
	        err);
	evo_text_clear(&expression);
	return good;
}

static bool put_yardsticks(struct evo_run *run, struct evo_error *err)
{
	struct evo_text taus;
	bool good = true;
	evo_text_init(&taus);
	for (size_t i = 0; good && i < run->draft.reference_count; i++) {
		const struct evo_reference *one = &run->draft.references[i];
		pack_taus(one->tau, run->draft.case_count, &taus);
		good = evo_database_do(&run->keeper->database,
		                       "INSERT OR REPLACE INTO yardsticks VALUES (?,?,?,?,?)",
		                       EVO_VALUES(EVO_INTEGER(run->keeper->id), EVO_INTEGER(i),
		                                  EVO_TEXT(one->name), EVO_REAL(one->fitness),
		                                  EVO_BYTES(&taus)),
		                       err);
	}
	evo_text_clear(&taus);
	return good;
}

static bool store_one(struct evo_run *run, const struct waiting *one, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	const struct evo_body *body = one->body;
	bool good = evo_database_begin(&keeper->database, err);
	good = good && check_owned(run, err) && put_yardsticks(run, err) &&
	       add_generation(run, one, err) &&
	       add_members(run, one, "population", body->population, body->population_count, err) &&
	       add_members(run, one, "front", body->front, body->front_count, err) &&
	       add_interventions(run, false, err) && update_run(run, one, err);
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
	struct waiting *one = &keeper->waiting[keeper->waiting_count++];
	*one = (struct waiting){.body = evo_body_hold(run->body),
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
	good = good && check_owned(run, &err) && add_interventions(run, false, &err);
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
