/*
 * Convolutions. Included by kernels_template.h. Three ways, chosen by shape alone:
 *   depthwise   plain loops
 *   direct      stride 1 with equal sizes in and out, or 2 with half of them, by direct.h
 *   the rest    im2col and the BLAS product, image by image
 */

static inline size_t taps_of(const struct evo_geometry *g)
{
	return g->window.kernel_h * g->window.kernel_w;
}

/* Is a convolution's matrix of pixels the image itself? */
static bool is_pointwise(const struct evo_geometry *g)
{
	return window_is(g, 1, 1, 0);
}

static bool is_depthwise(const struct evo_geometry *g)
{
	return g->groups == g->in.channels && g->groups == g->out.channels;
}

/* ---- Pieces of an image ---- */

/* The output columns of one tap that lie on the image: first..last-1. */
static inline void columns_inside(const struct evo_geometry *g, size_t kx, size_t *first,
                                  size_t *last)
{
	const struct evo_window *w = &g->window;
	size_t at = kx * w->dilation_w;
	*first = at >= w->pad_w ? 0 : (w->pad_w - at + w->stride_w - 1) / w->stride_w;
	size_t end = g->in.width + w->pad_w > at
	                     ? (g->in.width + w->pad_w - at - 1) / w->stride_w + 1
	                     : 0;
	*last = end < g->out.width ? end : g->out.width;
	if (*first > *last)
		*first = *last;
}

/* The input row of one tap, or the height when it is outside. */
static inline size_t row_inside(const struct evo_geometry *g, size_t oy, size_t ky)
{
	const struct evo_window *w = &g->window;
	size_t at = oy * w->stride_h + ky * w->dilation_h;
	return at >= w->pad_h && at - w->pad_h < g->in.height ? at - w->pad_h : g->in.height;
}

EVO_CLONES static void NAME(gather)(const REAL *x, size_t step, bool rectify, REAL *restrict out,
                                    size_t count)
{
	if (step == 1 && rectify)
		for (size_t i = 0; i < count; i++)
			out[i] = positive(x[i]);
	else if (step == 1)
		memcpy(out, x, count * sizeof(REAL));
	else
		for (size_t i = 0; i < count; i++)
			out[i] = rectify ? positive(x[i * step]) : x[i * step];
}

EVO_CLONES static void NAME(scatter)(const REAL *from, REAL *restrict to, size_t step, size_t count)
{
	if (step == 1)
		for (size_t i = 0; i < count; i++)
			to[i] += from[i];
	else
		for (size_t i = 0; i < count; i++)
			to[i * step] += from[i];
}

/* One row of the matrix of pixels: what one tap of one channel sees. */
static void unfold_tap(const struct evo_geometry *g, const REAL *x, size_t ky, size_t kx,
                       bool rectify, REAL *out)
{
	size_t first, last, width = g->out.width;
	columns_inside(g, kx, &first, &last);
	for (size_t oy = 0; oy < g->out.height; oy++, out += width) {
		size_t iy = row_inside(g, oy, ky);
		if (iy == g->in.height || first == last) {
			memset(out, 0, width * sizeof(REAL));
			continue;
		}
		size_t ix =
		        first * g->window.stride_w + kx * g->window.dilation_w - g->window.pad_w;
		memset(out, 0, first * sizeof(REAL));
		NAME(gather)
		(x + iy * g->in.width + ix, g->window.stride_w, rectify, out + first, last - first);
		memset(out + last, 0, (width - last) * sizeof(REAL));
	}
}

static void fold_tap(const struct evo_geometry *g, const REAL *from, size_t ky, size_t kx, REAL *dx)
{
	size_t first, last;
	columns_inside(g, kx, &first, &last);
	if (first == last)
		return;
	size_t ix = first * g->window.stride_w + kx * g->window.dilation_w - g->window.pad_w;
	for (size_t oy = 0; oy < g->out.height; oy++) {
		size_t iy = row_inside(g, oy, ky);
		if (iy < g->in.height)
			NAME(scatter)
		(from + oy * g->out.width + first, dx + iy * g->in.width + ix, g->window.stride_w,
		 last - first);
	}
}

/* The matrix of pixels of `channels` channels: channels * taps rows of out.height * out.width. */
static void unfold(const struct evo_geometry *g, const REAL *x, size_t channels, bool rectify,
                   REAL *out)
{
	for (size_t c = 0; c < channels; c++, x += plane_of(g->in))
		for (size_t ky = 0; ky < g->window.kernel_h; ky++)
			for (size_t kx = 0; kx < g->window.kernel_w; kx++) {
				unfold_tap(g, x, ky, kx, rectify, out);
				out += plane_of(g->out);
			}
}

static void fold_back(const struct evo_geometry *g, const REAL *from, size_t channels, REAL *dx)
{
	for (size_t c = 0; c < channels; c++, dx += plane_of(g->in))
		for (size_t ky = 0; ky < g->window.kernel_h; ky++)
			for (size_t kx = 0; kx < g->window.kernel_w; kx++) {
				fold_tap(g, from, ky, kx, dx);
				from += plane_of(g->out);
			}
}

