/* The engine: networks a second, what two threads gain, and whether memory stays in its budget. */
#include "config.h"

#include "evoscope/blas.h"
#include "bench.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUNS  3
#define GAINS 7 /* of a quotient of two rates, which other work on the machine disturbs twice */

static const struct bench_size sizes[] = {
        {16, 5, 16, 32, 20},
        {8, 1, 16, 16, 200},
};

/* ---- Extraction ---- */

#define READ                                                                                       \
	(EVO_NEED(EVO_X_D) | EVO_NEED(EVO_GX_D) | EVO_NEED(EVO_R_D) | EVO_NEED(EVO_GR_D) |         \
	 EVO_NEED(EVO_Y_D) | EVO_NEED(EVO_GY_D) | EVO_NEED(EVO_GW_D))

struct extracting {
	struct evo_store *store;
	const size_t *networks;
	float *scratch[64]; /* by worker */
};

/* One network's statistics, all of them had as tensors. */
static void extract_one(void *context, size_t index, unsigned worker)
{
	const struct extracting *job = context;
	struct evo_error err = {0};
	const struct evo_stats *stats =
	        evo_store_acquire(job->store, job->networks[index], READ, worker, &err);
	if (stats == NULL)
		bench_die(&err);
	for (size_t u = 0; u < stats->unit_count; u++)
		for (int s = 0; s < EVO_UNIT_STATISTICS; s++)
			if (READ & EVO_NEED(s))
				evo_stats_read(stats, &stats->units[u], (enum evo_statistic) s,
				               job->scratch[worker]);
	evo_store_release(job->store, job->networks[index], stats);
}

double bench_extract_rate(const struct bench_size *size, unsigned threads)
{
	struct evo_error err = {0};
	char **architectures = bench_architectures(size->networks);
	size_t *networks = evo_calloc(size->networks, sizeof(*networks));
	struct extracting job = {.networks = networks};
	size_t largest = 4 * size->channels * size->batch * size->side * size->side;
	struct evo_pool *pool = evo_pool_create(threads, &err);
	if (pool == NULL)
		bench_die(&err);
	job.store = bench_store(size, architectures, threads, (size_t) 4 << 30, networks);
	evo_store_once(job.store);
	for (unsigned i = 0; i < threads; i++)
		if ((job.scratch[i] = evo_big_alloc(largest * sizeof(float), "scratch", &err)) ==
		    NULL)
			bench_die(&err);
	evo_pool_run(pool, EVO_PRIORITY_PERSON, threads, extract_one, &job);
	double begin = evo_now();
	evo_pool_run(pool, EVO_PRIORITY_PERSON, size->networks, extract_one, &job);
	double rate = (double) size->networks / (evo_now() - begin);
	evo_pool_destroy(pool);
	evo_store_destroy(job.store);
	for (unsigned i = 0; i < threads; i++)
		free(job.scratch[i]);
	free(networks);
	bench_architectures_free(architectures, size->networks);
	return rate;
}

/* Ours and the peer's in turn, so that both see the same machine; medians. */
static void extract_at(const struct bench_size *size, unsigned threads)
{
	double ours[RUNS], peers[RUNS] = {0};
	char *arguments =
	        evo_format("extract %u %zu %zu %zu %zu %zu ../data/nb201/nats_bench.csv", threads,
	                   size->networks, size->channels, size->cells, size->batch, size->side);
	for (int run = 0; run < RUNS; run++) {
		ours[run] = bench_extract_rate(size, threads);
		if (bench_peer())
			peers[run] = bench_peer_rate(arguments, "networks/s");
	}
	char *what = evo_format("extract, C %zu N %zu, batch %zu, %zux%zu, %u thread%s",
	                        size->channels, size->cells, size->batch, size->side, size->side,
	                        threads, threads == 1 ? "" : "s");
	bench_line(what, bench_median(ours, RUNS), "networks/s", "PyTorch",
	           bench_median(peers, RUNS));
	free(what);
	free(arguments);
}

void bench_extract(void)
{
	for (size_t i = 0; i < EVO_COUNT(sizes); i++)
		for (unsigned threads = 1; threads <= 2 && threads <= evo_cores(); threads++)
			extract_at(&sizes[i], threads);
}

/* ---- Scaling ---- */

#define SIDE 768

static void multiply(void *context, size_t index, unsigned worker)
{
	float *memory = ((float **) context)[worker];
	size_t count = (size_t) SIDE * SIDE;
	(void) index;
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, memory, SIDE,
	            memory + count, SIDE, 0, memory + 2 * count, SIDE);
}

