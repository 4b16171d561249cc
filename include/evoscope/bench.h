/*
 * bench: benchmarks. Architectures whose accuracy is known, and the images of their task.
 *
 * A benchmark is a folder: manifest.ini says what it is, table.csv has one row an architecture
 * (architecture, accuracy, and for trained ones the accuracy of every seed). The first images of
 * its task are in images.bin, in CIFAR-10's binary layout, or in images.npy and labels.npy, at any
 * side; or a task made by code draws them. Embedded benchmarks lie beside the program, imported and
 * built ones in the user's data folder; one format for all.
 */
#ifndef EVOSCOPE_BENCH_H
#define EVOSCOPE_BENCH_H

#include "evoscope/space.h"
#include "evoscope/train.h"

/*
 * Pools. Every benchmark splits its networks once and for all by a hash of their function: 60 %
 * train, 20 % validation, 20 % test of the functions, so that no run trains on what another calls
 * test, and nothing leaks through strings that are the same function.
 */
enum evo_split {
	EVO_TRAIN,
	EVO_VALIDATION,
	EVO_TEST,
	EVO_ALL
};
const char *evo_split_name(enum evo_split split);
/* The pool of a function, by its canonical text alone. */
enum evo_split evo_function_split(const char *function);

enum evo_image_format {
	EVO_IMAGES_NONE,
	EVO_IMAGES_CIFAR10,
	EVO_IMAGES_CIFAR100,
	EVO_IMAGES_NPY /* NumPy arrays N,3,side,side, with labels in another */
};

/* How pixels become what networks see, channel by channel: (pixel - mean) / deviation. */
struct evo_image_scale {
	double mean[3], deviation[3];
};

/* How a benchmark that was trained here came about. Texts may be NULL, sizes SIZE_MAX and numbers
   NaN where the manifest does not say. */
struct evo_benchmark_training {
	char *program, *command, *processor, *kernels, *date;
	double seconds;          /* of training, summed over threads */
	size_t networks, wanted; /* in the table, and when it will be finished */
	size_t seeds, first_seed, train_images, test_images, epochs, batch, flip, shift;
	double rate, momentum, weight_decay;
	/* Of images that came from files. */
	char *train_files, *train_labels, *test_files, *test_labels;
};

struct evo_row {
	char *architecture;
	char *function;     /* canonical text of its function, shared between equal rows */
	size_t function_id; /* from 0, by first appearance */
	double accuracy;    /* percent */
	enum evo_split split;
};

struct evo_benchmark {
	char *name;    /* "nb201-cifar10": letters, digits, - and _ */
	char *title;   /* one line for people */
	char *dataset; /* "CIFAR-10 test accuracy, 200 epochs" */
	char *origin;  /* how its numbers came about: file imported, or command, seeds, date */
	char *folder;
	bool embedded;
	bool hides; /* it is the user's, and an embedded one has the same name */
	const struct evo_space *space;

	/* The probe's defaults. */
	struct evo_macro macro;
	size_t batch;
	/* Where the data batch comes from, equal for equal images: "" (standard normal noise),
	   "cifar10 256 5bd1e995a1b2c3d4" or "npy ..." (format, images, hash), "shapes seed 1". */
	char *image_source;
	/* "CIFAR-10 images", "noise, no images given", as the manifest has it: people are shown what
	   evo_benchmark_image_text makes of it. */
	char *image_title;

	struct evo_row *rows; /* in the order of the table */
	size_t row_count, function_count;
	double ceiling; /* Kendall tau between the accuracies of two seeds; NaN when not known */

	/* How the images are had: drawn by a task, or the first of the format's file, or not at all. */
	const struct evo_task_row *task;
	uint64_t task_seed;
	enum evo_image_format image_format;
	size_t image_count;           /* in the file; 0 without one */
	char *image_hash;             /* of the file; NULL without one */
	struct evo_image_scale scale; /* of EVO_IMAGES_NPY */
	size_t image_classes;         /* of the file's images; 0 without one */
	size_t dataset_classes;       /* of that whose accuracies these are; 0 where not known */
	struct evo_index *index;      /* architecture to row, for evo_benchmark_row */

