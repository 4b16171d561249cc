/*
 * NumPy's .npy files, after their description in NumPy's manual: "\x93NUMPY", two bytes of version,
 * the header's length (two bytes, from version 2 on four, little-endian), the header (a Python
 * dictionary of descr, fortran_order and shape), then the numbers, the last index fastest.
 */
#ifndef IMAGES_NPY_H
#define IMAGES_NPY_H

#include "evoscope/base.h"

#define NPY_RANK ((size_t) 8)

/* What its numbers are; as in descr, "u1" to "u8", "i1" to "i8", "f4" and "f8". */
enum npy_kind {
	NPY_UNSIGNED,
	NPY_SIGNED,
	NPY_FLOAT
};

struct npy {
	FILE *stream; /* NULL: not open */
	const char *path;
	char descr[16];
	enum npy_kind kind;
	size_t size; /* bytes of a number */
	bool big;    /* the most significant byte first */
	size_t rank, shape[NPY_RANK];
	size_t count; /* numbers in all */
};

/*
 * Opens one and reads its header. path must outlive it. Errors: it cannot be read, is no .npy file,
 * has numbers of another type, is in Fortran's order, or is shorter or longer than its shape says.
 */
bool npy_open(struct npy *npy, const char *path, struct evo_error *err);
void npy_close(struct npy *npy);

/* Does the file begin like one? */
bool npy_is(const char *path);

/* The shape as Python prints it: "(100, 3, 32, 32)". Caller frees. */
char *npy_shape(const struct npy *npy);

/* The next `count` numbers, as they are. */
bool npy_floats(struct npy *npy, float *out, size_t count, struct evo_error *err);
/* The same of whole numbers; what is above INT64_MAX becomes that. */
bool npy_integers(struct npy *npy, int64_t *out, size_t count, struct evo_error *err);

/* Writes an array. descr: "|u1", "<u2" or "<f4"; numbers: that type, in this machine's order. */
bool npy_write(const char *path, const char *descr, const size_t *shape, size_t rank,
               const void *numbers, struct evo_error *err);

#endif
