#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "state.h"
#include "stored.h"

char *evo_runs_file(void)
{
	return evo_path_data("runs.db");
}

/* ---- Runs by name ---------------------------------------------------------------------------- */

static bool not_found(struct evo_database *database, const char *name, struct evo_error *err)
{
	char **names = NULL;
	size_t count = 0;
	struct evo_rows rows;
	evo_rows_open(&rows, database, "SELECT name FROM runs", NULL, 0);
	while (evo_rows_next(&rows)) {
		names = evo_realloc(names, count + 1, sizeof(*names));
		names[count++] = evo_strdup(evo_rows_text(&rows, 0));
	}
	if (evo_rows_close(&rows, err)) {
		size_t nearest = evo_nearest(name, (const char *const *) names, count);
		if (nearest < count)
			evo_fail(err, EVO_E_NOT_FOUND, "no run is called `%s`; do you mean `%s`?",
			         name, names[nearest]);
		else
			evo_fail(err, EVO_E_NOT_FOUND,
			         "no run is called `%s`; `evoscope runs list` shows what is in %s",
			         name, database->file);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return false;
}

int64_t evo_stored_find(struct evo_database *database, const char *name, struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database, "SELECT id FROM runs WHERE name = ?",
	              EVO_VALUES(EVO_TEXT(name)));
	int64_t id = evo_rows_next(&rows) ? evo_rows_integer(&rows, 0) : 0;
	if (evo_rows_close(&rows, err) && id == 0)
		not_found(database, name, err);
	return id;
}

static void read_owner(struct evo_rows *rows, int column, struct evo_owner *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->host, sizeof(out->host), "%s", evo_rows_text(rows, column));
	snprintf(out->boot, sizeof(out->boot), "%s", evo_rows_text(rows, column + 1));
	out->process = evo_rows_integer(rows, column + 2);
	out->started = evo_rows_integer(rows, column + 3);
}

bool evo_stored_owner(struct evo_database *database, int64_t id, struct evo_owner *out,
                      struct evo_error *err)
{
	struct evo_rows rows;
	evo_rows_open(&rows, database,
	              "SELECT owner_host, owner_boot, owner_process, owner_started FROM runs"
	              " WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	bool found = evo_rows_next(&rows);
	if (found)
		read_owner(&rows, 0, out);
	if (!evo_rows_close(&rows, err))
		return false;
	return found ||
	       evo_fail(err, EVO_E_NOT_FOUND, "the run is not in %s any more", database->file);
}

/* What a run that says it is going is, when nobody drives it. */
static const char *true_state(const char *stored, const struct evo_owner *owner)
{
	bool going = strcmp(stored, evo_run_state_name(EVO_RUN_RUNNING)) == 0 ||
	             strcmp(stored, evo_run_state_name(EVO_RUN_PAUSED)) == 0;
	return going && !evo_owner_alive(owner) ? "interrupted" : stored;
}

/* ---- List ------------------------------------------------------------------------------------ */

struct evo_stored_run *evo_runs_list(const char *file, size_t *count, struct evo_error *err)
{
	struct evo_database database;
	struct evo_stored_run *list = NULL;
	struct evo_rows rows;
	*count = 0;
	bool good = evo_database_open(&database, file, false, err);
	if (good) {
		evo_rows_open(&rows, &database,
		              "SELECT name, state, preset, seed, generation, generations, best,"
		              " created, updated, expression,"
		              " (SELECT group_concat(name, ' ') FROM (SELECT name FROM benchmarks"
		              "  WHERE run = runs.id ORDER BY position)),"
		              " owner_host, owner_boot, owner_process, owner_started FROM runs"
		              " ORDER BY updated DESC, id DESC",
		              NULL, 0);
		while (evo_rows_next(&rows)) {
			struct evo_owner owner;
			list = evo_realloc(list, *count + 1, sizeof(*list));
			struct evo_stored_run *one = &list[(*count)++];
			memset(one, 0, sizeof(*one));
			read_owner(&rows, 11, &owner);
			snprintf(one->name, sizeof(one->name), "%s", evo_rows_text(&rows, 0));
			snprintf(one->state, sizeof(one->state), "%s",
			         true_state(evo_rows_text(&rows, 1), &owner));
			snprintf(one->preset, sizeof(one->preset), "%s", evo_rows_text(&rows, 2));
			one->seed = (uint64_t) evo_rows_integer(&rows, 3);
			one->generation = (size_t) evo_rows_integer(&rows, 4);
			one->generations = (size_t) evo_rows_integer(&rows, 5);
			one->best = evo_rows_real(&rows, 6);
			one->created = evo_rows_integer(&rows, 7);
			one->updated = evo_rows_integer(&rows, 8);
			one->expression = evo_strdup(evo_rows_text(&rows, 9));
			one->benchmarks = evo_strdup(evo_rows_text(&rows, 10));
		}
		good = evo_rows_close(&rows, err);
	}
	evo_database_close(&database);
	if (!good) {
		evo_runs_list_free(list, *count);
		*count = 0;
		return NULL;
	}
	return list != NULL ? list : evo_calloc(1, sizeof(*list));
}

void evo_runs_list_free(struct evo_stored_run *list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++) {
		free(list[i].expression);
		free(list[i].benchmarks);
	}
	free(list);
}