	struct evo_benchmark_training *training; /* NULL: it was not trained by this program */
};

/* Loads one by name: the user's data folder first, then the embedded ones. Caller destroys. The
   error names the nearest known one. */
struct evo_benchmark *evo_benchmark_load(const char *name, struct evo_error *err);
/* The same without its rows, which takes no time however many there are. */
struct evo_benchmark *evo_benchmark_open(const char *name, struct evo_error *err);
void evo_benchmark_destroy(struct evo_benchmark *benchmark);

/* What its accuracies, in percent, and its pools are like. */
#define EVO_BINS_MOST 12
struct evo_benchmark_facts {
	double low, p10, median, p90, high;
	/* A histogram whose bins are 1, 2 or 5 times a power of ten wide. */
	double first_bin, bin_width; /* where the first bin begins */
	size_t bin_count, bins[EVO_BINS_MOST];
	size_t networks[EVO_ALL], functions[EVO_ALL]; /* by pool */
};
void evo_benchmark_facts(const struct evo_benchmark *benchmark, struct evo_benchmark_facts *out);

/* Names of all, sorted; *count of them; caller frees each and the list. Where a folder is there but
   cannot be read err is set, and its names are missing. */
char **evo_benchmark_names(size_t *count, struct evo_error *err);
/* Is there one of that name? EVO_E_NOT_FOUND names the nearest, or the folders searched. */
bool evo_benchmark_known(const char *name, struct evo_error *err);

/* The default of the program: the embedded benchmark. */
#define EVO_DEFAULT_BENCHMARK "tiny201-shapes"

/* Removes one from the user's data folder: imported and built ones, never an embedded one. */
bool evo_benchmark_remove(const char *name, struct evo_error *err);

/*
 * The first `count` images of the benchmark's task, normalised, at the given side (32 becomes 16,
 * 8 ... by averaging 2x2), with labels below images->classes, which is the task's own number of
 * classes (100 for CIFAR-100) whatever the probe's. *images is left empty, and true returned, when
 * the benchmark has none. EVO_E_INPUT: a side that the images cannot be brought to, or more images
 * than there are. evo_images_clear frees.
 */
bool evo_benchmark_images(const struct evo_benchmark *benchmark, size_t count, size_t side,
                          struct evo_images *images, struct evo_error *err);

/*
 * What images networks are scored on when the accuracies are those of `benchmark` and the images
 * those of `of` (which may be the same): "CIFAR-10 images", "CIFAR-10 images, not CIFAR-100's",
 * "noise, no images given". Shown wherever scores are.
 */
void evo_benchmark_image_text(const struct evo_benchmark *benchmark, const struct evo_benchmark *of,
                              char *out, size_t size);

/*
 * A contact sheet of the benchmark's images, as its probe sees them: a line a class in the order of
 * the labels, the first 16 of each among the first 256 images; grey is a channel's mean, black and
 * white are two standard deviations off. A PPM file (netpbm's P6); what was at path is replaced.
 * EVO_E_INPUT: the benchmark has no images. EVO_E_IO.
 */
bool evo_benchmark_sheet(const struct evo_benchmark *benchmark, const char *path,
                         struct evo_error *err);

/*
 * A sample of `count` rows of a pool, without repetition, at most one a function (the first string
 * of the function in the table stands for it); count 0 or more than there are: all of them. It
 * depends on seed, purpose and the functions alone, so benchmarks of one space with the same rows
 * give the same architectures in the same order, and a larger sample begins with a smaller one.
 * Indices of rows; caller frees. Never NULL.
 */
size_t *evo_benchmark_sample(const struct evo_benchmark *benchmark, enum evo_split split,
                             size_t count, uint64_t seed, const char *purpose, size_t *got);
/* The same of strings, not one a function: for final figures. copies: at most so many strings of
   one function; 0: any number. */
