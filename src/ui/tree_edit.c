/*
 * Edits of trees that keep them well typed.
 *
 * A place asks for a level (evo_tree_place), a subtree has one (evo_tree_level), and either may be
 * ANY: a tree stays well typed when what is put into a place is, and has the level asked for. So
 * every edit makes a subtree of the right level, node by node, and puts it into its place.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "tree_edit.h"

#define ARITY_MAX 2
enum {
	NUMBER = 0,
	LEAST_OF_UNIT = 1 + EVO_W,
	LEAST_OF_NETWORK = 1 + EVO_PARAMS
};

/* ---- Levels ---------------------------------------------------------------------------------- */

/* What has to be done to a subtree for a level that is asked for. */
enum fit {
	FITS,
	UNDER_MEAN,        /* layer_mean has to come above it */
	WITHOUT_AGGREGATE, /* its aggregate has to go */
	NEVER
};

static enum fit fit_of(const struct evo_tree *tree, size_t at, enum evo_level wanted)
{
	const enum evo_level own = evo_tree_level(tree, at);

	if (own == wanted || own == EVO_LEVEL_ANY || wanted == EVO_LEVEL_ANY)
		return FITS;
	if (own == EVO_LEVEL_UNIT)
		return UNDER_MEAN;
	return evo_primitive(tree->nodes[at].code)->kind == EVO_AGGREGATE ? WITHOUT_AGGREGATE
	                                                                  : NEVER;
}

/* The level that a node gives whatever its arguments are. */
static enum evo_level level_given(const struct evo_primitive *row)
{
	switch (row->kind) {
	case EVO_UNIT_TERMINAL:
		return EVO_LEVEL_UNIT;
	case EVO_NETWORK_TERMINAL:
	case EVO_AGGREGATE:
		return EVO_LEVEL_NETWORK;
	default:
		return EVO_LEVEL_ANY;
	}
}

static bool refuse_level(const char *name, enum evo_level level, struct evo_error *err)
{
	const bool unit = level == EVO_LEVEL_UNIT;

	return evo_fail(err, EVO_E_INPUT, "%s has one value a %s, but here one a %s is wanted",
	                name, unit ? "unit" : "network", unit ? "network" : "unit");
}

/* May a node of this row stand where this level is asked for? */
static bool may_stand(const struct evo_primitive *row, enum evo_level place, struct evo_error *err)
{
	const enum evo_level given = level_given(row);

	if (given == EVO_LEVEL_ANY || place == EVO_LEVEL_ANY || given == place)
		return true;
	return refuse_level(row->name, given, err);
}

/* The level of a primitive's arguments: what its place asks for, else what is there. */
static enum evo_level settle(enum evo_level place, enum evo_level there)
{
	if (place != EVO_LEVEL_ANY)
		return place;
	return there != EVO_LEVEL_ANY ? there : EVO_LEVEL_NETWORK;
}

/* The level of the arguments of a row that takes the place of node `at`. */
static enum evo_level level_taken(const struct evo_primitive *row, const struct evo_tree *tree,
                                  size_t at)
{
	const struct evo_primitive *old = evo_primitive(tree->nodes[at].code);
	enum evo_level there = EVO_LEVEL_ANY;

	if (row->kind == EVO_AGGREGATE)
		return EVO_LEVEL_UNIT;
	for (size_t i = 0; i < old->arity && there == EVO_LEVEL_ANY; i++)
		there = evo_tree_level(tree, evo_tree_argument(tree, at, i));
	if (there == EVO_LEVEL_ANY)
		there = evo_tree_level(tree, at);
	return settle(evo_tree_place(tree, at), there);
}

/* ---- Building -------------------------------------------------------------------------------- */

static bool refuse_size(struct evo_error *err)
{
	return evo_fail(err, EVO_E_INPUT,
	                "the tree would have more than %d nodes: delete something first",
	                EVO_TREE_MAX);
}

static bool add_node(struct evo_tree *out, unsigned code, double number, size_t span,
                     struct evo_error *err)
{
	if (out->size == EVO_TREE_MAX)
		return refuse_size(err);
	out->nodes[out->size++] = (struct evo_tree_node){
	        .code = (uint16_t) code, .span = (uint16_t) span, .number = number};
	return true;
}

static bool add_subtree(struct evo_tree *out, const struct evo_tree *tree, size_t at,
                        struct evo_error *err)
{
	const size_t span = tree->nodes[at].span;

	if (span > EVO_TREE_MAX - out->size)
		return refuse_size(err);
	memcpy(out->nodes + out->size, tree->nodes + at, span * sizeof(*out->nodes));
	out->size += span;
	return true;
}

