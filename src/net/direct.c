/* Direct convolutions: layout, packing, and the loops over images around the tiles. */
#include "config.h"

#include "direct.h"

#include <string.h>

/* Weight gradients of so many vectors are summed in registers before they are folded. */
#define VECTORS_A_GROUP 72

#define ROWS_MAX 8

static size_t round_up(size_t count, size_t to)
{
	return (count + to - 1) / to * to;
}

bool evo_direct_fits(const struct evo_direct_isa *isa, const struct evo_geometry *g)
{
	const struct evo_window *w = &g->window;
	return isa && g->groups == 1 && w->stride_h == 1 && w->stride_w == 1 &&
	       2 * w->pad_h == (w->kernel_h - 1) * w->dilation_h &&
	       2 * w->pad_w == (w->kernel_w - 1) * w->dilation_w;
}

/* ---- Layout ---- */

/* An odd number of cache lines, so that planes do not meet in the same places of the cache. */
static size_t odd_lines(size_t numbers)
{
	size_t lines = round_up(numbers, 16) / 16;
	return (lines | 1) * 16;
}

/* One column of zeros right of a row is also what is left of the next. */
static struct evo_direct_layout layout_of(const struct evo_direct_isa *isa,
                                          const struct evo_geometry *g)
{
	struct evo_direct_layout l;
	l.pitch = g->in.width + g->window.pad_w;
	bool dense = g->window.pad_w == 0;
	l.rows = dense ? 1 : g->in.height;
	l.width = dense ? g->in.width * g->in.height : g->in.width;
	size_t reach = g->window.pad_h * l.pitch + g->window.pad_w;
	l.lead = round_up(reach, 16);
	l.vectors = round_up(g->in.height * l.pitch, isa->lanes) / isa->lanes;
	l.step = odd_lines(l.lead + l.vectors * isa->lanes + reach);
	return l;
}

/* Where the streams begin, seen from a plane's first pixel of the first channel. */
static void fill_offsets(const struct evo_geometry *g, const struct evo_direct_layout *l,
                         size_t channels, bool backward, ptrdiff_t *offset)
{
	const struct evo_window *w = &g->window;
	for (size_t c = 0; c < channels; c++)
		for (size_t ky = 0; ky < w->kernel_h; ky++)
			for (size_t kx = 0; kx < w->kernel_w; kx++) {
				ptrdiff_t dy =
				        (ptrdiff_t) (ky * w->dilation_h) - (ptrdiff_t) w->pad_h;
				ptrdiff_t dx =
				        (ptrdiff_t) (kx * w->dilation_w) - (ptrdiff_t) w->pad_w;
				ptrdiff_t at = dy * (ptrdiff_t) l->pitch + dx;
				*offset++ = (ptrdiff_t) (c * l->step) + (backward ? -at : at);
			}
}

/* ---- Scratch ---- */

struct direct {
	const struct evo_direct_isa *isa;
	const struct evo_geometry *g;
	struct evo_direct_layout layout;
	size_t taps, group;                 /* taps of a window; images taken together */
	size_t in_c, out_c;                 /* channels, rounded up to whole tiles */
	size_t pixel_image, gradient_image; /* from image to image */
	size_t linear_step;                 /* from plane to plane of a result */
	ptrdiff_t *offset_in, *offset_out;  /* streams of the input, and of the output's gradient */
	float *weight, *pixels, *gradient, *linear, *image;
	size_t bytes;
};

static void *take(char **scratch, size_t *bytes, size_t count, size_t size)
{
	void *memory = *scratch ? *scratch + *bytes : NULL;
	*bytes += round_up(count * size, 64);
	return memory;
}

/* Lays out the scratch memory; with scratch NULL only its size counts. */
static struct direct plan(const struct evo_direct_isa *isa, const struct evo_geometry *g,
                          bool backward, char *scratch)
{
	struct direct d = {.isa = isa, .g = g, .layout = layout_of(isa, g)};
	size_t group = VECTORS_A_GROUP / d.layout.vectors;
	d.taps = g->window.kernel_h * g->window.kernel_w;
	d.in_c = round_up(g->in.channels, isa->rows);
	d.out_c = round_up(g->out.channels, isa->rows);
	d.group = !backward || group < 1 ? 1 : group > g->batch ? g->batch : group;
	d.pixel_image = d.layout.step * g->in.channels;
	d.gradient_image = d.layout.step * d.out_c;
	d.linear_step = odd_lines(d.layout.vectors * isa->lanes);
	size_t planes = backward && d.in_c > d.out_c ? d.in_c : d.out_c;
	size_t weights = backward ? d.in_c * g->out.channels : d.out_c * g->in.channels;
	d.offset_in = take(&scratch, &d.bytes, g->in.channels * d.taps, sizeof(ptrdiff_t));
	d.weight = take(&scratch, &d.bytes, weights * d.taps, sizeof(float));
	d.pixels = take(&scratch, &d.bytes, d.pixel_image * d.group, sizeof(float));
	d.linear = take(&scratch, &d.bytes, planes * d.linear_step, sizeof(float));
	if (!backward)
		return d;
	d.offset_out = take(&scratch, &d.bytes, g->out.channels * d.taps, sizeof(ptrdiff_t));
	d.gradient = take(&scratch, &d.bytes, d.gradient_image * d.group, sizeof(float));
	d.image = take(&scratch, &d.bytes, g->in.channels * g->in.height * g->in.width,
	               sizeof(float));
	return d;
}

