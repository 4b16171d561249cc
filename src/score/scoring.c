/*
 * Scoring: expressions on many networks of a store, network by network on a pool.
 *
 * The loop is network-major, because one network's statistics can be a large part of memory:
 * have one network's statistics, evaluate all that is asked for on it, let it go.
 */
#include "config.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/scoring.h"

/* Of numbers that are remembered: of 1500 subexpressions at least, where 200 networks have 12
   units each; of up to four times as many, as tables happen to be filled. */
#define MEMO_BYTES ((size_t) 256 << 20)

struct evo_scorer {
	struct evo_store *store;
	struct evo_pool *pool;
	struct evo_evaluator **evaluators; /* the scratch memory of each worker */
	struct evo_memo *memo;
};

/* What a worker is evaluating, as long as others may help with it. */
struct lent {
	struct evo_evaluator *evaluation;
	unsigned helpers;
};

struct evo_scoring {
	struct evo_scorer *scorer;
	struct evo_dag *dag;
	size_t tree_count;
	const size_t *networks;
	size_t network_count;
	size_t known; /* networks of the store, which share what is remembered */
	evo_needs needs;
	double *scores, *milliseconds;
	struct evo_job *job;
	bool divisible;
	pthread_mutex_t lock; /* guards all that follows */
	pthread_cond_t alone; /* a worker's evaluation has no helper any more */
	struct lent *lent;    /* by worker */
	struct evo_error error;
	bool cancelled;
	size_t *finished; /* places of networks, in the order in which they were finished */
	size_t finished_count, told;
};

struct evo_scorer *evo_scorer_create(struct evo_store *store, struct evo_pool *pool)
{
	struct evo_scorer *scorer = evo_calloc(1, sizeof(*scorer));
	const unsigned threads = evo_pool_threads(pool);

	scorer->store = store;
	scorer->pool = pool;
	scorer->evaluators = evo_calloc(threads, sizeof(*scorer->evaluators));
	for (unsigned i = 0; i < threads; i++)
		scorer->evaluators[i] = evo_evaluator_create(EVO_KEPT_BYTES);
	scorer->memo = evo_memo_create(MEMO_BYTES);
	return scorer;
}

void evo_scorer_destroy(struct evo_scorer *scorer)
{
	if (scorer == NULL)
		return;
	for (unsigned i = 0; i < evo_pool_threads(scorer->pool); i++)
		evo_evaluator_destroy(scorer->evaluators[i]);
	free(scorer->evaluators);
	evo_memo_destroy(scorer->memo);
	free(scorer);
}

void evo_scorer_forget(struct evo_scorer *scorer)
{
	evo_memo_destroy(scorer->memo);
	scorer->memo = evo_memo_create(MEMO_BYTES);
}

static bool stopped(struct evo_scoring *scoring)
{
	pthread_mutex_lock(&scoring->lock);
	const bool stop = scoring->cancelled || scoring->error.code != EVO_OK;
	pthread_mutex_unlock(&scoring->lock);
	return stop;
}

static void failed(struct evo_scoring *scoring, const struct evo_error *err)
{
	pthread_mutex_lock(&scoring->lock);
	if (scoring->error.code == EVO_OK)
		scoring->error = *err;
	pthread_mutex_unlock(&scoring->lock);
}

/* ---- Helping --------------------------------------------------------------------------------- */

/* From here on others may take units of it. */
static void lend(struct evo_scoring *scoring, unsigned worker, struct evo_evaluator *evaluation)
{
	pthread_mutex_lock(&scoring->lock);
	scoring->lent[worker].evaluation = evaluation;
	pthread_mutex_unlock(&scoring->lock);
}

/* And now no more; waits for those who have taken one. */
static void take_back(struct evo_scoring *scoring, unsigned worker)
{
	pthread_mutex_lock(&scoring->lock);
	scoring->lent[worker].evaluation = NULL;
	while (scoring->lent[worker].helpers > 0)
		pthread_cond_wait(&scoring->alone, &scoring->lock);
	pthread_mutex_unlock(&scoring->lock);
}

/* Whose evaluation has most units left; NULL when there is none. The lock is held. */
static struct lent *most_left(struct evo_scoring *scoring)
{
	struct lent *found = NULL;
	size_t most = 0;

	for (unsigned i = 0; i < evo_pool_threads(scoring->scorer->pool); i++) {
		struct lent *lent = &scoring->lent[i];
		const size_t left =
		        lent->evaluation != NULL ? evo_evaluator_left(lent->evaluation) : 0;

		if (left > most) {
			most = left;
			found = lent;
		}
	}
	return found;
}

/* For whom no network is left: units of what others are evaluating. */
static void help(struct evo_scoring *scoring, unsigned worker)
{
	struct evo_evaluator *evaluator = scoring->scorer->evaluators[worker];
	struct evo_error err = {0};
	struct lent *lent;

	pthread_mutex_lock(&scoring->lock);
	while (err.code == EVO_OK && (lent = most_left(scoring)) != NULL) {
		struct evo_evaluator *evaluation = lent->evaluation;

		lent->helpers++;
		pthread_mutex_unlock(&scoring->lock);
		if (!evo_evaluator_help(evaluator, evaluation, &err))
			failed(scoring, &err);
		pthread_mutex_lock(&scoring->lock);
		if (--lent->helpers == 0)
			pthread_cond_broadcast(&scoring->alone);
	}
	pthread_mutex_unlock(&scoring->lock);
}

