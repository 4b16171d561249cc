/*
 * The impact of every node. In a first round every subtree is scored, as a tree of its own, whose
 * score is its mean; in a second one the tree with each subtree replaced by that mean. What a node
 * loses is then the least that is lost by it, or by what depends on it alone above it.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/impact.h"

struct evo_impact {
	struct evo_study *study;
	struct evo_tree tree;
	bool mean;
	unsigned flags;
	int round;                  /* 1 or 2; 0 when it is done */
	uint64_t request;           /* of the round; 0 when none was to be asked */
	size_t nodes[EVO_TREE_MAX]; /* that are replaced in the round's trees */
	size_t node_count;
	int direction; /* 1, or -1 when a lower score is better */
	double progress;
	double impacts[EVO_TREE_MAX];
	double replaced[EVO_TREE_MAX]; /* fitness with a constant for the node; NaN: not known */
};

static uint64_t ask(const struct evo_impact *impact, const struct evo_tree *trees, size_t count,
                    struct evo_error *err)
{
	const struct evo_tree **list = evo_calloc(count + 1, sizeof(*list));
	const struct evo_request request = {.trees = list,
	                                    .tree_count = count,
	                                    .most = EVO_IMPACT_NETWORKS,
	                                    .flags = impact->flags};
	for (size_t t = 0; t < count; t++)
		list[t] = &trees[t];
	uint64_t id = evo_study_ask(impact->study, &request, err);
	free(list);
	return id;
}

struct evo_impact *evo_impact_begin(struct evo_study *study, const struct evo_tree *tree, bool mean,
                                    unsigned flags, struct evo_error *err)
{
	if (!evo_tree_check(tree, err))
		return NULL;
	struct evo_impact *impact = evo_calloc(1, sizeof(*impact));
	struct evo_tree *trees = evo_calloc(tree->size, sizeof(*trees));
	impact->study = study;
	evo_tree_copy(&impact->tree, tree);
	impact->mean = mean;
	impact->flags = flags & EVO_STUDY_URGENT;
	impact->round = 1;
	for (size_t i = 0; i < tree->size; i++) {
		impact->impacts[i] = impact->replaced[i] = NAN;
		evo_tree_subtree(tree, i, &trees[i]);
	}
	impact->request = ask(impact, trees, tree->size, err);
	free(trees);
	return impact;
}

void evo_impact_end(struct evo_impact *impact)
{
	if (impact == NULL)
		return;
	if (impact->request != 0)
		evo_study_drop(impact->study, impact->request);
	free(impact);
}

const double *evo_impact_values(const struct evo_impact *impact)
{
	return impact->impacts;
}

/* ---- What an answer says --------------------------------------------------------------------- */

/* Of a tree in a direction (0: its own, *direction is set); NaN without benchmarks. */
static double fitness(const struct evo_study_snapshot *snapshot, const struct evo_answer *answer,
                      size_t tree, bool mean, int *direction)
{
	double sum = 0, low = INFINITY, high = -INFINITY;
	for (size_t c = 0; c < answer->case_count; c++) {
		double tau = evo_gp_worth(
		        evo_answer_tau(snapshot, &answer->cases[c], EVO_SIDE_TRAIN, tree));
		sum += tau;
		low = fmin(low, tau);
		high = fmax(high, tau);
	}
	if (answer->case_count == 0)
		return NAN;
	if (*direction == 0)
		*direction = sum < 0 ? -1 : 1;
	if (mean)
		return *direction * sum / (double) answer->case_count;
	return *direction > 0 ? low : -high;
}

/* The mean of a tree's finite scores over the networks of all benchmarks. From the first one on, so
   that the mean of equal numbers is that number. */