size_t evo_direct_scratch(const struct evo_direct_isa *isa, const struct evo_geometry *g,
                          bool backward)
{
	return plan(isa, g, backward, NULL).bytes;
}

/* ---- Packing ---- */

/* Clears what is not pixels in one plane. */
static inline __attribute__((always_inline)) void clear_around(const struct evo_direct_layout *l,
                                                               float *plane)
{
	size_t gap = l->pitch - l->width;
	memset(plane, 0, l->lead * sizeof(float));
	if (l->rows > 1) {
		float *at = plane + l->lead + l->width;
		for (size_t y = 0; y < l->rows; y++, at += l->pitch)
			for (size_t i = 0; i < gap; i++)
				at[i] = 0;
	}
	size_t end = l->rows > 1 ? l->lead + l->rows * l->pitch : l->lead + l->width;
	memset(plane + end, 0, (l->step - end) * sizeof(float));
}

/* The pixels of one image, max(x, 0) where rectified. */
EVO_CLONES static void direct_pack_pixels(const struct evo_direct_layout *l, const float *x,
                                          size_t channels, bool rectify, float *out)
{
	for (size_t c = 0; c < channels; c++, out += l->step) {
		clear_around(l, out);
		for (size_t y = 0; y < l->rows; y++, x += l->width) {
			float *restrict to = out + l->lead + y * l->pitch;
			if (rectify)
				for (size_t i = 0; i < l->width; i++)
					to[i] = x[i] > 0 ? x[i] : 0;
			else
				for (size_t i = 0; i < l->width; i++)
					to[i] = x[i];
		}
	}
}

/* As direct_pack_pixels, of what a BatchNorm makes of its gradient. */
EVO_CLONES static void direct_pack_norm(const struct evo_direct_layout *l, const float *dy,
                                        const float *z, const struct evo_affine *affine,
                                        size_t channels, float *out)
{
	for (size_t c = 0; c < channels; c++, out += l->step) {
		float mean = ((const float *) affine->mean)[c];
		float slope = ((const float *) affine->slope)[c];
		float bend = ((const float *) affine->bend)[c];
		float level = ((const float *) affine->level)[c];
		clear_around(l, out);
		for (size_t y = 0; y < l->rows; y++, dy += l->width, z += l->width) {
			float *restrict to = out + l->lead + y * l->pitch;
			for (size_t i = 0; i < l->width; i++)
				to[i] = EVO_NORM_GRADIENT(dy[i], z[i], mean, slope, bend, level);
		}
	}
}

EVO_CLONES static void direct_unpack(const struct evo_direct_layout *l, const float *linear,
                                     size_t step, size_t channels, float *restrict out, bool add)
{
	for (size_t c = 0; c < channels; c++, linear += step)
		for (size_t y = 0; y < l->rows; y++, out += l->width) {
			const float *from = linear + y * l->pitch;
			if (add)
				for (size_t i = 0; i < l->width; i++)
					out[i] += from[i];
			else
				for (size_t i = 0; i < l->width; i++)
					out[i] = from[i];
		}
}

/* Weights of the forward product: tile by tile, stream by stream, an output channel a row. */
static void pack_weight(const struct direct *d, const float *weight)
{
	size_t rows = d->isa->rows, streams = d->g->in.channels * d->taps;
	float *to = d->weight;
	for (size_t tile = 0; tile < d->out_c; tile += rows)
		for (size_t s = 0; s < streams; s++)
			for (size_t o = tile; o < tile + rows; o++)
				*to++ = o < d->g->out.channels ? weight[o * streams + s] : 0;
}

/* Of the backward product: streams are taps of the output's channels, rows the input's channels. */
static void pack_weight_backward(const struct direct *d, const float *weight)
{
	size_t rows = d->isa->rows, in_c = d->g->in.channels;
	float *to = d->weight;
	for (size_t tile = 0; tile < d->in_c; tile += rows)
		for (size_t o = 0; o < d->g->out.channels; o++)
			for (size_t tap = 0; tap < d->taps; tap++)
				for (size_t c = tile; c < tile + rows; c++)
					*to++ = c < in_c ? weight[(o * in_c + c) * d->taps + tap]
					                 : 0;
}

/* ---- Forward ---- */

