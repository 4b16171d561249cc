/*
 * gp: genetic programming over typed expression trees.
 *
 * The search knows no networks: it asks for trees to be scored and is told their scores. It runs
 * on one thread, but for evo_gp_prepare_one, and draws only from streams named by its seed, so the
 * same seed and the same scores give the same run. After Akhauri et al., "EZNAS" (NeurIPS 2022);
 * Koza (1992) for the operators; Luke and Panait (2002) for the parsimony tie-break.
 */
#ifndef EVOSCOPE_GP_H
#define EVOSCOPE_GP_H

#include "evoscope/expr.h"
#include "evoscope/rank.h"

/* Benchmarks in one run, and in one study, whose questions have a bit for each. Every individual
   has taus for as many, 1 KiB beside the 4 of its tree. */
#define EVO_CASES_MAX 64

/* ---- Settings -------------------------------------------------------------------------------- */

/* How a search draws its networks. */
struct evo_sampling {
	bool strings;  /* among strings; else among functions, one string each */
	size_t copies; /* among strings: at most so many of one function; 0: any number */
};

struct evo_gp_config {
	char preset[32];
	size_t population, offspring, generations;
	size_t survivors; /* kept of parents and offspring; 0: as many as the population */
	bool init_small;  /* the first generation is the smallest trees; else random ones: */
	size_t grow;      /* after it so many generations of its best, each grown in every way */
	size_t init_depth_min, init_depth_max; /* half and half */
	size_t max_depth, max_size;
	size_t tournament; /* for parents; 1 draws them evenly */
	size_t survival;   /* tournament for survivors; 1 draws them evenly */
	/* Shares of offspring; what is left of 1 is copied. */
	double crossover, subtree, point, number, hoist, insertion, shrink;
	double join;       /* combinations of two parents by their scores */
	bool exchange;     /* these also take the place of a part; what was carried over stays */
	size_t elite;      /* best that always survive */
	double immigrants; /* share of offspring that is new when the best stalls */
	size_t stall;      /* generations without a better best until immigrants come */
	bool fitness_mean; /* over benchmarks and draws: mean; else the minimum */
	size_t draws, draw_size; /* fixed draws of so many train networks; size 0: all of them */
	double parsimony;        /* fitness given up for each node, as a tie-break: 0 is none */
	bool paper_primitives;   /* EZNAS's primitives and root, else the whole language */
	bool network_level;      /* primitives above aggregates, network terminals and numbers */
	bool classic;            /* classic proxies among the network terminals */
	unsigned newest_id; /* rows of the language with a greater id are not used; 0: all are */
	char exclude[256];  /* primitives and terminals not to use, separated by spaces */
	/* Networks of each benchmark; EVO_ALL_NETWORKS ("all"): as many as the pool has. */
	size_t train, validation;
	size_t validated; /* of the population so many, the best, have validation scores; 0: all */
	struct evo_sampling sampling;
};
#define EVO_ALL_NETWORKS 1000000

/* One row a setting: parser of presets, `--set`, `:set`, help and man page read this table. */
enum evo_setting_type {
	EVO_SET_SIZE,
	EVO_SET_NETWORKS, /* a size, or "all" */
	EVO_SET_REAL,
	EVO_SET_BOOL,
	EVO_SET_WORDS,
	EVO_SET_CHOICE
};
struct evo_setting {
	const char *name;
	enum evo_setting_type type;
	size_t offset; /* in struct evo_gp_config */
	double low, high;
	const char *choices; /* EVO_SET_CHOICE: "min|mean": index into a bool */
	bool live;           /* may change while a search runs */
	const char *value;   /* the built-in default, as evo_gp_config_set reads it */
	const char *help;
};
size_t evo_setting_count(void);
const struct evo_setting *evo_setting_at(size_t index);
/* "a number from 0 to 1", "yes or no": what it may be. */
#define EVO_SETTING_RANGE 96
void evo_setting_range(const struct evo_setting *setting, char out[EVO_SETTING_RANGE]);
/* NULL, with err naming the nearest known one, when there is none of that name. */
const struct evo_setting *evo_setting_find(const char *name, struct evo_error *err);
bool evo_gp_config_set(struct evo_gp_config *config, const char *name, const char *value,
                       struct evo_error *err);
void evo_gp_config_get(const struct evo_gp_config *config, const struct evo_setting *setting,
                       char *out, size_t size);
/*
 * A preset: presets/NAME.ini of the user's configuration folder, else the shipped one (`eznas`,
 * `default`, `quick`, `thorough`). What the file does not set has its built-in default; `default`
 * needs no file.
 */
bool evo_gp_preset(const char *name, struct evo_gp_config *config, struct evo_error *err);
/* Names of the presets that there are, sorted; *count of them; caller frees each and the list. err:
   set when a folder is there and cannot be read; what the other has is listed. */
