/*
 * The tile kernels for one instruction set; included by direct_isa.c once for each, with the
 * macros below defined, which are undefined at the end. Loops over ROWS and columns are unrolled,
 * so that the sums stay in registers.
 */

TARGET static inline __attribute__((always_inline)) void
NAME(tile)(const float *weight, const ptrdiff_t *offset, size_t streams, const float *pixels,
           float *out, size_t out_step, int columns)
{
	VECTOR sum[ROWS][3];
#pragma GCC unroll 8
	for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
		for (int k = 0; k < columns; k++)
			sum[r][k] = ZERO();
	for (size_t s = 0; s < streams; s++, weight += ROWS) {
		const float *at = pixels + offset[s];
		VECTOR x[3];
#pragma GCC unroll 3
		for (int k = 0; k < columns; k++)
			x[k] = LOAD(at + k * LANES);
#pragma GCC unroll 8
		for (int r = 0; r < ROWS; r++) {
			VECTOR w = BROADCAST(weight[r]);
#pragma GCC unroll 3
			for (int k = 0; k < columns; k++)
				sum[r][k] = FMA(w, x[k], sum[r][k]);
		}
	}
#pragma GCC unroll 8
	for (int r = 0; r < ROWS; r++, out += out_step)
#pragma GCC unroll 3
		for (int k = 0; k < columns; k++)
			STORE(out + k * LANES, sum[r][k]);
}

TARGET static void NAME(product)(const float *weight, size_t tiles, const ptrdiff_t *offset,
                                 size_t streams, const float *pixels, float *out, size_t out_step,
                                 size_t vectors)
{
	for (size_t v = 0; v < vectors; v += 3)
		for (size_t t = 0; t < tiles; t++) {
			const float *w = weight + t * streams * ROWS, *x = pixels + v * LANES;
			float *to = out + t * ROWS * out_step + v * LANES;
			if (vectors - v >= 3)
				NAME(tile)(w, offset, streams, x, to, out_step, 3);
			else if (vectors - v == 2)
				NAME(tile)(w, offset, streams, x, to, out_step, 2);
			else
				NAME(tile)(w, offset, streams, x, to, out_step, 1);
		}
}

TARGET static void NAME(correlate)(const float *dz, size_t dz_step, size_t dz_image,
                                   const float *pixels, size_t pixels_image,
                                   const ptrdiff_t offset[3], size_t images, size_t vectors,
                                   float *out)
{
	VECTOR sum[ROWS][3];
#pragma GCC unroll 8
	for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
		for (int k = 0; k < 3; k++)
			sum[r][k] = ZERO();
	for (size_t n = 0; n < images; n++, dz += dz_image, pixels += pixels_image) {
		const float *d = dz, *x0 = pixels + offset[0], *x1 = pixels + offset[1];
		const float *x2 = pixels + offset[2];
		for (size_t v = 0; v < vectors; v++) {
			VECTOR x[3] = {LOAD(x0), LOAD(x1), LOAD(x2)};
#pragma GCC unroll 8
			for (int r = 0; r < ROWS; r++) {
				VECTOR g = LOAD(d + (size_t) r * dz_step);
#pragma GCC unroll 3
				for (int k = 0; k < 3; k++)
					sum[r][k] = FMA(g, x[k], sum[r][k]);
			}
			d += LANES;
			x0 += LANES;
			x1 += LANES;
			x2 += LANES;
		}
	}
#pragma GCC unroll 8
	for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
		for (int k = 0; k < 3; k++)
			*out++ = NAME(sum)(sum[r][k]);
}

static const struct evo_direct_isa NAME(isa) = {
        .name = TITLE,
        .rows = ROWS,
        .lanes = LANES,
        .supported = NAME(has),
        .product = NAME(product),
        .correlate = NAME(correlate),
};

#undef NAME
#undef TARGET
#undef TITLE
#undef VECTOR
#undef LANES
#undef ROWS
#undef LOAD
#undef STORE
#undef BROADCAST
#undef ZERO
#undef FMA
