/*
 * A store of statistics of one small network, for tests of expressions.
 */
#include "config.h"

#include "expr_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NUMBERS 8192

struct evo_unit_stats units[UNITS];
struct evo_stats stats;
struct plain_evaluator *evaluator;

static float numbers[NUMBERS]; /* what tensors are made of */
static size_t used;

const float *tensor(size_t count, const double *values)
{
	float *out = numbers + used;

	assert_true(used + count <= NUMBERS);
	for (size_t i = 0; i < count; i++)
		out[i] = (float) values[i];
	used += count;
	return out;
}

void set_dims(size_t *dims, size_t a, size_t b, size_t c, size_t d)
{
	dims[0] = a;
	dims[1] = b;
	dims[2] = c;
	dims[3] = d;
}

void clear(void)
{
	memset(units, 0, sizeof(units));
	memset(&stats, 0, sizeof(stats));
	stats.units = units;
	stats.has = EVO_NEED(EVO_STATISTICS) - 1;
	used = 0;
}

int fixture_set_up(void **state)
{
	(void) state;
	evaluator = plain_create();
	return 0;
}

int fixture_tear_down(void **state)
{
	(void) state;
	plain_destroy(evaluator);
	return 0;
}

double score(const char *text)
{
	static struct evo_tree tree;
	const struct evo_tree *trees[] = {&tree};
	struct evo_error err = {0};
	double value = 0;

	if (!evo_tree_parse(text, &tree, &err) ||
	    !plain_evaluate(evaluator, &stats, trees, 1, &value, &err))
		fail_msg("%s: %s", text, err.message);
	return value;
}

bool agrees(double value, double expected, double tolerance)
{
	if (!isfinite(expected))
		return isnan(expected) ? isnan(value) : value == expected;
	return fabs(value - expected) <= tolerance * fmax(1, fabs(expected));
}

void assert_score(const char *text, double expected)
{
	const double value = score(text);

	if (!agrees(value, expected, 1e-6))
		fail_msg("%s is %.9g, expected %.9g", text, value, expected);
}