char **evo_gp_preset_names(size_t *count, struct evo_error *err);
/* Sum of shares at most 1, depths in order, ... */
bool evo_gp_config_check(const struct evo_gp_config *config, struct evo_error *err);

/* ---- Individuals ----------------------------------------------------------------------------- */

enum evo_origin {
	EVO_ORIGIN_RANDOM,
	EVO_ORIGIN_CROSSOVER,
	EVO_ORIGIN_SUBTREE,
	EVO_ORIGIN_POINT,
	EVO_ORIGIN_NUMBER,
	EVO_ORIGIN_HOIST,
	EVO_ORIGIN_INSERTION,
	EVO_ORIGIN_SHRINK,
	EVO_ORIGIN_JOIN, /* the combination of two parents by their scores */
	EVO_ORIGIN_COPY,
	EVO_ORIGIN_IMMIGRANT,
	EVO_ORIGIN_INJECTED,
	EVO_ORIGIN_CARRIED, /* from another search */
};
const char *evo_origin_name(enum evo_origin origin);

enum evo_side {
	EVO_SIDE_TRAIN,
	EVO_SIDE_VALIDATION
};

/*
 * One evaluated tree. It never changes once it is evaluated, is counted, and may be held by any
 * thread.
 */
struct evo_individual {
	uint64_t id, parents[2]; /* from 1; 0 is none */
	enum evo_origin origin;
	size_t born;    /* generation */
	bool injected;  /* put in by hand */
	bool descends;  /* it or an ancestor was put in by hand */
	int direction;  /* 1, or -1 when a lower score is better */
	double fitness; /* in that direction */
	double tau
	        [2]
	        [EVO_CASES_MAX]; /* as measured, with its sign, by side and case; NaN: undefined */
	bool pending;            /* validation networks are not scored yet: their tau is NaN */
	size_t closed;           /* generation after which they were */
	size_t non_finite;       /* scores that are NaN or infinite */
	size_t depth;
	uint64_t hash;  /* of the canonical form */
	double *scores; /* all groups' networks one after the other; train first, then
				    validation in each */
	struct evo_tree tree;
	unsigned references; /* atomic; the last, for a copy leaves it out */
};
struct evo_individual *evo_individual_hold(const struct evo_individual *individual);
void evo_individual_release(const struct evo_individual *individual); /* NULL is nothing */

/* ---- Cases ----------------------------------------------------------------------------------- */

/*
 * Networks that are scored together: benchmarks whose probe and networks are the same share a
 * group, so that one score serves all of them.
 */
struct evo_group {
	size_t train, validation; /* networks; train ones come first */
};
/* A benchmark in the fitness: accuracies of its group's networks, in that order. */
struct evo_case {
	size_t group;
	const double *accuracy; /* of group.train + group.validation; copied */
};

/* ---- The search ------------------------------------------------------------------------------ */

struct evo_gp;
struct evo_gp *evo_gp_create(const struct evo_gp_config *config, const struct evo_group *groups,
                             size_t group_count, const struct evo_case *cases, size_t case_count,
                             uint64_t seed, struct evo_error *err);
void evo_gp_destroy(struct evo_gp *gp);

/*
 * Carries trees over from another search, best first, which may have worked at another size: the
 * first generation is these trees and all their parts of the network level, each once, as many as
 * the population takes, in place of the one that `init` says. In the next each of the best is
 * combined with its best second parent. Trees beyond the settings' bounds, or with what they
 * exclude, stay out, and their parts come. Call it once, before anything is asked; of a search to
 * be resumed, too. Copied.
 */
void evo_gp_carry(struct evo_gp *gp, const struct evo_tree *trees, size_t count);

/* The statistics that trees of these settings may read, but for classic proxies, which are costly
   and seldom read. */
evo_needs evo_gp_needs(const struct evo_gp_config *config);

/*
 * One generation is asked and told in rounds: evo_gp_ask gives the trees that wait for a score (0:
 * the generation is complete and has been selected), evo_gp_tell takes their scores: scores[group]
 * is a matrix of count rows by the group's networks. What cannot be evaluated (no finite score, or
 * constant), is canonically known, or ranks the train networks like another is replaced in the
 * next round; rounds are bounded, so a generation may end smaller.
 */
size_t evo_gp_ask(struct evo_gp *gp, const struct evo_tree *const **trees);
/*
 * What takes long of making a round's trees can be done before they are asked for, on many threads:
 * looking for the combinations that are best, by scores that are at hand. evo_gp_prepare begins the
 * generation and says how many tasks there are; evo_gp_prepare_one does one of these, each at most
 * once, on any thread and beside others, while nothing is called but evo_gp_inject, evo_gp_set and
 * what only reads. Then there may be more tasks: when evo_gp_prepare says 0, ask. *done: how many
 * were done in this generation. evo_gp_ask does by itself what is left: how the run goes does not
 * depend on it.
 */
