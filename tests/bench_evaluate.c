/* The evaluator: expressions a second, and how near reading statistics comes to reading memory. */
#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define RUNS 3

static const struct bench_size evaluated = {16, 1, 16, 32, 6};

/* Networks with their statistics in memory, and expressions to evaluate on them. */
struct setting {
	struct evo_pool *pool;
	struct evo_store *store;
	struct evo_scorer *scorer;
	size_t networks[6];
	char **architectures;
};

static void set_up(struct setting *setting, unsigned threads)
{
	struct evo_error err = {0};

	setting->architectures = bench_architectures(evaluated.networks);
	setting->pool = evo_pool_create(threads, &err);
	if (setting->pool == NULL)
		bench_die(&err);
	setting->store = bench_store(&evaluated, setting->architectures, threads, (size_t) 4 << 30,
	                             setting->networks);
	setting->scorer = evo_scorer_create(setting->store, setting->pool);
}

static void tear_down(struct setting *setting)
{
	evo_scorer_destroy(setting->scorer);
	evo_store_destroy(setting->store);
	evo_pool_destroy(setting->pool);
	bench_architectures_free(setting->architectures, evaluated.networks);
}

/* Seconds. No value is remembered from before; working memory is, as in a search. */
static double score(struct setting *setting, const struct evo_tree *const *trees, size_t count)
{
	struct evo_error err = {0};
	double *scores = evo_calloc(count * evaluated.networks, sizeof(*scores));
	evo_scorer_forget(setting->scorer);
	double begin = evo_now(), seconds;
	struct evo_scoring *scoring =
	        evo_scoring_start(setting->scorer, EVO_PRIORITY_PERSON, trees, count,
	                          setting->networks, evaluated.networks, scores);

	if (!evo_scoring_finish(scoring, &err))
		bench_die(&err);
	seconds = evo_now() - begin;
	free(scores);
	return seconds;
}

double bench_evaluate_rate(unsigned threads)
{
	struct setting setting;
	size_t count;
	struct evo_tree **trees = bench_trees(&count);
	const struct evo_tree *const *some = (const struct evo_tree *const *) trees;
	double seconds;

	set_up(&setting, threads);
	score(&setting, some, count); /* extracts */
	seconds = score(&setting, some, count);
	tear_down(&setting);
	for (size_t i = 0; i < count; i++)
		free(trees[i]);
	free(trees);
	return (double) (count * evaluated.networks) / seconds;
}

/* The peer with as many threads as suit it. */
static double peer_rate(unsigned threads)
{
	double best = 0;

	for (unsigned with = 1; with <= threads; with++) {
		char *arguments =
		        evo_format("evaluate %u %zu %zu %zu %zu %zu ../data/nb201/nats_bench.csv "
		                   "individuals.txt",
		                   with, evaluated.networks, evaluated.channels, evaluated.cells,
		                   evaluated.batch, evaluated.side);
		double rate = bench_peer_rate(arguments, "evaluations/s");

		best = rate > best ? rate : best;
		free(arguments);
	}
	return best;
}

void bench_evaluate(void)
{
	unsigned threads = evo_cores() < 2 ? 1 : 2;
	double ours[RUNS], peers[RUNS] = {0};
	char *what;

	for (int run = 0; run < RUNS; run++) {
		ours[run] = bench_evaluate_rate(threads);
		if (bench_peer())
			peers[run] = peer_rate(threads);
	}
	what = evo_format("evaluate, C %zu N %zu, batch %zu, %zux%zu, %u thread%s",
	                  evaluated.channels, evaluated.cells, evaluated.batch, evaluated.side,
	                  evaluated.side, threads, threads == 1 ? "" : "s");
	bench_line(what, bench_median(ours, RUNS), "evaluations/s", "PyTorch",
	           bench_median(peers, RUNS));
	free(what);
}

/* ---- Bandwidth ------------------------------------------------------------------------------- */

typedef float vector __attribute__((vector_size(32), aligned(4), may_alias));

#define LANES ((size_t) 8)
#define SUMS  ((size_t) 8)

/* A plain sum, as fast as memory gives the numbers. */
EVO_CLONES static float read_all(const float *x, size_t count)
{
	vector sums[SUMS] = {{0}};
	float total = 0;
	size_t i = 0;

	for (; i + SUMS * LANES <= count; i += SUMS * LANES)
		for (size_t k = 0; k < SUMS; k++)
			sums[k] += *(const vector *) (x + i + k * LANES);
	for (size_t k = 1; k < SUMS; k++)
		sums[0] += sums[k];
	for (size_t k = 0; k < LANES; k++)
		total += sums[0][k];
	for (; i < count; i++)
		total += x[i];
	return total;
}

/* Seconds to read every x.d once; *bytes of them. */
static double read_statistics(struct setting *setting, double *bytes)
{
	struct evo_error err = {0};
	volatile float total = 0;
	double seconds = 0;

	*bytes = 0;
	for (size_t i = 0; i < evaluated.networks; i++) {
		const struct evo_stats *stats = evo_store_acquire(
		        setting->store, setting->networks[i], EVO_NEED(EVO_X_D), 0, &err);
		double begin = evo_now();

		if (stats == NULL)
			bench_die(&err);
		for (size_t u = 0; u < stats->unit_count; u++) {
			const size_t *d = stats->units[u].x_dims;
			size_t count = d[0] * d[1] * d[2] * d[3];

			total += read_all(stats->units[u].pass[EVO_DATA].x, count);
			*bytes += (double) (count * sizeof(float));
		}
		seconds += evo_now() - begin;
		evo_store_release(setting->store, setting->networks[i], stats);
	}
	return seconds;
}

#define TIMES 20

void bench_bandwidth(void)
{
	static const char text[] = "layer_mean(mean(abs(x.d)))";
	struct setting setting;
	struct evo_error err = {0};
	struct evo_tree tree;
	const struct evo_tree *one = &tree;
	double ours[TIMES], peers[TIMES], bytes;

	if (!evo_tree_parse(text, &tree, &err))
		bench_die(&err);
	set_up(&setting, 1);
	score(&setting, &one, 1);
	for (int run = 0; run < TIMES; run++) {
		peers[run] = read_statistics(&setting, &bytes);
		ours[run] = score(&setting, &one, 1);
	}
	tear_down(&setting);
	bench_line("bandwidth, layer_mean(mean(abs(x.d))), 1 thread",
	           bytes / bench_median(ours, TIMES) / 1e9, "GB/s", "summing loop",
	           bytes / bench_median(peers, TIMES) / 1e9);
}
