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
	size_t stride = w->stride_h;
	return isa != NULL && g->groups == 1 && w->stride_w == stride &&
	       (stride == 1 || stride == 2) && 2 * w->pad_h == (w->kernel_h - 1) * w->dilation_h &&
	       2 * w->pad_w == (w->kernel_w - 1) * w->dilation_w &&
	       g->out.height * stride == g->in.height && g->out.width * stride == g->in.width;
}

/* ---- Layout ---- */

/* An odd number of cache lines, so that planes do not meet in the same places of the cache. */
static size_t odd_lines(size_t numbers)
{
	size_t lines = round_up(numbers, 16) / 16;
	return (lines | 1) * 16;
}

/* How far, in rows or columns of a phase, taps reach beyond the first pixel. */
static size_t reach_of(size_t pad, size_t stride)
{
	return (pad + stride - 1) / stride;
}

/* One column of zeros right of a row is also what is left of the next. */
static struct evo_direct_layout layout_of(const struct evo_direct_isa *isa,
                                          const struct evo_geometry *g)
{
	struct evo_direct_layout l;
	l.stride = g->window.stride_h;
	size_t right = reach_of(g->window.pad_w, l.stride);
	size_t below = reach_of(g->window.pad_h, l.stride);
	l.pitch = g->out.width + right;
	bool dense = right == 0 && l.stride == 1;
	l.rows = dense ? 1 : g->out.height;
	l.width = dense ? g->out.width * g->out.height : g->out.width;
	size_t reach = below * l.pitch + right;
	l.lead = round_up(reach, 16);
	l.vectors = round_up(g->out.height * l.pitch, isa->lanes) / isa->lanes;
	l.step = odd_lines(l.lead + l.vectors * isa->lanes + reach);
	return l;
}

static size_t phases_of(const struct evo_direct_layout *l)
{
	return l->stride * l->stride;
}

/* Where a tap looks along one side: in which phase, and how many of its rows further on. */
struct tap {
	size_t phase;
	ptrdiff_t shift;
};

static struct tap tap_of(size_t k, size_t dilation, size_t pad, size_t stride)
{
	ptrdiff_t at = (ptrdiff_t) (k * dilation) - (ptrdiff_t) pad, by = (ptrdiff_t) stride;
	ptrdiff_t phase = (at % by + by) % by;
	return (struct tap){(size_t) phase, (at - phase) / by};
}

/* The phase of a tap of the window, and where it looks in it. */
static size_t window_tap(const struct evo_geometry *g, const struct evo_direct_layout *l,
                         size_t tap, ptrdiff_t *at)
{
	const struct evo_window *w = &g->window;
	struct tap y = tap_of(tap / w->kernel_w, w->dilation_h, w->pad_h, l->stride);
	struct tap x = tap_of(tap % w->kernel_w, w->dilation_w, w->pad_w, l->stride);
	*at = y.shift * (ptrdiff_t) l->pitch + x.shift;
	return y.phase * l->stride + x.phase;
}

/* Where the streams of the input begin, seen from a plane's first pixel of the first channel. */
static void fill_offsets(const struct evo_geometry *g, const struct evo_direct_layout *l,
                         size_t taps, ptrdiff_t *offset)
{
	ptrdiff_t at;
	for (size_t c = 0; c < g->in.channels; c++)
		for (size_t tap = 0; tap < taps; tap++) {
			size_t phase = window_tap(g, l, tap, &at);
			*offset++ = (ptrdiff_t) ((c * phases_of(l) + phase) * l->step) + at;
		}
}

/* Of the output's gradient, for the pixels of one phase of the input: only taps that look there.
   Returns how many streams there are. */
static size_t fill_offsets_backward(const struct evo_geometry *g, const struct evo_direct_layout *l,
                                    size_t taps, size_t phase, ptrdiff_t *offset)
{
	ptrdiff_t at, *first = offset;
	for (size_t c = 0; c < g->out.channels; c++)
		for (size_t tap = 0; tap < taps; tap++)
			if (window_tap(g, l, tap, &at) == phase)
				*offset++ = (ptrdiff_t) (c * l->step) - at;
	return (size_t) (offset - first);
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
	size_t streams[4];                  /* of the backward product, by phase of the input */
	ptrdiff_t *offset_in, *offset_out;  /* streams of the input, and of the output's gradient */
	float *weight, *pixels, *gradient, *linear, *image;
	size_t bytes;
};

