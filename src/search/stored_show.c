/*
 * Reads a stored run as it was after some generation, and shows it as a snapshot. Individuals are
 * read back with their scores, and expressions are held against their hashes.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/archive.h"
#include "state.h"
#include "stored.h"

struct found {
	struct evo_individual **items; /* by id; held */
	size_t count;
};

static void clear_found(struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		evo_individual_release(found->items[i]);
	free(found->items);
}

static const struct evo_individual *find(const struct found *found, uint64_t id,
                                         struct evo_error *err)
{
	size_t low = 0, high = found->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (found->items[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < found->count && found->items[low]->id == id)
		return evo_individual_hold(found->items[low]);
	evo_fail(err, EVO_E_INPUT, "the store is damaged: individual %llu is missing",
	         (unsigned long long) id);
	return NULL;
}

static bool unpack_taus(struct evo_rows *rows, int column, size_t cases,
                        double (*tau)[EVO_CASES_MAX], struct evo_error *err)
{
	size_t length;
	const unsigned char *bytes = evo_rows_bytes(rows, column, &length);
	if (length != 2 * cases * sizeof(double))
		return evo_fail(err, EVO_E_INPUT,
		                "the store is damaged: an individual's taus take %zu bytes, not "
		                "the %zu of its benchmarks",
		                length, 2 * cases * sizeof(double));
	for (int side = 0; side < 2; side++)
		evo_unpack_doubles(bytes + (size_t) side * cases * 8, tau[side], cases);
	return true;
}

static enum evo_origin origin_of(const char *name)
{
	enum evo_origin origin = EVO_ORIGIN_RANDOM;
	while (origin < EVO_ORIGIN_CARRIED && strcmp(evo_origin_name(origin), name) != 0)
		origin++;
	return origin;
}

/* From the columns of `individuals` behind the run's. */
static struct evo_individual *read_individual(struct evo_rows *rows, size_t cases,
                                              struct evo_error *err)
{
	struct evo_individual one = {0}, *made;
	struct evo_tree canonical;
	size_t length;
	one.id = (uint64_t) evo_rows_integer(rows, 0);
	one.born = (size_t) evo_rows_integer(rows, 1);
	one.origin = origin_of(evo_rows_text(rows, 2));
	one.parents[0] = (uint64_t) evo_rows_integer(rows, 3);
	one.parents[1] = (uint64_t) evo_rows_integer(rows, 4);
	one.injected = evo_rows_integer(rows, 5) != 0;
	one.descends = evo_rows_integer(rows, 6) != 0;
	one.direction = (int) evo_rows_integer(rows, 7);
	one.fitness = evo_rows_real(rows, 8);
	one.non_finite = (size_t) evo_rows_integer(rows, 9);
	one.hash = (uint64_t) evo_rows_integer(rows, 10);
	if (!evo_tree_parse(evo_rows_text(rows, 11), &one.tree, err) ||
	    !unpack_taus(rows, 12, cases, one.tau, err))
		return NULL;
	one.depth = evo_tree_depth(&one.tree);
	evo_tree_canonical(&one.tree, &canonical);
	if (evo_tree_hash(&canonical) != one.hash) {
		evo_fail(err, EVO_E_INPUT,
		         "the store is damaged: individual %llu is not the expression that it was",
		         (unsigned long long) one.id);
		return NULL;
	}
	const unsigned char *bytes = evo_rows_bytes(rows, 13, &length);
	one.scores = evo_calloc(length / 8 + 1, sizeof(double));
	evo_unpack_doubles(bytes, one.scores, length / 8);
	/* Whose validation was open when it was stored is validated once it is among the best. */
	for (size_t i = 0; !one.pending && i < length / 8; i++)
		one.pending = evo_score_is_pending(one.scores[i]);
	made = evo_individual_copy(&one, length / 8);
	free(one.scores);
	return made;
}

/* Those of a generation, and the best of it and of all before. */
static bool read_individuals(struct evo_database *database, int64_t id, int64_t generation,
                             size_t cases, struct found *found, struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	evo_rows_open(&rows, database,
	              "SELECT id, born, origin, parent1, parent2, injected, descends, direction,"
	              " fitness, non_finite, hash, expression, taus, scores FROM individuals"
	              " WHERE run = ?1 AND id IN (SELECT individual FROM members"
	              "  WHERE run = ?1 AND generation = ?2 UNION SELECT champion FROM generations"
	              "  WHERE run = ?1 AND generation <= ?2) ORDER BY id",
	              EVO_VALUES(EVO_INTEGER(id), EVO_INTEGER(generation)));
	while (good && evo_rows_next(&rows)) {
		struct evo_individual *one = read_individual(&rows, cases, err);
		good = one != NULL;
		if (good) {
			found->items =
			        evo_realloc(found->items, found->count + 1, sizeof(*found->items));
			found->items[found->count++] = one;
		}
	}
	return evo_rows_close(&rows, err) && good;
}

static bool read_members(struct evo_database *database, int64_t id, int64_t generation,
                         const char *list, const struct found *found,
                         const struct evo_individual ***items, size_t *count, struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	evo_rows_open(&rows, database,
	              "SELECT individual FROM members WHERE run = ? AND generation = ? AND list = ?"
	              " ORDER BY rank",
	              EVO_VALUES(EVO_INTEGER(id), EVO_INTEGER(generation), EVO_TEXT(list)));
	while (good && evo_rows_next(&rows)) {
		const struct evo_individual *one =
		        find(found, (uint64_t) evo_rows_integer(&rows, 0), err);
		good = one != NULL;
		*items = evo_realloc(*items, *count + 1, sizeof(**items));
		if (good)
			(*items)[(*count)++] = one;
	}
	return evo_rows_close(&rows, err) && good;
}

static bool read_history(struct evo_database *database, int64_t id, int64_t generation,
                         const struct found *found, struct evo_snapshot *draft,
                         struct evo_body *body, struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	double given[2][EVO_CASES_MAX];
	draft->evaluations = draft->cache_hits = 0;
	draft->elapsed = 0;
	evo_rows_open(&rows, database,
	              "SELECT generation, best, mean, median, min, best_validation, mean_size,"
	              " evaluations, cache_hits, seconds, champion, taus, given FROM generations"
	              " WHERE run = ? AND generation <= ? AND champion IS NOT NULL"
	              " ORDER BY generation",
	              EVO_VALUES(EVO_INTEGER(id), EVO_INTEGER(generation)));
	while (good && evo_rows_next(&rows)) {
		struct evo_generation one = {.generation = (size_t) evo_rows_integer(&rows, 0)};
		double *const reals[] = {
		        &one.best,     &one.mean, &one.median, &one.min, &one.best_validation,
		        &one.mean_size};
		for (size_t i = 0; i < EVO_COUNT(reals); i++)
			*reals[i] = evo_rows_real(&rows, (int) i + 1);
		one.evaluations = (size_t) evo_rows_integer(&rows, 7);
		one.cache_hits = (size_t) evo_rows_integer(&rows, 8);
		one.seconds = evo_rows_real(&rows, 9);
		one.best_id = (uint64_t) evo_rows_integer(&rows, 10);
		good = unpack_taus(&rows, 11, draft->case_count, one.tau, err) &&
		       unpack_taus(&rows, 12, draft->case_count, given, err);
		one.champion = good ? find(found, one.best_id, err) : NULL;
		good = one.champion != NULL;
		body->history =
		        evo_realloc(body->history, body->history_count + 1, sizeof(*body->history));
		if (!good)
			break;
		body->history[body->history_count++] = one;
		draft->evaluations += one.evaluations;
		draft->cache_hits += one.cache_hits;
		draft->elapsed += one.seconds;
		memcpy(draft->partial_units, given[0], sizeof(given[0]));
		memcpy(draft->partial_params, given[1], sizeof(given[1]));
	}
	return evo_rows_close(&rows, err) && good;
}

static bool read_interventions(struct evo_database *database, int64_t id, int64_t generation,
                               struct evo_body *body, struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database,
	              "SELECT generation, kind, text FROM interventions WHERE run = ?"
	              " AND generation <= ? ORDER BY position",
	              EVO_VALUES(EVO_INTEGER(id), EVO_INTEGER(generation)));
	while (evo_rows_next(&rows)) {
		bool inject = strcmp(evo_rows_text(&rows, 1), "inject") == 0;
		body->interventions = evo_realloc(body->interventions, body->intervention_count + 1,
		                                  sizeof(*body->interventions));
		body->interventions[body->intervention_count++] =
		        (struct evo_intervention){(size_t) evo_rows_integer(&rows, 0),
		                                  inject ? EVO_COMMAND_INJECT : EVO_COMMAND_SET,
		                                  evo_strdup(evo_rows_text(&rows, 2))};
	}
	return evo_rows_close(&rows, err);
}

