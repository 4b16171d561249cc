/* Pooling, and the shift of a factorized reduce. Included by kernels_template.h. */

/* The part of a window that lies on the image: taps first..last-1 along one side. */
static inline void taps_inside(size_t out, size_t stride, size_t pad, size_t dilation,
                               size_t kernel, size_t size, size_t *first, size_t *last)
{
	size_t begin = out * stride;
	*first = begin >= pad ? 0 : (pad - begin + dilation - 1) / dilation;
	*last = *first;
	while (*last < kernel && begin + *last * dilation < size + pad)
		(*last)++;
}

/* One over the number of pixels that each of a side's windows sees times the other side's. */
static inline REAL share(const struct evo_geometry *g, size_t oy, size_t ox)
{
	const struct evo_window *w = &g->window;
	size_t y0, y1, x0, x1;
	taps_inside(oy, w->stride_h, w->pad_h, w->dilation_h, w->kernel_h, g->in.height, &y0, &y1);
	taps_inside(ox, w->stride_w, w->pad_w, w->dilation_w, w->kernel_w, g->in.width, &x0, &x1);
	return (REAL) 1 / (REAL) ((y1 - y0) * (x1 - x0));
}

static void avgpool_plane(const struct evo_geometry *g, const REAL *x, REAL *y)
{
	const struct evo_window *w = &g->window;
	for (size_t oy = 0; oy < g->out.height; oy++)
		for (size_t ox = 0; ox < g->out.width; ox++) {
			size_t y0, y1, x0, x1;
			REAL total = 0;
			taps_inside(oy, w->stride_h, w->pad_h, w->dilation_h, w->kernel_h,
			            g->in.height, &y0, &y1);
			taps_inside(ox, w->stride_w, w->pad_w, w->dilation_w, w->kernel_w,
			            g->in.width, &x0, &x1);
			for (size_t ky = y0; ky < y1; ky++) {
				size_t iy = oy * w->stride_h + ky * w->dilation_h - w->pad_h;
				size_t ix = ox * w->stride_w + x0 * w->dilation_w - w->pad_w;
				for (size_t kx = x0; kx < x1; kx++, ix += w->dilation_w)
					total += x[iy * g->in.width + ix];
			}
			*y++ = total / (REAL) ((y1 - y0) * (x1 - x0));
		}
}

static void avgpool_plane_backward(const struct evo_geometry *g, const REAL *dy, REAL *dx)
{
	const struct evo_window *w = &g->window;
	for (size_t oy = 0; oy < g->out.height; oy++)
		for (size_t ox = 0; ox < g->out.width; ox++) {
			size_t y0, y1, x0, x1;
			taps_inside(oy, w->stride_h, w->pad_h, w->dilation_h, w->kernel_h,
			            g->in.height, &y0, &y1);
			taps_inside(ox, w->stride_w, w->pad_w, w->dilation_w, w->kernel_w,
			            g->in.width, &x0, &x1);
			REAL part = *dy++ / (REAL) ((y1 - y0) * (x1 - x0));
			for (size_t ky = y0; ky < y1; ky++) {
				size_t iy = oy * w->stride_h + ky * w->dilation_h - w->pad_h;
				size_t ix = ox * w->stride_w + x0 * w->dilation_w - w->pad_w;
				for (size_t kx = x0; kx < x1; kx++, ix += w->dilation_w)
					dx[iy * g->in.width + ix] += part;
			}
		}
}

static bool window_is(const struct evo_geometry *g, size_t kernel, size_t stride, size_t pad)
{
	const struct evo_window *w = &g->window;
	return w->kernel_h == kernel && w->kernel_w == kernel && w->stride_h == stride &&
	       w->stride_w == stride && w->pad_h == pad && w->pad_w == pad && w->dilation_h == 1 &&
	       w->dilation_w == 1;
}

/*
 * The usual windows, 3x3 at stride 1 and 2x2 at stride 2, as a sum of rows and then of columns. The
 * widest image that has room on the stack:
 */
#define ROW_MAX 512

/* One over the pixels that each window of a row at the edge, and of one inside, sees. */
struct NAME(shares) {
	REAL edge[ROW_MAX], inner[ROW_MAX];
};

static void fill_shares(const struct evo_geometry *g, struct NAME(shares) * shares)
{
	for (size_t i = 0; i < g->in.width; i++) {
		shares->edge[i] = share(g, 0, i);
		shares->inner[i] = share(g, g->in.height > 2 ? 1 : 0, i);
	}
}

