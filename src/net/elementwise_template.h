/* ReLU, sums, copies, and the linear layer. Included by kernels_template.h. */

EVO_CLONES static void NAME(relu)(const void *x_, void *r_, size_t count)
{
	const REAL *x = x_;
	REAL *restrict r = r_;
	for (size_t i = 0; i < count; i++)
		r[i] = positive(x[i]);
}

EVO_CLONES static void NAME(relu_backward)(const void *x_, const void *dr_, void *dx_, size_t count,
                                           bool add)
{
	const REAL *x = x_, *dr = dr_;
	REAL *restrict dx = dx_;
	if (add)
		for (size_t i = 0; i < count; i++)
			dx[i] += x[i] > 0 ? dr[i] : 0;
	else
		for (size_t i = 0; i < count; i++)
			dx[i] = x[i] > 0 ? dr[i] : 0;
}

static void relu(const struct evo_geometry *g, const void *x, void *y)
{
	NAME(relu)(x, y, evo_geometry_numbers(g));
}

static void relu_backward(const struct evo_geometry *g, const void *x, const void *dy, void *dx,
                          bool add)
{
	NAME(relu_backward)(x, dy, dx, evo_geometry_numbers(g), add);
}

static void relu_tangent(const struct evo_geometry *g, const void *x, const void *t, void *y)
{
	NAME(relu_backward)(x, t, y, evo_geometry_numbers(g), false);
}

EVO_CLONES static void NAME(sum_two)(const REAL *a, const REAL *b, REAL *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = a[i] + b[i];
}

EVO_CLONES static void NAME(sum_three)(const REAL *a, const REAL *b, const REAL *c,
                                       REAL *restrict out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = a[i] + b[i] + c[i];
}

static void sum(const void *const *inputs, size_t count_inputs, void *out, size_t count)
{
	size_t taken = count_inputs < 3 ? count_inputs : 3;
	if (taken == 3)
		NAME(sum_three)(inputs[0], inputs[1], inputs[2], out, count);
	else if (taken == 2)
		NAME(sum_two)(inputs[0], inputs[1], out, count);
	else
		memcpy(out, inputs[0], count * sizeof(REAL));
	for (; taken < count_inputs; taken++)
		NAME(sum_two)(out, inputs[taken], out, count);
}

EVO_CLONES static void NAME(pass)(const void *from_, void *to_, size_t count, bool add)
{
	const REAL *from = from_;
	REAL *restrict to = to_;
	if (add)
		for (size_t i = 0; i < count; i++)
			to[i] += from[i];
	else
		memcpy(to, from, count * sizeof(REAL));
}

static void pass_rows(const void *from_, size_t from_step, void *to_, size_t to_step, size_t rows,
                      size_t count, bool add)
{
	const REAL *from = from_;
	REAL *to = to_;
	for (size_t row = 0; row < rows; row++)
		NAME(pass)(from + row * from_step, to + row * to_step, count, add);
}

static void fill(void *out_, size_t count, double value)
{
	REAL *out = out_;
	for (size_t i = 0; i < count; i++)
		out[i] = (REAL) value;
}

/* y = x W' + bias */
static void linear(const void *x, const void *weight, const void *bias_, void *y_, size_t batch,
                   size_t features, size_t classes)
{
	const REAL *bias = bias_;
	REAL *y = y_;
	for (size_t i = 0; i < batch; i++)
		if (bias != NULL)
			memcpy(y + i * classes, bias, classes * sizeof(REAL));
		else
			memset(y + i * classes, 0, classes * sizeof(REAL));
	GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, (int) batch, (int) classes, (int) features, 1,
	     x, (int) features, weight, (int) features, 1, y, (int) classes);
}

static void linear_backward(const void *x, const void *weight, const void *dy_, void *dx, bool add,
                            void *dw, void *db_, size_t batch, size_t features, size_t classes)
{
	const REAL *dy = dy_;
	REAL *db = db_;
	if (dx)
		GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) batch, (int) features,
		     (int) classes, 1, dy, (int) classes, weight, (int) features, add ? 1 : 0, dx,
		     (int) features);
	if (dw)
		GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (int) classes, (int) features,
		     (int) batch, 1, dy, (int) classes, x, (int) features, 0, dw, (int) features);
	if (!db)
		return;
	memset(db, 0, classes * sizeof(REAL));
	for (size_t i = 0; i < batch; i++)
		for (size_t k = 0; k < classes; k++)
			db[k] += dy[i * classes + k];
}
