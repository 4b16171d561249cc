/*
 * run: a search in its worker thread.
 *
 * The seam that makes the explorer and the headless command the same program: commands go in
 * through a bounded queue, snapshots and log lines come out. A reader always sees the newest
 * snapshot; the writer never waits for a reader.
 */
#ifndef EVOSCOPE_RUN_H
#define EVOSCOPE_RUN_H

#include "evoscope/bench.h"
#include "evoscope/gp.h"
#include "evoscope/proxy.h"
#include "evoscope/store.h"

/* What overrides a benchmark's probe; 0 leaves its default. */
struct evo_probe_options {
	size_t channels, cells, batch, side, classes;
	const char *probe_of; /* that benchmark's probe for all; NULL */
};

/*
 * What a run may be called: 1 to EVO_RUN_NAME_MAX characters of any script, none of which is
 * invisible, a control character, a slash or a backslash; no blank at an end, no - at the
 * beginning. EVO_E_USAGE.
 */
#define EVO_RUN_NAME_MAX  64
#define EVO_RUN_NAME_SIZE (4 * EVO_RUN_NAME_MAX + 1) /* bytes, of UTF-8 */
bool evo_run_name_check(const char *name, struct evo_error *err);

struct evo_run_config {
	/* Of the run; NULL: PRESET-SEED, or with a number behind it where another run has that name. One
	   that is given and another run has is an error: evo_run_name_check says which are allowed. */
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

/*
 * The probe of a benchmark under options, and its data batch: `images` is left empty for noise, and
 * evo_images_clear frees it. images->labels is NULL where the dataset of the images has more
 * classes than the networks outputs: labels are drawn, then. seed: of weights, noise and
 * perturbation. EVO_E_INPUT: a size that the space cannot be built at, more images than there are;
 * EVO_E_NOT_FOUND: probe_of is unknown.
 */
bool evo_run_probe(const struct evo_benchmark *benchmark, const struct evo_probe_options *options,
                   uint64_t seed, struct evo_probe *probe, struct evo_images *images,
                   struct evo_error *err);

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

struct evo_run;
/* Copies the config; NULL with err set when the settings or an injected expression are wrong, or a
   run to resume cannot be read: its newest state is on show at once. Names of benchmarks are looked
   up on START. */
struct evo_run *evo_run_create(const struct evo_run_config *config, struct evo_error *err);
/* The same in place of another run, which is the new one's from here on and ends on the new one's
   thread: nobody waits, and the memory and the stored run of the other are free before the new one
   needs them. Until then it is idle, whatever it is sent. NULL: the other is as it was. */
struct evo_run *evo_run_replace(struct evo_run *before, const struct evo_run_config *config,
                                struct evo_error *err);
/* Asks it to end and does not wait: evo_run_destroy is to follow. */
void evo_run_end(struct evo_run *run);
/* Stops the search (a network being scored is finished first) and ends the thread. */
void evo_run_destroy(struct evo_run *run);
/* The same. What of it, or of those whose place it took, is not stored, or not where it was meant to
   be: a sentence, which the caller frees; NULL: all is where it was meant to be. */
char *evo_run_finish(struct evo_run *run);

/*
 * Sends a command. Text: INJECT an expression or proxy name, SET "name value", EXPORT a folder;
 * NULL for the others. Expressions and settings are checked here, so the error comes at once; what
 * happens later is a log line. EVO_E_USAGE when the state does not allow it, EVO_E_IO when the
 * queue is full.
 *
 * START and STEP begin an idle run; PAUSE takes effect when the networks at work are finished, also
 * in the middle of a generation, and nothing is computed twice; RESUME and STEP go on, also after
 * DONE when a limit was raised by SET. INJECT and SET count from the next generation that begins.
 */
bool evo_run_send(struct evo_run *run, enum evo_command_kind kind, const char *text,
                  struct evo_error *err);
/* How many commands were accepted so far; a snapshot that has heeded as many shows their effect. */
size_t evo_run_sent(struct evo_run *run);

/* A descriptor that is readable when there is a snapshot or log line newer than the last
   evo_run_snapshot call. */
int evo_run_descriptor(const struct evo_run *run);
bool evo_run_wait(struct evo_run *run, double seconds); /* until news, at most so long */

/* ---- Snapshots ------------------------------------------------------------------------------- */

struct evo_run_case {
	char name[64];              /* of the benchmark */
	char title[96], images[96]; /* evo_benchmark_image_text */
	char origin[160];           /* how its accuracies came about */
	size_t train, validation;
	char probe[96]; /* evo_probe_text */
};

/* Everything about a benchmark in a run but the counts of networks, which are left alone. */
void evo_run_describe(const struct evo_benchmark *benchmark, const struct evo_probe *probe,
                      struct evo_run_case *out);

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
	/* The best's Kendall tau on validation given a counter: partial_units, partial_params by case. */
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
/* The newest one, held; never NULL. Release it. */
const struct evo_snapshot *evo_run_snapshot(struct evo_run *run);
void evo_snapshot_release(const struct evo_snapshot *snapshot);
/* An individual's Kendall tau on validation networks in its direction, the smallest or the mean
   over benchmarks as the fitness is; NaN where it is undefined on one of them, or not known yet. */
double evo_snapshot_validation(const struct evo_snapshot *snapshot,
                               const struct evo_individual *individual);
/* Which of the front to take: the one with the best mean of fitness and validation, by numbers of
   networks; of equal ones the smallest. SIZE_MAX where nothing is validated. */
size_t evo_snapshot_pick(const struct evo_snapshot *snapshot);

enum evo_log_kind {
	EVO_LOG_NOTE,
	EVO_LOG_BEST,
	EVO_LOG_WARNING,
	EVO_LOG_ERROR
};

/* Log lines: a ring. Copies at most `count` lines from number *next on, advances *next; *dropped
   counts lines that were lost before they were read. */
struct evo_log_line {
	uint64_t number; /* from 0 */
	size_t generation;
	enum evo_log_kind kind;
	double seconds; /* that what it tells of took; NaN: nothing that takes time */
	char text[300];
};
size_t evo_run_log(struct evo_run *run, uint64_t *next, struct evo_log_line *lines, size_t count,
                   size_t *dropped);

/* ---- Files ----------------------------------------------------------------------------------- */

/* generations.csv, population.csv, front.csv of a snapshot into a folder, each whole or not at all
   (columns as the manual has them). */
bool evo_run_export(const struct evo_snapshot *snapshot, const char *folder, struct evo_error *err);

/* ---- Stored runs ----------------------------------------------------------------------------- */

/*
 * An SQLite database in which every complete generation is before the next begins. One program
 * drives a run at a time; any number may read. A file that is not there has no runs.
 */
char *evo_runs_file(void); /* the user's; caller frees */

struct evo_stored_run {
	char name[EVO_RUN_NAME_SIZE], preset[32];
	char state[16]; /* as evo_run_state_name says, or "interrupted": its program is gone */
	uint64_t seed;
	size_t generation, generations; /* complete; wanted */
	double best;                    /* fitness; NaN */
	char *expression;               /* the best's; "" */
	char *benchmarks;               /* names, with a blank between them */
	int64_t created, updated;       /* seconds since 1970 */
};
/* The one that changed last comes first; NULL with err set. */
struct evo_stored_run *evo_runs_list(const char *file, size_t *count, struct evo_error *err);
void evo_runs_list_free(struct evo_stored_run *list, size_t count);

/* A run after so many complete generations, at most as many as it has. Release it. */
const struct evo_snapshot *evo_runs_snapshot(const char *file, const char *name, size_t generation,
                                             struct evo_error *err);
/* All runs of a file into another one, which must not be there: whole, also while searches are
   being stored. EVO_E_NOT_FOUND, EVO_E_INPUT, EVO_E_IO. */
bool evo_runs_copy(const char *file, const char *to, struct evo_error *err);
/* What becomes of whoever drives a run on another host and gives no sign of life. */
enum evo_taking {
	EVO_TAKE_NONE,     /* it is gone after an hour */
	EVO_TAKE_WATCHING, /* after minutes, if it gives none for another half a minute: that waits */
	EVO_TAKE_OVER,     /* it loses the run, alive or not, here too, and stops */
};
/* EVO_E_IO while a program drives it. */
bool evo_runs_delete(const char *file, const char *name, enum evo_taking how,
                     struct evo_error *err);

/* ---- Where the engine's time goes ------------------------------------------------------------ */

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

/* ---- Scoring without a search ---------------------------------------------------------------- */

/*
 * One line of `evoscope score`: a proxy on a benchmark. With more than one seed every number is the
 * mean over them; that of the intervals' ends says how far tau depends on which networks there are,
 * kendall_sd how far on their weights. NaN where it is undefined (see rank.h), with one seed or
 * with any of them.
 */
struct evo_score_row {
	char proxy[64], benchmark[64];
	size_t networks, seeds;
	double kendall;
	double kendall_sd; /* over the seeds (n - 1); NaN with one */
	double low, high;  /* 95 % interval of kendall, over networks: evo_kendall_interval */
	double spearman, pearson, kendall_top10;
	double partial_units, partial_params;
	double non_finite;
	/* A network: its statistics and all expressions of the call together, which share them. NaN for
	   imported scores, and for those that were kept. */
	double milliseconds;
};
/* The numbers of a row in the order of files, by their names there. False past the last one. */
bool evo_score_number(const struct evo_score_row *row, size_t index, const char **name,
                      double *value);

/* Rows as a CSV file, as `evoscope score --csv` writes it. names: of each row's proxy, in full. */
bool evo_score_export(const char *path, const char *const *names, const struct evo_score_row *rows,
                      size_t count, struct evo_error *err);

struct evo_score_config {
	const char *const *benchmarks; /* any number */
	size_t benchmark_count;
	/* Names, expressions, or NAME/COLUMN of imported scores. Networks without a score in one of
	   those columns are left out for all. */
	const char *const *proxies;
	size_t proxy_count;
	size_t networks; /* of each benchmark, strings and not functions; 0: all of the split */
	enum evo_split split;
	struct evo_probe_options probe;
	uint64_t seed;  /* of the sample, and of the first repeat */
	size_t repeats; /* so many seeds from `seed` on, for weights and noise; 0 is 1 */
	unsigned threads;
	size_t memory;
	const char *scores_file; /* one row a network, and a seed where there are more; NULL */
	const char *table_file;  /* the rows as CSV; NULL */

