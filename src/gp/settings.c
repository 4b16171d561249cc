/*
 * The table of the settings of a search, and how each is read, checked and written.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "variation.h"

#define AT(field) offsetof(struct evo_gp_config, field)
#define NETWORKS  EVO_ALL_NETWORKS

/* A choice is stored as a bool: the first word is false, the second true. */
static const struct evo_setting table[] = {
        {"population", EVO_SET_SIZE, AT(population), 2, 100000, NULL, true, "100",
         "individuals in the first generation, and kept after each"},
        {"offspring", EVO_SET_SIZE, AT(offspring), 1, 100000, NULL, true, "100",
         "new individuals a generation"},
        {"survivors", EVO_SET_SIZE, AT(survivors), 0, 100000, NULL, true, "0",
         "individuals kept of parents and offspring; 0: as many as the population"},
        {"generations", EVO_SET_SIZE, AT(generations), 1, 1000000, NULL, true, "50",
         "generations to run, the first random one included"},
        {"init", EVO_SET_CHOICE, AT(init_small), 0, 1, "random|small", false, "random",
         "the first generation: random trees, or the smallest (an aggregate of a primitive of a "
         "terminal), which are cut to the survivors at once"},
        {"grow", EVO_SET_SIZE, AT(grow), 0, 20, NULL, false, "0",
         "generations after the smallest trees that put every primitive into the best "
         "twentieth of them"},
        {"init_depth_min", EVO_SET_SIZE, AT(init_depth_min), 0, 30, NULL, true, "2",
         "least depth of random trees"},
        {"init_depth_max", EVO_SET_SIZE, AT(init_depth_max), 1, 30, NULL, true, "6",
         "greatest depth of random trees"},
        {"max_depth", EVO_SET_SIZE, AT(max_depth), 1, 60, NULL, true, "8",
         "greatest depth of any tree"},
        {"max_size", EVO_SET_SIZE, AT(max_size), 2, EVO_TREE_MAX, NULL, true, "25",
         "most nodes of any tree"},
        {"tournament", EVO_SET_SIZE, AT(tournament), 1, 100, NULL, true, "4",
         "individuals in a tournament for parents; 1 draws parents evenly"},
        {"survival", EVO_SET_SIZE, AT(survival), 1, 100, NULL, true, "3",
         "individuals in a tournament for survival; 1 draws survivors evenly"},
        {"crossover", EVO_SET_REAL, AT(crossover), 0, 1, NULL, true, "0.3",
         "share of offspring by subtree crossover"},
        {"subtree", EVO_SET_REAL, AT(subtree), 0, 1, NULL, true, "0.2",
         "share by subtree mutation: a subtree is grown anew"},
        {"point", EVO_SET_REAL, AT(point), 0, 1, NULL, true, "0.15",
         "share by point mutation: one node becomes another of its kind"},
        {"number", EVO_SET_REAL, AT(number), 0, 1, NULL, true, "0.05",
         "share by number mutation: every number takes a small step"},
        {"hoist", EVO_SET_REAL, AT(hoist), 0, 1, NULL, true, "0.07",
         "share by hoist mutation: a subtree moves up and replaces one that held it"},
        {"insertion", EVO_SET_REAL, AT(insertion), 0, 1, NULL, true, "0.08",
         "share by insertion: a primitive enters above a node"},
        {"shrink", EVO_SET_REAL, AT(shrink), 0, 1, NULL, true, "0.05",
         "share by shrink mutation: a subtree becomes a terminal"},
        {"join", EVO_SET_REAL, AT(join), 0, 1, NULL, true, "0.1",
         "share by joining two trees by arithmetic: a parent and the one that ranks best with it"},
        {"exchange", EVO_SET_BOOL, AT(exchange), 0, 1, NULL, true, "no",
         "joins may put the second tree in the place of a part, too, and trees carried over stay "
         "for that"},
        {"elite", EVO_SET_SIZE, AT(elite), 0, 1000, NULL, true, "2",
         "best individuals that always survive"},
        {"immigrants", EVO_SET_REAL, AT(immigrants), 0, 1, NULL, true, "0.2",
         "share of offspring that is new and random while the best stalls"},
        {"stall", EVO_SET_SIZE, AT(stall), 0, 1000000, NULL, true, "5",
         "generations without a better best until immigrants come; 0: never"},
        {"fitness", EVO_SET_CHOICE, AT(fitness_mean), 0, 1, "min|mean", false, "min",
         "fitness over benchmarks and draws: the smallest Kendall tau, or the mean"},
        {"draws", EVO_SET_SIZE, AT(draws), 1, 1000, NULL, false, "1",
         "fixed draws of train networks whose tau is taken apart"},
        {"draw_size", EVO_SET_NETWORKS, AT(draw_size), 0, NETWORKS, NULL, false, "0",
         "networks in a draw; 0: all train networks"},
        {"parsimony", EVO_SET_REAL, AT(parsimony), 0, 1, NULL, true, "0.0002",
         "fitness given up for each node when two are compared; equals go by size anyway"},
        {"primitives", EVO_SET_CHOICE, AT(paper_primitives), 0, 1, "all|paper", true, "all",
         "the whole language, or the primitives and terminals of EZNAS"},
        {"network_level", EVO_SET_BOOL, AT(network_level), 0, 1, NULL, true, "yes",
         "primitives above aggregates, network terminals"},
        {"classic", EVO_SET_BOOL, AT(classic), 0, 1, NULL, true, "no",
         "classic proxies (synflow, nwot, ...) among the network terminals"},
        {"exclude", EVO_SET_WORDS, AT(exclude), 0, sizeof(((struct evo_gp_config *) 0)->exclude),
         NULL, true, "", "primitives and terminals that no new tree may use, by name"},
        {"train", EVO_SET_NETWORKS, AT(train), 2, NETWORKS, NULL, false, "50",
         "train networks of each benchmark; all: every one"},
        {"validation", EVO_SET_NETWORKS, AT(validation), 0, NETWORKS, NULL, false, "100",
         "validation networks of each benchmark; all: every one"},
        {"validated", EVO_SET_SIZE, AT(validated), 0, 100000, NULL, true, "0",
         "individuals, the best, that validation networks are scored for, beside the front; 0: "
         "all"},
        {"sample", EVO_SET_CHOICE, AT(sampling.strings), 0, 1, "functions|strings", false,
         "functions", "networks are drawn among functions, one string each, or among all strings"},
        {"copies", EVO_SET_NETWORKS, AT(sampling.copies), 0, NETWORKS, NULL, false, "0",
         "drawn among strings at most so many are of one function; 0: any number"},
};

