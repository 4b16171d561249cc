/*
 * Gives a search the state that was stored, so that it goes on as if it had never stopped.
 * Benchmarks must be what they were; what was done by hand is done again where it was done.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "keep.h"
#include "state.h"
#include "stored.h"

static bool check_cases(struct evo_run *run, struct evo_database *database, int64_t id,
                        struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	size_t count = 0;
	evo_rows_open(&rows, database,
	              "SELECT digest FROM benchmarks WHERE run = ? ORDER BY position",
	              EVO_VALUES(EVO_INTEGER(id)));
	while (good && evo_rows_next(&rows)) {
		uint64_t digest = (uint64_t) evo_rows_integer(&rows, 0);
		if (count == run->cases.count) {
			good = evo_fail(err, EVO_E_INPUT,
			                "run %s in %s is damaged: it has more than its %zu "
			                "benchmarks",
			                run->config.resume, database->file, count);
			break;
		}
		good = digest == evo_keep_digest(run, count);
		if (!good)
			evo_fail(err, EVO_E_INPUT,
			         "benchmark %s is not what it was when run %s was made: its "
			         "networks, their outputs, accuracies, images or labels differ; "
			         "start another search",
			         run->draft.cases[count].name, run->config.resume);
		count++;
	}
	return evo_rows_close(&rows, err) && good;
}

/* Has everyone as many scores as the benchmarks have networks? */
static bool check_scores(struct evo_run *run, struct evo_database *database, int64_t id,
                         struct evo_error *err)
{
	struct evo_rows rows;
	size_t networks = 0;
	for (size_t g = 0; g < run->cases.group_count; g++)
		networks += run->cases.groups[g].count;
	evo_rows_open(&rows, database,
	              "SELECT id FROM individuals WHERE run = ?"
	              " AND ifnull(length(CAST(scores AS BLOB)), 0) <> ? LIMIT 1",
	              EVO_VALUES(EVO_INTEGER(id), EVO_INTEGER(networks * sizeof(double))));
	bool good = !evo_rows_next(&rows) ||
	            evo_fail(err, EVO_E_INPUT,
	                     "individual %lld has not a score for each of the %zu networks",
	                     (long long) evo_rows_integer(&rows, 0), networks);
	return evo_rows_close(&rows, err) && good;
}

/* Where numbers may differ in their last digits, which is no reason to stop. */
static bool tell_machine(struct evo_run *run, struct evo_database *database, int64_t id,
                         struct evo_error *err)
{
	struct evo_rows rows;
	char *kernels = evo_format("%s, %s", evo_blas_name(), evo_kernel_name());
	evo_rows_open(&rows, database, "SELECT program, processor, kernels FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	if (evo_rows_next(&rows) &&
	    (strcmp(evo_rows_text(&rows, 0), "evoscope " PACKAGE_VERSION) != 0 ||
	     strcmp(evo_rows_text(&rows, 2), kernels) != 0))
		evo_run_say(
		        run, EVO_LOG_WARNING,
		        "the run was begun by %s on %s (%s): scores here may differ in their last "
		        "digits, and the search may take another way",
		        evo_rows_text(&rows, 0), evo_rows_text(&rows, 1), evo_rows_text(&rows, 2));
	free(kernels);
	return evo_rows_close(&rows, err);
}

static bool read_forms(struct evo_database *database, int64_t id, struct evo_gp_form **forms,
                       size_t *count, struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database,
	              "SELECT forms FROM generations WHERE run = ? ORDER BY generation",
	              EVO_VALUES(EVO_INTEGER(id)));
	while (evo_rows_next(&rows)) {
		size_t length;
		const unsigned char *bytes = evo_rows_bytes(&rows, 0, &length);
		*forms = evo_realloc(*forms, *count + length / 9 + 1, sizeof(**forms));
		for (size_t i = 0; i < length / 9; i++)
			(*forms)[(*count)++] = (struct evo_gp_form){
			        evo_unpack_integer(bytes + 9 * i), bytes[9 * i + 8] != 0};
	}
	return evo_rows_close(&rows, err);
}

