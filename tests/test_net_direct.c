/*
 * Direct convolutions on every instruction set that this processor has, and the plan of memory,
 * against slow definitions.
 */
#include "config.h"

#include "direct.h"
#include "memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct test {
	struct evo_geometry g;
	bool relu, affine, input_add, relu_add;
};

static float *normals(size_t count, const char *purpose)
{
	struct evo_rng rng = evo_rng_stream(3, purpose, count);
	float *values = evo_calloc(count, sizeof(float));
	evo_rng_normals(&rng, values, count, 1);
	return values;
}

static size_t numbers(const struct evo_geometry *g, struct evo_shape shape)
{
	return g->batch * shape.channels * shape.height * shape.width;
}

/*
 * The definition: calls for every product of a pixel and a weight. Adds to z (forward) or, from
 * dz, to dx and dw.
 */
static void convolve(const struct test *t, const float *x, const float *weight, double *z,
                     const double *dz, double *dx, double *dw)
{
	const struct evo_geometry *g = &t->g;
	const struct evo_window *w = &g->window;
	size_t height = g->in.height, width = g->in.width, plane = g->out.height * g->out.width;
	size_t taps = w->kernel_h * w->kernel_w, in_c = g->in.channels, across = g->out.width;
	for (size_t n = 0; n < g->batch; n++)
		for (size_t o = 0; o < g->out.channels; o++)
			for (size_t i = 0; i < plane * in_c * taps; i++) {
				size_t at = i % plane, c = i / plane % in_c, tap = i / plane / in_c;
				size_t ky = tap / w->kernel_w, kx = tap % w->kernel_w;
				size_t iy =
				        at / across * w->stride_h + ky * w->dilation_h - w->pad_h;
				size_t ix =
				        at % across * w->stride_w + kx * w->dilation_w - w->pad_w;
				if (iy >= height || ix >= width)
					continue;
				size_t to = (n * g->out.channels + o) * plane + at;
				size_t from = ((n * in_c + c) * height + iy) * width + ix;
				size_t k = (o * in_c + c) * taps + tap;
				double v = t->relu && x[from] < 0 ? 0 : (double) x[from];
				if (z != NULL)
					z[to] += v * (double) weight[k];
				if (dx != NULL)
					dx[from] += dz[to] * (double) weight[k];
				if (dw != NULL)
					dw[k] += dz[to] * v;
			}
}

static void near(const struct test *t, const char *what, const float *found, const double *wanted,
                 size_t count)
{
	double largest = 0, off = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs(wanted[i]));
		double difference = fabs((double) found[i] - wanted[i]);
		off = difference <= off ? off : difference;
	}
	if (!(off <= 1e-5 * largest))
		fail_msg("%s: off by %g of %g; %zux%zu, %zu to %zu channels, kernel %zux%zu", what,
		         off, largest, t->g.in.height, t->g.in.width, t->g.in.channels,
		         t->g.out.channels, t->g.window.kernel_h, t->g.window.kernel_w);
}

static void check_forward(const struct evo_direct_isa *isa, const struct test *t, const float *x,
                          const float *weight)
{
	size_t count = numbers(&t->g, t->g.out);
	float *z = evo_calloc(count, sizeof(float));
	double *wanted = evo_calloc(count, sizeof(double));
	struct evo_error err = {0};
	size_t bytes = evo_direct_scratch(isa, &t->g, false);
	void *scratch = evo_big_alloc(bytes, "scratch", &err);
	memset(scratch, 0xff, bytes);
	struct evo_conv_forward job = {&t->g, x, t->relu, weight, z, scratch};
	evo_direct_conv(isa, &job);
	convolve(t, x, weight, wanted, NULL, NULL, NULL);
	near(t, "z", z, wanted, count);
	free(z);
	free(wanted);
	free(scratch);
}

/* The gradient at z, as the job describes it. */
static double *gradient_at_z(const struct test *t, const float *dy, const float *z,
                             const struct evo_affine *a)
{
	size_t count = numbers(&t->g, t->g.out), plane = t->g.out.height * t->g.out.width;
	double *dz = evo_calloc(count, sizeof(double));
	for (size_t i = 0; i < count; i++) {
		size_t c = i / plane % t->g.out.channels;
		dz[i] = (double) dy[i];
		if (t->affine)
			dz[i] = (dz[i] - (double) ((float *) a->grad_mean)[c] -
			         ((double) z[i] - (double) ((float *) a->mean)[c]) *
			                 (double) ((float *) a->grad_projection)[c]) *
			        (double) ((float *) a->grad_gain)[c];
	}
	return dz;
}

