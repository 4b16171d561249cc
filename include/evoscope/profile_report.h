/*
 * profile_report: where the engine's time goes.
 *
 * It measures one thread on the networks of a benchmark, beside the peaks of the machine.
 */
#ifndef EVOSCOPE_PROFILE_REPORT_H
#define EVOSCOPE_PROFILE_REPORT_H

#include "evoscope/benchmark_probe.h"
#include "evoscope/store.h"

struct evo_profile_config {
	const char *benchmark;
	size_t networks; /* strings of it, of all pools */
	struct evo_probe_options probe;
	uint64_t seed;
	size_t memory; /* for statistics, bytes; 0: half of evo_memory() */
};

/*
 * One thread, the data pass forward and backward with every statistic of every unit, network after
 * network. `statistics` is making those that are not kept (r, gx) and reading all of them once.
 * The machine's peaks are measured before and after, the better one counts.
 */
struct evo_profile_report {
	char probe[96]; /* evo_probe_text */
	size_t networks;
	struct evo_extract_profile extract;
	double statistics, statistics_bytes; /* seconds; read and written */
	double sgemm, copy;                  /* flops and bytes a second */
};
bool evo_run_profile(const struct evo_profile_config *config, struct evo_profile_report *report,
                     struct evo_error *err);

#endif