static double mean_score(const struct evo_answer *answer, size_t tree)
{
	double first = NAN, sum = 0;
	size_t count = 0;
	for (size_t c = 0; c < answer->case_count; c++) {
		const struct evo_answer_case *benchmark = &answer->cases[c];
		size_t n = benchmark->train + benchmark->validation;
		for (size_t i = 0; i < n; i++) {
			double score = benchmark->scores[tree * n + i];
			if (!isfinite(score))
				continue;
			if (count++ == 0)
				first = score;
			sum += score - first;
		}
	}
	return first + sum / (double) count;
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static struct evo_tree_node node(const char *name, size_t span, double number)
{
	struct evo_tree_node made = {.span = (uint16_t) span, .number = number};
	unsigned code = 0;
	if (name != NULL)
		evo_primitive_find(name, &code);
	made.code = (uint16_t) code;
	return made;
}

/* out = the tree with the subtree s at node `at` replaced by mul(ones(s), number), which is of s's
   level and shape whatever s is. False when that does not fit into a tree. */
static bool replace(const struct evo_tree *tree, size_t at, double number, struct evo_tree *out)
{
	size_t span = tree->nodes[at].span;
	struct evo_tree constant = {.size = span + 3};
	if (constant.size > EVO_TREE_MAX)
		return false;
	constant.nodes[0] = node("mul", span + 3, 0);
	constant.nodes[1] = node("ones", span + 1, 0);
	memcpy(constant.nodes + 2, tree->nodes + at, span * sizeof(*tree->nodes));
	constant.nodes[span + 2] = node(NULL, 1, number);
	return evo_tree_replace(tree, at, &constant, 0, out);
}

static void finish(struct evo_impact *impact)
{
	impact->round = 0;
	impact->progress = 1;
	if (impact->request != 0)
		evo_study_drop(impact->study, impact->request);
	impact->request = 0;
}

/* The node above that a node alone decides, beside numbers; EVO_TREE_MAX: there is none. */
static size_t decided_by(const struct evo_tree *tree, size_t node)
{
	size_t parent = evo_tree_parent(tree, node);
	if (parent == EVO_TREE_MAX || evo_primitive(tree->nodes[parent].code)->arity == 1)
		return parent;
	size_t other = evo_tree_argument(tree, parent, 0);
	if (other == node)
		other = evo_tree_argument(tree, parent, 1);
	return evo_tree_level(tree, other) == EVO_LEVEL_ANY ? parent : EVO_TREE_MAX;
}

/*
 * A matrix that is the same in every place has no correlations, no rank and no deviation, so that
 * what is above it says nothing for that reason alone: a constant for what is above it is as good a
 * constant for what is in it. The one that leaves most counts.
 */
static void conclude(struct evo_impact *impact)
{
	const struct evo_tree *tree = &impact->tree;
	impact->replaced[0] = isnan(impact->impacts[0]) ? NAN : 0; /* a constant orders nothing */
	for (size_t i = 1; i < tree->size; i++) {
		double most = NAN;
		for (size_t at = i; at != EVO_TREE_MAX; at = decided_by(tree, at))
			most = fmax(most, impact->replaced[at]);
		bool number = evo_tree_level(tree, i) == EVO_LEVEL_ANY;
		impact->impacts[i] = number ? 0 : impact->impacts[0] - most;
	}
	finish(impact);
}

/* Of numbers nothing is asked: they are what they would be replaced by. */
static void begin_second(struct evo_impact *impact, const struct evo_answer *answer)
{
	const struct evo_tree *tree = &impact->tree;
	struct evo_tree *trees = evo_calloc(tree->size, sizeof(*trees));
	for (size_t i = 1; i < tree->size; i++) {
		double mean = mean_score(answer, i);
		if (evo_tree_level(tree, i) != EVO_LEVEL_ANY && isfinite(mean) &&
		    replace(tree, i, mean, &trees[impact->node_count]))
			impact->nodes[impact->node_count++] = i;
	}
	evo_study_drop(impact->study, impact->request);
	impact->request = 0;
	impact->round = 2;
	if (impact->node_count > 0)
		impact->request = ask(impact, trees, impact->node_count, NULL);
	if (impact->request == 0)
		conclude(impact);
	free(trees);
}

/* Where no network has a score any more the constant made nonsense, and told nothing. */
static bool is_scored(const struct evo_answer *answer, size_t tree)
{
	for (size_t c = 0; c < answer->case_count; c++) {
		const struct evo_answer_case *benchmark = &answer->cases[c];
		size_t n = benchmark->train + benchmark->validation;
		if (evo_non_finite(n, benchmark->scores + tree * n) < n)
			return true;
	}
	return false;
}

static void end_round(struct evo_impact *impact, const struct evo_study_snapshot *snapshot,
                      const struct evo_answer *answer)
{
	if (impact->round == 1) {
		impact->impacts[0] = fitness(snapshot, answer, 0, impact->mean, &impact->direction);
		begin_second(impact, answer);
		return;
	}
	for (size_t t = 0; t < impact->node_count; t++)
		if (is_scored(answer, t))
			impact->replaced[impact->nodes[t]] =
			        fitness(snapshot, answer, t, impact->mean, &impact->direction);
	conclude(impact);
}

double evo_impact_poll(struct evo_impact *impact, const struct evo_study_snapshot *snapshot)
{
	const struct evo_answer *answer = evo_study_answer(snapshot, impact->request);
	if (impact->round == 0)
		return impact->progress;
	if (snapshot->state == EVO_STUDY_FAILED || (answer != NULL && answer->error[0] != '\0')) {
		finish(impact);
	} else if (answer != NULL && answer->done == answer->total) {
		impact->progress = impact->round * 0.5;
		end_round(impact, snapshot, answer);
	} else if (answer != NULL) {
		double part = (double) answer->done / (double) answer->total;
		double progress = (impact->round - 1 + part) * 0.5;
		impact->progress = progress > impact->progress ? progress : impact->progress;
	}
	return impact->progress;
}