static void check_backward(const struct evo_direct_isa *isa, const struct test *t, const float *x,
                           const float *weight)
{
	size_t in = numbers(&t->g, t->g.in), out = numbers(&t->g, t->g.out);
	size_t taps = t->g.window.kernel_h * t->g.window.kernel_w;
	size_t weights = taps * t->g.in.channels * t->g.out.channels;
	float *dy = normals(out, "dy"), *z = normals(out, "z"), *dw = normals(weights, "dw");
	float *dx = normals(in, "dx"), *dr = normals(in, "dr"), *factors = normals(128, "factors");
	struct evo_affine a = {.mean = factors,
	                       .grad_gain = factors + 32,
	                       .grad_projection = factors + 64,
	                       .grad_mean = factors + 96};
	double *dz = gradient_at_z(t, dy, z, &a), *dx_wanted = evo_calloc(in, sizeof(double));
	double *dw_wanted = evo_calloc(weights, sizeof(double));
	double *dr_wanted = evo_calloc(in, sizeof(double));
	convolve(t, x, weight, NULL, dz, dx_wanted, dw_wanted);
	for (size_t i = 0; i < in; i++) {
		dr_wanted[i] = (x[i] > 0 ? dx_wanted[i] : 0) + (t->relu_add ? (double) dr[i] : 0);
		dx_wanted[i] += t->input_add ? (double) dx[i] : 0;
	}
	struct evo_error err = {0};
	size_t bytes = evo_direct_scratch(isa, &t->g, true);
	void *scratch = evo_big_alloc(bytes, "scratch", &err);
	memset(scratch, 0xff, bytes);
	struct evo_conv_backward job = {.geometry = &t->g,
	                                .x = x,
	                                .relu = t->relu,
	                                .weight = weight,
	                                .dy = dy,
	                                .z = z,
	                                .affine = t->affine ? &a : NULL,
	                                .weight_gradient = dw,
	                                .input_gradient = t->relu_add ? NULL : dx,
	                                .input_add = t->input_add,
	                                .relu_gradient = t->relu ? dr : NULL,
	                                .relu_add = t->relu_add,
	                                .scratch = scratch};
	evo_direct_conv_backward(isa, &job);
	near(t, "dw", dw, dw_wanted, weights);
	if (job.input_gradient != NULL)
		near(t, "dx", dx, dx_wanted, in);
	if (job.relu_gradient != NULL)
		near(t, "dr", dr, dr_wanted, in);
	void *all[] = {dy, z, dw, dx, dr, factors, dz, dx_wanted, dw_wanted, dr_wanted, scratch};
	for (size_t i = 0; i < EVO_COUNT(all); i++)
		free(all[i]);
}

static const struct evo_window windows[] = {
        {1, 1, 1, 1, 0, 0, 1, 1}, {3, 3, 1, 1, 1, 1, 1, 1}, {1, 5, 1, 1, 0, 2, 1, 1},
        {7, 1, 1, 1, 3, 0, 1, 1}, {3, 3, 1, 1, 2, 2, 2, 2}, {5, 3, 1, 1, 4, 3, 2, 3},
};
static const struct evo_shape shapes[] = {
        {1, 1, 1}, {3, 2, 2}, {4, 7, 5}, {9, 8, 8}, {17, 9, 16}, {8, 16, 33},
};

/* Stride 2 halves even sides. */
static const struct evo_window halving[] = {
        {1, 1, 2, 2, 0, 0, 1, 1}, {3, 3, 2, 2, 1, 1, 1, 1}, {5, 5, 2, 2, 2, 2, 1, 1},
        {7, 1, 2, 2, 3, 0, 1, 1}, {3, 3, 2, 2, 2, 2, 2, 2}, {5, 3, 2, 2, 4, 3, 2, 3},
};
static const struct evo_shape even_shapes[] = {
        {1, 2, 2}, {3, 4, 4}, {4, 6, 10}, {9, 8, 8}, {17, 10, 32}, {8, 16, 34},
};

