/* Where the engine's time goes: extraction of one pass, network after network, on one thread. */
#include "config.h"

#include <stdlib.h>

#include "evoscope/blas.h"
#include "evoscope/cases.h"
#include "evoscope/profile_report.h"

#define PEAK_SECONDS 0.25

/* Everything that a unit has of the data pass. */
#define NEEDS                                                                                      \
	(EVO_NEED(EVO_X_D) | EVO_NEED(EVO_GX_D) | EVO_NEED(EVO_R_D) | EVO_NEED(EVO_GR_D) |         \
	 EVO_NEED(EVO_Y_D) | EVO_NEED(EVO_GY_D) | EVO_NEED(EVO_GW_D))

static void measure_peaks(struct evo_profile_report *report)
{
	double sgemm = evo_sgemm_peak(PEAK_SECONDS), copy = evo_copy_bandwidth(PEAK_SECONDS);
	if (sgemm > report->sgemm)
		report->sgemm = sgemm;
	if (copy > report->copy)
		report->copy = copy;
}

static size_t count_of(const struct evo_stats *stats, const struct evo_unit_stats *unit,
                       enum evo_statistic statistic)
{
	size_t dims[4], count = 1;
	size_t rank = evo_stats_dims(stats, unit, statistic, dims);
	for (size_t i = 0; i < rank; i++)
		count *= dims[i];
	return count;
}

/* Bytes that making a statistic moves beside reading it: r from x, gx from x and gr. */
static size_t made_of(enum evo_statistic statistic)
{
	return statistic == EVO_R_D ? 2 : statistic == EVO_GX_D ? 3 : 0;
}

/* Reads every statistic of every unit; the seconds that it took, or -1. */
static double read_all(const struct evo_stats *stats, struct evo_profile_report *report,
                       struct evo_error *err)
{
	size_t most = 1;
	for (size_t u = 0; u < stats->unit_count; u++)
		for (int s = EVO_W; s < EVO_UNIT_STATISTICS; s++) {
			size_t count = count_of(stats, &stats->units[u], (enum evo_statistic) s);
			most = count > most ? count : most;
		}
	float *scratch = evo_big_alloc(most * sizeof(float), "a statistic", err);
	if (scratch == NULL)
		return -1;
	double begin = evo_now();
	for (size_t u = 0; u < stats->unit_count; u++)
		for (int s = EVO_W; s < EVO_UNIT_STATISTICS; s++) {
			enum evo_statistic statistic = (enum evo_statistic) s;
			if (!(NEEDS & EVO_NEED(statistic)))
				continue;
			size_t count = count_of(stats, &stats->units[u], statistic);
			const float *at =
			        evo_stats_read(stats, &stats->units[u], statistic, scratch);
			float lanes[16] = {0};
			for (size_t i = 0; i + 16 <= count; i += 16)
				for (size_t k = 0; k < 16; k++)
					lanes[k] += at[i + k];
			/* What is read is looked at, so that reading cannot be left out. */
			__asm__ volatile("" : : "r"(lanes) : "memory");
			report->statistics_bytes +=
			        (double) ((1 + made_of(statistic)) * count * sizeof(float));
		}
	double seconds = evo_now() - begin;
	free(scratch);
	return seconds;
}

static bool profile_networks(const size_t *networks, size_t count, struct evo_store *store,
                             struct evo_profile_report *report, struct evo_error *err)
{
	/* The first one warms caches and memory up. */
	for (size_t i = 0; i < count + 1; i++) {
		size_t network = networks[i > 0 ? i - 1 : 0];
		if (i == 1) {
			report->extract = (struct evo_extract_profile){0};
			report->statistics = report->statistics_bytes = 0;
		}
		const struct evo_stats *stats = evo_store_acquire(store, network, NEEDS, 0, err);
		if (stats == NULL)
			return false;
		double seconds = read_all(stats, report, err);
		evo_store_release(store, network, stats);
		if (seconds < 0)
			return false;
		report->statistics += seconds;
	}
	report->networks = count;
	return true;
}

bool evo_run_profile(const struct evo_profile_config *config, struct evo_profile_report *report,
                     struct evo_error *err)
{
	*report = (struct evo_profile_report){0};
	struct evo_cases cases = {0};
	if (!evo_blas_reserve(1, err))
		return false;
	struct evo_store *store = evo_store_create(evo_score_memory(config->memory), 1, err);
	if (store == NULL) {
		evo_blas_release(1);
		return false;
	}
	evo_store_once(store);
	evo_store_profile(store, &report->extract);
	measure_peaks(report);
	const struct evo_sample sample = {
	        .strings = true, .split = EVO_ALL, .count = config->networks, .seed = config->seed};
	bool good = evo_cases_load(&cases, &config->benchmark, 1, SIZE_MAX, &config->probe,
	                           config->seed, store, err) &&
	            evo_cases_sample(&cases, &sample, err);
	size_t *networks = good ? evo_cases_register(&cases, store, err) : NULL;
	good = networks != NULL &&
	       profile_networks(networks, cases.network_count, store, report, err);
	free(networks);
	if (good) {
		measure_peaks(report);
		evo_probe_text(&cases.items[0].probe, report->probe, sizeof(report->probe));
	}
	evo_cases_clear(&cases);
	evo_store_destroy(store);
	evo_blas_release(1);
	return good;
}