EVO_CLONES static void NAME(three_planes)(const REAL *x, REAL *restrict y, size_t planes,
                                          size_t height, size_t width,
                                          const struct NAME(shares) * shares)
{
	REAL zeros[ROW_MAX], row[ROW_MAX + 2];
	memset(zeros, 0, width * sizeof(REAL));
	row[0] = row[width + 1] = 0;
	for (size_t p = 0; p < planes; p++)
		for (size_t i = 0; i < height; i++, x += width, y += width) {
			bool first = i == 0, last = i + 1 == height;
			const REAL *above = first ? zeros : x - width;
			const REAL *below = last ? zeros : x + width;
			const REAL *weight = first || last ? shares->edge : shares->inner;
			for (size_t k = 0; k < width; k++)
				row[k + 1] = above[k] + x[k] + below[k];
			for (size_t k = 0; k < width; k++)
				y[k] = (row[k] + row[k + 1] + row[k + 2]) * weight[k];
		}
}

/* The gradient goes to every pixel that a window saw: the same sum, of shares. */
EVO_CLONES static void NAME(three_planes_backward)(const REAL *dy, REAL *restrict dx, size_t planes,
                                                   size_t height, size_t width,
                                                   const struct NAME(shares) * shares, bool add)
{
	REAL row[ROW_MAX + 2], scaled[3][ROW_MAX];
	row[0] = row[width + 1] = 0;
	for (size_t p = 0; p < planes; p++) {
		REAL *above = scaled[0], *here = scaled[1], *below = scaled[2];
		memset(above, 0, width * sizeof(REAL));
		for (size_t k = 0; k < width; k++)
			here[k] = dy[k] * shares->edge[k];
		for (size_t i = 0; i < height; i++, dy += width, dx += width) {
			const REAL *weight = i + 2 == height ? shares->edge : shares->inner;
			if (i + 1 == height)
				memset(below, 0, width * sizeof(REAL));
			else
				for (size_t k = 0; k < width; k++)
					below[k] = dy[width + k] * weight[k];
			for (size_t k = 0; k < width; k++)
				row[k + 1] = above[k] + here[k] + below[k];
			if (add)
				for (size_t k = 0; k < width; k++)
					dx[k] += row[k] + row[k + 1] + row[k + 2];
			else
				for (size_t k = 0; k < width; k++)
					dx[k] = row[k] + row[k + 1] + row[k + 2];
			REAL *free_row = above;
			above = here;
			here = below;
			below = free_row;
		}
	}
}

/*
 * Planes of few columns, each as one long row: what stands left and right of a pixel counts where
 * its row goes on. The numbers are added in the same order as above.
 */
#define SMALL_MAX 1024

struct NAME(small) {
	REAL weight[SMALL_MAX];
	REAL left[SMALL_MAX], right[SMALL_MAX]; /* 0 where the row ends */
};

static void fill_small(const struct evo_geometry *g, struct NAME(small) * small)
{
	size_t width = g->in.width;
	for (size_t i = 0; i < plane_of(g->in); i++) {
		small->weight[i] = share(g, i / width, i % width);
		small->left[i] = i % width > 0;
		small->right[i] = i % width + 1 < width;
	}
}

/* backward: the shares are taken of what is summed, not of the sums. */
EVO_CLONES static void NAME(small_planes)(const REAL *from, REAL *restrict to, size_t planes,
                                          size_t plane, size_t width,
                                          const struct NAME(small) * small, bool backward, bool add)
{
	REAL padded[SMALL_MAX + 2 * ROW_MAX], columns[SMALL_MAX + 2];
	REAL *x = padded + width, *sum = columns + 1;
	memset(padded, 0, width * sizeof(REAL));
	memset(x + plane, 0, width * sizeof(REAL));
	sum[-1] = sum[plane] = 0;
	for (size_t p = 0; p < planes; p++, from += plane, to += plane) {
		if (backward)
			for (size_t i = 0; i < plane; i++)
				x[i] = from[i] * small->weight[i];
		else
			memcpy(x, from, plane * sizeof(REAL));
		for (size_t i = 0; i < plane; i++)
			sum[i] = padded[i] + padded[width + i] + padded[2 * width + i];
		for (size_t i = 0; i < plane; i++) {
			REAL left = small->left[i] > 0 ? sum[(ptrdiff_t) i - 1] : 0;
			REAL right = small->right[i] > 0 ? sum[i + 1] : 0;
			REAL all = left + sum[i] + right;
			if (!backward)
				all *= small->weight[i];
			to[i] = add ? to[i] + all : all;
		}
	}
}