/* Case k of a list of windows on a list of shapes, with everything else varied. */
static void check_case(const struct evo_direct_isa *isa, size_t k, const struct evo_window *w,
                       struct evo_shape in)
{
	struct evo_shape out = {k * 5 % 18 + 1, in.height / w->stride_h, in.width / w->stride_w};
	struct test t = {.g = {k % 6 + 1, 1, in, out, *w},
	                 .relu = k % 2 == 0,
	                 .affine = k % 3 == 0,
	                 .input_add = k % 4 == 1,
	                 .relu_add = k % 4 == 2};
	assert_true(evo_direct_fits(isa, &t.g));
	float *x = normals(numbers(&t.g, in), "x");
	float *weight = normals(in.channels * out.channels * 35, "weight");
	check_forward(isa, &t, x, weight);
	check_backward(isa, &t, x, weight);
	free(x);
	free(weight);
}

static void test_direct(void **state)
{
	(void) state;
	bool any = false;
	for (size_t i = 0; evo_direct_isas[i] != NULL; i++) {
		const struct evo_direct_isa *isa = evo_direct_isas[i];
		if (!isa->supported()) {
			print_message("%s: not on this processor\n", isa->name);
			continue;
		}
		any = true;
		for (size_t w = 0; w < EVO_COUNT(windows); w++)
			for (size_t s = 0; s < EVO_COUNT(shapes); s++) {
				size_t k = s * EVO_COUNT(windows) + w;
				check_case(isa, k, &windows[w], shapes[s]);
				check_case(isa, k + s, &halving[w], even_shapes[s]);
			}
	}
	if (!any)
		skip();
}

static void test_direct_refuses(void **state)
{
	(void) state;
	struct evo_shape s = {4, 6, 6}, third = {4, 2, 2}, less = {4, 4, 4};
	struct evo_shape odd = {4, 7, 6}, more = {4, 4, 3};
	struct evo_geometry stride = {1, 1, s, third, evo_window(3, 3)};
	struct evo_geometry uneven = {1, 1, odd, more, evo_window(3, 2)};
	struct evo_geometry groups = {1, 2, s, s, evo_window(3, 1)};
	struct evo_geometry narrow = {1, 1, s, less, {3, 3, 1, 1, 0, 0, 1, 1}};
	struct evo_geometry good = {1, 1, s, s, evo_window(3, 1)};
	const struct evo_direct_isa *isa = evo_direct_isas[0];
	if (isa == NULL)
		skip();
	assert_true(evo_direct_fits(isa, &good));
	assert_false(evo_direct_fits(isa, &stride));
	assert_false(evo_direct_fits(isa, &uneven));
	assert_false(evo_direct_fits(isa, &groups));
	assert_false(evo_direct_fits(isa, &narrow));
	assert_false(evo_direct_fits(NULL, &good));
}

/* ---- Memory ---- */

static void check_plan(size_t index)
{
	enum {
		COUNT = 60
	};
	struct evo_rng rng = evo_rng_stream(11, "lifetimes", index);
	struct evo_lifetime t[COUNT];
	size_t bytes = 0, peak = 0;
	for (size_t i = 0; i < COUNT; i++) {
		size_t first = evo_rng_below(&rng, 100);
		t[i] = (struct evo_lifetime){.bytes = 64 * (1 + evo_rng_below(&rng, 50)),
		                             .first = first,
		                             .last = first + evo_rng_below(&rng, 20)};
	}
	bytes = evo_memory_plan(t, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(t[i].offset % 64, 0);
		assert_true(t[i].offset + t[i].bytes <= bytes);
		for (size_t k = 0; k < i; k++) {
			bool together = t[i].first <= t[k].last && t[k].first <= t[i].last;
			bool apart = t[i].offset + t[i].bytes <= t[k].offset ||
			             t[k].offset + t[k].bytes <= t[i].offset;
			assert_true(!together || apart);
		}
	}
	for (size_t time = 0; time < 120; time++) {
		size_t live = 0;
		for (size_t i = 0; i < COUNT; i++)
			if (t[i].first <= time && time <= t[i].last)
				live += t[i].bytes;
		peak = live > peak ? live : peak;
	}
	assert_true(bytes >= peak);
	assert_true(bytes <= peak + peak / 2);
}

static void test_memory_plan(void **state)
{
	(void) state;
	for (size_t i = 0; i < 50; i++)
		check_plan(i);
	assert_int_equal(evo_memory_plan(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_direct),
	        cmocka_unit_test(test_direct_refuses),
	        cmocka_unit_test(test_memory_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