size_t *evo_benchmark_strings(const struct evo_benchmark *benchmark, enum evo_split split,
                              size_t count, size_t copies, uint64_t seed, const char *purpose,
                              size_t *got);
/* The row of an architecture, or row_count. */
size_t evo_benchmark_row(const struct evo_benchmark *benchmark, const char *architecture);

/* ---- Import ---------------------------------------------------------------------------------- */

struct evo_import {
	const char *file;
	const char *name; /* prefix of the benchmarks' names; NULL: "nb201" */
	enum evo_image_format format;
	const char *images;  /* file of the images; NULL without */
	bool replace;        /* overwrite benchmarks of the same names */
	size_t report_limit; /* tell at most so many problems; 0: all */
};

/*
 * What an import did. Every row is counted once: used + duplicates + unknown + malformed +
 * out_of_range - partial = rows. An accuracy that is bad (not a number: malformed; outside 0..100,
 * not finite, or a fraction among percents: out of range) spoils the row for its own dataset only:
 * a row with another good accuracy is used as well, and is one of the partial ones.
 */
struct evo_import_report {
	size_t rows;    /* after the header */
	size_t used;    /* with a good accuracy for at least one dataset */
	size_t partial; /* of these: with a bad one for another */
	size_t duplicates, malformed, unknown, out_of_range;
	size_t untold; /* problems beyond report_limit */
	size_t benchmark_count;
	char *benchmarks[8]; /* names; evo_import_report_clear frees */
	/* What was asked for and is not there: a line for every benchmark that is not made though the
	   table was to have its accuracies, or that was to be replaced and is not; or one for columns
	   that were to be scores and are none. */
	size_t unmade_count;
	char *unmade[8];
};
/* One problem: the line of the file where its row begins, and what is wrong. */
typedef void (*evo_import_problem)(void *context, size_t line, const char *what);

/*
 * NATS-Bench's accuracy table as CSV with a header: ArchitectureString and any of
 * CIFAR10TestAccuracy200Epochs, CIFAR100TestAccuracy200Epochs, ImageNetTestAccuracy200Epochs, in
 * any order, other columns ignored: accuracies in percent, 0 to 100, higher is better. One
 * benchmark a dataset: PREFIX-cifar10, PREFIX-cifar100, PREFIX-imagenet16-120. A column of
 * fractions, or of errors alone, fails. Rows that cannot be used are told to `problem` (may be
 * NULL), at most report_limit of them, and counted; of an architecture that appears twice the first
 * usable row counts. A file with no usable row, or without the columns, fails and writes nothing.
 * The report is filled in either way; evo_import_report_clear frees it.
 */
bool evo_import_nats_bench(const struct evo_import *import, evo_import_problem problem,
                           void *context, struct evo_import_report *report, struct evo_error *err);
void evo_import_report_clear(struct evo_import_report *report);

/* "cifar10:FILE" or "cifar100:FILE". *file points into text. */
bool evo_image_argument(const char *text, enum evo_image_format *format, const char **file,
                        struct evo_error *err);

/* ---- Imported scores ------------------------------------------------------------------------- */

/*
 * Scores that were computed elsewhere, a column a proxy, to be held against accuracies beside those
 * computed here. They are in the user's data folder as scores/NAME.csv; a column is named
 * NAME/COLUMN wherever a proxy can be.
 */
struct evo_scores {
	char *name;   /* letters, digits, - and _ */
	char *source; /* "imported from FILE, 2024-05-01" */
	const struct evo_space *space;
	size_t column_count, row_count;
	char **columns;
	char **architectures; /* of the rows */
	double *values;       /* column_count a row; NaN and infinities are scores like others */
	bool *there;          /* false: that score is missing */
	size_t room;
	struct evo_index *index; /* architecture to row */
};
/* By NAME; caller destroys. NULL: EVO_E_NOT_FOUND, EVO_E_INPUT. head: without the rows. */
struct evo_scores *evo_scores_load(const char *name, struct evo_error *err);
struct evo_scores *evo_scores_head(const char *name, struct evo_error *err);
void evo_scores_destroy(struct evo_scores *scores);
/* The row of an architecture, or row_count. */
size_t evo_scores_row(const struct evo_scores *scores, const char *architecture);
/* False when there is no such row, or its score is missing. */
bool evo_scores_value(const struct evo_scores *scores, size_t row, size_t column, double *value);