static bool read_cases(struct evo_database *database, int64_t id, struct evo_snapshot *draft,
                       struct evo_error *err)
{
	struct evo_rows rows;
	bool good = true;
	evo_rows_open(&rows, database,
	              "SELECT name, title, images, origin, probe, train, validation FROM benchmarks"
	              " WHERE run = ? ORDER BY position",
	              EVO_VALUES(EVO_INTEGER(id)));
	draft->case_count = 0;
	while (draft->case_count < EVO_CASES_MAX && evo_rows_next(&rows)) {
		struct evo_run_case *one = &draft->cases[draft->case_count++];
		snprintf(one->name, sizeof(one->name), "%s", evo_rows_text(&rows, 0));
		snprintf(one->title, sizeof(one->title), "%s", evo_rows_text(&rows, 1));
		snprintf(one->images, sizeof(one->images), "%s", evo_rows_text(&rows, 2));
		snprintf(one->origin, sizeof(one->origin), "%s", evo_rows_text(&rows, 3));
		snprintf(one->probe, sizeof(one->probe), "%s", evo_rows_text(&rows, 4));
		one->train = (size_t) evo_rows_integer(&rows, 5);
		one->validation = (size_t) evo_rows_integer(&rows, 6);
	}
	good = evo_rows_close(&rows, err);
	evo_rows_open(&rows, database,
	              "SELECT name, fitness, taus FROM yardsticks WHERE run = ? ORDER BY position",
	              EVO_VALUES(EVO_INTEGER(id)));
	draft->reference_count = 0;
	while (good && draft->reference_count < EVO_REFERENCES && evo_rows_next(&rows)) {
		struct evo_reference *one = &draft->references[draft->reference_count++];
		snprintf(one->name, sizeof(one->name), "%s", evo_rows_text(&rows, 0));
		one->fitness = evo_rows_real(&rows, 1);
		good = unpack_taus(&rows, 2, draft->case_count, one->tau, err);
	}
	return evo_rows_close(&rows, err) && good;
}

