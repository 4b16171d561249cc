/*
 * Images: CIFAR's binary files, the benchmark's own images.bin, and bringing them to a side.
 */
#ifndef BENCH_IMAGES_H
#define BENCH_IMAGES_H

#include "evoscope/bench.h"

/* images.bin is in CIFAR-10's layout: a label byte, then the planes R, G, B of 32 x 32 bytes. */
#define BENCH_SIDE   ((size_t) 32)
#define BENCH_PIXELS ((size_t) 3 * 32 * 32)
#define BENCH_RECORD (1 + BENCH_PIXELS)

/* How many of a file's images a benchmark keeps: more than any batch that is usual. */
#define BENCH_IMAGES_KEPT ((size_t) 256)

struct bench_image_format {
	enum evo_image_format format;
	const char *name;   /* "cifar10", in options and manifests */
	const char *title;  /* "CIFAR-10 images" */
	size_t label_bytes; /* before the pixels; the last of them is the label */
	size_t classes;
};
const struct bench_image_format *bench_image_format(enum evo_image_format format);
/* NULL when there is no format of that name. */
const struct bench_image_format *bench_image_format_named(const char *name);

/* How many records a file of CIFAR's has; 0 with err set when it is no such file. */
size_t bench_images_records(FILE *stream, const struct bench_image_format *format, const char *path,
                            struct evo_error *err);
/* The next record, its label and pixels as images.bin has them. number: from 0, for messages. */
bool bench_images_record(FILE *stream, const struct bench_image_format *format, const char *path,
                         size_t number, unsigned char *out, struct evo_error *err);

/*
 * The first BENCH_IMAGES_KEPT images (or all) of a CIFAR file, as records of images.bin. Errors: a
 * size that is no multiple of the format's record, a label out of range. By evo_big_alloc; caller
 * frees. hash gets 16 hexadecimal digits.
 */
unsigned char *bench_images_take(const struct bench_image_format *format, const char *path,
                                 size_t *count, char hash[17], struct evo_error *err);

/* Normalised floats of records that bench_images_take made. */
bool bench_images_decode(const unsigned char *records, size_t count, size_t classes,
                         struct evo_images *images, struct evo_error *err);

/* 16 hexadecimal digits of what these records are. */
void bench_images_hash(const unsigned char *records, size_t count, char hash[17]);

/* Is one side the other's half, quarter ...? */
bool bench_can_shrink(size_t from, size_t to);

/* Brings images to a smaller side by averaging 2x2, as often as it takes, in place. */
bool bench_images_shrink(struct evo_images *images, size_t side, struct evo_error *err);

#endif
