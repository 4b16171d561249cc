/*
 * image_files: labelled images in files, CIFAR's and NumPy's, and what becomes of their pixels.
 *
 * A benchmark that is imported takes the first images of a CIFAR file; one that is trained takes
 * whole sets of a user's files. Both keep a few, so that proxies can be computed on them later.
 */
#ifndef EVOSCOPE_IMAGE_FILES_H
#define EVOSCOPE_IMAGE_FILES_H

#include "evoscope/images.h"

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

/* (pixel - mean) / deviation, in place. */
void evo_images_normalise(struct evo_images *images, const struct evo_image_scale *scale);

/* Is one side the other's half, quarter ...? */
bool evo_images_can_shrink(size_t from, size_t to);

/* Brings images to a smaller side by averaging 2x2, as often as it takes, in place. */
bool evo_images_shrink(struct evo_images *images, size_t side, struct evo_error *err);

/* How many of a file's images a benchmark keeps: more than any batch that is usual. */
#define EVO_PROBE_IMAGES ((size_t) 256)

/* ---- CIFAR's files --------------------------------------------------------------------------- */

/* images.bin is in CIFAR-10's layout: a label byte, then the planes R, G, B of 32 x 32 bytes. */
#define EVO_CIFAR_SIDE   ((size_t) 32)
#define EVO_CIFAR_PIXELS ((size_t) 3 * 32 * 32)
#define EVO_CIFAR_RECORD (1 + EVO_CIFAR_PIXELS)

struct evo_cifar_format {
	enum evo_image_format format;
	const char *name;   /* "cifar10", in options and manifests */
	const char *title;  /* "CIFAR-10 images" */
	size_t label_bytes; /* before the pixels; the last of them is the label */
	size_t classes;
};
const struct evo_cifar_format *evo_cifar_format(enum evo_image_format format);
/* NULL when there is no format of that name. */
const struct evo_cifar_format *evo_cifar_format_named(const char *name);

/*
 * The first EVO_PROBE_IMAGES images (or all) of a CIFAR file, as records of images.bin. Errors: a
 * size that is no multiple of the format's record, a label out of range. By evo_big_alloc; caller
 * frees. hash gets 16 hexadecimal digits.
 */
unsigned char *evo_cifar_take(const struct evo_cifar_format *format, const char *path,
                              size_t *count, char hash[17], struct evo_error *err);

/* Normalised floats of records that evo_cifar_take made. */
bool evo_cifar_decode(const unsigned char *records, size_t count, size_t classes,
                      struct evo_images *images, struct evo_error *err);

/* 16 hexadecimal digits of what these records are. */
void evo_cifar_hash(const unsigned char *records, size_t count, char hash[17]);

/* "cifar10:FILE" or "cifar100:FILE". *file points into text. */
bool evo_image_argument(const char *text, enum evo_image_format *format, const char **file,
                        struct evo_error *err);

/* ---- Sets of a user's files ------------------------------------------------------------------ */

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

#define EVO_RAW_IMAGES_FILE "images.npy"
#define EVO_RAW_LABELS_FILE "labels.npy"

/* The first images of a set, at the side that the files have. */
struct evo_raw_images {
	size_t count, side;
	bool bytes; /* pixels were bytes, and are here what they were over 255; else floats as they
	                  were */
	float *pixels; /* not normalised */
	unsigned short *labels;
};

struct evo_image_set {
	struct evo_images train, test; /* normalised, at the side asked for */
	struct evo_image_scale scale;
	struct evo_raw_images kept; /* of the training images */
	char hash[17];              /* of all that is trained and tested on */
	char note[160];             /* what is odd about them, for a person; "" */
};

/*
 * Reads them. side: to be brought to, 0: the files' own; train_images, test_images: at most so
 * many, 0: all. Errors name the file and what to do. Clear the set in any case.
 */
bool evo_image_set_load(struct evo_image_set *set, const struct evo_image_files *train,
                        const struct evo_image_files *test, size_t side, size_t train_images,
                        size_t test_images, struct evo_error *err);
void evo_image_set_clear(struct evo_image_set *set);

/* 16 hexadecimal digits of kept images, their labels and how they are normalised. */
void evo_raw_images_hash(const struct evo_raw_images *kept, const struct evo_image_scale *scale,
                         char hash[17]);
/* images.npy and labels.npy. */
bool evo_raw_images_write(const struct evo_raw_images *kept, const char *folder,
                          struct evo_error *err);
/* Reads them back: `count` images, of which the files have as many or more. */
bool evo_raw_images_read(struct evo_raw_images *kept, const char *folder, size_t count,
                         struct evo_error *err);
void evo_raw_images_clear(struct evo_raw_images *kept);

#endif