/* Products a second by so many single-threaded loops. */
static double sgemm_rate(unsigned threads)
{
	struct evo_error err = {0};
	struct evo_pool *pool = evo_pool_create(threads, &err);
	float *memory[64] = {NULL};
	size_t bytes = 3 * sizeof(float) * SIDE * SIDE, count = 200;
	if (pool == NULL)
		bench_die(&err);
	evo_blas_name(); /* holds it to one thread */
	for (unsigned i = 0; i < threads; i++) {
		memory[i] = evo_big_alloc(bytes, "matrices", &err);
		if (memory[i] == NULL)
			bench_die(&err);
		memset(memory[i], 0, bytes);
	}
	evo_pool_run(pool, EVO_PRIORITY_PERSON, 2 * threads, multiply, memory);
	double begin = evo_now();
	evo_pool_run(pool, EVO_PRIORITY_PERSON, count, multiply, memory);
	double rate = (double) count / (evo_now() - begin);
	evo_pool_destroy(pool);
	for (unsigned i = 0; i < threads; i++)
		free(memory[i]);
	return rate;
}

/* More networks than above, so that who gets the last one does not matter. */
static double extract_large(unsigned threads)
{
	struct bench_size size = sizes[0];
	size.networks *= 3;
	return bench_extract_rate(&size, threads);
}

static double extract_small(unsigned threads)
{
	return bench_extract_rate(&sizes[1], threads);
}

/* What the second thread gains: medians of runs that take turns with the yardstick's. */
static void scaling_of(const char *what, double (*rate)(unsigned threads))
{
	double gain[GAINS], yardstick[GAINS];
	for (int run = 0; run < GAINS; run++) {
		double one = rate(1);
		gain[run] = rate(2) / one;
		one = sgemm_rate(1);
		yardstick[run] = sgemm_rate(2) / one;
	}
	bench_line(what, bench_median(gain, GAINS), "x of 1 thread", "sgemm loops",
	           bench_median(yardstick, GAINS));
}

void bench_scaling(void)
{
	if (evo_cores() < 2) {
		bench_say("scaling: this process may use one core only");
		return;
	}
	scaling_of("scaling, extract C 16 N 5, 2 threads", extract_large);
	scaling_of("scaling, extract C 8 N 1, 2 threads", extract_small);
	scaling_of("scaling, evaluate, 2 threads", bench_evaluate_rate);
}

/* ---- Memory ---- */

#define BUDGET ((size_t) 1500 << 20)

/* A line of /proc/self/status, in bytes; 0 when there is none. */
static double status_bytes(const char *key)
{
	char line[256];
	double kilobytes = 0;
	FILE *file = fopen("/proc/self/status", "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (!strncmp(line, key, strlen(key)))
			kilobytes = strtod(line + strlen(key), NULL);
	if (file != NULL)
		fclose(file);
	return kilobytes * 1024;
}

/* More statistics than the budget holds; prints what the process took on top of its start. */
void bench_memory_child(void)
{
	static const struct bench_size size = {16, 3, 16, 32, 12};
	const evo_needs needs = ((evo_needs) 1 << EVO_UNIT_STATISTICS) - 1;
	struct evo_error err = {0};
	char **architectures = bench_architectures(size.networks);
	size_t networks[12];
	double before = status_bytes("VmRSS:");
	struct evo_store *store = bench_store(&size, architectures, 1, BUDGET, networks);
	for (size_t i = 0; i < 2 * size.networks; i++) {
		size_t network = networks[i % size.networks];
		const struct evo_stats *stats = evo_store_acquire(store, network, needs, 0, &err);
		if (stats == NULL)
			bench_die(&err);
		evo_store_release(store, network, stats);
	}
	printf("%.0f bytes\n", status_bytes("VmHWM:") - before);
	evo_store_destroy(store);
	bench_architectures_free(architectures, size.networks);
}

void bench_memory(void)
{
	double taken = 0;
	char line[128];
	char *command = evo_format("'%s/tests/bench' memory-child", EVO_BUILD_DIR);
	FILE *out = popen(command, "r");
	if (out != NULL && fgets(line, sizeof(line), out) != NULL)
		taken = strtod(line, NULL);
	if (out == NULL || pclose(out) != 0 || !(taken > 0))
		bench_say("memory: cannot be measured here (%s)", command);
	else
		bench_line("memory, statistics of 12 networks C 16 N 3, 1 thread", taken / 1e6,
		           "MB", "budget", (double) BUDGET / 1e6);
	free(command);
}