/* ---- Delete ---------------------------------------------------------------------------------- */

static bool delete_run(struct evo_database *database, const char *name, struct evo_error *err)
{
	struct evo_owner owner;
	int64_t id = evo_stored_find(database, name, err);
	if (id == 0 || !evo_stored_owner(database, id, &owner, err))
		return false;
	if (evo_owner_alive(&owner))
		return evo_fail(err, EVO_E_IO,
		                "run %s is going in process %lld on %s; stop it there first", name,
		                (long long) owner.process, owner.host);
	return evo_database_do(database, "DELETE FROM runs WHERE id = ?",
	                       EVO_VALUES(EVO_INTEGER(id)), err);
}

bool evo_runs_delete(const char *file, const char *name, struct evo_error *err)
{
	struct evo_database database;
	bool good = false;
	/* A file that is not there has no run, and is not made. */
	if (!evo_path_exists(file))
		return evo_fail(err, EVO_E_NOT_FOUND, "no run is called `%s`: there is no %s", name,
		                file);
	if (evo_database_open(&database, file, true, err) && evo_database_begin(&database, err)) {
		good = delete_run(&database, name, err);
		good = evo_database_end(&database, good, err);
	}
	/* To give the room back matters less than anybody who is at work in the file. */
	if (good)
		evo_database_do(&database, "VACUUM", NULL, 0, NULL);
	evo_database_close(&database);
	return good;
}

/* ---- Configuration --------------------------------------------------------------------------- */

/* "name = value" lines, as they were stored. */
static bool read_settings(const char *text, struct evo_gp_config *config, struct evo_error *err)
{
	char *copy = evo_strdup(text), *rest = copy, *line;
	bool good = true;
	while (good && (line = strtok_r(rest, "\n", &rest)) != NULL) {
		char *equals = strstr(line, " = ");
		if (equals == NULL) {
			good = evo_fail(err, EVO_E_INPUT,
			                "the stored settings have no value in `%s`", line);
		} else {
			*equals = '\0';
			good = evo_gp_config_set(config, line, equals + 3, err);
		}
	}
	free(copy);
	return good;
}

static const char *const *read_list(struct evo_database *database, const char *sql, int64_t id,
                                    size_t *count, struct evo_error *err)
{
	char **list = evo_calloc(1, sizeof(*list));
	struct evo_rows rows;
	*count = 0;
	evo_rows_open(&rows, database, sql, EVO_VALUES(EVO_INTEGER(id)));
	while (evo_rows_next(&rows)) {
		list = evo_realloc(list, *count + 1, sizeof(*list));
		list[(*count)++] = evo_strdup(evo_rows_text(&rows, 0));
	}
	evo_rows_close(&rows, err);
	return (const char *const *) list;
}

static bool read_config(struct evo_database *database, const char *name,
                        struct evo_run_config *config, struct evo_error *err)
{
	struct evo_error wrong = {0};
	struct evo_rows rows;
	int64_t id = evo_stored_find(database, name, err);
	if (id == 0)
		return false;
	evo_rows_open(&rows, database,
	              "SELECT preset, seed, settings, channels, cells, batch, side, classes,"
	              " probe_of, seconds, target FROM runs WHERE id = ?",
	              EVO_VALUES(EVO_INTEGER(id)));
	if (evo_rows_next(&rows)) {
		snprintf(config->gp.preset, sizeof(config->gp.preset), "%s",
		         evo_rows_text(&rows, 0));
		config->seed = (uint64_t) evo_rows_integer(&rows, 1);
		read_settings(evo_rows_text(&rows, 2), &config->gp, &wrong);
		size_t *const sizes[] = {&config->probe.channels, &config->probe.cells,
		                         &config->probe.batch, &config->probe.side,
		                         &config->probe.classes};
		for (size_t i = 0; i < EVO_COUNT(sizes); i++)
			*sizes[i] = (size_t) evo_rows_integer(&rows, (int) i + 3);
		if (*evo_rows_text(&rows, 8) != '\0')
			config->probe.probe_of = evo_strdup(evo_rows_text(&rows, 8));
		config->seconds = evo_rows_real(&rows, 9);
		config->target = evo_rows_real(&rows, 10);
	}
	config->benchmarks =
	        read_list(database, "SELECT name FROM benchmarks WHERE run = ? ORDER BY position",
	                  id, &config->benchmark_count, &wrong);
	config->injected = read_list(
	        database, "SELECT expression FROM injected WHERE run = ? ORDER BY position", id,
	        &config->injected_count, &wrong);
	if (evo_database_has(database, "carried"))
		config->carried = read_list(
		        database, "SELECT expression FROM carried WHERE run = ? ORDER BY position",
		        id, &config->carried_count, &wrong);
	if (!evo_rows_close(&rows, err))
		return false;
	if (wrong.code != EVO_OK)
		return evo_fail(err, wrong.code, "run %s: %s", name, wrong.message);
	return true;
}