EVO_CLONES static void NAME(half_planes)(const REAL *x, REAL *restrict y, size_t rows, size_t width)
{
	for (size_t i = 0; i < rows; i++, x += 2 * width, y += width / 2)
		for (size_t k = 0; k < width / 2; k++)
			y[k] = (x[2 * k] + x[2 * k + 1] + x[width + 2 * k] + x[width + 2 * k + 1]) *
			       (REAL) 0.25;
}

EVO_CLONES static void NAME(half_planes_backward)(const REAL *dy, REAL *restrict dx, size_t rows,
                                                  size_t width, bool add)
{
	for (size_t i = 0; i < rows; i++, dy += width / 2, dx += 2 * width)
		for (size_t k = 0; k < width; k++) {
			REAL part = dy[k / 2] * (REAL) 0.25;
			dx[k] = add ? dx[k] + part : part;
			dx[width + k] = add ? dx[width + k] + part : part;
		}
}

static bool is_three(const struct evo_geometry *g)
{
	return window_is(g, 3, 1, 1) && g->in.width <= ROW_MAX;
}

static bool is_small(const struct evo_geometry *g)
{
	return g->in.width < 2 * LANES && plane_of(g->in) <= SMALL_MAX;
}

static bool is_half(const struct evo_geometry *g)
{
	return window_is(g, 2, 2, 0) && g->in.width % 2 == 0 && g->in.height % 2 == 0;
}

static void avgpool(const struct evo_geometry *g, const void *x_, void *y_)
{
	const REAL *x = x_;
	REAL *y = y_;
	size_t planes = g->batch * g->in.channels;
	if (is_three(g) && is_small(g)) {
		struct NAME(small) small;
		fill_small(g, &small);
		NAME(small_planes)
		(x, y, planes, plane_of(g->in), g->in.width, &small, false, false);
		return;
	}
	if (is_three(g)) {
		struct NAME(shares) shares;
		fill_shares(g, &shares);
		NAME(three_planes)(x, y, planes, g->in.height, g->in.width, &shares);
		return;
	}
	if (is_half(g)) {
		NAME(half_planes)(x, y, planes * g->out.height, g->in.width);
		return;
	}
	for (size_t p = 0; p < planes; p++)
		avgpool_plane(g, x + p * plane_of(g->in), y + p * plane_of(g->out));
}

static void avgpool_backward(const struct evo_geometry *g, const void *x, const void *dy_,
                             void *dx_, bool add)
{
	(void) x;
	const REAL *dy = dy_;
	REAL *dx = dx_;
	size_t planes = g->batch * g->in.channels;
	if (is_three(g) && is_small(g)) {
		struct NAME(small) small;
		fill_small(g, &small);
		NAME(small_planes)
		(dy, dx, planes, plane_of(g->in), g->in.width, &small, true, add);
		return;
	}
	if (is_three(g)) {
		struct NAME(shares) shares;
		fill_shares(g, &shares);
		NAME(three_planes_backward)
		(dy, dx, planes, g->in.height, g->in.width, &shares, add);
		return;
	}
	if (is_half(g)) {
		NAME(half_planes_backward)(dy, dx, planes * g->out.height, g->in.width, add);
		return;
	}
	if (!add)
		memset(dx, 0, planes * plane_of(g->in) * sizeof(REAL));
	for (size_t p = 0; p < planes; p++)
		avgpool_plane_backward(g, dy + p * plane_of(g->out), dx + p * plane_of(g->in));
}

/* The first largest pixel of a window; a NaN is larger than anything. */
static inline size_t window_maximum(const struct evo_geometry *g, const REAL *x, size_t oy,
                                    size_t ox)
{
	const struct evo_window *w = &g->window;
	size_t y0, y1, x0, x1, best = (size_t) -1;
	taps_inside(oy, w->stride_h, w->pad_h, w->dilation_h, w->kernel_h, g->in.height, &y0, &y1);
	taps_inside(ox, w->stride_w, w->pad_w, w->dilation_w, w->kernel_w, g->in.width, &x0, &x1);
	for (size_t ky = y0; ky < y1; ky++)
		for (size_t kx = x0; kx < x1; kx++) {
			size_t iy = oy * w->stride_h + ky * w->dilation_h - w->pad_h;
			size_t ix = ox * w->stride_w + kx * w->dilation_w - w->pad_w;
			size_t at = iy * g->in.width + ix;
			if (best == (size_t) -1 || x[at] > x[best] || isnan(x[at]))
				best = at;
		}
	return best;
}