size_t evo_setting_count(void)
{
	return EVO_COUNT(table);
}

const struct evo_setting *evo_setting_at(size_t index)
{
	return &table[index];
}

const struct evo_setting *evo_setting_find(const char *name, struct evo_error *err)
{
	const char *names[EVO_COUNT(table)];
	for (size_t i = 0; i < EVO_COUNT(table); i++) {
		names[i] = table[i].name;
		if (strcmp(name, names[i]) == 0)
			return &table[i];
	}
	char advice[EVO_ADVICE_SIZE];
	evo_fail(err, EVO_E_NOT_FOUND, "no setting is called '%s'; %s", name,
	         evo_did_you_mean(name, names, EVO_COUNT(table),
	                          "evoscope evolve --help names them", advice));
	return NULL;
}

/* ---- Values ---------------------------------------------------------------------------------- */

void evo_setting_range(const struct evo_setting *setting, char out[EVO_SETTING_RANGE])
{
	size_t first;
	switch (setting->type) {
	case EVO_SET_SIZE:
	case EVO_SET_NETWORKS:
		snprintf(out, EVO_SETTING_RANGE, "a whole number from %.0f to %.0f%s", setting->low,
		         setting->high, setting->type == EVO_SET_NETWORKS ? ", or all" : "");
		break;
	case EVO_SET_REAL:
		snprintf(out, EVO_SETTING_RANGE, "a number from %g to %g", setting->low,
		         setting->high);
		break;
	case EVO_SET_BOOL:
		snprintf(out, EVO_SETTING_RANGE, "yes or no");
		break;
	case EVO_SET_CHOICE:
		first = strcspn(setting->choices, "|");
		snprintf(out, EVO_SETTING_RANGE, "%.*s or %s", (int) first, setting->choices,
		         setting->choices + first + 1);
		break;
	case EVO_SET_WORDS:
		snprintf(out, EVO_SETTING_RANGE, "names, with spaces between them");
		break;
	}
}