static enum evo_run_state state_named(const char *name)
{
	for (int i = EVO_RUN_IDLE; i <= EVO_RUN_FAILED; i++)
		if (strcmp(evo_run_state_name((enum evo_run_state) i), name) == 0)
			return (enum evo_run_state) i;
	return EVO_RUN_STOPPED;
}

static bool read_run(struct evo_database *database, int64_t id, struct evo_snapshot *draft,
                     struct evo_error *err)
{
	struct evo_rows rows;
	struct evo_owner owner;
	bool good = false;
	char *query = evo_stored_query(
	        database, "name, state, preset, seed, settings, generation, generations",
	        "WHERE runs.id = ?");
	evo_rows_open(&rows, database, query, EVO_VALUES(EVO_INTEGER(id)));
	free(query);
	if (evo_rows_next(&rows)) {
		struct evo_run_config config = evo_run_config_default();
		snprintf(draft->run, sizeof(draft->run), "%s", evo_rows_text(&rows, 0));
		evo_stored_read_owner(&rows, 7, &owner);
		draft->state = state_named(evo_stored_true_state(evo_rows_text(&rows, 1), &owner));
		snprintf(draft->preset, sizeof(draft->preset), "%s", evo_rows_text(&rows, 2));
		draft->seed = (uint64_t) evo_rows_integer(&rows, 3);
		draft->config = config.gp;
		good = evo_stored_read_settings(evo_rows_text(&rows, 4), &draft->config, err);
		snprintf(draft->config.preset, sizeof(draft->config.preset), "%s", draft->preset);
		draft->generation = (size_t) evo_rows_integer(&rows, 5);
		draft->generations = (size_t) evo_rows_integer(&rows, 6);
	}
	return evo_rows_close(&rows, err) && good;
}

/* Settings that were changed on the way. */
static void replay_settings(const struct evo_body *body, struct evo_gp_config *config)
{
	for (size_t i = 0; i < body->intervention_count; i++) {
		const struct evo_intervention *one = &body->interventions[i];
		if (one->kind == EVO_COMMAND_SET)
			evo_run_set(NULL, config, one->text, NULL);
	}
}

