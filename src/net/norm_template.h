/*
 * BatchNorm (Ioffe and Szegedy 2015). Included by kernels_template.h.
 *
 * Moments are taken plane by plane, each in two passes while it is in the first-level cache, and
 * merged in double precision (Chan, Golub and LeVeque 1979).
 */

enum term {
	PLAIN,
	SQUARE,
	PRODUCT
};

/* Adds LANES terms: a; the square of a - mean; the product of a and b - mean. */
ALWAYS_INLINE void add_terms(vector sums[2], enum term term, const REAL *a, const REAL *b,
                             REAL mean)
{
	for (size_t k = 0; k < 2; k++, a += HALF, b += HALF)
		if (term == PLAIN)
			sums[k] += LOAD(a);
		else if (term == SQUARE)
			sums[k] += (LOAD(a) - mean) * (LOAD(a) - mean);
		else
			sums[k] += LOAD(a) * (LOAD(b) - mean);
}

ALWAYS_INLINE REAL scalar_term(enum term term, REAL a, REAL b, REAL mean)
{
	if (term == PLAIN)
		return a;
	if (term == SQUARE)
		return (a - mean) * (a - mean);
	return a * (b - mean);
}

/* The sum of a plane's terms, in two sets of lanes, so that none waits for the one before. */
ALWAYS_INLINE double plane_total(enum term term, const REAL *a, const REAL *b, REAL mean,
                                 size_t count)
{
	vector even[2] = {{0}, {0}}, odd[2] = {{0}, {0}};
	size_t i = 0;
	for (; i + 2 * LANES <= count; i += 2 * LANES) {
		add_terms(even, term, a + i, b + i, mean);
		add_terms(odd, term, a + i + LANES, b + i + LANES, mean);
	}
	for (; i + LANES <= count; i += LANES)
		add_terms(even, term, a + i, b + i, mean);
	even[0] += odd[0];
	even[1] += odd[1];
	if (i < count) {
		REAL rest[LANES];
		memcpy(rest, even, sizeof(rest));
		for (size_t k = 0; i < count; i++, k++)
			rest[k] += scalar_term(term, a[i], b[i], mean);
		memcpy(even, rest, sizeof(rest));
	}
	return fold(even);
}

ALWAYS_INLINE double plane_sum(const REAL *x, size_t count)
{
	return plane_total(PLAIN, x, x, 0, count);
}

EVO_CLONES static void NAME(moments)(const void *z_, size_t batch, struct evo_shape shape,
                                     double *mean, double *variance)
{
	const REAL *z = z_;
	size_t plane = plane_of(shape);
	for (size_t n = 0; n < batch; n++) {
		double share = 1 / (double) (n + 1);
		for (size_t c = 0; c < shape.channels; c++, z += plane) {
			double m = plane_sum(z, plane) / (double) plane;
			double squares = plane_total(SQUARE, z, z, (REAL) m, plane);
			if (n == 0) {
				mean[c] = m;
				variance[c] = squares;
				continue;
			}
			double off = m - mean[c];
			mean[c] += off * share;
			variance[c] += squares + off * off * share * (double) (n * plane);
		}
	}
	for (size_t c = 0; c < shape.channels; c++)
		variance[c] /= (double) (batch * plane);
}

static void norm_prepare(const struct evo_affine *affine, size_t channels, const double *mean,
                         const double *variance, const void *scale_, const void *shift_)
{
	const REAL *scale = scale_, *bias = shift_;
	for (size_t c = 0; c < channels; c++) {
		double gain = 1 / sqrt(variance[c] + EVO_NORM_EPSILON);
		((REAL *) affine->mean)[c] = (REAL) mean[c];
		((REAL *) affine->gain)[c] = (REAL) (scale ? (double) scale[c] * gain : gain);
		((REAL *) affine->shift)[c] = bias ? bias[c] : 0;
	}
}

static void norm_identity(const struct evo_affine *affine, size_t channels)
{
	fill(affine->mean, channels, 0);
	fill(affine->gain, channels, 1);
	fill(affine->shift, channels, 0);
	fill(affine->grad_gain, channels, 1);
	fill(affine->grad_projection, channels, 0);
	fill(affine->grad_mean, channels, 0);
}