/* Says what it may be, and that it is not this. */
static bool out_of_range(const struct evo_setting *setting, const char *value,
                         struct evo_error *err)
{
	char range[EVO_SETTING_RANGE];
	evo_setting_range(setting, range);
	return evo_fail(err, EVO_E_INPUT, "%s is %s, not '%s'", setting->name, range, value);
}

static bool set_size(void *field, const struct evo_setting *setting, const char *value,
                     struct evo_error *err)
{
	int64_t number;
	if (setting->type == EVO_SET_NETWORKS && strcmp(value, "all") == 0)
		number = NETWORKS;
	else if (!evo_integer_parse(value, (int64_t) setting->low, (int64_t) setting->high, &number,
	                            NULL))
		return out_of_range(setting, value, err);
	*(size_t *) field = (size_t) number;
	return true;
}

static bool set_real(void *field, const struct evo_setting *setting, const char *value,
                     struct evo_error *err)
{
	double number;
	if (!evo_number_parse(value, &number, NULL) ||
	    !(number >= setting->low && number <= setting->high))
		return out_of_range(setting, value, err);
	*(double *) field = number;
	return true;
}

static bool set_bool(void *field, const struct evo_setting *setting, const char *value,
                     struct evo_error *err)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
	for (size_t i = 0; i < EVO_COUNT(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*(bool *) field = i % 2 == 1;
			return true;
		}
	}
	return out_of_range(setting, value, err);
}

static bool set_choice(void *field, const struct evo_setting *setting, const char *value,
                       struct evo_error *err)
{
	size_t first = strcspn(setting->choices, "|");
	const char *second = setting->choices + first + 1;
	if (strlen(value) == first && strncmp(value, setting->choices, first) == 0)
		*(bool *) field = false;
	else if (strcmp(value, second) == 0)
		*(bool *) field = true;
	else
		return out_of_range(setting, value, err);
	return true;
}

