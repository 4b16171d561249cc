/*
 * NumPy's .npy files, after their description in NumPy's manual: "\x93NUMPY", two bytes of version,
 * the header's length (two bytes, from version 2 on four, little-endian), the header (a Python
 * dictionary of descr, fortran_order and shape), then the numbers, the last index fastest.
 */
#ifndef BENCH_NPY_H
#define BENCH_NPY_H

#include "evoscope/base.h"

#define BENCH_NPY_RANK ((size_t) 8)

/* What its numbers are; as in descr, "u1" to "u8", "i1" to "i8", "f4" and "f8". */
enum bench_npy_kind {
	BENCH_NPY_UNSIGNED,
	BENCH_NPY_SIGNED,
	BENCH_NPY_FLOAT
};

struct bench_npy {
	FILE *stream; /* NULL: not open */
	const char *path;
	char descr[16];
	enum bench_npy_kind kind;
	size_t size; /* bytes of a number */
	bool big;    /* the most significant byte first */
	size_t rank, shape[BENCH_NPY_RANK];
	size_t count; /* numbers in all */
};

/*
 * Opens one and reads its header. path must outlive it. Errors: it cannot be read, is no .npy file,
 * has numbers of another type, is in Fortran's order, or is shorter or longer than its shape says.
 */
bool bench_npy_open(struct bench_npy *npy, const char *path, struct evo_error *err);
void bench_npy_close(struct bench_npy *npy);

/* Does the file begin like one? */
bool bench_npy_is(const char *path);

/* The shape as Python prints it: "(100, 3, 32, 32)". Caller frees. */
char *bench_npy_shape(const struct bench_npy *npy);

/* The next `count` numbers, as they are. */
bool bench_npy_floats(struct bench_npy *npy, float *out, size_t count, struct evo_error *err);
/* The same of whole numbers; what is above INT64_MAX becomes that. */
bool bench_npy_integers(struct bench_npy *npy, int64_t *out, size_t count, struct evo_error *err);

/* Writes an array. descr: "|u1", "<u2" or "<f4"; numbers: that type, in this machine's order. */
bool bench_npy_write(const char *path, const char *descr, const size_t *shape, size_t rank,
                     const void *numbers, struct evo_error *err);

#endif