static void maxpool(const struct evo_geometry *g, const void *x_, void *y_)
{
	const REAL *x = x_;
	REAL *y = y_;
	for (size_t p = 0; p < g->batch * g->in.channels; p++, x += plane_of(g->in))
		for (size_t oy = 0; oy < g->out.height; oy++)
			for (size_t ox = 0; ox < g->out.width; ox++)
				*y++ = x[window_maximum(g, x, oy, ox)];
}

/* What a change t of x makes of the maximum: the change at the place it came from. */
static void maxpool_tangent(const struct evo_geometry *g, const void *x_, const void *t_, void *y_)
{
	const REAL *x = x_, *t = t_;
	REAL *y = y_;
	size_t plane = plane_of(g->in);
	for (size_t p = 0; p < g->batch * g->in.channels; p++, x += plane, t += plane)
		for (size_t oy = 0; oy < g->out.height; oy++)
			for (size_t ox = 0; ox < g->out.width; ox++)
				*y++ = t[window_maximum(g, x, oy, ox)];
}

static void maxpool_backward(const struct evo_geometry *g, const void *x_, const void *dy_,
                             void *dx_, bool add)
{
	const REAL *x = x_, *dy = dy_;
	REAL *dx = dx_;
	size_t planes = g->batch * g->in.channels;
	if (!add)
		memset(dx, 0, planes * plane_of(g->in) * sizeof(REAL));
	for (size_t p = 0; p < planes; p++, x += plane_of(g->in), dx += plane_of(g->in))
		for (size_t oy = 0; oy < g->out.height; oy++)
			for (size_t ox = 0; ox < g->out.width; ox++)
				dx[window_maximum(g, x, oy, ox)] += *dy++;
}

EVO_CLONES static void NAME(global_pool)(const struct evo_geometry *g, const void *x_, void *y_)
{
	size_t planes = g->batch * g->in.channels, plane = plane_of(g->in);
	const REAL *x = x_;
	REAL *y = y_;
	for (size_t p = 0; p < planes; p++)
		y[p] = (REAL) (plane_sum(x + p * plane, plane) / (double) plane);
}

static void global_pool_backward(const struct evo_geometry *g, const void *x, const void *dy_,
                                 void *dx_, bool add)
{
	size_t planes = g->batch * g->in.channels, plane = plane_of(g->in);
	(void) x;
	const REAL *dy = dy_;
	REAL *dx = dx_;
	for (size_t p = 0; p < planes; p++, dx += plane) {
		REAL part = dy[p] / (REAL) plane;
		for (size_t i = 0; i < plane; i++)
			dx[i] = add ? dx[i] + part : part;
	}
}

static void shift(const struct evo_geometry *g, const void *x_, void *y_)
{
	size_t planes = g->batch * g->in.channels, height = g->in.height, width = g->in.width;
	const REAL *x = x_;
	REAL *y = y_;
	for (size_t p = 0; p < planes; p++, x += height * width, y += height * width)
		for (size_t i = 0; i < height; i++)
			for (size_t k = 0; k < width; k++)
				y[i * width + k] = i + 1 < height && k + 1 < width
				                           ? x[(i + 1) * width + k + 1]
				                           : 0;
}

static void shift_backward(const struct evo_geometry *g, const void *x, const void *dy_, void *dx_,
                           bool add)
{
	size_t planes = g->batch * g->in.channels, height = g->in.height, width = g->in.width;
	(void) x;
	const REAL *dy = dy_;
	REAL *dx = dx_;
	for (size_t p = 0; p < planes; p++, dy += height * width, dx += height * width)
		for (size_t i = 0; i < height; i++)
			for (size_t k = 0; k < width; k++) {
				REAL part = i && k ? dy[(i - 1) * width + k - 1] : 0;
				size_t at = i * width + k;
				dx[at] = add ? dx[at] + part : part;
			}
}
