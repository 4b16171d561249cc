/* Kendall's tau-b by its definition, to hold other ways against. */
#ifndef EVO_TESTS_SLOW_KENDALL_H
#define EVO_TESTS_SLOW_KENDALL_H

#include <math.h>
#include <stddef.h>

/* Whatever is not finite is below the finite, and tied. */
static inline int slow_order(double a, double b)
{
	if (!isfinite(a) || !isfinite(b))
		return (isfinite(a) ? 1 : 0) - (isfinite(b) ? 1 : 0);
	return (a > b) - (a < b);
}

static inline double slow_kendall(size_t n, const double *x, const double *y)
{
	double balance = 0, different_x = 0, different_y = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			int in_x = slow_order(x[i], x[j]), in_y = slow_order(y[i], y[j]);
			balance += in_x * in_y;
			different_x += in_x != 0;
			different_y += in_y != 0;
		}
	}
	if (different_x == 0 || different_y == 0)
		return (double) NAN;
	return balance / sqrt(different_x) / sqrt(different_y);
}

#endif