static void *take(char **scratch, size_t *bytes, size_t count, size_t size)
{
	void *memory = *scratch != NULL ? *scratch + *bytes : NULL;
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
	d.pixel_image = d.layout.step * g->in.channels * phases_of(&d.layout);
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

/* A row of the usual images is a few vectors: no call. */
static inline __attribute__((always_inline)) void copy_row(const float *from, size_t count,
                                                           float *to)
{
	switch (count) {
	case 4:
		memcpy(to, from, 4 * sizeof(float));
		break;
	case 8:
		memcpy(to, from, 8 * sizeof(float));
		break;
	case 16:
		memcpy(to, from, 16 * sizeof(float));
		break;
	case 32:
		memcpy(to, from, 32 * sizeof(float));
		break;
	default:
		memcpy(to, from, count * sizeof(float));
	}
}

/* Planes of one image as they are, max(x, 0) where rectified. What is around them is cleared on
   request: in the same place, the image before has left it clear. */
EVO_CLONES static void direct_pack_planes(const struct evo_direct_layout *l, const float *x,
                                          size_t channels, bool rectify, bool clear, float *out)
{
	for (size_t c = 0; c < channels; c++, out += l->step) {
		if (clear)
			clear_around(l, out);
		for (size_t y = 0; y < l->rows; y++, x += l->width) {
			float *restrict to = out + l->lead + y * l->pitch;
			if (rectify)
				for (size_t i = 0; i < l->width; i++)
					to[i] = x[i] > 0 ? x[i] : 0;
			else
				copy_row(x, l->width, to);
		}
	}
}

/* The same at stride 2: of every channel four planes, of even and odd rows and columns. */
EVO_CLONES static void direct_pack_phases(const struct evo_direct_layout *l, const float *x,
                                          size_t channels, bool rectify, bool clear, float *out)
{
	for (size_t c = 0; c < channels; c++, out += 4 * l->step) {
		for (size_t phase = 0; phase < 4 && clear; phase++)
			clear_around(l, out + phase * l->step);
		for (size_t y = 0; y < 2 * l->rows; y++, x += 2 * l->width) {
			float *restrict even =
			        out + (y % 2 * 2) * l->step + l->lead + y / 2 * l->pitch;
			float *restrict odd = even + l->step;
			for (size_t i = 0; i < l->width; i++) {
				float a = x[2 * i], b = x[2 * i + 1];
				even[i] = rectify && !(a > 0) ? 0 : a;
				odd[i] = rectify && !(b > 0) ? 0 : b;
			}
		}
	}
}

static void pack_pixels(const struct evo_direct_layout *l, const float *x, size_t channels,
                        bool rectify, bool clear, float *out)
{
	if (l->stride == 2)
		direct_pack_phases(l, x, channels, rectify, clear, out);
	else
		direct_pack_planes(l, x, channels, rectify, clear, out);
}

/* As direct_pack_planes, of what a BatchNorm makes of its gradient. */
EVO_CLONES static void direct_pack_norm(const struct evo_direct_layout *l, const float *dy,
                                        const float *z, const struct evo_affine *affine,
                                        size_t channels, bool clear, float *out)
{
	for (size_t c = 0; c < channels; c++, out += l->step) {
		float mean = ((const float *) affine->mean)[c];
		float grad_gain = ((const float *) affine->grad_gain)[c];
		float grad_projection = ((const float *) affine->grad_projection)[c];
		float grad_mean = ((const float *) affine->grad_mean)[c];
		if (clear)
			clear_around(l, out);
		for (size_t y = 0; y < l->rows; y++, dy += l->width, z += l->width) {
			float *restrict to = out + l->lead + y * l->pitch;
			for (size_t i = 0; i < l->width; i++)
				to[i] = EVO_NORM_GRADIENT(dy[i], z[i], mean, grad_gain,
				                          grad_projection, grad_mean);
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
				copy_row(from, l->width, out);
		}
}

/* One phase of the pixels at stride 2; linear NULL: zeros. */
EVO_CLONES static void direct_unpack_phase(const struct evo_direct_layout *l, const float *linear,
                                           size_t step, size_t channels, size_t phase,
                                           float *restrict out, bool add)
{
	size_t row = 2 * l->width;
	out += phase / 2 * row + phase % 2;
	for (size_t c = 0; c < channels; c++)
		for (size_t y = 0; y < l->rows; y++, out += 2 * row) {
			const float *from =
			        linear != NULL ? linear + c * step + y * l->pitch : NULL;
			for (size_t i = 0; i < l->width; i++)
				out[2 * i] = (add ? out[2 * i] : 0) + (from != NULL ? from[i] : 0);
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

/* Of the backward product for one phase: streams are taps of the output's channels, rows the
   input's channels. Returns where the next phase's weights go. */
static float *pack_weight_backward(const struct direct *d, const float *weight, size_t phase,
                                   float *to)
{
	size_t rows = d->isa->rows, in_c = d->g->in.channels, out_c = d->g->out.channels;
	size_t streams = d->streams[phase], a_channel = streams / out_c, seen = 0;
	ptrdiff_t at;
	for (size_t tap = 0; tap < d->taps; tap++) {
		if (window_tap(d->g, &d->layout, tap, &at) != phase)
			continue;
		for (size_t tile = 0; tile < d->in_c; tile += rows)
			for (size_t o = 0; o < out_c; o++) {
				float *out = to + tile * streams + (o * a_channel + seen) * rows;
				for (size_t c = tile; c < tile + rows; c++)
					*out++ = c < in_c ? weight[(o * in_c + c) * d->taps + tap]
					                  : 0;
			}
		seen++;
	}
	return to + d->in_c * streams;
}

/* ---- Forward ---- */

void evo_direct_conv(const struct evo_direct_isa *isa, const struct evo_conv_forward *job)
{
	const struct evo_geometry *g = job->geometry;
	struct direct d = plan(isa, g, false, job->scratch);
	size_t image = g->in.channels * g->in.height * g->in.width;
	const float *x = job->x;
	float *z = job->z;
	fill_offsets(g, &d.layout, d.taps, d.offset_in);
	pack_weight(&d, job->weight);
	for (size_t n = 0; n < g->batch; n++) {
		pack_pixels(&d.layout, x + n * image, g->in.channels, job->relu, n == 0, d.pixels);
		isa->product(d.weight, d.out_c / isa->rows, d.offset_in, g->in.channels * d.taps,
		             d.pixels + d.layout.lead, d.linear, d.linear_step, d.layout.vectors);
		direct_unpack(&d.layout, d.linear, d.linear_step, g->out.channels,
		              z + n * g->out.channels * g->out.height * g->out.width, false);
	}
}

/* ---- Backward ---- */

static void pack_gradient(const struct direct *d, const struct evo_conv_backward *job, size_t image,
                          bool clear, float *out)
{
	size_t channels = d->g->out.channels;
	size_t at = image * channels * d->g->out.height * d->g->out.width;
	const float *dy = (const float *) job->dy + at;
	if (job->affine != NULL)
		direct_pack_norm(&d->layout, dy, (const float *) job->z + at, job->affine, channels,
		                 clear, out);
	else
		direct_pack_planes(&d->layout, dy, channels, false, clear, out);
	size_t spare = clear ? (d->out_c - channels) * d->layout.step : 0;
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
	const struct evo_direct_layout *l = &d->layout;
	size_t channels = d->g->in.channels, count = channels * d->g->in.height * d->g->in.width;
	float *to = job->input_gradient != NULL ? (float *) job->input_gradient + image * count
	                                        : d->image;
	bool add = job->input_gradient != NULL && job->input_add;
	const float *weight = d->weight;
	const ptrdiff_t *offset = d->offset_out;
	for (size_t phase = 0; phase < phases_of(l); phase++) {
		size_t streams = d->streams[phase];
		if (streams)
			d->isa->product(weight, d->in_c / d->isa->rows, offset, streams,
			                gradient + l->lead, d->linear, d->linear_step, l->vectors);
		if (l->stride == 1)
			direct_unpack(l, d->linear, d->linear_step, channels, to, add);
		else
			direct_unpack_phase(l, streams ? d->linear : NULL, d->linear_step, channels,
			                    phase, to, add);
		weight += streams * d->in_c;
		offset += streams;
	}
	if (job->relu_gradient != NULL)
		evo_kernels_f32.plain[EVO_OP_RELU].backward(
		        &(struct evo_geometry){.batch = 1, .in = d->g->in, .out = d->g->in},
		        (const float *) job->x + image * count, to,
		        (float *) job->relu_gradient + image * count, job->relu_add);
}

void evo_direct_conv_backward(const struct evo_direct_isa *isa, const struct evo_conv_backward *job)
{
	const struct evo_geometry *g = job->geometry;
	struct direct d = plan(isa, g, true, job->scratch);
	size_t count = g->in.channels * g->in.height * g->in.width;
	bool below = job->input_gradient != NULL || job->relu_gradient != NULL;
	fill_offsets(g, &d.layout, d.taps, d.offset_in);
	double since = job->clock != NULL ? evo_now() : 0;
	ptrdiff_t *offset = d.offset_out;
	float *weight = d.weight;
	for (size_t phase = 0; phase < phases_of(&d.layout) && below; phase++) {
		d.streams[phase] = fill_offsets_backward(g, &d.layout, d.taps, phase, offset);
		offset += d.streams[phase];
		weight = pack_weight_backward(&d, job->weight, phase, weight);
	}
	for (size_t first = 0; first < g->batch; first += d.group) {
		size_t left = g->batch - first, images = left < d.group ? left : d.group;
		for (size_t i = 0; i < images; i++) {
			float *gradient = d.gradient + i * d.gradient_image;
			pack_gradient(&d, job, first + i, first == 0, gradient);
			if (below)
				input_gradient(&d, job, first + i, gradient);
			if (job->clock != NULL)
				evo_lap(&job->clock->data, &since);
			if (job->weight_gradient == NULL)
				continue;
			pack_pixels(&d.layout, (const float *) job->x + (first + i) * count,
			            g->in.channels, job->relu, first == 0,
			            d.pixels + i * d.pixel_image);
			if (job->clock != NULL)
				evo_lap(&job->clock->weight, &since);
		}
		if (job->weight_gradient != NULL)
			correlate_group(&d, job->weight_gradient, images, first == 0);
		if (job->clock != NULL)
			evo_lap(&job->clock->weight, &since);
	}
}