static bool add_under_mean(struct evo_tree *out, const struct evo_tree *tree, size_t at,
                           struct evo_error *err)
{
	unsigned mean = NUMBER;

	evo_primitive_find("layer_mean", &mean);
	return add_node(out, mean, 0, 1 + (size_t) tree->nodes[at].span, err) &&
	       add_subtree(out, tree, at, err);
}

static bool add_fitted(struct evo_tree *out, const struct evo_tree *tree, size_t at,
                       enum evo_level wanted, struct evo_error *err)
{
	switch (fit_of(tree, at, wanted)) {
	case UNDER_MEAN:
		return add_under_mean(out, tree, at, err);
	case WITHOUT_AGGREGATE:
		return add_subtree(out, tree, at + 1, err);
	default:
		return add_subtree(out, tree, at, err);
	}
}

static bool add_least(struct evo_tree *out, enum evo_level level, bool alone, struct evo_error *err)
{
	if (level == EVO_LEVEL_UNIT)
		return add_node(out, LEAST_OF_UNIT, 0, 1, err);
	return alone ? add_node(out, LEAST_OF_NETWORK, 0, 1, err)
	             : add_node(out, NUMBER, 1, 1, err);
}

/* Puts what was built into the place of the subtree at `at`. */
static bool plant(const struct evo_tree *tree, size_t at, struct evo_tree *built,
                  struct evo_tree *out, struct evo_error *err)
{
	built->nodes[0].span = (uint16_t) built->size;
	return evo_tree_replace(tree, at, built, 0, out) || refuse_size(err);
}

/* ---- Edits ----------------------------------------------------------------------------------- */

/* The arguments of node `at` that can be brought to a level, at most `most` of them: rather one
   that is more than numbers. Returns how many. */
static size_t choose_arguments(const struct evo_tree *tree, size_t at, enum evo_level wanted,
                               size_t most, size_t chosen[ARITY_MAX])
{
	const size_t arity = evo_primitive(tree->nodes[at].code)->arity;
	size_t count = 0;

	for (size_t i = 0; i < arity; i++) {
		const size_t argument = evo_tree_argument(tree, at, i);

		if (fit_of(tree, argument, wanted) != NEVER)
			chosen[count++] = argument;
	}
	if (most == 1 && count == 2 && evo_tree_level(tree, chosen[0]) == EVO_LEVEL_ANY &&
	    evo_tree_level(tree, chosen[1]) != EVO_LEVEL_ANY)
		chosen[0] = chosen[1];
	return count < most ? count : most;
}

bool ui_tree_replace(const struct evo_tree *tree, size_t at, unsigned code, double number,
                     struct evo_tree *out, struct evo_error *err)
{
	const struct evo_primitive *row = evo_primitive(code);
	const struct evo_primitive *old = evo_primitive(tree->nodes[at].code);
	const enum evo_level wanted = level_taken(row, tree, at);
	size_t chosen[ARITY_MAX], kept;
	struct evo_tree built = {.size = 0};

	if (code == NUMBER && !isfinite(number))
		return evo_fail(err, EVO_E_INPUT, "a number has to be finite");
	if (!may_stand(row, evo_tree_place(tree, at), err) ||
	    !add_node(&built, code, code == NUMBER ? number : 0, 1, err))
		return false;
	kept = choose_arguments(tree, at, wanted, row->arity, chosen);
	if (kept == 0 && row->arity > 0 && old->arity > 0)
		return evo_fail(err, EVO_E_INPUT,
		                "%s takes one value a unit, but what is below %s has one a network",
		                row->name, old->name);
	for (size_t i = 0; i < row->arity; i++) {
		if (i < kept ? !add_fitted(&built, tree, chosen[i], wanted, err)
		             : !add_least(&built, wanted, i == 0, err))
			return false;
	}
	return plant(tree, at, &built, out, err);
}

bool ui_tree_insert(const struct evo_tree *tree, size_t at, unsigned code, struct evo_tree *out,
                    struct evo_error *err)
{
	const struct evo_primitive *row = evo_primitive(code);
	const enum evo_level own = evo_tree_level(tree, at), place = evo_tree_place(tree, at);
	struct evo_tree built = {.size = 0};

