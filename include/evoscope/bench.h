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

#include "evoscope/image_files.h"
#include "evoscope/space.h"
#include "evoscope/tasks.h"

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
	/* "CIFAR-10 images", "noise, no images given", as the manifest has it: people are shown
	   what evo_benchmark_image_text makes of it. */
	char *image_title;

	struct evo_row *rows; /* in the order of the table */
	size_t row_count, function_count;
	double ceiling; /* Kendall tau between the accuracies of two seeds; NaN when not known */

	/* How the images are had: drawn by a task, or the first of the format's file, or not at
	   all. */
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

#endif