/* All NAMEs, and all columns as NAME/COLUMN, both sorted by NAME; *count of them; caller frees each
   and the list. Where their folder is there but cannot be read err is set, and there are none. */
char **evo_scores_names(size_t *count, struct evo_error *err);
char **evo_scores_columns(size_t *count);
/* Has the text the form of NAME/COLUMN, which no expression has? */
bool evo_scores_is_name(const char *text);
/* Finds NAME/COLUMN: *name, which the caller frees, and the column's number in it. The error names
   the nearest one. */
bool evo_scores_find(const char *text, char **name, size_t *column, struct evo_error *err);
bool evo_scores_remove(const char *name, struct evo_error *err);

struct evo_scores_import {
	const char *file;
	const char *name;    /* NULL: the file's, without folder and extension */
	bool replace;        /* overwrite scores of the same name */
	size_t report_limit; /* tell at most so many problems; 0: all */
};
/*
 * CSV with a header. The architectures are in the first of the columns `architecture`,
 * `ArchitectureString`, `net_str` and `arch` that is there; what they say decides on the space.
 * Every other column of which at least half of what is in it are numbers is one of scores; the rest
 * is left out, which is told on the header's line, or, where numbers were meant, by the report. An
 * empty field is a missing score. Rows are told and counted as evo_import_nats_bench does
 * (out_of_range stays 0): a bad number leaves the row to its other columns. Nothing is written when
 * no row can be used. The report is filled in either way; evo_import_report_clear frees it.
 * *scores is what was imported, in memory; caller destroys; NULL on failure.
 */
bool evo_import_scores(const struct evo_scores_import *import, evo_import_problem problem,
                       void *context, struct evo_import_report *report, struct evo_scores **scores,
                       struct evo_error *err);

/* ---- Tasks made by code, and benchmarks trained on them -------------------------------------- */

/* A labelled image task drawn from a seed: image i depends on (seed, task, i) alone. */
struct evo_task_row {
	const char *name;  /* "shapes" */
	const char *title; /* one line */
	size_t classes, side;
	void (*draw)(uint64_t seed, size_t index, float *pixels,
	             unsigned short *label); /* 3,side,side, normalised */
};
const struct evo_task_row *evo_task_find(const char *name, struct evo_error *err);
size_t evo_task_count(void);
const struct evo_task_row *evo_task_at(size_t index);
bool evo_task_images(const struct evo_task_row *task, uint64_t seed, size_t first, size_t count,
                     struct evo_images *images, struct evo_error *err);

/*
 * Labelled images in files: CIFAR's binary ones, or .npy arrays N,3,side,side of bytes (0..255) or
 * of floats, with labels (whole numbers from 0) in .npy arrays of their own. Names are FILE, whose
 * format is told from what is in it, or FILE:FORMAT or FORMAT:FILE, the formats being cifar10,
 * cifar100 and npy. Several files are one set, in the order given.
 */
struct evo_image_files {
	const char *const *images, *const *labels; /* labels: one for every .npy file of images */
	size_t image_count, label_count;
};

/*
 * What to build. The images are drawn by a task, or come from files; these are normalised, channel
 * by channel, by the mean and standard deviation of the training images at the side that is trained
 * at, and the benchmark keeps the first 256 of them. Their classes are 0 to the largest label of
 * the training files.
 */
