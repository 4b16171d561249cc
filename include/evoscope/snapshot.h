/*
 * snapshot: what a search looks like at one moment.
 *
 * Snapshots never change and are counted, so that any thread can read one for as long as it holds
 * it. A search makes one after every generation and often in between; a stored run is read as one.
 */
#ifndef EVOSCOPE_SNAPSHOT_H
#define EVOSCOPE_SNAPSHOT_H

#include "evoscope/gp.h"
#include "evoscope/benchmark_probe.h"
#include "evoscope/store.h"
#include "evoscope/run_config.h"

enum evo_run_state {
	EVO_RUN_IDLE,     /* made, not started */
	EVO_RUN_STARTING, /* benchmarks are loaded, statistics collected */
	EVO_RUN_RUNNING,
	EVO_RUN_STEPPING, /* running to the end of this generation, then paused */
	EVO_RUN_PAUSING,  /* the same, on `pause` */
	EVO_RUN_PAUSED,
	EVO_RUN_DONE,    /* generations, time or target reached */
	EVO_RUN_STOPPED, /* on request; what was complete is kept */
	EVO_RUN_FAILED,  /* snapshot.error says why */
};
const char *evo_run_state_name(enum evo_run_state state);

enum evo_command_kind {
	EVO_COMMAND_START,
	EVO_COMMAND_PAUSE,
	EVO_COMMAND_RESUME,
	EVO_COMMAND_STEP,
	EVO_COMMAND_STOP,
	EVO_COMMAND_INJECT,
	EVO_COMMAND_SET,
	EVO_COMMAND_EXPORT,
};

/* A proxy on the same networks as the population, to hold it against: units, params, eznas-a. */
struct evo_reference {
	char name[24];
	double fitness; /* NaN where its tau is undefined on train networks of a benchmark */
	double tau[2][EVO_CASES_MAX];
};
#define EVO_REFERENCES 3

struct evo_generation {
	size_t generation;
	double best, mean, median, min; /* fitness */
	double best_validation;         /* the best's, min or mean over benchmarks as fitness is */
	double tau[2][EVO_CASES_MAX];   /* the best's, in its direction, by side and case */
	double mean_size;
	size_t evaluations, cache_hits; /* in this generation */
	double seconds;
	uint64_t best_id;
	const struct evo_individual *champion; /* the best; held by the snapshot */
};

/* An intervention by hand, with the generation that it came before. */
struct evo_intervention {
	size_t generation;
	enum evo_command_kind kind; /* INJECT or SET */
	const char *text;           /* as sent; held by the snapshot */
};

/* What the search looks like at one moment: never changes, is counted. */
struct evo_snapshot {
	uint64_t serial; /* grows */
	size_t heeded;   /* commands heeded so far, see evo_run_sent */
	enum evo_run_state state;
	char error[512];             /* of a failed run */
	char run[EVO_RUN_NAME_SIZE]; /* its name */
	bool waits;                  /* idle until the run that it takes the place of has ended */
	bool kept;                   /* its generations are stored, under that name */
	size_t unsaved;              /* complete generations that could not be stored so far */
	bool moved;   /* their file went away meanwhile: they are in another one of that name */
	bool unended; /* all are, but that it is at its end could not be: it looks interrupted */
	char preset[32];
	uint64_t seed;
	size_t generation, generations; /* complete; wanted */
	char phase[64]; /* "joining trees, generation 3": the first word says what */
	size_t phase_done, phase_total; /* networks, or trees whose joins are looked for */
	double live_best;               /* of the generation being computed; NaN */
	double elapsed, remaining;      /* seconds; remaining NaN when not known */
	double evaluations_per_second;  /* expressions times networks */
	size_t evaluations, cache_hits;
	struct evo_store_report store;
	struct evo_gp_config config;

	size_t case_count;
	struct evo_run_case cases[EVO_CASES_MAX];
	struct evo_reference references[EVO_REFERENCES];
	size_t reference_count;
	/* The best's Kendall tau on validation given a counter: partial_units, partial_params by
	   case. */
	double partial_units[EVO_CASES_MAX], partial_params[EVO_CASES_MAX];

	const struct evo_individual *const *population; /* best first */
	size_t population_count;
	const struct evo_individual *const *front; /* smallest first */
	size_t front_count;
	const struct evo_generation *history;
	size_t history_count;
	const struct evo_intervention *interventions; /* in order */
	size_t intervention_count;
};
void evo_snapshot_release(const struct evo_snapshot *snapshot);
/* An individual's Kendall tau on validation networks in its direction, the smallest or the mean
   over benchmarks as the fitness is; NaN where it is undefined on one of them, or not known yet. */
double evo_snapshot_validation(const struct evo_snapshot *snapshot,
                               const struct evo_individual *individual);
/* Which of the front to take: the one with the best mean of fitness and validation, by numbers of
   networks; of equal ones the smallest. SIZE_MAX where nothing is validated. */
size_t evo_snapshot_pick(const struct evo_snapshot *snapshot);

/* generations.csv, population.csv, front.csv of a snapshot into a folder, each whole or not at all
   (columns as the manual has them). */
bool evo_run_export(const struct evo_snapshot *snapshot, const char *folder, struct evo_error *err);

#endif
