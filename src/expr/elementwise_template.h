/*
 * The elementwise loops of one precision, a case a row of primitives.def. Included once for each,
 * with REAL and FUNCTION(name) defined, and EXP, LOG, SIGMOID, TANH, SQRT and ABS for it.
 * INDEPENDENT comes before every loop.
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
#define UNARY(code, id, name, expression, ...)                                                     \
	case EVO_##code:                                                                           \
		EACH(expression);
#define BINARY(...)
#define OTHER(...)
#include "primitives.def"
	default:
		break;
	}
}

#undef EACH

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
#define UNARY(...)
#define BINARY(code, id, name, expression, ...)                                                    \
	case EVO_##code:                                                                           \
		EACH(REAL, expression);
#define OTHER(...)
#include "primitives.def"
	default:
		break;
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
#define UNARY(...)
#define BINARY(code, id, name, expression, ...)                                                    \
	case EVO_##code:                                                                           \
		EACH(double, expression);
#define OTHER(...)
#include "primitives.def"
	default:
		break;
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
#define UNARY(...)
#define BINARY(code, id, name, expression, ...)                                                    \
	case EVO_##code:                                                                           \
		EACH(double, expression);
#define OTHER(...)
#include "primitives.def"
	default:
		break;
	}
}

#undef EACH