void evo_direct_conv(const struct evo_direct_isa *isa, const struct evo_conv_forward *job)
{
	const struct evo_geometry *g = job->geometry;
	struct direct d = plan(isa, g, false, job->scratch);
	size_t plane = g->in.height * g->in.width;
	const float *x = job->x;
	float *z = job->z;
	fill_offsets(g, &d.layout, g->in.channels, false, d.offset_in);
	pack_weight(&d, job->weight);
	for (size_t n = 0; n < g->batch; n++) {
		direct_pack_pixels(&d.layout, x + n * g->in.channels * plane, g->in.channels,
		                   job->relu, d.pixels);
		isa->product(d.weight, d.out_c / isa->rows, d.offset_in, g->in.channels * d.taps,
		             d.pixels + d.layout.lead, d.linear, d.linear_step, d.layout.vectors);
		direct_unpack(&d.layout, d.linear, d.linear_step, g->out.channels,
		              z + n * g->out.channels * plane, false);
	}
}

/* ---- Backward ---- */

static void pack_gradient(const struct direct *d, const struct evo_conv_backward *job, size_t image,
                          float *out)
{
	size_t channels = d->g->out.channels;
	size_t at = image * channels * d->g->in.height * d->g->in.width;
	const float *dy = (const float *) job->dy + at;
	if (job->affine)
		direct_pack_norm(&d->layout, dy, (const float *) job->z + at, job->affine, channels,
		                 out);
	else
		direct_pack_pixels(&d->layout, dy, channels, false, out);
	size_t spare = (d->out_c - channels) * d->layout.step;
	memset(out + channels * d->layout.step, 0, spare * sizeof(float));
}

/* Adds the weight gradient of a group of images; the first overwrites. */
static void correlate_group(const struct direct *d, float *weight_gradient, size_t images,
                            bool first)
{
	size_t rows = d->isa->rows, streams = d->g->in.channels * d->taps;
	float sums[ROWS_MAX * 3];
	for (size_t o = 0; o < d->g->out.channels; o += rows)
		for (size_t s = 0; s < streams; s += 3) {
			ptrdiff_t offset[3];
			size_t some = streams - s < 3 ? streams - s : 3;
			for (size_t k = 0; k < 3; k++)
				offset[k] = d->offset_in[k < some ? s + k : s];
			d->isa->correlate(d->gradient + o * d->layout.step + d->layout.lead,
			                  d->layout.step, d->gradient_image,
			                  d->pixels + d->layout.lead, d->pixel_image, offset,
			                  images, d->layout.vectors, sums);
			for (size_t r = 0; r < rows && o + r < d->g->out.channels; r++)
				for (size_t k = 0; k < some; k++) {
					float *to = weight_gradient + (o + r) * streams + s + k;
					*to = first ? sums[r * 3 + k] : *to + sums[r * 3 + k];
				}
		}
}

/* The gradient at one image's input. */
static void input_gradient(const struct direct *d, const struct evo_conv_backward *job,
                           size_t image, const float *gradient)
{
	size_t channels = d->g->in.channels, count = channels * d->g->in.height * d->g->in.width;
	float *to = job->input_gradient ? (float *) job->input_gradient + image * count : d->image;
	d->isa->product(d->weight, d->in_c / d->isa->rows, d->offset_out,
	                d->g->out.channels * d->taps, gradient + d->layout.lead, d->linear,
	                d->linear_step, d->layout.vectors);
	direct_unpack(&d->layout, d->linear, d->linear_step, channels, to,
	              job->input_gradient && job->input_add);
	if (job->relu_gradient)
		evo_kernels_f32.relu_backward((const float *) job->x + image * count, to,
		                              (float *) job->relu_gradient + image * count, count,
		                              job->relu_add);
}

void evo_direct_conv_backward(const struct evo_direct_isa *isa, const struct evo_conv_backward *job)
{
	const struct evo_geometry *g = job->geometry;
	struct direct d = plan(isa, g, true, job->scratch);
	size_t count = g->in.channels * g->in.height * g->in.width;
	bool below = job->input_gradient || job->relu_gradient;
	fill_offsets(g, &d.layout, g->in.channels, false, d.offset_in);
	fill_offsets(g, &d.layout, g->out.channels, true, d.offset_out);
	if (below)
		pack_weight_backward(&d, job->weight);
	for (size_t first = 0; first < g->batch; first += d.group) {
		size_t left = g->batch - first, images = left < d.group ? left : d.group;
		for (size_t i = 0; i < images; i++) {
			float *gradient = d.gradient + i * d.gradient_image;
			pack_gradient(&d, job, first + i, gradient);
			if (job->weight_gradient)
				direct_pack_pixels(
				        &d.layout, (const float *) job->x + (first + i) * count,
				        g->in.channels, job->relu, d.pixels + i * d.pixel_image);
			if (below)
				input_gradient(&d, job, first + i, gradient);
		}
		if (job->weight_gradient)
			correlate_group(&d, job->weight_gradient, images, first == 0);
	}
}