size_t evo_gp_prepare(struct evo_gp *gp, size_t *done);
void evo_gp_prepare_one(struct evo_gp *gp, size_t index);
/* How many of the trees that wait were injected: they are the first. */
size_t evo_gp_asked_injected(const struct evo_gp *gp);
void evo_gp_tell(struct evo_gp *gp, double *const *scores);

/*
 * The search selects by train networks alone, so validation networks need scores of those that
 * survive only. Where the first score of a group's validation networks is evo_score_pending(), the
 * tree's validation is pending. Between generations evo_gp_ask_pending gives the trees of the
 * population and of the front that are, and evo_gp_tell_pending takes their scores: as evo_gp_tell,
 * but only the validation networks' are read. Individuals never change: others, with all scores,
 * take their places.
 */
double evo_score_pending(void); /* a NaN that no computation gives */
bool evo_score_is_pending(double score);
size_t evo_gp_ask_pending(struct evo_gp *gp, const struct evo_tree *const **trees);
void evo_gp_tell_pending(struct evo_gp *gp, double *const *scores);

/*
 * Enters the next generation that begins, stays in it whatever its fitness, and is marked for life.
 * A unit-level root is put under layer_mean. EVO_E_INPUT when it is beyond max_size or max_depth.
 * What becomes of it later (it cannot be evaluated) is said by evo_gp_note.
 */
bool evo_gp_inject(struct evo_gp *gp, const struct evo_tree *tree, struct evo_error *err);
/* Is the tree within the bounds that evo_gp_inject asks for? */
bool evo_gp_injectable(const struct evo_gp_config *config, const struct evo_tree *tree,
                       struct evo_error *err);
/* Takes the oldest remark about an injected tree; false when there is none. */
bool evo_gp_note(struct evo_gp *gp, char *out, size_t size);
/* Takes effect with the next generation that begins. EVO_E_USAGE for a setting that is not live. */
bool evo_gp_set(struct evo_gp *gp, const char *name, const char *value, struct evo_error *err);
const struct evo_gp_config *evo_gp_config(const struct evo_gp *gp);

size_t evo_gp_generation(const struct evo_gp *gp); /* complete ones; the first is number 0 */
/* The one whose settings and injected trees may still change: the next that begins. */
size_t evo_gp_next_generation(const struct evo_gp *gp);
/* Sorted by fitness, best first. Borrowed until the next call. */
size_t evo_gp_population(const struct evo_gp *gp, const struct evo_individual *const **individuals);
/* Pareto front of fitness against size, smallest first. Borrowed likewise. */
size_t evo_gp_front(const struct evo_gp *gp, const struct evo_individual *const **individuals);
/* The best so far, parents of the generation being computed included; NULL when there is none.
   Borrowed likewise. */
const struct evo_individual *evo_gp_live_best(const struct evo_gp *gp);

/* They do not depend on what is remembered: a form whose scores were forgotten, to save memory or
   by the end of a program, is scored again and counts as known. */
struct evo_gp_counts {
	size_t evaluations; /* canonical forms scored */
	size_t cache_hits;  /* trees whose canonical form had been scored before */
	size_t rank_duplicates, failed;
};
struct evo_gp_counts evo_gp_counts(const struct evo_gp *gp); /* since the beginning */

/* ---- Coming back to a search ----------------------------------------------------------------- */

/* A canonical form that was tried. */
struct evo_gp_form {
	uint64_t hash;
	bool failed; /* it cannot be evaluated */
};

/* All that a search between two generations is, beside its settings and its cases. */
struct evo_gp_state {
	size_t generation, stalled;
	uint64_t next_id;
	struct evo_gp_counts counts;
	const struct evo_gp_form *forms; /* in the order they were tried */
	size_t form_count;
	const struct evo_individual *const *population, *const *front; /* in their orders */
	size_t population_count, front_count;
};
/* Borrowed until the next call. */
void evo_gp_state(const struct evo_gp *gp, struct evo_gp_state *out);
/*
 * Makes a new search (nothing asked yet) what the state says; it goes on as that one would have.
 * Individuals are held, and judged again: EVO_E_INPUT when one has not the fitness that its scores
 * give on these cases. The search may be destroyed only, then.
 */
bool evo_gp_resume(struct evo_gp *gp, const struct evo_gp_state *state, struct evo_error *err);
/* A copy that is not held by anyone else, to make an individual of what was stored; scores: how
   many it has. */
struct evo_individual *evo_individual_copy(const struct evo_individual *from, size_t scores);

/* What selection takes a tau for: the one place where what is undefined counts as 0, for what
   orders nothing is worth nothing. What is told of it stays undefined. */
double evo_gp_worth(double tau);

/* Fitness of scores that did not come from the search (references, edited trees): fills direction,
   fitness and tau. */
void evo_gp_judge(const struct evo_gp *gp, double *const *scores, struct evo_individual *out);

#endif
