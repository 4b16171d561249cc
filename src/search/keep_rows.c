/* What is written of a run: its own rows, and those of a generation. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evoscope/blas.h"
#include "evoscope/proxy.h"
#include "keeper.h"
#include "stored.h"

/* ---- A new run ------------------------------------------------------------------------------- */

static void settings_text(const struct evo_gp_config *config, struct evo_text *out)
{
	char value[300];
	evo_text_printf(out, EVO_NEWEST_ID " = %u\n",
	                config->newest_id > 0 ? config->newest_id : evo_primitive_newest_id());
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		evo_gp_config_get(config, setting, value, sizeof(value));
		evo_text_printf(out, "%s = %s\n", setting->name, value);
	}
}

/* The name with the number behind it, in which as many whole characters of it as there is room for
   stay. */
static void number_name(const char *wanted, size_t number, char *name, size_t size)
{
	char tail[24];
	size_t room = size - 1 - (size_t) snprintf(tail, sizeof(tail), "-%zu", number);
	size_t length = strlen(wanted);
	if (length > room)
		length = room;
	while (length > 0 && ((unsigned char) wanted[length] & 0xc0) == 0x80)
		length--;
	snprintf(name, size, "%.*s%s", (int) length, wanted, tail);
}

bool evo_keep_free_name(struct evo_database *database, const char *wanted, char *name, size_t size,
                        struct evo_error *err)
{
	char *first = evo_strdup(wanted); /* which may be what is written to */
	bool taken = true, good = true;
	snprintf(name, size, "%s", first);
	for (size_t i = 2; taken && good; i++) {
		struct evo_rows rows;
		evo_rows_open(&rows, database, "SELECT id FROM runs WHERE name = ?",
		              EVO_VALUES(EVO_TEXT(name)));
		taken = evo_rows_next(&rows);
		good = evo_rows_close(&rows, err);
		if (taken)
			number_name(first, i, name, size);
	}
	free(first);
	return good;
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

bool evo_keep_put_interventions(struct evo_run *run, bool early, struct evo_error *err)
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

bool evo_keep_put_run(struct evo_run *run, struct evo_error *err)
{
	char *name = run->draft.run;
	if (!evo_keep_free_name(&run->keeper->database, run->config.name, name,
	                        sizeof(run->draft.run), err))
		return false;
	if (!run->config.name_made && strcmp(name, run->config.name) != 0)
		return evo_stored_taken(run->config.name, err);
	/* What was sent before the search was made is in its settings. */
	return add_run(run, err) && add_benchmarks(run, err) &&
	       add_list(run, "INSERT INTO injected VALUES (?,?,?)", run->config.injected,
	                run->config.injected_count, err) &&
	       add_list(run, "INSERT INTO carried VALUES (?,?,?)", run->config.carried,
	                run->config.carried_count, err) &&
	       evo_keep_put_interventions(run, true, err);
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

static bool add_members(struct evo_run *run, const struct evo_waiting *one, const char *list,
                        const struct evo_individual *const *items, size_t count,
                        struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = true;
	for (size_t i = 0; good && i < count; i++) {
		/* Those that were there before were stored with an earlier generation, and again
		   when their validation networks were scored later. */
		if (items[i]->id >= keeper->next_id ||
		    (!items[i]->pending && items[i]->closed == one->number))
			good = add_individual(run, items[i], err);
		good = good &&
		       evo_database_do(&keeper->database,
		                       "INSERT OR REPLACE INTO members VALUES (?,?,?,?,?)",
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
static const struct evo_generation *row_of(const struct evo_waiting *one)
{
	size_t count = one->body->history_count;
	const struct evo_generation *last = count > 0 ? &one->body->history[count - 1] : NULL;
	return last != NULL && last->generation == one->number ? last : NULL;
}

static bool add_generation(struct evo_run *run, const struct evo_waiting *one,
                           struct evo_error *err)
{
	static const struct evo_generation nothing = {.best = (double) NAN,
	                                              .mean = (double) NAN,
	                                              .median = (double) NAN,
	                                              .min = (double) NAN,
	                                              .best_validation = (double) NAN,
	                                              .mean_size = (double) NAN};
	struct evo_keeper *keeper = run->keeper;
	const struct evo_generation *row = row_of(one);
	/* The first one is stored again when it is validated. */
	const size_t from =
	        one->number < keeper->generations ? keeper->forms_before : keeper->forms;
	struct evo_text taus, given, forms;
	evo_text_init(&taus);
	evo_text_init(&given);
	evo_text_init(&forms);
	if (row == NULL)
		row = &nothing;
	pack_taus(row->tau, run->draft.case_count, &taus);
	pack_taus(one->given, run->draft.case_count, &given);
	pack_forms(run, from, one->forms, &forms);
	bool good = evo_database_do(
	        &keeper->database,
	        "INSERT OR REPLACE INTO generations VALUES "
	        "(?,?,?,?,?,?,?,?,?,?,?,nullif(?,0),?,?,?)",
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

static bool update_run(struct evo_run *run, const struct evo_waiting *one, struct evo_error *err)
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

bool evo_keep_put_generation(struct evo_run *run, const struct evo_waiting *one,
                             struct evo_error *err)
{
	const struct evo_body *body = one->body;
	return put_yardsticks(run, err) && add_generation(run, one, err) &&
	       add_members(run, one, "population", body->population, body->population_count, err) &&
	       add_members(run, one, "front", body->front, body->front_count, err) &&
	       evo_keep_put_interventions(run, false, err) && evo_keep_renew_scores(run, err) &&
	       update_run(run, one, err);
}