struct evo_build {
	const char *name; /* of the benchmark */
	const char *task; /* not read when there are files */
	struct evo_image_files train_files, test_files;
	size_t networks, seeds; /* architectures; trainings of each */
	struct evo_macro macro; /* side and classes 0: as the images have them */
	struct evo_training how;
	size_t train_images, test_images; /* the first so many; 0: all that the files have */
	uint64_t seed;
	const char *command; /* as typed, for the record */
	const char *folder;  /* the benchmark's own; NULL: NAME in the user's data */
};
struct evo_build evo_build_default(void);

/* What a build may be, at most, wherever it is said: by options or by a manifest. */
#define EVO_BUILD_NETWORKS_MAX 5260 /* about as many functions nb201 has */
#define EVO_BUILD_SEEDS_MAX    1000
#define EVO_BUILD_EPOCHS_MAX   10000
#define EVO_BUILD_IMAGES_MAX   10000000
#define EVO_BUILD_RATE_MAX     1000
#define EVO_BUILD_SHIFT_MAX    64
/* Manifests read whole numbers as doubles do. */
#define EVO_BUILD_SEED_MAX 1000000000000000

/* Where a build is. */
struct evo_build_status {
	size_t done, kept, total; /* trainings; kept: by an earlier time, among those done */
	double seconds;           /* since the first training began */
	bool fresh;               /* a training has just ended: */
	const char *architecture; /* the last one; NULL before the first */
	double accuracy;          /* its; NaN before the first */
	double low, median, high; /* of all accuracies so far; NaN without any */
	size_t networks;          /* of which every seed is trained */
	/* Mean Kendall tau between two seeds' accuracies of these networks; NaN for one seed, or
	   fewer than 5 networks. */
	double agreement;
	const char *note; /* something odd about the images, in a line; NULL */
};
/* Called some times a second and after each training, from one thread at a time. Returning false
   stops. */
typedef bool (*evo_build_progress)(void *context, const struct evo_build_status *status);

/*
 * Trains a sample of architectures of nb201 (no two the same function, in equal shares by number
 * of live convolutions as far as there are that many) and writes a benchmark. Finished trainings
 * are kept on disk as they come; building again goes on from there and ends the same.
 */
bool evo_benchmark_build(const struct evo_build *build, struct evo_pool *pool,
                         evo_build_progress progress, void *context, struct evo_error *err);

/*
 * Makes a benchmark of the networks of an unfinished build whose every seed is trained so far; at
 * least 2. Nothing is trained. What is kept stays, so that building again goes on, and in the end
 * puts the whole benchmark in its place. A finished build stays as it is. *networks: in it.
 */
bool evo_benchmark_publish(const struct evo_build *build, size_t *networks, struct evo_error *err);

/* Some rows of a benchmark, trained. */
struct evo_build_rows {
	size_t first, count, seeds, first_seed; /* first: from 1, in the order of the table */
	char **architectures;                   /* count */
	double *accuracies;                     /* count x seeds; NaN where it was stopped before */
	double *before;     /* the same, as the table has them; NULL when they are kept instead */
	size_t done, total; /* trainings of the whole benchmark that are kept */
};
/*
 * Trains the rows `first` to `last` only. Where the benchmark is finished they are trained again,
 * to be held against its table: nothing is written, and on a processor of the same kind they are
 * equal. Where it is not they are kept for a later build. rows is filled in as far as it came,
 * either way; evo_build_rows_clear frees.
 */
bool evo_benchmark_build_rows(const struct evo_build *build, size_t first, size_t last,
                              struct evo_pool *pool, evo_build_progress progress, void *context,
                              struct evo_build_rows *rows, struct evo_error *err);
void evo_build_rows_clear(struct evo_build_rows *rows);

/*
 * The settings that a benchmark was built with: that in the folder, or, folder being NULL, of that
 * name. NULL: EVO_E_NOT_FOUND, or it was not trained by this program. Caller destroys, after the
 * last use of the settings, whose texts it owns; they name its folder.
 */
struct evo_built {
	struct evo_build build;
	char *texts[8];
	const char **files[4];
};
struct evo_built *evo_built_load(const char *name, const char *folder, struct evo_error *err);
void evo_built_destroy(struct evo_built *built);

#endif
