/*
 * The elementwise loops of one precision. Included once for each, with REAL and FUNCTION(name)
 * defined, and EXP, LOG, SIGMOID, TANH, SQRT and ABS for it. INDEPENDENT comes before every loop.
 *
 * The loops read place i before they write it and nothing else, so out may be an argument.
 */

#define EACH(expression)                                                                           \
	do {                                                                                       \
		INDEPENDENT                                                                        \
		for (size_t i = 0; i < count; i++) {                                               \
			const REAL a = in[i];                                                      \
			out[i] = (REAL) (expression);                                              \
		}                                                                                  \
	} while (0);                                                                               \
	break

EVO_CLONES
static void FUNCTION(unary)(unsigned code, REAL *out, const REAL *in, size_t count)
{
	const REAL one = 1, zero = 0;

	switch (code) {
	case EVO_ABS:
		EACH(ABS(a));
	case EVO_NEG:
		EACH(-a);
	case EVO_SQUARE:
		EACH(a * a);
	case EVO_SQRT:
		EACH(SQRT(ABS(a)));
	case EVO_EXP:
		EACH(EXP(a));
	case EVO_LOG:
		EACH(a <= 0 ? zero : LOG(a));
	case EVO_ABSLOG:
		EACH(a == 0 ? zero : ABS(LOG(ABS(a))));
	case EVO_INV:
		EACH(1 / a);
	case EVO_RELU:
		EACH(a < 0 ? zero : a);
	case EVO_SIGMOID:
		EACH(SIGMOID(a));
	case EVO_TANH:
		EACH(TANH(a));
	case EVO_SIGN:
		EACH(a > 0 ? one : a < 0 ? -one : zero);
	case EVO_GT0:
		EACH(a > 0 ? one : zero);
	case EVO_LT0:
		EACH(a < 0 ? one : zero);
	default:
		break;
	}
}

#undef EACH

/* NaN in either argument is the minimum and the maximum. */
#define BINARY_CASES(type)                                                                         \
	case EVO_ADD:                                                                              \
		EACH(type, a + b);                                                                 \
	case EVO_SUB:                                                                              \
		EACH(type, a - b);                                                                 \
	case EVO_MUL:                                                                              \
		EACH(type, a *b);                                                                  \
	case EVO_DIV:                                                                              \
		EACH(type, a / b);                                                                 \
	case EVO_MIN2:                                                                             \
		EACH(type, a < b || a != a ? a : b);                                               \
	case EVO_MAX2:                                                                             \
		EACH(type, a > b || a != a ? a : b);                                               \
	case EVO_LT:                                                                               \
		EACH(type, a < b ? 1 : 0);                                                         \
	case EVO_GT:                                                                               \
		EACH(type, a > b ? 1 : 0);                                                         \
	case EVO_EQ:                                                                               \
		EACH(type, a == b ? 1 : 0);                                                        \
	default:                                                                                   \
		break

#define EACH(type, expression)                                                                     \
	do {                                                                                       \
		INDEPENDENT                                                                        \
		for (size_t i = 0; i < count; i++) {                                               \
			const type a = in[i], b = other[i];                                        \
			out[i] = (REAL) (expression);                                              \
		}                                                                                  \
	} while (0);                                                                               \
	break

EVO_CLONES
static void FUNCTION(binary)(unsigned code, REAL *out, const REAL *in, const REAL *other,
                             size_t count)
{
	switch (code) {
		BINARY_CASES(REAL);
	}
}

#undef EACH
#define EACH(type, expression)                                                                     \
	do {                                                                                       \
		INDEPENDENT                                                                        \
		for (size_t i = 0; i < count; i++) {                                               \
			const type a = in[i];                                                      \
			out[i] = (REAL) (expression);                                              \
		}                                                                                  \
	} while (0);                                                                               \
	break

EVO_CLONES
static void FUNCTION(tensor_scalar)(unsigned code, REAL *out, const REAL *in, double b,
                                    size_t count)
{
	switch (code) {
		BINARY_CASES(double);
	}
}

#undef EACH
#define EACH(type, expression)                                                                     \
	do {                                                                                       \
		INDEPENDENT                                                                        \
		for (size_t i = 0; i < count; i++) {                                               \
			const type b = in[i];                                                      \
			out[i] = (REAL) (expression);                                              \
		}                                                                                  \
	} while (0);                                                                               \
	break

EVO_CLONES
static void FUNCTION(scalar_tensor)(unsigned code, REAL *out, double a, const REAL *in,
                                    size_t count)
{
	switch (code) {
		BINARY_CASES(double);
	}
}

#undef EACH
#undef BINARY_CASES