/* ---- By the BLAS product ---- */

static void gemm_image(const struct evo_conv_forward *job, size_t image)
{
	const struct evo_geometry *g = job->geometry;
	size_t in_c = g->in.channels / g->groups, out_c = g->out.channels / g->groups;
	size_t depth = in_c * taps_of(g), plane = plane_of(g->out);
	const REAL *x = (const REAL *) job->x + image * g->in.channels * plane_of(g->in);
	const REAL *weight = job->weight;
	REAL *z = (REAL *) job->z + image * g->out.channels * plane;
	for (size_t group = 0; group < g->groups; group++) {
		const REAL *pixels = job->scratch;
		if (is_pointwise(g) && !job->relu)
			pixels = x;
		else
			unfold(g, x, in_c, job->relu, job->scratch);
		GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) out_c, (int) plane,
		     (int) depth, 1, weight, (int) depth, pixels, (int) plane, 0, z, (int) plane);
		x += in_c * plane_of(g->in);
		weight += out_c * depth;
		z += out_c * plane;
	}
}

static void gemm_image_backward(const struct evo_conv_backward *job, size_t image, const REAL *dz,
                                REAL *dx, REAL *scratch)
{
	const struct evo_geometry *g = job->geometry;
	size_t in_c = g->in.channels / g->groups, out_c = g->out.channels / g->groups;
	size_t depth = in_c * taps_of(g), plane = plane_of(g->out);
	const REAL *x = (const REAL *) job->x + image * g->in.channels * plane_of(g->in);
	const REAL *weight = job->weight;
	REAL *dw = job->weight_gradient;
	double since = job->clock ? evo_now() : 0;
	for (size_t group = 0; group < g->groups; group++) {
		if (dw) {
			unfold(g, x, in_c, job->relu, scratch);
			GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, (int) out_c, (int) depth,
			     (int) plane, 1, dz, (int) plane, scratch, (int) plane, image ? 1 : 0,
			     dw, (int) depth);
			dw += out_c * depth;
		}
		if (job->clock)
			evo_lap(&job->clock->weight, &since);
		if (dx) {
			GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (int) depth, (int) plane,
			     (int) out_c, 1, weight, (int) depth, dz, (int) plane, 0, scratch,
			     (int) plane);
			fold_back(g, scratch, in_c, dx);
			dx += in_c * plane_of(g->in);
		}
		if (job->clock)
			evo_lap(&job->clock->data, &since);
		x += in_c * plane_of(g->in);
		dz += out_c * plane;
		weight += out_c * depth;
	}
}

/* ---- Depthwise ---- */

EVO_CLONES static void NAME(add_scaled)(const REAL *x, size_t step, bool rectify, REAL weight,
                                        REAL *restrict out, size_t count)
{
	if (rectify)
		for (size_t i = 0; i < count; i++)
			out[i] += weight * positive(x[i * step]);
	else if (step == 1)
		for (size_t i = 0; i < count; i++)
			out[i] += weight * x[i];
	else
		for (size_t i = 0; i < count; i++)
			out[i] += weight * x[i * step];
}

EVO_CLONES static void NAME(add_scattered)(const REAL *from, REAL weight, REAL *restrict to,
                                           size_t step, size_t count)
{
	if (step == 1)
		for (size_t i = 0; i < count; i++)
			to[i] += weight * from[i];
	else
		for (size_t i = 0; i < count; i++)
			to[i * step] += weight * from[i];
}

static double dot(const REAL *x, size_t step, bool rectify, const REAL *dz, size_t count)
{
	double total = 0;
	for (size_t i = 0; i < count; i++) {
		REAL v = x[i * step];
		total += (double) (rectify ? positive(v) : v) * (double) dz[i];
	}
	return total;
}

static void depthwise_image(const struct evo_conv_forward *job, size_t image)
{
	const struct evo_geometry *g = job->geometry;
	const struct evo_window *w = &g->window;
	const REAL *x = (const REAL *) job->x + image * g->in.channels * plane_of(g->in);
	const REAL *weight = job->weight;
	REAL *z = (REAL *) job->z + image * g->out.channels * plane_of(g->out);
	memset(z, 0, g->out.channels * plane_of(g->out) * sizeof(REAL));
	for (size_t c = 0; c < g->in.channels; c++, x += plane_of(g->in), z += plane_of(g->out))
		for (size_t tap = 0; tap < taps_of(g); tap++, weight++) {
			size_t ky = tap / w->kernel_w, kx = tap % w->kernel_w, first, last;
			columns_inside(g, kx, &first, &last);
			for (size_t oy = 0; oy < g->out.height && first < last; oy++) {
				size_t iy = row_inside(g, oy, ky);
				size_t ix = first * w->stride_w + kx * w->dilation_w - w->pad_w;
				if (iy < g->in.height)
					NAME(add_scaled)
				(x + iy * g->in.width + ix, w->stride_w, job->relu, *weight,
				 z + oy * g->out.width + first, last - first);
			}
		}
}