static bool evaluate(struct evo_scoring *scoring, const struct evo_stats *stats,
                     struct evo_memo_table *memo, unsigned worker, double *row,
                     struct evo_error *err)
{
	struct evo_evaluator *evaluator = scoring->scorer->evaluators[worker];

	evo_evaluator_begin(evaluator, scoring->dag, stats, memo);
	if (scoring->divisible)
		lend(scoring, worker, evaluator);
	const bool good = evo_evaluator_units(evaluator, err);

	if (scoring->divisible)
		take_back(scoring, worker);
	return good && evo_evaluator_end(evaluator, memo, row, err);
}

/* ---- Networks -------------------------------------------------------------------------------- */

/* All expressions on one network. */
static void score_network(struct evo_scoring *scoring, size_t index, unsigned worker)
{
	struct evo_scorer *scorer = scoring->scorer;
	double *row = scoring->scores + index * scoring->tree_count;
	const double begin = evo_now();
	struct evo_error err = {0};

	if (stopped(scoring))
		return;
	const struct evo_stats *stats = evo_store_acquire(scorer->store, scoring->networks[index],
	                                                  scoring->needs, worker, &err);
	if (stats == NULL) {
		failed(scoring, &err);
		return;
	}
	struct evo_memo_table *memo = evo_memo_open(scorer->memo, scoring->networks[index],
	                                            scoring->known, stats->unit_count);
	const bool done = evaluate(scoring, stats, memo, worker, row, &err);
	evo_memo_close(memo);
	evo_store_release(scorer->store, scoring->networks[index], stats);
	if (!done) {
		failed(scoring, &err);
		return;
	}
	scoring->milliseconds[index] = (evo_now() - begin) * 1e3;
	pthread_mutex_lock(&scoring->lock);
	scoring->finished[scoring->finished_count++] = index;
	pthread_mutex_unlock(&scoring->lock);
}

/* The tasks after the networks are there for helping with the last ones. */
static void work(void *context, size_t index, unsigned worker)
{
	struct evo_scoring *scoring = context;

	if (index < scoring->network_count)
		score_network(scoring, index, worker);
	else
		help(scoring, worker);
}

struct evo_scoring *evo_scoring_start(struct evo_scorer *scorer, enum evo_priority priority,
                                      const struct evo_tree *const *trees, size_t tree_count,
                                      const size_t *networks, size_t network_count, double *scores)
{
	struct evo_scoring *scoring = evo_calloc(1, sizeof(*scoring));
	const size_t workers = evo_pool_threads(scorer->pool);

	scoring->scorer = scorer;
	scoring->dag = evo_dag_create(trees, tree_count);
	scoring->tree_count = tree_count;
	scoring->networks = networks;
	scoring->network_count = network_count;
	scoring->known = evo_store_report(scorer->store).networks;
	scoring->scores = scores;
	for (size_t t = 0; t < tree_count; t++)
		scoring->needs |= evo_tree_needs(trees[t]);
	scoring->milliseconds = evo_calloc(network_count + 1, sizeof(*scoring->milliseconds));
	for (size_t i = 0; i < network_count; i++)
		scoring->milliseconds[i] = NAN;
	scoring->finished = evo_calloc(network_count + 1, sizeof(*scoring->finished));
	scoring->divisible = workers > 1 && evo_dag_divisible(scoring->dag);
	scoring->lent = evo_calloc(workers, sizeof(*scoring->lent));
	pthread_mutex_init(&scoring->lock, NULL);
	pthread_cond_init(&scoring->alone, NULL);
	const size_t helping = scoring->divisible && network_count > 0 ? workers - 1 : 0;

	scoring->job =
	        evo_pool_submit(scorer->pool, priority, network_count + helping, work, scoring);
	return scoring;
}

bool evo_scoring_wait(struct evo_scoring *scoring, double seconds)
{
	return evo_job_wait(scoring->job, seconds);
}

void evo_scoring_cancel(struct evo_scoring *scoring)
{
	pthread_mutex_lock(&scoring->lock);
	scoring->cancelled = true;
	pthread_mutex_unlock(&scoring->lock);
	evo_job_cancel(scoring->job);
}

size_t evo_scoring_finished(struct evo_scoring *scoring, const size_t **places)
{
	pthread_mutex_lock(&scoring->lock);
	const size_t count = scoring->finished_count - scoring->told;
	*places = scoring->finished + scoring->told;
	scoring->told = scoring->finished_count;
	pthread_mutex_unlock(&scoring->lock);
	return count;
}

double evo_scoring_milliseconds(const struct evo_scoring *scoring, size_t i)
{
	return scoring->milliseconds[i];
}

bool evo_scoring_finish(struct evo_scoring *scoring, struct evo_error *err)
{
	evo_job_destroy(scoring->job); /* waits; every write of a worker is seen from here on */
	bool good = true;
	if (scoring->error.code != EVO_OK)
		good = evo_fail(err, scoring->error.code, "%s", scoring->error.message);
	else if (scoring->cancelled)
		good = evo_fail(err, EVO_E_CANCELLED, "stopped before every network was scored");
	pthread_mutex_destroy(&scoring->lock);
	pthread_cond_destroy(&scoring->alone);
	free(scoring->lent);
	evo_dag_destroy(scoring->dag);
	free(scoring->finished);
	free(scoring->milliseconds);
	free(scoring);
	return good;
}