static bool read_counts(struct evo_run *run, struct evo_database *database, int64_t id,
                        struct evo_gp_state *state, struct evo_error *err)
{
	struct evo_rows rows;
	bool same = false;
	evo_rows_open(&rows, database,
	              "SELECT generation, stalled, next_id, evaluations, cache_hits,"
	              " rank_duplicates, failed, elapsed FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	if (evo_rows_next(&rows)) {
		state->generation = (size_t) evo_rows_integer(&rows, 0);
		state->stalled = (size_t) evo_rows_integer(&rows, 1);
		state->next_id = (uint64_t) evo_rows_integer(&rows, 2);
		state->counts.evaluations = (size_t) evo_rows_integer(&rows, 3);
		state->counts.cache_hits = (size_t) evo_rows_integer(&rows, 4);
		state->counts.rank_duplicates = (size_t) evo_rows_integer(&rows, 5);
		state->counts.failed = (size_t) evo_rows_integer(&rows, 6);
		run->active = evo_rows_real(&rows, 7);
		same = state->generation == run->draft.generation;
	}
	if (!evo_rows_close(&rows, err))
		return false;
	return same || evo_fail(err, EVO_E_USAGE,
	                        "run %s went on elsewhere since it was read; resume it again",
	                        run->config.resume);
}

/* What was done by hand: what came before the generation that is next is done again now, the rest
   waits until that generation has begun. */
static bool replay(struct evo_run *run, struct evo_database *database, int64_t id,
                   struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	size_t next = run->draft.generation;
	evo_rows_open(&rows, database,
	              "SELECT generation, kind, text, expression FROM interventions"
	              " WHERE run = ? AND NOT early ORDER BY position",
	              EVO_VALUES(EVO_INTEGER(id)));
	while (good && evo_rows_next(&rows)) {
		size_t generation = (size_t) evo_rows_integer(&rows, 0);
		bool inject = strcmp(evo_rows_text(&rows, 1), "inject") == 0;
		const char *text = evo_rows_text(&rows, inject ? 3 : 2);
		enum evo_command_kind kind = inject ? EVO_COMMAND_INJECT : EVO_COMMAND_SET;
		if (generation > next)
			evo_run_defer(run, kind, text);
		else if (!inject || generation == next)
			good = evo_run_intervene(run, kind, text, err);
	}
	good = evo_rows_close(&rows, err) && good;
	/* Those that were sent since it was read. */
	for (size_t i = run->stored_interventions; good && i < run->record.intervention_count; i++)
		good = evo_run_intervene(run, run->record.interventions[i].kind,
		                         run->record.interventions[i].text, err);
	return good;
}

bool evo_stored_restore(struct evo_run *run, struct evo_database *database, int64_t id,
                        struct evo_error *err)
{
	struct evo_gp_form *forms = NULL;
	struct evo_gp_state state = {.population = run->body->population,
	                             .population_count = run->body->population_count,
	                             .front = run->body->front,
	                             .front_count = run->body->front_count};
	struct evo_error inner = {0};
	if (!check_cases(run, database, id, err) || !tell_machine(run, database, id, err))
		return false;
	bool good = check_scores(run, database, id, &inner) &&
	            read_counts(run, database, id, &state, &inner) &&
	            read_forms(database, id, &forms, &state.form_count, &inner);
	state.forms = forms;
	good = good && evo_gp_resume(run->gp, &state, &inner) && replay(run, database, id, &inner);
	free(forms);
	if (!good)
		return evo_fail(err, inner.code, "run %s in %s: %s", run->config.resume,
		                database->file, inner.message);
	run->counted = state.counts;
	run->draft.evaluations = state.counts.evaluations;
	run->draft.cache_hits = state.counts.cache_hits;
	run->draft.elapsed = run->active;
	run->draft.config = *evo_gp_config(run->gp);
	run->draft.generations = run->draft.config.generations;
	return true;
}