bool evo_run_config_stored(struct evo_run_config *config, const char *file, const char *name,
                           struct evo_error *err)
{
	struct evo_database database;
	*config = evo_run_config_default();
	config->benchmarks = NULL;
	config->benchmark_count = 0;
	bool good = evo_database_open(&database, file, false, err) &&
	            read_config(&database, name, config, err);
	evo_database_close(&database);
	config->name = evo_strdup(name);
	config->resume = evo_strdup(name);
	config->runs_file = evo_strdup(file);
	return good;
}

/* ---- A run on show --------------------------------------------------------------------------- */

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
	evo_fail(err, EVO_E_INPUT, "individual %llu is missing", (unsigned long long) id);
	return NULL;
}

static bool unpack_taus(struct evo_rows *rows, int column, size_t cases,
                        double (*tau)[EVO_CASES_MAX], struct evo_error *err)
{
	size_t length;
	const unsigned char *bytes = evo_rows_bytes(rows, column, &length);
	if (length != 2 * cases * sizeof(double))
		return evo_fail(err, EVO_E_INPUT, "it has taus of %zu bytes", length);
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
		evo_fail(err, EVO_E_INPUT, "individual %llu is not the expression that it was",
		         (unsigned long long) one.id);
		return NULL;
	}
	const unsigned char *bytes = evo_rows_bytes(rows, 13, &length);
	one.scores = evo_calloc(length / 8 + 1, sizeof(double));
	evo_unpack_doubles(bytes, one.scores, length / 8);
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
	evo_rows_open(
	        &rows, database,
	        "SELECT name, state, preset, seed, settings, generation, generations,"
	        " owner_host, owner_boot, owner_process, owner_started FROM runs WHERE id = ?",
	        EVO_VALUES(EVO_INTEGER(id)));
	if (evo_rows_next(&rows)) {
		struct evo_run_config config = evo_run_config_default();
		snprintf(draft->run, sizeof(draft->run), "%s", evo_rows_text(&rows, 0));
		read_owner(&rows, 7, &owner);
		draft->state = state_named(true_state(evo_rows_text(&rows, 1), &owner));
		snprintf(draft->preset, sizeof(draft->preset), "%s", evo_rows_text(&rows, 2));
		draft->seed = (uint64_t) evo_rows_integer(&rows, 3);
		draft->config = config.gp;
		good = read_settings(evo_rows_text(&rows, 4), &draft->config, err);
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

bool evo_stored_show(struct evo_run *run, struct evo_error *err)
{
	struct evo_snapshot *draft = &run->draft;
	if (!evo_stored_read(run, err))
		return false;
	draft->state = EVO_RUN_IDLE;
	draft->generations = draft->config.generations;
	run->shadow = draft->config;
	run->stored_interventions = run->body->intervention_count;
	run->active = draft->elapsed;
	if (run->body->history_count > 0)
		run->best = run->body->history[run->body->history_count - 1].best;
	evo_record_copy(&run->record, run->body);
	return true;
}

/* ---- A search taken up again ----------------------------------------------------------------- */

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
		good = count < run->cases.count && digest == evo_keep_digest(run, count);
		if (!good)
			evo_fail(err, EVO_E_INPUT,
			         "benchmark %s is not what it was when run %s was made: its "
			         "networks, "
			         "accuracies or images differ; start another search",
			         run->draft.cases[count].name, run->config.resume);
		count++;
	}
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
			evo_run_put_off(run, kind, text);
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
	bool good = read_counts(run, database, id, &state, &inner) &&
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