EVO_CLONES static void NAME(norm)(const void *z_, void *y_, size_t batch, struct evo_shape shape,
                                  const struct evo_affine *affine)
{
	const REAL *z = z_, *mean = affine->mean, *gain = affine->gain, *bias = affine->shift;
	REAL *restrict y = y_;
	size_t plane = plane_of(shape);
	for (size_t n = 0; n < batch; n++)
		for (size_t c = 0; c < shape.channels; c++, z += plane, y += plane) {
			REAL m = mean[c], g = gain[c], b = bias[c];
			for (size_t i = 0; i < plane; i++)
				y[i] = (z[i] - m) * g + b;
		}
}

/* Sums of so many are kept on the stack, so that images are read as they lie. */
#define CHANNELS_AT_A_TIME 64

/*
 * With u = z - mean, s = 1 / sqrt(variance + epsilon), m numbers a channel:
 *   dz = (dy - sum(dy) / m - u * (s s sum(dy u) / m)) * s * scale
 * fixed: mean and variance do not depend on z, and only the first term is left.
 *
 * Where a channel has two values only, all but a part of epsilon / variance cancels: the factors
 * are computed in double precision and rounded once.
 */
EVO_CLONES static void NAME(norm_reduce)(const void *dy_, const void *z_, size_t batch,
                                         struct evo_shape shape, const struct evo_affine *affine,
                                         const double *variance, const void *scale_, bool fixed,
                                         void *scale_gradient_, void *shift_gradient_)
{
	const REAL *mean = affine->mean, *scale = scale_;
	REAL *scale_gradient = scale_gradient_, *shift_gradient = shift_gradient_;
	size_t plane = plane_of(shape), image = plane * shape.channels;
	double count = (double) (batch * plane);
	for (size_t first = 0; first < shape.channels; first += CHANNELS_AT_A_TIME) {
		double sum_dy[CHANNELS_AT_A_TIME] = {0}, sum_product[CHANNELS_AT_A_TIME] = {0};
		size_t left = shape.channels - first;
		size_t channels = left < CHANNELS_AT_A_TIME ? left : CHANNELS_AT_A_TIME;
		for (size_t n = 0; n < batch; n++) {
			const REAL *dy = (const REAL *) dy_ + n * image + first * plane;
			const REAL *z = (const REAL *) z_ + n * image + first * plane;
			for (size_t c = 0; c < channels; c++, dy += plane, z += plane) {
				sum_dy[c] += plane_sum(dy, plane);
				sum_product[c] +=
				        plane_total(PRODUCT, dy, z, mean[first + c], plane);
			}
		}
		for (size_t k = 0, c = first; k < channels; k++, c++) {
			double inverse = 1 / sqrt(variance[c] + EVO_NORM_EPSILON);
			double grad_gain = scale ? (double) scale[c] * inverse : inverse;
			double grad_projection = sum_product[k] * inverse * inverse / count;
			((REAL *) affine->grad_gain)[c] = (REAL) grad_gain;
			((REAL *) affine->grad_projection)[c] = fixed ? 0 : (REAL) grad_projection;
			((REAL *) affine->grad_mean)[c] = fixed ? 0 : (REAL) (sum_dy[k] / count);
			if (scale_gradient)
				scale_gradient[c] = (REAL) (sum_product[k] * inverse);
			if (shift_gradient)
				shift_gradient[c] = (REAL) sum_dy[k];
		}
	}
}

EVO_CLONES static void NAME(norm_backward)(const void *dy_, const void *z_, void *dz_, size_t batch,
                                           struct evo_shape shape, const struct evo_affine *affine,
                                           bool add)
{
	const REAL *dy = dy_, *z = z_;
	REAL *restrict dz = dz_;
	size_t plane = plane_of(shape);
	for (size_t n = 0; n < batch; n++)
		for (size_t c = 0; c < shape.channels; c++, z += plane, dy += plane, dz += plane) {
			REAL m = ((const REAL *) affine->mean)[c];
			REAL s = ((const REAL *) affine->grad_gain)[c];
			REAL b = ((const REAL *) affine->grad_projection)[c];
			REAL l = ((const REAL *) affine->grad_mean)[c];
			if (add)
				for (size_t i = 0; i < plane; i++)
					dz[i] += EVO_NORM_GRADIENT(dy[i], z[i], m, s, b, l);
			else
				for (size_t i = 0; i < plane; i++)
					dz[i] = EVO_NORM_GRADIENT(dy[i], z[i], m, s, b, l);
		}
}