	if (row->arity == 0)
		return evo_fail(err, EVO_E_INPUT,
		                "%s takes no argument: it can replace a node, but not stand above "
		                "one",
		                row->name);
	if (!may_stand(row, place, err))
		return false;
	if (row->kind == EVO_AGGREGATE && own == EVO_LEVEL_NETWORK)
		return evo_fail(err, EVO_E_INPUT,
		                "%s takes one value a unit, but %s has one a network", row->name,
		                evo_primitive(tree->nodes[at].code)->name);
	if (!add_node(&built, code, 0, 1, err) || !add_subtree(&built, tree, at, err))
		return false;
	for (size_t i = 1; i < row->arity; i++) {
		if (!add_least(&built, settle(place, own), false, err))
			return false;
	}
	return plant(tree, at, &built, out, err);
}

bool ui_tree_delete(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                    struct evo_error *err)
{
	const char *name = evo_primitive(tree->nodes[at].code)->name;
	const enum evo_level place = evo_tree_place(tree, at);
	size_t chosen[ARITY_MAX];

	if (choose_arguments(tree, at, place, 1, chosen) == 0)
		return evo_fail(err, EVO_E_INPUT,
		                "%s has no argument to take its place: replace it", name);
	if (fit_of(tree, chosen[0], place) != FITS)
		return evo_fail(err, EVO_E_INPUT,
		                "%s makes one value a network of one a unit, as is wanted here: "
		                "replace it by another aggregate",
		                name);
	return evo_tree_replace(tree, at, tree, chosen[0], out) || refuse_size(err);
}

bool ui_tree_swap(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                  struct evo_error *err)
{
	const struct evo_primitive *row = evo_primitive(tree->nodes[at].code);
	struct evo_tree built = {.size = 0};

	if (row->arity != 2)
		return evo_fail(err, EVO_E_INPUT,
		                "%s does not have two arguments: there is nothing to swap",
		                row->name);
	return add_node(&built, tree->nodes[at].code, 0, 1, err) &&
	       add_subtree(&built, tree, evo_tree_argument(tree, at, 1), err) &&
	       add_subtree(&built, tree, evo_tree_argument(tree, at, 0), err) &&
	       plant(tree, at, &built, out, err);
}

bool ui_tree_clear(const struct evo_tree *tree, size_t at, struct evo_tree *out,
                   struct evo_error *err)
{
	struct evo_tree built = {.size = 0};

	return add_least(&built, settle(evo_tree_place(tree, at), evo_tree_level(tree, at)), true,
	                 err) &&
	       plant(tree, at, &built, out, err);
}

bool ui_tree_graft(const struct evo_tree *tree, size_t at, const struct evo_tree *donor,
                   struct evo_tree *out, struct evo_error *err)
{
	struct evo_tree built = {.size = 0};

	switch (fit_of(donor, 0, evo_tree_place(tree, at))) {
	case FITS:
		return evo_tree_replace(tree, at, donor, 0, out) || refuse_size(err);
	case UNDER_MEAN:
		return add_under_mean(&built, donor, 0, err) && plant(tree, at, &built, out, err);
	default:
		return refuse_level(evo_primitive(donor->nodes[0].code)->name, EVO_LEVEL_NETWORK,
		                    err);
	}
}

/* The next number of two digits; not finite, or zero, when there is none. */
static double stepped(double number, bool up)
{
	const bool grows = up == (number > 0);
	const int exponent = (int) floor(log10(fabs(number))) - 1;
	/* From 10 to 100. What is this near to a whole number was meant to be one. */
	const double digits = fabs(number) / pow(10, exponent), slack = 1e-9;
	double whole = grows ? floor(digits + slack) + 1 : ceil(digits - slack) - 1, result = 0;
	char text[EVO_NUMBER_SIZE];

	if (!isfinite(digits))
		return 0;
	if (whole < 10) /* below a power of ten the steps are smaller */
		snprintf(text, sizeof(text), "99e%d", exponent - 1);
	else
		snprintf(text, sizeof(text), "%.0fe%d", whole, exponent);
	evo_number_parse(text, &result, NULL);
	return number < 0 ? -result : result;
}

bool ui_tree_step(const struct evo_tree *tree, size_t at, bool up, struct evo_tree *out,
                  struct evo_error *err)
{
	const struct evo_tree_node *node = &tree->nodes[at];
	double number = up ? 0.1 : -0.1;

	if (node->code != NUMBER)
		return evo_fail(err, EVO_E_INPUT, "%s is no number: only numbers have steps",
		                evo_primitive(node->code)->name);
	if (node->number != 0)
		number = stepped(node->number, up);
	if (!isfinite(number) || number == 0)
		return evo_fail(err, EVO_E_INPUT,
		                "there is no further step: replace the number by another");
	evo_tree_copy(out, tree);
	out->nodes[at].number = number;
	return true;
}