static void depthwise_image_backward(const struct evo_conv_backward *job, size_t image,
                                     const REAL *dz, REAL *dx)
{
	const struct evo_geometry *g = job->geometry;
	const struct evo_window *w = &g->window;
	const REAL *x = (const REAL *) job->x + image * g->in.channels * plane_of(g->in);
	const REAL *weight = job->weight;
	REAL *dw = job->weight_gradient;
	for (size_t i = 0; i < g->in.channels * taps_of(g); i++) {
		size_t c = i / taps_of(g), tap = i % taps_of(g), first, last;
		size_t ky = tap / w->kernel_w, kx = tap % w->kernel_w;
		double total = 0;
		columns_inside(g, kx, &first, &last);
		for (size_t oy = 0; oy < g->out.height && first < last; oy++) {
			size_t iy = row_inside(g, oy, ky);
			size_t ix = first * w->stride_w + kx * w->dilation_w - w->pad_w;
			if (iy == g->in.height)
				continue;
			size_t from = c * plane_of(g->out) + oy * g->out.width + first;
			size_t to = c * plane_of(g->in) + iy * g->in.width + ix;
			if (dw)
				total += dot(x + to, w->stride_w, job->relu, dz + from,
				             last - first);
			if (dx)
				NAME(add_scattered)
			(dz + from, weight[i], dx + to, w->stride_w, last - first);
		}
		if (dw)
			dw[i] = image ? dw[i] + (REAL) total : (REAL) total;
	}
}

/* ---- Whole batches ---- */

/* Scratch, in numbers: one image's gradient at the output and at the input, then the matrix. */
static size_t gradient_part(const struct evo_geometry *g)
{
	size_t numbers = g->out.channels * plane_of(g->out) + g->in.channels * plane_of(g->in);
	return (numbers + LANES - 1) / LANES * LANES;
}

#if DIRECT
#include "direct.h"
#endif

static size_t conv_scratch(const struct evo_geometry *g, bool backward)
{
#if DIRECT
	if (evo_direct_fits(evo_direct_best(), g))
		return evo_direct_scratch(evo_direct_best(), g, backward);
#endif
	size_t matrix = g->in.channels / g->groups * taps_of(g) * plane_of(g->out);
	return ((is_depthwise(g) ? 0 : matrix) + (backward ? gradient_part(g) : 0)) * sizeof(REAL);
}

static void conv(const struct evo_conv_forward *job)
{
#if DIRECT
	if (evo_direct_fits(evo_direct_best(), job->geometry)) {
		evo_direct_conv(evo_direct_best(), job);
		return;
	}
#endif
	for (size_t image = 0; image < job->geometry->batch; image++)
		if (is_depthwise(job->geometry))
			depthwise_image(job, image);
		else
			gemm_image(job, image);
}

/* The gradient at one image's output, made by the BatchNorm after it where that was put off. */
static const REAL *output_gradient(const struct evo_conv_backward *job, size_t image, REAL *scratch)
{
	const struct evo_geometry *g = job->geometry;
	size_t at = image * g->out.channels * plane_of(g->out);
	if (!job->affine)
		return (const REAL *) job->dy + at;
	NAME(norm_backward)
	((const REAL *) job->dy + at, (const REAL *) job->z + at, scratch, 1, g->out, job->affine,
	 false);
	return scratch;
}

static void conv_image_backward(const struct evo_conv_backward *job, size_t image)
{
	const struct evo_geometry *g = job->geometry;
	size_t in = g->in.channels * plane_of(g->in), out = g->out.channels * plane_of(g->out);
	REAL *scratch = job->scratch;
	const REAL *dz = output_gradient(job, image, scratch);
	REAL *dx = job->input_gradient ? (REAL *) job->input_gradient + image * in : NULL;
	if (!dx && job->relu_gradient)
		dx = scratch + out;
	if (dx && !job->input_add)
		memset(dx, 0, in * sizeof(REAL));
	if (is_depthwise(g))
		depthwise_image_backward(job, image, dz, dx);
	else
		gemm_image_backward(job, image, dz, dx, scratch + gradient_part(g));
	if (job->relu_gradient)
		NAME(relu_backward)
	((const REAL *) job->x + image * in, dx, (REAL *) job->relu_gradient + image * in, in,
	 job->relu_add);
}

static void conv_backward(const struct evo_conv_backward *job)
{
#if DIRECT
	if (evo_direct_fits(evo_direct_best(), job->geometry)) {
		evo_direct_conv_backward(evo_direct_best(), job);
		return;
	}
#endif
	for (size_t image = 0; image < job->geometry->batch; image++)
		conv_image_backward(job, image);
}