/* Everything after `generation` complete ones, at most; *body is the caller's in any case. */
static bool read_state(struct evo_database *database, const char *name, size_t generation,
                       struct evo_snapshot *draft, struct evo_body *body, struct evo_error *err)
{
	struct found found = {0};
	int64_t id = evo_stored_find(database, name, err), last;
	struct evo_error inner = {0};
	if (id == 0 || !read_run(database, id, draft, err))
		return false;
	bool newest = generation >= draft->generation;
	if (!newest)
		draft->generation = generation;
	last = (int64_t) draft->generation - 1;
	bool good = read_cases(database, id, draft, &inner) &&
	            read_individuals(database, id, last, draft->case_count, &found, &inner) &&
	            read_members(database, id, last, "population", &found, &body->population,
	                         &body->population_count, &inner) &&
	            read_members(database, id, last, "front", &found, &body->front,
	                         &body->front_count, &inner) &&
	            read_history(database, id, last, &found, draft, body, &inner) &&
	            read_interventions(database, id, newest ? INT64_MAX : last, body, &inner);
	if (good)
		replay_settings(body, &draft->config);
	clear_found(&found);
	return good ||
	       evo_fail(err, inner.code, "run %s in %s: %s", name, database->file, inner.message);
}

const struct evo_snapshot *evo_runs_snapshot(const char *file, const char *name, size_t generation,
                                             struct evo_error *err)
{
	struct evo_database database;
	struct evo_snapshot draft = {.live_best = (double) NAN, .remaining = (double) NAN};
	struct evo_body *body = evo_body_create();
	bool good = evo_database_open(&database, file, false, err) &&
	            read_state(&database, name, generation, &draft, body, err);
	draft.kept = true;
	const struct evo_snapshot *snapshot = good ? evo_snapshot_create(&draft, body) : NULL;
	evo_body_release(body);
	evo_database_close(&database);
	return snapshot;
}

bool evo_stored_read(struct evo_run *run, struct evo_error *err)
{
	struct evo_database database;
	struct evo_snapshot draft = run->draft;
	struct evo_body *body = evo_body_create();
	bool good = evo_database_open(&database, run->config.runs_file, false, err) &&
	            read_state(&database, run->config.resume, SIZE_MAX, &draft, body, err);
	evo_database_close(&database);
	if (!good) {
		evo_body_release(body);
		return false;
	}
	run->draft = draft;
	evo_body_release(run->body);
	run->body = body;
	return true;
}

/* What was read becomes what the run is; its record has what was sent since behind what it had. */
static void take_read(struct evo_run *run)
{
	struct evo_record sent = run->record;
	const size_t from = run->stored_interventions;
	memset(&run->record, 0, sizeof(run->record));
	evo_record_copy(&run->record, run->body);
	run->stored_interventions = run->body->intervention_count;
	for (size_t i = from; i < sent.intervention_count; i++) {
		struct evo_record *record = &run->record;
		record->interventions =
		        evo_realloc(record->interventions, record->intervention_count + 1,
		                    sizeof(*record->interventions));
		record->interventions[record->intervention_count] = sent.interventions[i];
		record->interventions[record->intervention_count++].text =
		        evo_strdup(sent.interventions[i].text);
	}
	evo_record_clear(&sent);
	run->active = run->draft.elapsed;
}

bool evo_stored_show(struct evo_run *run, struct evo_error *err)
{
	struct evo_snapshot *draft = &run->draft;
	if (!evo_stored_read(run, err))
		return false;
	draft->state = EVO_RUN_IDLE;
	draft->generations = draft->config.generations;
	run->shadow = draft->config;
	take_read(run);
	evo_run_tell_past(run, &(struct evo_told){0});
	if (!run->config.watch)
		evo_run_say(run, EVO_LOG_NOTE, "%s as it is stored: %zu of %zu generations",
		            run->config.resume, draft->generation, draft->generations);
	return true;
}

bool evo_stored_show_again(struct evo_run *run, struct evo_error *err)
{
	const enum evo_run_state state = run->draft.state;
	struct evo_told told = {run->body->history_count, run->stored_interventions};
	if (!evo_stored_read(run, err))
		return false;
	run->draft.state = state;
	take_read(run);
	evo_run_tell_past(run, &told);
	evo_run_publish(run);
	return true;
}
