/*
 * Direct convolutions in single precision, for stride 1 with equal sizes in and out, and for stride
 * 2 that halves them.
 *
 * An image is copied once into planes with zeros around and between its rows, so that each tap of
 * each channel (a stream) is a shifted view of it: the convolution is a matrix product whose right
 * matrix is never made. At stride 2 every channel has four planes, its phases: even and odd rows of
 * even and odd columns; a tap is a shifted view of one of them. The product runs in registers, by
 * AVX-512 or AVX2 with FMA, whichever the processor has; where it has neither, nothing fits and
 * BLAS does it all.
 */
#ifndef EVO_NET_DIRECT_H
#define EVO_NET_DIRECT_H

#include "kernels.h"

/* How an image's planes lie, in numbers. */
struct evo_direct_layout {
	size_t stride;
	size_t rows, width; /* of a phase; one long row where nothing stands between rows */
	size_t pitch;       /* from row to row */
	size_t lead;        /* zeros before the first pixel */
	size_t step;        /* from plane to plane */
	size_t vectors;     /* that cover all rows */
};

/* The arithmetic on one instruction set. */
struct evo_direct_isa {
	const char *name;
	size_t rows;  /* output channels a tile */
	size_t lanes; /* numbers a vector */
	bool (*supported)(void);
	/*
	 * out[t * rows + r][p] = sum over s of weight[t][s][r] * pixels[offset[s] + p], for all
	 * tiles t and 0 <= p < vectors * lanes.
	 */
	void (*product)(const float *weight, size_t tiles, const ptrdiff_t *offset, size_t streams,
	                const float *pixels, float *out, size_t out_step, size_t vectors);
	/*
	 * out[r][k] = sum over images and p of dz[r][p] * pixels[offset[k] + p], for `rows` rows
	 * and three streams k.
	 */
	void (*correlate)(const float *dz, size_t dz_step, size_t dz_image, const float *pixels,
	                  size_t pixels_image, const ptrdiff_t offset[3], size_t images,
	                  size_t vectors, float *out);
};

/* All instruction sets there are code for, best first, supported or not; NULL at the end. */
extern const struct evo_direct_isa *const evo_direct_isas[];
/* The best that this processor has; NULL when none. */
const struct evo_direct_isa *evo_direct_best(void);

bool evo_direct_fits(const struct evo_direct_isa *isa, const struct evo_geometry *geometry);
size_t evo_direct_scratch(const struct evo_direct_isa *isa, const struct evo_geometry *geometry,
                          bool backward);
void evo_direct_conv(const struct evo_direct_isa *isa, const struct evo_conv_forward *job);
void evo_direct_conv_backward(const struct evo_direct_isa *isa,
                              const struct evo_conv_backward *job);

#endif
