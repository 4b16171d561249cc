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

/* The usual window, 3x3 at stride 1, as a sum of three rows and then of three columns. The widest
   image that has room on the stack: */
#define ROW_MAX 512

EVO_CLONES static void NAME(sum_rows)(const REAL *above, const REAL *here, const REAL *below,
                                      REAL *restrict row, size_t width)
{
	for (size_t i = 0; i < width; i++)
		row[i] = above[i] + here[i] + below[i];
}

EVO_CLONES static void NAME(sum_columns)(const REAL *row, const REAL *weight, REAL *restrict out,
                                         size_t width, bool add)
{
	if (add)
		for (size_t i = 0; i < width; i++)
			out[i] += (row[i] + row[i + 1] + row[i + 2]) * weight[i];
	else
		for (size_t i = 0; i < width; i++)
			out[i] = (row[i] + row[i + 1] + row[i + 2]) * weight[i];
}

EVO_CLONES static void NAME(scale_row)(const REAL *x, const REAL *weight, REAL *restrict out,
                                       size_t width)
{
	for (size_t i = 0; i < width; i++)
		out[i] = x[i] * weight[i];
}

static void avgpool_three(const struct evo_geometry *g, const REAL *x, REAL *y)
{
	REAL zeros[ROW_MAX] = {0}, row[ROW_MAX + 2] = {0}, edge[ROW_MAX], inner[ROW_MAX];
	size_t width = g->in.width, height = g->in.height;
	for (size_t i = 0; i < width; i++) {
		edge[i] = share(g, 0, i);
		inner[i] = share(g, height > 2 ? 1 : 0, i);
	}
	for (size_t p = 0; p < g->batch * g->in.channels; p++)
		for (size_t i = 0; i < height; i++, x += width, y += width) {
			bool first = i == 0, last = i + 1 == height;
			NAME(sum_rows)
			(first ? zeros : x - width, x, last ? zeros : x + width, row + 1, width);
			NAME(sum_columns)(row, first || last ? edge : inner, y, width, false);
		}
}

static void avgpool_three_backward(const struct evo_geometry *g, const REAL *dy, REAL *dx, bool add)
{
	REAL zeros[ROW_MAX] = {0}, row[ROW_MAX + 2] = {0}, ones[ROW_MAX], edge[ROW_MAX];
	REAL inner[ROW_MAX], scaled[3][ROW_MAX];
	size_t width = g->in.width, height = g->in.height;
	for (size_t i = 0; i < width; i++) {
		ones[i] = 1;
		edge[i] = share(g, 0, i);
		inner[i] = share(g, height > 2 ? 1 : 0, i);
	}
	for (size_t p = 0; p < g->batch * g->in.channels; p++) {
		NAME(scale_row)(dy, edge, scaled[0], width);
		for (size_t i = 0; i < height; i++, dy += width, dx += width) {
			bool last = i + 1 == height;
			if (!last)
				NAME(scale_row)
			(dy + width, i + 2 == height ? edge : inner, scaled[(i + 1) % 3], width);
			NAME(sum_rows)
			(i ? scaled[(i + 2) % 3] : zeros, scaled[i % 3],
			 last ? zeros : scaled[(i + 1) % 3], row + 1, width);
			NAME(sum_columns)(row, ones, dx, width, add);
		}
	}
}

static void avgpool(const struct evo_geometry *g, const void *x_, void *y_)
{
	const REAL *x = x_;
	REAL *y = y_;
	if (window_is(g, 3, 1, 1) && g->in.width <= ROW_MAX) {
		avgpool_three(g, x, y);
		return;
	}
	for (size_t p = 0; p < g->batch * g->in.channels; p++)
		avgpool_plane(g, x + p * plane_of(g->in), y + p * plane_of(g->out));
}

static void avgpool_backward(const struct evo_geometry *g, const void *dy_, void *dx_, bool add)
{
	const REAL *dy = dy_;
	REAL *dx = dx_;
	if (window_is(g, 3, 1, 1) && g->in.width <= ROW_MAX) {
		avgpool_three_backward(g, dy, dx, add);
		return;
	}
	size_t planes = g->batch * g->in.channels;
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

EVO_CLONES static void NAME(global_pool)(const void *x_, void *y_, size_t planes, size_t plane)
{
	const REAL *x = x_;
	REAL *y = y_;
	for (size_t p = 0; p < planes; p++)
		y[p] = (REAL) (plane_sum(x + p * plane, plane) / (double) plane);
}

static void global_pool_backward(const void *dy_, void *dx_, size_t planes, size_t plane, bool add)
{
	const REAL *dy = dy_;
	REAL *dx = dx_;
	for (size_t p = 0; p < planes; p++, dx += plane) {
		REAL part = dy[p] / (REAL) plane;
		for (size_t i = 0; i < plane; i++)
			dx[i] = add ? dx[i] + part : part;
	}
}

static void shift(const void *x_, void *y_, size_t planes, size_t height, size_t width)
{
	const REAL *x = x_;
	REAL *y = y_;
	for (size_t p = 0; p < planes; p++, x += height * width, y += height * width)
		for (size_t i = 0; i < height; i++)
			for (size_t k = 0; k < width; k++)
				y[i * width + k] = i + 1 < height && k + 1 < width
				                           ? x[(i + 1) * width + k + 1]
				                           : 0;
}

static void shift_backward(const void *dy_, void *dx_, size_t planes, size_t height, size_t width,
                           bool add)
{
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
