/*
 * BatchNorm (Ioffe and Szegedy 2015). Included by kernels_template.h.
 *
 * Moments are taken plane by plane, each in two passes while it is in the first-level cache, and
 * merged in double precision (Chan, Golub and LeVeque 1979).
 */

ALWAYS_INLINE double plane_sum(const REAL *x, size_t count)
{
	vector a = {0}, b = {0};
	REAL lanes[LANES];
	size_t i = 0;
	for (; i + 2 * LANES <= count; i += 2 * LANES) {
		a += LOAD(x + i);
		b += LOAD(x + i + LANES);
	}
	for (; i + LANES <= count; i += LANES)
		a += LOAD(x + i);
	a += b;
	memcpy(lanes, &a, sizeof(lanes));
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += x[i];
	return fold(lanes);
}

ALWAYS_INLINE double plane_squares(const REAL *x, size_t count, REAL mean)
{
	vector a = {0}, b = {0};
	REAL lanes[LANES];
	size_t i = 0;
	for (; i + 2 * LANES <= count; i += 2 * LANES) {
		vector u = LOAD(x + i) - mean, v = LOAD(x + i + LANES) - mean;
		a += u * u;
		b += v * v;
	}
	for (; i + LANES <= count; i += LANES) {
		vector u = LOAD(x + i) - mean;
		a += u * u;
	}
	a += b;
	memcpy(lanes, &a, sizeof(lanes));
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += (x[i] - mean) * (x[i] - mean);
	return fold(lanes);
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
			double squares = plane_squares(z, plane, (REAL) m);
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
	fill(affine->slope, channels, 1);
	fill(affine->bend, channels, 0);
	fill(affine->level, channels, 0);
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

/* Sum of a * (b - mean) over a plane. */
ALWAYS_INLINE double plane_product(const REAL *a, const REAL *b, REAL mean, size_t count)
{
	vector s = {0}, t = {0};
	REAL lanes[LANES];
	size_t i = 0;
	for (; i + 2 * LANES <= count; i += 2 * LANES) {
		s += LOAD(a + i) * (LOAD(b + i) - mean);
		t += LOAD(a + i + LANES) * (LOAD(b + i + LANES) - mean);
	}
	for (; i + LANES <= count; i += LANES)
		s += LOAD(a + i) * (LOAD(b + i) - mean);
	s += t;
	memcpy(lanes, &s, sizeof(lanes));
	for (size_t k = 0; i < count; i++, k++)
		lanes[k] += a[i] * (b[i] - mean);
	return fold(lanes);
}

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
	const REAL *dy = dy_, *z = z_, *mean = affine->mean, *scale = scale_;
	REAL *scale_gradient = scale_gradient_, *shift_gradient = shift_gradient_;
	size_t plane = plane_of(shape), image = plane * shape.channels;
	double count = (double) (batch * plane);
	for (size_t c = 0; c < shape.channels; c++) {
		double sum_dy = 0, sum_product = 0;
		for (size_t n = 0; n < batch; n++) {
			size_t at = n * image + c * plane;
			sum_dy += plane_sum(dy + at, plane);
			sum_product += plane_product(dy + at, z + at, mean[c], plane);
		}
		double inverse = 1 / sqrt(variance[c] + EVO_NORM_EPSILON);
		double slope = scale ? (double) scale[c] * inverse : inverse;
		double bend = sum_product * inverse * inverse / count;
		((REAL *) affine->slope)[c] = (REAL) slope;
		((REAL *) affine->bend)[c] = fixed ? 0 : (REAL) bend;
		((REAL *) affine->level)[c] = fixed ? 0 : (REAL) (sum_dy / count);
		if (scale_gradient)
			scale_gradient[c] = (REAL) (sum_product * inverse);
		if (shift_gradient)
			shift_gradient[c] = (REAL) sum_dy;
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
			REAL s = ((const REAL *) affine->slope)[c];
			REAL b = ((const REAL *) affine->bend)[c];
			REAL l = ((const REAL *) affine->level)[c];
			if (add)
				for (size_t i = 0; i < plane; i++)
					dz[i] += EVO_NORM_GRADIENT(dy[i], z[i], m, s, b, l);
			else
				for (size_t i = 0; i < plane; i++)
					dz[i] = EVO_NORM_GRADIENT(dy[i], z[i], m, s, b, l);
		}
}