static bool unknown_word(const char *setting, const char *word, struct evo_error *err)
{
	size_t count = evo_primitive_count();
	const char **names = evo_calloc(count, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = evo_primitive((unsigned) i)->name;
	char advice[EVO_ADVICE_SIZE];
	evo_fail(
	        err, EVO_E_NOT_FOUND, "%s: no primitive or terminal is called '%s'; %s", setting,
	        word,
	        evo_did_you_mean(word, names, count, "write a name that expressions have", advice));
	free(names);
	return false;
}

/* Words of primitives, separated by spaces or commas; kept with one space between them. */
static bool set_words(void *field, const struct evo_setting *setting, const char *value,
                      struct evo_error *err)
{
	char *copy = evo_strdup(value), *rest = copy, *word;
	struct evo_text text;
	evo_text_init(&text);
	bool good = true;
	while (good && (word = strtok_r(rest, " ,\t", &rest)) != NULL) {
		unsigned code;
		if (!evo_primitive_find(word, &code))
			good = unknown_word(setting->name, word, err);
		evo_text_printf(&text, "%s%s", text.length > 0 ? " " : "", word);
	}
	if (good && (double) text.length >= setting->high)
		good = evo_fail(err, EVO_E_INPUT, "%s takes at most %.0f characters", setting->name,
		                setting->high - 1);
	if (good)
		memcpy(field, text.data, text.length + 1);
	evo_text_clear(&text);
	free(copy);
	return good;
}

bool evo_gp_config_set(struct evo_gp_config *config, const char *name, const char *value,
                       struct evo_error *err)
{
	const struct evo_setting *setting = evo_setting_find(name, err);
	if (setting == NULL)
		return false;
	void *field = (char *) config + setting->offset;
	switch (setting->type) {
	case EVO_SET_SIZE:
	case EVO_SET_NETWORKS:
		return set_size(field, setting, value, err);
	case EVO_SET_REAL:
		return set_real(field, setting, value, err);
	case EVO_SET_BOOL:
		return set_bool(field, setting, value, err);
	case EVO_SET_CHOICE:
		return set_choice(field, setting, value, err);
	case EVO_SET_WORDS:
		return set_words(field, setting, value, err);
	}
	return false;
}

void evo_gp_config_get(const struct evo_gp_config *config, const struct evo_setting *setting,
                       char *out, size_t size)
{
	const void *field = (const char *) config + setting->offset;
	char number[EVO_NUMBER_SIZE];
	size_t first;
	switch (setting->type) {
	case EVO_SET_SIZE:
	case EVO_SET_NETWORKS:
		if (setting->type == EVO_SET_NETWORKS && *(const size_t *) field == NETWORKS)
			snprintf(out, size, "all");
		else
			snprintf(out, size, "%zu", *(const size_t *) field);
		break;
	case EVO_SET_REAL:
		evo_number_format(*(const double *) field, number);
		snprintf(out, size, "%s", number);
		break;
	case EVO_SET_BOOL:
		snprintf(out, size, "%s", *(const bool *) field ? "yes" : "no");
		break;
	case EVO_SET_CHOICE:
		first = strcspn(setting->choices, "|");
		if (*(const bool *) field)
			snprintf(out, size, "%s", setting->choices + first + 1);
		else
			snprintf(out, size, "%.*s", (int) first, setting->choices);
		break;
	case EVO_SET_WORDS:
		snprintf(out, size, "%s", (const char *) field);
		break;
	}
}

/* ---- What must fit together ------------------------------------------------------------------ */

/* Can a random tree be made at all? Exclusions and bounds may leave none. */
static bool check_language(const struct evo_gp_config *config, struct evo_error *err)
{
	struct evo_variation variation;
	struct evo_rng rng = evo_rng_stream(0, "check language", 0);
	struct evo_tree tree;
	evo_variation_init(&variation, config);
	for (int tries = 0; tries < 8; tries++) {
		if (evo_variation_random(&variation, &rng, config->init_depth_max, false, &tree))
			return true;
	}
	return evo_fail(err, EVO_E_INPUT,
	                "max_size, max_depth and exclude leave no tree that could be made; exclude "
	                "less or raise the bounds");
}

bool evo_gp_config_check(const struct evo_gp_config *config, struct evo_error *err)
{
	double shares = config->crossover + config->subtree + config->point + config->number +
	                config->hoist + config->insertion + config->shrink + config->join;
	if (shares > 1 + 1e-9)
		return evo_fail(
		        err, EVO_E_INPUT,
		        "the shares sum to %.4g, 1 at most: lower another first (crossover, "
		        "subtree, point, number, hoist, insertion, shrink, join)",
		        shares);
	if (config->init_depth_min > config->init_depth_max)
		return evo_fail(err, EVO_E_INPUT,
		                "init_depth_min (%zu) is above init_depth_max (%zu)",
		                config->init_depth_min, config->init_depth_max);
	if (config->init_depth_max > config->max_depth)
		return evo_fail(err, EVO_E_INPUT, "init_depth_max (%zu) is above max_depth (%zu)",
		                config->init_depth_max, config->max_depth);
	size_t kept = config->survivors > 0 ? config->survivors : config->population;
	if (config->elite > kept)
		return evo_fail(err, EVO_E_INPUT,
		                "elite (%zu) is above the %zu individuals that are kept",
		                config->elite, kept);
	if (kept > config->population + config->offspring)
		return evo_fail(err, EVO_E_INPUT,
		                "survivors (%zu) is above population and offspring together (%zu)",
		                kept, config->population + config->offspring);
	return check_language(config, err);
}