	/* Keep what has been scored in the user's data folder, and go on from what is there. */
	bool keep;
	/* One line about what goes on, such as that networks are left out; NULL. */
	void (*note)(void *context, const char *text);
	/* The rows, once all is done and files are written. True: they have been delivered, and nothing
	   is kept any more; NULL: they are returned, which is as good. */
	bool (*deliver)(void *context, const struct evo_score_row *rows, size_t count);
};
struct evo_score_status {
	const char *phase, *unit; /* "scoring" "networks" (once a seed), "measuring" "rows" */
	size_t done, kept, total; /* units; kept: by an earlier time, among those done */
	double seconds;           /* since the phase began */
};
/* Called some times a second; returning false cancels (EVO_E_CANCELLED, no file is written; the
   message says what is kept). context is also that of note and deliver. */
typedef bool (*evo_score_progress)(void *context, const struct evo_score_status *status);
/* rows: proxy_count times benchmark_count, benchmark by benchmark; caller frees. */
struct evo_score_row *evo_run_score(const struct evo_score_config *config,
                                    evo_score_progress progress, void *context, size_t *count,
                                    struct evo_error *err);

/* ---- Questions of a person ------------------------------------------------------------------- */

/*
 * A study: networks of some benchmarks, and whoever asks is told the scores of trees on them, as
 * they come. It has a thread, a pool and statistics of its own, and nothing to do with a search.
 */
struct evo_study_config {
	/* Names; "all" is every one, or as many as EVO_CASES_MAX. */
	const char *const *benchmarks;
	size_t benchmark_count;
	struct evo_probe_options probe;
	uint64_t seed;
	/* Which networks: those that a run of this seed takes from the train and from the validation
	   pool; or strings of a split, which are all called train, then. */
	size_t train, validation;
	struct evo_sampling sampling; /* as that run's settings have it */
	bool strings;
	enum evo_split split;
	size_t networks;    /* strings; 0: all */
	unsigned threads;   /* 0: evo_cores(), fewer in little address space */
	size_t memory;      /* bytes for statistics; 0: half of evo_memory() */
	evo_needs expected; /* statistics that will be asked for later: see evo_store_expect */
	bool keep; /* take scores of earlier studies from the user's data folder, and keep those here */
};
/* The embedded benchmark, the networks of preset `default`, one thread. */
struct evo_study_config evo_study_config_default(void);

struct evo_study;
/* Copies the config. Benchmarks are loaded on the study's thread: what is wrong with them is told
   by its snapshots. */
struct evo_study *evo_study_create(const struct evo_study_config *config, struct evo_error *err);
/* In place of another, as evo_run_replace. */
struct evo_study *evo_study_replace(struct evo_study *before, const struct evo_study_config *config,
                                    struct evo_error *err);
/* Asks it to end and does not wait: evo_study_destroy is to follow. */
void evo_study_end(struct evo_study *study);
/* Waits for the networks at work only. */
void evo_study_destroy(struct evo_study *study);

enum evo_study_flag {
	EVO_STUDY_URGENT = 1, /* goes before those that are not */
	EVO_STUDY_ROWS = 2,   /* a row a tree and benchmark, once all its networks are done */
};
struct evo_question {
	const struct evo_tree *const *trees; /* copied */
	size_t tree_count;
	uint64_t benchmarks; /* a bit for each of the study's; 0: all */
	size_t most; /* only so many train networks of each, the first ones; 0: all networks */
	unsigned flags;
};
/*
 * The question's id; 0 with err set when a tree is no good. Questions that wait are answered
 * together, network by network, so that the statistics of each are had once. One that comes later
 * joins in at once, and catches up on the networks that it missed.
 */
uint64_t evo_study_ask(struct evo_study *study, const struct evo_question *question,
                       struct evo_error *err);
/* Forgets a question and its answer, and stops working for it. */
void evo_study_drop(struct evo_study *study, uint64_t id);

/* Readable when there is a snapshot newer than the last evo_study_snapshot call. */
int evo_study_descriptor(const struct evo_study *study);
bool evo_study_wait(struct evo_study *study, double seconds); /* until then, at most so long */

enum evo_study_state {
	EVO_STUDY_LOADING,
	EVO_STUDY_IDLE,
	EVO_STUDY_WORKING,
	EVO_STUDY_FAILED, /* snapshot.error says why; nothing is answered any more */
};

/* A benchmark of a study, with its networks: train ones come first. */
struct evo_study_case {
	struct evo_run_case about;
	const char *const *architectures;
	const double *accuracy;
};

/* What a question has been told about a benchmark. */
struct evo_answer_case {
	size_t benchmark;         /* among the snapshot's */
	size_t train, validation; /* networks asked for: the first ones of either side */
	size_t done;
	double milliseconds; /* a network, as in evo_score_row; NaN when none was scored here */
	const bool *has;     /* of its networks, train before validation: is it done? */
	/* A row of train + validation numbers a tree. Numbers of networks that are not done must not
	   be read: they may be being written. */
	const double *scores;
};
struct evo_answer {
	uint64_t id;
	char error
	        [512]; /* "" while nothing is wrong: its networks need more memory than there is */
	size_t tree_count;
	size_t done, total; /* networks; benchmarks that share networks count once */
	struct evo_answer_case cases[EVO_CASES_MAX];
	size_t case_count;
	/* Of all its networks, benchmark by benchmark; the first row_count are there. They are named
	   after the tree's text. */
	const struct evo_score_row *rows;
	size_t row_count, row_total;
};

/* What a study looks like at one moment: never changes, is counted, outlives the study. */
struct evo_study_snapshot {
	uint64_t serial; /* grows */
	enum evo_study_state state;
	char error[512];
	struct evo_store_report store;
	const struct evo_study_case *cases; /* none while it is loading */
	size_t case_count;
	size_t left_out; /* benchmarks of `all` that are more than a study can have */
	const struct evo_answer *const *answers; /* of questions that were not dropped, as asked */
	size_t answer_count;
};
/* The newest one, held; never NULL. Release it. */
const struct evo_study_snapshot *evo_study_snapshot(struct evo_study *study);
void evo_study_snapshot_release(const struct evo_study_snapshot *snapshot);

/* NULL when it has no such question (yet). */
const struct evo_answer *evo_study_answer(const struct evo_study_snapshot *snapshot, uint64_t id);
/* Scores and accuracies of those networks of a side that are done, in order; how many there are.
   x and y have room for all of the side. */
size_t evo_answer_gather(const struct evo_study_snapshot *snapshot,
                         const struct evo_answer_case *benchmark, enum evo_side side, size_t tree,
                         double *x, double *y);
/* Kendall's tau over them; NaN where there are none. */
double evo_answer_tau(const struct evo_study_snapshot *snapshot,
                      const struct evo_answer_case *benchmark, enum evo_side side, size_t tree);

/*
 * The impact of every node of a tree: how much fitness, in the tree's own direction, falls at the
 * least when what the subtree says of a network is gone. That is, when a constant of its shape
 * stands for it, its mean over units and networks, or for one of the nodes above it that it alone
 * decides: those may take a constant in every place for what it is not (eigmin(corr(x)) of equal
 * rows is 0). Less than 0: the tree is better without it. On at most EVO_IMPACT_NETWORKS train
 * networks of each benchmark. The root's is the whole fitness; NaN where it cannot be known (no
 * finite mean, or no room in a tree). To be used by one thread.
 */
#define EVO_IMPACT_NETWORKS ((size_t) 64)
struct evo_impact;
/* mean: fitness is the mean over benchmarks, else the least. flags: of its questions, URGENT or 0.
   NULL when the tree is no good. The study stays until evo_impact_end. */
struct evo_impact *evo_impact_begin(struct evo_study *study, const struct evo_tree *tree, bool mean,
                                    unsigned flags, struct evo_error *err);
/* Goes on by what the snapshot says; how far it is, from 0 to 1, at which impacts are there. */
double evo_impact_poll(struct evo_impact *impact, const struct evo_study_snapshot *snapshot);
/* One a node; NaN before they are there. */
const double *evo_impact_values(const struct evo_impact *impact);
/* Drops its questions. */
void evo_impact_end(struct evo_impact *impact);

#endif
