/*
 * run_config: what a search is asked to do.
 *
 * A plain struct, which is filled in from options or from a stored run and copied by whoever keeps
 * it. It also says what a run may be called.
 */
#ifndef EVOSCOPE_RUN_CONFIG_H
#define EVOSCOPE_RUN_CONFIG_H

#include "evoscope/gp.h"
#include "evoscope/benchmark_probe.h"

/*
 * What a run may be called: 1 to EVO_RUN_NAME_MAX characters of any script, none of which is
 * invisible, a control character, a slash or a backslash; no blank at an end, no - at the
 * beginning. EVO_E_USAGE.
 */
#define EVO_RUN_NAME_MAX  64
#define EVO_RUN_NAME_SIZE (4 * EVO_RUN_NAME_MAX + 1) /* bytes, of UTF-8 */
bool evo_run_name_check(const char *name, struct evo_error *err);

struct evo_run_config {
	/* Of the run; NULL: PRESET-SEED, or with a number behind it where another run has that
	   name. One that is given and another run has is an error: evo_run_name_check says which
	   are allowed. */
	const char *name;
	bool name_made;                /* a copy's, which evo_run_config_copy gave it */
	const char *const *benchmarks; /* names; "all" is every one */
	size_t benchmark_count;
	struct evo_gp_config gp;
	struct evo_probe_options probe;
	uint64_t seed;
	unsigned threads;            /* 0: evo_cores(), fewer in little address space */
	size_t memory;               /* bytes for statistics; 0: half of evo_memory() */
	double seconds;              /* 0: no limit */
	double target;               /* fitness at which to stop; NaN: none */
	const char *csv_folder;      /* refreshed after every generation; NULL: none */
	const char *const *injected; /* expressions for the first generation */
	size_t injected_count;
	const char *const *carried; /* the same of another search, best first: evo_gp_carry */
	size_t carried_count;
	const char *runs_file; /* where its generations are stored; NULL: nowhere */
	bool runs_optional;    /* a file that cannot be used is a warning, and no failure */
	const char *resume;    /* the stored run that this goes on with; NULL: a new one */
	bool watch;            /* do not go on with it: show what another program makes of it */
	bool take_over; /* resume it whoever drives it: that program stops at its next write */
};
/* Preset `default`, the embedded benchmark, no limits, not stored. */
struct evo_run_config evo_run_config_default(void);
/*
 * That of a stored run, to go on with it: what happens then is what would have happened had it not
 * been interrupted. What has no part in that may be changed: threads, memory, csv_folder, seconds,
 * target. Its lists and texts are its own: clear it in any case. EVO_E_NOT_FOUND, EVO_E_IO;
 * EVO_E_INPUT when the file is not one of runs.
 */
bool evo_run_config_stored(struct evo_run_config *config, const char *runs_file, const char *name,
                           struct evo_error *err);
/* A copy with lists and texts of its own, which has a name in any case. Whoever takes a config
   makes one: what another has may be gone a moment later. */
void evo_run_config_copy(struct evo_run_config *to, const struct evo_run_config *from);
/* The same for a search to come: without the name, and neither resumed nor watched. */
void evo_run_config_next(struct evo_run_config *to, const struct evo_run_config *from);
/* Copies of those names in place of the benchmarks of a config that has lists of its own. */
void evo_run_config_benchmarks(struct evo_run_config *config, const char *const *names,
                               size_t count);
/* Frees lists and texts, and leaves nothing: clearing it again does nothing. */
void evo_run_config_clear(struct evo_run_config *config);

#endif
